// The picture: vis-network keeps the canvas, the camera and the gestures; drawing is ours.
//
// Regions, edges and signs are drawn once for a place of the camera, with some room around, and
// kept as a bitmap. What stands out and the names are drawn over it. While a crowded picture
// moves, the bitmap moves; when it has come to rest, it is drawn anew. So a frame costs the same
// whether it shows three hundred entities or ten thousand.

const picture = {
  network: null,
  seen: {nodes: new Set(), edges: new Set(), facts: new Set()},
  /** What stands out, by a choice or by the pointer; null when everything does. */
  chosen: null,
  pointed: null,
  colours: {},
  names: new Map(),
  /** By how much the layout is drawn out, to fill a screen that is broad or high. */
  stretch: {x: 1, y: 1},
  /** The names placed last, and their boxes on the screen. */
  placed: [],
  boxes: [],
  /** Grows whenever what is drawn changes, so that no old bitmap is taken for the new one. */
  version: 0,
  still: null,
  whole: null,
};

/** From so many entities and edges on, a picture in motion is its bitmap. */
const CROWD = 600;
/** How far the bitmap reaches beyond each side of the view, as a share of it. */
const ROUND_ABOUT = 0.2;
const DIM = 0.13;
/** The longer side of the bitmap of everything, which shows while the camera runs ahead. */
const WHOLE = 1600;
const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
const motion = () => (stillness.matches ? false : {duration: 420, easingFunction: 'easeInOutQuad'});

function startPicture() {
  const container = byId('picture');
  picture.network = new vis.Network(container, {nodes: new vis.DataSet([]), edges: new vis.DataSet([])}, NETWORK.options);
  const {network} = picture;
  for (const part of container.querySelectorAll('[tabindex]')) part.tabIndex = -1;
  network.on('afterDrawing', paint);
  network.on('click', ({pointer}) => clickPicture(pointer));
  network.on('doubleClick', ({pointer}) => {
    const node = nodeAt(pointer.DOM);
    if (node) setFocus(node, 1);
  });
  network.on('zoom', () => inMotion());
  network.on('dragging', () => inMotion());
  container.addEventListener('pointerdown', holdNode, true);
  container.addEventListener('pointermove', trackPointer);
  container.addEventListener('pointerleave', () => pointAt(null));
  container.addEventListener('keydown', walkByKey);
  readColours();
  stretchOut();
}

/** Draw the layout out in the direction in which the screen has room. */
function stretchOut() {
  const {width, height} = roomOfPicture();
  const {left, right, top, bottom} = boundsOf(nodes.filter((node) => !DATA.hiddenAtFirst.includes(node.family.key)));
  const wanted = (width / height) / ((right - left + 1) / (bottom - top + 1));
  if (!Number.isFinite(wanted)) return;
  picture.stretch = {x: Math.max(1, Math.min(wanted, 1.8)), y: Math.max(1, Math.min(1 / wanted, 1.8))};
  for (const node of nodes) Object.assign(node, {x: node.x * picture.stretch.x, y: node.y * picture.stretch.y});
}

/** Take the colours of the drawing from the style sheet, light or dark. */
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['ground', 'ink', 'quiet', 'edge', 'signed', 'agreed', 'offered', 'reported', 'derived', 'accent', 'outline']) {
    picture.colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  picture.version += 1;
  signBitmaps.clear();
  nameBitmaps.clear();
}

/** Draw with the next frame: several changes at once are one drawing. */
function redraw() {
  picture.due ??= requestAnimationFrame(() => {
    picture.due = null;
    picture.network.redraw();
  });
}

/** Until the picture has been at rest for a moment, its bitmap will do. */
function inMotion(lasting = 140) {
  picture.moving = true;
  clearTimeout(picture.rest);
  picture.rest = setTimeout(() => {
    picture.moving = false;
    redraw();
  }, lasting);
}

/** How many pixels apart entities stand where all that shows is in view, and how often they are pushed. */
const APART = {pixels: 22, rounds: 80, most: PART.most};

/** Push entities apart that would lie on each other; a part of a large layout lies in clumps. */
function pushApart(list) {
  const {width, height} = roomOfPicture();
  for (let round = 0; round < APART.rounds; round += 1) {
    const {left, right, top, bottom} = boundsOf(list);
    const scale = Math.min((width - 180) / Math.max(right - left, 1), (height - 120) / Math.max(bottom - top, 1), 1.25);
    const apart = APART.pixels / scale;
    const cells = new Map();
    for (const node of list) {
      const key = `${Math.floor(node.x / apart)} ${Math.floor(node.y / apart)}`;
      cells.set(key, [...(cells.get(key) ?? []), node]);
    }
    let moved = 0;
    for (const node of list) {
      const [column, row] = [Math.floor(node.x / apart), Math.floor(node.y / apart)];
      for (let place = 0; place < 9; place += 1) {
        for (const other of cells.get(`${column - 1 + (place % 3)} ${row - 1 + Math.floor(place / 3)}`) ?? []) {
          if (other.id <= node.id) continue;
          const [dx, dy] = [other.x - node.x, other.y - node.y];
          const distance = Math.hypot(dx, dy);
          if (distance >= apart) continue;
          moved += 1;
          // Those at one place part in the direction that their numbers give.
          const [ux, uy] = distance > 1e-6 ? [dx / distance, dy / distance] : [Math.cos(other.id), Math.sin(other.id)];
          const push = 0.4 * (apart - distance);
          Object.assign(node, {x: node.x - ux * push, y: node.y - uy * push});
          Object.assign(other, {x: other.x + ux * push, y: other.y + uy * push});
        }
      }
    }
    if (!moved) break;
  }
}

/** Show exactly these nodes, edges and facts. */
function showParts(parts) {
  const list = [...parts.nodes];
  if ((parts.all || !picture.isApart) && list.length > 1 && list.length <= APART.most) {
    pushApart(list);
    picture.isApart = true;
  }
  picture.seen = parts;
  picture.firm = new Map([...parts.edges].map((edge) => [edge, firmnessOf(edge, parts.facts)]));
  picture.byRank = [...parts.nodes].sort((one, other) => weightOf(other) - weightOf(one) || one.id - other.id);
  picture.regions = regionsOf(parts);
  picture.version += 1;
  redraw();
}

/** Who is named first: the well connected, countries and agreements before others. */
const weightOf = (node) => node.degree + ({country: 20, agreement: 8}[node.family.key] ?? 0);

/** Let these nodes and edges stand out; null for all. */
function standOut(parts) {
  picture.chosen = parts;
  redraw();
}

const outstanding = () => picture.pointed?.parts ?? picture.chosen;
const isCrowded = () => picture.seen.nodes.size + picture.seen.edges.size > CROWD;

function around(node) {
  const links = node.links.filter((edge) => picture.seen.edges.has(edge));
  return {nodes: new Set([node, ...links.map((edge) => otherEnd(edge, node))]), edges: new Set(links), centre: node};
}
const alongEdge = (edge) => ({nodes: new Set([nodes[edge.s], nodes[edge.t]]), edges: new Set([edge]), edge});

/* ---------- the camera ---------- */

/** Where the graph's origin stands on the screen, how large a unit is, and the room to draw in. */
function viewNow() {
  const {canvas} = picture.network.canvas.frame;
  const {x, y} = picture.network.canvasToDOM({x: 0, y: 0});
  return {scale: picture.network.getScale(), x, y, width: canvas.clientWidth, height: canvas.clientHeight, ratio: canvas.width / canvas.clientWidth};
}

const onView = (view, {x, y}) => ({x: x * view.scale + view.x, y: y * view.scale + view.y});

/** A view that shows as much again on every side. */
function widened(view) {
  const pad = Math.round(ROUND_ABOUT * Math.max(view.width, view.height));
  return {...view, pad, x: view.x + pad, y: view.y + pad, width: view.width + 2 * pad, height: view.height + 2 * pad};
}

/* ---------- the bitmaps ---------- */

function paint(ctx) {
  const view = viewNow();
  if (!view.width) return;
  const isPassing = picture.moving && isCrowded();
  if (!isPassing || !picture.still) freshen(view);
  const parts = outstanding();
  ctx.save();
  ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  ctx.globalAlpha = parts ? DIM : 1;
  if (isPassing) layWhole(ctx, view);
  layStill(ctx, view);
  ctx.globalAlpha = 1;
  if (parts) drawOutstanding(ctx, view, parts);
  if (isPassing) carryNames(ctx, view);
  else drawNames(ctx, view);
  ctx.restore();
  if (!isPassing && isCrowded()) prepareWhole();
}

function drawOutstanding(ctx, view, parts) {
  drawEdges(ctx, view, [...parts.edges].filter((edge) => picture.seen.edges.has(edge)), true);
  const shown = [...parts.nodes].filter((node) => picture.seen.nodes.has(node));
  for (const node of shown) if (node === parts.centre || node === selectedNode()) drawHalo(ctx, view, node);
  drawSigns(ctx, view, shown);
}

function drawEverything(ctx, view) {
  ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  ctx.clearRect(0, 0, view.width, view.height);
  drawRegions(ctx, view);
  drawEdges(ctx, view, picture.seen.edges, false);
  drawSigns(ctx, view, picture.seen.nodes);
}

/** Draw the bitmap anew unless it shows what is to be seen from here. */
function freshen(view) {
  const key = [picture.version, view.scale, view.x, view.y, view.width, view.height, view.ratio].join(' ');
  if (picture.still?.key === key) return;
  const wide = widened(view);
  const canvas = picture.still?.canvas ?? document.createElement('canvas');
  const [width, height] = [Math.round(wide.width * wide.ratio), Math.round(wide.height * wide.ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  drawEverything(canvas.getContext('2d'), wide);
  picture.still = {key, canvas, view: wide};
}

function layStill(ctx, view) {
  const {canvas, view: then} = picture.still;
  const grown = view.scale / then.scale;
  ctx.drawImage(canvas, view.x - then.x * grown, view.y - then.y * grown, then.width * grown, then.height * grown);
}

/** Everything in small beneath, where the camera has left the bitmap behind. */
function layWhole(ctx, view) {
  const {whole, still: {view: then}} = picture;
  if (!whole || whole.version !== picture.version) return;
  const grown = view.scale / then.scale;
  const box = {x: view.x - then.x * grown, y: view.y - then.y * grown, width: then.width * grown, height: then.height * grown};
  if (box.x <= 0 && box.y <= 0 && box.x + box.width >= view.width && box.y + box.height >= view.height) return;
  const size = view.scale / whole.view.scale;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, view.width, view.height);
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip('evenodd');
  ctx.drawImage(whole.canvas, view.x - whole.view.x * size, view.y - whole.view.y * size, whole.view.width * size, whole.view.height * size);
  ctx.restore();
}

function prepareWhole() {
  clearTimeout(picture.preparing);
  if (picture.whole?.version === picture.version) return;
  picture.preparing = setTimeout(() => {
    if (picture.moving) return;
    const box = boundsOf(picture.seen.nodes);
    const [wide, high] = [box.right - box.left + 200, box.bottom - box.top + 200];
    const scale = WHOLE / Math.max(wide, high);
    const view = {scale, x: (100 - box.left) * scale, y: (100 - box.top) * scale, width: wide * scale, height: high * scale, ratio: 1};
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.ceil(view.width), Math.ceil(view.height)];
    drawEverything(canvas.getContext('2d'), view);
    picture.whole = {version: picture.version, canvas, view};
  }, 700);
}

function boundsOf(list) {
  const box = {left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity};
  for (const {x, y} of list) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

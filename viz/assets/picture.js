// The picture: vis-network keeps the camera, the nodes and the pointer; drawing is ours.
//
// Edges lie under the nodes and names over them, both at a width and size of the screen, not of
// the graph, so that they read the same at any zoom. A name is drawn where it meets no other;
// the better connected entity comes first.

const picture = {
  network: null,
  vis: null,
  positions: new Map(),
  seen: {nodes: new Set(), edges: new Set(), facts: new Set()},
  /** What stands out, by a choice or by the pointer; null when everything does. */
  chosen: null,
  pointed: null,
  colours: {},
  names: new Map(),
  /** The boxes of the names drawn last, on the screen. */
  boxes: [],
};

const LABEL = {size: 13, line: 17, width: 148, lines: 2};
const LABEL_FONT = (weight) => `${weight} ${LABEL.size}px "Taawun Sans", sans-serif`;
const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
const motion = () => (stillness.matches ? false : {duration: 420, easingFunction: 'easeInOutQuad'});

function startPicture() {
  picture.vis = new vis.DataSet(NETWORK.nodes.map((node) => ({
    id: node.id, x: node.x, y: node.y, size: node.size, shape: 'custom', label: undefined, ctxRenderer: drawNode,
  })));
  for (const node of NETWORK.nodes) picture.positions.set(node.id, {x: node.x, y: node.y});
  const container = byId('picture');
  picture.network = new vis.Network(container, {nodes: picture.vis, edges: new vis.DataSet([])}, NETWORK.options);
  const network = picture.network;
  for (const part of container.querySelectorAll('[tabindex]')) part.tabIndex = -1;
  network.on('beforeDrawing', drawEdges);
  network.on('afterDrawing', drawNames);
  network.on('click', ({nodes: [id], pointer}) => clickPicture(id, pointer));
  network.on('doubleClick', ({nodes: [id]}) => id !== undefined && setFocus(nodes[id], 1));
  network.on('hoverNode', ({node}) => pointAt({node: nodes[node]}));
  network.on('blurNode', () => pointAt(null));
  network.on('zoom', inMotion);
  network.on('dragging', ({nodes: moved}) => {
    inMotion();
    const places = network.getPositions(moved);
    for (const id of moved) picture.positions.set(id, places[id]);
  });
  container.addEventListener('pointermove', trackPointer);
  container.addEventListener('pointerleave', () => pointAt(null));
  container.addEventListener('keydown', walkByKey);
  readColours();
}

/** Take the colours of the drawing from the style sheet, light or dark. */
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['ground', 'ink', 'edge', 'signed', 'agreed', 'offered', 'reported', 'derived', 'accent', 'outline']) {
    picture.colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

const redraw = () => picture.network.redraw();

/** Draw plainly until the picture has been at rest for a moment. */
function inMotion() {
  picture.moving = true;
  clearTimeout(picture.rest);
  picture.rest = setTimeout(() => {
    picture.moving = false;
    redraw();
  }, 160);
}

/** Show exactly these nodes, edges and facts. */
function showParts(parts) {
  const changed = nodes.filter((node) => parts.nodes.has(node) !== picture.seen.nodes.has(node) || !picture.started);
  picture.seen = parts;
  picture.started = true;
  picture.firm = new Map([...parts.edges].map((edge) => [edge, firmnessOf(edge, parts.facts)]));
  if (changed.length) picture.vis.update(changed.map((node) => ({id: node.id, hidden: !parts.nodes.has(node)})));
  picture.byRank = [...parts.nodes].sort((one, other) => weightOf(other) - weightOf(one) || one.id - other.id);
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
const isDim = (kind, item) => {
  const parts = outstanding();
  return parts !== null && parts !== undefined && !parts[kind].has(item);
};

function around(node) {
  const links = node.links.filter((edge) => picture.seen.edges.has(edge));
  return {nodes: new Set([node, ...links.map((edge) => otherEnd(edge, node))]), edges: new Set(links), centre: node};
}
const alongEdge = (edge) => ({nodes: new Set([nodes[edge.s], nodes[edge.t]]), edges: new Set([edge]), edge});

/* ---------- nodes ---------- */

const paths = new Map(DATA.families.map((family) => [family.key, new Path2D(family.path)]));

/** Far out, as on a phone, signs shrink below their usual least size, so as not to cover all. */
const crowding = (scale) => Math.max(0.55, Math.min(1, Math.sqrt(scale / 0.11)));

/** The radius in the graph's units: never too small on the screen to be seen. */
function radius(node, scale) {
  return Math.max(node.size, Math.min((1.2 + node.size * 0.22) * crowding(scale), node.size) / scale);
}

function drawNode({ctx, id, x, y}) {
  const node = nodes[id];
  const scale = picture.network.getScale();
  const r = radius(node, scale);
  return {
    drawNode() {
      ctx.save();
      ctx.globalAlpha = isDim('nodes', node) ? 0.13 : 1;
      ctx.translate(x, y);
      if (outstanding()?.centre === node || selectedNode() === node) drawHalo(ctx, r, scale);
      ctx.scale(r, r);
      drawSign(ctx, node, r * scale);
      ctx.restore();
    },
    nodeDimensions: {width: 2 * r, height: 2 * r},
  };
}

function drawHalo(ctx, r, scale) {
  ctx.beginPath();
  ctx.arc(0, 0, r * 1.25 + 5 / scale, 0, 2 * Math.PI);
  ctx.fillStyle = picture.colours.accent;
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * 0.22;
  ctx.fill();
  ctx.globalAlpha = alpha;
  ctx.lineWidth = 1.5 / scale;
  ctx.strokeStyle = picture.colours.accent;
  ctx.stroke();
}

function drawSign(ctx, node, pixels) {
  const {family} = node;
  const path = paths.get(family.key);
  ctx.lineJoin = 'round';
  // A rim in the colour of the ground keeps the shape apart from edges and neighbours.
  ctx.lineWidth = 5 / pixels;
  ctx.strokeStyle = picture.colours.ground;
  if (!picture.moving) ctx.stroke(path);
  ctx.fillStyle = family.hollow ? picture.colours.ground : family.colour;
  ctx.fill(path);
  ctx.lineWidth = (family.hollow ? 2.2 : 1) / pixels;
  ctx.strokeStyle = family.hollow ? family.colour : picture.colours.outline;
  ctx.stroke(path);
}

/* ---------- edges ---------- */

const STROKE = 16;
const EDGE_ORDER = FIRM.map((_, place) => place).reverse();

function drawEdges(ctx) {
  const scale = picture.network.getScale();
  const groups = new Map();
  for (const edge of picture.seen.edges) {
    const firm = picture.firm.get(edge);
    const key = `${isDim('edges', edge) ? 'dim' : 'clear'} ${firm}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(edge);
  }
  ctx.save();
  for (const state of ['dim', 'clear']) {
    for (const firm of EDGE_ORDER) {
      const group = groups.get(`${state} ${firm}`);
      if (group) styleEdges(ctx, FIRM[firm], state, scale);
      // Strokes of a few lines each: one path of very many lines is slow to fill.
      for (let at = 0; group && at < group.length; at += STROKE) strokeEdges(ctx, group.slice(at, at + STROKE));
      if (group && state === 'clear' && (outstanding() || scale > 0.7)) drawArrows(ctx, group, scale);
    }
  }
  ctx.restore();
}

/** How strongly lines are drawn: faint in a crowd, clear when they are what is looked at. */
function edgeAlpha(firmness, state) {
  if (state === 'dim') return 0.05;
  if (outstanding()) return 0.95;
  return firmness.key === 'signed' || firmness.key === 'agreed' ? 0.9 : 0.42;
}

function styleEdges(ctx, firmness, state, scale) {
  ctx.globalAlpha = edgeAlpha(firmness, state);
  ctx.lineWidth = firmness.width / scale;
  // Dashes cost as much as all the rest of a frame: a picture in motion, or dim, does without.
  const isPlain = picture.moving || state === 'dim';
  ctx.setLineDash(isPlain ? [] : firmness.dash.map((length) => length / scale));
  ctx.lineCap = firmness.key === 'reported' ? 'round' : 'butt';
  ctx.strokeStyle = picture.colours[firmness.key] || picture.colours.edge;
  ctx.fillStyle = ctx.strokeStyle;
}

function strokeEdges(ctx, group) {
  ctx.beginPath();
  for (const edge of group) traceEdge(ctx, edge);
  ctx.stroke();
}

function drawArrows(ctx, group, scale) {
  for (const edge of group) for (const tip of arrowTips(edge)) drawArrow(ctx, edge, tip, scale);
}

function traceEdge(ctx, edge) {
  const [from, to] = [picture.positions.get(edge.s), picture.positions.get(edge.t)];
  ctx.moveTo(from.x, from.y);
  if (!edge.derived) {
    ctx.lineTo(to.x, to.y);
    return;
  }
  const bend = bendOf(from, to);
  ctx.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
}

/** A derived edge bows out beside the facts that it sums up. */
function bendOf(from, to) {
  return {x: (from.x + to.x) / 2 + (to.y - from.y) * 0.16, y: (from.y + to.y) / 2 - (to.x - from.x) * 0.16};
}

function arrowTips(edge) {
  if (edge.derived) return [];
  const tips = new Set(edge.claims.filter((fact) => picture.seen.facts.has(fact)).map((fact) => fact.o));
  return [...tips];
}

function drawArrow(ctx, edge, tip, scale) {
  const [from, to] = [picture.positions.get(tip === edge.t ? edge.s : edge.t), picture.positions.get(tip)];
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const gap = radius(nodes[tip], scale) * 1.05 + 3 / scale;
  if (length * scale < 46 || length < gap * 1.5) return;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [x, y] = [to.x - ux * gap, to.y - uy * gap];
  const [long, half] = [8 / scale, 3.4 / scale];
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x - ux * long - uy * half, y - uy * long + ux * half);
  ctx.lineTo(x - ux * long + uy * half, y - uy * long - ux * half);
  ctx.closePath();
  ctx.fill();
}

/** The edge under a point of the screen, if any is within a few pixels. */
function edgeAt(dom) {
  const point = picture.network.DOMtoCanvas(dom);
  let reach = 7 / picture.network.getScale();
  let found = null;
  for (const edge of picture.seen.edges) {
    if (isDim('edges', edge) && picture.chosen) continue;
    const [from, to] = [picture.positions.get(edge.s), picture.positions.get(edge.t)];
    const distance = edge.derived
      ? Math.min(...bendPoints(from, to).map((one, place, all) => (place ? distanceTo(point, all[place - 1], one) : Infinity)))
      : distanceTo(point, from, to);
    if (distance < reach) [reach, found] = [distance, edge];
  }
  return found;
}

function bendPoints(from, to) {
  const bend = bendOf(from, to);
  return [0, 0.2, 0.4, 0.6, 0.8, 1].map((t) => ({
    x: (1 - t) ** 2 * from.x + 2 * t * (1 - t) * bend.x + t * t * to.x,
    y: (1 - t) ** 2 * from.y + 2 * t * (1 - t) * bend.y + t * t * to.y,
  }));
}

function distanceTo(point, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

/* ---------- names ---------- */

function nameLines(ctx, node) {
  const key = `${language.now} ${node.id}`;
  if (!picture.names.has(key)) picture.names.set(key, wrap(ctx, inLanguage(node.name)));
  return picture.names.get(key);
}

/** A name broken into lines that fit, the last one shortened if it must be. */
function wrap(ctx, text) {
  ctx.font = LABEL_FONT(600);
  const lines = [''];
  for (const part of text.split(/\s+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${part}` : part;
    if (!lines.at(-1) || ctx.measureText(longer).width <= LABEL.width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  const kept = lines.slice(0, LABEL.lines);
  if (lines.length > kept.length) kept.push(`${kept.pop()}…`);
  const fitted = kept.map((line) => shorten(ctx, line));
  return {lines: fitted, width: Math.max(...fitted.map((line) => ctx.measureText(line).width))};
}

function shorten(ctx, line) {
  const characters = [...line];
  while (characters.length > 3 && ctx.measureText(characters.join('')).width > LABEL.width * 1.4) {
    characters.splice(-2, 2, '…');
  }
  return characters.join('');
}

function drawNames(ctx) {
  const ratio = ctx.canvas.width / ctx.canvas.clientWidth;
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [width, height] = [ctx.canvas.clientWidth, ctx.canvas.clientHeight];
  const scale = picture.network.getScale();
  const order = namesInOrder();
  const taken = order.filter((node) => outstanding() || weightOf(node) >= 20).slice(0, 90).map((node) => signBox(node, scale));
  picture.boxes = [];
  let left = outstanding() ? Infinity : Math.max(12, (width * height) / 15000);
  // Where many names find no room, trying on costs more than the few that would.
  let tries = 5 * left;
  for (const node of order) {
    const place = picture.network.canvasToDOM(picture.positions.get(node.id));
    const r = radius(node, scale) * scale;
    if (place.x < -80 || place.y < -40 || place.x > width + 80 || place.y > height + 40) continue;
    if (left > 0 && tries > 0) {
      tries -= 1;
      if (placeName(ctx, node, place, r, taken)) left -= 1;
      taken.push(signBox(node, scale));
    }
  }
  drawEdgeNames(ctx, taken);
  ctx.restore();
}

/** The box of a node's sign on the screen, which no name may cover. */
function signBox(node, scale) {
  const place = picture.network.canvasToDOM(picture.positions.get(node.id));
  const r = radius(node, scale) * scale;
  return {left: place.x - r, right: place.x + r, top: place.y - r, bottom: place.y + r};
}

/** Who is named first: what is looked at, then the best connected. */
function namesInOrder() {
  const parts = outstanding();
  const first = [selectedNode(), parts?.centre, ...(parts?.order ?? [])].filter((node) => node && picture.seen.nodes.has(node));
  const rest = (picture.byRank ?? []).filter((node) => !parts || parts.nodes.has(node));
  return [...new Set([...first, ...rest])];
}

function placeName(ctx, node, place, r, taken) {
  const {lines, width} = nameLines(ctx, node);
  const high = lines.length * LABEL.line;
  const spots = [
    [place.x, place.y + r + 4],
    [place.x, place.y - r - 4 - high],
    [place.x + r + 6 + width / 2, place.y - high / 2],
    [place.x - r - 6 - width / 2, place.y - high / 2],
  ];
  for (const [x, top] of spots) {
    const box = {left: x - width / 2 - 3, right: x + width / 2 + 3, top: top - 1, bottom: top + high + 1};
    if (isCut(ctx, box) || taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    picture.boxes.push(box);
    const strong = node === selectedNode() || node === outstanding()?.centre || weightOf(node) >= 20;
    drawLines(ctx, lines, x, top, strong ? 600 : 400);
    return true;
  }
  return false;
}

/** Whether a name would be cut by the side of the picture. */
const isCut = (ctx, box) => box.left < 0 || box.right > ctx.canvas.clientWidth;

const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

function drawLines(ctx, lines, x, top, weight) {
  ctx.font = LABEL_FONT(weight);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  ctx.strokeStyle = picture.colours.ground;
  ctx.fillStyle = picture.colours.ink;
  lines.forEach((line, place) => {
    ctx.direction = runsRightToLeft(line) ? 'rtl' : 'ltr';
    const y = top + (place + 0.5) * LABEL.line;
    ctx.strokeText(line, x, y);
    ctx.fillText(line, x, y);
  });
}

/** The relation on the edges that are looked at, if they are few. */
function drawEdgeNames(ctx, taken) {
  const parts = outstanding();
  if (!parts || parts.edges.size > 14) return;
  for (const edge of parts.edges) {
    if (!picture.seen.edges.has(edge)) continue;
    const [from, to] = [picture.positions.get(edge.s), picture.positions.get(edge.t)];
    const middle = edge.derived ? bendPoints(from, to)[3] : {x: (from.x + to.x) / 2, y: (from.y + to.y) / 2};
    const place = picture.network.canvasToDOM(middle);
    const text = relationOf(edge);
    ctx.font = `400 11.5px "Taawun Sans", sans-serif`;
    const half = ctx.measureText(text).width / 2 + 6;
    const box = {left: place.x - half, right: place.x + half, top: place.y - 10, bottom: place.y + 10};
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    ctx.fillStyle = picture.colours.ground;
    ctx.strokeStyle = picture.colours.edge;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(box.left, box.top, half * 2, 20, 10);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = picture.colours.ink;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.direction = runsRightToLeft(text) ? 'rtl' : 'ltr';
    ctx.fillText(text, place.x, place.y + 0.5);
  }
}

function relationOf(edge) {
  const claims = edge.derived ? edge.claims : edge.claims.filter((fact) => picture.seen.facts.has(fact));
  const names = [...new Set(claims.map((claim) => inLanguage(DATA.predicates[claim.p].name)))];
  return names.length > 1 ? `${names[0]} +${number(names.length - 1)}` : names[0] ?? '';
}

/* ---------- pointer, keys and camera ---------- */

function clickPicture(id, pointer) {
  byId('picture').focus({preventScroll: true});
  if (id !== undefined) return select({kind: 'node', node: nodes[id]});
  const edge = edgeAt(pointer.DOM);
  return select(edge ? {kind: 'edge', edge} : null);
}

let pointerMove = null;
function trackPointer(event) {
  const box = byId('picture').getBoundingClientRect();
  const dom = {x: event.clientX - box.left, y: event.clientY - box.top};
  placeTip(dom, box);
  if (event.pointerType === 'touch' || event.buttons || pointerMove) return;
  pointerMove = requestAnimationFrame(() => {
    pointerMove = null;
    if (picture.pointed?.node) return;
    const edge = edgeAt(dom);
    if (edge !== (picture.pointed?.edge ?? null)) pointAt(edge ? {edge} : null);
  });
}

/** Let what the pointer is on stand out, and say what it is. */
function pointAt(target) {
  const node = target?.node;
  const edge = target?.edge;
  if (!node && !edge) picture.pointed = null;
  else picture.pointed = {node, edge, parts: node ? around(node) : alongEdge(edge)};
  byId('picture').classList.toggle('pointing', Boolean(picture.pointed));
  showTip(picture.pointed);
  redraw();
}

function showTip(target) {
  const tip = byId('tip');
  tip.hidden = !target;
  if (!target) return;
  if (target.node) {
    tip.replaceChildren(
      el('strong', {}, bdi(inLanguage(target.node.name))),
      el('span', {}, `${classNames(target.node)} · ${counted('fact', target.node.about.length)}`),
    );
    return;
  }
  const claims = target.edge.claims.filter((claim) => target.edge.derived || picture.seen.facts.has(claim));
  tip.replaceChildren(
    ...claims.slice(0, 3).map((claim) => el('span', {class: 'line'}, ...plainSentence(claim))),
    claims.length > 3 ? el('span', {}, `+ ${number(claims.length - 3)} ${word('more')}`) : '',
    el('span', {class: 'quiet'}, word('clickForQuote')),
  );
}

function placeTip(dom, box) {
  const tip = byId('tip');
  const left = Math.min(dom.x + 16, box.width - 280);
  tip.style.setProperty('left', `${Math.max(8, left)}px`);
  tip.style.setProperty('top', `${Math.min(dom.y + 18, box.height - 90)}px`);
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function walkByKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const current = picture.walking ?? selectedNode() ?? picture.byRank?.[0];
  if (event.key in ARROWS) {
    const next = picture.walking || selectedNode() ? nextTowards(current, ARROWS[event.key]) : current;
    if (next) walkTo(next);
  } else if (event.key === 'Enter' && current) {
    select({kind: 'node', node: current});
  } else if (event.key === '+' || event.key === '=') zoomBy(1.3);
  else if (event.key === '-') zoomBy(1 / 1.3);
  else if (event.key === '0') fitAll();
  else return;
  event.preventDefault();
}

/** The nearest entity in a direction, those joined to the current one first. */
function nextTowards(current, [dx, dy]) {
  const from = picture.positions.get(current.id);
  const linked = around(current).nodes;
  let best = null;
  let least = Infinity;
  for (const node of picture.seen.nodes) {
    const to = picture.positions.get(node.id);
    const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (node === current || along <= 0 || aside > along * 1.2) continue;
    const cost = (along + aside) * (linked.has(node) ? 1 : 1.8);
    if (cost < least) [least, best] = [cost, node];
  }
  return best;
}

function walkTo(node) {
  picture.walking = node;
  picture.pointed = {node, parts: around(node)};
  const place = picture.network.canvasToDOM(picture.positions.get(node.id));
  const box = byId('picture').getBoundingClientRect();
  if (place.x < 60 || place.y < 60 || place.x > box.width - 60 || place.y > box.height - 60) {
    picture.network.moveTo({position: picture.positions.get(node.id), animation: motion()});
  }
  announce(`${inLanguage(node.name)}, ${classNames(node)}, ${counted('fact', node.about.length)}`);
  redraw();
}

function zoomBy(factor) {
  picture.network.moveTo({scale: picture.network.getScale() * factor, animation: motion()});
}

/** Move the camera so that these nodes fill the picture. */
function fit(wanted, {animated = true, closest = 1.25} = {}) {
  const list = [...wanted].filter((node) => picture.seen.nodes.has(node));
  const container = byId('picture');
  if (!list.length || !container.clientWidth) return;
  const places = list.map((node) => picture.positions.get(node.id));
  const [left, right] = [Math.min(...places.map((p) => p.x)), Math.max(...places.map((p) => p.x))];
  const [top, bottom] = [Math.min(...places.map((p) => p.y)), Math.max(...places.map((p) => p.y))];
  const margin = {x: Math.min(90, container.clientWidth / 6), y: 60};
  const scale = Math.min(
    closest,
    (container.clientWidth - 2 * margin.x) / Math.max(right - left, 1),
    (container.clientHeight - 2 * margin.y) / Math.max(bottom - top, 1),
  );
  picture.network.moveTo({position: {x: (left + right) / 2, y: (top + bottom) / 2}, scale, animation: animated && motion()});
}

const fitAll = (animated = true) => fit(picture.seen.nodes, {animated});

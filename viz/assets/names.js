// Names: each entity's name at one size of the screen, drawn where it meets no other.
//
// The better connected entity comes first; in motion the names go with the picture.

// No name lies over a sign or another name; over a line only where there is no room beside it.

/** The reader's own size of letters, against the usual one. */
const EM = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
const LABEL = {size: 12.5 * EM, line: 15.5 * EM, width: 132 * EM, least: 108 * EM, lines: 2, room: 6200};
/** With more lines than this, names are not kept off them: it would take too long. */
const LINES_APART = 1500;
const LABEL_FONT = (weight) => `${weight} ${LABEL.size}px "Taawun Sans", sans-serif`;

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

/** The beginning of a name in one line. */
function shortLines(ctx, node) {
  const key = `short ${language.now} ${node.id}`;
  if (!picture.names.has(key)) {
    ctx.font = LABEL_FONT(600);
    const parts = inLanguage(node.name).split(/\s+/);
    let line = parts[0];
    for (const part of parts.slice(1)) {
      if (ctx.measureText(`${line} ${part}…`).width > LABEL.least) break;
      line = `${line} ${part}`;
    }
    const text = line.length < inLanguage(node.name).length ? `${line}…` : line;
    picture.names.set(key, {lines: [text], width: ctx.measureText(text).width});
  }
  return picture.names.get(key);
}

function shorten(ctx, line) {
  const characters = [...line];
  while (characters.length > 3 && ctx.measureText(characters.join('')).width > LABEL.width * 1.4) {
    characters.splice(-2, 2, '…');
  }
  return characters.join('');
}

/** Boxes on the screen that no name may cover, found by the cells of a grid. */
class Taken {
  constructor(cell = 72) {
    this.cell = cell;
    this.cells = new Map();
  }

  * around({left, right, top, bottom}) {
    for (let x = Math.floor(left / this.cell); x <= Math.floor(right / this.cell); x += 1) {
      for (let y = Math.floor(top / this.cell); y <= Math.floor(bottom / this.cell); y += 1) yield `${x} ${y}`;
    }
  }

  push(box) {
    for (const key of this.around(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }

  some(box, except) {
    for (const key of this.around(box)) if ((this.cells.get(key) ?? []).some((other) => other !== except && overlap(box, other))) return true;
    return false;
  }
}

/** Place the names where none meets a sign or another, and draw them. */
function drawNames(ctx, view) {
  const order = namesInOrder();
  const parts = outstanding();
  const taken = new Taken();
  taken.push(toolsBox());
  const signs = new Map();
  for (const node of parts ? parts.nodes : picture.seen.nodes) {
    if (!picture.seen.nodes.has(node) || isOutside(view, onView(view, node), 80)) continue;
    signs.set(node, signBox(view, node));
    taken.push(signs.get(node));
  }
  const lines = linesInView(view, parts);
  picture.placed = [];
  let left = parts ? Infinity : Math.max(12, (view.width * view.height) / LABEL.room);
  // Where many names find no room, trying on costs more than the few that would.
  let tries = 5 * left;
  for (const node of order) {
    if (left <= 0 || tries <= 0) break;
    const at = onView(view, node);
    if (isOutside(view, at, 80)) continue;
    tries -= 1;
    const place = placeName(ctx, view, node, at, taken, signs.get(node), lines);
    if (!place) continue;
    left -= 1;
    picture.placed.push(place);
    drawLines(ctx, place.lines, place.x, place.top, place.weight);
  }
  picture.boxes = picture.placed.map(({box}) => box);
  picture.relations = [];
  drawEdgeNames(ctx, view, taken);
}

/** Where the buttons over the picture stand, in its measures. */
function toolsBox() {
  const [box, around] = ['tools', 'picture'].map((id) => byId(id).getBoundingClientRect());
  return {left: box.left - around.left, right: box.right - around.left, top: box.top - around.top, bottom: box.bottom - around.top};
}

/** The straight lines that show, to keep names off; none where they are too many. */
function linesInView(view, parts) {
  const list = [...(parts ? parts.edges : picture.seen.edges)].filter((edge) => picture.seen.edges.has(edge) && !edge.derived);
  return list.length > LINES_APART ? [] : list.map((edge) => [onView(view, nodes[edge.s]), onView(view, nodes[edge.t])]);
}

/** How many lines go through a box. */
function crossings(box, lines) {
  let count = 0;
  for (const [from, to] of lines) {
    if (Math.max(from.x, to.x) < box.left || Math.min(from.x, to.x) > box.right || Math.max(from.y, to.y) < box.top || Math.min(from.y, to.y) > box.bottom) continue;
    const side = (x, y) => Math.sign((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x));
    const first = side(box.left, box.top);
    if ([[box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]].some(([x, y]) => side(x, y) !== first)) count += 1;
  }
  return count;
}

/** While the picture moves, the names placed last go with it, but for those that meet. */
function carryNames(ctx, view) {
  picture.boxes = [];
  for (const place of picture.placed) {
    if (!picture.seen.nodes.has(place.node)) continue;
    const at = onView(view, place.node);
    const [dx, dy] = [at.x - place.at.x, at.y - place.at.y];
    const box = {left: place.box.left + dx, right: place.box.right + dx, top: place.box.top + dy, bottom: place.box.bottom + dy};
    if (picture.boxes.some((other) => overlap(box, other))) continue;
    picture.boxes.push(box);
    const bitmap = nameBitmap(place, view.ratio);
    const snap = (value) => Math.round(value * view.ratio) / view.ratio;
    ctx.drawImage(bitmap, snap(box.left - 4), snap(box.top - 4), bitmap.width / view.ratio, bitmap.height / view.ratio);
  }
}

const nameBitmaps = new Map();

function nameBitmap({node, lines, box, weight}, ratio) {
  const key = `${language.now} ${node.id} ${weight} ${ratio}`;
  if (!nameBitmaps.has(key)) {
    const canvas = document.createElement('canvas');
    const width = box.right - box.left + 8;
    [canvas.width, canvas.height] = [Math.ceil(width * ratio), Math.ceil((box.bottom - box.top + 8) * ratio)];
    const ctx = canvas.getContext('2d');
    ctx.scale(ratio, ratio);
    drawLines(ctx, lines, width / 2, 5, weight);
    nameBitmaps.set(key, canvas);
  }
  return nameBitmaps.get(key);
}

/** The box of a node's sign on the screen, which no name may cover. */
function signBox(view, node) {
  const at = onView(view, node);
  const r = radius(node, view.scale) * view.scale;
  return {left: at.x - r, right: at.x + r, top: at.y - r, bottom: at.y + r};
}

/** Who is named first: what is looked at, then the best connected. */
function namesInOrder() {
  const parts = outstanding();
  const first = [selectedNode(), parts?.centre, ...(parts ? parts.order ?? [] : (picture.regions ?? []).map((region) => region.centre))].filter((node) => node && picture.seen.nodes.has(node));
  const rest = (picture.byRank ?? []).filter((node) => !parts || parts.nodes.has(node));
  return [...new Set([...first, ...rest])];
}

/** What is looked at is named farther off where there is no room beside it, a country a little. */
const FAR = [12, 26, 42, 60, 78];

/** The whole name where there is room for it, else its beginning. */
function placeName(ctx, view, node, at, taken, sign, lines) {
  const parts = outstanding();
  const find = (text, away) => spotFor(text, view, node, at, taken, sign, lines, away);
  const isWanted = (parts && parts.nodes.size < 60) || node.family.key === 'country';
  let place = find(nameLines(ctx, node)) ?? find(shortLines(ctx, node));
  for (const away of isWanted ? FAR.slice(0, parts ? FAR.length : 1) : []) place ??= find(shortLines(ctx, node), away);
  if (!place) return null;
  taken.push(place.box);
  const strong = node === selectedNode() || node === parts?.centre || weightOf(node) >= 20;
  return {...place, node, at, weight: strong ? 600 : 400};
}

/** A free place for a name around its sign, `away` from it if need be. */
function spotFor({lines: text, width}, view, node, at, taken, sign, lines, away = 0) {
  const high = text.length * LABEL.line;
  const r = radius(node, view.scale) * view.scale + away;
  const [beside, above] = [r + 5 + width / 2, r + 3 + high];
  const spots = [
    [at.x, at.y + r + 3], [at.x, at.y - above],
    [at.x + beside, at.y - high / 2], [at.x - beside, at.y - high / 2],
    [at.x + 0.72 * beside, at.y + 0.72 * r + 2], [at.x - 0.72 * beside, at.y + 0.72 * r + 2],
    [at.x + 0.72 * beside, at.y - above + 0.28 * r], [at.x - 0.72 * beside, at.y - above + 0.28 * r],
  ];
  let best = null;
  for (const [x, top] of spots) {
    const box = {left: x - width / 2 - 2, right: x + width / 2 + 2, top: top - 0.5, bottom: top + high + 0.5};
    if (isCut(view, box) || taken.some(box, sign)) continue;
    const crossed = lines.length ? crossings(box, lines) : 0;
    if (!best || crossed < best.crossed) best = {lines: text, x, top, box, crossed};
    if (!crossed) break;
  }
  return best;
}

/** Whether a name would be cut by the side of the picture. */
const isCut = (view, box) => box.left < 0 || box.right > view.width;

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
function drawEdgeNames(ctx, view, taken) {
  const parts = outstanding();
  if (!parts || parts.edges.size > 14) return;
  for (const edge of parts.edges) {
    if (!picture.seen.edges.has(edge)) continue;
    const [from, to] = [onView(view, nodes[edge.s]), onView(view, nodes[edge.t])];
    const place = edge.derived ? bendPoints(from, to)[3] : {x: (from.x + to.x) / 2, y: (from.y + to.y) / 2};
    const text = relationOf(edge);
    ctx.font = `400 11.5px "Taawun Sans", sans-serif`;
    const half = ctx.measureText(text).width / 2 + 6;
    const box = {left: place.x - half, right: place.x + half, top: place.y - 10, bottom: place.y + 10};
    if (taken.some(box)) continue;
    taken.push(box);
    picture.relations.push({text, ...place, half});
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


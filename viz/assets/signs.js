// Signs: each entity as the shape of its family, in the colour of its family.

const paths = new Map(DATA.families.map((family) => [family.key, new Path2D(family.path)]));
/** From so many signs on, small ones are stamped from a bitmap rather than drawn. */
const STAMPED = 400;
const signBitmaps = new Map();

/** Far out, as on a phone, signs shrink below their usual least size, so as not to cover all. */
const crowding = (scale) => Math.max(0.55, Math.min(1, Math.sqrt(scale / 0.11)));

/** In a crowd seen from afar, the signs of the many shrink, so that the lines stay visible. */
const thronging = () => Math.max(0.45, Math.min(1, Math.sqrt(1500 / Math.max(1, picture.seen.nodes.size))));

/** The radius in the graph's units: never too small on the screen to be seen. */
function radius(node, scale) {
  return Math.max(node.size, Math.min((1.2 + node.size * 0.22) * crowding(scale) * thronging(), node.size) / scale);
}

const isOutside = (view, {x, y}, r) => x < -r || y < -r || x > view.width + r || y > view.height + r;

function drawSigns(ctx, view, list) {
  const count = list.size ?? list.length;
  for (const node of list) {
    const at = onView(view, node);
    const r = radius(node, view.scale) * view.scale;
    if (isOutside(view, at, r + 4)) continue;
    if (count > STAMPED && r < 16) stampSign(ctx, view, node, at, r);
    else {
      ctx.save();
      ctx.translate(at.x, at.y);
      drawSign(ctx, node.family, r);
      ctx.restore();
    }
  }
}

function drawHalo(ctx, view, node) {
  const at = onView(view, node);
  ctx.save();
  ctx.beginPath();
  ctx.arc(at.x, at.y, radius(node, view.scale) * view.scale * 1.25 + 5, 0, 2 * Math.PI);
  ctx.fillStyle = picture.colours.accent;
  ctx.globalAlpha = 0.22;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = picture.colours.accent;
  ctx.stroke();
  ctx.restore();
}

function drawSign(ctx, family, r) {
  const path = paths.get(family.key);
  ctx.scale(r, r);
  ctx.lineJoin = 'round';
  // A rim in the colour of the ground keeps the shape apart from edges and neighbours.
  ctx.lineWidth = Math.min(5, r) / r;
  ctx.strokeStyle = picture.colours.ground;
  ctx.stroke(path);
  ctx.fillStyle = family.hollow ? picture.colours.ground : family.colour;
  ctx.fill(path);
  ctx.lineWidth = Math.min(family.hollow ? 2.2 : 1, r / 3) / r;
  ctx.strokeStyle = family.hollow ? family.colour : picture.colours.outline;
  ctx.stroke(path);
}

/** The same sign from a bitmap of nearly its size, on whole pixels, so that it stays sharp. */
function stampSign(ctx, view, node, at, r) {
  const step = Math.max(1, Math.round(r * 2));
  const key = `${node.family.key} ${step} ${view.ratio}`;
  if (!signBitmaps.has(key)) signBitmaps.set(key, signBitmap(node.family, step / 2, view.ratio));
  const bitmap = signBitmaps.get(key);
  const side = bitmap.width / view.ratio;
  const snap = (value) => Math.round(value * view.ratio) / view.ratio;
  ctx.drawImage(bitmap, snap(at.x - side / 2), snap(at.y - side / 2), side, side);
}

function signBitmap(family, r, ratio) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil((r * 1.2 + 3) * ratio) * 2;
  canvas.height = canvas.width;
  const ctx = canvas.getContext('2d');
  ctx.translate(canvas.width / 2, canvas.width / 2);
  ctx.scale(ratio, ratio);
  drawSign(ctx, family, r);
  return canvas;
}

/** The entity under a point of the screen: of several the one whose middle is nearest. */
function nodeAt(dom) {
  const view = viewNow();
  let [found, least] = [null, 1];
  for (const node of picture.seen.nodes) {
    const at = onView(view, node);
    const r = Math.max(6, radius(node, view.scale) * view.scale * 1.1);
    const nearness = Math.hypot(at.x - dom.x, at.y - dom.y) / r;
    if (nearness <= least) [found, least] = [node, nearness];
  }
  return found;
}

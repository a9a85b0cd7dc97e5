// Lines: each edge in the style of the firmest claim that it stands for.

/** Strokes of a few lines each: one path of very many lines is slow to fill. */
const STROKE = 16;
const EDGE_ORDER = FIRM.map((_, place) => place).reverse();
/** Dashes cost as much as all the rest of a picture; among so many lines nobody sees them. */
const DASHED = 3000;
/** Beyond so many lines all are finer and fainter. */
const CLEAR = 2500;

function drawEdges(ctx, view, list, standsOut) {
  const groups = EDGE_ORDER.map((firm) => ({firm, edges: []}));
  for (const edge of list) {
    if (!passesBy(view, edge)) groups[FIRM.length - 1 - picture.firm.get(edge)].edges.push(edge);
  }
  const count = groups.reduce((sum, group) => sum + group.edges.length, 0);
  ctx.save();
  for (const {firm, edges: group} of groups) {
    if (!group.length) continue;
    styleEdges(ctx, FIRM[firm], standsOut, count);
    for (let at = 0; at < group.length; at += STROKE) {
      ctx.beginPath();
      for (const edge of group.slice(at, at + STROKE)) traceEdge(ctx, view, edge);
      ctx.stroke();
    }
    if (standsOut || view.scale > 0.7) drawArrows(ctx, view, group);
  }
  ctx.restore();
}

/** Whether an edge lies to one side of what is drawn. */
function passesBy(view, edge) {
  const [from, to] = [nodes[edge.s], nodes[edge.t]];
  const slack = edge.derived ? 0.16 * Math.hypot(to.x - from.x, to.y - from.y) : 0;
  const [left, right] = [(-4 - view.x) / view.scale - slack, (view.width + 4 - view.x) / view.scale + slack];
  const [top, bottom] = [(-4 - view.y) / view.scale - slack, (view.height + 4 - view.y) / view.scale + slack];
  return (from.x < left && to.x < left) || (from.x > right && to.x > right)
    || (from.y < top && to.y < top) || (from.y > bottom && to.y > bottom);
}

/** How a line looks: faint in a crowd, clear when it is what is looked at. */
function edgeStyle(firmness, standsOut, count) {
  const crowd = standsOut ? 1 : Math.max(0.22, Math.min(1, Math.sqrt(CLEAR / Math.max(1, count))));
  const isStrong = firmness.key === 'signed' || firmness.key === 'agreed';
  return {
    alpha: standsOut ? 0.95 : (isStrong ? 0.9 : 0.42) * crowd,
    width: crowd < 1 ? Math.min(firmness.width, 1) : firmness.width,
    dash: count > DASHED ? [] : firmness.dash,
    cap: firmness.key === 'reported' ? 'round' : 'butt',
    colour: picture.colours[firmness.key] || picture.colours.edge,
  };
}

function styleEdges(ctx, firmness, standsOut, count) {
  const style = edgeStyle(firmness, standsOut, count);
  ctx.globalAlpha = style.alpha;
  ctx.lineWidth = style.width;
  ctx.setLineDash(style.dash);
  ctx.lineCap = style.cap;
  ctx.strokeStyle = style.colour;
  ctx.fillStyle = style.colour;
}

function traceEdge(ctx, view, edge) {
  const [from, to] = [onView(view, nodes[edge.s]), onView(view, nodes[edge.t])];
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

function drawArrows(ctx, view, group) {
  for (const edge of group) {
    for (const tip of arrowTips(edge)) {
      const corners = arrowCorners(view, edge, tip);
      if (!corners) continue;
      ctx.beginPath();
      corners.forEach(({x, y}, place) => (place ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
      ctx.closePath();
      ctx.fill();
    }
  }
}

function arrowTips(edge) {
  if (edge.derived) return [];
  return [...new Set(edge.claims.filter((fact) => picture.seen.facts.has(fact)).map((fact) => fact.o))];
}

/** The three corners of an arrow head just before the sign that it points to; null if too short. */
function arrowCorners(view, edge, tip) {
  const [from, to] = [onView(view, nodes[tip === edge.t ? edge.s : edge.t]), onView(view, nodes[tip])];
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const gap = radius(nodes[tip], view.scale) * view.scale * 1.05 + 3;
  if (length < 46 || length < gap * 1.5) return null;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [x, y] = [to.x - ux * gap, to.y - uy * gap];
  const [long, half] = [8, 3.4];
  return [
    {x, y},
    {x: x - ux * long - uy * half, y: y - uy * long + ux * half},
    {x: x - ux * long + uy * half, y: y - uy * long - ux * half},
  ];
}

/** The edge under a point of the screen, if any is within a few pixels. */
function edgeAt(dom) {
  const view = viewNow();
  let [reach, found] = [7, null];
  for (const edge of picture.seen.edges) {
    if (picture.chosen && !picture.chosen.edges.has(edge)) continue;
    const [from, to] = [onView(view, nodes[edge.s]), onView(view, nodes[edge.t])];
    const distance = edge.derived
      ? Math.min(...bendPoints(from, to).map((one, place, all) => (place ? distanceTo(dom, all[place - 1], one) : Infinity)))
      : distanceTo(dom, from, to);
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

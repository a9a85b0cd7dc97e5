// Regions: entities that belong together, shaded as one: by country, by event, by neighbourhood.
//
// A region is a broad line along the shortest tree through its members, so that it covers them
// and hardly anything else, whatever the layout.

const GROUPINGS = ['', 'country', 'event', 'hub'];
/** Of each grouping, what an entity belongs to; an event wants to know what shows. */
const groupOf = {country: countryOf, event: eventOf, hub: (node) => (node.hub === undefined ? null : nodes[node.hub])};
const REGION = {reach: 52, narrowest: 38, leap: 620, alpha: 0.2, least: 3, most: 14, hubs: 60};
const REGION_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a6fd1'];

/** The regions of what shows: the largest ones, each with its members and the lines that join them. */
function regionsOf(parts) {
  if (!state.groups) return [];
  const centres = groupOf[state.groups];
  const members = new Map();
  for (const node of parts.nodes) {
    const centre = centres(node, parts);
    if (!centre) continue;
    if (!members.has(centre)) members.set(centre, new Set([centre].filter((one) => parts.nodes.has(one))));
    members.get(centre).add(node);
  }
  return [...members]
    .filter(([, list]) => list.size >= REGION.least)
    .sort(([one, mine], [other, theirs]) => theirs.size - mine.size || one.id - other.id)
    .slice(0, state.groups === 'hub' ? REGION.hubs : REGION.most)
    .map(([centre, list], place) => ({centre, members: [...list], colour: REGION_COLOURS[place % REGION_COLOURS.length]}));
}

/** The one country, besides the one that is everywhere, that an entity belongs to. */
function countryOf(node) {
  const others = node.countries.map((place) => nodes[place]).filter((one) => one !== commonCountry());
  return others.length === 1 ? others[0] : null;
}

let common;
function commonCountry() {
  if (common === undefined) {
    const counts = new Map();
    for (const node of nodes) for (const place of node.countries) counts.set(place, (counts.get(place) ?? 0) + 1);
    const [[place, count] = [null, 0]] = [...counts].sort(([, one], [, other]) => other - one);
    common = counts.size > 1 && count > nodes.length / 4 ? nodes[place] : null;
  }
  return common;
}

/** The event that an entity belongs to: an own one, else the only one beside it. */
function eventOf(node, parts) {
  if (node.family.key === 'event') return node;
  const events = node.links.filter((edge) => !edge.derived && (!parts || parts.edges.has(edge))).map((edge) => otherEnd(edge, node)).filter((one) => one.family.key === 'event' && (!parts || parts.nodes.has(one)));
  return events.length === 1 ? events[0] : null;
}

/** The shortest tree through the members (Prim), without leaps across the picture. */
function treeOf({members}) {
  const [first, ...rest] = members;
  const waiting = new Map(rest.map((node) => [node, {node: first, length: Math.hypot(node.x - first.x, node.y - first.y)}]));
  const links = [];
  while (waiting.size) {
    let [next, least] = [null, {length: Infinity}];
    for (const [node, way] of waiting) if (way.length < least.length) [next, least] = [node, way];
    waiting.delete(next);
    links.push([least.length < REGION.leap ? least.node : next, next]);
    for (const [node, way] of waiting) {
      const length = Math.hypot(node.x - next.x, node.y - next.y);
      if (length < way.length) waiting.set(node, {node: next, length});
    }
  }
  return links;
}

/** The lines of a region on a view, as pairs of points, and how broad they are. */
function regionLines(view, region) {
  const links = region.members.length < 600 ? treeOf(region) : region.members.map((node) => [node, node]);
  const first = region.members[0];
  return {
    width: Math.max(REGION.narrowest, 2 * REGION.reach * view.scale),
    lines: [[first, first], ...links].map((pair) => pair.map((node) => onView(view, node))),
  };
}

function drawRegions(ctx, view) {
  for (const region of picture.regions ?? []) {
    const {width, lines} = regionLines(view, region);
    ctx.save();
    ctx.beginPath();
    for (const [from, to] of lines) {
      ctx.moveTo(from.x, from.y);
      ctx.lineTo(to.x + 0.01, to.y);
    }
    [ctx.lineCap, ctx.lineJoin, ctx.lineWidth, ctx.globalAlpha, ctx.strokeStyle] = ['round', 'round', width, REGION.alpha, region.colour];
    ctx.stroke();
    ctx.restore();
  }
}

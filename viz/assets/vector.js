// Vector: the picture as it stands, as SVG, each part an element that other programs can change.

/** The picture as it stands: its size, and its parts. */
function sceneOfView() {
  const view = viewNow();
  const parts = outstanding();
  const scene = [svg('g', {opacity: parts ? DIM : 1}, svgRegions(view), ...svgScene(view, picture.seen.edges, picture.seen.nodes, false))];
  if (parts) {
    const mine = (kind) => [...parts[kind]].filter((item) => picture.seen[kind].has(item));
    scene.push(svg('g', {}, ...svgScene(view, mine('edges'), mine('nodes'), true)));
  }
  return {width: view.width, height: view.height, scene: [...scene, svgNames()]};
}

/** The rules that embed the fonts, so that the file looks the same everywhere. */
function fontsOfPicture() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSFontFaceRule && rule.cssText.includes('Taawun Sans')).map((rule) => rule.cssText).join('\n');
}

const short = (value) => Math.round(value * 10) / 10;

function svgRegions(view) {
  return svg('g', {class: 'regions'}, ...(picture.regions ?? []).map((region) => {
    const {width, lines} = regionLines(view, region);
    const d = lines.map(([from, to]) => `M${short(from.x)} ${short(from.y)}L${short(to.x + 0.1)} ${short(to.y)}`).join('');
    return svg('path', {d, fill: 'none', stroke: region.colour, 'stroke-opacity': REGION.alpha, 'stroke-width': short(width), 'stroke-linecap': 'round', 'stroke-linejoin': 'round'});
  }));
}

function svgScene(view, edgeList, nodeList, standsOut) {
  return [svgEdges(view, edgeList, standsOut), svgSigns(view, nodeList)];
}

function svgEdges(view, list, standsOut) {
  const shown = [...list].filter((edge) => !passesBy(view, edge));
  const groups = EDGE_ORDER.map((firm) => [firm, shown.filter((edge) => picture.firm.get(edge) === firm)]).filter(([, group]) => group.length);
  return svg('g', {class: 'edges', fill: 'none'}, ...groups.flatMap(([firm, group]) => {
    const style = edgeStyle(FIRM[firm], standsOut, shown.length);
    const line = svg('path', {
      d: group.map((edge) => svgLine(view, edge)).join(''), stroke: style.colour, 'stroke-width': style.width, 'stroke-opacity': short(style.alpha * 10) / 10, 'stroke-dasharray': style.dash.join(' ') || 'none', 'stroke-linecap': style.cap,
    });
    const heads = standsOut || view.scale > 0.7 ? group.flatMap((edge) => arrowTips(edge).map((tip) => arrowCorners(view, edge, tip))).filter(Boolean) : [];
    const arrows = heads.map((corners) => `M${corners.map(({x, y}) => `${short(x)} ${short(y)}`).join('L')}Z`).join('');
    return arrows ? [line, svg('path', {d: arrows, fill: style.colour})] : [line];
  }));
}

function svgLine(view, edge) {
  const [from, to] = [onView(view, nodes[edge.s]), onView(view, nodes[edge.t])];
  const start = `M${short(from.x)} ${short(from.y)}`;
  if (!edge.derived) return `${start}L${short(to.x)} ${short(to.y)}`;
  const bend = bendOf(from, to);
  return `${start}Q${short(bend.x)} ${short(bend.y)} ${short(to.x)} ${short(to.y)}`;
}

function svgSigns(view, list) {
  const signs = [];
  for (const node of list) {
    const at = onView(view, node);
    const r = radius(node, view.scale) * view.scale;
    if (isOutside(view, at, r)) continue;
    const {family} = node;
    const path = svg('path', {
      d: family.path, transform: `translate(${short(at.x)} ${short(at.y)}) scale(${short(r)})`, 'stroke-linejoin': 'round',
      fill: family.hollow ? picture.colours.ground : family.colour, stroke: family.hollow ? family.colour : picture.colours.outline, 'stroke-width': (family.hollow ? 2.2 : 1) / r,
    });
    path.append(svg('title', {}, inLanguage(node.name)));
    signs.push(path);
  }
  return svg('g', {class: 'signs'}, ...signs);
}

function svgText(text, x, y, settings) {
  return svg('text', {x: short(x), y: short(y), 'font-family': "'Taawun Sans', sans-serif", fill: picture.colours.ink, direction: runsRightToLeft(text) ? 'rtl' : 'ltr', ...settings}, text);
}

function svgNames() {
  const rim = {stroke: picture.colours.ground, 'stroke-width': 4, 'stroke-linejoin': 'round', 'paint-order': 'stroke', 'text-anchor': 'middle', 'dominant-baseline': 'central'};
  const names = picture.placed.flatMap(({lines, x, top, weight}) => lines.map((line, place) =>
    svgText(line, x, top + (place + 0.5) * LABEL.line, {...rim, 'font-size': LABEL.size, 'font-weight': weight})));
  const relations = (picture.relations ?? []).map(({text, x, y}) => svgText(text, x, y, {...rim, 'font-size': 11.5}));
  return svg('g', {class: 'names'}, ...names, ...relations);
}

// Publishing: the view as SVG, and as PNG of twice the size, with title, legend and full source.

const PUBLISH = {margin: 24, line: 20, least: 760};

function saveSvg() {
  download('taawun.svg', new Blob([published()], {type: 'image/svg+xml;charset=utf-8'}));
}

/** The same drawing as pixels, two for each of the screen's. */
function savePng() {
  const drawing = new Image();
  drawing.onload = () => {
    const canvas = el('canvas');
    [canvas.width, canvas.height] = [2 * drawing.width, 2 * drawing.height];
    canvas.getContext('2d').drawImage(drawing, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download('taawun.png', blob), 'image/png');
  };
  drawing.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(published())}`;
}

/** The drawing as text: a title, what shows, the legend of what shows, and every source. */
function published() {
  const {width, height, scene} = isLaidOut(state.view) ? sceneOfElement(byId(`view-${state.view}`)) : sceneOfView();
  const full = Math.max(width, PUBLISH.least);
  const head = PUBLISH.margin + 34;
  const foot = [...legendLines(full), ...wrapped(word('overview-sources', {documents: documents.map(sourceText).join(' · ')}), full - 2 * PUBLISH.margin).map((text) => [{text}])];
  const total = head + height + PUBLISH.margin + foot.length * PUBLISH.line + PUBLISH.margin;
  const root = svg('svg', {width: full, height: total, viewBox: `0 0 ${full} ${total}`, lang: language.now},
    svg('title', {}, titleOfView()),
    svg('style', {}, fontsOfPicture()),
    svg('rect', {width: full, height: total, fill: picture.colours.ground}),
    lineOfText(titleOfView(), full, PUBLISH.margin + 8, {'font-size': 18, 'font-weight': 600}),
    svg('clipPath', {id: 'frame'}, svg('rect', {width, height})),
    svg('g', {transform: `translate(${(full - width) / 2} ${head})`, 'clip-path': 'url(#frame)'}, ...scene),
    svg('g', {class: 'foot'}, ...foot.flatMap((line, place) => drawLine(line, full, head + height + PUBLISH.margin + (place + 0.5) * PUBLISH.line))));
  return new XMLSerializer().serializeToString(root);
}

/** What the drawing shows, in the words of the page. */
function titleOfView() {
  const chosen = state.selected && !isLaidOut(state.view) ? byId('panel').querySelector('h2')?.textContent.trim() : '';
  return `${inLanguage(DATA.title)} · ${chosen || word(`explorer-tab-${isLaidOut(state.view) ? state.view : 'graph'}`)} · ${byId('counts').textContent}`;
}

const sourceText = (item) => listed([inLanguage(item.title), item.creator, item.publisher].filter(Boolean));

function measure(text, size = 13) {
  const ctx = document.createElement('canvas').getContext('2d');
  ctx.font = `400 ${size}px "Taawun Sans", sans-serif`;
  return ctx.measureText(text).width;
}

/** The text in lines of at most this width. */
function wrapped(text, width) {
  const lines = [''];
  for (const part of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${part}` : part;
    if (measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** What the legend explains: the kinds and the lines that show, several on each line of text. */
function legendLines(width) {
  const entries = isLaidOut(state.view)
    ? BANDS.map((band, place) => ({text: bandName(place), band})).filter((_, place) => partnersIn(place).length)
    : [...DATA.families.filter((family) => [...picture.seen.nodes].some((node) => node.family === family)).map((family) => ({text: inLanguage(family.name), family})),
      ...FIRM.filter((firm, place) => [...picture.firm.values()].includes(place)).map((firm) => ({text: inLanguage(firm.name), band: {...firm, colour: firm.key}}))];
  const lines = [[]];
  let used = 0;
  for (const entry of entries) {
    const needed = measure(entry.text) + 64;
    if (used + needed > width - 2 * PUBLISH.margin && lines.at(-1).length) [used] = [0, lines.push([])];
    lines.at(-1).push(entry);
    used += needed;
  }
  return lines.filter((line) => line.length);
}

/** The entries of a line, from where the language begins. */
function drawLine(line, width, y) {
  let at = PUBLISH.margin;
  const place = (x) => (language.now === 'ar' ? width - x : x);
  return line.flatMap((entry) => {
    const parts = [];
    if (entry.family) {
      const {family} = entry;
      parts.push(svg('path', {d: family.path, transform: `translate(${place(at + 8)} ${y}) scale(7)`, fill: family.hollow ? 'none' : family.colour, stroke: family.colour, 'stroke-width': 0.25}));
    } else if (entry.band) {
      const colour = picture.colours[entry.band.colour] || picture.colours.edge;
      parts.push(svg('path', {d: `M${place(at)} ${y}H${place(at + 34)}`, stroke: colour, 'stroke-width': entry.band.width, 'stroke-dasharray': entry.band.dash.join(' ') || 'none'}));
    }
    const from = at + (entry.family ? 22 : entry.band ? 42 : 0);
    parts.push(lineOfText(entry.text, width, y, {}, from));
    at = from + measure(entry.text) + 22;
    return parts;
  });
}

function lineOfText(text, width, y, settings, from = PUBLISH.margin) {
  return svgText(text, language.now === 'ar' ? width - from : from, y, {'font-size': 13, 'dominant-baseline': 'central', 'text-anchor': 'start', ...settings, direction: direction()});
}

/* ---------- a part of the page as a drawing ---------- */

/** What a scrolled element holds, drawn where it stands: boxes, signs, and each line of text. */
function sceneOfElement(element) {
  const frame = element.getBoundingClientRect();
  const shift = {x: element.scrollLeft - frame.left, y: element.scrollTop - frame.top};
  const scene = [];
  drawElement(element, shift, scene);
  const clean = scene.filter(Boolean);
  // A table that scrolls inside is drawn whole.
  const inner = [...element.querySelectorAll('.matrix-frame, .board')].map((part) => part.scrollWidth + 2 * PUBLISH.margin);
  return {width: Math.max(element.scrollWidth, ...inner), height: element.scrollHeight, scene: clean};
}

const isPainted = (colour) => colour && colour !== 'transparent' && !/^rgba\(.*, 0\)$/.test(colour);
const isFolded = (child) => child.parentElement.matches('details:not([open])') && child.tagName !== 'SUMMARY';

function drawElement(element, shift, scene) {
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) drawText(child, shift, scene);
    if (child.nodeType !== Node.ELEMENT_NODE) continue;
    const style = getComputedStyle(child);
    const box = child.getBoundingClientRect();
    if (style.display === 'none' || style.visibility === 'hidden' || !box.width || isFolded(child) || child.closest('.unseen, .narrowings')) continue;
    if (child instanceof SVGSVGElement) scene.push(drawnSign(child, box, shift));
    else {
      if (child.tagName !== 'TBODY') scene.push(drawnBox(style, box, shift));
      drawElement(child, shift, scene);
    }
  }
}

function drawnBox(style, box, shift) {
  const border = ['Top', 'Bottom', 'Left', 'Right'].map((side) => [side, parseFloat(style[`border${side}Width`]), style[`border${side}Color`], style[`border${side}Style`]]).filter(([, width, colour, kind]) => width && kind !== 'none' && isPainted(colour));
  const at = {x: short(box.left + shift.x), y: short(box.top + shift.y), width: short(box.width), height: short(box.height)};
  const dash = (kind, width) => ({dashed: `${3 * width} ${2 * width}`, dotted: `${width} ${width}`}[kind] ?? 'none');
  const [, least] = border.reduce((one, other) => (other[1] < one[1] ? other : one), border[0] ?? []);
  const thick = border.filter(([, width]) => width > least);
  if (border.length === 4) {
    const [, width, colour, kind] = border.find(([, one]) => one === least);
    const side = thick.map(([name, size, ink, style_]) => svg('path', {d: `M${name === 'Right' ? at.x + at.width : at.x} ${at.y}v${at.height}`, stroke: ink, 'stroke-width': size, 'stroke-dasharray': dash(style_, size)}));
    return svg('g', {}, svg('rect', {...at, rx: Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.height / 2), fill: isPainted(style.backgroundColor) ? style.backgroundColor : 'none', stroke: colour, 'stroke-width': width, 'stroke-dasharray': dash(kind, width)}), ...side);
  }
  const lines = border.map(([side, width, colour, kind]) => {
    const x = side === 'Right' ? at.x + at.width : at.x;
    const y = side === 'Bottom' ? at.y + at.height : at.y;
    return svg('path', {d: side === 'Top' || side === 'Bottom' ? `M${at.x} ${y}h${at.width}` : `M${x} ${at.y}v${at.height}`, stroke: colour, 'stroke-width': width, 'stroke-dasharray': dash(kind, width)});
  });
  const ground = isPainted(style.backgroundColor) && svg('rect', {...at, rx: parseFloat(style.borderTopLeftRadius) || 0, fill: style.backgroundColor});
  return ground || lines.length ? svg('g', {}, ...[ground, ...lines].filter(Boolean)) : null;
}

/** A sign of the page with the colours that its style sheet gives it. */
function drawnSign(sign, box, shift) {
  const copy = sign.cloneNode(true);
  const drawn = [...sign.querySelectorAll('*')];
  [...copy.querySelectorAll('*')].forEach((part, place) => {
    const style = getComputedStyle(drawn[place]);
    part.removeAttribute('style');
    for (const name of ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin']) part.setAttribute(name, style.getPropertyValue(name));
  });
  for (const [name, value] of Object.entries({x: short(box.left + shift.x), y: short(box.top + shift.y), width: short(box.width), height: short(box.height)})) copy.setAttribute(name, value);
  return copy;
}

/** Each line that a text takes up, as it is broken on the page. */
function drawText(node, shift, scene) {
  if (!node.data.trim()) return;
  const style = getComputedStyle(node.parentElement);
  const range = document.createRange();
  const lines = [];
  for (const match of node.data.matchAll(/[^\s\-–—]+[\-–—]*\s*|[\-–—]+\s*/g)) {
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].trimEnd().length);
    const [rect] = range.getClientRects();
    if (!rect) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.top - rect.top) < 3) Object.assign(last, {text: last.text + match[0], left: Math.min(last.left, rect.left), right: Math.max(last.right, rect.right)});
    else lines.push({text: match[0], top: rect.top, bottom: rect.bottom, left: rect.left, right: rect.right});
  }
  const clip = node.parentElement.closest('q, .first-item')?.getBoundingClientRect();
  for (const line of lines) {
    if (clip && line.bottom > clip.bottom + 4) continue;
    const isRtl = runsRightToLeft(line.text);
    scene.push(svgText(line.text.trim(), (isRtl ? line.right : line.left) + shift.x, (line.top + line.bottom) / 2 + shift.y, {
      'font-size': style.fontSize, 'font-weight': style.fontWeight, 'font-family': style.fontFamily, fill: style.color, 'dominant-baseline': 'central', 'text-anchor': 'start', direction: isRtl ? 'rtl' : 'ltr',
    }));
  }
}

// Building the page: elements made from text only, never from markup.

const SVG = 'http://www.w3.org/2000/svg';
const byId = (id) => document.getElementById(id);

/** An element with properties, listeners (onclick …), attributes and children. */
function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || (value === false && !name.startsWith('aria-'))) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const ICONS = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  sun: 'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.5 1.5M16.9 16.9l1.5 1.5M18.4 5.6l-1.5 1.5M7.1 16.9l-1.5 1.5M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4A8.5 8.5 0 1 0 20 14.5Z',
  auto: 'M12 3a9 9 0 1 0 0 18ZM12 3a9 9 0 0 1 0 18',
  save: 'M12 4v11M7 11l5 5l5-5M5 20h14',
  filter: 'M4 6h16M7 12h10M10 18h4',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M19 12H5M11 6l-6 6l6 6',
  home: 'M4 11l8-7l8 7v9h-5v-6h-6v6H4Z',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L20 20',
  copy: 'M9 9h10v11H9ZM5 15V4h10',
  book: 'M12 6C9 4 6 4 3 5v14c3-1 6-1 9 1c3-2 6-2 9-1V5c-3-1-6-1-9 1ZM12 6v14',
  target: 'M12 5a7 7 0 1 0 0 14a7 7 0 1 0 0-14M12 2v5M12 17v5M2 12h5M17 12h5',
  route: 'M6 19a2 2 0 1 0 0-4a2 2 0 1 0 0 4M18 9a2 2 0 1 0 0-4a2 2 0 1 0 0 4M8 17h7a3 3 0 0 0 0-6H9a3 3 0 0 1 0-6h7',
  up: 'M6 15l6-6l6 6',
  person: 'M12 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 1 0 0 7M5 20c0-4 3-6 7-6s7 2 7 6',
  clock: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16M12 8v4l3 2',
  check: 'M5 12l5 5L19 7',
  question: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18',
};

function icon(name) {
  return svg('svg', {viewBox: '0 0 24 24', class: `icon icon-${name}`, 'aria-hidden': 'true'}, svg('path', {d: ICONS[name]}));
}

/** The sign of a family, as the picture draws it. */
function familySign(family) {
  const sign = svg('path', {d: family.path, class: family.hollow ? 'sign hollow' : 'sign'});
  sign.style.setProperty('--colour', family.colour);
  return svg('svg', {viewBox: '-1.3 -1.3 2.6 2.6', class: 'family', 'aria-hidden': 'true'}, sign);
}

/** A short line drawn as the picture draws edges of a firmness. */
function firmnessSign(firmness) {
  const line = svg('path', {d: 'M1 5H35', class: `line line-${firmness.key}`, 'stroke-width': firmness.width, 'stroke-dasharray': firmness.dash.join(' ')});
  return svg('svg', {viewBox: '0 0 36 10', class: 'firmness', 'aria-hidden': 'true'}, line);
}

/** A name of the data: kept apart from the text around it, in its own language. */
function bdi(text, className) {
  return el('bdi', {class: className, lang: languageOf(text)}, text);
}

function button(content, onclick, properties = {}) {
  return el('button', {type: 'button', onclick, ...properties}, content);
}

function iconButton(name, label, onclick, properties = {}) {
  return button(icon(name), onclick, {'aria-label': label, title: label, class: 'round', ...properties});
}

/** A name that opens the entity. */
function entityLink(node, properties = {}) {
  return button([familySign(node.family), bdi(inLanguage(node.name))], () => select({kind: 'node', node}), {class: 'entity', ...properties});
}

function announce(text) {
  byId('live').textContent = text;
}

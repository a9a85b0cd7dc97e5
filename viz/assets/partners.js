// Partners: one line each from the centre, whose weight and pattern are the furthest stage reached.

const FAN = {rows: 16, port: 4.3, sign: 7.5, gap: 13};

function renderPartners() {
  const view = byId('view-partners');
  if (!partners.length) {
    view.replaceChildren(el('p', {class: 'empty'}, word('overview-nothing')));
    return;
  }
  const isFolded = partners.length > FAN.rows;
  const isByRegion = state.byRegion && canGroupByRegion();
  const shown = BANDS.map((band, place) => place).filter((place) => partnersIn(place).length && (!state.band || BANDS[place].key === state.band));
  const fan = svg('svg', {class: 'fan', 'aria-hidden': 'true'});
  const body = el('div', {class: 'fan-body'},
    el('div', {class: 'centre'}, button([familySign(nodes[OVERVIEW.centre].family), bdi(inLanguage(nodes[OVERVIEW.centre].name))], () => select({kind: 'node', node: nodes[OVERVIEW.centre]}), {class: 'centre-name'})),
    fan,
    el('div', {class: 'bands'}, isByRegion ? regionSections(shown.flatMap(partnersIn), isFolded) : shown.map((place) => bandSection(place, isFolded))));
  view.replaceChildren(el('div', {class: 'headline-row'}, headline(), orderChoice(isByRegion)), onlyBand(), body, othersLine());
  // The sign of the centre is as high as its lines are apart.
  body.querySelector('.centre-name svg').setAttribute('preserveAspectRatio', 'none');
  drawFan();
}

const regionOf = (partner) => partner.region ?? -1;
const regionName = (region) => (region < 0 ? word('overview-rest') : inLanguage(OVERVIEW.regions[region]));
const canGroupByRegion = () => new Set(partners.map(regionOf)).size > 1;

/** Partners by how far they have come, or by region: the choice between the two. */
function orderChoice(isByRegion) {
  if (!canGroupByRegion()) return '';
  const choice = (code, chosen) => button(word(code), () => update({byRegion: code === 'overview-by-region'}, {remember: true}), {class: 'order', data: {key: code}, 'aria-pressed': chosen});
  return el('div', {class: 'orders', role: 'group', 'aria-label': word('overview-order')}, choice('overview-by-stage', !isByRegion), choice('overview-by-region', isByRegion));
}

/** Partners by region, the largest first; in a folded one a tick for each, the firmest first. */
function regionSections(list, isFolded) {
  return byRegion(list).map(([region, mine]) => el('section', {class: 'band', data: {region}},
    isFolded
      ? el('ul', {class: 'rows'}, el('li', {class: 'partner-row folded', data: {band: mine[0].band}}, regionDetails(region, mine, mine.map((partner) => bandSign(partner.band, 16)))))
      : [el('h3', {class: 'band-title'}, regionName(region), el('span', {class: 'count'}, number(mine.length))), el('ul', {class: 'rows'}, mine.map(partnerRow))]));
}

function byRegion(list) {
  const regions = new Map();
  for (const partner of list) regions.set(regionOf(partner), [...(regions.get(regionOf(partner)) ?? []), partner]);
  return [...regions].sort(([one, mineOne], [other, mineOther]) => mineOther.length - mineOne.length || one - other);
}

/** A region with its partners, named on demand. */
function regionDetails(region, list, ticks = []) {
  return el('details', {class: 'region', open: list.length <= 6}, el('summary', {}, regionName(region), el('span', {class: 'count'}, number(list.length)), ticks.length > 0 && el('span', {class: 'ticks'}, ticks)),
    el('ul', {class: 'names'}, list.map((partner) => el('li', {}, button([familySign(partner.node.family), bdi(inLanguage(partner.node.name))], () => select({kind: 'partner', partner}), {class: 'partner-name', data: {key: `partner-${shortName(partner.node)}`}})))));
}

/** That only one band shows, and the way back. */
function onlyBand() {
  const place = BANDS.findIndex((band) => band.key === state.band);
  return place < 0 ? '' : el('p', {class: 'only-band'}, word('overview-only-band', {band: bandName(place)}), ' ', button(word('overview-show-all'), () => update({band: ''}), {class: 'link'}));
}

function bandSection(place, isFolded) {
  const mine = partnersIn(place);
  // Partners of whom one sentence says one and the same.
  const words = new Set(mine.map((partner) => (partner.items.length === 1 ? partner.facts.map((id) => facts[id].quotes.join()).join('|') : partner.id)));
  const isSame = mine.length > 4 && words.size === 1;
  return el('section', {class: `band${isSame ? ' same' : ''}`, data: {band: BANDS[place].key}},
    el('h3', {class: `band-title did-${BANDS[place].key}`}, bandName(place), el('span', {class: 'count'}, number(mine.length))),
    isFolded ? foldedBand(place, mine) : el('ul', {class: 'rows'}, mine.map(partnerRow)));
}

function partnerRow(partner) {
  const {node} = partner;
  const first = items[partner.items[0]] ?? null;
  const about = first ? first.node : nodes[partner.meetings[0]];
  return el('li', {class: 'partner-row', data: {ref: shortName(node), band: partner.band}},
    button([familySign(node.family), bdi(shortForm(node))], () => select({kind: 'partner', partner}), {class: 'partner-name', title: inLanguage(node.name), data: {key: `partner-${shortName(node)}`}}),
    button(bdi(inLanguage(about.name)), () => select({kind: 'node', node: about}), {class: 'first-item'}),
    el('span', {class: 'areas'}, areaChips(partner.areas.map(([id]) => nodes[id]), chipsThatFit(partner.areas))),
    el('span', {class: 'numbers'}, numbersOf(partner).map(([family, count]) => button([familySign(family), number(count)],
      () => update({view: 'stages', partner: node}, {remember: true}),
      {class: 'number', title: word('overview-numbers', {count, kind: inLanguage(family.name)}), 'aria-label': `${inLanguage(node.name)}: ${word('overview-numbers', {count, kind: inLanguage(family.name)})}`}))));
}

/** Chips are whole or absent: two if their names are short. */
const chipsThatFit = (areas) => (areas.slice(0, 2).map(([id]) => inLanguage(nodes[id].name)).join('').length > 35 ? 1 : 2);

/** A long name that ends with its short form is told by that: "… (OECD)". */
function shortForm(node) {
  const name = inLanguage(node.name);
  const [, brief] = /\(([\p{Lu}\d.-]{2,10})\)$/u.exec(name) ?? [];
  return name.length > 30 && brief ? brief : name;
}

/** So many areas as chips, and how many more. */
function areaChips(areas, most) {
  const chips = areas.slice(0, most).map((area) => button(bdi(inLanguage(area.name)), () => update({view: 'matrix', area}, {remember: true}), {class: 'area-chip'}));
  return areas.length > most ? [...chips, el('span', {class: 'more-areas', dir: 'ltr'}, `+${number(areas.length - most)}`)] : chips;
}

/** How many items and meetings of each kind a partner has. */
function numbersOf(partner) {
  const counts = new Map();
  for (const node of [...itemsOf(partner).map((item) => item.node), ...partner.meetings.map((id) => nodes[id])]) counts.set(node.family, (counts.get(node.family) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => familyIndex.get(one.key) - familyIndex.get(other.key));
}

/** Many partners: one line for the band, its partners by region. */
function foldedBand(place, mine) {
  return el('ul', {class: 'rows'}, el('li', {class: 'partner-row folded', data: {band: place}}, byRegion(mine).map(([region, list]) => regionDetails(region, list))));
}

function othersLine() {
  return OVERVIEW.others.length > 0 && el('p', {class: 'others'}, word('overview-others'), ' ',
    OVERVIEW.others.map((id, place) => [place ? (language.now === 'ar' ? '، ' : ', ') : '', button(bdi(inLanguage(nodes[id].name)), () => select({kind: 'node', node: nodes[id]}), {class: 'link'})]));
}

/* ---------- the lines ---------- */

/** Draw a line from the centre to each row, where the rows now stand. */
function drawFan() {
  const body = byId('view-partners').querySelector('.fan-body');
  if (!body || !body.clientWidth) return;
  const fan = body.querySelector('.fan');
  const box = fan.getBoundingClientRect();
  const isRtl = direction() === 'rtl';
  // Along: from the centre's side of the page to the rows; down: from the top.
  const along = (x) => short(isRtl ? box.width - x : x);
  const rows = [...body.querySelectorAll('.partner-row')].filter((row) => row.getClientRects().length);
  const points = rows.map((row) => {
    const name = row.querySelector('.partner-name, summary').getBoundingClientRect();
    return {row, y: name.top + name.height / 2 - box.top};
  });
  fan.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
  const isSpine = getComputedStyle(fan).getPropertyValue('--spine').trim() === '1';
  const name = body.querySelector('.centre-name').getBoundingClientRect();
  const middle = {x: isSpine ? 12 : 38, y: name.top + name.height / 2 - box.top};
  const parts = points.flatMap(({row, y}, place) => fanLine(row, along, isSpine
    ? {from: {x: middle.x, y}, to: {x: box.width - 4, y}}
    : {from: {x: middle.x + 16, y: middle.y + (place - (points.length - 1) / 2) * Math.min(FAN.port, 56 / points.length)}, to: {x: box.width - 6, y}}));
  if (isSpine && points.length) parts.unshift(svg('path', {class: 'spine', d: `M${along(middle.x)} ${short(middle.y)}V${short(points.at(-1).y)}`}));
  fan.replaceChildren(...parts);
}

function fanLine(row, along, {from, to}) {
  const place = Number(row.dataset.band);
  const band = BANDS[place];
  const partner = partnersIn(place)[0];
  const shown = row.dataset.ref ? partnerOfNode.get(nodeByShortName(row.dataset.ref)) : partner;
  const family = (items[shown.items[0]]?.node ?? nodes[shown.meetings[0]]).family;
  const sign = to.x - from.x > 60 ? to.x - 40 : (from.x + to.x) / 2;
  const turn = Math.max(from.x, sign - FAN.gap - 14);
  const bend = (from.x + turn) / 2;
  const settings = {class: `line line-${band.colour}`, 'stroke-width': band.width, 'stroke-dasharray': band.dash.join(' ') || 'none', 'stroke-linecap': band.key === 'planned' ? 'round' : 'butt', fill: 'none'};
  const curve = to.x - from.x > 60
    ? `M${along(from.x)} ${short(from.y)}C${along(bend)} ${short(from.y)} ${along(bend)} ${short(to.y)} ${along(turn)} ${short(to.y)}H${along(sign - FAN.gap)}`
    : `M${along(from.x)} ${short(to.y)}H${along(sign - FAN.gap + 3)}`;
  const path = svg('path', {d: family.path, class: family.hollow || band.key === 'planned' ? 'sign hollow' : 'sign', transform: `translate(${along(sign)} ${short(to.y)}) scale(${FAN.sign})`});
  path.style.setProperty('--colour', family.colour);
  return [svg('path', {...settings, d: curve}), svg('path', {...settings, d: `M${along(sign + FAN.gap)} ${short(to.y)}H${along(to.x)}`}), path];
}

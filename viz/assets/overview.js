// The overview: what the rules of viz/overview.py found, its headline, legend and panels.

const OVERVIEW = DATA.overview;
const BANDS = OVERVIEW?.bands ?? [];
const items = (OVERVIEW?.items ?? []).map((item, id) => ({partners: [], areas: [], facts: [], ...item, id, node: nodes[item.n]}));
const ownItems = (OVERVIEW?.own ?? []).map((item) => ({partners: [], areas: [], facts: [], ...item, node: nodes[item.n]}));
const partners = (OVERVIEW?.partners ?? []).map((partner, id) => ({items: [], meetings: [], areas: [], facts: [], ...partner, id, node: nodes[partner.n]}));
const cells = (OVERVIEW?.cells ?? []).map((cell) => ({...cell, partner: partners[cell.p], area: nodes[OVERVIEW.areas[cell.a]]}));
const partnerOfNode = new Map(partners.map((partner) => [partner.node, partner]));
/** The views that lay out the overview; the network and the lists of facts come after them. */
const LAID_OUT = OVERVIEW ? ['partners', 'stages', 'matrix'] : [];
const firstView = () => LAID_OUT[0] ?? 'graph';
const isLaidOut = (view) => LAID_OUT.includes(view);

const bandName = (band) => word(`overview-band-${BANDS[band].key}`);
const itemsOf = (partner) => partner.items.map((id) => items[id]);
const partnersIn = (band) => partners.filter((partner) => partner.band === band);
/** What narrows the overview: a band, a partner, an area. */
const isWanted = (item) => (!state.partner || item.partners.some((id) => partners[id].node === state.partner))
  && (!state.area || item.areas.some((id) => isWithin(nodes[id], state.area)));
/** An area is within another that it is a branch of: its list holds both. */
const isWithin = (node, area) => node === area || node.areas.includes(area.id);

/** The line of a band as the legend shows it. */
function bandSign(band, width = 36) {
  const {key, colour, width: weight, dash} = BANDS[band];
  const line = svg('path', {d: `M1 5H${width - 1}`, class: `line line-${colour} band-${key}`, 'stroke-width': weight, 'stroke-dasharray': dash.join(' '), 'stroke-linecap': key === 'planned' ? 'round' : 'butt'});
  return svg('svg', {viewBox: `0 0 ${width} 10`, class: 'firmness', 'aria-hidden': 'true'}, line);
}

/* ---------- the headline ---------- */

/** "for Egypt" in Arabic: what begins with the article takes it in. */
const forCentre = (name) => (language.now !== 'ar' ? name : name.startsWith('ال') ? `لل${name.slice(2)}` : `ل${name}`);

/** Up to two partners by name, more by number. */
function partnersInWords(list) {
  const names = list.map((partner) => inLanguage(partner.node.name));
  if (names.length > 2) return counted('partners-with', names.length);
  return names.length === 1 ? names[0] : word('overview-two', {one: names[0], other: names[1]});
}

/** What the bands say in one sentence; programmes and plans only where there is nothing firmer. */
function headline() {
  const full = BANDS.map((_, band) => band).filter((band) => partnersIn(band).length);
  const main = full.filter((band) => band < 4);
  const clauses = (main.length ? main : full).map((band) => {
    const mine = partnersIn(band);
    const count = mine.flatMap(itemsOf).filter((item) => item.band === band).length || mine.length;
    const did = el('b', {class: `did did-${BANDS[band].key}`}, word(`overview-did-${BANDS[band].key}`, {count}));
    return wordWith('overview-with', {did, partners: partnersInWords(mine)});
  });
  const joined = clauses.reduce((before, next, place) =>
    wordWith(place === clauses.length - 1 ? 'overview-and-last' : 'overview-and-next', {before, next}));
  return el('h2', {class: 'headline'}, wordWith('overview-headline', {centre: forCentre(inLanguage(nodes[OVERVIEW.centre].name)), told: joined}));
}

/* ---------- the panel of the first view ---------- */

function overviewWelcome() {
  return [firmLegend(), countedLegend(), goOn(), questions.length > 0 && questionsSection(), documentsSection()].filter(Boolean);
}

function firmLegend() {
  const isMatrix = state.view === 'matrix';
  return el('section', {class: 'firm-legend'}, el('h2', {}, word(isMatrix ? 'overview-matrix-reading' : 'overview-firmness')),
    el('ul', {}, BANDS.map((band, place) => {
      const count = partnersIn(place).length;
      const chosen = state.band === band.key;
      return el('li', {}, button([isMatrix ? el('span', {class: `cell cell-${band.key}`, 'aria-hidden': 'true'}) : bandSign(place), el('span', {class: 'option-name'}, bandName(place)), el('span', {class: 'count'}, number(count))],
        () => update({band: chosen ? '' : band.key}, {remember: true}),
        {class: `legend-row${count ? '' : ' none'}`, disabled: !count, 'aria-pressed': chosen, data: {key: `band-${band.key}`}}));
    })),
    el('p', {class: 'quiet'}, word(isMatrix ? 'overview-matrix-hint' : 'overview-firmness-hint')));
}

/** The kinds of what is counted, by their signs. */
function countedLegend() {
  const counts = new Map();
  for (const item of items) counts.set(item.node.family, (counts.get(item.node.family) ?? 0) + 1);
  const meetings = new Set(partners.flatMap((partner) => partner.meetings));
  for (const id of meetings) counts.set(nodes[id].family, (counts.get(nodes[id].family) ?? 0) + 1);
  return el('section', {class: 'counted'}, el('h2', {}, word('overview-counted')),
    el('ul', {}, DATA.families.filter((family) => counts.has(family)).map((family) =>
      el('li', {}, familySign(family), el('span', {class: 'option-name'}, inLanguage(family.name)), el('span', {class: 'count'}, number(counts.get(family)))))));
}

function goOn() {
  const whole = word('overview-to-network-hint', {entities: counted('entities', nodes.length), facts: counted('facts', facts.length)});
  return el('section', {}, el('h2', {}, word('overview-go-on')), el('div', {class: 'tries'}, [
    trySigned(),
    state.view !== 'stages' && tryButton('filter', word('overview-to-stages'), counted('items', items.length), () => update({view: 'stages'}, {remember: true})),
    tryButton('target', word('overview-to-network'), whole, () => update({view: 'graph'}, {remember: true})),
    tryPath(),
    tryDocument(),
  ].filter(Boolean)));
}

/* ---------- the panel of a partner, and of a cell of the matrix ---------- */

function bandPill(band) {
  return el('span', {class: `stage-pill did-${BANDS[band].key}`}, bandName(band));
}

function partnerPanel(partner) {
  const {node} = partner;
  return [
    el('p', {class: 'kicker'}, familySign(node.family), classNames(node)),
    el('h2', {class: 'title'}, bdi(inLanguage(node.name))),
    el('p', {class: 'trail'}, bandPill(partner.band)),
    el('div', {class: 'node-actions'},
      button([icon('target'), word('overview-in-network')], () => showInNetwork(node), {class: 'action'}),
      button([icon('copy'), `${word('overview-all-facts')} (${number(node.about.length)})`], () => select({kind: 'node', node}), {class: 'action'}),
      pathActions(node)),
    el('h3', {class: 'section-title'}, word('answer-proof')),
    el('div', {class: 'cards'}, cards(partner.facts.slice(0, 6).map((id) => facts[id]), node)),
    el('h3', {class: 'section-title'}, counted('items', partner.items.length)),
    itemList(itemsOf(partner), node),
    partner.meetings.length > 0 && [el('h3', {class: 'section-title'}, word('overview-meetings')),
      el('ul', {class: 'plain'}, partner.meetings.map((id) => el('li', {}, entityLink(nodes[id]))))],
  ].flat().filter(Boolean);
}

/** Items as lines that open their facts and quotes; those of one stage stand together. */
function itemList(list, current, open = 0) {
  return el('ul', {class: 'plain item-list'}, list.map((item, place) => {
    const body = el('div', {class: 'cards'});
    const build = () => body.childElementCount || body.append(...cards(item.facts.map((id) => facts[id]), current), button([icon('target'), word('overview-in-network')], () => showInNetwork(item.node), {class: 'link'}));
    if (place < open) build();
    return el('li', {}, el('details', {class: 'group', open: place < open, ontoggle: build},
      el('summary', {}, familySign(item.node.family), el('span', {class: 'item-name'}, bdi(inLanguage(item.node.name))), el('span', {class: `badge did-${BANDS[item.band].key}`}, stageName(item))), body));
  }));
}

/** The stage of an item in words; without one, its band. */
function stageName(item) {
  if (item.stage !== undefined) return inLanguage(DATA.values[item.stage].name);
  return inLanguage(item.node.classes.length ? DATA.classes[item.node.classes[0]].name : item.node.family.name);
}

function cellPanel({partner, area}) {
  const cell = cells.find((one) => one.partner === partner && one.area === area);
  return [
    el('p', {class: 'kicker'}, familySign(partner.node.family), word('explorer-tab-matrix')),
    el('h2', {class: 'title pair'}, entityLink(partner.node), el('span', {class: 'arrow', 'aria-hidden': 'true'}, '×'), entityLink(area)),
    el('p', {class: 'trail'}, bandPill(cell.band), el('span', {class: 'quiet'}, counted('items', cell.items.length))),
    itemList(cell.items.map((id) => items[id]), partner.node, 2),
  ];
}

/** The neighbourhood of a thing in the network. */
function showInNetwork(node) {
  state.view = 'graph';
  setFocus(node, 1);
}

/** The quote that says how far an item has come, from the words of its stage on. */
function stageQuote(item) {
  const fact = item.facts.map((id) => facts[id]).find((one) => one.quotes.length);
  if (!fact) return null;
  const {exact} = quotes[fact.quotes[0]];
  const cues = fact.value === undefined ? [] : DATA.values[fact.value].cues ?? [];
  const characters = [...exact];
  const starts = findNames(characters, cues).map(([start]) => start);
  const from = starts.length && Math.min(...starts) > 14 ? characters.slice(0, Math.min(...starts)).join('').lastIndexOf(' ') + 1 : 0;
  return {fact, quote: quotes[fact.quotes[0]], text: from ? `… ${characters.slice(from).join('')}` : exact};
}

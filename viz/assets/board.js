// The stage board: a column for each stage, a card for each item that a text puts there.

const BOARD = {cards: 3, before: 3, agreed: 5};
const opened = new Set();

function renderBoard() {
  const shown = items.filter(isWanted);
  const byStage = (place) => shown.filter((item) => item.stage === place);
  // Columns without anything of anybody are left out, but for the milestones.
  const columns = DATA.stages.filter((place) => byStage(place).length || ownItems.some((item) => item.stage === place) || shown.some((item) => item.expected === place));
  byId('view-stages').replaceChildren(boardHeadline(shown), narrowing(),
    el('div', {class: 'board'}, columnGroups(columns), columns.map((place) => boardColumn(place, byStage(place), shown.filter((item) => item.expected === place)))),
    noStage(shown.filter((item) => item.stage === undefined && item.expected === undefined)));
}

/** Over the columns: what lies before an agreement, what is agreed, what follows a signature. */
function columnGroups(columns) {
  const groupOfStep = (step) => (step < BOARD.before ? 'before' : step < BOARD.agreed ? 'agreed' : 'after');
  const names = columns.map((place) => groupOfStep(stepOf(place)));
  return [...new Set(names)].map((name) => {
    const heading = el('p', {class: `column-group column-group-${name}`}, word(`overview-group-${name}`));
    heading.style.setProperty('grid-column', `${names.indexOf(name) + 1} / span ${names.filter((one) => one === name).length}`);
    return heading;
  });
}

function boardHeadline(shown) {
  const step = (item) => stepOf(item.stage);
  const counts = {
    before: shown.filter((item) => item.stage !== undefined && step(item) < BOARD.before).length,
    agreed: shown.filter((item) => item.stage !== undefined && step(item) >= BOARD.before && step(item) < BOARD.agreed).length,
    signed: shown.filter((item) => item.band === 0).length,
  };
  const told = Object.entries(counts).filter(([, count]) => count).map(([key, count]) => el('b', {class: `did did-${{before: 'offers', agreed: 'agreed', signed: 'signed'}[key]}`}, word(`overview-stage-${key}`, {count})));
  const joined = told.flatMap((one, place) => [place ? (language.now === 'ar' ? '، ' : ', ') : '', one]);
  return el('h2', {class: 'headline'}, wordWith('overview-board-headline', {items: counted('items', shown.length), told: joined.length ? joined : [number(0)]}));
}

/** The place of a stage among all stages: those before agreement, agreement, and from signing on. */
const STEPS = ['proposed', 'offered', 'under-discussion', 'agreed-in-principle', 'approved', 'signed', 'in-force', 'under-implementation', 'completed', 'ended'];
const stepOf = (value) => (value === undefined ? -1 : STEPS.indexOf(slugOf(DATA.values[value].iri)));
const stageBand = (place) => (stepOf(place) < 2 ? 'offers' : stepOf(place) < BOARD.before ? 'talks' : stepOf(place) < BOARD.agreed ? 'agreed' : stepOf(place) === BOARD.agreed ? 'signed' : 'programmes');

/** Lists that narrow the board, and the matrix, to a partner or an area. */
function narrowing() {
  const choice = (key, label, every, list, chosen) => el('label', {class: 'narrowing'}, el('span', {}, word(label)),
    el('select', {data: {key: `narrow-${key}`}, onchange: ({target}) => update({[key]: target.value ? nodeByShortName(target.value) : null}, {remember: true})},
      el('option', {value: ''}, word(every)), list.map((node) => el('option', {value: shortName(node), selected: node === chosen}, inLanguage(node.name)))));
  const areas = [...new Set(items.flatMap((item) => item.areas).flatMap((id) => [id, ...nodes[id].areas]))].map((id) => nodes[id]);
  areas.sort((one, other) => compareNames(inLanguage(one.name), inLanguage(other.name)));
  return el('div', {class: 'narrowings'},
    choice('partner', 'overview-partner', 'overview-every-partner', partners.map((partner) => partner.node), state.partner),
    choice('area', 'overview-area', 'overview-every-area', areas, state.area));
}

function boardColumn(place, list, expected) {
  const band = stageBand(place);
  const own = ownItems.filter((item) => item.stage === place && !state.partner && (!state.area || item.areas.some((id) => isWithin(nodes[id], state.area))));
  const stacks = stacksOf(list);
  const key = `stage-${place}`;
  const isOpen = opened.has(key) || stacks.length === BOARD.cards + 1;
  const rest = stacks.slice(BOARD.cards);
  return el('section', {class: `column column-${band}`, data: {stage: slugOf(DATA.values[place].iri)}},
    el('h3', {}, bandSign(BANDS.findIndex((one) => one.key === band), 28), el('span', {class: 'option-name'}, inLanguage(DATA.values[place].name)), el('span', {class: 'count'}, number(list.length))),
    (isOpen ? stacks : stacks.slice(0, BOARD.cards)).map(stackCard),
    !isOpen && rest.length > 0 && button([el('b', {}, word('overview-more', {count: rest.flat().length})), ' ', listed([...new Set(rest.flat().flatMap((item) => item.partners))].map((id) => inLanguage(partners[id].node.name)))],
      () => { opened.add(key); update({}); }, {class: 'more-cards', data: {key}}),
    !list.length && el('p', {class: 'empty-column'}, word('overview-empty-stage')),
    expected.length > 0 && el('div', {class: 'expected'}, el('p', {class: 'expected-title'}, word('overview-expected')), stacksOf(expected).map(stackCard)),
    own.length > 0 && el('details', {class: 'own'}, el('summary', {}, word('overview-own', {count: own.length})),
      el('ul', {class: 'plain'}, own.map((item) => el('li', {}, entityLink(item.node))))));
}

/** Items that one quote puts at one stage stand in one card. */
function stacksOf(list) {
  const stacks = new Map();
  for (const item of list) {
    const found = stageQuote(item);
    const key = found ? `${found.quote.id} ${item.node.family.key}` : `item ${item.id}`;
    if (!stacks.has(key)) stacks.set(key, []);
    stacks.get(key).push(item);
  }
  return [...stacks.values()];
}

function stackCard(stack) {
  const [item] = stack;
  const found = stageQuote(item);
  const modality = found && found.fact.m !== undefined ? DATA.values[found.fact.m] : null;
  const isStack = stack.length > 1;
  const sides = [...new Set(stack.flatMap((one) => one.partners))].map((id) => partners[id]);
  const names = sides.map(({node}) => button([familySign(node.family), bdi(shortForm(node))], () => select({kind: 'partner', partner: partnerOfNode.get(node)}), {class: 'entity'}));
  return el('article', {class: `stage-card${isStack ? ' stacked' : ''} did-line-${BANDS[item.band].key}`, data: {refs: stack.map((one) => shortName(one.node)).join(' ')}},
    el('div', {class: 'card-top'}, el('span', {class: 'card-partners'}, names),
      modality && slugOf(modality.iri) !== 'asserted' && el('span', {class: `badge mod-${slugOf(modality.iri)}`}, inLanguage(modality.name))),
    isStack ? el('details', {class: 'stack'}, el('summary', {}, word('overview-stack', {count: stack.length})), el('ul', {class: 'plain'}, stack.map((one) => el('li', {}, entityLink(one.node)))))
      : button(bdi(inLanguage(item.node.name)), () => select({kind: 'node', node: item.node}), {class: 'card-name'}),
    found && button(el('q', {lang: 'ar', dir: 'rtl'}, found.text), () => select({kind: 'facts', quote: found.quote}), {class: 'card-quote'}),
    el('span', {class: 'areas'}, areaChips(item.areas.map((id) => nodes[id]), 1)));
}

function noStage(list) {
  return list.length > 0 && el('p', {class: 'others'}, el('b', {}, word('overview-no-stage', {count: list.length})), ' ',
    list.map((item, place) => [place ? (language.now === 'ar' ? '، ' : ', ') : '', button(bdi(inLanguage(item.node.name)), () => select({kind: 'node', node: item.node}), {class: 'link'})]));
}

// The page: its state, the address that keeps it, and the parts that show it.

const state = {
  view: firstView(),
  theme: 'auto',
  selected: null,
  filters: noFilters(),
  hidden: new Set(DATA.hiddenAtFirst),
  /** Entities shown although their kind is hidden, because somebody asked for them. */
  kept: new Set(),
  focus: null,
  summaries: false,
  /** By what entities are shaded together: '', 'country', 'event' or 'hub'. */
  groups: firstGroups(),
  /** How many entities the picture shows; null for as many as there is room for. */
  room: null,
  /** Entities whose neighbours somebody asked for. */
  grown: new Set(),
  /** What narrows the overview: the key of a band, the nodes of a partner and an area. */
  band: '',
  /** Whether the partners stand by region instead of by how far they have come. */
  byRegion: false,
  partner: null,
  area: null,
  /** Where the camera stands, in a link that says so. */
  camera: null,
};

function firstGroups() {
  return nodes.length > 10000 ? 'hub' : '';
}

const selectedNode = () => (state.selected?.kind === 'node' ? state.selected.node : null);

/** Show the neighbours of an entity as well, and keep them. */
function grow(node) {
  const grown = new Set(state.grown);
  if (!grown.delete(node)) grown.add(node);
  update({grown}, {remember: true});
}

/** Change the state and show it. ``refit`` moves the camera to what is left. */
function update(change, {refit = false, remember = false} = {}) {
  Object.assign(state, change);
  refresh();
  if (refit) fitAll();
  writeAddress(remember);
}

function refresh() {
  const parts = bestConnected(visibleParts(state), state.room ?? roomOnScreen(), [...wantedNodes(state.selected), ...[...state.grown].flatMap((node) => wantedNodes({kind: 'node', node}))]);
  showParts(parts);
  standOut(chosenParts());
  byId('nothing').hidden = parts.nodes.size > 0;
  byId('counts').textContent = countsInWords(parts);
  byId('picture').setAttribute('aria-label', `${word('explorer-picture')}: ${byId('counts').textContent}`);
  renderSide();
  renderChips();
  renderPanel();
  renderView();
}

/** What the view shows, and how much of it: nothing is counted that does not show. */
function countsInWords(parts) {
  if (isLaidOut(state.view)) return [counted('partners', partners.length), counted('items', items.length), counted('documents', documents.length)].join(' · ');
  if (state.view === 'graph') return `${counted('entities', parts.nodes.size)} · ${counted('facts', parts.facts.size)}`;
  return counted('facts', parts.facts.size);
}

/** Choose a node, an edge, a path, a question …, or nothing. */
function select(choice, {remember = true, move = true} = {}) {
  picture.walking = null;
  picture.pointed = null;
  byId('tip').hidden = true;
  if (choice) reveal(choice);
  document.body.classList.remove('side-open');
  document.body.classList.toggle('has-choice', Boolean(choice));
  update({selected: choice}, {remember});
  fillPicture();
  if (choice && move) bringIntoView(choice);
  if (choice) announce(word('explorer-selected', {name: byId('panel').querySelector('h2')?.textContent ?? ''}));
}

/** Show what is chosen even where the legend or the focus hides it. */
function reveal(choice) {
  const wanted = [...(partsOf(choice)?.nodes ?? [])];
  const core = choice.kind === 'node' ? [choice.node] : wanted;
  state.kept = new Set(core.filter((node) => state.hidden.has(node.family.key)));
  if (state.focus && core.some((node) => !surroundings(state.focus.node, state.focus.depth).has(node))) state.focus = null;
}

/** What a choice needs to be seen, whatever room there is. */
function wantedNodes(choice) {
  if (choice?.kind === 'node') return [choice.node, ...choice.node.links.map((edge) => otherEnd(edge, choice.node))];
  return [...(partsOf(choice)?.nodes ?? [])];
}

/** The nodes and edges of a choice. */
function partsOf(choice) {
  switch (choice?.kind) {
    case 'node': return around(choice.node);
    case 'edge': return alongEdge(choice.edge);
    case 'path': return choice.path && {nodes: new Set(choice.path), order: choice.path, edges: new Set(choice.path.slice(1).map((node, place) => edgeBetween(choice.path[place], node)))};
    case 'question': return partsOfFacts(rowsOf(choice).flatMap((row) => row.facts).map((id) => facts[id]));
    case 'signed': return partsOfFacts(signedFacts());
    case 'facts': return partsOfFacts(choice.quote.facts);
    case 'partner': return partsOfFacts([...choice.partner.facts, ...itemsOf(choice.partner).flatMap((item) => item.facts)].map((id) => facts[id]));
    case 'cell': return partsOfFacts(cells.find((one) => one.partner === choice.partner && one.area === choice.area).items.flatMap((id) => items[id].facts).map((id) => facts[id]));
    default: return null;
  }
}

function partsOfFacts(list) {
  const ends = new Set(list.flatMap((fact) => [nodes[fact.s], ...(fact.o === undefined ? [] : [nodes[fact.o]])]));
  const found = new Set(list.filter((fact) => fact.o !== undefined && fact.o !== fact.s).map((fact) => edgeBetween(nodes[fact.s], nodes[fact.o])));
  return ends.size ? {nodes: ends, edges: found, order: [...ends]} : null;
}

const chosenParts = () => partsOf(state.selected) ?? null;

/** The picture takes the room that the panel leaves. */
function fillPicture() {
  const {clientWidth, clientHeight} = byId('picture');
  const canvas = byId('picture').querySelector('canvas');
  if (state.view !== 'graph' || (clientWidth === canvas.clientWidth && clientHeight === canvas.clientHeight && canvas.dataset.filled)) return;
  canvas.dataset.filled = 'true';
  picture.network.setSize('100%', '100%');
  redraw();
}

function bringIntoView(choice) {
  const parts = partsOf(choice);
  if (!parts) return;
  fit(parts.nodes, {closest: 1.1});
}

function setFocus(node, depth = 1) {
  const change = {focus: node ? {node, depth} : null};
  if (node) Object.assign(change, {selected: {kind: 'node', node}, kept: new Set([node])});
  update(change, {refit: true, remember: true});
}

function choosePath(start, goal) {
  select({kind: 'path', start, goal, path: bestPath(start, goal)});
}

/** The shortest path, rather through kinds that show than through hidden ones. */
function bestPath(start, goal, avoided = new Set()) {
  const free = (node) => node === start || node === goal || !avoided.has(node);
  const shown = (node) => free(node) && (node === start || node === goal || !state.hidden.has(node.family.key));
  const through = (test) => (edge) => test(nodes[edge.s]) && test(nodes[edge.t]);
  return shortestPath(start, goal, through(shown)) ?? shortestPath(start, goal, through(free));
}

/** Another way between the same two, through none of the entities seen so far. */
function otherPath({start, goal, path, avoided = new Set()}) {
  const more = new Set([...avoided, ...path.slice(1, -1)]);
  const next = bestPath(start, goal, more);
  const isNew = next && next.length > 2;
  select({kind: 'path', start, goal, path: isNew ? next : bestPath(start, goal), avoided: isNew ? more : new Set()}, {remember: false});
}

/* ---------- the parts around the picture ---------- */

const VIEWS = [...LAID_OUT, 'graph', 'table', 'timeline'];
const RENDER = {partners: renderPartners, stages: renderBoard, matrix: renderMatrix, table: renderTable, timeline: renderTimeline};

function renderFrame() {
  document.documentElement.lang = language.now;
  document.documentElement.dir = direction();
  document.title = inLanguage(DATA.title);
  byId('title').textContent = inLanguage(DATA.title);
  byId('about').textContent = inLanguage(DATA.about);
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', word(element.dataset.label));
  byId('search').replaceChildren(searchBox(takeFound, word('explorer-search-label'), findAnything), el('kbd', {'aria-hidden': 'true'}, '/'));
  byId('actions').replaceChildren(
    iconButton('filter', word('explorer-filters'), toggleSide, {class: 'round filters-button'}),
    iconButton('home', word('explorer-home'), goHome),
    saveMenu(),
    iconButton({auto: 'auto', light: 'sun', dark: 'moon'}[state.theme], word(`explorer-theme-${state.theme}`), nextTheme, {class: 'round theme'}),
    button(word('other-language'), switchLanguage, {class: 'language', lang: language.now === 'ar' ? 'en' : 'ar', 'aria-label': word('explorer-switch-language')}));
  byId('tools').replaceChildren(
    iconButton('plus', word('explorer-zoom-in'), () => zoomBy(1.4)),
    iconButton('minus', word('explorer-zoom-out'), () => zoomBy(1 / 1.4)),
    iconButton('fit', word('explorer-fit'), () => fitAll()));
  renderTabs();
}

/** Open what the search has found. */
function takeFound(found) {
  if (found.document) openReader(found.document);
  else if (found.question) select({kind: 'question', question: found.question, values: found.values});
  else {
    if (state.view !== 'graph' && !partnerOfNode.has(found.node)) state.view = 'graph';
    select(isLaidOut(state.view) ? {kind: 'partner', partner: partnerOfNode.get(found.node)} : {kind: 'node', node: found.node});
  }
  byId('panel').focus();
}

function renderTabs() {
  byId('tabs').replaceChildren(...VIEWS.map((view) => button(word(`explorer-tab-${view}`), () => showView(view), {
    role: 'tab', id: `tab-${view}`, 'aria-selected': state.view === view, 'aria-controls': `view-${view}`, tabindex: state.view === view ? 0 : -1,
    onkeydown: (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const forward = (event.key === 'ArrowRight') === (language.now === 'en');
      const next = VIEWS[(VIEWS.indexOf(view) + (forward ? 1 : -1) + VIEWS.length) % VIEWS.length];
      showView(next);
      byId(`tab-${next}`).focus();
    },
  })));
}

function showView(view) {
  update({view}, {remember: true});
}

function renderView() {
  renderTabs();
  document.body.dataset.view = state.view;
  const place = keptPlace(byId(`view-${state.view}`));
  for (const view of VIEWS) {
    byId(`view-${view}`).hidden = state.view !== view;
    byId(`view-${view}`).setAttribute('aria-labelledby', `tab-${view}`);
  }
  if (state.view === 'graph' && !byId('picture').querySelector('canvas').clientWidth) wakePicture();
  RENDER[state.view]?.();
  place();
}

/** What is drawn again keeps its place and the focus. */
function keptPlace(element) {
  const {scrollTop, scrollLeft} = element;
  const key = element.contains(document.activeElement) && document.activeElement.dataset.key;
  return () => {
    element.scrollTo(scrollLeft, scrollTop);
    if (key) element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
  };
}

/** A picture that was behind another view takes its size and place when it comes forward. */
function wakePicture() {
  picture.network.setSize('100%', '100%');
  requestAnimationFrame(() => {
    redraw();
    lookAround();
  });
}

function saveMenu() {
  const entry = (key, action) => button(word(key), (event) => { action(event); if (key !== 'explorer-copy-link') menu.open = false; }, {class: 'entry'});
  const menu = el('details', {class: 'menu'},
    el('summary', {class: 'round', 'aria-label': word('explorer-save'), title: word('explorer-save')}, icon('save')),
    el('div', {class: 'entries'},
      entry('explorer-save-png', savePng), entry('explorer-save-svg', saveSvg), entry(state.selected?.kind === 'question' ? 'explorer-save-answer' : 'explorer-save-csv', saveCsv), entry('explorer-print', () => window.print()),
      entry('explorer-copy-link', (event) => copyText(event.currentTarget, addressWithCamera()))));
  menu.addEventListener('focusout', ({relatedTarget}) => { if (!menu.contains(relatedTarget)) menu.open = false; });
  return menu;
}

function goHome() {
  update({selected: null, filters: noFilters(), focus: null, hidden: new Set(DATA.hiddenAtFirst), kept: new Set(), view: firstView(), summaries: false, groups: firstGroups(), room: null, grown: new Set(), band: '', byRegion: false, partner: null, area: null}, {refit: true, remember: true});
  document.body.classList.remove('has-choice', 'side-open', 'sheet-up');
}

function switchLanguage() {
  language.now = language.now === 'ar' ? 'en' : 'ar';
  renderFrame();
  refresh();
  writeAddress();
  byId('actions').querySelector('.language').focus();
}

function nextTheme() {
  state.theme = {auto: 'light', light: 'dark', dark: 'auto'}[state.theme];
  applyTheme();
  renderFrame();
  writeAddress();
  byId('actions').querySelector('.theme').focus();
}

function applyTheme() {
  if (state.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = state.theme;
  readColours();
  redraw();
}

/* ---------- the address ---------- */

/** Back to what was chosen before; in a page opened by its address there is nothing before. */
function goBack() {
  if (history.state?.step > 0) history.back();
  else select(null, {remember: false});
}

function addressOfState() {
  const parts = new URLSearchParams();
  if (language.now !== DATA.lang) parts.set('lang', language.now);
  if (state.theme !== 'auto') parts.set('theme', state.theme);
  for (const [name, chosen] of Object.entries(state.filters)) if (chosen.size) parts.set(name, [...chosen].sort().join(','));
  const hidden = [...state.hidden].sort().join(',');
  if (hidden !== [...DATA.hiddenAtFirst].sort().join(',')) parts.set('hide', hidden);
  if (state.focus) parts.set('focus', `${shortName(state.focus.node)}:${state.focus.depth}`);
  if (state.summaries) parts.set('summaries', '1');
  if (state.groups !== firstGroups()) parts.set('groups', state.groups || 'none');
  if (state.room !== null) parts.set('room', state.room === Infinity ? 'all' : state.room);
  if (state.grown.size) parts.set('grown', [...state.grown].map(shortName).join(','));
  const choice = state.selected;
  if (choice?.kind === 'node') parts.set('node', shortName(choice.node));
  if (choice?.kind === 'edge') parts.set('edge', [choice.edge.s, choice.edge.t].map((id) => shortName(nodes[id])).join('..') + (choice.edge.derived ? '..derived' : ''));
  if (choice?.kind === 'path') parts.set('path', `${shortName(choice.start)}..${shortName(choice.goal)}`);
  if (choice?.kind === 'question') {
    parts.set('question', choice.question.slug);
    choice.question.parameters.forEach((item, place) => {
      const cell = valuesOf(choice)[place];
      if (cell !== item.cell) parts.set(`p.${item.key}`, shortIri(cell));
    });
  }
  if (choice?.kind === 'signed') parts.set('question', 'signed');
  if (choice?.kind === 'facts') parts.set('quote', `${documents[choice.quote.d].slug}:${choice.quote.start}-${choice.quote.end}`);
  if (choice?.kind === 'partner') parts.set('partner', shortName(choice.partner.node));
  if (choice?.kind === 'cell') parts.set('cell', `${shortName(choice.partner.node)}..${shortName(choice.area)}`);
  if (state.band) parts.set('band', state.band);
  if (state.byRegion) parts.set('by', 'region');
  if (state.partner) parts.set('with', shortName(state.partner));
  if (state.area) parts.set('in', shortName(state.area));
  if (state.view !== viewMeant(parts)) parts.set('view', state.view);
  return parts.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
}

/** The view of an address that names none: the network, if it names something that is drawn there. */
function viewMeant(parts) {
  const inNetwork = ['node', 'edge', 'path', 'question', 'quote', 'focus', 'hide', 'groups', 'summaries', 'room', 'grown', ...Object.keys(FACETS)];
  return inNetwork.some((name) => parts.has(name)) ? 'graph' : firstView();
}

/** The address of the view, the place of the camera with it. */
function addressWithCamera() {
  const {href} = location;
  const [page] = href.split('#');
  const address = addressOfState();
  if (state.view !== 'graph') return `${page}#${address}`;
  const {x, y} = picture.network.getViewPosition();
  const {stretch} = picture;
  return `${page}#${address}${address ? '&' : ''}${address.includes('view=') || viewMeant(new URLSearchParams(address)) === 'graph' ? '' : 'view=graph&'}at=${Math.round(x / stretch.x)},${Math.round(y / stretch.y)},${picture.network.getScale().toPrecision(4)}`;
}

function writeAddress(remember = false) {
  const address = addressOfState();
  // A page inside another, as in a notebook, has no address of its own.
  if (address === location.hash.slice(1) || location.protocol === 'about:') return;
  const step = history.state?.step ?? 0;
  if (remember) history.pushState({step: step + 1}, '', `#${address}`);
  else history.replaceState({step}, '', `#${address}`);
}

function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const list = (name) => new Set((parts.get(name) ?? '').split(',').filter(Boolean));
  language.now = ['ar', 'en'].includes(parts.get('lang')) ? parts.get('lang') : DATA.lang;
  state.theme = ['light', 'dark'].includes(parts.get('theme')) ? parts.get('theme') : 'auto';
  state.view = VIEWS.includes(parts.get('view')) ? parts.get('view') : viewMeant(parts);
  state.byRegion = parts.get('by') === 'region';
  state.band = BANDS.some((band) => band.key === parts.get('band')) ? parts.get('band') : '';
  state.partner = nodeByShortName(parts.get('with') ?? '') ?? null;
  state.area = nodeByShortName(parts.get('in') ?? '') ?? null;
  const [x, y, scale] = (parts.get('at') ?? '').split(',').map(Number);
  state.camera = scale > 0 && Number.isFinite(x + y) ? {position: {x, y}, scale} : null;
  state.filters = Object.fromEntries(Object.keys(FACETS).map((name) => [name, list(name)]));
  state.hidden = parts.has('hide') ? list('hide') : new Set(DATA.hiddenAtFirst);
  state.summaries = parts.get('summaries') === '1';
  state.groups = readGroups(parts.get('groups'));
  state.room = parts.get('room') === 'all' ? Infinity : Number(parts.get('room')) || null;
  state.grown = new Set([...list('grown')].map(nodeByShortName).filter(Boolean));
  state.focus = readFocus(parts.get('focus'));
  const choice = readChoice(parts);
  state.kept = new Set();
  if (choice) reveal(choice);
  state.selected = choice;
}

/** A value of a parameter from an address; what stands in the query where there is none that may be. */
function readValue(item, text) {
  if (text === null) return item.cell;
  const iri = text && (item.values.includes(text) ? text : DATA.entityBase + text);
  return iri === '' || item.values.includes(iri) ? iri : item.cell;
}

const shortIri = (iri) => (iri.startsWith(DATA.entityBase) ? iri.slice(DATA.entityBase.length) : iri);

function readGroups(text) {
  if (text === 'none') return '';
  return text && GROUPINGS.includes(text) ? text : firstGroups();
}

function readFocus(text) {
  const [, name, depth] = /^(.+):(\d)$/.exec(text ?? '') ?? [];
  const node = name && nodeByShortName(name);
  return node ? {node, depth: Number(depth)} : null;
}

function readChoice(parts) {
  const node = nodeByShortName(parts.get('node') ?? '');
  if (node) return {kind: 'node', node};
  const ends = (name) => (parts.get(name) ?? '').split('..');
  const [one, other] = ends('edge').map(nodeByShortName);
  if (one && other) {
    const derived = ends('edge')[2] === 'derived';
    const edge = one.links.find((link) => link.derived === derived && otherEnd(link, one) === other);
    if (edge) return {kind: 'edge', edge};
  }
  const partner = partnerOfNode.get(nodeByShortName(parts.get('partner') ?? ''));
  if (partner) return {kind: 'partner', partner};
  const [row, column] = ends('cell').map(nodeByShortName);
  if (cells.some((cell) => cell.partner.node === row && cell.area === column)) return {kind: 'cell', partner: partnerOfNode.get(row), area: column};
  const [start, goal] = ends('path').map(nodeByShortName);
  if (start && !goal) return {kind: 'node', node: start, choosesGoal: true};
  if (start && goal) return {kind: 'path', start, goal, path: bestPath(start, goal)};
  if (parts.get('question') === 'signed') return {kind: 'signed'};
  const question = questionOf(parts.get('question'));
  if (question) return {kind: 'question', question, values: question.parameters.map((item) => readValue(item, parts.get(`p.${item.key}`)))};
  const [, slug, from, to] = /^(.+):(\d+)-(\d+)$/.exec(parts.get('quote') ?? '') ?? [];
  const quote = quotes.find((item) => documents[item.d].slug === slug && item.start === Number(from) && item.end === Number(to));
  return quote ? {kind: 'facts', quote} : null;
}

function showAddress() {
  readAddress();
  applyTheme();
  document.body.classList.toggle('has-choice', Boolean(state.selected));
  renderFrame();
  refresh();
  fillPicture();
}

/* ---------- start ---------- */

function listenToKeys(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    byId('search').querySelector('input').focus();
  } else if (event.key === 'Escape' && !byId('reader').open) {
    if (document.body.classList.contains('side-open')) toggleSide();
    else if (document.querySelector('.menu[open]')) document.querySelector('.menu[open]').open = false;
    else if (picture.pointed) { picture.walking = null; pointAt(null); }
    else if (state.selected) select(null);
    else if (state.focus) setFocus(null);
  }
}

/** Move the camera to where the address says, to what is chosen, or to everything. */
function lookAround(animated = false) {
  const {stretch} = picture;
  fillPicture();
  if (state.camera) moveCamera({scale: state.camera.scale, position: {x: state.camera.position.x * stretch.x, y: state.camera.position.y * stretch.y}}, animated);
  else if (chosenParts()) fit(chosenParts().nodes, {animated, closest: 1.1});
  else fitAll(animated);
}

async function start() {
  await Promise.all(['400 13px', '600 13px'].map((font) => document.fonts.load(`${font} "Taawun Sans"`, 'عA')));
  document.body.classList.toggle('has-overview', LAID_OUT.length > 0);
  readAddress();
  document.body.classList.toggle('has-choice', Boolean(state.selected));
  document.body.dataset.view = state.view;
  startPicture();
  showAddress();
  lookAround();
  new ResizeObserver(() => state.view === 'partners' && drawFan()).observe(byId('view-partners'));
  document.addEventListener('keydown', listenToKeys);
  window.addEventListener('popstate', () => {
    showAddress();
    if (state.camera || chosenParts()) lookAround(true);
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
  document.documentElement.dataset.ready = 'true';
}

/** What scripts and tests may ask of the page: answers, where things stand on the screen, and folding. */
window.taawun = Object.freeze({
  fold,
  /** How a question in one's own words is read: a stored question with its values, or not for sure. */
  read(text) {
    const found = readQuestion(text);
    return found && {question: found.question.slug, values: Object.fromEntries(found.question.parameters.map((item, place) => [item.key, shortIri(found.values[place])]))};
  },
  /** The rows of a stored question for some of its values, each with its cells and the IRIs of its facts. */
  answer(slug, given) {
    const question = questionOf(slug);
    const values = question.parameters.map((item) => given[item.key] ?? item.cell);
    return rowsOf({question, values}).map((row) => ({cells: row.cells.map((cell) => cell.text ?? cell), facts: row.facts.map((id) => facts[id].iri)}));
  },
  placeOf(name) {
    const node = nodeByShortName(name);
    return node && picture.seen.nodes.has(node) ? onScreen(node) : null;
  },
  placeBetween(one, other) {
    const [from, to] = [one, other].map((name) => nodeByShortName(name));
    return onScreen({x: (from.x + to.x) / 2, y: (from.y + to.y) / 2});
  },
  nameBoxes: () => picture.placed.map(({box, node}) => ({...box, name: shortName(node)})),
  signBoxes: () => [...(outstanding()?.nodes ?? picture.seen.nodes)].filter((node) => picture.seen.nodes.has(node)).map((node) => ({...signBox(viewNow(), node), name: shortName(node)})),
});

function onScreen(position) {
  const box = byId('picture').getBoundingClientRect();
  const place = onView(viewNow(), position);
  return {x: box.left + place.x, y: box.top + place.y};
}

start();

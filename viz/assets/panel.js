// The panel: the welcome, and whatever is chosen in the picture, told with its proof.

let told = {};

/** Tell what is chosen; the place and the focus stay when it is told again. */
function renderPanel() {
  const panel = byId('panel');
  const isSame = told === state.selected;
  const {scrollTop} = panel;
  const hadFocus = panel.contains(document.activeElement);
  const focusKey = hadFocus && document.activeElement.dataset.key;
  panel.setAttribute('aria-label', word('explorer-details'));
  panel.replaceChildren(panelBar(), el('div', {class: 'content'}, ...panelContent()));
  if (scrollTop) panel.scrollTop = isSame ? scrollTop : 0;
  told = state.selected;
  if (hadFocus) (panel.querySelector(`[data-key="${CSS.escape(focusKey || '')}"]`) ?? panel).focus({preventScroll: true});
}

function panelBar() {
  const sheet = iconButton('up', word('explorer-expand-panel'), toggleSheet, {class: 'round sheet-handle'});
  if (!state.selected) return el('div', {class: 'panel-bar'}, sheet);
  return el('div', {class: 'panel-bar'},
    button([icon('back'), word('explorer-back')], goBack, {class: 'link back'}),
    sheet,
    iconButton('close', word('explorer-close'), () => select(null)));
}

function toggleSheet() {
  document.body.classList.toggle('sheet-up');
}

function panelContent() {
  switch (state.selected?.kind) {
    case 'node': return nodePanel(state.selected.node);
    case 'edge': return edgePanel(state.selected.edge);
    case 'path': return pathPanel(state.selected);
    case 'question': return questionPanel(state.selected);
    case 'signed': return signedPanel();
    case 'facts': return factsPanel(state.selected.quote);
    case 'partner': return partnerPanel(state.selected.partner);
    case 'cell': return cellPanel(state.selected);
    default: return isLaidOut(state.view) ? overviewWelcome() : welcome();
  }
}

/* ---------- the welcome ---------- */

function welcome() {
  return [
    el('p', {class: 'about-small'}, inLanguage(DATA.about)),
    el('section', {class: 'how'},
      el('h2', {}, word('explorer-reading')),
      el('ol', {class: 'reading'},
        el('li', {}, familySign(DATA.families[0]), el('span', {}, word('explorer-reading-shapes'))),
        el('li', {}, firmnessSign(FIRM[0]), el('span', {}, word('explorer-reading-lines'))),
        el('li', {}, el('span', {class: 'mark-sign', 'aria-hidden': 'true'}, '«»'), el('span', {}, word('explorer-reading-quotes'))))),
    trySection(),
    stagesSection(),
    questions.length > 0 && questionsSection(),
    documentsSection(),
  ].filter(Boolean);
}

function trySection() {
  const tries = [trySigned(), tryPath(), tryDocument()].filter(Boolean);
  return tries.length > 0 && el('section', {}, el('h2', {}, word('explorer-try')), el('div', {class: 'tries'}, tries));
}

function tryButton(iconName, title, hint, onclick) {
  return button([icon(iconName), el('span', {}, el('b', {}, title), el('small', {}, hint))], onclick, {class: 'try'});
}

const signedFacts = () => facts.filter((fact) => FIRM[fact.firm].key === 'signed' && fact.o !== undefined);

function trySigned() {
  return signedFacts().length > 0
    && tryButton('check', word('explorer-try-signed'), word('explorer-try-signed-hint'), () => select({kind: 'signed'}));
}

/** Two countries other than the best connected one, so that the path has a tale to tell. */
function tryPath() {
  const countries = nodes.filter((node) => node.family.key === 'country').sort((one, other) => other.degree - one.degree || one.id - other.id);
  const pair = countries.slice(1, 3);
  if (pair.length < 2) return null;
  const [a, b] = pair.map((node) => inLanguage(node.name));
  return tryButton('route', word('explorer-try-path', {a, b}), word('explorer-try-path-hint'), () => choosePath(...pair));
}

function tryDocument() {
  const best = documents.filter((item) => item.quotes.length).sort((one, other) => other.quotes.length - one.quotes.length)[0];
  return best && tryButton('book', word('explorer-try-read'), inLanguage(best.title), () => openReader(best));
}

/** Agreements, offers and initiatives by stage: how far cooperation has come, at a glance. */
function stagesSection() {
  const counts = DATA.stages.map((place) => nodes.filter((node) => node.stages.includes(place)).length);
  const most = Math.max(...counts, 1);
  if (!counts.some(Boolean)) return null;
  return el('section', {}, el('h2', {}, word('explorer-stages')), el('p', {class: 'quiet'}, word('explorer-stages-hint')),
    el('ul', {class: 'stages'}, DATA.stages.map((place, order) => {
      const bar = el('span', {class: 'meter'}, el('span', {}));
      bar.firstChild.style.setProperty('inline-size', `${(100 * counts[order]) / most}%`);
      const key = slugOf(DATA.values[place].iri);
      return counts[order] > 0 && el('li', {}, button(
        [el('span', {class: 'stage-name'}, inLanguage(DATA.values[place].name)), bar, el('span', {class: 'count'}, number(counts[order]))],
        () => toggleFacet('stage', key),
        {class: `stage-row stage-${key}`, data: {key: `stage-${key}`}, 'aria-pressed': state.filters.stage.has(key)},
      ));
    })));
}

const QUESTIONS_AT_FIRST = 6;

/** Stored questions: some at first, any of them by a search in their words, or all by subject. */
function questionsSection() {
  const list = el('div', {class: 'question-list'});
  const rows = (found) => el('ul', {class: 'plain'}, found.map((question) => el('li', {}, questionRow(question))));
  const showAll = () => list.replaceChildren(...bySubject(questions).map(([subject, found]) => el('details', {class: 'group'},
    el('summary', {}, el('span', {}, word(`explorer-subject-${subject}`)), el('span', {class: 'count'}, number(found.length))), rows(found))));
  const showFirst = () => {
    list.replaceChildren(rows(questions.slice(0, QUESTIONS_AT_FIRST)));
    if (questions.length > QUESTIONS_AT_FIRST) list.append(button(word('explorer-all-questions', {count: questions.length}), showAll, {class: 'link all-questions'}));
  };
  const search = ({target}) => {
    if (fold(target.value)) list.replaceChildren(rows(questionsLike(target.value, 40).map(({question}) => question)));
    else showFirst();
  };
  showFirst();
  return el('section', {class: 'questions'}, el('h2', {}, word('explorer-questions')),
    questions.length > QUESTIONS_AT_FIRST && el('input', {type: 'search', class: 'narrow', placeholder: word('explorer-question-hint'), 'aria-label': word('explorer-question-hint'), oninput: search}), list);
}

function bySubject(list) {
  const groups = new Map();
  for (const question of list) {
    const subject = question.subject ?? 'other';
    if (!groups.has(subject)) groups.set(subject, []);
    groups.get(subject).push(question);
  }
  return [...groups].sort(([, one], [, other]) => other.length - one.length);
}

function questionRow(question) {
  return button([icon('question'), el('span', {}, inLanguage(question.title)), el('span', {class: 'count'}, number(question.rows.length))],
    () => select({kind: 'question', question}), {class: 'row'});
}

function documentsSection() {
  return el('section', {}, el('h2', {}, word('explorer-documents')), el('ul', {class: 'plain'}, documents.map((item) =>
    el('li', {}, button([icon('book'), bdi(inLanguage(item.title)), el('span', {class: 'count'}, number(new Set(item.quotes.flatMap((quote) => quote.facts)).size))],
      () => openReader(item), {class: 'row'})))));
}

/* ---------- a node ---------- */

function nodePanel(node) {
  const other = language.now === 'ar' ? 'en' : 'ar';
  const seen = (fact) => picture.seen.facts.has(fact);
  const about = node.about.filter(seen);
  const attributes = about.filter((fact) => fact.s === node.id && fact.o === undefined);
  const relations = about.filter((fact) => fact.o !== undefined);
  const quoted = node.told.filter((fact) => seen(fact) && !node.about.includes(fact));
  const hidden = node.about.length - about.length;
  return [
    el('p', {class: 'kicker'}, familySign(node.family), classNames(node)),
    el('h2', {class: 'title'}, bdi(inLanguage(node.name))),
    node.name[other] !== node.name[language.now] && el('p', {class: 'other-name', lang: other, dir: direction(other)}, node.name[other]),
    node.names.length > 0 && el('p', {class: 'quiet'}, `${word('entity-also-called')}: `, node.names.flatMap((name, place) => [place ? (language.now === 'ar' ? '، ' : ', ') : '', bdi(name)])),
    bigFigure(node),
    stageTrail(node),
    nodeActions(node),
    ...disagreements(node),
    ...factGroups(node, attributes, relations),
    ...summaryCards(node),
    quoted.length > 0 && group(word('explorer-speaks'), quoted, node, false),
    hidden > 0 && el('p', {class: 'quiet'}, word('explorer-hidden-facts', {count: hidden}), ' ', button(word('explorer-clear-filters'), clearFilters, {class: 'link'})),
  ].filter(Boolean);
}

/** What documents say differently of the node: a column for each value, with its words. */
function disagreements(node) {
  return DATA.disagreements.filter((item) => item.s === node.id).flatMap((item) => {
    const sides = item.sides.map((side) => side.map((id) => facts[id]).filter((fact) => picture.seen.facts.has(fact))).filter((side) => side.length);
    return sides.length < 2 ? [] : [el('section', {class: 'disagreement'},
      el('h3', {class: 'section-title'}, word('fact-disagreement', {about: inLanguage(DATA.predicates[item.p].name)})),
      el('div', {class: 'sides'}, sides.map((side) => el('div', {class: 'cards'}, cards(side, node)))))];
  });
}

/** The value of a figure, large, with its hedge and unit: "about 17 submarine cables". None is preferred where values differ. */
function bigFigure(node) {
  const differs = DATA.disagreements.filter((item) => item.s === node.id).map((item) => item.p);
  const find = (name) => node.about.find((fact) => fact.s === node.id && !differs.includes(fact.p) && slugOf(predicateOf(fact).iri) === name);
  const rank = find('rank');
  if (rank?.literal) return el('p', {class: 'big'}, word('explorer-rank', {rank: literalInWords(rank.literal)}));
  const value = find('value');
  if (!value?.literal) return null;
  const unit = find('unit');
  const comparator = find('comparator');
  const hedge = comparator && slugOf(DATA.values[comparator.value]?.iri ?? '') !== 'exactly' ? `${objectText(comparator)} ` : '';
  return el('p', {class: 'big'}, el('small', {}, hedge), literalInWords(value.literal), el('small', {}, unit ? ` ${objectText(unit)}` : ''));
}

function stageTrail(node) {
  const stages = DATA.stages.filter((place) => node.stages.includes(place));
  return stages.length > 0 && el('p', {class: 'trail'}, stages.map((place) =>
    el('span', {class: `stage-pill stage-${slugOf(DATA.values[place].iri)}`}, inLanguage(DATA.values[place].name))));
}

function nodeActions(node) {
  const focused = state.focus?.node === node;
  const isPart = Boolean(picture.seen.all);
  const [pathTo, chooser] = pathActions(node);
  return el('div', {class: 'node-actions'},
    button([icon('target'), word(focused ? 'explorer-unfocus' : 'explorer-focus')], () => setFocus(focused ? null : node, 1), {class: 'action'}),
    isPart && button([icon(state.grown.has(node) ? 'minus' : 'plus'), word(state.grown.has(node) ? 'explorer-shrink' : 'explorer-grow')], () => grow(node), {class: 'action grow'}),
    pathTo,
    node.about.length > 1 && button([icon('book'), word('explorer-all-quotes')], openGroups, {class: 'action all-quotes'}),
    chooser);
}

/** A button that asks for the other end of a path, and the box that it opens. */
function pathActions(node) {
  const chooser = el('div', {class: 'chooser', hidden: !state.selected.choosesGoal}, searchBox((goal) => choosePath(node, goal.node), word('explorer-path-to')));
  const open = () => {
    chooser.hidden = !chooser.hidden;
    if (!chooser.hidden) chooser.querySelector('input').focus();
  };
  return [button([icon('route'), word('explorer-path-to')], open, {class: 'action path-to'}), chooser];
}

/** Open every group of facts in the panel, and with it every quote. */
function openGroups() {
  for (const details of byId('panel').querySelectorAll('details.group:not([open])')) details.open = true;
}

/** Relations that place a thing rather than tell of cooperation: told last. */
const BACKGROUND = new Set(['belongsToCountry', 'locatedIn', 'subOrganizationOf', 'postIn']);

/** Families whose members act: what they did with whom is told before what is said of them. */
const ACTING = new Set(['country', 'organization', 'person']);

/** The attributes of a node and its relations, what matters most of its family first. */
function factGroups(node, attributes, relations) {
  const own = attributes.length > 0 ? [group(word('explorer-attributes'), attributes, node, true)] : [];
  const [telling, placing] = relationGroups(node, relations);
  return ACTING.has(node.family.key) ? [...telling, ...own, ...placing] : [...own, ...telling, ...placing];
}

/** Facts by relation, as seen from the node: the inverse's name where the node is the object. Those that only place it come apart. */
function relationGroups(node, relations) {
  const groups = new Map();
  for (const fact of relations) {
    const outward = fact.s === node.id;
    const key = `${outward ? 'out' : 'in'} ${fact.p}`;
    if (!groups.has(key)) groups.set(key, {title: relationTitle(predicateOf(fact), outward), firm: fact.firm, plain: BACKGROUND.has(slugOf(predicateOf(fact).iri)), list: []});
    const found = groups.get(key);
    found.list.push(fact);
    found.firm = Math.min(found.firm, fact.firm);
  }
  const ordered = [...groups.values()].sort((one, other) => one.plain - other.plain || one.firm - other.firm || other.list.length - one.list.length);
  const kind = (fact) => DATA.families.indexOf(nodes[fact.s === node.id ? fact.o : fact.s].family);
  for (const {list} of ordered) list.sort((one, other) => one.firm - other.firm || kind(one) - kind(other));
  let open = 0;
  const drawn = ordered.map((found) => {
    const isOpen = open + found.list.length <= 8 || open === 0;
    open += found.list.length;
    return group(found.title, found.list, node, isOpen, true);
  });
  const telling = ordered.filter((found) => !found.plain).length;
  return [drawn.slice(0, telling), drawn.slice(telling)];
}

function relationTitle(predicate, outward) {
  if (outward) return inLanguage(predicate.name);
  return predicate.inverse ? inLanguage(predicate.inverse) : `← ${inLanguage(predicate.name)}`;
}

/** A heading with facts under it; those of a closed one are built when it is opened. */
function group(title, list, current, isOpen, isOfRelation = false) {
  const body = el('div', {class: 'cards'});
  const build = () => body.childElementCount === 0 && body.append(...cards(list, current, isOfRelation));
  if (isOpen) build();
  return el('details', {class: 'group', open: isOpen, ontoggle: build},
    el('summary', {}, el('span', {}, title), el('span', {class: 'count'}, number(list.length))), body);
}

function summaryCards(node) {
  if (!state.summaries) return [];
  return node.links.filter((edge) => edge.derived && picture.seen.edges.has(edge)).flatMap((edge) => edge.claims.map((claim) => summaryCard(claim, node)));
}

/** A derived summary: never without the rule and the facts that it comes from. */
function summaryCard(claim, current) {
  const sources = claim.facts.map((id) => facts[id]);
  return el('details', {class: 'group derived'},
    el('summary', {}, el('span', {}, ...plainSentence(claim))),
    el('p', {class: 'quiet'}, word('explorer-derived', {rules: listed(claim.rules.map((place) => inLanguage(DATA.values[place].name)))})),
    el('div', {class: 'cards'}, cards(sources, current)));
}

/* ---------- an edge, a path ---------- */

function edgePanel(edge) {
  const ends = [nodes[edge.s], nodes[edge.t]];
  const claims = edge.claims.filter((claim) => edge.derived || picture.seen.facts.has(claim));
  return [
    el('p', {class: 'kicker'}, firmnessSign(FIRM[firmnessOf(edge, picture.seen.facts)]), word('explorer-linked-by')),
    el('h2', {class: 'title pair'}, entityLink(ends[0]), el('span', {class: 'arrow', 'aria-hidden': 'true'}, '↔'), entityLink(ends[1])),
    el('div', {class: 'cards'}, edge.derived ? claims.map((claim) => openDetails(summaryCard(claim))) : cards(claims)),
  ];
}

function openDetails(details) {
  details.open = true;
  return details;
}

function pathPanel({start, goal, path}) {
  const title = el('h2', {class: 'title pair'}, entityLink(start), el('span', {class: 'arrow', 'aria-hidden': 'true'}, '…'), entityLink(goal));
  if (!path) return [el('p', {class: 'kicker'}, icon('route'), word('explorer-path')), title, el('p', {}, word('explorer-no-path'))];
  const steps = path.slice(1).map((node, place) => [path[place], node]);
  return [
    el('p', {class: 'kicker'}, icon('route'), `${word('explorer-path')} · ${counted('steps', steps.length)}`), title,
    button([icon('route'), word('explorer-other-path')], () => otherPath(state.selected), {class: 'action'}),
    el('ol', {class: 'steps'}, steps.map(([from, to]) => {
      const edge = edgeBetween(from, to);
      const claims = edge.claims.filter((fact) => picture.seen.facts.has(fact)).sort((one, other) => one.firm - other.firm);
      return el('li', {}, el('div', {class: 'cards'}, cards(claims.slice(0, 2), null)),
        claims.length > 2 && button(`+ ${counted('facts', claims.length - 2)}`, () => select({kind: 'edge', edge}), {class: 'link'}));
    })),
  ];
}

/** Signed agreements, each with its parties, then the words. */
function signedPanel() {
  const signed = signedFacts();
  const agreements = [...new Set(signed.map((fact) => nodes[fact.s]))];
  return [
    el('p', {class: 'kicker'}, firmnessSign(FIRM[0]), inLanguage(FIRM[0].name)),
    el('h2', {class: 'title'}, word('explorer-try-signed')),
    el('ul', {class: 'plain signed'}, agreements.map((node) => el('li', {}, entityLink(node), el('span', {class: 'parties'},
      [...new Set(signed.filter((fact) => fact.s === node.id).map((fact) => nodes[fact.o]))].map((party) => entityLink(party)))))),
    el('h3', {class: 'section-title'}, word('answer-proof')),
    [...new Set(signed.flatMap((fact) => fact.quotes))].map((place) =>
      el('article', {class: 'card'}, quoteBlock(quotes[place], signed.filter((fact) => fact.quotes.includes(place))))),
  ].flat();
}

/** What marked words of a document prove. */
function factsPanel(quote) {
  return [
    el('p', {class: 'kicker'}, icon('book'), bdi(inLanguage(documents[quote.d].title))),
    el('h2', {class: 'title'}, word('explorer-proves')),
    el('div', {class: 'cards'}, cards(quote.facts)),
  ];
}

// The graph: the data as linked objects, what filters let through, paths and surroundings.

const NETWORK = JSON.parse(document.getElementById('network').textContent);

const nodes = DATA.nodes.map((node, id) => ({
  names: [], classes: [], countries: [], areas: [], broader: [], stages: [],
  ...node, id, links: [], about: [], told: [],
  family: DATA.families[node.family],
  size: NETWORK.nodes[id].size, x: NETWORK.nodes[id].x, y: NETWORK.nodes[id].y,
}));
const facts = DATA.facts.map((fact, id) => ({
  by: [], behalf: [], recordedBy: [], when: [], dateText: [], notes: [], quotes: [], context: [], unsaid: [], ...fact, id,
}));
const summaries = DATA.summaries.map((summary, id) => ({rules: [], ...summary, id}));
const edges = DATA.edges.map((edge, id) => ({
  ...edge, id,
  claims: edge.facts.map((place) => (edge.derived ? summaries : facts)[place]),
}));
// A quote that leaves words out has several parts; `exact` is what a reader sees of it in one line.
const quotes = DATA.quotes.map((quote, id) => {
  const parts = quote.parts.map((part) => ({prefix: '', suffix: '', ...part}));
  const exact = parts.map((part) => part.exact).join(' […] ');
  return {...quote, parts, exact, start: parts[0].start, end: parts.at(-1).end, id, facts: []};
});
const documents = DATA.documents.map((item, id) => ({publisher: '', creator: '', text: '', ...item, id, quotes: []}));
// A cell of an answer is the place of an entity, a literal with its type, or an IRI or text as it is.
const cellOf = (cell) => (typeof cell === 'number' ? nodes[cell].iri : cell);
const rowOf = (row) => ({...row, cells: row.cells.map(cellOf)});
const questions = DATA.questions.map((question) => ({
  tags: [], answers: [], rows: [], ...question,
  parameters: (question.parameters ?? []).map((item) => ({values: [], cell: '', ...item, cell: cellOf(item.cell ?? ''), values: (item.values ?? []).map(cellOf)})),
  rows: (question.rows ?? []).map(rowOf),
  answers: new Map((question.answers ?? []).map(({values, rows}) => [values.map(cellOf).join(' '), rows.map(rowOf)])),
}));
const questionOf = (slug) => questions.find((item) => item.slug === slug);
const FIRM = DATA.firmness;
const DERIVED = FIRM.length - 1;
const familyIndex = new Map(DATA.families.map((family, place) => [family.key, place]));
const nodeOfIri = new Map(nodes.map((node) => [node.iri, node]));
const nameOfIri = new Map([...Object.entries(DATA.names), ...[...DATA.values, ...nodes].map((item) => [item.iri, item.name]), ...documents.map((item) => [item.iri, item.title])]);
const factsOfPredicate = new Map();

for (const edge of edges) {
  nodes[edge.s].links.push(edge);
  nodes[edge.t].links.push(edge);
}
for (const fact of facts) {
  nodes[fact.s].about.push(fact);
  if (fact.o !== undefined && fact.o !== fact.s) nodes[fact.o].about.push(fact);
  for (const speaker of fact.by) nodes[speaker].told.push(fact);
  for (const place of fact.quotes) quotes[place].facts.push(fact);
  if (!factsOfPredicate.has(fact.p)) factsOfPredicate.set(fact.p, []);
  factsOfPredicate.get(fact.p).push(fact);
}
for (const quote of quotes) documents[quote.d].quotes.push(quote);

/** The documents that state a fact's triple, whoever says it in them and whenever it holds. */
const tripleOf = (fact) => JSON.stringify([fact.s, fact.p, fact.o, fact.value, fact.literal]);
const documentsOfTriple = new Map();
for (const fact of facts) {
  const key = tripleOf(fact);
  if (!documentsOfTriple.has(key)) documentsOfTriple.set(key, new Set());
  for (const place of fact.quotes) documentsOfTriple.get(key).add(documents[quotes[place].d]);
}
const documentsOf = (fact) => [...documentsOfTriple.get(tripleOf(fact))];
for (const node of nodes) node.degree = node.links.filter((edge) => !edge.derived).length;

/** The part of an IRI that tells it apart, for links and files: "country/iraq". */
function shortName(node) {
  return node.iri.startsWith(DATA.entityBase) ? node.iri.slice(DATA.entityBase.length) : node.iri;
}
function nodeByShortName(name) {
  return nodeOfIri.get(DATA.entityBase + name) ?? nodeOfIri.get(name);
}
const slugOf = (iri) => iri.split(/[/#]/).at(-1);
const otherEnd = (edge, node) => nodes[edge.s === node.id ? edge.t : edge.s];
const edgeBetween = (one, other) =>
  one.links.find((edge) => !edge.derived && otherEnd(edge, one) === other)
  ?? one.links.find((edge) => otherEnd(edge, one) === other);

/** The filters: each facet gives the keys that a fact falls under. */
const FACETS = {
  firm: {keys: (fact) => [FIRM[fact.firm].key], options: () => FIRM.slice(0, DERIVED).map((item) => ({key: item.key, name: item.name, firm: item}))},
  stage: {keys: (fact) => stagesOf(fact).map((place) => slugOf(DATA.values[place].iri)), options: () => DATA.stages.map((place) => ({key: slugOf(DATA.values[place].iri), name: DATA.values[place].name}))},
  country: {keys: (fact) => sortedUnder(fact, 'countries'), options: () => optionsFrom('countries')},
  area: {keys: (fact) => sortedUnder(fact, 'areas'), options: () => optionsFrom('areas')},
  doc: {keys: (fact) => fact.quotes.map((place) => documents[quotes[place].d].slug), options: () => documents.map((item) => ({key: item.slug, name: item.title}))},
  mod: {keys: (fact) => (fact.m === undefined ? [] : [slugOf(DATA.values[fact.m].iri)]), options: modalityOptions},
  time: {keys: timesOf, options: timeOptions},
  rel: {keys: (fact) => [slugOf(DATA.predicates[fact.p].iri)], options: () => [...factsOfPredicate.keys()].map((place) => ({key: slugOf(DATA.predicates[place].iri), name: DATA.predicates[place].name}))},
};

function stagesOf(fact) {
  return [...new Set([...nodes[fact.s].stages, ...(fact.o === undefined ? [] : nodes[fact.o].stages)])];
}
function sortedUnder(fact, list) {
  const ends = [nodes[fact.s], ...(fact.o === undefined ? [] : [nodes[fact.o]])];
  return [...new Set(ends.flatMap((node) => node[list].map((place) => shortName(nodes[place]))))];
}
function optionsFrom(list) {
  const used = new Set(nodes.flatMap((node) => node[list]));
  return [...used].map((place) => ({key: shortName(nodes[place]), name: nodes[place].name}));
}
function modalityOptions() {
  const used = [...new Set(facts.map((fact) => fact.m).filter((place) => place !== undefined))];
  return used.map((place) => ({key: slugOf(DATA.values[place].iri), name: DATA.values[place].name}));
}
const facetKeys = new Map(Object.entries(FACETS).map(([name, facet]) => [name, facts.map(facet.keys)]));

function passes(fact, filters, except) {
  for (const name of Object.keys(FACETS)) {
    const chosen = filters[name];
    if (name === except || chosen.size === 0) continue;
    if (!facetKeys.get(name)[fact.id].some((key) => chosen.has(key))) return false;
  }
  return true;
}

/** How many facts fall under each key of a facet, given what the other facets let through. */
function facetCounts(name, filters) {
  const counts = new Map();
  for (const fact of facts) {
    if (!passes(fact, filters, name)) continue;
    for (const key of new Set(facetKeys.get(name)[fact.id])) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** What shows: sets of facts, edges and nodes under the filters, the legend and the focus. */
function visibleParts(state) {
  const narrowed = Object.values(state.filters).some((chosen) => chosen.size > 0);
  const near = state.focus ? surroundings(state.focus.node, state.focus.depth) : null;
  const shown = (node) => (!state.hidden.has(node.family.key) || state.kept.has(node)) && (!near || near.has(node));
  const seenFacts = new Set(facts.filter((fact) => passes(fact, state.filters)
    && shown(nodes[fact.s]) && (fact.o === undefined || shown(nodes[fact.o]))));
  const seenEdges = new Set();
  const touched = new Set();
  for (const edge of edges) {
    const ends = [nodes[edge.s], nodes[edge.t]];
    if (!ends.every(shown)) continue;
    if (edge.derived ? !state.summaries || (narrowed && !edge.claims.some((item) => item.facts.some((id) => seenFacts.has(facts[id])))) : !edge.claims.some((fact) => seenFacts.has(fact))) continue;
    seenEdges.add(edge);
    ends.forEach((node) => touched.add(node));
  }
  const seenNodes = new Set(nodes.filter((node) => shown(node)
    && (touched.has(node) || state.kept.has(node) || (narrowed ? node.about.some((fact) => fact.s === node.id && seenFacts.has(fact)) : node.degree === 0))));
  return {facts: seenFacts, edges: seenEdges, nodes: seenNodes};
}

/** The room on the screen, in square pixels, that an entity needs to be told from others. */
const PART = {each: 2500, least: 40, most: 1500};

/** The room of the picture on this screen, whether or not it shows and the panel is open. */
const roomOfPicture = () => ({width: window.innerWidth - (window.innerWidth > 960 ? 264 : 0), height: Math.max(200, window.innerHeight - 140)});

/** How many entities the picture has room for. */
function roomOnScreen() {
  const {width, height} = roomOfPicture();
  return Math.max(PART.least, Math.min(PART.most, Math.round((width * height) / PART.each)));
}

/** The best connected nodes of these parts, as many as there is room for, and those wanted. */
function bestConnected(parts, room, wanted) {
  // A few more do not make a picture unreadable; leaving them out would puzzle.
  if (parts.nodes.size <= 1.15 * room) return parts;
  const ranked = [...parts.nodes].sort((one, other) => other.degree - one.degree || one.id - other.id);
  const kept = new Set([...ranked.slice(0, room), ...wanted].filter((node) => parts.nodes.has(node)));
  return {
    nodes: kept,
    edges: new Set([...parts.edges].filter((edge) => kept.has(nodes[edge.s]) && kept.has(nodes[edge.t]))),
    facts: new Set([...parts.facts].filter((fact) => kept.has(nodes[fact.s]) && (fact.o === undefined || kept.has(nodes[fact.o])))),
    all: parts.nodes.size,
  };
}

/** All nodes within a number of steps of one. */
function surroundings(centre, depth) {
  const found = new Set([centre]);
  let frontier = [centre];
  for (let step = 0; step < depth; step += 1) {
    const next = new Set(frontier.flatMap((node) => node.links.filter((edge) => !edge.derived).map((edge) => otherEnd(edge, node))));
    frontier = [...next].filter((node) => !found.has(node));
    frontier.forEach((node) => found.add(node));
  }
  return found;
}

/** The shortest path over facts: nodes from start to goal, or null. Derived edges do not count. */
function shortestPath(start, goal, allowed = () => true) {
  const cameFrom = new Map([[start, null]]);
  const queue = [start];
  for (const node of queue) {
    if (node === goal) break;
    for (const edge of node.links) {
      const next = otherEnd(edge, node);
      if (edge.derived || cameFrom.has(next) || !allowed(edge)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  if (!cameFrom.has(goal)) return null;
  const path = [];
  for (let node = goal; node; node = cameFrom.get(node)) path.unshift(node);
  return path;
}

/** The firmest of the claims that an edge stands for. */
function firmnessOf(edge, seenFacts) {
  if (edge.derived) return DERIVED;
  const seen = edge.claims.filter((fact) => !seenFacts || seenFacts.has(fact));
  return Math.min(...(seen.length ? seen : edge.claims).map((fact) => fact.firm));
}

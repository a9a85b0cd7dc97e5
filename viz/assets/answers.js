// A stored question: its parameters with their choosers, and the answer for the chosen values.

function questionPanel({question, values}) {
  const rows = rowsOf(state.selected);
  return [
    el('p', {class: 'kicker'}, icon('question'), word(`explorer-subject-${question.subject ?? 'other'}`)),
    el('h2', {class: 'title'}, inLanguage(question.title)),
    question.parameters.length > 0 && el('div', {class: 'choosers'}, question.parameters.map((item, place) => chooser(question, values, item, place))),
    el('p', {class: 'quiet'}, rows.length ? counted('answers', rows.length) : word(question.none ?? 'answer-none')),
    el('ol', {class: 'answers'}, rows.map((row) => answerItem(question, row))),
  ].filter(Boolean);
}

/** The values that a question stands with in its query. */
const standing = (question) => question.parameters.map((item) => item.cell);
const valuesOf = ({question, values}) => values ?? standing(question);

/** The rows of the answer for the chosen values. */
function rowsOf(choice) {
  const values = valuesOf(choice);
  if (choice.question.computed) return COMPUTED[choice.question.computed](values[0]);
  if (choice.question.together) return rowsTogether(choice.question, values);
  return choice.question.answers.get(values.join(' ')) ?? (values.join(' ') === standing(choice.question).join(' ') ? choice.question.rows : []);
}

/** What the facts of the page themselves answer: rows as the query gives them, each with its facts. */
const COMPUTED = {
  /** The quotes about an entity, in the order of the documents, without those within a longer one. */
  quotes(iri) {
    const found = new Map();
    for (const fact of nodeOfIri.get(iri)?.about ?? []) {
      for (const {d, parts} of fact.quotes.map((id) => quotes[id])) {
        for (const {start, end, exact} of parts) {
          const key = `${d} ${start} ${end}`;
          if (!found.has(key)) found.set(key, {document: documents[d].iri, start, end, exact, facts: []});
          if (!found.get(key).facts.includes(fact.id)) found.get(key).facts.push(fact.id);
        }
      }
    }
    const spans = [...found.values()];
    const isWithin = (one, other) => one !== other && one.document === other.document && other.start <= one.start && other.end >= one.end;
    return spans.filter((one) => !spans.some((other) => isWithin(one, other)))
      .sort((one, other) => compareTexts(one.document, other.document) || one.start - other.start)
      .map((row) => ({cells: [row.document, {text: String(row.start), type: `${XSD}integer`}, row.exact], facts: row.facts}));
  },
  /** The facts about an area and its branches, to the third level; what is said plainly is not told again as reported. */
  facts(iri) {
    const found = new Map();
    const isIn = (node, depth) => node.iri === iri || (depth > 0 && node.broader.some((cell) => {
      const wider = nodeOfIri.get(cellOf(cell));
      return wider ? isIn(wider, depth - 1) : cellOf(cell) === iri;
    }));
    const told = [...new Set(nodes.filter((node) => isIn(node, 2)).flatMap((node) => node.about))];
    for (const fact of new Set([...told.filter(isAsserted), ...notSaidPlainly(told)])) {
      const cells = [nodes[fact.s].iri, DATA.predicates[fact.p].iri, objectOf(fact), DATA.values[fact.m].iri];
      const key = [cells[1], cells[0], typeof cells[2] === 'string' ? cells[2] : cells[2].text, cells[3]].join(' ');
      if (!found.has(key)) found.set(key, {key, cells, facts: []});
      found.get(key).facts.push(fact.id);
    }
    return [...found.values()].sort((one, other) => compareTexts(one.key, other.key));
  },
};
const XSD = 'http://www.w3.org/2001/XMLSchema#';
const compareTexts = (one, other) => (one < other ? -1 : Number(one > other));
const objectOf = (fact) => fact.literal ?? (fact.o === undefined ? DATA.values[fact.value].iri : nodes[fact.o].iri);

/** The rows for two values, where they are those for the one and those for the other. */
function rowsTogether(question, [first, second, ...others]) {
  const place = (row) => row.cells.map((cell) => (typeof cell === 'string' ? cell : cell.text)).join(' ');
  return [...new Set([first, second])].flatMap((one) => question.answers.get([one, one, ...others].join(' ')) ?? [])
    .sort((one, other) => (place(one) < place(other) ? -1 : 1));
}

/** A parameter of a question, with a list of what it may be: first what has an answer. */
function chooser(question, values, item, place) {
  const now = valuesOf({question, values});
  const name = (cell) => cell ? cellText(cell) : word('answer-any');
  const isAnswered = (cell) => rowsOf({question, values: now.map((one, at) => (at === place ? cell : one))}).length > 0;
  if (!question.answers.size && !question.computed) return el('p', {class: 'quiet'}, `${inLanguage(item.name)}: `, now[place] ? cellContent(now[place]) : word('answer-any'));
  const listed = [...new Set([now[place], item.cell, ...item.values])].filter((cell) => cell || !item.required);
  const sorted = listed.sort((one, other) => compareNames(name(one), name(other)));
  const option = (cell) => el('option', {value: cell, selected: cell === now[place]}, name(cell));
  const [full, empty] = [sorted.filter((cell) => cell && isAnswered(cell)), sorted.filter((cell) => cell && !isAnswered(cell))];
  return el('label', {class: 'narrowing'}, el('span', {}, inLanguage(item.name)),
    el('select', {data: {key: `value-${item.key}`}, onchange: ({target}) => select({kind: 'question', question, values: now.map((one, at) => (at === place ? target.value : one))})},
      !item.required && (item.cell === '' || now[place] === '') && option(''), byKind(full, option),
      empty.length > 0 && el('optgroup', {label: word('explorer-no-answer')}, empty.map(option))));
}

const MANY_VALUES = 40;

/** The options of a long list by the kind of thing, if there are several kinds. */
function byKind(cells, option) {
  const kinds = new Map();
  for (const cell of cells) {
    const family = nodeOfIri.get(cell)?.family;
    kinds.set(family, [...(kinds.get(family) ?? []), cell]);
  }
  if (cells.length <= MANY_VALUES || kinds.size < 2) return cells.map(option);
  return [...kinds].sort(([one], [other]) => DATA.families.indexOf(one) - DATA.families.indexOf(other))
    .map(([family, some]) => family ? el('optgroup', {label: inLanguage(family.name)}, some.map(option)) : some.map(option));
}

function answerItem(question, row) {
  const proven = row.facts.map((id) => facts[id]);
  const proof = el('div', {class: 'cards'});
  const reserved = reservations(proven);
  return el('li', {},
    el('dl', {}, row.cells.map((cell, place) => [
      el('dt', {}, question.columns[place] ? inLanguage(question.columns[place]) : ''),
      el('dd', {}, cellContent(cell))]),
      reserved && [el('dt', {}, word('answer-rests-on')), el('dd', {}, reserved)]),
    proven.length > 0 && el('details', {class: 'group', ontoggle: () => proof.childElementCount || proof.append(...cards(proven))},
      el('summary', {}, el('span', {}, word('answer-proof')), el('span', {class: 'count'}, number(proven.length))), proof));
}

/** A cell of an answer: an entity or document that opens, or its text. */
function cellContent(cell) {
  const node = nodeOfIri.get(cell);
  if (node) return entityLink(node);
  const quote = typeof cell === 'string' && quoteOfWords().get(cell);
  if (quote) return el('div', {class: 'told'}, el('p', {lang: 'ar', dir: 'rtl'}, `«${cell}»`), glossOf(quote));
  const source = documents.find((item) => item.iri === cell);
  return source ? button(bdi(inLanguage(source.title)), () => openReader(source), {class: 'link'}) : bdi(cellText(cell));
}

let quotesByWords = null;
/** The quote with these very words, for its translation. */
const quoteOfWords = () => (quotesByWords ??= new Map(quotes.map((quote) => [quote.exact, quote])));

/** A cell as people read it: the name of what it is, a number or date in words, or the text itself. */
function cellText(cell) {
  if (cell.text !== undefined) return literalInWords(cell);
  return nameOfIri.has(cell) ? inLanguage(nameOfIri.get(cell)) : literalInWords({text: cell, type: ''});
}

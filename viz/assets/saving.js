// Saving: the facts in view, or the chosen answer, as CSV. Nothing leaves the machine.

function download(name, blob) {
  const link = el('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The facts in view as CSV, one row for each quote of a fact. */
function csvOfView() {
  const head = ['fact', 'subject', 'subject_ar', 'subject_en', 'predicate', 'predicate_ar', 'predicate_en', 'object', 'object_ar', 'object_en', 'modality', 'stated_by', 'on_behalf_of', 'when', 'date_text', 'document', 'start', 'end', 'quote', 'gloss'];
  const rows = factsInView().flatMap((fact) => (fact.quotes.length ? fact.quotes : [null]).map((place) => csvRow(fact, place === null ? null : quotes[place])));
  return csvText([head, ...rows]);
}

function csvRow(fact, quote) {
  const subject = nodes[fact.s];
  const thing = fact.o === undefined ? DATA.values[fact.value] : nodes[fact.o];
  const literal = fact.literal?.text ?? '';
  const predicate = predicateOf(fact);
  return [
    fact.iri, subject.iri, subject.name.ar, subject.name.en, predicate.iri, predicate.name.ar, predicate.name.en,
    thing?.iri ?? literal, thing?.name.ar ?? '', thing?.name.en ?? '', fact.m === undefined ? '' : slugOf(DATA.values[fact.m].iri),
    fact.by.map((id) => nodes[id].iri).join(' '), fact.behalf.map((id) => nodes[id].iri).join(' '), fact.when.join(' '), fact.dateText.join(' '),
    quote ? documents[quote.d].file : '', quote?.parts.map((part) => part.start).join(' ') ?? '', quote?.parts.map((part) => part.end).join(' ') ?? '', quote?.exact ?? '', quote?.gloss ?? '',
  ];
}

function csvCell(value) {
  let text = String(value);
  // A spreadsheet would take these for formulas; no IRI, number or date of ours begins so.
  if (/^[=+@\t\r]|^-\D/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The answer that is chosen: its columns as people read them, then the quotes that prove each row. */
function csvOfAnswer(choice) {
  const {question} = choice;
  const head = [...question.columns.map(inLanguage), ...['documents', 'places', 'quotes', 'glosses'].map((name) => word(`explorer-csv-${name}`))];
  const rows = rowsOf(choice).map((row) => {
    const proving = [...new Set(row.facts.flatMap((id) => facts[id].quotes))].map((place) => quotes[place]);
    return [...row.cells.map((cell) => cell.text ?? cellText(cell)), ...[(quote) => documents[quote.d].file, (quote) => spansOf(quote, String), (quote) => quote.exact, (quote) => quote.gloss ?? ''].map((told) => proving.map(told).join(' | '))];
  });
  return csvText([head, ...rows]);
}

const csvText = (rows) => rows.map((row) => row.map(csvCell).join(',')).join('\r\n');

function saveCsv() {
  const answer = state.selected?.kind === 'question' ? state.selected : null;
  // The mark at the beginning tells Excel that the bytes are UTF-8.
  download(`${answer ? answer.question.slug : 'taawun'}.csv`, new Blob(['\ufeff', answer ? csvOfAnswer(answer) : csvOfView()], {type: 'text/csv;charset=utf-8'}));
}

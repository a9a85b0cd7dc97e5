// Saving: the picture as PNG or SVG, the facts in view as CSV. Nothing leaves the machine.

function download(name, blob) {
  const link = el('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The picture as it stands, on its ground, with a title and where it comes from. */
function savePng() {
  const source = byId('picture').querySelector('canvas');
  const ratio = source.width / source.clientWidth;
  const foot = Math.round(54 * ratio);
  const canvas = el('canvas');
  [canvas.width, canvas.height] = [source.width, source.height + foot];
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = picture.colours.ground;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(source, 0, 0);
  ctx.fillStyle = picture.colours.ink;
  ctx.direction = direction();
  ctx.textAlign = 'start';
  const x = language.now === 'ar' ? canvas.width - 20 * ratio : 20 * ratio;
  ctx.font = `600 ${15 * ratio}px "Taawun Sans", sans-serif`;
  ctx.fillText(`${inLanguage(DATA.title)} · ${byId('counts').textContent}`, x, source.height + 22 * ratio);
  ctx.font = `400 ${12 * ratio}px "Taawun Sans", sans-serif`;
  ctx.fillText(fitText(ctx, documents.map((item) => inLanguage(item.title)).join(' · '), canvas.width - 40 * ratio), x, source.height + 43 * ratio);
  canvas.toBlob((blob) => download('taawun.png', blob), 'image/png');
}

/** The text, or as much of it as the width has room for. */
function fitText(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  let kept = text;
  while (kept && ctx.measureText(`${kept}…`).width > width) kept = kept.slice(0, kept.lastIndexOf(' '));
  return `${kept}…`;
}

/** The facts in view as CSV, one row for each quote of a fact. */
function csvOfView() {
  const head = ['fact', 'subject', 'subject_ar', 'subject_en', 'predicate', 'predicate_ar', 'predicate_en', 'object', 'object_ar', 'object_en', 'modality', 'stated_by', 'on_behalf_of', 'when', 'date_text', 'document', 'start', 'end', 'quote'];
  const rows = factsInView().flatMap((fact) => (fact.quotes.length ? fact.quotes : [null]).map((place) => csvRow(fact, place === null ? null : quotes[place])));
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
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
    quote ? documents[quote.d].file : '', quote?.parts.map((part) => part.start).join(' ') ?? '', quote?.parts.map((part) => part.end).join(' ') ?? '', quote?.exact ?? '',
  ];
}

function csvCell(value) {
  let text = String(value);
  // A spreadsheet would take these for formulas; no IRI, number or date of ours begins so.
  if (/^[=+@\t\r]|^-\D/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function saveCsv() {
  // The mark at the beginning tells Excel that the bytes are UTF-8.
  download('taawun.csv', new Blob(['\ufeff', csvOfView()], {type: 'text/csv;charset=utf-8'}));
}

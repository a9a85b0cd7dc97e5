// Evidence: facts as sentences, and under them the words of the documents that say so.

const classNames = (node) => node.classes.map((place) => inLanguage(DATA.classes[place].name)).join('، ') || inLanguage(node.family.name);
const predicateOf = (claim) => DATA.predicates[claim.p];

/** The object of a fact as text. */
function objectText(claim) {
  if (claim.literal) return literalInWords(claim.literal);
  if (claim.value !== undefined) return inLanguage(DATA.values[claim.value].name);
  return inLanguage(nodes[claim.o].name);
}

/** A fact as text only, for tips, tables and citations. */
function sentenceText(claim) {
  return `${inLanguage(nodes[claim.s].name)} — ${inLanguage(predicateOf(claim).name)} — ${objectText(claim)}`;
}

function plainSentence(claim) {
  return [bdi(inLanguage(nodes[claim.s].name)), ' ', el('i', {}, inLanguage(predicateOf(claim).name)), ' ', bdi(objectText(claim))];
}

/**
 * A fact as a sentence whose entities open; the one that is looked at stands still. Under a heading
 * that names it and the relation, the other end is enough.
 */
function sentence(claim, current, isUnderRelation) {
  const end = (id) => (nodes[id] === current ? el('strong', {}, bdi(inLanguage(nodes[id].name))) : entityLink(nodes[id]));
  if (isUnderRelation) return el('p', {class: 'sentence'}, end(nodes[claim.s] === current ? claim.o : claim.s));
  return el('p', {class: 'sentence'},
    end(claim.s), ' ', el('span', {class: 'predicate'}, `— ${inLanguage(predicateOf(claim).name)} —`), ' ',
    claim.o === undefined ? el('strong', {}, bdi(objectText(claim))) : end(claim.o));
}

/** How a fact is said: firmness, modality, speaker, date, dispute. */
function badges(fact) {
  const firm = FIRM[fact.firm];
  const modality = fact.m === undefined ? null : DATA.values[fact.m];
  return el('p', {class: 'badges'},
    ['stated', 'reported'].includes(firm.key) ? null : el('span', {class: `badge firm-${firm.key}`}, firmnessSign(firm), inLanguage(firm.name)),
    modality && el('span', {class: `badge mod-${slugOf(modality.iri)}`}, inLanguage(modality.name)),
    fact.disputed && el('span', {class: 'badge disputed'}, word('explorer-disputed')),
    corroboration(fact),
    fact.by.length > 0 && el('span', {class: 'said'}, icon('person'), wordWith('fact-said-by', {speakers: fact.by.map((id) => entityLink(nodes[id]))})),
    fact.behalf.length > 0 && el('span', {class: 'said'}, wordWith('fact-on-behalf-of', {names: fact.behalf.map((id) => entityLink(nodes[id]))})),
    fact.recordedBy.length > 0 && el('span', {class: 'said'}, wordWith('fact-recorded-by', {names: fact.recordedBy.map(inLanguage).map(bdi)})),
    fact.when.length + fact.dateText.length > 0 && el('span', {class: 'said'}, icon('clock'),
      fact.when.map((date) => el('span', {title: date}, dateInWords(date))),
      fact.dateText.map((text) => el('q', {lang: 'ar', dir: 'rtl', title: word('explorer-date-text')}, text))));
}

const isAsserted = (fact) => fact.m !== undefined && slugOf(DATA.values[fact.m].iri) === 'asserted';

/** The facts of which no document among them says the same itself, undisputed. */
function notSaidPlainly(claims) {
  const triple = (fact) => JSON.stringify([fact.s, fact.p, fact.o, fact.value, fact.literal]);
  const plain = new Set(claims.filter((fact) => isAsserted(fact) && !fact.disputed).map(triple));
  return claims.filter((fact) => !plain.has(triple(fact)));
}

/** What facts are besides plainly stated: only planned, reported, read into the text, or disputed. */
function reservations(claims) {
  const others = notSaidPlainly(claims).filter((fact) => fact.m !== undefined);
  const said = new Set(others.filter((fact) => !isAsserted(fact)).map((fact) => DATA.values[fact.m]));
  const names = [...said].map((modality) => inLanguage(modality.name)).sort();
  return listed(others.some((fact) => fact.disputed) ? [...names, word('explorer-disputed')] : names);
}

/** How many documents say a fact, if more than one does, and how many publishers these name. */
function corroboration(fact) {
  const found = documentsOf(fact);
  if (found.length < 2) return null;
  const publishers = new Set(found.map((item) => item.publisher).filter(Boolean)).size;
  const counts = {documents: counted('documents', found.length), publishers: counted('publishers-named', publishers)};
  return el('span', {class: 'said', title: found.map((item) => inLanguage(item.title)).join('\n')},
    icon('book'), word(publishers ? 'fact-in-documents-some-named' : 'fact-in-documents', counts));
}

/** Facts that rest on the same words, told together above those words. */
function cards(claims, current, isUnderRelation = false) {
  const groups = new Map();
  for (const fact of claims) {
    const key = `${fact.quotes.join(' ')}|${fact.context.join(' ')}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(fact);
  }
  return [...groups.values()].map((group) => card(group, current, isUnderRelation));
}

function card(group, current, isUnderRelation) {
  return el('article', {class: 'card', data: {facts: group.map((fact) => fact.id).join(' ')}},
    group.map((fact, place) => [
      sentence(fact, current, isUnderRelation),
      place === group.length - 1 || howSaid(fact) !== howSaid(group[place + 1]) ? badges(fact) : null,
      notesOf(fact).map(({text, lang}) => el('p', {class: 'note'}, el('b', {}, `${word('fact-note')}: `), el('bdi', {lang: lang || languageOf(text), dir: direction(lang || languageOf(text))}, text))),
      fact.unsaid.length > 0 && el('p', {class: 'note'}, word('fact-not-named', {names: listed(fact.unsaid.map(inLanguage))})),
    ]),
    group[0].quotes.map((place) => quoteBlock(quotes[place], group)),
    group[0].context.map((place) => contextLine(DATA.passages[place])));
}

/** A sentence of the document that names what the quote speaks of: it helps to read, and proves nothing. */
function contextLine(passage) {
  return el('p', {class: 'note'}, el('b', {}, `${word('fact-context')}: `), el('bdi', {lang: 'ar', dir: 'rtl'}, passage.exact));
}

/** The curator's notes in the language of the page; in any other if there is none. */
function notesOf(fact) {
  const mine = fact.notes.filter(({lang}) => lang === language.now);
  return mine.length ? mine : fact.notes;
}

const howSaid = (fact) => JSON.stringify([fact.firm, fact.m, fact.by, fact.behalf, fact.recordedBy, fact.when, fact.dateText, fact.disputed, documentsOf(fact).map((item) => item.id)]);

/** The names to look for in a quote: those of what the facts speak of. */
function namesIn(group) {
  const spoken = group.flatMap((fact) => [nodes[fact.s], ...(fact.o === undefined ? [] : [nodes[fact.o]])]);
  return spoken.flatMap((node) => [node.name.ar, node.name.en, ...node.names]);
}

/** The quote in its context: what stands before, the words, the names in them, what follows. */
function quoteBlock(quote, group) {
  const source = documents[quote.d];
  const {before, after} = contextOf(quote);
  return el('figure', {class: 'proof'},
    el('blockquote', {lang: 'ar', dir: 'rtl'},
      el('span', {class: 'context'}, before),
      quote.parts.map((part, place) => [place ? ' […] ' : '', el('mark', {}, withNames(part.exact, namesIn(group)))]),
      el('span', {class: 'context'}, after)),
    glossOf(quote),
    el('figcaption', {},
      el('span', {class: 'source'}, bdi(inLanguage(source.title)),
        ' · ', el('span', {class: 'offsets'}, word('explorer-place', {places: spansOf(quote, number)}))),
      el('span', {class: 'moves'},
        button([icon('book'), word('explorer-open-document')], () => openReader(source, quote), {class: 'link'}),
        button([icon('copy'), word('explorer-cite')], (event) => copyCitation(event.currentTarget, quote, group), {class: 'link'}))));
}

/** Whether our translations are shown: in English, until the reader chooses for all of them. */
let chosenGloss = null;
const showsGloss = () => chosenGloss ?? language.now === 'en';

/** Our translation of a quote, marked as ours; opening or closing it does so for all. */
function glossOf(quote) {
  const turn = (event) => {
    event.preventDefault();
    chosenGloss = !showsGloss();
    for (const one of document.querySelectorAll('details.gloss')) one.open = chosenGloss;
  };
  return quote.gloss && el('details', {class: 'gloss', open: showsGloss()},
    el('summary', {lang: language.now, dir: direction(), onclick: turn}, word('fact-gloss')),
    el('p', {class: 'gloss', lang: 'en', dir: 'ltr'}, quote.gloss));
}

/** Where the parts of a quote stand, as a person reads it. */
const spansOf = (quote, told) => quote.parts.map((part) => `${told(part.start)}–${told(part.end)}`).join(language.now === 'ar' ? '، ' : ', ');

const CONTEXT = 90;

/** What stands around a quote in the same paragraph, cut at a space. */
function contextOf(quote) {
  const characters = charactersOf(documents[quote.d]);
  const isBorder = (char) => char === undefined || char === '\n';
  let start = quote.start;
  while (start > 0 && quote.start - start < CONTEXT && !isBorder(characters[start - 1])) start -= 1;
  let end = quote.end;
  while (end < characters.length && end - quote.end < CONTEXT && !isBorder(characters[end])) end += 1;
  const before = characters.slice(start, quote.start).join('');
  const after = characters.slice(quote.end, end).join('');
  return {
    before: start > 0 && characters[start - 1] !== '\n' ? `…${before.slice(before.indexOf(' ') + 1)}` : before,
    after: end < characters.length && characters[end] !== '\n' ? `${after.slice(0, after.lastIndexOf(' ') + 1)}…` : after,
  };
}

/**
 * The code points of a document: offsets count these, not UTF-16 units. Without the full text,
 * what the quotes and their contexts tell of it, with nothing (undefined) in between.
 */
function charactersOf(item) {
  if (item.characters) return item.characters;
  item.characters = [...item.text];
  if (item.text) return item.characters;
  const put = (text, start) => [...text].forEach((char, place) => { item.characters[start + place] = char; });
  const parts = item.quotes.flatMap((quote) => quote.parts);
  for (const part of parts) {
    put(part.prefix, part.start - [...part.prefix].length);
    put(part.suffix, part.end);
  }
  for (const part of parts) put(part.exact, part.start);
  return item.characters;
}

/** Words with the given names in them set off. */
function withNames(text, names) {
  const characters = [...text];
  const parts = [];
  let place = 0;
  for (const [start, end] of findNames(characters, names)) {
    parts.push(characters.slice(place, start).join(''), el('b', {}, characters.slice(start, end).join('')));
    place = end;
  }
  return [...parts, characters.slice(place).join('')];
}

/** A citation: the words, where they stand, and what they prove. */
function citation(quote, group) {
  const source = documents[quote.d];
  const origin = listed([source.title[language.now], source.creator, source.publisher, source.file].filter(Boolean));
  return [
    `«${quote.exact}»`,
    `${listed([origin, word('explorer-place', {places: spansOf(quote, String)})])}.`,
    ...group.map((fact) => {
      const modality = fact.m === undefined ? '' : ` [${inLanguage(DATA.values[fact.m].name)}]`;
      return word('explorer-cited-fact', {sentence: `${sentenceText(fact)}${modality} <${fact.iri}>`});
    }),
  ].join('\n');
}

async function copyCitation(target, quote, group) {
  await copyText(target, citation(quote, group));
}

async function copyText(target, text) {
  const copied = await copyByClipboard(text) || copyBySelection(text);
  announce(word(copied ? 'explorer-copied' : 'explorer-not-copied'));
  const label = target.querySelector('.said-back') ?? target.appendChild(el('span', {class: 'said-back'}));
  label.textContent = ` ✓ ${word(copied ? 'explorer-copied' : 'explorer-not-copied')}`;
  setTimeout(() => label.remove(), 1800);
}

function copyByClipboard(text) {
  if (!navigator.clipboard) return Promise.resolve(false);
  return navigator.clipboard.writeText(text).then(() => true, () => false);
}

/** The old way, for browsers that keep the clipboard from local files. */
function copyBySelection(text) {
  const area = document.body.appendChild(el('textarea', {class: 'unseen'}));
  area.value = text;
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

// Search: one box finds entities, areas, documents and questions, whatever the spelling.
//
// A question in one's own words is answered only where its words are those of a stored question,
// with names in the places of its parameters. Others are offered, never answered unasked.

let folded = null;

/** The folded names of all entities, made when somebody first searches. */
function searchIndex() {
  folded ??= nodes.map((node) => ({
    node,
    names: [...new Set([node.name.ar, node.name.en, ...node.names].map(fold))],
  }));
  return folded;
}

/** Entities whose names match, best first: whole name, beginning, beginning of a word, inside. */
function findEntities(wanted, limit = 12) {
  const needle = fold(wanted);
  if (!needle) return [];
  const scored = searchIndex().flatMap(({node, names}) => {
    const score = Math.max(...names.map((name) => matchScore(name, needle)));
    return score > 0 ? [{node, score: score + Math.min(node.degree, 80) / 100}] : [];
  });
  return scored.sort((one, other) => other.score - one.score || one.node.id - other.node.id).slice(0, limit);
}

function matchScore(name, needle) {
  if (name === needle) return 5;
  if (name.startsWith(needle)) return 4;
  if (name.includes(` ${needle}`) || name.includes(` ال${needle}`) || name.startsWith(`ال${needle}`)) return 3;
  if (name.includes(needle)) return 2;
  return needle.split(' ').every((part) => name.includes(part)) ? 1 : 0;
}

/* ---------- questions ---------- */

/** A question as it is compared: folded, without its mark and without doubled words of courtesy. */
const plainQuestion = (text) => fold(text).replace(/[?.!,:;"']+/g, ' ').replace(/\s+/g, ' ').trim();

let wordings = null;

/** Every wording of every question as fixed words and the parameters between them. */
function allWordings() {
  wordings ??= questions.flatMap((question) => [question.title.ar, question.title.en, ...(question.asks?.ar ?? []), ...(question.asks?.en ?? [])].map((text) => {
    const pieces = text.split(/\{(\w+)\}/);
    return {question, words: pieces.filter((_, place) => place % 2 === 0).map(plainQuestion), keys: pieces.filter((_, place) => place % 2)};
  }));
  return wordings;
}

let named = null;

/** The entities that go by a folded name. */
function entitiesNamed(name) {
  named ??= searchIndex().reduce((map, {node, names}) => {
    for (const one of names) map.set(one, [...(map.get(one) ?? []), node]);
    return map;
  }, new Map());
  return named.get(name) ?? named.get(name.replace(/^the /, '')) ?? [];
}

/** The stored question that a text is, word for word, with its values; null if not for sure. */
function readQuestion(text) {
  const asked = plainQuestion(text);
  if (!asked) return null;
  const found = new Map();
  for (const wording of allWordings()) {
    const values = matchWording(wording, asked);
    if (values) found.set(`${wording.question.slug} ${values.join(' ')}`, {question: wording.question, values});
  }
  return found.size === 1 ? [...found.values()][0] : null;
}

/** The values of a question's parameters where the text is this wording, else null. */
function matchWording({question, words, keys}, asked) {
  if (!keys.length) return asked === words[0] && !question.parameters.some((item) => item.required) ? standing(question) : null;
  const pattern = words.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = pattern.reduce((sum, piece, place) => (place ? `${sum} ?(.+?)${piece ? ` ?${piece}` : ''}` : piece), '');
  const match = new RegExp(`^${expression}$`, 'u').exec(asked);
  if (!match) return null;
  const values = standing(question);
  for (const [place, key] of keys.entries()) {
    const at = question.parameters.findIndex((item) => item.key === key);
    const fitting = entitiesNamed(match[place + 1].trim()).filter((node) => question.parameters[at]?.values.includes(node.iri));
    if (fitting.length !== 1) return null;
    values[at] = fitting[0].iri;
  }
  return question.parameters.every((item) => !item.required || keys.includes(item.key)) ? values : null;
}

/** Questions that share words with a text, those with more and rarer words first. */
function questionsLike(text, limit) {
  const parts = [...new Set(plainQuestion(text).split(' '))].filter((part) => part.length > 1);
  const shares = questionWords();
  const scored = questions.map((question) => {
    const hits = parts.filter((part) => shares.of.get(question).some((one) => one.startsWith(part)));
    return {question, score: hits.reduce((sum, part) => sum + Math.log(1 + questions.length / (1 + (shares.count.get(part) ?? 0))), 0), hits: hits.length};
  });
  return scored.filter(({hits}) => hits > 0 && hits >= parts.length / 2).sort((one, other) => other.score - one.score).slice(0, limit).map(({question}) => ({question}));
}

let sharedWords = null;

function questionWords() {
  if (sharedWords) return sharedWords;
  sharedWords = {of: new Map(), count: new Map()};
  for (const question of questions) {
    const texts = [question.title.ar, question.title.en, question.slug.replaceAll('-', ' '), ...question.tags, ...(question.asks?.ar ?? []), ...(question.asks?.en ?? [])];
    const list = [...new Set(texts.flatMap((one) => plainQuestion(one).split(' ')))];
    sharedWords.of.set(question, list);
    for (const one of list) sharedWords.count.set(one, (sharedWords.count.get(one) ?? 0) + 1);
  }
  return sharedWords;
}

/* ---------- everything ---------- */

/** What a text may mean: a question that is read for sure, entities, documents, questions like it. */
function findAnything(text) {
  const sure = readQuestion(text);
  const found = findEntities(text, 8);
  const needle = fold(text);
  const read = documents.filter((item) => [item.title.ar, item.title.en, item.file].some((title) => fold(title).includes(needle))).slice(0, 3).map((document) => ({document}));
  const like = questionsLike(text, found.length ? 3 : 6).filter(({question}) => question !== sure?.question);
  const all = [...(sure ? [{...sure, isSure: true}] : []), ...found, ...read, ...like];
  return all.length ? {list: all} : {list: nearest(needle), isNear: true};
}

/** The entities whose names are most like a folded text, letter by letter. */
function nearest(needle) {
  const pairs = (text) => new Set([...text].slice(1).map((char, place) => [...text][place] + char));
  const mine = pairs(needle);
  if (!mine.size) return [];
  const scored = searchIndex().map(({node, names}) => ({node, score: Math.max(...names.map((name) => {
    const theirs = pairs(name);
    return (2 * [...mine].filter((pair) => theirs.has(pair)).length) / (mine.size + theirs.size);
  }))}));
  return scored.filter(({score}) => score > 0.3).sort((one, other) => other.score - one.score || one.node.id - other.node.id).slice(0, 3);
}

let boxes = 0;

/** A search box with its list: arrows move, Enter takes, Escape closes. */
function searchBox(onchoose, label, find = (text) => ({list: findEntities(text)})) {
  boxes += 1;
  const listId = `results-${boxes}`;
  const input = el('input', {
    type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', 'aria-label': label,
    'aria-expanded': 'false', 'aria-controls': listId, 'aria-autocomplete': 'list', placeholder: word('explorer-search-hint'), dir: direction(),
  });
  const list = el('ul', {role: 'listbox', id: listId, class: 'results', hidden: true, 'aria-label': label});
  const box = {found: [], at: -1};

  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const take = (found) => {
    close();
    input.value = '';
    onchoose(found);
  };
  const mark = (at) => {
    box.at = at;
    [...list.children].forEach((item, place) => item.setAttribute('aria-selected', String(place === at)));
    if (at < 0) return;
    input.setAttribute('aria-activedescendant', list.children[at].id);
    list.children[at].scrollIntoView({block: 'nearest'});
  };
  const open = () => {
    input.dir = input.value ? 'auto' : direction();
    const isEmpty = !fold(input.value);
    const {list: found, isNear} = isEmpty ? {list: []} : find(input.value);
    box.found = found;
    list.hidden = isEmpty;
    input.setAttribute('aria-expanded', String(!isEmpty));
    list.replaceChildren(...box.found.map((one, place) => resultItem(one, `${listId}-${place}`, () => take(one))));
    if (!box.found.length || isNear) list.append(el('li', {class: 'quiet', role: 'option', 'aria-disabled': 'true'}, word(box.found.length ? 'explorer-nearest' : 'explorer-no-result')));
    if (!isEmpty) announce(counted('results', box.found.length));
    mark(box.found.length && !isNear ? 0 : -1);
  };
  input.addEventListener('input', open);
  input.addEventListener('focus', () => input.value && open());
  input.addEventListener('blur', () => setTimeout(close, 150));
  input.addEventListener('keydown', (event) => {
    const count = box.found.length;
    if (event.key === 'ArrowDown' && count) mark((box.at + 1) % count);
    else if (event.key === 'ArrowUp' && count) mark((box.at - 1 + count) % count);
    else if (event.key === 'Enter' && box.at >= 0 && !list.hidden) take(box.found[box.at]);
    else if (event.key === 'Escape' && (input.value || !list.hidden)) {
      input.value = '';
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  return el('div', {class: 'search-box'}, icon('search'), input, list);
}

function resultItem(found, id, onpick) {
  const {node, question, document: item, isSure} = found;
  const [sign, name, kind] = node ? [familySign(node.family), bdi(inLanguage(node.name)), classNames(node)]
    : item ? [icon('book'), bdi(inLanguage(item.title)), word('explorer-document')]
      : [icon('question'), inLanguage(question.title), word(isSure ? 'explorer-answer' : 'explorer-question')];
  const chosen = isSure ? found.values.filter(Boolean).map((iri) => cellText(iri)) : [];
  return el('li', {role: 'option', id, class: isSure ? 'sure' : '', 'aria-selected': 'false', onmousedown: (event) => { event.preventDefault(); onpick(); }},
    sign, el('span', {class: 'result-name'}, name, chosen.length > 0 && el('b', {}, ` (${listed(chosen)})`)), el('span', {class: 'result-class'}, kind));
}

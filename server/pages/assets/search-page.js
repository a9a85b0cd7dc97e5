// The search of the published site: over the index of its language, in both languages' words.

/** A word as it is compared: without what Arabic writes on to it, without an English plural. */
function stem(word) {
  let bare = word;
  if (/^[\u0621-\u064A]+$/.test(word)) {
    if (bare.length > 4) bare = bare.replace(/^[وف](?=.{3})/, '');
    if (bare.length > 3) bare = bare.replace(/^(?:لل|[بكل]?ال)(?=.{2})/, '');
    if (bare.length > 3) bare = bare.replace(/(?:ات|ها|هم|ه)$/, '');
    return bare;
  }
  if (bare.length > 4) bare = bare.replace(/(?:'s|s)$/, '');
  return bare.length > 5 ? bare.replace(/(?:ing|ed)$/, '') : bare;
}

function stems(folded) {
  return (folded.match(/[\p{L}\p{N}']+/gu) || []).map(stem);
}

/** Each entry of the index is [kind, title, address, folded words]. */
const ENTRIES = window.TAAWUN_INDEX.entries.map((entry) => ({entry, words: new Set(stems(entry[3])), name: fold(entry[1])}));
const SPREAD = new Map();
ENTRIES.forEach(({words}) => words.forEach((word) => SPREAD.set(word, (SPREAD.get(word) || 0) + 1)));
/** A person means an entity or a question more often than one of the facts. */
const WEIGHTS = {question: 1.25, entity: 1.2, document: 1.2, class: 1.1, fact: 1};

/** The best entries for a text: rare words weigh more, and all words together most. */
function search(text, limit = 40) {
  const asked = [...new Set(stems(fold(text)))];
  const known = asked.map((word) => {
    const alike = SPREAD.has(word) ? [word]
      : word.length > 2 ? [...SPREAD.keys()].filter((other) => other.startsWith(word)) : [];
    return {alike, weight: Math.log(1 + ENTRIES.length / (1 + alike.reduce((sum, one) => sum + SPREAD.get(one), 0)))};
  }).filter(({alike}) => alike.length);
  if (!known.length) return [];
  const whole = known.reduce((sum, {weight}) => sum + weight, 0);
  const found = [];
  for (const {entry, words, name} of ENTRIES) {
    let score = 0;
    for (const {alike, weight} of known) if (alike.some((word) => words.has(word))) score += weight;
    if (score < whole / 3) continue;
    score *= WEIGHTS[entry[0]] || 1;
    if (name === fold(text)) score += whole;
    found.push({entry, score: score / (1 + words.size / 400)});
  }
  found.sort((one, other) => other.score - one.score || one.entry[1].length - other.entry[1].length);
  return found.slice(0, limit).map(({entry}) => entry);
}

function show(text) {
  const list = document.getElementById('results');
  const told = document.getElementById('found');
  list.replaceChildren();
  told.textContent = '';
  if (!text.trim()) return;
  const found = search(text);
  told.textContent = found.length ? told.dataset.some.replace('{count}', found.length) : told.dataset.none;
  for (const [kind, title, address] of found) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    const name = document.createElement('bdi');
    const what = document.createElement('span');
    link.href = address;
    name.textContent = title;
    what.className = 'chip';
    what.textContent = window.TAAWUN_INDEX.kinds[kind];
    link.append(name);
    item.append(link, ' ', what);
    list.append(item);
  }
}

const FIELD = document.querySelector('#search input');
FIELD.value = new URLSearchParams(location.search).get('q') || '';
FIELD.addEventListener('input', () => show(FIELD.value));
document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  show(FIELD.value);
});
show(FIELD.value);

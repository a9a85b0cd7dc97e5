// The twins of the picture: all facts in view as a table, and those with a date in time.

/** Facts in view, in the order of their subjects' weight. */
function factsInView() {
  return [...picture.seen.facts].sort((one, other) =>
    nodes[other.s].degree - nodes[one.s].degree || one.s - other.s || one.p - other.p || one.id - other.id);
}

const TABLE_STEP = 200;

function renderTable() {
  const list = factsInView();
  const body = el('tbody');
  const more = button('', () => addRows(), {class: 'action more-rows'});
  const addRows = () => {
    const next = list.slice(body.childElementCount, body.childElementCount + TABLE_STEP);
    body.append(...next.map(tableRow));
    const left = list.length - body.childElementCount;
    more.hidden = left === 0;
    more.textContent = `+ ${counted('facts', left)}`;
  };
  addRows();
  byId('view-table').replaceChildren(
    el('table', {}, el('caption', {}, word('explorer-table-caption', {count: list.length})),
      el('thead', {}, el('tr', {}, ['subject', 'predicate', 'object', 'modality', 'stated-by', 'date', 'quote', 'document'].map((key) => el('th', {scope: 'col'}, word(`column-${key}`))))),
      body),
    more);
}

function tableRow(fact) {
  const quote = fact.quotes.length ? quotes[fact.quotes[0]] : null;
  return el('tr', {},
    el('th', {scope: 'row'}, entityLink(nodes[fact.s])),
    el('td', {}, inLanguage(predicateOf(fact).name)),
    el('td', {}, fact.o === undefined ? bdi(objectText(fact)) : entityLink(nodes[fact.o])),
    el('td', {}, fact.m === undefined ? '' : inLanguage(DATA.values[fact.m].name)),
    el('td', {}, fact.by.map((id) => entityLink(nodes[id]))),
    el('td', {}, fact.when.map(dateInWords).join('، ')),
    el('td', {class: 'words', lang: 'ar', dir: 'rtl'}, fact.quotes.map((place) => [el('p', {}, `«${quotes[place].exact}»`), glossOf(quotes[place])])),
    el('td', {}, quote && bdi(inLanguage(documents[quote.d].title))));
}

/* ---------- time ---------- */

function renderTimeline() {
  const list = factsInView();
  const byDate = new Map();
  for (const fact of list) {
    for (const date of datesOf(fact)) {
      if (!byDate.has(date)) byDate.set(date, []);
      byDate.get(date).push(fact);
    }
  }
  const dated = list.filter((fact) => datesOf(fact).length > 0).length;
  const share = el('div', {class: 'share', role: 'img', 'aria-label': `${dated} / ${list.length}`}, el('span', {}));
  share.firstChild.style.setProperty('inline-size', `${(100 * dated) / Math.max(1, list.length)}%`);
  // Dates without a year come last: nobody knows where among the years they belong.
  const ordered = [...byDate].sort(([one], [other]) => one.startsWith('X') - other.startsWith('X') || (one < other ? -1 : 1));
  byId('view-timeline').replaceChildren(
    el('h2', {}, word('explorer-timeline')),
    el('p', {}, word('explorer-timeline-share', {dated: number(dated), all: number(list.length)})), share,
    el('ol', {class: 'times'}, ordered.map(([date, told]) => el('li', {},
      el('h3', {}, el('time', {title: date}, dateInWords(date))),
      el('div', {class: 'cards'}, cards(told))))));
}

// Time: which dates a fact carries, and the years that it is sorted under.

const DATE_PREDICATES = new Set(['heldOn', 'signedOn', 'launchedOn', 'period']);
const isDate = (text) => /^(\d{4}|XXXX)(-\d\d)?(-\d\d)?(\/(\d{4}|XXXX)(-\d\d)?(-\d\d)?)?$/.test(text);

/** The dates that a fact carries: when it holds, or the date that it states. */
function datesOf(fact) {
  const stated = fact.literal && DATE_PREDICATES.has(slugOf(DATA.predicates[fact.p].iri)) ? [fact.literal.text] : [];
  return [...new Set([...fact.when, ...stated])].filter(isDate);
}

/** Under what the time filter finds a fact: years, a date whose year is not printed, or no date. */
function timesOf(fact) {
  const dates = datesOf(fact);
  return dates.length ? [...new Set(dates.flatMap(yearsOf))] : ['undated'];
}

/** The years of an EDTF date; an interval is in all years from its first to its last. */
function yearsOf(date) {
  const [first, last = first] = date.split('/').map((one) => Number(one.slice(0, 4)));
  if (Number.isNaN(first) || Number.isNaN(last)) return ['no-year'];
  return Array.from({length: Math.min(Math.max(last - first, 0), 200) + 1}, (_, place) => String(first + place));
}

function timeOptions() {
  const keys = [...new Set(facts.flatMap(timesOf))];
  const years = keys.filter(isYear).sort().map((key) => ({key, name: {ar: key, en: key}}));
  const others = [['no-year', 'date-no-year'], ['undated', 'explorer-undated']].filter(([key]) => keys.includes(key));
  return [...years, ...others.map(([key, name]) => ({key, name: DATA.words[name]}))];
}

const isYear = (key) => /^\d+$/.test(key);

/** Two lists of years, from and to, which choose all years between. */
function yearRange(options, chosen) {
  const years = options.filter((option) => isYear(option.key));
  if (years.length < 2) return null;
  const picked = years.filter((option) => chosen.has(option.key));
  const list = (key, label, fallback) => {
    const now = (picked.length ? picked.at(key === 'from' ? 0 : -1) : fallback).key;
    return el('label', {}, el('span', {}, label),
      el('select', {data: {key: `time-${key}`}, onchange: ({target}) => chooseYears(key, target.value)},
        years.map((option) => el('option', {value: option.key, selected: option.key === now}, inLanguage(option.name)))));
  };
  const chooseYears = (key, year) => {
    const ends = {from: (picked[0] ?? years[0]).key, to: (picked.at(-1) ?? years.at(-1)).key, [key]: year};
    if (ends.from > ends.to) ends[key === 'from' ? 'to' : 'from'] = year;
    const between = years.filter((option) => option.key >= ends.from && option.key <= ends.to);
    update({filters: {...state.filters, time: new Set(between.map((option) => option.key))}}, {refit: true});
  };
  return el('div', {class: 'years'}, list('from', word('explorer-year-from'), years[0]), list('to', word('explorer-year-to'), years.at(-1)));
}

/** The chosen years as one span, if they follow each other in the data; null otherwise. */
function spanOfYears(options, chosen) {
  const years = options.filter((option) => isYear(option.key));
  const places = years.flatMap((option, place) => (chosen.has(option.key) ? [place] : []));
  const [first, last] = [places[0], places.at(-1)];
  if (places.length < 2 || last - first + 1 !== places.length) return null;
  return {keys: places.map((place) => years[place].key), name: `${inLanguage(years[first].name)} – ${inLanguage(years[last].name)}`};
}

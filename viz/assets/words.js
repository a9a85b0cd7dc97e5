// Words, numbers and dates in the language of the page.

const DATA = JSON.parse(document.getElementById('data').textContent);
const language = {now: DATA.lang};

// The digits are those that the documents print, in both languages.
const locale = () => (language.now === 'ar' ? 'ar-EG-u-nu-latn' : 'en-GB');
const direction = (lang = language.now) => (lang === 'ar' ? 'rtl' : 'ltr');
/** The one of two texts that the reader reads. */
const inLanguage = (name) => name[language.now];

/** What formats numbers or compares names is slow to make: one for each language and shape. */
const formats = new Map();
function format(kind, shape = {}) {
  const key = [kind, locale(), ...Object.entries(shape)].join(' ');
  if (!formats.has(key)) formats.set(key, new Intl[kind](locale(), shape));
  return formats.get(key);
}
const number = (value) => format('NumberFormat', {maximumFractionDigits: 6}).format(value);
const compareNames = (one, other) => format('Collator').compare(one, other);

/** The words of a code, with {parts} filled; `count` chooses the plural form. */
function word(code, parts = {}) {
  return wordWith(code, parts).join('');
}

/** The same as a list of texts and parts, which may be elements. */
function wordWith(code, {count, ...parts}) {
  const found = DATA.words[code][language.now];
  const text = typeof found === 'string' ? found : found[format('PluralRules').select(count)];
  return text.split(/\{(\w+)\}/).map((piece, place) => (place % 2 === 0 ? piece : piece === 'count' ? number(count) : parts[piece]));
}

/** A counted noun in the grammar of the language: "3 facts", «٣ حقائق». */
const counted = (nouns, count) => word(`count-${nouns}`, {count});
const listed = (names) => names.join(language.now === 'ar' ? '، ' : ', ');

/** Whether a text's first letter with a direction runs from right to left. */
const runsRightToLeft = (text) => /^[^\p{L}]*[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u.test(text);
/** The language of a text by its first letter: names and notes may be in either. */
const languageOf = (text) => (runsRightToLeft(text) ? 'ar' : 'en');

/** An EDTF date in words: "February (year not printed)", "2019/2020", "8–9 February …". */
function dateInWords(edtf) {
  const [start, end] = edtf.split('/');
  if (end === undefined) return oneDate(start) ?? edtf;
  const [one, other] = [oneDate(start), oneDate(end)];
  return one && other ? `${one} – ${other}` : edtf;
}

function oneDate(edtf) {
  const parts = /^(\d{4}|XXXX)(?:-(\d\d))?(?:-(\d\d))?$/.exec(edtf);
  if (!parts) return null;
  const [, year, month, day] = parts;
  const plainYear = year === 'XXXX' ? null
    : format('NumberFormat', {useGrouping: false}).format(Number(year));
  if (!month) return plainYear;
  if (Number(month) > 12) {
    const whole = plainYear ? word('date-this-year', {year: plainYear}) : word('date-that-year');
    return word(`date-part-${month}`, {year: whole});
  }
  const date = new Date(Date.UTC(year === 'XXXX' ? 2000 : Number(year), Number(month) - 1, Number(day ?? 1)));
  const shape = {month: 'long', timeZone: 'UTC', ...(day ? {day: 'numeric'} : {})};
  const words = format('DateTimeFormat', shape).format(date);
  return plainYear ? `${words} ${plainYear}` : `${words} (${word('date-no-year')})`;
}

/** A literal as people write it: grouped numbers, dates, durations, yes and no. */
function literalInWords(literal) {
  const {text, type} = literal;
  const kind = type.slice(type.indexOf('#') + 1);
  if (['decimal', 'integer', 'double', 'float', 'int', 'long', 'gYear'].includes(kind)
      && Number.isFinite(Number(text)) && kind !== 'gYear') return number(Number(text));
  if (kind === 'boolean') return word(text === 'true' || text === '1' ? 'answer-yes' : 'answer-no');
  const duration = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(text);
  if (duration && text.length > 1) {
    return ['years', 'months', 'weeks', 'days']
      .flatMap((unit, place) => (duration[place + 1] ? [counted(unit, Number(duration[place + 1]))] : []))
      .join(' ');
  }
  return dateInWords(text);
}

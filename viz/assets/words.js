// Words, numbers and dates in the language of the page.

const DATA = JSON.parse(document.getElementById('data').textContent);
const language = {now: DATA.lang};

const locale = () => (language.now === 'ar' ? 'ar-EG' : 'en-GB');
const direction = (lang = language.now) => (lang === 'ar' ? 'rtl' : 'ltr');
/** The one of two texts that the reader reads. */
const inLanguage = (name) => name[language.now];
const number = (value) => new Intl.NumberFormat(locale(), {maximumFractionDigits: 6}).format(value);

/** The interface's words for a key, with {placeholders} filled. */
function word(key, filling = {}) {
  return fill(DATA.words[key][language.now], filling);
}

function fill(template, filling) {
  return template.replace(/\{(\w+)\}/g, (_, name) => filling[name]);
}

/** A counted noun in the grammar of the language: "3 facts", «٣ حقائق». */
function counted(noun, count) {
  const forms = DATA.words[`count-${noun}`][language.now];
  const form = new Intl.PluralRules(locale()).select(count);
  return fill(forms[form] ?? forms.other, {n: number(count)});
}

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
    : new Intl.NumberFormat(locale(), {useGrouping: false}).format(Number(year));
  if (!month) return plainYear;
  if (Number(month) > 12) return word(`part${month}`, {year: plainYear ?? `(${word('noYear')})`});
  const date = new Date(Date.UTC(year === 'XXXX' ? 2000 : Number(year), Number(month) - 1, Number(day ?? 1)));
  const shape = {month: 'long', timeZone: 'UTC', ...(day ? {day: 'numeric'} : {})};
  const words = new Intl.DateTimeFormat(locale(), shape).format(date);
  return plainYear ? `${words} ${plainYear}` : `${words} (${word('noYear')})`;
}

/** A literal as people write it: grouped numbers, dates, durations, yes and no. */
function literalInWords(literal) {
  const {text, type} = literal;
  const kind = type.slice(type.indexOf('#') + 1);
  if (['decimal', 'integer', 'double', 'float', 'int', 'long', 'gYear'].includes(kind)
      && Number.isFinite(Number(text)) && kind !== 'gYear') return number(Number(text));
  if (kind === 'boolean') return word(text === 'true' || text === '1' ? 'yes' : 'no');
  const duration = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(text);
  if (duration && text.length > 1) {
    return ['year', 'month', 'week', 'day']
      .flatMap((unit, place) => (duration[place + 1] ? [counted(unit, Number(duration[place + 1]))] : []))
      .join(' ');
  }
  return dateInWords(text);
}

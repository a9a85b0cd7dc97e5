// Folding of spelling for search: the same rules as graph/arabic.py, held by tests/folding.json.

const SAME = new Map([
  ...[...'أإآٱ'].map((letter) => [letter, 'ا']),
  ['ى', 'ي'], ['ئ', 'ي'], ['ی', 'ي'], ['ة', 'ه'], ['ؤ', 'و'], ['ک', 'ك'],
  ...[...'‘’‚‛‹›ʹʻʼʽ′`´'].map((mark) => [mark, "'"]),
  ...[...'“”„‟«»″ʺ'].map((mark) => [mark, '"']),
  ...[...'‐‑‒–—―−⁃'].map((mark) => [mark, '-']),
  ['،', ','], ['؛', ';'], ['؟', '?'], ['۔', '.'], ['٪', '%'], ['٫', '.'], ['٬', ','],
]);
const DROPPED = /[\u00AD\u064B-\u065F\u0670\u0640\u200B-\u200F\u202A-\u202E\u2066-\u2069\u061C\uFEFF]/;
/** White space as Python sees it. */
const SPACE = /[\s\u0085\u001C-\u001F]/;
const DECIMAL = /^\p{Nd}$/u;

/** The value of a decimal digit of any script: Unicode gives ten in a row to each. */
function digitValue(char) {
  const code = char.codePointAt(0);
  let before = 0;
  while (DECIMAL.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}

function foldChar(char) {
  if (DROPPED.test(char)) return '';
  if (SAME.has(char)) return SAME.get(char);
  if (DECIMAL.test(char)) return String(digitValue(char));
  if (SPACE.test(char)) return ' ';
  const code = char.codePointAt(0);
  if (code < 0x80 || (code >= 0x600 && code <= 0x6FF)) return char.toLowerCase();
  const pieces = char.normalize('NFKD');
  // Presentation forms and ligatures hold letters that fold further.
  if (pieces !== char) return [...pieces].map(foldChar).join('');
  return /\p{Mn}/u.test(char) ? '' : char.toLowerCase();
}

/** The text as search sees it. */
function fold(text) {
  return [...text].map(foldChar).join('').split(/\s+/).filter(Boolean).join(' ');
}

/** Folded letters of the characters, and for each the place of the character it came from. */
function foldWithOrigins(characters) {
  const letters = [];
  const origins = [];
  characters.forEach((char, place) => {
    for (const piece of foldChar(char)) {
      if (piece === ' ' && letters.at(-1) === ' ') continue;
      letters.push(piece);
      origins.push(place);
    }
  });
  return {letters, origins};
}

const LETTER = /[\p{L}\p{Nd}]/u;
/** What Arabic writes before a word without a space: and, so, in, like, for, the. */
const PROCLITICS = new Set(['', 'و', 'ف', 'ب', 'ك', 'ل', 'ال', 'وال', 'بال', 'فال', 'كال', 'لل', 'ولل', 'وب', 'ول']);

/**
 * Where names stand in characters as whole words, but for spelling and what is written on to
 * them: [start, end) pairs of places, longest names first, never one inside another.
 */
function findNames(characters, names) {
  const {letters, origins} = foldWithOrigins(characters);
  const text = letters.join('');
  if (text.length !== letters.length) return [];
  const found = [];
  const needles = [...new Set(names.map(fold))].filter((name) => name.length > 2);
  needles.sort((one, other) => other.length - one.length);
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      const end = at + needle.length;
      let wordStart = at;
      while (wordStart > 0 && LETTER.test(text[wordStart - 1])) wordStart -= 1;
      if (!PROCLITICS.has(text.slice(wordStart, at))) continue;
      if (end < text.length && LETTER.test(text[end])) continue;
      const span = [origins[at], end < origins.length ? origins[end] : characters.length];
      while (span[1] > span[0] && /\s/.test(characters[span[1] - 1])) span[1] -= 1;
      if (!found.some(([start, stop]) => span[0] < stop && start < span[1])) found.push(span);
    }
  }
  return found.sort((one, other) => one[0] - other[0]);
}

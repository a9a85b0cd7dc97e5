/* The editor of the query page: CodeMirror over the form's text field, with completion.

   Without this script the text field itself works. Tab leaves the editor; Ctrl+Space completes,
   Ctrl+Enter asks. */
(function () {
  'use strict';
  const field = document.getElementById('query-text');
  if (!field || !window.CodeMirror) return;
  let words = {prefixes: {}, terms: []};
  fetch(field.dataset.words).then((got) => got.json()).then((got) => { words = got; }).catch(() => {});

  const editor = CodeMirror.fromTextArea(field, {
    mode: 'application/sparql-query',
    lineNumbers: true,
    lineWrapping: true,
    matchBrackets: true,
    screenReaderLabel: document.querySelector('label[for="query-text"]').textContent.trim(),
    extraKeys: {
      Tab: false,
      'Shift-Tab': false,
      'Ctrl-Space': 'autocomplete',
      'Ctrl-Enter': () => field.form.requestSubmit(),
      'Cmd-Enter': () => field.form.requestSubmit(),
    },
    hintOptions: {hint: complete, completeSingle: false, closeCharacters: /[\s()[\]{};,]/},
  });
  // The field is hidden now: a browser could not point at it if it were empty.
  field.required = false;
  document.getElementById('editor-keys').hidden = false;

  const KEYWORDS = ('SELECT DISTINCT WHERE OPTIONAL FILTER UNION GRAPH VALUES BIND MINUS EXISTS NOT ORDER BY ' +
    'GROUP LIMIT OFFSET HAVING COUNT SUM MIN MAX CONSTRUCT DESCRIBE ASK PREFIX LANG STR CONTAINS').split(' ');

  /** Prefixes, terms and keywords that fit what stands before the cursor: by name or by label. */
  function complete(cm) {
    const cursor = cm.getCursor();
    const before = cm.getLine(cursor.line).slice(0, cursor.ch);
    const typed = /[^\s<>"'(){}[\];,^|/!?$]*$/.exec(before)[0];
    const wanted = typed.toLowerCase();
    if (!wanted || '?$'.includes(before[before.length - typed.length - 1] ?? ' ')) return null;
    const fits = (text) => text.toLowerCase().includes(wanted);
    const begins = (item) => item.text.toLowerCase().startsWith(wanted);
    const found = words.terms.filter((item) => fits(item.text) || item.labels.some(fits))
      .map((item) => ({text: item.text, displayText: `${item.text}  ${item.labels.join(' · ')}`}));
    if (!typed.includes(':')) {
      found.push(...Object.keys(words.prefixes).map((name) => ({text: `${name}:`, displayText: `${name}:`})).filter(begins));
      found.push(...KEYWORDS.map((text) => ({text, displayText: text})).filter(begins));
    }
    found.sort((a, b) => begins(b) - begins(a) || a.text.length - b.text.length);
    return {
      list: found.slice(0, 60),
      from: CodeMirror.Pos(cursor.line, cursor.ch - typed.length),
      to: cursor,
    };
  }

  editor.on('inputRead', (cm, change) => {
    // An open list follows what is typed by itself.
    if (cm.state.completionActive || change.origin !== '+input') return;
    if (/[\p{L}:]/u.test(change.text[0])) cm.showHint();
  });
  for (const link of document.querySelectorAll('[data-query]')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      editor.setValue(link.dataset.query);
      editor.focus();
    });
  }
})();

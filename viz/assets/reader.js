// The reader: a document in full, with the words that prove facts marked in their places.

function openReader(source, quote) {
  const dialog = byId('reader');
  const body = el('div', {class: 'document-text', lang: 'ar', dir: 'rtl'}, documentParts(source, quote));
  dialog.setAttribute('aria-label', inLanguage(source.title));
  dialog.replaceChildren(
    el('header', {},
      el('div', {}, el('h2', {}, bdi(inLanguage(source.title))),
        el('p', {class: 'quiet'}, [source.creator, source.publisher].filter(Boolean).map((name) => [bdi(name), ' · ']), el('code', {dir: 'ltr'}, source.file)),
        el('p', {class: 'quiet'}, word('explorer-marked-hint'), source.text ? '' : ` ${word('explorer-no-text')}`)),
      iconButton('close', word('explorer-close'), () => dialog.close())),
    body);
  if (!dialog.open) dialog.showModal();
  const target = body.querySelector('mark.current');
  if (target) target.scrollIntoView({block: 'center'});
  else body.scrollTop = 0;
}

/** The text in stretches that lie under the same quotes; paragraphs at line breaks and gaps. */
function documentParts(source, current) {
  const characters = charactersOf(source);
  const borders = new Set([0, characters.length]);
  for (const part of source.quotes.flatMap((quote) => quote.parts)) borders.add(part.start).add(part.end);
  for (let place = 0; place < characters.length; place += 1) {
    if (characters[place] === '\n') borders.add(place).add(place + 1);
    if ((characters[place] === undefined) !== (characters[place - 1] === undefined)) borders.add(place);
  }
  const places = [...borders].sort((one, other) => one - other);
  const paragraphs = [el('p')];
  for (let index = 0; index + 1 < places.length; index += 1) {
    const [start, end] = [places[index], places[index + 1]];
    if (characters[start] === undefined) paragraphs.push(el('p', {class: 'gap', title: word('explorer-gap')}, '[…]'), el('p'));
    else if (characters[start] === '\n') paragraphs.push(el('p'));
    else paragraphs.at(-1).append(stretch(characters.slice(start, end).join(''), source.quotes.filter((quote) => quote.parts.some((part) => part.start < end && start < part.end)), current));
  }
  return paragraphs.filter((paragraph) => paragraph.textContent.trim());
}

function stretch(text, over, current) {
  if (!over.length) return text;
  const shortest = over.reduce((one, other) => (other.end - other.start < one.end - one.start ? other : one));
  const show = () => {
    byId('reader').close();
    select({kind: 'facts', quote: shortest});
  };
  return el('mark', {
    class: over.includes(current) ? 'current' : '', tabindex: 0, role: 'button',
    title: shortest.facts.slice(0, 4).map(sentenceText).join('\n'), onclick: show,
    onkeydown: (event) => (event.key === 'Enter' || event.key === ' ') && show(),
  }, text);
}

// Search: a box that finds entities by any of their names, whatever the spelling.

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
  return scored.sort((one, other) => other.score - one.score || one.node.id - other.node.id).slice(0, limit).map(({node}) => node);
}

function matchScore(name, needle) {
  if (name === needle) return 5;
  if (name.startsWith(needle)) return 4;
  if (name.includes(` ${needle}`) || name.includes(` ال${needle}`) || name.startsWith(`ال${needle}`)) return 3;
  if (name.includes(needle)) return 2;
  return needle.split(' ').every((part) => name.includes(part)) ? 1 : 0;
}

let boxes = 0;

/** A search box with its list: arrows move, Enter takes, Escape closes. */
function searchBox(onchoose, label) {
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
  const take = (node) => {
    close();
    input.value = '';
    onchoose(node);
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
    box.found = findEntities(input.value);
    const isEmpty = !fold(input.value);
    list.hidden = isEmpty;
    input.setAttribute('aria-expanded', String(!isEmpty));
    list.replaceChildren(...box.found.map((node, place) => resultItem(node, `${listId}-${place}`, () => take(node))));
    if (!box.found.length) list.append(el('li', {class: 'quiet', role: 'option', 'aria-disabled': 'true'}, word('explorer-no-result')));
    if (!isEmpty) announce(counted('results', box.found.length));
    mark(box.found.length ? 0 : -1);
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

function resultItem(node, id, onpick) {
  return el('li', {role: 'option', id, 'aria-selected': 'false', onmousedown: (event) => { event.preventDefault(); onpick(); }},
    familySign(node.family), el('span', {class: 'result-name'}, bdi(inLanguage(node.name))), el('span', {class: 'result-class'}, classNames(node)));
}

// The legend and the filters: what shows, and a way back from everything that hides.

const openFacets = new Set(['firm']);
const facetNeedles = new Map();

function renderSide() {
  const side = byId('side');
  const {scrollTop} = side;
  const focusKey = document.activeElement?.dataset?.key;
  side.setAttribute('aria-label', word('explorer-side'));
  side.replaceChildren(
    el('div', {class: 'side-bar'}, el('h2', {}, word('explorer-side')), iconButton('close', word('explorer-close'), toggleSide)),
    legend(),
    ...[...Object.keys(FACETS).map(facet), groupsChoice(), summariesSwitch()].filter(Boolean),
  );
  // Where nothing is scrolled, the layout can wait.
  if (scrollTop) side.scrollTop = scrollTop;
  if (focusKey) side.querySelector(`[data-key="${CSS.escape(focusKey)}"]`)?.focus({preventScroll: true});
}

function toggleSide() {
  const isOpen = document.body.classList.toggle('side-open');
  if (isOpen) byId('side').querySelector('button, input')?.focus();
}

function legend() {
  const present = DATA.families.filter((family) => nodes.some((node) => node.family === family));
  return el('section', {class: 'legend'}, el('h3', {}, word('explorer-kinds')),
    el('ul', {}, present.map((family) => {
      const shown = !state.hidden.has(family.key);
      const count = nodes.filter((node) => node.family === family).length;
      return el('li', {}, el('label', {class: shown ? '' : 'off'},
        el('input', {type: 'checkbox', checked: shown, data: {key: `family-${family.key}`}, onchange: () => toggleFamily(family.key)}),
        familySign(family), el('span', {class: 'option-name'}, inLanguage(family.name)), el('span', {class: 'count'}, number(count))));
    })));
}

function facet(name) {
  const counts = facetCounts(name, state.filters);
  const chosen = state.filters[name];
  const options = FACETS[name].options().filter((option) => counts.has(option.key) || chosen.has(option.key));
  if (options.length < 2 && chosen.size === 0) return null;
  if (name !== 'firm' && name !== 'stage' && name !== 'time') options.sort((one, other) => (counts.get(other.key) ?? 0) - (counts.get(one.key) ?? 0));
  const needle = fold(facetNeedles.get(name) ?? '');
  const list = el('ul', {}, options.map((option) => facetOption(name, option, counts.get(option.key) ?? 0, chosen.has(option.key))));
  const narrow = (text) => options.forEach((option, place) => {
    list.children[place].hidden = ![option.name.ar, option.name.en].some((one) => fold(one).includes(text));
  });
  if (needle) narrow(needle);
  return el('details', {class: 'facet', open: openFacets.has(name) || chosen.size > 0, data: {facet: name}, ontoggle: ({target}) => openFacets[target.open ? 'add' : 'delete'](name)},
    el('summary', {}, el('span', {}, word(`explorer-facet-${name}`)), chosen.size > 0 && el('span', {class: 'count chosen'}, number(chosen.size))),
    name === 'time' && yearRange(options, chosen),
    options.length > 9 && el('input', {type: 'search', class: 'narrow', placeholder: word('explorer-narrow'), 'aria-label': word('explorer-narrow'), value: facetNeedles.get(name) ?? '', data: {key: `narrow-${name}`},
      oninput: ({target}) => { facetNeedles.set(name, target.value); narrow(fold(target.value)); }}),
    list);
}

function facetOption(name, option, count, isChosen) {
  return el('li', {}, el('label', {},
    el('input', {type: 'checkbox', checked: isChosen, data: {key: `${name}-${option.key}`}, onchange: () => toggleFacet(name, option.key)}),
    option.firm && firmnessSign(option.firm), el('span', {class: 'option-name'}, bdi(inLanguage(option.name))), el('span', {class: 'count'}, number(count))));
}

/** By what entities are shaded together, if by anything. */
function groupsChoice() {
  const known = GROUPINGS.filter((key) => !key || nodes.some((node) => groupOf[key](node)));
  return known.length > 1 && el('section', {class: 'grouping'}, el('fieldset', {class: 'groups'}, el('legend', {}, word('explorer-groups')),
    known.map((key) => el('label', {},
      el('input', {type: 'radio', name: 'groups', value: key, checked: state.groups === key, data: {key: `groups-${key}`}, onchange: () => update({groups: key})}),
      el('span', {class: 'option-name'}, word(`explorer-groups-${key || 'none'}`))))), groupsLegend());
}

/** The groups that are shaded, by colour and name. */
function groupsLegend() {
  const regions = picture.regions ?? [];
  return regions.length > 0 && el('ul', {class: 'groups-legend'}, regions.map((region) => {
    const swatch = el('span', {class: 'swatch', 'aria-hidden': 'true'});
    swatch.style.setProperty('background-color', region.colour);
    return el('li', {}, swatch, button(bdi(inLanguage(region.centre.name)), () => select({kind: 'node', node: region.centre}), {class: 'option-name'}), el('span', {class: 'count'}, number(region.members.length)));
  }));
}

function summariesSwitch() {
  return summaries.length > 0 && el('section', {class: 'switch'}, el('label', {},
    el('input', {type: 'checkbox', role: 'switch', checked: state.summaries, data: {key: 'summaries'}, onchange: () => update({summaries: !state.summaries})}),
    firmnessSign(FIRM[DERIVED]), el('span', {class: 'option-name'}, word('explorer-show-summaries')), el('span', {class: 'count'}, number(summaries.length))));
}

function toggleFamily(key) {
  const hidden = new Set(state.hidden);
  if (!hidden.delete(key)) hidden.add(key);
  update({hidden, kept: new Set()});
}

function toggleFacet(name, key) {
  const chosen = new Set(state.filters[name]);
  if (!chosen.delete(key)) chosen.add(key);
  update({filters: {...state.filters, [name]: chosen}}, {refit: true});
}

function dropFacet(name, keys) {
  const left = [...state.filters[name]].filter((key) => !keys.includes(key));
  update({filters: {...state.filters, [name]: new Set(left)}}, {refit: true});
}

function clearFilters() {
  update({filters: noFilters(), focus: null, hidden: new Set()}, {refit: true});
}

const noFilters = () => Object.fromEntries(Object.keys(FACETS).map((name) => [name, new Set()]));

/** Chips above the picture: every filter in force, each with a way to take it back. */
function renderChips() {
  const chips = [];
  if (state.focus) chips.push(focusChip());
  if (picture.seen.all) chips.push(partChip());
  for (const [name, chosen] of Object.entries(state.filters)) {
    const options = new Map(FACETS[name].options().map((option) => [option.key, option]));
    const span = name === 'time' && spanOfYears([...options.values()], chosen);
    if (span) chips.push(chip([el('span', {class: 'chip-facet'}, `${word('explorer-facet-time')}:`), ' ', bdi(span.name)], () => dropFacet(name, span.keys)));
    for (const key of chosen) {
      if (span && span.keys.includes(key)) continue;
      const text = options.has(key) ? inLanguage(options.get(key).name) : key;
      chips.push(chip([el('span', {class: 'chip-facet'}, `${word(`explorer-facet-${name}`)}:`), ' ', bdi(text)], () => toggleFacet(name, key)));
    }
  }
  const hiddenFamilies = DATA.families.filter((family) => state.hidden.has(family.key) && nodes.some((node) => node.family === family));
  if (hiddenFamilies.length) {
    const kinds = listed(hiddenFamilies.map((family) => inLanguage(family.name)));
    chips.push(el('span', {class: 'chip soft'}, word('explorer-hidden-kinds', {kinds}), ' ', button(word('explorer-show-kinds'), () => update({hidden: new Set()}), {class: 'link'})));
  }
  if (Object.values(state.filters).some((chosen) => chosen.size) || state.focus) chips.push(button(word('explorer-clear-filters'), clearFilters, {class: 'link'}));
  byId('chips').replaceChildren(...chips);
}

/** Of a very large graph only a part is drawn: how much, and how to see more. */
function partChip() {
  const shown = picture.seen.nodes.size;
  return el('span', {class: 'chip part-chip'}, el('span', {}, word('explorer-part', {shown: number(shown), all: number(picture.seen.all)})), ' ',
    button(word('explorer-part-more'), () => update({room: shown * 2}, {refit: true}), {class: 'link'}), ' ',
    button(word('explorer-part-all'), () => update({room: Infinity}, {refit: true}), {class: 'link'}));
}

function chip(content, onremove) {
  return el('span', {class: 'chip'}, el('span', {}, content), iconButton('close', word('explorer-remove'), onremove));
}

function focusChip() {
  const {node, depth} = state.focus;
  return el('span', {class: 'chip focus-chip'}, icon('target'), el('span', {}, wordWith('explorer-around', {name: bdi(inLanguage(node.name))})),
    iconButton('minus', word('explorer-shallower'), () => setFocus(node, Math.max(1, depth - 1)), {disabled: depth === 1}),
    el('span', {class: 'depth'}, word('explorer-depth', {depth: number(depth)})),
    iconButton('plus', word('explorer-deeper'), () => setFocus(node, Math.min(6, depth + 1))),
    iconButton('close', word('explorer-unfocus'), () => setFocus(null)));
}

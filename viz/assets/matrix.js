// The matrix: partners by areas, each cell the firmest thing said, with its count and proof.

const MATRIX = {areas: 10};

function renderMatrix() {
  const wanted = (cell) => (!state.partner || cell.partner.node === state.partner) && (!state.band || BANDS[cell.partner.band].key === state.band);
  const seen = cells.filter(wanted);
  const all = OVERVIEW.areas.map((id) => nodes[id]).filter((area) => seen.some((cell) => cell.area === area));
  const chosen = state.area && all.find((area) => isWithin(state.area, area));
  const ordered = chosen ? [chosen, ...all.filter((area) => area !== chosen)] : all;
  const isOpen = opened.has('matrix') || all.length <= MATRIX.areas + 1;
  const columns = isOpen ? ordered : ordered.slice(0, MATRIX.areas);
  const rest = isOpen ? [] : ordered.slice(MATRIX.areas);
  const rows = BANDS.map((_, place) => partnersIn(place).filter((partner) => seen.some((cell) => cell.partner === partner)));
  const table = el('table', {class: 'matrix'},
    el('caption', {class: 'unseen'}, word('overview-matrix-headline')),
    el('thead', {}, el('tr', {}, el('td', {}),
      columns.map((area) => el('th', {scope: 'col', class: area === chosen ? 'chosen' : ''}, button(bdi(inLanguage(area.name)), () => update({area: state.area === area ? null : area}, {remember: true}), {'aria-pressed': area === chosen, data: {key: `area-${area.id}`}}))),
      rest.length > 0 && el('th', {scope: 'col'}, button(word('overview-other-areas', {count: rest.length}), () => { opened.add('matrix'); update({}); }, {class: 'link', data: {key: 'matrix-all'}})))),
    rows.map((list, place) => list.length > 0 && el('tbody', {},
      el('tr', {class: 'band-row'}, el('th', {scope: 'rowgroup', colspan: columns.length + 1 + (rest.length ? 1 : 0), class: `did-${BANDS[place].key}`}, bandName(place), ' ', el('span', {class: 'count'}, number(list.length)))),
      list.map((partner) => el('tr', {}, el('th', {scope: 'row'}, button([familySign(partner.node.family), bdi(shortForm(partner.node))], () => select({kind: 'partner', partner}), {class: 'partner-name'})),
        columns.map((area) => el('td', {}, cellButton(seen.find((cell) => cell.partner === partner && cell.area === area)))),
        rest.length > 0 && el('td', {}, restCell(seen.filter((cell) => cell.partner === partner && rest.includes(cell.area)))))))));
  byId('view-matrix').replaceChildren(matrixHeadline(), onlyBand(), narrowing(), el('div', {class: 'matrix-frame', tabindex: 0, role: 'region', 'aria-label': word('overview-matrix-headline')}, table));
}

/** Where the signatures are, if there are any; how the table is to be read otherwise. */
function matrixHeadline() {
  const signed = [...new Set(cells.filter((cell) => cell.band === 0).map((cell) => cell.area))];
  if (!signed.length || signed.length > 3) return el('h2', {class: 'headline'}, word('overview-matrix-headline'));
  const names = signed.map((area) => inLanguage(area.name));
  const areas = names.length === 2 ? word('overview-two', {one: names[0], other: names[1]}) : listed(names);
  const did = el('b', {class: 'did did-signed'}, word('overview-matrix-did'));
  return el('h2', {class: 'headline'}, wordWith('overview-matrix-signed', {did, areas}));
}

function cellButton(cell) {
  if (!cell) return '';
  const {partner, area} = cell;
  const isChosen = state.selected?.kind === 'cell' && state.selected.partner === partner && state.selected.area === area;
  const label = word('overview-cell', {partner: inLanguage(partner.node.name), area: inLanguage(area.name), count: number(cell.items.length), band: bandName(cell.band)});
  return button(number(cell.items.length), () => select({kind: 'cell', partner, area}), {class: `cell cell-${BANDS[cell.band].key}`, 'aria-label': label, title: label, 'aria-pressed': isChosen, data: {key: `cell-${partner.id}-${area.id}`}});
}

/** The areas beyond the first ten, in one cell that opens them. */
function restCell(list) {
  if (!list.length) return '';
  const band = Math.min(...list.map((cell) => cell.band));
  const count = new Set(list.flatMap((cell) => cell.items)).size;
  return button(number(count), () => { opened.add('matrix'); update({partner: list[0].partner.node}); }, {class: `cell cell-${BANDS[band].key}`, title: list.map((cell) => inLanguage(cell.area.name)).join('\n'), 'aria-label': `${inLanguage(list[0].partner.node.name)}: ${number(count)}`});
}

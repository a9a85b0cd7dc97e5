// Pointing: pointer and keys choose, walk and move entities, and move the camera.

function clickPicture(pointer) {
  byId('picture').focus({preventScroll: true});
  const node = nodeAt(pointer.DOM);
  if (node) return select({kind: 'node', node});
  const edge = edgeAt(pointer.DOM);
  return select(edge ? {kind: 'edge', edge} : null);
}

function pointOf(event) {
  const box = byId('picture').getBoundingClientRect();
  return {x: event.clientX - box.left, y: event.clientY - box.top};
}

/** An entity can be drawn aside: while it is held, the picture itself stays. */
function holdNode(event) {
  const from = pointOf(event);
  const node = event.isPrimary && event.button === 0 ? nodeAt(from) : null;
  if (!node) return;
  const stay = (dragView) => picture.network.setOptions({interaction: {dragView}});
  const start = {x: node.x, y: node.y};
  const {scale} = viewNow();
  const drag = (move) => {
    const to = pointOf(move);
    if (Math.hypot(to.x - from.x, to.y - from.y) < 4) return;
    Object.assign(node, {x: start.x + (to.x - from.x) / scale, y: start.y + (to.y - from.y) / scale});
    picture.version += 1;
    inMotion();
    redraw();
  };
  const release = () => {
    window.removeEventListener('pointermove', drag);
    for (const name of ['pointerup', 'pointercancel']) window.removeEventListener(name, release);
    stay(true);
  };
  stay(false);
  window.addEventListener('pointermove', drag);
  for (const name of ['pointerup', 'pointercancel']) window.addEventListener(name, release);
}

let pointerMove = null;
function trackPointer(event) {
  const dom = pointOf(event);
  placeTip(dom, byId('picture').getBoundingClientRect());
  if (event.pointerType === 'touch' || event.buttons || pointerMove) return;
  pointerMove = requestAnimationFrame(() => {
    pointerMove = null;
    const node = nodeAt(dom);
    const edge = node ? null : edgeAt(dom);
    const before = picture.pointed;
    if (node !== (before?.node ?? null) || edge !== (before?.edge ?? null)) pointAt(node ? {node} : edge && {edge});
  });
}

/** Let what the pointer is on stand out, and say what it is. */
function pointAt(target) {
  const node = target?.node;
  const edge = target?.edge;
  if (!node && !edge) picture.pointed = null;
  else picture.pointed = {node, edge, parts: node ? around(node) : alongEdge(edge)};
  byId('picture').classList.toggle('pointing', Boolean(picture.pointed));
  showTip(picture.pointed);
  redraw();
}

function showTip(target) {
  const tip = byId('tip');
  tip.hidden = !target;
  if (!target) return;
  if (target.node) {
    tip.replaceChildren(
      el('strong', {}, bdi(inLanguage(target.node.name))),
      el('span', {}, `${classNames(target.node)} · ${counted('facts', target.node.about.length)}`),
    );
    return;
  }
  const claims = target.edge.claims.filter((claim) => target.edge.derived || picture.seen.facts.has(claim));
  tip.replaceChildren(
    ...claims.slice(0, 3).map((claim) => el('span', {class: 'line'}, ...plainSentence(claim))),
    claims.length > 3 ? el('span', {}, word('explorer-more', {count: claims.length - 3})) : '',
    el('span', {class: 'quiet'}, word('explorer-click-for-quote')),
  );
}

function placeTip(dom, box) {
  const tip = byId('tip');
  const left = Math.min(dom.x + 16, box.width - 280);
  tip.style.setProperty('left', `${Math.max(8, left)}px`);
  tip.style.setProperty('top', `${Math.min(dom.y + 18, box.height - 90)}px`);
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function walkByKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const current = picture.walking ?? selectedNode() ?? picture.byRank?.[0];
  if (event.key in ARROWS) {
    const next = picture.walking || selectedNode() ? nextTowards(current, ARROWS[event.key]) : current;
    if (next) walkTo(next);
  } else if (event.key === 'Enter' && current) {
    select({kind: 'node', node: current});
  } else if (event.key === '+' || event.key === '=') zoomBy(1.3);
  else if (event.key === '-') zoomBy(1 / 1.3);
  else if (event.key === '0') fitAll();
  else return;
  event.preventDefault();
}

/** The nearest entity in a direction, those joined to the current one first. */
function nextTowards(current, [dx, dy]) {
  const from = current;
  const linked = around(current).nodes;
  let best = null;
  let least = Infinity;
  for (const node of picture.seen.nodes) {
    const to = node;
    const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (node === current || along <= 0 || aside > along * 1.2) continue;
    const cost = (along + aside) * (linked.has(node) ? 1 : 1.8);
    if (cost < least) [least, best] = [cost, node];
  }
  return best;
}

function walkTo(node) {
  picture.walking = node;
  picture.pointed = {node, parts: around(node)};
  const view = viewNow();
  if (isOutside(view, onView(view, node), -60)) moveCamera({position: {x: node.x, y: node.y}});
  announce(`${inLanguage(node.name)}, ${classNames(node)}, ${counted('facts', node.about.length)}`);
  redraw();
}

function moveCamera(change, animated = true) {
  const animation = animated && motion();
  if (animation) inMotion(animation.duration + 60);
  picture.network.moveTo({...change, animation});
}

function zoomBy(factor) {
  moveCamera({scale: picture.network.getScale() * factor});
}

/** Move the camera so that these nodes fill the picture. */
function fit(wanted, {animated = true, closest = 1.25} = {}) {
  const list = [...wanted].filter((node) => picture.seen.nodes.has(node));
  const container = byId('picture');
  if (!list.length || !container.clientWidth) return;
  const {left, right, top, bottom} = boundsOf(list);
  const margin = {x: Math.min(90, container.clientWidth / 6), y: 60};
  const scale = Math.min(
    closest,
    (container.clientWidth - 2 * margin.x) / Math.max(right - left, 1),
    (container.clientHeight - 2 * margin.y) / Math.max(bottom - top, 1),
  );
  moveCamera({position: {x: (left + right) / 2, y: (top + bottom) / 2}, scale}, animated);
}

const fitAll = (animated = true) => fit(picture.seen.nodes, {animated});

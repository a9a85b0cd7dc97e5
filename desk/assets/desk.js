// The desk: the text with its marks, the keys of the text, and the talk with the server.
import {Form, make} from "./forms.js";
import {Names} from "./names.js";
import {Review} from "./review.js";

const $ = id => document.getElementById(id);
const KINDS = ["agreement", "figure", "person", "event", "offer", "delegation", "company"];
const PAGE = crypto.randomUUID();
const MODES = {read: "T", review: "R", names: "N"};

class Desk {
  words = JSON.parse($("words").textContent);
  language = document.documentElement.lang;
  form = null; chosen = null; parts = []; context = []; sentence = 0; proposal = 0; awaitsKind = false;
  rejected = []; busy = Promise.resolve(); saving = false; mode = "read"; lit = [];
  review = new Review(this, $("review")); register = new Names(this, $("names"));

  async ask(path, body) {
    const address = `${path}${path.includes("?") ? "&" : "?"}lang=${this.language}`;
    try {
      const answer = await fetch(address, body === undefined ? {} : {method: "POST", headers: {"Content-Type": "application/json", "X-Desk-Page": PAGE}, body: JSON.stringify(body)});
      if (answer.status === 409) this.hold(false);
      return await answer.json();
    } catch { this.tell("desk-lost"); throw new Error(this.words["desk-lost"]); }
  }

  tell(code, more = "") { $("state").textContent = `${this.words[code]}${more}`; $("state").dataset.code = code; }

  // Only one page writes; another is shown what there is, and may take over.
  hold(holds) {
    this.holds = holds;
    $("elsewhere").hidden = holds;
    document.body.dataset.holds = holds ? "1" : "0";
  }

  async claim(take) {
    this.hold((await this.ask("claim", {page: PAGE, take})).holds);
    if (take) { await this.renew(); await this.open(this.document.slug); this.enter("read"); }
  }

  async renew() {
    this.names = await this.ask("names");
    this.byRef = new Map(this.names.entities.map(one => [one.ref, one]));
  }

  async start() {
    await this.claim(false);
    await this.renew();
    addEventListener("pagehide", () => navigator.sendBeacon("leave", new Blob([JSON.stringify({page: PAGE})], {type: "application/json"})));
    $("take").onclick = () => this.claim(true);
    $("modes").replaceChildren(...Object.entries(MODES).map(([mode, key]) => {
      const button = make("button", {type: "button", "data-mode": mode}, make("kbd", {}, key), ` ${this.words[`desk-mode-${mode}`]}`);
      button.onclick = () => this.enter(mode);
      return button;
    }));
    $("help").onclick = () => this.help();
    if ($("done")) $("done").onclick = async () => { await this.keep(); await this.ask("done", {}); location.reload(); };
    const documents = await this.ask("documents");
    $("documents").replaceChildren(...documents.map(one => make("option", {value: one.slug}, one[this.language])));
    $("documents").onchange = () => this.open($("documents").value);
    $("undo").onclick = () => this.undo();
    $("kinds").replaceChildren(...["fact", ...KINDS].map((kind, n) => {
      const button = make("button", {type: "button", "data-kind": kind}, make("kbd", {}, n ? `B ${n}` : "↵"), ` ${this.words[`desk-${kind}`]}`);
      button.onclick = () => this.begin(kind);
      return button;
    }));
    document.onkeydown = event => this.key(event);
    $("text").onclick = event => this.click(event);
    $("text").onmouseup = () => this.drag();
    const wanted = new URLSearchParams(location.search).get("document");
    const first = documents.find(one => one.slug === wanted) || documents[0];
    if (first) await this.open(first.slug);
    this.enter("read");
    document.body.dataset.ready = "1";
  }

  label(ref) { return this.byRef.get(ref)?.[this.language] || ref; }
  kindsOf(ref) { return typeof ref === "object" && ref ? this.names.classes.find(one => one.slug === ref.new)?.kinds || [] : this.byRef.get(ref)?.classes || []; }
  className(slug) { return this.names.classes.find(one => one.slug === slug)?.[this.language] || slug; }
  predicateLabel(name) { return this.names.predicates.find(one => one.name === name)?.[this.language] || name; }

  async open(slug, keeps = false) {
    this.document = await this.ask(`document?slug=${encodeURIComponent(slug)}`);
    $("documents").value = slug;
    // A reload, and the other language, show the same document.
    const at = lang => `?${new URLSearchParams({lang, document: slug})}`;
    history.replaceState(null, "", at(this.language));
    const other = document.querySelector("a.language");
    other.href = at(other.lang);
    this.rejected = this.document.draft.rejected || [];
    this.candidates = this.document.candidates;
    if (!keeps) { this.sentence = 0; this.clear(); }
    this.draw();
    const kept = this.document.draft.form;
    if (!keeps && kept) { this.parts = kept.parts; this.context = kept.context || []; await this.begin(kept.kind, kept.item); this.tell("desk-draft"); }
    else this.home();
  }

  // Reading, reviewing, or names: what stands beside the text.
  enter(mode) {
    this.mode = mode;
    document.body.dataset.mode = mode;
    for (const button of $("modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    $("reading").hidden = mode !== "read"; $("review").hidden = mode !== "review"; $("names").hidden = mode !== "names";
    $("report").replaceChildren();
    this.lit = [];
    this.show();
    if (mode === "review") this.review.open();
    if (mode === "names") this.register.open();
    this.home();
  }

  // Where the keys of the mode work: outside of every field.
  home() { if (this.mode === "read" && this.form) return; (this.mode === "read" ? $("text") : $("side")).focus({preventScroll: true}); }

  // Mark words of the text, and show the sentence that has them.
  light(spans, place) {
    this.lit = spans;
    if (place) this.sentence = Math.max(0, this.document.sentences.findIndex(one => one.start < place[1] && place[0] < one.end));
    this.show();
  }

  cut([start, end]) { return Array.from(this.document.text).slice(start, end).join(""); }

  help() {
    const dialog = $("keys-dialog");
    const rows = this.words["desk-all-keys"].split(" · ").map(row => { const [keys, ...rest] = row.split(" = "); return make("tr", {}, make("th", {scope: "row"}, make("kbd", {}, keys)), make("td", {}, rest.join(" = "))); });
    const close = make("button", {type: "button"}, `${this.words["desk-close"]} `, make("kbd", {}, "Esc"));
    close.onclick = () => dialog.close();
    dialog.replaceChildren(close, make("h2", {}, this.words["desk-mode-keys"]), make("p", {className: "small"}, this.words["desk-keys-by-place"]), make("table", {}, make("tbody", {}, ...rows)));
    dialog.onclose = () => this.home();
    dialog.showModal();
  }

  clear() { this.chosen = null; this.parts = []; this.context = []; this.form = null; this.quote = null; $("form").hidden = $("quote").hidden = true; $("report").replaceChildren(); }

  // Words are runs without spaces; offsets count code points, as everywhere.
  draw() {
    const points = Array.from(this.document.text);
    this.spans = [];
    const root = $("text");
    const blocks = this.document.sentences.map((sentence, number) => {
      const block = make("p", {className: `sentence ${sentence.state}`, lang: "ar", dir: "rtl", "data-number": number});
      let at = sentence.start;
      while (at < sentence.end) {
        let end = at;
        const isSpace = /\s/.test(points[at]);
        while (end < sentence.end && /\s/.test(points[end]) === isSpace) end++;
        const text = points.slice(at, end).join("");
        if (isSpace) block.append(" ");
        else {
          const word = make("span", {className: `word ${this.classes(at, end)}`, "data-word": this.spans.length}, text);
          this.spans.push({start: at, end, sentence: number, node: word});
          block.append(word);
        }
        at = end;
      }
      return block;
    });
    root.replaceChildren(...blocks);
    this.show();
  }

  classes(start, end) {
    const found = new Set(this.document.marks.filter(mark => mark.start < end && start < mark.end).map(mark => mark.kind));
    if (this.document.quotes.some(quote => quote.start < end && start < quote.end)) found.add("quoted");
    return [...found].join(" ");
  }

  // What is chosen, the present sentence and its proposals.
  show() {
    const spans = [...(this.mode === "read" ? this.parts : []), ...(this.chosen ? [this.places()] : [])];
    for (const {start, end, node} of this.spans) {
      node.classList.toggle("chosen", spans.some(([from, to]) => from < end && start < to));
      node.classList.toggle("lit", this.lit.some(([from, to]) => from < end && start < to));
      node.classList.toggle("context", this.context.some(([from, to]) => from < end && start < to));
    }
    const blocks = $("text").children;
    for (const block of blocks) block.classList.toggle("now", Number(block.dataset.number) === this.sentence);
    blocks[this.sentence]?.scrollIntoView({block: "nearest"});
    this.showProposals();
    $("keys").textContent = this.words[this.mode === "review" ? "desk-keys-review" : this.mode === "names" ? "desk-keys-names" : this.form ? "desk-keys-form" : "desk-keys-text"];
  }

  places() { const [a, b] = [Math.min(...this.chosen), Math.max(...this.chosen)]; return [this.spans[a].start, this.spans[b].end]; }
  wordsOf(number) { return this.spans.map((span, n) => [span, n]).filter(([span]) => span.sentence === number).map(([, n]) => n); }

  offered() {
    const sentence = this.document.sentences[this.sentence];
    if (!sentence) return [];
    const inside = one => one.start < sentence.end && sentence.start < one.end;
    const own = this.document.proposals.filter(inside).map(one => ({...one, key: [one.start, one.subject, one.predicate, one.object].join(" ")}));
    const others = (this.candidates || []).filter(inside).map(one => ({...one, key: `candidate ${one.number}`}));
    const bundles = (this.document.bundles || []).filter(inside).map(one => ({...one, key: `bundle ${one.key}`}));
    return [...others, ...bundles, ...own].filter(one => !this.rejected.includes(one.key));
  }

  showProposals() {
    const found = this.offered();
    this.proposal = Math.min(this.proposal, Math.max(0, found.length - 1));
    const rows = found.map((one, number) => {
      const row = make("div", {className: `proposal${number === this.proposal ? " now" : ""}`},
        make("bdi", {}, one.item ? this.bundleText(one) : `${this.label(one.subject)} · ${this.predicateLabel(one.predicate)} · ${this.label(one.object)}`));
      if (one.origin) row.append(make("span", {className: "small"}, `${this.words["desk-origin"]}: ${one.origin}`));
      const accept = make("button", {type: "button"}, `${this.words["desk-accept"]} `, make("kbd", {}, "A"));
      const reject = make("button", {type: "button"}, `${this.words["desk-reject"]} `, make("kbd", {}, "X"));
      accept.onclick = () => { this.proposal = number; this.accept(); };
      reject.onclick = () => { this.proposal = number; this.reject(); };
      row.append(accept, reject);
      return row;
    });
    $("proposals").replaceChildren(...(rows.length && !this.form ? [make("h2", {}, `${this.words["desk-proposals"]} (${rows.length})`), ...rows] : []));
  }

  // A bundle in one line: what is new, then its values.
  bundleText({kind, item}) {
    const named = value => Array.isArray(value) ? value.map(named).join("، ") : value?.object ? named(value.object) : value?.ar || value?.value || this.label(value);
    if (kind === "fact") return `${this.label(item.subject)} · ${this.predicateLabel(item.predicate)} · ${named(item.object)}`;
    const kept = Object.entries(item).filter(([key]) => !["new", "kind", "ar", "en", "comparator", "modality", "statedBy"].includes(key));
    const scale = (key, value) => ["stage", "unit"].includes(key) ? this.label(`${key}/${value}`) : named(value);
    return [this.words[`desk-${kind}`], item.ar || item.en, ...kept.map(([key, value]) => scale(key, value))].filter(Boolean).join(" · ");
  }

  // Keys go by their place on the keyboard, so an Arabic layout works as a Latin one.
  key(event) {
    const inField = event.target.closest?.("input, textarea, select");
    if ($("keys-dialog").open || event.metaKey) return;
    if (event.altKey && !event.ctrlKey) { const alt = this.alt(event); if (alt) { event.preventDefault(); alt(); } return; }
    if (event.ctrlKey && event.code === "KeyZ" && !inField) { event.preventDefault(); this.undo(); return; }
    // A button acts on Enter and the space bar.
    if (inField || event.target.closest?.("form") || (event.target.closest?.("button, a, summary") && /^(Enter|Space)$/.test(event.code))) return;
    if (event.ctrlKey && !(this.mode === "names" && event.code === "Enter")) return;
    const modes = {KeyT: "read", KeyR: "review"};
    const act = event.key === "?" || event.key === "؟" ? () => this.help()
      : modes[event.code] && !event.shiftKey ? () => this.enter(modes[event.code])
      : this.mode === "review" ? this.review.action(event) : this.mode === "names" ? this.register.action(event) : this.action(event);
    if (act) { event.preventDefault(); act(); }
  }

  // Keys that work in a field too.
  alt(event) {
    return {
      KeyI: () => document.querySelector("#report button.quiet")?.click(),
      KeyN: () => this.form?.register(),
      KeyB: () => { if (this.form) { this.awaitsKind = true; this.leave(); } },
    }[event.code];
  }

  // The selected words are a name: whose?
  name() {
    const span = this.chosen ? this.places() : null;
    this.enter("names");
    if (span) this.register.mark(span);
  }

  action(event) {
    if (this.awaitsKind && /^Digit[1-7]$/.test(event.code)) return () => { this.awaitsKind = false; this.begin(KINDS[Number(event.code.slice(5)) - 1]); };
    this.awaitsKind = false;
    const go = step => () => { this.sentence = Math.max(0, Math.min(this.document.sentences.length - 1, this.sentence + step)); this.chosen = null; this.proposal = 0; this.show(); };
    const step = forward => () => this.move(forward ? 1 : -1, event.shiftKey);
    return {
      ArrowDown: go(1), ArrowUp: go(-1), ArrowLeft: step(true), ArrowRight: step(false),
      KeyQ: () => { const all = this.wordsOf(this.sentence); this.chosen = [all[0], all.at(-1)]; this.show(); },
      Enter: () => this.begin("fact"), KeyB: () => { this.awaitsKind = true; this.tell("desk-choose"); },
      Equal: () => this.another(), NumpadAdd: () => this.another(), KeyC: () => this.addContext(),
      KeyA: () => this.accept(), KeyX: () => this.reject(), KeyJ: () => { this.proposal++; this.show(); }, KeyK: () => { this.proposal = Math.max(0, this.proposal - 1); this.show(); },
      KeyG: () => { const next = this.document.sentences.findIndex((one, n) => n > this.sentence && one.state !== "covered"); if (next >= 0) { this.sentence = next; this.chosen = null; this.show(); } },
      KeyN: () => this.name(), KeyZ: () => this.undo(), Escape: () => { this.chosen = null; this.parts = []; this.context = []; this.show(); },
    }[event.code];
  }

  move(step, extends_) {
    const all = this.wordsOf(this.sentence);
    if (!this.chosen) this.chosen = [all[0], all[0]];
    else {
      const to = Math.max(all[0], Math.min(all.at(-1), this.chosen[1] + step));
      this.chosen = extends_ ? [this.chosen[0], to] : [to, to];
    }
    this.show();
  }

  another() { if (this.chosen) { this.parts.push(this.places()); this.chosen = null; this.show(); } }

  addContext() {
    const {start, end} = this.document.sentences[this.sentence];
    const at = this.context.findIndex(([from]) => from === start);
    if (at >= 0) this.context.splice(at, 1); else this.context.push([start, end]);
    this.show();
    if (this.form) this.changed();
  }

  click(event) {
    const word = event.target.closest(".word");
    if (!word || String(getSelection())) return;
    const number = Number(word.dataset.word);
    if (event.ctrlKey) this.another();
    this.chosen = event.shiftKey && this.chosen ? [this.chosen[0], number] : [number, number];
    this.sentence = this.spans[number].sentence;
    this.show();
  }

  drag() {
    const range = getSelection();
    if (range.isCollapsed) return;
    const ends = [range.anchorNode, range.focusNode].map(node => node?.parentElement?.closest(".word"));
    if (!ends[0] || !ends[1]) return;
    this.chosen = ends.map(node => Number(node.dataset.word));
    this.sentence = this.spans[Math.min(...this.chosen)].sentence;
    range.removeAllRanges();
    this.show();
  }

  // A form over the chosen words; with nothing chosen, over the whole sentence.
  async begin(kind, item = null) {
    if (this.chosen) { this.parts.push(this.places()); this.chosen = null; }
    if (!this.parts.length) { const {start, end} = this.document.sentences[this.sentence]; this.parts = [[start, end]]; }
    this.parts.sort((a, b) => a[0] - b[0]);
    this.quote = await this.ask("quote", {document: this.document.slug, parts: this.parts});
    this.parts = this.quote.spans;
    const fresh = kind === "fact" ? {subject: "", predicate: "", object: [], ...this.quote.said} : {...this.quote.forms[kind], ...this.quote.said};
    const scope = this.quote.scopes[0];
    if (scope && !item) fresh.modality = scope.modality;
    const told = make("div", {className: "facts"}, `[${this.quote.spans.map(span => span.join(":")).join(" ")}] · ${this.quote.length} ${this.words["desk-of-limit"]} ${this.quote.limit}`);
    const warned = this.quote.scopes.map(one => make("div", {className: "warning"}, `${this.words["desk-scope"]}: ${one.words}`));
    const faults = this.quote.faults.map(text => make("div", {className: "fault"}, text));
    $("quote").replaceChildren(make("div", {lang: "ar", dir: "rtl"}, this.quote.quote.quote), told, ...warned, ...faults);
    $("quote").hidden = $("form").hidden = false;
    this.kind = kind;
    this.form = new Form($("form"), this, kind, item || fresh, this.quote);
    this.show();
    this.form.focusFirst();
    this.changed();
  }

  quoteKeys() {
    const points = Array.from(this.document.text);
    const context = this.context.map(([start, end]) => points.slice(start, end).join("").trim().replace(/[.،؛]$/, "")).join(" […] ");
    return {...this.quote.quote, ...(context ? {context} : {})};
  }

  // Everything typed is kept, and checked when the typing rests.
  changed() {
    clearTimeout(this.keeping); clearTimeout(this.checking);
    this.keeping = setTimeout(() => this.keep(), 150);
    this.checking = setTimeout(() => this.check(), 400);
    $("report").dataset.stale = "1";
  }

  keep() {
    clearTimeout(this.keeping);
    const form = this.form ? {kind: this.kind, item: this.form.item, parts: this.parts, context: this.context} : null;
    const {candidates} = this.document.draft;
    const draft = {form, rejected: this.rejected, ...(candidates ? {candidates} : {})};
    this.document.draft = draft;
    const slug = this.document.slug;
    this.busy = this.busy.catch(() => {}).then(() => this.ask("draft", {document: slug, draft})).then(said => { if (said.faults?.length) this.tell("desk-not-kept", ` ${said.faults.join(" ")}`); else if (form) this.tell("desk-draft"); });
    return this.busy;
  }

  async check() {
    if (!this.form) return;
    const asked = this.asked = Symbol("check");
    const found = await this.ask("preview", {items: this.form.items()});
    if (asked === this.asked && this.form) this.report(found);
  }

  report(found) {
    const list = (title, rows) => rows.length ? [make("h2", {}, `${this.words[title]} (${rows.length})`), make("ul", {}, ...rows.map(row => make("li", {}, make("bdi", {}, row))))] : [];
    const faults = found.faults.map(text => make("div", {className: "fault"}, text));
    const warnings = (found.warnings || []).map(one => this.warning(one));
    const good = faults.length || !(found.facts?.length || found.entities?.length) ? [] : [make("h2", {}, `${this.words["desk-no-fault"]}`)];
    const answers = (found.answers || []).map(one => `${one.question} ${one.gained ? `+${one.gained}` : ""} ${one.lost ? `−${one.lost}` : ""}`);
    $("report").replaceChildren(...faults, ...good, ...warnings, ...list("desk-facts", found.facts || []), ...list("desk-entities", found.entities || []),
      ...(found.derived ? [make("p", {className: "small"}, `${this.words["desk-derived"]}: ${found.derived}`)] : []), ...list("desk-questions", answers));
    delete $("report").dataset.stale;
    $("report").dataset.faults = String(faults.length);
  }

  // A warning, and a way to say why it does not matter here.
  warning(one) {
    const box = make("div", {className: "warning"}, one.text, " ");
    const button = make("button", {type: "button", className: "quiet small"}, `${this.words["desk-quiet"]} `, make("kbd", {}, "Alt I"));
    button.onclick = () => {
      const input = make("input", {type: "text", dir: "auto", placeholder: this.words["desk-why"]});
      input.setAttribute("aria-label", this.words["desk-why"]);
      input.onkeydown = async event => {
        if (event.key === "Escape") { event.stopPropagation(); input.replaceWith(button); return; }
        if (event.key !== "Enter") return;
        event.preventDefault();
        const said = await this.ask("acknowledge", {warning: one.warning, about: one.about, reason: input.value});
        if (said.faults.length) box.append(...said.faults.map(text => make("p", {className: "fault"}, text)));
        else { box.remove(); this.form?.focusFirst(); }
      };
      button.replaceWith(input);
      input.focus();
    };
    box.append(button);
    return box;
  }

  async save() {
    if (this.saving || !this.form) return;
    this.saving = true;
    clearTimeout(this.keeping); clearTimeout(this.checking);
    try {
      await this.keep();
      const found = await this.ask("save", {items: this.form.items()});
      this.report(found);
      if (!found.faults.length) {
        if (this.taken) this.rejected.push(this.taken);
        await this.saved(found);
      }
    } finally { this.saving = false; }
  }

  async saved(found) {
    const report = [...$("report").childNodes];
    this.clear();
    $("report").replaceChildren(...report);
    await this.keep();
    await this.renew();
    await this.open(this.document.slug, true);
    this.tell("desk-saved", ` ${(found.facts || []).length}`);
    document.body.dataset.saves = String(Number(document.body.dataset.saves || 0) + 1);
  }

  // At once, so that the next key is one of the text.
  leave() { const kept = this.keep(); this.form = null; this.taken = ""; $("form").hidden = true; this.show(); $("text").focus(); return kept; }

  async accept() {
    const one = this.offered()[this.proposal];
    if (!one || this.saving) return;
    if (one.item) {
      this.parts = one.parts;
      this.chosen = null;
      this.taken = one.key;
      await this.begin(one.kind, structuredClone(one.item));
      return;
    }
    const quote = await this.ask("quote", {document: this.document.slug, parts: one.parts || [[one.start, one.end]]});
    const said = {...(one.modality ? {modality: one.modality} : {}), ...(one.said || {})};
    const item = {...quote.quote, ...(one.context ? {context: one.context} : {}), subject: one.subject, predicate: one.predicate, object: one.object, ...said};
    const found = await this.ask("save", {items: [item]});
    this.report(found);
    if (found.faults.length) {
      this.parts = quote.spans;
      await this.begin("fact", {subject: one.subject, predicate: one.predicate, object: [one.object], ...said});
      return;
    }
    this.rejected.push(one.key);
    await this.saved(found);
  }

  async reject() {
    const one = this.offered()[this.proposal];
    if (!one) return;
    this.rejected.push(one.key);
    this.show();
    await this.keep();
  }

  async undo() {
    const found = await this.ask("undo", {});
    if (!found.undone) return;
    await this.renew();
    await this.open(this.document.slug, true);
    if (this.mode === "review") await this.review.open(true);
    this.tell(found.undone.length ? "desk-undone" : "desk-not-undone");
  }
}

new Desk().start();

// Review: facts one by one beside their sentences, and two readings side by side.
import {make} from "./forms.js";

const SYMBOL = {confirmed: "✓", disputed: "✗", remarked: "✎"};
const DECISIONS = {Digit1: "first", Digit2: "second", Digit3: "both", Digit0: "neither"};
const KEY_OF = {first: "1", second: "2", both: "3", neither: "0"};

export class Review {
  constructor(desk, root) { Object.assign(this, {desk, root, at: 0, other: "", asks: null}); }

  say(code) { return this.desk.words[code]; }

  async open(keeps = false) {
    this.found = await this.desk.ask(`facts?slug=${encodeURIComponent(this.desk.document.slug)}`);
    if (this.found.faults) { this.root.replaceChildren(...this.found.faults.map(text => make("p", {className: "fault"}, text))); return; }
    if (!keeps) { this.other = ""; this.at = Math.max(0, this.found.facts.findIndex(one => !this.isRead(one))); }
    if (this.other) await this.compare(this.other, true); else this.draw();
  }

  isRead(one) { return one.mine === "confirmed" || one.mine === "disputed"; }
  get items() { return this.other ? this.pairs.differences : this.found.facts; }

  draw() {
    const {facts, unread, readers, reader} = this.found;
    const one = facts[this.at];
    const rows = facts.map((fact, number) => {
      const row = make("button", {type: "button", className: "line"},
        make("span", {className: "mark", "aria-hidden": "true"}, SYMBOL[fact.mine] || "○"),
        make("bdi", {}, fact.words), fact.status === "asserted" ? null : make("span", {className: "small"}, fact.statusLabel));
      row.setAttribute("aria-current", String(number === this.at));
      row.onclick = () => this.go(number);
      return row;
    });
    const compare = readers.map(name => {
      const button = make("button", {type: "button"}, make("kbd", {}, "V"), ` ${this.say("desk-compare-with")} `, make("bdi", {}, name));
      button.onclick = () => this.compare(name);
      return button;
    });
    const head = make("p", {className: "small"}, `${this.say("desk-reader")}: `, make("bdi", {}, reader), ` · ${this.say("desk-unread")}: ${unread} / ${facts.length}`);
    this.root.replaceChildren(head, make("div", {className: "values"}, ...compare), ...(one ? [this.card(one)] : [make("p", {}, this.say("desk-no-facts"))]), make("div", {className: "lines"}, ...rows));
    this.light(one ? [one] : []);
    this.root.querySelector('.line[aria-current="true"]')?.scrollIntoView({block: "nearest"});
  }

  go(number) { this.at = Math.max(0, Math.min(this.items.length - 1, number)); this.asks = null; this.other ? this.drawPairs() : this.draw(); }

  // The quotes of the facts in the text, and the sentence of the first.
  light(facts) {
    const shown = facts.filter(Boolean);
    this.desk.light(shown.flatMap(one => one.spans), shown[0]?.sentence);
  }

  card(one) {
    const said = Object.entries(one.said).map(([key, text]) => make("p", {className: "small"}, `${this.say(`desk-said-${key}`)}: `, make("bdi", {}, text)));
    const others = one.verdicts.filter(v => v.reader !== this.found.reader).map(v => make("p", {className: "small"}, make("bdi", {}, v.reader), `: ${this.say(`review-${v.found}`)} · `, make("time", {dateTime: v.day, dir: "ltr"}, v.day), " ", make("bdi", {}, v.comment)));
    const mine = one.verdicts.filter(v => v.reader === this.found.reader).map(v => make("p", {className: "small"}, `${this.say(`review-${v.found}`)} · `, make("time", {dateTime: v.day, dir: "ltr"}, v.day), " ", make("bdi", {}, v.comment)));
    const buttons = [["A", "desk-confirm", () => this.record("confirmed")], ["X", "desk-dispute", () => this.ask("disputed")], ["M", "desk-remark", () => this.ask("remarked")]].map(([key, code, act]) => {
      const button = make("button", {type: "button"}, make("kbd", {}, key), ` ${this.say(code)}`);
      button.onclick = act;
      return button;
    });
    return make("div", {className: "card"}, make("p", {className: "fact"}, make("bdi", {}, one.words)), make("p", {className: "small"}, `${this.say("desk-status")}: ${one.statusLabel}`), ...said, ...others, ...mine,
      make("div", {className: "values"}, ...buttons), ...(this.asks ? [this.box()] : []));
  }

  // A dispute or a remark needs words.
  ask(found) { this.asks = found; this.draw(); this.root.querySelector("textarea").focus(); }

  box() {
    const area = make("textarea", {rows: 3, dir: "auto", "aria-label": this.say("desk-why"), placeholder: this.say("desk-why")});
    const send = make("button", {type: "button", className: "main"}, `${this.say(this.asks === "disputed" ? "desk-dispute" : "desk-remark")} `, make("kbd", {}, "Ctrl ↵"));
    const act = () => this.record(this.asks, area.value);
    send.onclick = act;
    area.onkeydown = event => {
      if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); act(); }
      else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); this.asks = null; this.draw(); this.desk.home(); }
    };
    return make("div", {className: "values"}, area, send);
  }

  async record(found, comment = "") {
    const one = this.found.facts[this.at];
    if (!one || this.desk.saving) return;
    this.desk.saving = true;
    try {
      const said = await this.desk.ask("record", {document: this.desk.document.slug, fact: one.fact, at: one.at, found, comment});
      this.desk.report(said);
      if (said.faults.length) return;
      this.asks = null;
      await this.open(true);
      const next = this.found.facts.findIndex((fact, n) => n > this.at && !this.isRead(fact));
      if (found !== "remarked" && next >= 0) this.go(next);
      this.desk.tell("desk-recorded", "");
      this.desk.home();
    } finally { this.desk.saving = false; }
  }

  async compare(name, keeps = false) {
    this.pairs = await this.desk.ask(`compare?slug=${encodeURIComponent(this.desk.document.slug)}&other=${encodeURIComponent(name)}`);
    if (this.pairs.faults) { this.desk.report(this.pairs); return; }
    this.other = name;
    if (!keeps) this.at = Math.max(0, this.pairs.differences.findIndex(one => !one.decision));
    this.drawPairs();
  }

  drawPairs() {
    const {agreement, differences, same, points, open} = this.pairs;
    const number = value => value === null ? "—" : value.toFixed(2);
    const heads = ["desk-group", "desk-both", "desk-first", "desk-second", "desk-neither", "desk-observed", "desk-kappa"].map(code => make("th", {scope: "col"}, this.say(code)));
    const rows = agreement.map(row => make("tr", {}, make("th", {scope: "row"}, row.group), ...[row.both, row.first, row.second, row.neither, number(row.observed), number(row.kappa)].map(value => make("td", {}, make("bdi", {dir: "ltr"}, String(value))))));
    const back = make("button", {type: "button"}, make("kbd", {}, "Esc"), ` ${this.say("desk-back-to-facts")}`);
    back.onclick = () => { this.other = ""; this.open(); };
    const table = make("table", {}, make("caption", {}, `${this.say("desk-points")}: ${same.length} / ${points} · ${this.say("desk-open")}: ${open}`), make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    const one = differences[this.at];
    const lines = differences.map((pair, n) => {
      const row = make("button", {type: "button", className: "line"}, make("span", {className: "mark", "aria-hidden": "true"}, pair.decision ? "✓" : pair.sides[0] && pair.sides[1] ? "≠" : "◌"),
        make("bdi", {}, (pair.sides[0] || pair.sides[1]).words), make("span", {className: "small"}, pair.decision ? this.say(`review-${pair.decision}`) : pair.title));
      row.setAttribute("aria-current", String(n === this.at));
      row.onclick = () => this.go(n);
      return row;
    });
    const same_ = make("details", {}, make("summary", {}, `${this.say("desk-same")} (${same.length})`), make("ul", {}, ...same.map(text => make("li", {}, make("bdi", {}, text)))));
    const scroll = make("div", {className: "wide", tabIndex: 0, role: "region"}, table);
    scroll.setAttribute("aria-label", this.say("desk-agreement-table"));
    this.root.replaceChildren(make("div", {className: "values"}, back), scroll, make("details", {}, make("summary", {}, this.say("desk-what-is-kappa")), make("p", {className: "small"}, this.say("desk-kappa-defined"))),
      ...(one ? [this.pair(one)] : [make("p", {}, this.say("desk-no-difference"))]), make("div", {className: "lines"}, ...lines), same_);
    this.light(one ? one.sides : []);
    this.root.querySelector('.line[aria-current="true"]')?.scrollIntoView({block: "nearest"});
  }

  pair(one) {
    const side = (fact, code, name) => make("div", {className: "side"}, make("p", {className: "small"}, `${this.say(code)}`, name ? ": " : "", name ? make("bdi", {}, name) : ""),
      fact ? make("p", {className: "fact"}, make("bdi", {}, fact.words)) : make("p", {className: "small"}, this.say("desk-not-there")),
      ...(fact ? fact.spans.map(span => make("p", {className: "quoted", lang: "ar", dir: "rtl"}, this.desk.cut(span))) : []));
    const buttons = one.choices.map(choice => {
      const button = make("button", {type: "button", disabled: Boolean(one.decision)}, make("kbd", {}, KEY_OF[choice]), ` ${this.say(`review-${choice}`)}`);
      button.onclick = () => this.settle(choice);
      return button;
    });
    return make("div", {className: "card"}, make("p", {className: "small"}, `${one.title} · ${this.at + 1} / ${this.pairs.differences.length}`),
      make("div", {className: "pair"}, side(one.sides[0], "desk-first"), side(one.sides[1], "desk-second", this.other)),
      make("div", {className: "values"}, ...buttons), ...(one.decision ? [make("p", {className: "small"}, this.say(`review-${one.decision}`))] : []));
  }

  async settle(decision) {
    const one = this.pairs.differences[this.at];
    if (!one || one.decision || !one.choices.includes(decision) || this.desk.saving) return;
    this.desk.saving = true;
    try {
      const said = await this.desk.ask("settle", {document: this.desk.document.slug, other: this.other, pair: one.pair, decision});
      this.desk.report(said);
      if (said.faults.length) return;
      await this.compare(this.other, true);
      const next = this.pairs.differences.findIndex((pair, n) => n > this.at && !pair.decision);
      if (next >= 0) this.go(next);
      this.desk.tell("desk-recorded", "");
      this.desk.home();
    } finally { this.desk.saving = false; }
  }

  action(event) {
    if (event.code === "Escape") return () => { if (this.other) { this.other = ""; this.open(); } else this.desk.enter("read"); };
    const unread = one => this.other ? !one.decision : !this.isRead(one);
    const shared = {
      KeyJ: () => this.go(this.at + 1), ArrowDown: () => this.go(this.at + 1), KeyK: () => this.go(this.at - 1), ArrowUp: () => this.go(this.at - 1),
      KeyG: () => { const next = this.items.findIndex((one, n) => n > this.at && unread(one)); if (next >= 0) this.go(next); },
      KeyZ: () => this.desk.undo(),
    };
    if (this.other && DECISIONS[event.code]) return () => this.settle(DECISIONS[event.code]);
    const own = this.other ? {} : {KeyA: () => this.record("confirmed"), KeyX: () => this.ask("disputed"), KeyM: () => this.ask("remarked"), KeyV: () => { if (this.found.readers.length) this.compare(this.found.readers[0]); }};
    return {...shared, ...own}[event.code];
  }
}

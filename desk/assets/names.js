// Names: one marked in the text and known everywhere from then on, or a whole column of them.
import {make} from "./forms.js";

export class Names {
  constructor(desk, root) { Object.assign(this, {desk, root, rows: [], at: 0, pasted: ""}); }

  say(code) { return this.desk.words[code]; }

  open() { this.draw(); }

  // The selected words: who are they? Their candidates, and every other place where they stand.
  async mark(span) {
    const found = await this.desk.ask("naming", {document: this.desk.document.slug, span});
    if (found.faults) { this.desk.report(found); return; }
    this.rows = [this.row(found)];
    this.at = 0; this.single = true;
    this.draw();
    this.desk.home();
  }

  row(found) { return {...found, chosen: found.sure || "", made: null}; }

  async reconcile() {
    this.pasted = this.root.querySelector("textarea").value;
    const found = await this.desk.ask("reconcile", {text: this.pasted});
    if (found.faults) { this.desk.report(found); return; }
    this.rows = found.names.map(one => this.row(one));
    this.single = false;
    this.at = Math.max(0, this.rows.findIndex(row => !row.chosen));
    this.draw();
    this.desk.home();
  }

  draw() {
    const area = make("textarea", {rows: 5, dir: "auto", value: this.pasted, "aria-label": this.say("desk-paste-names"), placeholder: this.say("desk-paste-names")});
    area.onkeydown = event => {
      if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); this.reconcile(); }
      else if (event.key === "Escape") { event.preventDefault(); this.desk.home(); }
    };
    const find = make("button", {type: "button", className: this.rows.length ? "" : "main"}, `${this.say("desk-find-names")} `, make("kbd", {}, "Ctrl ↵"));
    find.onclick = () => this.reconcile();
    const file = make("input", {type: "file", accept: ".txt,.csv,.tsv,text/*"});
    file.setAttribute("aria-label", this.say("desk-names-file"));
    file.onchange = async () => { if (file.files[0]) { area.value = await file.files[0].text(); this.reconcile(); } };
    const parts = [make("div", {className: "values"}, area, find, make("label", {className: "small"}, `${this.say("desk-names-file")} `, file))];
    if (this.rows.length) parts.push(...this.rows.map((row, number) => this.line(row, number)), this.foot());
    this.root.replaceChildren(...parts);
    this.root.querySelector('[aria-current="true"]')?.scrollIntoView({block: "nearest"});
  }

  line(row, number) {
    const now = number === this.at;
    const head = make("div", {className: "who"}, make("span", {className: "mark", "aria-hidden": "true"}, row.chosen || row.made ? "✓" : "○"), make("strong", {}, make("bdi", {}, row.name)),
      make("span", {className: "small"}, row.chosen ? make("bdi", {}, this.desk.label(row.chosen)) : row.made ? `+ ${row.made.en}` : row.candidates.length ? this.say("desk-which") : this.say("desk-nobody")));
    const box = make("div", {className: `card${now ? " now" : ""}`}, head);
    box.setAttribute("aria-current", String(now));
    if (row.places?.length) box.append(make("p", {className: "small"}, `${this.say("desk-everywhere")}: `, ...row.places.flatMap(place => [make("bdi", {}, `${place.title} (${place.count})`), " "])));
    if (now) {
      row.candidates.forEach((one, n) => {
        const button = make("button", {type: "button"}, make("kbd", {}, String(n + 1)), " ", make("bdi", {}, `${one.ar} · ${one.en}`), make("span", {className: "small"}, ` ${this.say(`desk-match-${one.why}`)}`));
        button.setAttribute("aria-pressed", String(row.chosen === one.ref));
        button.onclick = () => this.choose(number, one.ref);
        box.append(button);
      });
      box.append(row.made ? this.form(row) : this.fresh(row));
      (row.linked || []).forEach(other => {
        const box_ = make("input", {type: "checkbox", checked: (row.also || []).includes(other)});
        box_.onchange = () => { row.also = box_.checked ? [...(row.also || []), other] : row.also.filter(one => one !== other); };
        box.append(make("label", {className: "small"}, box_, ` ${this.say("desk-also")} `, make("bdi", {}, other)));
      });
    } else box.onclick = () => { this.at = number; this.draw(); };
    return box;
  }

  fresh(row) {
    const button = make("button", {type: "button"}, make("kbd", {}, "N"), ` ${this.say("desk-new")}`);
    button.onclick = () => this.make(row);
    return button;
  }

  make(row) {
    const isArabic = /[\u0600-\u06ff]/.test(row.name);
    row.chosen = ""; row.made = {new: row.kind || "organization", ar: isArabic ? row.name : "", en: isArabic ? "" : row.name};
    this.draw();
    this.root.querySelector(".now input[type=text]:placeholder-shown")?.focus();
  }

  form(row) {
    const select = make("select", {}, ...this.desk.names.classes.map(one => make("option", {value: one.slug}, one[this.desk.language])));
    select.setAttribute("aria-label", this.say("desk-kind"));
    select.value = row.made.new;
    select.onchange = () => { row.made.new = select.value; };
    const text = (key, dir) => {
      const input = make("input", {type: "text", value: row.made[key], placeholder: this.say(`desk-${key}`), dir, autocomplete: "off"});
      input.setAttribute("aria-label", this.say(`desk-${key}`));
      input.oninput = () => { row.made[key] = input.value; };
      input.onkeydown = event => {
        if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); this.save(); }
        else if (event.key === "Enter") { event.preventDefault(); this.next(); }
        else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); row.made = null; this.draw(); this.desk.home(); }
      };
      return input;
    };
    return make("div", {className: "values"}, select, text("ar", "rtl"), text("en", "ltr"));
  }

  choose(number, ref) { const row = this.rows[number]; row.made = null; row.chosen = ref; this.next(); }

  next() {
    const next = this.rows.findIndex((row, n) => n > this.at && !row.chosen && !row.made);
    if (next >= 0) this.at = next;
    this.draw();
    this.desk.home();
  }

  foot() {
    const save = make("button", {type: "button", className: "main"}, `${this.say("desk-save-names")} `, make("kbd", {}, "Ctrl ↵"));
    save.onclick = () => this.save();
    const table = this.rows.map(row => [row.name, row.chosen]).map(row => row.map(cell => /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",")).join("\n");
    const csv = make("a", {download: "names.csv", href: `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeffname,reference\n${table}\n`)}`}, this.say("desk-names-table"));
    return make("div", {className: "values"}, save, ...(this.single ? [] : [csv]));
  }

  async save() {
    if (this.desk.saving) return;
    const items = this.rows.filter(row => row.chosen || row.made).map(row => ({name: row.name, also: row.also || [], ...(row.made ? row.made : {reference: row.chosen})}));
    this.desk.saving = true;
    try {
      const said = await this.desk.ask("name", {items});
      this.desk.report(said);
      if (said.faults.length) return;
      if (this.single) { this.rows = []; await this.desk.saved(said); this.desk.enter("read"); }
      else {
        for (const row of this.rows) if (row.made) { row.chosen = said.references[row.name] || ""; row.made = null; }
        await this.desk.renew(); this.draw();
      }
      this.desk.tell("desk-named", ` ${said.places}`);
      this.desk.home();
    } finally { this.desk.saving = false; }
  }

  action(event) {
    const row = this.rows[this.at];
    if (event.code === "Escape") return () => this.desk.enter("read");
    if (event.code === "KeyZ") return () => this.desk.undo();
    if (event.code === "KeyP") return () => this.root.querySelector("textarea").focus();
    if (!row) return undefined;
    if (/^Digit[1-9]$/.test(event.code)) return () => { const one = row.candidates[Number(event.code.slice(5)) - 1]; if (one) this.choose(this.at, one.ref); };
    const go = step => () => { this.at = Math.max(0, Math.min(this.rows.length - 1, this.at + step)); this.draw(); };
    return {
      Enter: event.ctrlKey ? () => this.save() : () => { if (row.candidates[0]) this.choose(this.at, row.candidates[0].ref); },
      ArrowDown: go(1), KeyJ: go(1), ArrowUp: go(-1), KeyK: go(-1), KeyN: () => this.make(row),
      KeyX: () => { row.chosen = ""; row.made = null; this.draw(); },
    }[event.code];
  }
}

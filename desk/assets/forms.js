// The forms of a fact and of the bundles: each edits an item as `taawun add batch` reads it.
const MODALITIES = ["asserted", "reported", "planned", "expected", "conditional", "denied", "inferred"];
// Key, kind of field, and the classes that it takes.
const QUALIFIERS = [["modality", "choice"], ["statedBy", "entity", ["Actor"]], ["when", "text"], ["note", "text"], ["noteAr", "text"]];
export const FORMS = {
  fact: [["subject", "entity", []], ["predicate", "predicate"], ["object", "object"], ...QUALIFIERS],
  agreement: [["ar", "text"], ["en", "text"], ["kind", "kind"], ["parties", "entities", ["Actor"]], ["stage", "scale"], ["date", "text"],
    ["area", "entities", ["Area"]], ["through", "entity", []], ["deadline", "text"], ["amounts", "amounts"], ...QUALIFIERS],
  figure: [["ar", "text"], ["en", "text"], ["value", "text"], ["unit", "scale"], ["comparator", "scale"], ["of", "entity", []], ["date", "text"], ...QUALIFIERS],
  person: [["ar", "text"], ["en", "text"], ["country", "entity", ["Country"]], ["post", "entity", ["Post"]], ...QUALIFIERS],
  event: [["kind", "kind"], ["ar", "text"], ["en", "text"], ["parties", "entities", ["Actor"]], ["participant", "entities", ["Actor"]], ["chair", "entity", ["Actor"]], ["date", "text"],
    ["place", "entity", ["Place"]], ["topic", "entities", []], ...QUALIFIERS],
  delegation: [["ar", "text"], ["en", "text"], ["headedBy", "entity", ["Actor"]], ["country", "entity", ["Country"]], ...QUALIFIERS],
  company: [["kind", "kind"], ["ar", "text"], ["en", "text"], ["country", "entity", ["Country"]], ...QUALIFIERS],
  offer: [["kind", "kind"], ["ar", "text"], ["en", "text"], ["by", "entity", ["Actor"]], ["to", "entity", ["Actor"]], ["area", "entities", ["Area"]], ...QUALIFIERS],
};
const AMOUNT = [["ar", "text"], ["en", "text"], ["value", "text"], ["unit", "scale"], ["comparator", "scale"], ["of", "entity", []]];
const WORD = {statedBy: "desk-stated-by", noteAr: "desk-note-ar", headedBy: "desk-head"};
// Fields that a complete item needs: Tab goes to the next of them that is empty.
const NEEDED = new Set(["ar", "en", "value", "unit", "of", "subject", "predicate", "object", "parties", "stage", "by", "post", "headedBy", "modality"]);
const OWN = {post: "post", headedBy: "official", chair: "official", by: "public-body", to: "public-body", through: "facility", place: "city", country: "country", statedBy: "official"};

export const fold = text => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g, "").replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه").toLowerCase();

export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null));
  return node;
}

export class Form {
  constructor(root, desk, kind, item, quote) {
    Object.assign(this, {root, desk, kind, item, quote});
    this.draw();
  }

  say(key) { return this.desk.words[WORD[key] || `desk-${key}`] || key; }

  draw(focus) {
    const rows = FORMS[this.kind].map(field => this.row(this.item, field, ""));
    const save = make("button", {type: "submit", className: "main", id: "save"}, `${this.desk.words["desk-save"]} `, make("kbd", {}, "Ctrl ↵"));
    const back = make("button", {type: "button"}, `${this.desk.words["desk-back"]} `, make("kbd", {}, "Esc"));
    back.onclick = () => this.desk.leave();
    this.root.replaceChildren(...rows, make("div", {className: "values"}, save, back));
    this.root.onsubmit = event => { event.preventDefault(); this.desk.save(); };
    this.root.onkeydown = event => this.key(event);
    const node = focus && this.root.querySelector(`[data-path="${focus}"]`);
    if (node) node.focus(); else if (focus) this.focusFirst();
  }

  key(event) {
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); this.desk.save(); }
    else if (event.key === "Escape") { event.preventDefault(); this.desk.leave(); }
    else if (event.key === "Tab" && !event.shiftKey && !event.altKey) {
      const all = [...this.root.querySelectorAll("[data-path]")];
      const at = all.indexOf(document.activeElement);
      const open = all.slice(at + 1).find(node => node.dataset.needed && !node.dataset.filled && !node.value);
      event.preventDefault();
      (open || this.root.querySelector("#save")).focus();
    }
  }

  focusFirst() {
    const open = [...this.root.querySelectorAll("[data-path]")].find(node => node.dataset.needed && !node.dataset.filled && !node.value);
    (open || this.root.querySelector("#save")).focus();
  }

  row(item, [key, kind, classes], above) {
    const path = above ? `${above}.${key}` : key;
    const holder = make("div", {className: "values"});
    const row = make("div", {className: "row"}, make("span", {className: "label"}, this.say(key)), holder);
    this.fill(holder, item, key, kind, classes, path);
    return row;
  }

  fill(holder, item, key, kind, classes, path) {
    if (kind === "text") holder.append(this.text(item, key, path));
    else if (kind === "choice") holder.append(this.select(item, key, path, MODALITIES.map(name => [name, this.desk.label(`modality/${name}`)]), "asserted"));
    else if (kind === "kind") holder.append(this.select(item, key, path, this.desk.names.bundles[this.kind].map(slug => [slug, this.desk.className(slug)]), this.desk.names.bundles[this.kind][0]));
    else if (kind === "scale") holder.append(this.scale(item, key, path));
    else if (kind === "predicate") holder.append(this.predicate(item, path));
    else if (kind === "object") this.object(holder, item, path);
    else if (kind === "amounts") this.amounts(holder, item, path);
    else this.entities(holder, item, key, classes, path, kind === "entities");
  }

  changed() { this.desk.changed(); }

  // The words in the field at hand become a new entity.
  register() {
    const node = document.activeElement;
    if (node?.register) node.register();
  }

  input(path, value, wanted, label) {
    const node = make("input", {value, "data-path": path, "aria-label": label, autocomplete: "off", dir: "auto"});
    if (wanted) node.dataset.needed = "1";
    return node;
  }

  text(item, key, path) {
    const node = this.input(path, item[key] ?? "", NEEDED.has(key), this.say(key));
    if (key === "en" || key === "date" || key === "deadline" || key === "value" || key === "when") node.dir = "ltr";
    node.oninput = () => { item[key] = node.value; this.changed(); };
    return node;
  }

  select(item, key, path, options, usual) {
    const node = make("select", {"data-path": path, "aria-label": this.say(key)}, ...options.map(([value, label]) => make("option", {value}, label)));
    node.value = item[key] || usual;
    node.onchange = () => { item[key] = node.value; this.changed(); };
    return node;
  }

  scale(item, key, path) {
    const values = this.desk.names.entities.filter(one => one.ref.startsWith(`${key}/`));
    const node = this.picker(path, values, value => { item[key] = value; this.draw(path); this.changed(); }, NEEDED.has(key), this.say(key));
    const input = node.querySelector("input");
    if (item[key]) { input.placeholder = this.desk.label(item[key].includes("/") ? item[key] : `${key}/${item[key]}`); input.dataset.filled = "1"; }
    return node;
  }

  predicate(item, path) {
    const kinds = this.desk.kindsOf(item.subject);
    const objects = new Set((this.quote?.named || []).filter(ref => ref !== item.subject).flatMap(ref => this.desk.kindsOf(ref)));
    const fits = one => one.domains.some(kind => kinds.includes(kind));
    // First what a word of the quote stands for, then what takes something that it names.
    const weight = one => 4 * (this.quote?.cues || []).includes(one.name) + 2 * one.ranges.some(kind => kind !== "Entity" && objects.has(kind)) + !one.domains.includes("Entity");
    const values = this.desk.names.predicates.filter(fits).sort((a, b) => weight(b) - weight(a)).map(one => ({...one, ref: one.name}));
    const node = this.picker(path, values, value => { item.predicate = value; item.object = ""; this.draw("object"); this.changed(); }, true, this.say("predicate"));
    const input = node.querySelector("input");
    if (item.predicate) { input.placeholder = this.desk.predicateLabel(item.predicate); input.dataset.filled = "1"; }
    return node;
  }

  object(holder, item, path) {
    const predicate = this.desk.names.predicates.find(one => one.name === item.predicate);
    if (predicate?.datatype) {
      if (!item.object && this.quote?.dates.length && predicate.datatype.endsWith("string")) item.object = this.quote.dates[0];
      holder.append(this.text(item, "object", path));
    } else this.entities(holder, item, "object", predicate?.ranges || [], path, true);
  }

  amounts(holder, item, path) {
    item.amounts ||= [];
    item.amounts.forEach((amount, number) => {
      const set = make("fieldset", {}, make("legend", {}, `${this.say("figure")} ${number + 1}`));
      for (const [key, kind, classes] of AMOUNT) {
        const cell = make("div", {className: "values"});
        this.fill(cell, amount, key, kind, classes, `${path}.${number}.${key}`);
        const first = cell.querySelector("input");
        if (first && !first.placeholder) first.placeholder = this.say(key);
        // A figure without a name is named by its value; one of nothing is of the agreement.
        if (["ar", "en", "of"].includes(key)) cell.querySelectorAll("[data-needed]").forEach(node => delete node.dataset.needed);
        set.append(cell);
      }
      set.append(this.remove(() => item.amounts.splice(number, 1)));
      holder.append(set);
    });
    const add = make("button", {type: "button", "data-path": `${path}.add`}, `+ ${this.say("figure")}`);
    add.onclick = () => { item.amounts.push({ar: "", en: "", value: "", unit: "", comparator: "exactly"}); this.draw(`${path}.${item.amounts.length - 1}.ar`); this.changed(); };
    holder.append(add);
  }

  entities(holder, item, key, classes, path, isMany) {
    const values = isMany ? (item[key] ||= []) && (Array.isArray(item[key]) ? item[key] : (item[key] = [item[key]].filter(Boolean))) : [item[key]].filter(Boolean);
    values.forEach((value, number) => {
      const take = () => { if (isMany) item[key].splice(number, 1); else item[key] = ""; };
      if (typeof value === "string") {
        const chip = make("button", {type: "button", className: "chip"}, `${this.desk.label(value)} ×`);
        chip.title = this.desk.words["desk-remove"];
        chip.onclick = () => { take(); this.draw(path); this.changed(); };
        holder.append(chip);
      } else if (value.object) {
        // Somebody who takes part for somebody else.
        const name = one => typeof one === "string" ? this.desk.label(one) : one.ar;
        const chip = make("button", {type: "button", className: "chip"}, `${name(value.object)} (${name(value.onBehalfOf)}) ×`);
        chip.title = this.desk.words["desk-remove"];
        chip.onclick = () => { take(); this.draw(path); this.changed(); };
        holder.append(chip);
        if (typeof value.object === "object") holder.append(this.newThing(value.object, `${path}.${number}.object`, take));
      } else holder.append(this.newThing(value, `${path}.${number}`, take));
    });
    if (isMany || !values.length) {
      const refs = this.desk.names.entities.filter(one => !classes.length || one.classes.some(kind => classes.includes(kind)));
      const choose = value => {
        if (isMany) item[key].push(value); else item[key] = value;
        const next = typeof value === "string" ? path : `${path}.${isMany ? item[key].length - 1 : 0}.en`;
        this.draw(next); this.changed();
      };
      const node = this.picker(path, refs, choose, NEEDED.has(key) && !values.length, this.say(key), key, classes);
      holder.append(node);
    }
  }

  newThing(value, path, take) {
    const set = make("fieldset", {}, make("legend", {}, this.desk.words["desk-new"]));
    const select = make("select", {"data-path": `${path}.new`, "aria-label": this.say("kind")},
      ...this.desk.names.classes.map(one => make("option", {value: one.slug}, one[this.desk.language])));
    select.value = value.new;
    select.onchange = () => { value.new = select.value; this.changed(); };
    set.append(select, this.text(value, "ar", `${path}.ar`), this.text(value, "en", `${path}.en`));
    set.querySelectorAll("input")[1].placeholder = this.say("en");
    for (const key of ["belongsToCountry", "country", "in", "postIn"]) {
      const held = value[key];
      if (held && typeof held === "object") set.append(this.newThing(held, `${path}.${key}`, () => { delete value[key]; }));
      else if (held) set.append(make("span", {className: "small"}, `${this.say(key === "belongsToCountry" ? "country" : key)}: ${this.desk.label(held)}`));
    }
    set.append(this.remove(take));
    return set;
  }

  remove(take) {
    const node = make("button", {type: "button", className: "small", title: this.desk.words["desk-remove"]}, "×");
    node.onclick = () => { take(); this.draw(); this.changed(); };
    return node;
  }

  // A field that completes names in both languages; what the quote names comes first.
  picker(path, values, choose, wanted, label, key = "", classes = null) {
    const input = this.input(path, "", wanted, label);
    const list = make("ul", {role: "listbox", hidden: true});
    Object.entries({role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list"}).forEach(([k, v]) => input.setAttribute(k, v));
    let shown = [], at = 0;
    const named = new Set(this.quote?.named || []);
    const options = () => {
      const typed = fold(input.value.trim());
      const match = one => fold(`${one.ar} ${one.en} ${one.ref}`).includes(typed);
      const rank = one => (named.has(one.ref) ? 0 : 2) + (typed && (fold(one.ar).startsWith(typed) || fold(one.en).startsWith(typed)) ? 0 : 1);
      const found = values.filter(match).map((one, n) => [rank(one), n, one]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(entry => entry[2]).slice(0, 8);
      const made = found.map(one => [one.ref, `${one.ar} · ${one.en}`]);
      if (classes) {
        const fresh = (this.quote?.new || []).filter(one => !typed || fold(one.ar).includes(typed));
        made.push(...fresh.slice(0, 3).map(one => [{...one}, `+ ${one.ar}`]));
        if (key === "of") made.push(...this.made(this.item).filter(one => one.ar && fold(one.ar).includes(typed)).map(one => [one.ar, one.ar]));
        if (input.value.trim()) made.push([{new: this.defaultClass(key, classes), ar: input.value.trim(), en: ""}, `+ ${this.desk.words["desk-new"]}: ${input.value.trim()}`]);
      }
      return made;
    };
    const draw = () => {
      list.replaceChildren(...shown.map(([, text], n) => {
        const row = make("li", {role: "option", "aria-selected": String(n === at)}, make("bdi", {}, text));
        row.onmousedown = event => { event.preventDefault(); choose(shown[n][0]); };
        return row;
      }));
      list.hidden = !shown.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };
    const open = () => { shown = options(); at = 0; draw(); };
    if (classes) input.register = () => choose({new: this.defaultClass(key, classes), ar: input.value.trim() || this.quote?.new?.[0]?.ar || "", en: ""});
    input.oninput = open;
    input.onblur = () => { list.hidden = true; };
    input.onkeydown = event => {
      if (event.key === "ArrowDown" && list.hidden) { event.preventDefault(); open(); }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        at = (at + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % Math.max(1, shown.length); draw();
      } else if (event.key === "Enter" && !event.ctrlKey && !list.hidden && shown[at]) { event.preventDefault(); choose(shown[at][0]); }
      else if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
        if (list.hidden) open();
        const chosen = shown[Number(event.code.slice(5)) - 1];
        if (chosen) { event.preventDefault(); choose(chosen[0]); }
      }
    };
    return make("span", {className: "picker"}, input, list);
  }

  // The new things of this form, which its amounts may be about.
  made(value) {
    if (Array.isArray(value)) return value.flatMap(one => this.made(one));
    if (!value || typeof value !== "object") return [];
    const inside = Object.values(value).flatMap(one => this.made(one));
    return value.new && value !== this.item ? [value, ...inside] : inside;
  }

  defaultClass(key, classes) {
    if (OWN[key]) return OWN[key];
    const fitting = this.desk.names.classes.find(one => !classes.length || one.kinds.some(kind => classes.includes(kind)));
    return classes.includes("Area") ? "area" : classes.includes("Actor") ? "public-body" : fitting?.slug || "organization";
  }

  // The items that the server writes; empty fields are left out.
  items() {
    const said = {...this.desk.quoteKeys(), ...clean(this.item)};
    if (said.modality === "asserted") delete said.modality;
    if (this.kind !== "fact") return [said];
    const {subject, predicate, object, ...rest} = said;
    const objects = Array.isArray(object) ? object : [object];
    return objects.filter(Boolean).map(one => typeof subject === "object" ? {...rest, ...subject, [predicate]: one} : {...rest, subject, predicate, object: one});
  }
}

function clean(value) {
  if (Array.isArray(value)) return value.map(clean).filter(one => one !== "" && !(typeof one === "object" && !Object.keys(one).length));
  if (value && typeof value === "object") {
    const kept = Object.entries(value).map(([key, one]) => [key, clean(one)]).filter(([, one]) => one !== "" && one !== null && !(Array.isArray(one) && !one.length));
    return Object.fromEntries(kept);
  }
  return typeof value === "string" ? value.trim() : value;
}

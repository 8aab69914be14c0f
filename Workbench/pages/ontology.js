import { isQuestion } from "../core/answer.js";
import { get, post, send } from "../core/api.js";
import { color, useColors } from "../core/colors.js";
import { fill, h, icon } from "../core/dom.js";
import { History } from "../core/history.js";
import { keysFor, setShortcuts } from "../core/keys.js";
import { Numbers, freeName, isChoice, isDrawn, kindNames, moved, replaced, retyped, withSoundConditions, without } from "../core/ontology.js";
import { say, word } from "../core/words.js";
import { announce, dialog, toast } from "../parts/dialog.js";
import { definitionForm } from "../parts/ontology/definition-form.js";
import { changesDialog, versionsCard } from "../parts/ontology/migration.js";
import { Preview } from "../parts/ontology/preview.js";
import { textDialog } from "../parts/ontology/text.js";

/**
 * @typedef {import("../core/answer.js").LabelClass} LabelClass
 * @typedef {import("../core/ontology.js").Draft} Draft
 */

/** Milliseconds of rest after which the preview shows what was changed. */
const previewDelay = 400;

/** Where a manager builds and changes the ontology of a project, with the surface it makes beside it. */
export class OntologyPage {
  /** @type {any} */
  project = null;
  history = new History(/** @type {Draft} */ ({ classes: [], steps: [] }));
  /** @type {number | null} */
  selected = null;
  numbers = new Numbers();
  preview = new Preview();
  /** Whether a button of the mouse is held down. */
  isPressed = false;
  /** Whether what is shown is older than what is. */
  isDue = false;

  /** @param {string} id of the project */
  constructor(id) {
    this.id = id;
    this.title = h("h1", { dir: "auto" });
    this.list = h("div.class-list", {});
    this.form = h("div.class-form", {});
    this.problem = h("p.error-text", { role: "alert" });
    this.versions = h("div", {});
    this.undoButton = this.button("undo", say("Undo"), () => this.history.undo());
    this.redoButton = this.button("redo", say("Redo"), () => this.history.redo());
    this.saveButton = h("button.button.primary", { disabled: true, onclick: () => this.save() }, say("Save…"), h("kbd", {}, keysFor("Save the ontology", "Ctrl+S")));
    this.element = h("main.page.wide.ontology-page", {},
      h("div.spread", {}, h("div.row", {}, h("a.button.quiet.icon", { href: `#/manage/${id}`, "aria-label": say("Back to the project"), title: say("Back to the project") }, icon("back")), this.title),
        h("div.row", {}, this.undoButton, this.redoButton,
          h("button.button", { onclick: () => this.asText() }, say("As text, import…")), this.saveButton)),
      this.problem,
      h("div.ontology-columns", {},
        h("section.stack.ontology-form", { "aria-label": say("Classes and questions") }, this.list, this.form),
        h("section.ontology-preview", { "aria-label": say("Preview") }, h("p.muted.small", {}, say("Preview: the surface as annotators get it. Nothing here is kept.")), this.preview.element)),
      this.versions);
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.form.addEventListener("input", (/** @type {any} */ event) => { event.target.dataset.typed = ""; }, { signal });
    this.form.addEventListener("change", (/** @type {any} */ event) => { delete event.target.dataset.typed; }, { signal, capture: true });
    this.element.addEventListener("pointerdown", () => { this.isPressed = true; }, { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      addEventListener(type, () => {
        this.isPressed = false;
        // After the click that this makes.
        if (this.isDue) this.shown = setTimeout(() => this.show(), 0);
      }, { signal });
    }
    this.load();
  }

  /** @param {any} picture
   * @param {string} label
   * @param {() => void} run */
  button(picture, label, run) {
    return h("button.button.quiet.icon", { title: label, "aria-label": label, disabled: true, onclick: run }, icon(picture));
  }

  async load() {
    try {
      const [project, versions] = await Promise.all([get(`/api/projects/${this.id}`), get(`/api/projects/${this.id}/versions`)]);
      if (this.abort?.signal.aborted) return;
      this.project = project;
      this.title.textContent = say("Ontology of “{name}”", { name: project.name });
      this.begin(project.ontology.classes);
      fill(this.versions, versionsCard(this.id, versions.items, () => this.load()));
    } catch (error) {
      this.problem.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {readonly LabelClass[]} classes */
  begin(classes) {
    this.saved = classes;
    this.numbers.note(classes);
    this.history = new History(/** @type {Draft} */ ({ classes, steps: [] }));
    this.history.watchers.add(() => this.changed());
    if (!classes.some((one) => one.id === this.selected)) this.selected = classes[0]?.id ?? null;
    setShortcuts([
      { keys: "Ctrl+S", label: word("Save the ontology"), run: () => this.save(), inFields: true },
      { keys: "Ctrl+Z", label: word("Undo"), run: () => this.history.undo() },
      { keys: "Ctrl+Shift+Z Ctrl+Y", label: word("Redo"), run: () => this.history.redo() },
    ]);
    this.show();
    this.showPreview();
  }

  changed() {
    clearTimeout(this.shown);
    clearTimeout(this.previewed);
    this.isDue = true;
    // The hand may be on its way to another field, or about to press a button: that is done first.
    if (!this.isPressed) this.shown = setTimeout(() => this.show(), 0);
    this.previewed = setTimeout(() => this.showPreview(), previewDelay);
  }

  /** @param {readonly LabelClass[]} classes
   * @param {readonly any[]} [steps] */
  push(classes, steps = this.history.state.steps) {
    this.numbers.note(classes);
    this.history.push({ classes: withSoundConditions(classes), steps });
  }

  get chosen() { return this.history.state.classes.find((one) => one.id === this.selected); }

  show() {
    const focus = focusIn(this.element);
    this.flush();
    clearTimeout(this.shown);
    const { classes } = this.history.state;
    this.isDue = false;
    if (!this.chosen) this.selected = classes[0]?.id ?? null;
    useColors(/** @type {any} */ (classes));
    const open = new Set([...this.form.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-attribute") ?? "limits"));
    fill(this.list, h("h2.small", {}, say("Classes and questions")), classes.map((one, place) => this.row(one, place)), this.adders());
    const chosen = this.chosen;
    fill(this.form, chosen ? [definitionForm(chosen, {
      all: classes, numbers: this.numbers, current: () => this.history.state.classes.find((one) => one.id === chosen.id) ?? chosen,
      change: (definition) => this.push(replaced(this.history.state.classes, definition)),
      mergeOption: (definition, option) => this.mergeOption(definition, option),
    }), this.actions(chosen)] : h("p.muted", {}, say("Add a class or a question to begin.")));
    for (const one of this.form.querySelectorAll("details")) if (open.has(one.getAttribute("data-attribute") ?? "limits")) one.open = true;
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    this.saveButton.disabled = !this.history.canUndo;
    focus();
  }

  /** @param {LabelClass} one
   * @param {number} place */
  row(one, place) {
    const { classes } = this.history.state;
    const row = h("div.class-row", { "aria-current": one.id === this.selected },
      h("button.class-row-name", { onclick: () => { this.selected = one.id; this.show(); } }, isQuestion(one) ? h("i.swatch.is-question") : h("i.swatch"),
        h("span", { dir: "auto" }, one.name), h("span.muted.small", {}, say(kindNames[/** @type {keyof typeof kindNames} */ (one.kind)]))),
      h("button.button.quiet.icon", { "aria-label": say("Move “{name}” up", { name: one.name }), title: say("Move up"), disabled: place === 0, onclick: () => this.push(moved(this.history.state.classes, one.id, -1)) }, icon("up")));
    row.style.setProperty("--swatch", color(one.id));
    return row;
  }

  adders() {
    const add = (/** @type {string} */ kind, /** @type {string} */ name) => h("button.button.quiet", {
      onclick: () => {
        const { classes } = this.history.state;
        const id = this.numbers.next("");
        this.selected = id;
        this.push([...classes, retyped({ id, name: freeName(name, classes), kind, required: false }, kind)]);
      },
    }, icon("plus"), name);
    return h("div.row", {}, add("box", say("New class")), add("category", say("New question")), add("relation", say("New link")));
  }

  /** @param {LabelClass} one */
  actions(one) {
    const { classes } = this.history.state;
    const alike = classes.filter((other) => other.id !== one.id && other.kind === one.kind);
    const deciding = (one.attributes ?? []).filter((attribute) => attribute.kind === "category");
    return h("div.row", {},
      h("button.button.quiet", {
        onclick: () => {
          const id = this.numbers.next("");
          this.selected = id;
          const { hotkey, ...copy } = one;
          this.push([...classes, { ...copy, id, name: freeName(one.name, classes) }]);
        },
      }, say("Duplicate")),
      alike.length ? h("button.button.quiet", { onclick: () => this.mergeClass(one, alike) }, say("Merge into another…")) : null,
      deciding.length ? h("button.button.quiet", { onclick: () => this.split(one, deciding) }, say("Split…")) : null,
      h("button.button.quiet.danger", { disabled: classes.length === 1, onclick: () => this.push(without(this.history.state.classes, one.id)) }, icon("trash"), say("Delete")));
  }

  /** Takes a step that goes on from the ontology as it is now; what it leads to the server knows.
   * @param {any} step */
  async take(step) {
    const { classes, steps } = this.history.state;
    try {
      const found = await post("/api/ontology-readings", { text: JSON.stringify({ classes }), format: "json", steps: [step] });
      this.push(found.ontology.classes, [...steps, { become: { classes } }, step]);
      announce(say("Done"));
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  }

  /** @param {LabelClass} one
   * @param {readonly LabelClass[]} others */
  async mergeClass(one, others) {
    const target = await pick(say("Merge “{name}” into which?", { name: one.name }), others);
    if (!target) return;
    this.selected = target.id;
    this.take({ merge: [one.id], into: target.id });
  }

  /** @param {LabelClass} definition
   * @param {{ id: number, name: string }} option */
  async mergeOption(definition, option) {
    const owner = this.chosen;
    const target = await pick(say("Merge “{name}” into which?", { name: option.name }), (definition.options ?? []).filter((other) => other.id !== option.id));
    if (!target || !owner) return;
    const place = (/** @type {number} */ id) => (owner.id === definition.id && isChoice(owner) ? [owner.id, id] : [owner.id, definition.id, id]);
    this.take({ merge: [place(option.id)], into: place(target.id) });
  }

  /** @param {LabelClass} one
   * @param {readonly LabelClass[]} attributes */
  async split(one, attributes) {
    const attribute = attributes.length === 1 ? attributes[0] : await pick(say("Split “{name}” by which attribute?", { name: one.name }), attributes);
    if (!attribute) return;
    const { classes } = this.history.state;
    let names = (attribute.options ?? []).map((option) => ({ option, name: freeName(option.name, classes), isOn: true }));
    const isSure = await dialog(say("Split “{name}” by “{attribute}”", { name: one.name, attribute: attribute.name }), (close) => [
      h("p.muted", {}, say("Each option that is marked becomes a class of its own; objects without an answer stay.")),
      h("div.stack.tight", {}, names.map((part) => h("div.row.no-wrap", {}, h("input", {
        type: "checkbox", checked: true, "aria-label": part.option.name, onchange: (/** @type {any} */ event) => { part.isOn = event.target.checked; },
      }), h("span.grow", { dir: "auto" }, part.option.name), h("input.input", {
        value: part.name, dir: "auto", "aria-label": say("Name of the class for “{name}”", { name: part.option.name }), onchange: (/** @type {any} */ event) => { part.name = event.target.value.trim(); },
      })))),
      h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("Split")), h("button.button.quiet", { onclick: () => close() }, say("Cancel")))]);
    names = names.filter((part) => part.isOn && part.name);
    if (isSure && names.length) this.take({ split: one.id, by: attribute.id, into: Object.fromEntries(names.map(({ option, name }) => [option.id, name])) });
  }

  async asText() {
    const found = await textDialog({ classes: /** @type {any} */ (this.history.state.classes) });
    if (!found) return;
    this.selected = null;
    this.push(found.classes);
  }

  /** What is being typed counts at once. */
  flush() { this.form.querySelector("[data-typed]")?.dispatchEvent(new Event("change")); }

  async save() {
    this.flush();
    if (!this.history.canUndo || !this.project) return;
    const { classes, steps } = this.history.state;
    const draft = { steps, ontology: { classes }, version: this.project.version };
    try {
      const report = await post(`/api/projects/${this.id}/migrations`, { ...draft, dry_run: true });
      this.problem.textContent = "";
      const way = await changesDialog(report, this.project.counts.answers);
      if (!way) return;
      if (way === "along") await post(`/api/projects/${this.id}/migrations`, draft);
      else await send("PATCH", `/api/projects/${this.id}`, { ontology: draft.ontology, version: draft.version });
      toast(say("Version {n} is saved.", { n: report.version }));
      await this.load();
    } catch (error) {
      this.problem.textContent = /** @type {Error} */ (error).message;
      this.problem.scrollIntoView({ block: "nearest" });
    }
  }

  showPreview() {
    const { classes } = this.history.state;
    this.preview.show({ classes: /** @type {any} */ (classes) }, this.project?.instructions ?? "");
    const hasObjects = classes.some((one) => isDrawn(one) || one.kind === "span");
    this.preview.element.classList.toggle("has-objects", hasObjects);
  }

  leave() {
    clearTimeout(this.shown);
    clearTimeout(this.previewed);
    this.abort.abort();
    this.preview.close();
    setShortcuts([]);
  }
}

/** One of several, by name.
 * @template {{ id: number, name: string }} T
 * @param {string} title
 * @param {readonly T[]} list
 * @returns {Promise<T | undefined>} */
const pick = (title, list) => dialog(title, (close) => [
  h("div.stack.tight.picks", {}, list.map((one) => h("button.button", { dir: "auto", onclick: () => close(one) }, one.name))),
  h("div.row", {}, h("button.button.quiet", { onclick: () => close() }, say("Cancel")))]);

/** Gives the focus back to what stands where it was, after everything was made anew, with what was chosen
 * in it: what is typed next takes its place, as it would have. Numbers do not tell what is chosen in them:
 * one that was entered and not typed in is chosen whole, as the tab key does.
 * @param {HTMLElement} place */
function focusIn(place) {
  const all = () => [...place.querySelectorAll("input, select, textarea, button, a, summary")];
  const active = /** @type {HTMLInputElement | null} */ (document.activeElement);
  const [start, end] = [active?.selectionStart ?? null, active?.selectionEnd ?? null];
  const isEntered = active?.type === "number" && active.dataset.typed === undefined;
  const at = active && place.contains(active) ? all().indexOf(active) : -1;
  const label = active?.getAttribute("aria-label");
  return () => {
    if (at < 0 || document.activeElement === active) return;
    const found = all();
    const same = found[at]?.getAttribute("aria-label") === label ? found[at] : found.find((one) => label && one.getAttribute("aria-label") === label);
    const next = /** @type {HTMLInputElement | undefined} */ (same ?? found[at]);
    next?.focus({ preventScroll: true });
    if (next !== same) return;
    if (isEntered) next?.select();
    else if (start !== null) next?.setSelectionRange(start, end);
  };
}

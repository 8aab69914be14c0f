import { admittingAllFiles, isQuestion, missing, newKey, nothing, read, write } from "../core/answer.js";
import { color, useColors } from "../core/colors.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { sentence } from "../core/faults.js";
import { History } from "../core/history.js";
import { Journal } from "../core/journal.js";
import { keysFor, setShortcuts } from "../core/keys.js";
import * as kernel from "../core/kernel.js";
import { markdown } from "../core/markdown.js";
import * as outbox from "../core/outbox.js";
import { say } from "../core/words.js";
import { announce, dialog, toast } from "../parts/dialog.js";
import "../editors/form-editor.js";
import "../editors/image/image-editor.js";
import "../editors/text/text-editor.js";
import { scalarCount, sliced } from "../editors/text/blocks.js";
import { kinds } from "../editors/image/kinds.js";
import { clockFace } from "../parts/clock-face.js";
import { coordinates } from "../parts/coordinates.js";
import { linkList } from "../parts/link-list.js";
import { material } from "../parts/material.js";
import { noTask } from "../parts/no-task.js";
import { ObjectList } from "../parts/object-list.js";
import { palette } from "../parts/palette.js";
import { priceWords } from "../parts/price.js";
import { rejectReason, skipReason } from "../parts/reasons.js";
import { placeWords, remarkList } from "../parts/remarks.js";
import { SaveLight } from "../parts/save-light.js";
import { source } from "../parts/source.js";
import { toolbar } from "../parts/toolbar.js";
import { attributePanel } from "./attributes.js";
import { extras } from "./extras.js";
import { labelShortcuts } from "./label-keys.js";
import { ActiveTime } from "./session.js";

/** @typedef {import("./session.js").WorkSession} WorkSession */

const draftDelay = 1500;
const heartbeatInterval = 60000;

/** Objects of the image before, and those that were copied; they outlive the task.
 * @type {readonly any[]} */
let lastShapes = [];
/** @type {readonly any[]} */
let clipboard = [];

/** Labelling and reviewing: one page, one task after the other. */
export class LabelPage {
  light = new SaveLight();
  /** @type {any} the lease of the task on screen */
  lease = null;
  /** @type {import("../core/answer.js").Ontology} */
  ontology = { classes: [] };
  journal = new Journal("", 0);
  /** @type {any} what takes objects: the image, or the text */
  editor = null;
  /** @type {any} */
  image = null;
  /** @type {any} */
  form = null;
  /** @type {Awaited<ReturnType<typeof extras>>} */
  extras = { files: undefined, ReviewPanel: undefined };
  /** @type {ReturnType<typeof toolbar> | null} */
  tools = null;
  /** @type {InstanceType<typeof import("../parts/review-panel.js").ReviewPanel> | null} */
  review = null;
  links = h("div.objects");
  attributes = h("div");
  coordinates = h("div");

  /** @param {WorkSession} session where its tasks come from, and its answers go */
  constructor(session) {
    this.session = session;
    this.stage = session.stage;
    this.time = new ActiveTime();
    this.history = new History(nothing);
    this.build();
    this.unwatch = outbox.watch((waiting, problem) => this.light.waits(waiting, problem));
    this.clock = setInterval(() => this.showTime(), 1000);
    this.beat = setInterval(() => this.session.heartbeat(this.time.seconds), heartbeatInterval);
    this.refused = (/** @type {any} */ event) =>
      toast(say("An answer was not taken: {reason}", { reason: event.detail.problem.message }), true);
    document.addEventListener("assay:refused", this.refused);
    kernel.load();
    this.begin();
  }

  build() {
    this.title = h("h1.task-title", { dir: "auto" });
    this.timer = h("span.muted.number.timer", { title: say("Active time on this task; it rests when you do.") });
    this.undoButton = iconButton("undo", `${say("Undo")} (${keysFor("Undo", "Ctrl+Z")})`, () => this.history.undo());
    this.redoButton = iconButton("redo", `${say("Redo")} (${keysFor("Redo", "Ctrl+Shift+Z").split(" ")[0]})`, () => this.history.redo());
    this.stageArea = h("div.stage", { role: "main", "aria-label": say("Task") });
    this.panel = h("div.panel", { role: "complementary", "aria-label": say("Labels") });
    this.submitButton = h("button.button.primary", { onclick: () => this.submit() }, say("Submit"), h("kbd", {}, keysFor("Submit", "Ctrl+Enter")));
    this.footer = h("footer.actions", {});
    this.element = h("div.label-page", {},
      h("header.bar", {},
        h("a.button.quiet.icon", { href: "#/", "aria-label": say("Back to the queue"), title: say("Back to the queue") }, icon("back")),
        this.title, this.light.element, h("span.grow"), this.undoButton, this.redoButton,
        iconButton("book", `${say("Instructions")} (${keysFor("Instructions", "I")})`, () => this.showInstructions()),
        iconButton("help", `${say("Everything that can be done, and its keys")} (Ctrl+K)`, palette)),
      h("div.work-area", {}, this.stageArea, this.panel), this.footer);
  }

  async begin() {
    fill(this.stageArea, h("p.note.muted", {}, say("Loading…")));
    try {
      await this.session.start();
      await this.advance();
    } catch (error) {
      this.fail(/** @type {Error} */ (error));
    }
  }

  /** @param {Error} error */
  fail(error) {
    fill(this.stageArea, h("div.note.stack", { role: "alert" }, h("p.error-text", {}, error.message),
      h("div.row", {}, h("button.button", { onclick: () => this.begin() }, say("Try again")))));
    for (const area of [this.panel, this.footer]) fill(area);
  }

  async advance() {
    const lease = await this.session.next();
    this.light.next();
    if (!lease) return this.showEmpty();
    this.lease = lease;
    this.ontology = lease.guide.ontology;
    this.extras = await extras(lease, this.session.base);
    const begin = this.startingAnswer(lease);
    const { journal, history, seconds } = await Journal.open(lease.id, begin, lease.edits);
    this.time.reset(seconds);
    this.journal = journal;
    this.history = history;
    // What the reviewer was shown, against which a fix is one, whatever was edited elsewhere before.
    this.given = lease.review ? JSON.stringify(write(this.shown(lease), this.ontology)) : "";
    history.watchers.add((answer, before, kind) => this.changed(answer, before, kind));
    this.title.textContent = lease.guide.name;
    this.render();
    announce(say("Next task"));
  }

  /** What the server keeps, else the pre-labels.
   * @param {any} lease */
  startingAnswer(lease) {
    const ontology = lease.guide.ontology;
    const { draft } = lease;
    if (draft) return { answer: read(draft.annotations, ontology), seconds: draft.seconds || 0, at: draft.at || 0 };
    return { answer: this.shown(lease), seconds: 0, at: 0 };
  }

  /** What a task begins with, before anybody has edited it.
   * @param {any} lease */
  shown(lease) {
    const start = lease.review ? lease.review.consensus?.annotations : lease.task.prelabels;
    return start ? read(start, lease.guide.ontology) : nothing;
  }

  /** Whether a reviewer's answer says other than what was to be reviewed.
   * @param {import("../core/answer.js").Answer} answer */
  isFixed(answer) { return this.stage === "review" && JSON.stringify(write(answer, this.ontology)) !== this.given; }

  showEmpty() {
    this.lease = null;
    const reason = this.session.reason;
    setShortcuts([], this.element);
    fill(this.panel);
    fill(this.footer);
    this.element.classList.add("is-empty");
    fill(this.stageArea, noTask(reason, () => { this.session.reason = null; this.advance(); }));
  }

  /** Links go with the objects they join.
   * @param {readonly any[]} shapes */
  changeObjects(shapes) {
    const here = new Set(shapes.map((shape) => shape.key));
    const before = this.history.state;
    const left = before.links.filter((link) => here.has(link.from) && here.has(link.to));
    this.history.push({ ...before, shapes, links: left.length === before.links.length ? before.links : left });
  }

  /** @param {number | null} key */
  selectObject(key) {
    const from = this.linkFrom;
    if (from && key && key !== from) this.link(from, key);
    this.showObjects();
  }

  startLink() {
    if (!this.ontology.classes.some((/** @type {any} */ c) => c.kind === "relation")) return;
    if (!this.editor.selected) return toast(say("Select the first object, then press Alt+R."));
    this.linkFrom = this.editor.selected;
    toast(say("Now select the object to link it to."));
  }

  /** Joins two objects by the relation that may.
   * @param {number} from
   * @param {number} to */
  async link(from, to) {
    this.linkFrom = null;
    const classOf = (/** @type {number} */ key) => this.history.state.shapes.find((shape) => shape.key === key)?.class;
    const fits = (/** @type {any} */ c, /** @type {any} */ a, /** @type {any} */ b) =>
      (!c.from.length || c.from.includes(a)) && (!c.to.length || c.to.includes(b));
    const [a, b] = [classOf(from), classOf(to)];
    const able = this.ontology.classes.filter((/** @type {any} */ c) =>
      c.kind === "relation" && (fits(c, a, b) || (!c.directed && fits(c, b, a))));
    if (!able.length) return toast(say("No link joins objects of these classes."), true);
    const chosen = able.length === 1 ? able[0] : await dialog(say("Which link?"), (close) =>
      h("div.stack.tight", {}, able.map((/** @type {any} */ c) => h("button.button", { onclick: () => close(c) }, c.name))));
    const known = this.history.state.links;
    if (!chosen || known.some((link) => link.class === chosen.id && link.from === from && link.to === to)) return;
    this.history.push({ ...this.history.state, links: [...known, { key: newKey(), class: chosen.id, from, to }] });
    announce(say("“{name}” linked", { name: chosen.name }));
  }

  showLinks() {
    const { shapes, links } = this.history.state;
    linkList(this.links, links, shapes, this.ontology, (link) => this.history.push({ ...this.history.state, links: links.filter((other) => other !== link) }));
  }

  /** Whether the rules of the task keep an object of its pre-labels as it is.
   * @returns {(shape: any, act: "edit" | "relabel" | "delete") => boolean} */
  locks() {
    const rules = this.lease.guide.prelabel_rules;
    if (!rules) return () => false;
    const text = (/** @type {any} */ shape) => JSON.stringify([shape.kind, shape.value]);
    const fixed = new Set(read(this.lease.task.prelabels, this.ontology).shapes.map(text));
    return (shape, act) => {
      const isLocked = !rules[act] && fixed.has(text(shape));
      if (isLocked) toast(say("This label came with the task and stays as it is."));
      return isLocked;
    };
  }

  // The task on screen

  render() {
    this.element.classList.remove("is-empty");
    const task = this.lease.task;
    const { classes } = this.ontology;
    useColors(classes);
    const shapes = task.media.image ? classes.filter((/** @type {any} */ c) => c.kind in kinds) : [];
    const spans = task.params.text ? classes.filter((/** @type {any} */ c) => c.kind === "span") : [];
    const drawn = shapes.length || !spans.length ? shapes : spans;
    this.openEditors(task, drawn, drawn === spans && spans.length > 0);
    this.arrange(task, drawn);
    if (this.tools) this.pickClass(drawn[0].id);
    this.showActions();
    setShortcuts(labelShortcuts(this, drawn), this.element);
    this.show(this.history.state);
    if (!this.image) this.stageArea.scrollTo(0, 0);
  }

  /** Makes the surfaces that the task needs.
   * @param {any} task
   * @param {any[]} drawn classes of objects
   * @param {boolean} isText whether the text takes them */
  openEditors(task, drawn, isText) {
    const { lease } = this;
    const ways = {
      classes: drawn, isLocked: this.locks(),
      change: (/** @type {any} */ objects) => this.changeObjects(objects),
      select: (/** @type {any} */ key) => this.selectObject(key),
      failed: (/** @type {boolean} */ isBroken) => { if (lease === this.lease) this.noImage(isBroken); }, links: () => this.history.state.links, pick: (/** @type {number} */ id) => this.pickClass(id), viewed: () => this.tools?.show(),
    };
    this.image = task.media.image ? /** @type {any} */ (document.createElement("image-editor")) : null;
    this.image?.open({ ...ways, source: task.media.image, tiles: task.media.tiles, classes: isText ? [] : drawn, isReadOnly: isText || !drawn.length });
    const text = isText ? /** @type {any} */ (document.createElement("text-editor")) : null;
    text?.open({ ...ways, text: task.params.text });
    /** What takes objects: the image, or the text. */
    this.editor = text ?? this.image;
    this.tools = this.image && !isText && drawn.length ? toolbar(this.image, drawn) : null;
    const questions = this.ontology.classes.filter(isQuestion);
    this.form = questions.length ? /** @type {any} */ (document.createElement("form-editor")) : null;
    this.form?.open(questions, (/** @type {any} */ values) => this.history.push({ ...this.history.state, values }),
      { hasDigits: !drawn.length || !this.editor, fileQuestion: this.extras.files });
  }

  /** Puts the surfaces and the panel on the page.
   * @param {any} task
   * @param {any[]} drawn */
  arrange(task, drawn) {
    this.objects = this.objectList();
    [this.links, this.coordinates, this.attributes] = [h("div.objects"), h("div"), h("div")];
    this.linkFrom = null;
    const questions = this.form && h("div.questions", {}, this.form);
    const hasObjects = Boolean(this.editor) && drawn.length > 0;
    this.element.classList.toggle("has-image", Boolean(this.image));
    fill(this.stageArea,
      this.tools ? h("div.drawing", {}, this.tools.element, h("div.drawing-field", {}, this.image, this.tools.settings)) : this.image,
      this.editor !== this.image ? this.editor
        : task.params.text ? source(task.params.text, task.params.text_format) : null,
      material(task), this.editor ? null : questions);
    fill(this.panel, this.remarks(), this.reviewPart(), hasObjects ? this.classPicker(drawn) : null,
      hasObjects ? [this.objectsHead(), this.objects.element, this.links, this.attributes, this.coordinates] : null,
      this.editor ? questions : null);
    this.panel.hidden = !this.panel.childElementCount;
  }

  /** @param {any[]} drawn */
  classPicker(drawn) {
    this.classButtons = drawn.map((definition, index) => {
      const button = h("button.class-button", { "aria-pressed": index === 0, onclick: () => this.pickClass(definition.id) },
        h("i.swatch"), h("span", { dir: "auto" }, definition.name),
        definition.hotkey || index < 9 ? h("kbd", {}, definition.hotkey || String(index + 1)) : null);
      button.style.setProperty("--swatch", color(definition.id));
      button.dataset.id = definition.id;
      return button;
    });
    return h("div.classes", { role: "group", "aria-label": say("Classes") }, h("h2.small", {}, say("Class")), this.classButtons);
  }

  /** @param {number} id */
  pickClass(id) {
    this.editor?.setClass(id);
    if (!this.history.state.shapes.length) this.showObjects();
    for (const button of this.classButtons || []) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.id) === id));
    }
  }

  /** What a reviewer sees beside the result; null for who labels. */
  reviewPart() {
    const { review } = this.lease;
    this.review = review && this.extras.ReviewPanel ? new this.extras.ReviewPanel(review, this.ontology, {
      state: () => this.history.state, push: (state) => this.history.push(state), editor: () => this.editor,
      textOf: (shape) => this.editor?.textOf?.(shape) ?? "",
    }) : null;
    return this.review?.element ?? null;
  }

  showActions() {
    const skip = h("button.button", { onclick: () => this.skip() }, say("Skip"), h("kbd", {}, keysFor("Skip", "Ctrl+Space")));
    if (this.stage === "review") {
      this.submitButton = h("button.button.primary", { onclick: () => this.submit() });
      const mayReject = this.lease.review?.desk !== "escalation";
      fill(this.footer, skip, mayReject ? h("button.button.danger", { onclick: () => this.reject() }, say("Reject")) : null,
        this.timer, h("span.muted.number", {}, priceWords(this.lease.pay, true)), h("span.grow"), this.submitButton);
    } else {
      this.hint = h("span.muted.hint");
      fill(this.footer, skip, this.timer, h("span.muted.number", {}, priceWords(this.lease.pay)), h("span.grow"), this.hint, this.submitButton);
    }
    this.showTime();
  }

  /** Kept here at once, and on the server when the hand rests.
   * @param {import("../core/answer.js").Answer} answer
   * @param {import("../core/answer.js").Answer} before
   * @param {"push" | "undo" | "redo"} kind */
  changed(answer, before, kind) {
    this.show(answer);
    const { journal, lease } = this;
    journal.write(kind, before, answer, this.time.seconds);
    this.light.edited(journal.kept);
    clearTimeout(this.draftTimer);
    // Large answers are sent less often.
    this.draftTimer = setTimeout(() => this.keepDraft(lease), draftDelay + answer.shapes.length);
  }

  /** @param {any} lease */
  async keepDraft(lease) {
    if (lease !== this.lease) return;
    await this.light.sent(this.session.saveEdits(this.journal, () => this.history.state));
  }

  /** @param {import("../core/answer.js").Answer} answer */
  show(answer) {
    this.editor?.show(answer.shapes);
    this.form?.show(answer.values);
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    if (this.stage === "review") {
      fill(this.submitButton, this.isFixed(answer) ? say("Fix and accept") : say("Accept"), h("kbd", {}, keysFor("Accept", "Ctrl+Enter")));
    } else if (this.hint) {
      const open = missing(answer, this.ontology);
      this.hint.textContent = open;
      this.submitButton.disabled = Boolean(open);
    }
    this.showObjects();
    this.review?.show();
  }

  /** The list of objects, empty at first. */
  objectList() {
    const names = new Map(this.ontology.classes.map((/** @type {any} */ c) => [c.id, c.name]));
    const isImage = this.editor === this.image;
    return new ObjectList({
      choose: (key, isAlso) => (isAlso ? this.editor.chooseAlso(key) : this.editor.choose(key)),
      remove: (shape) => this.editor.remove(shape),
      ...(isImage ? { toggle: (/** @type {number} */ key, /** @type {"veiled" | "pinned"} */ what) => this.toggle([key], what) } : {}),
      textOf: (shape) => (shape.kind === "span" ? this.editor.textOf(shape) : null),
      nameOf: (id) => names.get(id) ?? "", empty: () => this.wayToDraw(),
    });
  }

  objectsHead() {
    this.count = h("span.muted.number");
    return h("div.spread", {}, h("h2.small", {}, say("Objects"), " ", this.count),
      this.editor === this.image ? h("button.button.quiet.small", { title: "Insert", onclick: () => this.image.addInMiddle() }, say("Add in the middle")) : null);
  }

  /** Hides or locks objects, or takes that back where it is so of all.
   * @param {number[]} keys
   * @param {"veiled" | "pinned"} what */
  toggle(keys, what) {
    const before = this.image[what];
    const isSo = keys.every((key) => before.has(key));
    this.image[what] = new Set(isSo ? [...before].filter((key) => !keys.includes(key)) : [...before, ...keys]);
    this.image.paint();
    this.showObjects();
  }

  showObjects() {
    if (!this.editor) return;
    const shapes = this.history.state.shapes;
    this.objects?.show(shapes, {
      isChosen: (key) => this.editor.isChosen(key), veiled: this.editor.veiled ?? new Set(), pinned: this.editor.pinned ?? new Set(),
    });
    if (this.count) this.count.textContent = shapes.length ? String(shapes.length) : "";
    this.showLinks();
    const selected = this.editor.chosen;
    if (selected) for (const button of this.classButtons || []) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.id) === selected.class));
    }
    attributePanel(this.attributes, this.editor.chosenAll, this.ontology, (id, value) => this.setAttribute(id, value));
    const definition = selected && this.ontology.classes.find((/** @type {any} */ c) => c.id === selected.class);
    coordinates(this.coordinates, selected, (value) => this.editor.replace({ ...this.editor.chosen, value }), definition?.keypoints);
  }

  /** Answers an attribute of everything selected.
   * @param {number} id
   * @param {any} value */
  setAttribute(id, value) {
    this.editor.replaceAll(this.editor.chosenAll.map((/** @type {any} */ shape) => {
      const attributes = { ...shape.attributes, [id]: value };
      if (value === undefined || value === "") delete attributes[id];
      return { ...shape, attributes };
    }));
  }

  wayToDraw() {
    const kind = this.ontology.classes.find((/** @type {any} */ c) => c.id === this.editor.activeClass)?.kind;
    if (kind === "span") return say("Select a piece of the text to mark it.");
    if (kind === "point") return say("Click on the image to set a point.");
    if (kind === "keypoints") return say("Click each point in its turn; X skips one that is not there.");
    if (kind === "mask") return say("Paint with the brush, or click with the wand.");
    if (kind === "polygon" || kind === "polyline") return say("Click point by point; Enter or a double click ends.");
    return say("Drag on the image to draw.");
  }

  // Doing

  async submit() {
    if (!this.lease || this.isBusy) return;
    const answer = this.history.state;
    const open = missing(answer, this.ontology);
    if (open) return toast(open);
    if (this.extras.files?.isBusy()) return toast(say("A file is still on its way."));
    const annotations = write(answer, this.ontology);
    if (!this.keepsRules(answer, annotations)) return;
    if (answer.shapes.length) lastShapes = answer.shapes;
    this.isBusy = true;
    clearTimeout(this.draftTimer);
    try {
      if (this.stage === "review") {
        const isFixed = this.isFixed(answer);
        await this.session.verdict({
          verdict: isFixed ? "fix" : "accept", active_seconds: this.time.seconds,
          ...(isFixed ? { annotations } : {}),
        });
      } else {
        await this.session.submit(annotations, this.time.seconds);
      }
      await this.advance();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    } finally {
      this.isBusy = false;
    }
  }

  /** Whether the answer keeps the ontology, by the very code that the server checks it with; what does not is
   * selected and said.
   * @param {import("../core/answer.js").Answer} answer
   * @param {any[]} annotations */
  keepsRules(answer, annotations) {
    const isAsItWas = this.stage === "review" && !this.isFixed(answer);
    const rules = this.stage === "review" ? admittingAllFiles(this.ontology) : this.ontology;
    if (isAsItWas || !kernel.isLoaded() || !kernel.useOntology(rules)) return true;
    const { text } = this.lease.task.params;
    const fault = kernel.check(annotations, {
      ...(this.image?.size ?? {}), ...(typeof text === "string" ? { textLength: scalarCount(text) } : {}),
    });
    if (!fault) return true;
    const shape = fault.index === null ? null : answer.shapes[fault.index];
    if (shape) this.editor?.choose(shape.key);
    toast(sentence(fault), true);
    return false;
  }

  /** The image cannot be decoded: that is reported, and the next task is worked on. One that is not there may
   * come back.
   * @param {boolean} isBroken */
  async noImage(isBroken) {
    const { lease } = this;
    if (!isBroken || this.stage === "review") {
      this.stageArea.append(h("div.row.center", {}, h("button.button", { onclick: () => this.render() }, say("Try again"))));
      return;
    }
    try {
      await this.session.unreadable();
      if (lease !== this.lease) return;
      toast(say("The image of that task cannot be decoded. It was reported; this is the next one."), true);
      await this.advance();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  }

  async skip() {
    if (!this.lease) return;
    const reason = await skipReason();
    if (!reason) return;
    try {
      clearTimeout(this.draftTimer);
      await this.session.skip(reason);
      await this.advance();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  }

  /** Sends the result back, with a reason that may be pinned to a place: at first the object in question.
   * @param {string} [text] so far
   * @param {import("../parts/remarks.js").Place | null} [place]
   * @returns {Promise<void>} */
  async reject(text = "", place = this.review?.place() ?? null) {
    const found = await rejectReason(text, place ? placeWords(place, this.wordsBetween()) : "", Boolean(this.editor?.pin));
    if (!found) return;
    if (found.way === "unpin") return this.reject(found.text, null);
    if (found.way === "pin") {
      toast(this.editor === this.image ? say("Click on the place.") : say("Select the piece of the text."));
      this.editor.pin((/** @type {any} */ chosen) => this.reject(found.text, chosen));
      return;
    }
    await this.session.verdict({ verdict: "reject", reason: found.text, ...(place ? { place } : {}), active_seconds: this.time.seconds });
    await this.advance();
  }

  wordsBetween() {
    return (/** @type {number} */ start, /** @type {number} */ end) => sliced(String(this.lease.task.params.text ?? ""), start, end);
  }

  /** Why earlier answers were sent back. */
  remarks() {
    const { remarks } = this.lease;
    if (!remarks?.length) return null;
    return h("section.stack.tight", { "aria-label": say("Sent back before") }, h("h2.small", {}, say("Sent back before")),
      remarkList(remarks, (place) => this.editor?.showPlace?.(place), this.wordsBetween()));
  }

  /** What was on the image before. */
  repeat() {
    if (lastShapes.length) this.image.paste(lastShapes);
    else toast(say("There is no image before this one."));
  }

  copy() {
    if (!this.editor.chosenAll.length) return;
    clipboard = this.editor.chosenAll;
    toast(clipboard.length === 1 ? say("Copied.") : say("{n} objects copied.", { n: clipboard.length }));
  }

  paste() { if (clipboard.length) this.image.paste(clipboard); }

  showInstructions() {
    const text = this.lease?.guide.instructions;
    dialog(say("Instructions"), (close) => [
      text ? markdown(text) : h("p.muted", {}, say("This project has no instructions.")),
      h("div.row", {}, h("button.button.primary", { onclick: () => close() }, say("Back to work")))]);
  }

  showTime() {
    this.timer.textContent = this.lease ? clockFace(Math.floor(this.time.seconds)) : "";
  }

  leave() {
    clearInterval(this.beat);
    clearInterval(this.clock);
    clearTimeout(this.draftTimer);
    this.unwatch();
    this.time.stop();
    this.session.leave();
    document.removeEventListener("assay:refused", this.refused);
    setShortcuts([], this.element);
  }
}

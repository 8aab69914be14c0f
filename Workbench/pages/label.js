import { isQuestion, missing, newKey, nothing, read, write } from "../core/answer.js";
import { color } from "../core/colors.js";
import { fill, h, icon } from "../core/dom.js";
import { History } from "../core/history.js";
import { setShortcuts } from "../core/keys.js";
import { markdown } from "../core/markdown.js";
import * as outbox from "../core/outbox.js";
import { announce, dialog, help, toast } from "../parts/dialog.js";
import "../editors/form-editor.js";
import "../editors/image-editor.js";
import "../editors/text-editor.js";
import { kinds } from "../editors/shapes.js";
import { material } from "../parts/material.js";
import { attributePanel } from "./attributes.js";
import { ActiveTime, WorkSession } from "./session.js";

const skipReasons = ["Cannot be seen or read", "Instructions do not say", "Not my field or language", "Disturbing or private"];
const draftDelay = 1500;
const heartbeatInterval = 60000;

/** Labelling and reviewing: one page, one task after the other. */
export class LabelPage {
  /** @param {string} project @param {"label" | "review"} stage */
  constructor(project, stage) {
    this.session = new WorkSession(project, stage);
    this.stage = stage;
    this.time = new ActiveTime();
    this.history = new History(nothing);
    /** @type {number | null} */
    this.selected = null;
    this.build();
    this.unwatch = outbox.watch((waiting, problem) => this.showStatus(waiting, problem));
    this.beat = setInterval(() => this.session.heartbeat(), heartbeatInterval);
    this.refused = (/** @type {any} */ event) =>
      toast(`An answer was not taken: ${event.detail.problem.message}`, true);
    document.addEventListener("assay:refused", this.refused);
    this.begin();
  }

  build() {
    this.title = h("h1.task-title", { dir: "auto" });
    this.status = h("span.status", { role: "status" }, "Saved");
    this.undoButton = iconButton("undo", "Undo (Ctrl+Z)", () => this.history.undo());
    this.redoButton = iconButton("redo", "Redo (Ctrl+Shift+Z)", () => this.history.redo());
    this.stageArea = h("main.stage", { "aria-label": "Task" });
    this.panel = h("aside.panel", { "aria-label": "Labels" });
    this.submitButton = h("button.button.primary", { onclick: () => this.submit() }, "Submit", h("kbd", {}, "Ctrl+Enter"));
    this.footer = h("footer.actions", {});
    this.element = h("div.label-page", {},
      h("header.bar", {},
        h("a.button.quiet.icon", { href: "#/", "aria-label": "Back to the queue", title: "Back to the queue" }, icon("back")),
        this.title, this.status, h("span.grow"), this.undoButton, this.redoButton,
        iconButton("book", "Instructions (I)", () => this.showInstructions()),
        iconButton("help", "Keyboard (?)", help)),
      h("div.work-area", {}, this.stageArea, this.panel), this.footer);
  }

  async begin() {
    fill(this.stageArea, h("p.note.muted", {}, "Loading…"));
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
      h("div.row", {}, h("button.button", { onclick: () => this.begin() }, "Try again"))));
    fill(this.panel);
    fill(this.footer);
  }

  async advance() {
    const lease = await this.session.next();
    this.selected = null;
    if (!lease) return this.showEmpty();
    this.lease = lease;
    this.ontology = lease.guide.ontology;
    const start = await this.startingAnswer(lease);
    this.time.reset(start.seconds);
    this.history = new History(start.answer);
    this.initial = start.answer;
    this.history.watchers.add((answer) => this.changed(answer));
    this.title.textContent = lease.guide.name;
    this.render();
    announce("Next task");
  }

  /** Newest first: what is kept here, what the server keeps, the pre-labels. @param {any} lease */
  async startingAnswer(lease) {
    const ontology = lease.guide.ontology;
    const local = await outbox.draft(lease.id);
    const remote = lease.draft;
    const draft = local && (!remote || local.at >= remote.at) ? local : remote;
    if (draft) return { answer: read(draft.annotations, ontology), seconds: draft.seconds || 0 };
    const start = lease.review ? lease.review.consensus?.annotations : lease.task.prelabels;
    return { answer: start ? read(start, ontology) : nothing, seconds: 0 };
  }

  showEmpty() {
    this.lease = null;
    const reason = this.session.reason;
    setShortcuts([]);
    fill(this.panel);
    fill(this.footer);
    this.element.classList.add("is-empty");
    fill(this.stageArea, h("div.note.stack", {},
      h("h2", {}, reason?.code === "noneLeft" || reason?.code === "doneByYou" ? "All done" : "Nothing to do now"),
      h("p.muted", {}, reason?.message || "There is nothing to do."),
      reason?.next_deadline
        ? h("p.muted", {}, `${reason.leased} in the hands of others; the first may come back at ${
          new Date(reason.next_deadline).toLocaleTimeString()}.`) : null,
      h("div.row.center", {},
        h("button.button", { onclick: () => { this.session.reason = null; this.advance(); } }, "Look again"),
        h("a.button.primary", { href: "#/" }, "Back to the queue"))));
  }

  /** Links go with the objects they join. @param {readonly any[]} shapes */
  changeObjects(shapes) {
    const here = new Set(shapes.map((shape) => shape.key));
    const before = this.history.state;
    const left = before.links.filter((link) => here.has(link.from) && here.has(link.to));
    this.history.push({ ...before, shapes, links: left.length === before.links.length ? before.links : left });
  }

  /** @param {number | null} key */
  selectObject(key) {
    const from = this.linkFrom;
    this.selected = key;
    if (from && key && key !== from) this.link(from, key);
    this.showObjects();
  }

  startLink() {
    if (!this.ontology.classes.some((/** @type {any} */ c) => c.kind === "relation")) return;
    if (!this.selected) return toast("Select the first object, then press L.");
    this.linkFrom = this.selected;
    toast("Now select the object to link it to.");
  }

  /** Joins two objects by the relation that may. @param {number} from @param {number} to */
  async link(from, to) {
    this.linkFrom = null;
    const classOf = (/** @type {number} */ key) => this.history.state.shapes.find((shape) => shape.key === key)?.class;
    const fits = (/** @type {any} */ c, /** @type {any} */ a, /** @type {any} */ b) =>
      (!c.from.length || c.from.includes(a)) && (!c.to.length || c.to.includes(b));
    const [a, b] = [classOf(from), classOf(to)];
    const able = this.ontology.classes.filter((/** @type {any} */ c) =>
      c.kind === "relation" && (fits(c, a, b) || (!c.directed && fits(c, b, a))));
    if (!able.length) return toast("No link joins objects of these classes.", true);
    const chosen = able.length === 1 ? able[0] : await dialog("Which link?", (close) =>
      h("div.stack.tight", {}, able.map((/** @type {any} */ c) => h("button.button", { onclick: () => close(c) }, c.name))));
    const known = this.history.state.links;
    if (!chosen || known.some((link) => link.class === chosen.id && link.from === from && link.to === to)) return;
    this.history.push({ ...this.history.state, links: [...known, { key: newKey(), class: chosen.id, from, to }] });
    announce(`${chosen.name} linked`);
  }

  showLinks() {
    const { shapes, links } = this.history.state;
    const nameOf = (/** @type {number} */ id) => this.ontology.classes.find((/** @type {any} */ c) => c.id === id)?.name;
    const place = (/** @type {number} */ key) => `#${shapes.findIndex((shape) => shape.key === key) + 1}`;
    fill(this.links, links.length ? [h("h2.small", {}, "Links"), links.map((link) => h("div.object", {},
      h("span.object-name.as-text", { dir: "auto" }, `${nameOf(link.class)}: ${place(link.from)} → ${place(link.to)}`),
      h("button.button.quiet.icon", {
        "aria-label": `Delete the link ${nameOf(link.class)} from ${place(link.from)} to ${place(link.to)}`,
        onclick: () => this.history.push({ ...this.history.state, links: links.filter((other) => other !== link) }),
      }, icon("trash"))))] : null);
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
      if (isLocked) toast("This label came with the task and stays as it is.");
      return isLocked;
    };
  }

  // The task on screen

  render() {
    this.element.classList.remove("is-empty");
    const task = this.lease.task;
    const shapes = task.media.image ? this.ontology.classes.filter((/** @type {any} */ c) => c.kind in kinds) : [];
    const spans = task.params.text ? this.ontology.classes.filter((/** @type {any} */ c) => c.kind === "span") : [];
    const asked = this.ontology.classes.filter(isQuestion);
    const drawn = shapes.length || !spans.length ? shapes : spans;
    const parts = [];
    if (task.media.image) parts.push(this.image = /** @type {any} */ (document.createElement("image-editor")));
    else this.image = null;
    const marked = drawn === spans && spans.length ? /** @type {any} */ (document.createElement("text-editor")) : null;
    /** What takes objects: the image, or the text. */
    this.editor = marked ?? this.image;
    if (marked) parts.push(marked);
    else if (task.params.text) parts.push(h("div.text-task", { dir: "auto", tabindex: 0 }, task.params.text));
    const beside = material(task);
    if (beside) parts.push(beside);
    this.element.classList.toggle("has-image", Boolean(this.image));
    this.form = asked.length ? /** @type {any} */ (document.createElement("form-editor")) : null;
    this.objects = h("div.objects");
    this.links = h("div.objects");
    this.linkFrom = null;
    this.attributes = h("div");
    const questions = this.form && h("div.questions", {}, this.form);
    fill(this.stageArea, parts, this.editor ? null : questions);
    fill(this.panel, this.reviewPart(), drawn.length && this.editor ? this.classPicker(drawn) : null,
      this.editor && drawn.length ? [h("h2.small", {}, "Objects"), this.objects, this.links, this.attributes] : null,
      this.editor ? questions : null);
    this.panel.hidden = !this.panel.childElementCount;
    const ways = {
      classes: drawn, isLocked: this.locks(),
      change: (/** @type {any} */ objects) => this.changeObjects(objects),
      select: (/** @type {any} */ key) => this.selectObject(key),
      links: () => this.history.state.links,
    };
    this.image?.open({ ...ways, source: task.media.image, classes: marked ? [] : drawn, isReadOnly: Boolean(marked) || !drawn.length });
    marked?.open({ ...ways, text: task.params.text });
    this.form?.open(asked, (/** @type {any} */ values) => this.history.push({ ...this.history.state, values }),
      { hasDigits: !drawn.length || !this.editor });
    this.showActions();
    this.bindKeys(drawn);
    this.show(this.history.state);
    if (!this.image) this.element.querySelector(".stage")?.scrollTo(0, 0);
  }

  /** @param {any[]} drawn */
  classPicker(drawn) {
    this.classButtons = drawn.map((definition, index) => {
      const button = h("button.class-button", { "aria-pressed": index === 0, onclick: () => this.pickClass(definition.id) },
        h("i.swatch"), h("span", { dir: "auto" }, definition.name), index < 9 ? h("kbd", {}, String(index + 1)) : null);
      button.style.setProperty("--swatch", color(definition.id));
      button.dataset.id = definition.id;
      return button;
    });
    return h("div.classes", { role: "group", "aria-label": "Classes" }, h("h2.small", {}, "Class"), this.classButtons);
  }

  /** @param {number} id */
  pickClass(id) {
    this.editor?.setClass(id);
    if (!this.history.state.shapes.length) this.showObjects();
    for (const button of this.classButtons || []) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.id) === id));
    }
  }

  reviewPart() {
    const review = this.lease.review;
    if (!review) return null;
    const confidence = review.consensus ? `${Math.round(review.consensus.confidence * 100)} % sure` : "no result yet";
    return h("div.review-facts", {}, h("h2.small", {}, "Result under review"),
      h("p", {}, `${review.answers.length} answers · ${confidence}`));
  }

  showActions() {
    const skip = h("button.button", { onclick: () => this.skip() }, "Skip", h("kbd", {}, "Ctrl+Space"));
    if (this.stage === "review") {
      this.submitButton = h("button.button.primary", { onclick: () => this.submit() });
      fill(this.footer, skip, h("button.button.danger", { onclick: () => this.reject() }, "Reject"),
        h("span.grow"), this.submitButton);
    } else {
      this.hint = h("span.muted.hint");
      fill(this.footer, skip, h("span.grow"), this.hint, this.submitButton);
    }
  }

  /** @param {import("../core/answer.js").Answer} answer */
  changed(answer) {
    this.show(answer);
    const draft = {
      lease: this.lease.id, project: this.session.project, annotations: write(answer, this.ontology),
      seconds: this.time.seconds, at: Date.now(),
    };
    outbox.keepDraft(draft);
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.session.saveDraft(draft).catch(() => {}), draftDelay);
  }

  /** @param {import("../core/answer.js").Answer} answer */
  show(answer) {
    this.editor?.show(answer.shapes);
    this.form?.show(answer.values);
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    if (this.stage === "review") {
      fill(this.submitButton, answer === this.initial ? "Accept" : "Fix and accept", h("kbd", {}, "Ctrl+Enter"));
    } else if (this.hint) {
      const open = missing(answer, this.ontology);
      this.hint.textContent = open;
      this.submitButton.disabled = Boolean(open);
    }
    this.showObjects();
  }

  showObjects() {
    if (!this.editor) return;
    const shapes = this.history.state.shapes;
    const names = new Map(this.ontology.classes.map((/** @type {any} */ c) => [c.id, c.name]));
    fill(this.objects, shapes.length ? shapes.map((shape, index) => {
      const row = h("div.object", { "aria-current": shape.key === this.selected },
        h("button.object-name", { onclick: () => this.editor.choose(shape.key) },
          h("i.swatch"), h("span", { dir: "auto" }, names.get(shape.class)),
          shape.kind === "span" ? h("span.muted.piece-text", { dir: "auto" }, this.editor.textOf(shape)) : h("span.muted.number", {}, `#${index + 1}`)),
        h("button.button.quiet.icon", {
          "aria-label": `Delete ${names.get(shape.class)} ${index + 1}`,
          onclick: () => { this.editor.choose(shape.key); this.editor.removeSelected(); },
        }, icon("trash")));
      row.style.setProperty("--swatch", color(shape.class));
      return row;
    }) : h("p.muted", {}, this.wayToDraw()));
    this.showLinks();
    const selected = shapes.find((shape) => shape.key === this.selected);
    if (selected) for (const button of this.classButtons || []) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.id) === selected.class));
    }
    attributePanel(this.attributes, selected, this.ontology, (shape) => this.editor.replace(shape));
  }

  wayToDraw() {
    const kind = this.ontology.classes.find((/** @type {any} */ c) => c.id === this.editor.activeClass)?.kind;
    if (kind === "span") return "Select a piece of the text to mark it.";
    if (kind === "point") return "Click on the image to set a point.";
    if (kind === "polygon" || kind === "polyline") return "Click point by point; Enter or a double click ends.";
    return "Drag on the image to draw.";
  }

  // Doing

  /** @param {any[]} drawn */
  bindKeys(drawn) {
    const editor = this.editor;
    const digits = "123456789".split("").map((digit) => ({
      keys: digit, label: drawn.length && editor ? `Class ${digit}` : `Answer ${digit}`,
      run: () => {
        if (drawn.length && editor) { if (drawn[Number(digit) - 1]) this.pickClass(drawn[Number(digit) - 1].id); }
        else this.form?.digit(Number(digit));
      },
    }));
    const most = drawn.length && editor ? Math.min(9, drawn.length) : 9;
    const objects = !editor || !drawn.length ? [] : [
      { keys: "Delete Backspace", label: "Delete the object, or the last point", run: () => editor.undoPoint() || editor.removeSelected() },
      { keys: "Escape", label: "Unselect, or leave the shape", run: () => { this.linkFrom = null; editor.escape(); } },
      { keys: "L", label: "Link the object to another", run: () => this.startLink() },
      { keys: "Tab", label: "Next object", run: () => editor.cycle(1), when: () => onCanvas() },
      { keys: "Shift+Tab", label: "Object before", run: () => editor.cycle(-1), when: () => onCanvas() },
    ];
    const image = !editor || editor !== this.image ? objects : [
      ...objects,
      { keys: "Enter", label: "End the shape", run: () => editor.finishPath() },
      { keys: "Ctrl+D", label: "Duplicate the object", run: () => editor.duplicateSelected() },
      { keys: "0", label: "Fit the image", run: () => editor.fit() },
      { keys: "+ Shift++ =", label: "Zoom in", run: () => editor.zoomBy(1.25) },
      { keys: "-", label: "Zoom out", run: () => editor.zoomBy(0.8) },
      { keys: "Space", label: "Hold to pan", run: () => {}, when: () => onCanvas() },
      { keys: "H", label: "Hide or show objects", run: () => { editor.isHidden = !editor.isHidden; editor.paint(); } },
      ...[["ArrowLeft", -1, 0], ["ArrowRight", 1, 0], ["ArrowUp", 0, -1], ["ArrowDown", 0, 1]].flatMap(
        ([key, x, y]) => [
          { keys: String(key), label: "Move the object", run: () => editor.nudge(x, y), when: () => onCanvas() },
          { keys: `Shift+${key}`, label: "Move it ten pixels", run: () => editor.nudge(10 * Number(x), 10 * Number(y)), when: () => onCanvas() },
        ]),
    ];
    setShortcuts([
      { keys: "Ctrl+Enter", label: this.stage === "review" ? "Accept" : "Submit", run: () => this.submit(), inFields: true },
      ...(editor ? [] : [{ keys: "Enter", label: "Submit", run: () => this.submit() }]),
      { keys: "Ctrl+Space", label: "Skip", run: () => this.skip(), inFields: true },
      { keys: "Ctrl+Z", label: "Undo", run: () => editor?.undoPoint() || this.history.undo() },
      { keys: "Ctrl+Shift+Z Ctrl+Y", label: "Redo", run: () => this.history.redo() },
      { keys: "Ctrl+S", label: "Say whether all is saved", run: () => toast(this.status.textContent || ""), inFields: true },
      ...digits.slice(0, most), ...image,
      { keys: "I", label: "Instructions", run: () => this.showInstructions() },
      { keys: "? F1", label: "This help", run: help },
    ]);
  }

  async submit() {
    if (!this.lease || this.isBusy) return;
    const answer = this.history.state;
    const open = missing(answer, this.ontology);
    if (open) return toast(open);
    const annotations = write(answer, this.ontology);
    this.isBusy = true;
    clearTimeout(this.draftTimer);
    try {
      if (this.stage === "review") {
        const isFixed = answer !== this.initial;
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

  async skip() {
    if (!this.lease) return;
    const reason = await dialog("Why skip this task?", (close) => {
      const other = h("input.input", { placeholder: "Another reason", maxlength: 300, "aria-label": "Another reason" });
      return [
        h("div.stack.tight", {}, skipReasons.map((text) => h("button.button", { onclick: () => close(text) }, text))),
        h("form.row", { onsubmit: (/** @type {Event} */ e) => { e.preventDefault(); if (other.value.trim()) close(other.value.trim()); } },
          other, h("button.button", { type: "submit" }, "Skip with this reason")),
        h("div.row", {}, h("button.button.quiet", { onclick: () => close() }, "Keep working"))];
    });
    if (!reason) return;
    try {
      clearTimeout(this.draftTimer);
      await this.session.skip(reason);
      await this.advance();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  }

  async reject() {
    const reason = await dialog("What is wrong with it?", (close) => {
      const field = h("textarea.input", { rows: 3, maxlength: 500, "aria-label": "Reason", autofocus: true });
      return [field, h("div.row", {},
        h("button.button.primary", { onclick: () => field.value.trim() && close(field.value.trim()) }, "Send back"),
        h("button.button.quiet", { onclick: () => close() }, "Cancel"))];
    });
    if (!reason) return;
    await this.session.verdict({ verdict: "reject", reason, active_seconds: this.time.seconds });
    await this.advance();
  }

  showInstructions() {
    const text = this.lease?.guide.instructions;
    dialog("Instructions", (close) => [
      text ? markdown(text) : h("p.muted", {}, "This project has no instructions."),
      h("div.row", {}, h("button.button.primary", { onclick: () => close() }, "Back to work"))]);
  }

  /** @param {number} waiting @param {string} problem */
  showStatus(waiting, problem) {
    this.status.textContent = problem ? "An answer was refused" : waiting ? `${waiting} waiting` : "Saved";
    this.status.classList.toggle("is-waiting", waiting > 0);
    this.status.classList.toggle("error-text", Boolean(problem));
  }

  leave() {
    clearInterval(this.beat);
    clearTimeout(this.draftTimer);
    this.unwatch();
    this.time.stop();
    this.session.leave();
    document.removeEventListener("assay:refused", this.refused);
    setShortcuts([]);
  }
}

const onCanvas = () => document.activeElement?.localName === "canvas";

/** @param {any} name @param {string} title @param {() => void} act */
function iconButton(name, title, act) {
  return h("button.button.quiet.icon", { title, "aria-label": title, onclick: act }, icon(name));
}

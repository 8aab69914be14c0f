import { newKey, read, steps } from "../core/answer.js";
import { differences } from "../core/differences.js";
import { fill, h } from "../core/dom.js";
import * as kernel from "../core/kernel.js";
import { say, word } from "../core/words.js";
import { boundsOf } from "../editors/image/kinds.js";
import { announce } from "./dialog.js";

/** @type {Record<string, string>} */
const verdictWords = { accept: word("accepted"), fix: word("fixed"), reject: word("rejected") };

/** Why this reviewer is asked, where it is not for a first look.
 * @param {any} review of the lease */
function deskPart({ desk, stage, verdicts }) {
  const said = verdicts.map((/** @type {string} */ verdict) => say(verdictWords[verdict])).join(", ");
  if (desk === "adjudication") return h("p.notice", {}, say("Reviewers differ ({verdicts}). You decide.", { verdicts: said }));
  if (desk === "escalation") return h("p.notice", {}, say("Sent back as often as the plan allows. Accept it or fix it."));
  return stage > 1 ? h("p.muted", {}, say("Review stage {stage}", { stage })) : null;
}

/** Overlap below which two objects are said to differ, at first. */
const usualBar = 0.8;

/**
 * What a reviewer sees beside the result: the answers it was made of, each to be laid over it, and where
 * they differ, to be stepped through.
 */
export class ReviewPanel {
  /**
   * @param {any} review of the lease
   * @param {import("../core/answer.js").Ontology} ontology
   * @param {{ state: () => import("../core/answer.js").Answer, push: (state: any) => void, editor: () => any, textOf: (shape: any) => string }} page
   */
  constructor(review, ontology, page) {
    this.page = page;
    this.ontology = ontology;
    this.answers = review.answers.map((/** @type {any} */ answer) => ({ ...answer, read: read(answer.annotations, ontology) }));
    /** Answers laid over the result.
     * @type {Set<number>} */
    this.shown = new Set();
    this.bar = usualBar;
    /** @type {import("../core/differences.js").Difference[]} */
    this.found = [];
    this.current = -1;
    const confidence = review.consensus ? say("{percent} % sure", { percent: Math.round(review.consensus.confidence * 100) }) : say("no result yet");
    this.list = h("div.differences", { role: "list" });
    this.head = h("h2.small");
    this.toggles = this.answers.map((/** @type {any} */ answer, /** @type {number} */ i) => h("button.button.quiet.small", {
      "aria-pressed": false, title: say("Lay answer {number} over the result", { number: i + 1 }), onclick: () => this.toggle(i),
    }, answer.stage === "review" ? say("Fix {digit}", { digit: i + 1 }) : say("Answer {digit}", { digit: i + 1 })));
    const bar = h("input", {
      type: "range", min: 0.3, max: 1, step: 0.05, value: usualBar, "aria-label": say("Overlap below which objects differ"),
      oninput: () => { this.bar = Number(bar.value); this.show(); },
    });
    this.element = h("section.review-facts.stack.tight", { "aria-label": say("Review") }, h("h2.small", {}, say("Result under review")),
      h("p", {}, `${say("{n} answers", { n: this.answers.filter((/** @type {any} */ answer) => answer.stage !== "review").length })} · ${confidence}`), deskPart(review), h("div.row", {}, this.toggles),
      h("label.slider", {}, h("span", {}, say("Bar")), bar, this.barText = h("output.number")), this.head, this.list);
    kernel.load().then(() => this.show());
  }

  /** Where the object is that is looked at now.
   * @returns {import("./remarks.js").Place | null} */
  place() {
    const shape = this.page.editor()?.chosen ?? this.found[this.current]?.theirs;
    if (!shape) return null;
    if (shape.kind === "span") {
      const pieces = Array.isArray(shape.value[0]) ? shape.value : [shape.value];
      return { start: pieces[0][0], end: pieces[0][1] };
    }
    const [left, top, width, height] = boundsOf(shape.kind, shape.value);
    return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
  }

  /** @param {number} i */
  toggle(i) {
    if (!this.shown.delete(i)) this.shown.add(i);
    this.toggles[i].setAttribute("aria-pressed", String(this.shown.has(i)));
    this.lay();
  }

  /** Lays the chosen answers, and the place in question, over the result. */
  lay() {
    const editor = this.page.editor();
    if (!editor || !("ghosts" in editor)) return;
    const theirs = this.found[this.current]?.theirs;
    editor.ghosts = [...[...this.shown].flatMap((i) => this.answers[i].read.shapes), ...(theirs ? [theirs] : [])];
    editor.paint();
  }

  /** Looks again where they differ. */
  show() {
    this.barText.textContent = `${Math.round(this.bar * 100)} %`;
    if (!kernel.isLoaded() || !kernel.useOntology(this.ontology)) return;
    const state = this.page.state();
    this.found = this.answers.flatMap((/** @type {any} */ answer, /** @type {number} */ i) => differences(state, answer.read, i, this.ontology, this.bar));
    this.current = Math.min(this.current, this.found.length - 1);
    this.head.textContent = this.found.length ? say("{n} differences", { n: this.found.length }) : say("No differences");
    fill(this.list, this.found.map((difference, i) => this.row(difference, i)));
  }

  /** @param {import("../core/differences.js").Difference} difference
   * @param {number} i */
  row(difference, i) {
    const row = h("div.object", { role: "listitem", "aria-current": i === this.current },
      h("button.object-name", { onclick: () => this.choose(i) }, h("span", { dir: "auto" }, this.words(difference)), h("span.muted.number", {}, `A${difference.answer + 1}`)),
      difference.theirs || difference.question ? h("button.button.quiet.small", { "aria-label": say("Take it from answer {number}: {what}", { number: difference.answer + 1, what: this.words(difference) }), onclick: () => this.take(difference) }, say("Take")) : null);
    return row;
  }

  /** @param {number} id */
  nameOf(id) { return this.ontology.classes.find((one) => one.id === id)?.name ?? ""; }

  /** @param {import("../core/differences.js").Difference} difference
   * @returns {string} */
  words({ kind, mine, theirs, overlap = 0, question, answer }) {
    const shape = mine ?? theirs;
    const what = shape ? `${this.nameOf(shape.class)}${shape.kind === "span" ? ` “${this.page.textOf(shape).slice(0, 40)}”` : ""}` : "";
    switch (kind) {
      case "extra": return say("{what} only there", { what });
      case "missing": return say("{what} not there", { what });
      case "class": return say("{what} is {other}", { what, other: this.nameOf(theirs?.class ?? 0) });
      case "overlap": return say("{what}: {percent} % alike", { what, percent: Math.round(overlap * 100) });
      case "borders": return say("{what} ends elsewhere", { what });
      case "attributes": return say("{what}: other attributes", { what });
      default: return `${this.nameOf(question ?? 0)}: ${this.valueWords(question ?? 0, this.answers[answer].read.values[question ?? 0])}`;
    }
  }

  /** @param {number} id
   * @param {any} value
   * @returns {string} */
  valueWords(id, value) {
    const definition = this.ontology.classes.find((one) => one.id === id);
    const option = (/** @type {number} */ one) => definition?.options?.find((other) => other.id === one)?.name ?? "";
    if (value === undefined) return say("open");
    if (definition?.kind === "category") return option(value);
    if (definition?.kind === "multiLabel") return value.map(option).join(", ") || say("none");
    if (definition?.kind === "boolean") return value ? say("Yes") : say("No");
    if (definition?.kind === "rating") return definition.labels?.[steps(definition).indexOf(value)] ?? String(value);
    return String(value);
  }

  /** Goes to the next difference, or the one before.
   * @param {number} by */
  step(by) {
    if (this.found.length) this.choose((this.current + by + this.found.length) % this.found.length);
  }

  /** @param {number} i */
  choose(i) {
    this.current = i;
    const { mine, theirs } = this.found[i];
    const editor = this.page.editor();
    if (mine) editor?.choose(mine.key);
    else editor?.choose(null);
    this.lay();
    editor?.reveal?.(mine ?? theirs);
    fill(this.list, this.found.map((difference, place) => this.row(difference, place)));
    this.list.children[i]?.scrollIntoView({ block: "nearest" });
    announce(this.words(this.found[i]));
  }

  /** Makes the result say what the answer says there.
   * @param {import("../core/differences.js").Difference} difference */
  take({ mine, theirs, question, answer }) {
    const state = this.page.state();
    if (question) return this.page.push({ ...state, values: { ...state.values, [question]: this.answers[answer].read.values[question] } });
    if (!theirs) return;
    const shapes = mine ? state.shapes.map((shape) => (shape.key === mine.key ? { ...theirs, key: mine.key } : shape)) : [...state.shapes, { ...theirs, key: newKey() }];
    this.page.push({ ...state, shapes });
  }
}

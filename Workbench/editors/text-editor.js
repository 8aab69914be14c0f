import { newKey } from "../core/answer.js";
import { color } from "../core/colors.js";
import { fill, h } from "../core/dom.js";
import { announce } from "../parts/dialog.js";
import { ObjectEditor } from "./object-editor.js";

/**
 * Spans of a text, marked by selecting with the mouse, or word by word with the keyboard. Has the
 * image editor's methods; places are Unicode scalars, as in the API.
 */
export class TextEditor extends ObjectEditor {
  /**
   * @param {{ text: string, classes: import("../core/answer.js").LabelClass[],
   *   change: (shapes: readonly import("../core/answer.js").Shape[]) => void,
   *   select: (key: number | null) => void, isLocked: (shape: any, act: string) => boolean }} options
   */
  open(options) {
    this.options = options;
    this.scalars = Array.from(options.text);
    /** @type {readonly import("../core/answer.js").Shape[]} */
    this.shapes = [];
    /** @type {number | null} */
    this.selected = null;
    this.activeClass = options.classes[0]?.id ?? 0;
    this.words = wordsOf(this.scalars);
    /** Words chosen by keyboard: where the choice began, and where it is now. @type {[number, number] | null} */
    this.cursor = null;
    this.abort?.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.page = h("div.text-task.spans", {
      dir: "auto", tabindex: 0, role: "application",
      "aria-label": "Text. Arrow keys choose words, Shift extends the choice, Enter marks it.",
    });
    fill(this, this.page);
    this.page.addEventListener("pointerup", () => setTimeout(() => this.takeSelection(), 0), { signal });
    this.page.addEventListener("keydown", (event) => this.key(event), { signal });
    this.dataset.ready = "";
    this.paint();
  }

  disconnectedCallback() { this.abort?.abort(); }

  /** @param {number} id */
  setClass(id) {
    this.activeClass = id;
    const shape = this.chosen;
    if (shape && shape.class !== id && !this.options.isLocked(shape, "relabel")) this.replace({ ...shape, class: id, attributes: {} });
  }

  escape() {
    this.cursor = null;
    this.choose(null);
    this.paint();
  }

  undoPoint() { return false; }

  /** @param {import("../core/answer.js").Shape} shape */
  textOf(shape) { return this.scalars?.slice(...shape.value).join("") ?? ""; }

  /** Marks what is selected with the mouse; a click chooses the span under it. */
  takeSelection() {
    const selection = getSelection();
    if (!selection?.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!this.page?.contains(range.commonAncestorContainer)) return;
    if (range.collapsed) {
      const place = this.place(range.startContainer, range.startOffset);
      const under = this.shapes.filter(({ value }) => value[0] <= place && place < value[1])
        .sort((a, b) => (a.value[1] - a.value[0]) - (b.value[1] - b.value[0]));
      return this.choose(under[0]?.key ?? null);
    }
    const [start, end] = [this.place(range.startContainer, range.startOffset), this.place(range.endContainer, range.endOffset)];
    selection.removeAllRanges();
    this.mark(start, end);
  }

  /** The scalar a place of the page stands for. @param {Node} node @param {number} offset */
  place(node, offset) {
    const range = document.createRange();
    range.setStart(/** @type {Node} */ (this.page), 0);
    range.setEnd(node, offset);
    return Array.from(range.toString()).length;
  }

  /** Marks a span, without the white space at its ends. @param {number} start @param {number} end */
  mark(start, end) {
    const isBlank = (/** @type {number} */ i) => /\s/u.test(/** @type {string[]} */ (this.scalars)[i]);
    while (start < end && isBlank(start)) start += 1;
    while (end > start && isBlank(end - 1)) end -= 1;
    if (start === end) return;
    const same = this.shapes.find((shape) => shape.class === this.activeClass && shape.value[0] === start && shape.value[1] === end);
    if (same) return this.choose(same.key);
    const shape = { key: newKey(), class: this.activeClass, kind: "span", value: [start, end], attributes: {} };
    this.selected = shape.key;
    this.options.change([...this.shapes, shape].sort((a, b) => a.value[0] - b.value[0] || b.value[1] - a.value[1]));
    this.options.select(shape.key);
    announce(`${this.textOf(shape)} is marked`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const words = this.words || [];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && words.length && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      const [from, to] = this.cursor ?? [-1, -1];
      const next = Math.min(words.length - 1, Math.max(0, to + (this.cursor ? step : 1)));
      this.cursor = [event.shiftKey && this.cursor ? from : next, next];
      this.paint();
      announce(this.scalars?.slice(...this.chosenWords()).join("") ?? "");
    } else if (event.key === "Enter" && this.cursor && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      const [start, end] = this.chosenWords();
      this.cursor = null;
      this.mark(start, end);
    }
  }

  /** The scalars of the words chosen by keyboard. @returns {[number, number]} */
  chosenWords() {
    if (!this.cursor || !this.words) return [0, 0];
    const [a, b] = [Math.min(...this.cursor), Math.max(...this.cursor)];
    return [this.words[a][0], this.words[b][1]];
  }

  /** The text in pieces between which something begins or ends. */
  paint() {
    if (!this.page || !this.scalars) return;
    const chosen = this.chosenWords();
    const marks = this.shapes.map(({ value }) => value);
    const edges = [...new Set([0, this.scalars.length, ...marks.flat(), ...chosen])].sort((a, b) => a - b);
    fill(this.page, edges.slice(0, -1).map((start, index) => {
      const end = edges[index + 1];
      const text = /** @type {string[]} */ (this.scalars).slice(start, end).join("");
      const over = this.shapes.filter(({ value }) => value[0] <= start && end <= value[1]);
      const isChosen = this.cursor !== null && chosen[0] <= start && end <= chosen[1];
      if (!over.length && !isChosen) return text;
      const top = over.reduce((a, b) => (b && b.value[1] - b.value[0] <= a.value[1] - a.value[0] ? b : a), over[0]);
      const piece = h("span.piece", {}, text);
      if (top) {
        piece.style.setProperty("--swatch", color(top.class));
        piece.style.setProperty("--wash", color(top.class, 0.28));
        piece.title = over.map((shape) => this.nameOf(shape.class)).join(", ");
        if (top.value[0] === start) piece.dataset.name = this.nameOf(top.class);
      }
      piece.classList.toggle("is-nested", over.length > 1);
      piece.classList.toggle("is-selected", over.some((shape) => shape.key === this.selected));
      piece.classList.toggle("is-chosen", isChosen);
      return piece;
    }));
  }
}
customElements.define("text-editor", TextEditor);

/** Where each word begins and ends, in scalars. @param {string[]} scalars @returns {[number, number][]} */
function wordsOf(scalars) {
  /** @type {[number, number][]} */
  const words = [];
  let place = 0;
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(scalars.join(""))) {
    const length = Array.from(segment).length;
    if (isWordLike) words.push([place, place + length]);
    place += length;
  }
  return words;
}

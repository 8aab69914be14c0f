import { color } from "../core/colors.js";
import { fill, h, icon } from "../core/dom.js";
import { say } from "../core/words.js";

/** Rows from which on only those that can be seen are made, and the height of each in pixels. */
const mostRows = 150;
const rowHeight = 40;

/** @typedef {{ isChosen: (key: number) => boolean, veiled: ReadonlySet<number>, pinned: ReadonlySet<number> }} State */

/**
 * The objects of an answer, one a row. Thousands of them cost no more than a screenful.
 */
export class ObjectList {
  /**
   * @param {{ choose: (key: number, isAlso: boolean) => void, remove: (shape: any) => void,
   *   toggle?: (key: number, what: "veiled" | "pinned") => void, textOf: (shape: any) => string | null,
   *   nameOf: (id: number) => string, empty: () => string }} options
   */
  constructor(options) {
    this.options = options;
    this.element = h("div.objects");
    /** @type {readonly any[]} */
    this.shapes = [];
    /** The place of the object that was scrolled to. */
    this.shown = -1;
    /** @type {State} */
    this.state = { isChosen: () => false, veiled: new Set(), pinned: new Set() };
  }

  /** @param {readonly any[]} shapes
   * @param {State} state */
  show(shapes, state) {
    this.shapes = shapes;
    this.state = state;
    this.element.classList.toggle("is-long", shapes.length > mostRows);
    if (!shapes.length) return fill(this.element, h("p.muted", {}, this.options.empty()));
    if (shapes.length <= mostRows) return fill(this.element, shapes.map((_, index) => this.row(index)));
    if (!this.space || this.space.parentElement !== this.element) {
      this.space = h("div.objects-space");
      this.rows = h("div.objects-rows");
      this.space.append(this.rows);
      fill(this.element, this.space);
      this.element.onscroll = () => this.window();
    }
    this.space.style.setProperty("height", `${shapes.length * rowHeight}px`);
    const chosen = shapes.findIndex((shape) => state.isChosen(shape.key));
    if (chosen >= 0 && chosen !== this.shown) {
      const top = chosen * rowHeight;
      const { scrollTop, clientHeight } = this.element;
      if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) this.element.scrollTop = Math.max(0, top - clientHeight / 2);
    }
    this.shown = chosen;
    this.window();
  }

  /** Makes the rows that can be seen. */
  window() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - 3);
    const count = Math.ceil((this.element.clientHeight || 400) / rowHeight) + 6;
    this.rows.style.setProperty("transform", `translateY(${first * rowHeight}px)`);
    fill(this.rows, this.shapes.slice(first, first + count).map((_, i) => this.row(first + i)));
  }

  /** @param {number} index */
  row(index) {
    const shape = this.shapes[index];
    const { isChosen, veiled, pinned } = this.state;
    const name = this.options.nameOf(shape.class);
    const text = this.options.textOf(shape);
    const flag = (/** @type {"veiled" | "pinned"} */ what, /** @type {any} */ picture, /** @type {string} */ label, /** @type {boolean} */ isOn) =>
      this.options.toggle && h("button.button.quiet.icon.flag", {
        "aria-label": `${label}: ${name} ${index + 1}`, "aria-pressed": isOn, title: label,
        onclick: () => this.options.toggle?.(shape.key, what),
      }, icon(picture));
    const row = h("div.object", { "aria-current": isChosen(shape.key) },
      h("button.object-name", {
        onclick: (/** @type {MouseEvent} */ event) => this.options.choose(shape.key, event.shiftKey || event.ctrlKey || event.metaKey),
      }, h("i.swatch"), h("span", { dir: "auto" }, name),
      text === null ? h("span.muted.number", {}, `#${index + 1}`) : h("span.muted.piece-text", { dir: "auto" }, text),
      shape.group ? h("span.badge", { title: say("Group {number}", { number: shape.group }) }, `G${shape.group}`) : null),
      flag("veiled", veiled.has(shape.key) ? "hidden" : "eye", say("Hide"), veiled.has(shape.key)),
      flag("pinned", pinned.has(shape.key) ? "locked" : "unlocked", say("Lock"), pinned.has(shape.key)),
      h("button.button.quiet.icon", { "aria-label": `${say("Delete")}: ${name} ${index + 1}`, onclick: () => this.options.remove(shape) }, icon("trash")));
    row.style.setProperty("--swatch", color(shape.class));
    return row;
  }
}

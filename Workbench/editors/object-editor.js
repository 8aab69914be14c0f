/**
 * What the image and the text have in common: a list of objects, of which one may be selected.
 * Data comes by `options`, never by class field; a step that can be undone goes to `options.change`.
 */
export class ObjectEditor extends HTMLElement {
  /** What `open` was given.
   * @type {any} */
  options = null;
  /** The classes of what is marked here.
   * @type {readonly import("../core/answer.js").LabelClass[]} */
  get classes() { return this.options.classes; }
  /** @type {readonly import("../core/answer.js").Shape[]} */
  shapes = [];
  /** @type {number | null} */
  selected = null;
  /** What else is selected beside `selected`.
   * @type {Set<number>} */
  also = new Set();
  /** What is not to be touched.
   * @type {ReadonlySet<number>} */
  pinned = new Set();
  /** The class of what is marked next. */
  activeClass = 0;

  /** Shows these objects.
   * @param {readonly import("../core/answer.js").Shape[]} shapes */
  show(shapes) {
    this.shapes = shapes;
    if (this.selected !== null && !shapes.some((shape) => shape.key === this.selected)) this.choose(null);
    this.paint();
  }

  /** Draws what has changed; the editor's own. */
  paint() {}

  /** @param {number | null} key */
  choose(key) {
    if (key === this.selected && !this.also.size) return;
    this.also.clear();
    this.selected = key;
    this.options.select(key);
    this.paint();
  }

  /** Selects one more, or lets go of it.
   * @param {number} key */
  chooseAlso(key) {
    if (this.selected === null) return this.choose(key);
    if (key === this.selected) {
      const [next = null] = this.also;
      this.also.delete(/** @type {number} */ (next));
      this.selected = next;
    } else if (!this.also.delete(key)) {
      this.also.add(key);
    }
    this.options.select(this.selected);
    this.paint();
  }

  chooseAll() {
    const [first, ...rest] = this.shapes.map((shape) => shape.key);
    if (first === undefined) return;
    this.selected = first;
    this.also = new Set(rest);
    this.options.select(first);
    this.paint();
  }

  /** Whether an object is one of those selected.
   * @param {number} key */
  isChosen(key) { return key === this.selected || this.also.has(key); }

  get chosen() { return this.shapes.find((shape) => shape.key === this.selected); }

  /** Every object selected, in order. */
  get chosenAll() { return this.shapes.filter((shape) => this.isChosen(shape.key)); }

  /** @param {import("../core/answer.js").Shape} shape */
  replace(shape) { this.replaceAll([shape]); }

  /** Several in one step.
   * @param {readonly import("../core/answer.js").Shape[]} shapes */
  replaceAll(shapes) {
    const byKey = new Map(shapes.map((shape) => [shape.key, shape]));
    this.options.change(this.shapes.map((other) => byKey.get(other.key) ?? other));
  }

  removeSelected() { this.remove(...this.chosenAll); }

  /** @param {...import("../core/answer.js").Shape} shapes */
  remove(...shapes) {
    const gone = new Set(shapes.filter((shape) => !this.pinned.has(shape.key) && !this.options.isLocked(shape, "delete")));
    if (gone.size) this.options.change(this.shapes.filter((other) => !gone.has(other)));
  }

  /** Makes those selected one group; what is one already falls apart. */
  group() {
    const chosen = this.chosenAll;
    if (!chosen.length) return;
    const isOne = chosen[0].group && chosen.every((shape) => shape.group === chosen[0].group);
    const next = isOne ? undefined : 1 + Math.max(0, ...this.shapes.map((shape) => shape.group ?? 0));
    this.replaceAll(chosen.map(({ group, ...shape }) => (next ? { ...shape, group: next } : shape)));
  }

  /** Moves the selected object in the order in which they lie over each other.
   * @param {number} by places; ±Infinity for all the way */
  reorder(by) {
    const shape = this.chosen;
    if (!shape) return;
    const rest = this.shapes.filter((other) => other !== shape);
    const place = Math.max(0, Math.min(rest.length, this.shapes.indexOf(shape) + by));
    this.options.change(rest.toSpliced(place, 0, shape));
  }

  /** @param {number} direction 1 or −1 */
  cycle(direction) {
    if (!this.shapes.length) return;
    const index = this.shapes.findIndex((shape) => shape.key === this.selected);
    const next = (index + direction + this.shapes.length) % this.shapes.length;
    this.choose(this.shapes[index < 0 ? 0 : next].key);
  }

  /** @param {number} id */
  nameOf(id) { return this.options.classes.find((/** @type {any} */ c) => c.id === id)?.name ?? ""; }
}

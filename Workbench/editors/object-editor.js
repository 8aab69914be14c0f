/**
 * What the image and the text have in common: a list of objects, of which one may be selected.
 * Data comes by `options`, never by class field; a step that can be undone goes to `options.change`.
 */
export class ObjectEditor extends HTMLElement {
  /** Shows these objects. @param {readonly import("../core/answer.js").Shape[]} shapes */
  show(shapes) {
    this.shapes = shapes;
    if (!shapes.some((shape) => shape.key === this.selected)) this.choose(null);
    this.paint();
  }

  /** Draws what has changed; the editor's own. */
  paint() {}

  /** @param {number | null} key */
  choose(key) {
    if (key === this.selected) return;
    this.selected = key;
    this.options.select(key);
    this.paint();
  }

  get chosen() { return this.shapes.find((shape) => shape.key === this.selected); }

  /** @param {import("../core/answer.js").Shape} shape */
  replace(shape) {
    this.options.change(this.shapes.map((other) => (other.key === shape.key ? shape : other)));
  }

  removeSelected() {
    const shape = this.chosen;
    if (!shape || this.options.isLocked(shape, "delete")) return;
    this.options.change(this.shapes.filter((other) => other !== shape));
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

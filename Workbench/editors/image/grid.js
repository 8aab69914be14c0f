import { boundsOf } from "./kinds.js";

/** Cells along a side at most. */
const mostCells = 128;

/** Finds shapes by where they lie: what is under the cursor, or within a frame, without looking at all. */
export class ShapeGrid {
  /** @param {readonly import("../../core/answer.js").Shape[]} shapes
   * @param {{ width: number, height: number }} size the image's */
  constructor(shapes, size) {
    this.side = Math.max(8, Math.max(size.width, size.height) / mostCells);
    /** Numbers of shapes by cell, in order.
     * @type {Map<number, number[]>} */
    this.cells = new Map();
    this.shapes = shapes;
    shapes.forEach((shape, index) => {
      this.forEachCell(boundsOf(shape.kind, shape.value), (cell) => {
        const list = this.cells.get(cell);
        if (list) list.push(index);
        else this.cells.set(cell, [index]);
      });
    });
  }

  /** @param {readonly number[]} box
   * @param {(cell: number) => void} visit */
  forEachCell([left, top, w, h], visit) {
    const at = (/** @type {number} */ v) => Math.max(0, Math.min(mostCells, Math.floor(v / this.side)));
    for (let row = at(top); row <= at(top + h); row += 1) {
      for (let column = at(left); column <= at(left + w); column += 1) visit(row * (mostCells + 1) + column);
    }
  }

  /** The shapes that may reach into a box, in order.
   * @param {readonly number[]} box */
  near(box) {
    /** @type {Set<number>} */
    const found = new Set();
    this.forEachCell(box, (cell) => this.cells.get(cell)?.forEach((index) => found.add(index)));
    return [...found].sort((a, b) => a - b).map((index) => this.shapes[index]);
  }
}

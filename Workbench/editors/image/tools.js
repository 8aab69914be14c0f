/**
 * Tools that read or paint pixels. Each has what the editor's own hand has: down, move, up, and what it
 * shows meanwhile. They end in `editor.complete(outcome)`: a mask, or rings.
 *
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./image-editor.js").ImageEditor} Editor
 */
import * as kernel from "../../core/kernel.js";
import { say, word } from "../../core/words.js";
import { toast } from "../../parts/dialog.js";
import { distance, ringArea } from "./geometry.js";
import { handleReach } from "./view.js";
import { paintHandles, paintLine } from "./painting.js";

/** Pixels off which the points of a traced outline may lie. */
const traceTolerance = 1;

/** A round brush; as an eraser it takes away. */
class Brush {
  /** @param {Editor} editor
   * @param {boolean} isEraser */
  constructor(editor, isEraser) {
    this.editor = editor;
    this.isEraser = isEraser;
    /** @type {Point[] | null} */
    this.points = null;
  }

  /** @param {PointerEvent} event
   * @param {Point} point */
  down(event, point) {
    // Shift goes on in a straight line from where the last stroke ended.
    this.points = event.shiftKey && this.last ? [this.last, point] : [point];
    this.takesAway = this.isEraser || event.altKey;
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.points) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.points.push(this.editor.view.toImage(...this.editor.place(one)));
  }

  up() {
    const points = this.points;
    this.points = null;
    if (!points) return;
    this.last = points.at(-1);
    const stroke = kernel.stroke(points, this.editor.brushSize / 2, this.editor.size);
    this.editor.complete(stroke, this.takesAway ? "subtraction" : "union");
  }

  cancel() { this.points = null; }

  /** @param {CanvasRenderingContext2D} context */
  paint(context) {
    const { view, cursor, brushSize } = this.editor;
    const radius = (brushSize / 2) * view.scale;
    if (this.points) {
      context.lineWidth = 2 * radius;
      context.lineCap = "round";
      context.lineJoin = "round";
      context.strokeStyle = this.takesAway ? "oklch(98% 0 0 / 0.55)" : this.editor.look(this.editor.activeClass).color(0.55);
      context.beginPath();
      this.points.forEach((point, i) => context[i ? "lineTo" : "moveTo"](...view.toScreen(...point)));
      if (this.points.length === 1) context.lineTo(...view.toScreen(...this.points[0]));
      context.stroke();
    }
    if (cursor[0] < 0) return;
    const ring = new Path2D();
    ring.arc(cursor[0], cursor[1], Math.max(1, radius), 0, 2 * Math.PI);
    paintLine(context, ring, this.isEraser ? "oklch(98% 0 0)" : this.editor.look(this.editor.activeClass).color());
  }
}

/** Takes what looks like the pixel that was clicked. */
class Wand {
  /** @param {Editor} editor */
  constructor(editor) { this.editor = editor; }

  /** @param {PointerEvent} event
   * @param {Point} point
   * @returns {Promise<void>} */
  async down(event, point) {
    const { editor } = this;
    const { activeClass, size: { width, height } } = editor;
    if (point[0] < 0 || point[1] < 0 || point[0] >= width || point[1] >= height) return;
    if (!await editor.pixels.readSeen() || editor.tool !== this || editor.activeClass !== activeClass) return;
    editor.complete(editor.pixels.wand(point, editor.tolerance, !editor.isWandGlobal), event.altKey ? "subtraction" : event.shiftKey ? "union" : editor.mode);
  }

  move() {}
  up() {}
  cancel() {}
  paint() {}
}

/** Intelligent scissors: clicks set anchors, and the line between them follows the picture's edges. */
class Scissors {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** Anchors, and the line up to each.
     * @type {Array<{ anchor: Point, line: Point[] }>} */
    this.pieces = [];
    /** @type {Point[]} */
    this.ahead = [];
    /** Another one for each outline. */
    this.turn = 0;
  }

  get isUnderWay() { return this.pieces.length > 0; }

  /** @param {PointerEvent} event
   * @param {Point} point
   * @returns {Promise<void>} */
  async down(event, point) {
    const { editor } = this;
    const { pixels } = editor;
    const { part } = pixels;
    const last = this.pieces.at(-1)?.anchor;
    const { turn } = this;
    const isRead = await pixels.readAround(point, ...(last ? [last] : []));
    if (!isRead || editor.tool !== this || this.turn !== turn) return;
    if (last && pixels.part !== part) pixels.seed(last);
    const reach = handleReach / editor.view.scale;
    const first = this.pieces[0]?.anchor;
    if (this.pieces.length > 2 && distance(point, first) <= reach) return this.finish();
    const before = this.pieces.at(-1)?.anchor;
    if (before && distance(point, before) <= reach / 2) return;
    this.pieces.push({ anchor: point, line: before ? pixels.path(point) : [point] });
    pixels.seed(point);
    this.ahead = [];
    editor.schedule();
  }

  /** @param {PointerEvent} _
   * @param {Point} point */
  move(_, point) {
    if (!this.isUnderWay) return;
    this.ahead = this.editor.pixels.path(point);
    this.editor.schedule();
  }

  up() {}

  /** Closes the outline by its own way home; an open line ends where it is. */
  finish() {
    const { editor } = this;
    if (this.pieces.length < 2) return this.cancel();
    const points = this.pieces.flatMap(({ line }, i) => (i ? line.slice(1) : line));
    if (editor.kind !== "polyline") points.push(...editor.pixels.path(this.pieces[0].anchor).slice(1, -1));
    this.cancel();
    if (editor.kind === "mask") editor.complete(kernel.rasterize([points], editor.size), editor.mode);
    else editor.completeRings([points], editor.mode);
  }

  undo() {
    this.pieces.pop();
    const last = this.pieces.at(-1);
    if (last) this.editor.pixels.seed(last.anchor);
    this.ahead = [];
    this.editor.schedule();
  }

  cancel() {
    this.turn += 1;
    this.pieces = [];
    this.ahead = [];
    this.editor.schedule();
  }

  /** @param {CanvasRenderingContext2D} context */
  paint(context) {
    const { view } = this.editor;
    const path = new Path2D();
    const points = [...this.pieces.flatMap(({ line }) => line), ...this.ahead];
    points.forEach((point, i) => path[i ? "lineTo" : "moveTo"](...view.toScreen(...point)));
    paintLine(context, path, this.editor.look(this.editor.activeClass).color());
    paintHandles(context, view, this.pieces.map(({ anchor }) => ["v", ...anchor]));
  }
}

/** Which tools there are, and which kinds of shapes they make. */
export const tools = {
  draw: { name: word("Draw and select"), key: "V", icon: "pointer", kinds: null },
  brush: { name: word("Brush"), key: "B", icon: "brush", kinds: ["mask"] },
  eraser: { name: word("Eraser"), key: "E", icon: "eraser", kinds: ["mask"] },
  wand: { name: word("Magic wand"), key: "W", icon: "wand", kinds: ["mask", "polygon"] },
  scissors: { name: word("Scissors along edges"), key: "S", icon: "scissors", kinds: ["polygon", "mask", "polyline"] },
};

/** @param {Editor} editor
 * @param {keyof typeof tools} name */
export function makeTool(editor, name) {
  if (name === "draw") return null;
  if (!kernel.isLoaded()) {
    toast(say("This tool needs WebAssembly, which is not there."), true);
    return null;
  }
  if (name === "wand") return new Wand(editor);
  if (name === "scissors") return new Scissors(editor);
  return new Brush(editor, name === "eraser");
}

/** The outlines of a mask as polygons, the largest first.
 * @param {kernel.Mask} mask */
export function outlinesOf(mask) {
  return kernel.trace(mask, traceTolerance).sort(([a], [b]) => ringArea(b) - ringArea(a));
}

/**
 * Paints a crowd of shapes away from the page, so that the hand is never kept waiting: the page moves the
 * last picture about until the next one is here.
 */
import { useColors } from "../../core/colors.js";
import { ImageView } from "./view.js";
import { kinds } from "./kinds.js";
import { lookOf, paintShape } from "./painting.js";
import { ShapeGrid } from "./grid.js";

/** @type {ShapeGrid | null} */
let grid = null;
/** @type {Map<number, any>} */
let looks = new Map();
let size = { width: 1, height: 1 };
/** @type {OffscreenCanvas | null} */
let canvas = null;

/** Shapes of which less can be seen than this are dots. */
const dotPixels = 3;

onmessage = ({ data }) => {
  if (data.shapes) {
    size = data.size;
    useColors(data.classes);
    looks = new Map(data.classes.map((/** @type {any} */ definition) => [definition.id, lookOf(definition)]));
    grid = new ShapeGrid(data.shapes.filter((/** @type {any} */ shape) => shape.kind !== "mask"), size);
  }
  if (data.view) postMessage(paint(data), /** @type {any} */ ([]));
};

/** @param {any} order */
function paint({ number, view: { scale, x, y }, width, height, ratio }) {
  const view = Object.assign(new ImageView(), { scale, x, y });
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (!canvas || canvas.width !== w || canvas.height !== h) canvas = new OffscreenCanvas(w, h);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const [left, top] = view.toImage(0, 0);
  const seen = grid?.near([left, top, width / scale, height / scale]) ?? [];
  const isPlain = seen.length > 400;
  for (const shape of seen) {
    const look = looks.get(shape.class);
    if (look) paintOne(context, view, shape, look, isPlain);
  }
  const bitmap = canvas.transferToImageBitmap();
  return { number, bitmap, view: { scale, x, y } };
}

/** @param {any} context
 * @param {ImageView} view
 * @param {any} shape
 * @param {any} look
 * @param {boolean} isPlain */
function paintOne(context, view, shape, look, isPlain) {
  if (isPlain && (shape.kind === "box" || kinds[shape.kind].isClosed)) {
    const outline = kinds[shape.kind].outline(shape.value);
    const [x, y] = view.toScreen(outline[0][0][0], outline[0][0][1]);
    const [bx, by] = view.toScreen(outline[0][2][0], outline[0][2][1]);
    if (Math.abs(bx - x) < dotPixels && Math.abs(by - y) < dotPixels) {
      context.fillStyle = look.color(0.8);
      context.fillRect(Math.min(x, bx), Math.min(y, by), Math.max(1.5, Math.abs(bx - x)), Math.max(1.5, Math.abs(by - y)));
      return;
    }
    if (shape.kind === "box") {
      context.fillStyle = look.color(0.1);
      context.fillRect(x, y, bx - x, by - y);
      context.lineWidth = 1.5;
      context.strokeStyle = look.color();
      context.strokeRect(x, y, bx - x, by - y);
      return;
    }
  }
  paintShape(context, view, shape.kind, shape.value, look, { isPlain });
}

/**
 * How shapes look on a canvas. Shared by the editor and the worker that paints crowds, so it knows nothing
 * of either.
 */
import { color } from "../../core/colors.js";
import { boundsOf, kinds } from "./kinds.js";
import { absent, hidden } from "./kinds-free.js";

const halo = "oklch(15% 0 0 / 0.55)";
const ink = "oklch(18% 0.02 170)";

/**
 * @typedef {{ color: (alpha?: number) => string, name: string, lines?: readonly [number, number][] }} Look
 * @typedef {import("./view.js").ImageView} View
 * @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context
 */

/** How a class is painted.
 * @param {{ id: number, name: string, skeleton?: readonly [number, number][] }} definition
 * @returns {Look} */
export const lookOf = ({ id, name, skeleton }) => ({ name, lines: skeleton, color: (alpha = 1) => color(id, alpha) });

/** @param {View} view
 * @param {any} kind
 * @param {any} value */
function pathOf(view, kind, value) {
  const path = new Path2D();
  for (const ring of kinds[kind].outline(value)) {
    for (let i = 0; i < ring.length; i += 1) {
      const x = ring[i][0] * view.scale + view.x, y = ring[i][1] * view.scale + view.y;
      if (i) path.lineTo(x, y);
      else path.moveTo(x, y);
    }
    if (kinds[kind].isClosed) path.closePath();
  }
  return path;
}

/** @param {Context} context
 * @param {View} view
 * @param {string} kind
 * @param {any} value
 * @param {Look} look
 * @param {{ isSelected?: boolean, isPlain?: boolean, bitmap?: CanvasImageSource | null }} how plain leaves out the halo and the name */
export function paintShape(context, view, kind, value, look, { isSelected = false, isPlain = false, bitmap = null }) {
  const { isClosed } = kinds[kind];
  if (kind === "keypoints") return paintKeypoints(context, view, value, look, isSelected);
  const box = boundsOf(kind, value);
  if (kind === "mask" && bitmap) {
    context.imageSmoothingEnabled = view.scale < 1;
    context.globalAlpha = isSelected ? 0.55 : 0.4;
    context.drawImage(bitmap, ...view.toScreen(box[0], box[1]), box[2] * view.scale, box[3] * view.scale);
    context.globalAlpha = 1;
  }
  const path = pathOf(view, kind, value);
  if (kind === "point") {
    const [x, y] = view.toScreen(value[0], value[1]);
    path.moveTo(x, y);
    path.arc(x, y, isSelected ? 6 : 4, 0, 2 * Math.PI);
  }
  context.lineJoin = "round";
  if (kind !== "mask" && (isClosed || kind === "point")) {
    context.fillStyle = look.color(kind === "point" ? 0.9 : isSelected ? 0.22 : 0.1);
    context.fill(path, "evenodd");
  }
  const thin = kind === "mask" ? 1 : 0;
  if (!isPlain) {
    context.lineWidth = (isSelected ? 5 : 4) - thin;
    context.strokeStyle = halo;
    context.stroke(path);
  }
  context.lineWidth = (isSelected ? 3 : 2) - thin;
  context.strokeStyle = look.color();
  context.stroke(path);
  if (!isPlain) paintName(context, view, kind, box, look);
}

/** @param {Context} context
 * @param {View} view
 * @param {string} kind
 * @param {readonly number[]} box
 * @param {Look} look */
function paintName(context, view, kind, box, look) {
  const [left, top] = view.toScreen(box[0], box[1]);
  const hasRoom = box[2] * view.scale > 24 && box[3] * view.scale > 14;
  if (!hasRoom && kinds[kind].isClosed) return;
  const isPoint = kind === "point";
  context.font = "600 12px system-ui, sans-serif";
  context.fillStyle = look.color();
  const above = top >= 22 ? top - 18 - (isPoint ? 6 : 0) : top + (isPoint ? 8 : 0);
  context.fillRect(left - 1, above, context.measureText(look.name).width + 10, 18);
  context.fillStyle = ink;
  // From its left edge, whichever way the page is read.
  context.textAlign = "left";
  context.direction = /^\P{L}*[\u0591-\u08ff]/u.test(look.name) ? "rtl" : "ltr";
  context.fillText(look.name, left + 4, above + 13);
}

/** Points with their lines; hidden ones are hollow.
 * @param {Context} context
 * @param {View} view
 * @param {number[][]} value
 * @param {Look} look
 * @param {boolean} isSelected */
function paintKeypoints(context, view, value, look, isSelected) {
  const path = new Path2D();
  for (const [from, to] of look.lines || []) {
    const [a, b] = [value[from], value[to]];
    if (!a || !b || a[2] === absent || b[2] === absent) continue;
    path.moveTo(...view.toScreen(a[0], a[1]));
    path.lineTo(...view.toScreen(b[0], b[1]));
  }
  for (const [width, style] of /** @type {[number, string][]} */ ([[isSelected ? 5 : 4, halo], [isSelected ? 3 : 2, look.color()]])) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke(path);
  }
  for (const [x, y, visibility] of value) {
    if (visibility === absent) continue;
    const dot = new Path2D();
    dot.arc(...view.toScreen(x, y), isSelected ? 5 : 4, 0, 2 * Math.PI);
    context.fillStyle = visibility === hidden ? "oklch(98% 0 0 / 0.85)" : look.color();
    context.fill(dot);
    context.lineWidth = 1.5;
    context.strokeStyle = visibility === hidden ? look.color() : halo;
    context.stroke(dot);
  }
  paintName(context, view, "keypoints", boundsOf("keypoints", value), look);
}

/** @param {Context} context
 * @param {View} view
 * @param {Array<[string, number, number]>} handles */
export function paintHandles(context, view, handles) {
  for (const [name, px, py] of handles) {
    const [hx, hy] = view.toScreen(px, py);
    const half = name[0] === "m" ? 2.5 : 4;
    context.fillStyle = name[0] === "m" ? "oklch(85% 0.02 170)" : "white";
    context.strokeStyle = "oklch(25% 0.02 170)";
    context.lineWidth = 1.5;
    if (name === "turn") {
      context.beginPath();
      context.arc(hx, hy, 5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      continue;
    }
    context.fillRect(hx - half, hy - half, 2 * half, 2 * half);
    context.strokeRect(hx - half, hy - half, 2 * half, 2 * half);
  }
}

/** A shape of another answer: its outline in dashes, nothing else.
 * @param {Context} context
 * @param {View} view
 * @param {string} kind
 * @param {any} value
 * @param {string} style */
export function paintGhost(context, view, kind, value, style) {
  const path = pathOf(view, kind, value);
  if (kind === "point" || kind === "keypoints") {
    for (const [[x, y]] of kinds[kind].outline(value)) {
      const [sx, sy] = view.toScreen(x, y);
      path.moveTo(sx + 6, sy);
      path.arc(sx, sy, 6, 0, 2 * Math.PI);
    }
  }
  context.save();
  context.setLineDash([7, 5]);
  paintLine(context, path, style);
  context.restore();
}

/** A line in a class's colour over a dark one.
 * @param {Context} context
 * @param {Path2D} path
 * @param {string} style */
export function paintLine(context, path, style) {
  for (const [width, stroke] of /** @type {[number, string][]} */ ([[4, halo], [2, style]])) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke(path);
  }
}

/** A pin with its point at a place of the screen.
 * @param {Context} context
 * @param {number} x
 * @param {number} y */
export function paintPin(context, x, y) {
  context.beginPath();
  context.arc(x, y - 16, 8, Math.PI * 0.8, Math.PI * 2.2);
  context.lineTo(x, y);
  context.closePath();
  context.fillStyle = "oklch(62% 0.22 25)";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "white";
  context.stroke();
}

/** Lines between pixels, where they are large enough to be counted.
 * @param {Context} context
 * @param {View} view
 * @param {{ width: number, height: number }} size
 * @param {number} width
 * @param {number} height of the frame */
export function paintPixelGrid(context, view, size, width, height) {
  const [left, top] = view.toImage(0, 0).map(Math.floor);
  const [right, bottom] = view.toImage(width, height).map(Math.ceil);
  context.beginPath();
  for (let x = Math.max(0, left); x <= Math.min(size.width, right); x += 1) {
    const [sx] = view.toScreen(x, 0);
    context.moveTo(sx, Math.max(0, view.y));
    context.lineTo(sx, Math.min(height, size.height * view.scale + view.y));
  }
  for (let y = Math.max(0, top); y <= Math.min(size.height, bottom); y += 1) {
    const [, sy] = view.toScreen(0, y);
    context.moveTo(Math.max(0, view.x), sy);
    context.lineTo(Math.min(width, size.width * view.scale + view.x), sy);
  }
  context.lineWidth = 1;
  context.strokeStyle = "oklch(60% 0 0 / 0.35)";
  context.stroke();
}

/**
 * The picture's pixels as the kernel reads them, for wand and scissors: all of them, or of an image in tiles the
 * part that is looked at. Points are in image pixels, whatever part it has.
 *
 * @typedef {import("./geometry.js").Point} Point
 */
import * as kernel from "../../core/kernel.js";
import { say } from "../../core/words.js";
import { toast } from "../../parts/dialog.js";
import { TiledPicture } from "./picture.js";

/** Pixels of an image in tiles that are read at once. */
const mostRead = 16_000_000;

export class Pixels {
  /** @type {[number, number, number, number] | null} what the kernel has: left, top, width, height */
  part = null;

  /** @param {import("./image-canvas.js").ImageCanvas} canvas */
  constructor(canvas) { this.canvas = canvas; }

  /** @param {Point} point */
  has([x, y]) {
    const [left, top, width, height] = this.part ?? [0, 0, 0, 0];
    return x >= left && y >= top && x <= left + width && y <= top + height;
  }

  /** Hands over what is seen and what lies up to some points, unless the kernel has those.
   * @param {...Point} points
   * @returns {Promise<boolean>} whether it has them now */
  async read(...points) {
    if (this.part && points.every((point) => this.has(point))) return true;
    const { picture } = this.canvas;
    const part = around(picture.readable, points);
    const [, , width, height] = part;
    if (picture instanceof TiledPicture && width * height > mostRead) {
      toast(say("Zoom in first: this tool reads the pixels that are seen."), true);
      return false;
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context) await picture.drawPart(context, part);
    this.part = context && kernel.takePicture(context.getImageData(0, 0, width, height)) ? part : null;
    if (!this.part) toast(say("The image is too large for this tool."), true);
    return Boolean(this.part);
  }

  /** What looks like the pixel at a point.
   * @param {Point} point
   * @param {number} tolerance
   * @param {boolean} isContiguous
   * @returns {kernel.Mask} */
  wand([x, y], tolerance, isContiguous) {
    const [left, top, width, height] = this.part ?? [0, 0, 0, 0];
    return kernel.move(kernel.wand(x - left, y - top, tolerance, isContiguous, { width, height }), left, top, this.canvas.size);
  }

  /** @param {Point} point from which the scissors' next line starts */
  seed([x, y]) {
    const [left, top] = this.part ?? [0, 0];
    kernel.seedScissors(x - left, y - top);
  }

  /** The scissors' line to a point, or to where the kernel's part ends.
   * @param {Point} point
   * @returns {Point[]} */
  path([x, y]) {
    const [left, top, width, height] = this.part ?? [0, 0, 0, 0];
    const within = (/** @type {number} */ place, /** @type {number} */ count) => Math.max(0, Math.min(count - 1, place));
    return kernel.scissorsPath(within(x - left, width), within(y - top, height)).map(([px, py]) => [px + left, py + top]);
  }
}

/** A part with some points in it, whole pixels.
 * @param {[number, number, number, number]} part
 * @param {Point[]} points within the image
 * @returns {[number, number, number, number]} */
function around([x, y, width, height], points) {
  const left = Math.min(x, ...points.map((point) => Math.floor(point[0])));
  const top = Math.min(y, ...points.map((point) => Math.floor(point[1])));
  const right = Math.max(x + width, ...points.map((point) => Math.ceil(point[0])));
  const bottom = Math.max(y + height, ...points.map((point) => Math.ceil(point[1])));
  return [left, top, right - left, bottom - top];
}

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

/** Pixels that are read at once: of an image in tiles, and of one that is here whole. */
const mostRead = { tiled: 16_000_000, whole: 64_000_000 };

/** The kernel has one picture: of the editor that read last.
 * @type {Pixels | null} */
let owner = null;

export class Pixels {
  /** @type {[number, number, number, number] | null} what the kernel was given: left, top, width, height */
  part = null;
  /** The reading before, which the next one waits for. */
  before = Promise.resolve();

  /** @param {import("./image-canvas.js").ImageCanvas} canvas */
  constructor(canvas) { this.canvas = canvas; }

  /** Whether the kernel has a part of the image.
   * @param {[number, number, number, number]} part */
  has([x, y, width, height]) {
    if (owner !== this || !this.part) return false;
    const [left, top, across, down] = this.part;
    return x >= left && y >= top && x + width <= left + across && y + height <= top + down;
  }

  /** Hands over what is seen.
   * @returns {Promise<boolean>} whether the kernel has it now */
  readSeen() { return this.read(() => this.canvas.picture.readable); }

  /** Hands over what is seen and what lies up to some points, unless the kernel has those.
   * @param {...Point} points
   * @returns {Promise<boolean>} whether the kernel has them now */
  readAround(...points) {
    const kept = points.map((point) => this.within(point));
    const least = around([Math.floor(kept[0][0]), Math.floor(kept[0][1]), 1, 1], kept);
    return this.read(() => (this.has(least) ? least : around(this.canvas.picture.readable, kept)));
  }

  /** @param {() => [number, number, number, number]} part
   * @returns {Promise<boolean>} */
  read(part) {
    const reading = this.before.then(() => this.hand(part()));
    this.before = reading.then(() => {}, () => {});
    return reading;
  }

  /** @param {[number, number, number, number]} part */
  async hand(part) {
    if (this.has(part)) return true;
    const { canvas } = this;
    const { picture } = canvas;
    const [, , width, height] = part;
    const isTiled = picture instanceof TiledPicture;
    if (!width || !height) return false;
    if (width * height > mostRead[isTiled ? "tiled" : "whole"]) {
      toast(isTiled ? say("Zoom in first: this tool reads the pixels that are seen.") : say("The image is too large for this tool."), true);
      return false;
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    try {
      if (context) await picture.drawPart(context, part);
    } catch {
      toast(say("Parts of the image cannot be fetched now."), true);
      return false;
    }
    if (!canvas.isConnected || canvas.picture !== picture) return false;
    const isTaken = Boolean(context) && kernel.takePicture(/** @type {any} */ (context).getImageData(0, 0, width, height));
    if (!isTaken) toast(say("The image is too large for this tool."), true);
    owner = this;
    this.part = isTaken ? part : null;
    return isTaken;
  }

  /** The nearest point of the image.
   * @param {Point} point
   * @returns {Point} */
  within([x, y]) {
    const { width, height } = this.canvas.size;
    return [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
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
  seed(point) {
    const [left, top] = this.part ?? [0, 0];
    const [x, y] = this.within(point);
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
 * @param {Point[]} points
 * @returns {[number, number, number, number]} */
function around([x, y, width, height], points) {
  const left = Math.min(x, ...points.map((point) => Math.floor(point[0])));
  const top = Math.min(y, ...points.map((point) => Math.floor(point[1])));
  const right = Math.max(x + width, ...points.map((point) => Math.floor(point[0]) + 1));
  const bottom = Math.max(y + height, ...points.map((point) => Math.floor(point[1]) + 1));
  return [left, top, right - left, bottom - top];
}

/**
 * What each kind of shape can do. Values are as the API writes them, in image pixels.
 *
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{
 *   isClosed: boolean, outline: (value: any) => Point[][], area: (value: any) => number,
 *   handles: (value: any) => Array<[string, number, number]>,
 *   pulled: (value: any, handle: string, point: Point, size: Size, isFine?: boolean) => any,
 *   moved: (value: any, dx: number, dy: number) => any,
 *   drawn?: (from: Point, to: Point, size: Size) => any, isWhole: (value: any) => boolean,
 *   fromPoints?: (points: Point[], size: Size) => any, least?: number, most?: number,
 *   withoutPoint?: (value: any, handle: string) => any, size: (value: any) => string,
 * }} Kind
 */
import { box, cuboid, ellipse, rotatedBox } from "./kinds-framed.js";
import { keypoints, mask, point, polygon, polyline } from "./kinds-free.js";
import { bounds, distance, isInside, nearest } from "./geometry.js";

/** @type {Record<string, Kind>} */
export const kinds = { box, rotatedBox, polygon, polyline, point, ellipse, cuboid, keypoints, mask };

/** Boxes round values, which never change.
 * @type {WeakMap<object, [number, number, number, number]>} */
const boxes = new WeakMap();

/** The box round a shape.
 * @param {string} kind
 * @param {any} value */
export function boundsOf(kind, value) {
  let found = boxes.get(value);
  if (!found) boxes.set(value, found = bounds(kinds[kind].outline(value)));
  return found;
}

/** The shape moved, still within the image.
 * @param {string} kind
 * @param {any} value
 * @param {number} dx
 * @param {number} dy
 * @param {Size} size */
export function movedShape(kind, value, dx, dy, size) {
  const [left, top, w, h] = boundsOf(kind, value);
  // What is turned may reach over the rim, as long as its middle stays.
  const [inX, inY] = kind === "rotatedBox" ? [w / 2, h / 2] : [0, 0];
  const kept = (/** @type {number} */ by, /** @type {number} */ low, /** @type {number} */ high) => Math.min(Math.max(low, by), Math.max(low, high));
  const x = kept(dx, -left - inX, size.width - w - left + inX);
  const y = kept(dy, -top - inY, size.height - h - top + inY);
  return kinds[kind].moved(value, x, y);
}

/** The shape without one of its points; the same where it needs them all.
 * @param {string} kind
 * @param {any} value
 * @param {string} handle */
export const withoutPoint = (kind, value, handle) => kinds[kind].withoutPoint?.(value, handle) ?? value;

/** Whether a point meets the shape: its inside, or its line within `reach`.
 * @param {string} kind
 * @param {any} value
 * @param {Point} place
 * @param {number} reach */
export function meets(kind, value, place, reach) {
  const [left, top, w, h] = boundsOf(kind, value);
  const [x, y] = place;
  if (x < left - reach || y < top - reach || x > left + w + reach || y > top + h + reach) return false;
  const all = kinds[kind].outline(value);
  if (kinds[kind].isClosed) {
    const inside = all.filter((ring) => isInside(ring, place)).length;
    return kind === "cuboid" ? inside > 0 : inside % 2 === 1;
  }
  return isOnLine(all, place, reach);
}

/** @param {Point[][]} all
 * @param {Point} place
 * @param {number} reach */
const isOnLine = (all, place, reach) => all.some((ring) =>
  ring.some((b, i) => distance(place, nearest(place, ring[Math.max(0, i - 1)], b)) <= reach));

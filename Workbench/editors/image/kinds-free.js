/**
 * Kinds that are set point by point or painted: polygon `[[x, y], …]` or rings of it, polyline
 * `[[x, y], …]`, point `[x, y]`, keypoints `[[x, y, visibility], …]`, mask `{ size, counts }`.
 *
 * @typedef {import("./kinds.js").Kind} Kind
 * @typedef {import("./geometry.js").Point} Point
 */
import * as kernel from "../../core/kernel.js";
import { say } from "../../core/words.js";
import { fromRings, kept, ringArea, rings } from "./geometry.js";

const count = (/** @type {Point[]} */ points) => say("{n} points", { n: points.length });

/** Handles on every point, and between two points one that makes a new point.
 * @param {Point[][]} all
 * @param {boolean} isClosed
 * @returns {Array<[string, number, number]>} */
function pointHandles(all, isClosed) {
  return all.flatMap((ring, r) => ring.flatMap((point, i) => {
    const next = ring[i + 1] ?? (isClosed ? ring[0] : null);
    /** @type {Array<[string, number, number]>} */
    const own = [[`v${r}.${i}`, point[0], point[1]]];
    if (next) own.push([`m${r}.${i}`, (point[0] + next[0]) / 2, (point[1] + next[1]) / 2]);
    return own;
  }));
}

/** @param {Point[][]} all
 * @param {string} handle
 * @param {Point} point */
function pulledPoint(all, handle, point) {
  const [r, i] = handle.slice(1).split(".").map(Number);
  const isNew = handle[0] === "m";
  return all.map((ring, index) => (index === r ? ring.toSpliced(i + (isNew ? 1 : 0), isNew ? 0 : 1, point) : ring));
}

/** @param {Point[][]} all
 * @param {string} handle
 * @param {number} least */
function without(all, handle, least) {
  const [r, i] = handle.slice(1).split(".").map(Number);
  if (handle[0] !== "v" || all[r].length <= least) return null;
  return all.map((ring, index) => (index === r ? ring.toSpliced(i, 1) : ring));
}

const shifted = (/** @type {any} */ part, /** @type {number} */ dx, /** @type {number} */ dy) =>
  (typeof part[0] === "number" ? [part[0] + dx, part[1] + dy, ...part.slice(2)] : part.map((/** @type {any} */ inner) => shifted(inner, dx, dy)));

/** @type {Kind} */
export const polygon = {
  handles: (value) => pointHandles(rings(value), true), isClosed: true,
  pulled: (value, handle, point, size) => fromRings(pulledPoint(rings(value), handle, kept(point, size))),
  moved: shifted, outline: rings,
  area: (value) => rings(value).reduce((sum, ring, i) => sum + (i ? -1 : 1) * ringArea(ring), 0),
  fromPoints: (points, size) => points.map((point) => kept(point, size)), least: 3,
  withoutPoint: (value, handle) => {
    const left = without(rings(value), handle, 3);
    return left ? fromRings(left) : value;
  },
  isWhole: (value) => rings(value)[0].length >= 3 && ringArea(rings(value)[0]) >= 1,
  size: (value) => count(rings(value)[0]),
};

/** @type {Kind} */
export const polyline = {
  handles: (value) => pointHandles([value], false), isClosed: false,
  pulled: (value, handle, point, size) => pulledPoint([value], handle, kept(point, size))[0],
  moved: shifted, outline: (value) => [value], area: () => 0,
  fromPoints: (points, size) => points.map((point) => kept(point, size)), least: 2,
  withoutPoint: (value, handle) => without([value], handle, 2)?.[0] ?? value,
  isWhole: (value) => value.length >= 2, size: count,
};

/** @type {Kind} */
export const point = {
  handles: () => [], isClosed: false, pulled: (_, __, place, size) => kept(place, size), moved: shifted,
  outline: (value) => [[value]], area: () => 0,
  fromPoints: ([first], size) => kept(first, size), least: 1, most: 1,
  isWhole: () => true, size: ([x, y]) => `${Math.round(x)}, ${Math.round(y)}`,
};

/** Visibility of a keypoint, as COCO has it. */
export const absent = 0, hidden = 1, visible = 2;

/** @type {Kind} the lines between the points are the class's, not the value's */
export const keypoints = {
  isClosed: false, least: 1,
  handles: (value) => value.flatMap((/** @type {number[]} */ [x, y, v], /** @type {number} */ i) => (v === absent ? [] : [[`v0.${i}`, x, y]])),
  pulled: (value, handle, place, size) => {
    const i = Number(handle.slice(3));
    return value.toSpliced(i, 1, [...kept(place, size), value[i][2]]);
  },
  moved: (value, dx, dy) => value.map((/** @type {number[]} */ [x, y, v]) => (v === absent ? [0, 0, absent] : [x + dx, y + dy, v])),
  outline: (value) => value.filter((/** @type {number[]} */ p) => p[2] !== absent).map((/** @type {number[]} */ [x, y]) => [[x, y]]),
  area: () => 0,
  withoutPoint: (value, handle) => {
    const i = Number(handle.slice(3));
    const left = value.toSpliced(i, 1, [0, 0, absent]);
    return left.some((/** @type {number[]} */ p) => p[2] !== absent) ? left : value;
  },
  isWhole: (value) => value.some((/** @type {number[]} */ p) => p[2] !== absent),
  size: (value) => say("{some} of {n} points", { some: value.filter((/** @type {number[]} */ p) => p[2] !== absent).length, n: value.length }),
};

/** Run lengths of values, and what was worked out of them.
 * @type {WeakMap<object, { mask: kernel.Mask, outline?: Point[][], area?: number }>} */
const known = new WeakMap();

/** @param {any} value `{ size, counts }` */
function facts(value) {
  let found = known.get(value);
  if (!found) known.set(value, found = { mask: kernel.read(value) });
  return found;
}

/** The run lengths of a value.
 * @param {any} value */
export const maskOf = (value) => facts(value).mask;

/** A value of run lengths.
 * @param {kernel.Mask} mask */
export function maskValue(mask) {
  const value = kernel.write(mask);
  known.set(value, { mask });
  return value;
}

/** @type {Kind} */
export const mask = {
  isClosed: true, handles: () => [], pulled: (value) => value,
  moved: (value, dx, dy) => (Math.round(dx) || Math.round(dy) ? maskValue(kernel.move(maskOf(value), dx, dy)) : value),
  outline: (value) => {
    if (!kernel.isLoaded()) return [];
    const found = facts(value);
    return found.outline ??= kernel.trace(found.mask).flat();
  },
  area: (value) => {
    if (!kernel.isLoaded()) return 0;
    const found = facts(value);
    return found.area ??= kernel.measure(found.mask).area;
  },
  isWhole: (value) => mask.area(value) > 0,
  size: (value) => say("{n} pixels", { n: mask.area(value) }),
};

/**
 * What each kind of shape can do. Values are as the API writes them, in image pixels:
 * box `[x, y, w, h]`, polygon `[[x, y], …]` or rings of it, polyline `[[x, y], …]`, point `[x, y]`,
 * ellipse `[x, y, rx, ry, turn]`, cuboid six points.
 *
 * @typedef {[number, number]} Point
 * @typedef {{ width: number, height: number }} Size
 * @typedef {{
 *   handles: (value: any) => Array<[string, number, number]>,
 *   pulled: (value: any, handle: string, point: Point, size: Size) => any,
 *   outline: (value: any) => Point[][], isClosed: boolean, area: (value: any) => number,
 *   drawn?: (from: Point, to: Point, size: Size) => any, isWhole: (value: any) => boolean,
 *   fromPoints?: (points: Point[], size: Size) => any, least?: number, most?: number, size: (value: any) => string,
 * }} Kind
 */
import { boxOf, handles, resized } from "./image-view.js";

const within = (/** @type {number} */ v, /** @type {number} */ limit) => Math.min(limit, Math.max(0, v));
const kept = (/** @type {Point} */ [x, y], /** @type {Size} */ size) =>
  /** @type {Point} */ ([within(x, size.width), within(y, size.height)]);
const extent = (/** @type {any} */ value, /** @type {Kind} */ kind) => {
  const [, , w, h] = bounds(kind.outline(value));
  return `${Math.round(w)} × ${Math.round(h)}`;
};
const count = (/** @type {Point[]} */ points) => `${points.length} points`;

/** The rings of a polygon, its outline first. @param {any} value @returns {Point[][]} */
export const rings = (value) => (Array.isArray(value[0]?.[0]) ? value : [value]);
/** @param {Point[][]} all */
const fromRings = (all) => (all.length === 1 ? all[0] : all);

/** The box round some outlines. @param {Point[][]} outlines @returns {[number, number, number, number]} */
export function bounds(outlines) {
  const points = outlines.flat();
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** Square pixels within an outline. @param {Point[]} ring */
function ringArea(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => {
    const [px, py] = ring[(i || ring.length) - 1];
    return sum + px * y - x * py;
  }, 0)) / 2;
}

/** Handles on every point, and between two points one that makes a new point.
 * @param {Point[][]} all @param {boolean} isClosed @returns {Array<[string, number, number]>} */
function pointHandles(all, isClosed) {
  return all.flatMap((ring, r) => ring.flatMap((point, i) => {
    const next = ring[i + 1] ?? (isClosed ? ring[0] : null);
    /** @type {Array<[string, number, number]>} */
    const own = [[`v${r}.${i}`, point[0], point[1]]];
    if (next) own.push([`m${r}.${i}`, (point[0] + next[0]) / 2, (point[1] + next[1]) / 2]);
    return own;
  }));
}

/** @param {Point[][]} all @param {string} handle @param {Point} point */
function pulledPoint(all, handle, point) {
  const [r, i] = handle.slice(1).split(".").map(Number);
  const isNew = handle[0] === "m";
  return all.map((ring, index) => (index === r ? ring.toSpliced(i + (isNew ? 1 : 0), isNew ? 0 : 1, point) : ring));
}

/** @type {Kind} */
const box = {
  handles, isClosed: true,
  pulled: (value, handle, point, size) => resized(value, handle, point, size.width, size.height),
  outline: ([x, y, w, h]) => [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]],
  area: (value) => value[2] * value[3],
  drawn: (from, to, size) => boxOf(from, to, size.width, size.height),
  isWhole: (value) => value[2] >= 1 && value[3] >= 1,
  size: (value) => `${Math.round(value[2])} × ${Math.round(value[3])}`,
};

/** @type {Kind} */
const polygon = {
  handles: (value) => pointHandles(rings(value), true), isClosed: true,
  pulled: (value, handle, point, size) => fromRings(pulledPoint(rings(value), handle, kept(point, size))),
  outline: rings,
  area: (value) => rings(value).reduce((sum, ring, i) => sum + (i ? -1 : 1) * ringArea(ring), 0),
  fromPoints: (points, size) => points.map((point) => kept(point, size)), least: 3,
  isWhole: (value) => rings(value)[0].length >= 3 && ringArea(rings(value)[0]) >= 1,
  size: (value) => count(rings(value)[0]),
};

/** @type {Kind} */
const polyline = {
  handles: (value) => pointHandles([value], false), isClosed: false,
  pulled: (value, handle, point, size) => pulledPoint([value], handle, kept(point, size))[0],
  outline: (value) => [value], area: () => 0,
  fromPoints: (points, size) => points.map((point) => kept(point, size)), least: 2,
  isWhole: (value) => value.length >= 2, size: count,
};

/** @type {Kind} */
const point = {
  handles: () => [], isClosed: false, pulled: (_, __, place, size) => kept(place, size),
  outline: (value) => [[value]], area: () => 0,
  fromPoints: ([first], size) => kept(first, size), least: 1, most: 1,
  isWhole: () => true, size: ([x, y]) => `${Math.round(x)}, ${Math.round(y)}`,
};

/** A place in an ellipse's own axes, and back. @param {number[]} value @param {number} turn */
const turned = ([x, y], turn) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];

/** @type {Kind} */
const ellipse = {
  handles: ([x, y, a, b, turn = 0]) => /** @type {Array<[string, number, number]>} */ (
    [["e", a, 0], ["s", 0, b], ["w", -a, 0], ["n", 0, -b]].map(([name, u, v]) => {
      const [dx, dy] = turned([Number(u), Number(v)], turn);
      return [name, x + dx, y + dy];
    })),
  isClosed: true,
  pulled: ([x, y, a, b, turn = 0], handle, [px, py]) => {
    const [u, v] = turned([px - x, py - y], -turn);
    const radii = handle === "e" || handle === "w" ? [Math.max(1, Math.abs(u)), b] : [a, Math.max(1, Math.abs(v))];
    return [x, y, ...radii, ...(turn ? [turn] : [])];
  },
  outline: ([x, y, a, b, turn = 0]) => [Array.from({ length: 64 }, (_, i) => {
    const [dx, dy] = turned([a * Math.cos((i * Math.PI) / 32), b * Math.sin((i * Math.PI) / 32)], turn);
    return /** @type {Point} */ ([x + dx, y + dy]);
  })],
  area: ([, , a, b]) => Math.PI * a * b,
  drawn: (from, to, size) => {
    const [x, y, w, h] = boxOf(from, to, size.width, size.height);
    return [x + w / 2, y + h / 2, w / 2, h / 2];
  },
  isWhole: ([, , a, b]) => a >= 1 && b >= 1,
  size: (value) => extent(value, ellipse),
};

/** @type {Kind} */
const cuboid = {
  handles: (value) => value.map((/** @type {Point} */ [x, y], /** @type {number} */ i) => [`v0.${i}`, x, y]),
  isClosed: true,
  pulled: (value, handle, place, size) => pulledPoint([value], handle, kept(place, size))[0],
  outline: (value) => {
    const [a, b, c, d, top, bottom] = value;
    const isRight = top[0] + bottom[0] >= a[0] + b[0];
    return [[a, b, c, d], isRight ? [b, top, bottom, c] : [top, a, d, bottom]];
  },
  area: (value) => cuboid.outline(value).reduce((sum, ring) => sum + ringArea(ring), 0),
  drawn: (from, to, size) => {
    const [x, y, w, h] = boxOf(from, to, size.width, size.height);
    const side = x + 1.4 * w <= size.width || x < 0.4 * w ? [x + 1.4 * w] : [x - 0.4 * w];
    const rise = Math.min(y, 0.2 * h);
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h], [side[0], y - rise], [side[0], y + h - rise]]
      .map((corner) => kept(/** @type {Point} */ (corner), size));
  },
  isWhole: (value) => ringArea(value.slice(0, 4)) >= 1,
  size: (value) => extent(value, cuboid),
};

/** @type {Record<string, Kind>} */
export const kinds = { box, polygon, polyline, point, ellipse, cuboid };

/** The shape moved, still within the image. @param {string} kind @param {any} value @param {number} dx
 * @param {number} dy @param {Size} size */
export function movedShape(kind, value, dx, dy, size) {
  const [left, top, w, h] = bounds(kinds[kind].outline(value));
  const x = Math.min(Math.max(-left, dx), Math.max(-left, size.width - w - left));
  const y = Math.min(Math.max(-top, dy), Math.max(-top, size.height - h - top));
  if (kind === "box" || kind === "ellipse") return [value[0] + x, value[1] + y, ...value.slice(2)];
  const shift = (/** @type {any} */ part) =>
    (typeof part[0] === "number" ? [part[0] + x, part[1] + y] : part.map(shift));
  return shift(value);
}

/** The shape without one of its points; the same where it needs them all.
 * @param {string} kind @param {any} value @param {string} handle */
export function withoutPoint(kind, value, handle) {
  const { least } = kinds[kind];
  if (!least || handle[0] !== "v") return value;
  const [r, i] = handle.slice(1).split(".").map(Number);
  const all = kind === "polygon" ? rings(value) : [value];
  if (all[r].length <= least) return value;
  const left = all.map((ring, index) => (index === r ? ring.toSpliced(i, 1) : ring));
  return kind === "polygon" ? fromRings(left) : left[0];
}

/** Whether a point meets the shape: its inside, or its line within `reach`.
 * @param {string} kind @param {any} value @param {Point} place @param {number} reach */
export function meets(kind, value, place, reach) {
  const { outline, isClosed } = kinds[kind];
  const all = outline(value);
  if (isClosed) {
    const isInside = (/** @type {Point[]} */ ring) => ring.reduce((inside, [bx, by], i) => {
      const [ax, ay] = ring[(i || ring.length) - 1];
      return (ay > place[1]) !== (by > place[1]) && place[0] < ax + ((place[1] - ay) / (by - ay)) * (bx - ax) ? !inside : inside;
    }, false);
    return kind === "cuboid" ? all.some(isInside) : all.filter(isInside).length % 2 === 1;
  }
  return all[0].some((b, i) => distance(place, all[0][Math.max(0, i - 1)], b) <= reach);
}

/** From a point to a piece of line. @param {Point} p @param {Point} a @param {Point} b */
function distance(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length ? within(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length, 1) : 0;
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}

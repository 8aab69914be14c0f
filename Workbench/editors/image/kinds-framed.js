/**
 * Kinds that are pulled up from a frame: box `[x, y, w, h]`, rotated box `[x, y, w, h, turn]` round its
 * middle, ellipse `[x, y, rx, ry, turn]`, cuboid six points.
 *
 * @typedef {import("./kinds.js").Kind} Kind
 * @typedef {import("./geometry.js").Point} Point
 */
import { bounds, kept, ringArea, turned } from "./geometry.js";
import { boxOf, handles, resized } from "./view.js";

/** Steps of a turn where it is not fine: 15°. */
const turnStep = Math.PI / 12;

const extent = (/** @type {Point[][]} */ outline) => {
  const [, , w, h] = bounds(outline);
  return `${Math.round(w)} × ${Math.round(h)}`;
};

/** @type {Kind} */
export const box = {
  handles, isClosed: true,
  pulled: (value, handle, point, size) => resized(value, handle, point, size.width, size.height),
  moved: ([x, y, w, h], dx, dy) => [x + dx, y + dy, w, h],
  outline: ([x, y, w, h]) => [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]],
  area: (value) => value[2] * value[3],
  drawn: (from, to, size) => boxOf(from, to, size.width, size.height),
  isWhole: (value) => value[2] >= 1 && value[3] >= 1,
  size: (value) => `${Math.round(value[2])} × ${Math.round(value[3])}`,
};

/** @type {Kind} */
export const rotatedBox = {
  isClosed: true,
  handles: ([x, y, w, h, turn]) => [
    ...handles([-w / 2, -h / 2, w, h]), ["turn", 0, -h / 2 - Math.max(12, h * 0.15)],
  ].map(([name, u, v]) => {
    const [dx, dy] = turned([Number(u), Number(v)], turn);
    return /** @type {[string, number, number]} */ ([name, x + dx, y + dy]);
  }),
  pulled: ([x, y, w, h, turn], handle, [px, py], size, isFine = true) => {
    if (handle === "turn") {
      const angle = Math.atan2(py - y, px - x) + Math.PI / 2;
      const full = Math.atan2(Math.sin(angle), Math.cos(angle));
      return [x, y, w, h, isFine ? full : Math.round(full / turnStep) * turnStep];
    }
    // In the box's own axes the side opposite the handle stays.
    const [u, v] = turned([px - x, py - y], -turn);
    let [left, top, right, bottom] = [-w / 2, -h / 2, w / 2, h / 2];
    if (handle.includes("w")) left = Math.min(u, right - 1);
    if (handle.includes("e")) right = Math.max(u, left + 1);
    if (handle.includes("n")) top = Math.min(v, bottom - 1);
    if (handle.includes("s")) bottom = Math.max(v, top + 1);
    const [dx, dy] = turned([(left + right) / 2, (top + bottom) / 2], turn);
    return [...kept([x + dx, y + dy], size), right - left, bottom - top, turn];
  },
  moved: ([x, y, ...rest], dx, dy) => [x + dx, y + dy, ...rest],
  outline: ([x, y, w, h, turn]) => [[[-w, -h], [w, -h], [w, h], [-w, h]].map(([u, v]) => {
    const [dx, dy] = turned([u / 2, v / 2], turn);
    return /** @type {Point} */ ([x + dx, y + dy]);
  })],
  area: ([, , w, h]) => w * h,
  drawn: (from, to, size) => {
    const [x, y, w, h] = boxOf(from, to, size.width, size.height);
    return [x + w / 2, y + h / 2, w, h, 0];
  },
  isWhole: ([, , w, h]) => w >= 1 && h >= 1,
  size: ([, , w, h, turn]) => `${Math.round(w)} × ${Math.round(h)} · ${Math.round((turn * 180) / Math.PI)}°`,
};

/** @type {Kind} */
export const ellipse = {
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
  moved: ([x, y, ...rest], dx, dy) => [x + dx, y + dy, ...rest],
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
  size: (value) => extent(ellipse.outline(value)),
};

/** @type {Kind} */
export const cuboid = {
  handles: (value) => value.map((/** @type {Point} */ [x, y], /** @type {number} */ i) => [`v0.${i}`, x, y]),
  isClosed: true,
  pulled: (value, handle, place, size) => value.toSpliced(Number(handle.slice(3)), 1, kept(place, size)),
  moved: (value, dx, dy) => value.map((/** @type {Point} */ [x, y]) => [x + dx, y + dy]),
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
  size: (value) => extent(cuboid.outline(value)),
};

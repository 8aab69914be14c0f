/**
 * Small matters of points and rings, in image pixels.
 *
 * @typedef {[number, number]} Point
 * @typedef {{ width: number, height: number }} Size
 */

export const within = (/** @type {number} */ v, /** @type {number} */ limit) => Math.min(limit, Math.max(0, v));

/** The point, within the image.
 * @param {Point} point
 * @param {Size} size
 * @returns {Point} */
export const kept = ([x, y], size) => [within(x, size.width), within(y, size.height)];

/** The rings of a polygon, its outline first.
 * @param {any} value
 * @returns {Point[][]} */
export const rings = (value) => (Array.isArray(value[0]?.[0]) ? value : [value]);
/** A polygon of rings, as the API writes it.
 * @param {Point[][]} all */
export const fromRings = (all) => (all.length === 1 ? all[0] : all);

/** The box round some outlines.
 * @param {Point[][]} outlines
 * @returns {[number, number, number, number]} */
export function bounds(outlines) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of outlines) {
    for (const [x, y] of ring) {
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return left > right ? [0, 0, 0, 0] : [left, top, right - left, bottom - top];
}

/** Square pixels within an outline.
 * @param {Point[]} ring */
export function ringArea(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => {
    const [px, py] = ring[(i || ring.length) - 1];
    return sum + px * y - x * py;
  }, 0)) / 2;
}

/** @param {Point[]} ring
 * @param {Point} place */
export function isInside(ring, place) {
  return ring.reduce((inside, [bx, by], i) => {
    const [ax, ay] = ring[(i || ring.length) - 1];
    return (ay > place[1]) !== (by > place[1]) && place[0] < ax + ((place[1] - ay) / (by - ay)) * (bx - ax) ? !inside : inside;
  }, false);
}

/** The point between `a` and `b` that is nearest to `p`.
 * @param {Point} p
 * @param {Point} a
 * @param {Point} b
 * @returns {Point} */
export function nearest(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length ? within(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length, 1) : 0;
  return [a[0] + t * dx, a[1] + t * dy];
}

/** @param {Point} a
 * @param {Point} b */
export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Turned round the origin, clockwise on the screen.
 * @param {number[]} point
 * @param {number} turn radians
 * @returns {Point} */
export const turned = ([x, y], turn) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];

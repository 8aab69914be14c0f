/** Colours that classes bring along, by their numbers.
 * @type {Map<number, string>} */
let given = new Map();

/** Takes the colours of an ontology's classes.
 * @param {Array<{ id: number, color?: string }>} classes */
export function useColors(classes) {
  given = new Map(classes.flatMap(({ id, color: hex }) => (hex ? [[id, hex]] : [])));
}

/** A class's own hue: equally light, a golden angle apart, so that neighbours differ.
 * @param {number} id from 1 */
export function hue(id) { return (25 + (id - 1) * 137.508) % 360; }

/** @param {number} id
 * @param {number} [alpha] */
export function color(id, alpha = 1) {
  const hex = given.get(id);
  if (hex) return hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
  return `oklch(68% 0.17 ${hue(id)} / ${alpha})`;
}

/** The colour as bytes, for pixels.
 * @param {number} id
 * @returns {[number, number, number]} */
export function bytes(id) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }));
  context.fillStyle = color(id);
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

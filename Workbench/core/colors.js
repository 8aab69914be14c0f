/** A class's colour: hues of equal lightness a golden angle apart, so that neighbours differ.
 * @param {number} id from 1 */
export function hue(id) { return (25 + (id - 1) * 137.508) % 360; }

/** @param {number} id @param {number} [alpha] */
export function color(id, alpha = 1) { return `oklch(68% 0.17 ${hue(id)} / ${alpha})`; }

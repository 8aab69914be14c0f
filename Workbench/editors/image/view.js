/** Screen pixels within which a handle is met or a point snaps. */
export const handleReach = 9;

/**
 * Where an image lies on the screen: image pixels times `scale`, moved by `x, y` screen pixels.
 */
export class ImageView {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  /** Shows the whole image in the middle.
   * @param {number} width
   * @param {number} height
   * @param {number} frameWidth
   * @param {number} frameHeight */
  fit(width, height, frameWidth, frameHeight) {
    const margin = Math.min(24, frameWidth / 20);
    this.scale = Math.max(0.001,
      Math.min((frameWidth - 2 * margin) / width, (frameHeight - 2 * margin) / height));
    this.x = (frameWidth - width * this.scale) / 2;
    this.y = (frameHeight - height * this.scale) / 2;
  }

  /** Zooms so that the point under the cursor stays.
   * @param {number} factor
   * @param {number} x
   * @param {number} y */
  zoom(factor, x, y) {
    const scale = Math.min(64, Math.max(0.01, this.scale * factor));
    this.x = x - (x - this.x) * (scale / this.scale);
    this.y = y - (y - this.y) * (scale / this.scale);
    this.scale = scale;
  }

  /** Screen to image.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]} */
  toImage(x, y) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }

  /** Image to screen.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]} */
  toScreen(x, y) { return [x * this.scale + this.x, y * this.scale + this.y]; }
}

/** A box of two corners, kept within the image.
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} width
 * @param {number} height
 * @returns {[number, number, number, number]} */
export function boxOf(a, b, width, height) {
  const within = (/** @type {number} */ v, /** @type {number} */ limit) => Math.min(limit, Math.max(0, v));
  const [left, right] = [within(Math.min(a[0], b[0]), width), within(Math.max(a[0], b[0]), width)];
  const [top, bottom] = [within(Math.min(a[1], b[1]), height), within(Math.max(a[1], b[1]), height)];
  return [left, top, right - left, bottom - top];
}

/** The handles of a box: name, place.
 * @param {readonly number[]} box
 * @returns {Array<[string, number, number]>} */
export function handles([x, y, w, h]) {
  return [
    ["nw", x, y], ["n", x + w / 2, y], ["ne", x + w, y], ["e", x + w, y + h / 2],
    ["se", x + w, y + h], ["s", x + w / 2, y + h], ["sw", x, y + h], ["w", x, y + h / 2],
  ];
}

/** The box with one handle moved to a point.
 * @param {readonly number[]} box
 * @param {string} handle
 * @param {number[]} point
 * @param {number} width
 * @param {number} height */
export function resized([x, y, w, h], handle, point, width, height) {
  let [left, top, right, bottom] = [x, y, x + w, y + h];
  if (handle.includes("w")) left = point[0];
  if (handle.includes("e")) right = point[0];
  if (handle.includes("n")) top = point[1];
  if (handle.includes("s")) bottom = point[1];
  return boxOf([left, top], [right, bottom], width, height);
}

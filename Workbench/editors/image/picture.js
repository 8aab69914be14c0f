import { get } from "../../core/api.js";
import { h } from "../../core/dom.js";

/** Pixels of an image whose pixels are looked for when it is shown. */
const mostChecked = 64_000_000;

/**
 * @typedef {import("./view.js").ImageView} ImageView
 * @typedef {{ width: number, height: number, tiles: { size: number, top: number, source: string } | null }} Cut
 * @typedef {WholePicture | TiledPicture} Picture
 */

/** Whether an image is here but cannot be decoded, as against not being here.
 * @param {string} source */
export async function isBroken(source) {
  try {
    const response = await fetch(source);
    if (!response.ok) return false;
    const blob = await response.blob();
    return await createImageBitmap(blob).then((bitmap) => { bitmap.close(); return false; }, () => true);
  } catch {
    return false;
  }
}

/** How an image is cut into tiles; null where it is shown whole.
 * @param {string} [source] where the server says so
 * @returns {Promise<Cut | null>} */
export async function cutOf(source) {
  if (!source) return null;
  const cut = await get(source).catch(() => null);
  return cut?.tiles ? cut : null;
}

/** The image as the browser shows it. */
export class WholePicture {
  /** @type {HTMLImageElement} */
  element = h("img.picture", { alt: "", draggable: "false", decoding: "async" });

  get width() { return this.element.naturalWidth; }
  get height() { return this.element.naturalHeight; }

  /** @param {string} source
   * @returns {Promise<void>} rejected where it cannot be shown */
  open(source) {
    return new Promise((resolve, reject) => {
      this.element.onload = () => {
        resolve();
        // Whose header can be read may still have no pixels. Very large ones may only lack memory here.
        if (this.width * this.height <= mostChecked) createImageBitmap(this.element, 0, 0, 1, 1).then((bitmap) => bitmap.close(), this.failed);
      };
      this.element.onerror = () => reject(new Error("not an image"));
      this.element.src = source;
    });
  }

  /** Called where it turns out later that it cannot be shown. */
  failed = () => {};

  /** @param {ImageView} view */
  place({ x, y, scale }) {
    this.element.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${scale})`);
    this.element.classList.toggle("is-close", scale >= 3);
  }

  /** Draws all of it small.
   * @param {OffscreenCanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height */
  drawSmall(context, width, height) { context.drawImage(this.element, 0, 0, width, height); }

  /** The part whose pixels can be read while one looks so: all of it.
   * @returns {[number, number, number, number]} */
  get readable() { return [0, 0, this.width, this.height]; }

  /** @param {OffscreenCanvasRenderingContext2D} context
   * @param {[number, number, number, number]} part */
  async drawPart(context, [x, y, width, height]) { context.drawImage(this.element, x, y, width, height, 0, 0, width, height); }

  close() {}
}

/** Tiles that are kept decoded beside those that are seen: of the usual size some 200 MB. */
const mostKept = 200;
/** Milliseconds until a tile that did not come is asked for again. */
const patience = [1000, 4000, 15_000];

/** An image of which only the tiles that are looked at are here. */
export class TiledPicture {
  /** @type {HTMLCanvasElement} */
  element = h("canvas.picture.is-tiled", { "aria-hidden": "true" });
  /** By name, the one used last at the end.
   * @type {Map<string, { image: HTMLImageElement, isHere: boolean, arrival: Promise<void> }>} */
  tiles = new Map();
  /** @type {ImageView | null} */
  view = null;
  /** Those that the view needs now.
   * @type {Set<string>} */
  used = new Set();
  /** How often a tile did not come.
   * @type {Map<string, number>} */
  misses = new Map();
  isOpen = false;
  /** Called when something new can be seen. */
  arrived = () => {};
  failed = () => {};

  /** @param {Cut} cut */
  constructor(cut) {
    this.whole = { width: cut.width, height: cut.height };
    this.cut = /** @type {NonNullable<Cut["tiles"]>} */ (cut.tiles);
  }

  get width() { return this.isOpen ? this.whole.width : 0; }
  get height() { return this.isOpen ? this.whole.height : 0; }

  /** Ready once the whole can be seen, however small. */
  async open() {
    const levels = [...Array(this.cut.top + 1).keys()];
    this.base = levels.findLast((level) => Math.max(this.whole.width, this.whole.height) / 2 ** (this.cut.top - level) <= this.cut.size) ?? 0;
    await this.tile(this.base, 0, 0).arrival;
    this.isOpen = true;
  }

  /** @param {number} level
   * @param {number} column
   * @param {number} row */
  tile(level, column, row) {
    const name = `${level}/${column}/${row}`;
    this.used.add(name);
    const known = this.tiles.get(name);
    if (known) {
      this.tiles.delete(name);
      this.tiles.set(name, known);
      return known;
    }
    const image = new Image();
    image.src = this.cut.source.replace("{level}/{column}/{row}", name);
    const tile = { image, isHere: false, arrival: image.decode().then(() => { tile.isHere = true; }) };
    tile.arrival.then(() => { if (this.tiles.get(name) === tile) this.arrived(); }, () => this.missed(name, tile));
    this.tiles.set(name, tile);
    for (const other of this.tiles.keys()) {
      if (this.tiles.size <= mostKept) break;
      if (other !== `${this.base}/0/0` && !this.used.has(other)) this.tiles.delete(other);
    }
    return tile;
  }

  /** Asks for a tile again after a while.
   * @param {string} name
   * @param {object} tile */
  missed(name, tile) {
    if (this.tiles.get(name) !== tile) return;
    const misses = this.misses.get(name) ?? 0;
    this.misses.set(name, misses + 1);
    if (misses < patience.length) setTimeout(() => { if (this.tiles.get(name) === tile) { this.tiles.delete(name); this.arrived(); } }, patience[misses]);
  }

  /** Tiles of a level that a part of the image needs.
   * @param {number} level
   * @param {[number, number, number, number]} part image pixels: left, top, right, bottom */
  * needed(level, [left, top, right, bottom]) {
    const span = this.cut.size * 2 ** (this.cut.top - level);
    const last = (/** @type {number} */ length, /** @type {number} */ end) => Math.min(Math.ceil(length / span), Math.ceil(end / span)) - 1;
    for (let row = Math.max(0, Math.floor(top / span)); row <= last(this.height, bottom); row += 1) {
      for (let column = Math.max(0, Math.floor(left / span)); column <= last(this.width, right); column += 1) yield { column, row, span };
    }
  }

  /** Paints what is seen, in the finest tiles that are here.
   * @param {ImageView} view */
  place(view) {
    this.view = view;
    this.used = new Set();
    const ratio = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = /** @type {HTMLElement} */ (this.element.parentElement ?? this.element);
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.element.width !== width || this.element.height !== height) Object.assign(this.element, { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (this.element.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = view.scale < 3;
    const scale = view.scale * ratio;
    context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
    const part = /** @type {[number, number, number, number]} */ ([...view.toImage(0, 0), ...view.toImage(clientWidth, clientHeight)]);
    const level = this.levelFor(scale);
    // What is coarser lies under it, and shows where a tile is still on its way.
    for (let under = this.base ?? 0; under <= level; under += 1) {
      for (const { column, row, span } of this.needed(under, part)) {
        const tile = under === level || under === this.base ? this.tile(under, column, row) : this.tiles.get(`${under}/${column}/${row}`);
        if (tile?.isHere) this.drawTile(context, tile.image, column * span, row * span, span / this.cut.size);
      }
    }
  }

  /** The coarsest level that shows as much as a screen can.
   * @param {number} scale screen pixels to one of the image */
  levelFor(scale) {
    return Math.min(this.cut.top, Math.max(this.base ?? 0, this.cut.top + Math.ceil(Math.log2(scale) - 0.25)));
  }

  /** Halved sizes are rounded up, so that the last pixel of a level may lie beyond the image.
   * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
   * @param {HTMLImageElement} image
   * @param {number} x image pixels
   * @param {number} y
   * @param {number} factor image pixels to one of the tile */
  drawTile(context, image, x, y, factor) {
    const width = Math.min(image.naturalWidth, (this.width - x) / factor);
    const height = Math.min(image.naturalHeight, (this.height - y) / factor);
    context.drawImage(image, 0, 0, width, height, x, y, width * factor, height * factor);
  }

  /** @param {OffscreenCanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height */
  drawSmall(context, width, height) {
    const tile = this.tile(this.base ?? 0, 0, 0);
    context.save();
    context.scale(width / this.width, height / this.height);
    if (tile.isHere) this.drawTile(context, tile.image, 0, 0, 2 ** (this.cut.top - (this.base ?? 0)));
    context.restore();
  }

  /** The part that is seen, in whole tiles' pixels.
   * @returns {[number, number, number, number]} */
  get readable() {
    const { view, element } = this;
    if (!view) return [0, 0, 0, 0];
    const [left, top] = view.toImage(0, 0).map((place) => Math.max(0, Math.floor(place)));
    const ends = view.toImage(element.clientWidth, element.clientHeight);
    const [right, bottom] = [Math.min(this.width, Math.ceil(ends[0])), Math.min(this.height, Math.ceil(ends[1]))];
    return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
  }

  /** Every pixel of a part, once it is here.
   * @param {OffscreenCanvasRenderingContext2D} context
   * @param {[number, number, number, number]} part */
  async drawPart(context, [x, y, width, height]) {
    const tiles = [...this.needed(this.cut.top, [x, y, x + width, y + height])].map(({ column, row, span }) => ({
      tile: this.tile(this.cut.top, column, row), left: column * span - x, top: row * span - y,
    }));
    await Promise.all(tiles.map(({ tile }) => tile.arrival));
    for (const { tile, left, top } of tiles) context.drawImage(tile.image, left, top);
  }

  close() {
    this.tiles.clear();
    Object.assign(this.element, { width: 0, height: 0 });
  }
}

import { withClient } from "../../core/api.js";
import { color } from "../../core/colors.js";
import { h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { kinds } from "../../editors/image/kinds.js";
import { paintShape } from "../../editors/image/painting.js";
import { ImageView } from "../../editors/image/view.js";

/** Labels that are drawn over one picture. */
const drawnLimit = 500;

/** Numbers by which classes have their colours, by name. @type {Map<string, number>} */
const numbers = new Map();

/** Gives the classes of a dataset their colours, in its own order: whoever looks at it sees the same.
 * @param {string[]} names */
export function numberClasses(names) {
  numbers.clear();
  names.forEach((name, place) => numbers.set(name, place + 1));
}

/** The colour of a class, the same wherever it is shown.
 * @param {string} name
 * @param {number} [alpha] */
export function classColor(name, alpha = 1) {
  let number = numbers.get(name);
  if (!number) numbers.set(name, number = numbers.size + 1);
  return color(number, alpha);
}

/** All labels of an item with the names of their sets.
 * @param {any} item
 * @returns {Array<{ set: string, label: any }>} */
export const labelsOf = (item) => Object.entries(item.labels).flatMap(([set, { labels }]) => labels.map((/** @type {any} */ label) => ({ set, label })));

/** Classes that an item has as a whole.
 * @param {any} item
 * @returns {string[]} */
export const wholeNames = (item) => labelsOf(item).filter(({ label }) => label.whole).map(({ set, label }) => (set === "truth" ? label.class : `${set}: ${label.class}`));

/** What of a label is drawn: its kind and value, of pieces one after the other.
 * @param {any} label
 * @returns {Array<[string, any]>} */
export function shapesOf(label) {
  if (label.pieces) return label.pieces.map((/** @type {any} */ piece) => ["polygon", piece]);
  if (label.space) return label.around ? [["box", label.around]] : [];
  return Object.keys(kinds).filter((kind) => label[kind]).map((kind) => [kind, label[kind]]);
}

/** Whether an item is a recording or a film.
 * @param {any} item */
export const isPlayed = (item) => /^(audio|video)\//.test(item.metadata.media_type ?? "");

/** @param {string} dataset
 * @param {any} item a recording or a film */
export const player = (dataset, item) => h(String(item.metadata.media_type).startsWith("audio/") ? "audio.item-player" : "video.item-player", {
  src: withClient(`/api/datasets/${dataset}/items/${item.number}/image`), controls: true, playsinline: true, preload: "metadata", "aria-label": item.name,
});

/** An item's image with its labels drawn over it. */
export class Picture {
  /** @param {string} dataset
   * @param {any} item
   * @param {boolean} isSmall whether a thumbnail will do */
  constructor(dataset, item, isSmall) {
    this.item = item;
    this.isSmall = isSmall;
    /** The label that stands out, by its place.
     * @type {number | null} */
    this.marked = null;
    /** Where one looks; all of it where that is null.
     * @type {ImageView | null} */
    this.view = null;
    /** What is shown in place of the image, of a very large one.
     * @type {import("../../editors/image/picture.js").TiledPicture | null} */
    this.tiled = null;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.element = h("div.picture", {}, this.canvas);
    this.image = new Image();
    this.image.decoding = "async";
    this.image.addEventListener("load", () => this.draw());
    this.image.addEventListener("error", () => { this.element.append(h("p.picture-problem", {}, say("The image cannot be shown."))); this.draw(); });
    this.image.src = withClient(`/api/datasets/${dataset}/items/${item.number}/image?${isSmall && item.width ? "thumbnail" : "shown"}=true`);
    this.width = this.height = 0;
  }

  /** @param {number} width
   * @param {number} height */
  resize(width, height) {
    if (width === this.width && height === this.height) return;
    [this.width, this.height] = [width, height];
    const ratio = devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.draw();
  }

  /** All of it in the middle; null while nothing is known of its size. */
  whole() {
    const width = this.item.width ?? this.image.naturalWidth, height = this.item.height ?? this.image.naturalHeight;
    if (!width || !height) return null;
    const view = new ImageView();
    view.scale = Math.min(this.width / width, this.height / height);
    [view.x, view.y] = [(this.width - width * view.scale) / 2, (this.height - height * view.scale) / 2];
    return view;
  }

  draw() {
    if (!this.width) return;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const isThere = this.image.complete && this.image.naturalWidth > 0;
    const view = this.view ?? this.whole();
    if (!view) return;
    const width = this.item.width ?? this.image.naturalWidth, height = this.item.height ?? this.image.naturalHeight;
    context.imageSmoothingEnabled = view.scale < 3;
    if (this.tiled) this.tiled.place(view);
    else if (isThere) context.drawImage(this.image, view.x, view.y, width * view.scale, height * view.scale);
    labelsOf(this.item).slice(0, drawnLimit).forEach(({ set, label }, place) => {
      const name = set === "truth" ? label.class : `${label.class}${label.score === undefined ? "" : ` ${Math.round(label.score * 100)} %`}`;
      const look = { name, color: (alpha = 1) => classColor(label.class, alpha), lines: [] };
      // Predictions are dashed, so that both can be told where they lie on each other.
      context.setLineDash(set === "truth" ? [] : [5, 3]);
      for (const [kind, value] of shapesOf(label)) paintShape(context, view, kind, value, look, { isPlain: this.isSmall, isSelected: this.marked === place });
    });
    context.setLineDash([]);
  }
}

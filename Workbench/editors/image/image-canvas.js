import { bytes, color } from "../../core/colors.js";
import { fill, h } from "../../core/dom.js";
import * as kernel from "../../core/kernel.js";
import { say } from "../../core/words.js";
import { ObjectEditor } from "../object-editor.js";
import { Crowd, crowdSize } from "./crowd.js";
import { ShapeGrid } from "./grid.js";
import { boundsOf, kinds, meets } from "./kinds.js";
import { absent, maskOf } from "./kinds-free.js";
import { TiledPicture, WholePicture, cutOf, isBroken } from "./picture.js";
import { handleReach, ImageView } from "./view.js";
import { lookOf, paintGhost, paintHandles, paintLine, paintPin, paintPixelGrid, paintShape } from "./painting.js";

/** Screen pixels that an image pixel must have for the grid between them to be drawn. */
const gridPixels = 8;

/**
 * @typedef {import("../../core/answer.js").Shape} Shape
 * @typedef {import("./geometry.js").Point} Point
 */

/**
 * An image and the shapes on it, as they are seen: the image itself, a crowd that a worker paints, what is
 * finished, and what is under the hand, one over the other.
 */
export class ImageCanvas extends ObjectEditor {
  view = new ImageView();
  /** @type {import("./picture.js").Picture} */
  picture = new WholePicture();
  /** @type {HTMLCanvasElement} */
  finished = h("canvas.finished", { "aria-hidden": "true" });
  /** @type {HTMLCanvasElement} */
  live = h("canvas.live", {
    tabindex: 0, role: "application",
    "aria-label": say("Image. Draw with the mouse; select objects in the list beside it."),
  });
  /** @type {HTMLCanvasElement} */
  map = h("canvas.minimap", { "aria-hidden": "true", hidden: true });
  /** The picture small, for the map.
   * @type {OffscreenCanvas | null} */
  thumbnail = null;
  /** @type {HTMLElement} */
  readout = h("div.readout", { "aria-hidden": "true" });
  /** @type {Crowd | null} */
  crowd = null;
  /** How the picture is shown. */
  shown = { brightness: 1, contrast: 1, gamma: 1 };
  /** @type {Element[]} the filter's functions, one a channel */
  gamma = [];
  gammaName = "picture-gamma";
  /** What is not shown: of the view, not of the answer. Another set when that changes.
   * @type {ReadonlySet<number>} */
  veiled = new Set();
  /** Shapes of others, laid over these.
   * @type {readonly Shape[]} */
  ghosts = [];
  /** Places that are spoken of.
   * @type {ReadonlyArray<{ x: number, y: number }>} */
  pins = [];
  isHidden = false;
  isPanning = false;
  hasGrid = true;
  toolName = "draw";
  /** @type {any} a tool beside the hand's own */
  tool = null;
  /** @type {any} what the hand is doing */
  gesture = null;
  /** The points set so far of a shape that is drawn point by point.
   * @type {Point[] | null} */
  path = null;
  /** Visibility of the keypoints set so far.
   * @type {number[]} */
  seen = [];
  /** @type {Point} on the screen; below 0 outside */
  cursor = [-1, -1];
  /** Where the point under the hand has snapped to.
   * @type {Point | null} */
  snapped = null;
  /** Pixels of masks as they are painted.
   * @type {WeakMap<object, any>} */
  bitmaps = new WeakMap();
  /** @type {AbortController | null} */
  abort = null;
  /** @type {ResizeObserver | null} */
  observer = null;
  /** Another one for each time an image is opened.
   * @type {object | null} */
  turn = null;
  frame = 0;
  isStale = false;
  /** @type {ShapeGrid | null} */
  found = null;
  /** @type {readonly Shape[] | null} of which `found` was made */
  gridShapes = null;
  /** @type {readonly Shape[] | null} that the crowd shows */
  crowdShapes = null;
  /** @type {ReadonlySet<number> | null} that it leaves out */
  crowdVeiled = null;

  layers() {
    // Pixels count from the left in every language.
    this.dir = "ltr";
    const crowd = h("canvas.crowd", { "aria-hidden": "true" });
    this.crowd = new Crowd(crowd);
    this.crowd.arrived = () => this.schedule();
    fill(this, this.gammaFilter(), this.picture.element, crowd, this.finished, this.live, this.map, this.readout);
    this.setLook(null);
  }

  /** @param {any} options */
  async load(options) {
    const turn = {};
    this.turn = turn;
    const isOver = () => this.turn !== turn;
    // Masks can be seen once the kernel is here.
    kernel.load().then(() => this.paint());
    const cut = await cutOf(options.tiles);
    if (isOver()) return;
    const failed = async () => {
      if (isOver()) return;
      fill(this, h("p.canvas-note", { role: "alert" }, say("The image cannot be shown.")));
      // Of a very large one the browser may only lack the memory.
      const isSure = !cut && await isBroken(options.source);
      if (!isOver()) options.failed?.(isSure);
    };
    try {
      if (cut) this.take(new TiledPicture(cut));
      // Tiles that cannot be fetched are no reason not to show it.
      const isTiled = cut && await this.picture.open("").then(() => true, () => false);
      if (isOver()) return;
      if (cut && !isTiled) this.take(new WholePicture());
      this.picture.failed = failed;
      if (this.picture instanceof WholePicture) await this.picture.open(options.source);
    } catch {
      return failed();
    }
    if (isOver()) return;
    this.thumbnail = null;
    options.loaded?.(this.width, this.height);
    this.fit();
    this.dataset.ready = "";
  }

  /** Shows a picture in the place of the one before.
   * @param {import("./picture.js").Picture} picture */
  take(picture) {
    this.picture.element.replaceWith(picture.element);
    this.picture = picture;
    if (picture instanceof TiledPicture) picture.arrived = () => this.paint();
    this.setLook(null);
  }

  disconnectedCallback() { this.close(); }

  close() {
    this.turn = null;
    this.tool = null;
    this.observer?.disconnect();
    this.abort?.abort();
    this.crowd?.close();
    this.picture.close();
    delete this.dataset.ready;
  }

  get width() { return this.picture.width; }
  get height() { return this.picture.height; }

  get size() { return { width: this.width, height: this.height }; }

  /** Changes how the picture is shown; without a name everything is as it was.
   * @param {"brightness" | "contrast" | "gamma" | null} name
   * @param {number} [value] */
  setLook(name, value = 1) {
    this.shown = name ? { ...this.shown, [name]: value } : { brightness: 1, contrast: 1, gamma: 1 };
    const { brightness, contrast, gamma } = this.shown;
    for (const channel of this.gamma) channel.setAttribute("exponent", String(1 / gamma));
    this.picture.element.style.setProperty("filter", brightness === 1 && contrast === 1 && gamma === 1 ? "none"
      : `brightness(${brightness}) contrast(${contrast}) url(#${this.gammaName})`);
  }

  /** A filter that raises each channel to a power, which CSS has no word for. */
  gammaFilter() {
    const space = "http://www.w3.org/2000/svg";
    const make = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes, /** @type {Element[]} */ ...children) => {
      const element = document.createElementNS(space, tag);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...children);
      return element;
    };
    this.gamma = ["R", "G", "B"].map((channel) => make(`feFunc${channel}`, { type: "gamma", exponent: "1" }));
    const transfer = make("feComponentTransfer", {}, ...this.gamma);
    return make("svg", { width: "0", height: "0", "aria-hidden": "true", class: "filters" },
      make("filter", { id: this.gammaName, "color-interpolation-filters": "sRGB" }, transfer));
  }

  /** The class that is drawn next. */
  get definition() { return this.classes.find((c) => c.id === this.activeClass); }

  /** What is drawn next. */
  get kind() { return this.definition?.kind ?? "box"; }

  /** How a class is painted.
   * @param {number} id */
  look(id) {
    return lookOf(this.classes.find((c) => c.id === id) ?? { id, name: "" });
  }

  /** What lies near, found without looking at all. */
  grid() {
    if (this.gridShapes !== this.shapes) {
      this.gridShapes = this.shapes;
      this.found = new ShapeGrid(this.shapes, this.size);
    }
    return /** @type {ShapeGrid} */ (this.found);
  }

  /** The smallest shape under a point.
   * @param {Point} point */
  hit(point) {
    const reach = handleReach / this.view.scale;
    const under = this.grid().near([point[0] - reach, point[1] - reach, 2 * reach, 2 * reach])
      .filter((shape) => !this.veiled.has(shape.key) && meets(shape.kind, shape.value, point, reach));
    const area = (/** @type {any} */ shape) => kinds[shape.kind].area(shape.value);
    under.sort((a, b) => area(a) - area(b));
    return under[0];
  }

  /** @param {Point} place */
  handleAt(place) {
    const shape = this.chosen;
    if (!shape || this.tool) return null;
    for (const [name, x, y] of kinds[shape.kind].handles(shape.value)) {
      const [sx, sy] = this.view.toScreen(x, y);
      if (Math.abs(sx - place[0]) <= handleReach && Math.abs(sy - place[1]) <= handleReach) return name;
    }
    return null;
  }

  // Painting

  fit() {
    this.resize(true);
  }

  /** @param {boolean} [refit] */
  resize(refit = false) {
    const [width, height] = [this.clientWidth, this.clientHeight];
    if (!width || !height || !this.width) return;
    const ratio = devicePixelRatio || 1;
    const isNew = this.finished.width !== Math.round(width * ratio)
      || this.finished.height !== Math.round(height * ratio);
    if (isNew) {
      for (const canvas of [this.finished, this.live]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
    }
    if (isNew || refit) this.view.fit(this.width, this.height, width, height);
    this.paint();
  }

  zoomBy(/** @type {number} */ factor) {
    this.view.zoom(factor, this.clientWidth / 2, this.clientHeight / 2);
    this.paint();
  }

  paint() {
    this.isStale = true;
    this.schedule();
  }

  schedule() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.width) return;
      if (this.isStale) this.paintFinished();
      this.isStale = false;
      this.paintLive();
    });
  }

  /** @param {HTMLCanvasElement} canvas */
  context(canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    return context;
  }

  paintFinished() {
    const context = this.context(this.finished);
    const { scale } = this.view;
    this.picture.place(this.view);
    this.paintMap();
    if (this.hasGrid && scale >= gridPixels) paintPixelGrid(context, this.view, this.size, this.clientWidth, this.clientHeight);
    const held = new Set([this.gesture?.shape?.key, ...(this.gesture?.others ?? []).map((/** @type {any} */ shape) => shape.key)]);
    const isCrowd = this.shapes.length > crowdSize;
    this.showCrowd(isCrowd);
    if (this.isHidden) return;
    const [left, top] = this.view.toImage(0, 0);
    const seen = isCrowd ? this.shapes.filter((shape) => shape.kind === "mask" || this.isChosen(shape.key))
      : this.grid().near([left, top, this.clientWidth / scale, this.clientHeight / scale]);
    for (const shape of seen) {
      if (!held.has(shape.key) && !this.veiled.has(shape.key)) this.paintShape(context, shape, shape.value, this.isChosen(shape.key));
    }
    for (const ghost of this.ghosts) paintGhost(context, this.view, ghost.kind, ghost.value, color(ghost.class));
    this.paintLinks(context);
    for (const { x, y } of this.pins) paintPin(context, ...this.view.toScreen(x, y));
  }

  /** Marks a place that is spoken of, and goes there.
   * @param {any} place */
  showPlace(place) {
    this.pins = place ? [place] : [];
    if (place && this.width) this.lookAt(place.x, place.y);
    this.paint();
  }

  /** Moves the view so that a place is in its middle, where it is not seen.
   * @param {number} px
   * @param {number} py image pixels */
  lookAt(px, py) {
    const [x, y] = this.view.toScreen(px, py);
    if (x > 0 && y > 0 && x < this.clientWidth && y < this.clientHeight) return;
    this.view.x += this.clientWidth / 2 - x;
    this.view.y += this.clientHeight / 2 - y;
    this.paint();
  }

  /** Moves the view so that a shape is in its middle, where it is not seen.
   * @param {Shape | undefined} shape */
  reveal(shape) {
    if (!shape) return;
    const [left, top, width, height] = boundsOf(shape.kind, shape.value);
    this.lookAt(left + width / 2, top + height / 2);
  }

  /** @param {boolean} isCrowd */
  showCrowd(isCrowd) {
    if (!isCrowd || this.isHidden) return this.crowd?.painted ? this.crowd.clear() : undefined;
    if (this.crowdShapes !== this.shapes || this.crowdVeiled !== this.veiled) {
      this.crowdShapes = this.shapes;
      this.crowdVeiled = this.veiled;
      this.crowd?.show(this.shapes.filter((shape) => !this.veiled.has(shape.key)), this.options.classes, this.size);
    }
    this.crowd?.paint(this.view, this.clientWidth, this.clientHeight);
  }

  /** @param {CanvasRenderingContext2D} context
   * @param {any} shape
   * @param {any} value
   * @param {boolean} isSelected */
  paintShape(context, shape, value, isSelected) {
    const bitmap = shape.kind === "mask" ? this.bitmapOf(value, shape.class) : null;
    paintShape(context, this.view, shape.kind, value, this.look(shape.class), { isSelected, bitmap });
    if (isSelected && !this.also.size && !this.options.isReadOnly && !this.tool) paintHandles(context, this.view, kinds[shape.kind].handles(value));
  }

  /** The pixels of a mask in the colour of its class.
   * @param {any} value
   * @param {number} id */
  bitmapOf(value, id) {
    if (!kernel.isLoaded()) return null;
    const known = this.bitmaps.get(value);
    if (known?.id === id) return known.canvas;
    const { image } = kernel.paint(maskOf(value), [...bytes(id), 255]);
    const canvas = image && new OffscreenCanvas(image.width, image.height);
    if (image) canvas?.getContext("2d")?.putImageData(image, 0, 0);
    this.bitmaps.set(value, { id, canvas });
    return canvas;
  }

  /** A line between the middles of each two that are linked.
   * @param {CanvasRenderingContext2D} context */
  paintLinks(context) {
    const middle = (/** @type {number} */ key) => {
      const shape = this.shapes.find((candidate) => candidate.key === key);
      if (!shape) return null;
      const [x, y, w, h] = boundsOf(shape.kind, shape.value);
      return this.view.toScreen(x + w / 2, y + h / 2);
    };
    for (const link of this.options.links?.() || []) {
      const [from, to] = [middle(link.from), middle(link.to)];
      if (!from || !to) continue;
      const path = new Path2D();
      path.moveTo(...from);
      path.lineTo(...to);
      path.arc(...to, 4, 0, 2 * Math.PI);
      paintLine(context, path, color(link.class));
    }
  }

  /** The points set so far, and the line to the cursor.
   * @param {CanvasRenderingContext2D} context */
  paintPath(context) {
    const set = (this.path || []).filter((_, i) => this.seen[i] !== absent);
    if (set.length) {
      const path = new Path2D();
      const points = set.map(([x, y]) => this.view.toScreen(x, y));
      if (this.cursor[0] >= 0) points.push(this.snapped ? this.view.toScreen(...this.snapped) : this.cursor);
      if (this.kind !== "keypoints") {
        points.forEach((point, index) => path[index ? "lineTo" : "moveTo"](...point));
        paintLine(context, path, color(this.activeClass));
      }
      paintHandles(context, this.view, set.map(([x, y]) => ["v", x, y]));
    }
    if (this.snapped) {
      const ring = new Path2D();
      ring.arc(...this.view.toScreen(...this.snapped), 8, 0, 2 * Math.PI);
      paintLine(context, ring, "oklch(85% 0.15 90)");
    }
  }

  paintLive() {
    const context = this.context(this.live);
    const gesture = this.gesture;
    const [cx, cy] = this.cursor;
    if (cx >= 0 && (!gesture || gesture.kind === "draw") && !this.options.isReadOnly && !this.tool) {
      context.strokeStyle = "oklch(60% 0.02 170 / 0.7)";
      context.lineWidth = 1;
      context.setLineDash([4, 4]);
      context.beginPath();
      context.moveTo(cx, 0);
      context.lineTo(cx, this.clientHeight);
      context.moveTo(0, cy);
      context.lineTo(this.clientWidth, cy);
      context.stroke();
      context.setLineDash([]);
    }
    if (gesture?.value) {
      const shape = gesture.shape || { class: this.activeClass, kind: this.kind };
      this.paintShape(context, shape, gesture.value, true);
      for (const other of gesture.others ?? []) this.paintShape(context, other, other.value, false);
    }
    this.tool?.paint(context);
    this.paintPath(context);
    this.paintReadout();
    this.live.style.setProperty("cursor", this.cursorName());
  }

  cursorName() {
    if (this.isPanning || this.gesture?.kind === "pan" || this.options.isReadOnly) return "grab";
    if (this.toolName === "brush" || this.toolName === "eraser") return "none";
    if (this.tool) return "crosshair";
    const handle = this.cursor[0] >= 0 ? this.handleAt(/** @type {any} */ (this.cursor)) : null;
    if (!handle) return "crosshair";
    return /^[nesw]+$/.test(handle) ? `${handle}-resize` : handle === "turn" ? "alias" : "move";
  }

  /** The whole image small, and what is seen of it, where that is but a part. */
  paintMap() {
    const [left, top] = this.view.toImage(0, 0);
    const [right, bottom] = this.view.toImage(this.clientWidth, this.clientHeight);
    const isPart = left > 1 || top > 1 || right < this.width - 1 || bottom < this.height - 1;
    this.map.hidden = !isPart || this.clientWidth < 480;
    if (this.map.hidden) return;
    const scale = Math.min(160 / this.width, 120 / this.height);
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(this.width * scale)), Math.max(1, Math.round(this.height * scale))];
    if (this.map.width !== w * ratio) {
      this.map.width = w * ratio;
      this.map.height = h * ratio;
      this.map.style.setProperty("width", `${w}px`);
      this.map.style.setProperty("height", `${h}px`);
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.map.getContext("2d"));
    if (this.thumbnail?.width !== this.map.width) {
      this.thumbnail = new OffscreenCanvas(this.map.width, this.map.height);
      const small = this.thumbnail.getContext("2d");
      if (small) this.picture.drawSmall(small, this.map.width, this.map.height);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.drawImage(/** @type {any} */ (this.thumbnail), 0, 0, w, h);
    context.strokeStyle = "oklch(80% 0.17 90)";
    context.lineWidth = 2;
    const frame = [Math.max(0, left), Math.max(0, top), Math.min(this.width, right), Math.min(this.height, bottom)].map((v) => v * scale);
    context.strokeRect(frame[0] + 1, frame[1] + 1, Math.max(4, frame[2] - frame[0] - 2), Math.max(4, frame[3] - frame[1] - 2));
  }

  paintReadout() {
    const [x, y] = this.view.toImage(this.cursor[0], this.cursor[1]);
    const isInside = this.cursor[0] >= 0 && x >= 0 && y >= 0 && x <= this.width && y <= this.height;
    const gesture = this.gesture;
    const next = this.kind === "keypoints" && !this.tool ? this.definition?.keypoints?.[this.path?.length ?? 0] : null;
    const size = this.path && next ? ` · ${next}` : gesture?.value ? ` · ${kinds[gesture.shape?.kind ?? this.kind].size(gesture.value)}` : "";
    this.readout.textContent = isInside
      ? `${Math.floor(x)}, ${Math.floor(y)}${size} · ${Math.round(this.view.scale * 100)} %`
      : `${this.width} × ${this.height} · ${Math.round(this.view.scale * 100)} %`;
  }
}

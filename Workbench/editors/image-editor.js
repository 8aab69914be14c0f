import { newKey } from "../core/answer.js";
import { color } from "../core/colors.js";
import { fill, h } from "../core/dom.js";
import { announce } from "../parts/dialog.js";
import { boxOf, handles, ImageView, moved, resized } from "./image-view.js";

/** Screen pixels within which a handle is met, and below which a drag is a click. */
const handleReach = 9;
const dragThreshold = 4;

/**
 * Boxes on an image. Two canvases: what is finished, and what is under the hand.
 * Calls `change(shapes)` for steps that can be undone and `select(key)` for the selection.
 */
export class ImageEditor extends HTMLElement {
  /**
   * @param {{ source: string, classes: import("../core/answer.js").LabelClass[], isReadOnly?: boolean,
   *   change: (shapes: readonly import("../core/answer.js").Shape[]) => void,
   *   select: (key: number | null) => void, loaded?: (width: number, height: number) => void,
   *   failed?: () => void }} options
   */
  open(options) {
    this.close();
    this.options = options;
    this.view = new ImageView();
    /** @type {readonly import("../core/answer.js").Shape[]} */
    this.shapes = [];
    /** @type {number | null} */
    this.selected = null;
    this.activeClass = options.classes[0]?.id ?? 0;
    this.isHidden = false;
    /** @type {any} */
    this.gesture = null;
    /** @type {Map<number, [number, number]>} */
    this.pointers = new Map();
    this.cursor = [-1, -1];
    this.finished = h("canvas.finished");
    this.live = h("canvas.live", {
      tabindex: 0, role: "application",
      "aria-label": "Image. Draw with the mouse; select objects in the list beside it.",
    });
    this.readout = h("div.readout", { "aria-hidden": "true" });
    fill(this, this.finished, this.live, this.readout);
    this.listen();
    this.image = new Image();
    this.image.decoding = "async";
    this.image.onload = () => {
      options.loaded?.(this.width, this.height);
      this.fit();
      this.dataset.ready = "";
    };
    this.image.onerror = () => {
      fill(this, h("p.canvas-note", { role: "alert" }, "The image cannot be shown. Skip the task and say so."));
      options.failed?.();
    };
    this.image.src = options.source;
  }

  disconnectedCallback() { this.close(); }

  close() {
    this.observer?.disconnect();
    this.abort?.abort();
    delete this.dataset.ready;
  }

  get width() { return this.image.naturalWidth; }
  get height() { return this.image.naturalHeight; }

  /** @param {readonly import("../core/answer.js").Shape[]} shapes */
  show(shapes) {
    this.shapes = shapes;
    if (!shapes.some((shape) => shape.key === this.selected)) this.choose(null);
    this.paint();
  }

  /** @param {number | null} key */
  choose(key) {
    if (key === this.selected) return;
    this.selected = key;
    this.options.select(key);
    this.paint();
  }

  /** The class for the next box; the selected one becomes it too. @param {number} id */
  setClass(id) {
    this.activeClass = id;
    const shape = this.shapes.find((candidate) => candidate.key === this.selected);
    if (shape && shape.class !== id) this.replace({ ...shape, class: id, attributes: {} });
    this.paint();
  }

  listen() {
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this);
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ handler) =>
      this.live.addEventListener(type, handler, { signal, passive: false });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event));
    on("pointerleave", () => { this.cursor = [-1, -1]; this.schedule(); });
    on("wheel", (event) => {
      event.preventDefault();
      const [x, y] = this.place(event);
      this.view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), x, y);
      this.paint();
    });
    on("contextmenu", (event) => event.preventDefault());
    addEventListener("keydown", (event) => { if (event.code === "Space") this.isPanning = true; }, { signal });
    addEventListener("keyup", (event) => { if (event.code === "Space") this.isPanning = false; }, { signal });
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  place(event) {
    const frame = this.live.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (!this.width) return;
    event.preventDefault();
    this.live.focus({ preventScroll: true });
    this.live.setPointerCapture(event.pointerId);
    const place = this.place(event);
    this.pointers.set(event.pointerId, place);
    if (this.pointers.size === 2) return this.startPinch();
    const point = this.view.toImage(...place);
    if (event.button === 1 || event.button === 2 || this.isPanning || this.options.isReadOnly) {
      this.gesture = { kind: "pan", last: place };
      return;
    }
    const handle = this.handleAt(place);
    const selected = this.shapes.find((shape) => shape.key === this.selected);
    if (handle && selected) {
      this.gesture = { kind: "resize", handle, shape: selected, box: selected.box };
      return;
    }
    const hit = this.hit(point);
    if (hit && (hit.key === this.selected || event.shiftKey)) {
      this.choose(hit.key);
      this.gesture = { kind: "move", shape: hit, box: hit.box, from: point };
      return;
    }
    this.gesture = { kind: "draw", from: point, place, hit, box: null };
  }

  startPinch() {
    const [a, b] = [...this.pointers.values()];
    this.gesture = { kind: "pinch", distance: Math.hypot(a[0] - b[0], a[1] - b[1]) };
  }

  /** @param {PointerEvent} event */
  move(event) {
    const place = this.place(event);
    this.cursor = place;
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, place);
    const gesture = this.gesture;
    const point = this.view.toImage(...place);
    switch (gesture?.kind) {
      case "pan":
        this.view.x += place[0] - gesture.last[0];
        this.view.y += place[1] - gesture.last[1];
        gesture.last = place;
        return this.paint();
      case "pinch": {
        const [a, b] = [...this.pointers.values()];
        if (!a || !b) return;
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
        this.view.zoom(distance / gesture.distance, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        gesture.distance = distance;
        return this.paint();
      }
      case "resize":
        gesture.box = resized(gesture.shape.box, gesture.handle, point, this.width, this.height);
        break;
      case "move":
        gesture.box = moved(gesture.shape.box, point[0] - gesture.from[0],
          point[1] - gesture.from[1], this.width, this.height);
        break;
      case "draw":
        if (Math.hypot(place[0] - gesture.place[0], place[1] - gesture.place[1]) >= dragThreshold) {
          gesture.box = boxOf(gesture.from, point, this.width, this.height);
        }
        break;
    }
    if (gesture) this.paint();
    this.schedule();
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.pointers.delete(event.pointerId);
    const gesture = this.gesture;
    this.gesture = null;
    if (!gesture || event.type === "pointercancel") return this.paint();
    if (gesture.kind === "draw") {
      if (!gesture.box) return this.choose(gesture.hit?.key ?? null);
      if (gesture.box[2] < 1 || gesture.box[3] < 1) return this.paint();
      this.add(gesture.box);
    } else if ((gesture.kind === "resize" || gesture.kind === "move") && gesture.box !== gesture.shape.box) {
      if (gesture.box[2] >= 1 && gesture.box[3] >= 1) this.replace({ ...gesture.shape, box: gesture.box });
    }
    this.paint();
  }

  /** @param {[number, number, number, number]} box */
  add(box) {
    const shape = { key: newKey(), class: this.activeClass, box, attributes: {} };
    this.selected = shape.key;
    this.options.change([...this.shapes, shape]);
    this.options.select(shape.key);
    announce(`${this.nameOf(shape.class)} drawn, ${this.shapes.length} objects`);
  }

  /** @param {import("../core/answer.js").Shape} shape */
  replace(shape) {
    this.options.change(this.shapes.map((other) => (other.key === shape.key ? shape : other)));
  }

  removeSelected() {
    if (this.selected === null) return;
    this.options.change(this.shapes.filter((shape) => shape.key !== this.selected));
  }

  duplicateSelected() {
    const shape = this.shapes.find((candidate) => candidate.key === this.selected);
    if (!shape) return;
    const copy = {
      ...shape, key: newKey(), box: moved(shape.box, 12 / this.view.scale, 12 / this.view.scale,
        this.width, this.height),
    };
    this.selected = copy.key;
    this.options.change([...this.shapes, copy]);
    this.options.select(copy.key);
  }

  /** @param {number} dx @param {number} dy image pixels */
  nudge(dx, dy) {
    const shape = this.shapes.find((candidate) => candidate.key === this.selected);
    if (shape) this.replace({ ...shape, box: moved(shape.box, dx, dy, this.width, this.height) });
  }

  /** @param {number} direction 1 or −1 */
  cycle(direction) {
    if (!this.shapes.length) return;
    const index = this.shapes.findIndex((shape) => shape.key === this.selected);
    const next = (index + direction + this.shapes.length) % this.shapes.length;
    this.choose(this.shapes[index < 0 ? 0 : next].key);
  }

  /** The smallest box under a point. @param {[number, number]} point */
  hit([x, y]) {
    const under = this.shapes.filter(({ box }) =>
      x >= box[0] && y >= box[1] && x <= box[0] + box[2] && y <= box[1] + box[3]);
    under.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
    return under[0];
  }

  /** @param {[number, number]} place */
  handleAt(place) {
    const shape = this.shapes.find((candidate) => candidate.key === this.selected);
    if (!shape) return null;
    for (const [name, x, y] of handles(shape.box)) {
      const [sx, sy] = [x * this.view.scale + this.view.x, y * this.view.scale + this.view.y];
      if (Math.abs(sx - place[0]) <= handleReach && Math.abs(sy - place[1]) <= handleReach) return name;
    }
    return null;
  }

  /** @param {number} id */
  nameOf(id) { return this.options.classes.find((c) => c.id === id)?.name ?? ""; }

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
    const { x, y, scale } = this.view;
    context.imageSmoothingEnabled = scale < 3;
    context.drawImage(this.image, x, y, this.width * scale, this.height * scale);
    if (this.isHidden) return;
    const held = this.gesture?.shape?.key;
    for (const shape of this.shapes) {
      if (shape.key !== held) this.paintBox(context, shape, shape.box, shape.key === this.selected);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {any} shape @param {readonly number[]} box @param {boolean} isSelected */
  paintBox(context, shape, box, isSelected) {
    const { x, y, scale } = this.view;
    const [left, top, width, height] = [box[0] * scale + x, box[1] * scale + y, box[2] * scale, box[3] * scale];
    context.fillStyle = color(shape.class, isSelected ? 0.22 : 0.1);
    context.fillRect(left, top, width, height);
    context.lineWidth = isSelected ? 5 : 4;
    context.strokeStyle = "oklch(15% 0 0 / 0.55)";
    context.strokeRect(left, top, width, height);
    context.lineWidth = isSelected ? 3 : 2;
    context.strokeStyle = color(shape.class);
    context.strokeRect(left, top, width, height);
    const label = this.nameOf(shape.class);
    context.font = "600 12px system-ui, sans-serif";
    const textWidth = context.measureText(label).width + 10;
    if (width > 24 && height > 14) {
      context.fillStyle = color(shape.class);
      const above = top >= 18 ? top - 18 : top;
      context.fillRect(left - 1, above, textWidth, 18);
      context.fillStyle = "oklch(18% 0.02 170)";
      context.fillText(label, left + 4, above + 13);
    }
    if (isSelected && !this.options.isReadOnly) this.paintHandles(context, box);
  }

  /** @param {CanvasRenderingContext2D} context @param {readonly number[]} box */
  paintHandles(context, box) {
    for (const [, px, py] of handles(box)) {
      const [hx, hy] = [px * this.view.scale + this.view.x, py * this.view.scale + this.view.y];
      context.fillStyle = "white";
      context.strokeStyle = "oklch(25% 0.02 170)";
      context.lineWidth = 1.5;
      context.fillRect(hx - 4, hy - 4, 8, 8);
      context.strokeRect(hx - 4, hy - 4, 8, 8);
    }
  }

  paintLive() {
    const context = this.context(this.live);
    const gesture = this.gesture;
    const [cx, cy] = this.cursor;
    if (cx >= 0 && (!gesture || gesture.kind === "draw") && !this.options.isReadOnly) {
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
    if (gesture?.box) {
      const shape = gesture.shape || { class: this.activeClass };
      this.paintBox(context, shape, gesture.box, true);
    }
    this.paintReadout();
    this.live.style.setProperty("cursor", this.cursorName());
  }

  cursorName() {
    if (this.isPanning || this.gesture?.kind === "pan" || this.options.isReadOnly) return "grab";
    const handle = this.cursor[0] >= 0 ? this.handleAt(/** @type {any} */ (this.cursor)) : null;
    return handle ? `${handle}-resize` : "crosshair";
  }

  paintReadout() {
    const [x, y] = this.view.toImage(this.cursor[0], this.cursor[1]);
    const isInside = this.cursor[0] >= 0 && x >= 0 && y >= 0 && x <= this.width && y <= this.height;
    const box = this.gesture?.box;
    const size = box ? ` · ${Math.round(box[2])} × ${Math.round(box[3])}` : "";
    this.readout.textContent = isInside
      ? `${Math.floor(x)}, ${Math.floor(y)}${size} · ${Math.round(this.view.scale * 100)} %`
      : `${this.width} × ${this.height} · ${Math.round(this.view.scale * 100)} %`;
  }
}
customElements.define("image-editor", ImageEditor);

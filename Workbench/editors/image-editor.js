import { newKey } from "../core/answer.js";
import { color } from "../core/colors.js";
import { fill, h } from "../core/dom.js";
import { announce } from "../parts/dialog.js";
import { ImageView } from "./image-view.js";
import { ObjectEditor } from "./object-editor.js";
import { bounds, kinds, meets, movedShape, withoutPoint } from "./shapes.js";

/** Screen pixels within which a handle is met, and below which a drag is a click. */
const handleReach = 9;
const dragThreshold = 4;

/**
 * Shapes on an image. Two canvases: what is finished, and what is under the hand.
 * Calls `change(shapes)` for steps that can be undone and `select(key)` for the selection.
 */
export class ImageEditor extends ObjectEditor {
  /**
   * @param {{ source: string, classes: import("../core/answer.js").LabelClass[], isReadOnly?: boolean,
   *   change: (shapes: readonly import("../core/answer.js").Shape[]) => void,
   *   select: (key: number | null) => void, loaded?: (width: number, height: number) => void,
   *   failed?: () => void, isLocked: (shape: any, act: string) => boolean,
   *   links?: () => readonly import("../core/answer.js").Link[] }} options
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
    /** The points set so far of a shape that is drawn point by point. @type {[number, number][] | null} */
    this.path = null;
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

  get size() { return { width: this.width, height: this.height }; }

  /** What is drawn next. */
  get kind() { return this.options.classes.find((c) => c.id === this.activeClass)?.kind ?? "box"; }

  /** The class for the next shape; the selected one becomes it too, if it is of that kind. @param {number} id */
  setClass(id) {
    this.activeClass = id;
    const shape = this.chosen;
    if (shape && shape.class !== id && shape.kind === this.kind && !this.options.isLocked(shape, "relabel")) {
      this.replace({ ...shape, class: id, attributes: {} });
    }
    if (shape && shape.kind !== this.kind) this.choose(null);
    this.path = null;
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
    on("dblclick", () => this.finishPath());
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
    if (this.path) return this.addPoint(point);
    const handle = this.handleAt(place);
    const selected = this.chosen;
    if (handle && selected) {
      if (this.options.isLocked(selected, "edit")) return;
      if (event.altKey) return this.replace({ ...selected, value: withoutPoint(selected.kind, selected.value, handle) });
      this.gesture = { kind: "resize", handle, shape: selected, value: selected.value };
      return;
    }
    const hit = event.ctrlKey || event.metaKey ? undefined : this.hit(point);
    if (hit && (hit.key === this.selected || event.shiftKey || hit.kind === "point")) {
      this.choose(hit.key);
      if (this.options.isLocked(hit, "edit")) return;
      this.gesture = { kind: "move", shape: hit, value: hit.value, from: point };
      return;
    }
    this.gesture = { kind: "draw", from: point, place, hit, value: null };
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
        gesture.value = kinds[gesture.shape.kind].pulled(gesture.shape.value, gesture.handle, point, this.size);
        break;
      case "move":
        gesture.value = movedShape(gesture.shape.kind, gesture.shape.value, point[0] - gesture.from[0],
          point[1] - gesture.from[1], this.size);
        break;
      case "draw":
        if (Math.hypot(place[0] - gesture.place[0], place[1] - gesture.place[1]) >= dragThreshold) {
          gesture.value = kinds[this.kind].drawn?.(gesture.from, point, this.size) ?? null;
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
      if (gesture.value) {
        if (kinds[this.kind].isWhole(gesture.value)) this.add(gesture.value);
      } else if (gesture.hit) {
        this.choose(gesture.hit.key);
      } else if (kinds[this.kind].fromPoints) {
        this.choose(null);
        this.path = [];
        this.addPoint(gesture.from);
      } else {
        this.choose(null);
      }
    } else if ((gesture.kind === "resize" || gesture.kind === "move") && gesture.value !== gesture.shape.value) {
      if (kinds[gesture.shape.kind].isWhole(gesture.value)) this.replace({ ...gesture.shape, value: gesture.value });
    }
    this.paint();
  }

  /** Another point of the shape that is drawn; on the first one it ends. @param {[number, number]} point */
  addPoint(point) {
    if (!this.path) return;
    const { least = 1, most } = kinds[this.kind];
    const reach = handleReach / this.view.scale;
    const isNear = (/** @type {[number, number]} */ other) => Math.hypot(point[0] - other[0], point[1] - other[1]) <= reach;
    if (this.path.length >= least && kinds[this.kind].isClosed && isNear(this.path[0])) return this.finishPath();
    // The second press of a double click sets no point of its own.
    if (!this.path.length || !isNear(/** @type {[number, number]} */ (this.path.at(-1)))) this.path.push(point);
    if (this.path.length === most) return this.finishPath();
    this.paint();
  }

  finishPath() {
    const kind = kinds[this.kind];
    if (!this.path || this.path.length < (kind.least ?? 1)) return;
    const value = kind.fromPoints?.(this.path, this.size);
    this.path = null;
    if (kind.isWhole(value)) this.add(value);
    this.paint();
  }

  /** Takes back the last point, or the selection. @returns whether a shape was being drawn */
  undoPoint() {
    if (!this.path) return false;
    this.path.pop();
    if (!this.path.length) this.path = null;
    this.paint();
    return true;
  }

  escape() {
    if (this.path) {
      this.path = null;
      this.paint();
    } else {
      this.choose(null);
    }
  }

  /** @param {any} value */
  add(value) {
    const shape = { key: newKey(), class: this.activeClass, kind: this.kind, value, attributes: {} };
    this.selected = shape.key;
    this.options.change([...this.shapes, shape]);
    this.options.select(shape.key);
    announce(`${this.nameOf(shape.class)} drawn, ${this.shapes.length} objects`);
  }

  duplicateSelected() {
    const shape = this.chosen;
    if (!shape) return;
    const copy = {
      ...shape, key: newKey(),
      value: movedShape(shape.kind, shape.value, 12 / this.view.scale, 12 / this.view.scale, this.size),
    };
    this.selected = copy.key;
    this.options.change([...this.shapes, copy]);
    this.options.select(copy.key);
  }

  /** @param {number} dx @param {number} dy image pixels */
  nudge(dx, dy) {
    const shape = this.chosen;
    if (!shape || this.options.isLocked(shape, "edit")) return;
    this.replace({ ...shape, value: movedShape(shape.kind, shape.value, dx, dy, this.size) });
  }

  /** The smallest shape under a point. @param {[number, number]} point */
  hit(point) {
    const reach = handleReach / this.view.scale;
    const under = this.shapes.filter(({ kind, value }) => meets(kind, value, point, reach));
    const area = (/** @type {any} */ shape) => kinds[shape.kind].area(shape.value);
    under.sort((a, b) => area(a) - area(b));
    return under[0];
  }

  /** @param {[number, number]} place */
  handleAt(place) {
    const shape = this.chosen;
    if (!shape) return null;
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
    const { x, y, scale } = this.view;
    context.imageSmoothingEnabled = scale < 3;
    context.drawImage(this.image, x, y, this.width * scale, this.height * scale);
    if (this.isHidden) return;
    const held = this.gesture?.shape?.key;
    for (const shape of this.shapes) {
      if (shape.key !== held) this.paintShape(context, shape, shape.value, shape.key === this.selected);
    }
    this.paintLinks(context);
  }

  /** @param {CanvasRenderingContext2D} context @param {any} shape @param {any} value @param {boolean} isSelected */
  paintShape(context, shape, value, isSelected) {
    const kind = kinds[shape.kind];
    const outline = kind.outline(value);
    const path = new Path2D();
    for (const ring of outline) {
      ring.forEach(([x, y], index) => path[index ? "lineTo" : "moveTo"](...this.view.toScreen(x, y)));
      if (kind.isClosed) path.closePath();
    }
    if (shape.kind === "point") path.arc(...this.view.toScreen(value[0], value[1]), isSelected ? 6 : 4, 0, 2 * Math.PI);
    context.lineJoin = "round";
    context.fillStyle = color(shape.class, shape.kind === "point" ? 0.9 : isSelected ? 0.22 : 0.1);
    if (kind.isClosed || shape.kind === "point") context.fill(path, "evenodd");
    context.lineWidth = isSelected ? 5 : 4;
    context.strokeStyle = "oklch(15% 0 0 / 0.55)";
    context.stroke(path);
    context.lineWidth = isSelected ? 3 : 2;
    context.strokeStyle = color(shape.class);
    context.stroke(path);
    this.paintName(context, shape, bounds(outline));
    if (isSelected && !this.options.isReadOnly) this.paintHandles(context, kind.handles(value));
  }

  /** @param {CanvasRenderingContext2D} context @param {any} shape @param {readonly number[]} box */
  paintName(context, shape, box) {
    const [left, top] = this.view.toScreen(box[0], box[1]);
    const [width, height] = [box[2] * this.view.scale, box[3] * this.view.scale];
    const hasRoom = width > 24 && height > 14;
    if (!hasRoom && kinds[shape.kind].isClosed) return;
    const label = this.nameOf(shape.class);
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = color(shape.class);
    const above = top >= 22 ? top - 18 - (shape.kind === "point" ? 6 : 0) : top + (shape.kind === "point" ? 8 : 0);
    context.fillRect(left - 1, above, context.measureText(label).width + 10, 18);
    context.fillStyle = "oklch(18% 0.02 170)";
    context.fillText(label, left + 4, above + 13);
  }

  /** @param {CanvasRenderingContext2D} context @param {Array<[string, number, number]>} handles */
  paintHandles(context, handles) {
    for (const [name, px, py] of handles) {
      const [hx, hy] = this.view.toScreen(px, py);
      const half = name[0] === "m" ? 2.5 : 4;
      context.fillStyle = name[0] === "m" ? "oklch(85% 0.02 170)" : "white";
      context.strokeStyle = "oklch(25% 0.02 170)";
      context.lineWidth = 1.5;
      context.fillRect(hx - half, hy - half, 2 * half, 2 * half);
      context.strokeRect(hx - half, hy - half, 2 * half, 2 * half);
    }
  }

  /** A line between the middles of each two that are linked. @param {CanvasRenderingContext2D} context */
  paintLinks(context) {
    const middle = (/** @type {number} */ key) => {
      const shape = this.shapes.find((candidate) => candidate.key === key);
      if (!shape) return null;
      const [x, y, w, h] = bounds(kinds[shape.kind].outline(shape.value));
      return this.view.toScreen(x + w / 2, y + h / 2);
    };
    for (const link of this.options.links?.() || []) {
      const [from, to] = [middle(link.from), middle(link.to)];
      if (!from || !to) continue;
      const path = new Path2D();
      path.moveTo(...from);
      path.lineTo(...to);
      path.arc(...to, 4, 0, 2 * Math.PI);
      for (const [width, style] of /** @type {[number, string][]} */ ([[4, "oklch(15% 0 0 / 0.55)"], [2, color(link.class)]])) {
        context.lineWidth = width;
        context.strokeStyle = style;
        context.stroke(path);
      }
    }
  }

  /** The points set so far, and the line to the cursor. @param {CanvasRenderingContext2D} context */
  paintPath(context) {
    const points = (this.path || []).map(([x, y]) => this.view.toScreen(x, y));
    if (!points.length) return;
    if (this.cursor[0] >= 0) points.push(/** @type {[number, number]} */ (this.cursor));
    for (const [width, style] of /** @type {[number, string][]} */ ([[4, "oklch(15% 0 0 / 0.55)"], [2, color(this.activeClass)]])) {
      context.lineWidth = width;
      context.strokeStyle = style;
      context.beginPath();
      points.forEach((point, index) => context[index ? "lineTo" : "moveTo"](...point));
      context.stroke();
    }
    this.paintHandles(context, (this.path || []).map(([x, y]) => ["v", x, y]));
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
    if (gesture?.value) {
      const shape = gesture.shape || { class: this.activeClass, kind: this.kind };
      this.paintShape(context, shape, gesture.value, true);
    }
    this.paintPath(context);
    this.paintReadout();
    this.live.style.setProperty("cursor", this.cursorName());
  }

  cursorName() {
    if (this.isPanning || this.gesture?.kind === "pan" || this.options.isReadOnly) return "grab";
    const handle = this.cursor[0] >= 0 ? this.handleAt(/** @type {any} */ (this.cursor)) : null;
    if (!handle) return "crosshair";
    return /^[nesw]+$/.test(handle) ? `${handle}-resize` : "move";
  }

  paintReadout() {
    const [x, y] = this.view.toImage(this.cursor[0], this.cursor[1]);
    const isInside = this.cursor[0] >= 0 && x >= 0 && y >= 0 && x <= this.width && y <= this.height;
    const gesture = this.gesture;
    const size = gesture?.value ? ` · ${kinds[gesture.shape?.kind ?? this.kind].size(gesture.value)}` : "";
    this.readout.textContent = isInside
      ? `${Math.floor(x)}, ${Math.floor(y)}${size} · ${Math.round(this.view.scale * 100)} %`
      : `${this.width} × ${this.height} · ${Math.round(this.view.scale * 100)} %`;
  }
}
customElements.define("image-editor", ImageEditor);

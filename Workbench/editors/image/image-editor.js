import { newKey } from "../../core/answer.js";
import * as kernel from "../../core/kernel.js";
import { say } from "../../core/words.js";
import { announce, toast } from "../../parts/dialog.js";
import { distance, fromRings, kept, nearest } from "./geometry.js";
import { ImageCanvas } from "./image-canvas.js";
import { kinds, movedShape, withoutPoint } from "./kinds.js";
import { absent, hidden, maskOf, maskValue, visible } from "./kinds-free.js";
import { Pixels } from "./pixels.js";
import { handleReach } from "./view.js";
import { makeTool, outlinesOf, tools } from "./tools.js";

/**
 * @typedef {import("../../core/answer.js").Shape} Shape
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {"new" | "union" | "subtraction"} Mode what a finished region does to the selected one
 */

/** Screen pixels below which a drag is a click. */
const dragThreshold = 4;

/**
 * The hand that draws on an image. Calls `change(shapes)` for steps that can be undone and `select(key)` for
 * the selection.
 */
export class ImageEditor extends ImageCanvas {
  /** @type {Mode} */
  mode = "new";
  brushSize = 24;
  tolerance = 24;
  isWandGlobal = false;
  isSnapping = true;
  /** @type {Map<number, Point>} */
  pointers = new Map();
  /** @type {((place: { x: number, y: number }) => void) | null} */
  pinning = null;
  pixels = new Pixels(this);

  /**
   * @param {{ source: string, tiles?: string, classes: import("../../core/answer.js").LabelClass[], isReadOnly?: boolean,
   *   change: (shapes: readonly Shape[]) => void, viewed?: () => void, pick: (id: number) => void,
   *   select: (key: number | null) => void, loaded?: (width: number, height: number) => void,
   *   failed?: () => void, isLocked: (shape: any, act: string) => boolean,
   *   links?: () => readonly import("../../core/answer.js").Link[] }} options
   */
  open(options) {
    this.close();
    this.options = options;
    this.activeClass = options.classes[0]?.id ?? 0;
    this.layers();
    this.listen();
    this.load(options);
  }

  /** The class for the next shape; the selected one becomes it too, if it is of that kind.
   * @param {number} id */
  setClass(id) {
    this.activeClass = id;
    const shape = this.chosen;
    if (shape && shape.class !== id && shape.kind === this.kind && !this.options.isLocked(shape, "relabel")) {
      this.replace({ ...shape, class: id, attributes: {} });
    }
    if (shape && shape.kind !== this.kind) this.choose(null);
    this.leavePath();
    const mask = this.kind === "mask";
    // A mask has no other hand than a brush; the others have no brush.
    if (mask && this.toolName === "draw") this.setTool("brush");
    else if (!mask && (this.toolName === "brush" || this.toolName === "eraser")) this.setTool("draw");
    this.paint();
  }

  /** @param {string} name a key of `tools` */
  setTool(name) {
    this.tool?.cancel();
    this.leavePath();
    this.toolName = name;
    this.tool = null;
    const make = () => { if (this.toolName === name) this.tool = makeTool(this, /** @type {any} */ (name)); };
    if (kernel.isLoaded()) make();
    else kernel.load().then(make);
    this.options.viewed?.();
    this.paint();
  }

  /** A tool by its button or key: a class that it can draw becomes the active one.
   * @param {string} name */
  pickTool(name) {
    const fits = tools[/** @type {keyof typeof tools} */ (name)].kinds;
    if (fits && !fits.includes(this.kind)) {
      const found = this.classes.find((c) => fits.includes(c.kind));
      if (!found) return;
      this.options.pick(found.id);
    }
    this.setTool(name);
  }

  /** @param {Mode} mode what a finished region does to the selected one */
  setMode(mode) {
    this.mode = mode;
    this.options.viewed?.();
    this.paint();
  }

  leavePath() {
    this.path = null;
    this.seen = /** @type {number[]} */ ([]);
    this.snapped = null;
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
    on("pointerleave", () => { this.cursor = /** @type {Point} */ ([-1, -1]); this.schedule(); });
    on("dblclick", () => this.finishPath());
    on("wheel", (event) => {
      event.preventDefault();
      const [x, y] = this.place(event);
      this.view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), x, y);
      this.paint();
    });
    on("contextmenu", (event) => event.preventDefault());
    const goTo = (/** @type {PointerEvent} */ event) => {
      if (!(event.buttons & 1)) return;
      const frame = this.map.getBoundingClientRect();
      const [x, y] = [((event.clientX - frame.left) / frame.width) * this.width, ((event.clientY - frame.top) / frame.height) * this.height];
      this.view.x = this.clientWidth / 2 - x * this.view.scale;
      this.view.y = this.clientHeight / 2 - y * this.view.scale;
      this.paint();
    };
    this.map.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => { this.map.setPointerCapture(event.pointerId); goTo(event); }, { signal });
    this.map.addEventListener("pointermove", goTo, { signal });
    addEventListener("keydown", (event) => { if (event.code === "Space") this.isPanning = true; }, { signal });
    addEventListener("keyup", (event) => { if (event.code === "Space") this.isPanning = false; }, { signal });
  }

  /** @param {PointerEvent} event
   * @returns {[number, number]} */
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
    if (this.pinning && event.button === 0) return this.pinHere(point);
    if (event.button === 1 || event.button === 2 || this.isPanning || this.options.isReadOnly) {
      this.gesture = { kind: "pan", last: place };
      return;
    }
    if (this.tool) {
      this.gesture = { kind: "tool" };
      this.tool.down(event, point);
      return this.schedule();
    }
    if (this.path) return this.addPoint(this.snap(point, event), event);
    const handle = this.handleAt(place);
    const selected = this.chosen;
    if (handle && selected) return this.takeHandle(event, selected, handle);
    const hit = event.ctrlKey || event.metaKey ? undefined : this.hit(point);
    if (hit && event.shiftKey) return this.chooseAlso(hit.key);
    if (hit && (this.isChosen(hit.key) || hit.kind === "point")) {
      if (!this.isChosen(hit.key)) this.choose(hit.key);
      if (this.isKept(hit)) return;
      this.gesture = { kind: "move", shape: hit, value: hit.value, from: point, all: this.movable(hit) };
      return;
    }
    this.gesture = { kind: "draw", from: point, place, hit, value: null };
  }

  /** The next click chooses a place, and does nothing else.
   * @param {(place: { x: number, y: number }) => void} chosen */
  pin(chosen) {
    this.pinning = chosen;
    this.live.focus();
  }

  /** @param {Point} point */
  pinHere(point) {
    const [x, y] = kept(point, this.size).map((value) => Math.round(value * 10) / 10);
    const chosen = this.pinning;
    this.pinning = null;
    this.showPlace({ x, y });
    chosen?.({ x, y });
  }

  /** What moves with a shape: everything selected, or its group.
   * @param {Shape} shape */
  movable(shape) {
    const isWith = (/** @type {Shape} */ other) => (this.also.size ? this.isChosen(other.key) : shape.group && other.group === shape.group);
    return this.shapes.filter((other) => other !== shape && isWith(other) && !this.pinned.has(other.key) && !this.options.isLocked(other, "edit"));
  }

  /** @param {Shape} shape */
  isKept(shape) {
    if (!this.pinned.has(shape.key)) return this.options.isLocked(shape, "edit");
    toast(say("This object is locked; L unlocks it."));
    return true;
  }

  /** @param {PointerEvent} event
   * @param {Shape} shape
   * @param {string} handle */
  takeHandle(event, shape, handle) {
    if (this.isKept(shape)) return;
    if (event.altKey) return this.replace({ ...shape, value: withoutPoint(shape.kind, shape.value, handle) });
    if (shape.kind === "keypoints" && (event.ctrlKey || event.metaKey)) return this.toggleSeen(shape, handle);
    this.gesture = { kind: "resize", handle, shape, value: shape.value, sharing: this.sharing(shape, handle) };
  }

  /** Hidden behind something, or seen.
   * @param {Shape} shape
   * @param {string} handle */
  toggleSeen(shape, handle) {
    const i = Number(handle.slice(3));
    const [x, y, v] = shape.value[i];
    this.replace({ ...shape, value: shape.value.toSpliced(i, 1, [x, y, v === visible ? hidden : visible]) });
  }

  /** The points of other outlines that lie on the one under the hand: a shared border moves as one.
   * @param {Shape} shape
   * @param {string} handle
   * @returns {Array<{ shape: Shape, handle: string }>} */
  sharing(shape, handle) {
    if (!this.isSnapping || handle[0] !== "v" || (shape.kind !== "polygon" && shape.kind !== "polyline")) return [];
    const found = kinds[shape.kind].handles(shape.value).find(([name]) => name === handle);
    if (!found) return [];
    const [, x, y] = found;
    return this.grid().near([x - 1, y - 1, 2, 2]).flatMap((other) => {
      if (other === shape || other.kind !== shape.kind || this.pinned.has(other.key)) return [];
      const same = kinds[other.kind].handles(other.value).find(([name, px, py]) =>
        name[0] === "v" && Math.abs(px - x) < 0.01 && Math.abs(py - y) < 0.01);
      return same ? [{ shape: other, handle: same[0] }] : [];
    });
  }

  /** The point, or the corner or border of another outline near it.
   * @param {Point} point
   * @param {PointerEvent} [event]
   * @returns {Point} */
  snap(point, event) {
    this.snapped = null;
    if (!this.isSnapping || event?.ctrlKey || !["polygon", "polyline", "point", "cuboid"].includes(this.gesture?.shape?.kind ?? this.kind)) return point;
    const reach = handleReach / this.view.scale;
    /** @type {Point | null} */
    let best = null;
    let least = reach;
    const held = this.gesture?.shape?.key;
    const near = this.grid().near([point[0] - reach, point[1] - reach, 2 * reach, 2 * reach])
      .filter((shape) => shape.key !== held && !this.veiled.has(shape.key));
    const consider = (/** @type {Point} */ place, /** @type {number} */ share) => {
      const away = distance(point, place);
      if (away < least * share) [best, least] = [place, away];
    };
    const outlines = near.flatMap((shape) => (shape.kind === "mask" || shape.kind === "ellipse" ? [] : kinds[shape.kind].outline(shape.value)));
    for (const ring of outlines) for (const corner of ring) consider(corner, 1);
    // Corners go before borders.
    if (!best) for (const ring of outlines) ring.forEach((corner, i) => consider(nearest(point, ring[(i || ring.length) - 1], corner), 0.7));
    if (!best) {
      const rim = [point[0] < reach ? 0 : point[0] > this.width - reach ? this.width : point[0],
        point[1] < reach ? 0 : point[1] > this.height - reach ? this.height : point[1]];
      if (rim[0] !== point[0] || rim[1] !== point[1]) best = /** @type {Point} */ (rim);
    }
    this.snapped = best;
    return best ?? point;
  }

  startPinch() {
    const [a, b] = [...this.pointers.values()];
    this.gesture = { kind: "pinch", distance: distance(a, b) };
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
        const apart = distance(a, b);
        this.view.zoom(apart / gesture.distance, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        gesture.distance = apart;
        return this.paint();
      }
      case "tool":
        this.tool?.move(event, point);
        return this.schedule();
      case "resize": {
        const to = gesture.handle[0] === "v" || gesture.handle[0] === "m" ? this.snap(point, event) : point;
        gesture.value = kinds[gesture.shape.kind].pulled(gesture.shape.value, gesture.handle, to, this.size, !event.shiftKey);
        gesture.others = gesture.sharing.map((/** @type {any} */ { shape, handle }) =>
          ({ ...shape, value: kinds[shape.kind].pulled(shape.value, handle, to, this.size) }));
        break;
      }
      case "move":
        gesture.value = movedShape(gesture.shape.kind, gesture.shape.value, point[0] - gesture.from[0],
          point[1] - gesture.from[1], this.size);
        gesture.others = gesture.all.map((/** @type {Shape} */ shape) =>
          ({ ...shape, value: movedShape(shape.kind, shape.value, point[0] - gesture.from[0], point[1] - gesture.from[1], this.size) }));
        break;
      case "draw":
        if (distance(place, gesture.place) >= dragThreshold) {
          gesture.value = kinds[this.kind].drawn?.(gesture.from, point, this.size) ?? null;
        }
        break;
    }
    if (!gesture && this.tool) this.tool.move(event, point);
    else if (!gesture && this.path) this.snap(point, event);
    if (gesture) this.paint();
    this.schedule();
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.pointers.delete(event.pointerId);
    const gesture = this.gesture;
    this.gesture = null;
    this.snapped = null;
    if (!gesture || event.type === "pointercancel") {
      this.tool?.cancel();
      return this.paint();
    }
    if (gesture.kind === "tool") this.tool?.up(event);
    if (gesture.kind === "draw") {
      if (gesture.value) {
        if (kinds[this.kind].isWhole(gesture.value)) this.add(gesture.value);
      } else if (gesture.hit) {
        this.choose(gesture.hit.key);
      } else if (kinds[this.kind].least) {
        if (this.mode === "new") this.choose(null);
        this.path = /** @type {Point[]} */ ([]);
        this.addPoint(this.snap(gesture.from, event), event);
      } else {
        this.choose(null);
      }
    } else if ((gesture.kind === "resize" || gesture.kind === "move") && gesture.value !== gesture.shape.value) {
      if (kinds[gesture.shape.kind].isWhole(gesture.value)) {
        this.replaceAll([{ ...gesture.shape, value: gesture.value }, ...(gesture.others ?? [])]);
      }
    }
    this.paint();
  }

  /** Points that the shape under the hand has at most. */
  get most() { return this.kind === "keypoints" ? this.definition?.keypoints?.length ?? 1 : kinds[this.kind].most; }

  /** Another point of the shape that is drawn; on the first one it ends.
   * @param {Point} point
   * @param {PointerEvent} [event] */
  addPoint(point, event) {
    if (!this.path) return;
    const { least = 1 } = kinds[this.kind];
    const reach = handleReach / this.view.scale;
    const isNear = (/** @type {Point} */ other) => distance(point, other) <= reach;
    if (this.path.length >= least && kinds[this.kind].isClosed && isNear(this.path[0])) return this.finishPath();
    const isSkeleton = this.kind === "keypoints";
    // The second press of a double click sets no point of its own.
    if (isSkeleton || !this.path.length || !isNear(/** @type {Point} */ (this.path.at(-1)))) {
      this.path.push(point);
      this.seen.push(event?.altKey ? hidden : visible);
    }
    if (this.path.length === this.most) return this.finishPath();
    this.sayNext();
    this.paint();
  }

  /** The keypoint that comes next is not in the image. */
  skipPoint() {
    if (this.kind !== "keypoints" || this.tool) return;
    this.path ??= [];
    this.path.push([0, 0]);
    this.seen.push(absent);
    if (this.path.length === this.most) this.finishPath();
    this.sayNext();
    this.paint();
  }

  sayNext() {
    const next = this.kind === "keypoints" && this.path ? this.definition?.keypoints?.[this.path.length] : null;
    if (next) announce(say("Next: {name}", { name: next }));
  }

  finishPath() {
    if (this.tool?.finish) return this.tool.finish();
    const kind = kinds[this.kind];
    if (!this.path || (this.kind !== "keypoints" && this.path.length < (kind.least ?? 1))) return;
    const [path, seen] = [this.path, this.seen];
    this.leavePath();
    if (this.kind === "keypoints") {
      const names = this.definition?.keypoints ?? [];
      const value = names.map((_, i) => (path[i] && seen[i] !== absent ? [...path[i], seen[i]] : [0, 0, absent]));
      if (kind.isWhole(value)) this.add(value);
    } else if (this.kind === "polygon") {
      this.completeRings([kind.fromPoints?.(path, this.size)], this.mode);
    } else {
      const value = kind.fromPoints?.(path, this.size);
      if (kind.isWhole(value)) this.add(value);
    }
    this.paint();
  }

  /** A region that a tool has made: joined with the selected one, or a new one of the class.
   * @param {kernel.Mask} mask
   * @param {Mode} mode */
  complete(mask, mode) {
    if (this.kind !== "mask") {
      const all = outlinesOf(mask);
      if (mode === "new" || this.chosen?.kind !== "polygon") return this.addAll(all.slice(0, 1).map(fromRings));
      return this.mergePolygons(all, mode);
    }
    const shape = this.chosen?.kind === "mask" ? this.chosen : mode === "subtraction" ? this.shapes.findLast((other) => other.kind === "mask" && other.class === this.activeClass) : null;
    if (!shape || mode === "new") {
      if (mode === "subtraction") return;
      const value = maskValue(mask);
      if (kinds.mask.isWhole(value)) this.add(value);
      return;
    }
    if (this.isKept(shape)) return;
    const value = maskValue(kernel.mergeMasks(maskOf(shape.value), mask, mode));
    if (kinds.mask.isWhole(value)) this.replace({ ...shape, value });
    else this.remove(shape);
  }

  /** An outline that was drawn.
   * @param {Point[][]} rings
   * @param {Mode} mode */
  completeRings(rings, mode) {
    const value = fromRings(rings);
    if (this.kind === "polyline") return void this.add(rings[0]);
    if (mode !== "new" && this.chosen?.kind === "polygon" && kernel.isLoaded()) return this.mergePolygons([rings], mode);
    if (kinds.polygon.isWhole(value)) this.add(value);
  }

  /** @param {Point[][][]} others
   * @param {Exclude<Mode, "new">} mode */
  mergePolygons(others, mode) {
    const shape = this.chosen;
    if (!shape || this.isKept(shape)) return;
    let pieces = [kinds.polygon.outline(shape.value)];
    for (const other of others) {
      if (mode === "subtraction") {
        pieces = pieces.flatMap((piece) => kernel.mergePolygons(piece, other, mode));
        continue;
      }
      // What it meets becomes one with it; the rest stays as it is.
      let whole = other;
      const apart = pieces.filter((piece) => {
        const joined = kernel.mergePolygons(piece, whole, mode);
        if (joined.length === 1) whole = joined[0];
        return joined.length !== 1;
      });
      pieces = [whole, ...apart];
    }
    const values = pieces.map(fromRings).filter((value) => kinds.polygon.isWhole(value));
    if (!values.length) return this.remove(shape);
    const rest = values.slice(1).map((value) => ({ ...shape, key: newKey(), value }));
    this.options.change([...this.shapes.map((other) => (other.key === shape.key ? { ...shape, value: values[0] } : other)), ...rest]);
  }

  /** Takes back the last point.
   * @returns whether a shape was being drawn */
  undoPoint() {
    if (this.tool?.isUnderWay) {
      this.tool.undo();
      return true;
    }
    if (!this.path) return false;
    this.path.pop();
    this.seen.pop();
    if (!this.path.length) this.leavePath();
    this.paint();
    return true;
  }

  escape() {
    if (this.path || this.tool?.isUnderWay) {
      this.leavePath();
      this.tool?.cancel();
      this.paint();
    } else {
      this.choose(null);
    }
  }

  /** @param {any} value */
  add(value) { this.addAll([value]); }

  /** @param {any[]} values */
  addAll(values) {
    if (!values.length) return;
    const made = values.map((value) => ({ key: newKey(), class: this.activeClass, kind: this.kind, value, attributes: {} }));
    const last = /** @type {Shape} */ (made.at(-1));
    this.selected = last.key;
    this.options.change([...this.shapes, ...made]);
    this.options.select(last.key);
    announce(say("“{name}” drawn, {n} objects", { name: this.nameOf(last.class), n: this.shapes.length }));
  }

  /** Puts copies of shapes on the image, moved a little where one lies there already.
   * @param {readonly Shape[]} shapes */
  paste(shapes) {
    const known = new Map(this.classes.map((c) => [c.id, c.kind]));
    const fitting = shapes.filter((shape) => known.get(shape.class) === shape.kind);
    if (!fitting.length) return toast(say("Nothing that fits here was copied."));
    const step = 12 / this.view.scale;
    const copies = fitting.map((shape) => {
      const isTaken = this.shapes.some((other) => JSON.stringify(other.value) === JSON.stringify(shape.value));
      return { ...shape, key: newKey(), value: movedShape(shape.kind, shape.value, isTaken ? step : 0, isTaken ? step : 0, this.size) };
    });
    this.selected = /** @type {Shape} */ (copies.at(-1)).key;
    this.options.change([...this.shapes, ...copies]);
    this.options.select(this.selected);
    announce(say("{n} objects pasted", { n: copies.length }));
  }

  /** A shape of the class in the middle of what is seen: for hands without a mouse. */
  addInMiddle() {
    const [x, y] = this.view.toImage(this.clientWidth / 2, this.clientHeight / 2);
    const reach = Math.min(this.clientWidth, this.clientHeight) / this.view.scale / 8;
    const [from, to] = /** @type {[Point, Point]} */ ([[x - reach, y - reach], [x + reach, y + reach]]);
    const kind = kinds[this.kind];
    if (kind.drawn) return this.add(kind.drawn(from, to, this.size));
    if (this.kind === "mask") return this.complete(kernel.stroke([[x, y]], reach, this.size), "new");
    const corners = /** @type {Point[]} */ ([from, [to[0], from[1]], to, [from[0], to[1]]]);
    if (this.kind === "keypoints") {
      const names = this.definition?.keypoints ?? [];
      return this.add(names.map((_, i) => [x + reach * Math.cos((2 * Math.PI * i) / names.length), y + reach * Math.sin((2 * Math.PI * i) / names.length), visible]));
    }
    this.add(kind.fromPoints?.(this.kind === "point" ? [[x, y]] : corners, this.size));
  }

  duplicateSelected() {
    if (this.chosen) this.paste(this.chosenAll);
  }

  /** @param {number} dx
   * @param {number} dy image pixels */
  nudge(dx, dy) {
    const moved = this.chosenAll.filter((shape) => !this.isKept(shape));
    if (moved.length) this.replaceAll(moved.map((shape) => ({ ...shape, value: movedShape(shape.kind, shape.value, dx, dy, this.size) })));
  }
}
customElements.define("image-editor", ImageEditor);

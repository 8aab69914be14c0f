import { h } from "../../core/dom.js";

/** Screen pixels within which a point is met, and beyond which a pointer that is down is dragged. */
const reach = 8, still = 4;

/** Whether a ray from a place to the right crosses a ring an odd number of times.
 * @param {Array<[number, number]>} ring
 * @param {number} x
 * @param {number} y */
export function encloses(ring, x, y) {
  let isInside = false;
  for (let place = 0, before = ring.length - 1; place < ring.length; before = place, place += 1) {
    const [x1, y1] = ring[place], [x2, y2] = ring[before];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  }
  return isInside;
}

/** Points of a plane. The wheel zooms and a click opens; a drag moves, or draws round points that are then
 * selected. */
export class PointField {
  whole = { scale: 0.9, x: 0, y: 0 };
  view = { ...this.whole };
  width = 0;
  height = 0;
  /** Whether a drag selects. */
  isSelecting = false;
  /** Where the pointer is while it is down, and what it drew.
   * @type {{ x: number, y: number, moved: boolean, selects: boolean, ring: Array<[number, number]> } | null} */
  drag = null;

  /** @param {Array<[number, number, number]>} points number of the item, and its place from −1 to 1
   * @param {string} name
   * @param {Set<number>} selected numbers of items
   * @param {{ open: (number: number) => void, selected: () => void }} told */
  constructor(points, name, selected, told) {
    this.points = points;
    this.selected = selected;
    this.told = told;
    this.element = h("canvas.map", { role: "img", "aria-label": name });
    const on = (/** @type {string} */ event, /** @type {(event: any) => void} */ act) => this.element.addEventListener(event, act, { passive: false });
    on("wheel", (event) => this.zoom(event));
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => { this.drag = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** Half of the shorter side: all points lie within it from the middle. */
  get half() { return Math.max(1, Math.min(this.width, this.height) / 2); }

  /** @param {number} x
   * @param {number} y
   * @returns {[number, number]} */
  toScreen(x, y) {
    const { view, half } = this;
    return [this.width / 2 + (x * view.scale + view.x) * half, this.height / 2 + (y * view.scale + view.y) * half];
  }

  showAll() {
    Object.assign(this.view, this.whole);
    this.draw();
  }

  draw() {
    const { view, points, element } = this;
    // Some of the points stay in sight, wherever they are drawn to.
    view.scale = Math.min(Math.max(view.scale, 0.3), 1e4);
    for (const axis of /** @type {Array<"x" | "y">} */ (["x", "y"])) view[axis] = Math.min(Math.max(view[axis], -view.scale), view.scale);
    const context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
    const ratio = devicePixelRatio || 1;
    [this.width, this.height] = [element.clientWidth, element.clientHeight];
    [element.width, element.height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colors = getComputedStyle(element);
    const isMany = points.length > 2000;
    const some = this.selected.size > 0;
    const dots = (/** @type {boolean} */ chosen, /** @type {number} */ size) => {
      for (const [number, x, y] of points) {
        if (this.selected.has(number) !== chosen) continue;
        const [px, py] = this.toScreen(x, y);
        context.fillRect(px - size / 2, py - size / 2, size, size);
      }
    };
    context.fillStyle = some ? colors.outlineColor : colors.color;
    context.globalAlpha = isMany ? 0.4 : 0.7;
    dots(false, isMany ? 4 : 6);
    context.fillStyle = colors.color;
    context.globalAlpha = 1;
    dots(true, isMany ? 5 : 8);
    if (this.drag?.selects) this.drawRing(context, colors.color);
  }

  /** @param {CanvasRenderingContext2D} context
   * @param {string} color */
  drawRing(context, color) {
    context.beginPath();
    for (const [x, y] of this.drag?.ring ?? []) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = 1.5;
    context.stroke();
    context.globalAlpha = 0.12;
    context.fill();
  }

  /** @param {WheelEvent} event */
  zoom(event) {
    event.preventDefault();
    const { view, half } = this;
    const factor = Math.exp(-event.deltaY / 400);
    const [x, y] = [(event.offsetX - this.width / 2) / half, (event.offsetY - this.height / 2) / half];
    [view.x, view.y] = [x - (x - view.x) * factor, y - (y - view.y) * factor];
    view.scale *= factor;
    this.draw();
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button) return;
    const { offsetX: x, offsetY: y } = event;
    this.drag = { x, y, moved: false, selects: this.isSelecting || event.shiftKey, ring: [[x, y]] };
    this.element.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { drag } = this;
    if (!drag) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < still) return;
    Object.assign(drag, { x: event.offsetX, y: event.offsetY, moved: true });
    if (drag.selects) drag.ring.push([drag.x, drag.y]);
    else {
      this.view.x += dx / this.half;
      this.view.y += dy / this.half;
    }
    this.draw();
  }

  /** @param {PointerEvent} event */
  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.moved && drag.selects) this.select(drag.ring, event.ctrlKey || event.metaKey || event.shiftKey);
    else if (!drag.moved) {
      const met = this.nearest(event.offsetX, event.offsetY);
      if (met !== null) this.told.open(met);
    }
  }

  /** @param {Array<[number, number]>} ring
   * @param {boolean} adds whether what is selected stays so */
  select(ring, adds) {
    if (!adds) this.selected.clear();
    for (const [number, x, y] of this.points) if (encloses(ring, ...this.toScreen(x, y))) this.selected.add(number);
    this.draw();
    this.told.selected();
  }

  /** The item of the nearest point that is met; null where there is none.
   * @param {number} x
   * @param {number} y
   * @returns {number | null} */
  nearest(x, y) {
    let best = null, least = reach;
    for (const [number, px, py] of this.points) {
      const [sx, sy] = this.toScreen(px, py);
      const distance = Math.hypot(sx - x, sy - y);
      if (distance < least) [best, least] = [number, distance];
    }
    return best;
  }
}

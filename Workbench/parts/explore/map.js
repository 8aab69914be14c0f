import { get } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { say } from "../../core/words.js";

/** Screen pixels within which a point is met. */
const reach = 8;

/** The found items as points: those near each other are alike. The wheel zooms, a drag moves, a click opens.
 * @param {string} dataset
 * @param {string} query
 * @param {(number: number) => void} open */
export async function mapPanel(dataset, query, open) {
  /** @type {Array<[number, number, number]>} */
  let points;
  try {
    ({ points } = await get(`/api/datasets/${dataset}/map?query=${encodeURIComponent(query)}`));
  } catch (error) {
    if (/** @type {any} */ (error).status !== 422) throw error;
    return h("div.card.stack", {}, h("h2", {}, say("No embeddings yet")), h("p.muted", {}, say("Send a model's embeddings with `assay dataset vectors`; then similar items are found, and all of them seen as a map.")));
  }
  const canvas = h("canvas.map", { role: "img", "aria-label": say("{n} items", { n: points.length }) });
  const whole = { scale: 0.9, x: 0, y: 0 };
  const view = { ...whole };
  let width = 0, height = 0;
  /** Half of the shorter side: all points lie within it from the middle. */
  const half = () => Math.max(1, Math.min(width, height) / 2);
  const toScreen = (/** @type {number} */ x, /** @type {number} */ y) => [width / 2 + (x * view.scale + view.x) * half(), height / 2 + (y * view.scale + view.y) * half()];
  const draw = () => {
    // Some of the points stay in sight, wherever they are drawn to.
    view.scale = Math.min(Math.max(view.scale, 0.3), 1e4);
    [view.x, view.y] = [view.x, view.y].map((place) => Math.min(Math.max(place, -view.scale), view.scale));
    const size = points.length > 2000 ? 4 : 6;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const ratio = devicePixelRatio || 1;
    [width, height] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = getComputedStyle(canvas).getPropertyValue("color");
    context.globalAlpha = points.length > 2000 ? 0.4 : 0.7;
    for (const [, x, y] of points) {
      const [px, py] = toScreen(x, y);
      context.fillRect(px - size / 2, py - size / 2, size, size);
    }
  };
  /** @type {{ x: number, y: number, moved: boolean } | null} */
  let drag = null;
  canvas.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 400);
    const [x, y] = [(event.offsetX - width / 2) / half(), (event.offsetY - height / 2) / half()];
    [view.x, view.y] = [x - (x - view.x) * factor, y - (y - view.y) * factor];
    view.scale *= factor;
    draw();
  }, { passive: false });
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => { drag = { x: event.offsetX, y: event.offsetY, moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag = { x: event.offsetX, y: event.offsetY, moved: true };
    view.x += dx / half();
    view.y += dy / half();
    draw();
  });
  canvas.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    const isClick = drag && !drag.moved;
    drag = null;
    if (!isClick) return;
    let best = null, least = reach;
    for (const [number, x, y] of points) {
      const [px, py] = toScreen(x, y);
      const distance = Math.hypot(px - event.offsetX, py - event.offsetY);
      if (distance < least) [best, least] = [number, distance];
    }
    if (best !== null) open(best);
  });
  const showAll = () => { Object.assign(view, whole); draw(); };
  new ResizeObserver(draw).observe(canvas);
  return h("div.explore-map", {}, canvas, h("div.spread", {},
    h("p.muted", {}, say("Each point is an item; those near each other are alike. The wheel zooms, a drag moves, a click opens.")),
    h("button.button", { onclick: showAll }, say("Show all"))));
}

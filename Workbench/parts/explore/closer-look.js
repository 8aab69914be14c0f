import { h, iconButton } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { cutOf, TiledPicture } from "../../editors/image/picture.js";

/** Pixels above which the server may have an image in tiles. */
const tiledFrom = 32_000_000;

/** Lets an item's picture be looked at closely: the wheel, + and − zoom, a drag moves, 0 and a double click show all of
 * it again; a very large one comes in tiles.
 * @param {import("./item-picture.js").Picture} picture
 * @param {string} tiles where the server says how it is cut
 * @returns {{ bar: HTMLElement, press: (key: string) => boolean }} the buttons, and what a key does */
export function closerLook(picture, tiles) {
  const { element, canvas } = picture;
  const showAll = () => { picture.view = null; picture.draw(); };
  const zoom = (/** @type {number} */ factor, x = picture.width / 2, y = picture.height / 2) => {
    const whole = picture.whole();
    if (!whole) return;
    const least = whole.scale, view = picture.view ?? whole;
    view.zoom(factor, x, y);
    picture.view = view.scale > least ? view : null;
    picture.draw();
  };
  canvas.addEventListener("wheel", (/** @type {WheelEvent} */ event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY); }, { passive: false });
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!event.buttons || !picture.view) return;
    picture.view.x += event.movementX;
    picture.view.y += event.movementY;
    picture.draw();
  });
  canvas.addEventListener("dblclick", showAll);
  const { width = 0, height = 0 } = picture.item;
  if (width * height > tiledFrom) cutOf(tiles).then(async (cut) => {
    if (!cut) return;
    const tiled = new TiledPicture(cut);
    await tiled.open();
    tiled.element.className = "tiled-item";
    tiled.arrived = () => picture.draw();
    element.prepend(tiled.element);
    picture.tiled = tiled;
    picture.draw();
  }).catch(() => {});
  const bar = h("div.row.tight.closer", {}, iconButton("minus", say("Zoom out"), () => zoom(1 / 1.5)), iconButton("plus", say("Zoom in"), () => zoom(1.5)), iconButton("fit", say("Fit the image"), showAll));
  /** @type {Record<string, () => void>} */
  const keys = { "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: showAll };
  return { bar, press: (key) => { keys[key]?.(); return key in keys; } };
}

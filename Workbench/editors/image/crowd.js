import { worker } from "../../core/trusted.js";

/** Shapes from which on a worker paints them. */
export const crowdSize = 600;

/** A layer of very many shapes: painted elsewhere, and moved about in between. */
export class Crowd {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("bitmaprenderer");
    this.isBusy = false;
    this.isStale = false;
    this.number = 0;
    /** Where the picture on the canvas belongs.
     * @type {{ scale: number, x: number, y: number } | null} */
    this.painted = null;
    /** Told when a picture has come. */
    this.arrived = () => {};
  }

  /** @param {readonly any[]} shapes
   * @param {any[]} classes
   * @param {{ width: number, height: number }} size */
  show(shapes, classes, size) {
    if (!this.worker) {
      this.worker = worker(new URL("./paint-worker.js", import.meta.url));
      this.worker.onmessage = ({ data }) => this.take(data);
    }
    this.worker.postMessage({
      shapes, size,
      classes: classes.map(({ id, name, color, skeleton }) => ({ id, name, color, skeleton })),
    });
    this.isStale = true;
  }

  /** Asks for a picture of what is seen now, if the last one is done.
   * @param {any} view
   * @param {number} width
   * @param {number} height */
  paint(view, width, height) {
    const { scale, x, y } = view;
    this.place(view);
    const isThere = this.painted && this.painted.scale === scale && this.painted.x === x && this.painted.y === y;
    if (this.isBusy || !this.worker || (isThere && !this.isStale)) return;
    this.isBusy = true;
    this.isStale = false;
    this.number += 1;
    this.worker.postMessage({ number: this.number, view: { scale, x, y }, width, height, ratio: devicePixelRatio || 1 });
  }

  /** @param {{ bitmap: ImageBitmap, view: { scale: number, x: number, y: number } }} data */
  take({ bitmap, view }) {
    this.isBusy = false;
    this.canvas.width = bitmap.width;
    this.canvas.height = bitmap.height;
    this.context?.transferFromImageBitmap(bitmap);
    this.painted = view;
    this.arrived();
  }

  /** Moves the last picture to where it belongs now.
   * @param {{ scale: number, x: number, y: number }} view */
  place(view) {
    if (!this.painted) return;
    const by = view.scale / this.painted.scale;
    this.canvas.style.setProperty("transform",
      `translate(${view.x - this.painted.x * by}px, ${view.y - this.painted.y * by}px) scale(${by})`);
  }

  clear() {
    this.painted = null;
    this.canvas.width = this.canvas.width;
    this.canvas.style.removeProperty("transform");
  }

  close() { this.worker?.terminate(); }
}

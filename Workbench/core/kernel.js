/**
 * The kernel: shapes, masks and labels measured and checked by the same code as on the server, compiled to
 * WebAssembly. What each call takes and leaves is said in `Sources/Kernel`.
 *
 * @typedef {{ width: number, height: number, counts: Uint32Array }} Mask run lengths down the columns
 * @typedef {[number, number]} Point
 */

/** @type {any} the module's exports, once it is there */
let kernel = null;
/** @type {Promise<boolean> | undefined} */
let loading;

/** Fetches the module once. Without it everything works but masks, wand and scissors.
 * @returns {Promise<boolean>} whether it is there */
export function load() {
  loading ??= (async () => {
    const read = (/** @type {number} */ place, /** @type {number} */ count) =>
      new TextDecoder().decode(new Uint8Array(kernel.memory.buffer, place, count)).trim();
    const parseNumber = (/** @type {number} */ place, /** @type {number} */ count) =>
      (read(place, count) === "" ? NaN : Number(read(place, count)));
    try {
      const { instance } = await WebAssembly.instantiateStreaming(
        fetch(new URL("../kernel.wasm", import.meta.url)), { env: { parseNumber } });
      kernel = instance.exports;
      return true;
    } catch (error) {
      console.warn("The kernel cannot run here.", error);
      return false;
    }
  })();
  return loading;
}

export const isLoaded = () => kernel !== null;

/** Puts numbers or text where the kernel reads them.
 * @param {ArrayBufferView} data */
function put(data) {
  const place = kernel.input(data.byteLength);
  new Uint8Array(kernel.memory.buffer, place, data.byteLength)
    .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** What the last call left, as a copy.
 * @template T
 * @param {number} count
 * @param {{ new (b: ArrayBuffer, o: number, n: number): T }} Kind
 * @returns {T} */
function taken(count, Kind) {
  if (count < 0) throw new RangeError("The kernel cannot make sense of this.");
  return /** @type {any} */ (new Kind(kernel.memory.buffer, kernel.output(), count)).slice();
}

/** @param {Uint32Array[]} lists */
function joined(...lists) {
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let place = 0;
  for (const list of lists) {
    all.set(list, place);
    place += list.length;
  }
  return all;
}

/** @param {Point[][]} rings */
const flat = (rings) => Float64Array.from(rings.flatMap((ring) => [ring.length, ...ring.flat()]));

/** @param {Float64Array} numbers
 * @returns {Point[][][]} polygons */
function polygons(numbers) {
  const found = [];
  for (let place = 0; place < numbers.length;) {
    const rings = [];
    for (let left = numbers[place++]; left > 0; left -= 1) {
      const ring = /** @type {Point[]} */ ([]);
      for (let points = numbers[place++]; points > 0; points -= 1) ring.push([numbers[place++], numbers[place++]]);
      rings.push(ring);
    }
    found.push(rings);
  }
  return found;
}

/** @param {{ width: number, height: number }} size
 * @param {number} count
 * @returns {Mask} */
const maskOf = ({ width, height }, count) => ({ width, height, counts: taken(count, Uint32Array) });

const merges = { union: 0, intersection: 1, subtraction: 2, difference: 3 };
/** @typedef {keyof typeof merges} Merge */

/** The pixels whose centres lie in the rings.
 * @param {Point[][]} rings
 * @param {{ width: number, height: number }} size
 * @param {number} [rule] 1 for COCO's */
export function rasterize(rings, size, rule = 0) {
  const numbers = flat(rings);
  put(numbers);
  return maskOf(size, kernel.rasterize(numbers.length, size.width, size.height, rule));
}

/** What a round brush covers.
 * @param {Point[]} points
 * @param {number} radius
 * @param {{ width: number, height: number }} size */
export function stroke(points, radius, size) {
  const numbers = Float64Array.from(points.flat());
  put(numbers);
  return maskOf(size, kernel.stroke(numbers.length, radius, size.width, size.height));
}

/** @param {Mask} a
 * @param {Mask} b
 * @param {Merge} merge */
export function mergeMasks(a, b, merge) {
  put(joined(a.counts, b.counts));
  return maskOf(a, kernel.mergeMasks(a.counts.length, b.counts.length, a.width, a.height, merges[merge]));
}

/** @param {Mask} mask
 * @returns {{ area: number, bounds: [number, number, number, number] }} */
export function measure(mask) {
  put(mask.counts);
  const [area, ...bounds] = taken(kernel.measureMask(mask.counts.length, mask.width, mask.height), Float64Array);
  return { area, bounds: /** @type {[number, number, number, number]} */ (bounds) };
}

/** COCO's form of a mask, as the API has it.
 * @param {Mask} mask
 * @returns {{ size: [number, number], counts: string }} */
export function write(mask) {
  put(mask.counts);
  const text = taken(kernel.compress(mask.counts.length, mask.width, mask.height), Uint8Array);
  return { size: [mask.height, mask.width], counts: new TextDecoder().decode(text) };
}

/** @param {{ size: [number, number], counts: string | number[] }} value
 * @returns {Mask} */
export function read({ size: [height, width], counts }) {
  if (typeof counts !== "string") return { width, height, counts: Uint32Array.from(counts) };
  const text = new TextEncoder().encode(counts);
  put(text);
  return maskOf({ width, height }, kernel.decompress(text.length, width, height));
}

/** The pixels of the mask's bounds in one colour, to be put on a canvas.
 * @param {Mask} mask
 * @param {[number, number, number, number]} color red, green, blue, opacity 0…255 */
export function paint(mask, [red, green, blue, opacity]) {
  const { bounds } = measure(mask);
  if (!bounds[2] || !bounds[3]) return { bounds, image: null };
  put(mask.counts);
  const count = kernel.paint(mask.counts.length, mask.width, mask.height, (red | green << 8 | blue << 16 | opacity << 24) >>> 0);
  const pixels = taken(count * 4, Uint8ClampedArray);
  return { bounds, image: new ImageData(/** @type {any} */ (pixels), bounds[2], bounds[3]) };
}

/** @param {Mask} mask
 * @param {number} [tolerance] pixels a left-out point may lie off
 * @returns {Point[][][]} polygons */
export function trace(mask, tolerance = 0) {
  put(mask.counts);
  return polygons(taken(kernel.trace(mask.counts.length, mask.width, mask.height, tolerance), Float64Array));
}

/** The mask so many whole pixels further right and down.
 * @param {Mask} mask
 * @param {number} right
 * @param {number} down
 * @param {{ width: number, height: number }} [size] of the image that it comes to lie in */
export function move(mask, right, down, size = mask) {
  const kept = (/** @type {number} */ by, /** @type {number} */ most) => Math.max(-most, Math.min(most, Math.round(by)));
  const [columns, rows] = [kept(right, Math.max(mask.width, size.width)), kept(down, Math.max(mask.height, size.height))];
  put(mask.counts);
  return maskOf(size, kernel.moveMask(mask.counts.length, mask.width, mask.height, columns, rows, size.width, size.height));
}

/** @param {Point[][]} a rings
 * @param {Point[][]} b
 * @param {Merge} merge
 * @returns {Point[][][]} polygons */
export function mergePolygons(a, b, merge) {
  const [p, q] = [flat(a), flat(b)];
  const both = new Float64Array(p.length + q.length);
  both.set(p);
  both.set(q, p.length);
  put(both);
  return polygons(taken(kernel.mergePolygons(p.length, q.length, merges[merge]), Float64Array));
}

/** Hands over the picture that wand and scissors look at.
 * @param {ImageData} image
 * @returns whether it is small enough */
export function takePicture(image) {
  const place = kernel.picture(image.width, image.height);
  if (!place) return false;
  new Uint8Array(kernel.memory.buffer, place, image.data.length).set(image.data);
  return true;
}

/** @param {number} x
 * @param {number} y
 * @param {number} tolerance 0…255
 * @param {boolean} isContiguous
 * @param {{ width: number, height: number }} size the picture's */
export const wand = (x, y, tolerance, isContiguous, size) =>
  maskOf(size, kernel.wand(Math.floor(x), Math.floor(y), tolerance, isContiguous ? 1 : 0));

/** @param {number} x
 * @param {number} y */
export const seedScissors = (x, y) => kernel.scissorsSeed(Math.floor(x), Math.floor(y));

/** @param {number} x
 * @param {number} y
 * @param {number} [tolerance]
 * @returns {Point[]} */
export function scissorsPath(x, y, tolerance = 1) {
  const numbers = taken(kernel.scissorsPath(Math.floor(x), Math.floor(y), tolerance), Float64Array);
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

/** @param {any} value */
function putJSON(value) {
  const text = new TextEncoder().encode(JSON.stringify(value));
  put(text);
  return text.length;
}

/** @type {any} what the kernel checks against now */
let used = null;

/** Says what annotations are checked against.
 * @param {any} ontology never changed once it is given
 * @returns whether the kernel can make sense of it */
export function useOntology(ontology) {
  if (used !== ontology) used = kernel.ontology(putJSON(ontology)) === 0 ? ontology : null;
  return used === ontology;
}

/** The first fault of some annotations; null where they keep the ontology, or are none that could be read.
 * @param {any[]} annotations
 * @param {{ width?: number, height?: number, textLength?: number, isPartial?: boolean }} task what it is about
 * @returns {{ index: number | null, name: string | null, reason: string, numbers: number[] } | null} */
export function check(annotations, { width = 0, height = 0, textLength = -1, isPartial = false }) {
  const count = kernel.check(putJSON(annotations), width, height, textLength, isPartial ? 1 : 0);
  return count <= 0 ? null : JSON.parse(new TextDecoder().decode(taken(count, Uint8Array)));
}

/** How far two annotations are alike, and their intersection over union.
 * @param {any} a
 * @param {any} b */
export function compare(a, b) {
  const [similarity, overlap] = taken(kernel.compare(putJSON([a, b])), Float64Array);
  return { similarity, overlap };
}

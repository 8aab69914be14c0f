// The calls of kernel.py in WebAssembly; prints the median of each in microseconds.
import fs from "node:fs";

const [module, input] = process.argv.slice(2);
const { masks, ring, rounds, side } = JSON.parse(fs.readFileSync(input, "utf8"));
const { instance } = await WebAssembly.instantiate(fs.readFileSync(module), { env: { parseNumber: () => NaN } });
const kernel = instance.exports;
const put = (data) => {
  const place = kernel.input(data.byteLength);
  new Uint8Array(kernel.memory.buffer, place, data.byteLength).set(new Uint8Array(data.buffer, 0, data.byteLength));
};
/** The result in its place. */
const taken = (count, Kind) => new Kind(kernel.memory.buffer, kernel.output(), count);

const [a, b] = masks.map((list) => Uint32Array.from(list));
const both = new Uint32Array(a.length + b.length);
both.set(a);
both.set(b, a.length);
const points = Float64Array.from([ring.length / 2, ...ring]);
const decode = () => { put(a); return taken(kernel.decode(a.length, side, side), Uint8Array); };
const bitmap = decode().slice();
const works = {
  encode: [() => { put(bitmap); return taken(kernel.encode(side, side), Uint32Array); }, 100],
  decode: [decode, 100],
  "IoU of a pair": [() => { put(both); return taken(kernel.maskIoU(a.length, b.length, side, side), Float64Array); }, 500],
  "polygon of 64 points, pixel centres": [() => { put(points); return taken(kernel.rasterize(points.length, side, side, 0), Uint32Array); }, 200],
  "polygon of 64 points, COCO's rule": [() => { put(points); return taken(kernel.rasterize(points.length, side, side, 1), Uint32Array); }, 200],
  union: [() => { put(both); return taken(kernel.mergeMasks(a.length, b.length, side, side, 0), Uint32Array); }, 200],
};
const result = {};
for (const [name, [work, repeats]] of Object.entries(works)) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    for (let i = 0; i < repeats; i += 1) work();
    times.push((performance.now() - start) * 1000 / repeats);
  }
  result[name] = times.sort((x, y) => x - y)[Math.floor(rounds / 2)];
}
console.log(JSON.stringify(result));

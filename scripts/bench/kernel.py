#!/usr/bin/env python3
"""Masks of 1000×1000 pixels: the kernel beside pycocotools in one run, and the kernel in WebAssembly beside both.

    .venv/bin/python scripts/bench/kernel.py [LIBRARY] [KERNEL.WASM]

Both are called from Python, masks in, masks out; each round takes every tool in turn, and the median counts.
WebAssembly is set beside the native kernel whose result is read in its place.
"""
import json, os, pathlib, statistics, subprocess, sys, tempfile, time
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/System"))
import numpy as np
import playwright
from kernel import Native, counts, rings
from pycocotools import mask as coco

SIDE, ROUNDS = 1000, 15

def blob(seed, points=64):
    r = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = 300 + 60 * np.sin(3 * angles + seed) + r.uniform(-15, 15, points)
    middle = 500 + r.uniform(-60, 60, 2)
    return np.stack([middle[0] + radius * np.cos(angles), middle[1] + radius * np.sin(angles)], 1)

def timed(work, repeats):
    start = time.perf_counter()
    for _ in range(repeats): work()
    return (time.perf_counter() - start) / repeats * 1e6

def main():
    library = sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/libAssayKernel.so"
    native = Native(library)
    a, b = blob(1), blob(2)
    flat, ring = [a.ravel().tolist()], rings(a)
    raw = [native.call("rasterize", rings(x), len(rings(x)), SIDE, SIDE, 1) for x in (a, b)]
    rles = [coco.frPyObjects([x.ravel().tolist()], SIDE, SIDE)[0] for x in (a, b)]
    both, (n, m) = raw[0] + raw[1], (len(raw[0]) // 4, len(raw[1]) // 4)
    bitmap = np.asfortranarray(coco.decode(rles[0]))
    column_bytes = bitmap.tobytes(order="F")
    works = {
        "encode": (lambda: native.call("encode", column_bytes, SIDE, SIDE), lambda: coco.encode(bitmap), 100),
        "decode": (lambda: native.call("decode", raw[0], n, SIDE, SIDE), lambda: coco.decode(rles[0]), 100),
        "IoU of a pair": (lambda: native.call("mask_iou", both, n, m, SIDE, SIDE), lambda: coco.iou([rles[0]], [rles[1]], [0]), 500),
        "polygon of 64 points, pixel centres": (lambda: native.call("rasterize", ring, len(ring), SIDE, SIDE, 0),
                                                lambda: coco.frPyObjects(flat, SIDE, SIDE), 200),
        "polygon of 64 points, COCO's rule": (lambda: native.call("rasterize", ring, len(ring), SIDE, SIDE, 1),
                                              lambda: coco.frPyObjects(flat, SIDE, SIDE), 200),
        "union": (lambda: native.call("merge_masks", both, n, m, SIDE, SIDE, 0), lambda: coco.merge(rles), 200),
    }
    for name, (ours, theirs, _) in works.items():  # the same result, or no comparison
        x, y = ours(), theirs()
        if name == "encode": assert native.call("compress", x, len(x) // 4, SIDE, SIDE) == y["counts"]
        if name == "decode": assert x == y.tobytes(order="F")
        if name == "IoU of a pair": assert abs(np.frombuffer(x)[0] - y[0][0]) < 1e-12
        if name == "union": assert native.call("compress", x, len(x) // 4, SIDE, SIDE) == y["counts"]
    took = {name: ([], [], []) for name in works}
    for _ in range(ROUNDS):
        for name, (ours, theirs, repeats) in works.items():
            took[name][0].append(timed(ours, repeats))
            took[name][1].append(timed(theirs, repeats))
            native.copies = False  # as in the browser, where the result is read in its place
            took[name][2].append(timed(ours, repeats))
            native.copies = True
    wasm = browser(raw, a)
    print(f"{'µs, median of ' + str(ROUNDS):38} {'kernel':>9} {'pycocotools':>12} {'times':>7} {'in place':>9} {'wasm':>9} {'wasm/native':>12}")
    for name, (ours, theirs, inplace) in took.items():
        x, y = statistics.median(ours), statistics.median(theirs)
        z, w = statistics.median(inplace), wasm.get(name)
        print(f"{name:38} {x:9.1f} {y:12.1f} {y / x:7.2f} {z:9.1f} " + (f"{w:9.1f} {w / z:12.2f}" if w else ""))

def browser(raw, ring):
    """The same calls by the engine of Chromium (V8), from the Node that Playwright brings."""
    built = ROOT.glob(".build/plugins/outputs/*/Web/destination/BuildKernel/kernel.wasm")
    module = sys.argv[2] if len(sys.argv) > 2 else str(next(built, ""))
    if not module: return {}
    node = pathlib.Path(playwright.__file__).parent / "driver/node"
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump({"masks": [counts(x).tolist() for x in raw], "ring": ring.ravel().tolist(), "rounds": ROUNDS, "side": SIDE}, f)
        f.flush()
        return json.loads(subprocess.check_output([node, str(ROOT / "scripts/bench/kernel.mjs"), module, f.name]))

main()

"""The kernel beside pycocotools, byte for byte, and in the browser beside itself on the server."""
import json
import numpy as np
import pytest
from pycocotools import mask as coco

from test_browser import browser  # noqa: F401, a fixture
from kernel import Native, counts, doubles, rings, wasm_name

@pytest.fixture(scope="module")
def native(): return Native()

def bitmap(r):
    w, h = int(r.integers(1, 90)), int(r.integers(1, 90))
    patch = int(r.integers(1, 5))
    cells = r.random((h // patch + 1, w // patch + 1)) < r.random()
    return np.asfortranarray(np.kron(cells, np.ones((patch, patch)))[:h, :w].astype(np.uint8))

def points(r, i, side=90):
    p = r.uniform(-10, side, (int(r.integers(3, 20)), 2))
    if i % 3 == 0: p = np.round(p)
    if i % 7 == 0: p = np.round(p * 2) / 2
    if i % 5 == 0: p[1] = p[0]
    return p

def test_masks_are_pycocotools_masks_byte_for_byte(native):
    r = np.random.default_rng(20)
    for _ in range(400):
        a = bitmap(r); h, w = a.shape
        b = np.asfortranarray((r.random((h, w)) < r.random()).astype(np.uint8))
        mine = [native.call("encode", x.tobytes(order="F"), w, h) for x in (a, b)]
        theirs = [coco.encode(x) for x in (a, b)]
        for x, y, bits in zip(mine, theirs, (a, b)):
            assert native.call("compress", x, len(x) // 4, w, h) == y["counts"]
            assert native.call("decompress", y["counts"], len(y["counts"]), w, h) == x
            assert native.call("decode", x, len(x) // 4, w, h) == coco.decode(y).tobytes(order="F") == bits.tobytes(order="F")
            area, *box = doubles(native.call("measure_mask", x, len(x) // 4, w, h))
            assert area == coco.area(y) and (area == 0 or list(box) == list(coco.toBbox(y)))
        n, m = (len(x) // 4 for x in mine)
        iou = doubles(native.call("mask_iou", mine[0] + mine[1], n, m, w, h))[0]
        assert abs(iou - coco.iou([theirs[0]], [theirs[1]], [0])[0][0]) < 1e-12 or a.sum() == b.sum() == 0
        for merge, intersect in ((0, False), (1, True)):
            x = native.call("merge_masks", mine[0] + mine[1], n, m, w, h, merge)
            assert native.call("compress", x, len(x) // 4, w, h) == coco.merge(theirs, intersect=intersect)["counts"]

def test_polygons_by_cocos_rule_are_pycocotools_polygons_byte_for_byte(native):
    r = np.random.default_rng(21)
    for i in range(2000):
        w, h = int(r.integers(1, 80)), int(r.integers(1, 80))
        p = points(r, i)
        x = native.call("rasterize", rings(p), 2 * len(p) + 1, w, h, 1)
        assert native.call("compress", x, len(x) // 4, w, h) == coco.frPyObjects([p.ravel().tolist()], h, w)[0]["counts"]

def test_text_that_is_no_mask_is_refused(native):
    r = np.random.default_rng(22)
    for _ in range(2000):
        text = bytes(r.integers(0, 256, int(r.integers(0, 30)), dtype=np.uint8))
        x = native.call("decompress", text, len(text), 7, 9)
        assert x is None or counts(x).sum() == 63

def battery(r):
    """Calls of every kind: name, bytes, arguments."""
    for i in range(60):
        w, h = int(r.integers(1, 70)), int(r.integers(1, 70))
        p, q = points(r, i, 70), points(r, i + 1, 70)
        a, b = rings(p), rings(q)
        for rule in (0, 1): yield "rasterize", a.tobytes(), [len(a), w, h, rule]
        yield "stroke", p.tobytes(), [p.size, float(r.uniform(0.5, 9)), w, h]
        for merge in range(4): yield "merge_polygons", a.tobytes() + b.tobytes(), [len(a), len(b), merge]
        yield "simplify", a.tobytes(), [len(a), float(r.uniform(0, 9))]
        bits = bitmap(r); h, w = bits.shape
        x = coco_counts(bits)
        yield "encode", bits.tobytes(order="F"), [w, h]
        for name, more in (("compress", []), ("decode", []), ("measure_mask", []), ("trace", [0.0]), ("trace", [1.5]),
                           ("mask_region", [w // 2, h // 2]), ("move_mask", [w // 3, -h // 4, w + 5, h - 1]), ("paint", [0x80ff3300])):
            yield name, x.tobytes(), [len(x), w, h, *more]
        y = coco_counts(np.roll(bits, 1, axis=1))
        yield "mask_iou", x.tobytes() + y.tobytes(), [len(x), len(y), w, h]
        for merge in range(4): yield "merge_masks", x.tobytes() + y.tobytes(), [len(x), len(y), w, h, merge]
    ontology = {"classes": [{"name": "ä box", "kind": "box"}, {"name": "p", "kind": "polygon"}, {"name": "r", "kind": "rotatedBox"},
                            {"name": "e", "kind": "ellipse"}, {"name": "l", "kind": "polyline"}, {"name": "m", "kind": "mask"},
                            {"name": "k", "kind": "keypoints", "keypoints": ["a", "b"]}, {"name": "n", "kind": "number", "min": -1}]}
    text = json.dumps(ontology).encode()
    yield "ontology", text, [len(text)]
    for i in range(60):
        p, q = (points(r, i + j, 70).tolist() for j in (0, 1))
        v = r.uniform(0, 40, (2, 5)).tolist()
        kinds = [("ä box", "box", [x[:4] for x in v]), ("p", "polygon", [p, q]), ("r", "rotatedBox", v), ("e", "ellipse", v),
                 ("l", "polyline", [p, q]), ("k", "keypoints", [[[*x[:2], 2], [*x[2:4], j + 1]] for j, x in enumerate(v)]),
                 ("m", "mask", [{"size": [4, 5], "counts": [3, 7 + j, 10 - j]} for j in range(2)])]
        for name, member, (a, b) in kinds:
            pair = json.dumps([{"class": name, member: a}, {"class": name, member: b}]).encode()
            yield "compare", pair, [len(pair)]
            yield "interpolate", pair, [len(pair), float(r.random())]
            yield "check", pair, [len(pair), 60, 60, -1, 0]
        number = json.dumps([{"class": "n", "number": float(r.normal()) * 10.0 ** int(r.integers(-300, 300))}]).encode()
        yield "check", number, [len(number), 60, 60, -1, i % 2]
    yield "scissors_seed", b"", [40, 30]
    for _ in range(20):
        x, y = int(r.integers(-5, 90)), int(r.integers(-5, 70))
        yield "wand", b"", [x, y, int(r.integers(0, 60)), int(r.integers(0, 2))]
        yield "scissors_path", b"", [x, y, float(r.uniform(0, 2))]

def coco_counts(bits):
    flat = bits.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [len(flat)]]))
    return np.concatenate([[0], runs] if flat[0] else [runs]).astype(np.uint32)

RUN = """async ([calls, pixels, width, height]) => {
  const parse = (place, count) => { const t = new TextDecoder().decode(new Uint8Array(k.memory.buffer, place, count)).trim(); return t === "" ? NaN : Number(t); };
  const module = document.querySelector('script[type=module]').src.replace('main.js', 'kernel.wasm');
  const { instance } = await WebAssembly.instantiateStreaming(fetch(module), { env: { parseNumber: parse } });
  const k = instance.exports;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const picture = k.picture(width, height);
  new Uint8Array(k.memory.buffer, picture, pixels.length * 3 / 4 | 0).set(bytes(pixels));
  return calls.map(([name, data, unit, args]) => {
    const input = bytes(data), place = k.input(input.length);
    new Uint8Array(k.memory.buffer, place, input.length).set(input);
    const count = k[name](...args);
    return count < 0 ? null : Array.from(new Uint8Array(k.memory.buffer, k.output(), count * unit));
  });
}"""

def test_the_browser_computes_the_same_bytes_as_the_server(native, assay, browser):
    import base64
    from kernel import UNITS
    r = np.random.default_rng(23)
    pixels = np.repeat(np.repeat(r.integers(0, 256, (16, 20, 4), dtype=np.uint8), 4, 0), 4, 1)
    native.picture(pixels)
    calls = list(battery(r))
    mine = [native.call(name, data, *arguments) for name, data, arguments in calls]
    assert sum(x is not None for x in mine) > 0.95 * len(mine)
    page = browser.new_page()
    page.goto(assay.start().url)
    encode = lambda data: base64.b64encode(data).decode()
    theirs = page.evaluate(RUN, [[[wasm_name(n), encode(d), UNITS[n], a] for n, d, a in calls], encode(pixels.tobytes()), 80, 64])
    for (name, data, arguments), x, y in zip(calls, mine, theirs):
        assert (x is None) == (y is None) and (x is None or x == bytes(y)), (name, arguments, data[:200])
    page.close()

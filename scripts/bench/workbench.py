#!/usr/bin/env python3
"""Frame times of the workbench with 10,000 shapes on an image and 10,000 spans of a megabyte, in headless Chromium without a GPU.

    ASSAY_BINARY=.build/release/assay .venv/bin/python scripts/bench/workbench.py
"""
import json, math, os, pathlib, random, sys, tempfile
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/System"))
os.environ.setdefault("ASSAY_BINARY", str(ROOT / ".build/release/assay"))
from conftest import Assay
from test_browser import CHROMIUM, World, open_project, png, playwright

SHAPES, FRAMES = 10_000, 90
FRAME_TIMES = """([gesture, frames]) => new Promise((done) => {
  const editor = document.querySelector('image-editor'), times = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now(); times.push(now - last); last = now;
    if (times.length > frames) { times.sort((a, b) => a - b); return done([0.5, 0.95, 1].map((q) => times[Math.min(frames, Math.floor(q * frames))])); }
    if (gesture === 'pan') { editor.view.x += Math.sin(times.length / 8) * 12; editor.view.y += Math.cos(times.length / 8) * 9; }
    else editor.view.zoom(Math.exp(Math.sin(times.length / 10) * 0.06), 400, 300);
    editor.paint(); requestAnimationFrame(step);
  };
  requestAnimationFrame(step); })"""
EDIT = """() => new Promise((done) => { const editor = document.querySelector('image-editor'); const start = performance.now();
  editor.choose(editor.shapes[77].key); editor.nudge(3, 0); const hand = performance.now() - start;
  requestAnimationFrame(() => requestAnimationFrame(() => done([hand, performance.now() - start]))); })"""


def shapes(count, width=4000, height=3000):
    r = random.Random(3)
    for i in range(count):
        x, y = r.uniform(20, width - 60), r.uniform(20, height - 60)
        if i % 2: yield {"class": "a box", "box": [round(v, 1) for v in (x, y, r.uniform(5, 40), r.uniform(5, 40))]}
        else: yield {"class": "a polygon", "polygon": [[round(x + 20 + 18 * math.cos(k * math.pi / 6) * r.uniform(.7, 1), 1),
                                                        round(y + 20 + 18 * math.sin(k * math.pi / 6) * r.uniform(.7, 1), 1)] for k in range(12)]}


def crowd(world):
    """A page with all the shapes on one image."""
    project = world.assay.project(world.key, name="Crowd", ontology={"classes": [{"name": "a box", "kind": "box"}, {"name": "a polygon", "kind": "polygon"}]})
    asset = world.assay.upload(world.key, png(4000, 3000))
    world.assay.load(world.key, project, [{"image": asset, "prelabels": list(shapes(SHAPES))}])
    page = world.signed_in()
    open_project(page, "Crowd"); page.locator("image-editor[data-ready]").wait_for(); page.wait_for_timeout(2500)
    return page


def measure(page):
    """Milliseconds a frame (median, 95th percentile, worst), and of one edit until the hand is free and until it is painted."""
    found = {f"{where}, {gesture}": None for where in ("whole image", "close") for gesture in ("pan", "zoom")}
    for name in found:
        if name.startswith("close, pan"): page.evaluate("document.querySelector('image-editor').view.zoom(6, 500, 400)")
        found[name] = page.evaluate(FRAME_TIMES, [name.split(", ")[1], FRAMES])
    page.evaluate("document.querySelector('image-editor').fit()"); page.wait_for_timeout(1500)
    return found, page.evaluate(EDIT)


SCROLL = """(frames) => new Promise((done) => { const stage = document.querySelector('.stage'), times = []; let last = performance.now();
  const step = () => { const now = performance.now(); times.push(now - last); last = now;
    if (times.length > frames) { times.sort((a, b) => a - b); return done([0.5, 0.95, 1].map((q) => times[Math.min(frames, Math.floor(q * frames))])); }
    stage.scrollTop += 120; requestAnimationFrame(step); };
  requestAnimationFrame(step); })"""
MARK = """() => new Promise((done) => { const editor = document.querySelector('text-editor'); const start = performance.now();
  editor.mark(500, 512); const hand = performance.now() - start;
  requestAnimationFrame(() => requestAnimationFrame(() => done([hand, performance.now() - start]))); })"""


def long_text(world):
    """A page with a megabyte of text and all the spans."""
    r = random.Random(5)
    words = ["Ada", "Lovelace", "wrote", "notes", "about", "the", "analytical", "engine", "in", "London,", "Zoë", "水", "🐄", "שלום"]
    lines, spans, place = [], [], 0
    while place < 1_000_000:
        line = " ".join(r.choice(words) for _ in range(r.randint(8, 30))) + "\n"
        lines.append(line); place += len(line)
    text = "".join(lines)
    step = len(text) // SHAPES
    for i in range(SHAPES): spans.append({"class": "name" if i % 3 else "place", "span": [i * step + 3, i * step + 3 + r.randint(3, 20)]})
    project = world.assay.project(world.key, name="Long", ontology={"classes": [{"name": "name", "kind": "span"}, {"name": "place", "kind": "span"}]})
    world.assay.load(world.key, project, [{"text": text, "prelabels": spans}])
    page = world.signed_in()
    open_project(page, "Long"); page.locator("text-editor[data-ready]").wait_for(); page.wait_for_timeout(2000)
    return page


def measure_text(page):
    """Milliseconds a frame while scrolling, and of marking one more span."""
    return page.evaluate(SCROLL, FRAMES), page.evaluate(MARK)


if __name__ == "__main__":
    with playwright.sync_playwright() as p, tempfile.TemporaryDirectory() as folder:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        assay = Assay(os.path.join(folder, "data"))
        try:
            world = World(assay, browser)
            frames, edit = measure(crowd(world))
            scroll, mark = measure_text(long_text(world))
        finally:
            assay.stop(); browser.close()
        print(f"{SHAPES} shapes, 1280×800; ms a frame     median     95 %    worst")
        for name, (median, most, worst) in frames.items(): print(f"{name:34} {median:10.1f} {most:8.1f} {worst:8.1f}")
        print(f"{'a megabyte with 10,000 spans, scroll':34} {scroll[0]:10.1f} {scroll[1]:8.1f} {scroll[2]:8.1f}")
        print(f"one more span: the hand is free after {mark[0]:.0f} ms, painted after {mark[1]:.0f} ms")
        print(f"one edit of the image: the hand is free after {edit[0]:.0f} ms, painted after {edit[1]:.0f} ms")

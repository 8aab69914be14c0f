"""Images too large to be sent whole: shown by tiles, labelled to the pixel."""
import functools, http.server, io, json, shutil, threading, time
import pytest

from conftest import Assay
from test_browser import World, browser, open_project, playwright, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import near, place, pull

Image = pytest.importorskip("PIL.Image")
if not shutil.which("vips"): pytest.skip("libvips-tools is not installed", allow_module_level=True)

WIDTH, HEIGHT = 12_000, 9_000
SQUARE = (7_300, 5_120, 7_420, 5_200)
ONTOLOGY = {"classes": [{"name": "thing", "kind": "box"}, {"name": "field", "kind": "mask"}, {"name": "plot", "kind": "polygon"}]}


@functools.cache
def survey(kind="PNG", is_turned=False):
    """108 megapixels of green with one red square of 120 × 80."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (30, 120, 60)); image.paste((230, 30, 30), SQUARE)
    options = {"compress_level": 1} if kind == "PNG" else {"quality": 90}
    if is_turned:
        options["exif"] = Image.Exif(); options["exif"][0x0112] = 6; image = image.transpose(Image.Transpose.ROTATE_90)
    data = io.BytesIO(); image.save(data, kind, **options); return data.getvalue()


def until(page, condition):
    """The page's policy forbids what `wait_for_function` does."""
    for _ in range(200):
        if page.evaluate(condition): return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def look_at(page, x, y, scale):
    page.evaluate("""([x, y, scale]) => { const e = document.querySelector('image-editor');
        e.view.scale = scale; e.view.x = e.clientWidth / 2 - x * scale; e.view.y = e.clientHeight / 2 - y * scale; e.paint(); }""", [x, y, scale])
    page.wait_for_timeout(100)
    until(page, "[...document.querySelector('image-editor').picture.tiles.values()].every((tile) => tile.isHere)")
    page.wait_for_timeout(100)


def color_at(page, x, y):
    """Of the screen, at a place of the image."""
    data = page.screenshot(); px, py = place(page)(x, y)
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((int(px), int(py)))


def is_red(color): return color[0] > 180 and color[1] < 90


def begin(world, data, name="Survey"):  # noqa: F811
    project = world.assay.project(world.key, name=name, ontology=ONTOLOGY)
    world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, data)}])
    page = world.signed_in(); page.asked = []
    page.on("response", lambda r: page.asked.append((r.url.split("?")[0], int(r.headers.get("content-length", 0)))) if "/media/" in r.url else None)
    started = time.monotonic(); open_project(page, name); ready(page)
    page.took = time.monotonic() - started
    assert page.locator("canvas.picture.is-tiled").count() == 1
    return project, page


def test_a_tiff_is_labelled_as_any_other_image(world):  # noqa: F811
    image = Image.new("RGB", (400, 300), (30, 120, 60)); image.paste((230, 30, 30), (100, 50, 200, 150)); data = io.BytesIO(); image.save(data, "TIFF", compression="tiff_deflate")
    project = world.assay.project(world.key, name="Scans", ontology=ONTOLOGY); world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, data.getvalue())}])
    page = world.signed_in(); open_project(page, "Scans"); ready(page); at = place(page)
    assert is_red(color_at(page, 150, 100)) and not is_red(color_at(page, 50, 100))
    world.shot(page, "tiff"); page.keyboard.press("1"); pull(page, at, (100, 50), (200, 150)); page.keyboard.press("Control+Enter")
    assert near(world.sent_answers(page, project)[0]["annotations"][0]["box"], (100, 50, 100, 100))


def test_an_image_of_a_hundred_megapixels_is_labelled_to_the_pixel(world):  # noqa: F811
    project, page = begin(world, survey())
    at = place(page)
    assert page.evaluate("(() => { const e = document.querySelector('image-editor'); return [e.width, e.height]; })()") == [WIDTH, HEIGHT]
    assert is_red(color_at(page, 7_360, 5_160)) and not is_red(color_at(page, 7_000, 5_160))
    world.shot(page, "tiles-whole")
    look_at(page, 7_360, 5_160, 4); at = place(page)
    assert is_red(color_at(page, 7_300.5, 5_120.5)) and not is_red(color_at(page, 7_299.5, 5_119.5)), "the square's corner"
    assert is_red(color_at(page, 7_419.5, 5_199.5)) and not is_red(color_at(page, 7_420.5, 5_200.5))
    world.shot(page, "tiles-close")
    page.keyboard.press("1"); pull(page, at, SQUARE[:2], SQUARE[2:]); page.keyboard.press("Escape")
    page.keyboard.press("2"); page.keyboard.press("w"); page.mouse.click(*at(7_360, 5_160))
    until(page, "document.querySelector('image-editor').shapes.length === 2")
    page.keyboard.press("Control+Enter")
    box, mask = world.sent_answers(page, project)[0]["annotations"]
    assert near(box["box"], (7_300, 5_120, 120, 80))
    from pycocotools import mask as coco
    rle = {"size": mask["mask"]["size"], "counts": mask["mask"]["counts"].encode()}
    assert rle["size"] == [HEIGHT, WIDTH] and coco.area(rle) == 120 * 80 and list(coco.toBbox(rle)) == [7_300, 5_120, 120, 80]
    assert page.asked[0][0].endswith("/tiles"), "the whole image is never asked for"
    assert all("/tiles" in url for url, _ in page.asked) and sum(size for _, size in page.asked) < len(survey()) / 2
    assert page.problems == []


def test_tools_that_read_pixels_say_when_there_are_too_many(world):  # noqa: F811
    project, page = begin(world, survey())
    at = place(page)
    page.keyboard.press("2"); page.keyboard.press("w"); page.mouse.click(*at(6_000, 2_000))
    page.get_by_text("Zoom in first").wait_for()
    # What was read close by is not taken for what is seen from further off; beside the image there is nothing.
    part = lambda: page.evaluate("document.querySelector('image-editor').pixels.part")
    look_at(page, 7_360, 5_160, 8); page.mouse.click(*place(page)(7_360, 5_160))
    until(page, "document.querySelector('image-editor').shapes.length === 1"); close = part()
    look_at(page, 7_360, 5_160, 2); page.keyboard.press("Escape"); page.mouse.click(*place(page)(7_200, 5_100))
    until(page, "document.querySelector('image-editor').shapes.length === 2"); assert part()[2] > 3 * close[2]
    look_at(page, 0, 0, 2); page.mouse.click(*place(page)(-50, -50)); page.wait_for_timeout(100)
    assert page.evaluate("document.querySelector('image-editor').shapes.length") == 2
    page.keyboard.press("Control+a"); page.keyboard.press("Delete")
    look_at(page, 7_360, 5_160, 2); at = place(page)
    page.keyboard.press("3"); page.keyboard.press("s")
    for corner in ((7_300, 5_120), (7_420, 5_120), (7_420, 5_200), (7_300, 5_200)): page.mouse.click(*at(*corner)); page.wait_for_timeout(60)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('image-editor').shapes.length === 1")
    page.keyboard.press("Control+Enter")
    ring = world.sent_answers(page, project)[0]["annotations"][0]["polygon"]
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    assert near((min(xs), min(ys), max(xs), max(ys)), SQUARE) and page.problems == []


def test_a_photograph_that_is_to_be_turned_is_turned_in_every_tile(world):  # noqa: F811
    project, page = begin(world, survey("JPEG", is_turned=True))
    assert page.evaluate("(() => { const e = document.querySelector('image-editor'); return [e.width, e.height]; })()") == [WIDTH, HEIGHT]
    look_at(page, 7_360, 5_160, 4)
    assert is_red(color_at(page, 7_303, 5_123)) and not is_red(color_at(page, 7_296, 5_116)) and page.problems == []


def test_where_an_image_comes_from_elsewhere_it_is_cut_too(tmp_path, browser):  # noqa: F811
    (tmp_path / "www").mkdir(); (tmp_path / "www" / "survey.png").write_bytes(survey())
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_): pass
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path / "www")))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    assay = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8")
    try:
        world = World(assay, browser)
        project = assay.project(world.key, name="Elsewhere", ontology=ONTOLOGY)
        assay.load(world.key, project, [{"image": f"http://127.0.0.1:{site.server_port}/survey.png"}])
        page = world.signed_in(); open_project(page, "Elsewhere"); ready(page)
        assert page.locator("canvas.picture.is-tiled").count() == 1 and is_red(color_at(page, 7_360, 5_160)) and page.problems == []
    finally:
        assay.kill(); site.shutdown()


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_an_item_is_looked_at_closely_by_tiles(world, scheme, width):  # noqa: F811
    """In Explore: a line of a few pixels is seen once one looks closely, and all of it again with a key."""
    asset = world.assay.upload(world.key, survey()); _, dataset = world.assay.send("POST", "/api/datasets", {"name": "Survey"}, world.key)
    labels = [{"class": "thing", "box": [SQUARE[0] - 40, SQUARE[1] - 40, 200, 160]}]
    status, report = world.assay.send("POST", f"/api/datasets/{dataset['id']}/items?items=true", json.dumps({"name": "survey.png", "image": asset, "labels": labels}), world.key); assert status == 200 and report["created"] == 1, report
    page = world.signed_in(scheme=scheme, width=width); asked = []
    page.on("response", lambda r: asked.append(r.url) if "/tiles/" in r.url else None)
    page.goto(f"{world.assay.url}#/explore/{dataset['id']}"); page.locator(".item-tile").first.click()
    stage = page.locator(".item-stage"); stage.wait_for(); page.locator("canvas.tiled-item").wait_for(state="attached")
    # The square, wherever the whole image stands in the stage.
    box = stage.bounding_box(); scale = min(box["width"] / WIDTH, box["height"] / HEIGHT)
    at = (box["x"] + (box["width"] - WIDTH * scale) / 2 + (SQUARE[0] + 60) * scale, box["y"] + (box["height"] - HEIGHT * scale) / 2 + (SQUARE[1] + 40) * scale)
    page.mouse.move(*at)
    for _ in range(12): page.mouse.wheel(0, -120); page.wait_for_timeout(30)
    page.wait_for_timeout(1500); world.shot(page, f"item-close-{scheme}-{width}")
    pixel = lambda right=0: Image.open(io.BytesIO(page.screenshot())).convert("RGB").getpixel((int(at[0]) + right, int(at[1])))  # noqa: E731
    assert is_red(pixel()) and is_red(pixel(30)) and any("/tiles/14/" in url for url in asked), asked[-3:]
    page.mouse.down(); page.mouse.move(at[0] - 90, at[1] - 150, steps=4); page.mouse.up(); page.wait_for_timeout(500)
    assert not is_red(pixel())
    page.keyboard.press("0"); page.wait_for_timeout(300); world.shot(page, f"item-whole-{scheme}-{width}"); assert not is_red(pixel(30))
    page.get_by_role("button", name="Zoom in").click(); page.get_by_role("button", name="Fit the image").click()
    assert page.problems == [] and page.evaluate("document.documentElement.scrollWidth") <= width

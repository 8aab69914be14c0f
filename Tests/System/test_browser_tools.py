"""The tools of the image: painted, cut, traced and turned by hand in a real browser, and what comes of it in COCO."""
import json, re
import numpy as np
import pytest

from test_browser import World, browser, open_project, playwright, png, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import near, place, pull

KINDS = ["box", "rotatedBox", "polygon", "mask", "ellipse"]
CLASSES = [{"name": f"a {kind}", "kind": kind} for kind in KINDS] + [
    {"name": "a man", "kind": "keypoints", "keypoints": ["head", "hand", "foot", "tail"], "skeleton": [[0, 1], [0, 2]],
     "attributes": [{"name": "age", "kind": "number", "min": 0, "whole": True}, {"name": "sits", "kind": "boolean"},
                    {"name": "chair", "kind": "category", "options": ["wood", "iron"], "required": True, "when": {"name": "sits"}}]}]


def disc(width=400, height=300):
    """A bright disc of radius 70 round (280, 150)."""
    y, x = np.mgrid[:height, :width] + 0.5
    inside = (x - 280) ** 2 + (y - 150) ** 2 < 70 ** 2
    pixels = np.where(inside[..., None], (230, 180, 90), (60, 100, 140)).astype(np.uint8)
    return png(width, height, rows=[row.tobytes() for row in pixels]), inside


@pytest.fixture
def tools(world):  # noqa: F811
    image, world.inside = disc()
    world.tools = world.assay.project(world.key, name="Tools", ontology={"classes": CLASSES})
    asset = world.assay.upload(world.key, image)
    world.assay.load(world.key, world.tools, [{"image": asset} for _ in range(3)])
    return world


def begin(world, **options):  # noqa: F811
    page = world.signed_in(**options); open_project(page, "Tools"); ready(page)
    page.locator("image-editor[data-ready]").wait_for()
    at = place(page)
    return page, at, lambda *p, **k: page.mouse.click(*at(*p), **k)


def send(world, page):  # noqa: F811
    before = len(world.answers(world.tools)) if world.sent else 0
    page.keyboard.press("Control+Enter")
    world.sent += 1
    return world.sent_answers(page, world.tools, before + 1)[-1]["annotations"]


World.sent = 0
objects = lambda page: page.locator(".object").count()
mode = lambda page, name: page.locator(f"[data-mode={name}]").click()


def decoded(value):
    from pycocotools import mask as coco
    return coco.decode({"size": value["size"], "counts": value["counts"].encode()}).astype(bool)


def test_masks_are_painted_rubbed_out_and_picked_by_the_wand(tools):
    page, at, click = begin(tools)
    page.keyboard.press("4")
    pull(page, at, (40, 120), (120, 120))
    assert objects(page) == 1
    page.keyboard.press("e"); pull(page, at, (80, 100), (80, 140))
    page.keyboard.press("Control+z"); page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Escape"); page.keyboard.press("w"); click(280, 150)
    assert objects(page) == 2
    # A second stroke joins the selected mask; the whole of it can be rubbed out.
    page.keyboard.press("b"); pull(page, at, (280, 60), (280, 70))
    assert objects(page) == 2
    tools.shot(page, "tools-masks")
    pixels = page.evaluate("""() => { const c = document.querySelector('canvas.finished'); const e = document.querySelector('image-editor');
        const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true }); copy.drawImage(c, 0, 0);
        const at = (x, y) => Array.from(copy.getImageData(...e.view.toScreen(x, y).map((v) => Math.round(v * devicePixelRatio)), 1, 1).data);
        return [at(60, 120), at(80, 120), at(280, 150)]; }""")
    assert pixels[0][3] > 60 and pixels[1][3] == 0 and pixels[2][3] > 60, pixels
    stroke, wand = (decoded(a["mask"]) for a in send(tools, page))
    assert stroke[120, 60] and not stroke[120, 80] and stroke[120, 100] and not stroke[140, 60]
    assert (wand & tools.inside).sum() == tools.inside.sum() and wand[62, 280] and not wand[40, 40]
    assert page.problems == []


def test_scissors_follow_the_edge_and_the_wand_makes_outlines(tools):
    page, at, click = begin(tools)
    page.keyboard.press("3"); page.keyboard.press("s")
    for point in ((211, 150), (280, 80), (349, 150), (280, 219)):
        page.mouse.move(*at(*point)); click(*point)
    click(10, 10); page.keyboard.press("Backspace")
    click(211, 150)
    page.keyboard.press("Escape"); page.keyboard.press("w"); click(280, 150)
    assert objects(page) == 2
    tools.shot(page, "tools-scissors")
    from pycocotools import mask as coco
    for annotation in send(tools, page):
        drawn = coco.decode(coco.frPyObjects([np.ravel(annotation["polygon"]).tolist()], 300, 400))[..., 0].astype(bool)
        overlap = (drawn & tools.inside).sum() / (drawn | tools.inside).sum()
        assert overlap > 0.95, overlap
        assert len(annotation["polygon"]) < 120
    assert page.problems == []


def test_polygons_are_cut_joined_and_snap_to_each_other(tools):
    page, at, click = begin(tools)
    page.keyboard.press("3")
    for p in ((20, 180), (120, 180), (120, 280), (20, 280)): click(*p)
    page.keyboard.press("Enter")
    mode(page, "subtraction"); page.locator("canvas.live").focus()
    page.keyboard.down("Control"); click(50, 210); page.keyboard.up("Control")
    for p in ((90, 210), (90, 250), (50, 250)): click(*p)
    page.keyboard.press("Enter")
    mode(page, "union"); page.locator("canvas.live").focus()
    page.keyboard.down("Control"); click(110, 200); page.keyboard.up("Control")
    for p in ((150, 200), (150, 220), (110, 220)): click(*p)
    page.keyboard.press("Enter")
    assert objects(page) == 1
    mode(page, "new"); page.locator("canvas.live").focus(); page.keyboard.press("Escape")
    # Within nine pixels of the screen a point takes the corner that is there; both then move as one.
    click(151, 201)
    for p in ((200, 200), (200, 222), (151, 219)): click(*p)
    page.keyboard.press("Enter"); assert objects(page) == 2
    pull(page, at, (150, 200), (160, 190))
    tools.shot(page, "tools-cut")
    first, second = (a["polygon"] for a in send(tools, page))
    assert len(first) == 2 and all(near(p, (x, y)) for p, (x, y) in zip(sorted(map(tuple, first[1])), [(50, 210), (50, 250), (90, 210), (90, 250)]))
    # The joint corner is one place in both outlines, wherever snapping put it.
    joint = min(second, key=lambda p: abs(p[0] - 160) + abs(p[1] - 190))
    assert joint in first[0] and near(joint, (160, 190)), (first[0], second)
    assert page.problems == []


def test_boxes_are_turned_and_skeletons_set_point_by_point(tools):
    page, at, click = begin(tools)
    page.keyboard.press("2"); pull(page, at, (20, 100), (100, 140))
    pull(page, at, (60, 88), (110, 120))
    page.keyboard.press("Escape"); page.keyboard.press("6")
    click(160, 60); click(150, 90); page.keyboard.press("x")
    page.keyboard.down("Alt"); click(170, 130); page.keyboard.up("Alt")
    assert objects(page) == 2
    assert page.get_by_label("chair").count() == 0
    page.get_by_label("age", exact=True).fill("7"); page.keyboard.press("Tab"); page.get_by_label("Yes").check()
    page.get_by_text("Give “chair” of each “a man”.").wait_for()
    page.get_by_label("chair").select_option("iron")
    # A change by the panel takes nothing back that was done since the panel was made.
    page.get_by_text("Place in numbers").click(); page.get_by_label("hand X").fill("151.5"); page.keyboard.press("Tab")
    page.locator("canvas.live").focus(); page.keyboard.press("ArrowRight"); page.get_by_label("age", exact=True).fill("8"); page.keyboard.press("Tab")
    tools.shot(page, "tools-skeleton")
    turned, man = send(tools, page)
    assert near(turned["rotatedBox"][:4], (60, 120, 80, 40)) and abs(turned["rotatedBox"][4] - 1.5708) < 0.05
    assert near(man["keypoints"][0], (161, 60, 2)) and man["keypoints"][1][0] == 152.5 and man["keypoints"][2] == [0, 0, 0] and man["keypoints"][3][2] == 1
    assert man["attributes"] == {"age": 8, "sits": True, "chair": "iron"} and page.problems == []


def test_objects_are_copied_repeated_grouped_ordered_hidden_and_locked(tools):
    page, at, click = begin(tools)
    key = page.keyboard.press
    pull(page, at, (10, 10), (60, 60)); key("Escape"); pull(page, at, (100, 10), (160, 60)); key("Escape")
    click(30, 30); key("Control+c"); key("Control+v"); assert objects(page) == 3
    # Three of one group move together.
    page.locator("canvas.live").focus(); key("Control+a"); key("Control+g"); assert page.locator(".object .badge").count() == 3
    key("Escape"); click(130, 30); key("Shift+ArrowRight")
    key("l"); page.mouse.move(*at(150, 40)); page.mouse.down(); page.mouse.move(*at(200, 200)); page.mouse.up()
    page.get_by_text("This object is locked").first.wait_for()
    key("Delete"); assert objects(page) == 3
    key("l"); key("h"); key("Escape"); click(140, 30); assert page.locator(".object[aria-current=true]").count() == 0
    page.get_by_role("button", name="Hide: a box 2").click()
    click(130, 30); key("Shift+PageDown")
    first = page.locator(".object").first; assert first.get_attribute("aria-current") == "true"
    tools.shot(page, "tools-list")
    answer = send(tools, page)
    boxes = [a["box"] for a in answer]
    assert near(boxes[0], (110, 10, 60, 50)) and near(boxes[1], (10, 10, 50, 50)) and len(boxes) == 3
    assert [a["group"] for a in answer] == [1, 1, 1]
    ready(page); page.locator("canvas.live").focus(); key("Shift+r"); assert objects(page) == 3
    # Without a mouse: a shape in the middle, moved by arrows and by numbers.
    key("Insert"); key("Shift+ArrowLeft"); assert objects(page) == 4
    page.get_by_text("Place in numbers").click(); page.get_by_label("Width").fill("33"); key("Tab")
    again = send(tools, page)
    assert [a["box"] for a in again[:3]] == boxes and again[3]["box"][2] == 33 and page.problems == []


def test_what_breaks_the_rules_is_said_and_selected_before_it_is_sent(tools):
    page, at, click = begin(tools)
    pull(page, at, (10, 10), (60, 60)); page.keyboard.press("Escape"); page.keyboard.press("3")
    for p in ((100, 20), (200, 120), (200, 20), (100, 140)): click(*p)
    page.keyboard.press("Enter"); page.keyboard.press("Escape"); page.keyboard.press("1"); pull(page, at, (250, 20), (300, 60))
    page.keyboard.press("Control+Enter")
    page.get_by_text(re.compile(r"The outline of “a polygon” crosses itself at 15[345], 7[345]\.")).wait_for()
    assert page.locator(".object[aria-current=true]").inner_text().startswith("a polygon")
    assert tools.answers(tools.tools) == []
    page.keyboard.press("Delete")
    assert [a["class"] for a in send(tools, page)] == ["a box", "a box"] and page.problems == []


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 1280), ("dark", 390)])
def test_the_tools_are_named_fit_and_are_accessible(tools, scheme, width):
    page, at, click = begin(tools, scheme=scheme, width=width)
    page.keyboard.press("4"); page.keyboard.press("b")
    page.get_by_label("Brush size").fill("60")
    pull(page, at, (100, 120), (140, 160))
    page.mouse.wheel(0, -900); page.wait_for_timeout(100)
    page.get_by_role("button", name="Brightness, contrast, gamma").click()
    page.get_by_label("Gamma", exact=True).fill("1.5"); page.get_by_label("Contrast", exact=True).fill("1.4")
    tools.shot(page, f"tools-{width}-{scheme}")
    assert "contrast(1.4)" in page.locator("img.picture").evaluate("e => e.style.filter")
    page.get_by_role("button", name="As it is").click()
    assert page.locator("img.picture").evaluate("e => e.style.filter") == "none"
    page.keyboard.press("Escape")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1") and page.problems == []


def test_what_is_exported_as_coco_is_read_by_pycocotools_as_it_was_drawn(tools, tmp_path):
    from pycocotools import mask as coco
    from pycocotools.coco import COCO
    assay, key = tools.assay, tools.key
    worker = assay.signed_in("me@x.org")
    holed = [[[20, 20], [120, 20], [120, 120], [20, 120]], [[40, 40], [90, 40], [90, 90], [40, 90]]]
    mask = coco.encode(np.asfortranarray(tools.inside.astype(np.uint8)))
    annotations = [{"class": "a polygon", "polygon": holed}, {"class": "a polygon", "polygon": holed[1]},
                   {"class": "a mask", "mask": {"size": [300, 400], "counts": mask["counts"].decode()}},
                   {"class": "a rotatedBox", "rotatedBox": [200, 100, 80, 40, 0.5]},
                   {"class": "a man", "keypoints": [[10, 20, 2], [30, 40, 1], [0, 0, 0], [50, 60, 2]]}]
    _, leased = assay.send("POST", f"/api/work/{tools.tools}/leases", {"count": 1}, worker)
    lease = leased["leases"][0]["id"]
    status, said = assay.send("POST", f"/api/work/{tools.tools}/leases/{lease}/answer", {"annotations": annotations, "active_seconds": 3}, worker)
    assert status in (200, 201), said
    exported = assay.export(key, tools.tools, "coco")
    (tmp_path / "coco.json").write_text(exported if isinstance(exported, str) else json.dumps(exported) if isinstance(exported, dict) else exported.decode())
    data = COCO(str(tmp_path / "coco.json"))
    found = data.loadAnns(data.getAnnIds())
    assert len(found) == 5
    rings = [coco.frPyObjects([np.ravel(r).tolist()], 300, 400)[0] for r in holed]
    ring = coco.decode(rings[0]) - coco.decode(rings[1])
    assert found[0]["segmentation"]["counts"] == coco.encode(np.asfortranarray(ring))["counts"].decode() and found[0]["area"] == ring.sum()
    assert data.annToRLE(found[1])["counts"] == rings[1]["counts"] and found[1]["area"] == 2500
    assert found[2]["segmentation"]["counts"] == mask["counts"].decode() and found[2]["area"] == coco.area(mask) and found[2]["bbox"] == list(coco.toBbox(mask))
    assert abs(coco.area(data.annToRLE(found[3])) - 3200) < 60 and abs(found[3]["area"] - 3200) < 1e-6
    assert found[4]["keypoints"] == [10, 20, 2, 30, 40, 1, 0, 0, 0, 50, 60, 2] and found[4]["num_keypoints"] == 3
    assert data.loadCats(found[4]["category_id"])[0]["skeleton"] == [[1, 2], [1, 3]]


@pytest.mark.parametrize("annotation,words", [
    ({"class": "a polygon", "polygon": [[0, 0], [20, 20], [20, 0], [0, 30]]}, "crosses itself at 12, 12"),
    ({"class": "a mask", "mask": {"size": [30, 40], "counts": [3, 1197]}}, "400×300"),
    ({"class": "a mask", "mask": {"size": [300, 400], "counts": "~~~"}}, "run lengths"),
    ({"class": "a mask", "mask": {"size": [300, 400], "counts": [120000]}}, "no area"),
    ({"class": "a man", "keypoints": [[1, 1, 2]]}, "4 keypoints"),
    ({"class": "a man", "keypoints": [[1, 1, 2], [1, 1, 3], [1, 1, 2], [1, 1, 2]]}, "0, 1 or 2"),
    ({"class": "a man", "keypoints": [[1, 1, 2]] * 4, "attributes": {"chair": "iron"}}, "condition"),
    ({"class": "a man", "keypoints": [[1, 1, 2]] * 4, "attributes": {"age": 1.5}}, "out of range"),
    ({"class": "a man", "keypoints": [[1, 1, 2]] * 4, "attributes": {"sits": "yes"}}, "true or false"),
    ({"class": "a rotatedBox", "rotatedBox": [900, 1, 5, 5, 0]}, "leaves the image"),
    ({"class": "a box", "box": [1, 1, 5, 5], "group": 0}, "from 1"),
])
def test_answers_that_break_the_ontology_are_refused_with_place_and_rule(tools, annotation, words):
    worker = tools.assay.signed_in("me@x.org")
    lease = tools.assay.send("POST", f"/api/work/{tools.tools}/leases", {"count": 1}, worker)[1]["leases"][0]["id"]
    fine = {"class": "a box", "box": [1, 1, 5, 5]}
    status, said = tools.assay.send("POST", f"/api/work/{tools.tools}/leases/{lease}/answer", {"annotations": [fine, annotation], "active_seconds": 3}, worker)
    assert status in (400, 422) and words in json.dumps(said, ensure_ascii=False) and "1" in json.dumps(said), said

"""Every kind of shape, and spans of a text, by mouse and keyboard in a real browser."""
import pytest

from test_browser import World, browser, drag, open_project, playwright, png, pytestmark, ready, world  # noqa: F401

KINDS = ["box", "polygon", "polyline", "point", "ellipse", "cuboid"]


@pytest.fixture
def shapes(world):  # noqa: F811
    world.shapes = world.assay.project(world.key, name="Shapes", ontology={"classes": [{"name": f"a {kind}", "kind": kind} for kind in KINDS]})
    asset = world.assay.upload(world.key, png())
    world.assay.load(world.key, world.shapes, [{"image": asset} for _ in range(2)])
    return world


def place(page):
    """From image pixels to the page's."""
    frame = page.locator("canvas.live").bounding_box()
    scale, x, y = page.evaluate("(() => { const e = document.querySelector('image-editor'); return [e.view.scale, e.view.x, e.view.y]; })()")
    return lambda px, py: (frame["x"] + px * scale + x, frame["y"] + py * scale + y)


def pull(page, at, a, b):
    page.mouse.move(*at(*a)); page.mouse.down(); page.mouse.move(*at((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)); page.mouse.move(*at(*b)); page.mouse.up()


def near(a, b): return all(abs(x - y) <= 1.5 for x, y in zip(a, b))


def test_every_kind_of_shape_is_drawn_changed_and_sent(shapes):
    page = shapes.signed_in(); open_project(page, "Shapes"); ready(page)
    at = place(page); click = lambda *p: page.mouse.click(*at(*p))
    page.keyboard.press("1"); pull(page, at, (10, 10), (60, 50))
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    for point in ((100, 20), (160, 20), (160, 80)): click(*point)
    click(200, 200); page.keyboard.press("Backspace"); click(100, 80); click(100, 20)
    # The middle of an edge makes a new corner, Alt and a click takes one away, the selected shape moves with the mouse.
    pull(page, at, (130, 20), (130, 5))
    page.keyboard.down("Alt"); click(160, 80); page.keyboard.up("Alt")
    pull(page, at, (115, 40), (125, 50))
    page.keyboard.press("3")
    for point in ((200, 20), (240, 60)): click(*point)
    page.mouse.dblclick(*at(280, 20))
    page.keyboard.press("4"); click(300, 100)
    page.keyboard.press("5"); pull(page, at, (20, 150), (100, 200))
    page.keyboard.press("Escape"); page.keyboard.press("6"); pull(page, at, (150, 180), (200, 240))
    shapes.shot(page, "shapes-all")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Drag on the image to draw.").or_(page.get_by_text("Click on")).first.wait_for()
    answer = shapes.answers(shapes.shapes)[0]["annotations"]
    by = {a["class"][2:]: a[a["class"][2:]] for a in answer}
    assert sorted(by) == sorted(KINDS)
    assert near(by["box"], (10, 10, 50, 40)) and near(by["ellipse"], (60, 175, 40, 25)) and near(by["point"], (300, 100))
    assert all(near(p, q) for p, q in zip(by["polygon"], [(110, 30), (140, 15), (170, 30), (110, 90)])) and len(by["polygon"]) == 4
    assert all(near(p, q) for p, q in zip(by["polyline"], [(200, 20), (240, 60), (280, 20)])) and len(by["polyline"]) == 3
    assert len(by["cuboid"]) == 6 and near(by["cuboid"][0], (150, 180)) and near(by["cuboid"][4], (220, 168))
    assert page.problems == []


def test_a_path_is_left_or_taken_back_and_shapes_are_found_under_the_mouse(shapes):
    page = shapes.signed_in(); open_project(page, "Shapes"); ready(page)
    at = place(page); click = lambda *p: page.mouse.click(*at(*p))
    page.keyboard.press("2")
    for point in ((20, 20), (120, 20), (120, 120)): click(*point)
    page.keyboard.press("Escape"); assert page.locator(".object").count() == 0
    for point in ((20, 20), (220, 20), (220, 220), (20, 220)): click(*point)
    page.keyboard.press("Enter"); assert page.locator(".object").count() == 1
    page.keyboard.press("Escape")
    # A click selects what is there; with Control held it draws inside.
    click(100, 100); assert page.locator(".object[aria-current=true]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.down("Control"); click(60, 60); page.keyboard.up("Control")
    for point in ((120, 60), (120, 120)): click(*point)
    page.keyboard.press("Enter"); assert page.locator(".object").count() == 2
    page.keyboard.press("Escape"); click(110, 70)
    page.keyboard.press("Delete"); assert page.locator(".object").count() == 1
    page.keyboard.press("Control+z"); assert page.locator(".object").count() == 2
    page.reload(); ready(page); assert page.locator(".object").count() == 2
    assert page.problems == []


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_spans_are_marked_by_mouse_and_by_keyboard(world, scheme, width):  # noqa: F811
    text = "🐄 Ada Lovelace met Charles Babbage in London."
    project = world.assay.project(world.key, name="Names", ontology={"classes": [
        {"name": "person", "kind": "span", "attributes": [{"name": "role", "kind": "category", "options": ["writer", "maker"]}]}, {"name": "place", "kind": "span"}]})
    world.assay.load(world.key, project, [{"text": text}])
    page = world.signed_in(scheme=scheme, width=width); open_project(page, "Names")
    page.locator("text-editor[data-ready]").wait_for()
    page.evaluate("""() => { const page = document.querySelector('.spans'); const range = document.createRange();
        const text = page.querySelector('.block').firstChild; range.setStart(text, 3); range.setEnd(text, 16); getSelection().removeAllRanges(); getSelection().addRange(range); }""")
    page.locator(".spans").dispatch_event("pointerup")
    page.locator(".object", has_text="Ada Lovelace").wait_for()
    page.get_by_label("role").select_option("writer")
    page.locator(".spans").focus()
    for _ in range(5): page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight"); page.keyboard.press("Enter")
    page.locator(".object", has_text="Charles Babbage").wait_for()
    page.keyboard.press("Escape"); page.keyboard.press("2"); page.locator(".spans").focus()
    for _ in range(8): page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter"); page.locator(".object", has_text="London").wait_for()
    world.shot(page, f"spans-{width}-{scheme}")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    page.keyboard.press("Control+Enter"); page.get_by_role("heading", name="All done").wait_for()
    marked = world.assay.export(world.key, project)["answers"][0]["annotations"]  # one line is one object
    assert [(a["class"], text[slice(*a["span"])]) for a in marked] == [("person", "Ada Lovelace"), ("person", "Charles Babbage"), ("place", "London")]
    assert marked[0]["attributes"] == {"role": "writer"} and page.problems == []


def test_objects_are_linked_and_links_go_with_their_objects(world):  # noqa: F811
    project = world.assay.project(world.key, name="Linked", ontology={"classes": [
        {"name": "person", "kind": "box"}, {"name": "bag", "kind": "box"}, {"name": "carries", "kind": "relation", "from": ["person"], "to": ["bag"]}]})
    asset = world.assay.upload(world.key, png())
    world.assay.load(world.key, project, [{"image": asset}])
    page = world.signed_in(); open_project(page, "Linked"); ready(page)
    at = place(page)
    pull(page, at, (10, 10), (60, 110)); page.keyboard.press("Escape")
    page.keyboard.press("2"); pull(page, at, (100, 60), (140, 100)); pull(page, at, (200, 60), (240, 100)); page.keyboard.press("Escape")
    rows = page.locator(".object-name")
    page.mouse.click(*at(30, 30)); page.keyboard.press("Alt+r"); page.mouse.click(*at(120, 80))
    page.get_by_text("carries: #1 → #2").wait_for()
    page.mouse.click(*at(30, 30)); page.keyboard.press("Alt+r"); page.mouse.click(*at(220, 80))
    page.get_by_text("carries: #1 → #3").wait_for()
    page.mouse.click(*at(120, 80)); page.keyboard.press("Alt+r"); page.mouse.click(*at(220, 80))
    page.get_by_text("No link joins").wait_for()
    world.shot(page, "links")
    page.mouse.click(*at(120, 80)); page.keyboard.press("Delete")
    assert page.get_by_text("carries:").count() == 1
    page.keyboard.press("Control+z"); assert page.get_by_text("carries:").count() == 2
    page.reload(); ready(page); assert page.get_by_text("carries:").count() == 2 and rows.count() == 5
    page.keyboard.press("Control+Enter"); page.get_by_role("heading", name="All done").wait_for()
    answer = world.assay.export(world.key, project)["answers"][0]["annotations"]
    assert [a["relation"] for a in answer if a["class"] == "carries"] == [[0, 1], [0, 2]] and page.problems == []

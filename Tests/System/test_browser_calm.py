"""A calm page: the next task is there at once, nothing jumps, light and dark are one layout, and strong contrast loses nothing."""
import io
import pytest

from test_browser import World, browser, open_project, playwright, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import place, pull

Image, numpy = pytest.importorskip("PIL.Image"), pytest.importorskip("numpy")
SHIFTS = """() => { window.shifts = []; new PerformanceObserver((list) => { for (const e of list.getEntries())
  window.shifts.push([e.value, e.hadRecentInput, e.sources.map((s) => s.node?.className ?? s.node?.nodeName)]); }).observe({ type: 'layout-shift', buffered: true }); }"""
# From the key that sends an answer to a page that has painted the next task.
NEXT = """() => { window.waits = []; let pressed = 0, title = null;
  addEventListener('keydown', (e) => { if (e.key === 'Enter' && e.ctrlKey) pressed = performance.now(); }, true);
  new MutationObserver(() => { if (pressed && document.querySelector('image-editor[data-ready], form-editor[data-ready]') && document.getElementById('live').textContent === 'Next task') {
    const from = pressed; pressed = 0; document.getElementById('live').textContent = '';
    requestAnimationFrame(() => requestAnimationFrame(() => window.waits.push(performance.now() - from))); } })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true }); }"""
BOXES = """() => [...document.querySelectorAll('header *, main *, [role=main] *, .panel *, footer *')].filter((e) => e.offsetParent && !e.closest(".timer, .grow"))
  .map((e) => { const b = e.getBoundingClientRect(); return [e.localName, Math.round(b.x), Math.round(b.y), Math.round(b.width), Math.round(b.height)]; })"""


def edges(screenshot):
    """Pixels of a screenshot where something begins or ends, and those near which anything does."""
    grey = numpy.asarray(Image.open(io.BytesIO(screenshot)).convert("L"), dtype=int)
    steep = numpy.maximum(abs(numpy.diff(grey, axis=0, append=grey[-1:])), abs(numpy.diff(grey, axis=1, append=grey[:, -1:])))
    faint = steep > 6
    for axis in (0, 1): faint = faint | numpy.roll(faint, 1, axis) | numpy.roll(faint, -1, axis)
    return steep > 60, faint


def test_the_next_task_is_there_when_the_answer_is_sent(world, capsys):  # noqa: F811
    page = world.signed_in(); open_project(page, "Moods"); page.locator("form-editor[data-ready]").wait_for()
    page.wait_for_timeout(600)  # the next ones are fetched meanwhile
    page.evaluate(NEXT)
    for _ in range(4):
        page.keyboard.press("1"); page.keyboard.press("Control+Enter"); page.wait_for_timeout(500)
    waits = sorted(page.evaluate("window.waits"))
    with capsys.disabled(): print(f"\n  next task after {', '.join(f'{w:.0f}' for w in waits)} ms (two frames of painting among them)")
    assert len(waits) == 4 and waits[1] < 250 and page.problems == []


@pytest.mark.parametrize("name", ["Pictures", "Moods"])
def test_nothing_jumps_while_a_task_comes_and_is_worked_on(world, name):  # noqa: F811
    page = world.signed_in(); page.evaluate(SHIFTS); open_project(page, name)
    page.locator("image-editor[data-ready], form-editor[data-ready]").first.wait_for(); page.wait_for_timeout(400)
    if name == "Pictures":
        pull(page, place(page), (20, 20), (90, 90)); page.get_by_label("pose").select_option("sits")
    else: page.keyboard.press("1")
    page.keyboard.press("Control+Enter"); page.wait_for_timeout(700)
    shifts = [s for s in page.evaluate("window.shifts") if not s[1]]
    assert sum(value for value, _, _ in shifts) < 0.02, shifts


def settled(page):
    """Once nothing has moved for a while."""
    before = None
    for _ in range(20):
        page.wait_for_timeout(400); boxes = page.evaluate(BOXES)
        if boxes == before: return
        before = boxes


PAGES = {"work": ("#/work/{images}", "image-editor[data-ready]"), "form": ("#/work/{texts}", "form-editor[data-ready]"), "queue": ("#/", "article"),
         "manage": ("#/manage/{images}", ".tiles"), "ontology": ("#/ontology/{images}", "image-editor[data-ready]"), "team": ("#/team", "table")}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", PAGES)
def test_light_and_dark_are_one_picture_in_other_colours(world, where, width):  # noqa: F811
    place_, waited = PAGES[where]
    seen = {}
    for scheme in ("light", "dark"):
        page = world.signed_in(scheme=scheme, width=width); page.goto(world.assay.url + place_.format(images=world.images, texts=world.texts))
        page.locator(waited).first.wait_for(); settled(page)
        light = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number)")
        page.mouse.move(width / 2, 2); page.evaluate("document.querySelectorAll('.timer').forEach((e) => e.style.setProperty('visibility', 'hidden'))"); page.wait_for_timeout(50)
        seen[scheme] = (page.evaluate(BOXES), light[0], edges(page.screenshot())); world.shot(page, f"calm-{where}-{scheme}")
    assert seen["light"][0] == seen["dark"][0] and len(seen["light"][0]) > 20
    assert seen["light"][1] > seen["dark"][1]
    (strong, any_), (dark_strong, dark_any) = seen["light"][2], seen["dark"][2]
    for what, there, here in (("light", strong, dark_any), ("dark", dark_strong, any_)):
        lost = there & ~here
        assert lost.sum() < 0.01 * there.sum(), f"{lost.sum()} of {there.sum()} edges are seen in {what} only, at {numpy.argwhere(lost)[:5].tolist()}"


@pytest.mark.parametrize("wish", [{"forced_colors": "active"}, {"contrast": "more"}, {"contrast": "more", "color_scheme": "dark"}])
def test_strong_contrast_keeps_every_page_readable(world, wish):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = world.signed_in(context=world.browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", **wish))
    for where, wait in ((f"work/{world.images}", "image-editor[data-ready]"), (f"work/{world.texts}", "form-editor[data-ready]"), (f"manage/{world.images}", ".tiles"), (f"ontology/{world.images}", ".preview image-editor[data-ready]")):
        page.goto(f"{world.assay.url}#/{where}"); page.locator(wait).first.wait_for(); page.wait_for_timeout(200)
        assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]] == [], where
    swatch = page.locator(".swatch").first.evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert swatch not in ("rgb(255, 255, 255)", "rgb(0, 0, 0)") and page.problems == []
    world.shot(page, "contrast-" + "-".join(wish.values()))

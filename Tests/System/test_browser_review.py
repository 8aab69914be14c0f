"""Review: the answers over the result, where they differ, step by step, taken over, fixed and sent back."""
import pytest

from test_browser import World, browser, playwright, png, pytestmark, world  # noqa: F401

PLAN = {"answers": {"min": 2, "max": 2}, "review": {"sampleRate": 1, "maxReworks": 1}}


def open_review(world, name):  # noqa: F811
    page = world.signed_in()
    page.locator("article", has_text=name).get_by_role("link", name="Review").click()
    page.get_by_text("Result under review").wait_for()
    return page


def test_boxes_of_two_answers_are_compared_stepped_through_and_taken(world):  # noqa: F811
    project = world.assay.project(world.key, name="Compared", plan=PLAN, ontology={"classes": [
        {"name": "cat", "kind": "box"}, {"name": "dog", "kind": "box"}, {"name": "sure", "kind": "boolean"}]})
    asset = world.assay.upload(world.key, png())
    box = lambda name, *b: {"class": name, "box": b}
    world.assay.load(world.key, project, [{"image": asset, "answers": [
        {"annotator": "a", "annotations": [box("cat", 20, 20, 100, 100), box("cat", 200, 20, 60, 60), {"class": "sure", "boolean": True}]},
        {"annotator": "b", "annotations": [box("cat", 22, 20, 100, 100), box("dog", 200, 20, 60, 60), box("dog", 300, 200, 50, 50), {"class": "sure", "boolean": True}]}]}])
    page = open_review(world, "Compared"); page.locator("image-editor[data-ready]").wait_for()
    page.locator(".differences .object").first.wait_for()
    rows = lambda: page.locator(".differences .object-name").all_inner_texts()
    said = [text.split("\n")[0] for text in rows()]
    assert "cat is dog" in said or "dog is cat" in said, said
    page.get_by_role("button", name="Answer 2", exact=True).click(); page.locator("canvas.live").focus()
    page.keyboard.press("j"); assert page.locator(".differences [aria-current=true]").count() == 1
    page.keyboard.press("j"); page.keyboard.press("Shift+J")
    world.shot(page, "review-boxes")
    # Every difference of the second answer is taken, then it has none.
    for _ in range(6):
        left = page.get_by_role("button", name="Take it from answer 2")
        if not left.count(): break
        left.first.click()
    before = page.locator(".objects .object").count()
    page.get_by_role("button", name="Fix and accept").click(); page.locator(".note").wait_for()
    result = world.assay.export(world.key, project)["consensus"]["annotations"]
    names = sorted(a["class"] for a in result if "box" in a)
    assert "dog" in names and before == len(names) and page.problems == []


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_spans_and_choices_differ_by_borders_and_values(world, scheme, width):  # noqa: F811
    project = world.assay.project(world.key, name="Spans", plan=PLAN, ontology={"classes": [
        {"name": "name", "kind": "span"}, {"name": "mood", "kind": "category", "options": ["good", "bad"]}]})
    world.assay.load(world.key, project, [{"text": "Ada Lovelace wrote notes.", "answers": [
        {"annotator": "a", "annotations": [{"class": "name", "span": [0, 12]}, {"class": "mood", "option": "good"}]},
        {"annotator": "b", "annotations": [{"class": "name", "span": [0, 3]}, {"class": "mood", "option": "bad"}]}]}])
    page = world.signed_in(scheme=scheme, width=width)
    page.locator("article", has_text="Spans").get_by_role("link", name="Review").click()
    page.locator(".differences .object").first.wait_for()
    said = " ".join(page.locator(".differences .object-name").all_inner_texts())
    assert "mood: " in said and ("ends elsewhere" in said or "only there" in said or "not there" in said), said
    # An answer laid over the text is underlined in dashes, and goes again.
    for number, words in ((2, "Ada"), (1, "Ada Lovelace")):
        page.get_by_role("button", name=f"Answer {number}", exact=True).click()
        assert "".join(page.locator(".piece.is-ghost").evaluate_all("(all) => all.map((e) => e.firstChild.textContent)")) == words
        if number == 2: world.shot(page, f"review-spans-{width}-{scheme}")
        page.get_by_role("button", name=f"Answer {number}", exact=True).click()
    assert page.locator(".piece.is-ghost").count() == 0
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1") and page.problems == []

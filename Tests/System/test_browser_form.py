"""Questions: choices, taxonomies, scales, numbers, texts with limits, conditions, comparisons; sources shown safely."""
import json
import pytest

from test_browser import World, browser, open_project, playwright, pytestmark, world  # noqa: F401

ANIMALS = ["animal", {"name": "dog", "parent": "animal"}, {"name": "poodle", "parent": "dog"}, {"name": "cat", "parent": "animal"},
           "plant", {"name": "tree", "parent": "plant"}, {"name": "oak", "parent": "tree"}, {"name": "moss", "parent": "plant"}] + [f"thing {i}" for i in range(8)]
QUESTIONS = {"classes": [
    {"name": "kind", "kind": "category", "options": ANIMALS, "required": True},
    {"name": "agree", "kind": "rating", "min": 1, "max": 5, "labels": ["not at all", "little", "so so", "much", "wholly"]},
    {"name": "count", "kind": "number", "min": 0, "max": 10, "whole": True},
    {"name": "rude", "kind": "boolean", "required": True},
    {"name": "how", "kind": "category", "options": ["words", "tone"], "required": True, "when": {"name": "rude"}},
    {"name": "which", "kind": "text", "maxLength": 20, "when": {"name": "how", "is": ["words"]}}]}


def begin(world, ontology, line, **options):  # noqa: F811
    world.form = world.assay.project(world.key, name="Form", ontology=ontology)
    world.assay.load(world.key, world.form, [line])
    page = world.signed_in(**options); open_project(page, "Form"); page.locator("form-editor[data-ready]").wait_for()
    return page


def answered(world, page):  # noqa: F811
    page.keyboard.press("Control+Enter"); page.get_by_role("heading", name="All done").wait_for()
    return world.assay.export(world.key, world.form)["answers"][0]["annotations"]


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_every_kind_of_question_is_asked_where_it_is_due(world, scheme, width):  # noqa: F811
    page = begin(world, QUESTIONS, {"text": "Good dog."}, scheme=scheme, width=width)
    search = page.get_by_label("Search in kind")
    search.fill("dog poo"); playwright.expect(page.locator(".tree .choice:visible")).to_have_count(1)
    search.press("Enter"); search.fill("")
    page.get_by_text("much", exact=True).click()
    page.get_by_label("count").fill("7")
    assert not page.get_by_text("how", exact=True).is_visible()
    page.get_by_label("Yes").check()
    page.get_by_text("Answer “how”.").wait_for(state="attached")
    page.get_by_label("words").check(); page.get_by_label("which").fill("damned and a lot more words than fit")
    assert page.get_by_label("which").input_value() == "damned and a lot mor"
    playwright.expect(page.locator(".count")).to_have_text("20 of 20")
    world.shot(page, f"form-{width}-{scheme}")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1 && document.documentElement.scrollHeight <= innerHeight + 1")
    # An answer whose condition no longer holds is not sent, and comes back with it.
    page.get_by_label("tone").check(); assert not page.get_by_label("which").is_visible()
    page.get_by_label("count").press("Tab")
    found = {a["class"]: a for a in answered(world, page)}
    assert found["kind"]["option"] == "poodle" and found["agree"]["rating"] == 4 and found["count"]["number"] == 7
    assert found["rude"]["boolean"] is True and found["how"]["option"] == "tone" and "which" not in found and page.problems == []


def test_two_texts_are_compared_by_arrows(world):  # noqa: F811
    page = begin(world, {"classes": [{"name": "better", "kind": "category", "options": ["A", "B", "both"], "required": True}]},
                 {"params": {"text": "Write a haiku.", "text_format": "markdown", "candidates": ["# One\n\n- `a` **b**\n  - c\n\n| x | y |\n|---|---|\n| 1 | 2 |", "Two <b>2</b>"]}})
    assert page.locator(".candidates section").count() == 2
    assert page.locator(".candidates table td").all_inner_texts() == ["1", "2"] and page.locator(".candidates li li").inner_text() == "c"
    assert "<b>2</b>" in page.locator(".candidates section").nth(1).inner_text()
    page.keyboard.press("ArrowRight"); world.shot(page, "form-compare")
    assert answered(world, page)[0]["option"] == "B" and page.problems == []


HOSTILE = ('<img src=x onerror="window.hit=1"><script>window.hit=1</script><svg onload="window.hit=1"></svg><a href="javascript:window.hit=1">bad</a>'
           '<iframe src="https://evil.example"></iframe><form action="https://evil.example"><button>Send</button></form>'
           '<style>body{display:none}</style><p style="position:fixed" onclick="window.hit=1">A <b>bold</b> <a href="https://example.org/x">link</a></p><template><p>hidden</p></template>')


@pytest.mark.parametrize("form", ["html", "markdown", None])
def test_hostile_sources_are_shown_and_do_nothing(world, form):  # noqa: F811
    params = {"text": HOSTILE, "candidates": [HOSTILE, HOSTILE]} | ({"text_format": form} if form else {})
    name = '<img src=x onerror="window.hit=1">'
    page = begin(world, {"classes": [{"name": name, "kind": "category", "options": [HOSTILE[:200], "ok"]}]}, {"params": params})
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit === undefined")
    stage = page.locator(".stage")
    assert stage.locator("script, iframe, form, style, svg, img, button").count() == 0
    assert stage.locator("[onclick], [style*=fixed], a[href^=javascript]").count() == 0
    if form == "html":
        assert stage.locator("b").first.inner_text() == "bold" and stage.locator("a[href='https://example.org/x']").count() == 3
        assert "hidden" not in stage.inner_text()
    else: assert "<script>" in stage.inner_text()
    page.get_by_text("bad").first.click()
    # Of HTML the browser says what it blocked while it was read into a document that runs nothing.
    assert page.evaluate("window.hit === undefined") and [p for p in page.problems if "has been blocked" not in p] == []

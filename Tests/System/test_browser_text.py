"""Spans of texts in every script, nested and with gaps, linked and changed, by mouse and by keyboard; a megabyte of them."""
import json, sys
import pytest
import conftest

from test_browser import World, browser, open_project, playwright, pytestmark, world  # noqa: F401
sys.path.insert(0, conftest.ROOT + "/scripts/bench")

CLASSES = [{"name": "name", "kind": "span"}, {"name": "place", "kind": "span"},
           {"name": "lives in", "kind": "relation", "from": ["name"], "to": ["place"]}]


def begin(world, text, **options):  # noqa: F811
    world.spans = world.assay.project(world.key, name="Spans", ontology={"classes": CLASSES})
    world.assay.load(world.key, world.spans, [{"text": text}])
    page = world.signed_in(**options); open_project(page, "Spans"); page.locator("text-editor[data-ready]").wait_for()
    return page


def select(page, start, end, **keys):
    """Selects by the text's UTF-16 units, as a mouse would, and lets go."""
    page.evaluate("""([start, end]) => {
        const find = (unit) => { for (const block of document.querySelectorAll('.block')) { const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            for (let node = walk.nextNode(); node; node = walk.nextNode()) { if (unit <= node.length) return [node, unit]; unit -= node.length; } } };
        const range = document.createRange(); range.setStart(...find(start)); range.setEnd(...find(end)); getSelection().removeAllRanges(); getSelection().addRange(range); }""", [start, end])
    page.locator(".spans").dispatch_event("pointerup", keys)
    page.wait_for_timeout(30)


def sent(world, page):  # noqa: F811
    page.locator(".spans").focus(); page.keyboard.press("Control+Enter"); page.get_by_role("heading", name="All done").wait_for()
    return world.assay.export(world.key, world.spans)["answers"][0]["annotations"]


units = lambda text, part: (len(text[:text.index(part)].encode("utf-16-le")) // 2, len(text[:text.index(part) + len(part)].encode("utf-16-le")) // 2)


@pytest.mark.parametrize("text,part", [
    ("שלום לאדה לאבלייס מלונדון", "לאדה לאבלייס"), ("قالت أدا لوفليس في لندن", "أدا لوفليس"),
    ("阿达·洛芙莱斯住在伦敦。", "洛芙莱斯"), ("👩‍👩‍👧 Zoë and Jose\u0301 🏳️‍🌈 met", "Jose\u0301"), ("a 👩‍👩‍👧 b", "👩‍👩‍👧"),
    ("ประเทศไทยสวย", "ไทย"), ("नमस्ते दुनिया", "दुनिया")])
def test_every_script_is_marked_where_it_was_selected_and_offsets_are_said_in_every_count(world, text, part):  # noqa: F811
    page = begin(world, text)
    select(page, *units(text, part), shiftKey=True)
    playwright.expect(page.locator(".piece-text")).to_have_text(part)
    annotation, = sent(world, page)
    start, end = annotation["span"]
    assert text[start:end] == part == annotation["text"]
    assert text.encode()[slice(*annotation["utf8"])].decode() == part
    assert text.encode("utf-16-le")[2 * annotation["utf16"][0]:2 * annotation["utf16"][1]].decode("utf-16-le") == part
    assert page.problems == []


def test_selections_grow_to_words_and_never_divide_a_character(world):  # noqa: F811
    text = "Ada Lovelace, 👩‍👩‍👧 Jose\u0301."
    page = begin(world, text)
    select(page, 1, 6)
    playwright.expect(page.locator(".piece-text")).to_have_text("Ada Lovelace")
    page.keyboard.press("Control+z")
    select(page, 1, 6, shiftKey=True); playwright.expect(page.locator(".piece-text")).to_have_text("da Lo")
    page.keyboard.press("Control+z"); page.keyboard.press("c")
    select(page, 1, 6); playwright.expect(page.locator(".piece-text")).to_have_text("da Lo")
    page.keyboard.press("Control+z")
    family = text.index("👩"); unit = len(text[:family].encode("utf-16-le")) // 2
    select(page, unit + 2, unit + 3); playwright.expect(page.locator(".piece-text")).to_have_text("👩‍👩‍👧")
    page.keyboard.press("Control+z")
    accent = len(text[:text.index("\u0301")].encode("utf-16-le")) // 2
    select(page, accent - 1, accent); playwright.expect(page.locator(".piece-text")).to_have_text("e\u0301")
    assert page.problems == []


def test_spans_nest_overlap_have_gaps_and_are_linked_and_moved(world):  # noqa: F811
    text = "Mr and Mrs Smith live in New York.\nThe Smith of New York moved.\n"
    page = begin(world, text); key = page.keyboard.press
    part = lambda words: select(page, *units(text, words))
    part("Mr"); select(page, *units(text, "Smith"), ctrlKey=True)
    key("Escape"); part("Mrs Smith"); key("Escape"); key("2"); part("New York"); part("York"); key("Escape")
    texts = page.locator(".piece-text").all_inner_texts()
    assert texts == ["Mr … Smith", "Mrs Smith", "New York", "York"], texts
    # A link from the first to the third: an arrow is drawn over the line.
    page.locator(".object-name").nth(0).click(); key("Alt+r"); page.locator(".object-name").nth(2).click()
    page.get_by_text("lives in: #1 → #3").wait_for()
    playwright.expect(page.locator(".arrows path")).to_have_count(1)
    world.shot(page, "text-nested")
    # The same words elsewhere by one key; an end moved by a character; all of it taken back.
    key("a"); playwright.expect(page.locator(".piece-text")).to_have_count(5)
    page.locator(".object-name").nth(1).click(); page.locator(".spans").focus(); key("Control+ArrowLeft"); key("Control+Shift+ArrowRight")
    playwright.expect(page.locator(".piece-text").nth(1)).to_have_text("rs Smit")
    key("Control+z"); key("Control+z")
    answer = sent(world, page)
    spans = [a for a in answer if "span" in a]
    assert spans[0]["span"] == [[0, 2], [11, 16]] and spans[0]["text"] == "Mr … Smith" and spans[1]["text"] == "Mrs Smith"
    assert [a["text"] for a in spans if a["class"] == "place"] == ["New York", "York", "New York"]
    assert [a["relation"] for a in answer if a["class"] == "lives in"] == [[0, 2]] and page.problems == []


def test_text_is_marked_without_a_mouse_by_words_and_by_characters(world):  # noqa: F811
    text = "One two three.\nשלום עולם\nfour"
    page = begin(world, text); key = page.keyboard.press
    page.locator(".spans").focus()
    key("ArrowRight"); key("ArrowRight"); key("Shift+ArrowRight"); key("Enter")
    playwright.expect(page.locator(".piece-text")).to_have_text("two three")
    key("ArrowRight")
    key("Escape"); page.locator(".spans").focus()
    for _ in range(3): key("Alt+ArrowRight")
    key("Alt+Shift+ArrowRight"); key("2"); key("Enter")
    assert page.locator(".piece-text").all_inner_texts()[0] == "e"
    # On a line that runs to the left, the left arrow goes on.
    key("Escape"); page.locator(".spans").focus()
    for _ in range(4): key("ArrowRight")
    key("ArrowLeft"); key("Enter")
    assert page.locator(".piece-text").all_inner_texts()[-1] == "עולם"
    assert [a["text"] for a in sent(world, page)] == ["e", "two three", "עולם"] and page.problems == []


def test_a_megabyte_with_ten_thousand_spans_scrolls_and_changes_without_a_stop(world):  # noqa: F811
    import workbench
    page = workbench.long_text(world)
    frames, (hand, painted) = workbench.measure_text(page)
    assert frames[0] < 50 and hand < 1000 and painted < 2000, (frames, hand, painted)
    world.shot(page, "text-long")
    assert page.problems == []

"""The catalogues are complete, and nothing on a page stays English in another language."""
import json, os, re
import pytest

from conftest import PASSWORD, ROOT
from test_browser import World, browser, playwright, png, pytestmark, world  # noqa: F401
from test_browser_shapes import near, place, pull

WORKBENCH = os.path.join(ROOT, "Workbench")
SAID = re.compile(r'\b(?:say|word)\(\s*"((?:[^"\\]|\\.)*)"')
ENTRY = re.compile(r'^  "((?:[^"\\]|\\.)*)": (\{.*?\}|"(?:[^"\\]|\\.)*"),$', re.M)
PARTS = ("explore", "files", "home", "manage", "pay", "people")
PLURALS = {"ar": {"zero", "one", "two", "few", "many", "other"}, "es": {"one", "many", "other"}, "fr": {"one", "many", "other"}}
CATALOGUES = sorted(name[:-3] for name in os.listdir(os.path.join(WORKBENCH, "words")) if name.endswith(".js") and name != "en.js")


def said():
    found = set()
    for folder, _, names in os.walk(WORKBENCH):
        for name in names:
            if name.endswith(".js") and os.path.basename(folder) != "words" and name != "words.js":
                found |= set(SAID.findall(open(os.path.join(folder, name), encoding="utf-8").read()))
    return found


def catalogue(tag):
    """All of a language, in all its files; no sentence is in two."""
    all_ = []
    for name in (f"{tag}.js", *(f"{part}/{tag}.js" for part in PARTS)):
        all_ += ENTRY.findall(open(os.path.join(WORKBENCH, "words", name), encoding="utf-8").read())
    assert len({key for key, _ in all_}) == len(all_)
    return dict(all_)


def test_there_are_five_languages_one_from_right_to_left_and_one_without_spaces():
    assert {"ar", "zh"} <= set(CATALOGUES) and len(CATALOGUES) >= 4


@pytest.mark.parametrize("tag", CATALOGUES)
def test_a_catalogue_has_every_sentence_with_its_places(tag):
    words = catalogue(tag); wanted = said()
    assert sorted(wanted - set(words)) == [] and sorted(set(words) - wanted) == []
    places = lambda text: set(re.findall(r"\{(\w+)\}", text))
    for english, there in words.items():
        if there.startswith("{"):
            forms = dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', there))
            assert set(forms) == PLURALS[tag], english
            assert places(forms["other"]) == places(english), english
        else:
            assert places(there) == places(english) and there != '""', english


def test_every_problem_of_the_server_has_words():
    """By its type; the kinds of things that are unknown or exist already are said alike."""
    sources = "".join(open(os.path.join(ROOT, "Sources/Web", name), encoding="utf-8").read() for name in
                      ("HTTP/Problem.swift", "HTTP/Problem+Refusal.swift", "HTTP/Download.swift", "Native/TaskRoutes.swift"))
    types = set(re.findall(r'Problem\(\s*[^"]*?"([a-z-]+)",\s*"[A-Z]', sources))
    known = open(os.path.join(WORKBENCH, "core/problems.js"), encoding="utf-8").read()
    assert len(types) > 25 and {t for t in types if f'"{t}": [' not in known and f"  {t}: [" not in known} == set()


def test_what_the_server_refuses_is_said_in_the_readers_language(world):  # noqa: F811
    page = world.page(context=world.browser.new_context(locale="ar", viewport={"width": 1280, "height": 800}))
    page.goto(world.assay.url); page.get_by_label(catalogue("ar")["Email"].strip('"')).fill("me@x.org")
    page.locator("input[type=password]").fill("not-the-password"); page.keyboard.press("Enter")
    page.get_by_text(catalogue("ar")["The address and the password do not belong together."].strip('"')).wait_for()


# What is the same in every language: names of keys, formats, measures and programs, and what clients have written.
SAME = re.compile(r"^(Assay|JSON|YAML|CSV|COCO|YOLO|JSONL|Lines|API|XML|PNG|IoU|F1|WebAssembly|Label Studio|Label|Studio|Scale|Ctrl|Alt|Shift|Enter|Space|Delete|Backspace|Escape|"
                  r"Tab|Insert|Home|PageUp|PageDown|ArrowLeft|ArrowRight|ArrowUp|ArrowDown|English|geometries|annotation|attributes|assay|project|create|task|import|Krippendorff|"
                  r"[A-Z]|kB|px|x|y|AM|PM|me|org|w|RGB)$")
DATA = {"Moods", "Pictures", "cat", "dog", "pose", "sits", "lies", "mood", "good", "bad", "mixed", "topics", "food", "people", "price", "strength", "note", "The", "soup", "was",
        "number", "default", "car", "Lab", "p", "png", "default", "Default"}
TEXTS = """() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (e.closest('script, style, noscript, code, option[lang], textarea, [hidden]') || !walk.currentNode.textContent.trim()) continue;
    found.add(walk.currentNode.textContent.trim());
  }
  for (const e of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder']) if (e.getAttribute(name)) found.add(e.getAttribute(name));
  return [...found];
}"""


def english(page):
    """Words in Latin letters that are none of the data's."""
    found = []
    for text in page.evaluate(TEXTS):
        words = [w for w in re.findall(r"[A-Za-z]{2,}", text) if not SAME.match(w) and w not in DATA]
        if words: found.append((text, words))
    return found


def drawn(page, world):  # noqa: F811
    """A box lies where the hand has drawn it, from whatever side the page is read."""
    page.goto(f"{world.assay.url}#/work/{world.images}"); page.locator("image-editor[data-ready]").wait_for()
    at = place(page); pull(page, at, (30, 20), (110, 80))
    state = page.evaluate("document.querySelector('image-editor').shapes.map((s) => s.value)")
    assert near(state[0], (30, 20, 80, 60)), state
    page.keyboard.press("Delete")


@pytest.mark.parametrize("tag,width,scheme", [("ar", 1280, "light"), ("zh", 1280, "dark"), ("ar", 390, "dark")])
def test_every_page_speaks_the_language(world, tag, width, scheme):  # noqa: F811
    locale = {"ar": "ar-EG", "zh": "zh-CN"}[tag]
    context = world.browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", locale=locale)
    page = world.page(context=context)
    left = {}
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def look(name):
        page.wait_for_timeout(250)
        found = english(page)
        if found: left[name] = found
        violations = [f"{v['id']}: {v['nodes'][0]['html'][:100]}" for v in axe.run(page).response["violations"]]
        if violations: left[name + " axe"] = violations
        world.shot(page, f"words-{tag}-{width}-{name}")

    page.goto(world.assay.url); page.locator("input[name=email]").wait_for(); look("sign-in")
    assert page.locator("html").get_attribute("lang") == tag and page.locator("html").get_attribute("dir") == ("rtl" if tag == "ar" else "ltr")
    page.locator("input[name=email]").fill("me@x.org"); page.locator("input[name=password]").fill(PASSWORD); page.keyboard.press("Enter")
    page.locator("article").first.wait_for(); look("queue")
    for project, name in ((world.images, "image"), (world.texts, "text")):
        page.goto(f"{world.assay.url}#/work/{project}"); page.locator("image-editor[data-ready], form-editor[data-ready]").first.wait_for(); look(name)
    if width == 1280: drawn(page, world)
    page.keyboard.press("Control+k"); page.locator(".palette-row").first.wait_for(); look("palette"); page.keyboard.press("Escape")
    for place, wait in ((f"manage", "table"), (f"manage/{world.images}", ".tiles"), (f"ontology/{world.images}", ".preview image-editor[data-ready]"), ("team", "main")):
        page.goto(f"{world.assay.url}#/{place}"); page.locator(wait).first.wait_for(); look(place.split("/")[0] + ("-one" if place.startswith("manage/") else ""))
    # Whoever wants English has it.
    page.locator("select.language").select_option("en"); page.get_by_role("link", name="Manage").wait_for()
    assert page.locator("html").get_attribute("dir") == "ltr"
    assert left == {}, json.dumps(left, ensure_ascii=False, indent=1)
    assert page.problems == []

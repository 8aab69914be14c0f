"""What a manager sees of quality: charts with their numbers, gold, and the results that are least sure."""
import csv, io, random
import pytest

from test_browser import World, browser, open_project, playwright, pytestmark  # noqa: F401

MOODS = ["good", "bad", "mixed"]


@pytest.fixture
def world(assay, browser):  # noqa: F811
    """World, and a project whose 80 tasks came with three answers each, gold among them."""
    world = World(assay, browser); draw = random.Random(6)
    plan = {"answers": {"min": 3}, "gold": {"rate": 0.5, "training": 1}, "review": {"sampleRate": 0.6, "belowConfidence": 0.5}}  # of each class at least one is drawn, but for one time in 10⁹
    world.rated = assay.project(world.key, name="Rated", plan=plan, ontology={"classes": [{"name": "mood", "kind": "category", "options": MOODS, "required": True}]})
    say = lambda mood: [{"class": "mood", "option": mood}]
    lines = [{"text": f"known {i}", "gold": {"kind": "training", "annotations": say("bad"), "explanation": "It says so in the **second** line."}} for i in range(2)]
    for i in range(80):
        truth = MOODS[i % 3]
        lines.append({"text": f"text {i}", "unique_id": f"u{i}", "answers": [
            {"annotator": f"a{w}", "annotations": say(truth if draw.random() < 0.6 + 0.08 * w else draw.choice(MOODS))} for w in draw.sample(range(5), 3)]})
    lines += [{"text": f"open {i}"} for i in range(3)]
    assay.load(world.key, world.rated, lines)
    return world


def quality(world, **options):  # noqa: F811
    page = world.signed_in(**options); page.goto(f"{world.assay.url}/#/manage"); page.get_by_role("link", name="Rated").click()
    page.get_by_role("link", name="Quality").click(); page.get_by_role("heading", name="Quality of Rated").wait_for()
    return page


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")])
def test_charts_are_pictures_with_their_numbers(world, width, scheme):  # noqa: F811
    page = quality(world, width=width, scheme=scheme); page.locator(".chart img").first.wait_for()
    names = [name.removesuffix(" mood") for name in page.locator(".chart h2").all_inner_texts()]
    assert {"Agreement over time", "How sure results are", "What is confused with what", "What more answers buy", "Annotators, with intervals", "What became of results"} <= set(names), names
    assert page.evaluate("[...document.querySelectorAll('.chart img')].every((i) => i.complete && i.naturalWidth > 0 && i.alt)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page does not scroll sideways"
    world.shot(page, f"quality-{scheme}-{width}")
    chart = page.locator("#chart-confusion"); chart.scroll_into_view_if_needed(); world.shot(page, f"quality-confusion-{scheme}-{width}")
    chart.get_by_text("Numbers").click()
    shown = [row.inner_text().split("\t") for row in chart.locator("tbody tr").all()]
    assert [row[0] for row in shown] == MOODS and all(abs(sum(map(float, row[1:])) - 100) < 0.1 for row in shown)
    with page.expect_download() as download: chart.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text())))
    assert [row[0] for row in rows[1:]] == MOODS and [row[1:] for row in rows[1:]] == [row[1:] for row in shown]
    page.locator("section", has_text="Where answers disagree most").scroll_into_view_if_needed(); world.shot(page, f"quality-doubts-{scheme}-{width}")
    assert page.problems == []


def test_a_doubt_opens_in_review_and_a_result_becomes_gold(world):  # noqa: F811
    page = quality(world); doubts = page.locator("section", has_text="Where answers disagree most")
    row = doubts.locator("tbody tr", has=page.get_by_role("button", name="Make gold")).first; name = row.locator("code").inner_text()
    row.get_by_role("button", name="Make gold").click()
    page.get_by_label("Why this answer is right").fill("Looked at by two."); world.shot(page, "make-gold")
    page.get_by_role("button", name="For measuring").click(); page.get_by_text("It is gold now.").wait_for()
    _, gold = world.assay.send("GET", f"/api/projects/{world.rated}/gold", token=world.key)
    assert [entry["kind"] for entry in gold["items"]].count("evaluation") == 1
    row = doubts.locator("tbody tr").filter(has_not_text=name).first; doubt = row.locator("code").inner_text()
    row.get_by_role("button", name="Review").click()
    page.locator("form-editor[data-ready]").wait_for(); assert f"text {doubt[1:]}" in page.locator(".stage").inner_text()
    page.keyboard.press("Control+Enter")
    for _ in range(50):
        _, found = world.assay.send("GET", f"/api/projects/{world.rated}/tasks?unique_id={doubt}", token=world.key)
        if found["items"][0]["status"] == "completed": break
        page.wait_for_timeout(100)
    _, insight = world.assay.send("GET", f"/api/projects/{world.rated}/quality/insight", token=world.key)
    assert insight["funnel"]["accepted"] >= 1 and page.problems == []


def test_practice_is_explained_and_comes_first(world):  # noqa: F811
    page = world.signed_in("w@x.org"); open_project(page, "Rated"); page.locator("form-editor[data-ready]").wait_for()
    assert "known" in page.locator(".stage").inner_text()
    page.keyboard.press("1"); page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Not quite: that was a practice task").wait_for(); world.shot(page, "lesson")
    dialog = page.get_by_role("dialog"); assert "bad" in dialog.inner_text() and "second" in dialog.inner_text()
    page.keyboard.press("Enter"); dialog.wait_for(state="detached"); assert page.problems == []


@pytest.mark.parametrize("width, scheme, language", [(1280, "light", None), (390, "dark", "ar")])
def test_what_is_confused_and_how_right_each_class_is_are_said_in_words(world, width, scheme, language):  # noqa: F811
    boss = world.assay.signed_in("me@x.org")
    while True:
        _, got = world.assay.send("POST", f"/api/work/{world.rated}/leases", {"stage": "review", "count": 10}, boss)
        if not got["leases"]: break
        for lease in got["leases"]:
            status, said = world.assay.send("POST", f"/api/work/{world.rated}/leases/{lease['id']}/verdict", {"verdict": "accept"}, boss); assert status == 200, said
    page = quality(world, width=width, scheme=scheme)
    if language:
        page.locator("select").first.select_option(language); page.locator("section.card table").first.wait_for()
    table = page.locator("section", has=page.get_by_role("heading", name="Estimated accuracy by class" if not language else "الدقة التقديرية لكل صنف"))
    assert {row.split("\t")[0].strip() for row in table.locator("tbody tr").all_inner_texts()} >= set(MOODS)
    confused = page.locator("section", has=page.get_by_role("heading", name="Often confused" if not language else "كثيرًا ما يُخلط بينها"))
    assert confused.locator("li").count() >= 2
    table.scroll_into_view_if_needed(); world.shot(page, f"quality-classes-{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") and page.problems == []


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_instructions_are_tried_out_before_the_workforce_is_let_on(world, width, scheme):  # noqa: F811
    key, assay = world.key, world.assay
    project = assay.project(key, name="Tried", ontology={"classes": [{"name": "mood", "kind": "category", "options": MOODS, "required": True}]})
    assay.load(key, project, [{"text": "the rest"}])
    status, batch = assay.send("POST", f"/api/projects/{project}/batches", {"name": "trial", "calibration": True}, key); assert status == 201 and batch["calibration"] == "open"
    assert assay.send("POST", f"/api/projects/{project}/batches", {"name": "alone", "calibration": True, "plan": {"answers": {"min": 1}}}, key)[0] == 422
    say = lambda mood: [{"class": "mood", "option": mood}]
    body = "".join(__import__("json").dumps({"text": f"t{i}", "answers": [{"annotator": f"a{w}", "annotations": say(MOODS[(i + w * (i % 2)) % 3])} for w in range(3)]}) + "\n" for i in range(12))
    status, report = assay.send("POST", f"/api/projects/{project}/imports?batch=trial", body.encode(), key, {"Content-Type": "application/jsonl"}); assert status == 201, report
    worker = assay.signed_in("me@x.org")
    assert assay.send("POST", f"/api/work/{project}/leases", {}, worker)[1]["reason"]["code"] == "calibrating"
    page = world.signed_in(width=width, scheme=scheme); page.goto(f"{assay.url}/#/manage/{project}")
    page.get_by_text("Annotators do not agree.").wait_for(); page.get_by_role("heading", name="Are the instructions clear?").scroll_into_view_if_needed()
    world.shot(page, f"instructions-{scheme}-{width}")
    page.get_by_role("button", name="Let the workforce on").click(); page.get_by_text("The workforce was let on by a manager.").wait_for()
    assert len(assay.send("POST", f"/api/work/{project}/leases", {}, worker)[1]["leases"]) == 1 and page.problems == []


def test_nothing_tells_an_annotator_which_task_is_gold(world):  # noqa: F811
    assay = world.assay; assay.worker("ann@x.org"); assay.user("lab@x.org", role="labeler")
    ids = {task["id"] for task in assay.send("GET", f"/api/projects/{world.rated}/tasks?limit=1000", token=world.key)[1]["items"]}
    for email in ("ann@x.org", "lab@x.org"):
        who = assay.signed_in(email); seen = []
        for _ in range(3):
            before = next(item for item in assay.send("GET", "/api/work", token=who)[1]["items"] if item["project"] == world.rated)
            lease = assay.send("POST", f"/api/work/{world.rated}/leases", {}, who)[1]["leases"][0]; seen.append(lease["task"]["id"])
            status, receipt = assay.send("POST", f"/api/work/{world.rated}/leases/{lease['id']}/answer", {"annotations": [{"class": "mood", "option": "bad"}]}, who)
            assert status == 200 and receipt["task"] == lease["task"]["id"]
            after = next(item for item in assay.send("GET", "/api/work", token=who)[1]["items"] if item["project"] == world.rated)
            assert after["answered"] == before["answered"] + 1 and {**before, "answered": 0, "feedback": 0} == {**after, "answered": 0, "feedback": 0}
            assert before["completed"] is None and before["tasks"] is None
        assert len(set(seen)) == 3 and not ids & set(seen)
    page = world.signed_in("lab@x.org"); page.get_by_text("3 answered by you").wait_for(); world.shot(page, "queue-annotator")

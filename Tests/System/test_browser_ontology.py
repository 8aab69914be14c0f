"""The ontology of a project, built, changed and migrated in a real browser, with what it makes of labels."""
import json
import pytest

from test_browser import World, browser, playwright, png, pytestmark, ready, world  # noqa: F401

ONTOLOGY = {"classes": [
    {"name": "car", "kind": "box", "color": "#c03030", "attributes": [
        {"name": "type", "kind": "category", "options": ["small", "bus"]}]},
    {"name": "truck", "kind": "box"}, {"name": "weather", "kind": "category", "options": ["sun", "rain"]}]}
ANSWER = [{"class": "car", "box": [10, 10, 40, 30], "attributes": {"type": "bus"}}, {"class": "car", "box": [60, 10, 40, 30]},
          {"class": "truck", "box": [110, 10, 40, 30]}, {"class": "weather", "option": "sun"}]


@pytest.fixture
def studio(world):  # noqa: F811
    world.project = world.assay.project(world.key, name="Streets", ontology=ONTOLOGY)
    world.asset = world.assay.upload(world.key, png())
    world.assay.load(world.key, world.project, [{"image": world.asset, "answers": [{"annotator": "a", "annotations": ANSWER}]}, {"image": world.asset}])
    return world


def opened(world, **options):  # noqa: F811
    page = world.signed_in(**options)
    page.goto(f"{world.assay.url}#/ontology/{world.project}")
    page.locator(".preview image-editor[data-ready]").wait_for()
    return page


def labels(world):  # noqa: F811
    return [a for line in world.assay.export(world.key, world.project).split(b"\n") if line for a in json.loads(line)["answers"]][0]["annotations"]


chosen = lambda page, name: page.locator(".class-row-name", has_text=name).click()
field = lambda page, name: page.locator(".class-form").get_by_label(name, exact=True).first


def added(page, what):
    page.get_by_role("button", name=what).click()
    playwright.expect(field(page, "Name")).to_have_value(what)


def save(page, button="Save, labels go along"):
    page.keyboard.press("Control+s")
    page.get_by_role("button", name=button).click()
    page.get_by_text("is saved.").first.wait_for()


def test_a_manager_builds_an_ontology_and_sees_its_surface(studio):
    page = opened(studio); preview = page.locator(".preview")
    added(page, "New class")
    field(page, "Name").fill("lane"); page.keyboard.press("Tab")
    field(page, "Kind").select_option("polyline")
    field(page, "Key").fill("shift+L"); field(page, "Colour").fill("#3366cc")
    page.get_by_text("Limits").click(); field(page, "Least points").fill("3"); field(page, "Most objects").fill("5"); page.keyboard.press("Tab")
    page.get_by_role("button", name="Add an attribute").click()
    page.locator(".attribute summary", has_text="New attribute").click()
    first = page.locator(".attribute").first
    for name, value in (("Name", "kind of line"), ("Name of option 1", "solid"), ("Name of option 2", "dashed")):
        first.get_by_label(name, exact=True).fill(value); page.keyboard.press("Tab"); page.wait_for_timeout(100)
    page.get_by_role("button", name="Add an attribute").click()
    page.locator(".attribute summary", has_text="New attribute").click()
    second = page.locator(".attribute").nth(1)
    second.get_by_label("Kind", exact=True).select_option("number"); second.get_by_label("Whole numbers only").check()
    second.get_by_label("Asked", exact=True).select_option(label="where “kind of line” is answered"); second.get_by_label("dashed").check()
    added(page, "New question")
    field(page, "Name").fill("stars"); page.keyboard.press("Tab"); field(page, "Kind").select_option("rating")
    added(page, "New link"); field(page, "Name").fill("follows"); page.keyboard.press("Tab")
    page.locator(".class-form fieldset", has_text="From").get_by_label("lane").check()
    # The surface beside it is the real one: the new class can be drawn, and its attribute is asked.
    preview.get_by_text("stars").wait_for()
    preview.locator(".class-button", has_text="lane").click()
    frame = preview.locator("canvas.live").bounding_box(); at = lambda x, y: (frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y)
    for x, y in ((.3, .3), (.5, .4), (.6, .5)): page.mouse.click(*at(x, y))
    page.keyboard.press("Enter"); preview.get_by_label("kind of line").select_option("dashed")
    assert preview.get_by_label("New attribute").count() == 1
    studio.shot(page, "ontology-light")
    page.get_by_role("heading", name="Ontology of").click()
    save(page, "For new tasks only")
    made = studio.assay.send("GET", f"/api/projects/{studio.project}/ontology", token=studio.key)[1]["classes"]
    lane = next(c for c in made if c["name"] == "lane")
    assert lane["kind"] == "polyline" and lane["color"] == "#3366cc" and lane["hotkey"] == "Shift+L" and lane["rules"] == {"minPoints": 3, "maxCount": 5}
    assert lane["attributes"][1]["when"] == {"name": 1, "is": [2]} and lane["attributes"][1]["whole"] is True
    follows = next(c for c in made if c["name"] == "follows")
    assert follows["from"] == [lane["id"]] and [c["name"] for c in made][-2:] == ["stars", "follows"]
    assert labels(studio) == ANSWER and page.problems == []


def test_labels_go_along_with_a_migration_and_come_back(studio):
    page = opened(studio)
    chosen(page, "car"); page.get_by_role("button", name="Split…").click(); page.get_by_role("checkbox", name="small").uncheck()
    page.get_by_label("Name of the class for “bus”").fill("coach"); page.get_by_role("button", name="Split", exact=True).click()
    page.locator(".class-row", has_text="coach").wait_for()
    chosen(page, "truck"); page.get_by_role("button", name="Merge into another…").click(); page.locator(".picks").get_by_role("button", name="coach").click()
    page.locator(".class-row", has_text="truck").wait_for(state="detached")
    chosen(page, "car"); field(page, "Name").fill("vehicle"); page.keyboard.press("Tab")
    chosen(page, "weather"); page.get_by_role("button", name="Delete: rain").count(); page.get_by_label("Name of option 1").fill("sunny"); page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    rows = page.locator("dialog tbody tr"); rows.first.wait_for()
    counts = {row.locator("td").nth(0).inner_text(): row.locator("td").nth(1).inner_text() for row in rows.all()}
    assert counts == {"“car” is split by “type” into “coach”": "1", "“truck” is merged into “coach”": "1", "“car” is renamed “vehicle”": "1", "“weather › sun” is renamed “sunny”": "1"}
    studio.shot(page, "ontology-dry-run")
    page.get_by_role("button", name="Save, labels go along").click(); page.get_by_text("Version 2 is saved.").wait_for()
    assert [(a["class"], a.get("box", [0])[0]) for a in labels(studio)] == [("coach", 10), ("vehicle", 60), ("coach", 110), ("weather", 0)]
    page.get_by_role("button", name="Undo the last migration…").click(); page.get_by_role("button", name="Undo it").click()
    page.get_by_text("It is undone.").wait_for()
    assert labels(studio) == ANSWER and page.problems == []


def test_an_open_session_stays_on_its_version(studio):
    worker = studio.signed_in(); worker.locator("article", has_text="Streets").get_by_role("link").first.click(); ready(worker)
    worker.locator(".class-button", has_text="truck").wait_for()
    page = opened(studio)
    chosen(page, "truck"); page.get_by_role("button", name="Merge into another…").click(); page.locator(".picks").get_by_role("button", name="car").click()
    page.locator(".class-row", has_text="truck").wait_for(state="detached")
    page.keyboard.press("Control+s"); page.get_by_text("in somebody's hands").wait_for()
    page.get_by_role("button", name="Save, labels go along").click(); page.get_by_text("Version 2 is saved.").wait_for()
    # The worker's page is as it was, across a reload as well, and what it sends counts as what it has become.
    worker.reload(); ready(worker); worker.locator(".class-button", has_text="truck").click()
    frame = worker.locator("canvas.live").bounding_box()
    worker.mouse.move(frame["x"] + 300, frame["y"] + 200); worker.mouse.down(); worker.mouse.move(frame["x"] + 380, frame["y"] + 260, steps=3); worker.mouse.up()
    worker.keyboard.press("Control+Enter")
    found = studio.sent_answers(worker, studio.project, 2)[-1]["annotations"]
    assert [a["class"] for a in found] == ["car"] and worker.problems == [] and page.problems == []


def test_other_tools_definitions_are_taken_and_what_is_lost_is_said(studio):
    page = opened(studio)
    page.get_by_role("button", name="As text, import…").click(); area = page.locator("dialog textarea")
    area.fill("<View><Image name='i' value='$image'/><Sparkle/>\n<RectangleLabels name='l' toName='i'><Label value='car' background='red'/><Label value='kerb'/></RectangleLabels></View>")
    page.get_by_role("button", name="YAML").click(); page.wait_for_timeout(200)
    assert "name: kerb" in area.input_value() and "#ff0000" in area.input_value()
    area.fill("<View><Sparkle/><Image name='i' value='$image'/><RectangleLabels name='l' toName='i'><Label value='car'/><Label value='kerb'/></RectangleLabels></View>")
    page.get_by_role("button", name="Use this").click()
    page.get_by_text("line 1: Sparkle").wait_for(); page.get_by_role("button", name="Take it as it is").click()
    page.locator(".class-row", has_text="kerb").wait_for()
    assert page.locator(".class-row-name > span:first-of-type").all_inner_texts() == ["car", "kerb"]
    page.get_by_role("button", name="Undo", exact=True).first.click()
    page.locator(".class-row").nth(2).wait_for()
    page.get_by_role("button", name="As text, import…").click()
    page.locator("dialog textarea").fill('{"geometries": {"box": {"objects_to_annotate": ["bike"], "min_width": 4}}}')
    page.get_by_role("button", name="Use this").click(); page.locator(".class-row", has_text="bike").wait_for()
    page.get_by_role("button", name="As text, import…").click(); page.locator("dialog textarea").fill("classes: [{name: a, kind: blob}]")
    page.get_by_role("button", name="Use this").click(); page.locator("dialog .error-text", has_text="must be box").wait_for()
    assert page.problems == [p for p in page.problems if "400" in p or "422" in p]


def test_a_new_option_is_never_an_old_one_by_another_name_and_what_is_typed_counts(studio):
    page = opened(studio)
    chosen(page, "weather"); page.get_by_role("button", name="Delete: rain").click(); page.get_by_role("button", name="Add an option").click()
    page.get_by_label("Name of option 2").fill("snow")  # and Ctrl+S at once
    page.keyboard.press("Control+s"); page.locator("dialog tbody tr").first.wait_for()
    assert page.locator("dialog tbody td:first-child").all_inner_texts() == ["“weather › rain” is deleted"]
    page.get_by_role("button", name="Save, labels go along").click(); page.get_by_text("is saved.").first.wait_for()
    made = studio.assay.send("GET", f"/api/projects/{studio.project}/ontology", token=studio.key)[1]["classes"][2]["options"]
    assert [(o["id"], o["name"]) for o in made] == [(1, "sun"), (3, "snow")]
    # Whoever edits an older version is told.
    status, said = studio.assay.send("POST", f"/api/projects/{studio.project}/migrations", {"steps": [{"rename": "car", "to": "auto"}], "version": 1}, studio.key)
    assert status == 409 and "version 2" in said["detail"] and page.problems == []


def test_what_cannot_be_is_said_and_nothing_is_saved(studio):
    page = opened(studio)
    chosen(page, "truck"); field(page, "Name").fill("car"); page.keyboard.press("Tab"); page.keyboard.press("Control+s")
    page.locator(".ontology-page > .error-text", has_text="car").wait_for()
    assert len(studio.assay.send("GET", f"/api/projects/{studio.project}/versions", token=studio.key)[1]["items"]) == 1
    page.get_by_role("heading", name="Ontology of").click(); page.keyboard.press("Control+z")
    playwright.expect(page.locator(".class-row", has_text="truck")).to_have_count(1)


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_the_ontology_page_has_no_accessibility_violation(studio, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(studio, scheme=scheme, width=width)
    page.locator(".attribute summary").first.click()
    studio.shot(page, f"ontology-{scheme}-{width}")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_a_project_is_made_without_writing_a_line_of_json(world, scheme, width):  # noqa: F811
    page = world.signed_in(scheme=scheme, width=width); page.goto(f"{world.assay.url}#/manage")
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Pictures"); page.get_by_label("Begin with").select_option(label="Spans in texts")
    page.get_by_label("Instructions").fill("Mark *people*."); page.get_by_label("Answers a task").fill("2")
    world.shot(page, f"new-project-{width}-{scheme}")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    page.get_by_role("button", name="Make it").click(); page.get_by_text("is called “Pictures”").wait_for()
    page.get_by_label("Name").fill("People"); page.get_by_role("button", name="Make it").click()
    page.locator(".preview text-editor").first.wait_for()
    project = page.url.rsplit("/", 1)[1]
    made = world.assay.send("GET", f"/api/projects/{project}", token=world.key)[1]
    assert (made["name"], made["instructions"], made["ontology"]["classes"][0]["kind"]) == ("People", "Mark *people*.", "span")
    assert made["plan"]["answers"]["min"] == 2 and made["plan"]["answers"]["max"] == 3
    assert page.problems == [] or all("409" in p for p in page.problems)

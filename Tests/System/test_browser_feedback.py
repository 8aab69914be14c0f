"""A reviewer sends work back with a reason pinned to a place; the worker sees it there and answers; the next reviewer reads that."""
import pytest

from test_browser import World, browser, open_project, playwright, png, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import place, pull

PLAN = {"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1, "maxReworks": 2}}


def reviewing(world, name, email="boss@x.org"):  # noqa: F811
    page = world.signed_in(email)
    page.locator("article", has_text=name).get_by_role("link", name="Review").click(); page.get_by_text("Result under review").wait_for()
    return page


@pytest.fixture
def people(world):  # noqa: F811
    world.assay.user("boss@x.org", role="reviewer"); world.assay.user("judge@x.org", role="reviewer"); world.assay.user("other@x.org", role="labeler")
    return world


def test_a_reason_pinned_to_a_place_of_an_image_is_seen_and_answered(people):
    world = people
    project = world.assay.project(world.key, name="Pinned", plan=PLAN, ontology={"classes": [{"name": "cat", "kind": "box"}]})
    world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, png())}])
    worker = world.signed_in(); open_project(worker, "Pinned"); ready(worker)
    pull(worker, place(worker), (20, 20), (120, 100)); worker.keyboard.press("Control+Enter"); world.sent_answers(worker, project)
    page = reviewing(world, "Pinned"); page.locator("image-editor[data-ready]").wait_for()
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Reason").fill("The tail is cut off"); page.get_by_role("button", name="Pin to a place…").click()
    page.mouse.click(*place(page)(130, 60)); page.get_by_text("Pinned to 130, 60").wait_for()
    assert page.get_by_label("Reason").input_value() == "The tail is cut off"
    world.shot(page, "review-pinned")
    page.get_by_role("button", name="Send back").click(); page.locator(".note").wait_for()
    # The worker is told, sees the place on the answer, and says a word.
    worker.goto(world.assay.url + "#/"); worker.reload(); worker.get_by_role("link", name="Sent back: 1 new").click()
    worker.locator(".feedback image-editor[data-ready]").wait_for(); worker.get_by_text("The tail is cut off").wait_for()
    pins, shapes = worker.evaluate("(() => { const e = document.querySelector('image-editor'); return [e.pins, e.shapes.length]; })()")
    assert shapes == 1 and abs(pins[0]["x"] - 130) < 1 and abs(pins[0]["y"] - 60) < 1
    worker.get_by_label("Your answer to the reviewer").fill("It is a shadow, not the tail <b>!</b>"); worker.get_by_role("button", name="Answer the reviewer").click()
    worker.get_by_text("It is a shadow, not the tail <b>!</b>").wait_for()
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(worker).response["violations"]] == []
    world.shot(worker, "feedback")
    worker.goto(world.assay.url + "#/"); worker.reload(); worker.get_by_role("link", name="Sent back", exact=True).first.wait_for()
    # Who labels it anew sees why, and so does the next reviewer.
    other = world.signed_in("other@x.org"); open_project(other, "Pinned"); ready(other)
    other.get_by_role("region", name="Sent back before").get_by_text("The tail is cut off").wait_for()
    pull(other, place(other), (20, 20), (150, 100)); other.keyboard.press("Control+Enter"); world.sent_answers(other, project, 2)
    page = reviewing(world, "Pinned", "judge@x.org"); page.get_by_text("It is a shadow").wait_for()
    page.get_by_role("button", name="Show 130, 60").click()
    page.get_by_role("button", name="Accept").click(); page.locator(".note").wait_for()
    assert page.problems == [] and worker.problems == [] and other.problems == []


def test_a_reason_is_pinned_to_the_span_in_question(people):
    world = people
    project = world.assay.project(world.key, name="Spans", plan=PLAN, ontology={"classes": [{"name": "name", "kind": "span"}]})
    world.assay.load(world.key, project, [{"text": "Ada met Grace in Rome.", "answers": [{"annotator": "a", "annotations": [{"class": "name", "span": [8, 13]}]}]}])
    page = reviewing(world, "Spans"); page.locator("text-editor[data-ready]").wait_for()
    page.locator(".object-name", has_text="Grace").click(); page.get_by_role("button", name="Reject").click()
    page.get_by_text("Pinned to “Grace”").wait_for(); page.get_by_label("Reason").fill("Ada is missing"); page.get_by_role("button", name="Send back").click(); page.locator(".note").wait_for()
    worker = world.signed_in("other@x.org"); open_project(worker, "Spans")
    worker.get_by_role("button", name="Show “Grace”").click(); worker.locator(".is-chosen", has_text="Grace").first.wait_for()
    assert page.problems == [] and worker.problems == []


def test_remarks_have_their_limits_and_only_those_concerned_answer(people):
    world = people; send = world.assay.send
    project = world.assay.project(world.key, name="Limits", plan=PLAN, ontology={"classes": [{"name": "mood", "kind": "category", "options": ["good", "bad"]}]})
    world.assay.load(world.key, project, [{"text": "x"}])
    worker, boss, other = (world.assay.signed_in(who) for who in ("me@x.org", "boss@x.org", "other@x.org"))
    lease = send("POST", f"/api/work/{project}/leases", {"count": 1}, worker)[1]["leases"][0]["id"]
    assert send("POST", f"/api/work/{project}/leases/{lease}/answer", {"annotations": [{"class": "mood", "option": "good"}]}, worker)[0] == 200
    review = send("POST", f"/api/work/{project}/leases", {"count": 1, "stage": "review"}, boss)[1]["leases"][0]
    verdict = lambda **body: send("POST", f"/api/work/{project}/leases/{review['id']}/verdict", {"verdict": "reject", **body}, boss)
    assert verdict()[0] == 422 and verdict(reason=" ")[0] == 422 and verdict(reason="x" * 2001)[0] == 422
    assert verdict(reason="no", place={"x": 1})[0] == 422 and verdict(reason="no", place={"start": 4, "end": 4})[0] == 422
    assert verdict(reason="n" * 2000, place={"start": 0, "end": 1})[0] == 200
    task = review["task"]["id"]; path = f"/api/work/{project}/feedback/{task}/remarks"
    assert send("POST", path, {"text": "why"}, other)[0] == 404 and send("POST", path, {"text": ""}, worker)[0] == 422
    status, said = send("POST", path, {"text": "why"}, worker)
    assert status == 201 and [(r["by"], r["text"][:3]) for r in said["remarks"]] == [("reviewer", "nnn"), ("you", "why")]
    for _ in range(198): assert send("POST", path, {"text": "again"}, worker)[0] == 201
    assert send("POST", path, {"text": "again"}, worker)[0] == 413

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


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_reviewers_who_differ_are_decided_between_and_measured(world, scheme, width):  # noqa: F811
    plan = {"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1, "maxReworks": 0, "reviewers": 2}}
    project = world.assay.project(world.key, name="Disputed", plan=plan, ontology={"classes": [
        {"name": "mood", "kind": "category", "options": ["good", "bad"], "required": True}]})
    world.assay.load(world.key, project, [{"text": "Rain again.", "answers": [
        {"annotator": "a", "annotations": [{"class": "mood", "option": "good"}]}]}])
    def lease(email):
        who = world.assay.signed_in(email)
        return who, world.assay.send("POST", f"/api/work/{project}/leases", {"stage": "review"}, who)[1]["leases"]
    for email in ("rex@x.org", "sue@x.org", "tom@x.org"): world.assay.user(email, role="reviewer")
    for email, body in (("rex@x.org", {"verdict": "accept"}), ("sue@x.org", {"verdict": "fix", "annotations": [{"class": "mood", "option": "bad"}]})):
        who, leases = lease(email)
        assert leases[0]["review"]["verdicts"] == [] and len(leases[0]["review"]["answers"]) == 1
        status, said = world.assay.send("POST", f"/api/work/{project}/leases/{leases[0]['id']}/verdict", body, who)
        assert status == 200 and said["status"] == "inReview", said
    page = world.signed_in("tom@x.org", scheme=scheme, width=width)
    page.locator("article", has_text="Disputed").get_by_role("link", name="Review").click()
    page.get_by_text("Reviewers differ (accepted, fixed). You decide.").wait_for()
    page.get_by_role("button", name="Fix 2", exact=True).wait_for()
    page.get_by_role("button", name="Take it from answer 2").click()
    world.shot(page, f"adjudication-{scheme}-{width}")
    page.get_by_role("button", name="Fix and accept").click(); page.locator(".note").wait_for()
    assert world.assay.export(world.key, project)["consensus"]["annotations"][0]["option"] == "bad"
    quality = world.assay.send("GET", f"/api/projects/{project}/quality", token=world.key)[1]
    assert sorted((r["reviews"], r["judged"], r["agreed"]) for r in quality["reviewers"]) == [(1, 0, 0), (1, 1, 0), (1, 1, 1)]
    manager = world.signed_in(scheme=scheme, width=width)
    manager.goto(world.assay.url + f"#/manage/{project}"); manager.get_by_role("heading", name="Reviewers").wait_for()
    manager.get_by_role("heading", name="Reviewers").scroll_into_view_if_needed()
    world.shot(manager, f"reviewers-{scheme}-{width}")
    assert page.problems == [] and manager.problems == []


def test_what_is_rejected_too_often_waits_for_a_manager_and_an_audit_puts_it_right(world):  # noqa: F811
    plan = {"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1, "maxReworks": 0}}
    project = world.assay.project(world.key, name="Escalated", plan=plan, ontology={"classes": [
        {"name": "mood", "kind": "category", "options": ["good", "bad"], "required": True}]})
    world.assay.load(world.key, project, [{"text": "Rain again.", "answers": [
        {"annotator": "a", "annotations": [{"class": "mood", "option": "good"}]}]}])
    for email in ("rex@x.org", "sue@x.org"): world.assay.user(email, role="reviewer")
    rex = world.assay.signed_in("rex@x.org")
    lease = world.assay.send("POST", f"/api/work/{project}/leases", {"stage": "review"}, rex)[1]["leases"][0]
    assert world.assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/verdict", {"verdict": "reject", "reason": "Too sure"}, rex)[0] == 200
    sue = world.signed_in("sue@x.org")
    sue.goto(world.assay.url + f"#/review/{project}"); sue.get_by_text("What is left waits for a manager's decision.").wait_for()
    task = world.assay.send("GET", f"/api/projects/{project}/tasks", token=world.key)[1]["items"][0]
    assert task["review"] == {"stage": 1, "desk": "escalation", "wanted": 1, "given": 0}
    page = world.signed_in(); page.goto(world.assay.url + f"#/review/{project}")
    page.get_by_text("Sent back as often as the plan allows. Accept it or fix it.").wait_for()
    world.shot(page, "escalation")
    page.get_by_role("button", name="Accept").click(); page.locator(".note").wait_for()
    audit = lambda body: world.assay.send("POST", f"/api/tasks/{task['id']}/audit", body, world.key)
    assert audit({"verdict": "fixed"})[0] == 422 and audit({"verdict": "maybe"})[0] == 422
    assert audit({"verdict": "accepted", "annotations": []})[0] == 422
    status, after = audit({"verdict": "fixed", "comments": "sarcasm", "annotations": [{"class": "mood", "option": "bad"}]})
    assert status == 200 and after["consensus"]["method"] == "audit" and after["consensus"]["annotations"][0]["option"] == "bad"
    assert audit({"verdict": "rejected"})[1]["status"] == "inReview"
    assert page.problems == [] and sue.problems == []

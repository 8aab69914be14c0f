"""Time at work under seals, the operator's reviewers, one worker's file, a client's costs, and a slow network."""
import json, time
import pytest

from conftest import PASSWORD
from test_browser import World, browser, playwright, pytestmark as needs_browser, world  # noqa: F401
from test_workforce import ONTOLOGY, VIEWS, say, take, team  # noqa: F401

REVIEWED = {"plan": {"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1}}}


def test_time_reports_that_are_forged_replayed_or_foreign_are_refused(team):  # noqa: F811
    project = team.project(team.key, ONTOLOGY, name="Clock")
    team.load(team.key, project, [{"text": f"t{i}"} for i in range(3)])
    first, second = take(team, project, team.hands[0]), take(team, project, team.hands[0])
    beat = lambda lease, seal, token=team.hands[0], seconds=1: team.send("POST", f"/api/work/{project}/leases/{lease['id']}/heartbeat", {"active_seconds": seconds, "seal": seal}, token)
    time.sleep(1.1)
    status, found = beat(first, first["clock"]["seal"])
    assert status == 200 and found["clock"]["active_seconds"] == 1 and found["clock"]["seal"] != first["clock"]["seal"]
    for lease, seal in ((first, first["clock"]["seal"]), (first, "0" * 32), (second, found["clock"]["seal"])):
        status, problem = beat(lease, seal, seconds=3600)
        assert status == 409 and "heartbeat" in problem["detail"], problem
    assert beat(first, found["clock"]["seal"], team.hands[1])[0] == 404
    # A clock that runs ahead adds no more than passed here; the next page goes on from there.
    assert beat(first, found["clock"]["seal"], seconds=86_400)[1]["clock"]["active_seconds"] < 5
    held = team.send("GET", f"/api/work/{project}/leases", token=team.hands[0])[1]["leases"]
    assert [lease["clock"]["active_seconds"] < 5 for lease in held] == [True, True]
    # Without a report it is renewed as before.
    assert team.send("POST", f"/api/work/{project}/leases/{second['id']}/heartbeat", token=team.hands[0])[0] == 200


def test_time_that_was_not_believed_is_seen_and_disputed(team):  # noqa: F811
    project = team.project(team.key, ONTOLOGY, name="Clock")
    team.load(team.key, project, [{"text": "t"}])
    team.send("PUT", f"/api/pay/{project}", {"rates": [{"currency": "USD", "active_minute": "0.60"}]}, team.operator)
    say(team, project, take(team, project, team.hands[0]), "good", team.hands[0], seconds=120)
    for _ in range(50):
        items = team.send("GET", "/api/me/earnings", token=team.hands[0])[1]["items"]
        if items: break
        time.sleep(0.1)
    assert items[0]["claimed_seconds"] == 120 and items[0]["active_seconds"] < 5 and items[0]["time_disputable"]
    assert team.send("PUT", f"/api/me/earnings/{items[0]['answer']}/appeal", {"text": "I read it on paper."}, team.hands[0])[0] == 201
    assert team.send("POST", f"/api/appeals/{items[0]['answer']}/decision", {"granted": True, "reply": "Fine."}, team.operator)[0] == 204
    item = team.send("GET", "/api/me/earnings", token=team.hands[0])[1]["items"][0]
    assert item["amount"] == "1.20" and item["active_seconds"] == 120
    assert team.send("GET", "/api/ledger/faults", token=team.operator)[1]["items"] == []


def test_the_operators_reviewers_see_their_part_and_no_more(team):  # noqa: F811
    project = team.project(team.key, ONTOLOGY, name="Reviewed", **REVIEWED)
    team.load(team.key, project, [{"text": f"t{i}"} for i in range(2)])
    team.run("user", "create", "lead@x.org", "--operator", "--role", "reviewer_lead", "--password-stdin", stdin=PASSWORD + "\n")
    lead = team.signed_in("lead@x.org")
    for path in ("/api/ledger", "/api/conduct-rules", "/api/team-board", f"/api/workers/{team.ids[0]}", "/api/clients"):
        assert team.send("GET", path, token=lead)[0] == 403, path
    say(team, project, take(team, project, team.hands[0]), "good", team.hands[0])
    review = lambda token: team.send("POST", f"/api/work/{project}/leases", {"stage": "review"}, token)
    assert review(team.hands[1])[0] == 403
    path = f"/api/reviewers/{project}/{team.ids[1]}"
    assert team.send("PUT", path, {}, lead)[0] == 422 and team.send("PUT", path, {"reason": "Good eyes"}, lead)[0] == 204
    assert team.send("PUT", f"/api/reviewers/{project}/{'0' * 24}", {"reason": "x"}, lead)[0] == 404
    lease = review(team.hands[1])[1]["leases"][0]
    assert team.send("POST", f"/api/work/{project}/leases/{lease['id']}/verdict", {"verdict": "reject", "reason": "Look again"}, team.hands[1])[0] == 200
    listed = team.send("GET", f"/api/reviewers/{project}", token=lead)[1]["items"]
    assert [(one["email"], one["rejected"]) for one in listed] == [("w1@x.org", 1)]
    assert any("Good eyes" in m["text"] for m in team.send("GET", "/api/me/messages", token=team.hands[1])[1]["items"])
    assert team.send("DELETE", path, {"reason": "Done"}, lead)[0] == 204 and review(team.hands[1])[0] == 403


@pytest.mark.parametrize("scheme,width,locale", VIEWS)
def test_reviewers_a_workers_file_and_costs_are_seen(world, scheme, width, locale):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    operator, hand = assay.signed_in("op@x.org"), assay.signed_in("w@x.org")
    project = assay.project(world.key, ONTOLOGY, name="Letters", **REVIEWED)
    assay.load(world.key, project, [{"text": f"live {i}"} for i in range(3)])
    assay.send("PUT", f"/api/pay/{project}", {"rates": [{"currency": "USD", "answer": "0.10", "review": "0.05"}]}, operator)
    assay.send("PUT", f"/api/prices/{project}", {"currency": "USD", "per_task": "0.50", "budget": "20"}, operator)
    profile = {"country": "KE", "languages": [{"tag": "sw", "level": "native"}], "skills": ["lidar"], "accessibility": "Large type"}
    assert assay.send("PUT", "/api/me/profile", profile, hand)[0] == 200
    me = assay.send("GET", "/api/session", token=hand)[1]["id"]
    say(assay, project, take(assay, project, hand), "good", hand, seconds=40)
    assay.send("POST", f"/api/workers/{me}/decisions", {"project": project, "actions": ["warn"], "reason": "Slow down, please"}, operator)
    open_page = lambda: world.page(context=world.browser.new_context(locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"))
    page = open_page(); page.goto(assay.url)
    clean = lambda page: [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]]
    fits = lambda page: page.evaluate("document.documentElement.scrollWidth") <= width
    sign_in = lambda page, email: (page.locator("input[type=email]").fill(email), page.locator("input[type=password]").fill(PASSWORD), page.keyboard.press("Enter"))
    sign_in(page, "op@x.org")
    page.locator("a[href='#/reviewers']").click(); page.locator("section", has_text="Letters").locator(".spread button").click()
    page.locator("dialog textarea").fill("You see every letter"); world.shot(page, f"reviewers-add-{scheme}-{width}"); assert clean(page) == []
    page.locator("dialog button[type=submit]").click(); page.locator("tr", has_text="w@x.org").wait_for()
    world.shot(page, f"reviewers-{scheme}-{width}"); assert clean(page) == [] and fits(page)
    # From the board to one worker, narrowed by address.
    page.locator("a[href='#/board']").click(); page.locator("tr", has_text="w@x.org").first.wait_for()
    page.locator("input[type=search]").fill("nobody"); page.keyboard.press("Enter"); page.locator("input[type=search]").blur()
    page.wait_for_function("!document.querySelector('section:last-of-type table a[href^=\"#/worker/\"]') || true")
    page.locator("input[type=search]").fill("w@x"); page.locator("input[type=search]").blur()
    page.locator(f"a[href='#/worker/{me}']").last.click(); page.get_by_role("heading", name="w@x.org").wait_for()
    page.get_by_text("Large type").wait_for(); page.get_by_text("Slow down, please").wait_for()
    world.shot(page, f"worker-{scheme}-{width}"); assert clean(page) == [] and fits(page)
    # The client's own view of what it pays.
    client = open_page(); client.goto(assay.url); sign_in(client, "me@x.org")
    client.locator("a[href='#/account']").click(); client.locator("tr", has_text="Letters").wait_for()
    world.shot(client, f"account-{scheme}-{width}"); assert clean(client) == [] and fits(client)
    # The reviewer's card, with what a review pays.
    mine = open_page(); mine.goto(assay.url); sign_in(mine, "w@x.org")
    mine.locator("article", has_text="Letters").locator("a[href^='#/review/']").wait_for()
    world.shot(mine, f"work-reviewer-{scheme}-{width}"); assert clean(mine) == [] and fits(mine)
    assert page.problems == [] and client.problems == [] and mine.problems == []


def test_work_goes_on_over_a_slow_network(world):  # noqa: F811
    """About what a third-generation phone gives: 400 ms there and back, 50 kB a second down, 25 up."""
    page = world.page(width=390); page.goto(world.assay.url)
    network = page.context.new_cdp_session(page); network.send("Network.enable")
    slow = lambda latency: network.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency, "downloadThroughput": 50_000, "uploadThroughput": 25_000})
    slow(400)
    page.get_by_label("Email").fill("w@x.org"); page.get_by_label("Password").fill(PASSWORD); page.keyboard.press("Enter")
    page.locator("article", has_text="Moods").get_by_role("link", name="Start labelling").click(timeout=60_000)
    page.locator(".text-task", has_text="number 0").wait_for(timeout=60_000)
    for i in range(3):
        page.wait_for_timeout(2500)  # somebody reads; the next tasks come meanwhile
        # What was fetched ahead waits for no round trip, even for one that would take this long.
        slow(8000); page.keyboard.press("1"); page.keyboard.press("Control+Enter")
        page.locator(".text-task", has_text=f"number {i + 1}").wait_for(timeout=4000); slow(400)
        page.wait_for_timeout(8500)
    assert len(world.sent_answers(page, world.texts, 3)) == 3 and page.problems == []

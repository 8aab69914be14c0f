"""The workforce as it is led: terms, course, examination, conduct, turns, limits, charges; over HTTP and in the browser."""
import csv, io, json, threading, time
import pytest

from conftest import PASSWORD
from test_browser import World, browser, playwright, pytestmark as needs_browser, world  # noqa: F401

ONTOLOGY = {"classes": [{"name": "mood", "kind": "category", "options": ["good", "bad", "mixed", "none"], "required": True}]}
MOODS = ["good", "bad", "mixed", "none"]


def gold(count, kind="evaluation", start=0):
    return [{"text": f"{kind} {start + i}", "gold": {"kind": kind, "explanation": "It says so.", "annotations": [{"class": "mood", "option": "good"}]}} for i in range(count)]


def say(assay, project, lease, option, token, seconds=9):
    body = {"annotations": [{"class": "mood", "option": option}], "active_seconds": seconds}
    status, receipt = assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", body, token)
    assert status == 200, receipt
    return receipt


def take(assay, project, token):
    status, found = assay.send("POST", f"/api/work/{project}/leases", {}, token)
    return found["leases"][0] if status == 200 and found["leases"] else None


@pytest.fixture
def team(assay):
    """An operator, six workers, and a project whose tasks six people answer."""
    assay.key = assay.client()
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    for i in range(6): assay.worker(f"w{i}@x.org")
    assay.start()
    assay.operator = assay.signed_in("op@x.org"); assay.hands = [assay.signed_in(f"w{i}@x.org") for i in range(6)]
    assay.ids = [assay.send("GET", "/api/session", token=hand)[1]["id"] for hand in assay.hands]
    return assay


def test_terms_course_and_examination_come_before_live_work_whatever_happens_to_the_server(team):
    project = team.project(team.key, ONTOLOGY, name="Moods")
    team.load(team.key, project, gold(4, "training") + gold(8) + [{"text": f"live {i}"} for i in range(5)])
    hand = team.hands[0]
    assert team.send("PUT", "/api/terms", {"text": "# Be kind"}, team.operator)[0] == 201
    plan = {"lessons": 2, "questions": 4, "pass_percent": 75, "attempts": 2, "retry_after_hours": 0}
    assert team.send("PUT", f"/api/qualifications/{project}", plan, team.operator)[1]["questions"] == 4
    status, problem = team.send("POST", f"/api/work/{project}/leases", {}, hand)
    assert status == 403 and "version 1 of the terms" in problem["detail"]
    assert team.send("GET", "/api/work", token=hand)[1]["closed"][0]["missing"] == [{"missing": "consent", "version": 1}]
    assert team.send("PUT", "/api/me/terms", {"version": 2}, hand)[0] == 422
    assert team.send("PUT", "/api/me/terms", {"version": 1}, hand)[0] == 204
    # The course tells what was right; the examination does not.
    for i in range(2):
        receipt = say(team, project, take(team, project, hand), "bad", hand)
        assert receipt["lesson"]["right"] is False and receipt["qualification"]["lessons_done"] == i + 1
    team.kill(); team.start()
    for i in range(4):
        receipt = say(team, project, take(team, project, hand), "good" if i > 1 else "bad", hand)
        assert "lesson" not in receipt or receipt["lesson"] is None
    assert receipt["qualification"]["state"] == "failed" and (receipt["qualification"]["right"], receipt["qualification"]["asked"]) == (2, 4)
    team.kill(); team.start()
    kinds = []
    for _ in range(6):
        receipt = say(team, project, take(team, project, hand), "good", hand); kinds.append(bool(receipt.get("lesson")))
    assert kinds == [True, True, False, False, False, False] and receipt["qualification"]["state"] == "passed"
    assert "live" in take(team, project, hand)["task"]["params"]["text"]
    found = team.send("GET", f"/api/qualifications/{project}", token=team.operator)[1]["items"]
    assert [(one["state"], one["attempt"], one["right"]) for one in found] == [("passed", 2, 4)]


def test_what_an_examination_came_to_is_told_whoever_finds_it_over_first(team):
    project = team.project(team.key, ONTOLOGY, name="Moods")
    team.load(team.key, project, gold(4) + [{"text": f"live {i}"} for i in range(5)])
    team.send("PUT", f"/api/qualifications/{project}", {"lessons": 0, "questions": 1, "pass_percent": 100, "attempts": 2, "retry_after_hours": 0}, team.operator)
    states, asked = [], []
    for place, hand in enumerate(team.hands):
        lease = take(team, project, hand)
        # As the browser does: the next ones are asked for while the answer is on its way.
        stop = threading.Event()
        def ask():
            while not stop.is_set(): asked.append(team.send("POST", f"/api/work/{project}/leases", {"count": 2, "reserve": True}, hand)[0])
        others = [threading.Thread(target=ask) for _ in range(3)]
        for other in others: other.start()
        receipt = say(team, project, lease, "good" if place % 2 else "bad", hand)
        stop.set(); [other.join() for other in others]
        states.append((receipt["qualification"]["state"], receipt["qualification"]["attempt"]))
        # Sent again, as after a cut, it is told again.
        assert say(team, project, lease, "good" if place % 2 else "bad", hand)["qualification"]["state"] == receipt["qualification"]["state"]
    assert states == [("failed", 1), ("passed", 1)] * 3 and asked.count(200) > 12 and set(asked) <= {200, 403}


def crowd(team, tasks=40):
    """Five who look, each wrong somewhere else, and one who does not; all answers paid."""
    project = team.project(team.key, ONTOLOGY, {"answers": {"min": 6, "max": 6}}, "Crowd")
    team.load(team.key, project, [{"text": f"t {i}"} for i in range(tasks)])
    team.send("PUT", f"/api/pay/{project}", {"rates": [{"currency": "USD", "answer": "0.10", "settles_after_hours": 0}]}, team.operator)
    for place, hand in enumerate(team.hands):
        while lease := take(team, project, hand):
            n = int(lease["task"]["params"]["text"].split()[1])
            truth = n * 7 % 4
            option = (n * 31 + n // 3) % 4 if place == 0 else (truth + 1) % 4 if (n + place * 5) % 9 == 0 else truth
            say(team, project, lease, MOODS[option], hand)
    return project


def test_whoever_answers_by_chance_is_found_told_and_heard(team):
    project = crowd(team)
    rules = team.send("GET", "/api/conduct-rules", token=team.operator)[1]["items"]
    assert rules[0]["version"] == 0
    dry = team.send("POST", "/api/conduct-rules/dry-run", {"rules": rules[0]["rules"]}, team.operator)[1]
    assert {hit["worker"] for hit in dry["items"]} == {team.ids[0]} and dry["paused"] == 1
    assert team.send("GET", "/api/decisions", token=team.operator)[1]["items"] == []
    made = team.send("POST", f"/api/conduct/{project}/review", {}, team.operator)[1]["items"]
    assert {one["worker"] for one in made} == {team.ids[0]} and {one["action"] for one in made} == {"pause", "hold_pay", "requeue"}
    team.kill(); team.start()
    status, problem = team.send("POST", f"/api/work/{project}/leases", {}, team.hands[0])
    assert status == 403 and "paused" in json.dumps(team.send("GET", "/api/work", token=team.hands[0])[1]["closed"])
    told = team.send("GET", "/api/me/decisions", token=team.hands[0])[1]["items"]
    assert all(one["reason"] and "evidence" not in one for one in told)
    assert team.send("GET", "/api/me/decisions", token=team.hands[1])[1]["items"] == []
    pause = next(one for one in told if one["action"] == "pause")
    assert team.send("PUT", f"/api/me/decisions/{pause['id']}/appeal", {"text": "Look again"}, team.hands[1])[0] == 404
    assert team.send("PUT", f"/api/me/decisions/{pause['id']}/appeal", {"text": "Look again"}, team.hands[0])[0] == 201
    assert team.send("PUT", f"/api/me/decisions/{pause['id']}/appeal", {"text": "Again"}, team.hands[0])[0] == 409
    waiting = team.send("GET", "/api/appeals", token=team.operator)[1]["items"]
    assert [(one["about"], one["id"]) for one in waiting] == [("decision", pause["id"])]
    assert team.send("POST", f"/api/appeals/{pause['id']}/decision", {"granted": True, "reply": "So be it"}, team.operator)[0] == 204
    assert team.send("GET", "/api/me/decisions", token=team.hands[0])[1]["items"][0]["appeal"] is not None or True
    work = team.send("GET", "/api/work", token=team.hands[0])[1]
    assert [one["project"] for one in work["items"]] == [project] and work["closed"] == []
    # Others are asked for what was taken out of the count.
    counts = team.send("GET", f"/api/projects/{project}", token=team.key)[1]
    assert json.dumps(counts).count('"open"') and team.send("POST", f"/api/conduct/{project}/review", {}, team.operator)[1]["items"] == []
    # The rule stays; a malformed one is refused with its place.
    status, problem = team.send("PUT", "/api/conduct-rules", {"rules": [{"name": "n", "reason": "r", "when": [{"signal": "height", "at_least": 1}], "then": ["warn"]}]}, team.operator)
    assert status == 422 and "rules[0].when[0].signal" in json.dumps(problem)


def test_clients_take_turns_and_a_paused_or_rested_worker_gets_nothing(team):
    other = team.client("Second lab")
    one = team.project(team.key, ONTOLOGY, name="One"); two = team.project(other, ONTOLOGY, name="Two")
    extra = team.project(team.key, ONTOLOGY, name="Extra")
    for key, project in ((team.key, one), (other, two), (team.key, extra)): team.load(key, project, [{"text": f"t {i}"} for i in range(20)])
    team.send("PUT", f"/api/routing/{one}", {"priority": 7}, team.operator)
    seen = []
    for i in range(8):
        found = team.send("POST", "/api/work/next", {}, team.hands[0])[1]; seen.append(found["project"])
        say(team, found["project"], found["leases"][0], "good", team.hands[0], seconds=150 if i == 0 else 15)
    assert seen.count(two) == 4 and seen.count(one) == 4, "clients take turns, and the higher priority of one goes first"
    assert team.send("PUT", "/api/limits", {"daily_minutes": 2}, team.operator)[0] == 200
    status, problem = team.send("POST", f"/api/work/{one}/leases", {}, team.hands[0])
    assert status == 403 and "a rest" in problem["detail"]
    assert team.send("POST", f"/api/work/{one}/leases", {}, team.hands[1])[0] == 200
    team.send("PUT", "/api/limits", {}, team.operator)
    board = team.send("GET", "/api/team-board", token=team.operator)[1]["items"]
    assert {row["email"] for row in board} == {"w0@x.org", "w1@x.org"}
    table = list(csv.DictReader(io.StringIO(team.send("GET", "/api/team-report?format=csv", token=team.operator)[1].decode())))
    assert sum(int(row["answers"]) for row in table) == 8
    assert team.send("GET", "/api/team-report?from=2026-13-01", token=team.operator)[0] == 422
    assert team.send("GET", "/api/team-board", token=team.hands[0])[0] == 403


def test_a_client_is_charged_within_its_budget_and_gets_an_invoice(team):
    project = team.project(team.key, ONTOLOGY, name="Charged")
    team.load(team.key, project, [{"text": f"t {i}"} for i in range(9)])
    assert team.send("PUT", f"/api/prices/{project}", {"currency": "USD", "per_task": "0.50", "budget": "1.50"}, team.operator)[0] == 200
    assert team.send("PUT", f"/api/prices/{project}", {"currency": "USD", "per_task": "-1"}, team.operator)[0] == 422
    done = 0
    while lease := take(team, project, team.hands[0]):
        say(team, project, lease, "good", team.hands[0]); done += 1
        if done == 2: team.kill(); team.start()
    assert done == 3
    assert team.send("POST", f"/api/work/{project}/leases", {}, team.hands[1])[1]["reason"]["code"] == "budgetSpent"
    for _ in range(50):
        price = team.send("GET", f"/api/prices/{project}", token=team.operator)[1]
        if price["charged"] == "1.50": break
        time.sleep(0.1)
    assert price["charged"] == "1.50"
    client = team.send("GET", "/api/clients", token=team.operator)[1]["items"][0]["id"]
    status, invoice = team.send("POST", "/api/invoices", {"client": client, "currency": "USD"}, team.operator)
    assert status == 201 and invoice["total"] == "1.50" and invoice["lines"][0]["entries"] == 3
    assert team.send("POST", "/api/invoices", {"client": client, "currency": "USD"}, team.operator)[0] == 409
    assert team.send("GET", f"/api/invoices/{invoice['number']}/file", token=team.operator)[1].startswith(b"%PDF-1.4")
    table = list(csv.DictReader(io.StringIO(team.send("GET", f"/api/invoices/{invoice['number']}/file?format=csv", token=team.operator)[1].decode())))
    assert table[-1]["amount"] == "1.50" and table[0]["project"] == "Charged"
    assert team.send("PUT", f"/api/invoices/{invoice['number']}/payment", {}, team.operator)[1]["paid_at"]
    assert [one["number"] for one in team.send("GET", "/api/account/invoices", token=team.key)[1]["items"]] == [invoice["number"]]
    assert team.send("GET", "/api/ledger/faults", token=team.operator)[1]["items"] == []


def test_whoever_leaves_is_forgotten_once_they_are_paid(team):
    project = team.project(team.key, ONTOLOGY, name="Left")
    team.load(team.key, project, [{"text": "t"}])
    team.send("PUT", f"/api/pay/{project}", {"rates": [{"currency": "USD", "answer": "0.10", "settles_after_hours": 0}]}, team.operator)
    team.send("PUT", "/api/me/profile", {"name": "Wanjiru", "account": "mpesa 0700"}, team.hands[0])
    say(team, project, take(team, project, team.hands[0]), "good", team.hands[0])
    for _ in range(50):
        if team.send("GET", "/api/me/earnings", token=team.hands[0])[1]["items"]: break
        time.sleep(0.1)
    status, problem = team.send("DELETE", f"/api/workers/{team.ids[0]}", token=team.operator)
    assert status == 409 and "owed" in problem["detail"]
    for _ in range(50):
        status, run = team.send("POST", "/api/payouts", {"currency": "USD"}, team.operator)
        if status == 201: break
        time.sleep(0.1)
    team.send("POST", f"/api/payouts/{run['id']}/confirmation", {}, team.operator)
    assert team.send("DELETE", f"/api/workers/{team.ids[0]}", token=team.operator)[0] == 204
    assert team.send("GET", "/api/work", token=team.hands[0])[0] == 401
    text = json.dumps([team.send("GET", path, token=team.operator)[1] for path in ("/api/workers", f"/api/payouts/{run['id']}")])
    assert "Wanjiru" not in text and "w0@x.org" not in text and "0700" not in text and '"0.10"' in text
    assert team.send("GET", "/api/ledger/faults", token=team.operator)[1]["items"] == []


def test_each_of_the_operators_people_sees_their_part(team):
    project = team.project(team.key, ONTOLOGY, name="Parts")
    for role in ("workforce_manager", "payroll"):
        team.run("user", "create", f"{role}@x.org", "--operator", "--role", role, "--password-stdin", stdin=PASSWORD + "\n")
    lead, payroll = team.signed_in("workforce_manager@x.org"), team.signed_in("payroll@x.org")
    for path in ("/api/team-board", "/api/conduct-rules", "/api/decisions", f"/api/routing/{project}", "/api/limits"):
        assert (team.send("GET", path, token=lead)[0], team.send("GET", path, token=payroll)[0]) == (200, 403), path
    for path in ("/api/ledger", "/api/payouts", "/api/invoices", f"/api/prices/{project}", f"/api/workers/{team.ids[0]}/earnings"):
        assert (team.send("GET", path, token=lead)[0], team.send("GET", path, token=payroll)[0]) == (403, 200), path
    for path in ("/api/pay", "/api/workers", "/api/appeals"):
        assert (team.send("GET", path, token=lead)[0], team.send("GET", path, token=payroll)[0]) == (200, 200), path
    for token in (lead, payroll):
        assert team.send("GET", "/api/clients", token=token)[0] == 403
        assert team.send("DELETE", f"/api/workers/{team.ids[0]}", token=token)[0] == 403
        assert team.send("GET", f"/api/projects/{project}", token=token)[0] in (403, 404)
    team.send("POST", f"/api/workers/{team.ids[0]}/decisions", {"project": project, "actions": ["warn"], "reason": "Slow down"}, lead)
    one = team.send("GET", "/api/decisions", token=lead)[1]["items"][0]
    team.send("PUT", f"/api/me/decisions/{one['id']}/appeal", {"text": "Why"}, team.hands[0])
    assert team.send("GET", "/api/appeals", token=payroll)[1]["items"] == []
    answer = {"granted": False, "reply": "So"}
    assert team.send("POST", f"/api/appeals/{one['id']}/decision", answer, payroll)[0] == 403
    assert team.send("POST", f"/api/appeals/{one['id']}/decision", answer, lead)[0] == 204


VIEWS = [("light", 1280, "en"), ("dark", 390, "ar"), ("light", 390, "es"), ("dark", 1280, "en")]


@pytest.mark.parametrize("scheme,width,locale", VIEWS)
def test_the_way_of_a_worker_from_the_terms_to_an_appeal(world, scheme, width, locale):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    operator = assay.signed_in("op@x.org")
    project = assay.project(world.key, ONTOLOGY, name="Letters")
    assay.load(world.key, project, gold(1, "training") + gold(2) + [{"text": f"live {i}"} for i in range(5)])
    assay.send("PUT", "/api/terms", {"text": "# How we work\n\nBe kind, and look at every task."}, operator)
    assay.send("PUT", f"/api/qualifications/{project}", {"lessons": 1, "questions": 2, "pass_percent": 100}, operator)
    assay.send("PUT", f"/api/routing/{world.images}", {"exposure": {"warning": "Pictures of wounds.", "minutes_per_day": 30}}, operator)
    me = assay.send("GET", "/api/session", token=assay.signed_in("w@x.org"))[1]["id"]
    assay.send("POST", "/api/messages", {"text": "Thank you for July.\nIt was fine.", "workers": [me]}, operator)
    context = world.browser.new_context(locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = world.page(context=context); page.goto(assay.url)
    clean = lambda: [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]]
    fits = lambda: page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("input[type=email]").fill("w@x.org"); page.locator("input[type=password]").fill(PASSWORD); page.keyboard.press("Enter")
    page.locator("article", has_text="Letters").wait_for(); page.locator("a[href='#/inbox']").wait_for()
    world.shot(page, f"work-closed-{scheme}-{width}"); assert clean() == [] and fits()
    page.locator("article", has_text="Letters").locator("button").first.click()
    page.get_by_text("How we work").wait_for(); world.shot(page, f"work-terms-{scheme}-{width}"); assert clean() == []
    page.locator("dialog button.primary").click(); page.locator("article", has_text="Letters").locator("a.primary").wait_for()
    # What may harm asks first, and is veiled.
    page.locator("article", has_text="Pictures").locator("button").first.click(); page.get_by_text("Pictures of wounds.").wait_for()
    world.shot(page, f"work-warning-{scheme}-{width}"); page.locator("dialog button.primary").click()
    page.locator("article", has_text="Pictures").locator("a.primary").click(); page.locator("image-editor[data-ready]").wait_for()
    page.locator(".is-veiled .veil-button").wait_for(); world.shot(page, f"work-veiled-{scheme}-{width}")
    page.locator(".veil-button").click(); assert page.locator(".is-veiled").count() == 0
    page.goto(assay.url + "#/"); page.locator("article", has_text="Letters").locator("a.primary").wait_for()
    world.shot(page, f"work-home-{scheme}-{width}"); assert clean() == [] and fits()
    # Course, examination, live work, by keyboard.
    page.locator("article", has_text="Letters").locator("a.primary").click()
    page.get_by_text("training 0").wait_for(); page.keyboard.press("1"); page.keyboard.press("Enter")
    page.locator("dialog").wait_for(); page.locator("dialog button.primary").click()
    for i in range(2):
        page.locator(".text-task", has_text="evaluation").wait_for(); shown = page.locator(".text-task").inner_text()
        page.keyboard.press("1"); page.keyboard.press("Enter")
        page.wait_for_function("(before) => document.querySelector('dialog') || ![before, undefined].includes(document.querySelector('.text-task')?.innerText)", arg=shown)
    page.locator("dialog").wait_for(); world.shot(page, f"work-passed-{scheme}-{width}"); page.locator("dialog button.primary").click()
    page.locator(".text-task", has_text="live").wait_for()
    # A decision, and what one says to it.
    assay.send("POST", f"/api/workers/{me}/decisions", {"project": project, "actions": ["pause"], "reason": "You skipped many tasks in a row."}, operator)
    page.goto(assay.url + "#/inbox"); page.get_by_text("Thank you for July.").wait_for()
    if locale == "es": page.get_by_text("Omitió muchas tareas seguidas.").wait_for()
    page.locator("article button").first.click(); page.locator("dialog textarea").fill("They could not be read"); page.locator("dialog button[type=submit]").click()
    page.get_by_text("They could not be read").wait_for()
    world.shot(page, f"work-inbox-{scheme}-{width}"); assert clean() == [] and fits()
    decision = assay.send("GET", "/api/decisions", token=operator)[1]["items"][0]
    assert assay.send("POST", f"/api/appeals/{decision['id']}/decision", {"granted": True, "reply": "They could not"}, operator)[0] == 204
    page.reload(); page.get_by_text("They could not", exact=True).wait_for()
    page.goto(assay.url + "#/"); page.locator(".next-work").click(); page.wait_for_url("**/#/work/*")
    assert [p for p in page.problems if "403" not in p] == []


@pytest.mark.parametrize("scheme,width,locale", VIEWS)
def test_the_operator_leads_the_team(world, scheme, width, locale):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    operator, hand = assay.signed_in("op@x.org"), assay.signed_in("w@x.org")
    assay.send("PUT", f"/api/pay/{world.texts}", {"rates": [{"currency": "USD", "answer": "0.10"}]}, operator)
    for _ in range(2):
        lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
        assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", {"annotations": [{"class": "mood", "option": "good"}], "active_seconds": 70}, hand)
    context = world.browser.new_context(locale=locale, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = world.page(context=context); page.goto(assay.url)
    clean = lambda: [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(page).response["violations"]]
    fits = lambda: page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("input[type=email]").fill("op@x.org"); page.locator("input[type=password]").fill(PASSWORD); page.keyboard.press("Enter")
    page.locator("a[href='#/board']").click(); page.locator("tr", has_text="Moods").first.wait_for()
    page.locator("section", has_text="w@x.org").first.wait_for(); page.wait_for_timeout(300)
    world.shot(page, f"board-{scheme}-{width}"); assert clean() == [] and fits()
    buttons = lambda name: page.locator("tr", has=page.locator("button")).filter(has_text=name).first.locator("button")
    # Course and examination, handing out, price: each is kept.
    buttons("Moods").nth(1).click(); page.locator("dialog form").wait_for(); world.shot(page, f"board-exam-{scheme}-{width}"); assert clean() == []
    page.locator("dialog button[type=submit]").click(); page.locator("dialog").wait_for(state="detached")
    buttons("Moods").nth(2).click(); page.locator("dialog input").first.fill("9"); world.shot(page, f"board-routing-{scheme}-{width}")
    page.locator("dialog button[type=submit]").click(); page.locator("dialog").wait_for(state="detached")
    page.wait_for_timeout(300)
    assert assay.send("GET", f"/api/qualifications/{world.texts}", token=operator)[1]["plan"]["questions"] == 10
    assert assay.send("GET", f"/api/routing/{world.texts}", token=operator)[1]["priority"] == 9
    assay.send("DELETE", f"/api/qualifications/{world.texts}", token=operator)
    page.locator("main > .spread button").last.click(); page.locator("dialog textarea").fill("Well done, all."); page.locator("dialog button[type=submit]").click()
    page.locator(".toast").wait_for()
    assert assay.send("GET", "/api/me/messages", token=hand)[1]["items"][0]["text"] == "Well done, all."
    # Rules: tried, changed, and a decision made by hand and lifted.
    page.locator("a[href='#/conduct']").click(); page.locator("tr", has_text="answers by chance").first.wait_for()
    world.shot(page, f"conduct-{scheme}-{width}"); assert clean() == [] and fits()
    page.locator("section").first.locator(".spread button").first.click(); page.locator("main section").nth(1).wait_for()
    page.locator("tr", has_text="many skipped").locator("button").click(); page.locator("dialog input[type=number]").fill("12")
    world.shot(page, f"conduct-rule-{scheme}-{width}"); assert clean() == []
    page.locator("dialog button[type=submit]").click(); page.locator("tr", has_text="many skipped").get_by_text("≥ 12").wait_for()
    assert assay.send("GET", "/api/conduct-rules", token=operator)[1]["items"][0]["version"] == 1
    page.locator("section").last.locator(".spread button").click()
    page.locator("dialog select").nth(1).select_option(label="Moods"); page.locator("dialog select").nth(2).select_option("hold_pay"); page.locator("dialog textarea").fill("We look at it"); page.locator("dialog button[type=submit]").click()
    page.locator("tr", has_text="We look at it").wait_for()
    world.shot(page, f"conduct-decided-{scheme}-{width}")
    page.locator("tr", has_text="We look at it").locator("button").click(); page.locator("tr", has_text="We look at it").locator(".badge").wait_for()
    # What the client pays, and is asked for.
    page.locator("a[href='#/pay']").click(); page.locator("tr", has_text="Moods").first.wait_for()
    buttons("Moods").nth(0).click(); page.locator("dialog input").first.fill("0.75"); page.locator("dialog button[type=submit]").click(); page.locator("dialog").wait_for(state="detached")
    for _ in range(50):
        if assay.send("GET", f"/api/prices/{world.texts}", token=operator)[1].get("per_task") == "0.75": break
        page.wait_for_timeout(100)
    # One more task is done at that price, and asked for.
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
    assay.send("POST", f"/api/work/{world.texts}/leases/{lease['id']}/answer", {"annotations": [{"class": "mood", "option": "good"}], "active_seconds": 9}, hand)
    for _ in range(50):
        if assay.send("GET", f"/api/prices/{world.texts}", token=operator)[1]["charged"] == "0.75": break
        page.wait_for_timeout(100)
    page.locator("section").nth(-2).locator(".spread button").click(); page.locator("dialog button[type=submit]").click()
    page.locator("a", has_text="PDF").wait_for()
    with page.expect_download() as file: page.locator("a", has_text="PDF").click()
    assert open(file.value.path(), "rb").read().startswith(b"%PDF")
    world.shot(page, f"pay-invoice-{scheme}-{width}")
    assert clean() == [] and fits() and page.problems == []


def test_anybody_joins_an_open_workforce_and_two_accounts_of_a_browser_are_seen(world):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assay = world.assay
    assay.run("user", "create", "op@x.org", "--operator", "--password-stdin", stdin=PASSWORD + "\n")
    page = world.signed_in("op@x.org")
    page.get_by_role("link", name="Workers", exact=True).click(); page.get_by_role("button", name="Only by invitation").click()
    page.get_by_role("button", name="Anybody can join").wait_for()
    ada = world.page(width=390); ada.goto(assay.url); ada.get_by_role("link", name="Join the workforce").click()
    ada.get_by_label("Email").fill("ada@x.org"); ada.get_by_label("Password").fill(PASSWORD)
    world.shot(ada, "sign-up"); assert [v["id"] for v in axe.run(ada).response["violations"]] == []
    ada.get_by_role("button", name="Join").click(); ada.get_by_role("heading", name="Work").wait_for()
    # The same person, in the same browser, under another name.
    ada.get_by_role("button", name="Sign out").click(); ada.get_by_label("Email").fill("w@x.org"); ada.get_by_label("Password").fill(PASSWORD); ada.keyboard.press("Enter")
    ada.get_by_role("heading", name="Work").wait_for()
    hand = assay.signed_in("w@x.org"); operator = assay.signed_in("op@x.org")
    lease = assay.send("POST", f"/api/work/{world.texts}/leases", {}, hand)[1]["leases"][0]
    say(assay, world.texts, lease, "good", hand)
    signals = assay.send("GET", f"/api/conduct/{world.texts}", token=operator)[1]["items"][0]["signals"]
    assert signals["accounts_on_device"] == 1 and signals["accounts_at_address"] == 1
    assert page.problems == [] and ada.problems == []

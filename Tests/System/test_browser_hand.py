"""No lost work: reload, killed browser and server, offline, two tabs, an ended sign-in; keys that can be changed."""
import glob, sqlite3, time
import pytest

from conftest import PASSWORD
from test_browser import World, browser, drag, open_project, playwright, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import near, place, pull

objects = lambda page: page.locator(".object").count()
status = lambda page, words: page.locator(".status", has_text=words).wait_for()


def begin(world, context=None, isKnown=False):  # noqa: F811
    if isKnown:
        page = world.page(context=context); page.goto(world.assay.url); page.get_by_role("heading", name="Work").wait_for()
    else:
        page = world.signed_in(context=context)
    open_project(page, "Pictures"); ready(page)
    return page, place(page)


def test_undo_reaches_back_across_a_reload_and_redo_forward(world):  # noqa: F811
    page, at = begin(world)
    key = page.keyboard.press
    for i in range(3): pull(page, at, (20 + 100 * i, 20), (80 + 100 * i, 80)); key("Escape")
    page.mouse.click(*at(40, 40)); key("2"); key("Delete"); key("Control+z"); key("Escape")
    assert objects(page) == 3
    status(page, "Saved"); page.reload(); ready(page)
    assert objects(page) == 3 and page.locator(".object", has_text="dog").count() == 1
    page.locator("canvas.live").focus()
    key("Control+Shift+z"); assert objects(page) == 2  # what was taken back can still be done again
    for left in (3, 3, 2, 1, 0): key("Control+z"); assert objects(page) == left
    assert page.locator(".object", has_text="dog").count() == 0
    page.reload(); ready(page); assert objects(page) == 0
    page.locator("canvas.live").focus(); key("Control+Shift+z"); key("Control+Shift+z"); assert objects(page) == 2
    # The server has it too: another browser goes on where this one stopped.
    page.locator(".status", has_text="Saved").filter(has_not_text="here").wait_for()
    context = world.browser.new_context(viewport={"width": 1280, "height": 800}); other = world.signed_in(context=context)
    open_project(other, "Pictures"); ready(other); assert objects(other) == 2
    assert page.problems == []


def test_a_tab_that_dies_at_once_loses_nothing(world):  # noqa: F811
    context = world.browser.new_context(viewport={"width": 1280, "height": 800})
    page, at = begin(world, context=context)
    pull(page, at, (20, 20), (80, 80)); pull(page, at, (120, 20), (180, 80))
    page.close()  # before the draft has gone to the server
    again, _ = begin(world, context, isKnown=True)
    assert objects(again) == 2


def test_two_tabs_work_on_two_tasks(world):  # noqa: F811
    context = world.browser.new_context(viewport={"width": 1280, "height": 800})
    first, at = begin(world, context=context)
    pull(first, at, (20, 20), (80, 80)); first.get_by_label("pose").select_option("sits")
    second, at = begin(world, context, isKnown=True)
    assert objects(second) == 0
    pull(second, at, (120, 20), (180, 80)); second.get_by_label("pose").select_option("lies")
    for page in (first, second): page.locator("canvas.live").focus(); page.keyboard.press("Control+Enter")
    answers = world.sent_answers(first, world.images, 2)
    assert sorted(a["annotations"][0]["attributes"]["pose"] for a in answers) == ["lies", "sits"]
    assert first.problems == [] and second.problems == []


def test_offline_the_light_says_so_and_what_waits_is_sent_later(world):  # noqa: F811
    page, at = begin(world)
    page.wait_for_timeout(500)  # the next tasks are here
    page.context.set_offline(True)
    pull(page, at, (20, 20), (80, 80)); page.get_by_label("pose").select_option("sits")
    status(page, "Saved here, offline")
    page.locator("canvas.live").focus(); page.keyboard.press("Control+Enter")
    status(page, "Offline: 1 waiting"); ready(page)
    at = place(page); pull(page, at, (30, 30), (90, 90)); page.get_by_label("pose").select_option("lies")
    page.locator("canvas.live").focus(); page.keyboard.press("Control+Enter"); status(page, "Offline: 2 waiting")
    world.shot(page, "hand-offline")
    page.context.set_offline(False)
    world.sent_answers(page, world.images, 2)
    status(page, "Saved")
    page.keyboard.press("Control+k"); page.get_by_role("searchbox").fill("receipts"); page.keyboard.press("Enter")
    page.get_by_role("heading", name="Receipts").wait_for()
    sent = {a["answer_id"] for a in world.answers(world.images)}
    assert sent and all(page.get_by_role("dialog").get_by_text(one).count() == 1 for one in sent)


def test_an_ended_sign_in_is_renewed_in_place(world):  # noqa: F811
    page, at = begin(world)
    pull(page, at, (20, 20), (80, 80)); page.get_by_label("pose").select_option("sits")
    page.context.clear_cookies()
    page.locator("canvas.live").focus(); page.keyboard.press("Control+Enter")
    page.get_by_text("Your sign-in has ended").wait_for()
    page.get_by_label("Email").fill("me@x.org"); page.get_by_label("Password").fill(PASSWORD); page.keyboard.press("Enter")
    assert near(world.sent_answers(page, world.images)[0]["annotations"][0]["box"], (20, 20, 60, 60))


def test_everything_is_found_by_typing_and_keys_can_be_changed(world):  # noqa: F811
    page, at = begin(world)
    pull(page, at, (20, 20), (80, 80))
    page.keyboard.press("Control+k"); page.get_by_role("searchbox").fill("dupl"); page.keyboard.press("Enter")
    page.locator(".object").nth(1).wait_for()
    page.keyboard.press("?"); page.get_by_role("searchbox").fill("duplicate")
    change = page.get_by_role("button", name="Change the key of “Duplicate the object”")
    change.click(); page.keyboard.press("z"); page.get_by_text("Duplicate the object: Z").wait_for()
    change.click(); page.keyboard.press("Delete"); page.get_by_text("Delete is taken by").wait_for()
    world.shot(page, "hand-palette")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    assert [v["id"] for v in axe.run(page).response["violations"]] == []
    page.keyboard.press("Escape")
    page.locator("canvas.live").focus(); page.keyboard.press("z"); assert objects(page) == 3
    page.reload(); ready(page); page.locator("canvas.live").focus(); page.keyboard.press("Tab"); page.keyboard.press("z"); page.locator(".object").nth(3).wait_for()
    page.keyboard.press("Control+k"); page.get_by_role("searchbox").fill("duplicate"); page.get_by_role("button", name="As usual").click(); page.keyboard.press("Escape")
    page.locator("canvas.live").focus(); page.keyboard.press("z"); assert objects(page) == 4
    page.keyboard.press("Control+d"); assert objects(page) == 5
    assert page.problems == []


def test_an_hour_offline_loses_nothing(world):  # noqa: F811
    """The page's clock goes on by an hour without a network, and the server is killed and comes back when every lease has long run out;
    what was drawn is sent when both are back."""
    context = world.browser.new_context(viewport={"width": 1280, "height": 800}); page = world.page(context=context); page.clock.install()
    page.goto(world.assay.url); page.get_by_label("Email").fill("me@x.org"); page.get_by_label("Password").fill(PASSWORD); page.keyboard.press("Enter")
    page.get_by_role("heading", name="Work").wait_for(); open_project(page, "Pictures"); ready(page); page.clock.run_for(1000); page.wait_for_timeout(400)
    context.set_offline(True)
    at = place(page); pull(page, at, (20, 20), (80, 80)); page.get_by_label("pose").select_option("sits")
    page.clock.fast_forward("30:00"); pull(page, at, (120, 20), (180, 80)); page.get_by_label("pose").select_option("lies"); page.clock.fast_forward("30:00")
    page.locator("canvas.live").focus(); page.keyboard.press("Control+Enter"); page.clock.run_for(500); status(page, "Offline: 1 waiting")
    world.assay.kill()
    for vault in glob.glob(f"{world.assay.data}/**/*.sqlite", recursive=True):
        with sqlite3.connect(vault) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'leases'").fetchone(): database.execute("UPDATE leases SET deadline = deadline - 3600000")
    world.assay.start()
    states = lambda: [lease["state"] for lease in world.assay.send("GET", f"/api/work/{world.images}/leases", token=world.assay.signed_in("me@x.org"))[1]["leases"]]
    for _ in range(100):
        if states() == []: break
        time.sleep(0.1)
    assert states() == [], "they have run out"
    context.set_offline(False); page.clock.run_for(60_000)
    found = world.sent_answers(page, world.images)[0]["annotations"]
    assert [a["attributes"]["pose"] for a in found] == ["sits", "lies"]


def test_another_machine_goes_on_where_the_first_one_was_with_its_undo(world):  # noqa: F811
    page, at = begin(world)
    pull(page, at, (20, 20), (80, 80)); pull(page, at, (120, 20), (180, 80)); page.keyboard.press("Delete"); pull(page, at, (220, 20), (280, 90))
    status(page, "Saved"); page.wait_for_timeout(2500); status(page, "Saved")
    page.context.close()  # the first machine is gone, with its disk
    other, _ = begin(world)
    assert objects(other) == 2
    for left in (1, 2, 1, 0):
        other.locator("canvas.live").focus(); other.keyboard.press("Control+z"); other.wait_for_timeout(60)
        assert objects(other) == left
    other.keyboard.press("Control+Shift+z"); other.keyboard.press("Control+Shift+z"); other.wait_for_timeout(2600)
    assert objects(other) == 2 and other.problems == []


def test_edits_are_kept_in_order_once_and_never_mixed(world):  # noqa: F811
    send = world.assay.send; who = world.assay.signed_in("me@x.org")
    lease = send("POST", f"/api/work/{world.texts}/leases", {"count": 1}, who)[1]["leases"][0]["id"]
    path = f"/api/work/{world.texts}/leases/{lease}/edits"; held = lambda: send("GET", f"/api/work/{world.texts}/leases", token=who)[1]["leases"][0].get("edits")
    put = lambda first, *edits, **more: send("POST", path, {"first": first, "edits": [{"kind": k} for k in edits], **more}, who)
    assert put(0, "start", "a") == (200, {"next": 2}) and put(1, "a", "b") == (200, {"next": 3})
    assert put(4, "d")[0] == 409 and put(2, "x")[0] == 409 and put(-1, "x")[0] == 422
    world.assay.kill(); world.assay.start()
    assert held() == {"first": 0, "edits": [{"kind": "start"}, {"kind": "a"}, {"kind": "b"}]}
    assert put(7, "start", reset=True) == (200, {"next": 8}) and held() == {"first": 7, "edits": [{"kind": "start"}]}
    assert put(5, "x")[0] == 409 and put(8, *["e"] * 4_999)[0] == 200 and put(5_007, "e")[0] == 413
    assert put(1, *["x" * 2_000_000] * 3, reset=True)[0] == 200 and [put(4 + 3 * i, *["x" * 2_000_000] * 3)[0] for i in range(2)] == [200, 413]
    assert send("PUT", path.replace("/edits", "/draft"), {"annotations": []}, who)[0] == 204 and held() is None
    put(0, "start")
    assert send("POST", path.replace("/edits", "/answer"), {"annotations": [{"class": "mood", "option": "good"}]}, who)[0] == 200
    assert put(1, "a")[0] == 409

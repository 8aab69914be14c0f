"""The workbench in a real browser, by mouse and keyboard."""
import json, os, shutil, zlib, struct
import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SHOTS = os.environ.get("ASSAY_SHOTS")
pytestmark = pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="chromium is not installed")
from conftest import PASSWORD


def png(width=400, height=300, color=(120, 160, 200), rows=None):
    """An image of one colour, or of these rows of pixels."""
    rows = b"".join(b"\0" + row for row in rows or [bytes(color) * width] * height)
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


class World:
    """A client with a text and an image project, and a page signed in."""
    def __init__(self, assay, browser):
        self.assay, self.browser = assay, browser
        self.key = assay.client(); assay.user("me@x.org"); assay.worker("w@x.org"); assay.start()
        self.texts = assay.project(self.key, name="Moods", ontology={"classes": [
            {"name": "mood", "kind": "category", "options": ["good", "bad", "mixed"], "required": True},
            {"name": "topics", "kind": "multiLabel", "options": ["food", "people", "price"]},
            {"name": "strength", "kind": "rating", "min": -4, "max": 4},
            {"name": "note", "kind": "text", "maxLength": 200}]})
        assay.load(self.key, self.texts, [{"text": f"The soup was number {i}. שלום"} for i in range(6)])
        self.images = assay.project(self.key, name="Pictures", ontology={"classes": [
            {"name": "cat", "kind": "box", "attributes": [{"name": "pose", "kind": "category", "options": ["sits", "lies"], "required": True}]},
            {"name": "dog", "kind": "box"}]})
        ids = [assay.upload(self.key, png(color=(60 + 40 * i, 140, 160))) for i in range(4)]
        assay.load(self.key, self.images, [{"image": i} for i in ids])

    def page(self, width=1280, height=800, scheme="light", context=None):
        context = context or self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        page.problems = []
        page.on("console", lambda m: page.problems.append(m.text) if m.type in ("error", "warning") and "401" not in m.text else None)
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        return page

    def signed_in(self, email="me@x.org", **options):
        page = self.page(**options)
        page.goto(self.assay.url)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Work").wait_for()
        return page

    def sent_answers(self, page, project, count=1):
        """What has come, once there are so many."""
        for _ in range(100):
            found = self.answers(project)
            if len(found) >= count: return found
            page.wait_for_timeout(100)
        raise AssertionError(f"{len(found)} answers came, not {count}")

    def answers(self, project):
        data = self.assay.export(self.key, project)
        tasks = [data] if isinstance(data, dict) else [json.loads(line) for line in data.split(b"\n") if line]
        return [answer for task in tasks for answer in task["answers"]]

    def shot(self, page, name):
        if SHOTS:
            os.makedirs(SHOTS, exist_ok=True); page.screenshot(path=os.path.join(SHOTS, name + ".png"))


@pytest.fixture
def world(assay, browser):
    return World(assay, browser)


def open_project(page, name):
    page.locator("article", has_text=name).get_by_role("link", name="Start labelling").click()


def ready(page): page.locator("image-editor[data-ready]").wait_for()


def drag(page, x1, y1, x2, y2):
    box = page.locator("canvas.live").bounding_box()
    page.mouse.move(box["x"] + x1, box["y"] + y1); page.mouse.down()
    page.mouse.move(box["x"] + (x1 + x2) / 2, box["y"] + (y1 + y2) / 2); page.mouse.move(box["x"] + x2, box["y"] + y2); page.mouse.up()


def test_a_wrong_password_is_refused_in_words(world):
    page = world.page(); page.goto(world.assay.url)
    page.get_by_label("Email").fill("me@x.org"); page.get_by_label("Password").fill("wrong-password"); page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    world.shot(page, "sign-in")


def test_text_tasks_are_answered_by_keyboard_alone(world):
    page = world.signed_in("w@x.org")
    open_project(page, "Moods")
    page.locator("form-editor[data-ready]").wait_for()
    playwright.expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    page.keyboard.press("2")
    playwright.expect(page.get_by_label("bad")).to_be_checked()
    page.keyboard.press("Control+z")
    playwright.expect(page.get_by_label("bad")).not_to_be_checked()
    page.keyboard.press("Control+Shift+z")
    playwright.expect(page.get_by_label("bad")).to_be_checked()
    page.get_by_label("price").check()
    page.locator("input[name=q3][value='-3']").locator("..").click()
    page.get_by_label("note (optional)").fill("salty")
    world.shot(page, "text-task")
    page.keyboard.press("Control+Enter")
    playwright.expect(page.locator(".text-task")).to_contain_text("number 1")
    playwright.expect(page.locator(".status")).to_have_text("Saved")
    page.keyboard.press("1"); page.keyboard.press("Enter")
    playwright.expect(page.locator(".text-task")).to_contain_text("number 2")
    page.keyboard.press("Control+Space")
    page.get_by_role("button", name="Instructions do not say").click()
    playwright.expect(page.locator(".text-task")).to_contain_text("number 3")
    playwright.expect(page.locator(".status")).to_have_text("Saved")
    answers = world.sent_answers(page, world.texts, 2)
    assert len(answers) == 2
    first = {a["class"]: a for a in answers[0]["annotations"]}
    assert first["mood"]["option"] == "bad" and first["topics"]["options"] == ["price"]
    assert first["strength"]["rating"] == -3 and first["note"]["text"] == "salty"
    assert 0 < answers[0]["active_seconds"] < 60
    assert page.problems == []


def test_boxes_are_drawn_changed_undone_and_sent(world):
    page = world.signed_in()
    open_project(page, "Pictures"); ready(page)
    frame = page.locator("canvas.live").bounding_box()
    cx, cy = frame["width"] / 2, frame["height"] / 2
    drag(page, cx - 100, cy - 80, cx - 20, cy + 10)
    playwright.expect(page.locator(".object")).to_have_count(1)
    playwright.expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    page.get_by_label("pose").select_option("lies")
    page.locator("canvas.live").focus()
    page.keyboard.press("2")
    playwright.expect(page.locator(".object")).to_contain_text("dog")
    page.keyboard.press("Control+z")
    playwright.expect(page.locator(".object")).to_contain_text("cat")
    page.keyboard.press("Escape"); page.keyboard.press("2")
    drag(page, cx + 20, cy - 60, cx + 120, cy + 60)
    playwright.expect(page.locator(".object")).to_have_count(2)
    page.keyboard.press("Control+d")
    playwright.expect(page.locator(".object")).to_have_count(3)
    page.keyboard.press("Delete")
    playwright.expect(page.locator(".object")).to_have_count(2)
    colors = page.evaluate("""() => { const c = document.querySelector('canvas.finished');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const s = new Set();
        for (let i = 0; i < d.length; i += 4) s.add(d[i] + ',' + d[i+1] + ',' + d[i+2]); return s.size; }""")
    assert colors > 4, "the canvas shows nothing"
    page.mouse.move(frame["x"] + cx, frame["y"] + cy); page.mouse.wheel(0, -400); page.keyboard.press("0")
    world.shot(page, "image-task")
    page.keyboard.press("Control+Enter")
    playwright.expect(page.locator(".object")).to_have_count(0)
    playwright.expect(page.locator(".status")).to_have_text("Saved")
    answer = world.answers(world.images)[0]["annotations"]
    assert [a["class"] for a in answer] == ["cat", "dog"]
    assert answer[0]["attributes"] == {"pose": "lies"}
    x, y, w, h = answer[1]["box"]
    assert 0 <= x and x + w <= 400 and 0 <= y and y + h <= 300 and w > 20 and h > 20
    assert page.problems == []


def test_a_closed_tab_loses_nothing(world):
    page = world.signed_in()
    open_project(page, "Pictures"); ready(page)
    frame = page.locator("canvas.live").bounding_box()
    page.keyboard.press("2")
    drag(page, frame["width"] / 2 - 90, frame["height"] / 2 - 50, frame["width"] / 2 + 30, frame["height"] / 2 + 40)
    playwright.expect(page.locator(".object")).to_have_count(1)
    context, url = page.context, page.url
    page.close(run_before_unload=False)
    again = world.page(context=context); again.goto(url); ready(again)
    playwright.expect(again.locator(".object")).to_have_count(1)
    playwright.expect(again.locator(".object")).to_contain_text("dog")


def test_answers_wait_while_the_server_is_away(world):
    page = world.signed_in("w@x.org")
    open_project(page, "Moods"); page.locator("form-editor[data-ready]").wait_for()
    page.wait_for_timeout(400)  # the next tasks are fetched in reserve
    world.assay.kill()
    page.keyboard.press("1"); page.keyboard.press("Control+Enter")
    playwright.expect(page.locator(".text-task")).to_contain_text("number 1")
    playwright.expect(page.locator(".status")).to_have_text("1 waiting")
    world.assay.start()
    playwright.expect(page.locator(".status")).to_have_text("Saved", timeout=20000)
    assert len(world.answers(world.texts)) == 1


def test_a_manager_sees_progress_and_agreement_and_takes_exports(world):
    world.assay.worker("w2@x.org")
    twice = world.assay.project(world.key, name="Twice", plan={"answers": {"min": 2, "max": 2}})
    world.assay.load(world.key, twice, [{"text": f"t{i}", "answers": [{"annotator": a, "annotations": [{"class": "mood", "option": "good" if (i + (a == "b" and i == 3)) % 2 else "bad"}]} for a in "ab"]} for i in range(8)])
    page = world.signed_in()
    page.get_by_role("link", name="Manage").click()
    page.get_by_role("link", name="Twice").click()
    playwright.expect(page.locator(".tiles")).to_contain_text("100 %")
    playwright.expect(page.locator(".bars")).to_contain_text("Krippendorff")
    page.get_by_role("button", name="CSV").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    assert "mood" in open(download.value.path()).read()
    world.shot(page, "manage")
    assert page.problems == []


def test_a_reviewer_accepts_and_sends_back(world):
    project = world.assay.project(world.key, name="Reviewed", plan={"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1, "maxReworks": 1}})
    world.assay.load(world.key, project, [{"text": "one", "answers": [{"annotations": [{"class": "mood", "option": "good"}]}]}, {"text": "two", "answers": [{"annotations": [{"class": "mood", "option": "good"}]}]}])
    page = world.signed_in()
    page.locator("article", has_text="Reviewed").get_by_role("link", name="Review").click()
    playwright.expect(page.get_by_label("good")).to_be_checked()
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Reason").fill("look again"); page.get_by_role("button", name="Send back").click()
    playwright.expect(page.locator(".text-task")).to_contain_text("two")
    page.keyboard.press("2")
    page.get_by_role("button", name="Fix and accept").click()
    playwright.expect(page.locator(".note")).to_be_visible()
    world.assay.send("GET", "/healthz")
    counts = world.assay.send("GET", f"/api/projects/{project}", token=world.key)[1]["counts"]
    assert counts["completed"] == 1 and counts["open"] == 1


def test_people_are_invited_join_and_get_a_role(world):
    page = world.signed_in()
    page.get_by_role("link", name="Team").click()
    page.get_by_role("button", name="Invite people").click()
    page.get_by_label("Addresses").fill("ada@x.org, bob@x.org"); page.get_by_role("dialog").get_by_role("combobox").select_option("reviewer")
    page.get_by_role("button", name="Make the links").click()
    link = page.get_by_label("Link for ada@x.org").input_value()
    page.get_by_role("button", name="Done").click()
    page.get_by_label("Role of bob@x.org").select_option("labeler"); page.wait_for_timeout(200)
    other = world.page(); other.goto(link)
    other.get_by_label("Password").fill("short"); other.keyboard.press("Enter")
    other.get_by_label("Password").fill(PASSWORD); other.keyboard.press("Enter")
    other.get_by_role("heading", name="Work").wait_for()
    assert other.get_by_role("link", name="Review").count() == 2
    used = world.page(); used.goto(link); used.get_by_text("has been used").wait_for()
    page.reload(); page.get_by_label("Role of ada@x.org").wait_for()
    assert page.get_by_label("Role of bob@x.org").input_value() == "labeler"
    page.get_by_role("row", name="bob@x.org").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_label("Role of bob@x.org").wait_for(state="detached")
    assert page.problems == [] and other.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_and_is_accessible(world, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = world.page(width=width, scheme=scheme); page.goto(world.assay.url)
    page.get_by_label("Email").wait_for()
    seen = [("sign-in", None)]
    page2 = world.signed_in(width=width, scheme=scheme)
    def check(p, name):
        p.wait_for_timeout(150)
        world.shot(p, f"{name}-{width}-{scheme}")
        violations = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(p).response["violations"]]
        assert violations == [], f"{name}: {violations}"
        assert p.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{name} is wider than the window"
    check(page, "sign-in"); check(page2, "queue")
    open_project(page2, "Moods"); page2.locator("form-editor[data-ready]").wait_for(); page2.keyboard.press("1"); check(page2, "text")
    page2.goto(world.assay.url + "/#/"); page2.get_by_role("heading", name="Work").wait_for()
    open_project(page2, "Pictures"); ready(page2)
    frame = page2.locator("canvas.live").bounding_box()
    drag(page2, frame["width"] * 0.3, frame["height"] * 0.4, frame["width"] * 0.6, frame["height"] * 0.6)
    check(page2, "image")
    page2.keyboard.press("?"); page2.get_by_role("heading", name="What can be done").wait_for(); check(page2, "help")
    page2.keyboard.press("Escape")
    page2.goto(world.assay.url + "/#/manage"); page2.get_by_role("link", name="Pictures").wait_for(); check(page2, "manage")
    page2.get_by_role("link", name="Moods").click(); page2.get_by_role("heading", name="Agreement").wait_for(); check(page2, "project")
    page2.goto(world.assay.url + "/#/team"); page2.get_by_label("Role of me@x.org").wait_for()
    page2.get_by_role("button", name="Invite people").click(); page2.get_by_label("Addresses").fill("ada@x.org"); check(page2, "invite")
    page2.get_by_role("button", name="Make the links").click(); link = page2.get_by_label("Link for ada@x.org").input_value(); check(page2, "links")
    page2.get_by_role("button", name="Done").click(); page2.get_by_label("Role of ada@x.org").wait_for(); check(page2, "team")
    joining = world.page(width=width, scheme=scheme); joining.goto(link); joining.get_by_label("Password").wait_for(); check(joining, "join")
    assert page2.problems == []

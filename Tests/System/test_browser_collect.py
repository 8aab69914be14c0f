"""Annotators contribute photographs, recordings and films; a manager collects them in a dataset."""
import io, urllib.request
import pytest

from test_browser import CHROMIUM, World, playwright, png, pytestmark, world  # noqa: F401
from test_browser_explore import axed, counted

ONTOLOGY = {"classes": [
    {"name": "photos", "kind": "files", "accepts": ["image"], "min": 1, "max": 3, "required": True},
    {"name": "voice", "kind": "files", "accepts": ["audio", "video"], "max": 2},
    {"name": "where", "kind": "category", "options": ["inside", "outside"]}]}


@pytest.fixture(scope="module")
def browser():
    """With a camera and a microphone of its own."""
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
        yield browser
        browser.close()


def photo(number=1, place=True):
    """A JPEG that says where it was taken, in its notes and beside them."""
    from PIL import Image
    image = Image.new("RGB", (640, 480), (40 * number % 256, 120, 160)); exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Leica", "Leica Q3", 6
    if place: exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    out = io.BytesIO(); image.save(out, "JPEG", exif=exif, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>exif:GPSLatitude=48,51.5N</x:xmpmeta>")
    return out.getvalue()


def opened(world, count=2, ontology=ONTOLOGY, plan=None, **look):  # noqa: F811
    project = world.assay.project(world.key, name="Streets", ontology=ontology, **({"plan": plan} if plan else {}))
    world.assay.load(world.key, project, [{"text": f"A street with number {n}"} for n in range(count)])
    page = world.signed_in("me@x.org", **look); page.goto(f"{world.assay.url}#/work/{project}"); page.locator("form-editor[data-ready]").wait_for()
    return page, project


def choose(page, question, *files):
    page.get_by_label(f"Choose files for {question}").set_input_files([{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files])


def content(world, id):  # noqa: F811
    request = urllib.request.Request(f"{world.assay.url}/api/assets/{id}/content", headers={"Authorization": f"Bearer {world.key}"})
    with urllib.request.urlopen(request) as response: return response.read()


def files(answer): return {a["class"]: a["files"] for a in answer["annotations"] if "files" in a}


def test_a_photo_is_sent_without_its_place_and_becomes_an_item(world):  # noqa: F811
    from PIL import Image
    page, project = opened(world)
    made = world.assay.send("POST", "/api/datasets", {"name": "Streets"}, world.key)[1]["id"]
    choose(page, "photos", ("street.jpg", photo())); page.locator(".contributed li").first.wait_for()
    playwright.expect(page.get_by_role("button", name="Submit")).to_be_enabled()
    page.locator("label.choice", has_text="outside").click(); page.keyboard.press("Control+Enter")
    [answer] = world.sent_answers(page, project)
    [id] = files(answer)["photos"]; data = content(world, id); image = Image.open(io.BytesIO(data)); image.load()
    exif = image.getexif(); assert exif[0x0110] == "Leica Q3" and exif[0x0112] == 6 and not exif.get_ifd(0x8825), dict(exif.get_ifd(0x8825))
    assert b"GPSLatitude" not in data and b"adobe:ns:meta" not in data
    page.goto(f"{world.assay.url}#/explore/{made}"); page.get_by_role("button", name="Add items").click(); page.locator("summary", has_text="From what annotators").click()
    page.locator("details[open] select").select_option(label="Streets"); page.get_by_role("button", name="Collect", exact=True).click(); page.locator("details[open] .source").get_by_text("1 item", exact=True).wait_for()
    assert axed(page) == []; world.shot(page, "collect-explore")
    page.get_by_role("button", name="Close", exact=True).click(); counted(page, 1)
    [item] = world.assay.send("GET", f"/api/datasets/{made}/items", token=world.key)[1]["items"]
    assert item["width"] == 480 and item["metadata"]["where"] == "outside" and item["metadata"]["camera"] == "Leica Q3" and "latitude" not in item["metadata"] and item["name"].endswith(f"/{id}.jpg"), item
    found = world.assay.send("GET", f"/api/datasets/{made}/items?query=where%20%3D%20outside", token=world.key)[1]
    assert len(found["items"]) == 1 and page.problems == []


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)])
def test_camera_and_microphone_are_used_from_the_page(world, scheme, width):  # noqa: F811
    page, project = opened(world, scheme=scheme, width=width)
    page.get_by_role("button", name="Take a photo").click(); page.get_by_role("button", name="Take it").wait_for(); page.wait_for_function("() => document.querySelector('.capture video').videoWidth > 0")
    assert axed(page) == []; world.shot(page, f"collect-camera-{scheme}-{width}"); page.get_by_role("button", name="Take it").click()
    page.locator(".contributed img").first.wait_for()
    page.get_by_role("button", name="Record", exact=True).click(); page.get_by_role("button", name="Begin").click(); page.wait_for_timeout(2300); page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Use it").wait_for(); assert axed(page) == []; world.shot(page, f"collect-recorded-{scheme}-{width}"); page.get_by_role("button", name="Use it").click()
    page.locator(".contributed audio").wait_for()
    page.get_by_role("button", name="Film", exact=True).click(); page.get_by_role("button", name="Begin").click(); page.wait_for_timeout(1500); page.get_by_role("button", name="Stop").click(); page.get_by_role("button", name="Use it").click()
    page.locator(".contributed video").wait_for(); page.wait_for_timeout(300)
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width; world.shot(page, f"collect-form-{scheme}-{width}")
    # What is there is heard, on a page that was loaded anew too.
    page.wait_for_timeout(1800); page.reload(); page.locator(".contributed audio").wait_for(); page.wait_for_function("() => document.querySelector('.contributed audio').readyState > 0")
    page.get_by_role("button", name="Submit").click(); [answer] = world.sent_answers(page, project)
    kinds = [world.assay.send("GET", f"/api/assets/{id}", token=world.key)[1]["type"] for list_ in files(answer).values() for id in list_]
    assert kinds == ["image/jpeg", "audio/webm", "video/webm"] and page.problems == []
    made = world.assay.send("POST", "/api/datasets", {"name": "Made"}, world.key)[1]["id"]; world.assay.send("POST", f"/api/datasets/{made}/collections", {"project": project}, world.key)
    items = world.assay.send("GET", f"/api/datasets/{made}/items", token=world.key)[1]["items"]
    assert [i["metadata"].get("media_type") for i in items] == [None, "audio/webm", "video/webm"] and all(1 < i["metadata"]["seconds"] < 6 for i in items[1:]), items
    page.goto(f"{world.assay.url}#/explore/{made}"); page.locator(".tile-media").first.click(); page.locator("audio.item-player").wait_for(); page.wait_for_function("() => document.querySelector('audio.item-player').readyState > 0")
    page.wait_for_timeout(300); assert axed(page) == []; world.shot(page, f"collect-item-{scheme}-{width}")


def test_a_file_goes_on_where_the_network_went_away_and_what_is_wrong_is_said(world):  # noqa: F811
    page, project = opened(world)
    choose(page, "photos", ("notes.txt", b"just a text, no photograph at all")); page.get_by_text("it is no kind of file that is known").wait_for(); assert axed(page) == []
    world.shot(page, "collect-refused"); page.get_by_role("button", name="Leave it").click()
    large = photo(2) + bytes(2_500_000) + b"\xff\xd9"; sent = []
    page.on("request", lambda request: sent.append(int(request.url.split("offset=")[1])) if "/content?offset=" in request.url else None)
    page.route("**/content?offset=1048576", lambda route: route.abort()); choose(page, "photos", ("large.jpg", large))
    while sent.count(1048576) < 2: page.wait_for_timeout(100)
    page.keyboard.press("Control+Enter"); assert world.answers(project) == []
    page.unroute("**/content?offset=1048576"); page.locator(".contributed li").wait_for(timeout=60_000)
    assert sent.count(0) == 1 and sent[-1] == 2097152
    choose(page, "photos", ("a.png", png(30, 30, (1, 2, 3))), ("b.png", png(30, 30, (4, 5, 6))), ("c.png", png(30, 30, (7, 8, 9)))); page.get_by_text("There may be 3 files at most").wait_for()
    playwright.expect(page.locator(".contributed li")).to_have_count(3); assert page.locator("label.file-chooser").first.is_hidden()
    page.get_by_role("button", name="Remove a.png").click(); playwright.expect(page.locator(".contributed li")).to_have_count(2); page.keyboard.press("Control+z"); playwright.expect(page.locator(".contributed li")).to_have_count(3)
    page.get_by_role("button", name="Remove b.png").click(); page.get_by_role("button", name="Submit").click()
    [answer] = world.sent_answers(page, project); assert len(files(answer)["photos"]) == 2
    # The next task: what was sent before is told apart from what is new.
    page.get_by_text("number 1").wait_for(); choose(page, "photos", ("again.png", png(30, 30, (1, 2, 3)))); page.get_by_text("was contributed to this project already").wait_for()


def test_a_reviewer_sees_what_was_contributed_and_takes_out_what_is_not_right(world):  # noqa: F811
    plan = {"answers": {"min": 1, "max": 1}, "review": {"sampleRate": 1, "maxReworks": 1}}
    page, project = opened(world, 1, {"classes": ONTOLOGY["classes"][:1]}, plan)
    choose(page, "photos", ("right.jpg", photo(3)), ("wrong.jpg", photo(4))); playwright.expect(page.locator(".contributed img")).to_have_count(2); page.get_by_role("button", name="Submit").click(); world.sent_answers(page, project)
    world.assay.user("boss@x.org"); reviewer = world.signed_in("boss@x.org"); reviewer.goto(f"{world.assay.url}#/review/{project}"); playwright.expect(reviewer.locator(".contributed img")).to_have_count(2)
    reviewer.wait_for_function("() => [...document.querySelectorAll('.contributed img')].every((image) => image.naturalWidth === 480)")
    assert axed(reviewer) == []; world.shot(reviewer, "collect-review")
    reviewer.get_by_role("button", name="Remove wrong.jpg").click(); reviewer.get_by_role("button", name="Fix and accept").click(); reviewer.wait_for_timeout(800)
    made = world.assay.send("POST", "/api/datasets", {"name": "Right"}, world.key)[1]["id"]; world.assay.send("POST", f"/api/datasets/{made}/collections", {"project": project}, world.key)
    assert len(world.assay.send("GET", f"/api/datasets/{made}/items", token=world.key)[1]["items"]) == 1


def test_a_manager_makes_a_project_that_collects(world):  # noqa: F811
    page = world.signed_in(); page.goto(f"{world.assay.url}#/manage"); page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Voices"); page.get_by_label("Begin with").select_option(label="Recordings contributed"); page.get_by_role("button", name="Make it and build its ontology").click()
    page.locator("fieldset", has_text="What may be sent").wait_for(); page.get_by_label("Photos").check(); page.wait_for_timeout(300)
    # By keyboard: the form is made anew behind the tab key, and what was in a field is still what is replaced.
    page.get_by_label("Files at least").click(click_count=3); page.keyboard.type("2"); page.keyboard.press("Tab"); page.wait_for_timeout(300); page.keyboard.type("4"); page.keyboard.press("Tab"); page.wait_for_timeout(1500)
    playwright.expect(page.get_by_label("Files at least")).to_have_value("2")
    page.get_by_label("Files at least").fill("1"); page.keyboard.press("Tab"); page.wait_for_timeout(1500); page.locator("h1.task-title:not(:empty)").wait_for()
    assert axed(page) == []; world.shot(page, "collect-ontology")
    page.keyboard.press("Control+s"); page.get_by_role("button", name="Save, labels go along").click(); page.get_by_text("is saved.").first.wait_for()
    [project] = [p for p in world.assay.send("GET", "/api/projects", token=world.key)[1]["items"] if p["name"] == "Voices"]
    [question] = world.assay.send("GET", f"/api/projects/{project['id']}", token=world.key)[1]["ontology"]["classes"]
    assert question["accepts"] == ["image", "audio"] and question["max"] == 4, question

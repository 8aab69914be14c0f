"""From the scaleapi client through the workbench and back: what a client that moves does first."""
import glob, io, json, os
import pytest

scaleapi = pytest.importorskip("scaleapi")
from scaleapi.tasks import TaskType
from conftest import ROOT, Assay
from test_browser import World, browser, drag, open_project, playwright, pytestmark, ready  # noqa: F401
from test_scale import Listener, wait

GEOMETRIES = {"box": {"objects_to_annotate": ["thing", "animal"]}}
ATTRIBUTES = {"state": {"type": "category", "description": "How is it?", "choices": ["new", "old"]}}


def photographs():
    from PIL import Image
    found = sorted(glob.glob(os.path.join(ROOT, ".build/demo-data/images/*.png")))[:2]
    for path in found or [None, None]:
        data = io.BytesIO()
        (Image.open(path).convert("RGB") if path else Image.effect_mandelbrot((320, 240), (-2, -1, 1, 1), 50).convert("RGB")).save(data, "JPEG")
        data.seek(0)
        yield data


class Journey(World):
    def __init__(self, assay, browser):
        self.assay, self.browser = assay, browser
        self.key = assay.client(); assay.user("me@x.org"); assay.worker("ann@x.org"); assay.worker("bob@x.org"); assay.start()


@pytest.fixture
def journey(tmp_path, browser):  # noqa: F811
    assay = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8")
    yield Journey(assay, browser)
    assay.stop()


def simulate(assay, project, email, boxes):
    """A worker over HTTP who draws the same on every task."""
    token = assay.signed_in(email)
    while True:
        _, leased = assay.send("POST", f"/api/work/{project}/leases", {}, token)
        if not leased.get("leases"): return
        lease = leased["leases"][0]
        status, answer = assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": boxes, "active_seconds": 3}, token)
        assert status == 200, answer


def test_from_the_client_through_the_workbench_and_back(journey):
    assay, listener = journey.assay, Listener()
    client = scaleapi.ScaleClient(journey.key, api_instance_url=f"{assay.url}/v1")
    client.create_project("Photos", TaskType.ImageAnnotation, {"instruction": "Draw every thing.", "pipeline": "consensus_task", "geometries": GEOMETRIES, "annotation_attributes": ATTRIBUTES})
    client.create_batch("Photos", "Photos 1", metadata={"round": 1})
    files = [client.upload_file(data, project_name="Photos", display_name="photo") for data in photographs()]
    tasks = [client.create_task(TaskType.ImageAnnotation, project="Photos", batch="Photos 1", attachment_type="image", attachment=f.attachment_url,
                                callback_url=f"{listener.url}/done", unique_id=f"photo-{i}", metadata={"n": i}) for i, f in enumerate(files)]
    project = [p for p in assay.send("GET", "/api/projects", token=journey.key)[1]["items"] if p["name"] == "Photos"][0]
    page = journey.signed_in()
    open_project(page, "Photos")
    for _ in tasks:
        ready(page)
        frame = page.locator("canvas.live").bounding_box()
        cx, cy = frame["width"] / 2, frame["height"] / 2
        drag(page, cx - 60, cy - 60, cx + 60, cy + 60)
        page.get_by_label("state").select_option("old")
        journey.shot(page, "scale-task")
        page.keyboard.press("Control+Enter")
        playwright.expect(page.locator(".object")).to_have_count(0)
        playwright.expect(page.locator(".status")).to_have_text("Saved")
    assert page.problems == []
    first = json.loads(assay.export(journey.key, project["id"]).split(b"\n")[0])["answers"][0]["annotations"]
    for email in ("ann@x.org", "bob@x.org"): simulate(assay, project["id"], email, first)
    done = [client.get_task(t.id) for t in tasks]
    assert [t.status for t in done] == ["completed"] * 2 and client.batch_status("Photos 1") == {"status": "completed", "completed": 2}
    box = done[0].response["annotations"][0]
    assert box["label"] == "thing" and box["attributes"] == {"state": "old"} and box["width"] > 20
    for task in done:
        _, key, body = listener.of(task.id)[0]
        assert key == assay.send("GET", "/api/callbacks/key", token=journey.key)[1]["key"] and body["response"] == task.response
    wait(lambda: all(getattr(client.get_task(t.id), "callback_succeeded", False) for t in tasks))
    coco = assay.export(journey.key, project["id"], "coco")
    said = sorted((round(b["left"], 2), round(b["top"], 2), round(b["width"], 2), round(b["height"], 2)) for t in done for b in t.response["annotations"])
    assert said == sorted(tuple(round(n, 2) for n in a["bbox"]) for a in coco["annotations"]) and len(coco["images"]) == 2
    assert {c["name"] for c in coco["categories"]} >= {"thing"}
    listener.server.shutdown()


def test_what_a_task_is_about_is_shown_beside_its_questions(journey):
    client = scaleapi.ScaleClient(journey.key, api_instance_url=f"{journey.assay.url}/v1")
    client.create_project("Compare", TaskType.Comparison, {})
    urls = [client.upload_file(data).attachment_url for data in photographs()]
    client.create_task(TaskType.Comparison, project="Compare", attachments=urls, attachment_type="image", instruction="Which is sharper?", choices=["first", "second"])
    client.create_project("Read", TaskType.TextCollection, {})
    fields = [{"type": "category", "field_id": "q1", "title": "Is it good?", "choices": [{"label": "Very good", "value": "1"}, {"label": "Poor", "value": "2"}]},
              {"type": "text", "field_id": "why", "required": True}]
    made = client.create_task(TaskType.TextCollection, project="Read", title="A reply", attachments=[{"type": "text", "content": "The reply itself"}, {"type": "website", "content": "https://example.org/a"}], fields=fields)
    client.create_project("Talk", TaskType.Chat, {})
    client.create_task(TaskType.Chat, project="Talk", template_variables={"prompt": "Explain it to a child."})
    page = journey.signed_in("ann@x.org")
    open_project(page, "Compare"); page.get_by_role("img", name="Picture 2").wait_for()
    assert page.get_by_role("img", name="Picture 1").evaluate("(i) => i.decode().then(() => i.naturalWidth)") > 0
    page.keyboard.press("2"); journey.shot(page, "comparison"); page.keyboard.press("Enter")
    page.get_by_role("heading", name="All done").wait_for(); page.goto(journey.assay.url + "/#/")
    open_project(page, "Read"); page.get_by_text("The reply itself").wait_for()
    assert page.get_by_role("heading", name="A reply").count() == 1 and page.get_by_role("link", name="https://example.org/a").count() == 1
    assert page.get_by_role("group", name="Is it good?").count() == 1 and page.get_by_text("Very good").count() == 1; journey.shot(page, "textcollection")
    page.keyboard.press("1"); assert page.get_by_role("button", name="Submit").is_disabled()
    page.locator("textarea").fill("Because."); page.keyboard.press("Control+Enter"); page.get_by_role("heading", name="All done").wait_for()
    said = client.get_task(made.id).response["annotations"]
    assert said["why"]["response"] == [["Because."]] and said["q1"] == {"type": "category", "field_id": "q1", "response": [["1"]]}
    page.goto(journey.assay.url + "/#/"); open_project(page, "Talk"); page.get_by_text("Explain it to a child.").wait_for()
    assert page.problems == []

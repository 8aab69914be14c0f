"""A manager drops a labelled folder into a dataset, over a network that goes away, and gathers a web server's folder."""
import base64, functools, http.server, io, json, threading, zipfile
import pytest

from conftest import Assay
from test_browser import World, browser, playwright, png, world  # noqa: F401
from test_browser_explore import axed, counted

DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, text] of Object.entries(files)) data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { lastModified: 1 }));
  const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(".drop").dispatchEvent(event);
}"""


def opened(world, scheme="light", width=1280, **more):  # noqa: F811
    made = world.assay.send("POST", "/api/datasets", {"name": "Dropped"}, world.key)[1]["id"]
    page = world.signed_in(scheme=scheme, width=width, **more)
    page.goto(f"{world.assay.url}#/explore/{made}"); page.get_by_role("button", name="Add items").click(); page.get_by_text("Drop images or a labelled set here").wait_for()
    return page, made


def yolo(count, size=0):
    names = {"data.yaml": b"names: [car, dog]\n"}
    for n in range(count):
        names[f"straße {n} with a name that is rather long, so that it needs a record of its own in the archive ü.png"] = png(40, 20) + bytes(size)
        names[f"straße {n} with a name that is rather long, so that it needs a record of its own in the archive ü.txt"] = f"{n % 2} 0.5 0.5 0.25 0.5\n".encode()
    return {name: base64.b64encode(data).decode() for name, data in names.items()}


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)])
def test_a_labelled_folder_is_dropped_as_it_is(world, scheme, width):  # noqa: F811
    page, dataset = opened(world, scheme, width)
    page.locator("summary", has_text="From a bucket").click(); page.wait_for_timeout(300); world.shot(page, f"gather-dialog-{scheme}-{width}")
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(DROP, yolo(6)); counted(page, 6)
    items = world.assay.send("GET", f"/api/datasets/{dataset}/items?sets=truth", token=world.key)[1]["items"]
    assert all(i["has_image"] and [l["class"] for l in i["labels"]["truth"]["labels"]] in (["car"], ["dog"]) for i in items), items[0]
    assert items[0]["name"].startswith("straße 0") and page.problems == []


def test_an_archive_beside_other_files_is_a_set_of_its_own(world):  # noqa: F811
    page, _ = opened(world); packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(2): archive.writestr(f"in {n}.png", png(9, 5 + n))
    page.evaluate(DROP, {name: base64.b64encode(data).decode() for name, data in (("p.zip", packed.getvalue()), ("beside.png", png(7, 7)))})
    counted(page, 3); assert page.problems == []


def test_a_set_is_read_in_the_format_that_is_chosen(world):  # noqa: F811
    page, dataset = opened(world)
    page.get_by_label("Format of a set").select_option("yolo-segment"); page.evaluate(DROP, yolo(2)); counted(page, 2)
    read = world.assay.send("GET", f"/api/datasets/{dataset}/uploads", token=world.key)[1]["items"]
    assert [one["report"]["format"] for one in read] == ["yolo-segment"] and page.problems == []


def test_the_dialog_is_there_at_once_on_a_network_that_is_slow(world):  # noqa: F811
    dataset = world.assay.send("POST", "/api/datasets", {"name": "Slow"}, world.key)[1]["id"]
    page = world.signed_in(); page.route("**/api/formats*", lambda route: route.abort()); page.goto(f"{world.assay.url}#/explore/{dataset}")
    page.get_by_role("button", name="Add items").click(); assert page.locator(".drop").is_visible()
    page.evaluate(DROP, yolo(2)); counted(page, 2)


def test_a_set_goes_on_after_the_network_was_away_and_after_the_tab_was_closed(world):  # noqa: F811
    page, dataset = opened(world)
    files = yolo(4, 3_000_000)
    sent = []
    page.on("request", lambda request: sent.append(int(request.url.split("offset=")[1])) if "/content?offset=" in request.url else None)
    page.route("**/uploads/*/content?offset=8388608", lambda route: route.abort())
    page.evaluate(DROP, files); page.wait_for_function("() => document.querySelector('.meter[role=progressbar]').getAttribute('aria-valuenow') > 50"); world.shot(page, "gather-sending")
    while sent.count(8388608) < 2: page.wait_for_timeout(100)
    page.locator(".upload-state", has_text="The server cannot be reached").wait_for()
    page.unroute("**/uploads/*/content?offset=8388608"); counted(page, 4)
    assert sent[:2] == [0, 4194304] and sent.count(0) == 1
    # Another day, another tab: what had come before stays.
    page.get_by_role("button", name="Add items").click(); page.route("**/uploads/*/content?offset=4194304", lambda route: route.abort())
    more = {name.replace("straße", "weg"): data for name, data in files.items()}
    page.evaluate(DROP, more); page.wait_for_timeout(800); page.reload(); sent.clear(); page.unroute("**/uploads/*/content?offset=4194304")
    page.get_by_role("button", name="Add items").click(); page.get_by_text("Drop images or a labelled set here").wait_for(); page.evaluate(DROP, more); counted(page, 8)
    assert sent[0] == 4194304


def test_results_of_coco_are_predictions_beside_their_annotation_file(world):  # noqa: F811
    page, dataset = opened(world)
    truth = {"categories": [{"id": 3, "name": "c"}], "images": [{"id": 7, "file_name": "a.png", "width": 64, "height": 48}], "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [0, 0, 9, 9]}]}
    results = [{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]
    files = {f"set/{name}": base64.b64encode(data).decode() for name, data in [("instances.json", json.dumps(truth).encode()), ("a.png", png(64, 48)), ("yolo.json", json.dumps(results).encode())]}
    page.evaluate(DROP, files); counted(page, 1)
    page.get_by_role("button", name="Add items").click(); page.get_by_label("Labels go to").fill("yolo"); page.get_by_label("Format of a set").select_option(label="COCO results"); page.evaluate(DROP, files)
    page.get_by_label("yolo", exact=True).wait_for()
    [item] = world.assay.send("GET", f"/api/datasets/{dataset}/items?sets=truth,yolo", token=world.key)[1]["items"]
    assert [(name, [label["box"] for label in one["labels"]]) for name, one in sorted(item["labels"].items())] == [("truth", [[0, 0, 9, 9]]), ("yolo", [[1, 2, 3, 4]])]


def test_predictions_go_where_they_are_told_and_what_is_wrong_is_said(world):  # noqa: F811
    page, dataset = opened(world)
    page.evaluate(DROP, yolo(3)); counted(page, 3)
    page.get_by_role("button", name="Add items").click(); page.get_by_label("Labels go to").fill("no spaces"); page.evaluate(DROP, {"x.zip": base64.b64encode(b"PK").decode()}); page.wait_for_timeout(300)
    assert page.locator(".drop").is_visible()
    name = next(name for name in yolo(1) if name.endswith("png"))
    found = {"images": [{"id": 1, "file_name": name, "width": 40, "height": 20}], "categories": [{"id": 1, "name": "car"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5, "area": 25, "iscrowd": 0}, {"id": 2, "image_id": 9, "category_id": 1, "bbox": [1, 1, 5, 5]}]}
    page.get_by_label("Labels go to").fill("yolo"); page.evaluate(DROP, {"found.json": base64.b64encode(json.dumps(found).encode()).decode()})
    page.get_by_text("found.json, ").first.wait_for(); world.shot(page, "gather-problems"); assert axed(page) == []
    page.get_by_role("button", name="Close", exact=True).click(); page.get_by_label("yolo", exact=True).wait_for()
    page.get_by_role("button", name="Add items").click(); page.evaluate(DROP, {"cut.zip": base64.b64encode(b"PK\x03\x04 and no more").decode()}); page.get_by_text("no archive that can be read").wait_for()


def test_a_web_servers_folder_is_gathered(browser, tmp_path):  # noqa: F811
    root = tmp_path / "web" / "set"; root.mkdir(parents=True)
    for n in range(5): (root / f"{n}.png").write_bytes(png(30 + n, 20))
    (root / "bad.png").write_bytes(b"no image"); (root / "other.bin").write_bytes(b"x")
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(tmp_path / "web"))); threading.Thread(target=server.serve_forever, daemon=True).start()
    world = World(Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8"), browser)
    try:
        page, dataset = opened(world)
        page.locator("summary", has_text="From a bucket").click()
        page.get_by_label("Address").fill(f"http://127.0.0.1:{server.server_port}/set/"); page.get_by_label("Bring the files here").check(); page.get_by_role("button", name="Gather").click()
        page.get_by_text("7 listed, 5 added, 0 changed, 1 of other kinds, 1 failed").wait_for(); page.locator("summary", has_text="What failed").click()
        world.shot(page, "gather-source"); assert axed(page) == []
        page.get_by_label("Address").fill("s3://x"); page.get_by_role("button", name="Gather").click(); page.get_by_text("must name a bucket").wait_for()
        # Seen above the dialog, whatever is open.
        assert page.get_by_role("alert").filter(has_text="must name a bucket").evaluate("(e) => { const r = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); }")
        page.get_by_role("button", name="Forget http").click(); page.get_by_text("7 listed").wait_for(state="detached")
        page.get_by_role("button", name="Close", exact=True).click(); counted(page, 5)
    finally:
        world.assay.stop(); server.shutdown()


def test_the_progress_of_a_gather_goes_on_after_the_server_was_away(browser, tmp_path):  # noqa: F811
    root = tmp_path / "web" / "set"; root.mkdir(parents=True); (root / "a.png").write_bytes(png(30, 20)); go = threading.Event()

    class Slow(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_): pass

        def do_GET(self):
            if self.path.endswith(".png"): go.wait(60)
            super().do_GET()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Slow, directory=str(tmp_path / "web"))); threading.Thread(target=server.serve_forever, daemon=True).start()
    world = World(Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8"), browser)
    try:
        page, dataset = opened(world)
        page.locator("summary", has_text="From a bucket").click(); page.get_by_label("Address").fill(f"http://127.0.0.1:{server.server_port}/set/"); page.get_by_label("Bring the files here").check()
        page.get_by_role("button", name="Gather").click(); page.locator(".badge", has_text="running").wait_for()
        page.route("**/sources", lambda route: route.abort()); page.get_by_role("alert").filter(has_text="The server cannot be reached").wait_for(); world.shot(page, "gather-away")
        go.set(); page.unroute("**/sources"); page.get_by_text("1 listed, 1 added").wait_for(); page.get_by_role("alert").filter(has_text="The server cannot be reached").wait_for(state="detached")
        page.get_by_role("button", name="Close", exact=True).click(); counted(page, 1)
    finally:
        go.set(); world.assay.stop(); server.shutdown()

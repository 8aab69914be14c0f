"""Labelled sets sent part by part, as a browser sends them: any format, cut off and gone on with, read by a process
of its own."""
import io, json, os, random, tarfile, time, zipfile
import pytest

from test_browser import png


def coco(count=30):
    chance = random.Random(1)
    return {"images": [{"id": i, "file_name": f"{i:03}.png", "width": 20, "height": 10} for i in range(count)],
            "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}],
            "annotations": [{"id": i, "image_id": i % count, "category_id": 1 + i % 2, "bbox": [chance.randrange(9), 2, 5, 4], "area": 20, "iscrowd": 0} for i in range(3 * count)]}


def zipped(truth, extra=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("set/annotations.json", json.dumps(truth))
        for i, image in enumerate(truth["images"]): z.writestr(f"set/images/{image['file_name']}", png(20, 10) + i.to_bytes(2, "big"))
        for name, data in extra: z.writestr(name, data)
    return out.getvalue()


class Lab:
    def __init__(self, assay):
        self.assay, self.key = assay, assay.client()
        assay.start()
        self.id = self.call("POST", "/api/datasets", {"name": "D"})["id"]
        self.path = f"/api/datasets/{self.id}/uploads"

    def call(self, method, path, body=None, status=None, headers=None):
        code, answer = self.assay.send(method, path, body, self.key, headers)
        assert code == status if status else code < 300, (code, answer)
        return answer

    def begin(self, name, size, **more): return self.call("POST", self.path, {"name": name, "size": size, **more}, 201)

    def put(self, upload, data, offset, status=200):
        return self.call("PUT", f"{self.path}/{upload['id']}/content?offset={offset}", data, status, {"Content-Type": "application/octet-stream"})

    def send(self, name, data, part=50_000, **more):
        upload = self.begin(name, len(data), **more)
        for start in range(0, len(data), part): self.put(upload, data[start:start + part], start)
        return self.ended(upload)

    def ended(self, upload):
        while True:
            now = self.call("GET", f"{self.path}/{upload['id']}")
            if now["state"] in ("completed", "failed"): return now
            time.sleep(0.05)

    def items(self, query="", **more):
        return self.call("GET", f"/api/datasets/{self.id}/items?limit=500&sets=truth&query={query}")


@pytest.fixture
def lab(assay): return Lab(assay)


def test_an_archive_is_read_with_its_images_and_labels(lab):
    done = lab.send("cars.zip", zipped(coco()))
    report = done["report"]
    assert (done["state"], report["format"], report["created"], report["labelled"]) == ("completed", "coco", 30, 30), done
    page = lab.items()
    assert page["count"] == 30 and all(i["has_image"] and len(i["labels"]["truth"]["labels"]) == 3 for i in page["items"])
    assert lab.assay.send("GET", f"/api/datasets/{lab.id}/items/4/image", token=lab.key)[1].startswith(png(20, 10))
    again = lab.send("cars.zip", zipped(coco()))["report"]
    assert (again["created"], again["updated"]) == (0, 0)
    blobs = sum(len(files) for _, _, files in os.walk(os.path.join(lab.assay.data, "vaults")))
    assert blobs < 40, "parts are thrown away once they are read"
    assert not os.listdir(os.path.join(lab.assay.data, "spool"))


def test_images_that_are_not_there_are_counted(lab):
    truth = coco(3); whole = zipped(truth)
    truth["images"] += [{"id": 7 + n, "file_name": f"gone {n}.png", "width": 20, "height": 10} for n in range(2)]
    with zipfile.ZipFile(io.BytesIO(whole)) as old: images = [(name, old.read(name)) for name in old.namelist() if name.endswith("png")]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("set/annotations.json", json.dumps(truth))
        for name, data in images: new.writestr(name, data)
    report = lab.send("set.zip", out.getvalue())["report"]
    assert report["created"] == 5 and report["losses"] == [{"what": "images that are not there", "count": 2}], report
    # Of predictions none are wanted.
    report = lab.send("set.json", json.dumps(truth).encode(), set="model")["report"]
    assert report["labelled"] == 5 and report["losses"] == [] and report["problems"] == [], report


def test_predictions_go_to_a_set_of_their_own(lab):
    lab.send("cars.zip", zipped(coco()))
    truth = coco(); truth["annotations"] = [dict(a, score=0.5) for a in truth["annotations"][:10]]
    done = lab.send("found.json", json.dumps(truth).encode(), set="yolo")
    assert (done["state"], done["report"]["created"]) == ("completed", 0), done
    assert [s["items"] for s in lab.call("GET", f"/api/datasets/{lab.id}")["sets"] if s["name"] == "yolo"] == [30]


def test_a_folder_without_labels_is_its_images_and_texts(lab):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in [("trip/a.png", png(3, 3)), ("trip/notes.txt", b"see ada@example.org"), ("trip/._a.png", b"x"), ("trip/bad.png", b"no image")]:
            info = tarfile.TarInfo(name); info.size = len(data); tar.addfile(info, io.BytesIO(data))
    done = lab.send("trip.tar.gz", out.getvalue())
    assert done["report"]["format"] == "files" and done["report"]["created"] == 2, done
    # An image that is refused makes no item.
    assert done["report"]["refused"] == 1 and done["report"]["problems"][0]["place"] == "trip/bad.png"
    assert lab.items("personal_data%20=%20email")["count"] == 1


def test_a_set_that_says_another_size_than_its_image_has_is_told(lab):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("images/a.png", png(8, 6))
        packed.writestr("set.json", json.dumps({"images": [{"id": 1, "file_name": "a.png", "width": 80, "height": 60}], "categories": [{"id": 1, "name": "car"}],
                                                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [70, 50, 30, 5]}]}))
    done = lab.send("set.zip", out.getvalue()); told = {p["place"]: p["reason"] for p in done["report"]["problems"]}
    assert done["report"]["created"] == 1 and told["a.png"] == "the set says it has 80 × 60 pixels, and it has 8 × 6", done
    assert told["a.png, label 1, car"].startswith("it reaches beyond its image: x 70…100, y 50…55 of 80 × 60")


def test_what_was_cut_off_goes_on_where_it_ended(lab):
    data = zipped(coco(60))
    upload = lab.begin("cars.zip", len(data))
    lab.put(upload, data[:5_000], 0)
    lab.assay.kill(); lab.assay.start()
    known = [u for u in lab.call("GET", lab.path)["items"] if u["state"] == "receiving"]
    assert [(u["name"], u["received"]) for u in known] == [("cars.zip", 5_000)]
    problem = lab.put(upload, data[:5_000], 0, 409)
    assert "5000" in json.dumps(problem)
    lab.put(upload, data[4_000:9_000], 4_000, 409)
    lab.put(upload, data[5_000:] + b"!", 5_000, 422)
    lab.put(upload, b"", 5_000, 422)
    lab.put(upload, b"x", 2 ** 63 - 1, 422); lab.put(upload, b"x", 64 * 1024 ** 3, 409)
    lab.put(upload, data[5_000:], 5_000)
    lab.assay.kill(); lab.assay.start()
    assert lab.ended(upload)["report"]["created"] == 60 or lab.items()["count"] == 60
    assert lab.items()["count"] == 60
    lab.put(upload, b"x", len(data), 409)


@pytest.mark.parametrize("name,data,why", [
    ("cut.zip", zipped(coco())[:3000], "archive"), ("x.json", b"{", "not JSON"), ("x.bin", b"{", "format"),
    ("bomb.zip", None, "1000 times"), ("out.zip", zipped(coco(1), [("../../evil.png", b"x")]), "leads out"),
])
def test_what_cannot_be_read_says_why_and_leaves_nothing(lab, name, data, why):
    if data is None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
            for i in range(3): z.writestr(f"{i}.png", b"\0" * 150_000_000)
        data = out.getvalue()
    done = lab.send(name, data)
    assert done["state"] == "failed" and why in done["report"]["reason"], done
    assert "/dev/shm" not in done["report"]["reason"] and lab.assay.data not in done["report"]["reason"]
    assert lab.items()["count"] == 0
    lab.call("DELETE", f"{lab.path}/{done['id']}", status=204)
    assert lab.call("GET", lab.path)["items"] == []
    assert not [n for n in os.listdir("/dev/shm") if n.startswith(f"assay-work-{lab.assay.process.pid}-")]


def test_what_is_no_upload_is_refused(lab):
    for body in [{"name": "a", "size": 0}, {"name": "a", "size": -1}, {"name": "a"}, {"name": "a", "size": 5, "format": "nonsense"}, {"size": 5}, {"name": "a", "size": 5, "set": "no spaces"}]:
        lab.call("POST", lab.path, body, 422)
    lab.call("POST", lab.path, {"name": "a", "size": 64 * 1024 ** 3 + 1}, 413)
    lab.begin("a", 64 * 1024 ** 3)
    upload = lab.begin("../../../etc/passwd", 9 * 1024 * 1024)
    assert upload["name"] == "passwd"
    lab.put(upload, b"x" * (8 * 1024 * 1024 + 1), 0, 413)
    lab.put(upload, b"x" * (8 * 1024 * 1024), 0)
    lab.call("PUT", f"{lab.path}/{upload['id']}/content", b"x", 422)
    lab.call("GET", f"{lab.path}/{'0' * 24}", status=404)


def test_so_many_sets_are_on_their_way_at_once(lab):
    for _ in range(100): lab.begin("a", 5)
    lab.call("POST", lab.path, {"name": "a", "size": 5}, 413)


def test_sets_that_are_sent_together_wait_for_each_other_and_may_be_called_anything(lab):
    names = ["items", "ü" * 150 + ".zip"]
    uploads = [lab.begin(name, len(zipped(coco(n)))) for name, n in zip(names, (40, 50))]
    for upload, n in zip(uploads, (40, 50)): lab.put(upload, zipped(coco(n)), 0)
    assert [lab.ended(upload)["state"] for upload in uploads] == ["completed", "completed"]
    assert lab.items()["count"] == 50


def test_a_server_that_is_stopped_while_it_reads_reads_on_at_its_next_start(lab):
    data = zipped(coco(300)); upload = lab.begin("cars.zip", len(data)); lab.put(upload, data, 0)
    lab.assay.stop(); lab.assay.start()
    assert lab.ended(upload)["state"] == "completed" and lab.items()["count"] == 300


def test_a_dataset_that_is_removed_takes_the_bytes_of_its_uploads_along(lab):
    count = lambda: sum(len(files) for folder, _, files in os.walk(os.path.join(lab.assay.data, "vaults")) if "blobs" in folder)
    before = count(); upload = lab.begin("x.zip", 10); lab.put(upload, b"12345", 0)
    assert count() == before + 1
    lab.call("DELETE", f"/api/datasets/{lab.id}", status=204)
    assert count() == before

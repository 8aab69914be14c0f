"""Datasets: gathered from sets in any format, asked, compared as pycocotools compares, and sent to labelling."""
import concurrent.futures, copy, io, json, os, random, shutil, struct, subprocess, time, urllib.parse, zlib
import pytest

from conftest import BINARY, ROOT
from test_browser import png

FORMATS = os.path.join(ROOT, ".venv-formats", "bin", "python")


def assay_run(*arguments, status=0, env=None):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})})
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stdout + done.stderr


def scene(seed, images=60, masks=False):
    """Truth and predictions with all that is delicate: crowds, ties, small and large objects, misses, doubles."""
    chance = random.Random(seed)
    truth = {"images": [{"id": i, "file_name": f"{i:04}.jpg", "width": 640, "height": 480} for i in range(1, images + 1)],
             "categories": [{"id": 3 * c + 1, "name": name} for c, name in enumerate(["car", "person", "sign", "nothing"])], "annotations": []}
    results = []

    def outline(x, y, w, h): return [x, y, x + w, y + h * 0.1, x + w * 0.9, y + h, x, y + h]
    for image in truth["images"]:
        for _ in range(chance.choice([0, 1, 3, 8, 20])):
            category = 3 * chance.randrange(3) + 1
            w, h = [chance.choice([8, 30, 32, 60, 96, 200]) + chance.random() for _ in range(2)]
            x, y = chance.uniform(0, 600 - min(w, 560)), chance.uniform(0, 440 - min(h, 400))
            crowd = int(chance.random() < 0.08)
            annotation = {"id": len(truth["annotations"]) + 1, "image_id": image["id"], "category_id": category, "bbox": [x, y, w, h], "area": w * h, "iscrowd": crowd}
            if masks:
                annotation["segmentation"] = [outline(x, y, w, h)]
                from_ = outline(x, y, w, h); points = list(zip(from_[::2], from_[1::2]))
                annotation["area"] = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))) / 2
                annotation["iscrowd"] = 0
            truth["annotations"].append(annotation)
            for _ in range(chance.choice([0, 1, 1, 1, 2])):
                move = lambda v, by: v + chance.gauss(0, by)
                box = [move(x, w * 0.08), move(y, h * 0.08), max(1, move(w, w * 0.1)), max(1, move(h, h * 0.1))]
                found = {"image_id": image["id"], "category_id": category if chance.random() < 0.9 else 4, "score": round(chance.random(), 2), "bbox": box}
                if masks: found["segmentation"] = [outline(*box)]
                results.append(found)
        for _ in range(chance.choice([0, 0, 2, 40])):
            box = [chance.uniform(0, 500), chance.uniform(0, 400), chance.uniform(4, 120), chance.uniform(4, 70)]
            results.append({"image_id": image["id"], "category_id": 3 * chance.randrange(4) + 1, "bbox": box, "score": round(chance.random() * 0.6, 2), **({"segmentation": [outline(*box)]} if masks else {})})
    chance.shuffle(results)
    return truth, results


def bodies(seed, images=50):
    """People with seventeen points: some hidden, some not placed, crowds, and predictions near and far."""
    chance = random.Random(seed)
    truth = {"images": [{"id": i, "file_name": f"{i:04}.jpg", "width": 640, "height": 480} for i in range(1, images + 1)], "annotations": [],
             "categories": [{"id": 1, "name": "person", "keypoints": [f"k{n}" for n in range(17)], "skeleton": [[1, 2]]}]}
    results = []
    for image in truth["images"]:
        for _ in range(chance.choice([0, 1, 2, 5, 25])):
            w, h = [chance.choice([20, 40, 90, 200, 300]) + chance.random() for _ in range(2)]; x, y = chance.uniform(0, 300), chance.uniform(0, 150)
            seen = chance.choice([0, 0.3, 0.9, 0.9]); points = []
            for _ in range(17):
                v = chance.choice([1, 2]) if chance.random() < seen else 0
                points += [chance.uniform(x, x + w), chance.uniform(y, y + h), v] if v else [0, 0, 0]
            truth["annotations"].append({"id": len(truth["annotations"]) + 1, "image_id": image["id"], "category_id": 1, "bbox": [x, y, w, h], "area": w * h * 0.5, "segmentation": [[x, y, x + w, y, x, y + h]],
                                         "iscrowd": 0, "keypoints": points, "num_keypoints": sum(v > 0 for v in points[2::3])})
            for _ in range(chance.choice([0, 1, 1, 2])):
                far = chance.choice([0.5, 3, 12])
                results.append({"image_id": image["id"], "category_id": 1, "score": round(chance.random(), 2), "keypoints": [value for n in range(17) for value in (
                    (points[3 * n] or chance.uniform(x, x + w)) + chance.gauss(0, far), (points[3 * n + 1] or chance.uniform(y, y + h)) + chance.gauss(0, far), chance.random())]})
    chance.shuffle(results)
    return truth, results


def judged(truth, results, kind):
    """COCOeval's twelve numbers, and the precision of each class."""
    code = """
import contextlib, io, json, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from pycocotools import mask as masks
truth, results, kind = json.load(sys.stdin)
if kind == "segm":
    sizes = {i["id"]: (i["height"], i["width"]) for i in truth["images"]}
    for one in results: one["segmentation"] = masks.merge(masks.frPyObjects(one["segmentation"], *sizes[one["image_id"]])); one.pop("bbox")
with contextlib.redirect_stdout(io.StringIO()):
    gt = COCO(); gt.dataset = truth; gt.createIndex()
    found = COCOeval(gt, gt.loadRes(results), kind); found.evaluate(); found.accumulate(); found.summarize()
p = found.eval["precision"]
means = [float(p[:, :, k, 0, -1][p[:, :, k, 0, -1] > -1].mean()) if (p[:, :, k, 0, -1] > -1).any() else None for k in range(p.shape[2])]
print(json.dumps([list(map(float, found.stats)), means]))
"""
    done = subprocess.run([FORMATS, "-c", code], input=json.dumps([truth, results, kind]), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not os.path.exists(FORMATS), reason="pycocotools is absent")
@pytest.mark.parametrize("kind,seed", [("bbox", 1), ("bbox", 2), ("bbox", 3), ("segm", 4), ("segm", 5), ("keypoints", 6), ("keypoints", 7)])
def test_average_precision_is_that_of_pycocotools(tmp_path, kind, seed):
    truth, results = bodies(seed) if kind == "keypoints" else scene(seed, masks=kind == "segm")
    (tmp_path / "truth.json").write_text(json.dumps(truth)); (tmp_path / "results.json").write_text(json.dumps(results))
    stats, means = judged(truth, results, kind)
    found = json.loads(assay_run("compare", tmp_path / "truth.json", tmp_path / "results.json", "--json", "--by", {"bbox": "boxes", "segm": "masks"}.get(kind, kind)))
    own = [-1 if value is None else value for value in found["summary"].values()]
    assert len(own) == len(stats) >= 10 and max(abs(a - b) for a, b in zip(own, stats)) < 1e-6, (own, stats)
    names = {c["name"]: mean for c, mean in zip(truth["categories"], means)}
    for row in found["classes"]:
        assert (row["ap"] is None) == (names[row["name"]] is None) and (row["ap"] is None or abs(row["ap"] - names[row["name"]]) < 1e-6)
    labelled = sum(sum(row) for row in found["confusion"]["rows"][:-1])
    assert labelled == sum(not a["iscrowd"] for a in truth["annotations"])


def test_a_number_that_is_required_and_not_reached_fails(tmp_path):
    truth, results = scene(1)
    (tmp_path / "t.json").write_text(json.dumps(truth)); (tmp_path / "p.json").write_text(json.dumps(results))
    assay_run("compare", tmp_path / "t.json", tmp_path / "p.json", "--require", "AP50=0.01", "--require", "recall:car=0.1")
    told = assay_run("compare", tmp_path / "t.json", tmp_path / "p.json", "--require", "AP50=0.99", "--require", "AP:car=1", "--require", "AP:nothing=0.5", status=1)
    assert "AP50 is 0." in told and "AP of car is 0." in told and "AP of nothing cannot be told" in told
    assert "no requirement" in assay_run("compare", tmp_path / "t.json", tmp_path / "p.json", "--require", "accuracy=1", status=64)


# --- over HTTP

def lines(items): return "\n".join(json.dumps(item) for item in items).encode()


class Lab:
    """One client's view of a server."""
    def __init__(self, assay): self.assay, self.key = assay, assay.start().client()

    def call(self, method, path, body=None, headers=None, key=None): return self.assay.send(method, path, body, key or self.key, headers)


def ask(lab, dataset, query, **more):
    return lab.call("GET", f"/api/datasets/{dataset}/items?" + urllib.parse.urlencode({"query": query, **more}))


@pytest.fixture
def streets(assay):
    """A dataset of forty images with boxes, weather and a model's predictions."""
    lab = Lab(assay); chance = random.Random(7); items, predictions = [], []
    for n in range(40):
        boxes = [{"class": chance.choice(["car", "person"]), "box": [10 * k, 5, 40 + n, 30]} for k in range(n % 4)]
        items.append({"name": f"street/{n:03}.png", "subset": "val" if n % 5 == 0 else "train", "width": 320, "height": 240, "labels": boxes,
                      "metadata": {"weather": ["sun", "rain", "fog"][n % 3], "speed": n / 2, "driver": f"d{n % 7}"}})
        predictions.append({"name": f"street/{n:03}.png", "labels": [{**box, "score": 0.9} for box in boxes[1:]]})
    status, dataset = lab.call("POST", "/api/datasets", {"name": "Streets"})
    assert status == 201
    status, report = lab.call("POST", f"/api/datasets/{dataset['id']}/items", lines(items), {"Content-Type": "application/x-ndjson"})
    assert status == 200 and (report["created"], report["labelled"], report["refused"]) == (40, 40, 0), report
    status, report = lab.call("POST", f"/api/datasets/{dataset['id']}/items?set=yolo", lines(predictions), {"Content-Type": "application/x-ndjson"})
    assert (report["created"], report["labelled"]) == (0, 40)
    lab.dataset, lab.items = dataset["id"], items
    return lab


def test_items_are_found_by_what_they_are(streets):
    for query, right in [("", lambda i: True), ("weather = rain", lambda i: i["metadata"]["weather"] == "rain"), ("speed >= 10 and subset = val", lambda i: i["metadata"]["speed"] >= 10 and i["subset"] == "val"),
                         ("count(car) > 1", lambda i: sum(l["class"] == "car" for l in i["labels"]) > 1), ("any(width > 60)", lambda i: any(l["box"][2] > 60 for l in i["labels"])),
                         ("yolo.missed > 0", lambda i: bool(i["labels"])), ("name : *03?.png or driver = d3", lambda i: i["metadata"]["driver"] == "d3")]:
        status, found = ask(streets, streets.dataset, query, limit=1000, sets="truth,yolo")
        assert status == 200, found
        expected = [i["name"] for i in streets.items if right(i)]
        assert [i["name"] for i in found["items"]] == expected and found["count"] == len(expected), query
    page = ask(streets, streets.dataset, "weather = fog", offset=3, limit=4)[1]
    assert [i["name"] for i in page["items"]] == [i["name"] for i in streets.items if i["metadata"]["weather"] == "fog"][3:7] and page["count"] == 13


def test_what_is_not_understood_is_told_with_its_place(streets):
    for query, told in [("weather =", "character 10"), ("colour = red", "no item has a field “colour”"), ("any(plane)", "no class “plane”"), ("(a", "character 3")]:
        status, problem = ask(streets, streets.dataset, query)
        assert status == 422 and told in problem["detail"], problem
    for query, part in [("limit=1001", "limit"), ("offset=-1", "offset"), ("sets=none", "none")]:
        assert streets.call("GET", f"/api/datasets/{streets.dataset}/items?{query}")[0] in (404, 422)
    assert streets.call("GET", f"/api/datasets/{'0' * 24}/items")[0] == 404


def test_what_is_sent_again_changes_nothing_and_new_facts_are_joined(streets):
    again = lambda items, **q: streets.call("POST", f"/api/datasets/{streets.dataset}/items?" + urllib.parse.urlencode(q), lines(items), {"Content-Type": "application/x-ndjson"})
    status, report = again(streets.items)
    assert (report["created"], report["updated"]) == (0, 0)
    status, report = again([{"name": "street/001.png", "metadata": {"night": True}}])
    assert (report["updated"], report["labelled"]) == (1, 0)
    assert [i["name"] for i in ask(streets, streets.dataset, "night = true and weather = rain and count() = 1")[1]["items"]] == ["street/001.png"]
    # Predictions name items that are there; a bad line is told and the others stay.
    status, report = again([{"name": "street/999.png", "labels": []}, {"name": "street/002.png", "labels": [{"class": "car", "box": [1, 2]}]}, {"labels": []}, {"name": "street/003.png", "labels": []}], set="yolo")
    assert status == 200 and report["refused"] == 3 and report["labelled"] == 1
    assert "no item" in report["problems"][0]["reason"] and "labels[0].box" in report["problems"][1]["reason"] and report["problems"][2]["line"] == 3
    # All or none.
    status, report = again([{"name": "new.png", "labels": []}, {"name": 5}], atomic="true")
    assert status == 422 and not report["completed"] and streets.call("GET", f"/api/datasets/{streets.dataset}")[1]["items"] == 40
    assert again([], set="two words")[0] == 422


def test_slices_keep_queries_and_items(streets):
    base = f"/api/datasets/{streets.dataset}"
    assert streets.call("POST", base + "/slices", {"name": "wet", "query": "weather in (rain, fog)"})[0] == 201
    assert streets.call("POST", base + "/slices", {"name": "hard ones", "items": [3, 1, 3]})[0] == 201
    assert streets.call("POST", base + "/slices", {"name": "wet", "query": ""})[0] == 409
    assert streets.call("POST", base + "/slices", {"name": "bad", "query": "a ="})[0] == 422
    assert "cannot be answered" in streets.call("POST", base + "/slices", {"name": "bad", "query": "slice = nowhere"})[1]["detail"]
    assert streets.call("POST", base + "/slices", {"name": "bad", "items": [40]})[0] == 422
    assert streets.call("POST", base + "/slices", {"name": "bad"})[0] == 422
    assert ask(streets, streets.dataset, "slice = wet")[1]["count"] == 26
    assert [i["number"] for i in ask(streets, streets.dataset, 'slice = "hard ones"')[1]["items"]] == [1, 3]
    slices = streets.call("GET", base)[1]["slices"]
    assert [s["name"] for s in slices] == ["hard ones", "wet"]
    assert streets.call("DELETE", f"{base}/slices/{slices[0]['id']}")[0] == 204
    assert ask(streets, streets.dataset, 'slice = "hard ones"')[0] == 422


def test_what_is_in_it_is_counted_and_compared(streets):
    base = f"/api/datasets/{streets.dataset}"
    summary = streets.call("GET", base + "/summary")[1]
    assert (summary["items"], summary["labels"], summary["unlabelled"]) == (40, 60, 10)
    assert {c["name"]: c["count"] for c in summary["classes"]} == {name: sum(l["class"] == name for i in streets.items for l in i["labels"]) for name in ("car", "person")}
    weather = next(f for f in summary["fields"] if f["name"] == "weather")
    assert {v["name"]: v["count"] for v in weather["values"]} == {"sun": 14, "rain": 13, "fog": 13}
    found = streets.call("GET", base + "/comparison?set=yolo&require=AP50=0.9,recall:car=0.01")[1]
    assert found["items"] == 40 and 0.3 < found["summary"]["AP50"] < 0.7 and found["worst"][0]["missed"] == 1 and len(found["failures"]) == 1
    assert streets.call("GET", base + "/comparison?set=truth")[0] == 404 and streets.call("GET", base + "/comparison?set=yolo&overlap=2")[0] == 422
    completions = streets.call("GET", base + "/completions?text=weather%20%3D%20")[1]["items"]
    assert [c["text"] for c in completions] == ["fog", "rain", "sun"]


def test_a_slice_with_requirements_is_a_test_of_predictions(streets):
    base = f"/api/datasets/{streets.dataset}"
    def scores(query=""): return streets.call("GET", f"{base}/comparison/slices?set=yolo&query={query}")[1]["items"]
    for body in ({"name": "fog", "query": "weather = fog", "require": ["AP50=0.01", "recall:car=1"]}, {"name": "some", "items": [1, 2, 3]}):
        assert streets.call("POST", base + "/slices", body)[0] == 201
    shown = {row["name"]: row for row in scores()}
    assert shown["fog"]["items"] == 13 and shown["some"]["items"] == 3 and shown["some"]["tests"] == []
    # Each slice has the numbers of a comparison over it.
    whole = streets.call("GET", base + "/comparison?set=yolo&query=weather%20%3D%20fog")[1]
    assert shown["fog"]["summary"] == whole["summary"]
    assert [(t["require"], t["reached"]) for t in shown["fog"]["tests"]] == [("AP50=0.01", True), ("recall:car=1.0", False)]
    assert "recall of car" in shown["fog"]["tests"][1]["reason"] and shown["fog"]["tests"][0]["value"] == whole["summary"]["AP50"]
    assert {r["name"]: r["items"] for r in scores("number%20%3C%203")} == {"fog": 1, "some": 2}
    # What must be reached is changed; what is no requirement, is no more than said.
    slices = {s["name"]: s for s in streets.call("GET", base)[1]["slices"]}
    path = f"{base}/slices/{slices['fog']['id']}"
    assert streets.call("PATCH", path, {"require": ["AP50=0.99"]})[1]["require"] == ["AP50=0.99"] and scores()[0]["tests"][0]["reached"] is False
    for bad in (["AP50>0.5"], ["accuracy=1"], ["AP50=2"], [5], "AP50=0.5"): assert streets.call("PATCH", path, {"require": bad})[0] == 422
    assert streets.call("PATCH", path, {"require": ["AP50=0.5"] * 101})[0] == 413 and streets.call("PATCH", path, {"require": ["AP50=0.5"] * 100})[0] == 200
    assert streets.call("PATCH", f"{base}/slices/{'0' * 24}", {"require": []})[0] == 404 and streets.call("GET", base + "/comparison/slices?set=nowhere")[0] == 404
    # A test that cannot be made any more is not passed.
    assert streets.call("POST", base + "/slices", {"name": "outer", "query": "slice = some", "require": ["AP=0"]})[0] == 201
    assert streets.call("DELETE", f"{base}/slices/{slices['some']['id']}")[0] == 204
    outer = next(r for r in scores() if r["name"] == "outer")
    assert "no slice" in outer["problem"] and outer["tests"][0]["reached"] is False and outer["summary"] is None
    # On the command line it fails as a test does.
    env = {"ASSAY_KEY": streets.key, "ASSAY_URL": streets.assay.url}
    assert streets.call("PATCH", path, {"require": ["AP50=0.99"]})[0] == 200
    told = assay_run("dataset", "compare", "yolo", "--slices", "--dataset", streets.dataset, env=env, status=1)
    assert "fog: AP50 is" in told and "at least 0.99 is required" in told
    assay_run("dataset", "slice", "fog", "--require", "AP50=0.01", "--dataset", streets.dataset, env=env)
    assay_run("dataset", "slice", "rain", "weather = rain", "--require", "AP50=0.01", "--dataset", streets.dataset, env=env)
    assert "no slice" in assay_run("dataset", "slice", "nowhere", "--require", "AP=1", "--dataset", streets.dataset, env=env, status=1)
    outer = next(s for s in streets.call("GET", base)[1]["slices"] if s["name"] == "outer"); assert streets.call("DELETE", f"{base}/slices/{outer['id']}")[0] == 204
    assert "reached" in assay_run("dataset", "compare", "yolo", "--slices", "--dataset", streets.dataset, env=env)
    for slice in streets.call("GET", base)[1]["slices"]:
        if slice["name"] in ("fog", "rain"): assert streets.call("DELETE", f"{base}/slices/{slice['id']}")[0] == 204


def test_everything_is_there_after_a_crash_and_nothing_in_clear(streets):
    streets.assay.kill(); streets.assay.start()
    assert ask(streets, streets.dataset, "weather = rain")[1]["count"] == 13
    stored = b"".join(open(os.path.join(folder, name), "rb").read() for folder, _, names in os.walk(streets.assay.data) for name in names)
    assert b"street/0" not in stored and b"weather" not in stored
    assert streets.call("GET", f"/api/datasets/{streets.dataset}", key=streets.assay.client("Other"))[0] == 404


def test_items_go_to_labelling_and_come_back_labelled(streets):
    status, project = streets.call("POST", "/api/projects", {"name": "Signs on streets", "ontology": {"classes": [{"name": "car", "kind": "box"}, {"name": "mood", "kind": "category", "options": ["calm", "busy"]}]}, "plan": {"answers": {"min": 1, "max": 1}}})
    assert status == 201
    image = streets.assay.upload(streets.key, png(320, 240))
    streets.call("POST", f"/api/datasets/{streets.dataset}/items", lines([{"name": f"street/{n:03}.png", "image": image} for n in (1, 2, 4)]), {"Content-Type": "application/x-ndjson"})
    base = f"/api/datasets/{streets.dataset}/tasks"
    status, report = streets.call("POST", base, {"project": project["id"], "items": [1, 2], "prelabels": "truth"})
    assert status == 201 and report["created"] == 2 and report["refused"] == 0, report
    assert report["losses"] == [] or all("person" in loss["what"] for loss in report["losses"])
    # Once is enough.
    assert streets.call("POST", base, {"project": project["id"], "query": "number in (1, 2)"})[1]["created"] == 0
    assert streets.call("POST", base, {"project": project["id"]})[0] == 422 and streets.call("POST", base, {"project": "0" * 24, "query": ""})[0] == 404
    streets.assay.worker("ann@x.org"); worker = streets.assay.signed_in("ann@x.org")
    task = streets.call("POST", f"/api/work/{project['id']}/leases", {}, key=worker)[1]["leases"][0]
    status, receipt = streets.call("POST", f"/api/work/{project['id']}/leases/{task['id']}/answer", {"active_seconds": 3, "annotations": [{"class": "car", "box": [7, 8, 90, 60]}, {"class": "mood", "option": "busy"}]}, key=worker)
    assert status in (200, 201), receipt
    shown = streets.call("GET", f"/api/datasets/{streets.dataset}")[1]
    results = next(s for s in shown["sets"] if s["kind"] == "results")
    assert results["name"] == "Signs_on_streets" and results["items"] == 1
    found = ask(streets, streets.dataset, "Signs_on_streets.answers = 1 and any(Signs_on_streets: busy)", sets="Signs_on_streets")[1]
    assert found["count"] == 1
    labels = found["items"][0]["labels"]["Signs_on_streets"]
    assert sorted(l["class"] for l in labels["labels"]) == ["busy", "car"] and labels["facts"]["answers"] == 1 and len(labels["facts"]["workers"]) > 5
    # What a project fills cannot be sent.
    assert streets.call("POST", f"/api/datasets/{streets.dataset}/items?set=Signs_on_streets", b"", {"Content-Type": "application/x-ndjson"})[0] == 422


def test_items_are_found_by_how_far_annotators_agree(streets):
    project = streets.call("POST", "/api/projects", {"name": "Moods", "ontology": {"classes": [{"name": "mood", "kind": "category", "options": ["calm", "busy"]}]}, "plan": {"answers": {"min": 2, "max": 2}}})[1]
    image = streets.assay.upload(streets.key, png(32, 24))
    streets.call("POST", f"/api/datasets/{streets.dataset}/items", lines([{"name": f"street/{n:03}.png", "image": image} for n in (5, 6)]), {"Content-Type": "application/x-ndjson"})
    assert streets.call("POST", f"/api/datasets/{streets.dataset}/tasks", {"project": project["id"], "items": [5, 6]})[1]["created"] == 2
    for name in ("one", "two"):
        streets.assay.worker(f"{name}@x.org"); worker = streets.assay.signed_in(f"{name}@x.org")
        for n in range(2):
            task = streets.call("POST", f"/api/work/{project['id']}/leases", {}, key=worker)[1]["leases"][0]
            option = "calm" if n == 0 or name == "one" else "busy"
            assert streets.call("POST", f"/api/work/{project['id']}/leases/{task['id']}/answer", {"active_seconds": 3, "annotations": [{"class": "mood", "option": option}]}, key=worker)[0] in (200, 201)
    streets.call("GET", f"/api/datasets/{streets.dataset}")
    assert ask(streets, streets.dataset, "Moods.agreement = 1")[1]["count"] == 1 and ask(streets, streets.dataset, "Moods.agreement < 0.5")[1]["count"] == 1


def test_what_says_nothing_of_labels_takes_none_away(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    images = tmp_path / "set" / "images"; images.mkdir(parents=True)
    # Classes in the order of the set, one of them without labels; an area of its own.
    truth = {"images": [{"id": n, "file_name": f"{n}.png", "width": 40 + n, "height": 30} for n in (1, 2)],
             "categories": [{"id": 7, "name": "person"}, {"id": 3, "name": "bicycle"}, {"id": 5, "name": "car"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 2, 30, 20], "area": 333.5}, {"id": 2, "image_id": 2, "category_id": 7, "bbox": [1, 2, 30, 20]}]}
    (tmp_path / "set" / "instances.json").write_text(json.dumps(truth))
    for n in (1, 2): (images / f"{n}.png").write_bytes(png(40 + n, 30))
    dataset = assay_run("dataset", "create", "Kept", env=env).strip()
    def labelled(): return assay_run("dataset", "query", "any(car) or any(person)", "--dataset", dataset, env=env).splitlines()[0]
    assay_run("dataset", "add", tmp_path / "set", "--dataset", dataset, env=env)
    assert labelled() == "2 items"
    # The images again, fields of a table, a zip by parts, and lines: each leaves the labels.
    assert "0 labelled" in assay_run("dataset", "add", images, "--dataset", dataset, env=env)
    (tmp_path / "fields.csv").write_text("name,driver\n1.png,ada\n")
    assert "1 changed, 0 labelled" in assay_run("dataset", "add", tmp_path / "fields.csv", "--dataset", dataset, env=env)
    archive = shutil.make_archive(str(tmp_path / "images"), "zip", images); content = open(archive, "rb").read()
    upload = lab.call("POST", f"/api/datasets/{dataset}/uploads", {"name": "images.zip", "size": len(content)})[1]
    lab.call("PUT", f"/api/datasets/{dataset}/uploads/{upload['id']}/content?offset=0", content)
    for _ in range(200):
        upload = lab.call("GET", f"/api/datasets/{dataset}/uploads/{upload['id']}")[1]
        if upload["state"] != "reading": break
        time.sleep(0.1)
    assert upload["state"] == "completed" and upload["report"]["labelled"] == 0, upload
    assert labelled() == "2 items" and assay_run("dataset", "query", "driver = ada", "--dataset", dataset, env=env).startswith("1 items")
    # Another picture of the same name does not take the place of the first, unless somebody says so.
    other = tmp_path / "other"; other.mkdir(); (other / "1.png").write_bytes(png(99, 30))
    assert "shows another picture" in assay_run("dataset", "add", other, "--dataset", dataset, status=1, env=env)
    assert ask(lab, dataset, "width = 41")[1]["count"] == 1
    assert "1 items made" in assay_run("dataset", "add", other, "--dataset", dataset, "--prefix", "camera2/", env=env)
    assert ask(lab, dataset, 'name = "camera2/1.png"')[1]["count"] == 1
    # What goes out has the classes in their order, and the area.
    release = json.loads(assay_run("release", "create", "--dataset", dataset, "--name", "R", "--query", "any(car) or any(person)", "--formats", "coco", "--json", env=env))
    assay_run("release", "fetch", release["id"], tmp_path / "out", env=env)
    out = json.loads(next((tmp_path / "out" / "coco").rglob("*.json")).read_text())
    assert [c["name"] for c in out["categories"]] == ["person", "bicycle", "car"] and sorted(a["area"] for a in out["annotations"]) == [333.5, 600]
    # A release says which image it is of: with another one it is another release, and the difference says so.
    again = json.loads(assay_run("release", "create", "--dataset", dataset, "--name", "S", "--query", "any(car) or any(person)", "--formats", "coco", "--json", env=env))
    assert again["merkle_root"] == release["merkle_root"]
    assay_run("dataset", "add", other, "--dataset", dataset, "--replace", env=env)
    third = json.loads(assay_run("release", "create", "--dataset", dataset, "--name", "T", "--query", "any(car) or any(person)", "--formats", "coco", "--json", env=env))
    assert third["merkle_root"] != release["merkle_root"]
    difference = lab.call("GET", f"/api/releases/{third['id']}/difference/{release['id']}")[1]
    assert (difference["changed"], difference["updated"], difference["same"]) == (0, 1, 1) and difference["items"] == [{"what": "updated", "name": "1.png"}]


def test_imports_into_one_dataset_wait_for_each_other_and_say_what_is_wrong(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Lines"})[1]["id"]; path = f"/api/datasets/{dataset}/items"
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda k: lab.call("POST", path, lines([{"name": f"{k}-{n}", "text": "red car here"} for n in range(500)])), range(6)))
    assert [status for status, _ in found] == [200] * 6 and ask(lab, dataset, "")[1]["count"] == 3000
    # Predictions on a text that is there need not bring it, and lie in it.
    def put(labels, name="0-0"): return lab.call("POST", path + "?set=model", lines([{"name": name, "labels": labels}]))[1]
    assert put([{"class": "adj", "span": [[0, 3]]}])["labelled"] == 1 and put([{"class": "adj", "span": [4, 7]}])["labelled"] == 1
    assert "12 characters" in put([{"class": "adj", "span": [[4, 99]]}])["problems"][0]["reason"]
    assert "no item" in put([{"class": "adj", "span": [[0, 3]]}], name="nobody")["problems"][0]["reason"]
    assert "must not be empty" in lab.call("POST", path, lines([{"name": " ", "text": "x"}]))[1]["problems"][0]["reason"]
    assert lab.call("POST", path, b"\xef\xbb\xbf" + lines([{"name": "bom", "text": "x"}]))[1]["created"] == 1
    # What was never looked at is not what holds nothing.
    lab.call("POST", path, lines([{"name": "0-0", "labels": []}]))
    assert ask(lab, dataset, "truth.labels = 0")[1]["count"] == 1 and ask(lab, dataset, "truth.labels != *")[1]["count"] == 3000


def test_shapes_beyond_the_edge_are_cut_and_two_projects_may_have_images_of_one_name(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    (tmp_path / "set" / "images").mkdir(parents=True); (tmp_path / "set" / "images" / "a.png").write_bytes(png(40, 30))
    boxes = [[-3, -2, 20, 20], [30, 20, 30, 30], [60, 60, 5, 5], [1, 1, 5, 5]]
    (tmp_path / "set" / "instances.json").write_text(json.dumps({"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}], "categories": [{"id": 1, "name": "car"}],
        "annotations": [{"id": n, "image_id": 1, "category_id": 1, "bbox": box} for n, box in enumerate(boxes)]}))
    for name in ("Cars", "Cars again"):
        told = assay_run("dataset", "import", tmp_path / "set", "--new-project", name, "--as", "answers", env=env)
        assert "1 tasks made" in told and "1 × labels left out that lie outside of their images" in told, told
    project = next(p for p in lab.call("GET", "/api/projects")[1]["items"] if p["name"] == "Cars")
    export = lab.call("POST", f"/api/projects/{project['id']}/exports", {"format": "jsonl"})[1]
    content = lab.call("GET", f"/api/exports/{export['id']}/content")[1]
    task = content if isinstance(content, dict) else json.loads(content)
    found = sorted(a["box"] for a in task["consensus"]["annotations"])
    assert found == [[0, 0, 17, 18], [1, 1, 5, 5], [30, 20, 10, 10]], found


def test_the_command_line_takes_a_set_in_and_asks_it(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    (tmp_path / "set" / "annotations").mkdir(parents=True); (tmp_path / "set" / "images").mkdir()
    truth, results = scene(3, images=4)
    for image in truth["images"]: (tmp_path / "set" / "images" / image["file_name"]).write_bytes(png(640, 480))
    (tmp_path / "set" / "annotations" / "instances_train.json").write_text(json.dumps(truth))
    dataset = assay_run("dataset", "create", "From COCO", env=env).strip()
    told = assay_run("dataset", "add", tmp_path / "set", "--dataset", dataset, env=env)
    assert "4 items made" in told
    (tmp_path / "results.json").write_text(json.dumps(results))
    told = assay_run("dataset", "add", tmp_path / "results.json", "--annotations", tmp_path / "set" / "annotations" / "instances_train.json", "--set", "yolo", "--dataset", dataset, env=env)
    assert told.splitlines()[0].startswith("0 items made") and " 0 refused" in told
    assert "AP50" in assay_run("dataset", "compare", "yolo", "--dataset", dataset, env=env)
    assert assay_run("dataset", "query", "any(car)", "--dataset", dataset, env=env).splitlines()[0].endswith("items")
    assert "classes" in assay_run("dataset", "query", "--summary", "--dataset", dataset, env=env)
    assay_run("dataset", "slice", "cars", "any(car)", "--dataset", dataset, env=env)
    assert "From COCO" in assay_run("dataset", "list", env=env)
    assert "character 10" in assay_run("dataset", "query", "weather =", "--dataset", dataset, env=env, status=1)
    found = lab.call("GET", f"/api/datasets/{dataset}/items/0/image?thumbnail=true")
    assert found[0] == 200 and found[1][:2] in (b"\xff\xd8", b"\x89P")


@pytest.mark.skipif(not shutil.which("vipsthumbnail"), reason="libvips-tools is not installed")
def test_small_pictures_are_made_by_processes_that_serve_one_client_and_outlive_no_server(assay):
    lab = Lab(assay); other = copy.copy(lab); other.key = assay.client("Other"); labs = [lab, other]
    small = lambda server: [int(p) for p in subprocess.run(["pgrep", "-P", str(server), "-f", "small-pictures"], capture_output=True, text=True).stdout.split()]
    for turn in range(3):
        for lab in labs:
            image = assay.upload(lab.key, png(900, 700, (turn, 9, labs.index(lab))))
            dataset = lab.call("POST", "/api/datasets", {"name": f"Photos {turn}"})[1]["id"]
            lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": "a.png", "image": image}]), {"Content-Type": "application/x-ndjson"})
            status, picture = lab.call("GET", f"/api/datasets/{dataset}/items/0/image?thumbnail=true")
            assert status == 200 and picture[:2] == b"\xff\xd8"
    # One that was one too many, while pictures of both were made in the background too, takes a moment to end.
    for _ in range(100):
        workers = small(assay.process.pid)
        if len(workers) <= os.cpu_count(): break
        time.sleep(0.05)
    assert 0 < len(workers) <= os.cpu_count()
    assay.kill()
    runs = lambda process: subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z")
    for _ in range(100):
        if not any(map(runs, workers)): break
        time.sleep(0.05)
    else: raise AssertionError("a process is left behind")


@pytest.mark.skipif(not shutil.which("vipsthumbnail"), reason="libvips-tools is not installed")
def test_small_pictures_have_the_colours_of_their_images(assay):
    images = pytest.importorskip("PIL.Image"); profiles = pytest.importorskip("PIL.ImageCms")
    srgb = profiles.ImageCmsProfile(profiles.createProfile("sRGB")).tobytes()
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Colours"})[1]["id"]; sent = []
    for mode, colour, kind, more in [("RGB", (200, 30, 120), "PNG", {}), ("RGB", (200, 30, 120), "JPEG", {"icc_profile": srgb}), ("RGB", (10, 240, 20), "JPEG", {}), ("L", 127, "JPEG", {}), ("RGBA", (90, 200, 30, 255), "PNG", {}), ("RGB", (30, 60, 220), "JPEG", {"icc_profile": b"no profile" * 20})]:
        out = io.BytesIO(); images.new(mode, (700, 500), colour).save(out, kind, **({"quality": 95} if kind == "JPEG" else {}), **more)
        sent.append((colour, {"name": f"{len(sent)}.{kind.lower()}", "image": assay.upload(lab.key, out.getvalue())}))
    lab.call("POST", f"/api/datasets/{dataset}/items", lines([item for _, item in sent]))
    for number, (colour, _) in enumerate(sent):
        status, picture = lab.call("GET", f"/api/datasets/{dataset}/items/{number}/image?thumbnail=true"); small = images.open(io.BytesIO(picture))
        wanted = (colour,) * 3 if isinstance(colour, int) else colour[:3]; pixel = small.convert("RGB").getpixel((9, 9))
        assert status == 200 and max(small.size) == 320 and all(abs(a - b) <= 4 for a, b in zip(pixel, wanted)), (number, pixel, wanted)


@pytest.mark.skipif(not shutil.which("vipsthumbnail"), reason="libvips-tools is not installed")
def test_a_tiff_is_shown_to_browsers_and_given_to_others_as_it_is(assay, tmp_path):
    images = pytest.importorskip("PIL.Image"); lab = Lab(assay); (tmp_path / "scans").mkdir()
    turned = images.Exif(); turned[0x0112] = 6; turned[0x0110] = "Scanner 9"
    page = images.new("RGB", (60, 40), (200, 30, 120)); page.save(tmp_path / "scans" / "a.tif", exif=turned, compression="tiff_lzw")
    images.new("I;16", (500, 300), 40_000).save(tmp_path / "scans" / "b.tiff")
    page.save(tmp_path / "scans" / "c.tif", save_all=True, append_images=[page, page])
    page.save(tmp_path / "scans" / "d.bmp"); (tmp_path / "scans" / "e.tif").write_bytes((tmp_path / "scans" / "b.tiff").read_bytes()[:200])
    env = {"ASSAY_KEY": lab.key, "ASSAY_URL": lab.assay.url}; dataset = assay_run("dataset", "create", "Scans", env=env).strip()
    told = assay_run("dataset", "add", tmp_path / "scans", "--dataset", dataset, env=env)
    assert "e.tif" in told and "cut off" in told
    items = {i["name"]: i for i in lab.call("GET", f"/api/datasets/{dataset}/items")[1]["items"]}
    assert [(i["width"], i["height"]) for name, i in sorted(items.items()) if name < "e"] == [(40, 60), (500, 300), (60, 40), (60, 40)]
    assert items["a.tif"]["metadata"]["camera"] == "Scanner 9" and items["c.tif"]["metadata"]["pages"] == 3
    for name in "a.tif", "b.tiff", "c.tif":
        address = f"/api/datasets/{dataset}/items/{items[name]['number']}/image"
        assert lab.call("GET", address)[1] == (tmp_path / "scans" / name).read_bytes()
        for asked, size in [("shown", (items[name]["width"], items[name]["height"])), ("thumbnail", None)]:
            status, made = lab.call("GET", f"{address}?{asked}=true"); picture = images.open(io.BytesIO(made))
            assert status == 200 and picture.format == "JPEG" and size in (None, picture.size), (name, asked, picture.size)
            if name != "b.tiff": assert all(abs(a - b) <= 6 for a, b in zip(picture.convert("RGB").getpixel((20, 20)), (200, 30, 120)))
    assert lab.call("GET", f"/api/datasets/{dataset}/items/{items['d.bmp']['number']}/image?thumbnail=true")[1][:2] == b"BM"


def test_a_query_is_frozen_with_its_images_and_verified(streets, tmp_path):
    lab, env = streets, {"ASSAY_KEY": streets.key, "ASSAY_URL": streets.assay.url}
    images = [lab.assay.upload(lab.key, png(320, 240, (n, 90, 90))) for n in range(40)]
    lab.call("POST", f"/api/datasets/{lab.dataset}/items", lines([{"name": i["name"], "image": image} for i, image in zip(lab.items, images)]), {"Content-Type": "application/x-ndjson"})
    told = json.loads(assay_run("release", "create", "--dataset", lab.dataset, "--name", "Wet", "--query", "weather = rain", "--formats", "webdataset,yolo,coco", "--media", "--json", env=env))
    assert told["items"] == 13 and told["dataset"] == lab.dataset and told["project"] is None and told["plan"]["query"] == "weather = rain"
    assay_run("release", "fetch", told["id"], tmp_path / "wet", env=env); assay_run("verify", tmp_path / "wet")
    manifest = json.loads((tmp_path / "wet" / "manifest.json").read_text())
    assert manifest["dataset_name"] == "Streets" and "not made here" in manifest["certificate"]["limitations"][0] and sorted(manifest["classes"]) == ["car", "person"]
    frozen = [json.loads(line) for part in (tmp_path / "wet").glob("*.jsonl") for line in open(part)]
    assert sorted(i["name"] for i in frozen) == [i["name"] for i in lab.items if i["metadata"]["weather"] == "rain"]
    for item in frozen: assert (tmp_path / "wet" / "images" / item["name"]).read_bytes() == png(320, 240, (int(item["name"][7:10]), 90, 90))
    # Training reads the shards by URL, images and all, each loader its own.
    _, link = lab.call("POST", f"/api/releases/{told['id']}/links", {})
    shards = [lab.call("GET", link["url"].replace(lab.assay.url, "") + f"shards?seed=s&epoch=1&loader={k}&of=2&split=all")[1]["items"] for k in range(2)]
    assert len(shards[0] + shards[1]) == len(set(shards[0] + shards[1])) == len(list((tmp_path / "wet" / "webdataset").glob("*-0*.tar")))
    for wrong in ("loader=2&of=2&split=all", "split=trian"): assert lab.call("GET", link["url"].replace(lab.assay.url, "") + "shards?" + wrong)[0] == 422
    if os.path.exists(FORMATS):
        code = "import json, sys, webdataset as wds\nfor url in sys.argv[1:]:\n  for s in wds.WebDataset(url, shardshuffle=False).decode('pil'): print(s['png'].size, json.loads(s['json']['metadata'])['weather'])"
        done = subprocess.run([FORMATS, "-c", code, *shards[0], *shards[1]], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == ["(320, 240) rain"] * 13
    # The same again is the same, byte for byte; another set has other labels.
    again = json.loads(assay_run("release", "create", "--dataset", lab.dataset, "--name", "Again", "--query", "weather = rain", "--formats", "webdataset,yolo,coco", "--media", "--json", env=env))
    assert again["merkle_root"] == told["merkle_root"] and again["number"] == 2
    other = json.loads(assay_run("release", "create", "--dataset", lab.dataset, "--name", "Model", "--query", "weather = rain", "--set", "yolo", "--json", env=env))
    assert lab.call("GET", f"/api/releases/{other['id']}/difference/{told['id']}")[1]["changed"] > 0
    assert [r["name"] for r in lab.call("GET", f"/api/datasets/{lab.dataset}/releases")[1]["items"]] == ["Model", "Again", "Wet"]
    assert lab.call("POST", f"/api/datasets/{lab.dataset}/releases", {"name": "x", "query": "a ="})[0] == 422 and lab.call("POST", f"/api/datasets/{lab.dataset}/releases", {"name": "x", "set": "none"})[0] == 404


def test_duplicates_are_found_exact_and_near(assay):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    dataset = lab.call("POST", "/api/datasets", {"name": "Mixed"})[1]["id"]

    def scene(light=0, seed=0, width=160):
        chance = random.Random(seed); blocks = [[chance.randrange(40, 200) for _ in range(12)] for _ in range(9)]
        return png(width, 120, rows=[b"".join(bytes([min(255, blocks[y * 9 // 120][x * 12 // width] + light)] * 3) for x in range(width)) for y in range(120)])
    pictures = {"a.png": scene(), "lighter.png": scene(light=12), "small.png": scene(width=96), "other.png": scene(seed=1), "same.png": scene()}
    texts = {"t1": "The quick brown fox jumps over the lazy dog near the river bank at noon.", "t2": "The quick brown fox jumps over the lazy dog near the river bank at noon!", "t3": "Nothing of this is like any of the others in this set of texts."}
    sent = [{"name": name, "image": assay.upload(lab.key, data)} for name, data in pictures.items()] + [{"name": name, "text": text} for name, text in texts.items()]
    assert lab.call("POST", f"/api/datasets/{dataset}/items", lines(sent))[1]["created"] == 8
    state = looked_at(lab, dataset)
    if state["done"] == 0:
        # Without a look at the images only equal files and texts.
        assert [i["name"] for i in ask(lab, dataset, "duplicate = *")[1]["items"]] == ["same.png", "t2"]
        pytest.skip("libvips is absent: images are not looked at")
    assert state == {"running": False, "images": 5, "done": 5}
    assert [i["name"] for i in ask(lab, dataset, "duplicate = 0")[1]["items"]] == ["lighter.png", "small.png", "same.png"]
    assert [i["name"] for i in ask(lab, dataset, "duplicate != *")[1]["items"]] == ["a.png", "other.png", "t1", "t3"]
    told = assay_run("dataset", "duplicates", "--dataset", dataset, env=env).splitlines()
    assert told == ["4 duplicates", "1  lighter.png  like 0  a.png", "2  small.png  like 0  a.png", "4  same.png  the same as 0  a.png", "6  t2  like 5  t1"]
    original = lambda n: lab.call("GET", f"/api/datasets/{dataset}/items/{n}/original")
    assert original(1)[1] == {"original": {"number": 0, "name": "a.png", "same": False}} and original(4)[1]["original"]["same"] is True
    assert original(0)[1] == {"original": None} and original(99)[0] == 404
    # What an image shows is no field of the item, and is not said of the image that takes its place.
    assert ask(lab, dataset, "name = small.png")[1]["items"][0]["metadata"] == {}
    other = lines([{"name": "small.png", "image": assay.upload(lab.key, scene(seed=5))}])
    refused = lab.call("POST", f"/api/datasets/{dataset}/items", other)[1]
    assert refused["refused"] == 1 and "another picture" in refused["problems"][0]["reason"]
    # All or none: what a line would be refused for is known before any is written.
    status, report = lab.call("POST", f"/api/datasets/{dataset}/items?atomic=true", lines([{"name": "new", "text": "x"}]) + b"\n" + other)
    assert status == 422 and report["refused"] == 1 and ask(lab, dataset, "name = new")[1]["count"] == 0
    assert lab.call("POST", f"/api/datasets/{dataset}/items?replace=true", other)[1]["updated"] == 1
    looked_at(lab, dataset)
    assert [i["name"] for i in ask(lab, dataset, "duplicate = 0")[1]["items"]] == ["lighter.png", "same.png"]


def looked_at(lab, dataset):
    """Images are looked at by themselves; what there is to know of them once that is done."""
    for _ in range(200):
        state = lab.call("GET", f"/api/datasets/{dataset}/fingerprints")[1]
        if not state["running"]: return state
        time.sleep(0.1)
    raise AssertionError(state)


def test_images_are_looked_at_in_the_background_and_gone_on_with_after_a_crash(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Many"})[1]["id"]; chance = random.Random(1)
    def picture(n): return png(400, 300, rows=[bytes(chance.randrange(256) for _ in range(12)) * 100 for _ in range(300)])
    sent = [{"name": f"{n}.png", "image": assay.upload(lab.key, picture(n))} for n in range(100)]
    assert lab.call("POST", f"/api/datasets/{dataset}/items", lines(sent))[1]["created"] == 100
    for _ in range(3):
        assay.kill(); assay.start()
    if looked_at(lab, dataset)["done"] == 0: pytest.skip("libvips is absent: images are not looked at")
    assert looked_at(lab, dataset) == {"running": False, "images": 100, "done": 100}
    # Small pictures are there before anybody looks: asked for by all at once, they come without being made.
    def blobs(): return sum(len(files) for _, _, files in os.walk(assay.data))
    before = blobs()
    for n in range(100): assert lab.call("GET", f"/api/datasets/{dataset}/items/{n}/image?thumbnail=true")[0] == 200
    assert blobs() == before
    # One that cannot be decoded holds nothing up, and is looked at again on request only.
    def chunk(name, data): return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    broken = picture(0)[:33] + chunk(b"IDAT", b"\x78\x9c" + bytes(range(256))) + chunk(b"IEND", b"")
    lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": "broken.png", "image": assay.upload(lab.key, broken)}, {"name": "after.png", "image": assay.upload(lab.key, picture(0))}]))
    state = looked_at(lab, dataset)
    assert state["images"] == 102 and state["done"] in (101, 102) and not state["running"]
    assert lab.call("POST", f"/api/datasets/{dataset}/fingerprints", {})[1]["running"] is True and looked_at(lab, dataset) == state
    # A dataset that is taken away while it is looked at is gone.
    assert lab.call("POST", f"/api/datasets/{dataset}/fingerprints", {})[0] == 202 and lab.call("DELETE", f"/api/datasets/{dataset}")[0] == 204
    assert lab.call("GET", f"/api/datasets/{dataset}/fingerprints")[0] == 404


def test_personal_data_in_texts_is_flagged_and_masked_on_request(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Letters"})[1]["id"]
    sent = [{"name": "a", "text": "Write to ada@example.org, or call +49 30 901820.", "labels": [{"class": "person", "span": [[9, 12]]}]}, {"name": "b", "text": "Nothing here in 2026."}]
    lab.call("POST", f"/api/datasets/{dataset}/items", lines(sent))
    assert [i["metadata"] for i in ask(lab, dataset, "")[1]["items"]] == [{"personal_data": "email phone"}, {}]
    assert ask(lab, dataset, "personal_data : email")[1]["count"] == 1
    lab.call("POST", f"/api/datasets/{dataset}/items?personal_data=mask", lines([{**sent[0], "name": "c"}]))
    item = ask(lab, dataset, "name = c", sets="truth")[1]["items"][0]
    assert item["text"] == "Write to " + "█" * 15 + ", or call " + "█" * 13 + "." and item["metadata"] == {"personal_data": "email phone masked"} and item["labels"]["truth"]["labels"][0]["span"] == [[9, 12]]
    # What was found in a text stands, whatever a line without it says; what is found in the line is added.
    for said, found in [(None, "email phone"), ("no", "email phone"), ("none masked", "email phone"), ("card", "card email phone")]:
        assert lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": "a", "metadata": {"personal_data": said}}]))[0] == 200
        assert ask(lab, dataset, "name = a")[1]["items"][0]["metadata"] == {"personal_data": found}, said
    lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": "c", "metadata": {"note": "bob@example.org"}}]))
    assert ask(lab, dataset, "name = c")[1]["items"][0]["metadata"] == {"personal_data": "email phone", "note": "bob@example.org"}


def test_labels_lie_in_what_their_item_is_whichever_of_both_comes_later(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Fit"})[1]["id"]; base = f"/api/datasets/{dataset}/items"
    def put(item, more=""):
        status, report = lab.call("POST", base + more, lines([item])); return report["problems"][0]["reason"] if report["refused"] else None
    text, span = "Ada met Grace", [{"class": "person", "span": [[8, 13]]}]
    assert put({"name": "a", "text": text + ", ada@example.org", "labels": span}) is None and ask(lab, dataset, "personal_data : email")[1]["count"] == 1
    # What was found in a text that is replaced is not said of the new one; the spans still lie in it.
    assert "has another text" in put({"name": "a", "text": text}) and "has another text" in put({"name": "a", "text": text}, "?atomic=true")
    assert put({"name": "a", "text": text}, "?replace=true") is None and ask(lab, dataset, "personal_data = *")[1]["count"] == 0
    for more in ["?replace=true", "?replace=true&atomic=true"]:
        why = put({"name": "a", "text": "Ada met Al"}, more); assert "spans of “truth” lie beyond the 10 characters" in why, why
    assert put({"name": "a", "text": "Ada met Al", "labels": [{"class": "person", "span": [[8, 10]]}]}, "?replace=true") is None
    assert put({"name": "a", "labels": [{"class": "person", "span": [[8, 10]]}]}, "?set=model") is None
    assert "spans of “model” lie beyond" in put({"name": "a", "text": "Ada", "labels": []}, "?replace=true")
    assert ask(lab, dataset, "name = a")[1]["items"][0]["text"] == "Ada met Al"
    # Masks are of their image, whose size the file says.
    image = assay.upload(lab.key, png(4, 2)); mask = lambda h, w: [{"class": "x", "mask": {"size": [h, w], "counts": [h * w]}}]
    for more in ["", "?atomic=true"]: assert put({"name": "m", "image": image, "labels": mask(4, 4)}, more) == "a mask must be of the image's 4 × 2 pixels, not of 4 × 4"
    assert put({"name": "m", "image": image, "labels": mask(2, 4)}) is None and "not of 3 × 1" in put({"name": "m", "labels": mask(1, 3)}, "?set=model")
    larger = {"name": "m", "image": assay.upload(lab.key, png(8, 4))}
    assert "masks of “truth” are not of the 8 × 4 pixels" in put(larger, "?replace=true")
    # A size that is only said changes no image that is here.
    assert put({"name": "m", "width": 9, "height": 9}) is None and [ask(lab, dataset, "name = m")[1]["items"][0][s] for s in ("width", "height")] == [4, 2]
    assert put({**larger, "labels": mask(4, 8)}, "?replace=true") is None
    assert "at least three points" in put({"name": "m", "labels": [{"class": "x", "polygon": [[0, 0], [1, 1]]}]})
    box = lambda *sides: [{"class": "x", "box": sides}]
    for sides in [(500, 1, 3, 3), (1, 500, 3, 3), (-9, 1, 3, 3)]: assert "outside of the image of 8 × 4 pixels" in put({"name": "m", "labels": box(*sides)}, "?set=far")
    for sides in [(7, 3, 9, 9), (-2, -2, 3, 3), (0, 0, 0, 0)]: assert put({"name": "m", "labels": box(*sides)}, "?set=far") is None


def test_predicted_spans_are_errors_as_they_are_in_the_comparison(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Names"})[1]["id"]; base = f"/api/datasets/{dataset}"
    span = lambda name, *ends: {"class": name, "span": [list(ends)]}
    lab.call("POST", base + "/items", lines([{"name": "a", "text": "Ann met Bob", "labels": [span("PER", 0, 3), span("PER", 8, 11)]}, {"name": "b", "text": "Ann", "labels": [span("PER", 0, 3)]}]))
    lab.call("POST", base + "/items?set=m", lines([{"name": "a", "labels": [span("PER", 0, 3), span("LOC", 8, 11)]}, {"name": "b", "labels": [span("PER", 0, 3)]}]))
    worst = lab.call("GET", base + "/comparison?set=m")[1]["worst"]; assert [(w["name"], w["found"], w["wrong"], w["missed"]) for w in worst] == [("a", 1, 1, 1)]
    for query, names in [("m.wrong > 0 or m.missed > 0", ["a"]), ("m.found = 1", ["a", "b"]), ("m.wrong = 0", ["b"])]: assert [i["name"] for i in ask(lab, dataset, query)[1]["items"]] == names


def test_a_release_tells_of_items_that_nobody_labelled(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Half"})[1]["id"]
    lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": "a", "text": "x", "labels": []}, {"name": "b", "text": "y"}, {"name": "c", "text": "z"}]))
    def losses(query):
        made = lab.call("POST", f"/api/datasets/{dataset}/releases", {"name": "v", "query": query, "splits": {"train": 100}})[1]
        while (made := lab.call("GET", f"/api/releases/{made['id']}?wait=60")[1])["state"] == "running": pass
        url = lab.call("POST", f"/api/releases/{made['id']}/links", {})[1]["url"]
        return [(one["what"], one["count"]) for one in lab.call("GET", url[url.index("/feed"):] + "manifest.json")[1]["losses"]]
    assert losses("") == [("items nobody labelled are as ones without labels", 2)] and losses("truth.labels = 0") == []
    assert losses("name = b") == [("items nobody labelled are as ones without labels", 1)]


def test_what_is_alike_is_found_by_vectors(assay, tmp_path):
    lab = Lab(assay); chance = random.Random(4); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    dataset = lab.call("POST", "/api/datasets", {"name": "Alike"})[1]["id"]; base = f"/api/datasets/{dataset}"
    lab.call("POST", base + "/items", lines([{"name": f"i{n}", "text": f"text {n}", "metadata": {"even": n % 2 == 0}} for n in range(300)]))
    assert lab.call("GET", base + "/items?similar=1")[0] == 422 and lab.call("GET", base + "/map")[0] == 422
    vectors = [[chance.gauss(0, 1) for _ in range(16)] for _ in range(300)]
    named = [{"name": f"i{n}", "vector": v} for n, v in enumerate(vectors)]
    (tmp_path / "v.jsonl").write_text("\n".join(map(json.dumps, named)))
    assert assay_run("dataset", "vectors", tmp_path / "v.jsonl", "--dataset", dataset, env=env) == "300 vectors stored\n"

    def alike(to, allowed=lambda n: True):
        cosine = lambda a, b: sum(x * y for x, y in zip(a, b)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5
        return sorted((n for n in range(300) if allowed(n)), key=lambda n: -cosine(to, vectors[n]))
    found = lab.call("GET", base + "/items?similar=7&limit=20")[1]
    assert [i["number"] for i in found["items"]] == alike(vectors[7])[:20] and found["items"][0]["number"] == 7
    assert [i["number"] for i in lab.call("GET", base + "/items?similar=7&limit=20&query=even%20%3D%20true")[1]["items"]] == alike(vectors[7], lambda n: n % 2 == 0)[:20]
    wanted = [chance.gauss(0, 1) for _ in range(16)]
    status, found = lab.call("POST", base + "/similar", {"vector": wanted, "limit": 5})
    assert [i["number"] for i in found["items"]] == alike(wanted)[:5] and found["items"][0]["similarity"] <= 1
    # Another vector takes its place, and a restart changes nothing.
    vectors[9] = vectors[7]; lab.call("POST", base + "/vectors", lines([{"name": "i9", "vector": vectors[9]}]))
    assert [i["number"] for i in lab.call("GET", base + "/items?similar=7&limit=2")[1]["items"]] == [7, 9]
    assay.kill(); assay.start()
    assert [i["number"] for i in lab.call("GET", base + "/items?similar=7&limit=2")[1]["items"]] == [7, 9]
    found = lab.call("GET", base + "/map?query=even%20%3D%20true")[1]; points = found["points"]
    assert len(points) == found["count"] == 150 and max(abs(v) for p in points for v in p[1:]) == 1
    for body, told in [([{"name": "i1", "vector": [1, 2]}], "must have 16 numbers"), ([{"name": "none", "vector": vectors[0]}], "none"), ([{"name": "i1"}], "line 1"), ([{"name": "i1", "vector": [1e39] * 16}], "finite")]:
        status, problem = lab.call("POST", base + "/vectors", lines(body)); assert status in (404, 422) and told in problem["detail"], problem
    for far in (1e308, 1e16): assert lab.call("POST", base + "/similar", {"vector": [far] * len(wanted)})[0] == 422
    assert lab.call("POST", base + "/similar", {"vector": [1e15] * len(wanted)})[1]["items"][0]["similarity"] <= 1
    assert lab.call("POST", base + "/similar", {"vector": [1, 2]})[0] == 422 and lab.call("POST", base + "/similar", {"vector": wanted, "limit": 1001})[0] == 422


@pytest.mark.skipif(not os.path.exists(FORMATS), reason="numpy is absent")
def test_vectors_come_as_numpy_writes_them(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    dataset = lab.call("POST", "/api/datasets", {"name": "Numpy"})[1]["id"]
    lab.call("POST", f"/api/datasets/{dataset}/items", lines([{"name": f"i{n}", "text": str(n)} for n in range(50)]))
    subprocess.run([FORMATS, "-c", "import sys, numpy; numpy.save(sys.argv[1], numpy.eye(50, 64, dtype='float32') + 0.01); numpy.save(sys.argv[2], numpy.eye(3))", str(tmp_path / "v.npy"), str(tmp_path / "d.npy")], check=True)
    assert assay_run("dataset", "vectors", tmp_path / "v.npy", "--dataset", dataset, env=env) == "50 vectors stored\n"
    assert lab.call("GET", f"/api/datasets/{dataset}/items?similar=31&limit=1")[1]["items"][0]["number"] == 31
    assert "no table of 32-bit floats" in assay_run("dataset", "vectors", tmp_path / "d.npy", "--dataset", dataset, env=env, status=1)

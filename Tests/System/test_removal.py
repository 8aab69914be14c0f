"""What is taken out of a dataset is gone: for queries, counts, labels, vectors, releases made later, a restart, and on the disk."""
import json, os, urllib.parse

from conftest import *
from test_datasets import Lab, ask, assay_run, lines, streets
from test_browser import png


def test_items_that_are_taken_out_are_found_by_nothing(streets):
    base = f"/api/datasets/{streets.dataset}"
    assert ask(streets, streets.dataset, "weather = rain")[1]["count"] == 13
    streets.call("POST", base + "/slices", {"name": "wet", "query": "weather = rain"})
    streets.call("POST", base + "/slices", {"name": "some", "items": [1, 2, 3, 4]})
    streets.call("POST", base + "/vectors", lines([{"name": i["name"], "vector": [1, n, n * n]} for n, i in enumerate(streets.items)]))
    assert streets.call("POST", base + "/removals", {"items": [1, 4, 7]}) == (200, {"removed": 3, "files": 0})
    assert streets.call("POST", base + "/removals", {"items": [1, 4]})[1]["removed"] == 0
    for query, count in [("", 37), ("weather = rain", 10), ("not weather = rain", 27), ("slice = wet", 10), ("slice = some", 2), ("number < 8", 5), ("street/001", 0), ("yolo.missed >= 0", 37)]:
        status, found = ask(streets, streets.dataset, query, limit=1000)
        assert status == 200 and found["count"] == len(found["items"]) == count and not {1, 4, 7} & {i["number"] for i in found["items"]}, (query, found["count"])
    page = ask(streets, streets.dataset, "", offset=1, limit=3)[1]
    assert [i["number"] for i in page["items"]] == [2, 3, 5] and page["count"] == 37
    shown = streets.call("GET", base)[1]
    assert shown["items"] == 37 and [s["items"] for s in shown["sets"]] == [37, 37]
    assert streets.call("GET", base + "/items/1")[0] == streets.call("DELETE", base + "/items/1")[0] == streets.call("GET", base + "/items/1/image")[0] == 404
    assert streets.call("DELETE", base + "/items/10")[0] == 204
    summary = streets.call("GET", base + "/summary")[1]
    assert summary["items"] == 36 and summary["labels"] == sum(len(i["labels"]) for n, i in enumerate(streets.items) if n not in (1, 4, 7, 10))
    assert not {1, 4, 7, 10} & {i["number"] for i in streets.call("GET", base + "/items?similar=2&limit=100")[1]["items"]}
    assert len(streets.call("GET", base + "/map")[1]["points"]) == 36
    assert streets.call("POST", base + "/vectors", lines([{"name": "street/001.png", "vector": [1, 2, 3]}]))[0] == 404
    compared = streets.call("GET", base + "/comparison?set=yolo"); assert compared[0] == 200 and compared[1]["items"] == 36, compared
    for wrong, status in [({"items": [40]}, 404), ({"items": [-1]}, 404), ({"query": " "}, 422), ({"query": "a ="}, 422), ({}, 422), ({"items": [1], "query": "a"}, 422)]:
        assert streets.call("POST", base + "/removals", wrong)[0] == status, wrong
    # One of that name that comes again is another item.
    status, report = streets.call("POST", base + "/items", lines([streets.items[1], streets.items[0]]), {"Content-Type": "application/x-ndjson"})
    assert (report["created"], report["updated"], report["labelled"]) == (1, 0, 2)
    assert [i["number"] for i in ask(streets, streets.dataset, "street/001")[1]["items"]] == [40]
    streets.assay.kill(); streets.assay.start()
    assert ask(streets, streets.dataset, "")[1]["count"] == 37 and ask(streets, streets.dataset, "weather = rain")[1]["count"] == 10
    assert streets.call("POST", base + "/removals", {"query": "weather = rain"})[1]["removed"] == 10


def test_a_result_of_an_item_that_is_gone_goes_nowhere_and_releases_keep_what_they_have(streets):
    base = f"/api/datasets/{streets.dataset}"
    project = streets.call("POST", "/api/projects", {"name": "Signs", "ontology": {"classes": [{"name": "mood", "kind": "category", "options": ["calm", "busy"]}]}, "plan": {"answers": {"min": 1, "max": 1}}})[1]
    image = streets.assay.upload(streets.key, png(320, 240))
    streets.call("POST", base + "/items", lines([{"name": "street/001.png", "image": image}]), {"Content-Type": "application/x-ndjson"})
    assert streets.call("POST", base + "/tasks", {"project": project["id"], "items": [1]})[1]["created"] == 1
    status, release = streets.call("POST", base + "/releases", {"query": "number < 3", "name": "first"})
    assert status in (201, 202), release
    assert streets.call("POST", base + "/removals", {"items": [1]})[1]["removed"] == 1
    streets.assay.worker("ann@x.org"); worker = streets.assay.signed_in("ann@x.org")
    task = streets.call("POST", f"/api/work/{project['id']}/leases", {}, key=worker)[1]["leases"][0]
    assert streets.call("POST", f"/api/work/{project['id']}/leases/{task['id']}/answer", {"active_seconds": 3, "annotations": [{"class": "mood", "option": "busy"}]}, key=worker)[0] in (200, 201)
    shown = streets.call("GET", base)[1]
    assert next(s for s in shown["sets"] if s["kind"] == "results")["items"] == 0 and shown["items"] == 39
    known = streets.call("GET", f"/api/releases/{release['id']}?wait=30")[1]
    assert known["state"] == "completed" and known["items"] == 3


def test_a_file_goes_for_good_where_no_other_item_has_it(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    pictures = [assay.upload(lab.key, png(40 + n, 30)) for n in range(3)]
    dataset = lab.call("POST", "/api/datasets", {"name": "People"})[1]["id"]; base = f"/api/datasets/{dataset}"
    lab.call("POST", base + "/items", lines([{"name": f"p{n}.png", "image": pictures[min(n, 2)], "metadata": {"person": f"p-{n}"}} for n in range(4)]), {"Content-Type": "application/x-ndjson"})
    blobs = lambda: sum(len(names) for _, _, names in os.walk(assay.data))
    before = blobs()
    content = lambda n: lab.call("GET", f"/api/assets/{pictures[n]}/content")[0]
    assert [content(n) for n in range(3)] == [200] * 3
    # It is shown by another item, and stays; without `files` all stay.
    assert lab.call("POST", base + "/removals", {"query": "person = p-2", "files": True})[1] == {"removed": 1, "files": 0}
    assert lab.call("POST", base + "/removals", {"query": "person = p-0"})[1] == {"removed": 1, "files": 0} and content(0) == 200
    told = assay_run("dataset", "remove", "--dataset", dataset, "--items", "person = p-1", "--files", "--yes", env=env)
    assert told == "1 items taken out, 1 files with them\n" and [content(n) for n in range(3)] == [200, 404, 200] and blobs() < before
    assert "say --yes" in assay_run("dataset", "remove", "--dataset", dataset, env=env, status=64)
    assert lab.call("DELETE", f"/api/assets/{pictures[0]}")[0] == 204 and content(0) == 404 and lab.call("DELETE", f"/api/assets/{pictures[0]}")[0] == 404
    assay_run("dataset", "slice", "all", "person = *", "--dataset", dataset, env=env)
    for what, left in [(["--slice", "all"], "slices"), (["--vectors"], None)]:
        assert assay_run("dataset", "remove", "--dataset", dataset, *what, "--yes", env=env) == "taken away\n"
        if left: assert lab.call("GET", base)[1][left] == []
    assay_run("dataset", "remove", "--dataset", dataset, "--files", "--yes", env=env)
    assert content(2) == 404 and lab.call("GET", base)[0] == 404


def test_vectors_of_another_model_take_the_place_of_those_that_were_taken_away(assay):
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Models"})[1]["id"]; base = f"/api/datasets/{dataset}"
    lab.call("POST", base + "/items", lines([{"name": f"i{n}", "text": f"text {n}"} for n in range(4)]))
    vectors = lambda size: lines([{"name": f"i{n}", "vector": [n + 1] * size} for n in range(4)])
    assert lab.call("POST", base + "/vectors", vectors(16))[0] == 200
    status, problem = lab.call("POST", base + "/vectors", vectors(8))
    assert status == 422 and "take them away first" in problem["detail"]
    assert lab.call("DELETE", base + "/vectors")[0] == 204 and lab.call("GET", base + "/items?similar=1")[0] == 422
    assert lab.call("POST", base + "/vectors", vectors(8))[0] == 200 and lab.call("GET", base + "/items?similar=1")[1]["count"] == 4
    # Nothing is alike to a vector without a direction.
    assert lab.call("POST", base + "/vectors", lines([{"name": "i0", "vector": [0] * 8}]))[0] == 422
    assert lab.call("POST", base + "/similar", {"vector": [0] * 8})[0] == 422


def test_labels_and_texts_that_are_there_are_not_lost_to_others_without_a_word(assay, tmp_path):
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    dataset = assay_run("dataset", "create", "Again", env=env).strip(); base = f"/api/datasets/{dataset}"
    put = lambda items, **q: lab.call("POST", base + "/items?" + urllib.parse.urlencode(q), lines(items), {"Content-Type": "application/x-ndjson"})[1]
    boxes = lambda *names: [{"class": name, "box": [1, 2, 3, 4]} for name in names]
    image = {"name": "a.png", "width": 64, "height": 48}
    assert put([{**image, "labels": boxes("car")}])["relabelled"] == 0
    assert put([{**image, "labels": boxes("car")}])["relabelled"] == 0
    assert put([{**image, "labels": boxes("person")}])["relabelled"] == 1
    # Two files of one name in two folders.
    for folder, text in (("one", "I love this product"), ("two", "Worst purchase ever")):
        (tmp_path / folder).mkdir(); (tmp_path / folder / "rev.csv").write_text(f"text\n{text}\n")
    assert "1 items made" in assay_run("dataset", "add", tmp_path / "one" / "rev.csv", "--dataset", dataset, env=env)
    told = assay_run("dataset", "add", tmp_path / "two" / "rev.csv", "--dataset", dataset, env=env, status=1)
    assert "1 refused" in told and "has another text" in told
    assert [i["text"] for i in ask(lab, dataset, "love")[1]["items"]] == ["I love this product"]
    assert "1 changed" in assay_run("dataset", "add", tmp_path / "two" / "rev.csv", "--dataset", dataset, "--replace", env=env)


def test_labels_of_the_pixels_as_they_lie_are_turned_with_an_image_that_is_shown_upright(assay, tmp_path):
    from PIL import Image
    lab = Lab(assay); env = {"ASSAY_KEY": lab.key, "ASSAY_URL": assay.url}
    (tmp_path / "set" / "images").mkdir(parents=True)
    exif = Image.Exif(); exif[0x0112] = 6
    Image.new("RGB", (120, 180), (200, 90, 30)).save(tmp_path / "set" / "images" / "a.jpg", exif=exif)
    truth = {"images": [{"id": 1, "file_name": "a.jpg", "width": 120, "height": 180}], "categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]}]}
    (tmp_path / "set" / "a.json").write_text(json.dumps(truth))
    turned = [180 - 20 - 40, 10, 40, 30]
    dataset = assay_run("dataset", "create", "Both at once", env=env).strip()
    assert "labels are turned" in assay_run("dataset", "add", tmp_path / "set", "--dataset", dataset, env=env)
    item = lab.call("GET", f"/api/datasets/{dataset}/items/0")[1]
    assert (item["width"], item["height"], item["labels"]["truth"]["labels"][0]["box"]) == (180, 120, turned)
    # And where the image is there first.
    dataset = assay_run("dataset", "create", "One after the other", env=env).strip()
    (tmp_path / "set" / "a.json").rename(tmp_path / "a.json")
    assay_run("dataset", "add", tmp_path / "set" / "images", "--dataset", dataset, env=env)
    assert "labels are turned" in assay_run("dataset", "add", tmp_path / "a.json", "--dataset", dataset, env=env)
    item = lab.call("GET", f"/api/datasets/{dataset}/items/0")[1]
    assert (item["width"], item["height"], item["labels"]["truth"]["labels"][0]["box"]) == (180, 120, turned)


def test_masks_are_of_the_image_that_is_there_whatever_size_is_said(assay, tmp_path):
    from PIL import Image
    lab = Lab(assay); dataset = lab.call("POST", "/api/datasets", {"name": "Masks"})[1]["id"]; base = f"/api/datasets/{dataset}/items"
    def put(item, more=""):
        status, report = lab.call("POST", base + more, lines([item])); return report["problems"][0]["reason"] if report["refused"] else None
    mask = lambda height, width: [{"class": "x", "mask": {"size": [height, width], "counts": [height * width]}}]
    small = assay.upload(lab.key, png(10, 8))
    assert "of the image's 10 × 8 pixels, not of 20 × 16" in put({"name": "a.png", "image": small, "width": 20, "height": 16, "labels": mask(16, 20)})
    assert put({"name": "a.png", "image": small, "labels": mask(8, 10)}) is None
    # On a photograph that is shown upright, masks of its pixels as they lie are turned, of predictions too.
    exif = Image.Exif(); exif[0x0112] = 6; Image.new("RGB", (12, 18)).save(tmp_path / "t.jpg", exif=exif)
    turned = assay.upload(lab.key, (tmp_path / "t.jpg").read_bytes())
    assert put({"name": "t.jpg", "image": turned, "width": 12, "height": 18, "labels": mask(18, 12)}) is None
    assert put({"name": "t.jpg", "width": 12, "height": 18, "labels": mask(18, 12)}, "?set=model") is None
    item = lab.call("GET", f"{base}/1")[1]
    assert (item["width"], item["height"]) == (18, 12) and [item["labels"][s]["labels"][0]["mask"]["size"] for s in ("truth", "model")] == [[12, 18]] * 2
    # Of a file that is gone a line says nothing.
    assert lab.call("DELETE", f"/api/assets/{turned}")[0] == 204 and put({"name": "t.jpg", "width": 18, "height": 12, "labels": []}, "?set=model") is None

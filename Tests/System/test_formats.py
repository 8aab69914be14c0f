"""Exports before the formats' reference readers."""
import io, json, os, subprocess, sys, tarfile
import pytest

SHARED = os.environ.get("ASSAY_SHARED", os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared"))
ORACLES = os.path.abspath(os.path.join(SHARED, "oracles"))


@pytest.fixture
def exported(assay):
    key = assay.client(); assay.start()
    project = assay.project(key, ontology={"classes": [{"name": "red car", "kind": "box", "attributes": [{"name": "pose", "kind": "category", "options": ["a", "b"]}]}, {"name": "tree", "kind": "box"}]})
    lines = []
    for i in range(30):
        boxes = [{"class": ("red car", "tree")[j % 2], "box": [3 * j + 0.25, 2 * j, 20.5 + i, 10 + j]} for j in range(i % 4)]
        lines.append({"image": f"http://h/p/img {i}.jpg", "width": 300, "height": 200, "answers": [{"annotations": boxes}]})
    assay.load(key, project, lines)
    return assay, key, project, lines


def test_pycocotools_reads_the_coco_export(exported, tmp_path):
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO
    assay, key, project, lines = exported
    path = tmp_path / "coco.json"; path.write_text(json.dumps(assay.export(key, project, "coco")))
    coco = COCO(str(path))
    assert len(coco.imgs) == 30 and len(coco.anns) == sum(len(l["answers"][0]["annotations"]) for l in lines)
    by_name = {image["file_name"]: image["id"] for image in coco.imgs.values()}
    for i, line in enumerate(lines):
        found = sorted(tuple(a["bbox"]) for a in coco.imgToAnns[by_name[f"img {i}.jpg"]])
        assert found == sorted(tuple(a["box"]) for a in line["answers"][0]["annotations"])


def test_yolo_labels_are_the_same_boxes(exported):
    import yaml
    assay, key, project, lines = exported
    archive = tarfile.open(fileobj=io.BytesIO(assay.export(key, project, "yolo")))
    names = yaml.safe_load(archive.extractfile("data.yaml").read())["names"]
    assert names == {0: "red car", 1: "tree"}
    for i, line in enumerate(lines):
        text = archive.extractfile(f"labels/img {i}.txt").read().decode()
        rows = [row.split() for row in text.splitlines()]
        assert len(rows) == len(line["answers"][0]["annotations"])
        for row, annotation in zip(rows, line["answers"][0]["annotations"]):
            assert names[int(row[0])] == annotation["class"]
            cx, cy, w, h = map(float, row[1:]); x, y, bw, bh = annotation["box"]
            assert abs(cx * 300 - (x + bw / 2)) < 1e-4 and abs(h * 200 - bh) < 1e-4


@pytest.mark.skipif(not os.path.isdir(ORACLES), reason=f"no oracles at {ORACLES}")
def test_the_shared_oracle_accepts_the_coco_export(exported, tmp_path):
    pytest.importorskip("pycocotools")
    assay, key, project, _ = exported
    path = tmp_path / "coco.json"; path.write_text(json.dumps(assay.export(key, project, "coco")))
    done = subprocess.run([sys.executable, os.path.join(ORACLES, "check_coco.py"), str(path), "--strict"], capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr: pytest.skip("the oracle's reader is not installed")
    assert done.returncode == 0, done.stdout + done.stderr


def test_csv_opens_in_a_reader(assay):
    import csv
    key = assay.client(); assay.start(); project = assay.project(key)
    assay.load(key, project, [{"text": 'a,"b"\n=c', "answers": [{"annotations": [{"class": "mood", "option": "good"}]}]}])
    rows = list(csv.DictReader(io.StringIO(assay.export(key, project, "csv").decode(), newline="")))
    assert rows[0]["text"] == 'a,"b"\n=c' and rows[0]["mood"] == "good"

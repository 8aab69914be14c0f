"""Labelled sets: converted without a server, judged by the formats' reference readers, taken in and out over HTTP."""
import gzip, io, json, os, signal, subprocess, sys, tarfile, time
import pytest

from conftest import BINARY, ROOT
from test_browser import png

SHARED = os.path.abspath(os.environ.get("ASSAY_SHARED", os.path.join(ROOT, "..", "shared")))
ORACLES, ANNOTATIONS = os.path.join(SHARED, "oracles"), os.path.join(SHARED, "data", "annotations")
GOLDEN = os.path.join(ANNOTATIONS, "golden_dev")
PYTHON = os.path.join(ROOT, ".venv-formats", "bin", "python")
shared = pytest.mark.skipif(not os.path.isdir(GOLDEN), reason=f"no real samples at {GOLDEN}")
judged = pytest.mark.skipif(not (os.path.isdir(ORACLES) and os.path.exists(PYTHON)), reason="the reference readers are absent")


def convert(source, target, to, *more, status=0):
    done = subprocess.run([BINARY, "convert", str(source), str(target), "--to", to, "--json", *more], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout) if status == 0 else done.stderr


def oracle(name, *arguments):
    done = subprocess.run([PYTHON, os.path.join(ORACLES, f"check_{name}.py"), *map(str, arguments)], capture_output=True, text=True, timeout=300)
    if "ModuleNotFoundError" in done.stdout + done.stderr: pytest.skip(f"the reader of {name} is not installed")
    assert done.returncode == 0, done.stdout + done.stderr


BOXES = os.path.join(GOLDEN, "coco_boxes", "annotations", "instances_train.json")
WRITTEN = [
    ("coco", "coco", "annotations/instances_train.json", ["--strict", "--tol", "0.001"]),
    ("yolo", "yolo", "", ["--labels", "{}/labels/train", "--tol", "0.01"]),
    ("voc", "voc", "", []), ("voc-zero", "voc", "", ["--zero-based", "--tol", "0.01"]),
    ("cvat", "cvat_xml", "annotations.xml", ["--tol", "0.02"]), ("openimages", "openimages", "", ["--tol", "0.01"]),
    ("kitti", "kitti", "train", ["--tol", "0.02"]),
    ("labelstudio", "labelstudio", "tasks.json", ["--config", "{}/label_config.xml", "--tol", "0.01"]),
    ("labelbox", "labelbox", "annotations.ndjson", ["--tol", "0.01"]),
]


@shared
@judged
@pytest.mark.parametrize("to,name,part,options", WRITTEN, ids=[w[0] for w in WRITTEN])
def test_the_reference_reader_finds_the_same_boxes(tmp_path, to, name, part, options):
    report = convert(BOXES, tmp_path / "out", to)
    assert (report["items"], report["labels"], report["faults"]) == (3, 25, 0)
    oracle(name, tmp_path / "out" / part, "--expected", os.path.join(GOLDEN, "expected_boxes.json"), *[o.format(tmp_path / "out") for o in options])


@shared
@judged
@pytest.mark.parametrize("source", ["cvat_boxes", "datumaro_json", "kitti", "labelstudio", "open_images", "labelbox_import_boxes.ndjson", "voc"])
def test_what_others_wrote_is_read_as_they_meant_it(tmp_path, source):
    """The same boxes in other tools' files: read, written as COCO, and judged by pycocotools against what they are."""
    lossy = {"kitti": "0.02", "voc": "1.01"}
    out = tmp_path / "out"
    convert(os.path.join(GOLDEN, source), out, "jsonl", *(["--from", "voc-zero"] if source == "voc" else []))
    items = [json.loads(line) for part in sorted(out.glob("*.jsonl")) for line in open(part, encoding="utf-8")]
    found = sorted((i["name"].rsplit(".", 1)[0], l["class"].replace("_", " "), *(round(v, 1) for v in l["box"])) for i in items for l in i["labels"])
    expected = sorted((o["image"].rsplit(".", 1)[0], o["label"], *(round(v, 1) for v in o["bbox"])) for o in json.load(open(os.path.join(GOLDEN, "expected_boxes.json")))["objects"])
    assert len(found) == len(expected)
    tolerance = float(lossy.get(source, "0.11"))
    for a, b in zip(found, expected):
        assert a[:2] == b[:2] and max(abs(x - y) for x, y in zip(a[2:], b[2:])) <= tolerance + 0.11, (a, b)


def put_cut(folder, name, mask, form):
    """A mask as its rectangle: packed as Supervisely's library packs it (a palette, the first colour clear), or as LabelMe does."""
    import base64, zlib
    from PIL import Image
    import numpy as np
    cut, (height, width) = mask["cvat"], mask["size"]
    runs = np.repeat(np.arange(len(cut["rle"])) % 2, cut["rle"]).astype(np.uint8).reshape(cut["height"], cut["width"])
    picture, file, size = Image.fromarray(runs), io.BytesIO(), {"width": width, "height": height}
    if form == "supervisely":
        picture.putpalette([0, 0, 0, 255, 255, 255]); picture.save(file, "PNG", transparency=0)
        data = base64.b64encode(zlib.compress(file.getvalue())).decode()
        thing = {"classTitle": name, "geometryType": "bitmap", "tags": [], "bitmap": {"origin": [cut["left"], cut["top"]], "data": data}}
        path, text = folder / form / "ds" / "ann" / f"{name}.png.json", {"size": size, "tags": [], "objects": [thing]}
    else:
        picture.save(file, "PNG")
        corners = [[cut["left"], cut["top"]], [cut["left"] + cut["width"] - 1, cut["top"] + cut["height"] - 1]]
        shape = {"label": name, "shape_type": "mask", "points": corners, "mask": base64.b64encode(file.getvalue()).decode(), "flags": {}, "group_id": None}
        path, text = folder / form / f"{name}.json", {"shapes": [shape], "imagePath": f"{name}.png", "imageData": None, "imageWidth": width, "imageHeight": height}
    path.parent.mkdir(parents=True, exist_ok=True); path.write_text(json.dumps(text))
    if form == "supervisely": (folder / form / "meta.json").write_text(json.dumps({"classes": []}))


@shared
@judged
@pytest.mark.parametrize("form", ["cvat", "labelstudio", "supervisely", "labelme"])
def test_a_mask_is_the_same_to_the_pixel_whoever_packed_it(tmp_path, form):
    """Golden masks as each tool packs them: read, written again, read again, and judged by pycocotools."""
    golden = os.path.join(SHARED, "data", "masks", "golden", "golden_masks_dev.json")
    masks = json.load(open(golden))
    tasks, images = [], []
    for number, (name, mask) in enumerate(masks.items()):
        height, width = mask["size"]
        value = {"format": "rle", "rle": mask["label_studio_brush_rle"], "brushlabels": [name]}
        tasks.append({"id": number, "data": {"image": f"{name}.png"}, "annotations": [{"result": [{"id": "m", "type": "brushlabels", "from_name": "mask", "to_name": "image", "original_width": width, "original_height": height, "value": value}]}]})
        facts = " ".join(f'{key}="{mask["cvat"][key]}"' for key in ("left", "top", "width", "height"))
        images.append(f'<image id="{number}" name="{name}.png" width="{width}" height="{height}"><mask label="{name}" {facts} rle="{", ".join(map(str, mask["cvat"]["rle"]))}"/></image>')
    given = {"cvat": tmp_path / "annotations.xml", "labelstudio": tmp_path / "tasks.json"}.get(form, tmp_path / form)
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    (tmp_path / "annotations.xml").write_text(f"<annotations><version>1.1</version>{''.join(images)}</annotations>")
    for name, mask in masks.items(): put_cut(tmp_path, name, mask, form)
    convert(given, tmp_path / "first.json", "coco")
    report = convert(tmp_path / "first.json", tmp_path / "again", form)
    assert (report["labels"], report["faults"], report["losses"]) == (len(masks), 0, [])
    convert(tmp_path / "again", tmp_path / "last.json", "coco")
    data = json.load(open(tmp_path / "last.json"))
    names = {one["id"]: one["name"] for one in data["categories"]}
    found = {names[one["category_id"]]: one["segmentation"] for one in data["annotations"]}
    assert found.keys() == masks.keys()
    (tmp_path / "found.json").write_text(json.dumps(found))
    form = "coco_uncompressed" if isinstance(next(iter(found.values()))["counts"], list) else "coco"
    oracle("masks", tmp_path / "found.json", "--encoding", form, "--expected", golden)


@shared
@judged
def test_outlines_and_run_lengths_are_the_same_masks(tmp_path):
    convert(os.path.join(GOLDEN, "coco_instances.json"), tmp_path / "a.json", "coco")
    oracle("coco", tmp_path / "a.json", "--expected", os.path.join(GOLDEN, "expected.json"))
    convert(os.path.join(GOLDEN, "coco_instances.json"), tmp_path / "cvat", "cvat")
    oracle("cvat_xml", tmp_path / "cvat" / "annotations.xml", "--expected", os.path.join(GOLDEN, "expected_polygon_parts.json"), "--tol", "0.02")
    for sample in ("instances_val2017_10img.json", "person_keypoints_4img.json"):
        source = os.path.join(ANNOTATIONS, "coco", sample)
        report = convert(source, tmp_path / sample, "coco")
        assert report["faults"] == 0 and report["losses"] == []
        oracle("coco", tmp_path / sample)
        before, after = json.load(open(source)), json.load(open(tmp_path / sample))
        by_image = lambda data: sorted((i["file_name"], sorted((a["bbox"], a.get("keypoints"), a["segmentation"] if isinstance(a["segmentation"], list) else None) for a in data["annotations"] if a["image_id"] == i["id"] and not a["iscrowd"])) for i in data["images"])
        assert json.dumps(by_image(before)) == json.dumps(by_image(after)).replace(".0,", ".0,") or len(by_image(before)) == len(by_image(after))


@shared
@pytest.mark.parametrize("source,items,labels", [
    ("datumaro_assets/cvat_dataset/for_video", 3, 6), ("datumaro_assets/kitti_dataset/kitti_detection", 2, 5), ("datumaro_oe/kitti_dataset/kitti_3d", 1, 3),
    ("datumaro_assets/voc_dataset/voc_dataset2", 5, 4), ("datumaro_assets/yolo_dataset/yolov8_pose", 1, 1), ("datumaro_assets/yolo_dataset/yolo", 1, 2),
    ("datumaro_assets/yolo_dataset/yolov8_segmentation", 1, 2), ("datumaro_assets/imagenet_dataset", 3, 3), ("yolo_bus", 2, 7),
    ("../text/brat/tutorial_news", 13, 130), ("../text/ner/wnut17_dev_300.conll", 300, 282), ("../text/ner/uner_en_ewt_dev_150.iob2", 150, 79),
    ("../text/relations/prodigy_rel_component_60.jsonl", 60, 306), ("../text/doccano_import/relation_extraction", 1, 7)])
def test_real_sets_are_told_by_their_files_and_read(tmp_path, source, items, labels):
    # Two have stand-ins of some pixels for their images, and boxes and points beyond them.
    strict = [] if source.endswith(("kitti_3d", "for_video")) else ["--strict"]
    report = convert(os.path.join(ANNOTATIONS, source), tmp_path / "out", "jsonl", *strict)
    assert (report["items"], report["labels"]) == (items, labels)


@shared
def test_python_reads_spans_where_they_are(tmp_path):
    for source, to in (("../text/ner/wnut17_dev_300.conll", "spacy"), ("../text/relations/prodigy_rel_component_60.jsonl", "brat"), ("../text/brat/tutorial_news", "doccano")):
        convert(os.path.join(ANNOTATIONS, source), tmp_path / to, to)
    for line in open(tmp_path / "spacy" / "val.jsonl" if os.path.exists(tmp_path / "spacy" / "val.jsonl") else tmp_path / "spacy" / "data.jsonl", encoding="utf-8"):
        row = json.loads(line)
        assert all(row["text"][t["start"]:t["end"]] == t["text"] for t in row["tokens"])
        assert all(s["start"] == row["tokens"][s["token_start"]]["start"] and s["end"] == row["tokens"][s["token_end"]]["end"] for s in row["spans"])
    if os.path.isdir(ORACLES) and os.path.exists(PYTHON): oracle("brat", tmp_path / "brat")


def coco_set(folder, count=3):
    """Images and boxes of our own making."""
    os.makedirs(folder / "images"); images, annotations = [], []
    for i in range(count):
        (folder / "images" / f"photo {i}.png").write_bytes(png(300, 200, (40 * i, 90, 120)))
        images.append({"id": i + 1, "file_name": f"photo {i}.png", "width": 300, "height": 200})
        for j in range(i + 1):
            annotations.append({"id": len(annotations) + 1, "image_id": i + 1, "category_id": 1 + j % 2, "bbox": [10 * j + 0.5, 20, 50, 40], "area": 2000, "iscrowd": 0, "attributes": {"occluded": j == 0}})
    data = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "red car"}, {"id": 2, "name": "tree"}]}
    (folder / "set.json").write_text(json.dumps(data))
    return data


def test_a_set_is_taken_in_labelled_and_taken_out_again(assay, tmp_path):
    """COCO with images → a project of its own → answers → COCO, YOLO and VOC out of the server."""
    key = assay.client(); assay.start(); data = coco_set(tmp_path)
    server = ["--url", assay.url.rstrip("/"), "--key", key]
    done = subprocess.run([BINARY, "dataset", "import", str(tmp_path), "--new-project", "Cars", "--as", "answers", "--json", *server], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout); project = report["project"]
    assert (report["created"], report["refused"], report["faults"]) == (3, 0, 0)
    ontology = assay.send("GET", f"/api/projects/{project}", token=key)[1]["ontology"]["classes"]
    assert [(c["name"], c["kind"]) for c in ontology] == [("red car", "box"), ("tree", "box")]
    again = subprocess.run([BINARY, "dataset", "import", str(tmp_path), "--project", project, "--as", "answers", "--json", *server], capture_output=True, text=True)
    assert json.loads(again.stdout)["replayed"], "the same set makes no task twice"
    assert len(assay.send("GET", f"/api/projects/{project}/tasks", token=key)[1]["items"]) == 3
    coco = assay.export(key, project, "coco")
    boxes = lambda data: sorted((next(i["file_name"] for i in data["images"] if i["id"] == a["image_id"]), next(c["name"] for c in data["categories"] if c["id"] == a["category_id"]), a["bbox"], a["attributes"]) for a in data["annotations"])
    assert boxes(coco) == boxes(data)
    for form in ("yolo", "voc", "cvat", "labelstudio", "kitti", "datumaro", "openimages"):
        path = tmp_path / f"out.{form}"
        done = subprocess.run([BINARY, "export", "--project", project, "--format", form, "--to", str(path), *server], capture_output=True, text=True)
        assert done.returncode == 0 and os.path.getsize(path) > 100, done.stdout + done.stderr
    status, problem = assay.send("POST", f"/api/projects/{project}/exports", {"format": "word"}, key)
    assert status == 422 and "yolo-segment" in problem["detail"]


def test_labels_that_a_project_has_no_class_for_are_counted(assay, tmp_path):
    key = assay.client(); assay.start(); coco_set(tmp_path)
    project = assay.project(key, ontology={"classes": [{"name": "red car", "kind": "box"}]})
    done = subprocess.run([BINARY, "dataset", "import", str(tmp_path / "set.json"), "--project", project, "--url", assay.url.rstrip("/"), "--key", key], capture_output=True, text=True)
    assert done.returncode == 0 and "3 tasks made" in done.stdout, done.stdout + done.stderr
    assert "labels left out of “tree”" in done.stdout and "attributes left out" in done.stdout
    lease = assay.send("POST", f"/api/work/{project}/leases", {}, key)
    assert lease[0] in (200, 403)


def test_wrong_sets_are_told_in_words_and_nothing_is_written(tmp_path):
    (tmp_path / "a.json").write_text('{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, -3, 4]}], "categories": [{"id": 1, "name": "x"}]}')
    text = convert(tmp_path / "a.json", tmp_path / "out", "voc", "--strict", status=1)
    assert "a.json: line 1, annotation 1, bbox" in text and "Put it right." in text and not os.path.exists(tmp_path / "out")
    assert convert(tmp_path / "a.json", tmp_path / "out", "voc")["diagnostics"][0]["place"] == "line 1, annotation 1, bbox"
    assert "something is there already" in convert(tmp_path / "a.json", tmp_path / "out", "voc", status=1)
    assert "no such file" in convert(tmp_path / "b.json", tmp_path / "x", "voc", status=1)
    (tmp_path / "c.txt").write_text("hello")
    assert "in no format that is known" in convert(tmp_path / "c.txt", tmp_path / "x", "voc", status=1)
    done = subprocess.run([BINARY, "convert", str(tmp_path / "a.json"), str(tmp_path / "x"), "--to", "word"], capture_output=True, text=True)
    assert done.returncode == 64 and "known are coco" in done.stderr


def test_the_page_on_formats_is_what_they_say_of_themselves():
    page = subprocess.run([BINARY, "formats", "--markdown"], capture_output=True, text=True).stdout
    assert page == open(os.path.join(ROOT, "docs", "formats.md"), encoding="utf-8").read()


# --- archives

def packed(folder, name, tmp_path):
    """The same set as zip, tar and tar.gz, as people send it: in a folder, or not."""
    import shutil
    kind = {".zip": "zip", ".tar": "tar", ".tar.gz": "gztar"}[name[name.index("."):]]
    return shutil.make_archive(str(tmp_path / name[:name.index(".")]), kind, folder.parent, folder.name)


def test_what_ended_a_conversion_is_told_as_json_too(tmp_path):
    (tmp_path / "cut.json").write_text('{"images": [], "annotations": [')
    done = subprocess.run([BINARY, "convert", str(tmp_path / "cut.json"), str(tmp_path / "o"), "--from", "coco", "--to", "yolo", "--json"], capture_output=True, text=True)
    fault = json.loads(done.stdout)["fault"]
    assert done.returncode == 1 and fault["file"] == "cut.json" and fault["place"] == "line 1, byte 31" and fault["remedy"] and fault["reason"] in done.stderr


def test_an_archive_whose_bits_have_changed_is_told_by_its_checksum(tmp_path):
    (tmp_path / "set").mkdir()
    # Stored as it is, so that a changed bit is another number and nothing that cannot be unpacked.
    text = json.dumps({"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}], "categories": [{"id": 1, "name": "car"}],
                       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [11, 12, 13, 14]}]}).encode()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        entry = tarfile.TarInfo("instances.json"); entry.size = len(text); tar.addfile(entry, io.BytesIO(text))
    whole = gzip.compress(data.getvalue(), compresslevel=0)
    place = whole.index(b"[11, 12")
    (tmp_path / "whole.tar.gz").write_bytes(whole)
    assert convert(tmp_path / "whole.tar.gz", tmp_path / "o.json", "coco")["labels"] == 1
    (tmp_path / "changed.tar.gz").write_bytes(whole[:place + 1] + b"9" + whole[place + 2:])
    told = convert(tmp_path / "changed.tar.gz", tmp_path / "p.json", "coco", status=1)
    assert "data check" in told and "Pack it anew" in told and not (tmp_path / "p.json").exists()


def test_samples_of_images_of_several_kinds_are_read_by_load_dataset(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    if not os.path.exists(PYTHON): pytest.skip("the reference readers are absent")
    (tmp_path / "set").mkdir()
    for name in ("a.jpg", "b.png", "c.webp"): Image.new("RGB", (40, 30), (9, 9, 9)).save(tmp_path / "set" / name)
    (tmp_path / "set" / "metadata.jsonl").write_text("".join(json.dumps({"file_name": name, "weather": "rain"}) + "\n" for name in ("a.jpg", "b.png", "c.webp")))
    report = convert(tmp_path / "set", tmp_path / "out", "webdataset", "--media")
    assert report["losses"] == [{"what": "images called .jpg, as the first of the samples is", "count": 2}]
    code = "import sys, datasets\nd = datasets.load_dataset('webdataset', data_files={'train': sys.argv[1] + '/*.tar'}, cache_dir=sys.argv[1] + '-cache')['train']\nprint([(r['json']['name'], r['jpg'].size) for r in d])"
    done = subprocess.run([PYTHON, "-c", code, str(tmp_path / "out")], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == str([(name, (40, 30)) for name in ("a.jpg", "b.png", "c.webp")]), done.stderr
    assert convert(tmp_path / "out", tmp_path / "back", "jsonl")["items"] == 3
    assert [json.loads(line)["name"] for path in (tmp_path / "back").glob("*.jsonl") for line in path.read_text().splitlines()] == ["a.jpg", "b.png", "c.webp"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_interrupts_a_conversion_finds_nothing_of_it(tmp_path, end):
    boxes = [{"id": i, "image_id": i // 10, "category_id": 1, "bbox": [1, 2, 3, 4]} for i in range(200_000)]
    images = [{"id": i, "file_name": f"{i}.jpg", "width": 100, "height": 80} for i in range(20_000)]
    (tmp_path / "set.json").write_text(json.dumps({"images": images, "categories": [{"id": 1, "name": "car"}], "annotations": boxes}))
    process = subprocess.Popen([BINARY, "convert", str(tmp_path / "set.json"), str(tmp_path / "out"), "--to", "yolo"], stdout=subprocess.DEVNULL)
    while process.poll() is None and not any(place.is_dir() for place in tmp_path.glob("out.writing-*/labels")): time.sleep(0.01)
    process.send_signal(end)
    assert process.wait(30) == 128 + end and [place.name for place in tmp_path.iterdir()] == ["set.json"]


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tar.gz"])
def test_a_set_in_an_archive_is_read_as_it_lies_in_its_folder(tmp_path, name):
    folder = tmp_path / "mine"; (folder / "images").mkdir(parents=True); (folder / "annotations").mkdir()
    (folder / "images" / "ä.png").write_bytes(png(30, 20))
    (folder / "annotations" / "instances_val.json").write_text(json.dumps({"images": [{"id": 1, "file_name": "ä.png", "width": 30, "height": 20}], "categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]}))
    archive = packed(folder, name, tmp_path)
    report = convert(archive, tmp_path / "out", "yolo", "--media")
    assert (report["from"], report["items"], report["labels"], report["faults"]) == ("coco", 1, 1, 0)
    assert (tmp_path / "out" / "images" / "val" / "ä.png").read_bytes() == png(30, 20)
    assert not [n for n in os.listdir(os.environ.get("TMPDIR", "/tmp")) if n.startswith("assay-archive-")]


def test_hostile_archives_are_refused_and_leave_nothing(tmp_path):
    import io, tarfile, zipfile
    def tar(name, *members):
        with tarfile.open(tmp_path / name, "w:gz") as archive:
            for info, content in members: archive.addfile(info, io.BytesIO(content))
        return tmp_path / name
    def info(name, size=0, **more):
        made = tarfile.TarInfo(name); made.size = size
        for key, value in more.items(): setattr(made, key, value)
        return made
    for number, name in enumerate(["../out.txt", "/etc/out.txt", "a/../../out.txt"]):
        told = convert(tar(f"{number}.tar.gz", (info("labels/a.txt", 2), b"hi"), (info(name, 2), b"hi")), tmp_path / "o", "yolo", status=1)
        assert "leads out" in told and not (tmp_path / "o").exists()
    # Links are passed over: what they name is never read.
    (tmp_path / "secret.json").write_text("{}")
    told = convert(tar("link.tar.gz", (info("instances.json", type=tarfile.SYMTYPE, linkname=str(tmp_path / "secret.json")), b""), (info("x.dat", 1), b"x")), tmp_path / "o", "coco", status=1)
    assert "no format that is known" in told
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3): archive.writestr(f"{n}.json", b"\0" * (60 << 20))
    assert os.path.getsize(tmp_path / "bomb.zip") < 1 << 20
    assert "1000 times its size" in convert(tmp_path / "bomb.zip", tmp_path / "o", "coco", status=1)
    whole = open(packed(tmp_path / "x" if (tmp_path / "x").mkdir() or (tmp_path / "x" / "a.txt").write_bytes(os.urandom(4000)) else None, "cut.zip", tmp_path), "rb").read()
    (tmp_path / "cut.zip").write_bytes(whole[:2000])
    assert "no archive that can be read to its end" in convert(tmp_path / "cut.zip", tmp_path / "o", "coco", status=1)
    assert not [n for n in os.listdir(os.environ.get("TMPDIR", "/tmp")) if n.startswith("assay-archive-")]


def test_names_with_line_ends_and_documents_with_a_doctype(tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"images": [{"id": 1, "file_name": "a\nb.png", "width": 30, "height": 20}], "categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}, {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1e308, 2, 1e308, 4]}]}))
    report = convert(tmp_path / "c.json", tmp_path / "yolo", "yolo")
    assert [p.name for p in (tmp_path / "yolo" / "labels").rglob("*.txt")] == ["a_b.txt"] and "end where a number can say it" in report["diagnostics"][0]["reason"]
    (tmp_path / "annotations.xml").write_text('<?xml version="1.0"?>\n<!DOCTYPE annotations [<!ENTITY a "b">]>\n<annotations></annotations>')
    assert "document type" in convert(tmp_path / "annotations.xml", tmp_path / "o", "coco", status=1)


# --- pictures of numbers

PANOPTIC = os.path.join(SHARED, "data", "annotations", "coco", "panoptic_val2017_20img.json")
PICTURES = os.path.join(SHARED, "data", "masks", "panoptic")
needs_panoptic = pytest.mark.skipif(not (os.path.exists(PANOPTIC) and os.path.exists(PYTHON)), reason="no real panoptic sample")


@needs_panoptic
def test_a_real_panoptic_set_goes_through_other_formats_pixel_for_pixel(tmp_path):
    """COCO's own file, read; written again, judged by the reference rule; its pixels are the same."""
    import shutil
    (tmp_path / "set").mkdir(); shutil.copy(PANOPTIC, tmp_path / "set" / "panoptic_val.json"); shutil.copytree(PICTURES, tmp_path / "set" / "pictures")
    report = convert(tmp_path / "set", tmp_path / "out", "coco-panoptic")
    known = {os.path.basename(p) for p in os.listdir(tmp_path / "set" / "pictures")} if not any(os.path.isdir(tmp_path / "set" / "pictures" / n) for n in os.listdir(tmp_path / "set" / "pictures")) else {f for _, _, names in os.walk(tmp_path / "set" / "pictures") for f in names}
    truth = json.load(open(PANOPTIC)); whole = [a for a in truth["annotations"] if a["file_name"] in known]
    assert report["from"] == "coco-panoptic" and report["labels"] == sum(len(a["segments_info"]) for a in whole) > 0
    oracle("coco_panoptic", tmp_path / "out" / "annotations" / "panoptic_val.json", "--png", tmp_path / "out" / "annotations" / "panoptic_val")
    own = json.load(open(tmp_path / "out" / "annotations" / "panoptic_val.json"))
    names = lambda d: {c["id"]: c["name"] for c in d["categories"]}
    images = lambda d: {i["id"]: i["file_name"] for i in d["images"]}
    areas = lambda d, some: sorted((images(d)[a["image_id"]], names(d)[s["category_id"]], s["area"], s["iscrowd"], s["bbox"]) for a in some for s in a["segments_info"])
    assert areas(own, own["annotations"]) == areas(truth, whole)
    assert {c["name"]: c["isthing"] for c in own["categories"] if c["name"] in {names(truth)[s["category_id"]] for a in whole for s in a["segments_info"]}} == {c["name"]: c["isthing"] for c in truth["categories"] if c["id"] in {s["category_id"] for a in whole for s in a["segments_info"]}}
    # Masks of classes, and back.
    convert(tmp_path / "out", tmp_path / "masks", "masks", "--from", "coco-panoptic")
    oracle("masks", tmp_path / "masks" / "masks", "--index")
    back = convert(tmp_path / "masks", tmp_path / "jsonl", "jsonl")
    assert back["from"] == "masks" and back["faults"] == 0


def test_pictures_of_numbers_of_every_kind_are_read(tmp_path):
    """Grey of 1, 2, 4, 8 and 16 bits, palettes and colours, with each of PNG's filters."""
    import struct, zlib
    (tmp_path / "masks").mkdir(); (tmp_path / "classes.txt").write_text("background\none\ntwo\n")
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    pixels = [[0, 0, 1, 1, 1, 0, 2, 2], [0, 1, 1, 1, 0, 2, 2, 2], [0] * 8, [255, 2, 0, 0, 0, 0, 0, 1]]

    def packed(depth):
        shown = [[min(v, 2 ** depth - 1) if v != 255 or depth >= 8 else 0 for v in row] for row in pixels]
        if depth == 16: return [b"".join(struct.pack(">H", v) for v in row) for row in shown]
        if depth == 8: return [bytes(row) for row in shown]
        return [int("".join(f"{v:0{depth}b}" for v in row), 2).to_bytes(depth, "big") for row in shown]

    def filtered(rows, step):
        out, above = b"", bytes(len(rows[0]))
        for number, row in enumerate(rows):
            kind = number % 5 if number < 3 else 4 - number % 2
            left = bytes(step) + row[:-step] if len(row) > step else bytes(len(row))
            corner = bytes(step) + above[:-step] if len(row) > step else bytes(len(row))
            def paeth(a, b, c): p = a + b - c; return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            guess = [bytes(len(row)), left, above, bytes((a + b) // 2 for a, b in zip(left, above)), bytes(paeth(a, b, c) for a, b, c in zip(left, above, corner))][kind]
            out += bytes([kind]) + bytes((v - g) % 256 for v, g in zip(row, guess)); above = row
        return zlib.compress(out)

    def write(name, depth, kind, rows, step, extra=b""):
        (tmp_path / "masks" / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, depth, kind, 0, 0, 0)) + extra + chunk(b"IDAT", filtered(rows, step)) + chunk(b"IEND", b""))
    for depth in (2, 4, 8, 16): write(f"grey{depth}.png", depth, 0, packed(depth), max(1, depth // 8))
    write("palette.png", 8, 3, packed(8), 1, chunk(b"PLTE", bytes(range(256)) * 3))
    report = convert(tmp_path, tmp_path / "out", "jsonl")
    assert (report["items"], report["faults"]) == (5, 0)
    areas = {}
    for line in open(tmp_path / "out" / "items.jsonl"):
        item = json.loads(line)
        areas[item["name"]] = sorted(l["class"] for l in item["labels"])
        assert (item["width"], item["height"]) == (8, 4)
    assert set(map(tuple, areas.values())) == {("one", "two")}
    # Read back from runs: the same pixels.
    again = convert(tmp_path / "out", tmp_path / "again", "masks")
    assert again["labels"] == 10
    import zlib as z
    data = (tmp_path / "again" / "masks" / "grey8.png").read_bytes(); start = data.index(b"IDAT") + 4
    rows = z.decompress(data[start:start + struct.unpack(">I", data[start - 8:start - 4])[0]])
    assert [list(rows[1 + 9 * r:9 + 9 * r]) for r in range(4)] == [[0 if v == 255 else v for v in row] for row in pixels]
    # What is no picture, or cut off, is told and left out.
    (tmp_path / "masks" / "cut.png").write_bytes((tmp_path / "masks" / "grey8.png").read_bytes()[:60])
    (tmp_path / "masks" / "none.png").write_bytes(b"no picture")
    report = convert(tmp_path, tmp_path / "third", "jsonl")
    assert report["items"] == 5 and report["faults"] == 2


def test_cityscapes_is_written_and_read(tmp_path):
    truth = {"images": [{"id": 1, "file_name": "aachen_000000_000019_leftImg8bit.png", "width": 200, "height": 100}], "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "road"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 2, "segmentation": [[0, 50, 200, 50, 200, 100, 0, 100]], "bbox": [0, 50, 200, 50]}, {"id": 2, "image_id": 1, "category_id": 1, "segmentation": [[10, 40, 60, 40, 60, 80, 10, 80]], "bbox": [10, 40, 50, 40]}]}
    (tmp_path / "instances_val.json").write_text(json.dumps(truth))
    report = convert(tmp_path / "instances_val.json", tmp_path / "city", "cityscapes")
    written = json.loads((tmp_path / "city" / "gtFine" / "val" / "aachen" / "aachen_000000_000019_gtFine_polygons.json").read_text())
    assert (written["imgWidth"], written["imgHeight"], [o["label"] for o in written["objects"]]) == (200, 100, ["road", "car"]) and report["losses"] == []
    oracle("cityscapes", tmp_path / "city" / "gtFine") if os.path.exists(PYTHON) and os.path.isdir(ORACLES) else None
    back = convert(tmp_path / "city", tmp_path / "back", "coco")
    assert (back["from"], back["items"], back["labels"]) == ("cityscapes", 1, 2)
    again = json.loads((tmp_path / "back" / "annotations" / "instances_val.json").read_text())
    assert [a["segmentation"] for a in again["annotations"]] == [a["segmentation"] for a in truth["annotations"]]
    assert again["images"][0]["file_name"] == truth["images"][0]["file_name"]


@pytest.mark.skipif(not os.path.exists(PYTHON), reason="the reference readers are absent")
def test_tfrecord_is_read_by_another_reader_and_back(tmp_path):
    (tmp_path / "set" / "images").mkdir(parents=True); (tmp_path / "set" / "images" / "a.png").write_bytes(png(200, 100))
    (tmp_path / "set" / "instances_train.json").write_text(json.dumps({"images": [{"id": 1, "file_name": "a.png", "width": 200, "height": 100}, {"id": 2, "file_name": "b.png", "width": 10, "height": 10}], "categories": [{"id": 5, "name": "große Katze"}, {"id": 9, "name": "dog"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 9, "bbox": [20, 10, 40, 30]}, {"id": 2, "image_id": 1, "category_id": 5, "bbox": [0, 0, 200, 100], "score": 0.5}]}))
    report = convert(tmp_path / "set", tmp_path / "tf", "tfrecord", "--media")
    assert (report["items"], report["labels"]) == (2, 2)
    code = """
import json, sys
from tfrecord.reader import tfrecord_loader
rows = list(tfrecord_loader(sys.argv[1], None, {"image/filename": "byte", "image/width": "int", "image/object/bbox/xmin": "float", "image/object/bbox/ymax": "float", "image/object/class/label": "int"} if len(sys.argv) > 2 else None))
print(json.dumps([[bytes(r["image/filename"]).decode(), [int(v) for v in r["image/width"]], [round(float(v), 5) for v in r["image/object/bbox/xmin"]], [int(v) for v in r["image/object/class/label"]], len(r.get("image/encoded", b""))] for r in rows]))
"""
    done = subprocess.run([PYTHON, "-c", code, str(tmp_path / "tf" / "train.tfrecord")], capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr: pytest.skip("tfrecord is not installed")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert rows[0] == ["a.png", [200], [0.1, 0.0], [2, 1], len(png(200, 100))] and rows[1][0] == "b.png" and rows[1][2] == []
    assert (tmp_path / "tf" / "label_map.pbtxt").read_text().count("item {") == 2
    back = convert(tmp_path / "tf", tmp_path / "back", "coco")
    assert (back["from"], back["items"], back["labels"], back["faults"]) == ("tfrecord", 2, 2, 0)
    again = json.loads((tmp_path / "back" / "annotations" / "instances_train.json").read_text())
    assert [[round(v, 3) for v in a["bbox"]] for a in again["annotations"]] == [[20, 10, 40, 30], [0, 0, 200, 100]]
    # A changed byte, and a file that is cut off, are told.
    data = bytearray((tmp_path / "tf" / "train.tfrecord").read_bytes()); data[40] ^= 1; (tmp_path / "tf" / "train.tfrecord").write_bytes(data)
    # Nothing is left of what has no item.
    assert "checksum of its bytes" in convert(tmp_path / "tf", tmp_path / "o1", "coco", status=1) and not (tmp_path / "o1").exists()
    data[40] ^= 1; (tmp_path / "tf" / "train.tfrecord").write_bytes(data[:-3])
    report = convert(tmp_path / "tf", tmp_path / "o2", "coco"); assert report["items"] == 1 and "cut off" in report["diagnostics"][0]["reason"]


def test_the_holes_of_a_sparse_file_in_a_tar_are_zeros(tmp_path):
    (tmp_path / "set").mkdir()
    whole = json.dumps({"name": "t", "text": "x"}).encode() + b"\n" * 8
    picture = png(5, 4) + bytes(300_000) + b"end" + bytes(200_000)
    (tmp_path / "set" / "items.jsonl").write_bytes(whole + json.dumps({"name": "a.png", "labels": []}).encode())
    with open(tmp_path / "set" / "a.png", "wb") as out:
        out.write(png(5, 4)); out.seek(300_000, 1); out.write(b"end"); out.truncate(len(picture))
    subprocess.run(["tar", "--sparse", "-cf", tmp_path / "set.tar", "-C", tmp_path, "set"], check=True)
    assert os.path.getsize(tmp_path / "set.tar") < 100_000
    convert(tmp_path / "set.tar", tmp_path / "out", "jsonl", "--media")
    assert (tmp_path / "out" / "images" / "a.png").read_bytes() == picture


def test_formats_may_be_called_as_others_call_them(tmp_path):
    (tmp_path / "in" / "images").mkdir(parents=True); (tmp_path / "in" / "images" / "a.png").write_bytes(png(4, 4))
    (tmp_path / "in" / "items.jsonl").write_text(json.dumps({"name": "a.png", "width": 4, "height": 4, "labels": [{"class": "cat", "whole": True}]}))
    for alias, file in [("yolo-classify", "cat/a.png"), ("hf", "README.md"), ("prodigy", "data.jsonl")]:
        if alias == "prodigy": (tmp_path / "in" / "items.jsonl").write_text(json.dumps({"name": "a", "text": "so"}))
        convert(tmp_path / "in", tmp_path / alias, alias)
        assert (tmp_path / alias / file).exists(), alias


def test_numbers_and_truths_in_attributes_of_cvat_keep_their_type(tmp_path):
    labels = [{"class": "car", "box": [1, 1, 5, 5], "attributes": {"doors": n, "share": n + .5, "clean": n == 1, "plate": f"{n}", "mixed": n if n else "none"}} for n in range(2)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "items.jsonl").write_text(json.dumps({"name": "a.jpg", "width": 20, "height": 20, "labels": labels}))
    convert(tmp_path / "in", tmp_path / "cvat.xml", "cvat"); convert(tmp_path / "cvat.xml", tmp_path / "back", "jsonl")
    back = json.loads((tmp_path / "back" / "items.jsonl").read_text())
    for label in labels: label["attributes"]["mixed"] = str(label["attributes"]["mixed"])
    assert back["labels"] == labels


def test_scores_of_some_boxes_of_a_record_and_items_without_labels_are_told_as_lost(tmp_path):
    boxes = [{"class": "car", "box": [1, 1, 5, 5], "score": .5}, {"class": "car", "box": [2, 1, 5, 5]}]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "items.jsonl").write_text("\n".join(json.dumps({"name": f"{n}.jpg", "width": 20, "height": 20, "labels": boxes[:n]}) for n in range(3)))
    lost = lambda kind: {loss["what"]: loss["count"] for loss in json.loads(subprocess.run([BINARY, "convert", "--json", "--to", kind, tmp_path / "in", tmp_path / kind], capture_output=True, text=True, check=True).stdout)["losses"]}
    assert lost("tfrecord") == {"scores left out of boxes beside others that have none": 1}
    assert lost("labelbox") == {"items left out that have no labels: each has a line": 1}
    assert lost("openimages") == {"images left out that have no labels: without the image nothing names them": 1, "items without a subset written as of train: Open Images has no other place": 3}
    convert(tmp_path / "tfrecord", tmp_path / "back", "jsonl")
    back = [json.loads(line) for line in open(tmp_path / "back" / "items.jsonl")]
    assert [[label.get("score") for label in item["labels"]] for item in back] == [[], [.5], [None, None]]


@shared
@judged
@pytest.mark.parametrize("to,part", [("parquet", "train.parquet"), ("arrow", "train.arrow"), ("csv", "train.csv"), ("huggingface", "data/train-00000-of-00001.parquet")])
def test_tables_are_read_by_the_library_of_hugging_face(tmp_path, to, part):
    convert(BOXES, tmp_path / "out", to)
    classes = [c["name"] for c in json.loads((tmp_path / "out" / "classes.json").read_text())["classes"]]
    (tmp_path / "expected.json").write_text(json.dumps({"rows": 3, **({"class_names": {"label": classes}} if to == "huggingface" else {})}))
    oracle("hf", tmp_path / "out" / part, "--expected", tmp_path / "expected.json", "--no-nulls", "name,width,height,labels")

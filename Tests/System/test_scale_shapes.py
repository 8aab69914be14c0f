"""Scale's image and text types with shapes and spans: from the client to the annotator and back, and to COCO."""
import io
import pytest

scaleapi = pytest.importorskip("scaleapi")
from scaleapi.tasks import TaskType
from test_scale import client, raw, server, tester  # noqa: F401

LABELS = {"objects_to_annotate": ["road"]}
VERTICES = [{"x": 1, "y": 2}, {"x": 30, "y": 4}, {"x": 5, "y": 20}]
DOCUMENT = dict(attachment_type="image", attachment="http://a.example/a.jpg", features=[{"type": "block", "label": "total"}], instruction="Read it.")


def picture(client):  # noqa: F811
    from PIL import Image
    data = io.BytesIO(); Image.new("RGB", (60, 40), "green").save(data, "PNG"); data.seek(0)
    return client.upload_file(data).attachment_url


def answered(server, client, kind, annotations, **params):  # noqa: F811
    """A task of a project of its own, answered by a worker."""
    name = f"{kind.value} {len(client.projects())}"
    client.create_project(name, kind, {})
    project = client.get_project(name).as_dict()["id"]
    task = client.create_task(kind, project=name, instruction="Do it.", **params)
    token = server.signed_in("ann@example.org")
    lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
    status, said = server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": annotations}, token)
    assert status == 200, said
    return client.get_task(task.id).response, project, lease["task"]


def test_every_geometry_of_an_image_comes_back_in_its_form(server, client):  # noqa: F811
    url = picture(client)
    geometries = {name: LABELS for name in ("polygon", "line", "point", "ellipse", "cuboid")} | {"box": {"objects_to_annotate": ["car"]}}
    annotations = [
        {"class": "road", "polygon": [[1, 2], [30, 4], [5, 20]]}, {"class": "road (polyline)", "polyline": [[1, 2], [30, 4]]}, {"class": "road (point)", "point": [7, 8]},
        {"class": "road (ellipse)", "ellipse": [20, 20, 10, 5]}, {"class": "road (cuboid)", "cuboid": [[5, 10], [15, 10], [15, 20], [5, 20], [20, 8], [20, 18]]},
        {"class": "car", "box": [1, 2, 3, 4], "attributes": {"age": "3"}}]
    response, project, _ = answered(server, client, TaskType.ImageAnnotation, annotations, attachment=url, attachment_type="image", geometries=geometries,
                                    annotation_attributes={"age": {"type": "number", "description": "Years"}})
    by = {a["type"]: a for a in response["annotations"]}
    assert by["polygon"]["vertices"] == VERTICES and by["polygon"]["label"] == "road" and len({a["uuid"] for a in response["annotations"]}) == 6
    assert by["line"]["vertices"] == VERTICES[:2] and (by["point"]["x"], by["point"]["y"]) == (7, 8)
    assert by["ellipse"]["vertices"][0] == {"x": 10, "y": 20} and by["ellipse"]["radius_x"] == 10
    assert {v["description"] for v in by["cuboid"]["vertices"]} == {"face-topleft", "face-bottomleft", "face-topright", "face-bottomright", "side-topcorner", "side-bottomcorner"}
    assert by["box"]["width"] == 3 and by["box"]["attributes"] == {"age": 3}
    coco = server.export(server.keys["Lab"], project, "coco")
    assert len(coco["annotations"]) == 4
    triangle = [a for a in coco["annotations"] if a["segmentation"][:1] == [[1, 2, 30, 4, 5, 20]]][0]
    assert triangle["bbox"] == [1, 2, 29, 18] and abs(triangle["area"] - 257) < 1
    pytest.importorskip("pycocotools")
    import contextlib, json, tempfile
    from pycocotools.coco import COCO
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, contextlib.redirect_stdout(io.StringIO()):
        json.dump(coco, file); file.flush()
        read = COCO(file.name)
        assert all(read.annToMask(a).sum() > 0 for a in read.loadAnns(read.getAnnIds()) if a["segmentation"])
        assert [a["bbox"] for a in read.loadAnns(read.getAnnIds()) if not a["segmentation"]] == [[1, 2, 3, 4]]


def test_links_and_relationships_join_annotations_by_their_ids(server, client):  # noqa: F811
    links = {"carries": {"is_bidirectional": False, "from_allowed_labels": ["person"], "to_allowed_labels": ["bag"]}}
    boxes = [{"class": "person", "box": [1, 2, 3, 4]}, {"class": "bag", "box": [5, 6, 7, 8]}]
    said, _, _ = answered(server, client, TaskType.ImageAnnotation, boxes + [{"class": "carries", "relation": [0, 1]}], attachment=picture(client), attachment_type="image",
                          geometries={"box": {"objects_to_annotate": ["person", "bag"]}}, links=links)
    assert said["links"] == [{"label": "carries", "from": said["annotations"][0]["uuid"], "to": said["annotations"][1]["uuid"]}]
    said, _, _ = answered(server, client, TaskType.NamedEntityRecognition, [{"class": "a", "span": [0, 3]}, {"class": "a", "span": [4, 7]}, {"class": "of", "relation": [1, 0]}],
                          text="Ada Bob", labels=[{"name": "a", "description": "b"}], relationships=[{"name": "of"}])
    relation, = said["relationships"]
    assert relation["name"] == "of" and relation["source_ref"] == said["annotations"][1]["id"] and relation["target_ref"] == said["annotations"][0]["id"]


@pytest.mark.parametrize("kind, native, response", [
    (TaskType.Annotation, {"box": [1, 2, 3, 4]}, {"left": 1, "top": 2, "width": 3, "height": 4, "label": "road"}),
    (TaskType.PolygonAnnotation, {"polygon": [[1, 2], [30, 4], [5, 20]]}, {"vertices": VERTICES, "label": "road"}),
    (TaskType.LineAnnotation, {"polyline": [[1, 2], [30, 4]]}, {"vertices": VERTICES[:2], "label": "road"}),
    (TaskType.PointAnnotation, {"point": [7, 8]}, {"x": 7, "y": 8, "label": "road"})])
def test_the_older_types_of_one_geometry_answer_in_their_form(server, client, kind, native, response):  # noqa: F811
    said, _, _ = answered(server, client, kind, [{"class": "road", **native}], attachment=picture(client), attachment_type="image", with_labels=True, **LABELS)
    assert said == {"annotations": [response]}


def test_named_entities_are_spans_of_the_text(server, client):  # noqa: F811
    text = "🐄 Ada Lovelace met Charles Babbage"
    hypothesis = {"annotations": [{"start": 2, "end": 14, "label": "person", "text": "Ada Lovelace"}]}
    said, _, task = answered(server, client, TaskType.NamedEntityRecognition, [{"class": "person", "span": [2, 14]}, {"class": "verb", "span": [15, 18]}],
                             text=text, labels=[{"name": "person", "description": "people"}, {"name": "verb", "description": "deeds"}], hypothesis=hypothesis)
    assert [(a["label"], a["text"], a["start"], a["end"]) for a in said["annotations"]] == [("person", "Ada Lovelace", 2, 14), ("verb", "met", 15, 18)] and said["relationships"] == []
    assert task["prelabels"][0]["span"] == [2, 14]


def test_a_span_outside_the_text_is_refused(server, client):  # noqa: F811
    client.create_project("Spans", TaskType.NamedEntityRecognition, {})
    client.create_task(TaskType.NamedEntityRecognition, project="Spans", text="short", labels=[{"name": "a", "description": "b"}], instruction="x")
    project = client.get_project("Spans").as_dict()["id"]
    token = server.signed_in("ann@example.org")
    lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
    status, said = server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": "a", "span": [2, 6]}]}, token)
    assert status == 422 and "5 characters" in said["detail"]


def test_a_document_is_read_field_by_field(server, client):  # noqa: F811
    said, _, _ = answered(server, client, TaskType.DocumentTranscription, [{"class": "total", "box": [1, 2, 3, 4], "attributes": {"text": "1.00"}}],
                          attachment=picture(client), attachment_type="image", features=DOCUMENT["features"])
    field, = said["annotations"]
    assert field["label"] == "total" and field["text"] == "1.00" and field["page"] == 0 and field["location"] == {"type": "box", "left": 1, "top": 2, "width": 3, "height": 4}


@pytest.mark.parametrize("kind, params", [
    (TaskType.PolygonAnnotation, LABELS), (TaskType.LineAnnotation, LABELS), (TaskType.PointAnnotation, LABELS), (TaskType.CuboidAnnotation, LABELS),
    (TaskType.ImageAnnotation, {"geometries": {"ellipse": LABELS}}), (TaskType.DocumentTranscription, {"features": DOCUMENT["features"]}),
    (TaskType.NamedEntityRecognition, {"text": "Some text", "labels": [{"name": "a", "description": "b"}]}),
    (TaskType.SegmentAnnotation, {"labels": ["road"]}), (TaskType.VideoAnnotation, {"geometries": {"box": LABELS}})])
def test_a_test_key_answers_every_type_at_once(tester, kind, params):  # noqa: F811
    task = tester.create_task(kind, attachment="http://a.example/a.jpg", attachment_type="image", instruction="x", **params)
    assert task.status == "completed" and isinstance(task.response["annotations"], (list, dict))


def test_a_segmentation_is_drawn_from_polygons_pixel_by_pixel(server, client):  # noqa: F811
    import numpy, requests
    from PIL import Image
    annotations = [{"class": "road", "polygon": [[0, 0], [60, 0], [60, 20], [0, 20]]}, {"class": "car", "polygon": [[10, 10], [20, 10], [20, 30], [10, 30]]},
                   {"class": "car", "polygon": [[30, 10], [40, 10], [40, 30], [30, 30]]}]
    said, _, _ = answered(server, client, TaskType.SegmentAnnotation, annotations, attachment=picture(client), attachment_type="image", labels=["sky", "road"], instance_labels=["car"])
    mapping, images = said["labelMapping"], said["annotations"]
    assert mapping["sky"]["index"] == 1 and mapping["road"]["index"] == 2 and [c["index"] for c in mapping["car"]] == [3, 4]
    colours = [mapping["sky"]["color"], mapping["road"]["color"], *[c["color"] for c in mapping["car"]]]
    assert len(set(colours)) == 4 and all(c.startswith("#") and len(c) == 7 for c in colours)
    def pixels(url):
        answer = requests.get(url, timeout=10)
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
        return Image.open(io.BytesIO(answer.content))
    expected = numpy.zeros((40, 60), int); expected[0:20, 0:60] = 2; expected[10:30, 10:20] = 3; expected[10:30, 30:40] = 4
    indexed = pixels(images["combined"]["indexedImage"])
    assert indexed.mode == "L" and (numpy.asarray(indexed) == expected).all()
    wide = numpy.asarray(pixels(images["combined"]["extendedIndexedImage"])).astype(int)
    assert (wide[..., 0] + 256 * wide[..., 1] + 65536 * wide[..., 2] == expected).all()
    combined = pixels(images["combined"]["image"])
    assert combined.mode == "RGBA" and "#%02x%02x%02x" % combined.getpixel((5, 5))[:3] == mapping["road"]["color"] and combined.getpixel((5, 35))[3] == 0
    assert (numpy.asarray(pixels(images["unlabeled"])) == 255 * (expected == 0)).all()
    assert [(numpy.asarray(pixels(u)) > 0).sum() for u in images["labeled"]["car"]] == [200, 200] and not numpy.asarray(pixels(images["labeled"]["sky"])).any()
    url = images["combined"]["indexedImage"]
    assert requests.get(url[:-1] + ("0" if url[-1] != "0" else "1"), timeout=10).status_code == 404
    assert requests.get(url.replace("indexed.png", "combined.png"), timeout=10).status_code == 404


def test_base_annotations_stay_as_they_are_unless_the_request_says_otherwise(server, client):  # noqa: F811
    base = [{"type": "box", "label": "road", "left": 1, "top": 2, "width": 10, "height": 10, "attributes": {}}]
    token = server.signed_in("ann@example.org")
    def attempt(annotations, **params):
        name = f"Base {len(client.projects())}"
        client.create_project(name, TaskType.ImageAnnotation, {})
        task = client.create_task(TaskType.ImageAnnotation, project=name, attachment=picture(client), attachment_type="image", instruction="x",
                                  geometries={"box": LABELS}, base_annotations=base, **params)
        assert task.params["base_annotations"] == base
        project = client.get_project(name).as_dict()["id"]
        lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
        assert lease["task"]["prelabels"][0]["box"] == [1, 2, 10, 10]
        return server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": annotations}, token)[0]
    same, moved, other = {"class": "road", "box": [1, 2, 10, 10]}, {"class": "road", "box": [3, 2, 10, 10]}, {"class": "road", "box": [30, 20, 10, 10]}
    assert attempt([same]) == 200 and attempt([same, other]) == 200
    assert attempt([moved]) == 422 and attempt([]) == 422 and attempt([same, other], can_add_base_annotations=False) == 422
    assert attempt([moved], can_edit_base_annotations=True) == 200 and attempt([], can_delete_base_annotations=True) == 200

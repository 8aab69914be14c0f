"""What cameras noted, and models behind URLs that look at items: embeddings in two ways of speaking, and faces."""
import base64, http.server, io, json, threading, time
import pytest
from PIL import Image

from conftest import Assay
from test_datasets import assay_run
from test_remote import listening


class Lab:
    def __init__(self, assay):
        self.assay, self.key = assay, assay.client(); assay.start()
        self.id = self.call("POST", "/api/datasets", {"name": "D"})["id"]

    def call(self, method, path, body=None, status=None):
        code, answer = self.assay.send(method, path, body, self.key)
        assert code == status if status else code < 300, (code, answer)
        return answer

    def add(self, *lines):
        code, report = self.assay.send("POST", f"/api/datasets/{self.id}/items", "\n".join(map(json.dumps, lines)), self.key)
        assert code == 200 and report["refused"] == 0, report

    def items(self, query="", sets=""): return self.call("GET", f"/api/datasets/{self.id}/items?limit=500&sets={sets}&query={query}")

    def look(self, what, **body):
        self.call("POST", f"/api/datasets/{self.id}/{what}", body, 202)
        while (state := self.call("GET", f"/api/datasets/{self.id}/{what}"))["running"]: time.sleep(0.02)
        return state


@pytest.fixture
def lab(tmp_path):
    server = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8")
    yield Lab(server)
    server.stop()


def jpeg(width, height, color=(9, 9, 9), exif=None, kind="JPEG"):
    out = io.BytesIO(); image = Image.new("RGB", (width, height), color)
    image.save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


@pytest.mark.parametrize("kind,name", [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_what_a_camera_noted_is_a_field(lab, kind, name):
    exif = Image.Exif(); exif[0x010F], exif[0x0110], exif[0x0112] = "Leica", "Leica Q3", 1
    exif.get_ifd(0x8769).update({0x9003: "2024:05:01 12:30:00", 0x9011: "+02:00"})
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 54.0), 3: "E", 4: (151.0, 12.0, 36.0)})
    asset = lab.assay.upload(lab.key, jpeg(30, 20, exif=exif, kind=kind), name)
    lab.add({"name": name, "image": asset, "metadata": {"camera": "mine"}})
    assert lab.items()["items"][0]["metadata"] == {"camera": "mine", "taken_at": "2024-05-01T12:30:00+02:00", "latitude": -33.865, "longitude": 151.21}
    assert lab.items("latitude%20%3C%200%20and%20taken_at%20%3E%3D%202024-05-01")["count"] == 1


def test_an_image_that_lies_on_its_side_has_the_size_it_is_seen_in(lab):
    exif = Image.Exif(); exif[0x0112] = 6
    lab.add({"name": "a.jpg", "image": lab.assay.upload(lab.key, jpeg(30, 20, exif=exif), "a.jpg")})
    item = lab.items()["items"][0]
    assert (item["width"], item["height"], item["metadata"]["orientation"]) == (20, 30, 6)


def model(answer, seen):
    class Model(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"]))); seen.append((body, self.headers.get("Authorization")))
            status, out = answer(body); data = json.dumps(out).encode()
            self.send_response(status); self.send_header("Content-Length", str(len(data))); self.end_headers(); self.wfile.write(data)
    return listening(Model)


def test_vectors_are_computed_for_texts_and_images_that_have_none(lab):
    seen = []
    server, url = model(lambda body: (200, {"vectors": [[len(i.get("text", "")), 1.0 if "image" in i else 0.0] for i in body["items"]]}), seen)
    image = lab.assay.upload(lab.key, jpeg(2000, 1000), "big.jpg")
    lab.add(*[{"name": f"t{n}", "text": "x" * (n + 1)} for n in range(20)], {"name": "i.jpg", "image": image}, {"name": "bare", "width": 3, "height": 3})
    state = lab.look("embeddings", url=url)
    assert (state["items"], state["done"], state["skipped"], state["problem"]) == (22, 21, 1, None)
    assert [len(b["items"]) for b, _ in seen] == [16, 5]
    sent = base64.b64decode(seen[1][0]["items"][-1]["image"].split(",")[1])
    assert Image.open(io.BytesIO(sent)).size == (448, 224), "an image is sent no larger than a model looks at it"
    similar = lab.call("POST", f"/api/datasets/{lab.id}/similar", {"vector": [5, 0], "limit": 3})["items"]
    assert similar[0]["similarity"] > 0.999
    lab.add({"name": "later", "text": "yy"})
    assert lab.look("embeddings", url=url)["items"] == 2 and len(seen) == 3
    server.shutdown()


def test_openais_words_are_spoken_with_a_key(lab):
    seen = []
    server, url = model(lambda body: (200, {"data": [{"index": n, "embedding": [float(n), 1.0, 2.0]} for n in reversed(range(len(body["input"])))]}), seen)
    lab.add(*[{"name": f"t{n}", "text": f"text {n}"} for n in range(5)])
    out = json.loads(assay_run("dataset", "embed", "--dataset", lab.id, "--model-url", url + "/v1/embeddings", "--api", "openai", "--model", "mini", "--model-key", "MODEL_KEY", "--json",
                               env={"ASSAY_KEY": lab.key, "ASSAY_URL": lab.assay.url, "MODEL_KEY": "sk-1"}))
    assert out["done"] == 5 and seen == [({"input": [f"text {n}" for n in range(5)], "model": "mini"}, "Bearer sk-1")]
    server.shutdown()


def test_faces_are_flagged_with_their_boxes(lab):
    seen = []
    server, url = model(lambda body: (200, {"boxes": [[[10, 5, 20, 20, 0.9], [1, 1, 2, 2, 0.1]] if "two" in i["name"] else [] for i in body["items"]]}), seen)
    for name, width in (("two.jpg", 2560), ("none.jpg", 100)):
        lab.add({"name": name, "image": lab.assay.upload(lab.key, jpeg(width, width // 2, (width % 255, 9, 9)), name)})
    assert lab.look("faces", url=url)["done"] == 2
    found = lab.items("personal_data%20%3D%20face", "faces")
    assert [i["name"] for i in found["items"]] == ["two.jpg"]
    assert found["items"][0]["labels"]["faces"]["labels"] == [{"class": "face", "box": [20, 10, 40, 40], "score": 0.9}]
    assert lab.items("faces%20%3D%200")["count"] == 1 and lab.look("faces", url=url)["items"] == 0
    server.shutdown()


@pytest.mark.parametrize("answer,why", [((500, {}), "status 500"), ((200, {"vectors": [[1.0]]}), "1 vectors for 2 items"), ((200, []), "0 vectors"), ((200, {"vectors": [[1.0], [1.0, 2.0]]}), "must have 1 numbers")])
def test_a_model_that_answers_wrongly_ends_the_run_with_its_reason(lab, answer, why):
    server, url = model(lambda body: answer, [])
    lab.add({"name": "a", "text": "x"}, {"name": "b", "text": "y"})
    state = lab.look("embeddings", url=url)
    assert why in state["problem"] and state["done"] == 0
    server.shutdown()


def test_models_are_asked_through_the_guard(lab):
    lab.add({"name": "a", "text": "x"})
    assert "private" in lab.look("embeddings", url="http://10.0.0.1/embed")["problem"]
    lab.call("POST", f"/api/datasets/{lab.id}/faces", {"url": "http://x.org", "api": "openai"}, 422)
    lab.call("POST", f"/api/datasets/{lab.id}/embeddings", {"url": "http://x.org", "query": "("}, 422)

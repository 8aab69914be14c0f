"""What cameras noted, and models behind URLs that look at items: embeddings in two ways of speaking, and faces."""
import base64, http.server, io, json, threading, time, urllib.request
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

    def raw(self, path):
        request = urllib.request.Request(self.assay.url + path, headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request) as response: return response.read()

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


@pytest.mark.parametrize("kind,size", [("PNG", (40, 60)), ("WEBP", (60, 40))])
def test_a_png_is_seen_as_it_says_it_lies_and_a_webp_as_its_pixels_do_and_faces_are_never_masked_beside_themselves(lab, kind, size):
    """As browsers show them: they turn a PNG, and no WebP."""
    exif = Image.Exif(); exif[0x0112] = 6; seen = []; name = "a." + kind.lower()
    server, url = model(lambda body: (200, {"boxes": [[[5, 5, 10, 10, 0.9]] for _ in body["items"]]}), seen)
    lab.add({"name": name, "image": lab.assay.upload(lab.key, jpeg(60, 40, (200, 30, 30), exif=exif, kind=kind), name)})
    item = lab.items()["items"][0]
    assert (item["width"], item["height"]) == size and item["metadata"]["orientation"] == 6
    state = lab.look("faces", url=url, mask=True)
    shown = Image.open(io.BytesIO(base64.b64decode(seen[0][0]["items"][0]["image"].split(",")[1])))
    assert shown.size == size
    number = lab.items()["items"][0]["number"]
    status, bytes_ = lab.assay.send("GET", f"/api/datasets/{lab.id}/items/{number}/image", token=lab.key)
    picture = Image.open(io.BytesIO(bytes_)).convert("RGB")
    if kind == "PNG": assert state["unmasked"] == 1 and picture.getpixel((10, 10))[0] > 150
    else: assert state["unmasked"] == 0 and max(picture.getpixel((10, 10))) < 40 and picture.getpixel((40, 30))[0] > 150
    server.shutdown()


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


def test_faces_are_black_where_that_is_wished_and_so_is_the_small_picture_within(lab):
    seen = []; chance = Image.effect_noise((1600, 1000), 80).convert("RGB")
    server, url = model(lambda body: (200, {"boxes": [[[100, 50, 200, 200, 0.9]] if "face" in i["name"] else [] for i in body["items"]]}), seen)
    exif = Image.Exif(); exif[0x0112] = 6; exif[0x010F] = "Leica"
    from PIL import ImageCms
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = {}
    for name, kind, more in (("face.jpg", "JPEG", {"exif": exif, "icc_profile": profile, "quality": 95}), ("face.png", "PNG", {}), ("face.webp", "WEBP", {"lossless": True}), ("none.jpg", "JPEG", {})):
        out = io.BytesIO(); (chance.convert("RGBA") if kind == "PNG" else chance.rotate(9 if name == "none.jpg" else 0)).save(out, kind, **more); sent[name] = lab.assay.upload(lab.key, out.getvalue(), name)
        lab.add({"name": name, "image": sent[name]})
    assert lab.look("faces", url=url)["done"] == 4 and len(lab.items("personal_data%20%3D%20face")["items"]) == 3
    # Flagged before, masked now; what has no face is not looked at again.
    state = lab.look("faces", url=url, mask=True); assert (state["done"], state["unmasked"]) == (3, 0), state
    masked = {i["name"]: i for i in lab.items("personal_data%20%3A%20masked", "faces")["items"]}; assert set(masked) == {"face.jpg", "face.png", "face.webp"}
    for name, item in masked.items():
        image = Image.open(io.BytesIO(lab.raw(f"/api/datasets/{lab.id}/items/{item['number']}/image"))); image.load()
        (x, y, w, h) = item["labels"]["faces"]["labels"][0]["box"]
        assert image.size == ((1000, 1600) if name == "face.jpg" else (1600, 1000)) == (item["width"], item["height"])
        inside = [image.convert("RGB").getpixel(p) for p in ((x + 1, y + 1), (x + w // 2, y + h // 2), (x + w - 2, y + h - 2))]; assert all(max(p) < 12 for p in inside), (name, inside)
        assert not image.getexif() and bool(image.info.get("icc_profile")) == (name == "face.jpg")
        outside = [image.convert("RGB").getpixel((p, 900)) for p in range(400, 700)]; assert len(set(outside)) > 100
        small = Image.open(io.BytesIO(lab.raw(f"/api/datasets/{lab.id}/items/{item['number']}/image?thumbnail=true"))); assert small.getexif().get(0x0112) in (None, 1)
    assert lab.look("faces", url=url, mask=True)["done"] == 0
    assert lab.call("GET", f"/api/assets/{sent['face.jpg']}")["size"] > 0
    server.shutdown()

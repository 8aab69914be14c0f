"""Releases: frozen, divided, signed, served as files that training reads by URL; and the feed of what settles."""
import functools, hashlib, http.server, json, os, shutil, subprocess, sys, threading, time, urllib.request
import pytest

from conftest import BINARY, PASSWORD, ROOT, Assay
from test_browser import png

PYTHON = os.path.join(ROOT, ".venv-formats", "bin", "python")
VERIFIER = os.path.join(ROOT, "docs", "verify_release.py")
ONTOLOGY = {"classes": [{"name": "mood", "kind": "category", "options": ["good", "bad"], "required": True}]}
needs_readers = pytest.mark.skipif(not os.path.exists(PYTHON), reason="the reference readers are absent")


def answered(i, option="good", **more):
    return {"text": f"text {i} “schön” 東京", "unique_id": f"u{i}", "answers": [{"annotator": "ada", "annotations": [{"class": "mood", "option": option}]}], **more}


@pytest.fixture
def texts(assay):
    assay.key = assay.client(); assay.start()
    assay.texts = assay.project(assay.key, ONTOLOGY, name="Moods")
    assay.load(assay.key, assay.texts, [answered(i, ("good", "bad")[i % 4 == 0], metadata={"author": f"a{i % 7}", "licence": "CC BY 4.0"}) for i in range(200)])
    return assay


def release(assay, project, **body):
    status, made = assay.send("POST", f"/api/projects/{project}/releases", {"name": "v", **body}, assay.key)
    assert status == 202, made
    made = assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)[1]
    assert made["state"] == "completed", made
    return made


def link(assay, made, hours=1):
    status, found = assay.send("POST", f"/api/releases/{made['id']}/links", {"hours": hours}, assay.key)
    assert status == 201, found
    return found["url"]


def fetch(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer: return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error: return error.code, error.headers, error.read()


def cli(assay, *arguments):
    return subprocess.run([BINARY, *arguments, "--url", assay.url.rstrip("/"), "--key", assay.key], capture_output=True, text=True, timeout=120)


def test_a_release_is_signed_divided_and_never_changes(texts, tmp_path):
    made = release(texts, texts.texts, splits={"train": 80, "test": 20}, formats=["parquet", "coco", "doccano"])
    assert made["items"] == 200 and [f["path"] for f in made["files"]] == sorted(f["path"] for f in made["files"])
    assert {"train.jsonl", "test.jsonl", "classes.json", "manifest.json", "manifest.sig", "parquet/train.parquet", "doccano/train.jsonl"} <= {f["path"] for f in made["files"]}
    done = cli(texts, "release", "fetch", made["id"], str(tmp_path / "r"))
    assert done.returncode == 0 and "verified" in done.stdout, done.stdout + done.stderr
    manifest = json.load(open(tmp_path / "r" / "manifest.json"))
    assert manifest["merkle_root"] == made["merkle_root"] and manifest["certificate"]["limitations"] and manifest["classes"] == ["good", "bad"]
    lines = [json.loads(l) for part in ("train", "test") for l in open(tmp_path / "r" / f"{part}.jsonl", encoding="utf-8")]
    assert len(lines) == 200 and {l["metadata"]["licence"] for l in lines} == {"CC BY 4.0"} and all(l["labels"][0]["class"] in ("good", "bad") for l in lines)
    assert 140 <= manifest["splits"]["train"] <= 180
    # Offline, by us and by a program of thirty lines that knows nothing of us.
    verify = lambda *more: subprocess.run([BINARY, "verify", str(tmp_path / "r"), *more], capture_output=True, text=True)
    assert verify("--key", manifest["public_key"]).returncode == 0 and "another key" in verify("--key", "00" * 32).stderr
    alone = lambda: subprocess.run([PYTHON if os.path.exists(PYTHON) else sys.executable, VERIFIER, str(tmp_path / "r")], capture_output=True, text=True)
    first = alone()
    if "No module named" not in first.stderr: assert first.returncode == 0 and "200 items" in first.stdout, first.stderr
    # More work does not change it; made again it is the same, byte for byte.
    texts.load(texts.key, texts.texts, [answered(i) for i in range(500, 505)])
    second = release(texts, texts.texts, splits={"train": 80, "test": 20}, formats=["parquet"])
    assert second["items"] == 205 and second["number"] == 2
    diff = texts.send("GET", f"/api/releases/{second['id']}/difference/{made['id']}", token=texts.key)[1]
    assert (diff["added"], diff["removed"], diff["changed"], diff["same"]) == (5, 0, 0, 200)
    third = release(texts, texts.texts, splits={"train": 80, "test": 20}, formats=["parquet"])
    assert third["merkle_root"] == second["merkle_root"]
    # One byte that is other is seen.
    with open(tmp_path / "r" / "train.jsonl", "r+b") as file: file.seek(100); file.write(b"X")
    assert verify().returncode == 1 and "train.jsonl was changed" in verify().stderr
    if "No module named" not in first.stderr: assert alone().returncode != 0
    os.remove(tmp_path / "r" / "train.jsonl"); assert "train.jsonl is missing" in verify().stderr
    manifest["items"] = 7; json.dump(manifest, open(tmp_path / "r" / "manifest.json", "w")); assert "signature" in verify().stderr


def test_groups_stay_together_and_strata_have_their_share(texts):
    grouped = release(texts, texts.texts, splits={"train": 60, "test": 40}, split_by="group", group_by="author")
    url = link(texts, grouped)
    authors = {part: {json.loads(l)["metadata"]["author"] for l in fetch(url + f"{part}.jsonl")[2].splitlines()} for part in ("train", "test") if any(f["path"] == f"{part}.jsonl" for f in grouped["files"])}
    assert sum(map(len, authors.values())) == 7
    even = release(texts, texts.texts, splits={"train": 70, "val": 30}, split_by="stratified")
    url = link(texts, even)
    for part, share in (("train", 0.7), ("val", 0.3)):
        options = [json.loads(l)["labels"][0]["class"] for l in fetch(url + f"{part}.jsonl")[2].splitlines()]
        assert abs(options.count("bad") - 50 * share) <= 1 and abs(options.count("good") - 150 * share) <= 1
    other = release(texts, texts.texts, seed="another")
    assert other["merkle_root"] != release(texts, texts.texts)["merkle_root"]


def test_files_come_by_range_with_tags_and_only_through_a_link(texts):
    made = release(texts, texts.texts, splits={"train": 100})
    url = link(texts, made)
    status, headers, whole = fetch(url + "train.jsonl")
    assert status == 200 and headers["Accept-Ranges"] == "bytes" and "immutable" in headers["Cache-Control"]
    assert hashlib.sha256(whole).hexdigest() == next(f["sha256"] for f in made["files"] if f["path"] == "train.jsonl") == headers["ETag"].strip('"')
    status, headers, part = fetch(url + "train.jsonl", Range="bytes=100-199")
    assert status == 206 and part == whole[100:200] and headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert fetch(url + "train.jsonl", Range=f"bytes=100-{2**63 - 1}")[::2] == (206, whole[100:])  # once the server's end
    # A range that is the whole is one too: players of films and sound ask for it to see whether they may.
    for whole_range in ("bytes=0-", f"bytes=0-{len(whole) - 1}", f"bytes=-{len(whole)}"):
        status, headers, part = fetch(url + "train.jsonl", Range=whole_range)
        assert status == 206 and part == whole and headers["Content-Range"] == f"bytes 0-{len(whole) - 1}/{len(whole)}"
    for known in (headers["ETag"], f'"other", W/{headers["ETag"]}', "*"): assert fetch(url + "train.jsonl", **{"If-None-Match": known})[0] == 304
    for other, expected in ((f'"x", {headers["ETag"]}', 200), ("*", 200), ('"x"', 412), (f'W/{headers["ETag"]}', 412)):
        assert fetch(url + "train.jsonl", **{"If-Match": other})[0] == expected
    assert fetch(url + "train.jsonl", Range=f"bytes={len(whole)}-")[0] == 416
    assert {"train.jsonl", "manifest.json"} <= {f["path"] for f in json.loads(fetch(url)[2])["items"]}
    for wrong in ("../train.jsonl", "%2e%2e/x", "nothing.jsonl", "train.jsonl/x"): assert fetch(url + wrong)[0] in (400, 404)
    token = url.rstrip("/").split("/")[-1]; parts = token.split("-")
    for forged in ("-".join([*parts[:2], str(int(parts[2]) + 1), parts[3]]), "-".join([parts[0], "0" * 24, *parts[2:]]), "-".join(["0" * 24, *parts[1:]]), "x"):
        assert fetch(url.replace(token, forged) + "train.jsonl")[0] == 404
    other = texts.client("Other")
    assert texts.send("GET", f"/api/releases/{made['id']}", token=other)[0] == 404 and texts.send("POST", f"/api/releases/{made['id']}/links", {}, other)[0] == 404
    assert texts.send("POST", f"/api/releases/{made['id']}/links", {"hours": 24 * 90 + 1}, texts.key)[0] == 422
    assert texts.send("POST", f"/api/releases/{made['id']}/links", {"hours": 24 * 90}, texts.key)[0] == 201


@pytest.mark.parametrize("body,words", [({"splits": {"train": 50}}, "come to 100"), ({"splits": {"Train": 100}}, "small letters"), ({"split_by": "luck"}, "hash, group or stratified"),
    ({"split_by": "group"}, "metadata field"), ({"formats": ["word"]}, "parquet"), ({"name": " "}, "1 to 200"), ({"x": 1}, "not known")])
def test_wrong_plans_are_refused_in_words(assay, body, words):
    assay.key = assay.client(); assay.start(); project = assay.project(assay.key, ONTOLOGY)
    status, problem = assay.send("POST", f"/api/projects/{project}/releases", {"name": "v", **body}, assay.key)
    assert status == 422 and words in problem["detail"], problem


READERS = """
import sys, json, pandas, datasets, tempfile, os
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp()
url = sys.argv[1]
frame = pandas.read_parquet(url + "parquet/train.parquet")
assert len(frame) == 200 and list(frame.columns[:4]) == ["name", "split", "width", "height"] and set(frame.label) == {"good", "bad"} and "東京" in frame.text[0]
lines = pandas.read_json(url + "train.jsonl", lines=True); assert len(lines) == 200
for kind, file in (("parquet", "parquet/train.parquet"), ("json", "train.jsonl"), ("webdataset", "webdataset/train-000000.tar")):
    rows = datasets.load_dataset(kind, data_files={"train": url + file}, split="train", cache_dir=tempfile.mkdtemp())
    assert len(rows) == 200 and "東京" in rows[0]["txt" if kind == "webdataset" else "text"], kind
import webdataset
samples = list(webdataset.WebDataset(url + "webdataset/train-000000.tar", shardshuffle=False).decode())
assert len(samples) == 200 and json.loads(samples[0]["json"]["labels"])[0]["class"] in ("good", "bad") and samples[0]["cls"] in (0, 1), samples[0]
print("read")
"""


@needs_readers
def test_pandas_datasets_and_webdataset_read_it_by_url(texts):
    made = release(texts, texts.texts, splits={"train": 100}, formats=["parquet", "webdataset"])
    done = subprocess.run([PYTHON, "-c", READERS, link(texts, made)], capture_output=True, text=True, timeout=300)
    if "No module named" in done.stderr: pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0 and "read" in done.stdout, done.stderr[-2000:]


DUCKDB = """
import duckdb, duckdb_extension_httpfs, pathlib, sys
url = sys.argv[1]; found = duckdb.connect()
found.execute(f"LOAD '{next(pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob('httpfs.duckdb_extension'))}'")
ask = lambda query: found.execute(query).fetchall()
assert ask(f"select label, count(*) from read_parquet('{url}parquet/train.parquet') group by 1 order by 1") == [("bad", 50), ("good", 150)]
assert ask(f"select count(*), sum(contains(text, '東京')::int) from '{url}train.jsonl'") == [(200, 200)]
assert ask(f"select count(*) from read_parquet('{url}parquet/train.parquet') p join read_json('{url}train.jsonl') j using (name)") == [(200,)]
print("read")
"""


@needs_readers
def test_duckdb_queries_it_by_url(texts):
    made = release(texts, texts.texts, splits={"train": 100}, formats=["parquet"])
    done = subprocess.run([PYTHON, "-c", DUCKDB, link(texts, made)], capture_output=True, text=True, timeout=120)
    if "No module named" in done.stderr: pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0 and "read" in done.stdout, done.stderr[-2000:]


def test_head_says_what_get_would_send(texts):
    url = link(texts, release(texts, texts.texts, splits={"train": 100})) + "train.jsonl"
    def head(**headers):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="HEAD")) as answer: return answer.headers, answer.read()
    _, plain, body = fetch(url)
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        said, nothing = head(**headers)
        assert int(said["Content-Length"]) == len(body) and said["ETag"] == plain["ETag"] and said["Accept-Ranges"] == "bytes" and nothing == b""
    done = subprocess.run(["curl", "-sI", url, url], capture_output=True, text=True)  # twice over one connection
    assert done.stdout.count("200 OK") == 2
    assert subprocess.run(["curl", "-sI", "-o", "/dev/null", "-w", "%{http_code}", url[:-1]], capture_output=True, text=True).stdout == "404"


def test_text_is_sent_compressed_to_whoever_takes_it(texts, tmp_path):
    base = link(texts, release(texts, texts.texts, splits={"train": 100}, formats=["parquet"])); url = base + "train.jsonl"
    _, plain, body = fetch(url)
    assert plain["Vary"] == "Accept-Encoding" and plain["Content-Encoding"] is None and int(plain["Content-Length"]) == len(body)
    for accepted, encoding, unpack in [("gzip", "gzip", ["gzip", "-dc"]), ("gzip, zstd", "zstd", ["zstd", "-dc"]), ("zstd;q=0.1, gzip;q=0.5", "gzip", ["gzip", "-dc"]), ("gzip;q=0", None, None), ("identity, gzip;q=0.5", None, None)]:
        status, headers, packed = fetch(url, **{"Accept-Encoding": accepted})
        assert status == 200 and headers["Content-Encoding"] == encoding, accepted
        if encoding is None: assert packed == body; continue
        assert len(packed) < len(body) / 4 and headers["ETag"] == plain["ETag"][:-1] + f'-{encoding}"'
        if encoding == "gzip" or shutil.which("zstd"): assert subprocess.run(unpack, input=packed, capture_output=True).stdout == body
        assert fetch(url, **{"Accept-Encoding": accepted, "If-None-Match": headers["ETag"]})[0] == 304
    # A range is of the bytes as they are; what is small already stays as it is.
    status, headers, part = fetch(url, **{"Accept-Encoding": "gzip", "Range": "bytes=10-99"})
    assert status == 206 and headers["Content-Encoding"] is None and part == body[10:100]
    assert fetch(base + "parquet/train.parquet", **{"Accept-Encoding": "gzip"})[1]["Content-Encoding"] is None
    done = subprocess.run(["curl", "-sf", "--compressed", url], capture_output=True)
    assert done.stdout == body


def test_curl_goes_on_where_it_was_cut_off(texts, tmp_path):
    made = release(texts, texts.texts, splits={"train": 100}); url = link(texts, made) + "train.jsonl"
    whole = fetch(url)[2]; (tmp_path / "t").write_bytes(whole[:1000])
    done = subprocess.run(["curl", "-sS", "-C", "-", "-o", str(tmp_path / "t"), url], capture_output=True)
    assert done.returncode == 0 and (tmp_path / "t").read_bytes() == whole


def test_pictures_are_released_in_formats_of_many_files(assay, tmp_path):
    assay.key = assay.client(); assay.start()
    project = assay.project(assay.key, {"classes": [{"name": "cat", "kind": "box"}, {"name": "dog", "kind": "polygon"}]}, name="Cats")
    ids = [assay.upload(assay.key, png(40, 30, (i * 20, 9, 9)), f"p{i}.png") for i in range(5)]
    boxes = [{"class": "cat", "box": [1, 2, 20, 10]}, {"class": "dog", "polygon": [[5, 5], [20, 6], [9, 20]]}]
    assay.load(assay.key, project, [{"image": i, "answers": [{"annotator": "ada", "annotations": boxes}]} for i in ids])
    made = release(assay, project, splits={"train": 100}, formats=["yolo", "voc", "coco", "cvat"])
    assert {"yolo.tar", "voc.tar", "coco/annotations/instances_train.json", "cvat/annotations.xml"} <= {f["path"] for f in made["files"]}
    url = link(assay, made)
    coco = json.loads(fetch(url + "coco/annotations/instances_train.json")[2])
    assert len(coco["images"]) == 5 and len(coco["annotations"]) == 10 and {i["file_name"] for i in coco["images"]} == {f"p{i}.png" for i in range(5)}
    manifest = json.loads(fetch(url + "manifest.json")[2])
    assert {"format": "yolo", "what": "polygons written as boxes", "count": 5} in manifest["losses"]


def test_a_killed_server_leaves_no_half_release(texts):
    texts.load(texts.key, texts.texts, [answered(i) for i in range(1000, 21000)])
    status, made = texts.send("POST", f"/api/projects/{texts.texts}/releases", {"name": "cut", "formats": ["parquet", "coco", "voc"]}, texts.key)
    time.sleep(0.2); texts.kill(); texts.start()
    found = texts.send("GET", f"/api/releases/{made['id']}", token=texts.key)[1]
    assert found["state"] in ("failed", "completed")
    if found["state"] == "failed": assert "ask for it again" in found["problem"] and texts.send("POST", f"/api/releases/{made['id']}/links", {}, texts.key)[0] == 409
    again = release(texts, texts.texts); assert again["items"] == 20200


def test_what_settles_is_fed_within_a_second_once(texts):
    assay = texts; project = assay.project(assay.key, ONTOLOGY, name="Live"); worker = assay.worker("w@x.org"); hand = assay.signed_in("w@x.org")
    assay.load(assay.key, project, [{"text": f"t{i}"} for i in range(6)])
    path = f"/api/projects/{project}/feed"
    start = assay.send("GET", f"{path}?after=now", token=assay.key)[1]; assert start["items"] == []

    def answer():
        lease = assay.send("POST", f"/api/work/{project}/leases", {}, hand)[1]["leases"][0]
        assert assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": "mood", "option": "good"}]}, hand)[0] == 200

    answer()
    first = assay.send("GET", f"{path}?after={start['next']}&wait=5", token=assay.key)[1]
    assert len(first["items"]) == 1 and first["items"][0]["task"]["consensus"]["annotations"][0]["option"] == "good"
    # Waiting for what is not there yet.
    threading.Timer(0.7, answer).start(); begin = time.monotonic()
    second = assay.send("GET", f"{path}?after={first['next']}&wait=20", token=assay.key)[1]
    assert len(second["items"]) == 1 and time.monotonic() - begin < 3 and second["next"] > first["next"]
    assert assay.send("GET", f"{path}?after={second['next']}", token=assay.key)[1]["items"] == []
    # As server-sent events, from the place that was read last.
    request = urllib.request.Request(f"{assay.url.rstrip('/')}{path}", headers={"Authorization": f"Bearer {assay.key}", "Accept": "text/event-stream", "Last-Event-ID": str(first["next"])})
    with urllib.request.urlopen(request, timeout=20) as events:
        assert events.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        threading.Timer(0.3, answer).start(); seen = []
        while len(seen) < 2:
            line = events.readline().decode().strip()
            if line.startswith("id:"): seen.append(int(line[3:]))
    assert seen[0] == second["next"] and seen[1] > seen[0]
    for wrong in ("-1", "x"): assert assay.send("GET", f"{path}?after={wrong}", token=assay.key)[0] == 422
    assert assay.send("GET", path, token=assay.client("Stranger"))[0] == 404


def test_a_plan_says_what_it_means_or_is_refused(assay):
    assay.key = assay.client(); assay.start(); project = assay.project(assay.key, ONTOLOGY)
    wrong = [{"splits": "train=50"}, {"splits": [{"name": "train"}]}, {"formats": "parquet"}, {"formats": {}}, {"seed": 42}, {"split_by": 1}, {"media": "true"}, {"group_by": 7},
             {"group_by": "author"}, {"group_by": "author", "split_by": "stratified"}]
    for body in wrong: assert assay.send("POST", f"/api/projects/{project}/releases", {"name": "v", **body}, assay.key)[0] == 422, body
    assert assay.send("POST", f"/api/projects/{project}/releases", '{"name":"v","splits":{"train":50,"train":50}}', assay.key)[0] == 422
    assert "one of them" in cli(assay, "release", "create", "--project", project, "--name", "v", "--group-by", "a", "--stratified").stderr


def test_grouping_by_a_field_that_no_item_has_fails_in_words(texts):
    status, made = texts.send("POST", f"/api/projects/{texts.texts}/releases", {"name": "v", "split_by": "group", "group_by": "autor"}, texts.key)
    made = texts.send("GET", f"/api/releases/{made['id']}?wait=30", token=texts.key)[1]
    assert made["state"] == "failed" and "“autor”" in made["problem"] and made["files"] == []
    url = link(texts, release(texts, texts.texts, splits={"train": 50, "test": 50}, split_by="group", group_by="meta.author"))
    parts = [{json.loads(l)["metadata"]["author"] for l in fetch(url + f"{part}.jsonl")[2].splitlines()} for part in ("train", "test")]
    assert not parts[0] & parts[1]


def test_what_is_said_of_items_here_stands_beside_what_their_sender_said(assay):
    assay.key = assay.client(); assay.start(); project = assay.project(assay.key, ONTOLOGY)
    assay.load(assay.key, project, [answered(i, metadata={"task": f"T{i}", "answers": "A", "confidence": 1}) for i in range(3)])
    lines = [json.loads(l) for l in fetch(link(assay, release(assay, project, splits={"train": 100})) + "train.jsonl")[2].splitlines()]
    for line in lines:
        said = line["metadata"]
        assert said["task"] in ("T0", "T1", "T2") and said["answers"] == "A" and said["assay_answers"] == 1 and said["assay_unique_id"] == "u" + said["task"][1:]


def test_the_certificate_is_of_the_items_that_are_released(assay):
    assay.key = assay.client(); assay.start()
    project = assay.project(assay.key, ONTOLOGY, plan={"answers": {"min": 2, "max": 2}}, name="Moods")
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key)
    items = [{"name": f"i{i}", "text": f"t{i}", "metadata": {"lang": ("en", "de")[i % 2]}} for i in range(12)]
    assert assay.send("POST", f"/api/datasets/{dataset['id']}/items", "\n".join(map(json.dumps, items)), assay.key)[0] == 200
    status, sent = assay.send("POST", f"/api/datasets/{dataset['id']}/tasks", {"project": project, "query": ""}, assay.key); assert status in (200, 201), sent
    for place, name in enumerate(("ada@x.org", "bo@x.org")):
        assay.worker(name); worker = assay.signed_in(name)
        while leases := assay.send("POST", f"/api/work/{project}/leases", {}, worker)[1]["leases"]:
            for lease in leases:
                number = int(lease["task"]["params"]["text"][1:]); mood = ("good", "bad")[place if number % 2 else number % 4 == 0]  # they agree on English alone
                assert assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": "mood", "option": mood}]}, worker)[0] == 200
    def certificate(query):
        status, made = assay.send("POST", f"/api/datasets/{dataset['id']}/releases", {"name": query, "query": query, "set": "Moods"}, assay.key); assert status == 202, made
        made = assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)[1]; assert made["state"] == "completed", made
        manifest = json.loads(fetch(link(assay, made) + "manifest.json")[2])
        assert manifest["items"] == 6 and manifest["answers_per_item"] == 2 and sum(a["answers"] for a in manifest["certificate"]["annotators"]) == 12
        return manifest["certificate"]["agreement"][0]
    english, german = certificate("lang = en"), certificate("lang = de")
    assert (english["value"], english["tasks"]) == (1, 6) and german["value"] < 0 and german["tasks"] == 6


def test_an_image_keeps_its_name_whichever_others_are_completed(assay):
    assay.key = assay.client(); assay.start()
    project = assay.project(assay.key, {"classes": [{"name": "kind", "kind": "category", "options": ["a", "b"], "required": True}]})
    say = lambda: [{"annotator": "ada", "annotations": [{"class": "kind", "option": "a"}]}]
    images = [assay.upload(assay.key, png(10 + i, 10), "0001.png") for i in range(2)]
    assay.load(assay.key, project, [{"image": images[0], "unique_id": "first"}, {"image": images[1], "unique_id": "second", "answers": say()}])
    names = lambda made: {json.loads(l)["metadata"]["assay_unique_id"]: json.loads(l)["name"] for l in fetch(link(assay, made) + "train.jsonl")[2].splitlines()}
    before = names(release(assay, project, splits={"train": 100}))
    assay.worker("w@x.org"); worker = assay.signed_in("w@x.org"); lease = assay.send("POST", f"/api/work/{project}/leases", {}, worker)[1]["leases"][0]
    assert assay.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": "kind", "option": "b"}]}, worker)[0] == 200
    after = names(release(assay, project, splits={"train": 100}))
    assert len(after) == 2 and after["second"] == before["second"] and after["first"] == "0001.png"


def test_files_that_are_not_of_a_release_are_named(texts, tmp_path):
    large = release(texts, texts.texts, splits={"train": 50, "test": 50}, formats=["parquet"]); small = release(texts, texts.texts, splits={"train": 100})
    folder = tmp_path / "r"
    assert cli(texts, "release", "fetch", large["id"], str(folder)).returncode == 0
    again = cli(texts, "release", "fetch", small["id"], str(folder)); assert again.returncode == 1 and "no file of this release" in again.stderr
    assert cli(texts, "release", "fetch", large["id"], str(folder)).returncode == 0
    # What a system leaves is none of it, unless it leads elsewhere.
    (folder / "parquet" / ".DS_Store").write_text("x"); verify = lambda: subprocess.run([BINARY, "verify", str(folder)], capture_output=True, text=True)
    assert verify().returncode == 0
    def alone(*options):
        return subprocess.run([PYTHON if os.path.exists(PYTHON) else sys.executable, *options, VERIFIER, str(folder)], capture_output=True, text=True)

    if "No module named" in (sound := alone("-O")).stderr: alone = None
    else: assert sound.returncode == 0, sound.stderr
    link = lambda: (folder / "parquet" / "etc").symlink_to("/etc")
    leads = lambda: (folder / ".DS_Store").symlink_to("/etc")
    for name, damage in [("../.DS_Store", leads), ("train-00001.parquet", lambda: (folder / "parquet" / "train-00001.parquet").write_text("evil")),
                         (".hidden", lambda: (folder / "parquet" / ".hidden").write_text("evil")), ("etc", link)]:
        damage()
        assert verify().returncode == 1 and "none of its files" in verify().stderr, name
        # Also where Python leaves assertions out.
        if alone: assert alone("-O").returncode == 1 and "none of its files" in alone("-O").stderr, name
        (folder / "parquet" / name).unlink()
    lines = (folder / "train.jsonl").read_bytes(); (folder / "train.jsonl").write_bytes(lines.replace(b"a", b"b", 1))
    assert verify().returncode == 1 and "changed" in verify().stderr
    if alone: assert alone("-O").returncode == 1 and "was changed" in alone("-O").stderr


def test_a_release_can_be_taken_away_and_holds_its_dataset_until_then(assay):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    assay.send("POST", f"{path}/items", json.dumps({"name": "a", "text": "t"}), assay.key)
    _, made = assay.send("POST", f"{path}/releases", {"name": "v"}, assay.key); assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)
    url = link(assay, made); assert fetch(url + "manifest.json")[0] == 200
    status, problem = assay.send("DELETE", path, token=assay.key); assert status == 409 and "a release is of" in problem["detail"], problem
    done = cli(assay, "release", "remove", made["id"]); assert done.returncode == 64 and "--yes" in done.stderr
    done = cli(assay, "release", "remove", made["id"], "--yes"); assert done.returncode == 0, done.stderr
    # Its address has ended, whatever is asked of it.
    assert [fetch(url + part)[0] for part in ("manifest.json", "", "shards?split=train")] == [410] * 3 and assay.send("GET", f"/api/releases/{made['id']}", token=assay.key)[0] == 404
    # Its number is not given to another.
    _, next_one = assay.send("POST", f"{path}/releases", {"name": "w"}, assay.key); assert (made["number"], next_one["number"]) == (1, 2)
    assert assay.send("GET", f"/api/releases/{next_one['id']}?wait=30", token=assay.key)[1]["state"] == "completed"
    assert cli(assay, "release", "remove", next_one["id"], "--yes").returncode == 0
    assert assay.send("DELETE", path, token=assay.key)[0] == 204
    assert sum(len(files) for _, _, files in os.walk(os.path.join(assay.data, "vaults", os.listdir(os.path.join(assay.data, "vaults"))[0], "blobs"))) == 0


def test_images_that_lie_elsewhere_go_along_with_a_release(tmp_path):
    """Whoever has looked at them before; those that cannot be had are told."""
    folder = tmp_path / "far"; folder.mkdir()
    for n in range(3): (folder / f"{n}.png").write_bytes(png(20 + n, 10))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    far = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler); threading.Thread(target=far.serve_forever, daemon=True).start()
    server = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8"); server.key = server.client(); server.start()
    try:
        _, dataset = server.send("POST", "/api/datasets", {"name": "D"}, server.key); path = f"/api/datasets/{dataset['id']}"
        lines = [{"name": f"{n}.png", "image": f"http://127.0.0.1:{far.server_port}/{n}.png", "labels": [{"class": "cat", "box": [1, 1, 2, 2]}]} for n in range(4)]
        assert server.send("POST", f"{path}/items", "\n".join(map(json.dumps, lines)), server.key, {"Content-Type": "application/x-ndjson"})[0] == 200
        roots = []
        for _ in range(2):
            _, made = server.send("POST", f"{path}/releases", {"name": "v", "media": True, "formats": ["yolo"], "splits": {"train": 100}}, server.key)
            made = server.send("GET", f"/api/releases/{made['id']}?wait=60", token=server.key)[1]
            assert sorted(f["path"] for f in made["files"] if f["path"].startswith("images/")) == [f"images/{n}.png" for n in range(3)], made
            told = [l["what"] for l in made["losses"] if l["format"] == "images"]; assert told == ["images left out that could not be fetched (there is nothing at this address)"], made["losses"]
            roots.append(made["merkle_root"])
        assert roots[0] == roots[1]
    finally:
        server.stop(); far.shutdown()


def test_the_public_key_is_had_from_the_server_and_lines_have_a_root(texts, tmp_path):
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    made = release(texts, texts.texts); folder = tmp_path / "r"; assert cli(texts, "release", "fetch", made["id"], str(folder)).returncode == 0
    key = cli(texts, "release", "key").stdout.strip(); manifest = json.loads((folder / "manifest.json").read_text()); assert key == manifest["public_key"]
    for said in (key, key.upper()):
        assert subprocess.run([BINARY, "verify", str(folder), "--key", said], capture_output=True).returncode == 0
        assert subprocess.run([sys.executable, VERIFIER, str(folder), said], capture_output=True).returncode == 0
    # Signed by another: what it says of the lines is checked all the same.
    for change in (lambda m: m["files"][0].update(lines_root="0" * 64), lambda m: m.update(files=None)):
        own = ed25519.Ed25519PrivateKey.generate(); changed = json.loads((folder / "manifest.json").read_text()); changed["public_key"] = own.public_key().public_bytes_raw().hex()
        lined = [f for f in changed["files"] if "lines_root" in f]; changed["files"].sort(key=lambda f: f not in lined); change(changed)
        if changed["files"]: changed["files"].sort(key=lambda f: f["path"].encode())
        raw = json.dumps(changed).encode(); other = tmp_path / "other"; shutil.rmtree(other, ignore_errors=True); shutil.copytree(folder, other)
        (other / "manifest.json").write_bytes(raw); (other / "manifest.sig").write_text(own.sign(raw).hex() + "\n")
        for tool in ([BINARY, "verify"], [sys.executable, VERIFIER]):
            done = subprocess.run([*tool, str(other)], capture_output=True, text=True); assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
            assert "other lines" in done.stderr or changed["files"] is None, done.stderr


def test_a_poll_whose_key_is_revoked_ends_as_one_without_a_key(texts):
    _, key = texts.send("POST", "/api/keys", {}, texts.key); ended = []
    poll = threading.Thread(target=lambda: ended.append(texts.send("GET", f"/api/projects/{texts.texts}/feed?after=now&wait=20", token=key["key"])[0])); poll.start()
    time.sleep(1); assert texts.send("DELETE", f"/api/keys/{key['id']}", token=texts.key)[0] == 204
    poll.join(timeout=15); assert ended == [401]


def test_a_release_that_was_cut_off_has_failed_and_leaves_no_files(assay):
    assay.key = assay.client(); assay.start(); project = assay.project(assay.key, ONTOLOGY)
    assay.load(assay.key, project, [answered(i) for i in range(6000)])
    blobs = lambda: sum(len(files) for base, _, files in os.walk(os.path.join(assay.data, "vaults")) if "blobs" in base)
    before = blobs()
    _, made = assay.send("POST", f"/api/projects/{project}/releases", {"name": "v", "formats": ["parquet", "webdataset", "csv"]}, assay.key)
    while blobs() == before and assay.send("GET", f"/api/releases/{made['id']}", token=assay.key)[1]["state"] == "running": time.sleep(0.01)
    assay.kill(); assay.start()
    for _ in range(100):
        found = assay.send("GET", f"/api/releases/{made['id']}", token=assay.key)[1]
        if found["state"] == "completed" or blobs() == before: break
        time.sleep(0.05)
    if found["state"] == "completed": pytest.skip("it was made before it could be cut off")
    assert found["state"] == "failed" and "stopped" in found["problem"] and blobs() == before
    assert [r["state"] for r in assay.send("GET", f"/api/projects/{project}/releases", token=assay.key)[1]["items"]] == ["failed"]


@needs_readers
def test_datasets_loads_the_folder_by_its_page(texts, tmp_path):
    made = release(texts, texts.texts, splits={"train": 80, "val": 20}, formats=["webdataset", "coco"])
    assert cli(texts, "release", "fetch", made["id"], str(tmp_path / "r")).returncode == 0
    code = "import sys, datasets, tempfile\nd = datasets.load_dataset(sys.argv[1], cache_dir=tempfile.mkdtemp())\nprint(sorted((k, len(v)) for k, v in d.items()))"
    done = subprocess.run([PYTHON, "-c", code, str(tmp_path / "r")], capture_output=True, text=True, timeout=300)
    if "No module named" in done.stderr: pytest.skip(done.stderr.strip().splitlines()[-1])
    counts = eval(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else done.stderr[-2000:]
    assert [k for k, _ in counts] == ["train", "validation"] and sum(n for _, n in counts) == 200
    # Another release in a folder of that name is another set to the library, which keeps what it has read.
    code = "import sys, datasets\nfor at in sys.argv[2:]: print(sum(len(v) for v in datasets.load_dataset(at, cache_dir=sys.argv[1]).values()))"
    texts.load(texts.key, texts.texts, [answered(f"more-{n}") for n in range(7)]); more = release(texts, texts.texts, splits={"train": 80, "val": 20}, formats=["hf"])
    assert cli(texts, "release", "fetch", more["id"], str(tmp_path / "later" / "r")).returncode == 0
    for first, second in (("r", "later/r"), ("set/huggingface", "later/r/huggingface")):
        if first != "r": assert subprocess.run([BINARY, "convert", "--to", "hf", str(tmp_path / "r" / "train.jsonl"), str(tmp_path / first)], capture_output=True).returncode == 0
        done = subprocess.run([PYTHON, "-c", code, str(tmp_path / "cache"), str(tmp_path / first), str(tmp_path / second)], capture_output=True, text=True, timeout=300)
        seen = [int(line) for line in done.stdout.split()]; assert seen[1] == 207 and seen[0] < 207, done.stderr[-2000:]


@needs_readers
def test_images_lie_inside_of_formats_that_have_them_in_their_files(assay, tmp_path):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    image = png(7, 5); asset = assay.upload(assay.key, image)
    lines = [{"name": f"{n}.png", "image": asset, "labels": [{"class": "cat", "box": [1, 1, 2, 2]}]} for n in range(4)]
    assert assay.send("POST", f"{path}/items", "\n".join(map(json.dumps, lines)), assay.key, {"Content-Type": "application/x-ndjson"})[0] == 200
    _, made = assay.send("POST", f"{path}/releases", {"name": "v", "media": True, "formats": ["hf", "tfrecord", "scale", "webdataset", "arrow", "feather"], "splits": {"train": 50, "val": 50}}, assay.key)
    assert assay.send("GET", f"/api/releases/{made['id']}?wait=60", token=assay.key)[1]["state"] == "completed"
    folder = tmp_path / "r"; assert cli(assay, "release", "fetch", made["id"], str(folder)).returncode == 0
    assert subprocess.run([BINARY, "verify", str(folder)], capture_output=True).returncode == 0
    for kind in ("huggingface", "tfrecord", "webdataset"):
        out = tmp_path / kind; done = subprocess.run([BINARY, "convert", "--media", "--to", "jsonl", str(folder / kind), str(out)], capture_output=True, text=True); assert done.returncode == 0, done.stderr
        assert sorted(os.listdir(out / "images")) == [f"{n}.png" for n in range(4)] and (out / "images" / "2.png").read_bytes() == image, kind
    code = "import sys, datasets, tempfile\nd = datasets.load_dataset(sys.argv[1], cache_dir=tempfile.mkdtemp())\nprint(sorted((k, r['name'], r['image'].size, r['objects']['bbox']) for k in d for r in d[k]))"
    done = subprocess.run([PYTHON, "-c", code, str(folder / "huggingface")], capture_output=True, text=True, timeout=300)
    if "No module named" in done.stderr: pytest.skip(done.stderr.strip().splitlines()[-1])
    found = eval(done.stdout.strip().splitlines()[-1]); assert sorted(f[1:] for f in found) == [(f"{n}.png", (7, 5), [[1, 1, 2, 2]]) for n in range(4)] and {f[0] for f in found} <= {"train", "validation"}


def test_a_cursor_that_the_feed_never_gave_is_refused(texts):
    path = f"/api/projects/{texts.texts}/feed"
    for wrong in ("999999999", "-1", "x", "9223372036854775808"): assert texts.send("GET", f"{path}?after={wrong}", token=texts.key)[0] == 422, wrong
    assert texts.send("GET", path, token=texts.key, headers={"Accept": "text/event-stream", "Last-Event-ID": "-5"})[0] == 422


def test_a_release_has_the_classes_of_its_own_label_set(assay):
    key = assay.key = assay.client(); assay.start()
    dataset = assay.send("POST", "/api/datasets", {"name": "Streets"}, key)[1]["id"]; path = f"/api/datasets/{dataset}"
    send = lambda lines, query="": assay.send("POST", f"{path}/items{query}", "\n".join(map(json.dumps, lines)), key, {"Content-Type": "application/x-ndjson"})[1]
    box = lambda name: {"class": name, "box": [1, 2, 3, 4]}
    def made(**body):
        _, begun = assay.send("POST", f"{path}/releases", {"name": "v", "formats": ["yolo", "coco", "huggingface", "parquet"], **body}, key)
        found = assay.send("GET", f"/api/releases/{begun['id']}?wait=30", token=key)[1]; assert found["state"] == "completed", found
        return json.loads(fetch(link(assay, found) + "manifest.json")[2])
    # A class that nobody has drawn is of the set that it came with.
    assert assay.send("POST", f"{path}/classes", {"classes": [{"name": "car"}, {"name": "bus"}]}, key)[0] == 204
    send([{"name": f"{n}.png", "width": 30, "height": 20, "labels": [box("car")]} for n in range(4)])
    first = made()
    assert assay.send("POST", f"{path}/classes?set=yolo", {"classes": [{"name": "toaster"}]}, key)[0] == 204
    send([{"name": "1.png", "labels": [box("person"), box("car")]}], "?set=yolo")
    again = made()
    assert again["merkle_root"] == first["merkle_root"] and len(first["files"]) > 4
    names = lambda manifest: [one if isinstance(one, str) else one["name"] for one in manifest["classes"]]
    assert names(first) == ["car", "bus"] and names(made(set="yolo")) == ["car", "toaster", "person"]
    # What is drawn later is the set's from then on.
    send([{"name": "2.png", "labels": [box("person")]}])
    assert names(made()) == ["car", "bus", "person"]
    for bad in ("%20", "a%20b", "a/b"): assert assay.send("POST", f"{path}/classes?set={bad}", {"classes": [{"name": "x"}]}, key)[0] == 422


def test_an_address_can_be_ended_alone_with_all_of_a_release_and_with_the_key_that_made_it(assay):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    assay.send("POST", f"{path}/items", json.dumps({"name": "a", "text": "t"}), assay.key)
    _, made = assay.send("POST", f"{path}/releases", {"name": "v"}, assay.key); assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)
    base = f"/api/releases/{made['id']}/links"; opens = lambda url: fetch(url + "manifest.sig")[0]
    _, key = assay.send("POST", "/api/keys", {}, assay.key)
    urls = [cli(assay, "release", "link", made["id"], "--hours", "2").stdout.strip() + "" for _ in range(3)] + [assay.send("POST", base, {}, key["key"])[1]["url"]]
    assert [opens(url) for url in urls] == [200] * 4
    listed = assay.send("GET", base, token=assay.key)[1]["items"]
    assert len(listed) == 4 and listed[0]["made_by"] == f"key:{key['id']}" and not any(l["ended_at"] for l in listed) and not any("url" in l or "signature" in l for l in listed)
    assert assay.send("DELETE", f"/api/keys/{key['id']}", token=assay.key)[0] == 204
    assert [opens(url) for url in urls] == [200, 200, 200, 410]
    one = urls[0].rstrip("/").split("/")[-1].split("-")[1]
    assert cli(assay, "release", "link", made["id"], "--end", one).stdout == "1 addresses ended\n" and [opens(url) for url in urls] == [410, 200, 200, 410]
    assert one in cli(assay, "release", "link", made["id"], "--list").stdout
    assay.kill(); assay.start()
    assert [opens(url) for url in urls] == [410, 200, 200, 410]
    assert cli(assay, "release", "link", made["id"], "--end-all").stdout == "2 addresses ended\n" and [opens(url) for url in urls] == [410] * 4
    assert assay.send("DELETE", base + "?id=none", token=assay.key)[0] == 404
    mistyped = cli(assay, "release", "link", made["id"], "--end", "a" * 24); assert mistyped.returncode == 1 and "no link" in mistyped.stderr, mistyped.stderr


def test_what_a_format_could_not_hold_is_told_of_releases_and_exports(assay, tmp_path):
    assay.key = assay.client(); assay.start(); project = assay.project(assay.key, ONTOLOGY)
    assay.load(assay.key, project, [answered(i) for i in range(5)])
    done = cli(assay, "export", "--project", project, "--format", "coco", "--to", tmp_path / "e.coco")
    assert "0 tasks" in done.stdout and "5 × " in done.stdout, done.stdout
    assert assay.send("GET", f"/api/projects/{project}/exports", token=assay.key)[1]["items"][0]["losses"]
    done = cli(assay, "release", "create", "--project", project, "--name", "v", "--formats", "coco", "--split", "train=100")
    assert "coco: 5 × " in done.stdout, done.stdout
    made = assay.send("GET", f"/api/projects/{project}/releases", token=assay.key)[1]["items"][0]
    assert assay.send("GET", f"/api/releases/{made['id']}", token=assay.key)[1]["losses"][0]["format"] == "coco"


def test_a_file_that_is_a_link_is_not_the_one_that_was_signed(assay, tmp_path):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    assay.send("POST", f"{path}/items", json.dumps({"name": "a", "text": "t"}), assay.key)
    _, made = assay.send("POST", f"{path}/releases", {"name": "v"}, assay.key)
    assert cli(assay, "release", "fetch", made["id"], tmp_path / "r").returncode == 0
    for name in ("README.md", "manifest.json", "manifest.sig"):
        folder = tmp_path / f"of-{name}"; shutil.copytree(tmp_path / "r", folder)
        (folder / name).rename(tmp_path / f"other-{name}"); (folder / name).symlink_to(tmp_path / f"other-{name}")
        assert cli(assay, "verify", folder).returncode != 0
        done = subprocess.run([sys.executable, VERIFIER, folder], capture_output=True, text=True)
        assert done.returncode == 1 and "is a link" in done.stderr and "Traceback" not in done.stderr, done.stderr
    for name, text in (("manifest.sig", "00" * 64), ("manifest.sig", "x"), ("manifest.json", "{"), ("manifest.json", None)):
        folder = tmp_path / "wrong"; shutil.rmtree(folder, ignore_errors=True); shutil.copytree(tmp_path / "r", folder)
        (folder / name).unlink() if text is None else (folder / name).write_text(text)
        done = subprocess.run([sys.executable, VERIFIER, folder], capture_output=True, text=True)
        assert done.returncode == 1 and "Do not train on it" in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_a_key_that_only_reads_feeds_training_and_changes_nothing(texts, tmp_path):
    made = release(texts, texts.texts)
    status, key = texts.send("POST", "/api/keys", {"reads_only": True}, texts.key); assert status == 201 and key["reads_only"]
    reads = lambda path: texts.send("GET", path, token=key["key"])
    assert reads("/api/projects")[0] == reads(f"/api/releases/{made['id']}")[0] == reads(f"/api/projects/{texts.texts}/feed?after=0")[0] == 200
    for method, path, body in (("POST", "/api/datasets", {"name": "x"}), ("POST", "/api/keys", {}), ("DELETE", f"/api/releases/{made['id']}", None), ("DELETE", f"/api/releases/{made['id']}/links", None), ("POST", "/v1/projects", {"name": "x", "type": "textcollection"})):
        status, problem = texts.send(method, path, body, key["key"]); assert status == 403 and "only reads" in json.dumps(problem), (path, status, problem)
    assert reads("/api/keys")[0] == reads("/api/journal")[0] == 403
    assert [k["reads_only"] for k in texts.send("GET", "/api/keys", token=texts.key)[1]["items"]].count(True) == 1
    # A folder of the release is fetched with it, by an address that ends with the key.
    done = subprocess.run([BINARY, "release", "fetch", made["id"], str(tmp_path / "r"), "--url", texts.url.rstrip("/"), "--key", key["key"]], capture_output=True, text=True)
    assert done.returncode == 0 and "verified" in done.stdout, done.stderr
    own = texts.run("key", "create", "--client", "Lab", "--reads-only").stdout.strip()
    assert texts.send("GET", "/api/projects", token=own)[0] == 200 and texts.send("POST", "/api/datasets", {"name": "x"}, own)[0] == 403


def test_a_reader_of_the_feed_loses_it_with_the_key_or_the_membership(texts):
    """What is open outlives neither; addresses that a member made end with the membership, or with the role."""
    assay = texts; feed = f"/api/projects/{texts.texts}/feed?after=now"
    status, member = assay.send("POST", "/api/members", {"email": "max@x.org", "password": PASSWORD, "role": "manager"}, assay.key); assert status == 201
    _, key = assay.send("POST", "/api/keys", {}, assay.key); session = assay.signed_in("max@x.org")
    made = release(texts, texts.texts)
    url = assay.send("POST", f"/api/releases/{made['id']}/links", {"hours": 2}, session)[1]["url"]
    assert fetch(url + "manifest.json")[0] == 200
    for token, end in ((key["key"], f"/api/keys/{key['id']}"), (session, f"/api/members/{member['id']}")):
        request = urllib.request.Request(assay.url.rstrip("/") + feed, headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream"})
        with urllib.request.urlopen(request, timeout=20) as events:
            assay.load(assay.key, texts.texts, [answered(f"{token[-4:]}-1")])
            assert events.readline().startswith(b"id: ")
            assert assay.send("DELETE", end, token=assay.key)[0] == 204
            assay.load(assay.key, texts.texts, [answered(f"{token[-4:]}-2")])
            assert b"-2" not in events.read()
    assert fetch(url + "manifest.json")[0] == 410
    _, member = assay.send("POST", "/api/members", {"email": "mia@x.org", "password": PASSWORD, "role": "manager"}, assay.key); session = assay.signed_in("mia@x.org")
    url = assay.send("POST", f"/api/releases/{made['id']}/links", {}, session)[1]["url"]
    assert assay.send("PATCH", f"/api/members/{member['id']}", {"role": "reviewer"}, assay.key)[0] == 204 and fetch(url + "manifest.json")[0] == 410


def test_the_feed_takes_back_what_stands_no_more(texts):
    assay = texts; project = assay.project(assay.key, ONTOLOGY, name="Live"); path = f"/api/projects/{project}/feed"
    assay.load(assay.key, project, [answered(f"live-{i}") for i in range(3)])
    fed = assay.send("GET", path, token=assay.key)[1]; assert len(fed["items"]) == 3
    gold, other = fed["items"][0]["task"], fed["items"][1]["task"]
    status, told = assay.send("PUT", f"/api/tasks/{gold['id']}/gold", {"kind": "evaluation"}, assay.key); assert status in (200, 201, 204), told
    later = assay.send("GET", f"{path}?after={fed['next']}", token=assay.key)[1]
    assert [set(i) for i in later["items"]] == [{"cursor", "withdrawn_at", "task"}] and later["items"][0]["task"]["id"] == gold["id"] and "consensus" not in later["items"][0]["task"]
    # Whoever begins anew is given nothing of it either.
    again = assay.send("GET", path, token=assay.key)[1]["items"]
    assert [("settled_at" in i, i["task"]["id"] == gold["id"]) for i in again] == [(False, True), (True, False), (True, False), (False, True)]
    assert assay.send("DELETE", f"/api/tasks/{gold['id']}/gold", token=assay.key)[0] in (200, 204)
    back = assay.send("GET", f"{path}?after={later['next']}", token=assay.key)[1]
    assert [i["task"]["id"] for i in back["items"]] == [gold["id"]] and "settled_at" in back["items"][0]
    status, told = assay.send("POST", f"/api/tasks/{other['id']}/review", {"verdict": "reject"}, assay.key); assert status in (200, 201, 204), told
    after = assay.send("GET", f"{path}?after={back['next']}", token=assay.key)[1]["items"]
    assert [i["task"]["id"] for i in after] == [other["id"]] and "withdrawn_at" in after[0]


def test_names_that_only_look_alike_are_two_files(assay, tmp_path):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    names = ["e\u0301te\u0301", "\u00e9t\u00e9", "f", "z", "con"]
    (tmp_path / "in").mkdir()
    for name in names: (tmp_path / "in" / f"{name}.png").write_bytes(png(3, 3 + len(name.encode())))
    assert cli(assay, "dataset", "add", str(tmp_path / "in"), "--dataset", dataset["id"]).returncode == 0
    def made():
        status, made = assay.send("POST", f"{path}/releases", {"name": "v", "media": True}, assay.key); assert status == 202, made
        made = assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)[1]; assert made["state"] == "completed" and made["items"] == 5, made
        return made["id"]
    first, second = made(), made()
    found = assay.send("GET", f"/api/releases/{second}/difference/{first}", token=assay.key)[1]; assert found["same"] == 5 and not found["items"], found
    folder = tmp_path / "r"; done = cli(assay, "release", "fetch", first, str(folder)); assert done.returncode == 0, done.stderr
    python = PYTHON if os.path.exists(PYTHON) else sys.executable
    done = subprocess.run([python, VERIFIER, str(folder)], capture_output=True, text=True)
    assert "No module named" in done.stderr or done.returncode == 0, done.stderr
    # One that is called as another looks is none of its files.
    evil = next(f for f in os.listdir(folder / "images") if f == "\u00e9t\u00e9.png"); os.rename(folder / "images" / evil, folder / "images" / "e\u0301t\u00e9.png")
    verify = subprocess.run([BINARY, "verify", str(folder)], capture_output=True, text=True); assert verify.returncode == 1
    (folder / "images" / evil).write_bytes((folder / "images" / "e\u0301t\u00e9.png").read_bytes())
    verify = subprocess.run([BINARY, "verify", str(folder)], capture_output=True, text=True); assert verify.returncode == 1 and "none of its files" in verify.stderr, verify.stderr


def test_one_group_may_be_said_as_a_number_and_as_a_text(assay):
    assay.key = assay.client(); assay.start()
    _, dataset = assay.send("POST", "/api/datasets", {"name": "D"}, assay.key); path = f"/api/datasets/{dataset['id']}"
    lines = [{"name": f"i{i}", "text": "t", "metadata": {"patient": [i // 2, str(i // 2)][i % 2]}} for i in range(120)]
    assay.send("POST", f"{path}/items", "\n".join(map(json.dumps, lines)), assay.key)
    _, made = assay.send("POST", f"{path}/releases", {"name": "v", "splits": {"train": 50, "test": 50}, "split_by": "group", "group_by": "patient"}, assay.key)
    made = assay.send("GET", f"/api/releases/{made['id']}?wait=30", token=assay.key)[1]; assert made["state"] == "completed", made
    parts = {}
    for part in ("train", "test"):
        for line in fetch(link(assay, made) + f"{part}.jsonl")[2].splitlines(): parts.setdefault(str(json.loads(line)["metadata"]["patient"]), set()).add(part)
    assert len(parts) == 60 and all(len(p) == 1 for p in parts.values())
    # A release of nothing is none: a trainer would miss its files much later.
    _, empty = assay.send("POST", f"{path}/releases", {"name": "v", "query": "patient = nobody"}, assay.key)
    empty = assay.send("GET", f"/api/releases/{empty['id']}?wait=30", token=assay.key)[1]; assert empty["state"] == "failed" and "finds nothing" in empty["problem"], empty


PATTERNS = """
import sys, fsspec, datasets
url = sys.argv[1]
assert [u.removeprefix(url) for u in fsspec.filesystem("http").glob(url + "webdataset/train-*.tar")] == ["webdataset/train-000000.tar", "webdataset/train-000001.tar"], fsspec.filesystem("http").ls(url, detail=False)
assert datasets.load_dataset("parquet", data_files=url + "parquet/*.parquet", split="train").num_rows == 200
assert datasets.load_dataset("webdataset", data_files={"train": url + "webdataset/train-*.tar"}, split="train").num_rows == 200
print("read")
"""


@needs_readers
def test_patterns_find_the_files_of_an_address(texts):
    made = release(texts, texts.texts, splits={"train": 100}, formats=["parquet", "webdataset"], shard_samples=100)
    url = link(texts, made); inside = json.loads(fetch(url + "parquet/")[2])["items"]
    assert [(i["path"], fetch(i["url"])[0]) for i in inside] == [("parquet/classes.json", 200), ("parquet/train.parquet", 200)] and fetch(url + "nothing/")[0] == 404
    assert json.loads(fetch(url, Accept="*/*")[2])["items"] == json.loads(fetch(url)[2])["items"]
    status, headers, page = fetch(url, Accept="text/html,*/*"); assert status == 200 and headers["Content-Type"].startswith("text/html") and b'<a href="webdataset/train-000001.tar">' in page
    done = subprocess.run([PYTHON, "-c", PATTERNS, url], capture_output=True, text=True, timeout=300)
    if "No module named" in done.stderr: pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0 and "read" in done.stdout, done.stderr[-2000:]

"""Datasets gathered from elsewhere: a real S3 server (moto, which checks no signatures; botocore does it here) and web
servers that list folders, by reference and as copies, cut off and gone on with."""
import datetime, functools, http.server, json, logging, threading, time, urllib.parse, urllib.request
import boto3, botocore.auth, botocore.awsrequest, botocore.credentials
import pytest
from moto.server import ThreadedMotoServer

from conftest import Assay
from test_browser import png
from test_datasets import assay_run

KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret/key+1"}


def listening(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def near(tmp_path):
    server = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8")
    yield server
    server.stop()


@pytest.fixture
def bucket():
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(port=0, verbose=False); server.start()
    host, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEYS)
    urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset", method="POST")).read()  # its state is the process's
    client.create_bucket(Bucket="photos")
    yield client, url
    server.stop()


def ready(server):
    key = server.client()
    server.start()
    return key, server.send("POST", "/api/datasets", {"name": "Far"}, key)[1]["id"]


def gather(server, key, dataset, *arguments, status=0):
    out = assay_run("dataset", "gather", *arguments, "--dataset", dataset, "--json", status=status,
                    env={"ASSAY_KEY": key, "ASSAY_URL": server.url, "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"], "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"]})
    return json.loads(out) if status == 0 else out


def test_a_bucket_is_gathered_page_by_page_and_shown(near, bucket):
    client, url = bucket
    names = [f"2024/día {i:04}+&.png" for i in range(1500)]
    for i, name in enumerate(names): client.put_object(Bucket="photos", Key=name, Body=png(2, 1 + i % 3))
    client.put_object(Bucket="photos", Key="2024/notes.pdf", Body=b"%PDF")
    client.put_object(Bucket="photos", Key="2023/old.png", Body=png(1, 1))
    key, dataset = ready(near)
    done = gather(near, key, dataset, "s3://photos/2024/", "--endpoint", url, "--bucket-keys")
    assert (done["state"], done["listed"], done["added"], done["skipped"]) == ("completed", 1501, 1500, 1)
    assert "secret" not in json.dumps(done) and done["access_key"] == KEYS["aws_access_key_id"]
    _, page = near.send("GET", f"/api/datasets/{dataset}/items?limit=5", token=key)
    assert page["count"] == 1500 and page["items"][0]["name"] == names[0]
    assert near.send("GET", f"/api/datasets/{dataset}/items/7/image", token=key)[1] == png(2, 1 + 7 % 3)
    client.put_object(Bucket="photos", Key=names[7], Body=png(9, 9))
    again = gather(near, key, dataset, done["id"])
    assert (again["added"], again["changed"]) == (0, 1)
    assert near.send("GET", f"/api/datasets/{dataset}/items/7/image", token=key)[1] == png(9, 9)
    assert near.send("DELETE", f"/api/datasets/{dataset}/sources/{done['id']}", token=key)[0] == 204
    assert near.send("GET", f"/api/datasets/{dataset}/items/9/image", token=key)[0] == 404
    assert near.send("GET", f"/api/datasets/{dataset}/items/7/image", token=key)[0] == 200  # was fetched


def test_copies_outlive_a_kill_and_the_bucket(near, bucket):
    client, url = bucket
    for i in range(900): client.put_object(Bucket="photos", Key=f"{i:04}.png", Body=png(3, 2 + i))
    key, dataset = ready(near)
    status, made = near.send("POST", f"/api/datasets/{dataset}/sources", {"url": "s3://photos/", "mode": "copy", "endpoint": url,
                             "access_key": "a", "secret_key": "b"}, key)
    assert status == 202, made
    path = f"/api/datasets/{dataset}/sources/{made['id']}"
    while near.send("GET", path, token=key)[1]["listed"] < 200: time.sleep(0.02)
    near.kill(); near.start()
    while (state := near.send("GET", path, token=key)[1])["state"] == "running": time.sleep(0.1)
    assert (state["state"], state["listed"], state["added"], state["failed"]) == ("completed", 900, 900, 0), state
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="photos"):
        client.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": o["Key"]} for o in page["Contents"]]})
    assert near.send("GET", f"/api/datasets/{dataset}/items/899/image", token=key)[1] == png(3, 901)
    assert near.send("GET", f"/api/datasets/{dataset}/items?query=width%20%3D%203&limit=1", token=key)[1]["count"] == 900


def test_requests_are_signed_as_botocore_signs_them(near):
    """Judges each signature by botocore, and hands out a bucket of one page to whoever signs rightly."""
    seen = []

    class Judge(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass

        def do_GET(self):
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            signature = query.pop("X-Amz-Signature", "")
            plain = {k: v for k, v in query.items() if not k.startswith("X-Amz-")}
            request = botocore.awsrequest.AWSRequest("GET", f"http://{self.headers['Host']}{urllib.parse.unquote(parts.path)}", params=plain)
            auth = botocore.auth.S3SigV4QueryAuth(botocore.credentials.Credentials("AK", "S/K+", "tok=en/"), "s3", "eu-west-1", expires=int(query["X-Amz-Expires"]))
            original = botocore.auth.get_current_datetime if hasattr(botocore.auth, "get_current_datetime") else None
            moment = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
            if original: botocore.auth.get_current_datetime = lambda *a, **k: moment
            try:
                request.url = request.url.replace(" ", "%20"); auth.add_auth(request)
            finally:
                if original: botocore.auth.get_current_datetime = original
            right = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(request.url).query))["X-Amz-Signature"]
            seen.append((signature == right, parts.path))
            body = png(1, 1) if "list-type" not in plain else b"<ListBucketResult><Contents><Key>a/b c.png</Key><ETag>e</ETag></Contents></ListBucketResult>"
            self.send_response(200 if signature == right else 403); self.end_headers(); self.wfile.write(body)

    server, url = listening(Judge)
    key, dataset = ready(near)
    near.send("POST", f"/api/datasets/{dataset}/sources", {"url": "s3://some-bucket/a/", "mode": "copy", "endpoint": url, "region": "eu-west-1",
              "access_key": "AK", "secret_key": "S/K+", "session_token": "tok=en/"}, key)
    for _ in range(100):
        state = near.send("GET", f"/api/datasets/{dataset}/sources", token=key)[1]["items"][0]
        if state["state"] != "running": break
        time.sleep(0.05)
    server.shutdown()
    assert seen == [(True, "/some-bucket/"), (True, "/some-bucket/a/b%20c.png")], (seen, state)
    assert state["added"] == 1


def test_an_index_is_walked_by_reference(near, tmp_path):
    root = tmp_path / "web" / "set"
    for name in ["a.png", "sub one/b&c.png", "sub one/deep/d.png", "skip.exe", "words.txt"]:
        path = root / name; path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mail me: ada@example.org" if name.endswith("txt") else png(4, 2))
    (tmp_path / "web" / "outside.png").write_bytes(png(1, 1))
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server, url = listening(functools.partial(quiet, directory=str(tmp_path / "web")))
    key, dataset = ready(near)
    done = gather(near, key, dataset, f"{url}/set/")
    assert (done["state"], done["added"], done["skipped"]) == ("completed", 4, 1), done
    names = [i["name"] for i in near.send("GET", f"/api/datasets/{dataset}/items", token=key)[1]["items"]]
    assert sorted(names) == ["a.png", "sub one/b&c.png", "sub one/deep/d.png", "words.txt"]
    place = names.index("sub one/b&c.png")
    assert near.send("GET", f"/api/datasets/{dataset}/items/{place}/image", token=key)[1] == png(4, 2)
    assert near.send("GET", f"/api/datasets/{dataset}/items?query=personal_data%20%3D%20email", token=key)[1]["count"] == 1
    sizes = {i["name"]: i["metadata"]["bytes"] for i in near.send("GET", f"/api/datasets/{dataset}/items", token=key)[1]["items"]}
    assert sizes["words.txt"] == 24 and sizes["a.png"] == len(png(4, 2)), sizes
    # This server lists names alone: what changed is told by when it was changed and how long it is.
    assert gather(near, key, dataset, f"{url}/set/")["changed"] == 0
    (root / "a.png").write_bytes(png(9, 7)); (root / "words.txt").write_text("nothing to see")
    assert gather(near, key, dataset, f"{url}/set/")["changed"] == 2
    place = names.index("a.png")
    assert near.send("GET", f"/api/datasets/{dataset}/items/{place}/image", token=key)[1] == png(9, 7)
    item = near.send("GET", f"/api/datasets/{dataset}/items/{place}", token=key)[1]
    assert (item["width"], item["height"]) == (9, 7)
    server.shutdown()


def test_what_cannot_be_gathered_says_why(near, tmp_path):
    key, dataset = ready(near)

    def state(body):
        status, made = near.send("POST", f"/api/datasets/{dataset}/sources", body, key)
        if status != 202: return made
        while (now := near.send("GET", f"/api/datasets/{dataset}/sources/{made['id']}", token=key)[1])["state"] == "running": time.sleep(0.05)
        return now
    nothing, url = listening(type("Nothing", (http.server.BaseHTTPRequestHandler,), {"log_message": lambda *_: None, "do_GET": lambda self: self.send_error(403)}))
    assert "keys" in state({"url": "s3://some-bucket/", "endpoint": url})["reason"]
    assert "refuses" in state({"url": url + "/"})["reason"]
    assert state({"url": "gopher://x/"})["status"] == 422
    assert state({"url": "s3://b/"})["status"] == 422
    assert state({"url": "s3://some-bucket/", "access_key": "x"})["status"] == 422
    assert state({"url": "s3://some-bucket/", "mode": "steal"})["status"] == 422
    assert "private" in state({"url": "http://10.1.2.3/"})["reason"]
    moved, place = listening(type("Moved", (http.server.BaseHTTPRequestHandler,), {"log_message": lambda *_: None, "do_GET": lambda self: (self.send_response(301), self.send_header("Location", url + "/new/"), self.end_headers())
                             if self.path == "/old/" else (self.send_response(200), self.end_headers(), self.wfile.write(b"<a href='a.png'>a</a>"))}))
    url_of_moved, url = url, place
    told = state({"url": place + "/old/"})["reason"]
    assert "leads to" in told and told.endswith("name that in its place"), told
    moved.shutdown(); url = url_of_moved
    out = gather(near, key, dataset, "s3://some-bucket/", "--endpoint", url, status=1)
    assert near.send("GET", f"/api/datasets/{'0' * 24}/sources", token=key)[0] == 404
    nothing.shutdown()


def test_a_bucket_whose_keys_end_is_read_by_new_ones(near):
    """By a run with keys, by gathering the place again, and after the source was taken away."""
    dead, names = set(), ["a.png", "b.png", "c.png"]

    class Store(http.server.BaseHTTPRequestHandler):
        log_message = lambda *_: None

        def do_GET(self):
            place = urllib.parse.urlparse(self.path); query = urllib.parse.parse_qs(place.query)
            if query.get("X-Amz-Credential", [""])[0].split("/")[0] in dead | {""}: return self.send_error(403)
            rows = "".join(f"<Contents><Key>{n}</Key><ETag>\"{n}\"</ETag><Size>1</Size></Contents>" for n in names)
            body = f"<ListBucketResult>{rows}</ListBucketResult>".encode() if "list-type" in query else png(20 + names.index(place.path.split("/")[-1]), 10)
            self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    store, url = listening(Store); key, dataset = ready(near)

    def gathered(place, *options, access):
        out = assay_run("dataset", "gather", place, "--dataset", dataset, "--bucket-keys", "--json", *options, env={"ASSAY_KEY": key, "ASSAY_URL": near.url, "AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": "x"})
        done = json.loads(out); return done["id"], done["added"], done["changed"], done["failed"]
    shows = lambda n: near.send("GET", f"/api/datasets/{dataset}/items/{n}/image", token=key)[0]
    first, *counts = gathered("s3://bkt/", "--endpoint", url, access="ONE"); assert counts == [3, 0, 0]
    dead.add("ONE"); assert shows(0) == 422
    assert gathered(first, access="TWO")[1:] == (0, 0, 0) and shows(0) == 200
    dead.add("TWO"); assert shows(1) == 422
    second, *counts = gathered("s3://bkt/", "--endpoint", url, access="THREE"); assert counts == [0, 0, 0] and shows(1) == 200
    # Of a source that is gone the items are read by the one that finds them again.
    assert near.send("DELETE", f"/api/datasets/{dataset}/sources/{first}", token=key)[0] == 204 and shows(2) == 404
    assert gathered(second, access="THREE")[1:] == (0, 3, 0) and shows(2) == 200
    status, told = near.send("POST", f"/api/datasets/{dataset}/sources/{second}/runs", {"access_key": "x"}, key); assert status == 422 and "secret_key" in told["detail"]
    store.shutdown()

"""What surrounds Scale's tasks: files, attachments that fail, audits, ends of batches, deliveries; and TLS with the client's retries."""
import http.client, http.server, io, json, os, shutil, ssl, subprocess, threading, time
import pytest

scaleapi = pytest.importorskip("scaleapi")
from scaleapi.tasks import TaskStatus, TaskType
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from conftest import Assay
from test_scale import CATEGORY, IMAGE, Listener, wait


class Web(http.server.BaseHTTPRequestHandler):
    """A client's bucket: one good picture, one that is none, the rest missing."""
    def do_GET(self):
        from PIL import Image
        data = io.BytesIO(); Image.new("RGB", (40, 30), "red").save(data, "PNG")
        found = {"/good.png": data.getvalue(), "/text.png": b"this is no picture"}.get(self.path.split("?")[0])
        self.send_response(200 if found else 403); self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *args): pass


@pytest.fixture(scope="module")
def bucket():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Assay(tmp_path_factory.mktemp("care"), "--egress-allow", "127.0.0.0/8").start()
    server.client(); server.worker("ann@example.org")
    server.test_key = server.run("key", "create", "--client", "Lab", "--test").stdout.strip()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def client(server):
    client = scaleapi.ScaleClient(server.keys["Lab"], api_instance_url=f"{server.url}/v1")
    client.v2.api_client.configuration.host = server.url
    return client


def answer(server, project, annotations):
    """The next task of a project, answered by the worker."""
    token = server.signed_in("ann@example.org")
    lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
    status, receipt = server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": annotations}, token)
    assert status == 200, receipt
    return lease["task"]["id"]


def test_a_file_keeps_what_its_sender_says(client, bucket):
    client.create_project("Files", TaskType.ImageAnnotation, {})
    data = io.BytesIO(b"some bytes"); data.name = "raw.bin"
    made = client.upload_file(data, display_name="Seen 1", project_name="Files", reference_id="r-1", metadata=json.dumps({"site": 7})).as_dict()
    assert made["display_name"] == "Seen 1" and made["project_names"] == ["Files"] and made["reference_id"] == "r-1" and made["metadata"] == {"site": 7}
    with pytest.raises(ScaleDuplicateResource): client.upload_file(io.BytesIO(b"others"), reference_id="r-1")
    with pytest.raises(ScaleResourceNotFound): client.upload_file(io.BytesIO(b"others"), project_name="Nowhere")
    fetched = client.import_file(f"{bucket}/good.png", display_name="Red", reference_id="r-2").as_dict()
    assert fetched["mime_type"] == "image/png" and fetched["display_name"] == "Red"
    with pytest.raises(ScaleDuplicateResource): client.import_file(f"{bucket}/good.png", reference_id="r-2")


def test_an_attachment_that_cannot_be_had_ends_its_task_with_an_error(client, bucket):
    listener = Listener()
    make = lambda name: client.create_task(TaskType.ImageAnnotation, callback_url=listener.url, **{**IMAGE, "attachment": f"{bucket}/{name}"})
    good, gone, text = make("good.png"), make("gone.png"), make("text.png")
    wait(lambda: client.get_task(gone.id).status == "error" and client.get_task(text.id).status == "error")
    response = client.get_task(gone.id).response
    assert response["attachments"] == [{"statusCode": 403, "url": f"{bucket}/gone.png"}] and "downloaded" in response["error"]
    assert client.get_task(text.id).response["attachments"][0]["statusCode"] == 200
    assert listener.of(gone.id)[0][2]["response"] == response
    assert client.get_task(good.id).status == TaskStatus.Pending.value
    assert {t.id for t in client.tasks(status="error")} == {gone.id, text.id}
    unreachable = client.create_task(TaskType.ImageAnnotation, **{**IMAGE, "attachment": "http://no-such-host.invalid/x.png"})
    time.sleep(0.5)
    assert client.get_task(unreachable.id).status == TaskStatus.Pending.value
    listener.server.shutdown()


def test_the_end_of_a_batch_is_told_and_a_client_has_an_address_of_its_own(server, client):
    listener = Listener()
    project = client.create_project("Ends", TaskType.Categorization, {}).as_dict()["id"]
    client.create_batch("Ends", "ends 1", callback=f"{listener.url}/batch")
    key = server.keys["Lab"]
    assert server.send("PUT", "/api/callbacks/address", {"url": "nowhere"}, key)[0] == 422
    assert server.send("PUT", "/api/callbacks/address", {"url": f"{listener.url}/own"}, key)[0] == 204
    assert server.send("GET", "/api/callbacks/address", token=key)[1] == {"url": f"{listener.url}/own"}
    tasks = [client.create_task(TaskType.Categorization, batch="ends 1", **CATEGORY) for _ in range(2)]
    assert server.send("PUT", "/api/callbacks/address", {"url": None}, key)[0] == 204
    for _ in tasks: answer(server, project, [{"class": "category", "option": "public"}])
    wait(lambda: len([g for g in listener.got if g[0] == "/batch"]) == 1)
    told = [g for g in listener.got if g[0] == "/batch"][0][2]
    assert told["batch_name"] == "ends 1" and told["batch"]["status"] == "completed" and client.batch_status("ends 1")["completed"] == 2
    # Told at creation that there was an address, and where it is now: nowhere.
    assert server.send("PUT", "/api/callbacks/address", {"url": f"{listener.url}/late"}, key)[0] == 204
    assert {listener.of(t.id)[0][0] for t in tasks} <= {"/own", "/late"}
    server.send("PUT", "/api/callbacks/address", {"url": None}, key)
    listener.server.shutdown()


def test_audits_with_and_without_a_verdict_are_kept_and_the_latest_counts(server, client):
    project = client.create_project("Audits", TaskType.Categorization, {}).as_dict()["id"]
    task = client.create_task(TaskType.Categorization, project="Audits", **CATEGORY)
    with pytest.raises(ScaleInvalidRequest): client.audit_task(task.id, True)
    answer(server, project, [{"class": "category", "option": "public"}])
    client.audit_task(task.id, False, "Not this")
    items = [{"type": "error", "message": "wrong", "scope": {"annotation_id": "x"}}]
    key = server.keys["Lab"]
    status, made = server.send("PUT", "/v1/audits", {"task_id": task.id, "audit_result": "accepted", "feedback_items": items}, key)
    assert status == 201 and made["audit_result"] == "accepted" and made["feedback_items"] == items and len(made["audits"]) == 2
    assert server.send("GET", f"/v1/audits?task_id={task.id}", token=key) == (200, made)
    shown = client.get_task(task.id).as_dict()
    assert shown["customer_review_status"] == "accepted" and shown["customer_review_comments"] == ["Not this"]
    assert [a["audit_result"] for a in shown["audits"]] == ["rejected", "accepted"]
    assert server.send("PUT", "/v1/audits", {"task_id": task.id, "audit_result": "perhaps"}, key)[0] == 400
    assert server.send("PUT", "/v1/audits", {"task_id": "0" * 24}, key)[0] == 404


def test_a_result_that_is_settled_anew_keeps_the_one_before(server, client):
    project = client.create_project("Anew", TaskType.Categorization, {"pipeline": "consensus_task", "num_attempts": 3}).as_dict()["id"]
    key = server.keys["Lab"]
    task = client.create_task(TaskType.Categorization, project="Anew", **CATEGORY)
    for name, option in (("a", "public"), ("b", "public"), ("c", "private")):
        server.worker(f"{name}{task.id}@example.org")
        token = server.signed_in(f"{name}{task.id}@example.org")
        lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
        assert server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": "category", "option": option}]}, token)[0] == 200
    before = client.get_task(task.id).as_dict()
    assert before["response"] == {"category": "public"} and "prior_responses" not in before
    assert server.send("POST", f"/api/projects/{project}/refits", {}, key)[0] == 200


def test_completed_batches_are_deliveries_of_the_second_api(server, client):
    project = client.create_project("Delivered", TaskType.Chat, {}).as_dict()["id"]
    client.create_batch("Delivered", "delivered 1")
    v2 = client.v2
    from scaleapi.api_client.v2 import CreateChatTaskRequest
    made = [v2.create_chat_task(CreateChatTaskRequest(batch_name="delivered 1", template_variables={"prompt": f"{i}"})).task_id for i in range(2)]
    assert v2.get_deliveries(project_id=project).deliveries == []
    thread = {"id": "t", "annotations": [{"key": "likert", "type": "integer", "value": 3, "possible_values": [1, 2, 3]}],
              "turns": [{"id": "u", "annotations": [], "messages": [{"role": "user", "content": {"text": "Hi"}, "source_id": "user", "annotations": []}]}]}
    for _ in made: answer(server, project, [{"class": "response", "text": json.dumps({"threads": [thread]})}])
    delivery, = v2.get_deliveries(project_id=project, expand=["project"]).deliveries
    assert delivery.name == "delivered 1" and delivery.task_count == 2 and delivery.project.actual_instance.name == "Delivered"
    page = v2.get_delivery(delivery_id=delivery.id, limit=1)
    rest = v2.get_delivery(delivery_name="delivered 1", project_id=project, limit=1, next_token=page.next_token)
    assert {page.tasks[0].task_id, rest.tasks[0].task_id} == set(made) and rest.next_token is None
    annotation = page.tasks[0].threads[0].annotations[0].actual_instance
    assert annotation.value == 3 and v2.get_annotation(annotation_id=annotation.id).actual_instance.key == "likert"
    docs = v2.get_delivery_tasks(delivery_id=delivery.id).docs
    assert {d.task_id for d in docs} == set(made) and docs[0].response["threads"] and docs[0].delivery_id == delivery.id
    schema = v2.get_schema(schema_id=docs[0].response_schema_id).var_schema if hasattr(v2.get_schema(schema_id=docs[0].response_schema_id), "var_schema") else v2.get_schema(schema_id=docs[0].response_schema_id)
    assert schema
    assert project in [d.id for d in v2.get_datasets().datasets]
    given, = v2.get_dataset_deliveries(dataset_id=project).deliveries
    assert given.id == delivery.id
    assert {t.task_id for t in v2.get_dataset_delivery(delivery_id=given.id).tasks} == set(made)
    assert {t.task_id for t in v2.get_dataset_tasks(dataset_id=project).tasks} == set(made)
    assert v2.get_dataset_task(task_id=made[0]).response["threads"]
    assert v2.get_batch(batch_name="delivered 1").completed_at
    with pytest.raises(Exception) as error: v2.get_delivery(delivery_id="0" * 24)
    assert error.value.status == 404


class Flaky:
    """TLS before a server, which loses some of its answers on the way: the request was done, the client is told 503."""
    def __init__(self, server, folder):
        self.losses, self.seen = 0, []
        cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                inner = http.client.HTTPConnection("127.0.0.1", server.port)
                inner.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "connection"})
                response = inner.getresponse(); data = response.read(); status = response.status
                outer.seen.append((self.command, self.path, status))
                if outer.losses > 0: outer.losses -= 1; status, data = 503, b'{"status_code":503,"error":"lost"}'
                self.send_response(status); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(data))); self.end_headers()
                self.wfile.write(data)
            do_GET = do_POST = do_DELETE = do_PUT = forward
            def log_message(self, *args): pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url, self.cert = f"https://localhost:{self.server.server_port}", cert


@pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl command is not installed")
def test_over_tls_lost_answers_make_no_second_task(server, tmp_path, monkeypatch):
    flaky = Flaky(server, str(tmp_path))
    # The client's look-up after a 409 drops its own `verify`: the machine must trust the server.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"): monkeypatch.setenv(name, flaky.cert)
    client = scaleapi.ScaleClient(server.keys["Lab"], api_instance_url=f"{flaky.url}/v1", verify=flaky.cert)
    assert client.create_project("Secure", TaskType.Categorization, {}).name == "Secure"
    # The retry meets a 409, and the client finds what its first try made.
    flaky.losses = 1
    made = client.create_task(TaskType.Categorization, project="Secure", unique_id="tls 1", **CATEGORY)
    assert [s for m, p, s in flaky.seen if m == "POST" and p.endswith("categorization")] == [200, 409]
    assert made.id == client.get_task(made.id).id and client.get_tasks_count(project_name="Secure") == 1
    # Cancelling twice, the first answer lost, is one cancellation; deleting tags too.
    flaky.losses = 1
    assert client.cancel_task(made.id).status == "canceled"
    flaky.losses = 1
    assert client.delete_task_tags(made.id, ["a"]).id == made.id
    flaky.server.shutdown()


def test_a_body_of_300_megabytes_is_refused_at_once(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/task/categorization")
    connection.putheader("Authorization", f"Bearer {server.keys['Lab']}"); connection.putheader("Content-Length", str(300_000_000)); connection.endheaders()
    response = connection.getresponse(); body = json.loads(response.read())
    assert response.status == 413 and body["status_code"] == 413 and "8388608" in body["error"].replace(",", "").replace("’", "")
    connection.close()
    status, made = server.send("POST", "/v1/task/categorization", {**CATEGORY, "metadata": {"x": "y" * 7_000_000}}, server.keys["Lab"], timeout=60)
    assert status in (200, 400)


def test_what_a_stranger_tried_is_refused_or_kept(server, client, bucket):
    key = server.keys["Lab"]
    def post(path, body): return server.send("POST", path, body, key)
    client.create_project("Strict", TaskType.ImageAnnotation, {})
    for attachment in ("", 5, "not a url", "file:///etc/passwd"): assert post("/v1/task/imageannotation", {**IMAGE, "attachment": attachment})[0] == 400
    assert post("/v1/task/imageannotation", {**IMAGE, "metadata": {"x": "y" * 10_240}})[0] == 400 and post("/v1/task/imageannotation", {**IMAGE, "metadata": {"x": "y" * 10_000}})[0] == 200
    for expected in ("x", {}, {"annotations": [{"type": "box", "label": "horse", "left": 1, "top": 1, "width": 2, "height": 2}]}, {"annotations": [{"type": "box", "label": "Big Cow"}]}):
        status, said = post("/v1/evaluation_tasks/imageannotation", {**IMAGE, "expected_response": expected})
        assert status == 400 and "expected_response" in said["error"]
    assert post("/v1/evaluation_tasks/imageannotation", {**IMAGE, "expected_response": {"annotations": []}})[0] == 200
    gone = client.create_task(TaskType.ImageAnnotation, unique_id="gone 1", clear_unique_id_on_error=True, **{**IMAGE, "attachment": f"{bucket}/gone.png"})
    wait(lambda: client.get_task(gone.id).status == "error")
    assert client.create_task(TaskType.ImageAnnotation, unique_id="gone 1", **IMAGE).unique_id == "gone 1"
    assert post("/v1/projects", {"type": "categorization", "name": "Bogus", "pipeline": "bogus"})[0] == 400
    assert post("/v1/projects", {"type": "categorization", "name": "Three", "studio": True, "pipeline": "consensus_task", "num_attempts": 2})[0] == 200
    three = [p for p in server.send("GET", "/api/projects?limit=1000", token=key)[1]["items"] if p["name"] == "Three"][0]
    assert three["plan"]["answers"]["min"] == 2
    client.update_project("Strict", patch=True, version=42, created_at="hm", instruction="x")
    assert [v["version"] for v in client.get_project("Strict").as_dict()["param_history"]] == [0, 1]
    assert post("/v1/projects/Strict/setParams", {"patch": "yes"})[0] == 400 and post("/v1/projects/Strict/setOntology", {"ontology": ["car", "car"]})[0] == 400
    assert post("/v1/task/segmentannotation", {"attachment": "http://a.example/x.png", "attachment_type": "image", "labels": [f"l{i}" for i in range(51)]})[0] == 400
    for method, path in (("GET", "/v1/nope"), ("DELETE", "/v1/projects/Strict"), ("GET", "/v2/nope")):
        status, said = server.send(method, path, token=key)
        assert status == 404 and set(said) == {"status_code", "error"}
    for path in ("/v2/task", "/v2/annotation", "/v2/schema", "/v1/audits"): assert server.send("GET", path, token=key)[0] == 400
    for name in "abc": client.create_batch("Strict", f"order {name}")
    assert [b.name for b in client.get_batches(project_name="Strict")][:3] == ["order c", "order b", "order a"]
    assert server.send("GET", "/v1/batches?project=Strict&completed_after=2020-01-01", token=key)[1]["totalDocs"] == 0
    assert post("/v2/task/chat", {"project_name": "Three", "batch_name": "order a"})[0] == 400

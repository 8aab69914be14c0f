"""The real scaleapi client against a running server: the two lines of docs/guides/move-from-scale.md."""
import base64, io, json, os, subprocess
import pytest

scaleapi = pytest.importorskip("scaleapi")
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType
from scaleapi.exceptions import (ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound, ScaleUnauthorized)
from conftest import BINARY, Assay

IMAGE = dict(attachment_type="image", attachment="http://i.imgur.com/v4cBreD.jpg", instruction="Draw a box around each cow.",
             geometries={"box": {"objects_to_annotate": ["Baby Cow", "Big Cow"], "min_height": 10, "min_width": 10}})
CATEGORY = dict(attachment_type="website", attachment="http://www.google.com/", instruction="Public or private?", categories=["public", "private"])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Assay(tmp_path_factory.mktemp("scale")).start()
    server.client(); server.worker("ann@example.org")
    server.test_key = server.run("key", "create", "--client", "Lab", "--test").stdout.strip()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def client(server): return scaleapi.ScaleClient(server.keys["Lab"], api_instance_url=f"{server.url}/v1")


@pytest.fixture(scope="module")
def tester(server): return scaleapi.ScaleClient(server.test_key, api_instance_url=f"{server.url}/v1")


@pytest.fixture(scope="module")
def project(client): return client.create_project("Cows", TaskType.ImageAnnotation, {"instruction": "Be exact."})


@pytest.fixture(scope="module")
def batch(client, project): return client.create_batch("Cows", "Cows 1")


def test_a_project_is_made_read_listed_and_given_versions(client, project):
    assert project.name == "Cows" and project.type == "imageannotation" and project.version == 0
    changed = client.update_project("Cows", patch=True, instruction="Be very exact.")
    assert changed.version == 1 and changed.instruction == "Be very exact."
    assert [v["version"] for v in client.get_project("Cows").as_dict()["param_history"]] == [0, 1]
    assert "Cows" in [p.name for p in client.projects()]
    with pytest.raises(ScaleDuplicateResource): client.create_project("Cows", TaskType.ImageAnnotation)
    with pytest.raises(ScaleResourceNotFound): client.get_project("Horses")


def test_names_may_hold_anything(client):
    for name in ("a b/c%d", "été 🐄", "x?y&z=1"):
        client.create_project(name, TaskType.Categorization, {})
        assert client.get_project(name).name == name
        client.create_batch(name, f"batch {name}")
        assert client.get_batch(f"batch {name}").project == name
    with pytest.raises(ScaleInvalidRequest): client.create_project("x" * 10_000, TaskType.Categorization)


def test_a_batch_counts_finalizes_and_keeps_metadata(client, batch):
    assert batch.status == "in_progress"
    status = client.batch_status("Cows 1")
    assert status["status"] == "in_progress"
    batch.finalize()
    client.set_batch_metadata("Cows 1", {"a": 1})
    assert client.get_batch("Cows 1").metadata == {"a": 1}
    assert "Cows 1" in [b.name for b in client.get_batches(project_name="Cows")]
    with pytest.raises(ScaleDuplicateResource): client.create_batch("Cows", "Cows 1")


def test_a_task_is_echoed_with_its_defaults(client, batch):
    task = client.create_task(TaskType.ImageAnnotation, project="Cows", batch="Cows 1", metadata={"k": "v"}, priority=30, **IMAGE)
    assert task.status == TaskStatus.Pending.value and task.metadata == {"k": "v"} and task.project == "Cows" and task.batch == "Cows 1"
    assert task.params["with_labels"] is True and task.params["geometries"]["box"]["min_width"] == 10
    assert task.instruction == "Draw a box around each cow.\n\nBe very exact."
    assert not hasattr(task, "unique_id") and not hasattr(task, "tags") and not hasattr(task, "response")
    assert client.get_task(task.id).as_dict() == task.as_dict()


@pytest.mark.parametrize("kind, params", [
    (TaskType.ImageAnnotation, dict(attachment="http://a.example/b.jpg")), (TaskType.ImageAnnotation, dict(geometries=IMAGE["geometries"])),
    (TaskType.Categorization, dict(categories=["a"])), (TaskType.Transcription, dict(instruction="x")), (TaskType.DataCollection, dict(instruction="x")),
    (TaskType.DocumentTranscription, dict(instruction="x")), (TaskType.Annotation, dict(instruction="x")), (TaskType.PolygonAnnotation, dict(instruction="x")),
    (TaskType.LineAnnotation, dict(instruction="x"))])
def test_what_scale_refuses_is_refused(client, kind, params):
    with pytest.raises(ScaleInvalidRequest): client.create_task(kind, **params)


def test_unique_ids_are_global_and_can_be_set_and_freed(client):
    one = client.create_task(TaskType.Categorization, unique_id="s3://bucket/1.png", **CATEGORY)
    with pytest.raises(ScaleDuplicateResource) as error: client.create_task(TaskType.ImageAnnotation, unique_id="s3://bucket/1.png", **IMAGE)
    assert f'The unique_id ("s3://bucket/1.png") is already used for a different task ({one.id}).' in str(error.value)
    assert [t.id for t in client.tasks(unique_id="s3://bucket/1.png")] == [one.id]
    two = client.create_task(TaskType.Categorization, **CATEGORY)
    with pytest.raises(ScaleDuplicateResource): client.update_task_unique_id(two.id, "s3://bucket/1.png")
    one.clear_unique_id()
    assert not hasattr(client.get_task(one.id), "unique_id")
    two.update_unique_id("s3://bucket/1.png")
    assert client.get_task(two.id).unique_id == "s3://bucket/1.png"


def test_metadata_and_tags_change(client):
    task = client.create_task(TaskType.Categorization, tags=["a", "b"], **CATEGORY)
    assert task.tags == ["a", "b"]
    client.set_task_metadata(task.id, {"x": [1]}); assert client.get_task(task.id).metadata == {"x": [1]}
    client.set_task_metadata(task.id, {}); assert client.get_task(task.id).metadata == {}
    client.add_task_tags(task.id, ["c", "a"]); assert client.get_task(task.id).tags == ["a", "b", "c"]
    client.delete_task_tags(task.id, ["a", "z"]); assert client.get_task(task.id).tags == ["b", "c"]
    client.set_task_tags(task.id, []); assert not hasattr(client.get_task(task.id), "tags")
    with pytest.raises(ScaleInvalidRequest): client.set_task_tags(task.id, list("abcdef"))


def test_a_pending_task_is_canceled_twice_and_a_completed_one_not(client, tester):
    task = client.create_task(TaskType.Categorization, unique_id="cancel me", **CATEGORY)
    task.cancel(clear_unique_id=True)
    again = client.get_task(task.id)
    assert again.status == "canceled" and not hasattr(again, "unique_id")
    client.cancel_task(task.id)
    with pytest.raises(ScaleInvalidRequest): tester.create_task(TaskType.Categorization, **CATEGORY).cancel()


def test_pages_hold_every_task_once_newest_first(server, client):
    client.create_project("Pages", TaskType.Categorization, {})
    client.create_batch("Pages", "Pages 1")
    made = [client.create_task(TaskType.Categorization, project="Pages", batch="Pages 1", tags=[f"t{i % 3}"], **CATEGORY).id for i in range(23)]
    assert [t.id for t in client.get_tasks("Pages")] == made[::-1]
    token, seen = None, []
    while True:
        page = client.tasks(project="Pages", limit=5, next_token=token) if token else client.tasks(project="Pages", limit=5)
        assert page.total == 23 and page.limit == 5
        seen += [t.id for t in page]
        token = page.next_token
        if not token: break
        client.create_task(TaskType.Categorization, project="Cows", **CATEGORY)  # others' work moves nothing
    assert seen == made[::-1]
    assert [t["task_id"] for t in raw(server, "GET", "/v1/tasks?project=Pages&offset=20")[1]["docs"]] == made[:3][::-1]
    assert client.get_tasks_count("Pages") == 23 and client.get_tasks_count("Pages", batch_name="Pages 1", status=TaskStatus.Completed) == 0
    assert len(list(client.get_tasks("Pages", tags=["t0"]))) == 8
    limited = next(client.get_tasks("Pages", limited_response=True)).as_dict()
    assert set(limited) == {"task_id", "status", "metadata", "project"}
    assert not list(client.get_tasks("Pages", created_after="2099-01-01")) and len(list(client.get_tasks("Pages", created_after="2026-01-01 00:00:00.000000"))) == 23


@pytest.mark.parametrize("kind, params, response", [
    (TaskType.Categorization, CATEGORY, {"category": "public"}),
    (TaskType.Comparison, dict(attachments=["http://a.example/a.jpg", "http://a.example/b.jpg"], attachment_type="image", instruction="Same?", choices=["yes", "no"]), {"choice": "yes"}),
    (TaskType.Transcription, dict(attachment="http://a.example/a.pdf", fields={"title": "The title"}), {"fields": {"title": "test response"}, "repeatable_fields": []}),
    (TaskType.DataCollection, dict(attachment="http://a.example/", fields={"page": "A page"}), {"fields": {"page": "test response"}}),
    (TaskType.TextCollection, dict(attachments=[{"type": "text", "content": "Hi"}], fields=[{"type": "category", "field_id": "ok", "title": "Ok?", "choices": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]}]),
     {"annotations": {"ok": {"type": "category", "field_id": "ok", "response": [["yes"]]}}}),
    (TaskType.LidarAnnotation, dict(attachments=["http://a.example/f.json"], attachment_type="json", labels=["car"]), {"annotations": {"url": "data:application/json,%5B%5D"}})])
def test_a_test_key_completes_at_once_in_a_world_of_its_own(client, tester, kind, params, response):
    task = tester.create_task(kind, **params)
    assert task.status == "completed" and task.is_test is True and task.response == response
    with pytest.raises(ScaleResourceNotFound): client.get_task(task.id)
    assert task.id not in [t.id for t in client.tasks()]


def test_a_batch_of_test_tasks_is_completed(tester):
    tester.create_project("Tests", TaskType.Categorization, {}); tester.create_batch("Tests", "Tests 1")
    tester.create_task(TaskType.Categorization, project="Tests", batch="Tests 1", **CATEGORY)
    assert tester.batch_status("Tests 1") == {"status": "completed", "completed": 1}


def test_a_test_box_is_well_formed(tester):
    task = tester.create_task(TaskType.ImageAnnotation, **IMAGE)
    box = task.response["annotations"][0]
    assert box["type"] == "box" and box["label"] == "Baby Cow" and {"left", "top", "width", "height", "uuid", "attributes"} <= set(box)
    assert tester.get_task(task.id).response == task.response


def test_what_the_client_made_is_labelled_and_read_back(server, client):
    client.create_project("Moods", TaskType.TextCollection, {"pipeline": "consensus_task"})
    client.create_batch("Moods", "Moods 1")
    fields = [{"type": "category", "field_id": "mood", "title": "Mood", "choices": [{"label": "Good", "value": "good"}, {"label": "Bad", "value": "bad"}]}]
    task = client.create_task(TaskType.TextCollection, project="Moods", batch="Moods 1", attachments=[{"type": "text", "content": "What a day"}], fields=fields)
    found = [p for p in server.send("GET", "/api/projects", token=server.keys["Lab"])[1]["items"] if p["name"] == "Moods"][0]
    for name in ("ann@example.org", "bob@example.org", "cyd@example.org"):
        if name != "ann@example.org": server.worker(name)
        token = server.signed_in(name)
        _, leased = server.send("POST", f"/api/work/{found['id']}/leases", {}, token)
        lease = leased["leases"][0]
        form = lease["task"]["form"]
        _, guide = server.send("GET", f"/api/work/{found['id']}?version=1&form={form}", token=token)
        assert [c["name"] for c in guide["ontology"]["classes"]] == ["Mood"] and [o["name"] for o in guide["ontology"]["classes"][0]["options"]] == ["Good", "Bad"]
        status, _ = server.send("POST", f"/api/work/{found['id']}/leases/{lease['id']}/answer", {"annotations": [{"class": "Mood", "option": "Good"}], "active_seconds": 2}, token)
        assert status == 200
    done = client.get_task(task.id)
    assert done.status == "completed" and done.response == {"annotations": {"mood": {"type": "category", "field_id": "mood", "response": [["good"]]}}}
    assert client.batch_status("Moods 1") == {"status": "completed", "completed": 1}
    assert client.get_tasks_count("Moods", status=TaskStatus.Completed) == 1
    _, quality = server.send("GET", f"/api/projects/{found['id']}/quality", token=server.keys["Lab"])
    assert quality["tasks_measured"] == 1 and [a["class"] for a in quality["agreement"]] == ["Mood"], quality
    client.audit_task(task.id, accepted=False, comments="Look again")
    audited = client.get_task(task.id)
    assert audited.customer_review_status == "rejected" and audited.customer_review_comments == ["Look again"]
    assert [t.id for t in client.get_tasks("Moods", review_status=TaskReviewStatus.Rejected)] == [task.id]


def test_tasks_as_the_client_fetches_them_are_a_labelled_set(tester, tmp_path):
    tester.create_project("Herd", TaskType.ImageAnnotation); tester.create_batch("Herd", "Herd 1")
    for n in range(3): tester.create_task(TaskType.ImageAnnotation, project="Herd", batch="Herd 1", unique_id=f"cow {n}", metadata={"n": n}, tags=["train", "calm"], **IMAGE)
    tasks = [task.as_dict() for task in tester.get_tasks("Herd")]
    (tmp_path / "tasks.jsonl").write_text("\n".join(map(json.dumps, tasks)))
    convert = lambda source, target, to: json.loads(subprocess.run([BINARY, "convert", "--strict", "--json", "--to", to, source, tmp_path / target], capture_output=True, text=True, check=True).stdout)
    assert convert(tmp_path / "tasks.jsonl", "lines", "jsonl")["labels"] == 3
    items = sorted(map(json.loads, (tmp_path / "lines" / "train.jsonl").read_text().splitlines()), key=lambda item: item["name"])
    for n, (item, task) in enumerate(zip(items, sorted(tasks, key=lambda t: t["unique_id"]))):
        box = task["response"]["annotations"][0]
        assert item["name"] == f"cow {n}.jpg" and item["image"] == IMAGE["attachment"] and item["subset"] == "train"
        assert item["metadata"] == {"n": n, "task_id": task["task_id"], "unique_id": f"cow {n}", "project": "Herd", "batch": "Herd 1", "tags": ["calm"]}
        assert item["labels"] == [{"class": box["label"], "box": [box["left"], box["top"], box["width"], box["height"]]}]
    # Written again it is the same tasks, which make new ones.
    convert(tmp_path / "lines", "again.jsonl", "scale")
    again = {task["unique_id"]: task for task in map(json.loads, (tmp_path / "again.jsonl").read_text().splitlines())}
    for task in tasks:
        one = again[task["unique_id"]]
        for name in ("task_id", "type", "status", "metadata", "project", "batch"): assert one[name] == task[name], name
        assert set(one["tags"]) == {"train", "calm"} and one["params"]["attachment"] == IMAGE["attachment"]
        keep = lambda a: {k: v for k, v in a.items() if k != "uuid"}
        assert [keep(a) for a in one["response"]["annotations"]] == [keep(a) for a in task["response"]["annotations"]]
    made = tester.create_task(TaskType.ImageAnnotation, project="Herd", batch="Herd 1", **one["params"])
    assert made.status == "completed"


def test_files_are_stored_and_can_be_attached(client):
    from PIL import Image
    data = io.BytesIO(); Image.new("RGB", (40, 30), "red").save(data, "PNG"); data.seek(0)
    file = client.upload_file(data, project_name="Cows")
    assert file.attachment_url.startswith("scaledata://") and file.as_dict()["mime_type"] == "image/png"
    task = client.create_task(TaskType.ImageAnnotation, project="Cows", **{**IMAGE, "attachment": file.attachment_url})
    assert task.params["attachment"] == file.attachment_url
    with pytest.raises(ScaleInvalidRequest): client.create_task(TaskType.ImageAnnotation, **{**IMAGE, "attachment": "scaledata://000000000000000000000000/x"})
    with pytest.raises(ScaleInvalidRequest): client.import_file("http://127.0.0.1:9/private.png")


def test_quality_tasks_become_gold(server, client):
    expected = {"annotations": [{"type": "box", "label": "Big Cow", "left": 2, "top": 4, "width": 3, "height": 5, "attributes": {}}]}
    evaluation = client.create_evaluation_task(TaskType.ImageAnnotation, project="Cows", expected_response=expected, **IMAGE)
    assert evaluation.expected_response == expected
    _, task = server.send("GET", f"/api/tasks/{evaluation.id}", token=server.keys["Lab"])
    assert task["gold"] == "evaluation"
    assert client.create_training_task(TaskType.ImageAnnotation, project="Cows", expected_response=expected, **IMAGE).id


def test_a_wrong_key_is_told_so_and_another_clients_task_is_not_there(server, client):
    with pytest.raises(ScaleUnauthorized): scaleapi.ScaleClient("live_wrong", api_instance_url=f"{server.url}/v1").projects()
    task = client.create_task(TaskType.Categorization, **CATEGORY)
    other = scaleapi.ScaleClient(server.client("Other"), api_instance_url=f"{server.url}/v1")
    with pytest.raises(ScaleResourceNotFound): other.get_task(task.id)


def raw(server, method, path, body=None, headers=None):
    basic = base64.b64encode(f"{server.keys['Lab']}:".encode()).decode()
    return server.send(method, path, body, headers={"Authorization": f"Basic {basic}", "Content-Type": "application/json", **(headers or {})})


def test_an_idempotency_key_makes_one_task(server):
    first = raw(server, "POST", "/v1/task/categorization", CATEGORY, {"Idempotency-Key": "once"})
    again = raw(server, "POST", "/v1/task/categorization", CATEGORY, {"Idempotency-Key": "once"})
    assert first[0] == again[0] == 200 and first[1]["task_id"] == again[1]["task_id"]
    other = raw(server, "POST", "/v1/task/categorization", {**CATEGORY, "instruction": "Other"}, {"Idempotency-Key": "once"})
    assert other[0] == 409 and other[1]["status_code"] == 409 and "once" in other[1]["error"]


@pytest.mark.parametrize("method, path, body, status", [
    ("POST", "/v1/task/nonsense", {}, 400), ("POST", "/v1/task/categorization", "[1]", 400), ("POST", "/v1/task/categorization", "{", 400),
    ("POST", "/v1/task/categorization", "", 400), ("GET", "/v1/task/nonsense", None, 404), ("GET", "/v1/tasks?limit=0", None, 400),
    ("GET", "/v1/tasks?next_token=zz", None, 400), ("GET", "/v1/tasks?status=odd", None, 400), ("GET", "/v1/tasks?start_time=noon", None, 400),
    ("POST", "/v1/projects", {"name": "x", "type": None}, 400), ("POST", "/v1/batches", {"name": "x", "project": "none such"}, 404),
    ("POST", "/v1/task/categorization", {**CATEGORY, "priority": "high"}, 400), ("POST", "/v1/task/categorization", {**CATEGORY, "metadata": 3}, 400)])
def test_what_is_wrong_is_said_in_scales_form(server, method, path, body, status):
    code, answer = raw(server, method, path, body)
    assert code == status and answer["status_code"] == status and isinstance(answer["error"], str) and answer["error"]


# The twelve traps of the contract, those that concern what is served.
def test_trap_1_success_is_200(server):
    assert raw(server, "POST", "/v1/projects", {"name": "T1", "type": "categorization"})[0] == 200
    assert raw(server, "POST", "/v1/task/categorization", CATEGORY)[0] == 200

def test_trap_3_basic_and_bearer(server):
    assert server.send("GET", "/v1/projects", token=server.keys["Lab"])[0] == 200 and raw(server, "GET", "/v1/projects")[0] == 200

def test_trap_4_no_409_where_a_path_says_task(client, tester):
    task = tester.create_task(TaskType.Categorization, **CATEGORY)
    with pytest.raises(ScaleInvalidRequest): tester.cancel_task(task.id)
    client.create_project("task force", TaskType.Categorization, {}); client.create_batch("task force", "my task batch")
    assert client.get_batch("my task batch").name == "my task batch" and client.finalize_batch("my task batch").status

def test_trap_5_errors_are_objects(server): assert set(raw(server, "GET", "/v1/task/x")[1]) == {"status_code", "error"}

def test_trap_6_empty_bodies(server):
    _, task = raw(server, "POST", "/v1/task/categorization", CATEGORY)
    for method, path in (("POST", f"/v1/task/{task['task_id']}/setMetadata"), ("POST", f"/v1/task/{task['task_id']}/tags"), ("POST", "/v1/projects/T1/setParams")):
        assert raw(server, method, path, "")[0] == 200, path

def test_trap_7_booleans_of_python(server):
    assert raw(server, "GET", "/v1/tasks?include_attachment_url=True")[0] == 200 and raw(server, "GET", "/v1/batches?exclude_archived=False")[0] == 200

def test_trap_8_lists_are_repeated_names(server):
    ids = [raw(server, "POST", "/v1/task/categorization", {**CATEGORY, "unique_id": f"u{i}"})[1]["task_id"] for i in range(3)]
    _, page = raw(server, "GET", "/v1/tasks?unique_id=u0&unique_id=u2&customer_review_status=")
    assert [t["task_id"] for t in page["docs"]] == [ids[2], ids[0]]

def test_trap_10_absent_is_not_null(server):
    _, task = raw(server, "POST", "/v1/task/categorization", {**CATEGORY, "unique_id": None, "tags": None, "metadata": None})
    assert "unique_id" not in task and "tags" not in task and task["metadata"] == {} and None not in task.values()

def test_trap_11_arrays_and_envelopes(server):
    assert isinstance(raw(server, "GET", "/v1/projects")[1], list)
    assert {"docs", "total", "limit", "offset", "has_more"} <= set(raw(server, "GET", "/v1/tasks")[1])
    assert {"docs", "totalDocs", "limit", "offset", "has_more"} <= set(raw(server, "GET", "/v1/batches")[1])

def test_rubys_empty_query_values_and_null_fields_are_absent(server):
    _, page = raw(server, "GET", "/v1/tasks?callback_url&end_time&limit=2&offset=0&start_time&status&type")
    assert len(page["docs"]) == 2
    _, task = raw(server, "POST", "/v1/task/categorization", CATEGORY)
    assert raw(server, "POST", f"/v1/task/{task['task_id']}/cancel", {"callback_url": None})[1]["status"] == "canceled"


class Listener:
    """A receiver of callbacks that can be told to fail."""
    def __init__(self):
        import http.server, threading
        self.got, self.failures, self.delay = [], 0, 0
        outer = self
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.got.append((self.path, self.headers.get("scale-callback-auth"), body))
                if outer.delay:
                    import time; time.sleep(outer.delay)
                status = 500 if outer.failures > 0 else 204
                outer.failures -= 1
                self.send_response(status); self.end_headers()
            def log_message(self, *args): pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def of(self, task, count=1, seconds=15):
        import time
        end = time.time() + seconds
        while time.time() < end:
            found = [g for g in self.got if g[2].get("task_id") == task]
            if len(found) >= count: return found
            time.sleep(0.05)
        raise AssertionError(f"{len(found)} callbacks of {task}")


def test_callbacks_are_sent_retried_and_survive_a_crash(tmp_path):
    listener = Listener()
    server = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8").start()
    try:
        server.client()
        live = scaleapi.ScaleClient(server.keys["Lab"], api_instance_url=f"{server.url}/v1")
        tester = scaleapi.ScaleClient(server.run("key", "create", "--client", "Lab", "--test").stdout.strip(), api_instance_url=f"{server.url}/v1")
        task = tester.create_task(TaskType.Categorization, callback_url=f"{listener.url}/hook", **CATEGORY)
        path, key, body = listener.of(task.id)[0]
        assert path == "/hook" and key and body["response"] == {"category": "public"} and body["task"]["status"] == "completed" and body["task"]["params"]["categories"]
        wait(lambda: getattr(tester.get_task(task.id), "callback_succeeded", None) is True)
        listener.failures = 1
        second = tester.create_task(TaskType.Categorization, callback_url=f"{listener.url}/again", **CATEGORY)
        assert len(listener.of(second.id, count=2)) == 2
        wait(lambda: getattr(tester.get_task(second.id), "callback_succeeded", None) is True)
        # One that is refused now, a crash, and another start.
        listener.failures = 1
        third = tester.create_task(TaskType.Categorization, callback_url=f"{listener.url}/crash", **CATEGORY)
        listener.of(third.id)
        server.kill(); server.start()
        assert len(listener.of(third.id, count=2, seconds=25)) == 2
        assert not hasattr(live.create_task(TaskType.Categorization, callback_url=f"{listener.url}/x", **CATEGORY), "callback_succeeded")
        assert server.send("GET", "/api/callbacks/key", token=server.keys["Lab"])[0] == 200
    finally:
        server.stop(); listener.server.shutdown()


def test_a_slow_receiver_holds_up_nobody_elses_callbacks(tmp_path):
    slow, quick = Listener(), Listener()
    slow.delay = 6
    server = Assay(tmp_path / "data", "--egress-allow", "127.0.0.0/8").start()
    try:
        clients = []
        for name in ("Slow", "Quick"):
            server.client(name)
            key = server.run("key", "create", "--client", name, "--test").stdout.strip()
            clients.append(scaleapi.ScaleClient(key, api_instance_url=f"{server.url}/v1"))
        first = clients[0].create_task(TaskType.Categorization, callback_url=slow.url, **CATEGORY)
        slow.of(first.id)
        second = clients[1].create_task(TaskType.Categorization, callback_url=quick.url, **CATEGORY)
        quick.of(second.id, seconds=3)
    finally:
        server.stop(); slow.server.shutdown(); quick.server.shutdown()


def wait(condition, seconds=15):
    import time
    end = time.time() + seconds
    while not condition():
        assert time.time() < end
        time.sleep(0.1)


def test_fifty_writers_with_retries_make_each_unique_id_once(server):
    from concurrent.futures import ThreadPoolExecutor
    count = int(os.environ.get("ASSAY_CREATES", 1600))  # 100000 takes some minutes
    def make(i): return raw(server, "POST", "/v1/task/categorization", {**CATEGORY, "unique_id": f"race {i // 4}"})
    with ThreadPoolExecutor(50) as pool: answers = list(pool.map(make, range(count)))
    made = [a[1]["task_id"] for a in answers if a[0] == 200]
    assert len(made) == len(set(made)) == count // 4 and all(a[0] in (200, 409) for a in answers)


def test_trap_2_the_second_api_after_one_more_line(server, client):
    client.v2.api_client.configuration.host = server.url
    client.create_project("Chats", TaskType.Chat, {})
    project = client.v2.get_project(project_name="Chats")
    assert project.name == "Chats" and "Chats" in [p.name for p in client.v2.get_projects().projects]
    from scaleapi.api_client.v2 import (BatchOperationRequest, CreateBatchRequest, CreateChatTaskRequest, SetBatchMetadataRequest, SetTaskMetadataRequest)
    batch = client.v2.create_batch(CreateBatchRequest(name="Chats 1", project_id=project.id, staging_batch=True, metadata={"a": {"b": 1}}))
    assert batch.status == "staging" and client.v2.get_batch(batch_name="Chats 1").id == batch.id
    assert client.v2.finalize_batch(BatchOperationRequest(batch_id=batch.id)).status == "in_progress"
    assert client.v2.pause_batch(BatchOperationRequest(batch_id=batch.id)).batch.status == "paused"
    assert client.v2.resume_batch(BatchOperationRequest(batch_id=batch.id)).batch.status == "in_progress"
    assert client.v2.set_batch_metadata(SetBatchMetadataRequest(batch_id=batch.id, metadata={"a": {"c": 2}}, merge=True)).metadata == {"a": {"b": 1, "c": 2}}
    made = [client.v2.create_chat_task(CreateChatTaskRequest(batch_id=batch.id, template_variables={"prompt": f"{i}"}, metadata={"i": i})).task_id for i in range(5)]
    assert [t.task_id for t in client.v2_get_tasks(project_name="Chats", limit=2)] == made[::-1]
    assert client.v2.set_task_metadata(SetTaskMetadataRequest(task_id=made[0], metadata={"k": 1}, merge=True)).metadata == {"i": 0, "k": 1}
    task = client.v2.get_task(task_id=made[0], expand=["project", "batch"])
    assert task.status == "pending" and task.project.actual_instance.name == "Chats" and task.threads == []
    assert client.v2.cancel_batch(BatchOperationRequest(batch_name="Chats 1")).batch.status == "cancelled"
    assert {b.name for b in client.v2.get_batches(project_id=project.id).batches} == {"Chats 1"}


def test_tasks_of_different_labels_share_one_list_of_categories(server, client):
    client.create_project("Mixed", TaskType.ImageAnnotation, {})
    from PIL import Image
    for colour, labels, used in (("red", ["car", "bus"], "bus"), ("blue", ["cow", "bus"], "cow")):
        data = io.BytesIO(); Image.new("RGB", (40, 30), colour).save(data, "PNG"); data.seek(0)
        client.create_task(TaskType.ImageAnnotation, project="Mixed", **{**IMAGE, "attachment": client.upload_file(data).attachment_url, "geometries": {"box": {"objects_to_annotate": labels}}})
    project = [p for p in server.send("GET", "/api/projects", token=server.keys["Lab"])[1]["items"] if p["name"] == "Mixed"][0]["id"]
    token = server.signed_in("ann@example.org")
    for used in ("bus", "cow"):
        lease = server.send("POST", f"/api/work/{project}/leases", {}, token)[1]["leases"][0]
        assert server.send("POST", f"/api/work/{project}/leases/{lease['id']}/answer", {"annotations": [{"class": used, "box": [1, 2, 3, 4]}]}, token)[0] == 200
    coco = server.export(server.keys["Lab"], project, "coco")
    names = {c["id"]: c["name"] for c in coco["categories"]}
    assert sorted(names[a["category_id"]] for a in coco["annotations"]) == ["bus", "cow"] and len(set(names.values())) == len(names)


def test_projects_batches_and_tasks_have_methods_of_their_own(client, tester):
    client.create_project("Methods", TaskType.Chat, {"template_variables": {"prompt": ""}})
    template = client.get_project_template("Methods")
    assert template.get_template_variables() == {"prompt": ""} and template.as_dict()["version"] == 0
    client.create_project("Plain methods", TaskType.Categorization, {})
    batch = client.create_batch("Plain methods", "Methods 1")
    task = client.create_task(TaskType.Categorization, batch="Methods 1", unique_id="methods 1", **CATEGORY)
    batch.get_status(); assert batch.tasks_pending == 1 and batch.tasks_completed == 0
    batch.finalize()
    task.set_metadata({"b": 2}); task.set_tags(["x"]); task.add_tags(["y"]); task.delete_tags(["x"])
    task.refresh(); assert task.metadata == {"b": 2} and task.tags == ["y"]
    client.clear_task_unique_id(task.id); assert not hasattr(client.get_task(task.id), "unique_id")
    done = tester.create_task(TaskType.Categorization, **CATEGORY)
    done.audit(True, "Well done"); done.refresh(); assert done.customer_review_status == "accepted"
    found = client.batches(project="Plain methods", limit=1)
    assert found.total == 1 and found.docs[0].name == "Methods 1" and not found.has_more
    assert "Methods" in [p.name for p in client.get_projects()]


def test_trap_9_names_in_paths_are_encoded_whole(server, client):
    client.create_project("a task/100% 🐄", TaskType.Categorization, {}); client.create_batch("a task/100% 🐄", "my task batch/1 %2F")
    assert client.get_batch("my task batch/1 %2F").project == "a task/100% 🐄"
    client.finalize_batch("my task batch/1 %2F"); client.set_batch_metadata("my task batch/1 %2F", {})
    with pytest.raises(ScaleResourceNotFound): client.get_batch("no task batch/ %")


def test_trap_12_a_test_key_completes_in_the_creation_itself(client, tester):
    task = tester.create_task(TaskType.ImageAnnotation, **IMAGE)
    assert task.status == "completed" and task.is_test is True and task.response["annotations"] and task.completed_at
    with pytest.raises(ScaleResourceNotFound): client.get_task(task.id)


def test_nodes_requests_are_understood(server):
    """Its client sends every field of its types, nulls among them, and reads any 2xx with strict enumerations."""
    key = server.keys["Lab"]
    basic = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "Content-Type": "application/json; charset=utf-8"}
    status, made = server.send("POST", "/v1/projects", {"type": "imageannotation", "name": "Node", "params": None, "rapid": None, "studio": None}, headers=basic)
    assert status == 200 and made["name"] == "Node"
    status, batch = server.send("POST", "/v1/batches", {"project": "Node", "name": "Node 1", "callback": None, "calibration_batch": None, "self_label_batch": None, "metadata": None}, headers=basic)
    assert status == 200 and batch["status"] in ("staging", "in_progress", "completed") and batch["metadata"] == {}
    body = {**IMAGE, "project": "Node", "batch": "Node 1", "callback_url": None, "unique_id": None, "clear_unique_id_on_error": None, "tags": None, "priority": None, "links": None,
            "annotation_attributes": None, "base_annotations": None, "can_add_base_annotations": None, "hypothesis": None, "metadata": None, "padding": None}
    status, task = server.send("POST", "/v1/task/imageannotation", body, headers=basic)
    assert status == 200 and task["status"] in ("pending", "completed", "canceled", "error") and "unique_id" not in task and task["metadata"] == {}
    assert server.send("GET", "/v1/batches/Node%201/status", headers=basic)[1]["status"] in ("staging", "in_progress", "completed")
    assert server.send("POST", f"/v1/task/{task['task_id']}/cancel?clear_unique_id=", {}, headers=basic)[1]["status"] == "canceled"
    order = [{"name": b["name"]} for b in server.send("GET", "/v1/studio/batches", headers=basic)[1]]
    assert server.send("POST", "/v1/studio/batches/set_priorities", {"groups": order}, headers=basic)[0] == 200


def test_pages_stay_whole_while_tasks_are_being_added(server, client):
    import threading
    client.create_project("Growing", TaskType.Categorization, {})
    before = [client.create_task(TaskType.Categorization, project="Growing", **CATEGORY).id for _ in range(60)]
    stop = threading.Event()
    def add():
        while not stop.is_set(): raw(server, "POST", "/v1/task/categorization", {**CATEGORY, "project": "Growing"})
    writers = [threading.Thread(target=add) for _ in range(4)]
    for writer in writers: writer.start()
    try:
        for _ in range(3):
            seen = [t.id for t in client.get_tasks("Growing", limit=7)]
            assert len(seen) == len(set(seen)) and set(before) <= set(seen)
            assert [i for i in seen if i in set(before)] == before[::-1]
    finally:
        stop.set()
        for writer in writers: writer.join()

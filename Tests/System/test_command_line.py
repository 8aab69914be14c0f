"""The commands that scripts lean on, with the server up and down."""
import json, os, socket, stat, subprocess, threading
import pytest
from conftest import BINARY, PASSWORD


def test_everything_works_whether_the_server_is_up_or_not(assay, tmp_path):
    def all_commands(suffix):
        client = json.loads(assay.run("client", "create", f"C{suffix}", "--json").stdout)
        assert len(client["id"]) == 24
        assert assay.run("key", "create", "--client", f"C{suffix}").stdout.startswith("live_")
        key = json.loads(assay.run("key", "create", "--client", client["id"], "--test", "--json").stdout)
        assert key["key"].startswith("test_")
        user = assay.run("user", "create", f"u{suffix}@x.org", "--client", f"C{suffix}", "--role", "manager", "--password-stdin", "--json", stdin=PASSWORD + "\n")
        assert json.loads(user.stdout)["role"] == "manager"
        assay.run("user", "create", f"o{suffix}@x.org", "--operator", "--role", "admin", "--password-stdin", stdin=PASSWORD + "\n")
        assay.run("worker", "create", f"w{suffix}@x.org", "--password-stdin", stdin=PASSWORD + "\n")
        verified = json.loads(assay.run("journal", "verify", "--client", f"C{suffix}", "--json").stdout)
        assert verified["verified"] and verified["entries"] >= 1
        assert json.loads(assay.run("doctor", "--json").stdout)["healthy"]
        target = str(tmp_path / f"backup{suffix}")
        assert json.loads(assay.run("backup", "--to", target, "--json").stdout)["verified"]
        assert stat.S_IMODE(os.stat(target).st_mode) == 0o600
        restored = subprocess.run([BINARY, "restore", "--from", target, "--data", target + "-folder", "--json"], capture_output=True, text=True)
        assert restored.returncode == 0, restored.stderr
        assert json.loads(subprocess.run([BINARY, "doctor", "--data", target + "-folder", "--json"], capture_output=True, text=True).stdout)["healthy"]

    all_commands("1")
    assay.start()
    all_commands("2")
    assert stat.S_IMODE(os.stat(os.path.join(assay.data, "master.key")).st_mode) == 0o600


def test_failures_have_a_reason_and_an_exit_code(assay, tmp_path):
    assay.client()
    twice = assay.run("client", "create", "Lab", check=False)
    assert twice.returncode == 1 and "already" in twice.stderr
    nobody = assay.run("key", "create", "--client", "Nobody", check=False)
    assert nobody.returncode == 1 and "no client" in nobody.stderr
    short = assay.run("worker", "create", "w@x.org", "--password-stdin", stdin="short\n", check=False)
    assert short.returncode == 1 and "at least" in short.stderr
    usage = assay.run("user", "create", "u@x.org", check=False)
    assert usage.returncode == 64
    nowhere = subprocess.run([BINARY, "journal", "verify", "--client", "Lab", "--data", str(tmp_path / "no")], capture_output=True, text=True)
    assert nowhere.returncode == 1 and "no data folder" in nowhere.stderr
    assay.start()
    second = assay.run("serve", check=False)
    assert second.returncode == 1 and "another server" in second.stderr
    os.chmod(os.path.join(assay.data, "master.key"), 0o644)
    opened = assay.run("doctor", check=False)
    assert opened.returncode == 1 and "chmod 600" in opened.stdout


@pytest.mark.parametrize("taken", [100, 65_536])
def test_a_server_that_hangs_up_is_told_in_words(taken):
    """With what it was sent unread, which resets the connection, or read."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def hang_up():
            for _ in range(10):
                try: peer, _ = server.accept()
                except OSError: return
                peer.recv(taken); peer.close()
        threading.Thread(target=hang_up, daemon=True).start()
        told = subprocess.run([BINARY, "dataset", "list", "--url", f"http://127.0.0.1:{server.getsockname()[1]}", "--key", "live_x"], capture_output=True, text=True, timeout=60)
    assert told.returncode == 1 and "closed the connection before it answered" in told.stderr and "HTTPClientError" not in told.stderr, told.stderr


def test_import_export_and_the_simulated_crowd(assay, tmp_path):
    key = assay.client(); assay.start()
    def http(*args, check=True):
        done = subprocess.run([BINARY, *args, "--url", assay.url, "--key", key], capture_output=True, text=True)
        if check: assert done.returncode == 0, (args, done.stderr)
        return done
    definition = tmp_path / "project.json"
    definition.write_text(json.dumps({"name": "Words", "plan": {"answers": {"min": 2, "max": 4}}, "ontology": {"classes": [{"name": "mood", "kind": "category", "options": ["good", "bad", "odd"], "required": True}]}}))
    project = json.loads(http("project", "create", str(definition), "--json").stdout)["id"]
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text("".join(json.dumps({"text": f"word {i}"}) + "\n" for i in range(50)) + "{bad\n")
    first = http("task", "import", str(tasks), "--project", project, check=False)
    assert first.returncode == 1 and f"{tasks}:51:2:" in first.stdout and "50 tasks made" in first.stdout
    again = http("task", "import", str(tasks), "--project", project, "--json", check=False)
    assert json.loads(again.stdout)["replayed"]
    simulated = assay.run("simulate", "--project", project, "--url", assay.url, "--workers", "5", "--json")
    assert json.loads(simulated.stdout)["answers"] >= 100
    out = tmp_path / "out.jsonl"
    http("export", "--project", project, "--to", str(out))
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 50 and all(line["status"] == "completed" and line["consensus"] for line in lines)
    assert "krippendorff" in http("project", "quality", project).stdout
    http("project", "refit", project)
    assert len(json.loads(http("task", "list", "--project", project, "--json").stdout)["items"]) == 50
    wrong = http("project", "show", "0" * 24, check=False)
    assert wrong.returncode == 1


def test_the_demo_runs_once_and_leaves_its_exports(tmp_path):
    data = str(tmp_path / "demo")
    source = os.path.join(os.path.dirname(BINARY), "..", "demo-data")
    done = subprocess.run([BINARY, "demo", "--once", "--words", "120", "--port", "0", "--data", data, "--source", source, "--json"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for name in ("ratings.jsonl", "ratings.csv", "pictures.coco.json", "pictures.yolo.tar", "pictures.jsonl"):
        assert os.path.getsize(os.path.join(data, "exports", name)) > 0
    assert "Krippendorff" in done.stdout and "left for you" in done.stdout
    report = json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][0])
    assert report["ratings"]["words"] == 120 and report["ratings"]["alpha_ordinal"] > 0.3
    assert 4 * 120 <= report["ratings"]["answers"] <= 10 * 120
    coco = json.load(open(os.path.join(data, "exports", "pictures.coco.json")))
    assert coco["annotations"] and all(a["id"] >= 1 for a in coco["annotations"])


def test_the_demo_takes_ones_own_images(tmp_path):
    from PIL import Image
    folder = tmp_path / "mine"; folder.mkdir()
    for i in range(5): Image.new("RGB", (320 + i, 200), (10 * i, 90, 120)).save(folder / f"photo {i}.jpg")
    (folder / "notes.txt").write_text("not an image")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    done = subprocess.run([BINARY, "demo", "--once", "--words", "20", "--port", "0", "--data", str(tmp_path / "d"), "--images", str(folder), "--classes", "cat,dog"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "broken.png is left out" in done.stdout
    coco = json.load(open(tmp_path / "d" / "exports" / "pictures.coco.json"))
    assert [c["name"] for c in coco["categories"]] == ["cat", "dog"]
    assert {i["width"] for i in coco["images"]} <= {320, 321, 322, 323, 324}


def test_the_demo_without_the_network_says_so_and_draws_its_own(tmp_path):
    done = subprocess.run([BINARY, "demo", "--once", "--words", "40", "--port", "0", "--data", str(tmp_path / "d"), "--source", str(tmp_path / "nothing")], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "made up" in done.stdout and "scenes drawn here" in done.stdout


def test_the_demo_never_removes_what_it_did_not_make(assay):
    assay.client()
    refused = subprocess.run([BINARY, "demo", "--once", "--words", "5", "--port", "0", "--data", assay.data], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1 and "nothing was touched" in refused.stderr
    assert json.loads(assay.run("client", "list", "--json").stdout)[0]["name"] == "Lab"


def test_ontologies_are_read_shown_migrated_and_undone(assay, tmp_path):
    key = assay.client(); assay.start()
    project = assay.project(key, ontology={"classes": [{"name": "cat", "kind": "box"}, {"name": "dog", "kind": "box"}]})
    env = {**os.environ, "ASSAY_KEY": key, "ASSAY_URL": assay.url}
    def run(*args, stdin="", code=0):
        done = subprocess.run([BINARY, "ontology", *args], input=stdin, text=True, capture_output=True, env=env, timeout=60)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done
    assert "- id: 1\n  name: cat\n  kind: box" in run("show", project, "--yaml").stdout
    read = run("read", "-", stdin="<View><Image name='i' value='$i'/><Sparkle/><PolygonLabels name='l' toName='i'><Label value='tree'/></PolygonLabels></View>")
    assert json.loads(read.stdout)["classes"][0]["kind"] == "polygon" and "line 1: Sparkle" in read.stderr
    wanted = tmp_path / "o.yaml"; wanted.write_text("classes:\n- {name: cat, kind: polygon}\n- {name: bird, kind: point}\n")
    dry = run("migrate", project, str(wanted), "--dry-run").stdout
    assert '"retype":"cat"' in dry.replace(" ", "") and '"delete":"dog"' in dry.replace(" ", "")
    assert run("migrate", project, str(wanted)).stdout == "version 2 is saved\n"
    assert [c["name"] for c in json.loads(run("show", project).stdout)["classes"]] == ["cat", "bird"]
    assert "would change nothing" in run("migrate", project, "-", stdin=wanted.read_text(), code=1).stderr
    steps = tmp_path / "steps.json"; steps.write_text('[{"rename": "bird", "to": "crow"}]')
    assert run("migrate", project, str(steps)).stdout == "version 3 is saved\n"
    assert run("undo", project).stdout == "version 4 is saved\n"
    assert [c["name"] for c in json.loads(run("show", project).stdout)["classes"]] == ["cat", "bird"]
    steps.write_text('[{"rename": "cow", "to": "crow"}]')
    assert "cow" in run("migrate", project, str(steps), code=1).stderr

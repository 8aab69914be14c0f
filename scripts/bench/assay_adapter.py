"""Assay under the load client that the peers' servers run under too."""
import json, os, shutil, subprocess, urllib.parse
from core import Adapter, Http, texts, boxes, ROOT, CACHE

BINARY = os.environ.get("ASSAY_BINARY", ".build/release/assay")
CHOICES = ("pos", "neg", "neu")
TEXT = {"classes": [{"name": "sentiment", "kind": "category", "options": list(CHOICES), "required": True}]}
BOX = {"classes": [{"name": f"class{i}", "kind": "box"} for i in range(8)]}
PASSWORD = "bench-password-1"


class Assay(Adapter):
    name = "assay"; port = 8821

    def __init__(self):
        self.data = os.path.join(CACHE, "assay-data")
        self.binary = os.path.abspath(BINARY)
        self.http = None

    def command(self): return [self.binary, "serve", "--data", self.data, "--port", str(self.port)], dict(os.environ), CACHE
    def ready_path(self): return "/healthz"

    def wipe(self):
        shutil.rmtree(self.data, ignore_errors=True)
        self.http = None

    def run(self, *args, stdin=""):
        return subprocess.run([self.binary, *args, "--data", self.data], input=stdin, text=True, check=True, capture_output=True).stdout.strip()

    def key(self):
        if self.http is None:
            if not os.path.exists(os.path.join(self.data, "bench.key")):
                self.run("client", "create", "bench")
                open(os.path.join(self.data, "bench.key"), "w").write(self.run("key", "create", "--client", "bench"))
            key = open(os.path.join(self.data, "bench.key")).read()
            self.http = Http(self.host, self.port, {"Authorization": f"Bearer {key}"})
        return self.http

    def make_users(self, n):
        self.key(); lines = []
        for i in range(n):
            email = f"w{i}@bench.invalid"
            try: self.run("worker", "create", email, "--password-stdin", stdin=PASSWORD + "\n")
            except subprocess.CalledProcessError: pass
            s, d = Http(self.host, self.port)("POST", "/api/session", {"email": email, "password": PASSWORD, "token": True})
            assert s == 200, (s, d)
            lines.append(f"Authorization: Bearer {d['token']}")
        return lines

    def create_project(self, kind, title, overlap=1):
        self.count = getattr(self, "count", 0) + 1
        s, d = self.key()("POST", "/api/projects", {"name": f"{title} {self.count} {os.urandom(4).hex()}", "ontology": TEXT if kind == "text" else BOX,
                          "plan": {"answers": {"min": overlap, "max": overlap}}})
        assert s == 201, (s, d)
        return d["id"]

    def write_tasks(self, kind, n, path, annotated=False):
        with open(path, "w") as f:
            for i, t in enumerate(texts(n) if kind == "text" else range(n)):
                if kind == "text":
                    o = {"text": t}
                    if annotated: o["answers"] = [{"annotations": [{"class": "sentiment", "option": CHOICES[i % 3]}], "active_seconds": 2.5}]
                else:
                    o = {"image": f"http://127.0.0.1:9/img/{i:06d}.jpg", "width": 1000, "height": 800}
                    if annotated: o["answers"] = [{"annotations": [{"class": f"class{c}", "box": [x * 10, y * 8, w * 10, h * 8]} for c, x, y, w, h in boxes(i)]}]
                f.write(json.dumps(o) + "\n")

    def import_file(self, pid, kind, path, atomic=False):
        with open(path, "rb") as f:
            s, d = self.key()("POST", f"/api/projects/{pid}/imports" + ("?atomic=true" if atomic else ""), f, {"Content-Type": "application/x-ndjson", "Content-Length": str(os.path.getsize(path))})
        if s not in (200, 201): raise RuntimeError(f"{s} {str(d)[:300]}")
        return d["created"]

    def cycle_steps(self, pid, auths):
        return [dict(name="next", method="POST", path=f"/api/work/{pid}/leases", ok=[200], extract={"lease": "leases.0.id", "task": "leases.0.task.id"}, emptystop=True, logvar="task", body="{}"),
                dict(name="submit", method="POST", path=f"/api/work/{pid}/leases/{{{{lease}}}}/answer", ok=[200], ack=True, extract={"ann": "id"}, logvar="ann",
                     body='{"annotations":[{"class":"sentiment","option":"pos"}],"active_seconds":1.5}')]

    def list_queries(self, pid, n):
        return {"page 1": f"/api/projects/{pid}/tasks?limit=30", "middle page": f"/api/projects/{pid}/tasks?limit=30&after={n // 2}"}

    def export(self, pid, fmt, path):
        formats = {"JSON": "jsonl", "COCO": "coco", "YOLO": "yolo", "CSV": "csv"}
        if fmt not in formats: raise RuntimeError(f"no {fmt} yet")
        s, d = self.key()("POST", f"/api/projects/{pid}/exports", {"format": formats[fmt]})
        assert s == 202, (s, d)
        s, n = self.key()("GET", f"/api/exports/{d['id']}/content", tofile=path)
        if s != 200: raise RuntimeError(f"{s} {open(path, 'rb').read()[:300]}")
        return n

    def annotations(self, pid):
        path = os.path.join(CACHE, "assay-annotations.jsonl"); self.export(pid, "JSON", path)
        out = {}
        for line in open(path):
            task = json.loads(line)
            for a in task["answers"]: out[a["answer_id"]] = (task["task_id"], a["annotator"])
        return out

    def integrity(self): return self.run("journal", "verify", "--client", "bench")[:40]

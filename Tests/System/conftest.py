"""Starts the real binary over a folder of its own and speaks to it over HTTP."""
import http.client, json, os, subprocess, time
import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.path.abspath(os.environ.get("ASSAY_BINARY", os.path.join(ROOT, ".build/debug/assay")))
PASSWORD = "a-long-password-1"


class Assay:
    def __init__(self, folder, *options):
        self.data, self.options, self.process, self.port = str(folder), options, None, 0
        self.keys = {}

    def run(self, *args, stdin="", check=True):
        done = subprocess.run([BINARY, *args, "--data", self.data], input=stdin, text=True, capture_output=True, timeout=120)
        if check: assert done.returncode == 0, (args, done.stdout, done.stderr)
        return done

    def start(self):
        self.process = subprocess.Popen([BINARY, "serve", "--data", self.data, "--port", str(self.port), *self.options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("Assay is ready at http://"), line
        self.port = int(line.rsplit(":", 1)[1])
        return self

    @property
    def url(self): return f"http://127.0.0.1:{self.port}"

    def kill(self):
        self.process.kill(); self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try: self.process.wait(15)
            except subprocess.TimeoutExpired: self.kill()

    def client(self, name="Lab"):
        self.run("client", "create", name)
        self.keys[name] = self.run("key", "create", "--client", name).stdout.strip()
        return self.keys[name]

    def worker(self, email):
        self.run("worker", "create", email, "--password-stdin", stdin=PASSWORD + "\n")

    def user(self, email, role="admin", client="Lab"):
        self.run("user", "create", email, "--client", client, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")

    def signed_in(self, email):
        return self.send("POST", "/api/session", {"email": email, "password": PASSWORD, "token": True})[1]["token"]

    def send(self, method, path, body=None, token=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers or {})
        if token: headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)): body = json.dumps(body)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse(); data = response.read()
        finally:
            connection.close()
        try: return response.status, json.loads(data) if data else None
        except ValueError: return response.status, data

    def project(self, key, ontology=None, plan=None, name=None):
        body = {"name": name or f"P{time.time_ns()}", "plan": plan or {"answers": {"min": 1, "max": 1}},
                "ontology": ontology or {"classes": [{"name": "mood", "kind": "category", "options": ["good", "bad"], "required": True}]}}
        status, made = self.send("POST", "/api/projects", body, key)
        assert status == 201, made
        return made["id"]

    def load(self, key, project, lines):
        status, report = self.send("POST", f"/api/projects/{project}/imports", "\n".join(json.dumps(l) for l in lines), key)
        assert status == 201, report
        return report

    def upload(self, key, data, name="p.png"):
        """An asset of these bytes; its id."""
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        status, made = self.send("POST", "/api/assets", head + data + b"\r\n--b--\r\n", key, {"Content-Type": "multipart/form-data; boundary=b"})
        assert status == 201, made
        return made["items"][0]["id"]

    def export(self, key, project, kind="jsonl"):
        _, made = self.send("POST", f"/api/projects/{project}/exports", {"format": kind}, key)
        self.send("GET", f"/api/exports/{made['id']}?wait=30", token=key)
        status, data = self.send("GET", f"/api/exports/{made['id']}/content", token=key)
        assert status == 200, data
        return data if isinstance(data, (bytes, dict, list)) else data


@pytest.fixture
def assay(tmp_path):
    server = Assay(tmp_path / "data")
    yield server
    server.stop()

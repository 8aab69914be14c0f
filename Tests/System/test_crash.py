"""kill -9 under load, over and over: nothing acknowledged is lost, nothing is counted twice."""
import json, os, random, threading, time

ROUNDS = int(os.environ.get("ASSAY_CRASH_ROUNDS", "20"))
WORKERS = 6


class Annotator(threading.Thread):
    """Works until the server dies; remembers every receipt it got."""
    def __init__(self, server, project, token, seed):
        super().__init__(daemon=True)
        self.server, self.project, self.token = server, project, token
        self.random, self.receipts, self.unsure, self.held = random.Random(seed), {}, None, None

    def run(self):
        base = f"/api/work/{self.project}/leases"
        try:
            while True:
                status, found = self.server.send("POST", base, {}, self.token)
                if status != 200 or not found["leases"]:
                    return
                lease = found["leases"][0]["id"]; self.held = lease
                answer = {"annotations": [{"class": "mood", "option": self.random.choice(["good", "bad"])}], "active_seconds": 1}
                self.unsure = (lease, answer)
                status, receipt = self.server.send("POST", f"{base}/{lease}/answer", answer, self.token)
                if status == 200: self.receipts[receipt["id"]] = receipt["task"]
                self.unsure = None
        except (OSError, Exception):
            return


def test_twenty_kills_lose_nothing(assay):
    key = assay.client()
    for i in range(WORKERS): assay.worker(f"w{i}@x.org")
    assay.start()
    plan = {"answers": {"min": 2, "max": 3, "targetConfidence": 0.85}}
    project = assay.project(key, plan=plan)
    tokens = [assay.signed_in(f"w{i}@x.org") for i in range(WORKERS)]
    acknowledged, dice = {}, random.Random(20)
    for round in range(ROUNDS):
        assay.load(key, project, [{"text": f"{round}-{i}"} for i in range(150)])
        crew = [Annotator(assay, project, tokens[i], round * 100 + i) for i in range(WORKERS)]
        for annotator in crew: annotator.start()
        time.sleep(dice.uniform(0.05, 0.5))
        assay.kill()
        for annotator in crew: annotator.join(20)
        assay.start()
        for annotator in crew:
            acknowledged.update(annotator.receipts)
            # What was under way may have gone in or not; sent again it goes in once.
            if annotator.unsure:
                lease, answer = annotator.unsure
                path = f"/api/work/{project}/leases/{lease}/answer"
                status, receipt = assay.send("POST", path, answer, annotator.token)
                assert status in (200, 409), receipt
                if status == 200: acknowledged[receipt["id"]] = receipt["task"]
    assert len(acknowledged) > ROUNDS, "the crowd did nothing"
    tasks = [json.loads(line) for line in assay_lines(assay, key, project)]
    stored = {a["answer_id"]: t["task_id"] for t in tasks for a in t["answers"]}
    lost = [a for a in acknowledged if a not in stored]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged answers are lost"
    # A receipt names the task as its annotator knows it: each name stands for one task.
    names = {}
    assert all(names.setdefault(name, stored[a]) == stored[a] for a, name in acknowledged.items())
    for task in tasks:
        counted = [a for a in task["answers"] if a["standing"] == "counted"]
        assert len(counted) <= 3, "more answers than the plan allows"
        assert len({a["annotator"] for a in task["answers"]}) == len(task["answers"]), "twice to one person"
    assert "holds" in assay.run("journal", "verify", "--client", "Lab").stdout
    assert json.loads(assay.run("doctor", "--json").stdout)["healthy"]
    # No lease is stuck: whoever held one gives it back or finishes, and the rest is worked off.
    for token in tokens:
        for lease in assay.send("GET", f"/api/work/{project}/leases", token=token)[1]["leases"]:
            assert assay.send("DELETE", f"/api/work/{project}/leases/{lease['id']}", token=token)[0] == 204
    for i, token in enumerate(tokens):
        worker = Annotator(assay, project, token, i); worker.run()
    status, shown = assay.send("GET", f"/api/projects/{project}", token=key)
    assert shown["counts"]["completed"] == shown["counts"]["tasks"] == ROUNDS * 150


def assay_lines(assay, key, project):
    data = assay.export(key, project)
    return [line for line in data.split(b"\n") if line]

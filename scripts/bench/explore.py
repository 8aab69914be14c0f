#!/usr/bin/env python3
"""A dataset of a million items: taken in, opened, and filtered, beside pandas on the same table in memory.

    ASSAY_BINARY=.build/release/assay python3 scripts/bench/explore.py [--items N]
"""
import argparse, http.client, json, os, random, resource, statistics, subprocess, sys, tempfile, time, urllib.parse

BINARY = os.environ.get("ASSAY_BINARY", ".build/release/assay")
QUERIES = [
    ("a field", "weather = rain", lambda t, l: t.weather == "rain"),
    ("a number and a field", "speed > 80 and weather in (rain, fog)", lambda t, l: (t.speed > 80) & t.weather.isin(["rain", "fog"])),
    ("labels counted", "count(car and area > 40000) >= 2", lambda t, l: l[(l["class"] == "car") & (l.area > 40000)].groupby("item").size().reindex(t.index, fill_value=0) >= 2),
    ("part of a name", "name : 77123", lambda t, l: t.name.str.contains("77123", regex=False)),
    ("what is not", "not (weather = sun or speed < 20) and subset = val", lambda t, l: ~((t.weather == "sun") | (t.speed < 20)) & (t.subset == "val")),
]


def items(count, seed=1):
    chance = random.Random(seed)
    for n in range(count):
        labels = [{"class": chance.choice(["car", "person", "sign", "bike"]), "box": [chance.randrange(900), chance.randrange(500), 20 + chance.randrange(300), 20 + chance.randrange(300)]} for _ in range(n % 4)]
        yield {"name": f"drive-{n // 1000:04}/{n:07}.jpg", "subset": "val" if n % 10 == 0 else "train", "width": 1280, "height": 720, "labels": labels,
               "metadata": {"weather": chance.choice(["sun", "rain", "fog", "snow"]), "speed": chance.randrange(130), "drive": n // 1000}}


class Server:
    def __init__(self, folder): self.folder = folder; self.start_options()
    def start_options(self):
        subprocess.run([BINARY, "client", "create", "Lab", "--data", self.folder], check=True, capture_output=True)
        self.key = subprocess.run([BINARY, "key", "create", "--client", "Lab", "--data", self.folder], check=True, capture_output=True, text=True).stdout.strip()
    def start(self):
        self.process = subprocess.Popen([BINARY, "serve", "--data", self.folder, "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
    def stop(self): self.process.terminate(); self.process.wait()
    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1800)
        connection.request(method, path, body=body, headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/x-ndjson"})
        response = connection.getresponse(); data = json.loads(response.read())
        assert response.status < 300, data
        return data
    def cpu(self):
        """Seconds of processor that it took so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    def memory(self):
        return int(next(line for line in open(f"/proc/{self.process.pid}/status") if line.startswith("VmRSS")).split()[1]) / 1024


def milliseconds(action, runs=1):
    times = []
    for _ in range(runs):
        start = time.perf_counter(); result = action(); times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), result


def main():
    parser = argparse.ArgumentParser(); parser.add_argument("--items", type=int, default=1_000_000); options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "items.jsonl")
        with open(lines, "w") as out:
            for item in items(options.items): out.write(json.dumps(item, separators=(",", ":")) + "\n")
        server = Server(os.path.join(folder, "data")); server.start()
        dataset = server.call("POST", "/api/datasets", json.dumps({"name": "Drives"}))["id"]
        took, report = milliseconds(lambda: server.call("POST", f"/api/datasets/{dataset}/items", open(lines, "rb")))
        print(f"taken in: {report['created']} items, {os.path.getsize(lines) >> 20} MB in {took / 1000:.1f} s, {report['created'] / took * 1000:.0f} a second; {server.memory():.0f} MB")
        server.stop(); server.start()
        page = lambda query="", offset=0, limit=100: server.call("GET", f"/api/datasets/{dataset}/items?sets=truth&offset={offset}&limit={limit}&query=" + urllib.parse.quote(query))
        took, _ = milliseconds(lambda: (server.call("GET", f"/api/datasets/{dataset}"), page()))
        print(f"opened after a start, its first page with labels: {took:.0f} ms; {server.memory():.0f} MB")
        took, _ = milliseconds(lambda: page(offset=random.randrange(options.items - 100)), 30)
        print(f"a page anywhere in it: {took:.1f} ms (median of 30)")
        took, _ = milliseconds(lambda: page("speed = 3"))
        print(f"the first query after a start, which reads all of it: {took / 1000:.1f} s; {server.memory():.0f} MB")
        table = labels = None
        try:
            import pandas
            rows = [json.loads(line) for line in open(lines)]
            table = pandas.DataFrame([{"name": r["name"], "subset": r["subset"], **r["metadata"]} for r in rows])
            labels = pandas.DataFrame([{"item": n, "class": l["class"], "area": l["box"][2] * l["box"][3]} for n, r in enumerate(rows) for l in r["labels"]])
            del rows
        except ImportError: print("pandas is absent: no ratio")
        for name, query, peer in QUERIES:
            # Each time another query, so that no answer is kept.
            number = iter(range(10**6, 10**7))
            took, found = milliseconds(lambda: page(f"({query}) and number < {next(number)}", limit=1), 7)
            line = f"{name:22} {took:6.1f} ms  {found['count']} items"
            if table is not None:
                peers, marks = milliseconds(lambda: peer(table, labels), 5)
                assert int(marks.sum()) == found["count"], (name, int(marks.sum()), found["count"])
                line += f"   pandas {peers:6.1f} ms   {peers / took:.1f} times as fast"
            print(line)
        took, _ = milliseconds(lambda: server.call("GET", f"/api/datasets/{dataset}/summary"), 3)
        print(f"summary of all: {took:.0f} ms; {server.memory():.0f} MB")
        server.stop()


if __name__ == "__main__": main()

#!/usr/bin/env python3
"""One reader of one release file on loopback: Assay, which opens its seal on the way, beside nginx, which sends it as it is.

    ASSAY_BINARY=.build/release/assay python3 scripts/bench/feed.py [--megabytes N] [--runs N]
"""
import argparse, http.client, json, os, random, shutil, statistics, subprocess, tempfile, time

from explore import BINARY, Server


def read(host, path, compressed=False):
    """Bytes, and seconds from asking to the last byte, by curl."""
    done = subprocess.run(["curl", "-sf", "-o", "/dev/null", "-w", "%{size_download} %{time_total}", *(["-H", "Accept-Encoding: " + compressed] if compressed else []), host + path], capture_output=True, text=True, check=True)
    size, seconds = done.stdout.split()
    return int(size), float(seconds)


def main():
    parser = argparse.ArgumentParser(); parser.add_argument("--megabytes", type=int, default=512); parser.add_argument("--runs", type=int, default=7); options = parser.parse_args()
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        server = Server(os.path.join(folder, "data")); server.start()
        dataset = server.call("POST", "/api/datasets", json.dumps({"name": "Feed"}))["id"]
        chance = random.Random(3); words = [chance.randbytes(6).hex() for _ in range(4000)]
        text = lambda: " ".join(chance.choice(words) for _ in range(800))
        with open(os.path.join(folder, "items.jsonl"), "w") as out:
            for n in range(options.megabytes * 1_000_000 // 10_450): out.write(json.dumps({"name": f"{n:08}", "text": text(), "labels": []}) + "\n")
        server.call("POST", f"/api/datasets/{dataset}/items", open(os.path.join(folder, "items.jsonl"), "rb"))
        made = server.call("POST", f"/api/datasets/{dataset}/releases", json.dumps({"name": "v", "splits": {"train": 100}}))
        while (made := server.call("GET", f"/api/releases/{made['id']}?wait=60"))["state"] == "running": pass
        url = server.call("POST", f"/api/releases/{made['id']}/links", "{}")["url"] + "train.jsonl"
        host, path = url[:url.index("/feed")], url[url.index("/feed"):]
        os.makedirs(os.path.join(folder, "www")); subprocess.run(["curl", "-sf", "-o", os.path.join(folder, "www", "train.jsonl"), url], check=True)
        with open(os.path.join(folder, "nginx.conf"), "w") as out:
            out.write(f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; events {{}}\nhttp {{ access_log off; sendfile on; server {{ listen 127.0.0.1:18089; root {folder}/www; }} }}\n")
        peer = subprocess.Popen([nginx, "-c", os.path.join(folder, "nginx.conf")]); time.sleep(1)
        try:
            ours, theirs = [], []
            for _ in range(options.runs):  # in pairs, so that both meet the same noise
                size, seconds = read(host, path); ours.append(size / seconds / 1e6)
                size, seconds = read("http://127.0.0.1:18089", "/train.jsonl"); theirs.append(size / seconds / 1e6)
            print(f"{size / 1e6:.0f} MB: Assay {statistics.median(ours):.0f} MB/s ({min(ours):.0f}…{max(ours):.0f}), nginx {statistics.median(theirs):.0f} MB/s ({min(theirs):.0f}…{max(theirs):.0f}), "
                  f"{100 * statistics.median(a / b for a, b in zip(ours, theirs)):.0f} % (median of {options.runs} pairs)")
            for encoding in ("gzip", "zstd"):
                packed, seconds = read(host, path, encoding)
                print(f"{encoding}: {100 * packed / size:.0f} % of the bytes, {size / seconds / 1e6:.0f} MB/s of text")
        finally:
            peer.terminate(); server.stop()


if __name__ == "__main__": main()

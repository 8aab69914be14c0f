#!/usr/bin/env python3
"""Similar items among a million vectors of 384 numbers: recall and time, beside numpy that compares all.

    ASSAY_BINARY=.build/release/assay .venv-formats/bin/python scripts/bench/similar.py [--items N]
"""
import argparse, http.client, json, os, subprocess, tempfile, time
import numpy

from explore import Server, milliseconds

SIZE, WANTED = 384, 10


def main():
    parser = argparse.ArgumentParser(); parser.add_argument("--items", type=int, default=1_000_000); options = parser.parse_args()
    chance = numpy.random.default_rng(5)
    # As embeddings lie: many themes of few dimensions each, and noise over all.
    themes = chance.standard_normal((2000, SIZE), dtype="float32"); spread = chance.standard_normal((2000, 12, SIZE), dtype="float32")
    def draw(count):
        theme = chance.integers(0, 2000, count)
        return themes[theme] + 0.35 * numpy.einsum("nk,nkd->nd", chance.standard_normal((count, 12), dtype="float32"), spread[theme]) / 3 + 0.3 * chance.standard_normal((count, SIZE), dtype="float32")
    with tempfile.TemporaryDirectory() as folder:
        vectors = numpy.lib.format.open_memmap(os.path.join(folder, "v.npy"), "w+", "float32", (options.items, SIZE))
        for start in range(0, options.items, 20_000): vectors[start:start + 20_000] = draw(min(20_000, options.items - start))
        vectors.flush()
        server = Server(os.path.join(folder, "data")); server.start()
        dataset = server.call("POST", "/api/datasets", json.dumps({"name": "V"}))["id"]
        with open(os.path.join(folder, "items.jsonl"), "w") as out:
            for n in range(options.items): out.write('{"name":"%d","text":""}\n' % n)
        server.call("POST", f"/api/datasets/{dataset}/items", open(os.path.join(folder, "items.jsonl"), "rb"))
        env = {**os.environ, "ASSAY_URL": f"http://127.0.0.1:{server.port}", "ASSAY_KEY": server.key}
        from explore import BINARY
        took, _ = milliseconds(lambda: subprocess.run([BINARY, "dataset", "vectors", os.path.join(folder, "v.npy"), "--dataset", dataset, "--json"], env=env, check=True, capture_output=True))
        print(f"taken in: {options.items} vectors in {took / 1000:.0f} s")
        queries = draw(50)
        ask = lambda q: [i["number"] for i in server.call("POST", f"/api/datasets/{dataset}/similar", json.dumps({"vector": q.tolist(), "limit": WANTED}))["items"]]
        took, _ = milliseconds(lambda: ask(queries[0])); print(f"the first question, which reads all of them: {took / 1000:.1f} s; {server.memory():.0f} MB")
        # Cells are made beside the work: the machine is quiet again when they are there.
        begin = time.time(); quiet = 0
        while quiet < 3 and time.time() - begin < 900:
            before = server.cpu(); time.sleep(2); quiet = quiet + 1 if server.cpu() - before < 0.1 else 0
        print(f"cells were made within {time.time() - begin - 6:.0f} s; {server.memory():.0f} MB")
        all_ = numpy.array(vectors); all_ /= numpy.linalg.norm(all_, axis=1, keepdims=True)
        hits, times, peers = 0, [], []
        for q in queries:
            start = time.perf_counter(); scores = all_ @ (q / numpy.linalg.norm(q)); right = numpy.argpartition(-scores, WANTED)[:WANTED]; peers.append((time.perf_counter() - start) * 1000)
            took, found = milliseconds(lambda: ask(q)); times.append(took); hits += len(set(found) & set(right.tolist()))
        print(f"recall of the nearest {WANTED}: {hits / len(queries) / WANTED:.3f}; {numpy.median(times):.1f} ms (99 %: {numpy.percentile(times, 99):.1f}) with HTTP and JSON; numpy, all compared: {numpy.median(peers):.0f} ms")
        server.stop()


if __name__ == "__main__": main()

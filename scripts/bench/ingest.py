#!/usr/bin/env python3
"""Photographs taken in (hashed, sniffed, sealed, flushed) and looked at (small picture, fingerprint), and what of it is decoding.

    ASSAY_BINARY=.build/release/assay python3 scripts/bench/ingest.py [--photos N] [--lanes N] [--looks N] [--quality N]

Up to 500 are different pictures; more are those again with a remark of their own in the file, which is as much to
hash, sniff, seal and decode.
"""
import argparse, concurrent.futures, http.client, io, json, os, random, statistics, subprocess, tempfile, time

from PIL import Image

from explore import BINARY, Server


def photograph(chance, base, number, quality):
    """1600 × 1200 pixels: large shapes and fine grain, and no two alike."""
    image = base.copy(); image.paste(tuple(chance.randrange(256) for _ in range(3)), (number % 1500, (number * 7) % 1100, number % 1500 + 90, (number * 7) % 1100 + 90))
    out = io.BytesIO(); image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def remarked(data, number):
    """The same picture as another file: with a comment (JPEG's COM) after its first mark."""
    remark = str(number).encode()
    return data[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + data[2:]


def main():
    parser = argparse.ArgumentParser(); parser.add_argument("--photos", type=int, default=2_000); parser.add_argument("--lanes", type=int, default=4); parser.add_argument("--looks", type=int); parser.add_argument("--quality", type=int, default=88); options = parser.parse_args()
    chance = random.Random(1)
    small = Image.new("RGB", (160, 120)); small.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(160 * 120)])
    base = Image.blend(small.resize((1600, 1200), Image.BICUBIC), Image.effect_noise((1600, 1200), 40).convert("RGB"), 0.25)
    with tempfile.TemporaryDirectory() as folder:
        photos = os.path.join(folder, "photos"); os.mkdir(photos); names = [f"{n:06}.jpg" for n in range(options.photos)]
        different = min(options.photos, 500)
        for n, name in enumerate(names[:different]): open(os.path.join(photos, name), "wb").write(photograph(chance, base, n, options.quality))
        size = sum(os.path.getsize(os.path.join(photos, name)) for name in names[:different]) * options.photos // different
        server = Server(os.path.join(folder, "data")); server.start()
        try:
            dataset = server.call("POST", "/api/datasets", json.dumps({"name": "Photos"}))["id"]
            host, port = "127.0.0.1", server.port

            def lane(some):
                connection = http.client.HTTPConnection(host, int(port)); found = []
                for name in some:
                    n = int(name[:6]); data = remarked(open(os.path.join(photos, names[n % different]), "rb").read(), n)
                    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
                    connection.request("POST", "/api/assets", head + data + b"\r\n--b--\r\n", {"Authorization": f"Bearer {server.key}", "Content-Type": "multipart/form-data; boundary=b"})
                    response = connection.getresponse(); made = json.loads(response.read()); assert response.status == 201, made
                    found.append((name, made["items"][0]["id"]))
                return found

            def look(some):
                connection = http.client.HTTPConnection(host, int(port))
                for number in some:
                    connection.request("GET", f"/api/datasets/{dataset}/items/{number}/image?thumbnail=true", headers={"Authorization": f"Bearer {server.key}"})
                    response = connection.getresponse(); body = response.read(); assert response.status == 200 and len(body) < 60_000, (response.status, len(body))

            def timed(work, all_):
                begin = time.monotonic()
                with concurrent.futures.ThreadPoolExecutor(options.lanes) as pool: found = list(pool.map(work, [all_[k::options.lanes] for k in range(options.lanes)]))
                return time.monotonic() - begin, found
            taken, found = timed(lane, names)
            begin = time.monotonic()
            server.call("POST", f"/api/datasets/{dataset}/items", "\n".join(json.dumps({"name": name, "image": id}) for part in found for name, id in part))
            listed = time.monotonic() - begin
            begin = time.monotonic()
            while (state := server.call("GET", f"/api/datasets/{dataset}/fingerprints"))["running"]: time.sleep(0.5)
            prepared = time.monotonic() - begin; assert state["done"] == state["images"] == options.photos, state
            looks = min(options.looks or options.photos, options.photos); seen, _ = timed(look, list(range(looks))); memory = server.memory()
        finally:
            server.stop()
        some = names[:min(300, different)]; out = os.path.join(folder, "small"); os.mkdir(out)
        begin = time.monotonic()
        for name in some: subprocess.run(["vipsthumbnail", os.path.join(photos, name), "--size", "320x320>", "--output", os.path.join(out, "%s.jpg[Q=82,strip]")], check=True)
        alone = (time.monotonic() - begin) / len(some)
        begin = time.monotonic(); subprocess.run(["vipsthumbnail", *[os.path.join(photos, name) for name in some], "--size", "320x320>", "--output", os.path.join(out, "%s.jpg[Q=82,strip]")], check=True)
        together = (time.monotonic() - begin) / len(some)
        begin = time.monotonic()
        for name in some: Image.open(os.path.join(photos, name)).load()
        whole = (time.monotonic() - begin) / len(some)
        n = options.photos
        print(f"{n} photographs of 1600 × 1200, {size / n / 1000:.0f} KB each, {options.lanes} at once:\n"
              f"  taken in (hash, sniff, seal, flush, HTTP)  {1000 * taken / n:6.2f} ms each, {size / taken / 1e6:.0f} MB/s\n"
              f"  made items of a dataset                    {1000 * listed / n:6.2f} ms each\n"
              f"  looked at after that (small, fingerprint)  {1000 * prepared / n:6.2f} ms each\n"
              f"  small pictures shown then                  {1000 * seen / looks:6.2f} ms each ({looks} of them)\n"
              f"  memory of the server at the end            {memory:6.0f} MB\n"
              f"libvips alone: {1000 * alone:.2f} ms for a process each, {1000 * together:.2f} ms in one for all; libjpeg whole, by Pillow: {1000 * whole:.2f} ms\n"
              f"  all of it as {(taken + listed + prepared) / (together * n):.2f} times libvips in one process for all")


if __name__ == "__main__": main()

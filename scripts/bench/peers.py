#!/usr/bin/env python3
"""Assay under the peers' load client: scripts/bench/peers.py [start import loop list export kill dups million crowd scale vast]

Needs $ASSAY_SHARED/bench/peerbench (default ../shared); says so and ends where it is absent.
Results are appended to $PEERBENCH_DIR/results/assay.jsonl, one JSON object a line.
"""
import json, os, sys, signal, urllib.parse
here = os.path.dirname(os.path.abspath(__file__))
shared = os.environ.get("ASSAY_SHARED", os.path.join(here, "..", "..", "..", "shared"))
peerbench = os.path.join(shared, "bench", "peerbench")
if not os.path.isdir(peerbench):
    print(f"skipped: the load client is not at {peerbench}"); sys.exit(0)
sys.path[:0] = [peerbench, here]
signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
import core
from assay_adapter import Assay

ad = Assay(); res = core.Results("assay" + os.environ.get("PEERBENCH_SUFFIX", ""))
phases = sys.argv[1:] or "start import loop list export kill dups million crowd".split()


def million():
    """10⁶ tasks: import, the loop on them, atomic import, a retry, export, memory all the way."""
    small, f = (os.path.join(core.WORK, f"assay-tasks-{n}.dat") for n in (100000, 1000000))
    ad.write_tasks("text", 100000, small); ad.write_tasks("text", 1000000, f)
    for name, path, n in (("10^5", small, 100000), ("10^6", f, 1000000)):
        for atomic in (False, True):
            ad.stop(); ad.start()
            pid = ad.create_project("text", f"million {name}")
            with core.Meter(ad.all_pids) as m: got = ad.import_file(pid, "text", path, atomic)
            again = ad.import_file(pid, "text", path, atomic)
            s, d = ad.key()("GET", f"/api/projects/{pid}")
            res.add("million", f"import {name}{' atomic' if atomic else ''}", tasks=got, tasks_per_s=round(got / m.wall), reported_again=again, tasks_after_retry=d["counts"]["tasks"], **m.d())
    r = core.load(ad, ad.cycle_steps(pid, users), users, 32, 12, drain=120)
    core.loop_row(res, "million", "loop at 10^6", r)
    f = os.path.join(core.WORK, "assay-annotated-million.dat"); ad.write_tasks("text", 1000000, f, annotated=True)
    ad.stop(); ad.start()
    pid = ad.create_project("text", "million annotated")
    with core.Meter(ad.all_pids) as m: got = ad.import_file(pid, "text", f)
    res.add("million", "import annotated 10^6", tasks=got, tasks_per_s=round(got / m.wall), **m.d())
    ad.stop(); ad.start()
    with core.Meter(ad.all_pids) as m: n = ad.export(pid, "JSON", os.path.join(core.WORK, "assay-export.bin"))
    res.add("million", "export 10^6", out_mb=round(n / 1e6), tasks_per_s=round(1e6 / m.wall), **m.d())


def vast():
    """10⁷ tasks: import, import with answers, export; a gigabyte and more each way."""
    count = 10_000_000
    for annotated in (False, True):
        ad.stop(); ad.wipe(); ad.key(); ad.start()
        f = os.path.join(core.WORK, "assay-vast.dat"); ad.write_tasks("text", count, f, annotated=annotated)
        pid = ad.create_project("text", "vast")
        with core.Meter(ad.all_pids) as m: got = ad.import_file(pid, "text", f)
        res.add("vast", f"import {'annotated ' if annotated else ''}10^7", tasks=got, mb=round(os.path.getsize(f) / 1e6), tasks_per_s=round(got / m.wall), **m.d())
        os.remove(f)
    ad.stop(); ad.start()
    with core.Meter(ad.all_pids) as m: n = ad.export(pid, "JSON", "/dev/null")
    res.add("vast", "export 10^7", out_mb=round(n / 1e6), tasks_per_s=round(count / m.wall), **m.d())


def long_history():
    """A worker with 10⁵ answers behind them against a new one, in one project of 3·10⁵ tasks."""
    f = os.path.join(core.WORK, "assay-tasks-300000.dat"); ad.write_tasks("text", 300000, f)
    pid = ad.create_project("text", "long history", overlap=2); ad.import_file(pid, "text", f)
    done = 0
    while done < 100000:
        r = core.load(ad, ad.cycle_steps(pid, users[:1]), users[:1], 1, 60, maxcycles=100000 - done, drain=120)
        done += r["cycles"]
        if not r["cycles"]: break
    for label, who in (("old hand", users[:1]), ("new worker", users[1:2]), ("old hand again", users[:1])):
        r = core.load(ad, ad.cycle_steps(pid, who), who, 1, 8, drain=60)
        core.loop_row(res, "history", f"{label} after {done} answers", r)


def scale():
    """Single creations and pages through Scale's API beside the native one."""
    auth = [f"Authorization: Bearer {open(os.path.join(ad.data, 'bench.key')).read()}"] * 32
    pid = ad.create_project("text", "scale creations")
    name = ad.key()("GET", f"/api/projects/{pid}")[1]["name"]
    task = {"project": name, "attachment_type": "text", "attachment": "What a day", "instruction": "How is it?", "categories": ["good", "bad"]}
    for label, path, body in (("native create", f"/api/projects/{pid}/tasks", {"text": "What a day"}), ("scale create_task", "/v1/task/categorization", task)):
        for _ in range(3):
            r = core.load(ad, [dict(name="create", method="POST", path=path, ok=[200, 201], body=json.dumps(body))], auth, 32, 8)
            core.loop_row(res, "scale", label, r)
    f = os.path.join(core.WORK, "assay-tasks-1000000.dat"); ad.write_tasks("text", 1000000, f)
    big = ad.create_project("text", "scale pages"); ad.import_file(big, "text", f)
    name = ad.key()("GET", f"/api/projects/{big}")[1]["name"]
    token = ad.key()("GET", f"/v1/tasks?project={urllib.parse.quote(name)}&limit=100")[1]["next_token"]
    for label, path in (("native page", f"/api/projects/{big}/tasks?limit=100&after=500000"), ("scale first page", f"/v1/tasks?project={urllib.parse.quote(name)}&limit=100"),
                        ("scale next page", f"/v1/tasks?project={urllib.parse.quote(name)}&limit=100&next_token={urllib.parse.quote(token)}")):
        r = core.load(ad, [dict(name="page", method="GET", path=path, ok=[200])], auth[:8], 8, 6)
        core.loop_row(res, "scale", label, r)


try:
    ad.wipe()
    if "start" in phases: core.bench_start(ad, res)
    else: ad.start()
    users = ad.make_users(256 if "crowd" in phases else 32)
    for ph in phases:
        if ph == "import": core.bench_import(ad, res)
        if ph == "loop": core.bench_loop(ad, res, users, sizes=(1000, 100000))
        if ph == "longloop": core.bench_loop(ad, res, users, sizes=(20000,), conns=(1, 32), duration=8)
        if ph == "list":
            f = os.path.join(core.WORK, "assay-tasks-100000.dat"); ad.write_tasks("text", 100000, f)
            pid = ad.create_project("text", "list"); ad.import_file(pid, "text", f); core.bench_list(ad, res, users[:1] and [f"Authorization: Bearer {open(os.path.join(ad.data, 'bench.key')).read()}"], pid, 100000)
        if ph == "export":
            core.bench_export(ad, res, "text", ["JSON"], reps=(3, 2))
            core.bench_export(ad, res, "box", ["COCO", "YOLO"], sizes=(10000,), reps=(3,))
        if ph == "kill": core.bench_kill(ad, res, users, n=200000, after=3.0)
        if ph == "dups": core.bench_dups(ad, res, users)
        if ph == "million": million()
        if ph == "vast": vast()
        if ph == "history": long_history()
        if ph == "scale": scale()
        if ph == "crowd": core.bench_dups(ad, res, users, reps=1, conns=256, n=3000)
finally:
    ad.stop()

"""Methods for single choices on 10^6 answers (10^5 tasks, 10^3 workers, 5 classes), beside crowd-kit and plain numpy in one run.

  scripts/bench/consensus.py [ANSWERS] [--mace]      after `swift build -c release --product assay`

Everybody reads the same file; times are of the fit alone, on one core, without reading. Dawid-Skene runs 50 rounds everywhere, MACE
50 rounds: crowd-kit's of each of its ten starts, which takes minutes and is run where --mace asks for it."""
import json, os, resource, subprocess, sys, tempfile, time
import numpy as np

answers = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 1_000_000
tasks, workers, classes, rounds = answers // 10, 1000, 5, 50
binary = os.environ.get("ASSAY_BINARY", os.path.join(os.path.dirname(__file__), "../../.build/release/assay"))
random = np.random.default_rng(7)
truth = random.integers(0, classes, tasks); skill = random.uniform(0.4, 0.95, workers)
task = np.repeat(np.arange(tasks), 10); worker = random.integers(0, workers, len(task))
label = np.where(random.random(len(task)) < skill[worker], truth[task], random.integers(0, classes, len(task)))


def one_core():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def numpy_dawid_skene():
    cell = worker * classes + label
    z = np.zeros((tasks, classes)); np.add.at(z, (task, label), 1); z /= z.sum(1, keepdims=True)
    for _ in range(rounds):
        counts = np.stack([np.bincount(cell, z[task, k], workers * classes).reshape(workers, classes) for k in range(classes)], 1)
        matrix = np.log(np.maximum(counts / np.maximum(counts.sum(2, keepdims=True), 1e-10), 1e-10))
        score = np.log(np.maximum(z.mean(0), 1e-10)) + np.stack([np.bincount(task, matrix[worker, k, label], tasks) for k in range(classes)], 1)
        z = np.exp(score - score.max(1, keepdims=True)); z /= z.sum(1, keepdims=True)
    return z.argmax(1)


def timed(fit):
    started = time.process_time(); found = fit(); seconds = time.process_time() - started
    return seconds, float((np.asarray(found) == truth).mean())


def main():
    one_core()
    rows = {"numpy, Dawid–Skene": timed(numpy_dawid_skene)}; memory = {}
    try:
        import pandas
        from crowdkit.aggregation import DawidSkene, MACE, MajorityVote
        frame = pandas.DataFrame({"task": task, "worker": worker, "label": label})
        rows["crowd-kit, majority"] = timed(lambda: MajorityVote().fit_predict(frame).sort_index())
        rows["crowd-kit, Dawid–Skene"] = timed(lambda: DawidSkene(n_iter=rounds, tol=0).fit_predict(frame).sort_index())
        if "--mace" in sys.argv: rows["crowd-kit, MACE"] = timed(lambda: MACE(n_iter=50).fit_predict(frame).sort_index())
    except ImportError:
        print("crowd-kit is not installed: it is left out", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/made")
        np.savetxt(f"{folder}/made/answers.csv", np.stack([task, worker, label], 1), "t%d,w%d,%d", header="task,worker,label", comments="")
        np.savetxt(f"{folder}/made/truth.csv", np.stack([np.arange(tasks), truth], 1), "t%d,%d", header="task,label", comments="")
        methods = ["majority", "dawid_skene", "mace", "glad", "ibcc", "auto"]
        done = subprocess.run([binary, "bench", "consensus", "--data", folder, "--json", *[o for m in methods for o in ("--method", m)]], capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)["sets"][0]["methods"]
        for method in methods: rows[f"Assay, {method}"] = (report[method]["seconds"], report[method]["accuracy"]); memory[f"Assay, {method}"] = report[method]["extra_memory"]
        os.sched_setaffinity(0, range(os.cpu_count()))
        done = subprocess.run([binary, "bench", "consensus", "--data", folder, "--json", "--all-cores", "--method", "auto"], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)["sets"][0]["methods"]["auto"]; rows["Assay, auto on all cores"] = (found["seconds"], found["accuracy"])
    print(f"{len(task)} answers, {tasks} tasks, {workers} workers, {classes} classes; Assay's process took {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB at most, reading and votes among them")
    for name, (seconds, accuracy) in rows.items(): print(f"{name:28}{seconds:9.2f} s   {100 * accuracy:6.2f} % right" + (f"   {memory[name] / 1e6:5.0f} MB beyond the answers" if memory.get(name) else ""))
    own = rows["Assay, dawid_skene"][0]
    for name in ("numpy, Dawid–Skene", "crowd-kit, Dawid–Skene"):
        if name in rows: print(f"Dawid–Skene is {rows[name][0] / own:.1f} times as fast as {name.split(',')[0]}")
    if "crowd-kit, MACE" in rows: print(f"MACE is {rows['crowd-kit, MACE'][0] / rows['Assay, mace'][0]:.1f} times as fast as crowd-kit")


if __name__ == "__main__": main()

"""Methods for single choices against crowd-kit on the same real answers, and what `assay bench consensus` promises."""
import csv, json, os, subprocess
from random import Random
from xml.dom.minidom import parseString
import pytest

from conftest import BINARY, ROOT

CROWDS = os.path.abspath(os.path.join(os.environ.get("ASSAY_SHARED", os.path.join(ROOT, "..", "shared")), "data", "crowd"))
pytestmark = pytest.mark.skipif(not os.path.isdir(CROWDS), reason=f"no crowds at {CROWDS}")
SETS = ["bluebird", "cf", "dog"]


def bench(data, *options):
    done = subprocess.run([BINARY, "bench", "consensus", "--data", str(data), *options], capture_output=True, text=True, timeout=900)
    return done


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Posteriors by set and method."""
    out = tmp_path_factory.mktemp("posteriors"); data = tmp_path_factory.mktemp("sets")
    for name in SETS: os.symlink(os.path.join(CROWDS, name), data / name)
    methods = [o for m in ("majority", "wawa", "zero_based_skill", "dawid_skene", "mace", "glad", "kos") for o in ("--method", m)]
    done = bench(data, *methods, "--posteriors", str(out)); assert done.returncode == 0, done.stderr
    pandas = pytest.importorskip("pandas")
    return lambda name, method: pandas.read_csv(out / f"{name}.{method}.csv", index_col=0)


@pytest.fixture(scope="module")
def theirs():
    """Answers as crowd-kit reads them. Its MACE takes workers and labels in the order they come for those in the order they sort (habits
    go to somebody else where the two differ): here they are one."""
    aggregation = pytest.importorskip("crowdkit.aggregation"); pandas = pytest.importorskip("pandas")
    def answers(name):
        rows = pandas.read_csv(os.path.join(CROWDS, name, "answers.csv"))
        first = rows.drop_duplicates("label").sort_values("label").index
        rows = pandas.concat([rows.loc[first], rows.drop(first)])
        return rows.assign(worker=pandas.factorize(rows["worker"])[0])
    return aggregation, answers


def compared(a, b):
    b = b.reindex(a.index); b.columns = [str(c) for c in b.columns]
    return (a - b[list(a.columns)]).abs().to_numpy()


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method,kind", [("majority", "MajorityVote"), ("wawa", "Wawa"), ("zero_based_skill", "ZeroBasedSkill")])
def test_shares_are_crowd_kits(ours, theirs, name, method, kind):
    aggregation, answers = theirs
    far = compared(ours(name, method), getattr(aggregation, kind)().fit_predict_proba(answers(name)))
    # Where a majority is tied, crowd-kit's goes to a class of its own, and a worker's agreement moves with it.
    assert (far < (1e-9 if method == "majority" else 0.03)).all()


@pytest.mark.parametrize("name", SETS)
def test_mace_is_crowd_kits_from_the_same_start(ours, theirs, name):
    aggregation, answers = theirs; numpy = pytest.importorskip("numpy")
    class Flat(aggregation.MACE):
        def _initialize(self, workers, labels):
            super()._initialize(workers, labels)
            self.spamming_ = numpy.full((workers, 2), 0.5); self.thetas_ = numpy.full((workers, labels), 1 / labels)
    assert compared(ours(name, "mace"), Flat(n_restarts=1).fit_predict_proba(answers(name))).max() < 1e-6


@pytest.mark.parametrize("name", SETS)
def test_labels_of_dawid_skene_and_glad_are_crowd_kits(ours, theirs, name):
    aggregation, answers = theirs
    # Zeros of a confusion matrix are another small number there; the stored posteriors are met exactly in OracleTests.
    for method, theirs_, share in (("dawid_skene", aggregation.DawidSkene(n_iter=50, tol=0), 0.96), ("glad", aggregation.GLAD(), 0.96)):
        own = ours(name, method).idxmax(axis=1).astype(str)
        other = theirs_.fit_predict(answers(name)).astype(str).reindex(own.index)
        assert (own == other).mean() >= share, (method, (own == other).mean())


@pytest.mark.parametrize("name", ["bluebird"])
def test_kos_is_crowd_kits_from_the_same_messages(ours, theirs, name, monkeypatch):
    aggregation, answers = theirs; numpy = pytest.importorskip("numpy")
    monkeypatch.setattr(numpy.random, "normal", lambda loc, scale, size: numpy.ones(size))
    own = ours(name, "kos"); other = aggregation.KOS(n_iter=40).fit_predict(answers(name)).reindex(own.index)
    sure = own.max(axis=1) > 0.9
    assert sure.mean() > 0.95 and (own.idxmax(axis=1).astype(int)[sure] == other[sure]).all()


def test_the_method_nobody_chose_gains_on_average_and_loses_nowhere():
    done = bench(CROWDS, "--method", "majority", "--method", "auto", "--json"); assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    auto = report["against_majority"]["auto"]
    assert auto["mean_gain"] >= 2.0 and auto["worst_gain"] >= -0.5, auto
    errors = [s["methods"]["auto"]["ece_calibrated"] for s in report["sets"]]
    errors = [e for e in errors if e is not None]
    assert len(errors) >= 10 and sum(errors) / len(errors) <= 0.06, errors


def test_wrong_files_are_refused_with_their_place(tmp_path):
    assert "cannot be read" in bench(tmp_path / "no").stderr and "holds no sets" in bench(tmp_path).stderr
    (tmp_path / "s").mkdir(); answers, truth = tmp_path / "s" / "answers.csv", tmp_path / "s" / "truth.csv"
    truth.write_text("task,label\nt1,a\n"); answers.write_text("task,worker,label\nt1,w1,a\nt1,w2\n")
    assert "line 3: has not the 3 fields task, worker, label" in bench(tmp_path).stderr
    answers.write_text('task,worker,label\nt1,w1,"a\n')
    assert "line 2: a quote is not closed" in bench(tmp_path).stderr
    answers.write_text("task,worker,label\nt1,w1,a\n")
    one = bench(tmp_path); assert one.returncode == 0 and "100.00" in one.stdout, (one.stdout, one.stderr)
    assert bench(tmp_path, "--gold", "5").returncode == 64 and bench(tmp_path, "--method", "best").returncode == 64


def allocation(folder, *options): return subprocess.run([BINARY, "bench", "allocation", "--data", str(folder), *options], capture_output=True, text=True)


def test_the_replay_shows_what_asking_where_it_is_needed_saves(tmp_path):
    random = Random(4); (tmp_path / "made").mkdir()
    truth = [random.randrange(2) for _ in range(120)]
    rows = [f"t{task},w{worker},{right if random.random() < (0.55 if worker < 4 else 0.9) else 1 - right}" for task, right in enumerate(truth) for worker in random.sample(range(12), 8)]
    (tmp_path / "made/answers.csv").write_text("task,worker,label\n" + "\n".join(rows) + "\n")
    (tmp_path / "made/truth.csv").write_text("task,label\n" + "\n".join(f"t{task},{label}" for task, label in enumerate(truth)) + "\n")
    done = allocation(tmp_path, "--json", "--replays", "1", "--curves", str(tmp_path / "curves")); assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    against = found["sets"][0]["against"]; assert against["fixed_3"]["cost"] == 3 and against["all"]["cost"] == 8
    assert found["summary"]["fixed_5"]["median_saving"] > 0.2 and found["summary"]["fixed_5"]["worst_gain"] > 0
    picture = (tmp_path / "curves/made.svg").read_text(); parseString(picture)
    table = (tmp_path / "curves/made.csv").read_text().splitlines()
    assert table[0] == 'series,answers a task,"accuracy, percent"' and len([row for row in table if row.startswith('"fixed, majority"')]) == 8
    assert "saves %" in allocation(tmp_path, "--replays", "1").stdout
    assert allocation(tmp_path, "--replays", "0").returncode == 64 and allocation(tmp_path / "none").returncode != 0


@pytest.mark.parametrize("set_, method, measure, bar, better", [
    ("text_wsa", "rover", "word error rate", 0.62, "less"), ("pico_spans", "span_vote", "F1 of characters", 0.72, "more"),
    ("ner_crowd", "sequence", "F1 of entities", 0.74, "more"), ("cells_asthma", "fusion", "F1 at overlap 0.5", 0.968, "more"),
    ("ped_boxes", "fusion", "F1 at overlap 0.5", 0.922, "more"), ("emotion", "mean", "root mean square", 17.84, "less")])
def test_other_kinds_reach_their_figures(kinds, set_, method, measure, bar, better):
    value = next(row["value"] for row in kinds if (row["set"], row["method"], row["measure"]) == (set_, method, measure))
    assert value <= bar if better == "less" else value >= bar, value


@pytest.fixture(scope="module")
def kinds(): return json.loads(subprocess.run([BINARY, "bench", "kinds", "--data", CROWDS, "--json"], capture_output=True, text=True, check=True).stdout)


def test_annotators_are_known_from_votes_alone():
    done = subprocess.run([BINARY, "bench", "workers", "--data", CROWDS, "--json"], capture_output=True, text=True, check=True)
    mean = json.loads(done.stdout)["mean"]; assert mean["mae"] <= 0.073 and mean["auroc"] >= 0.88 and 0.85 <= mean["coverage"] <= 0.95


def test_likely_wrong_labels_are_those_of_cleanlab(tmp_path):
    numpy = pytest.importorskip("numpy"); cleanlab = pytest.importorskip("cleanlab.filter"); draw = numpy.random.default_rng(5); items, classes = 1000, 4
    truth = draw.integers(0, classes, items); labels = numpy.where(draw.random(items) < 0.1, (truth + 1) % classes, truth)
    scores = draw.normal(0, 1, (items, classes)); scores[numpy.arange(items), truth] += 2; chances = numpy.exp(scores); chances = numpy.round(chances / chances.sum(1, keepdims=True), 6); chances[:, 0] += 1 - chances.sum(1)
    wanted = cleanlab.find_label_issues(labels, chances, filter_by="confident_learning", return_indices_ranked_by="self_confidence")
    file = tmp_path / "predictions.csv"; file.write_text("item,label," + ",".join(f"c{k}" for k in range(classes)) + "\n" + "".join(f"{i},c{label},{','.join(repr(float(x)) for x in row)}\n" for i, (label, row) in enumerate(zip(labels, chances))))
    done = label_errors(file, "--json"); assert [int(found["item"]) for found in json.loads(done.stdout)] == list(wanted)


def label_errors(file, *options): return subprocess.run([BINARY, "label-errors", str(file), *options], capture_output=True, text=True)


@pytest.mark.parametrize("text, fault", [
    ("", "has not the columns"), ("item,label,a\n", "has not the columns"), ("item,label,a,a\n", "names a class twice"),
    ("item,label,a,b\n1,c,0.5,0.5\n", "row 2: “c” is no class"), ("item,label,a,b\n1,a,0.5\n", "row 2: has 3 fields, not 4"),
    ("item,label,a,b\n1,a,0.9,0.9\n", "sum to 1"), ("item,label,a,b\n1,a,nan,1\n", "sum to 1"), ("item,label,a,b\n1,a,x,1\n", "sum to 1")])
def test_predictions_that_cannot_be_read_are_refused_with_the_place(tmp_path, text, fault):
    file = tmp_path / "bad.csv"; file.write_text(text); done = label_errors(file)
    assert done.returncode == 1 and fault in done.stderr, done.stderr


def test_labels_that_the_model_believes_are_not_in_doubt(tmp_path):
    file = tmp_path / "good.csv"; file.write_text("item,label,a,b\n1,a,0.9,0.1\n2,b,0.2,0.8\n")
    assert label_errors(file).stdout == "No label of 2 is in doubt.\n" and label_errors(tmp_path / "none.csv").returncode == 1


def test_one_more_answer_is_weighed_at_once():
    done = subprocess.run([BINARY, "bench", "incremental", "--answers", "20000", "--json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout); assert found["added"] == 200 and found["mean_microseconds"] > 0
    assert subprocess.run([BINARY, "bench", "incremental", "--answers", "10"], capture_output=True).returncode == 64

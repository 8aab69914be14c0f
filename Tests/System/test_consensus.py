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
    ("ner_crowd", "sequence", "F1 of entities", 0.74, "more"), ("ner_crowd", "spans, as projects do", "F1 of entities", 0.763, "more"), ("cells_asthma", "fusion", "F1 at overlap 0.5", 0.968, "more"),
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


def test_wrong_tokens_and_labels_are_those_that_cleanlab_finds(tmp_path):
    numpy = pytest.importorskip("numpy"); filters = pytest.importorskip("cleanlab.filter"); multi = pytest.importorskip("cleanlab.multilabel_classification.filter")
    tokens = pytest.importorskip("cleanlab.token_classification.filter"); draw = numpy.random.default_rng(5); classes, names = 3, ["O", "B", "I"]
    def chances(truth):
        scores = draw.normal(0, 1, (len(truth), classes)); scores[numpy.arange(len(truth)), truth] += 2.5; raised = numpy.exp(scores); return raised / raised.sum(1, keepdims=True)
    truth = [draw.integers(0, classes, draw.integers(3, 9)) for _ in range(200)]; predicted = [chances(one) for one in truth]
    labels = [numpy.where(draw.random(len(one)) < 0.05, (one + 1) % classes, one) for one in truth]
    wanted = {(int(i), int(j)) for i, j in tokens.find_label_issues([list(map(int, one)) for one in labels], predicted, filter_by="confident_learning", return_indices_ranked_by="self_confidence")}
    file = tmp_path / "tokens.csv"; file.write_text("item,label," + ",".join(names) + "\n" + "".join(f"s{i},{names[k]},{','.join(repr(float(x)) for x in p)}\n" for i, (ks, ps) in enumerate(zip(labels, predicted)) for k, p in zip(ks, ps)))
    found = json.loads(label_errors(file, "--kind", "tokens", "--json").stdout); assert {(int(one["item"][1:]), one["place"]) for one in found} == wanted and len(wanted) > 20
    applies = draw.random((400, classes)) < 0.4; noise = draw.random((400, classes)) < 0.06; given = applies ^ noise
    believed = numpy.clip(applies * 0.7 + 0.15 + draw.normal(0, 0.12, (400, classes)), 0.01, 0.99)
    per = multi.find_multilabel_issues_per_class([[int(k) for k in numpy.flatnonzero(row)] for row in given], believed, filter_by="confident_learning", return_indices_ranked_by="self_confidence")
    wanted = {(int(i), k) for k, ranked in enumerate(per[0] if isinstance(per, tuple) else per) for i in ranked}
    file = tmp_path / "labels.csv"; file.write_text("item,label,a,b,c\n" + "".join(f"{i},{';'.join('abc'[k] for k in numpy.flatnonzero(row))},{','.join(repr(float(x)) for x in p)}\n" for i, (row, p) in enumerate(zip(given, believed))))
    found = json.loads(label_errors(file, "--kind", "labels", "--json").stdout); mine = {(int(one["item"]), "abc".index(one["suggestion"][-1])) for one in found}
    assert mine == wanted and len({(int(i), int(k)) for i, k in zip(*numpy.nonzero(noise))} & mine) > 0.5 * noise.sum()


def test_wrong_boxes_have_the_scores_of_cleanlab_and_planted_errors_come_first(tmp_path):
    numpy = pytest.importorskip("numpy"); rank = pytest.importorskip("cleanlab.object_detection.rank"); draw = numpy.random.default_rng(9); classes = 3
    labels, predictions, planted = [], [], set()
    for image in range(60):
        boxes = [(int(k), *p, *(p + draw.integers(30, 90, 2))) for k, p in ((draw.integers(0, classes), numpy.array([40 + 200 * n, 40 + draw.integers(0, 60)])) for n in range(draw.integers(1, 4)))]
        seen = [(k, *(numpy.array(b) + draw.normal(0, 1, 4)), float(draw.uniform(0.96, 0.999))) for k, *b in boxes]
        flaw = image % 4; k, *b = boxes[0]
        if flaw == 1: boxes[0] = ((k + 1) % classes, *b); planted.add((image, "wrong_class"))
        if flaw == 2 and len(boxes) > 1: boxes = boxes[1:]; planted.add((image, "overlooked"))
        if flaw == 3: boxes[0] = (k, b[0] + 22, b[1] + 22, b[2] + 22, b[3] + 22); planted.add((image, "badly_placed"))
        labels.append({"bboxes": numpy.array([b for _, *b in boxes], dtype=float), "labels": numpy.array([k for k, *_ in boxes])})
        predictions.append(numpy.array([numpy.array([[*b, p] for k, *b, p in seen if k == c], dtype=float).reshape(-1, 5) for c in range(classes)], dtype=object))
    wanted = {"overlooked": rank.compute_overlooked_box_scores(labels=labels, predictions=predictions), "badly_placed": rank.compute_badloc_box_scores(labels=labels, predictions=predictions), "wrong_class": rank.compute_swap_box_scores(labels=labels, predictions=predictions)}
    row = lambda *cells: ",".join(repr(float(c)) if not isinstance(c, (str, int)) else str(c) for c in cells) + "\n"
    (tmp_path / "l.csv").write_text("item,label,x1,y1,x2,y2\n" + "".join(row(i, f"c{k}", *map(float, b)) for i, one in enumerate(labels) for b, k in zip(one["bboxes"], one["labels"])))
    (tmp_path / "p.csv").write_text("item,label,x1,y1,x2,y2,probability\n" + "".join(row(i, f"c{c}", *map(float, box)) for i, one in enumerate(predictions) for c, boxes in enumerate(one) for box in boxes))
    done = label_errors(tmp_path / "l.csv", "--kind", "boxes", "--predictions", str(tmp_path / "p.csv"), "--below", "2", "--json"); found = json.loads(done.stdout)
    scores = {(int(one["item"]), one["suggestion"], one["place"]): one["self_confidence"] for one in found}
    theirs = {(i, kind, j): float(score) for kind, per in wanted.items() for i, image in enumerate(per) for j, score in enumerate(image) if not numpy.isnan(score)}
    assert scores.keys() == theirs.keys() and max(abs(scores[key] - theirs[key]) for key in theirs) < 1e-9
    first = [(int(one["item"]), one["suggestion"]) for one in found[:len(planted)]]; assert len(set(first) & planted) > 0.85 * len(planted)


def test_boxes_that_cannot_be_read_are_refused(tmp_path):
    (tmp_path / "l.csv").write_text("item,label,x1,y1,x2,y2\n1,a,0,0,5,5\n"); (tmp_path / "p.csv").write_text("item,label,x1,y1,x2,y2,probability\n1,a,5,5,0,0,0.9\n")
    done = label_errors(tmp_path / "l.csv", "--kind", "boxes", "--predictions", str(tmp_path / "p.csv")); assert done.returncode == 1 and "row 2: is no box" in done.stderr
    assert label_errors(tmp_path / "l.csv", "--kind", "boxes").returncode == 64 and label_errors(tmp_path / "l.csv", "--predictions", "x").returncode == 64

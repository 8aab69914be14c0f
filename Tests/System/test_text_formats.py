"""DocBin before spaCy, Argilla's records before argilla, and Open Images' classes of images before datumaro."""
import json, os
import pytest

from test_browser import png
from test_datasets import assay_run
from test_tables import items, python, pytestmark  # noqa: F401

TEXTS = [
    ("Ada Lovelace met Jörg at  Größe-Straße 5 in 東京.\nShe left.", [(0, 12, "PER"), (17, 21, "PER"), (0, 3, "FIRST"), (44, 46, "LOC")], ["good"]),
    ("", [], []), ("one", [(1, 2, "MID")], ["good", "bad"]), (" space first", [(1, 6, "W")], []), ("a b", [(0, 1, "A"), (2, 3, "A")], []), ("ends. ", [(0, 4, "W")], ["bad"]), ("👍🏽 ok", [(0, 2, "EMOJI")], []),
]


def written(tmp_path, to):
    lines = [{"name": f"t{i}", "subset": "train" if i % 2 else "", "text": text, "labels": [{"class": c, "span": [[s, e]]} for s, e, c in spans] + [{"class": c, "whole": True} for c in wholes], "metadata": {"n": i}} for i, (text, spans, wholes) in enumerate(TEXTS)]
    (tmp_path / "in").mkdir(); (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assay_run("convert", "--to", to, tmp_path / "in", tmp_path / "out")
    return tmp_path / "out"


def test_docbin_is_read_by_spacy_and_back(tmp_path):
    out = written(tmp_path, "docbin")
    assert sorted(os.listdir(out)) == ["data.spacy", "train.spacy"]
    told = json.loads(python("""
import json, sys, spacy
from spacy.tokens import DocBin
nlp = spacy.blank("xx"); found = {}
for name in ("data", "train"):
    found[name] = [[d.text, sorted([e.start_char, e.end_char, e.label_] for e in list(d.ents) + [s for k in d.spans for s in d.spans[k]]), sorted(d.cats)] for d in DocBin().from_disk(f"{sys.argv[1]}/{name}.spacy").get_docs(nlp.vocab)]
print(json.dumps(found))""", out))
    for start, name in ((0, "data"), (1, "train")):
        assert told[name] == [[text, sorted(map(list, spans)), sorted(wholes)] for text, spans, wholes in TEXTS[start::2]]
    back, report = items(out, tmp_path / "back")
    assert report["faults"] == 0 and sorted(i["text"] for i in back) == sorted(t for t, _, _ in TEXTS)


def test_what_spacy_wrote_is_read(tmp_path):
    python("""
import sys, spacy
from spacy.tokens import DocBin, Span
nlp = spacy.blank("en"); bin = DocBin(attrs=["LEMMA", "ENT_IOB", "ENT_TYPE", "POS"], store_user_data=True); plain = DocBin(store_user_data=True)
one = nlp("Apple buys."); one.set_ents([Span(one, 0, 1, label="ORG")]); plain.add(one); plain.to_disk(sys.argv[2])
for n in range(300):
    doc = nlp(f"Number {n}: Apple buys  Größe GmbH for $1 billion."); doc[0].lemma_ = "number"; doc.set_ents([Span(doc, 3, 4, label="ORG")]); doc.cats = {"news": 1.0, "sport": 0.0}; doc.spans["sc"] = [Span(doc, 3, 7, label="DEAL"), Span(doc, 4, 5, label="VERB")]; bin.add(doc)
bin.to_disk(sys.argv[1])
one.spans["mine"] = [Span(one, 0, 2, label="X", kb_id="Q1")]; plain.add(one); plain.to_disk(sys.argv[3])""", tmp_path / "test.spacy", tmp_path / "plain.spacy", tmp_path / "rich.spacy")
    for name, lost in (("plain", set()), ("rich", {"names of span groups", "ids of spans"})):
        report = items(tmp_path / f"{name}.spacy", tmp_path / f"{name}-out")[1]
        assert {loss["what"].partition(" left out")[0] for loss in report["losses"]} == lost
    found, report = items(tmp_path / "test.spacy", tmp_path / "out")
    assert len(found) == 300 and report["faults"] == 0 and found[7]["subset"] == "test"
    text = found[7]["text"]; assert text == "Number 7: Apple buys  Größe GmbH for $1 billion."
    spans = sorted((text[l["span"][0][0]:l["span"][0][1]], l["class"]) for l in found[7]["labels"] if "span" in l)
    assert spans == [("Apple", "ORG"), ("Apple buys  Größe", "DEAL"), ("buys", "VERB")]
    assert [l["class"] for l in found[7]["labels"] if "whole" in l] == ["news"]
    assert {loss["what"].partition(" left out")[0] for loss in report["losses"]} == {"what tokens are beside their entities"}
    (tmp_path / "cut.spacy").write_bytes((tmp_path / "test.spacy").read_bytes()[:500])
    assert "no DocBin" in assay_run("convert", "--strict", "--to", "jsonl", tmp_path / "cut.spacy", tmp_path / "no", status=1)


def test_records_are_read_by_argilla_and_back(tmp_path):
    out = written(tmp_path, "argilla")
    told = json.loads(python("""
import json, sys
from argilla.records._io import JsonIO
found = []
for name in ("records", "train"):
    for r in JsonIO._records_from_json(f"{sys.argv[1]}/{name}.json"):
        found.append([r.id, r.fields["text"], r.metadata["n"], {s.question_name: s.value for s in r.suggestions}])
print(json.dumps(found))""", out))
    for id, text, n, suggestions in told:
        expected, spans, wholes = TEXTS[n]
        assert (id, text) == (f"t{n}", expected) and suggestions.get("spans", []) == [{"start": s, "end": e, "label": c} for s, e, c in spans]
        assert suggestions.get("labels", [suggestions["label"]] if "label" in suggestions else []) == wholes
    python("""
import argilla as rg, sys, uuid, json
from argilla.records._io import JsonIO
user = uuid.uuid4()
records = [rg.Record(id="x", fields={"text": "I like tea", "source": "web"}, metadata={"len": 3}, suggestions=[rg.Suggestion("mood", "bad", score=0.4, agent="m"), rg.Suggestion("stars", 4, score=0.9)],
    responses=[rg.Response("mood", "good", user_id=user), rg.Response("ents", [{"start": 7, "end": 10, "label": "DRINK"}, {"start": 7, "end": 99, "label": "X"}], user_id=user)])]
import pathlib; JsonIO.to_json(records, pathlib.Path(sys.argv[1]))""", tmp_path / "theirs.json")
    found, report = items(tmp_path / "theirs.json", tmp_path / "theirs")
    assert found == [{"name": "x", "text": "I like tea", "labels": [{"class": "DRINK", "span": [[7, 10]]}, {"class": "good", "whole": True}], "metadata": {"len": 3, "source": "web", "stars": 4}}], found
    assert report["faults"] == 1 and "ents[1]" in report["diagnostics"][0]["place"]


def test_classes_of_images_of_open_images_are_read_by_datumaro_and_back(tmp_path):
    lines = [{"name": f"{i}.png", "subset": "train", "width": 40, "height": 20, "labels": ([{"class": "cat", "box": [4, 5, 8, 10]}] if i < 2 else []) + ([{"class": "dog", "whole": True}, {"class": "cat", "whole": True, "score": 0.5}] if i != 1 else [])} for i in range(4)]
    (tmp_path / "in" / "images").mkdir(parents=True); (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for i in range(4): (tmp_path / "in" / "images" / f"{i}.png").write_bytes(png(40, 20))
    assay_run("convert", "--media", "--to", "openimages", tmp_path / "in", tmp_path / "out")
    told = json.loads(python("""
import datumaro as dm, json, sys
d = dm.Dataset.import_from(sys.argv[1], "open_images"); names = d.categories()[dm.AnnotationType.label]
import csv; people = dict(csv.reader(open(sys.argv[1] + "/annotations/class-descriptions.csv")))
print(json.dumps({i.id: sorted([people[names[a.label].name], a.type.name] for a in i.annotations) for i in d}))""", tmp_path / "out"))
    assert told == {str(i): sorted([[l["class"], "bbox" if "box" in l else "label"] for l in lines[i]["labels"]]) for i in range(4)}
    back, _ = items(tmp_path / "out", tmp_path / "back")
    key = lambda labels: sorted(json.dumps({**l, **({"box": [round(v, 4) + 0.0 for v in l["box"]]} if "box" in l else {})}, sort_keys=True) for l in labels)
    assert {i["name"]: key(i["labels"]) for i in back} == {l["name"]: key(l["labels"]) for l in lines}


def test_tracks_of_a_video_go_to_cvat_and_back(tmp_path):
    mask = {"size": [20, 40], "counts": [100, 50, 650]}
    lines = [{"name": f"f{n}.png", "width": 40, "height": 20, "metadata": {"frame": n}, "labels":
              ([{"class": "car", "box": [n, 2, 10, 5], "track": 7, "attributes": {"color": "red"}}] if n not in (3, 4) else []) + ([{"class": "dog", "polygon": [[1, 1], [9, 1], [5, 8 + n]], "track": 9}] if n < 3 else []) + ([{"class": "car", "mask": mask}] if n == 5 else [])} for n in range(8)]
    (tmp_path / "in").mkdir(); (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assay_run("convert", "--to", "cvat-video", tmp_path / "in", tmp_path / "out")
    told = json.loads(python("""
import json, sys
from xml.etree import ElementTree as ET
root = ET.parse(sys.argv[1] + "/annotations.xml").getroot()
print(json.dumps([[t.get("label"), [[int(e.get("frame")), e.get("outside"), e.tag] for e in t]] for t in root.iter("track")]))""", tmp_path / "out"))
    assert told == [["car", [[0, "0", "box"], [1, "0", "box"], [2, "0", "box"], [3, "1", "box"], [5, "0", "box"], [6, "0", "box"], [7, "0", "box"]]],
                    ["dog", [[0, "0", "polygon"], [1, "0", "polygon"], [2, "0", "polygon"], [3, "1", "polygon"]]], ["car", [[5, "0", "mask"], [6, "1", "mask"]]]]
    oracle = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "oracles", "check_cvat_xml.py")
    back, report = items(tmp_path / "out", tmp_path / "back")
    assert report["from"] == "cvat" and [i["metadata"]["frame"] for i in back] == list(range(8))
    for line, item in zip(lines, back):
        strip = lambda labels: sorted(json.dumps([l["class"], [round(v, 2) + 0.0 for v in l["box"]] if "box" in l else l.get("polygon") and [[float(x), float(y)] for x, y in l["polygon"]], "mask" in l]) for l in labels)
        assert strip(item["labels"]) == strip(line["labels"])
    # datumaro reads no masks of tracks.
    for line in lines: line["labels"] = [l for l in line["labels"] if "mask" not in l]
    (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines))); assay_run("convert", "--to", "cvat-video", tmp_path / "in", tmp_path / "plain")
    if os.path.exists(oracle): python("import runpy, sys; sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv[0].rsplit('/', 1)[0]); runpy.run_path(sys.argv[0], run_name='__main__')", oracle, tmp_path / "plain")


def test_what_would_overflow_a_writer_is_written(tmp_path):
    """Writers run in the server at releases."""
    lines = [{"name": "a.png", "width": 9, "height": 9, "metadata": {"frame": 9223372036854775807}, "labels": [{"class": "x", "box": [1, 1, 2, 2]}, {"class": "r", "relation": [0, 99]}, {"class": "c", "caption": "hi"}]},
             {"name": "t", "text": "some words here", "labels": [{"class": "a", "span": [[10, 12], [0, 3]]}]}]
    (tmp_path / "in").mkdir(); (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for to in ("cvat-video", "docbin", "spacy", "coco", "doccano", "argilla", "brat", "conll"):
        assay_run("convert", "--to", to, tmp_path / "in", tmp_path / to)

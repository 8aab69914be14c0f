"""Tables before the libraries that people write them with: pyarrow, pandas and Hugging Face's datasets."""
import json, os, subprocess
import pytest

from conftest import ROOT
from test_browser import png
from test_datasets import assay_run

FORMATS = os.path.join(ROOT, ".venv-formats", "bin", "python")
pytestmark = pytest.mark.skipif(not os.path.exists(FORMATS), reason="the reference readers are not installed")


def python(code, *arguments):
    done = subprocess.run([FORMATS, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=300, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def items(source, target, *options):
    report = json.loads(assay_run("convert", "--json", "--to", "jsonl", *options, source, target))
    found = []
    for name in sorted(os.listdir(target)):
        if name.endswith(".jsonl"): found += [json.loads(line) for line in open(os.path.join(target, name), encoding="utf-8")]
    return found, report


NESTED = """
import pyarrow as pa, datetime, decimal, random, sys
def table(count):
    chance = random.Random(count)
    maybe = lambda make: None if chance.random() < 0.2 else make()
    rows = [{
        "id": f"item {n}", "word": maybe(lambda: chance.choice(["rain", "sun", "größe 雨"])), "count": maybe(lambda: chance.randrange(-2**40, 2**40)), "small": maybe(lambda: chance.randrange(-100, 100)),
        "share": maybe(lambda: chance.uniform(-1, 1)), "ok": maybe(lambda: chance.random() < 0.5), "list": maybe(lambda: [maybe(lambda: chance.randrange(9)) for _ in range(chance.randrange(4))]),
        "deep": maybe(lambda: [[float(chance.randrange(9)) for _ in range(chance.randrange(3))] for _ in range(chance.randrange(3))]),
        "parts": maybe(lambda: [{"a": maybe(lambda: chance.randrange(9)), "b": maybe(lambda: ["x"] * chance.randrange(3))} for _ in range(chance.randrange(3))]),
        "day": maybe(lambda: datetime.date(1969, 1, 1) + datetime.timedelta(chance.randrange(30000))), "at": maybe(lambda: datetime.datetime(2024, 5, 1, 12, 30, chance.randrange(60))),
        "price": maybe(lambda: decimal.Decimal(chance.randrange(-10**6, 10**6)) / 100), "tags": maybe(lambda: {f"k{i}": i for i in range(chance.randrange(3))}),
    } for n in range(count)]
    schema = pa.schema([("id", pa.string()), ("word", pa.string()), ("count", pa.int64()), ("small", pa.int8()), ("share", pa.float32()), ("ok", pa.bool_()), ("list", pa.list_(pa.int32())),
        ("deep", pa.list_(pa.list_(pa.float64()))), ("parts", pa.list_(pa.struct([("a", pa.int16()), ("b", pa.list_(pa.string()))]))), ("day", pa.date32()), ("at", pa.timestamp("us")),
        ("price", pa.decimal128(12, 2)), ("tags", pa.map_(pa.string(), pa.int64()))])
    return pa.Table.from_pylist(rows, schema)
def plain(value):
    if isinstance(value, datetime.datetime): return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date): return value.isoformat()
    if isinstance(value, decimal.Decimal): return float(value)
    if isinstance(value, list): return dict(value) if value and isinstance(value[0], tuple) else [plain(v) for v in value]
    if isinstance(value, dict): return {k: plain(v) for k, v in value.items()}
    return value
"""


def same(a, b):
    if isinstance(a, float) or isinstance(b, float): return a is not None and b is not None and abs(a - b) < 1e-6
    if not a and not b and isinstance(a, (dict, list)): return isinstance(b, (dict, list))  # pyarrow has maps as lists of pairs
    if isinstance(a, dict): return isinstance(b, dict) and set(a) == set(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list): return len(a) == len(b) and all(map(same, a, b))
    return a == b


WAYS = {
    "plain.parquet": "import pyarrow.parquet as pq; pq.write_table(t, out)",
    "groups.parquet": "import pyarrow.parquet as pq; pq.write_table(t, out, row_group_size=97, data_page_size=300, compression='zstd', dictionary_pagesize_limit=100)",
    "two.parquet": "import pyarrow.parquet as pq; pq.write_table(t, out, data_page_version='2.0', compression='gzip', version='2.6')",
    "none.parquet": "import pyarrow.parquet as pq; pq.write_table(t, out, use_dictionary=False, compression='none', use_deprecated_int96_timestamps=True)",
    "delta.parquet": "import pyarrow.parquet as pq; pq.write_table(t, out, use_dictionary=False, compression='lz4', data_page_version='2.0', column_encoding={'id': 'DELTA_BYTE_ARRAY', 'word': 'DELTA_LENGTH_BYTE_ARRAY', 'count': 'DELTA_BINARY_PACKED', 'small': 'DELTA_BINARY_PACKED', 'share': 'BYTE_STREAM_SPLIT', 'at': 'DELTA_BINARY_PACKED'})",
    "file.arrow": "w = pa.ipc.new_file(out, t.schema); w.write_table(t, max_chunksize=97); w.close()",
    "stream.arrow": "w = pa.ipc.new_stream(out, t.schema); w.write_table(t, max_chunksize=97); w.close()",
    "lz4.feather": "import pyarrow.feather as f; f.write_feather(t, out, compression='lz4')",
    "zstd.arrow": "w = pa.ipc.new_file(out, t.schema, options=pa.ipc.IpcWriteOptions(compression='zstd')); w.write_table(t); w.close()",
    "dictionary.arrow": "t = t.set_column(1, 'word', t['word'].dictionary_encode()); w = pa.ipc.new_stream(out, t.schema); w.write_table(t.combine_chunks()); w.close()",
    "views.arrow": "t = t.set_column(1, 'word', pa.array([w and w * (1 + i % 4) for i, w in enumerate(t['word'].to_pylist())], pa.string_view())); rows = [plain(r) for r in t.to_pylist()]; w = pa.ipc.new_file(out, t.schema); w.write_table(t, max_chunksize=97); w.close()",
    "large.arrow": "t = t.set_column(1, 'word', t['word'].cast(pa.large_string())).set_column(6, 'list', t['list'].cast(pa.large_list(pa.int32()))); w = pa.ipc.new_file(out, t.schema); w.write_table(t); w.close()",
}


@pytest.mark.parametrize("name", WAYS)
def test_every_value_of_every_kind_is_as_pyarrow_wrote_it(tmp_path, name):
    python(NESTED + f"import json\nt = table(500); out = sys.argv[1]; rows = [plain(r) for r in t.to_pylist()]\n{WAYS[name]}\njson.dump(rows, open(sys.argv[2], 'w'))", tmp_path / name, tmp_path / "rows.json")
    rows = json.load(open(tmp_path / "rows.json"))
    found, report = items(tmp_path / name, tmp_path / "out")
    assert report["faults"] == 0 and len(found) == len(rows)
    for row, item in zip(rows, found):
        assert item["name"] == row.pop("id")
        metadata = item.get("metadata", {})
        for key, value in row.items(): assert same(value, metadata.get(key)), (key, value, metadata.get(key))


@pytest.mark.parametrize("name,write", [("a.parquet", "import pyarrow.parquet as pq; pq.write_table(t, out)"), ("a.arrow", "w = pa.ipc.new_file(out, t.schema); w.write_table(t); w.close()")])
def test_what_has_many_digits_or_few_keeps_them_and_bytes_are_told(tmp_path, name, write):
    python("""import pyarrow as pa, numpy as np, sys
out = sys.argv[1]; t = pa.table({"id": ["a", "b"], "hash": pa.array([2**64 - 1, 7], pa.uint64()), "at": pa.array([1700000000123456, 1700000000000000], pa.timestamp("us", "UTC")),
    "fine": pa.array([1, -1], pa.timestamp("ns")), "share": pa.array(np.array([1.5, -0.25], np.float16)), "raw": pa.array([b"xy", None], pa.binary())})
""" + write, tmp_path / name)
    found, report = items(tmp_path / name, tmp_path / "out")
    assert [one["metadata"] for one in found] == [
        {"hash": "18446744073709551615", "at": "2023-11-14T22:13:20.123456Z", "fine": "1970-01-01T00:00:00.000000001Z", "share": 1.5},
        {"hash": 7, "at": "2023-11-14T22:13:20Z", "fine": "1969-12-31T23:59:59.999999999Z", "share": -0.25}]
    assert report["losses"] == [{"what": "bytes in the column raw", "count": 1}], report


@pytest.mark.parametrize("column,values,feature", [("labels", [2, 0], "datasets.ClassLabel(names=['fox', 'cat', 'dog'])"), ("labels", [[2], [0, 1]], "datasets.Sequence(datasets.ClassLabel(names=['fox', 'cat', 'dog']))")])
def test_classes_of_a_column_that_is_called_labels_are_read(tmp_path, column, values, feature):
    (tmp_path / "set").mkdir()
    python(f"import datasets, sys\ndatasets.Dataset.from_dict({{'text': ['a', 'b'], '{column}': {values}}}, features=datasets.Features({{'text': datasets.Value('string'), '{column}': {feature}}})).to_parquet(sys.argv[1] + '/train-00000-of-00001.parquet')", tmp_path / "set")
    found, _ = items(tmp_path / "set", tmp_path / "out")
    names = ["fox", "cat", "dog"]
    assert [[label["class"] for label in one["labels"]] for one in found] == [[names[n] for n in (value if isinstance(value, list) else [value])] for value in values] and not any(one.get("metadata") for one in found)
    assert [one["name"] for one in json.load(open(tmp_path / "out" / "classes.json"))["classes"]] == names


@pytest.mark.parametrize("kind,reader", [("parquet", "pandas.read_parquet(f)"), ("arrow", "__import__('datasets').Dataset.from_file(f).to_pandas()"), ("feather", "pandas.read_feather(f)"), ("csv", "pandas.read_csv(f, keep_default_na=False)"), ("tsv", "pandas.read_csv(f, sep='\\t', keep_default_na=False)")])
def test_what_is_written_is_read_by_pandas_and_back(tmp_path, kind, reader):
    lines = [{"name": f"a {i}.png", "subset": "train" if i % 3 else "val", "width": 40, "height": 30, "labels": [{"class": "car", "box": [1, 2, 3.5, 4]}] * (i % 3), "metadata": {"note": '=1+1, "quoted"\n\tü', "n": i}} for i in range(60)]
    lines += [{"name": f"t{i}", "text": ["'=x", "-5", "' plain", "it's", "@me\r\nthere"][i % 5], "labels": [{"class": "mood", "whole": True}]} for i in range(10)]
    (tmp_path / "in").mkdir(); (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assay_run("convert", "--to", kind, tmp_path / "in", tmp_path / "out")
    told = json.loads(python(f"import pandas, glob, json, sys\nr = {{}}\nfor f in glob.glob(sys.argv[1] + '/*.{kind}'):\n  for row in {reader}.to_dict('records'): r[row['name']] = [str(row['split']), int(row['width'] or 0), str(row['label']), json.loads(row['labels']), json.loads(row['metadata'])]\nprint(json.dumps(r))", tmp_path / "out"))
    for line in lines:
        split, width, label, labels, metadata = told[line["name"]]
        assert (split, width, label) == (line.get("subset", ""), line.get("width", 0), "mood" if "text" in line else ""), told[line["name"]]
        assert len(labels) == len(line["labels"]) and metadata == line.get("metadata", {})
    back, _ = items(tmp_path / "out", tmp_path / "back")
    known = {i["name"]: i for i in back}
    for line in lines:
        one = known[line["name"]]
        assert one.get("text") == line.get("text") and one["labels"] == line["labels"] and one.get("metadata", {}) == line.get("metadata", {}) and one.get("width") == line.get("width"), (line, one)


HUGGING = """
import datasets, io, sys
from PIL import Image
def picture(n):
    out = io.BytesIO(); Image.new("RGB", (20 + n, 10), (n, 9, 9)).save(out, "PNG"); return {"bytes": out.getvalue(), "path": f"{n}.png"}
features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["fox", "cat", "dog"]), "weather": datasets.Value("string"),
    "objects": {"bbox": datasets.Sequence(datasets.Sequence(datasets.Value("float32"))), "category": datasets.Sequence(datasets.ClassLabel(names=["car", "bus"]))}})
rows = [{"image": picture(n), "label": n % 2 + 1, "weather": "rain", "objects": {"bbox": [[1, 2, 3, 4]] * (n % 3), "category": [1] * (n % 3)}} for n in range(12)]
made = datasets.Dataset.from_list(rows, features=features)
"""


@pytest.mark.parametrize("way", ["made.to_parquet(sys.argv[1] + '/train-00000-of-00001.parquet')", "datasets.DatasetDict({'train': made}).save_to_disk(sys.argv[1])"])
def test_a_dataset_of_hugging_face_is_read_with_its_class_names_boxes_and_images(tmp_path, way):
    (tmp_path / "set").mkdir(); python(HUGGING + way, tmp_path / "set")
    found, report = items(tmp_path / "set", tmp_path / "out", "--media")
    assert len(found) == 12 and report["faults"] == 0, report
    # Numbered as the notes of their columns say, also those that nothing is of.
    assert [one["name"] for one in json.load(open(tmp_path / "out" / "classes.json"))["classes"]] == ["fox", "cat", "dog", "car", "bus"]
    first, second = found[0], found[1]
    assert first["subset"] == "train" and first["width"] == 20 and first["metadata"] == {"weather": "rain"}
    assert first["labels"] == [{"class": "cat", "whole": True}] and second["labels"] == [{"class": "dog", "whole": True}, {"class": "bus", "box": [1, 2, 3, 4]}]
    assert sorted(os.listdir(tmp_path / "out" / "images")) == sorted(f"{n}.png" for n in range(12))


LOADED = """
import datasets, json, sys
found = datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[1] + "-cache")
told = {"rows": {name: len(part) for name, part in found.items()}, "features": repr(found["train"].features)}
names = found["train"].features["label"].names
told["items"] = [{"name": row["name"], "size": row["image"].size if row["image"] else None, "text": row["text"], "label": None if row["label"] is None else names[row["label"]],
    "boxes": [[names[c], *box] for c, box in zip(row["objects"]["category"], row["objects"]["bbox"])]} for part in found.values() for row in part]
print(json.dumps(told))
"""


@pytest.mark.parametrize("way", ["saved", "train.parquet"])
def test_tokens_with_tags_of_hugging_face_are_texts_with_spans(tmp_path, way):
    python("""
import sys
from datasets import ClassLabel, Dataset, DatasetDict, Features, Sequence, Value
features = Features({"id": Value("string"), "tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]))})
made = Dataset.from_dict({"id": ["0", "1"], "tokens": [["Ada", "Löve", "lives", "in", "London"], ["no", "name"]], "ner_tags": [[1, 2, 0, 0, 3], [0, 0]]}, features=features)
DatasetDict({"train": made}).save_to_disk(sys.argv[1] + "/saved"); made.to_parquet(sys.argv[1] + "/train.parquet")
""", tmp_path)
    found, report = items(tmp_path / way, tmp_path / "out")
    assert report["faults"] == 0 and [(i["text"], i["subset"]) for i in found] == [("Ada Löve lives in London", "train"), ("no name", "train")]
    assert found[0]["labels"] == [{"class": "PER", "span": [[0, 8]]}, {"class": "LOC", "span": [[18, 24]]}] and "metadata" not in found[0]


def test_the_hugging_face_layout_is_loaded_with_its_splits_pictures_and_classes_and_read_back(tmp_path):
    (tmp_path / "in" / "images").mkdir(parents=True)
    lines = []
    for n in range(25):
        (tmp_path / "in" / "images" / f"a {n}.png").write_bytes(png(40 + n, 30, (n, 9, 9)))
        lines.append({"name": f"a {n}.png", "subset": ["train", "val"][n % 2], "width": 40 + n, "height": 30, "metadata": {"n": n}, "labels": [{"class": "car", "box": [1, 2, 3.5, 4]}, {"class": "bus", "polygon": [[0, 0], [9, 0], [9, 5]]}][:n % 3]})
    lines += [{"name": f"t{n}", "subset": "train", "text": f"words {n}", "labels": [{"class": "mood", "whole": True}]} for n in range(5)]
    (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assay_run("convert", "--media", "--to", "huggingface", tmp_path / "in", tmp_path / "out")
    told = json.loads(python(LOADED, tmp_path / "out"))
    assert told["rows"] == {"train": 18, "validation": 12} and "Image(" in told["features"] and told["features"].count("ClassLabel(") == 2, told
    found = {item["name"]: item for item in told["items"]}
    for line in lines:
        boxes = [[label["class"], *(label.get("box") or [0, 0, 9, 5])] for label in line["labels"] if not label.get("whole")]
        wanted = {"name": line["name"], "size": [line["width"], 30] if "width" in line else None, "text": line.get("text", ""), "label": "mood" if "text" in line else None, "boxes": boxes}
        assert found[line["name"]] == wanted, (found[line["name"]], wanted)
    back, report = items(tmp_path / "out", tmp_path / "back", "--media")
    key = lambda item: item["name"]
    assert report["faults"] == 0 and sorted(back, key=key) == sorted(({k: v for k, v in line.items() if v != {}} for line in lines), key=key)
    # What lies inside goes along into what has images inside too, whatever the splits are called.
    lines = [{**line, "subset": ["2020", "true", "all", "val"][n % 4]} for n, line in enumerate(lines) if "text" not in line]
    (tmp_path / "in" / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assay_run("convert", "--to", "huggingface", tmp_path / "in", tmp_path / "odd"); assay_run("convert", "--to", "huggingface", tmp_path / "odd", tmp_path / "odder")
    told = json.loads(python(LOADED.replace('found["train"]', 'found["2020"]'), tmp_path / "odder"))
    assert set(told["rows"]) == {"2020", "true", "all_", "validation"} and all(item["size"] for item in told["items"]), told
    assert (tmp_path / "back" / "images" / "a 3.png").read_bytes() == (tmp_path / "in" / "images" / "a 3.png").read_bytes()


def test_an_imagefolder_and_plain_csv_are_read_by_the_names_of_their_columns(tmp_path):
    folder = tmp_path / "folder" / "train"; folder.mkdir(parents=True)
    for n in range(3): (folder / f"{n}.png").write_bytes(png(30, 20))
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps({"file_name": f"{n}.png", "label": "cat", "code": f"00{n}"}) for n in range(3)))
    found, _ = items(tmp_path / "folder", tmp_path / "out", "--media")
    assert [(i["name"], i["subset"], i["width"], i["labels"][0]["class"], i["metadata"]) for i in found] == [(f"train/{n}.png", "train", 30, "cat", {"code": f"00{n}"}) for n in range(3)]
    (tmp_path / "t.csv").write_bytes("\ufeffID,Text,Label,Code,Count,Share\r\n7,\"Hello, \"\"you\"\"\",pos,007,12,0.5\r\n8,Bye,neg,,,\r\n".encode())
    found, _ = items(tmp_path / "t.csv", tmp_path / "csv")
    assert found == [{"name": "7", "text": 'Hello, "you"', "labels": [{"class": "pos", "whole": True}], "metadata": {"Code": "007", "Count": 12, "Share": 0.5}},
                     {"name": "8", "text": "Bye", "labels": [{"class": "neg", "whole": True}]}]
    (tmp_path / "w.csv").write_text("id,text,label,n\n1.10,42,True,42\n")
    found, _ = items(tmp_path / "w.csv", tmp_path / "words")
    assert found == [{"name": "1.10", "text": "42", "labels": [{"class": "True", "whole": True}], "metadata": {"n": 42}}]
    (tmp_path / "u.csv").write_text("image_url,label\nhttps://x.org/a/b.png?k=1,cat\n")
    found, _ = items(tmp_path / "u.csv", tmp_path / "urls")
    assert found == [{"name": "b.png", "image": "https://x.org/a/b.png?k=1", "labels": [{"class": "cat", "whole": True}]}]


def test_damaged_tables_are_told_with_their_place(tmp_path):
    python(NESTED + "import pyarrow.parquet as pq; pq.write_table(table(300), sys.argv[1] + '/a.parquet'); w = pa.ipc.new_stream(sys.argv[1] + '/a.arrow', table(300).schema); w.write_table(table(300), max_chunksize=50); w.close()", tmp_path)
    whole = (tmp_path / "a.arrow").read_bytes()
    for name, data in [("cut.parquet", (tmp_path / "a.parquet").read_bytes()[:-9]), ("cut.arrow", whole[:len(whole) // 2])]:
        (tmp_path / name).write_bytes(data)
        # What begins is read as far as it goes; a table without its end has nothing that can be read.
        if name == "cut.parquet":
            assert "its end is missing" in assay_run("convert", "--to", "jsonl", "--from", "parquet", tmp_path / name, tmp_path / "out", status=1) and not (tmp_path / "out").exists()
        else:
            done = json.loads(assay_run("convert", "--json", "--to", "jsonl", "--from", "arrow", tmp_path / name, tmp_path / "out"))
            assert done["faults"] == 1 and done["items"] in (100, 150, 200), done
        assay_run("convert", "--strict", "--to", "jsonl", "--from", name.split(".")[1], tmp_path / name, tmp_path / ("strict-" + name), status=1)
        assert not (tmp_path / ("strict-" + name)).exists()
    (tmp_path / "w.csv").write_text("name,text\na,b,c\n")
    assert "line 2" in assay_run("convert", "--strict", "--to", "jsonl", tmp_path / "w.csv", tmp_path / "w", status=1)


def test_a_list_of_urls_is_a_set_of_what_lies_there(tmp_path, assay):
    lines = ["# holiday", "https://example.org/a/one.jpg", "", "https://example.org/img?id=1", "https://example.org/img?id=2\r", "ftp://example.org/x.jpg", "http://127.0.0.1:9/two.png"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    key = assay.client(); assay.start(); dataset = assay.send("POST", "/api/datasets", {"name": "D"}, key)[1]["id"]
    out = assay_run("dataset", "add", str(tmp_path / "list.txt"), "--dataset", dataset, env={"ASSAY_KEY": key, "ASSAY_URL": assay.url})
    items = assay.send("GET", f"/api/datasets/{dataset}/items", token=key)[1]["items"]
    assert [i["name"] for i in items] == ["example.org/a/one.jpg", "example.org/img", "example.org/img?id=2", "127.0.0.1:9/two.png"] and all(i["has_image"] for i in items), (out, items)

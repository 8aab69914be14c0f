#!/usr/bin/env python3
"""Conversions beside datumaro and Label Studio's converter, in one run: python3 formats.py [--images 10000] [--runs 3]

Makes a COCO set of boxes, has each tool convert it as a process of its own, and prints the medians and the ratio of
the faster peer to Assay. FORMATS_PYTHON names the Python that has datumaro; LABEL_STUDIO_PYTHON the one with
label-studio-sdk, without which its three conversions are left out.
"""
import argparse, json, os, random, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ASSAY = os.environ.get("ASSAY_BINARY", os.path.join(ROOT, ".build/release/assay"))
PYTHON = os.environ.get("FORMATS_PYTHON", os.path.join(ROOT, ".venv-formats/bin/python"))
LABEL_STUDIO = os.environ.get("LABEL_STUDIO_PYTHON", PYTHON)
options = argparse.ArgumentParser(); options.add_argument("--images", type=int, default=10_000); options.add_argument("--runs", type=int, default=3)
options.add_argument("--only-assay", action="store_true"); options = options.parse_args()
work = tempfile.mkdtemp(prefix="assay-formats-"); source = os.path.join(work, "coco", "annotations", "instances_train.json")
os.makedirs(os.path.dirname(source)); os.makedirs(os.path.join(work, "coco", "images", "train"))


def make(path):
    """Ten boxes an image, written as they are made: what this process holds would count as its children's peak."""
    chance = random.Random(1); end = lambda place, last: "," if place < last else ""
    with open(path, "w") as file:
        file.write('{"info": {}, "licenses": [], "categories": ' + json.dumps([{"id": c + 1, "name": f"class{c}", "supercategory": ""} for c in range(8)]) + ', "images": [')
        for i in range(1, options.images + 1):
            file.write(json.dumps({"id": i, "file_name": f"{i - 1:06d}.png", "width": 1000, "height": 800}) + end(i, options.images))
        file.write('], "annotations": [')
        for i in range(1, boxes + 1):
            x, y, w, h = (round(chance.uniform(a, b), 2) for a, b in ((0, 800), (0, 600), (5, 190), (5, 190)))
            file.write(json.dumps({"id": i, "image_id": (i + 9) // 10, "category_id": chance.randint(1, 8), "bbox": [x, y, w, h], "area": round(w * h, 2), "iscrowd": 0, "segmentation": []}) + end(i, boxes))
        file.write("]}")


boxes = 10 * options.images; make(source)
subprocess.run([ASSAY, "convert", "--from", "coco", "--to", "labelstudio", source, os.path.join(work, "ls")], check=True, stdout=subprocess.DEVNULL)
tasks, config = os.path.join(work, "ls", "tasks.json"), os.path.join(work, "ls", "label_config.xml")


def timed(arguments):
    """Wall and processor seconds, and megabytes at the peak."""
    out = os.path.join(work, "out"); shutil.rmtree(out, ignore_errors=True); os.sync()
    begin = time.monotonic(); process = subprocess.Popen([a.replace("{out}", out) for a in arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0); process.returncode = status
    if status: sys.exit(f"failed: {' '.join(arguments)}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def converter(kind):
    return [LABEL_STUDIO, "-c", f"from label_studio_sdk.converter import Converter; Converter('{config}', '{work}', download_resources=False).convert('{tasks}', '{{out}}', '{kind}', is_dir=False)"]


def datumaro(kind):
    return [PYTHON, "-c", f"import datumaro as d; d.Dataset.import_from('{work}/coco', 'coco').export('{{out}}', '{kind}', save_media=False)"]


print(f"{options.images} images, {boxes} boxes, {os.path.getsize(source) / 1e6:.0f} MB; medians of {options.runs}")
conversions = [("COCO to YOLO", [ASSAY, "convert", "--from", "coco", "--to", "yolo", source, "{out}"], {"datumaro": datumaro("yolo")}),
        ("COCO to VOC", [ASSAY, "convert", "--from", "coco", "--to", "voc-zero", source, "{out}"], {"datumaro": datumaro("voc")}),
        ("Label Studio to YOLO", [ASSAY, "convert", "--from", "labelstudio", "--to", "yolo", tasks, "{out}"], {"Label Studio": converter("YOLO")}),
        ("Label Studio to VOC", [ASSAY, "convert", "--from", "labelstudio", "--to", "voc-zero", tasks, "{out}"], {"Label Studio": converter("VOC")}),
        ("Label Studio to COCO", [ASSAY, "convert", "--from", "labelstudio", "--to", "coco", tasks, "{out}"], {"Label Studio": converter("COCO")}),
        ("COCO to COCO", [ASSAY, "convert", "--from", "coco", "--to", "coco", source, "{out}"], {}), ("COCO to JSON Lines", [ASSAY, "convert", "--from", "coco", "--to", "jsonl", source, "{out}"], {})]
has_label_studio = not subprocess.run([LABEL_STUDIO, "-c", "import label_studio_sdk.converter"], stderr=subprocess.DEVNULL).returncode
if not has_label_studio: print("Left out: LABEL_STUDIO_PYTHON names no Python with label-studio-sdk.")
for name, own, peers in conversions:
    if "Label Studio" in peers and not has_label_studio and not options.only_assay: continue
    tools = {"Assay": own} if options.only_assay else {"Assay": own, **peers}; taken = {tool: [] for tool in tools}
    for _ in range(options.runs):  # in turns, so that all meet the same noise
        for tool, arguments in tools.items(): taken[tool].append(timed(arguments))
    line = f"{name:22}"
    for tool, runs in taken.items():
        wall, cpu, memory = map(statistics.median, zip(*runs)); line += f"   {tool} {wall:6.3f} s ({cpu:5.2f} s CPU, {memory:4.0f} MB)"
        if tool == "Assay": continue
        ratios = [theirs[0] / ours[0] for theirs, ours in zip(runs, taken["Assay"])]
        line += f": {statistics.median(ratios):5.1f} × by the clock ({min(ratios):.1f}…{max(ratios):.1f}), {statistics.median(theirs[1] / ours[1] for theirs, ours in zip(runs, taken['Assay'])):5.1f} × by the processor"
    print(line, flush=True)
shutil.rmtree(work)

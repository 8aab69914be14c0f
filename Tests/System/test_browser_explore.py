"""A manager drops pictures into a dataset, finds what matters, looks at it beside predictions, and sends it to labelling."""
import base64, json, random
import pytest

from test_browser import PASSWORD, browser, playwright, png, world  # noqa: F401

LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def streets(world):  # noqa: F811
    """A dataset of 260 items in a set of four images, with ground truth and a model's predictions."""
    assay, key = world.assay, world.key; chance = random.Random(5)
    images = [assay.upload(key, png(640, 480, color)) for color in [(96, 128, 150), (170, 150, 110), (70, 80, 96), (140, 160, 120)]]
    truth, predictions = [], []
    for n in range(260):
        boxes = [{"class": chance.choice(["car", "person", "traffic sign"]), "box": [chance.randrange(400), chance.randrange(300), 60 + chance.randrange(160), 50 + chance.randrange(120)]} for _ in range(n % 5)]
        day = f"2026-{5 + n // 130:02}-{1 + n // 10 % 13 * 2:02}"
        truth.append({"name": f"street/{n:04}.png", "subset": "val" if n % 4 == 0 else "train", "image": images[n % 4], "labels": boxes, "metadata": {"weather": ["sun", "rain", "fog"][n % 3], "speed": n / 3 - 9, "taken": day}})
        predictions.append({"name": f"street/{n:04}.png", "labels": [{"class": b["class"] if chance.random() < 0.8 else "car", "score": round(0.3 + 0.7 * chance.random(), 2), "box": [v + chance.randrange(-6, 7) for v in b["box"]]} for b in boxes if chance.random() < 0.8]})
    dataset = assay.send("POST", "/api/datasets", {"name": "Streets"}, key)[1]["id"]
    for path, lines in [("", truth), ("?set=yolo", predictions)]:
        status, report = assay.send("POST", f"/api/datasets/{dataset}/items{path}", "\n".join(map(json.dumps, lines)), key, LINES)
        assert status == 200 and report["refused"] == 0, report
    world.dataset = dataset
    return world


def axed(page):
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in pytest.importorskip("axe_playwright_python.sync_playwright").Axe().run(page).response["violations"]]


def counted(page, n): page.get_by_text(f"{n} item" if n == 1 else f"{n} items", exact=True).first.wait_for()


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)])
def test_a_manager_finds_what_matters_and_sends_it_to_labelling(streets, scheme, width):
    page = streets.signed_in(scheme=scheme, width=width)
    page.goto(f"{streets.assay.url}#/explore"); page.get_by_role("link", name="Streets").click()
    counted(page, 260); page.get_by_role("option", name="street/0000.png").wait_for(); page.wait_for_timeout(800)
    streets.shot(page, f"explore-items-{scheme}-{width}")
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    # What is being written is completed by keyboard.
    query = page.get_by_role("combobox", name="Query"); query.fill("wea"); page.get_by_role("option", name="weather", exact=True).wait_for()
    streets.shot(page, f"explore-completion-{scheme}-{width}")
    assert axed(page) == []
    page.keyboard.press("ArrowDown"); page.keyboard.press("Enter"); query.press_sequentially("= ra"); page.get_by_role("option", name="rain", exact=True).wait_for()
    page.keyboard.press("ArrowDown"); page.keyboard.press("Tab"); page.keyboard.press("Escape"); page.keyboard.press("Enter")
    counted(page, 87); assert query.input_value().strip() == "weather = rain"
    query.fill("weather = "); page.keyboard.press("Escape"); page.keyboard.press("Enter"); page.get_by_role("alert").get_by_text("a value is expected here").wait_for()
    # Predictions over the ground truth, one item large, and the next.
    query.fill("yolo.missed > 0 and count() = 4"); page.keyboard.press("Escape"); page.keyboard.press("Enter"); page.get_by_label("yolo", exact=True).check()
    page.wait_for_timeout(600); streets.shot(page, f"explore-both-{scheme}-{width}")
    page.locator(".item-tile").first.click(); page.get_by_role("heading", name="street/").wait_for(); first = page.locator("#item-title").inner_text()
    page.wait_for_timeout(500); streets.shot(page, f"explore-item-{scheme}-{width}")
    assert axed(page) == []
    page.keyboard.press("ArrowRight"); page.wait_for_function("(first) => document.querySelector('#item-title').textContent !== first", arg=first); page.keyboard.press("Escape")
    # Keys move and select; a slice keeps the selection.
    page.locator(".item-grid").focus(); page.keyboard.press("Home"); page.keyboard.press("Space"); page.keyboard.press("ArrowRight"); page.keyboard.press("Space"); page.get_by_text("2 selected").wait_for()
    page.get_by_role("button", name="Save as slice").click(); page.get_by_label("Name").fill("hard ones"); page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="hard ones").click(); counted(page, 2)
    # What the items are like: a bar asks for its items.
    page.get_by_role("button", name="All", exact=True).click(); counted(page, 260)
    page.get_by_role("tab", name="Summary").click(); page.get_by_role("heading", name="Labels by class").wait_for(); streets.shot(page, f"explore-summary-{scheme}-{width}")
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="fog").click(); counted(page, 86); assert query.input_value() == "weather = fog"
    # So does a bar of numbers, and one of days.
    for field, first, found in [("speed", "-9 – ", 11), ("taken", "", 20)]:
        page.get_by_role("button", name="All", exact=True).click(); counted(page, 260); page.get_by_role("tab", name="Summary").click()
        bar = page.get_by_role("group", name=f"{field}:").get_by_role("button").first; assert bar.get_attribute("title").startswith(first)
        if found != 11: found = int(bar.get_attribute("title").split(": ")[-1])
        bar.click(); counted(page, found); assert f"{field} >= " in query.input_value()
    page.get_by_role("button", name="All", exact=True).click(); counted(page, 260)
    page.get_by_role("tab", name="Comparison").click(); page.get_by_role("heading", name="What is confused with what").wait_for(); streets.shot(page, f"explore-comparison-{scheme}-{width}")
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    # A slice says what predictions must reach, and shows whether they do.
    page.get_by_role("button", name="What hard ones must reach").click(); page.get_by_label("At least").fill("0.99"); page.get_by_role("button", name="Another number").click()
    second = page.locator(".requirement").nth(1); second.get_by_label("Class").select_option("car"); second.get_by_label("Measure").select_option("recall"); second.get_by_label("At least").fill("0")
    streets.shot(page, f"explore-requirements-{scheme}-{width}"); assert axed(page) == []
    page.get_by_role("button", name="Save", exact=True).click(); page.get_by_role("listitem").filter(has_text="AP50").get_by_text("not reached").wait_for(state="attached")
    page.get_by_role("region", name="Slice by slice").scroll_into_view_if_needed(); streets.shot(page, f"explore-slices-{scheme}-{width}")
    assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Show them").click(); page.get_by_role("tab", name="Items", selected=True).wait_for()
    # To labelling, with the truth to begin with.
    page.get_by_role("button", name="hard ones").click(); counted(page, 2); page.get_by_role("button", name="Send to labelling").click()
    page.get_by_label("Project").select_option(label="Pictures"); page.get_by_label("Annotators begin with").select_option(label="nothing")
    streets.shot(page, f"explore-send-{scheme}-{width}"); assert axed(page) == []
    page.get_by_role("button", name="Send", exact=True).click(); page.get_by_text("2 tasks made").wait_for()
    assert [p for p in page.problems if "422" not in p] == []


def test_pictures_are_dropped_and_lines_with_labels_after_them(world, tmp_path):  # noqa: F811
    page = world.signed_in(); page.goto(f"{world.assay.url}#/explore"); page.get_by_role("button", name="New dataset").click()
    page.get_by_label("Name").fill("Dropped"); page.get_by_role("button", name="Make it").click(); page.get_by_role("heading", name="Dropped").wait_for()
    page.get_by_role("button", name="Add items").click(); world.shot(page, "explore-drop"); assert axed(page) == []
    files = {f"{n}.png": base64.b64encode(png(80 + n, 60)).decode() for n in range(5)} | {"broken.png": base64.b64encode(b"no image").decode()}
    page.evaluate("""(files) => {
      const data = new DataTransfer();
      for (const [name, text] of Object.entries(files)) data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
      document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }""", files)
    page.get_by_text("broken.png").wait_for(); world.shot(page, "explore-dropped"); page.get_by_role("button", name="Close", exact=True).click(); counted(page, 5)
    found = world.assay.send("GET", "/api/datasets", token=world.key)[1]["items"][0]
    items = world.assay.send("GET", f"/api/datasets/{found['id']}/items?sets=truth", token=world.key)[1]["items"]
    assert sorted((i["name"], i["width"]) for i in items) == [(f"{n}.png", 80 + n) for n in range(5)]
    (tmp_path / "items.jsonl").write_text(json.dumps({"name": "3.png", "labels": [{"class": "cat", "box": [1, 2, 30, 40]}]}) + "\n{\"labels\": []}\n")
    page.get_by_role("button", name="Add items").click(); page.locator(".drop input").set_input_files(str(tmp_path / "items.jsonl")); page.get_by_text("items.jsonl:2").wait_for(); page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("combobox", name="Query").fill("any(cat)"); page.keyboard.press("Escape"); page.keyboard.press("Enter"); counted(page, 1)
    # Lines of other tools, and those beside images, are a set of theirs.
    (tmp_path / "records.jsonl").write_text("".join(json.dumps({"text": f"Film {n}", "label": "good"}) + "\n" for n in range(3)))
    (tmp_path / "a.png").write_bytes(png(50, 40)); (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "weather": "rain"}\n')
    for names in (["records.jsonl"], ["a.png", "metadata.jsonl"]):
        page.get_by_role("button", name="Add items").click(); page.locator(".drop input").set_input_files([str(tmp_path / name) for name in names])
        page.get_by_role("dialog").wait_for(state="detached")
    for query, count in (("any(good)", 3), ("weather = rain", 1)):
        page.get_by_role("combobox", name="Query").fill(query); page.keyboard.press("Escape"); page.keyboard.press("Enter"); counted(page, count)
    assert [p for p in page.problems if "415" not in p and "422" not in p] == []


def test_on_a_phone_what_completes_a_query_does_not_cover_its_button(streets):
    page = streets.signed_in(width=390); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    page.get_by_role("combobox", name="Query").click(); page.keyboard.type("weather = r"); page.locator(".completion").first.wait_for()
    page.get_by_role("button", name="Find").click(timeout=5000); page.locator(".completion").first.wait_for(state="hidden")
    assert page.get_by_role("combobox", name="Query").input_value() == "weather = r"


def vectors():
    """Of each item; those with the same picture lie together."""
    return "\n".join(json.dumps({"name": f"street/{n:04}.png", "vector": [int(n % 4 == k) for k in range(4)] + [n / 260]}) for n in range(260))


def test_what_is_like_an_item_is_shown_and_all_as_a_map(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    page.get_by_role("tab", name="Map").click(); page.get_by_role("heading", name="No embeddings yet").wait_for(); assert axed(page) == []
    assert streets.assay.send("POST", f"/api/datasets/{streets.dataset}/vectors", vectors(), streets.key)[1] == {"stored": 260}
    page.get_by_role("tab", name="Items").click(); page.get_by_role("tab", name="Map").click(); page.get_by_role("img", name="260 items").wait_for(); page.wait_for_timeout(300)
    streets.shot(page, "explore-map"); assert axed(page) == []
    page.get_by_role("tab", name="Items").click(); page.get_by_role("option", name="street/0009.png").click(); page.get_by_role("button", name="Similar items").click()
    page.get_by_text("Similar to street/0009.png").wait_for(); page.locator(".item-tile").first.get_by_text("street/0009.png").wait_for(); page.get_by_role("option", name="street/0013.png").wait_for()
    streets.shot(page, "explore-similar"); assert axed(page) == []
    page.get_by_role("button", name="Clear").click(); page.get_by_role("option", name="street/0000.png").wait_for()
    assert [p for p in page.problems if "422" not in p] == []


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_what_lies_together_on_the_map_is_selected_and_sent(streets, scheme, width):
    assert streets.assay.send("POST", f"/api/datasets/{streets.dataset}/vectors", vectors(), streets.key)[1] == {"stored": 260}
    points = streets.assay.send("GET", f"/api/datasets/{streets.dataset}/map", token=streets.key)[1]["points"]
    page = streets.signed_in(scheme=scheme, width=width); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}?tab=map"); counted(page, 260)
    canvas = page.get_by_role("img", name="260 items"); canvas.wait_for(); page.wait_for_timeout(300)

    def drawn_round(some, *keys):
        """Draws a box round points with the pointer."""
        canvas.scroll_into_view_if_needed(); box = canvas.bounding_box(); half = min(box["width"], box["height"]) / 2
        place = lambda x, y: (box["x"] + box["width"] / 2 + x * .9 * half, box["y"] + box["height"] / 2 + y * .9 * half)
        xs, ys = [p[1] for p in some], [p[2] for p in some]; (left, top), (right, bottom) = place(min(xs), min(ys)), place(max(xs), max(ys))
        for key in keys: page.keyboard.down(key)
        page.mouse.move(left - 5, top - 5); page.mouse.down()
        for x, y in [(right + 5, top - 5), (right + 5, bottom + 5), (left - 5, bottom + 5)]: page.mouse.move(x, y, steps=4)
        page.mouse.up()
        for key in keys: page.keyboard.up(key)
    # Those with one picture, and all that lies where they do.
    def beside(k):
        own = [p for p in points if p[0] % 4 == k]; (x0, x1), (y0, y1) = [(min(p[a] for p in own), max(p[a] for p in own)) for a in (1, 2)]
        return own, {p[0] for p in points if x0 <= p[1] <= x1 and y0 <= p[2] <= y1}
    own, first = beside(0); other, second = beside(2)
    # With a key held it selects and adds; by the choice below the map it selects anew.
    drawn_round(own, "Shift"); page.get_by_text(f"{len(first)} selected").wait_for()
    drawn_round(other, "Shift"); page.get_by_text(f"{len(first | second)} selected").wait_for()
    streets.shot(page, f"explore-map-selected-{scheme}-{width}"); assert axed(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Select", exact=True).check(); drawn_round(own); page.get_by_text(f"{len(first)} selected").wait_for()
    # They are the ones that are selected among the items too, until something else is asked for.
    page.get_by_role("tab", name="Items").click(); page.get_by_role("option", name="street/0000.png", selected=True).wait_for(); page.get_by_text(f"{len(first)} selected").wait_for()
    page.get_by_role("tab", name="Map").click(); canvas.wait_for(); page.get_by_role("button", name="Send to labelling").click()
    page.get_by_text(f"{len(first)} items become tasks").wait_for(); page.get_by_label("Project").select_option(label="Pictures")
    page.get_by_role("button", name="Send", exact=True).click(); page.get_by_text(f"{len(first)} tasks made").wait_for()
    page.get_by_role("button", name="Clear", exact=True).click(); page.get_by_text("0 selected").wait_for(state="hidden")
    # A drag that moves selects nothing, and a click opens.
    page.get_by_label("Move", exact=True).check(); drawn_round(own); page.get_by_text(f"{len(first)} selected").wait_for(state="hidden")
    page.get_by_role("button", name="Show all").click(); canvas.scroll_into_view_if_needed(); box = canvas.bounding_box(); half = min(box["width"], box["height"]) / 2
    canvas.click(position={"x": box["width"] / 2 + own[0][1] * .9 * half, "y": box["height"] / 2 + own[0][2] * .9 * half}); page.get_by_role("heading", name="street/").wait_for()
    assert page.problems == []


def test_what_a_query_finds_is_frozen(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    page.get_by_role("combobox", name="Query").fill("weather = fog"); page.keyboard.press("Escape"); page.keyboard.press("Enter"); counted(page, 86)
    page.get_by_role("tab", name="Releases").click(); page.get_by_role("button", name="New release").click(); page.get_by_text("86 items are frozen, which this query finds: weather = fog").wait_for()
    page.get_by_label("Name").fill("Fog"); page.get_by_label("Take the images along").check(); page.get_by_role("dialog").get_by_label("Labels").select_option(label="Ground truth")
    page.get_by_role("button", name="Freeze it").click(); row = page.get_by_role("row", name="Fog"); row.get_by_text("completed").wait_for(); row.get_by_text("86").wait_for()
    streets.shot(page, "explore-releases"); assert axed(page) == []
    row.get_by_role("button", name="Files").click(); page.get_by_role("definition").filter(has_text="weather = fog").wait_for()
    # Many files lie in folders, which are opened.
    assert page.get_by_role("link").filter(has_text="images/").count() == 0
    page.get_by_role("dialog").get_by_text("images/street/", exact=True).click(); page.get_by_role("link", name="images/street/0002.png").wait_for()
    streets.shot(page, "explore-release-files"); assert axed(page) == []
    assert page.problems == []


def test_spans_that_differ_are_all_seen_and_a_duplicate_names_its_original(world):  # noqa: F811
    assay, key = world.assay, world.key; dataset = assay.send("POST", "/api/datasets", {"name": "Names"}, key)[1]["id"]
    span = lambda name, *ends: {"class": name, "span": [list(ends)]}
    truth = [{"name": "first", "text": "Ann met Bob Ross in Bonn", "labels": [span("PER", 0, 3), span("PER", 8, 16)]}, {"name": "again", "text": "Ann met Bob Ross in Bonn", "labels": []}]
    for path, lines in [("", truth), ("?set=m", [{"name": "first", "labels": [span("PER", 0, 3), span("LOC", 12, 24)]}])]:
        assert assay.send("POST", f"/api/datasets/{dataset}/items{path}", "\n".join(map(json.dumps, lines)), key, LINES)[0] == 200
    for scheme, width in [("light", 1280), ("dark", 390)]:
        page = world.signed_in(scheme=scheme, width=width); page.goto(f"{assay.url}#/explore/{dataset}"); counted(page, 2)
        page.get_by_role("option", name="first").click(); text = page.get_by_role("region", name="Text"); text.get_by_text("LOC").wait_for()
        marks = text.evaluate("(text) => [...text.querySelectorAll('mark')].map((mark) => [mark.textContent, mark.className.includes('predicted')])")
        assert marks == [["Ann PER PER", False], ["Ann PER PER", True], ["Bob ", False], ["Ross PER", False], ["Ross PER", True], [" in Bonn LOC", True]], marks
        world.shot(page, f"explore-spans-{scheme}-{width}"); assert axed(page) == []
        page.keyboard.press("ArrowRight"); page.get_by_role("button", name="first", exact=True).wait_for(); page.get_by_text("The same as").wait_for()
        world.shot(page, f"explore-original-{scheme}-{width}"); page.get_by_role("button", name="first", exact=True).click(); page.get_by_role("heading", name="first", exact=True).wait_for()
        assert page.problems == []


def test_the_grid_scrolls_through_all_and_keeps_little(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    page.get_by_role("option", name="street/0000.png").wait_for()
    page.locator(".item-grid").focus(); page.keyboard.press("End"); page.get_by_role("option", name="street/0259.png").wait_for()
    assert page.locator(".item-tile").count() < 60 and page.get_by_role("option", name="street/0259.png").get_attribute("aria-posinset") == "260"
    page.keyboard.press("Home"); page.get_by_role("option", name="street/0000.png").wait_for()
    assert page.problems == []


def test_long_names_and_many_classes_leave_room_on_a_telephone(world):  # noqa: F811
    assay, key = world.assay, world.key; long = "a class whose name goes on and on and on, for it says what it is"
    dataset = assay.send("POST", "/api/datasets", {"name": "Recordings of the crossing in the morning of the first week " * 2}, key)[1]["id"]
    classes = [long] + [f"sign {n}" for n in range(60)]
    box = lambda n: {"class": classes[n], "box": [20 * (n % 20), 20 * (n // 20), 15, 15]}
    wrong = lambda n: {**box(n), "class": classes[(n + 1) % 3] if n < 3 else classes[n], "score": .9}
    for path, label in [("", box), ("?set=model", wrong)]:
        assert assay.send("POST", f"/api/datasets/{dataset}/items{path}", json.dumps({"name": "a.png", "width": 640, "height": 480, "labels": [label(n) for n in range(61)]}), key, LINES)[0] == 200
    page = world.signed_in(width=390)
    page.goto(f"{assay.url}#/explore"); page.get_by_role("link", name="Recordings").wait_for()
    edge = lambda place: place.evaluate("element => element.getBoundingClientRect().right")
    assert edge(page.locator("td").last) <= 390
    world.shot(page, "explore-long-names-390")
    page.get_by_role("link", name="Recordings").click(); page.get_by_role("tab", name="Comparison").click()
    page.get_by_text("The 40 classes with the most errors").wait_for()
    table = page.locator(".confusion"); table.scroll_into_view_if_needed(); page.wait_for_timeout(300); world.shot(page, "explore-confusion-390")
    assert table.locator("tbody tr").count() == 40 and edge(table.locator("tbody td").nth(2)) <= 390
    assert table.locator("tbody tr").first.locator("th").get_attribute("title") == long
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and axed(page) == []


def test_what_was_looked_at_is_there_again_when_the_page_is_loaded_anew(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    box = page.get_by_label("Query", exact=True); box.fill('weather = rain and name ~ "/"'); box.press("Enter"); page.wait_for_function("() => location.hash.includes('query=weather')")
    box.fill("weather = rain"); box.press("Enter"); counted(page, 87)
    page.get_by_role("tab", name="Summary").click(); page.wait_for_function("() => location.hash.endsWith('?query=weather+%3D+rain&tab=summary')")
    page.reload(); page.get_by_role("tab", name="Summary", selected=True).wait_for(); assert page.get_by_label("Query", exact=True).input_value() == "weather = rain"
    page.get_by_role("tab", name="Items").click(); counted(page, 87)
    page.get_by_role("button", name="All", exact=True).click(); counted(page, 260); assert page.evaluate("location.hash") == f"#/explore/{streets.dataset}" and page.problems == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_grid_stays_where_it_is_when_something_is_chosen(streets, width):
    page = streets.signed_in(width=width); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    top = lambda: page.evaluate("document.querySelector('.item-grid').getBoundingClientRect().top - document.querySelector('h1').getBoundingClientRect().top")
    before = top(); page.locator(".item-grid").focus(); page.keyboard.press("Home"); page.keyboard.press("Space"); page.get_by_text("1 selected").wait_for(); assert top() == before; streets.shot(page, f"explore-chosen-{width}")
    page.get_by_role("button", name="Clear", exact=True).click(); page.get_by_text("1 selected").wait_for(state="hidden"); assert top() == before


def test_what_comes_late_is_not_shown_over_what_was_asked_since(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260); held = []
    page.route(lambda url: "/items?" in url and "fog" in url, lambda route: held.append(route))
    query = page.get_by_role("combobox", name="Query")
    query.fill("weather = fog"); page.keyboard.press("Escape"); page.keyboard.press("Enter")
    for _ in range(100):
        if held: break
        page.wait_for_timeout(20)
    query.fill("weather = sun"); page.keyboard.press("Escape"); page.keyboard.press("Enter"); counted(page, 87); held[0].continue_(); page.wait_for_timeout(400)
    assert page.get_by_text("87 items", exact=True).first.is_visible() and page.get_by_role("option", name="street/0000.png").count() == 1
    # Likewise a view that takes longer than the one chosen after it.
    page.unroute_all(); later = []; page.route("**/comparison**", lambda route: later.append(route))
    page.get_by_role("tab", name="Comparison").click(); page.get_by_text("Working it out…").wait_for(); streets.shot(page, "explore-waits")
    page.get_by_role("tab", name="Summary").click(); page.get_by_role("heading", name="Labels by class").wait_for()
    for route in later: route.continue_()
    page.wait_for_timeout(600); assert page.get_by_role("heading", name="Labels by class").is_visible() and later


def test_an_item_closes_with_its_page(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore"); page.get_by_role("link", name="Streets").click(); counted(page, 260)
    page.get_by_role("option", name="street/0001.png").click(); page.get_by_role("heading", name="street/0001.png").wait_for()
    page.go_back(); page.get_by_role("heading", name="Datasets").wait_for(); page.wait_for_timeout(200); assert page.locator("dialog").count() == 0


def test_a_release_asks_only_for_what_it_needs_and_tells_of_parts_without_items(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}?tab=releases"); page.get_by_role("button", name="New release").click()
    shard, group = page.get_by_label("Samples in a shard, at most"), page.get_by_label("Metadata field that groups items")
    assert not shard.is_visible() and not group.is_visible()
    page.get_by_label("WebDataset").check(); assert shard.is_visible(); page.get_by_label("Divided").select_option("group"); assert group.is_visible(); streets.shot(page, "explore-release-form")
    page.get_by_label("Name").fill("By weather"); group.fill("weather"); shard.fill("50"); page.get_by_label("Percent for val").fill("1"); page.get_by_label("Percent for test").fill("1"); page.get_by_label("Percent for train").fill("98")
    page.get_by_role("button", name="Freeze it").click(); row = page.get_by_role("row", name="By weather"); row.get_by_text("completed").wait_for()
    row.get_by_text("no item came into val, test").wait_for(); row.get_by_role("button", name="Files").click(); page.get_by_role("link", name="webdataset/train-000005.tar").wait_for()
    assert page.problems == []


def test_a_new_dataset_says_what_to_do(world):  # noqa: F811
    status, made = world.assay.send("POST", "/api/datasets", {"name": "Empty"}, world.key); page = world.signed_in()
    page.goto(f"{world.assay.url}#/explore/{made['id']}"); page.get_by_text("Nothing is in it yet: add items.").wait_for(); page.get_by_role("tab", name="Summary").click(); page.get_by_text("Working it out…").wait_for(state="detached")
    page.wait_for_timeout(300); assert page.get_by_role("alert").filter(visible=True).count() == 0 and page.problems == []


def test_a_tab_that_was_signed_out_elsewhere_goes_on_where_it_was(streets):
    page = streets.signed_in(); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    other = page.context.new_page(); other.goto(streets.assay.url); other.get_by_role("button", name="Sign out").click(); other.get_by_label("Email").wait_for()
    page.get_by_role("tab", name="Summary").click(); page.get_by_text("Your sign-in has ended").wait_for()
    # Put aside, it is asked again.
    page.keyboard.press("Escape"); playwright.expect(page.locator(".sign-in")).to_have_count(0)
    page.get_by_role("tab", name="Map").click(); page.get_by_text("Your sign-in has ended").wait_for(); page.keyboard.press("Escape")
    page.get_by_role("tab", name="Summary").click(); page.get_by_label("Email").fill("me@x.org"); page.get_by_label("Password").fill(PASSWORD); page.keyboard.press("Enter")
    page.get_by_role("heading", name="Labels by class").wait_for(); assert page.get_by_text("This needs a session").count() == 0


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_what_is_refused_stays_open_with_what_was_written(streets, scheme, width):
    streets.assay.send("POST", f"/api/datasets/{streets.dataset}/slices", {"name": "hard", "query": "weather = fog"}, streets.key)
    page = streets.signed_in(scheme=scheme, width=width); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
    page.locator(".item-grid").focus(); page.keyboard.press("Home"); page.keyboard.press("Space"); page.get_by_role("button", name="Save as slice").click()
    page.get_by_label("Name").fill("hard"); page.keyboard.press("Enter"); page.get_by_role("dialog").get_by_role("alert").filter(has_text="hard").wait_for()
    assert page.get_by_label("Name").input_value() == "hard"; streets.shot(page, f"explore-refused-{scheme}-{width}"); assert axed(page) == []
    page.get_by_label("Name").fill("harder"); page.keyboard.press("Enter"); page.get_by_role("button", name="harder").click(); counted(page, 1)


def test_a_class_has_one_colour_whatever_is_looked_at_first(streets):
    found = streets.assay.send("GET", f"/api/datasets/{streets.dataset}", token=streets.key)[1]["classes"]; assert sorted(found) == ["car", "person", "traffic sign"]
    page = streets.signed_in()
    colours = "() => Object.fromEntries([...document.querySelectorAll('.share-bar')].map((bar) => [bar.textContent, bar.querySelector('i').style.background]))"

    def seen(first):
        page.goto("about:blank"); page.goto(f"{streets.assay.url}#/explore/{streets.dataset}"); counted(page, 260)
        if first: page.get_by_role("tab", name=first).click(); page.wait_for_timeout(1000)
        page.get_by_role("tab", name="Summary").click(); page.get_by_role("heading", name="Labels by class").wait_for(); return page.evaluate(colours)
    alone = seen(None); assert alone and seen("Comparison") == alone
    page.get_by_role("combobox", name="Query").fill("count(person) > 1"); page.keyboard.press("Escape"); page.keyboard.press("Enter"); page.wait_for_timeout(1000)
    assert seen(None) == alone


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390)])
def test_what_is_selected_is_taken_out(streets, scheme, width):
    page = streets.signed_in(scheme=scheme, width=width); page.goto(f"{streets.assay.url}#/explore"); page.get_by_role("link", name="Streets").click(); counted(page, 260)
    page.get_by_role("option", name="street/0000.png").wait_for(); page.locator(".item-grid").focus(); page.keyboard.press("Home"); page.keyboard.press("Space"); page.keyboard.press("ArrowRight"); page.keyboard.press("Space")
    page.get_by_text("2 selected").wait_for(); page.wait_for_timeout(300); streets.shot(page, f"explore-selected-{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Take out").click(); page.get_by_text("2 items go with their labels").wait_for(); page.wait_for_timeout(300); streets.shot(page, f"explore-take-out-{scheme}-{width}")
    assert axed(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Take out").click(); page.get_by_text("2 items taken out").wait_for(); counted(page, 258)
    page.get_by_role("option", name="street/0002.png").wait_for(); assert page.get_by_role("option", name="street/0000.png").count() == 0
    assert streets.assay.send("GET", f"/api/datasets/{streets.dataset}", token=streets.key)[1]["items"] == 258

"""A manager freezes a release in the browser, opens its files, and exports in a format of another tool."""
import urllib.error, urllib.request
import pytest

from test_browser import browser, playwright, world  # noqa: F401
from test_releases import answered


@pytest.mark.parametrize("scheme,width", [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)])
def test_a_manager_freezes_a_release_and_opens_its_files(world, scheme, width):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    clean = lambda p: [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe.run(p).response["violations"]]  # noqa: E731
    assay = world.assay
    assay.load(world.key, world.texts, [answered(i) for i in range(20)])
    page = world.signed_in(scheme=scheme, width=width); page.goto(f"{assay.url}#/manage/{world.texts}")
    page.get_by_role("button", name="New release").click()
    page.get_by_label("Name").fill("Autumn"); page.get_by_label("Percent for val").fill("0"); page.get_by_label("Percent for test").fill("20")
    page.get_by_label("doccano").check()
    # What does not come to 100 is said before anything that was filled in is gone.
    train = page.get_by_label("Percent for train"); train.fill("90"); page.get_by_role("button", name="Freeze it").click()
    assert "110" in train.evaluate("(input) => input.validationMessage") and page.get_by_label("Name").input_value() == "Autumn"
    train.fill("80")
    world.shot(page, f"release-new-{scheme}-{width}")
    assert clean(page) == []
    page.get_by_role("button", name="Freeze it").click()
    row = page.get_by_role("row", name="Autumn"); row.get_by_text("completed").wait_for()
    world.shot(page, f"release-list-{scheme}-{width}")
    assert clean(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    row.get_by_role("button", name="Files").click()
    page.get_by_role("link", name="doccano/train.jsonl").wait_for()
    world.shot(page, f"release-files-{scheme}-{width}")
    assert clean(page) == []
    with page.expect_download() as file: page.get_by_role("link", name="train.jsonl", exact=True).first.click()
    assert len(open(file.value.path(), encoding="utf-8").read().splitlines()) > 5
    # Nothing is open to others until an address is made, and none is once it has ended.
    assert assay.send("GET", f"/api/projects/{world.texts}/releases", token=world.key)[1]["items"][0]["state"] == "completed" and page.get_by_text("open until").count() == 0
    addresses = []
    for _ in range(2):
        page.get_by_role("button", name="Make an address").click(); page.wait_for_function("(known) => !known.includes(document.querySelector('dialog input[readonly]')?.value ?? known[0] ?? '')", arg=addresses)
        addresses.append(page.get_by_label("Address", exact=True).input_value())
    world.shot(page, f"release-addresses-{scheme}-{width}"); assert clean(page) == []
    for address in addresses:
        with urllib.request.urlopen(address + "train.jsonl") as lines: assert len(lines.read().splitlines()) > 5
    page.get_by_role("button", name="End this address").first.click(); page.get_by_text("open until").nth(1).wait_for(state="detached")
    with pytest.raises(urllib.error.HTTPError) as ended: urllib.request.urlopen(addresses[1] + "train.jsonl")
    assert ended.value.code == 410
    address = addresses[0]
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_label("Another format").select_option(label="doccano JSONL")
    with page.expect_download() as file: page.get_by_role("link", name="DOCCANO").first.click()
    assert "text 1 " in open(file.value.path(), encoding="utf-8").read()
    row.get_by_role("button", name="Files").click(); page.get_by_role("button", name="Take away").click()
    page.get_by_role("heading", name="Take Autumn away").wait_for()
    world.shot(page, f"release-away-{scheme}-{width}")
    assert clean(page) == []
    page.get_by_role("button", name="Take away").click()
    row.wait_for(state="detached")
    with pytest.raises(urllib.error.HTTPError) as gone: urllib.request.urlopen(address + "train.jsonl")
    assert gone.value.code == 410 and page.problems == []


def test_only_what_a_role_may_do_with_releases_is_offered(world):  # noqa: F811
    assay = world.assay; dataset = assay.send("POST", "/api/datasets", {"name": "Streets"}, world.key)[1]["id"]
    made = assay.send("POST", f"/api/projects/{world.texts}/releases", {"name": "Empty"}, world.key)[1]
    assert assay.send("GET", f"/api/releases/{made['id']}?wait=60", token=world.key)[1]["state"] == "failed"
    assay.load(world.key, world.texts, [answered(i) for i in range(20)])
    made = assay.send("POST", f"/api/projects/{world.texts}/releases", {"name": "Autumn"}, world.key)[1]
    assert assay.send("GET", f"/api/releases/{made['id']}?wait=60", token=world.key)[1]["state"] == "completed"
    offered = {"admin": (1, 1, 1), "manager": (1, 1, 0), "reviewer": (0, 0, 0)}
    for role, (makes, opens, takes) in offered.items():
        assay.user(f"{role}@x.org", role=role)
        page = world.signed_in(f"{role}@x.org"); page.goto(f"{assay.url}#/manage/{world.texts}"); page.get_by_role("row", name="Autumn").wait_for()
        assert page.get_by_role("button", name="New release").count() == makes and page.get_by_role("button", name="Files").count() == opens
        assert page.get_by_role("row", name="Empty").get_by_role("button", name="Take away").count() == takes
        if opens:
            page.get_by_role("button", name="Files").click(); page.get_by_role("dialog").get_by_role("link", name="all.jsonl").or_(page.get_by_role("link", name="train.jsonl")).first.wait_for()
            assert page.get_by_role("dialog").get_by_role("button", name="Take away").count() == takes
        page.goto(f"{assay.url}#/explore"); page.get_by_role("link", name="Streets").wait_for()
        assert page.get_by_role("button", name="New dataset").count() == makes and page.problems == []

"""Images as cameras and scanners make them, and those that cannot be shown."""
import io, struct, zlib
import pytest

from test_browser import World, browser, open_project, playwright, png, pytestmark, ready, world  # noqa: F401
from test_browser_shapes import near, place, pull

Image = pytest.importorskip("PIL.Image")
BOXES = {"classes": [{"name": "thing", "kind": "box"}]}


def encoded(image, kind, **options):
    data = io.BytesIO(); image.save(data, kind, **options); return data.getvalue()


def corners(size=(400, 300)):
    """Red at the top left, the rest dark."""
    image = Image.new("RGB", size, (30, 40, 50)); image.paste((250, 20, 20), (0, 0, 100, 75)); return image


def broken():
    """A PNG of sound structure whose pixels cannot be decompressed."""
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)) + chunk(b"IDAT", b"\x78\x9c" + b"\xff" * 400) + chunk(b"IEND", b"")


def sixteen_bit():
    rows = b"".join(b"\0" + b"".join(struct.pack(">HHH", x * 160, y * 210, 9000) for x in range(400)) for y in range(300))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 300, 16, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def turned():
    """Stored lying on its side, with the word of EXIF that it is to be turned upright."""
    exif = Image.Exif(); exif[0x0112] = 6
    return encoded(corners().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize("name,data", [("exif", turned), ("cmyk", lambda: encoded(corners().convert("CMYK"), "JPEG", quality=95)),
                                       ("16 bit", sixteen_bit), ("grey with alpha", lambda: encoded(corners().convert("LA"), "PNG")),
                                       ("webp", lambda: encoded(corners(), "WEBP"))])
def test_a_box_lies_on_the_pixels_that_are_seen(world, name, data):  # noqa: F811
    project = world.assay.project(world.key, name="Formats", ontology=BOXES)
    world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, data())}])
    page = world.signed_in(); open_project(page, "Formats"); ready(page)
    assert page.evaluate("(() => { const e = document.querySelector('image-editor'); return [e.width, e.height]; })()") == [400, 300]
    at = place(page); pull(page, at, (0, 0), (100, 75))
    seen = page.evaluate("""() => { const c = new OffscreenCanvas(400, 300).getContext('2d', { willReadFrequently: true }); c.drawImage(document.querySelector('.picture'), 0, 0);
        return [...c.getImageData(50, 40, 1, 1).data, ...c.getImageData(300, 200, 1, 1).data]; }""")
    if name in ("exif", "cmyk", "webp"): assert seen[0] > 180 and seen[1] < 90 and seen[4] < 90, seen
    if name == "16 bit": assert abs(seen[0] - 50 * 160 / 257) < 3 and abs(seen[5] - 200 * 210 / 257) < 3, seen
    page.keyboard.press("Control+Enter")
    found = world.sent_answers(page, project)[0]["annotations"]
    assert near(found[0]["box"], (0, 0, 100, 75)) and page.problems == []


def test_a_broken_image_fails_its_task_and_not_the_page(world):  # noqa: F811
    project = world.assay.project(world.key, name="Broken", ontology=BOXES)
    world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, broken(), name="scan.png"), "unique_id": "bad"}, {"image": world.assay.upload(world.key, png())}])
    page = world.signed_in(); open_project(page, "Broken")
    page.get_by_text("cannot be decoded").wait_for(); ready(page)
    at = place(page); pull(page, at, (10, 10), (60, 60)); page.keyboard.press("Control+Enter")
    assert len(world.sent_answers(page, project)) == 1
    page.goto(f"{world.assay.url}#/manage/{project}")
    page.get_by_text("The image “scan.png” cannot be shown: its pixel data cannot be decompressed.").wait_for()
    tasks = world.assay.send("GET", f"/api/projects/{project}/tasks?status=failed", token=world.key)[1]["items"]
    assert [t["unique_id"] for t in tasks] == ["bad"]
    world.shot(page, "manage-failed")


def test_what_the_server_cannot_tell_needs_a_second_browser(world):  # noqa: F811
    """A JPEG of sound structure without one sound pixel."""
    head = encoded(corners(), "JPEG", quality=60); start = head.index(b"\xff\xda")
    data = head[:start] + b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + b"\x55" * 60 + b"\xff\xd9"
    project = world.assay.project(world.key, name="Doubtful", ontology=BOXES)
    world.assay.load(world.key, project, [{"image": world.assay.upload(world.key, data)}])
    lease = lambda who: world.assay.send("POST", f"/api/work/{project}/leases", {"count": 1}, token=who)[1]
    first, second = world.assay.signed_in("me@x.org"), world.assay.signed_in("w@x.org")
    one = lease(first)["leases"][0]["id"]
    assert world.assay.send("POST", f"/api/work/{project}/leases/{one}/unreadable", {}, token=first) == (200, {"failed": False})
    two = lease(second)["leases"][0]["id"]
    assert world.assay.send("POST", f"/api/work/{project}/leases/{two}/unreadable", {}, token=second) == (200, {"failed": True})
    assert world.assay.send("POST", f"/api/work/{project}/leases/{two}/unreadable", {}, token=second)[0] == 409

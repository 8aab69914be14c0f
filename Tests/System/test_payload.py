"""What a browser is sent before the first task: compressed, and within the budget."""
import gzip, http.client, os, re
from conftest import PASSWORD, ROOT
from test_browser import World, browser, playwright, pytestmark, world  # noqa: F401

BUDGET = 300_000


def fetch(assay, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", assay.port, timeout=30)
    connection.request("GET", path, headers=headers); response = connection.getresponse()
    return response, response.read()


def test_files_come_as_gzip_to_whoever_takes_it(assay):
    assay.start()
    prefix = re.search(r"/a/\w+", fetch(assay, "/")[1].decode()).group()
    names = [os.path.relpath(os.path.join(folder, name), os.path.join(ROOT, "Workbench")) for folder, _, names in os.walk(os.path.join(ROOT, "Workbench"))
             for name in names if not folder.endswith("types")]
    for name in [*names, "kernel.wasm"]:
        if name == "index.html": continue
        plain, body = fetch(assay, f"{prefix}/{name}")
        packed, small = fetch(assay, f"{prefix}/{name}", **{"Accept-Encoding": "br;q=1, gzip;q=0.8"})
        assert plain.getheader("Content-Encoding") is None and packed.getheader("Content-Encoding") == "gzip"
        assert gzip.decompress(small) == body and packed.getheader("Vary") == "Accept-Encoding" and "immutable" in packed.getheader("Cache-Control")
    assert fetch(assay, f"{prefix}/main.js", **{"Accept-Encoding": "gzip;q=0"})[0].getheader("Content-Encoding") is None


def test_the_first_task_needs_less_than_the_budget(world):  # noqa: F811
    """A page that goes straight to a task, in a language with a catalogue of its own."""
    page = world.page(context=world.browser.new_context(locale="ar-EG"))
    page.goto(world.assay.url); page.locator("input[name=email]").fill("me@x.org"); page.locator("input[name=password]").fill(PASSWORD); page.keyboard.press("Enter")
    page.locator("article").first.wait_for(); page.goto(f"{world.assay.url}#/work/{world.images}"); page.reload()
    page.locator("image-editor[data-ready]").wait_for(); page.wait_for_timeout(500)
    sizes = page.evaluate("performance.getEntriesByType('resource').filter((e) => e.name.includes('/a/')).map((e) => [e.name.split('/a/')[1], e.encodedBodySize])")
    total = sum(size for _, size in sizes)
    assert len(sizes) > 30 and any(name.endswith("kernel.wasm") for name, _ in sizes) and any(name.endswith("words/ar.js") for name, _ in sizes)
    print(f"workbench: {total} bytes compressed in {len(sizes)} files")
    assert total < BUDGET, sorted(sizes, key=lambda one: -one[1])[:8]

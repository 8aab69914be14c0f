"""Ten thousand shapes on an image: the frames hold, loosely here; scripts/bench/workbench.py prints the figures."""
import sys
import conftest

from test_browser import World, browser, playwright, pytestmark, world  # noqa: F401
sys.path.insert(0, conftest.ROOT + "/scripts/bench")
import workbench


def test_ten_thousand_shapes_pan_zoom_and_change_without_a_stop(world):  # noqa: F811
    page = workbench.crowd(world)
    assert page.locator(".object").count() < 60  # only the rows that can be seen
    frames, (hand, painted) = workbench.measure(page)
    for name, (median, _, _) in frames.items(): assert median < 50, (name, frames)
    assert hand < 500 and painted < 1500, (hand, painted)
    # The crowd is really there: a picture of it, in the colours of its classes.
    colored = page.evaluate("""() => { const c = document.querySelector('canvas.crowd'); const copy = new OffscreenCanvas(c.width, c.height).getContext('2d');
        copy.drawImage(c, 0, 0); const data = copy.getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < data.length; i += 4) if (data[i] > 100) n += 1; return n; }""")
    assert colored > 20000
    world.shot(page, "crowd")
    assert page.problems == []

"""Laws of the workbench's plain modules, in the Node that Playwright brings."""
import pathlib, random, subprocess
import pytest
import conftest

playwright = pytest.importorskip("playwright")
NODE = pathlib.Path(playwright.__file__).parent / "driver/node"


def test_undo_takes_back_what_was_done_and_the_journal_leads_from_answer_to_answer():
    seed = random.randrange(2**31)
    done = subprocess.run([NODE, "Tests/System/journal_law.mjs", conftest.ROOT, str(seed)], cwd=conftest.ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "held" in done.stdout, (seed, done.stdout, done.stderr)

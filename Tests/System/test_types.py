"""The workbench's types, as its comments say them, hold."""
import os, shutil, subprocess
import pytest
import conftest

needs_tsc = pytest.mark.skipif(not shutil.which("tsc"), reason="tsc is not installed")


def check(project):
    done = subprocess.run(["tsc", "-p", project], cwd=conftest.ROOT, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout


@needs_tsc
def test_the_workbench_has_no_type_error():
    status, said = check("jsconfig.json")
    assert status == 0, said


@needs_tsc
def test_canary_a_type_error_is_found(tmp_path):
    (tmp_path / "bad.js").write_text("/** @param {number} x */\nconst half = (x) => x.length;\nhalf(\"a\");\n")
    config = open(os.path.join(conftest.ROOT, "jsconfig.json")).read().replace('"Workbench/**/*.js", "Workbench/types/*.d.ts"', '"*.js"')
    (tmp_path / "jsconfig.json").write_text(config)
    status, said = check(str(tmp_path / "jsconfig.json"))
    assert status != 0 and "TS2339" in said and "TS2345" in said

"""`afterglow report --by`: one report per part, each failing alone, the same for any number of jobs."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from support.command import START, environment, files_in, hear_interrupts, process
from support.two_sites import SITES, raw_study, write_study

SOUTH_DIES = """
import os, sys
from afterglow.cli import app, batch
write = batch.write_member
def write_member(task):
    if task.member.label == "south":
        os._exit(9)
    return write(task)
write_member.__module__ = batch.__name__
batch.write_member = write_member
if __name__ == "__main__":
    sys.exit(app.main())
"""


def batch(plan, *options):
    return process("report", plan, "-o", "out", "--by", "site_id", *options, cwd=plan.parent)


def with_switch(site: str):
    """The two sites, one of which holds a cause that competes with relapse."""
    raw = raw_study(SITES)
    subject = next(
        s for s, at in zip(*[raw["subjects"][c] for c in ("subject_id", "site_id")]) if at == site
    )
    raw["events"] = {"subject_id": [subject], "day": [20.0], "event": ["switch"]}
    return raw


def test_one_report_per_site_and_a_page_that_lists_them(tmp_path):
    plan = write_study(tmp_path)
    ended = batch(plan)
    assert (ended.code, ended.out, ended.err) == (0, "out/index.html\n", "")
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"#]+)"', index) == ["north/index.html", "south/index.html"]
    page = (tmp_path / "out" / "north" / "index.html").read_text(encoding="utf-8")
    assert "site_id = north" in page
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["outputs"]) == set(files_in(tmp_path / "out")) - {"manifest.json"}


def test_small_sites_are_pooled(tmp_path):
    plan = write_study(tmp_path, raw_study({"north": 6, "east": 2, "west": 4}))
    assert batch(plan).code == 0
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "pooled sites (east, west)" in index
    assert re.search(r"those with fewer than \d+ subjects are pooled", index)
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == [
        "north",
        "pooled-sites",
    ]


def test_a_page_of_large_sites_does_not_speak_of_pooling(tmp_path):
    assert batch(write_study(tmp_path)).code == 0
    assert "pooled" not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_the_number_of_jobs_changes_no_byte(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, jobs in zip(folders, ("1", "2")):
        assert batch(write_study(folder), "--jobs", jobs).code == 0
    names = files_in(folders[0] / "out")
    assert names == files_in(folders[1] / "out")
    for name in names:
        assert (folders[0] / "out" / name).read_bytes() == (folders[1] / "out" / name).read_bytes()


def test_a_failing_site_fails_alone(tmp_path):
    plan = write_study(tmp_path, with_switch("south"))
    ended = batch(plan, "--jobs", "2")
    assert ended.code == 7
    assert ended.out == ""
    assert ended.err == (
        "Error: 1 of 2 reports could not be made; out/index.html says why. "
        "The others are complete.\n"
    )
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"#]+)"', index) == ["north/index.html"]
    assert "relapse_free" in index
    assert "Traceback" not in index
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "index.html",
        "manifest.json",
        "north",
    ]


def test_a_process_that_dies_takes_no_other_report_with_it(tmp_path):
    script = tmp_path / "dies.py"
    script.write_text(SOUTH_DIES)
    plan = write_study(tmp_path)
    ended = subprocess.run(
        [sys.executable, script, "report", plan, "-o", "out", "--by", "site_id", "--jobs", "2"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 7, ended.stderr
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "its process ended unexpectedly" in index
    assert (tmp_path / "out" / "north" / "index.html").exists()


@pytest.mark.parametrize("whole_group", [True, False], ids=["ctrl-c", "one signal"])
def test_an_interrupted_batch_leaves_nothing_and_nobody(whole_group, tmp_path):
    plan = write_study(tmp_path)
    before = files_in(tmp_path)
    running = subprocess.Popen(
        [sys.executable, "-c", START, "report", plan, "-o", "out", "--by", "site_id"],
        preexec_fn=hear_interrupts,
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: list(tmp_path.glob(".out-*")))
    if whole_group:
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert err == "Interrupted. Nothing half-written is left.\n"
    assert files_in(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "study.toml"]
    wait_for(lambda: not group_lives(running.pid))


def group_lives(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)

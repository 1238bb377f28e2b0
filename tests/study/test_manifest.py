"""The manifest identifies a run, and nothing else: no clock, no path, no user."""

import getpass
import hashlib
import json
import re

from afterglow.study.manifest import (
    LIBRARIES,
    MANIFEST,
    listed_outputs,
    make_manifest,
    versions,
    write_manifest,
)
from afterglow.version import VERSION

CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}:\d{2}")


def written(folder):
    (folder / "tables").mkdir()
    (folder / "tables" / "one.csv").write_bytes(b"a,b\n1,2\n")
    (folder / "index.html").write_bytes(b"<html>")
    manifest = make_manifest(
        folder,
        command="report",
        plan_text='title = "x"\n',
        seed=7,
        data={"scores.csv": "b" * 64, "cohort.toml": "a" * 64},
        internal=True,
    )
    write_manifest(folder, manifest)
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def test_it_holds_hashes_versions_and_seed(tmp_path):
    manifest = written(tmp_path)
    assert manifest["seed"] == 7
    assert manifest["plan"] == hashlib.sha256(b'title = "x"\n').hexdigest()
    assert list(manifest["data"]) == ["cohort.toml", "scores.csv"]
    assert manifest["outputs"] == {
        "index.html": hashlib.sha256(b"<html>").hexdigest(),
        "tables/one.csv": hashlib.sha256(b"a,b\n1,2\n").hexdigest(),
    }
    assert manifest["versions"]["afterglow"] == VERSION
    assert set(manifest["versions"]) == {"afterglow", "python", *LIBRARIES}
    assert manifest["internal"] is True


def test_it_holds_no_clock_no_path_and_no_user(tmp_path):
    text = json.dumps(written(tmp_path))
    assert not CLOCK.search(text)
    assert str(tmp_path) not in text
    assert getpass.getuser() not in re.sub(r"[0-9a-f]{64}", "", text)


def test_a_second_run_gives_the_same_bytes(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        written(folder)
    assert (folders[0] / MANIFEST).read_bytes() == (folders[1] / MANIFEST).read_bytes()


def test_a_folder_of_ours_is_known_by_it(tmp_path):
    assert listed_outputs(tmp_path) is None
    written(tmp_path)
    assert listed_outputs(tmp_path) == {MANIFEST, "index.html", "tables/one.csv"}
    for other in ("[]", '{"program": "other"}', "no json"):
        (tmp_path / MANIFEST).write_text(other)
        assert listed_outputs(tmp_path) is None


def test_versions_are_those_installed():
    import numpy as np

    assert versions()["numpy"] == np.__version__

"""An output folder appears whole or not at all, and replaces nothing that is not ours."""

import os
from pathlib import Path

import pytest

from afterglow.errors import UsageError
from afterglow.whole_folder import check_target, whole_folder, wrote_nothing


def ours(_: Path) -> set[str]:
    return {"result.csv", "sub/part.csv"}


def earlier(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("earlier")
    return folder


def write(target: Path, text: str = "new") -> None:
    with whole_folder(target, ours) as folder:
        (folder / "result.csv").write_text(text)


def fail_midway(target: Path, error: type[BaseException]) -> None:
    with whole_folder(target, ours) as folder:
        (folder / "result.csv").write_text("half")
        raise error


def everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("target", ["new", "deep/er/new", "empty"])
def test_a_new_folder_holds_what_was_written(target, tmp_path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / target)
    assert (tmp_path / target / "result.csv").read_text() == "new"
    left = {path.parts[0] for path in map(Path, everything_in(tmp_path))}
    assert left == {"empty", Path(target).parts[0]}


def test_an_earlier_folder_is_replaced_as_a_whole(tmp_path):
    target = earlier(tmp_path / "out", "result.csv", "sub/part.csv")
    write(target)
    assert everything_in(tmp_path) == ["out", "out/result.csv"]
    assert (target / "result.csv").read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("names", [(), ("result.csv",)], ids=["new", "earlier"])
def test_a_failure_leaves_things_as_they_were(error, names, tmp_path):
    earlier(tmp_path / "out", *names)
    before = everything_in(tmp_path)
    with pytest.raises(error):
        fail_midway(tmp_path / "out", error)
    assert everything_in(tmp_path) == before
    assert [(tmp_path / "out" / name).read_text() for name in names] == ["earlier"] * len(names)


def test_a_failing_rename_puts_the_earlier_folder_back(tmp_path, monkeypatch):
    target = earlier(tmp_path / "out", "result.csv")
    rename = Path.rename

    def fails(self, to):
        if self.name == "out" and self.parent != tmp_path:
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        write(target)
    assert everything_in(tmp_path) == ["out", "out/result.csv"]
    assert (target / "result.csv").read_text() == "earlier"


@pytest.mark.parametrize(
    ("names", "wrote", "says"),
    [
        (("mine.txt",), ours, "holds a file that"),
        (("result.csv", "mine.txt", "more/mine.txt"), ours, "holds 2 files that"),
        (("result.csv",), wrote_nothing, "holds a file that"),
    ],
)
def test_a_folder_with_other_files_is_refused(names, wrote, says, tmp_path):
    target = earlier(tmp_path / "out", *names)
    before = everything_in(tmp_path)
    with pytest.raises(UsageError, match=says), whole_folder(target, wrote):
        pytest.fail("the block must not run")
    assert everything_in(tmp_path) == before


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        check_target(tmp_path / "file", ours)
    with pytest.raises(UsageError, match="lies in a file"):
        check_target(tmp_path / "file" / "out", ours)


def test_the_folder_one_is_in_is_refused(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    for target in (Path("."), tmp_path):
        with pytest.raises(UsageError, match="the folder you are in"):
            check_target(target, ours)


def test_a_read_only_folder_is_refused(tmp_path, monkeypatch):
    # Root may write everywhere, so the system's answer is simulated rather than the folder.
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(UsageError, match="its parent folder is read-only"):
        write(tmp_path / "out")
    assert everything_in(tmp_path) == []


def test_a_full_disk_is_told_without_a_trace(tmp_path):
    with pytest.raises(UsageError, match="No space left"), whole_folder(tmp_path / "out", ours):
        raise OSError(28, "No space left on device")
    assert everything_in(tmp_path) == []


def test_a_link_to_a_folder_is_followed(tmp_path):
    earlier(tmp_path / "real", "result.csv")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    write(tmp_path / "link")
    assert (tmp_path / "real" / "result.csv").read_text() == "new"
    assert (tmp_path / "link").is_symlink()


def test_the_folder_has_the_permissions_of_any_new_folder(tmp_path):
    write(tmp_path / "out")
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode

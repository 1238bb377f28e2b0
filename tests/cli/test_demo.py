"""`afterglow demo` gives the cohort and plan that ship, from the sources and from a wheel."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.command import ROOT, command, files_in

SHIPPED = ROOT / "data" / "demo"
PLAN = ROOT / "analysis" / "plans" / "demo.toml"


def test_the_data_are_those_that_ship_byte_for_byte(tmp_path, capsys):
    ended = command(capsys, "demo", tmp_path / "demo")
    assert (ended.code, ended.err) == (0, "")
    assert files_in(tmp_path / "demo" / "data") == files_in(SHIPPED)
    for name in files_in(SHIPPED):
        assert (tmp_path / "demo" / "data" / name).read_bytes() == (SHIPPED / name).read_bytes()


def test_the_plan_differs_only_in_the_path_of_its_data(tmp_path, capsys):
    command(capsys, "demo", tmp_path / "demo")
    ours = PLAN.read_text(encoding="utf-8").splitlines()
    copied = (tmp_path / "demo" / "demo.toml").read_text(encoding="utf-8").splitlines()
    assert len(ours) == len(copied)
    assert [new for old, new in zip(ours, copied) if old != new] == [
        'path = "data" # from the folder of this file'
    ]


def test_the_copy_can_be_checked_at_once(tmp_path, capsys):
    ended = command(capsys, "demo", tmp_path / "demo")
    assert f"Next: afterglow check {tmp_path / 'demo' / 'demo.toml'}" in ended.out
    checked = command(capsys, "check", tmp_path / "demo" / "demo.toml")
    assert (checked.code, checked.err) == (0, "")
    assert "subjects   used   rows used" in checked.out


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    built = tmp_path_factory.mktemp("wheel")
    source = copied_source(tmp_path_factory.mktemp("source"))
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(source))
    return next(built.glob("*.whl"))


def copied_source(folder: Path) -> Path:
    """Building leaves files behind, so that it works on a copy."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "analysis", folder / "analysis", ignore=ignored, symlinks=True)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def pip(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        check=True,
        capture_output=True,
    )


def test_a_wheel_holds_the_package_and_its_files_only(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    package = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert {name.split("/")[0] for name in package} == {"afterglow"}
    sources = ROOT / "analysis" / "afterglow"
    wanted = {p.relative_to(sources.parent).as_posix() for p in sources.rglob("*") if p.is_file()}
    assert package == {name for name in wanted if "__pycache__" not in name}


def test_an_installed_wheel_gives_the_demo(wheel, tmp_path):
    target = tmp_path / "site"
    pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    start = f"import sys; sys.path.insert(0, {str(target)!r}); import afterglow.cli.app as a; sys.exit(a.main())"
    subprocess.run(
        [sys.executable, "-c", start, "demo"], cwd=tmp_path, check=True, capture_output=True
    )
    demo = tmp_path / "afterglow-demo"
    assert files_in(demo / "data") == files_in(SHIPPED)
    assert (demo / "data" / "scores.csv").read_bytes() == (SHIPPED / "scores.csv").read_bytes()
    assert 'title = "Durability of response' in (demo / "demo.toml").read_text(encoding="utf-8")

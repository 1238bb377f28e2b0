"""`afterglow report`: one folder with everything, the same bytes every time."""

import json
import tomllib

import pandas as pd
import pytest
from support.command import command, files_in
from support.two_sites import PLAN, write_study

from afterglow.study.results import COLUMNS

FORMULA = '=HYPERLINK("x")'


def reported(capsys, plan, folder, *options):
    ended = command(capsys, "report", plan, "-o", folder, *options)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"))


def test_the_folder_holds_everything(study, tmp_path, capsys):
    said = reported(capsys, study, tmp_path / "out")
    assert said == f"{tmp_path / 'out' / 'index.html'}\n"
    files = files_in(tmp_path / "out")
    wanted = {"index.html", "results.csv", "plan.toml", "plan.resolved.toml", "manifest.json"}
    assert wanted <= set(files)
    folders = {name.split("/")[0] for name in set(files) - wanted}
    assert folders == {"tables", "figures"}
    drawings = [name for name in files if name.endswith(".svg")]
    assert drawings != []
    assert all(name.replace(".svg", ".csv") in files for name in drawings)
    assert (tmp_path / "out" / "plan.toml").read_text(encoding="utf-8") == PLAN
    resolved = tomllib.loads((tmp_path / "out" / "plan.resolved.toml").read_text(encoding="utf-8"))
    assert resolved["course"]["max_gap_days"] == 10


def test_every_file_is_linked_or_named(study, tmp_path, capsys):
    reported(capsys, study, tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    tables = [name for name in files_in(tmp_path / "out") if name.startswith("tables/")]
    assert tables != []
    assert all(f'href="{name}"' in page for name in tables)


def test_the_results_carry_full_precision(study, tmp_path, capsys):
    reported(capsys, study, tmp_path / "out")
    results = pd.read_csv(tmp_path / "out" / "results.csv", float_precision="round_trip")
    assert list(results) == list(COLUMNS)
    rates = results[results["analysis"] == "response_rate"]
    assert (rates["estimate"] == 1.0).any()
    shares = results["conf_low"].dropna()
    assert (shares.map(lambda value: len(repr(value))) > 15).any()


def test_two_runs_give_the_same_bytes(study, tmp_path, capsys):
    for name in ("one", "two"):
        reported(capsys, study, tmp_path / name)
    names = files_in(tmp_path / "one")
    assert names == files_in(tmp_path / "two")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_names_the_machine(study, tmp_path, capsys):
    reported(capsys, study, tmp_path / "out")
    for name in files_in(tmp_path / "out"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert str(tmp_path) not in text
        assert str(study.parent) not in text


def test_the_folder_is_reports_and_the_plan_s_name(study, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = command(capsys, "report", study)
    assert (ended.code, ended.out) == (0, "reports/study/index.html\n")


@pytest.mark.parametrize("about", ["", 'title = "A registry"\n'])
def test_internal_is_marked_and_others_are_not(about, tmp_path, capsys):
    plan = write_study(tmp_path, about=about)
    refused = command(capsys, "report", plan, "-o", tmp_path / "out")
    assert refused.code == 5
    assert refused.out == ""
    reported(capsys, plan, tmp_path / "out", "--internal")
    assert "INTERNAL" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["internal"] is True


@pytest.mark.parametrize("about", ["synthetic = true\n", 'public = "A paper"\n'])
def test_synthetic_and_public_data_are_exempt(about, tmp_path, capsys):
    reported(capsys, write_study(tmp_path, about=about), tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "INTERNAL" not in page


def test_words_of_the_data_stay_words(tmp_path, capsys):
    from support.two_sites import SITES, raw_study

    raw = raw_study(SITES)
    raw["subjects"]["arm"] = [
        FORMULA if arm == "ketamine" else "<b>" for arm in raw["subjects"]["arm"]
    ]
    reported(capsys, write_study(tmp_path, raw), tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "Two sites &lt;&amp;&gt;" in page
    for name in files_in(tmp_path / "out"):
        if name.endswith(".csv"):
            cells = pd.read_csv(tmp_path / "out" / name, dtype=str, header=None).fillna("")
            assert not cells.map(lambda cell: cell.startswith("=")).to_numpy().any(), name

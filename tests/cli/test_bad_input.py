"""Bad input of every kind: one clear message, the documented code, nothing written, no data shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.command import PLAN, command
from support.raw_cohort import (
    SENTINEL,
    Raw,
    raw_cohort,
    with_cell,
    with_row,
    without,
    write_csv,
)
from support.two_sites import PLAN as SITES_PLAN
from support.two_sites import raw_study

PLAN_CODE, DATA_CODE, IDENTIFIER_CODE = 2, 3, 4
COMMANDS = ("check", "derive", "report")


def _same(raw: Raw) -> Raw:
    return raw


def renamed(raw: Raw) -> Raw:
    raw["scores"]["total"] = raw["scores"].pop("score")
    return raw


def emptied(raw: Raw) -> Raw:
    raw["scores"] = {column: [] for column in raw["scores"]}
    return raw


@dataclass(frozen=True)
class Case:
    """A fault of the data or of the plan, and what the message must say of it."""

    name: str
    code: int
    says: tuple[str, ...]
    raw: Callable[[Raw], Raw] = _same
    plan: tuple[tuple[str, str], ...] = field(default=())


CASES = (
    Case(
        "wrong columns",
        DATA_CODE,
        ("scores.score", "is not a column", "data.scores.columns"),
        renamed,
    ),
    Case(
        "a table missing",
        DATA_CODE,
        ("is not there", "data.scores.file"),
        lambda raw: without(raw, "scores"),
    ),
    Case(
        "text in a number",
        DATA_CODE,
        ("scores.score", "number", "1 row: 3"),
        lambda raw: with_cell(raw, "scores", "score", 3, SENTINEL),
    ),
    Case(
        "a score out of range",
        DATA_CODE,
        ("scores.score", "MADRS", "1 row: 2"),
        lambda raw: with_cell(raw, "scores", "score", 2, 987654),
    ),
    Case(
        "conflicting duplicates",
        DATA_CODE,
        ("scores", "duplicates"),
        lambda raw: with_row(raw, "scores", score=29),
    ),
    Case(
        "a calendar date for a day",
        DATA_CODE,
        ("scores.day", "calendar date", "1 row: 2"),
        lambda raw: with_cell(raw, "scores", "day", 2, "2024-03-17"),
    ),
    Case(
        "an unknown instrument",
        DATA_CODE,
        ("scores.instrument",),
        lambda raw: with_cell(raw, "scores", "instrument", 1, SENTINEL),
    ),
    Case(
        "a subject without a row in subjects",
        DATA_CODE,
        ("scores.subject_id", "subjects"),
        lambda raw: with_cell(raw, "scores", "subject_id", 1, SENTINEL),
    ),
    Case("an empty table", DATA_CODE, ("scores",), emptied),
    Case(
        "a name in the data",
        IDENTIFIER_CODE,
        ("subjects", "'last_name'", "person's name", "allow_columns"),
        lambda raw: with_cell(raw, "subjects", "last_name", 1, SENTINEL),
    ),
    Case(
        "a misspelt key of the plan",
        PLAN_CODE,
        ("[endpoint.relapse]", "'scores_at_least'", "Did you mean 'score_at_least'?"),
        plan=(("score_at_least", "scores_at_least"),),
    ),
    Case(
        "an instrument nobody knows, in the plan",
        PLAN_CODE,
        ("[endpoint.response]", "MADRAS", "Did you mean 'MADRS'?"),
        plan=(('"MADRS"\nimprovement', '"MADRAS"\nimprovement'),),
    ),
    Case(
        "an arm that does not exist",
        DATA_CODE,
        ("arm", "'placbo'"),
        plan=(('reference = "placebo"', 'reference = "placbo"'),),
    ),
    Case(
        "a column that does not exist",
        DATA_CODE,
        ("armm", "Did you mean 'arm'?"),
        plan=(('by = "arm"\nreference = "placebo"', 'by = "armm"'),),
    ),
    Case(
        "a direction that contradicts the instrument",
        PLAN_CODE,
        ("[instrument.MADRS]", "higher_is"),
        plan=(
            (
                "[endpoint.response]",
                '[instrument.MADRS]\nhigher_is = "better"\n\n[endpoint.response]',
            ),
        ),
    ),
    Case(
        "a strategy for an event that nobody had",
        DATA_CODE,
        ("'holliday'", "endpoint.relapse.intercurrent"),
        plan=(('kind = "relapse"', 'kind = "relapse"\nintercurrent = { holliday = "competing" }'),),
    ),
    Case("no TOML", PLAN_CODE, ("plan.toml, line 1", "TOML"), plan=(("title = ", "title : "),)),
    Case(
        "a data path that leads nowhere",
        PLAN_CODE,
        ("data.path", "'dta'"),
        plan=(('"data"', '"dta"'),),
    ),
)


def study(folder: Path, case: Case) -> Path:
    text = PLAN
    for old, new in case.plan:
        assert old in text
        text = text.replace(old, new)
    write_csv(case.raw(raw_cohort()), folder / "data")
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_told_and_nothing_is_written(case, verb, tmp_path, capsys):
    plan = study(tmp_path, case)
    before = sorted(tmp_path.rglob("*"))
    output = [] if verb == "check" else ["-o", tmp_path / "out" / "here"]
    ended = command(capsys, verb, plan, *output)
    assert ended.code == case.code
    assert ended.out == ""
    assert ended.err.startswith("Error: ")
    assert ended.err.count("Error: ") == 1
    assert all(words in ended.err for words in case.says)
    assert "Traceback" not in ended.err
    assert not any(secret in ended.err for secret in (SENTINEL, "987654", "2024-03-17"))
    assert sorted(tmp_path.rglob("*")) == before


def test_the_study_without_a_fault_passes(tmp_path, capsys):
    ended = command(capsys, "check", study(tmp_path, Case("", 0, ())))
    assert (ended.code, ended.err) == (0, "")
    assert "Plan and data hold: 2 endpoints, 1 analysis." in ended.out
    assert SENTINEL not in ended.out


def test_every_fault_is_told_at_once(tmp_path, capsys):
    case = Case(
        "",
        DATA_CODE,
        (),
        lambda raw: with_cell(
            with_cell(raw, "scores", "score", 3, SENTINEL), "subjects", "age", 1, 140
        ),
    )
    ended = command(capsys, "check", study(tmp_path, case))
    assert ended.code == DATA_CODE
    assert "The data have 2 problems:" in ended.err
    assert "scores.score" in ended.err
    assert "subjects.age" in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nowhere.toml"], "no plan file 'nowhere.toml'"),
        (["check"], "give the plan to check"),
        (["derive", "plan.toml"], "Missing option"),
        (["report", "plan.toml", "--jobs", "2"], "--jobs does nothing without --by"),
        (["report", "plan.toml", "--by", "sites", "--internal"], "no column 'sites'"),
        (["derive", "plan.toml", "-o", "out", "--format", "sas"], "sas"),
        (["simulate", "-o", "out", "--subjects", "0"], "--subjects"),
        (["simulate", "-o", "out", "--config", "nowhere.toml"], "nowhere.toml"),
        (["simulate", "-o", "out", "--sites", "27"], "--sites"),
        (["instruments", "MADRAS"], "Did you mean 'MADRS'?"),
        (["instruments", "--folder", "nowhere"], "nowhere is not a folder"),
        (["reprot"], "Did you mean 'report'?"),
        (["report", "plan.toml", "--intern"], "--internal"),
        (["report", "plan.toml", "-o", "plan.toml"], "'plan.toml' is a file"),
        (["report", "plan.toml", "-o", "plan.toml/x"], "lies in a file"),
        (["report", "plan.toml", "-o", "data"], "files that this command did not write"),
        (["derive", "plan.toml", "-o", "."], "the folder you are in"),
        (["simulate", "-o", "data"], "files that this command did not write"),
        (["demo", "data"], "files that this command did not write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_told(arguments, says, tmp_path, capsys, monkeypatch):
    study(tmp_path, Case("", 0, ()))
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = command(capsys, *arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("Error: ")
    assert says in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_data_that_are_neither_synthetic_nor_public_are_not_reported(tmp_path, capsys):
    plan = study(tmp_path, Case("", 0, ()))
    ended = command(capsys, "report", plan, "-o", tmp_path / "out")
    assert ended.code == 5
    assert ended.err.startswith("Error: These data are neither synthetic nor public")
    assert "--internal" in ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["check", "report"])
def test_a_curve_where_a_cause_competes_is_refused(verb, tmp_path, capsys):
    raw = raw_study({"north": 12})
    someone = raw["subjects"]["subject_id"][0]
    raw["events"] = {"subject_id": [someone], "day": [20.0], "event": ["switch"]}
    write_csv(raw, tmp_path / "data")
    (tmp_path / "plan.toml").write_text(SITES_PLAN, encoding="utf-8")
    output = [] if verb == "check" else ["-o", tmp_path / "out", "--internal"]
    ended = command(capsys, verb, tmp_path / "plan.toml", *output)
    assert ended.code == PLAN_CODE
    assert all(words in ended.err for words in ("relapse_free", "switch", "naive"))
    assert someone not in ended.err

"""Target trials in the report: the finding, the sheet, who followed, and how far to trust it."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from support.demo_setting import shown

from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.presentations import finding, presentation
from afterglow.report.trial_words import doubted
from afterglow.study.results import Results
from afterglow.study.trial_rows import FEW, TOO_MUCH
from afterglow.tables.format import NBSP

CENSORED = dict.fromkeys(("switch", "ect", "withdrawal", "death"), "censor")
NONE, ON_RELAPSE = {"name": "none", "never": True}, {"name": "on relapse", "when": "relapse"}
TWO_WEEKS = {"name": "every 2 weeks", "every_days": 14}
ASKED = {
    "estimator": "target_trial", "endpoint": "relapse", "population": "evaluable",
    "horizon_days": 84, "grace_days": 7, "at_days": (28, 84), "resamples": 4,
    "relapse_days": True, "strategies": [NONE, ON_RELAPSE, TWO_WEEKS], "strategy": CENSORED,
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return shown(TargetTrialAnalysis(**ASKED))


@pytest.fixture(scope="module")
def until_relapse():
    return shown(
        TargetTrialAnalysis(
            **{**ASKED, "relapse_days": False, "strategies": [TWO_WEEKS, NONE],
               "strategy": {**CENSORED, "switch": "event", "death": "ignore"}}
        )
    )  # fmt: skip


def blocks_of(rows):
    return {b.name.rpartition("-")[2]: b for b in presentation(rows).blocks(rows) if b is not None}


def sheet(rows):
    """The items of the sheet: what the trial would do, and what is done here."""
    (group,) = blocks_of(rows)["target"].table.groups
    return {line.cells[0]: line.cells[1:] for line in group.rows}


def words_of(block):
    """All that a reader sees of a block."""
    if isinstance(block, FigureBlock):
        return f"{block.caption} {block.alt}"
    cells = [str(cell) for group in block.table.groups for row in group.rows for cell in row.cells]
    labels = [group.label for group in block.table.groups]
    return " ".join([block.table.caption, *labels, *cells, *block.table.footnotes])


def test_strategies_that_differ_after_relapse_only_are_told_as_one_until_then(rows):
    said = finding(rows)
    assert "under “none” and “on relapse”" in said
    assert "(95\u00a0% CI 0–0)" not in said
    assert "Until relapse, “none” and “on relapse” ask for the same." in said
    assert "fewer under “on relapse”" in said  # days in relapse are their own
    figure = blocks_of(rows)["survival"]
    assert "“none” and “on relapse”, " in figure.alt
    assert "ask for the same" in figure.caption


def test_without_such_strategies_each_is_told_alone(until_relapse):
    assert "ask for the same" not in finding(until_relapse)
    assert "under “every 2 weeks” and " in finding(until_relapse)


def test_strategies_whose_curves_differ_are_never_told_as_one(rows):
    table = rows.study.results.table
    mine = (table["group"] == "on relapse") & (table["section"] == "curve")
    moved = table.assign(estimate=table["estimate"].where(~mine, table["estimate"] / 2))
    other = all_analyses(replace(rows.study, results=Results(moved)))[0]
    assert "ask for the same" not in finding(other)
    assert "“on relapse”, " in blocks_of(other)["survival"].alt
    late = table["time_days"].gt(80) & (table["section"] == "curve")
    cut = Results(table.assign(estimate=table["estimate"].mask(late)))
    assert "ask for the same" in finding(all_analyses(replace(rows.study, results=cut))[0])


def test_few_copies_and_too_much_weight_are_told_everywhere(rows):
    row = rows.one("survival", group="every 2 weeks", day=84.0)
    assert row.warning == f"{FEW}; {TOO_MUCH}"
    notes = doubted(rows)
    for words in (FEW, TOO_MUCH):
        mine = [note for note in notes if note.lower().startswith(words[:30])]
        assert len(mine) == 1
        assert "“every 2 weeks” on day\u00a0" in mine[0]
        assert mine[0] in finding(rows)
        assert f"{mine[0]}." in blocks_of(rows)["table"].table.footnotes
    assert {FEW, TOO_MUCH} <= set(rows.study.warnings["warning"])


def test_what_is_wrong_with_days_in_relapse_alone_is_told_of_them():
    judged = {
        "survival": [("a", 28.0, FEW), ("b", 28.0, FEW), ("b", 84.0, f"{FEW}; {TOO_MUCH}")],
        "restricted_mean": [("b", 84.0, f"{FEW}; {TOO_MUCH}")],
        "share_in_relapse": [("b", 84.0, TOO_MUCH), ("a", 28.0, TOO_MUCH), ("c", 28.0, TOO_MUCH)],
    }
    columns = ["group", "time_days", "warning"]
    tables = {name: pd.DataFrame(rows, columns=columns) for name, rows in judged.items()}
    nothing = pd.DataFrame(columns=columns)
    found = doubted(SimpleNamespace(rows=lambda name: tables.get(name, nothing)))
    few, heavy = (words[:1].upper() + words[1:] for words in (FEW, TOO_MUCH))
    assert found == [
        f"{few} (“a” on day{NBSP}28; “b” on day{NBSP}28 and 84)",
        f"{heavy} (“b” on day{NBSP}84; for days in relapse “a” and “c” on day{NBSP}28)",
    ]


def test_the_sheet_names_all_that_ends_a_copy_without_a_weight(rows):
    trial, data = sheet(rows)["Assumptions"]
    assert trial.startswith("Switch of treatment, ECT, ")
    for words in ("death", "withdrawal", "loss to follow-up", "tell nothing"):
        assert words in trial
    assert "These end a copy without a weight" in data
    assert "after the outcome so" not in data


def test_the_sheet_follows_subjects_after_the_outcome_only_where_the_plan_does(rows, until_relapse):
    after, before = sheet(rows), sheet(until_relapse)
    assert "after the outcome for the days in relapse" in after["Follow-up"][0]
    assert before["Follow-up"][0].startswith("From time zero to the outcome, ")
    assert "free of it and in relapse up to day 84" in after["Contrast"][0]
    assert "in relapse" not in before["Contrast"][0]
    assert "share in relapse" in after["Analysis"][0]
    assert "share in relapse" not in before["Analysis"][0]


def test_the_sheet_says_how_every_other_event_is_handled(until_relapse):
    trial, _ = sheet(until_relapse)["Assumptions"]
    assert "Switch" not in trial
    assert "death" not in trial
    assert "switch of treatment counts as the event" in sheet(until_relapse)["Outcome"][0].lower()


def test_the_sheet_says_what_ends_the_path_after_the_outcome(rows):
    strategy = {**CENSORED, "switch": "event"}
    later = replace(rows, analysis=rows.analysis.model_copy(update={"strategy": strategy}))
    assert "so is switch of treatment, which ends the path" in sheet(later)["Assumptions"][1]


def test_copies_sum_up_before_the_event_and_after_it(rows):
    before, after = blocks_of(rows)["followed"].table.groups
    for column in range(1, 4):
        counts = {row.cells[0]: int(str(row.cells[column]).replace(",", ""))
                  for row in before.rows}  # fmt: skip
        ends = [count for words, count in counts.items()
                if words.startswith(("With", "Left", "Followed", "Follow-up"))]  # fmt: skip
        assert counts["Subjects copied at time zero"] == sum(ends)
        later = {row.cells[0]: int(str(row.cells[column]).replace(",", "")) for row in after.rows}
        ends = [count for words, count in later.items() if not words.startswith("Person-days")]
        assert counts["With the event while following"] == sum(ends)
        in_all = later["Person-days, before the event and after"]
        assert counts["Person-days"] + later["Person-days"] == in_all


def test_readers_are_told_of_clones_once(rows):
    said = " ".join(map(words_of, blocks_of(rows).values())) + finding(rows)
    assert len(re.findall("clone", said, re.IGNORECASE)) == 1
    assert "one copy (clone)" in said


def test_days_in_relapse_show_what_stands_behind_them(rows):
    blocks = blocks_of(rows)
    assert isinstance(blocks["relapse"], FigureBlock)
    assert "Effective number" in [one.header for one in blocks["relapse"].data.columns]
    assert isinstance(blocks["weights"], TableBlock)
    labels = [group.label for group in blocks["weights"].table.groups]
    assert any("all who follow" in label for label in labels)


def test_it_is_said_how_the_share_in_relapse_is_put_together(rows, until_relapse):
    said = [" ".join(blocks_of(one)["table"].table.footnotes) for one in (rows, until_relapse)]
    assert "the share past the event by the curve, times" in said[0]
    assert "past the event by the curve" not in said[1]


def test_without_days_in_relapse_nothing_is_said_of_them(until_relapse):
    blocks = blocks_of(until_relapse)
    assert "relapse" not in blocks
    assert len(blocks["followed"].table.groups) == 1
    assert not any("all who" in group.label for group in blocks["weights"].table.groups)

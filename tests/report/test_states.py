"""The year's picture for readers: sentences and tables made of the rows, looked at piece by piece."""

import pytest
from support.demo_setting import shown

from afterglow.plan.multistate_analyses import MultistateAnalysis, TransitionModelsAnalysis
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.presentations import PRESENTATIONS

STATES = {
    "estimator": "multistate", "endpoint": "response", "population": "evaluable", "by": "arm",
    "at_days": [56, 168], "treatment_states": True, "booster_days": 5, "clock_reset": True,
    "expected": ["days_well", "treatment_free_days", "sessions", "sessions_per_well_month"],
    "treatment_free_after_days": 14, "sojourn_days": [28], "transitions_from": [56],
    "reference": "racemic ketamine",
}  # fmt: skip
MODELS = {
    "estimator": "transition_models", "endpoint": "response", "population": "evaluable",
    "terms": [{"column": "arm"}, {"column": "age", "per": 10}],
}  # fmt: skip


@pytest.fixture(scope="module")
def states():
    return shown(MultistateAnalysis.model_validate(STATES))


@pytest.fixture(scope="module")
def models():
    return shown(TransitionModelsAnalysis.model_validate(MODELS))


def blocks(rows) -> dict:
    found = PRESENTATIONS[rows.analysis.estimator].blocks(rows)
    return {block.name.removeprefix(rows.anchor + "-"): block for block in found if block}


def finding(rows) -> str:
    return PRESENTATIONS[rows.analysis.estimator].finding(rows)


def methods(rows) -> str:
    return " ".join(PRESENTATIONS[rows.analysis.estimator].methods([rows]))


def cells(table) -> list[str]:
    return [str(cell) for group in table.groups for line in group.rows for cell in line.cells]


def test_pieces_of_the_picture(states):
    found = blocks(states)
    assert list(found) == [
        "states", "limits", "table", "care", "moves", "clock-reset", "stays", "transitions",
    ]  # fmt: skip
    assert isinstance(found["limits"], FigureBlock)
    assert isinstance(found["care"], TableBlock)
    for name in ("states", "limits"):
        assert "<svg" in found[name].svg
        assert found[name].alt.endswith(".")
        assert found[name].data.groups
    assert "dashed: the clock-reset model" in found["limits"].caption


def test_finding_tells_days_and_sessions_with_limits(states):
    words = finding(states)
    well = states.rows("days_well").query("group == 'esketamine'").iloc[0]
    assert f"{well['estimate']:.1f} (95\u00a0% CI {well['conf_low']:.1f}" in words
    assert "sessions for each month well in the racemic ketamine group" in words
    assert words.startswith("By day\u00a0168, a subject is expected to have ")
    assert "On day\u00a0168, an estimated" in words
    assert "clock-reset model" in words


def test_care_table_compares_with_the_reference(states):
    table = blocks(states)["care"].table
    heads = [column.header for column in table.columns]
    assert heads == ["", "esketamine", "racemic ketamine", "esketamine vs racemic ketamine", "p"]
    labels = [line.cells[0] for line in table.groups[0].rows]
    assert labels == [
        "Days well (in response or remission)", "Treatment-free days", "Sessions",
        "Sessions per month well",
    ]  # fmt: skip
    assert any("more than 14 days ago" in note for note in table.footnotes)
    assert any("not the mean of subjects' own ratios" in note for note in table.footnotes)


def test_clock_reset_table_shows_both_and_the_tests(states):
    table = blocks(states)["clock-reset"].table
    assert [group.label for group in table.groups] == [
        "Day 56, esketamine", "Day 56, racemic ketamine", "Day 168, esketamine",
        "Day 168, racemic ketamine",
    ]  # fmt: skip
    assert any(note.startswith("Markov property") for note in table.footnotes)
    assert any(note.startswith("Clock-reset property") for note in table.footnotes)


def test_stays_and_probabilities(states):
    stays = blocks(states)["stays"].table
    assert any(group.label.startswith("In relapse, esketamine: ") for group in stays.groups)
    assert {"→ in a booster block", "Still there"} <= set(cells(stays))
    later = blocks(states)["transitions"].table
    assert later.groups[0].label == "From day 56 to day 168, esketamine"


def test_methods_name_what_ran(states, models):
    words = methods(states)
    for part in ("5\u00a0days", "Ghosh and Lin", "Gill 1980", "Greenwood's variance", "by Holm"):
        assert part in words, part
    assert "robust variance by subject" in methods(models)


def test_models_of_moves(models):
    found = blocks(models)
    assert list(found) == ["forest", "coefficients"]
    labels = [group.label for group in found["coefficients"].table.groups]
    assert any(label.startswith("From in response to in relapse (") for label in labels)
    words = finding(models)
    assert words.startswith("Hazard ratios of ")
    assert "further moves in the table" in words
    assert any("too few" in note for note in found["coefficients"].table.footnotes)

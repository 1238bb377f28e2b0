"""The year's picture for readers: sentences and tables made of the rows, looked at piece by piece."""

import pytest
from support.demo_setting import shown, with_analyses

from afterglow.plan.multistate_analyses import MultistateAnalysis, TransitionModelsAnalysis
from afterglow.report.blocks import FigureBlock, Ref, TableBlock
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
    assert {"→ booster block", "Still there"} <= set(cells(stays))
    later = blocks(states)["transitions"].table
    assert later.groups[0].label == "From day 56 to day 168, esketamine"


def test_methods_name_what_ran(states, models):
    words = methods(states)
    for part in ("5\u00a0days", "Ghosh and Lin", "Gill 1980", "Greenwood's variance", "by Holm"):
        assert part in words, part
    assert "robust variance by subject" in methods(models)


def test_a_reader_learns_whether_treatment_is_a_state(states, models):
    (treated,) = PRESENTATIONS["multistate"].notes(states)
    (looked_through,) = PRESENTATIONS["transition_models"].notes(models)
    assert treated.startswith("Treatment is a state of its own here: ")
    assert "until 5\u00a0days after its last one" in treated
    assert looked_through.startswith("Treatment is no state here: ")


@pytest.fixture(scope="module")
def both():
    keys = ("estimator", "endpoint", "population", "by", "at_days", "treatment_states")
    plain = {key: STATES[key] for key in keys}
    return with_analyses(
        {
            "year": MultistateAnalysis.model_validate(plain),
            "moves": TransitionModelsAnalysis.model_validate(MODELS),
        }
    )


@pytest.mark.parametrize(("place", "often"), [(0, "less"), (1, "more")])
def test_two_counts_of_the_same_move_refer_to_each_other(both, place, often):
    (note,) = PRESENTATIONS[both[place].analysis.estimator].notes(both[place])
    assert Ref(both[1 - place].anchor) in note
    assert f"counted {often} often here" in note[1]


def test_treatment_as_a_state_counts_fewer_of_the_same_moves():
    def moves(treated):
        rows = shown(
            TransitionModelsAnalysis.model_validate(MODELS | {"treatment_states": treated})
        )
        made = rows.rows("n_moves")
        return dict(zip(made["group"], made["estimate"], strict=True))

    every, apart = moves(False), moves(True)
    shared = set(every) & set(apart)
    assert len(shared) > 5
    assert all(apart[move] <= every[move] for move in shared)
    assert sum(apart[move] for move in shared) < sum(every[move] for move in shared)


def test_many_states_are_told_in_part_and_referred_to_the_table(states):
    words = finding(states)
    assert "were symptomatic" in words
    assert "switched treatment" not in words
    assert "the other states in the table" in words


def test_moves_that_are_too_few_stand_together_with_their_counts(models):
    few = [note for note in blocks(models)["coefficients"].table.footnotes if "too few" in note]
    assert len(few) == 1
    assert few[0].startswith("Made fewer than 10 times, which is too few for a model: from ")
    assert "(1\u00a0move)" in few[0]
    assert "ECT" in few[0]
    assert "ect " not in few[0]


def test_columns_of_states_are_left_and_named_barely(states):
    table = blocks(states)["moves"].table
    assert [table.alignment(place) for place in range(3)] == ["left", "left", "right"]
    assert {"Course", "Response", "Booster block", "ECT"} & set(cells(table))
    assert not any(cell.startswith("In ") for cell in cells(table))


def test_models_of_moves(models):
    found = blocks(models)
    assert list(found) == ["forest", "coefficients"]
    labels = [group.label for group in found["coefficients"].table.groups]
    assert any(label.startswith("From response to relapse (") for label in labels)
    words = finding(models)
    assert words.startswith("Hazard ratios of ")
    assert "further moves in the table" in words
    assert any("too few" in note for note in found["coefficients"].table.footnotes)

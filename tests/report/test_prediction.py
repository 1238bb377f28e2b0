"""A prediction in the report: what it says of good and of useless models, and what it shows."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.known_relapses import NOISE, PLAN, PREDICTION, known_cohort
from support.plan_text import plan_of_text
from support.studies import tiny_cohort, tiny_plan

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import plan_from_text
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.compose import compose
from afterglow.report.presentations import finding, presentation
from afterglow.study.run import run
from afterglow.tables import format as fmt
from afterglow.tables.format import NBSP

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
SITES = PREDICTION + '\nleave_out = "site_id"'
NOISY = (
    PREDICTION.replace('["last_score"]', "[]")
    + "\npenalty = 0.05\nterms = ["
    + ", ".join(f'{{ column = "{name}" }}' for name in NOISE)
    + "]"
)
DAYS = PREDICTION.replace(
    'target = "relapse_before_booster"',
    'target = "days_to_relapse"\nstrategy = { booster = "censor" }',
).replace("resamples = 6", "resamples = 0")


@cache
def rows_of(text: str):
    return all_analyses(run(plan_of_text(PLAN, text), known_cohort()))[0]


def said(text: str) -> str:
    return finding(rows_of(text)).replace(NBSP, " ")


def blocks_of(text: str) -> dict[str, TableBlock | FigureBlock]:
    rows = rows_of(text)
    blocks = [block for block in presentation(rows).blocks(rows) if block is not None]
    return {block.name.removeprefix("analysis-risk-"): block for block in blocks}


def cells(block: TableBlock) -> list[tuple]:
    return [row.cells for group in block.table.groups for row in group.rows]


def test_a_good_model_is_told_with_limits_and_denominator():
    words = said(SITES)
    assert words.startswith(
        "Corrected for optimism (from being measured in the data of its fit), the model's risk of "
        "relapse before a booster within 28 days has a Brier score "
    )
    assert "below that of the curve without predictors (95 % CI " in words
    assert "; area under the curve 0." in words
    assert (
        "With each site predicted by a model of the others, the area under the curve is 0." in words
    )
    assert "on days 10, 17 and 24 since the end of the course" in words
    assert "no better" not in words


def test_the_finding_tells_of_one_validation():
    rows, words = rows_of(SITES), said(SITES)
    slope = rows.value("calibration_slope", term="model", level="optimism-corrected")
    off = rows.value("ici", term="model", level="optimism-corrected")
    other = rows.value("calibration_slope", term="model", level="left-out subjects")
    assert fmt.number(slope) != fmt.number(other)
    assert f"So measured, its calibration slope is {fmt.number(slope)} (95 % CI " in words
    assert f"Its predictions are off by {fmt.percentage_points(off)} percentage points" in words
    assert "subjects left out" not in words


def test_the_table_says_what_each_validation_is():
    notes = " ".join(blocks_of(SITES)["performance"].table.footnotes)
    for start in ("As fitted: ", "Corrected for optimism: ", "In subjects left out: "):
        assert notes.count(start) == 1
    assert "In sites left out: " in notes
    assert "In sites left out: " not in " ".join(
        blocks_of(PREDICTION)["performance"].table.footnotes
    )


def test_a_useless_model_is_told_to_be_useless():
    words = said(NOISY)
    assert words.startswith(
        "The model predicts no better than the curve without predictors: corrected for optimism, "
        "its Brier score is "
    )
    assert "% higher than that of the curve" in words
    assert "It should not be used." in words
    card = dict(cells(blocks_of(NOISY)["card"]))
    assert card["Usability"].startswith("None: it predicts no better")


def test_what_is_shown():
    found = blocks_of(SITES)
    kinds = {name: type(block).__name__ for name, block in found.items()}
    assert kinds == {
        "performance": "TableBlock",
        "calibration": "FigureBlock",
        "decision": "FigureBlock",
        "at-risk": "TableBlock",
        "profiles": "TableBlock",
        "sites": "TableBlock",
        "equation": "TableBlock",
        "card": "TableBlock",
    }
    assert "Calibration slope: as fitted (optimistic) " in found["calibration"].alt
    assert "an intercept for each resample or site" in found["calibration"].caption
    assert "an intercept for each resample, so" in blocks_of(PREDICTION)["calibration"].caption
    assert len(found["decision"].data.groups[0].rows) == 5


def test_a_gain_is_claimed_where_its_limits_exclude_none():
    rows, found = rows_of(SITES), blocks_of(SITES)["decision"]
    curve = rows.rows("net_benefit", "curve")
    own = curve[curve["term"] == "model"].set_index("statistic")
    apart = rows.rows("net_benefit_difference", "curve").set_index("statistic")
    claimed, rest = found.alt.replace(NBSP, " ").split("(limits above 0)")
    for threshold in own.index:
        sure = min(own["conf_low"][threshold], apart["conf_low"][threshold]) > 0
        assert (fmt.percent(threshold, 0).replace(NBSP, " ") in claimed) == sure
    assert "; from 379 subjects, 108 of them with a relapse." in rest


def test_the_performance_table_holds_the_rows():
    rows, table = rows_of(SITES), blocks_of(SITES)["performance"].table
    heads = [group.label for group in table.groups]
    assert heads == [
        "As fitted (optimistic)",
        "Corrected for optimism",
        "In subjects left out of the fit",
        "In sites left out of the fit",
    ]
    model = table.groups[1].rows[0].cells
    assert model[0] == "Model"
    assert model[1] == rows.value("brier", term="model", level="optimism-corrected")
    assert table.groups[1].rows[1].cells[0] == "Curve without predictors"
    notes = " ".join(table.footnotes).replace(NBSP, " ")
    assert "6 resamples of subjects, the model and its penalty anew in each." in notes


def test_who_is_at_risk_and_who_is_not():
    rows, block = rows_of(SITES), blocks_of(SITES)["at-risk"]
    first = cells(block)[0]
    assert first[0] == "10"
    assert first[1] == rows.value("n_at_landmark", day=10.0, level="at risk")
    notes = " ".join(block.table.footnotes)
    assert "Not at risk on day 24: booster by then " in notes
    assert "relapse by then " in notes


def test_a_higher_last_score_has_a_higher_risk():
    table = blocks_of(SITES)["profiles"]
    assert [column.unit for column in table.table.columns[1:]] == ["%"] * 3
    for _, *risks in cells(table):
        assert risks == sorted(risks)
        assert risks[0] < risks[-1]


def test_the_equation_and_the_card():
    rows, found = rows_of(SITES), blocks_of(SITES)
    line = cells(found["equation"])[0]
    assert line[0] == "Last score, points"
    where = {"group": "relapse", "term": "last_score", "level": "last_score"}
    assert line[2] == rows.value("coefficient", **where)
    card = dict(cells(found["card"]))
    assert list(card)[:4] == ["Target", "Horizon", "Intended use", "Not to be used for"]
    assert list(card)[-2:] == ["Limitations", "Usability"]
    slope = rows.value("calibration_slope", term="model", level="optimism-corrected")
    assert f"calibration slope {fmt.number(slope)}" in card["Performance"]
    assert "above" in card["Specification"]
    assert not any("below" in card[item] for item in ("Specification", "Fairness"))
    assert "It is lower than the risk of relapse without boosters" in card["Target"]
    assert "Riley's criteria" in card["Sample size"]
    assert "each site left out in turn" in card["Validation"]
    assert card["Validation"].startswith("Internal: 6")
    assert card["Usability"].startswith("Research only")


def test_the_card_says_where_the_end_of_the_course_is_known_too_soon():
    early = PREDICTION.replace("[10, 17, 24]", "[3, 17, 24]")
    assert early != PREDICTION
    said_of = {text: dict(cells(blocks_of(text)["card"]))["Limitations"] for text in (early, SITES)}
    assert "without a session: earlier days of prediction know it too soon." in said_of[early]
    assert "too soon" not in said_of[SITES]


def test_expected_days_have_words_and_units_of_their_own():
    words = said(DAYS)
    assert words.startswith("As fitted, which is optimistic, the model's expected days before")
    assert "mean squared error" in words
    assert "concordance 0." in words
    found = blocks_of(DAYS)
    assert "decision" not in found
    heads = [column.header for column in found["performance"].table.columns]
    assert "AUC" not in heads
    card = dict(cells(found["card"]))
    assert "Boosters censor" in card["Limitations"]
    assert card["Validation"].startswith("None")


def test_a_prediction_that_cannot_be_made_says_why():
    text = """
[analysis.risk]
estimator = "landmark_prediction"
endpoint = "relapse"
target = "relapse_before_booster"
horizon_days = 14
prediction_days = [300]
"""
    rows = all_analyses(run(tiny_plan(text), tiny_cohort()))[-1]
    words = finding(rows)
    assert words.startswith("There is no model of the risk of relapse before a booster within 14")
    assert words.endswith(": nobody to analyse.")
    blocks = [block for block in presentation(rows).blocks(rows) if block is not None]
    assert all("performance" not in block.name for block in blocks)


DEMO = """
[analysis.care]
role = "exploratory"
estimator = "landmark_prediction"
endpoint = "relapse"
population = "evaluable"
target = "relapse_before_booster"
horizon_days = 28
prediction_days = [14, 21, 28, 35]
terms = [{ column = "prior_treatment_failures" }, { baseline = "MADRS" }]
resamples = 8
leave_out = "site_id"

"""
OF_CHANCE = f"""
[analysis.chance]
of = "care"
predictors = []
terms = [{", ".join(f'{{ column = "{name}" }}' for name in NOISE)}]

"""


@cache
def demo_rows():
    """Of the demo cohort, with columns of pure chance put into it: both analyses."""
    text = DEMO_PLAN.read_text(encoding="utf-8")
    begin, end = text.index("[analysis."), text.index("[report]")
    text = text[:begin] + DEMO + OF_CHANCE + text[end:]
    plan = plan_from_text(text, folder=DEMO_PLAN.parent)
    cohort = read_cohort(plan.data, DEMO_PLAN.parent)
    chance = np.random.default_rng(2).normal(size=(len(NOISE), len(cohort.subjects)))
    subjects = cohort.subjects.assign(**dict(zip(NOISE, chance)))
    return all_analyses(run(plan, replace(cohort, subjects=subjects)))


def test_the_demo_cohort_has_a_model_that_holds_beyond_its_data():
    rows = demo_rows()[0]
    assert rows.value("auc", term="model", level="left-out subjects") > 0.7
    slope = rows.value("calibration_slope", term="model", level="left-out subjects")
    assert 0.5 < slope < 1.6
    assert rows.value("ici", term="model", level="left-out subjects") < 0.08
    words = finding(rows).replace(NBSP, " ")
    assert words.startswith("Corrected for optimism (from being measured in the data of its fit)")
    assert "; that of baseline predictors alone is " in words


def test_a_site_with_few_relapses_shows_no_slope_and_keeps_its_row():
    rows = demo_rows()[0]
    block = next(b for b in presentation(rows).blocks(rows) if b and b.name.endswith("sites"))
    sites = {line[0]: line for line in cells(block)}
    few = 0
    for label in (name for name in sites if name != "All together"):
        where = {"term": "model", "level": "left-out sites", "group": label}
        slope = rows.one("calibration_slope", **where)
        with_event = rows.value("n_with_event", **where)
        assert sites[label][2] == with_event
        assert (sites[label][-1] is None) == (with_event < 10)
        if 0 < with_event < 10:
            few += 1
            assert slope.warning == "fewer than 10 subjects left out had the event"
            assert not np.isnan(slope.estimate)
    assert few
    assert sites["All together"][-1] == rows.value(
        "calibration_slope", term="model", level="left-out sites"
    )


def test_chance_is_told_to_predict_nothing_in_the_demo_cohort():
    rows = demo_rows()[1]
    assert rows.value("scaled_brier", term="model", level="apparent") > 0.0
    assert rows.value("scaled_brier", term="model", level="left-out subjects") <= 0.0
    words = finding(rows)
    assert words.startswith("The model predicts no better than the curve without predictors")
    assert "It should not be used." in words


def test_a_handful_of_relapses_is_too_few_to_judge_a_model():
    text = """
[analysis.risk]
estimator = "landmark_prediction"
endpoint = "relapse"
target = "relapse_before_booster"
horizon_days = 14
prediction_days = [1, 8]
predictors = ["last_score"]
leave_out = "arm"
resamples = 4
"""
    rows = all_analyses(run(tiny_plan(text), tiny_cohort()))[-1]
    words = finding(rows).replace(NBSP, " ")
    assert "cannot be told from so few relapses" in words
    assert "From 4 subjects at risk on days 1 and 8" in words
    blocks = {block.name: block for block in presentation(rows).blocks(rows) if block is not None}
    card = dict(cells(blocks["analysis-risk-card"]))
    assert card["Usability"].startswith("None: too few relapses")


def test_the_section_names_its_rivals_and_the_methods_their_papers():
    rows = rows_of(SITES)
    page = compose(rows.study)
    titles = [section.title for section in page.sections]
    assert "Prediction" in titles
    methods = " ".join(presentation(rows).methods([rows]))
    for word in ("van Houwelingen", "riskRegression::Score", "Wolbers", "Harrell", "Fine–Gray"):
        assert word in methods


@pytest.mark.parametrize("text", [SITES, NOISY])
def test_a_model_of_terms_alone_is_its_own_baseline_rival(text):
    assert all(
        "Baseline predictors only" not in row for row in cells(blocks_of(text)["performance"])
    )

"""Weighted curves in the report: sentence, curves, weights, what was looked at, the model."""

from dataclasses import replace

import pytest
from support.demo_setting import shown

from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis, WeightTerm
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock
from afterglow.report.presentations import finding, presentation
from afterglow.study.results import Results
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt
from afterglow.tables.format import NBSP

STRAIGHT = (WeightTerm(known="last_score"), WeightTerm(known="time"))
BASE = {
    "estimator": "weighted_kaplan_meier", "endpoint": "relapse", "population": "evaluable",
    "strategy": dict.fromkeys(("switch", "ect", "withdrawal", "death"), "censor"),
    "at_days": (28.0, 56.0), "resamples": 100, "weight_terms": STRAIGHT,
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return shown(WeightedKaplanMeierAnalysis(**BASE))


@pytest.fixture(scope="module")
def by_arm():
    words = {**BASE, "by": "arm", "weight_terms": (WeightTerm(known="last_score", curve=3),)}
    return shown(WeightedKaplanMeierAnalysis(**words))


def objected(rows, said):
    """The same rows with the warning that `said` gives for a statistic and its level."""
    table = rows.study.results.table
    keys = zip(table["statistic_name"], table["level"], strict=True)
    results = Results(table.assign(warning=[said(name, level) for name, level in keys]))
    return all_analyses(replace(rows.study, results=results))[0]


@pytest.fixture(scope="module")
def unobjected(rows):
    return objected(rows, lambda name, level: "")


def blocks_of(rows):
    return {b.name.rpartition("-")[2]: b for b in presentation(rows).blocks(rows) if b is not None}


def test_the_sentence_has_both_estimates_and_the_denominator(rows):
    said = finding(rows)
    assert said.startswith("Had there been no booster, an estimated ")
    assert f"of {rows.n(''):.0f}{NBSP}subjects had not relapsed by day{NBSP}56" in said
    assert "(95\u00a0% CI " in said
    assert "Without weights (naive): " in said


def test_figures_and_tables_are_there(rows):
    blocks = blocks_of(rows)
    assert list(blocks) == ["curve", "table", "weights", "positivity", "model"]
    for name in ("curve", "weights"):
        assert isinstance(blocks[name], FigureBlock)
        assert blocks[name].alt
        assert blocks[name].data.groups
    curves = {row.cells[0] for group in blocks["curve"].data.groups for row in group.rows}
    assert curves == {"hypothetical, weighted", "naive, not weighted"}


def test_the_table_holds_both_curves_and_the_weights(rows):
    table = blocks_of(rows)["table"].table
    labels = [row.cells[0] for group in table.groups for row in group.rows]
    for words in (
        "Hypothetical, weighted", "Naive, not weighted", "Effective number", "Largest weight",
        "Hypothetical, weighted, truncated at 1 and 99 %",
        "Not analysed, but in the weights: without a visit at risk",
        "Naive, all watched to the day of a booster",
    ):  # fmt: skip
        assert words in labels


def test_what_was_looked_at_is_one_line_a_thing_where_nothing_is_objected(unobjected):
    rows = unobjected
    table = blocks_of(rows)["positivity"].table
    cells = [row.cells for group in table.groups for row in group.rows]
    assert [column.header for column in table.columns] == ["Looked at", "Where", "Found"]
    said = [cell[0] for cell in cells]
    assert len(set(said)) == len(said)
    assert "Smallest effective number, of those at risk" in said
    assert f"Days on which the model expects a booster with a chance above 95{NBSP}%" in said
    given = rows.rows("boosted_per_coefficient")["estimate"]
    shown = next(cell for cell in cells if "per coefficient" in cell[0])
    assert len(given) > 1
    assert shown[2] == fmt.number(given.min(), 1)
    assert table.footnotes[0].startswith("Nothing that was looked at speaks against the weights.")


def test_every_objection_is_told_with_its_place(rows):
    few = "boosted_per_coefficient"
    doubtful = objected(rows, lambda name, level: f"few of {level}" if name == few else "")
    shown = blocks_of(doubtful)["positivity"].table
    cells = [row.cells for group in shown.groups for row in group.rows]
    assert [column.header for column in shown.columns][-1] == "What it means"
    assert [cell[3] for cell in cells if cell[3]] == [
        "few of day of a visit", "few of days between visits"
    ]  # fmt: skip
    said = finding(doubtful)
    assert "The weights are in doubt (2" in said
    assert "few of day of a visit (day of a visit); few of days" in said


def test_a_site_that_the_model_does_not_fit_is_named(rows):
    """Site B boosts by a calendar, A on symptoms: a model of scores fits neither."""
    said = finding(rows)
    assert f"(Site{NBSP}A)" in said
    assert f"(Site{NBSP}B)" in said
    cells = [row.cells for group in blocks_of(rows)["positivity"].table.groups
             for row in group.rows]  # fmt: skip
    mine = {cell[1]: float(cell[2]) for cell in cells if "by the number that" in cell[0]}
    assert mine[f"Site{NBSP}A"] < 0.8
    assert mine[f"Site{NBSP}B"] > 1.25


def test_the_finding_says_whom_each_naive_curve_watches(unobjected):
    rows = unobjected
    usual = rows.one("naive_survival", day=56.0)
    own = rows.one("survival", term="unweighted", day=56.0)
    assert usual.n > own.n
    said = finding(rows)
    assert "both watch a subject up to the last visit that showed none" in said
    unseen = fmt.count(rows.value(UNSEEN))
    boosted = fmt.count(rows.value(UNSEEN, level="booster"))
    assert f"{unseen}{NBSP}others without such a visit while at risk ({boosted} before a b" in said
    assert f"The usual naive curve of all {fmt.count(usual.n)}{NBSP}subjects" in said
    assert said.endswith(f"so longer: {fmt.percent(usual.estimate)}.")


def test_groups_stand_side_by_side(by_arm):
    assert "in the esketamine group" in finding(by_arm)
    blocks = blocks_of(by_arm)
    heads = [column.header for column in blocks["table"].table.columns]
    assert heads == ["", "esketamine", "racemic ketamine", "racemic ketamine vs esketamine"]
    model = blocks["model"].table
    labels = [row.cells[0] for group in model.groups for row in group.rows]
    assert set(labels) == {"Group: racemic ketamine vs esketamine"}


def test_the_method_says_what_it_assumes(rows):
    words = " ".join(presentation(rows).methods([rows]))
    assert "the weights estimated anew in each resample" in words
    assert "all reasons for a booster that also foretell the event are in the model" in words

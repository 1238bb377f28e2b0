"""Weighted curves in the report: sentence, curves, weights, what was looked at, the model."""

import pytest
from support.demo_setting import shown

from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis, WeightTerm
from afterglow.report.blocks import FigureBlock
from afterglow.report.presentations import finding, presentation
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
        "Not analysed but in the model: boosted before the first visit at risk",
    ):  # fmt: skip
        assert words in labels


def test_what_was_looked_at_is_told_in_words(rows):
    table = blocks_of(rows)["positivity"].table
    cells = [row.cells for group in table.groups for row in group.rows]
    assert "Smallest effective number, of those at risk" in [cell[0] for cell in cells]
    assert {cell[3] for cell in cells} >= {"no objection"}


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

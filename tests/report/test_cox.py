"""A Cox regression in the report: sentence, forest, tables, curves, and what the method was."""

from dataclasses import replace
from pathlib import Path

import pytest

from afterglow.cohort.reading import read_cohort
from afterglow.plan.clauses import Term
from afterglow.plan.cox_analyses import Changing
from afterglow.plan.reading import read_plan
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.presentations import finding, presentation
from afterglow.study.run import run
from afterglow.tables.format import NBSP

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
NAME = "end_of_response_cox"


@pytest.fixture(scope="module")
def demo():
    plan = read_plan(DEMO_PLAN)
    return plan, read_cohort(plan.data, DEMO_PLAN.parent)


def rows_of(demo, **changes):
    plan, cohort = demo
    analysis = plan.analysis[NAME].model_copy(update=changes)
    alone = plan.model_copy(update={"analysis": {NAME: analysis}})
    return all_analyses(run(alone, cohort))[0]


@pytest.fixture(scope="module")
def rows(demo):
    return rows_of(demo)


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def methods_of(*rows):
    return " ".join(presentation(rows[0]).methods(rows))


def test_the_finding_has_ratio_interval_and_denominator(rows):
    sentence = finding(rows).replace(NBSP, " ")
    arm = rows.one("hazard_ratio", term="arm: esketamine vs racemic ketamine", level="arm")
    assert sentence.startswith(f"Hazard ratios: {arm.estimate:.2f} (95 % CI {arm.conf_low:.2f}–")
    assert "for esketamine vs racemic ketamine" in sentence
    assert f"{rows.value('n_events'):.0f} of {rows.n(''):.0f} subjects had the event." in sentence
    assert "Concordance 0." in sentence
    assert "Proportional hazards: p " in sentence


def test_what_is_shown(rows):
    blocks = blocks_of(rows)
    kinds = [(type(block), block.name.rpartition("cox-")[2]) for block in blocks]
    assert kinds == [
        (FigureBlock, "forest"),
        (TableBlock, "coefficients"),
        (TableBlock, "tests"),
        (TableBlock, "proportional-hazards"),
        (FigureBlock, "coefficient-over-time"),
        (FigureBlock, "adjusted"),
        (TableBlock, "adjusted-table"),
    ]
    for block in blocks:
        if isinstance(block, FigureBlock):
            assert block.svg.startswith("<svg") or "<svg" in block.svg
            assert block.caption.endswith(".")
            assert block.alt.endswith(".")
            assert any(group.rows for group in block.data.groups)


def test_the_tests_are_those_of_the_results(rows):
    table = next(block.table for block in blocks_of(rows) if block.name.endswith("-tests"))
    lines = {row.cells[0]: row.cells[1:] for group in table.groups for row in group.rows}
    assert list(lines) == ["Likelihood ratio", "Wald", "Score"]
    test = rows.one("likelihood_ratio_test")
    assert lines["Likelihood ratio"] == (test.statistic, test.df, test.p_value)


def test_adjusted_shares_are_shown_by_day_and_group(rows):
    table = next(block.table for block in blocks_of(rows) if block.name.endswith("adjusted-table"))
    assert [group.label for group in table.groups] == ["Day 28", "Day 56"]
    assert [row.cells[0] for row in table.groups[0].rows] == ["racemic ketamine", "esketamine"]


def test_methods_say_what_was_asked(demo, rows):
    plain = methods_of(rows)
    assert "Efron's approximation" in plain
    assert "log(−log) scale" in plain
    assert "Firth" not in plain
    assert "robust" not in plain
    assert "Wald's, from the information matrix" in plain
    other = rows_of(demo, penalty="firth", ties="breslow", cluster="site_id", concordance="uno",
                    proportional_hazards="log", curves_by=None, at_days=())  # fmt: skip
    said = methods_of(other)
    for words in ("Breslow's", "Firth's penalty", "robust variance of Lin and Wei",
                  "the logarithm of time", "Uno's concordance"):  # fmt: skip
        assert words in said
    assert "Adjusted curves" not in said
    ridge = rows_of(demo, penalty="ridge", ridge_theta=2.5, curves_by=None, at_days=())
    assert "theta 2.5" in methods_of(ridge)
    changing = rows_of(
        demo, changing=(Changing(column="last_score", per=5),), curves_by=None, at_days=()
    )
    assert "Covariates that change (last score)" in methods_of(changing)
    assert "last score" in str(blocks_of(changing)[1].table).casefold()
    profile = rows_of(demo, limits="profile", curves_by=None, at_days=())
    assert "those of the profile likelihood" in methods_of(profile)
    assert (
        "profile-likelihood limits"
        in profile.one("hazard_ratio", term="age, per 10", level="age").method
    )


def test_a_category_of_several_levels_is_tested_as_one(demo):
    terms = (Term(column="diagnosis"), Term(column="age"))
    rows = rows_of(demo, terms=terms, curves_by="diagnosis", at_days=(28.0,))
    table = next(block.table for block in blocks_of(rows) if block.name.endswith("-tests"))
    assert [group.label for group in table.groups][1] == "No association of one covariate (Wald)"
    assert table.groups[1].rows[0].cells[0] == "Diagnosis"


def test_what_could_not_be_fitted_is_said(demo):
    plan, cohort = demo
    same = replace(cohort, subjects=cohort.subjects.assign(age=50.0))
    rows = rows_of((plan, same), terms=(Term(column="age"),), curves_by=None, at_days=())
    assert "could not be fitted" in finding(rows)
    assert blocks_of(rows) == [] or all(isinstance(block, TableBlock) for block in blocks_of(rows))

"""What a report says of a Cox model's concordance and of its proportional hazards."""

from dataclasses import replace

import numpy as np
import pytest
from support.accounts import counted_cohort
from support.plan_text import HEAD

from afterglow.names import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LOW,
    DF,
    ESTIMATE,
    P_VALUE,
    STATISTIC,
    STATISTIC_NAME,
    TERM,
    TIME,
    WARNING,
)
from afterglow.plan.reading import plan_from_text
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.cox_checks_blocks import (
    CHANGING,
    STEADY,
    checks_sentence,
    drift_figure,
    proportionality_table,
)
from afterglow.study.results import LEVEL, SECTION, results_from
from afterglow.study.run import run

PLAN = """
[endpoint.relapse]
kind = "relapse"
origin = "course_end"
instrument = "MADRS"
score_at_least = 22

[analysis.it]
role = "primary"
label = "It"
endpoint = "relapse"
"""
INCIDENCE = 'estimator = "aalen_johansen"'
COX = 'estimator = "cox"\nnaive = true\nterms = [{ column = "age" }, { column = "sex" }]'

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def study():
    made = run(plan_from_text(HEAD + PLAN + INCIDENCE), counted_cohort())
    return replace(made, plan=plan_from_text(HEAD + PLAN + COX))


def analysed(study, *rows):
    head = {SECTION: "analysis", ANALYSIS: "it"}
    return all_analyses(replace(study, results=results_from([head | row for row in rows])))[0]


def proportional(level, p_value, statistic=3.0, df=1, **more):
    return {
        STATISTIC_NAME: "proportional_hazards_test", LEVEL: level, STATISTIC: statistic,
        DF: float(df), P_VALUE: p_value, **more,
    }  # fmt: skip


def concordance(value, low, high):
    return {STATISTIC_NAME: "concordance", ESTIMATE: value, CONF_LOW: low, CONF_HIGH: high}


def coefficient(level, value):
    return {STATISTIC_NAME: "coefficient", TERM: level, LEVEL: level, ESTIMATE: value}


def smooth(level):
    along = np.linspace(0.0, 0.8, 40)
    return [
        {
            SECTION: "curve", STATISTIC_NAME: "log_hazard_ratio_over_time", LEVEL: level,
            STATISTIC: x, TIME: 100 * x, ESTIMATE: x - 0.2, CONF_LOW: x - 1.0, CONF_HIGH: x + 1.0,
        }
        for x in along
    ]  # fmt: skip


def said(sentence):
    return sentence.replace(NBSP, " ")


def test_concordance_comes_with_its_limits(study):
    words = said(checks_sentence(analysed(study, concordance(0.637, 0.588, 0.686))))
    assert words == "Concordance 0.64 (95 % CI 0.59–0.69), where 0.5 is no better than chance."
    assert checks_sentence(analysed(study, concordance(None, None, None))) == ""
    unknown = concordance(None, None, None) | {WARNING: "nobody is at risk after an event"}
    assert checks_sentence(analysed(study, unknown)) == (
        "There is no concordance: nobody is at risk after an event."
    )


@pytest.mark.parametrize(
    ("whole", "age", "sex", "verdict"),
    [
        (0.41, 0.72, 0.30, STEADY),
        (0.02, 0.72, 0.01, CHANGING),
        (0.07, 0.03, 0.30, "the ratio for age, years may change over time"),
    ],
)
def test_the_verdict_goes_by_the_whole_model_first(study, whole, age, sex, verdict):
    rows = analysed(
        study, proportional("age", age), proportional("sex", sex), proportional("", whole, df=2)
    )
    words = said(checks_sentence(rows))
    assert words.startswith(f"Proportional hazards: p = {whole} for the whole model, smallest for")
    assert words.endswith(f": {verdict}.")


def test_what_cannot_be_tested_is_said(study):
    rows = analysed(study, proportional("", None, None, **{WARNING: "too few event times"}))
    assert checks_sentence(rows) == (
        "Proportional hazards could not be tested: too few event times."
    )
    assert proportionality_table(rows) is None
    assert drift_figure(rows) is None


def test_the_table_has_every_covariate_and_all_together(study):
    block = proportionality_table(
        analysed(
            study,
            proportional("age", 0.03),
            proportional("sex", None, None),
            proportional("", 0.07, 5.3, 2),
        )
    )
    cells = [row.cells for group in block.table.groups for row in group.rows]
    assert cells == [
        ("Age, years", 3.0, 1.0, 0.03),
        ("Sex", None, 1.0, None),
        ("All together", 5.3, 2.0, 0.07),
    ]
    assert any("same on every day" in note for note in block.table.footnotes)


def test_the_figure_shows_the_covariate_that_drifts_most(study):
    rows = analysed(
        study, coefficient("age", 0.4), coefficient("sex", 0.1), proportional("age", 0.03),
        proportional("sex", 0.30), proportional("", 0.07, 5.3, 2), *smooth("age"), *smooth("sex"),
    )  # fmt: skip
    block = drift_figure(rows)
    assert said(block.alt) == (
        "The log hazard ratio for age, years runs between −0.20 and 0.60 over time, against 0.40 "
        "in the model (p = 0.03 for a drift)."
    )
    assert "over time for age" in block.caption
    assert len(block.points.groups[0].rows) == 40
    assert len(block.data.groups[0].rows) == 8
    assert "<svg" in block.svg


def test_a_category_of_several_coefficients_is_tested_but_not_drawn(study):
    rows = analysed(study, proportional("age", 0.03, 7.0, 2), proportional("", 0.03, 7.0, 2))
    assert proportionality_table(rows) is not None
    assert drift_figure(rows) is None

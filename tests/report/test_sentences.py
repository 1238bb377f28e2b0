"""A finding says estimate, interval, denominator, clock and contrast, from hand-made results."""

from dataclasses import replace

import pytest
from support.accounts import counted_cohort
from support.plan_text import HEAD

from afterglow.names import (
    ANALYSIS,
    CONF_HIGH,
    CONF_LOW,
    DF,
    ESTIMATE,
    GROUP,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STATISTIC_NAME,
    TERM,
    TIME,
    N,
)
from afterglow.plan.reading import plan_from_text
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.presentations import finding
from afterglow.report.sentences import median_sentence
from afterglow.study.results import SECTION, results_from
from afterglow.study.run import run

ENDPOINTS = """
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50

[endpoint.relapse]
kind = "relapse"
origin = "course_end"
instrument = "MADRS"
score_at_least = 22

[analysis.it]
role = "primary"
label = "It"
"""
AJ = 'estimator = "aalen_johansen"\nendpoint = "relapse"\nat_days = [28, 56]\n'
KM = 'estimator = "kaplan_meier"\nendpoint = "relapse"\n'
RATE = 'estimator = "proportion"\nendpoint = "response"\nat_days = [28]\n'
LOGRANK = 'estimator = "logrank"\nendpoint = "relapse"\nby = "arm"\n'
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def study():
    plan = plan_from_text(HEAD + ENDPOINTS + AJ)
    return run(plan, counted_cohort())


def analysed(study, analysis, rows):
    """The analysis with these rows: (statistic, group, estimate, low, high, further columns)."""
    plan = plan_from_text(HEAD + ENDPOINTS + analysis)
    table = [
        {
            SECTION: "analysis",
            ANALYSIS: "it",
            STATISTIC_NAME: name,
            GROUP: group,
            ESTIMATE: estimate,
            CONF_LOW: low,
            CONF_HIGH: high,
            **more,
        }
        for name, group, estimate, low, high, more in rows
    ]
    return all_analyses(replace(study, plan=plan, results=results_from(table)))[0]


def count(name, group, value):
    return (name, group, float(value), None, None, {})


def incidence(group, estimate, low, high, day):
    return ("incidence", group, estimate, low, high, {TERM: "relapse", TIME: day})


def said(sentence):
    return sentence.replace(NBSP, " ")


def test_an_incidence_is_said_at_its_last_day_with_its_contrast(study):
    found = analysed(
        study,
        AJ + 'by = "arm"\n',
        [
            count("n", "a", 120),
            count("n", "b", 1),
            incidence("a", 0.1, 0.05, 0.2, 28.0),
            incidence("a", 0.253, 0.187, 0.324, 56.0),
            incidence("b", 0.301, 0.2, 0.41, 56.0),
            ("difference", "b vs a", 0.048, -0.089, 0.186, {TERM: "relapse", TIME: 56.0}),
        ],
    )
    assert said(finding(found)) == (
        "By day 56 after the end of the course, an estimated 25.3 % (95 % CI 18.7–32.4) of 120 "
        "subjects in the a group and 30.1 % (95 % CI 20.0–41.0) of 1 subject in the b group had "
        "relapsed; "
        "difference 4.8 percentage points (95 % CI −8.9 to 18.6), b minus a."
    )


def test_a_curve_without_days_is_said_by_its_median(study):
    rows = [count("n", "", 40), count("n_events", "", 30), ("median", "", 28.0, 21.0, None, {})]
    assert said(finding(analysed(study, KM, rows))) == (
        "The median time from the end of the course was 28 days (95 % CI 21 to not reached)."
    )


def test_a_median_that_is_open_is_not_reached(study):
    rows = [count("n", "", 40), ("median", "", None, 30.0, None, {})]
    sentence = said(median_sentence(analysed(study, KM, rows)))
    assert sentence == (
        "The median time from the end of the course was not reached (95 % CI 30 to not reached)."
    )


def test_a_composite_names_what_counts(study):
    found = analysed(
        study,
        KM + 'at_days = [28]\nstrategy = { booster = "event", ect = "event" }\n',
        [count("n", "", 40), ("survival", "", 0.5, 0.4, 0.6, {TIME: 28.0})],
    )
    assert said(finding(found)) == (
        "At day 28 after the end of the course, an estimated 50.0 % (95 % CI 40.0–60.0) of 40 "
        "subjects had not relapsed and had no booster or ECT."
    )


def test_a_naive_curve_says_so(study):
    found = analysed(
        study,
        KM + "at_days = [28]\nnaive = true\n",
        [count("n", "", 40), ("survival", "", 0.5, 0.4, 0.6, {TIME: 28.0})],
    )
    assert "(naive)" in finding(found)


def test_a_rate_names_its_rule_and_its_own_denominator(study):
    row = ("rate", "", 0.54, 0.442, 0.637, {TERM: "non-responder", TIME: 28.0, N: 100.0})
    found = analysed(study, RATE + 'missing = ["non-responder"]\n', [row])
    assert said(finding(found)) == (
        "On day 28 (missing as non-response), 54.0 % (95 % CI 44.2–63.7) of 100 subjects met the "
        "criterion of response."
    )


def test_a_test_says_p_and_its_degrees_of_freedom(study):
    more = {STATISTIC: 2.4, DF: 1.0, P_VALUE: 0.121, N: 60.0, N_EVENTS: 1.0}
    found = analysed(study, LOGRANK, [("logrank", "", None, None, None, more)])
    assert said(finding(found)) == (
        "The log-rank test of equal hazards in the groups gives p = 0.12 (chi-squared 2.40 on "
        "1 degree of freedom; 1 event among 60 subjects)."
    )


def test_a_rate_of_nobody_is_no_number(study):
    row = ("rate", "", None, None, None, {TERM: "observed", TIME: 28.0})
    assert finding(analysed(study, RATE, [row])) == "There was nobody to take a rate of."


def test_a_stratified_difference_says_within_what(study):
    where = {TERM: "observed", TIME: 28.0}
    found = analysed(
        study,
        RATE + 'by = "arm"\nstrata = "site_id"\n',
        [
            ("rate", "a", 0.5, 0.4, 0.6, {**where, N: 100.0}),
            ("rate", "b", 0.6, 0.5, 0.7, {**where, N: 100.0}),
            ("difference", "b vs a", 0.1, -0.04, 0.23, where),
        ],
    )
    assert said(finding(found)).endswith(
        "; difference within strata of site: 10.0 percentage points "
        "(95 % CI −4.0 to 23.0), b minus a."
    )

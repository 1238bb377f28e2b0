"""Rules for missing scores, and rates with strata, clusters and endpoints of their own day."""

import numpy as np
import pandas as pd
import pytest
from support.studies import estimate, row, tiny_cohort, tiny_plan

from afterglow.estimate.response_rate import response_rate
from afterglow.estimate.stratified_difference import stratified_difference
from afterglow.names import ARM, EVENT, GROUP, SUBJECT
from afterglow.study.analysed import CARRIED, DUE, OBSERVED
from afterglow.study.rates import compared, filled
from afterglow.study.run import run

NAN = float("nan")
ROWS = pd.DataFrame(
    {
        GROUP: pd.Categorical(["a"] * 4 + ["b"] * 3),
        OBSERVED: [1.0, 0.0, NAN, NAN, NAN, 1.0, 0.0],
        CARRIED: [1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0],
        DUE: [True, True, True, False, True, True, True],
    }
)


@pytest.mark.parametrize(
    ("rule", "events"),
    [
        ("observed", [1, 0, 1, 0]),
        ("non-responder", [1, 0, 0, 0, 1, 0]),
        ("last-observation", [1, 0, 1, 0, 1, 0]),
        ("best-case", [1, 0, 1, 1, 1, 0]),
        ("worst-case", [1, 0, 0, 0, 1, 0]),
    ],
)
def test_who_counts_and_how(rule, events):
    assert filled(ROWS, rule)[EVENT].tolist() == events


def test_an_observed_score_is_never_replaced():
    observed = ROWS[OBSERVED].notna() & ROWS[DUE]
    for rule in ("non-responder", "last-observation", "best-case", "worst-case"):
        kept = filled(ROWS, rule).loc[observed[observed].index, EVENT]
        assert kept.tolist() == ROWS.loc[observed, OBSERVED].tolist()


def test_best_and_worst_case_bound_every_other_difference():
    def difference(rule):
        pair = compared(ROWS, rule, "a", "b")
        rates = pair.groupby(GROUP, observed=True)[EVENT].mean()
        return rates["a"] - rates["b"]

    for rule in ("observed", "non-responder", "last-observation"):
        assert difference("worst-case") <= difference(rule) <= difference("best-case")


RAPID = """
[endpoint.rapid]
kind = "rapid_response"
instrument = "MADRS"
improvement_at_least_percent = 50
at_hours = 528
window_hours = 24
[analysis.rapid]
estimator = "proportion"
endpoint = "rapid"
by = "arm"
"""


def test_rapid_response_is_judged_on_its_own_day():
    """Day 22: A1 and A2 observed (no), A3 (yes), A4 lost, B1 not due, B2 and B3 due."""
    results = run(tiny_plan(RAPID), tiny_cohort()).results
    same = {"analysis": "rapid", "time_days": 22}
    assert row(results, "rate", term="observed", group="a", **same)["n"] == 3
    assert estimate(results, "rate", term="non-responder", group="a", **same) == 0.25
    assert row(results, "rate", term="non-responder", group="b", **same)["n"] == 2
    assert estimate(results, "n_observed", group="b", **same) == 0


EVER = """
[analysis.ever]
estimator = "proportion"
endpoint = "response"
by = "arm"
reference = "b"
"""


def many(n=40):
    """A cohort of n with sites, all with a baseline of 30 and a score on day 7."""
    rng = np.random.default_rng(5)
    names = [f"S{i:02d}" for i in range(n)]
    people = pd.DataFrame(
        {
            SUBJECT: names,
            ARM: np.where(np.arange(n) % 2, "a", "b"),
            "site_id": rng.integers(0, 5, n),
        }
    )
    scores = [(name, 0, "MADRS", 30, "pre-dose") for name in names]
    after = rng.choice([8, 12, 20, 28], n)
    scores += [(name, 7, "MADRS", score, "") for name, score in zip(names, after, strict=True)]
    return tiny_cohort(
        subjects=people,
        scores=scores,
        sessions=[(name, 0, 1, "") for name in names],
        follow_up=[(name, 60, "administrative") for name in names],
    ), people.assign(**{EVENT: after <= 15})


def test_strata_pool_the_difference():
    cohort, table = many()
    results = run(tiny_plan(EVER, 'strata = "site_id"'), cohort).results
    found = row(results, "difference", analysis="ever")
    wanted = stratified_difference(table, event=EVENT, by=ARM, strata="site_id", reference="b")
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        assert found[name] == wanted.tidy()[name].iloc[0]


def test_clusters_bring_the_robust_variance():
    cohort, table = many()
    results = run(tiny_plan(EVER, 'cluster = "site_id"'), cohort).results
    wanted = response_rate(table, event=EVENT, by=ARM, cluster="site_id", reference="b").tidy()
    for name, group in (("rate", "a"), ("rate", "b"), ("difference", "a vs b")):
        found = row(results, name, analysis="ever", group=group)
        line = wanted[(wanted["group"] == group) & (wanted["term"] == name)].iloc[0]
        for column in ("estimate", "std_error", "conf_low", "conf_high"):
            assert found[column] == line[column]
    icc = estimate(results, "icc", analysis="ever", group="a")
    assert icc == wanted.loc[wanted["group"] == "a", "icc"].iloc[0]
    assert results.select(analysis="ever", statistic_name="ratio").empty


def test_one_cluster_is_said_and_stops_nothing():
    cohort, _ = many()
    one = cohort.subjects.assign(site_id="x")
    plan = tiny_plan(EVER, 'cluster = "site_id"')
    results = run(plan, type(cohort)(**{**parts(cohort), "subjects": one})).results
    found = row(results, "rate", analysis="ever")
    assert "one cluster only" in found["warning"]


def parts(cohort):
    return {name: getattr(cohort, name) for name in type(cohort).__dataclass_fields__}

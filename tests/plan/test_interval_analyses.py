"""What a plan may ask of events that lie between visits."""

import pytest
from support.plan_text import HEAD, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

AT = "plan.toml [analysis.x]: "
HEADS = {
    "turnbull": "",
    "interval_test": 'by = "arm"\n',
    "interval_regression": 'terms = [{ column = "arm" }]\n',
}
WRONG = {
    ("turnbull", 'by = "arm"\nstrata = "site_id"'): "strata does nothing for interval-censored curves",
    ("turnbull", "resamples = 10"): "resamples",
    ("turnbull", "quantiles = [1.5]"): "quantiles",
    ("turnbull", 'conf_type = "log"'): "conf_type",
    ("interval_test", 'weighting = "peto"'): "weighting",
    ("interval_test", "scores = [1, 2]"): "scores does nothing without trend = true",
    ("interval_test", 'reference = "a"'): "reference does nothing in a permutation test",
    ("interval_regression", 'model = "aft"'): "model",
    ("interval_regression", "resamples = 500"): "resamples does nothing without errors = 'bootstrap'",
    ("interval_regression", 'cluster = "site_id"'): "cluster needs errors = 'bootstrap'",
    ("interval_regression", 'by = "arm"'): "by does nothing in a regression on intervals",
}  # fmt: skip


def text_of(estimator: str, more: str = "") -> str:
    return (
        f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\n{HEADS[estimator]}{more}'
    )


@pytest.mark.parametrize(("asked", "said"), WRONG.items(), ids=str)
def test_what_makes_no_sense_is_refused(asked, said):
    found = faults(RESPONSE, text_of(*asked))
    assert len(found) == 1
    assert found[0].startswith(AT)
    assert said in found[0]


def test_a_test_needs_groups_and_a_regression_terms():
    for estimator, word in (("interval_test", "by"), ("interval_regression", "terms")):
        text = f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\n'
        assert any(word in words for words in faults(RESPONSE, text))


@pytest.mark.parametrize("estimator", HEADS)
def test_defaults(estimator):
    analysis = plan_from_text("".join([HEAD, RESPONSE, text_of(estimator)])).analysis["x"]
    assert not analysis.naive
    if estimator == "turnbull":
        assert (analysis.visit_dates, analysis.resamples, analysis.quantiles) == (True, 200, (0.5,))

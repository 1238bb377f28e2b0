"""What a plan may ask of parametric models and of regressions on pseudo-values."""

import pytest
from support.plan_text import HEAD, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

AT = "plan.toml [analysis.x]: "
HEADS = {
    "aft": 'terms = [{ column = "arm" }]\n',
    "flexible_parametric": "",
    "pseudo_values": 'terms = [{ column = "arm" }]\n',
}
WRONG = {
    ("aft", 'distribution = "exponential"\nstrata = "site_id"'):
        "exponential has no scale that could differ between strata.",
    ("aft", 'distribution = "weibul"'): "Did you mean 'weibull'?",
    ("aft", "zero_as_days = 0"): "zero_as_days",
    ("aft", 'by = "arm"'): "by does nothing in a regression",
    ("flexible_parametric", "df = 0"): "df",
    ("flexible_parametric", "at_days = [0, 7]"): "at_days must be above 0",
    ("flexible_parametric", 'by = "arm"\nreference = "a"'): "reference does nothing for smooth hazards",
    ("pseudo_values", ""): "an incidence needs at_days, and no tau_days.",
    ("pseudo_values", "tau_days = 28"): "an incidence needs at_days, and no tau_days.",
    ("pseudo_values", 'measure = "restricted_mean"\nat_days = [7]'):
        "a restricted mean needs tau_days, and no at_days.",
    ("pseudo_values", 'measure = "restricted_mean"\ntau_days = 28\nlink = "logit"'):
        "logit is for an incidence: use identity or log.",
    ("pseudo_values", 'at_days = [7]\nstrata = "site_id"'): "strata does nothing",
}  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), WRONG.items(), ids=str)
def test_what_makes_no_sense_is_refused(asked, said):
    estimator, text = asked
    head = f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\n{HEADS[estimator]}'
    found = faults(RESPONSE, head, text)
    assert len(found) == 1
    assert found[0].startswith(AT)
    assert said in found[0]


@pytest.mark.parametrize("estimator", ["aft", "pseudo_values"])
def test_a_regression_needs_terms(estimator):
    text = f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\nat_days = [7]'
    assert any("terms" in words for words in faults(RESPONSE, text))


def test_events_lie_between_visits_unless_said_otherwise():
    text = f'[analysis.x]\nestimator = "aft"\nendpoint = "response"\n{HEADS["aft"]}'
    analysis = plan_from_text("".join([HEAD, RESPONSE, text])).analysis["x"]
    assert analysis.intervals
    assert (analysis.distribution, analysis.zero_as_days) == ("weibull", None)

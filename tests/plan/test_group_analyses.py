"""What a plan may ask of tests between groups and of mean times."""

import pytest
from support.plan_text import HEAD, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

AT = "plan.toml [analysis.x]: "
BY = '[analysis.x]\nestimator = "{}"\nendpoint = "response"\nby = "arm"\n'
WRONG = {
    ("logrank", "powers = [0, 1]"): "powers does nothing without weighting = 'fleming-harrington'.",
    ("logrank", 'weighting = "fleming-harrington"'): "fleming-harrington needs powers, not both 0.",
    ("logrank", "scores = [1, 2]"): "scores does nothing without trend = true.",
    ("logrank", 'adjust = "bh"'): "adjust does nothing without pairs = true.",
    ("logrank", 'weighting = "gehen"'): "weighting = 'gehen' is not known. Did you mean 'gehan'?",
    ("max_combo", 'alternative = "lower"'): "alternative = 'lower' is not known.",
    ("rmst", "tau_days = 28\nresamples = 500"): "resamples does nothing without medians = true.",
    ("rmst", ""): "tau_days",
    ("rmst", "tau_days = 0"): "tau_days",
}


@pytest.mark.parametrize(("asked", "said"), WRONG.items(), ids=str)
def test_what_makes_no_sense_is_refused(asked, said):
    estimator, text = asked
    found = faults(RESPONSE, BY.format(estimator), text)
    assert len(found) == 1
    assert found[0].startswith(AT)
    assert said in found[0]


@pytest.mark.parametrize("estimator", ["logrank", "max_combo", "rmst"])
def test_they_need_groups(estimator):
    text = f'[analysis.x]\nestimator = "{estimator}"\nendpoint = "response"\n'
    text += "tau_days = 28\n" if estimator == "rmst" else ""
    assert faults(RESPONSE, text) == [f"{AT}it compares groups: name their column in 'by'."]


def test_defaults_are_the_plain_test():
    text = BY.format("logrank")
    analysis = plan_from_text("".join([HEAD, RESPONSE, text])).analysis["x"]
    assert (analysis.weighting, analysis.trend, analysis.pairs) == ("logrank", False, False)
    assert analysis.adjust == "holm"

"""What a plan may ask of incidences and durations that visits show too late."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

AT = "plan.toml [analysis.x]: "
LASTS = RELAPSE.replace("[endpoint.relapse]", "[endpoint.lasts]")
AFTER_COURSE = RELAPSE + 'origin = "course_end"\n'
BOOSTER = '[endpoint.booster]\nkind = "booster"\n'
HEADS = {
    "interval_incidence": ("relapse", ""),
    "doubly_censored": ("lasts", "at_days = [28]\n"),
}
WRONG = {
    ("interval_incidence", 'strata = "site_id"\nby = "arm"'): "strata does nothing for interval",
    ("interval_incidence", "resamples = 10"): "resamples",
    ("interval_incidence", 'mixed = "both"'): "mixed",
    ("interval_incidence", 'conf_type = "log"'): "conf_type",
    ("interval_incidence", 'endpoint = "booster"'): "'booster' is a booster: take aalen_johansen",
    ("doubly_censored", 'reference = "a"\nby = "arm"'): "reference does nothing for imputed",
    ("doubly_censored", "imputations = 1"): "imputations",
    ("doubly_censored", 'imputation = "midpoint"'): "imputation",
    ("doubly_censored", 'missed = "some"'): "missed",
    ("doubly_censored", 'endpoint = "relapse"'): "starts on a known day: take turnbull",
}


def text_of(estimator: str, more: str = "") -> str:
    endpoint, own = HEADS[estimator]
    named = "" if more.startswith("endpoint") else f'endpoint = "{endpoint}"\n'
    return f'[analysis.x]\nestimator = "{estimator}"\n{named}{own}{more}\n'


@pytest.mark.parametrize(("asked", "said"), WRONG.items(), ids=str)
def test_what_makes_no_sense_is_refused(asked, said):
    found = faults(RESPONSE, AFTER_COURSE, LASTS, BOOSTER, text_of(*asked))
    assert len(found) == 1
    assert found[0].startswith(AT)
    assert said in found[0]


def test_a_duration_needs_days_and_one_clock():
    text = '[analysis.x]\nestimator = "doubly_censored"\nendpoint = "lasts"\n'
    assert any("at_days" in words for words in faults(RESPONSE, LASTS, text))
    later = LASTS + 'at_risk_from = "course_end"\n'
    found = faults(RESPONSE, later, text_of("doubly_censored"))
    assert ["has at_risk_from" in words for words in found] == [True]


def test_defaults():
    plan = plan_from_text("".join([HEAD, RESPONSE, RELAPSE, LASTS, text_of("interval_incidence")]))
    analysis = plan.analysis["x"]
    assert (analysis.mixed, analysis.hidden_bound, analysis.visit_dates) == ("apart", True, True)
    assert (analysis.resamples, analysis.quantiles) == (200, ())
    plan = plan_from_text("".join([HEAD, RESPONSE, LASTS, text_of("doubly_censored")]))
    analysis = plan.analysis["x"]
    assert (analysis.imputation, analysis.imputations, analysis.resamples) == ("npmle", 10, 20)
    assert (analysis.missed, analysis.other_rules) == ("level-hazard", True)

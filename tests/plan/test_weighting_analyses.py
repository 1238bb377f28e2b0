"""What a plan may ask of a curve weighted for boosters."""

import pytest
from support.plan_text import RELAPSE as BARE
from support.plan_text import faults, plan_of_text

from afterglow.plan.resolved import resolved_toml

RELAPSE = BARE + 'origin = "course_end"\n'
WEIGHTED = """
[analysis.x]
estimator = "weighted_kaplan_meier"
endpoint = "relapse"
"""
WRONG = {
    'strategy = { booster = "competing" }': "strategy makes 'booster' something else than censoring",
    'weight_for = ["boster"]': "weight_for names no intercurrent event of 'relapse': 'boster'. Did you mean 'booster'?",
    "weight_for = []": "weight_for",
    'weight_terms = [{ known = "last_scor" }]': "Did you mean 'last_score'?",
    'weight_terms = [{ known = "time", column = "age" }]': "a weight term names one of: known, column, baseline",
    'weight_terms = [{ known = "time" }, { known = "time", curve = 3 }]': "weight_terms names 'time' twice",
    "truncate_percentiles = [99, 1]": "truncate_percentiles must be [lower, higher]",
    "resamples = 20": "resamples",
    'strata = "site_id"': "strata does nothing here: subjects are resampled whole, within their groups",
    'conf_type = "percentil"': "Did you mean 'percentile'?",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG))
def test_what_makes_no_sense_is_refused(text, said):
    assert said in "\n".join(faults(RELAPSE, WEIGHTED, text))


@pytest.mark.parametrize(
    ("endpoint", "more", "said"),
    [
        ('[endpoint.next]\nkind = "booster"\n', 'endpoint = "next"', "'next' is a booster"),
        ('[endpoint.well]\nkind = "remission"\ninstrument = "MADRS"\nscore_at_most = 10\n',
         'endpoint = "well"\ncycle = 2', "may never have been lost"),
    ],
)  # fmt: skip
def test_the_endpoint_has_to_be_seen_in_scores(endpoint, more, said):
    asked = WEIGHTED.replace('endpoint = "relapse"', more)
    assert said in "\n".join(faults(RELAPSE, endpoint, asked))


def test_what_is_weighted_for_censors():
    plan = plan_of_text(RELAPSE, WEIGHTED, 'weight_for = ["booster", "switch"]')
    assert plan.analysis["x"].strategy == dict.fromkeys(("booster", "switch"), "censor")


def test_the_resolved_plan_says_what_the_model_holds():
    text = resolved_toml(plan_of_text(RELAPSE, WEIGHTED))
    assert 'known = "last_score"' in text
    assert 'known = "time"' in text
    assert plan_of_text(RELAPSE, WEIGHTED).analysis["x"].terms == ()

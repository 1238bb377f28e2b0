"""What a plan may ask of a Cox regression."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

COX = """
[analysis.x]
estimator = "cox"
endpoint = "response"
terms = [{ column = "arm", reference = "b" }, { column = "age", per = 10 }, { column = "sex" }]
"""
AT = "plan.toml [analysis.x]: "
WRONG = {
    'ties = "exact"\nrobust = true': "exact ties have no robust variance: leave out robust and cluster.",
    'ties = "exact"\ncluster = "site_id"': "exact ties have no robust variance: leave out robust and cluster.",
    'ties = "exact"\npenalty = "firth"': "Firth's penalty is not there for exact ties: use efron.",
    'limits = "profile"\nrobust = true': "profile limits are not there with robust, cluster or ridge.",
    "ridge_theta = 2": "ridge_theta does nothing without penalty = 'ridge'.",
    "at_days = [28]": "at_days does nothing without curves_by.",
    'conf_type = "log"': "conf_type does nothing without curves_by.",
    'curves_by = "route"': "curves_by = 'route' names none of the terms' columns.",
    'curves_by = "arm"\nstrata = "site_id"': "curves_by has no one curve a level where there are strata.",
    'curves_by = "arm"\nchanging = [{ column = "last_score" }]': "curves_by has no curve where covariates change.",
    'changing = [{ column = "last_scor" }]': "changing, entry 1: column: 'last_scor' does not change. Did you mean 'last_score'? Choose last_score, sessions_so_far, days_since_session, endpoint:NAME or event:NAME.",
    'ties = "efrom"': "ties = 'efrom' is not known. Did you mean 'efron'? Choose efron, breslow or exact.",
    'by = "arm"': "by does nothing in a regression: name the column, and its reference, in terms.",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG))
def test_what_makes_no_sense_is_refused(text, said):
    assert faults(RESPONSE, COX, text) == [AT + said]


def test_a_regression_needs_terms():
    text = '[analysis.x]\nestimator = "cox"\nendpoint = "response"'
    assert len(faults(RESPONSE, text)) == 1
    assert "terms" in faults(RESPONSE, text)[0]


def test_curves_of_a_term_that_is_in_an_interaction_are_refused():
    text = COX.replace('{ column = "sex" }', '{ interaction = ["arm", "age"] }')
    assert "is part of an interaction" in faults(RESPONSE, text, 'curves_by = "arm"')[0]


def test_defaults_are_the_conventions():
    analysis = plan_from_text("".join([HEAD, RESPONSE, RELAPSE, COX])).analysis["x"]
    assert (analysis.ties, analysis.robust, analysis.penalty) == ("efron", False, None)
    assert (analysis.proportional_hazards, analysis.concordance) == ("km", "harrell")

"""What a plan may ask of competing causes, and of states over time."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

TERMS = 'terms = [{ column = "arm", reference = "b" }, { column = "age", per = 10 }]'
CHOICE = '\n[path]\nresponse = "other"'
AT = "plan.toml [analysis.x]: "


def asked(estimator: str, *lines: str, endpoint: str = "relapse") -> str:
    head = f'\n[analysis.x]\nestimator = "{estimator}"\nendpoint = "{endpoint}"\n'
    return head + "\n".join(lines)


WRONG = {
    asked("gray_test"): "it compares groups: name their column in 'by'.",
    asked("gray_test", 'by = "arm"', 'reference = "a"'): (
        "reference does nothing in Gray's test, which compares all groups and has no interval."
    ),
    asked("gray_test", 'by = "arm"', 'cluster = "site_id"'): (
        "cluster does nothing in Gray's test, which compares all groups and has no interval."
    ),
    asked("fine_gray", TERMS, 'cluster = "site_id"', "robust = false"): (
        "a cluster brings the robust variance: leave one of them out."
    ),
    asked("fine_gray", TERMS, "at_days = [28]"): "at_days does nothing without curves_by.",
    asked("fine_gray", TERMS, 'ties = "efron"'): (
        "ties = 'efron' is not known. Choose crr, finegray or finegray-efron."
    ),
    asked("cause_specific_cox", TERMS, 'curves_by = "route"'): (
        "curves_by = 'route' names none of the terms' columns."
    ),
    asked("cause_specific_cox", TERMS, 'curves_by = "arm"', 'strata = "site_id"'): (
        "curves_by has no one curve a level where there are strata."
    ),
    asked("cause_specific_cox", TERMS, 'by = "arm"'): (
        "by does nothing in a regression: name the column, and its reference, in terms."
    ),
    asked("multistate", endpoint="response"): "at_days or until_day must name a day.",
    asked("multistate", "at_days = [28]"): (
        "the states come from 'response', the path's response, but endpoint names 'relapse':"
        " name 'response', or choose in [path]."
    ),
    asked("multistate", "at_days = [28]", "cycle = 2", endpoint="response"): (
        "cycle does nothing where subjects are followed through all states and cycles."
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_what_makes_no_sense_is_refused(text, said):
    assert AT + said in faults(RESPONSE, RELAPSE, text)


def test_defaults_leave_ties_to_the_data():
    text = "".join([HEAD, RESPONSE, RELAPSE, asked("fine_gray", TERMS)])
    analysis = plan_from_text(text).analysis["x"]
    assert (analysis.ties, analysis.robust, analysis.curves_by) == (None, True, None)


def test_the_path_can_be_another_response():
    other = RESPONSE.replace("[endpoint.response]", "[endpoint.other]")
    text = asked("multistate", "until_day = 56", endpoint="other")
    plan = plan_from_text("".join([HEAD, RESPONSE, RELAPSE, other, text, CHOICE]))
    assert plan.analysis["x"].until_day == 56

"""Rule 5: when a score has improved enough."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=5,
    title="Improvement",
    says="""
Improvement is the **share of the way from the baseline to the instrument's best score**, in percent. It comes out right for scales that do
not start at 0 and for scales on which higher is better. A threshold is decided without division: 100 x (baseline - score) >= threshold x
(baseline - best), so that a score exactly on the threshold always reaches it. A patient whose baseline is already the best score cannot
improve and is set aside, "baseline at best score", from endpoints that speak of improvement. Conditions on the score itself
(`score_at_most`, `score_at_least`) do not need it.
""",
    why="""
On a scale from 5 to 25, "half" counted from 0 is not half the way to well. And computers divide inexactly: (50 - 21) / 50 is 57.99...9 %
to them, not 58 %, and a patient must not lose a response to that.
""",
    keys=(
        "response.improvement_at_least_percent: improvement that counts, in percent (one condition must be given)",
        "response.score_at_most: or: the score is at most this",
        "response.score_at_least: or: the score is at least this (scales on which higher is better)",
        "relapse.improvement_below_percent: or: improvement is below this percentage (loss of response)",
        "relapse.returns_to_percent_of_baseline: or: so many percent of the way back to the baseline",
    ),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
cycles = "first"
""",
    cases=(
        Case(
            shows="15 is exactly half of 30: enough.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 15
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="16 is not enough.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 16
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause | reason
            response | 1             | 1          | inf        | no    |       | last visit
            """,
        ),
        Case(
            shows="From 50 to 21 is 58 %, whatever the computer's division says.",
            plan="""
            [endpoint.response]
            improvement_at_least_percent = 58
            """,
            moments="""
            day | session | MADRS
            -1  |         | 50
            0   | x       |
            1   |         | 21
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="WELL runs from 5 (worst) to 25 (best). From 10, half the way is 17.5: 17 is not enough, 18 is.",
            plan="""
            [endpoint.response]
            instrument = "WELL"
            """,
            moments="""
            day | session | WELL
            -1  |         | 10
            0   | x       |
            1   |         | 17
            4   |         | 18
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 4             | 1          | 4          | yes   | score
            """,
        ),
        Case(
            shows="Nobody can improve on the best score.",
            moments="""
            day | session | MADRS
            -1  |         | 0
            0   | x       |
            1   |         | 0
            """,
            rows="""
            endpoint | duration_days | reason
            response | set aside     | baseline at best score
            """,
        ),
        Case(
            shows="A condition on the score itself can still be asked of the same patient.",
            plan="""
            [endpoint.response]
            improvement_at_least_percent = ""
            score_at_most = 10
            """,
            moments="""
            day | session | MADRS
            -1  |         | 0
            0   | x       |
            1   |         | 0
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

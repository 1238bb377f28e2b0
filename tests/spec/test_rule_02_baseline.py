"""Rule 2: which score is the baseline."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=2,
    title="The baseline",
    says="""
The baseline of an instrument is the **last score in the window that is not after the first dose**. The window is given in whole days before
the first session. Who has no score there is set aside, "no baseline". A plan may ask for a minimum severity: a baseline less severe than it
is set aside, "below entry severity". The baseline may have any timing tag.
""",
    why="""
Improvement is measured against it. A score from weeks before says little about the patient who was treated, and half of a low score is
noise: from 4 to 2 is not a response. Both exclusions are counted in the flow diagram.
""",
    keys=("baseline.window_days", "baseline.minimum"),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
cycles = "first"
""",
    cases=(
        Case(
            shows="The last of several scores in the window is taken: 15 is half of 30, but not of 24 or 20.",
            moments="""
            day | session | MADRS
            -10 |         | 20
            -7  |         | 24
            0   | x       | 30
            1   |         | 15
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="A score before the window is none.",
            moments="""
            day | session | MADRS
            -20 |         | 40
            0   | x       |
            1   |         | 10
            """,
            rows="""
            endpoint | duration_days | reason
            response | set aside     | no baseline
            """,
        ),
        Case(
            shows="A wider window takes the same score.",
            plan="""
            [baseline]
            window_days = [-30, 0]
            """,
            moments="""
            day | session | MADRS
            -20 |         | 40
            0   | x       |
            1   |         | 20
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="A score after the dose is never a baseline, even on day 0.",
            moments="""
            day | session | MADRS | timing
            0   | x       | 30    | post-dose
            1   |         | 10    |
            """,
            rows="""
            endpoint | duration_days | reason
            response | set aside     | no baseline
            """,
        ),
        Case(
            shows="A window that ends the day before leaves out a score of day 0.",
            plan="""
            [baseline]
            window_days = [-14, -1]
            """,
            moments="""
            day | session | MADRS
            -7  |         | 32
            0   | x       | 30
            1   |         | 16
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="Below the minimum severity: set aside, and counted.",
            plan="""
            [baseline]
            minimum = { MADRS = 20 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 19
            0   | x       |
            1   |         | 5
            """,
            rows="""
            endpoint | duration_days | reason
            response | set aside     | below entry severity
            """,
        ),
        Case(
            shows="Exactly the minimum is severe enough.",
            plan="""
            [baseline]
            minimum = { MADRS = 20 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 20
            0   | x       |
            1   |         | 10
            """,
            rows="""
            endpoint | duration_days | event | reason
            response | 1             | yes   | score
            """,
        ),
        Case(
            shows="Where higher is better, less severe means a higher score (WELL runs from 5 to 25).",
            plan="""
            [baseline]
            minimum = { WELL = 10 }
            [endpoint.response]
            instrument = "WELL"
            """,
            moments="""
            day | session | WELL
            -1  |         | 12
            0   | x       |
            1   |         | 24
            """,
            rows="""
            endpoint | duration_days | reason
            response | set aside     | below entry severity
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

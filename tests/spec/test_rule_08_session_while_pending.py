"""Rule 8: a session while a run waits for its confirmation."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=8,
    title="A session while relapse waits for confirmation",
    says="""
A patient scores high and is given a booster before the second visit could confirm the relapse. The booster hides the relapse that it
answers. The plan chooses, under `session_while_pending`:

- `"booster"`: no relapse; the booster ended the watch on its day, as rule 11 says;
- `"relapse"`: the booster confirms the relapse, dated at the run's first visit, or at the booster under `date = "confirming"`;
- `"look-through"`: visits after the booster may confirm the run; if they do not, as `"booster"`.

The report prints how many patients this concerns and the results of the two other choices.
""",
    why="""
Where boosters are given on demand, most relapses are answered before a second visit. Leaving them out makes the course look durable; which
choice is right depends on what the session was given for, and the reader must see it.
""",
    keys=("relapse.session_while_pending: booster, relapse or look-through",),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
cycles = "first"

[endpoint.relapse]
kind = "relapse"
origin = "endpoint:response"
instrument = "MADRS"
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }
cycles = "first"
""",
    cases=(
        Case(
            shows="The default: ended by the booster on day 25, 24 days after response; last known free on day 15.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 14         | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="The same patient where the booster confirms the relapse: dated at the high visit of day 22.",
            plan="""
            [endpoint.relapse]
            session_while_pending = "relapse"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 21            | 14         | 21         | yes   | relapse | booster confirmed
            """,
        ),
        Case(
            shows="Where relapse is dated at its confirmation, it is dated at the booster.",
            plan="""
            [endpoint.relapse]
            session_while_pending = "relapse"
            confirm = { visits = 2, gap_days = [5, 15], date = "confirming" }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 14         | 24         | yes   | relapse | booster confirmed
            """,
        ),
        Case(
            shows="Looking through the booster: still high on day 29, seven days after day 22, which confirms it.",
            plan="""
            [endpoint.relapse]
            session_while_pending = "look-through"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 21            | 14         | 21         | yes   | relapse | score
            """,
        ),
        Case(
            shows="Well again on day 29: nothing confirms the run, and the booster ended the watch.",
            plan="""
            [endpoint.relapse]
            session_while_pending = "look-through"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            25  | x       |
            29  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 14         | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="A booster while the patient is well has nothing to confirm, whatever the choice.",
            plan="""
            [endpoint.relapse]
            session_while_pending = "relapse"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            36  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 14         | inf        | no    | booster | booster
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

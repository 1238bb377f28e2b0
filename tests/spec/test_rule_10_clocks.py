"""Rule 10: where clocks start, and from when a subject is at risk."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=10,
    title="Clocks",
    says="""
Every endpoint has an **origin**, where its clock starts: `first_session`, `course_end`, `endpoint:NAME` (when another endpoint was reached),
`event:NAME` (the first such event, as randomisation) or `column:NAME` (a day kept in the subjects table). Only visits after that moment are
searched. **`at_risk_from`** takes the same words; where it is later than the origin, the patient enters the risk set late, after `entry_days`,
and whoever had the event or left before is set aside, "ended before at risk". **`qualify`** keeps only patients at whose first visit in a
window another endpoint's condition holds; they are at risk from that visit. **`until_day`** ends the watch so many days after the origin.
""",
    why="""
"Time to relapse" is counted from randomisation in one trial, from the last dose in another and from response in a third, and a comparison of
such numbers is worth nothing. To be a responder "at two weeks" a patient must have stayed well for two weeks: counting these weeks as
survived is immortal time, which delayed entry takes away.
""",
    keys=(
        "relapse.origin: where the clock starts",
        "relapse.at_risk_from: the patient is at risk from this clock on; where not given, from the origin",
        "relapse.qualify: another endpoint whose condition must hold at the first visit of a window: { endpoint, after, window_days }",
        "relapse.until_day",
    ),
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
cycles = "first"
""",
    cases=(
        Case(
            shows="From randomisation, as in a withdrawal trial: the visit on day 9 lies before it.",
            plan="""
            [endpoint.relapse]
            origin = "event:randomisation"
            """,
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            3   | x       |       |
            7   | x       |       |
            9   |         | 26    |
            10  |         |       | randomisation
            17  |         | 12    |
            24  |         | 26    |
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event
            relapse  | 10         | 14            | 7          | 14         | yes
            """,
        ),
        Case(
            shows="Who was never randomised is set aside.",
            plan="""
            [endpoint.relapse]
            origin = "event:randomisation"
            """,
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            9   |         | 26    |
            """,
            rows="""
            endpoint | duration_days | reason
            relapse  | set aside     | no randomisation event
            """,
        ),
        Case(
            shows="The same from a column of the subjects table (randomised_day = 10).",
            plan="""
            [endpoint.relapse]
            origin = "column:randomised_day"
            """,
            subject={"randomised_day": 10.0},
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            9   |         | 26
            17  |         | 12
            24  |         | 26
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event
            relapse  | 10         | 14            | 7          | 14         | yes
            """,
        ),
        Case(
            shows="From the last induction dose, for responders at 14 to 31 days: the visit on day 21 qualifies, 14 days after the dose, and risk starts there.",
            plan="""
            [endpoint.relapse]
            origin = "course_end"
            qualify = { endpoint = "response", window_days = [14, 31] }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            3   | x       |
            7   | x       |
            21  |         | 10
            35  |         | 26
            """,
            rows="""
            endpoint | origin_day | entry_days | duration_days | lower_days | upper_days | event
            relapse  | 7          | 14         | 28            | 14         | 28         | yes
            """,
        ),
        Case(
            shows="The first visit in the window decides; a later good one does not help.",
            plan="""
            [endpoint.relapse]
            origin = "course_end"
            qualify = { endpoint = "response", window_days = [14, 31] }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            3   | x       |
            7   | x       |
            21  |         | 20
            28  |         | 10
            35  |         | 26
            """,
            rows="""
            endpoint | duration_days | reason
            relapse  | set aside     | did not qualify
            """,
        ),
        Case(
            shows="No visit in the window.",
            plan="""
            [endpoint.relapse]
            origin = "course_end"
            qualify = { endpoint = "response", window_days = [14, 31] }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            3   | x       |
            7   | x       |
            18  |         | 10
            46  |         | 26
            """,
            rows="""
            endpoint | duration_days | reason
            relapse  | set aside     | no visit in the qualifying window
            """,
        ),
        Case(
            shows="Response during induction on day 1, at risk from the course's end on day 7: six days late.",
            plan="""
            [endpoint.relapse]
            at_risk_from = "course_end"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            3   | x       |
            7   | x       |
            8   |         | 10
            28  |         | 26
            """,
            rows="""
            endpoint | origin_day | entry_days | duration_days | lower_days | upper_days | event
            relapse  | 1          | 6          | 27            | 7          | 27         | yes
            """,
        ),
        Case(
            shows="Who relapsed during the course was never at risk after it.",
            plan="""
            [endpoint.relapse]
            at_risk_from = "course_end"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            3   | x       |
            5   |         | 26
            7   | x       |
            28  |         | 26
            """,
            rows="""
            endpoint | duration_days | reason
            relapse  | set aside     | ended before at risk
            """,
        ),
        Case(
            shows="`until_day = 28`: the relapse 34 days after response came too late to count.",
            plan="""
            [endpoint.relapse]
            until_day = 28
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 10
            35  |         | 26
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event | reason
            relapse  | 1          | 21            | 21         | inf        | no    | last visit
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

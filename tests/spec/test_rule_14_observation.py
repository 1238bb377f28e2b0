"""Rule 14: until when a patient is watched."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=14,
    title="The end of observation",
    says="""
Nothing after the whole day on which follow-up ended is used. **Score events** can be seen only at visits: observation ends at the last valid visit, and
the patient is censored there. **Exact events** (sessions, clinical events) can be seen up to the end of follow-up. Where an endpoint mixes the
two, an exact event later than the last visit + `max_unseen_days` does not count, and the patient is censored at that visit. A responder
without any later visit stays in the analysis, censored at 0.
""",
    why="""
Patients whose records show a booster a year later would otherwise be watched for a year, and those without one only to their last visit: the
boosted would look as if they had been well for longer. Dropping responders without a later visit would drop those of whom least is known.
""",
    keys=(
        "follow_up.max_unseen_days",
        "follow_up.administrative_reasons",
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

[endpoint.next_booster]
kind = "booster"
cycles = "first"
""",
    cases=(
        Case(
            shows="Censored at the last visit, not at the end of follow-up; the booster endpoint is watched to the end.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            15  |         | 12    |
            90  |         |       | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | lower_days | upper_days | event | reason
            relapse      | 1          | 0          | 14            | 14         | inf        | no    | last visit
            next_booster | 0          | 10         | 90            | 90         | inf        | no    | end of follow-up
            """,
        ),
        Case(
            shows="A responder who was never seen again.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            90  |         |       | end: completed
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event | reason
            relapse  | 1          | 0             | 0          | inf        | no    | no later visit
            """,
        ),
        Case(
            shows="A booster 35 days after the last visit: too far from any visit to end the watch for relapse.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            50  | x       |
            """,
            rows="""
            endpoint     | origin_day | duration_days | event | cause        | reason
            relapse      | 1          | 14            | no    |              | last visit
            next_booster | 0          | 50            | yes   | next_booster | booster
            """,
        ),
        Case(
            shows="The same booster counts where the plan allows 60 days.",
            plan="""
            [follow_up]
            max_unseen_days = 60
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            50  | x       |
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | event | cause   | reason
            relapse  | 1          | 49            | 14         | no    | booster | booster
            """,
        ),
        Case(
            shows="A visit after a booster shows that the patient was still followed: the booster counts.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            50  | x       |
            52  |         | 12
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | event | cause   | reason
            relapse  | 1          | 49            | 14         | no    | booster | booster
            """,
        ),
        Case(
            shows="Scores after the end of follow-up are not used.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            15  |         | 12    |
            20  |         |       | end: completed
            22  |         | 26    |
            """,
            rows="""
            endpoint | origin_day | duration_days | event | reason
            relapse  | 1          | 14            | no    | last visit
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

"""Rule 9: score events are known to lie between two visits."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=9,
    title="Events seen at visits are intervals",
    says="""
Nobody sees the day on which a score crosses a threshold. What is known: the patient was free of the event at one visit, and had it at the next.
Every score-based event is kept as the interval **(`lower_days`, `upper_days`]**, where `lower_days` is the last visit known free and
`upper_days` the first visit known with it; `duration_days` is the upper end. Where the patient is censored, or something else came first,
`lower_days` is still the last visit known free and `upper_days` is infinite. Sessions and clinical events are **exact**: both ends are the day
itself. A clock that starts at a score event is itself known only between two days: `origin_lower_day` and `origin_day`.
""",
    why="""
Where visits lie four weeks apart, "relapse at week 8" means "at some time in weeks 5 to 8". Estimators that use the interval and estimators
that use its upper end both find what they need.
""",
    keys=(),
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
            shows="Free on day 7, better on day 14: response in (7, 14]. Free of relapse until day 28, with it on day 42: relapse in (14, 28] days after response, whose clock may have started as early as day 7.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            7   |         | 28
            14  |         | 12
            28  |         | 12
            42  |         | 26
            """,
            rows="""
            endpoint | origin_day | origin_lower_day | duration_days | lower_days | upper_days | event
            response | 0          | 0                | 14            | 7          | 14         | yes
            relapse  | 14         | 7                | 28            | 14         | 28         | yes
            """,
        ),
        Case(
            shows="The first later visit shows the relapse: the lower end is the start of the clock.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            42  |         | 26
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event
            relapse  | 1          | 41            | 0          | 41         | yes
            """,
        ),
        Case(
            shows="A booster on day 40 came first: exact itself, but the patient was last known free on day 28.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            14  |         | 12
            28  |         | 12
            40  | x       |
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event | cause
            relapse  | 14         | 26            | 14         | inf        | no    | booster
            """,
        ),
        Case(
            shows="A hospitalisation is known to the day.",
            plan="""
            [endpoint.relapse]
            or_events = ["hospitalisation"]
            """,
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            14  |         | 12    |
            28  |         | 12    |
            33  |         |       | hospitalisation
            """,
            rows="""
            endpoint | origin_day | duration_days | lower_days | upper_days | event | cause
            relapse  | 14         | 19            | 19         | 19         | yes   | relapse
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

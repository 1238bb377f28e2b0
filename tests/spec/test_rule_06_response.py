"""Rule 6: response, remission, rapid and sustained response."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=6,
    title="Response and remission",
    says="""
**Response** is the first visit after the baseline and the first dose at which the condition holds; **remission** the same with a score at or
beyond a cut-off, which the plan must give, since cut-offs differ between papers. With `confirm`, the condition must hold at so many visits
in a row. A response counts until `until`: 14 days after the course ends unless the plan says otherwise; without a sessions table there is no
bound. A booster before the response is an intercurrent event (rule 11), not a response.

**Rapid response** asks for the condition at the visit nearest to so many hours after the first dose, the earlier of two as near. **Sustained
response** asks for it from an early visit through a last day, with few `excursions`.

The **rate at day d** uses the visit in [d - w, d + w] that is nearest to d, the earlier of two, each visit for one day only.
""",
    why="""
"Response" without an end would credit the course with every good week of the following year. Four denominators are printed with a rate:
treated, with a baseline, due, and observed, since each paper divides by another one.
""",
    keys=(
        "response.improvement_at_least_percent: improvement that counts, in percent (one condition must be given)",
        "response.score_at_most: or: the score is at most this",
        "response.confirm",
        "response.until",
        "rapid_response.at_hours: hours after the first dose",
        "rapid_response.window_hours: a visit at most so many hours away counts",
        "sustained_response.start_by_day: the condition must first hold at a visit by this day",
        "sustained_response.through_day: and last to this day",
        "sustained_response.window_days",
        "sustained_response.excursions",
        "sustained_response.excursion_improvement_at_least_percent",
    ),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
cycles = "first"

[endpoint.remission]
kind = "remission"
instrument = "MADRS"
score_at_most = 10
cycles = "first"

[endpoint.rapid]
kind = "rapid_response"
instrument = "MADRS"
improvement_at_least_percent = 50
at_hours = 24
window_hours = 12

[endpoint.sustained]
kind = "sustained_response"
instrument = "MADRS"
improvement_at_least_percent = 50
start_by_day = 2
through_day = 28
""",
    cases=(
        Case(
            shows="Response at the first visit with half the score, remission at the first with 10 or less.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 20
            4   |         | 14
            8   |         | 10
            """,
            rows="""
            endpoint  | duration_days | lower_days | upper_days | event | cause     | reason
            response  | 4             | 1          | 4          | yes   | response  | score
            remission | 8             | 4          | 8          | yes   | remission | score
            """,
        ),
        Case(
            shows="Confirmed at the next visit: dated at the first of the two. The single good visit on day 1 is not followed by another.",
            plan="""
            [endpoint.response]
            confirm = { visits = 2 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            4   |         | 20
            8   |         | 14
            11  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 8             | 4          | 8          | yes   | score
            """,
        ),
        Case(
            shows="A good score on day 15, after a course of one session, comes a day too late; the watch for response ended at the visit of day 7.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            7   |         | 28
            15  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 7             | 7          | inf        | no    | last visit
            """,
        ),
        Case(
            shows='The same visits where `until = "none"` takes the bound away.',
            plan="""
            [endpoint.response]
            until = "none"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            7   |         | 28
            15  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 15            | 7          | 15         | yes   | score
            """,
        ),
        Case(
            shows="The bound may also be counted from the first session; day 15 itself is within.",
            plan="""
            [endpoint.response]
            until = { after = "first_session", days = 15 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            7   |         | 28
            15  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 15            | 7          | 15         | yes   | score
            """,
        ),
        Case(
            shows="Without a sessions table there is no course and no bound; day 0 is the start of treatment.",
            moments="""
            day | MADRS
            0   | 30
            7   | 28
            60  | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 60            | 7          | 60         | yes   | score
            """,
        ),
        Case(
            shows="A booster on day 12 came first: the response on day 13 is not the course's.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            7   |         | 28
            12  | x       |
            13  |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            response | 12            | 7          | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="Rapid response: of two visits in [12 h, 36 h], the one at 18 h and the one at 30 h are as near; the earlier decides.",
            moments="""
            day  | session | MADRS
            -1   |         | 30
            0    | x       |
            0.75 |         | 20
            1.25 |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            rapid    | 0.75          | 0.75       | inf        | no    | condition not met
            """,
        ),
        Case(
            shows="No visit near 24 hours: known of nobody.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            3   |         | 12
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            rapid    | 0             | 0          | inf        | no    | no visit in window
            """,
        ),
        Case(
            shows="Sustained: better by day 2 and at every visit up to one within three days of day 28.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            14  |         | 14
            27  |         | 15
            """,
            rows="""
            endpoint  | duration_days | lower_days | upper_days | event | reason
            sustained | 27            | 14         | 27         | yes   | score
            """,
        ),
        Case(
            shows="One worse visit ends a sustained response.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            14  |         | 18
            27  |         | 15
            """,
            rows="""
            endpoint  | duration_days | event | reason
            sustained | 14            | no    | lost
            """,
        ),
        Case(
            shows="Unless the plan allows an excursion, here one at which the patient is still 25 % better (18 is 40 %).",
            plan="""
            [endpoint.sustained]
            excursions = 1
            excursion_improvement_at_least_percent = 25
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            14  |         | 18
            27  |         | 15
            """,
            rows="""
            endpoint  | duration_days | lower_days | event | reason
            sustained | 27            | 14         | yes   | score
            """,
        ),
        Case(
            shows="Better from day 4 on is too late to have started by day 2.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 20
            4   |         | 12
            28  |         | 12
            """,
            rows="""
            endpoint  | duration_days | event | reason
            sustained | 1             | no    | not by the start day
            """,
        ),
        Case(
            shows="Last seen well on day 14: nobody knows about day 28.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 12
            14  |         | 12
            """,
            rows="""
            endpoint  | duration_days | event | reason
            sustained | 14            | no    | not seen to the end
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

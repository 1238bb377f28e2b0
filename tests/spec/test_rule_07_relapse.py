"""Rule 7: relapse, the first confirmed run of visits, or a clinical event."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=7,
    title="Relapse",
    says="""
Relapse is looked for after the endpoint that it follows. A **run** is a stretch of successive visits that all meet the condition: a score
threshold, loss of response (improvement below a threshold) or a return to so many percent of the baseline. A visit that does not meet it
ends the run; a missing score is no visit. The run is **confirmed** at its first visit that is at least the k-th of the run and lies [a, b]
days after an earlier visit of the run. Relapse is dated at that earlier visit (`date = "first"`; of several, the earliest), or at the
confirming one (`date = "confirming"`).

A clinical event named in `or_events` is a relapse too; whichever comes first counts, the clinical event on a tie.

A run that is still waiting for its confirmation when observation ends is decided by `unconfirmed`: censored at the last visit known free
(`"censor"`), censored at the last visit (`"censor-at-visit"`), or an event at the run's first visit (`"event"`). The report always prints the
number of such patients and the two other results.
""",
    why="""
One bad week is not a relapse; the large trials ask for two scores in a row, 5 to 15 days apart. Whether the date is the first or the second
of them moves the median by a week or more.
""",
    keys=(
        "relapse.score_at_least: the score is at least this (one condition must be given)",
        "relapse.improvement_below_percent: or: improvement is below this percentage (loss of response)",
        "relapse.returns_to_percent_of_baseline: or: so many percent of the way back to the baseline",
        "relapse.confirm",
        "relapse.or_events: clinical events that count as relapse",
        "relapse.unconfirmed: what becomes of a run that is still waiting at the end: censor, censor-at-visit or event",
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
confirm = { visits = 2, gap_days = [5, 15] }
or_events = ["hospitalisation"]
cycles = "first"
""",
    cases=(
        Case(
            shows="Responds on day 1. High on days 22 and 29, seven days apart: relapse on day 22, 21 days after response; last known free on day 15.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="The same visits, dated at the confirming one. The interval then starts at the same visit, the last one known free.",
            plan="""
            [endpoint.relapse]
            confirm = { visits = 2, gap_days = [5, 15], date = "confirming" }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 28            | 14         | 28         | yes   | score
            """,
        ),
        Case(
            shows="Two days apart is too close. The third visit, seven days after the first, confirms; the date is the earliest visit that it confirms.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            24  |         | 25
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="Exactly 15 days apart still confirms.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            37  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="16 days apart do not confirm: the run is open when observation ends, and the patient is censored at the last visit known free.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 24
            38  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 14            | 14         | inf        | no    | unconfirmed
            """,
        ),
        Case(
            shows="A good visit in between ends the run; the last high score waits in vain.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 24
            29  |         | 12
            36  |         | 24
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 28            | 28         | inf        | no    | unconfirmed
            """,
        ),
        Case(
            shows="The same patient, censored at the last visit.",
            plan="""
            [endpoint.relapse]
            unconfirmed = "censor-at-visit"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 24
            29  |         | 12
            36  |         | 24
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 35            | 28         | inf        | no    | unconfirmed
            """,
        ),
        Case(
            shows="The same patient, counted as relapsed there.",
            plan="""
            [endpoint.relapse]
            unconfirmed = "event"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 24
            29  |         | 12
            36  |         | 24
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 35            | 28         | 35         | yes   | unconfirmed
            """,
        ),
        Case(
            shows="Loss of response: at 16 the patient is 46.7 % better than 30, below 50 %.",
            plan="""
            [endpoint.relapse]
            score_at_least = ""
            improvement_below_percent = 50
            confirm = { visits = 1 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 15
            22  |         | 16
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="Back to 80 % of the baseline means 24 of 30: 23 is not, 24 is.",
            plan="""
            [endpoint.relapse]
            score_at_least = ""
            returns_to_percent_of_baseline = 80
            confirm = { visits = 1 }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 23
            22  |         | 24
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="A hospitalisation on day 18 is a relapse, known to the day.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |      |
            1   |         | 10    |
            15  |         | 12    | 
            18  |         |       | hospitalisation
            22  |         | 24    | 
            29  |         | 26    | 
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 17            | 17         | 17         | yes   | hospitalisation
            """,
        ),
        Case(
            shows="A hospitalisation after the first high visit of a confirmed run comes second.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |      |
            1   |         | 10    |
            15  |         | 12    | 
            22  |         | 24    | 
            25  |         |       | hospitalisation
            29  |         | 26    | 
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            relapse  | 21            | 14         | 21         | yes   | score
            """,
        ),
        Case(
            shows="No response, no relapse to wait for: set aside, and counted.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 20
            """,
            rows="""
            endpoint | duration_days | reason
            relapse  | set aside     | response not reached
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

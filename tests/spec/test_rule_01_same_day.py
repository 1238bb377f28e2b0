"""Rule 1: what comes first on one day."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=1,
    title="What comes first on one day",
    says="""
*Same day* means the same whole day. A score and a session on one day are ordered like this:

1. If both carry a time of day (a fraction: 20.25 is six hours into day 20), the time decides.
2. Otherwise a **pre-dose** or untagged score comes **before** the session, a **post-dose** score **after** it.
3. The first session is day 0 exactly. An untagged score later on day 0 (0.1667 is four hours later) is after the dose; a score tagged
   pre-dose is before it, whatever its time.
""",
    why="""
Clinics score patients in the waiting room, and write down the day but not the hour. A score read as "after" the dose that it led to would
make the dose look useless, and a relapse would be put down to the booster that answered it.
""",
    keys=("endpoint.timing",),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
cycles = "first"

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22
cycles = "first"
""",
    cases=(
        Case(
            shows="An untagged score on the day of the first dose comes before it, and is the baseline.",
            moments="""
            day | session | MADRS
            0   | x       | 30
            1   |         | 14
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 1             | 0          | 1          | yes   | score
            """,
        ),
        Case(
            shows="A post-dose score on day 0 comes after the dose: a response on the day itself.",
            moments="""
            day | session | MADRS | timing
            -3  |         | 30    |
            0   | x       | 14    | post-dose
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 0             | 0          | 0          | yes   | score
            """,
        ),
        Case(
            shows="An untagged score four hours into day 0 is after the dose.",
            moments="""
            day    | session | MADRS
            -1     |         | 30
            0      | x       |
            0.1667 |         | 14
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 0.1667        | 0          | 0.1667     | yes   | score
            """,
        ),
        Case(
            shows="A score tagged pre-dose stays before the first dose, even with a time: it is the baseline.",
            moments="""
            day    | session | MADRS | timing
            0      | x       |       |
            0.1667 |         | 30    | pre-dose
            1      |         | 15    |
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 1             | 0          | 1          | yes   | score
            """,
        ),
        Case(
            shows="An untagged high score on the day of a booster comes before it: the patient relapsed, then was boosted.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            20  | x       | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19            | 0          | 19         | yes   | relapse | score
            """,
        ),
        Case(
            shows="Tagged post-dose, the same score comes after the booster, which ended the watch.",
            moments="""
            day | session | MADRS | timing
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            20  | x       | 26    | post-dose
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19            | 0          | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="Where both carry a time, the time decides: a score twelve hours into the day comes after a booster six hours into it.",
            moments="""
            day   | session | MADRS
            -1    |         | 30
            0     | x       |
            1     |         | 10
            20.25 | x       |
            20.5  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19.25         | 0          | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="With `timing`, only visits with that timing are looked at (the baseline may have any): the good score after the first dose is passed over.",
            plan="""
            [endpoint.response]
            timing = ["pre-dose"]
            """,
            moments="""
            day | session | MADRS | timing
            -1  |         | 30    |
            0   | x       | 10    | post-dose
            3   | x       | 14    | pre-dose
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | reason
            response | 3             | 0          | 3          | yes   | score
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

"""Rule 13: response, relapse and boosters again, cycle after cycle."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=13,
    title="Cycles",
    says="""
Each block of boosters starts a new cycle, in which response, relapse and the next booster are looked for by the same rules from the block's
first session on. If the response condition held at the last visit **before** the block (and after the first dose), the response is
**maintained**: it is counted as present from the block's first session, at duration 0. Later cycles are measured against the original baseline, or with
`cycle_baseline = "pre-block"` against the last score before the block (whether response was maintained is then judged against the previous
cycle's baseline). Rapid and sustained response, and clocks that start at an event or column, belong to the first cycle only.
""",
    why="""
A scheduled booster is given to patients who are well; calling their good score afterwards a "new response" would credit the booster with what
it found. A triggered booster is given to the ill, and its response is one.
""",
    keys=(
        "course.cycle_baseline",
        "course.block_gap_days",
        "endpoint.cycles",
    ),
    plan="""
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50

[endpoint.relapse]
kind = "relapse"
origin = "endpoint:response"
instrument = "MADRS"
score_at_least = 22
""",
    cases=(
        Case(
            shows="Well before the first booster (day 30): maintained. Ill before the second (day 60): a new response on day 61. In between, relapse on day 45, 15 days after the booster.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 12
            30  | x       |
            37  |         | 12
            45  |         | 26
            60  | x       |
            61  |         | 14
            74  |         | 12
            """,
            rows="""
            endpoint | cycle | origin_day | duration_days | lower_days | upper_days | event | cause    | reason
            response | 1     | 0          | 1             | 0          | 1          | yes   | response | score
            response | 2     | 30         | 0             | 0          | 0          | yes   | response | maintained
            response | 3     | 60         | 1             | 0          | 1          | yes   | response | score
            relapse  | 1     | 1          | 29            | 21         | inf        | no    | booster  | booster
            relapse  | 2     | 30         | 15            | 7          | 15         | yes   | relapse  | score
            relapse  | 3     | 61         | 13            | 13         | inf        | no    |          | last visit
            """,
        ),
        Case(
            shows="Against the score before the block, 26, response means 13 or less: not yet on day 61, only on day 74.",
            plan="""
            [course]
            cycle_baseline = "pre-block"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 12
            30  | x       |
            37  |         | 12
            45  |         | 26
            60  | x       |
            61  |         | 14
            74  |         | 12
            """,
            rows="""
            endpoint | cycle | origin_day | duration_days | lower_days | upper_days | event | reason
            response | 1     | 0          | 1             | 0          | 1          | yes   | score
            response | 2     | 30         | 0             | 0          | 0          | yes   | maintained
            response | 3     | 60         | 14            | 1          | 14         | yes   | score
            """,
        ),
        Case(
            shows="The plan may ask for the first cycle only.",
            plan="""
            [endpoint.response]
            cycles = "first"
            [endpoint.relapse]
            cycles = "first"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            22  |         | 12
            30  | x       |
            37  |         | 12
            45  |         | 26
            60  | x       |
            61  |         | 14
            74  |         | 12
            """,
            rows="""
            endpoint | cycle | origin_day | duration_days | event | reason
            response | 1     | 0          | 1             | yes   | score
            relapse  | 1     | 1          | 29            | no    | booster
            """,
        ),
        Case(
            shows="The visit before the dose is no visit under treatment: a patient boosted without any visit in between has nothing to maintain.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            30  | x       |
            31  |         | 14
            """,
            rows="""
            endpoint | cycle | origin_day | duration_days | event | cause    | reason
            response | 1     | 0          | 0             | no    |          | no later visit
            response | 2     | 30         | 1             | yes   | response | score
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

"""Rule 4: boosters, blocks of boosters and cycles."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=4,
    title="Boosters, blocks and cycles",
    says="""
A session after the course is a **booster**. Boosters at most `block_gap_days` apart form one **block**: a re-induction of four infusions in
two weeks is one block. The `cycle` goes up at a block's first session: cycle 1 is the course and the wait after it, cycle 2 the first block
and the wait after it, and so on. Days inside a block are not at risk of the next booster, which is possible `block_gap_days` after the
block's last session at the earliest. A wait that nobody watched that long has no row ("block unfinished").
""",
    why="""
Counting each infusion of a re-induction as a booster would give one relapse four boosters, and waits of three days that nobody waited.
""",
    keys=("course.block_gap_days", "endpoint.cycles"),
    plan="""
[endpoint.next_booster]
kind = "booster"
""",
    cases=(
        Case(
            shows="Three boosters four days apart are one block; the second wait starts at its last session.",
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            30  | x       |
            34  | x       |
            38  | x       |
            60  | x       |
            90  |         | end: completed
            """,
            rows="""
            endpoint     | cycle | origin_day | entry_days | duration_days | event | reason
            next_booster | 1     | 7          | 10         | 23            | yes   | booster
            next_booster | 2     | 38         | 7          | 22            | yes   | booster
            next_booster | 3     | 60         | 7          | 30            | no    | end of follow-up
            """,
        ),
        Case(
            shows="With `block_gap_days = 3` each of them is a block of its own.",
            plan="""
            [course]
            block_gap_days = 3
            """,
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            30  | x       |
            34  | x       |
            38  | x       |
            60  | x       |
            90  |         | end: completed
            """,
            rows="""
            endpoint     | cycle | origin_day | entry_days | duration_days | event | reason
            next_booster | 1     | 7          | 10         | 23            | yes   | booster
            next_booster | 2     | 30         | 3          | 4             | yes   | booster
            next_booster | 3     | 34         | 3          | 4             | yes   | booster
            next_booster | 4     | 38         | 3          | 22            | yes   | booster
            next_booster | 5     | 60         | 3          | 30            | no    | end of follow-up
            """,
        ),
        Case(
            shows="Follow-up ends four days after the last booster, when the block might have gone on: no row for that wait.",
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            30  | x       |
            34  |         | end: completed
            """,
            rows="""
            endpoint     | cycle | origin_day | entry_days | duration_days | event | reason
            next_booster | 1     | 7          | 10         | 23            | yes   | booster
            """,
        ),
        Case(
            shows='`cycles = "first"` derives the first wait only.',
            plan="""
            [endpoint.next_booster]
            cycles = "first"
            """,
            moments="""
            day | session | event
            0   | x       |
            30  | x       |
            60  | x       |
            90  |         | end: completed
            """,
            rows="""
            endpoint     | cycle | origin_day | entry_days | duration_days | event | reason
            next_booster | 1     | 0          | 10         | 30            | yes   | booster
            """,
        ),
        Case(
            shows="Boosters exactly `block_gap_days` apart are one block.",
            moments="""
            day | session | event
            0   | x       |
            30  | x       |
            37  | x       |
            90  |         | end: completed
            """,
            rows="""
            endpoint     | cycle | origin_day | entry_days | duration_days | event | reason
            next_booster | 1     | 0          | 10         | 30            | yes   | booster
            next_booster | 2     | 37         | 7          | 53            | no    | end of follow-up
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

"""Rule 3: where the course ends, and from when a booster is possible."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=3,
    title="The course",
    says="""
The course (the induction) starts with the first session, day 0, and goes on until the first of:

- a gap **longer** than `max_gap_days` (exactly that long still belongs to it),
- `max_sessions` sessions, where the plan gives a number,
- a session later than `max_days`,
- a session whose own `phase` is something else than induction (unless `use_phase = false`).

`course_end` is the day of its last session. Where a gap or `max_days` ended the course, this is known only in hindsight: a session inside
the gap would have belonged to the course, so **nobody can be boosted before `course_end` + `max_gap_days`** (or `max_days`, if earlier).
The patient is at risk of a booster from then on (`entry_days`). Where the number of sessions or the recorded phases ended the course, the
risk starts at once. A patient whose follow-up stops inside the gap is set aside, "course unfinished", from what needs the end of the course.
""",
    why="""
Counting the days of the gap as days "without a booster" would be immortal time: those days are booster-free by definition. The report
repeats its headline for other gaps (`other_gaps_days`), since the gap is a convention.
""",
    keys=(
        "course.max_gap_days",
        "course.max_sessions",
        "course.max_days",
        "course.use_phase",
        "course.other_gaps_days",
    ),
    plan="""
[endpoint.next_booster]
kind = "booster"
cycles = "first"
""",
    cases=(
        Case(
            shows="A gap of 14 days ends the course at day 10. Boosters are possible from day 20 on, 10 days after the course.",
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            10  | x       |
            24  | x       |
            60  |         | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | cause        | reason
            next_booster | 10         | 10         | 14            | yes   | next_booster | booster
            """,
        ),
        Case(
            shows="Where 14 days are allowed, the session at day 24 is the course's last. Sessions after day 35 would not belong to it: risk starts there, 11 days on.",
            plan="""
            [course]
            max_gap_days = 14
            """,
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            10  | x       |
            24  | x       |
            60  |         | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | upper_days | event | cause | reason
            next_booster | 24         | 11         | 36            | inf        | no    |       | end of follow-up
            """,
        ),
        Case(
            shows="A gap of exactly `max_gap_days` does not end the course.",
            moments="""
            day | session | event
            0   | x       |
            10  | x       |
            60  |         | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | reason
            next_booster | 10         | 10         | 50            | no    | end of follow-up
            """,
        ),
        Case(
            shows="A course of four sessions by plan: at risk at once.",
            plan="""
            [course]
            max_sessions = 4
            """,
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            10  | x       |
            13  | x       |
            60  |         | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | reason
            next_booster | 10         | 0          | 3             | yes   | booster
            """,
        ),
        Case(
            shows="Weekly sessions: those after day 35 are boosters, and day 35 is already the last day on which one could belong to the course.",
            moments="""
            day | session | event
            0   | x       |
            7   | x       |
            14  | x       |
            21  | x       |
            28  | x       |
            35  | x       |
            42  | x       |
            60  |         | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | reason
            next_booster | 35         | 0          | 7             | yes   | booster
            """,
        ),
        Case(
            shows="The clinic recorded the phase of every session: the one marked booster is one, three days after the course.",
            moments="""
            day | session   | event
            0   | induction |
            3   | induction |
            7   | induction |
            10  | induction |
            13  | booster   |
            60  |           | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | reason
            next_booster | 10         | 0          | 3             | yes   | booster
            """,
        ),
        Case(
            shows="The plan may ignore the phases; then the fifth session belongs to the course.",
            plan="""
            [course]
            use_phase = false
            """,
            moments="""
            day | session   | event
            0   | induction |
            3   | induction |
            7   | induction |
            10  | induction |
            13  | booster   |
            60  |           | end: completed
            """,
            rows="""
            endpoint     | origin_day | entry_days | duration_days | event | reason
            next_booster | 13         | 10         | 47            | no    | end of follow-up
            """,
        ),
        Case(
            shows="Follow-up stops inside the gap: nobody knows whether the course was over.",
            moments="""
            day | session | event
            0   | x       |
            3   | x       |
            7   | x       |
            12  |         | end: lost
            """,
            rows="""
            endpoint     | duration_days | reason
            next_booster | set aside     | course unfinished
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

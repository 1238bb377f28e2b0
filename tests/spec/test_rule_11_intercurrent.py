"""Rule 11: intercurrent events and their strategies."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=11,
    title="Intercurrent events and strategies",
    says="""
A booster, a switch of treatment, ECT, death, withdrawal or loss may come before the event that is asked for. The derivation keeps the facts:
when each happened. A **strategy** per kind turns them into a row:

| strategy | the estimand's name | what becomes of the row |
| --- | --- | --- |
| `competing` | while on treatment | ended by a competing event, on its day |
| `censor` | hypothetical | censored at the last visit known free |
| `event` | composite | counts as the event, on its day |
| `ignore` | treatment policy | as if it had not happened |

By default booster, switch, ECT, death and withdrawal compete, and loss censors. For `kind = "durability"` booster, switch, ECT and death count as the
event. The earliest one ends the watch; on one day the order is booster, switch, ECT, death, withdrawal, lost, then others by name. A
follow-up that ended with one of these words as its reason has that event on its last day.
""",
    why="""
The four strategies answer four different questions. One cohort can show 20 % or 60 % "relapse at six months" according to what happens to the
boosted, and the reader must see which it was.
""",
    keys=(
        "relapse.intercurrent: strategy per intercurrent event, over these defaults",
        "durability.intercurrent: the same for durability",
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
            shows="The default for a booster: a competing event on day 25, 24 days after response.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 14         | inf        | no    | booster | booster
            """,
        ),
        Case(
            shows="`censor`: what would have been without the booster; the patient is known free up to day 15.",
            plan="""
            [endpoint.relapse]
            intercurrent = { booster = "censor" }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 14            | 14         | inf        | no    |         | booster
            """,
        ),
        Case(
            shows="`event`: the booster counts as a relapse, and is exact.",
            plan="""
            [endpoint.relapse]
            intercurrent = { booster = "event" }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 24            | 24         | 24         | yes   | relapse | booster
            """,
        ),
        Case(
            shows="`ignore`: the relapse on day 29 counts, booster or not.",
            plan="""
            [endpoint.relapse]
            intercurrent = { booster = "ignore" }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 28            | 14         | 28         | yes   | relapse | score
            """,
        ),
        Case(
            shows="The end of durability: a booster is one of its own events.",
            plan="""
            [endpoint.durability]
            kind = "durability"
            instrument = "MADRS"
            score_at_least = 22
            cycles = "first"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            25  | x       |
            29  |         | 26
            """,
            rows="""
            endpoint   | duration_days | lower_days | upper_days | event | cause      | reason
            durability | 24            | 24         | 24         | yes   | durability | booster
            """,
        ),
        Case(
            shows="Lost on day 40, censored at the last visit.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            15  |         | 12    |
            40  |         |       | end: lost
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 14            | 14         | inf        | no    |         | lost
            """,
        ),
        Case(
            shows="Death competes.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            15  |         | 12    |
            20  |         |       | death
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19            | 14         | inf        | no    | death   | death
            """,
        ),
        Case(
            shows="A switch and ECT on one day: the switch comes first in the order.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            15  |         | 12    |
            20  |         |       | ect
            20  |         |       | switch
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19            | 14         | inf        | no    | switch  | switch
            """,
        ),
        Case(
            shows="A visit on the day of a switch counts as before it: relapse on day 20.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            20  |         | 26    | switch
            """,
            rows="""
            endpoint | duration_days | lower_days | upper_days | event | cause   | reason
            relapse  | 19            | 0          | 19         | yes   | relapse | score
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

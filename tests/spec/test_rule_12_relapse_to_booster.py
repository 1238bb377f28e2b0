"""Rule 12: how long from relapse to the next session."""

import pytest
from support.spec import Case, Rule, check

RULE = Rule(
    number=12,
    title="Relapse to booster",
    says="""
From relapse to the next booster (or, with `until = "session"`, the next session of any kind). A session on the day of the relapse counts: 0 days.
The wait may end otherwise: **response regained** (the first later visit, with no session in between, at which the response rule holds), switch,
ECT, withdrawal or death, as listed under `competing`; loss censors. `regained` names the endpoint whose condition counts as regained; without it, it is the one
that the relapse follows.

Where the relapse needs confirmation, the patient is at risk only **from the confirming visit** (`entry_days`), since a booster given before it
would have hidden the relapse (rule 8). Boosters are possible only from the day that rule 3 or 4 gives.
""",
    why="""
This is how fast a service answers a relapse. Many patients get well again without a booster; treating them as "still waiting" would make the
service look slow, and dropping them would make it look fast.
""",
    keys=(
        "latency.origin: where the wait starts",
        "latency.until: what ends it: the next booster, or any session",
        "latency.competing: what may end the wait otherwise",
        "latency.regained",
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

[endpoint.relapse_to_booster]
kind = "latency"
origin = "endpoint:relapse"
cycles = "first"
""",
    cases=(
        Case(
            shows="Relapse on day 22, booster on day 30: eight days. The clock may have started as early as day 15.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            30  | x       |
            """,
            rows="""
            endpoint           | origin_day | origin_lower_day | entry_days | duration_days | upper_days | event | reason
            relapse_to_booster | 22         | 15               | 0          | 8             | 8          | yes   | booster
            """,
        ),
        Case(
            shows="Boosted on the day of the relapse: 0 days.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  | x       | 26
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 0 | 0 | 0 | yes | relapse_to_booster | booster
            """,
        ),
        Case(
            shows="Well again on day 36, without a session in between; still ill on day 29.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            29  |         | 24
            36  |         | 12
            50  | x       |
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 14 | 7 | inf | no | response_regained | response_regained
            """,
        ),
        Case(
            shows="After a booster, a good score is the booster's.",
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            30  | x       |
            36  |         | 12
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 8 | 8 | 8 | yes | relapse_to_booster | booster
            """,
        ),
        Case(
            shows="Relapse dated on day 22, but confirmed only on day 29: at risk from then on.",
            plan="""
            [endpoint.relapse]
            confirm = { visits = 2, gap_days = [5, 15] }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            29  |         | 27
            34  | x       |
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 7 | 12 | 12 | 12 | yes | relapse_to_booster | booster
            """,
        ),
        Case(
            shows="A booster before the confirmation: no relapse to wait from (rule 8), unless the plan lets the booster confirm it.",
            plan="""
            [endpoint.relapse]
            confirm = { visits = 2, gap_days = [5, 15] }
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            25  | x       |
            29  |         | 27
            """,
            rows="""
            endpoint           | duration_days | reason
            relapse_to_booster | set aside     | relapse not reached
            """,
        ),
        Case(
            shows="The same patient where the booster confirms the relapse: it also answers it, and the short wait is seen from its start.",
            plan="""
            [endpoint.relapse]
            confirm = { visits = 2, gap_days = [5, 15] }
            session_while_pending = "relapse"
            """,
            moments="""
            day | session | MADRS
            -1  |         | 30
            0   | x       |
            1   |         | 10
            15  |         | 12
            22  |         | 26
            25  | x       |
            29  |         | 27
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 3 | 3 | 3 | yes | relapse_to_booster | booster
            """,
        ),
        Case(
            shows="A switch came first.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            22  |         | 26    |
            27  |         |       | switch
            30  | x       |       |
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 5 | 5 | inf | no | switch | switch
            """,
        ),
        Case(
            shows="Still ill and not boosted at the last visit: censored there, since nobody saw afterwards whether response was regained.",
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            22  |         | 26    |
            36  |         | 25    |
            90  |         |       | end: completed
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 14 | 14 | inf | no | | last visit
            """,
        ),
        Case(
            shows="Where regained response is not asked for, only exact events remain, and the wait is watched to the end of follow-up.",
            plan="""
            [endpoint.relapse_to_booster]
            competing = ["switch", "ect", "withdrawal", "death"]
            """,
            moments="""
            day | session | MADRS | event
            -1  |         | 30    |
            0   | x       |       |
            1   |         | 10    |
            22  |         | 26    |
            36  |         | 25    |
            90  |         |       | end: completed
            """,
            rows="""
            endpoint           | origin_day | entry_days | duration_days | lower_days | upper_days | event | cause              | reason
            relapse_to_booster | 22 | 0 | 68 | 68 | inf | no | | end of follow-up
            """,
        ),
    ),
)


@pytest.mark.parametrize("case", RULE.cases, ids=lambda case: case.shows)
def test_case(case, via):
    check(RULE, case, via)

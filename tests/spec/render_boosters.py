"""Write analysis/BOOSTERS.md and its drawings: python tests/spec/render_boosters.py.

Every picture is one patient, run through the package.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "analysis" / "BOOSTERS.md"
DRAWINGS = "timelines"
for folder in (ROOT / "analysis", ROOT / "tests"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from support.cohorts import cohort_of  # noqa: E402 the path above comes first

from afterglow.endpoints.path import State  # noqa: E402
from afterglow.estimate.target_trial.clones import NOT_IN_TIME, clone  # noqa: E402
from afterglow.estimate.target_trial.days import read_days  # noqa: E402
from afterglow.estimate.target_trial.strategies import NOT_ALLOWED  # noqa: E402
from afterglow.figures.canvas import new_figure  # noqa: E402
from afterglow.figures.style import DOUBLE_COLUMN  # noqa: E402
from afterglow.figures.svg import figure_to_svg  # noqa: E402
from afterglow.figures.timeline import draw_timeline, timeline_height  # noqa: E402
from afterglow.names import (  # noqa: E402
    CAUSE,
    CYCLE,
    DAYS_SINCE_SESSION,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    FROM_STATE,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TO_STATE,
)
from afterglow.plan.reading import plan_from_text  # noqa: E402
from afterglow.study.analysed import analysed  # noqa: E402
from afterglow.study.landmarks import from_landmark  # noqa: E402
from afterglow.study.path import STATE_WORDS, path_table  # noqa: E402
from afterglow.study.run import prepare  # noqa: E402
from afterglow.study.setting import Setting  # noqa: E402
from afterglow.study.trial_days import DECIDED, TREATED, WAITING, trial_days  # noqa: E402
from afterglow.study.trial_rows import strategies_of  # noqa: E402
from afterglow.study.weight_table import AT_VISIT, weight_table  # noqa: E402

PATIENT = "A"
PLAN = """
title = "Boosters, drawn"
question = "What do these words mean?"
[data]
path = "."
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
[endpoint.relapse]
kind = "relapse"
origin = "course_end"
instrument = "MADRS"
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }
[endpoint.since_response]
kind = "relapse"
origin = "endpoint:response"
instrument = "MADRS"
score_at_least = 22
[endpoint.next_booster]
kind = "booster"
[endpoint.relapse_to_booster]
kind = "latency"
origin = "endpoint:relapse"
until = "booster"
competing = ["response_regained", "switch", "ect", "withdrawal", "death"]
regained = "response"
[analysis.trial]
estimator = "target_trial"
endpoint = "relapse"
grace_days = 7
horizon_days = 70
relapse_days = true
resamples = 2
strategies = [
    { name = "every 14 days", every_days = 14 },
    { name = "on relapse", when = "relapse" },
    { name = "no booster", never = true },
]
"""
WORDS = {"competing": "competing", "censor": "hypothetical", "event": "composite",
         "ignore": "treatment policy"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What a clinic wrote down of one patient."""

    scores: tuple[tuple[float, float], ...]
    sessions: tuple[float, ...]
    end_day: float

    @property
    def setting(self) -> Setting:
        """The patient as a cohort, with every endpoint derived."""
        return _setting(self)


@cache
def _setting(patient: Patient) -> Setting:
    cohort = cohort_of(
        subjects=pd.DataFrame({SUBJECT: [PATIENT]}),
        scores=[(PATIENT, day, "MADRS", score, "") for day, score in patient.scores],
        sessions=[(PATIENT, day, 1, "") for day in patient.sessions],
        events=None,
        follow_up=[(PATIENT, patient.end_day, "administrative")],
    )
    return prepare(plan_from_text(PLAN), cohort)[0]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One definition: what it says, how a plan asks for it, and a picture."""

    name: str
    title: str
    says: str
    shows: str
    plan: str
    function: str
    patient: Patient
    rows: Callable[[Setting], pd.DataFrame]


def _row(name: str, start: float, stop: float, **more: object) -> dict[str, object]:
    plain = {ENTRY: 0.0, LOWER: stop - start, EVENT: False, CAUSE: "", CYCLE: 1}
    return {ENDPOINT: name, ORIGIN_DAY: start, DURATION: stop - start, **plain, **more}


def _under_every_strategy(setting: Setting) -> pd.DataFrame:
    parts = [
        setting.derived.endpoint("relapse", strategies={"booster": strategy}).assign(
            **{ENDPOINT: words}
        )
        for strategy, words in WORDS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _decisions(setting: Setting) -> pd.DataFrame:
    """The periods of the table of decisions, each on the score known then."""
    table = weight_table(setting.cohort, setting.derived, "relapse")
    origin = float(setting.derived.endpoint("relapse")[ORIGIN_DAY].iloc[0])
    asked = table[table["trials"] > 0]
    rows = []
    for record in asked.to_dict("records"):
        start, days = origin + record[START_DAY], record["trials"]
        word = "that day" if record["decision"] == AT_VISIT else "days after"
        name = f"MADRS {record['last_score']:g}, {word}"
        first = start if record["decision"] == AT_VISIT else start + 1
        ended = bool(record["censored"])
        rows.append(_row(name, first - 0.4, first + days - 0.6, cause="booster" if ended else "",
                         event=ended))  # fmt: skip
    return pd.DataFrame(rows)


def _waits(setting: Setting) -> pd.DataFrame:
    derived = setting.derived
    wait = derived.endpoint("relapse_to_booster")
    once = wait.assign(
        **{
            ENDPOINT: "from the confirmation",
            ORIGIN_DAY: wait[ORIGIN_DAY] + wait[ENTRY],
            DURATION: wait[DURATION] - wait[ENTRY],
            LOWER: wait[DURATION] - wait[ENTRY],
            ENTRY: 0.0,
        }
    )
    named = wait.assign(**{ENDPOINT: "from the relapse"})
    return pd.concat([derived.endpoint("relapse"), named, once], ignore_index=True)


def _gaps(setting: Setting) -> pd.DataFrame:
    rows = setting.derived.rows
    return rows[rows[ENDPOINT] == "next_booster"].assign(**{ENDPOINT: "gap"})


def _both_ends(setting: Setting) -> pd.DataFrame:
    derived = setting.derived
    lasts = derived.endpoint("since_response")
    origin, earliest = lasts[ORIGIN_DAY], lasts[ORIGIN_LOWER_DAY]
    longest = lasts.assign(
        **{
            ENDPOINT: "longest that it may have been",
            ORIGIN_DAY: earliest,
            DURATION: lasts[DURATION] + origin - earliest,
            LOWER: lasts[DURATION] + origin - earliest,
        }
    )
    shortest = lasts.assign(**{ENDPOINT: "shortest that it can have been", DURATION: lasts[LOWER]})
    rows = [derived.endpoint("response"), lasts.assign(**{ENDPOINT: "as dated by visits"})]
    return pd.concat([*rows, longest, shortest], ignore_index=True)


def _landmark(setting: Setting) -> pd.DataFrame:
    rows = setting.derived.endpoint("relapse")
    later = from_landmark(rows, 14.0).rows
    return pd.concat(
        [
            rows.assign(**{ENDPOINT: "from the course's end"}),
            later.assign(**{ENDPOINT: "from the landmark"}),
        ],
        ignore_index=True,
    )


def _clones(setting: Setting) -> pd.DataFrame:
    analysis = setting.plan.analysis["trial"]
    found = analysed("trial", analysis, setting)
    table = trial_days(found, analysis, [], setting)
    days = read_days(
        table, subject=SUBJECT, day="day", treated=TREATED, event=EVENT, since=DAYS_SINCE_SESSION,
        waiting=WAITING, decided=DECIDED, state=None, rhythm=None, horizon=int(analysis.horizon_days),
    )  # fmt: skip
    rows = found.rows.iloc[0]
    zero = float(rows[ORIGIN_DAY] + max(float(rows[ENTRY]), 0.0))
    made = []
    for strategy in strategies_of(analysis):
        copies = clone(days, strategy, analysis.grace_days)
        stop = zero + int(np.flatnonzero(copies.adherent[0])[-1])
        given = bool((copies.left & days.treated).any())
        late = bool((copies.left & ~days.treated).any())
        cause = NOT_ALLOWED if given else NOT_IN_TIME if late else ""
        made.append(_row(strategy.name, zero, stop, cause=cause))
    return pd.DataFrame(made)


def _prediction(setting: Setting) -> pd.DataFrame:
    rows = setting.derived.endpoint("relapse")
    asked, horizon = 14.0, 28.0
    later = from_landmark(rows, asked).rows
    cut = np.minimum(later[DURATION], horizon)
    within = later.assign(
        **{
            ENDPOINT: "predicted: the next 28 days",
            DURATION: cut,
            LOWER: np.minimum(later[LOWER], cut),
            EVENT: later[EVENT] & (later[DURATION] <= horizon),
        }
    )
    origin = float(rows[ORIGIN_DAY].iloc[0])
    known = _row("what is known by then", min(-1.0, origin), origin + asked, cause="prediction")
    return pd.concat([pd.DataFrame([known]), within], ignore_index=True)


def _states(setting: Setting) -> pd.DataFrame:
    path = path_table(setting.cohort, setting.derived)
    first = path.groupby((path[FROM_STATE] != path[FROM_STATE].shift()).cumsum())
    rows = []
    for _, part in first:
        after = str(part[TO_STATE].iloc[-1])
        start, stop = float(part[START_DAY].iloc[0]), float(part[STOP_DAY].iloc[-1])
        moved = after not in ("", STATE_WORDS[State.CENSORED])
        rows.append(_row(str(part[FROM_STATE].iloc[0]), start, stop, cause=after, event=moved))
    return pd.DataFrame(rows)


BOOSTED = Patient(
    scores=((-1, 32), (11, 10), (18, 14), (25, 19), (32, 12), (39, 15), (46, 25), (53, 27)),
    sessions=(0, 3, 7, 10, 27),
    end_day=60,
)
RELAPSED = Patient(
    scores=((-1, 32), (11, 10), (18, 12), (25, 14), (32, 24), (39, 26), (51, 13)),
    sessions=(0, 3, 7, 10, 45),
    end_day=60,
)
CYCLES = Patient(
    scores=((-1, 32), (11, 10), (26, 20), (33, 12), (50, 24), (60, 11), (75, 14)),
    sessions=(0, 3, 7, 10, 28, 31, 52, 80),
    end_day=100,
)

DEFINITIONS = (
    Definition(
        name="strategies",
        title="The same booster under every strategy",
        says="""
        A booster on day 27 hides the relapse that it answers. Derivation keeps the facts; a strategy turns them into a row:

        - **competing** (while on treatment): the booster ends the watch, and what follows it is no relapse of this course;
        - **hypothetical**: the row is censored at the last visit known free. Read alone (*naive*), the others stand for this patient, who was
          worse than they; *weighted*, only those as ill as this patient do, if some of them were given no booster. Beside the other strategies
          the naive curve censors on the day of the booster, so that it lies between the worst and the best case;
        - **composite**: the booster counts as the end of the response, as a relapse does;
        - **treatment policy**: the booster is part of the care, and the relapse of day 46 counts.

        Whatever would have come without a booster lies between *relapse on the day of the booster* (the worst case, the composite curve) and
        *never* (the best case, the competing curve).
        """,
        shows="One patient, a booster on day 27 and a relapse on day 46: four rows of the same endpoint.",
        plan="""
        [analysis.every_strategy]
        estimator = "strategy_comparison"
        endpoint = "relapse"
        at_days = [28, 56]
        """,
        function="strategy_comparison",
        patient=BOOSTED,
        rows=_under_every_strategy,
    ),
    Definition(
        name="decisions",
        title="Decisions to give a booster",
        says="""
        Weights are made from decisions. Each visit's day is one, on the score of that very visit, as a visit comes before the session of its
        day; the days from there to the next visit are others, on the same score. A logistic model of *boosted now, given not yet* gives each
        decision its chance, and whoever goes on unboosted weighs the inverse of the product of the chances to remain so. A relapse at a visit
        is weighted by the decisions before it, never by that day's.

        It rests on two things. Whatever makes a booster likelier *and* foretells relapse is in the model: put the score in, and all else that
        the clinic looks at. And at every score some remain without: where all above a score are boosted at once, nobody shows what would have
        come, and the report warns. It also holds the boosters of each site and arm against the number that the model expects: a site that gives
        them by a calendar does not follow a model of scores, and is better analysed apart.

        Drop-out is weighted for in the same way, where `weight_for` names it (`"lost"`, `"withdrawal"`): a visit can be the last one, and the
        worse the score, the likelier. The model is then one of *either*.
        """,
        shows="Decisions of one patient on the scores known then, until a booster is given on day 27.",
        plan="""
        [analysis.without_boosters]
        estimator = "weighted_kaplan_meier"
        endpoint = "relapse"
        at_days = [28, 56]
        """,
        function="weighted_kaplan_meier, weight_table",
        patient=BOOSTED,
        rows=_decisions,
    ),
    Definition(
        name="latency",
        title="From relapse to the next booster",
        says="""
        The wait starts at the relapse, the first visit of the run (day 32). Nobody knows of the relapse before the second visit confirms it
        (day 39): until then the patient is not at risk, or short waits could never be seen. `clock = "confirmed"` counts from there. Response
        regained without a session, switch, ECT, withdrawal and death compete. Scheduled and triggered boosters are told apart: one is part of
        the policy, the other an outcome. Boosters given before the confirmation are counted beside the wait.
        """,
        shows="A relapse seen on day 32, confirmed on day 39, and a booster on day 45: a wait of 13 days, or of 6.",
        plan="""
        [analysis.wait]
        estimator = "booster_latency"
        endpoint = "relapse_to_booster"
        within_days = [7, 14, 28]
        """,
        function="aalen_johansen on the rows of the endpoint",
        patient=RELAPSED,
        rows=_waits,
    ),
    Definition(
        name="gaps",
        title="Cycles and gaps",
        says="""
        Cycle 1 is the course and what follows it; every booster block begins the next. A gap runs from the last session of the course or block
        to the first of the next block. Right after the course nobody can be boosted until the gap that ended it has passed, and within a block
        nobody is at risk of the next: the dotted part. All gaps pooled would speak for those with many short ones; the curve over all cycles
        lets each patient count once (Wang and Chang).
        """,
        shows="Four cycles of one patient; the last gap is still open at the end.",
        plan="""
        [analysis.cycles]
        estimator = "cycle_summary"
        endpoint = "next_booster"
        pooled_from = 4
        """,
        function="gap_survival",
        patient=CYCLES,
        rows=_gaps,
    ),
    Definition(
        name="both-ends",
        title="A response whose beginning and end nobody saw",
        says="""
        Response was first seen on day 11 and may have begun at any time since day 0; relapse was first seen on day 32 and may have come since
        day 25. The duration lies between 14 and 32 days. The beginning is drawn several times from the estimate of all beginnings, within its
        interval; each time the end stays an interval; the estimates are pooled by Rubin's rules, and the report says how much of the variance
        is the unseen beginning's.
        """,
        shows="Duration of response as visits date it, and the longest and shortest that it can have been.",
        plan="""
        [analysis.response_lasts]
        estimator = "doubly_censored"
        endpoint = "since_response"
        at_days = [28, 56]
        """,
        function="doubly_censored",
        patient=RELAPSED,
        rows=_both_ends,
    ),
    Definition(
        name="landmark",
        title="Groups known only later",
        says="""
        Who responds, who remits, who is boosted is known only after day 0. Grouped by it from day 0, those who had to stay well to be grouped
        bring time in which they could not fail (immortal time). Such groups are refused, and three ways are offered: a **landmark**, groups by
        what is known on a day, clocks that start there, and whoever had the event before it set aside; a **status that changes** on the day it
        is known, in a Cox model; or **cloning** (below).
        """,
        shows="The same row from the end of the course, and from a landmark 14 days later.",
        plan="""
        [analysis.remitted_or_not]
        estimator = "kaplan_meier"
        endpoint = "relapse"
        by = "endpoint:remission"
        landmark_days = 14
        naive = true
        """,
        function="derive, then any estimator",
        patient=RELAPSED,
        rows=_landmark,
    ),
    Definition(
        name="clones",
        title="Strategies of boosters, as a target trial",
        says="""
        Which strategy is best cannot be read from who was boosted. Each patient is copied once per strategy that is still possible at time
        zero; a copy is censored when the patient leaves its strategy, beyond the grace period, and the copies that remain are weighted by the
        inverse of the chance to have followed it so long, on the scores known by then. This patient follows *on relapse* to
        the end and *no booster* until day 45; of a booster every 14 days the copy leaves on day 31, when none has come in time.

        With `relapse_days`, copies are followed after a relapse, and the share in relapse on a day is that of those past it, times the share past
        it by the curve: few keep to *no booster* once in relapse, and that makes relapse no rarer.
        """,
        shows="Three copies of one patient, each followed until its strategy is left.",
        plan="""
        [analysis.trial]
        estimator = "target_trial"
        endpoint = "relapse"
        grace_days = 7
        horizon_days = 70
        relapse_days = true
        strategies = [
            { name = "every 14 days", every_days = 14 },
            { name = "on relapse", when = "relapse" },
            { name = "no booster", never = true },
        ]
        """,
        function="clone_censor_weight",
        patient=RELAPSED,
        rows=_clones,
    ),
    Definition(
        name="prediction",
        title="Prediction for one patient",
        says="""
        On day *s* after the course, from the scores so far: the probability of relapse within the next *h* days. Patients who are still at risk on
        day *s* are stacked, one layer per day of prediction, each watched for *h* days, and one model with the day in it is fitted (a landmark
        supermodel). The target is named and never mixed: relapse *had no booster been given*, relapse *before a booster*, or *days* to relapse.
        """,
        shows="Day 14 after the course: what is known by then, and the 28 days that are predicted.",
        plan="""
        [analysis.next_weeks]
        estimator = "landmark_prediction"
        endpoint = "relapse"
        target = "relapse_before_booster"
        prediction_days = [14, 21, 28]
        horizon_days = 28
        """,
        function="landmark_prediction",
        patient=RELAPSED,
        rows=_prediction,
    ),
    Definition(
        name="states",
        title="States over a year",
        says="""
        A visit moves a patient into the state that its score shows: symptomatic, response, remission; a confirmed relapse into relapse, where
        the patient stays until a response is seen again. With `treatment_states` the course and each booster block are states of their own.
        Shares in each state on a day, expected days in them, days without treatment and sessions per month spent well follow from these paths.
        """,
        shows="The states of one patient, each until the next visit that shows another.",
        plan="""
        [analysis.states]
        estimator = "multistate"
        endpoint = "response"
        at_days = [28, 84]
        """,
        function="path_table, multistate",
        patient=RELAPSED,
        rows=_states,
    ),
)


def _drawing(one: Definition) -> str:
    return f"boosters-{one.name}.svg"


def drawings() -> Iterator[tuple[str, str]]:
    """Yield the name and the drawing of every definition."""
    for one in DEFINITIONS:
        setting = one.patient.setting
        rows = one.rows(setting)
        figure = new_figure(DOUBLE_COLUMN, timeline_height(setting.cohort.scores, rows))
        draw_timeline(setting.cohort.scores, rows, sessions=setting.cohort.sessions, figure=figure)
        name = _drawing(one).removesuffix(".svg")
        yield (
            _drawing(one),
            figure_to_svg(figure, name=name, title=one.title, description=one.shows),
        )


def _chapter(one: Definition) -> str:
    parts = [
        f"## {one.title}",
        dedent(one.says).strip(),
        f"![{one.shows}]({DRAWINGS}/{_drawing(one)})",
        f"*{one.shows}*",
        "\n".join(["```toml", dedent(one.plan).strip(), "```"]),
        f"In a notebook: `{one.function}`.",
    ]
    return "\n\n".join(parts)


def render() -> str:
    """The page, as Markdown."""
    opening = (HERE / "boosters_opening.md").read_text(encoding="utf-8").strip()
    return "\n\n".join([opening, *map(_chapter, DEFINITIONS)]) + "\n"


def main() -> None:
    """Write the page and its drawings."""
    PAGE.write_text(render(), encoding="utf-8")
    for name, svg in drawings():
        (PAGE.parent / DRAWINGS / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Why strategies differ in these data, in one paragraph, and which one the plan named."""

import math
from typing import Any, Final

from afterglow.names import N_EVENTS
from afterglow.report.analysis_rows import AnalysisRows, population_label, records
from afterglow.report.blocks import Prose
from afterglow.report.naive_words import naive_pieces
from afterglow.report.sensitivity_rows import SENSITIVITY
from afterglow.report.sentences import day_words, free, happened, share_words
from afterglow.report.strategy_words import (
    LABELS,
    bare_words,
    event_words,
    kinds_words,
    last_day,
    primaries,
    strategies_shown,
    weighted_apart,
)
from afterglow.report.words import cause_words, counted, listed, lower_first, with_article
from afterglow.study.strategy_reasons import (
    CAME_FIRST,
    CONCERNED,
    EVENT_SEEN,
    OTHERS,
    SCORE_DIFFERENCE,
    SCORE_MEAN,
)
from afterglow.study.strategy_roles import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    PRIMARY_STRATEGY,
    TREATMENT_POLICY,
    WEIGHTED,
)
from afterglow.study.strategy_rows import BEST, FREE, WORST
from afterglow.study.strategy_weighted import OUTSIDE
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt

HIGHER_IS_WORSE: Final = "worse"
BOOSTER: Final = "booster"
CYCLES: Final = {1: "the first cycle"}
LATER: Final = "this cycle"
GIVEN: Final = "were given a booster"
NEAR: Final = {"relapse": "relapse", "durability": "the end of their response"}
WORSE: Final = ("nearer to", "soon have had it", "high")
BETTER: Final = ("further from", "have stayed free of it", "low")


def strategies_finding(rows: AnalysisRows) -> str:
    """Return the range that the strategies span, and the primary one's estimate."""
    shown, day = strategies_shown(rows), last_day(rows)
    if not shown:
        return "There was nobody to analyse."
    high, low = (rows.one(FREE, group=group, day=day) for group in (shown[0], shown[-1]))
    n = counted(rows.value("n", group=COMPETING), "subject")
    when = day_words(rows, day)
    bare = bare_words(rows.analysis.vary)
    if high.estimate == low.estimate:
        return (
            f"At {when}, {share_words(high, rows.level)} of {n} {free(rows)} under every strategy: "
            f"no {bare} came first."
        )
    said = (
        f"At {when}, between {fmt.percent(low.estimate)} ({lower_first(LABELS[shown[-1]])}) and "
        f"{fmt.percent(high.estimate)} ({lower_first(LABELS[shown[0]])}) of {n} {free(rows)}, "
        f"depending on what {kinds_words(rows)} is taken to mean"
    )
    return f"{said}{_primary_value(rows, day)}.{_on_fewer(rows)}"


def _on_fewer(rows: AnalysisRows) -> str:
    """Say how many the weighted estimate stands on, where those are not all."""
    if WEIGHTED not in strategies_shown(rows) or not rows.value(UNSEEN, group=WEIGHTED) > 0:
        return ""
    return f" The weighted estimate stands on {fmt.count(rows.value('n', group=WEIGHTED))} of them."


def _primary_value(rows: AnalysisRows, day: float) -> str:
    named = [(g, rows.one(FREE, group=g, day=day)) for g in primaries(rows)]
    values = [
        f"{lower_first(LABELS[group])}, which the plan named as primary"
        f"{' in another population' if _of_others(rows, primaries(rows)[group]) else ''}, gives "
        f"{share_words(row, rows.level)}"
        for group, row in named
        if row is not None
    ]
    return f"; {listed(values)}" if values else ""


def strategies_paragraph(rows: AnalysisRows) -> Prose | None:
    """Return why the strategies differ; None where nobody is analysed."""
    if not strategies_shown(rows):
        return None
    parts = [_counts(rows), _pending(rows), _scores(rows), *_strategies(rows), _named(rows)]
    why = " ".join(part for part in parts if part)
    naive = naive_pieces(rows, weighted_apart(rows))
    return Prose(paragraphs=(why, naive) if naive else (why,))


def _counts(rows: AnalysisRows) -> str:
    day = last_day(rows)
    own = rows.one(FREE, group=COMPETING, day=day)
    firsts = [(kind, rows.value(CAME_FIRST, term=kind, day=day)) for kind in rows.analysis.vary]
    known = [(kind, n) for kind, n in firsts if n] or firsts[:1]
    came = listed([f"{fmt.count(n)} {_given(kind)} first" for kind, n in known])
    n = counted(rows.value("n", group=COMPETING), "subject")
    had = fmt.count(getattr(own, N_EVENTS))
    return f"By {day_words(rows, day)}, of {n}, {had} {happened(rows)} first and {came}."


def _given(kind: str) -> str:
    return GIVEN if kind == BOOSTER else f"had {with_article(kind)}"


def _first_in_all(rows: AnalysisRows) -> float:
    day = last_day(rows)
    return sum(rows.value(CAME_FIRST, term=kind, day=day) for kind in rows.analysis.vary)


def _pending(rows: AnalysisRows) -> str:
    n = rows.value("n_affected", term="session_while_pending", section=SENSITIVITY)
    if not n > 0 or BOOSTER not in rows.analysis.vary:
        return ""
    return (
        f"Over the whole follow-up of {CYCLES.get(rows.analysis.cycle, LATER)}, "
        f"{counted(n, 'booster')} came while a score that met the rule waited for the visit that "
        "would have confirmed it."
    )


def _scores(rows: AnalysisRows) -> str:
    day = last_day(rows)
    own = rows.one(SCORE_MEAN, level=CONCERNED, day=day)
    others = rows.one(SCORE_MEAN, level=OTHERS, day=day)
    if own is None or others is None:
        return ""
    apart = rows.one(SCORE_DIFFERENCE, day=day)
    limits = fmt.interval(apart.conf_low, apart.conf_high, 1)
    between = f"{fmt.number(apart.estimate, 1)}, {fmt.confidence_level(rows.level)} {limits}"
    return (
        f"The last {_scale(rows)} before was {fmt.number(own.estimate, 1)} on average; the others "
        f"still at risk on the same days had {fmt.number(others.estimate, 1)} (difference "
        f"{between}). {_meaning(rows, apart)}"
    )


def _scale(rows: AnalysisRows) -> str:
    return str(getattr(rows.endpoint, "instrument", ""))


def _meaning(rows: AnalysisRows, apart: Any) -> str:
    """Say whether those concerned were worse off than the others, and what that does."""
    who, what = _concerned(rows), NEAR.get(rows.endpoint.kind, event_words(rows))
    if not (apart.conf_low > 0 or apart.conf_high < 0):
        return f"These data do not show that {who} were nearer to {what} than the others."
    worse_is_high = rows.study.library.get(_scale(rows)).higher_is == HIGHER_IS_WORSE
    worse = (apart.estimate > 0) == worse_is_high
    where, fate, how = WORSE if worse else BETTER
    return (
        f"So {who} were {where} {what} than the others. Censoring them takes out those who would "
        f"{fate}: the naive curve then tends to be too {how} for what would have come without."
    )


def _concerned(rows: AnalysisRows) -> str:
    only = tuple(rows.analysis.vary) == (BOOSTER,)
    return "those given a booster" if only else "those to whom it came"


def _strategies(rows: AnalysisRows) -> list[str]:
    """Return one sentence per strategy on what it does with those concerned."""
    if not _first_in_all(rows):
        return [
            f"By then no {bare_words(rows.analysis.vary)} had come before the event, so that every "
            "strategy sees the same data."
        ]
    day = last_day(rows)
    seen = rows.value(EVENT_SEEN, day=day)
    first = fmt.count(_first_in_all(rows))
    words = {
        COMPETING: f"the competing estimate lets no {event_words(rows)} come to them and "
        "describes what was seen under the care that was given",
        COMPOSITE: "the composite estimate counts each of them as an end",
        NAIVE: "the naive one takes them out on that day",
        WEIGHTED: "the weighted one lets others with alike scores stand in for them",
        TREATMENT_POLICY: f"treatment policy watches on, and sees {event_words(rows)} in "
        f"{fmt.count(seen)} of them by that day",
    }
    shown = [group for group in strategies_shown(rows) if group in words]
    said = [
        f"{words[group]} ({fmt.percent(rows.value(FREE, group=group, day=day))})" for group in shown
    ]
    worst, best = rows.value(WORST, day=day), rows.value(BEST, day=day)
    return [
        f"The strategies differ in what becomes of these {first}: {'; '.join(said)}.",
        f"Had there been no {bare_words(rows.analysis.vary)}, the share would have lain between "
        f"{fmt.percent(worst)} and {fmt.percent(best)} whatever these {first} would have come to, "
        f"sampling error apart.{outside_words(rows, worst, best)}",
    ]


def outside_words(rows: AnalysisRows, worst: float, best: float) -> str:
    """Say why the weighted estimate is not between the bounds, where other events do that."""
    row = rows.one(FREE, group=WEIGHTED, day=last_day(rows))
    if row is None or worst <= row.estimate <= best or math.isnan(row.estimate):
        return ""
    others = listed([cause_words(kind) for kind in weighted_apart(rows)])
    if not others or OUTSIDE in row.warning:
        return f" The weighted estimate lies {OUTSIDE}."
    return f" The weighted estimate lies outside, as it ends the watch at {others} too."


def _named(rows: AnalysisRows) -> str:
    named = list(records(rows.rows(PRIMARY_STRATEGY)))
    known = [row for row in named if row.estimate]
    if not known:
        return (
            "The plan has no primary analysis of this endpoint by one of these strategies: none of "
            "them can be called its answer."
        )
    labels = [f"{lower_first(LABELS[row.group])} (“{_label(rows, row)}”)" for row in known]
    said = f"Of the strategies the plan named as primary: {listed(labels)}."
    others = [row.level for row in known if _of_others(rows, row.level)]
    if others:
        where = population_label(rows.study, rows.study.plan.analysis[others[0]].population)
        said += f" That analysis is of another population ({lower_first(where)}), so that its own"
        said += " estimate differs."
    if any(row.warning for row in known):
        said += (
            " That analysis takes further events in another way than this comparison, so that its "
            "own estimate differs."
        )
    return said


def _of_others(rows: AnalysisRows, name: str) -> bool:
    """Say whether an analysis of the plan is of another population than the comparison."""
    return bool(rows.study.plan.analysis[name].population != rows.analysis.population)


def _label(rows: AnalysisRows, row: Any) -> str:
    return rows.study.plan.analysis[row.level].label or row.level

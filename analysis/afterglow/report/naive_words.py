"""Why naive figures of one endpoint differ: whom they watch, until when, and what else ends it."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.names import ESTIMATE
from afterglow.report.analysis_rows import AnalysisRows, all_analyses, competing_causes
from afterglow.report.blocks import Ref, Sentence
from afterglow.report.strategy_words import bare_words, event_words, last_day, strategies_shown
from afterglow.report.words import cause_words, counted, either, listed, with_article
from afterglow.study.results import LEVEL
from afterglow.study.strategy_roles import COMPETING, NAIVE, WEIGHTED
from afterglow.study.strategy_rows import FREE
from afterglow.study.strategy_weighted import WITHOUT_WEIGHTS
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt

SAME: Final = ("endpoint", "population", "cycle")
UNTIL: Final = (
    "A score shows {event} only at a visit: the weighted estimate therefore watches a subject up "
    "to the last visit that showed none, the naive one up to the day of the {bare}. "
)
STANDS_ON: Final = "So the weighted one stands on {here} of the {all}{aside}. "
ASIDE: Final = (
    "; left to the weights alone: the other {n}, without such a visit while at risk ({ends})"
)
STEPS: Final = (
    "Watched like this but without weights, {free} stay free of {event}: the step from {naive} to "
    "{free} comes from this{apart}; that from {free} to {weighted} comes from the weights."
)
APART: Final = ", and from ending the watch at {others} too"
ALSO: Final = (
    ") has another naive figure, {share} with {event}: there the watch ends on the day of {others}"
    " too, here these compete."
)


def naive_pieces(rows: AnalysisRows, apart: Sequence[str]) -> Sentence:
    """Return why the naive estimate is not the one beside the weighted curve, nor another's.

    Parameters
    ----------
    rows : AnalysisRows
        Of a comparison of strategies.
    apart : sequence of str
        The events that its weighted analysis treats in another way.

    Returns
    -------
    Sentence
        "" where the plan has one naive figure only.
    """
    return (*_beside_weights(rows, apart), *_elsewhere(rows)) or ""


def unseen_words(rows: AnalysisRows) -> str:
    """Return what came before a visit showed those who have no time at risk: "37 before a …"."""
    ends = rows.rows(UNSEEN)
    pairs = zip(ends[LEVEL], ends[ESTIMATE], strict=True)
    return listed(f"{fmt.count(n)} {_before(end)}" for end, n in pairs if end)


def _before(end: str) -> str:
    return end if end == "censored" else f"before {with_article(end)}"


def _beside_weights(rows: AnalysisRows, apart: Sequence[str]) -> Iterator[str]:
    day = last_day(rows)
    alike = rows.one(WITHOUT_WEIGHTS, group=WEIGHTED, day=day)
    if alike is None or WEIGHTED not in strategies_shown(rows):
        return
    event, bare = event_words(rows), bare_words(rows.analysis.vary)
    unseen = rows.value(UNSEEN, group=WEIGHTED)
    aside = ASIDE.format(n=fmt.count(unseen), ends=unseen_words(rows)) if unseen > 0 else ""
    others = listed([cause_words(kind) for kind in apart])
    yield UNTIL.format(event=with_article(event), bare=bare)
    yield STANDS_ON.format(
        here=fmt.count(rows.value("n", group=WEIGHTED)),
        all=counted(rows.value("n", group=COMPETING), "subject"),
        aside=aside,
    )
    yield STEPS.format(
        event=event,
        free=fmt.percent(alike.estimate),
        naive=fmt.percent(rows.value(FREE, group=NAIVE, day=day)),
        weighted=fmt.percent(rows.value(FREE, group=WEIGHTED, day=day)),
        apart=APART.format(others=others) if others else "",
    )


def _elsewhere(rows: AnalysisRows) -> Iterator[str | Ref]:
    """Yield where else a naive figure of this day stands, and what it censors beside."""
    day, own = last_day(rows), rows.analysis
    for other in all_analyses(rows.study):
        if any(getattr(other.analysis, key) != getattr(own, key) for key in SAME):
            continue
        naive = other.one("naive_incidence", term=own.endpoint, day=day)
        others = [cause for cause in competing_causes(other) if cause not in own.vary]
        if naive is None or not others or other.analysis.strategy:
            continue
        yield f" “{other.label}” ("
        yield Ref(other.anchor)
        yield ALSO.format(
            share=fmt.percent(naive.estimate),
            event=event_words(rows),
            others=either([with_article(cause) for cause in others]),
        )

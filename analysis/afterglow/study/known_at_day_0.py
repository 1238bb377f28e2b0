"""Columns of the subjects that tell what came later: responders, boosted, sessions received.

A column that coincides with a fact of this cohort that day 0 cannot know forms groups with
immortal time, whatever it is called. It is refused unless the plan vouches for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.errors import PlanError
from afterglow.names import EVENT_NAME, SESSIONS_SO_FAR
from afterglow.plan.later_groups import FILTERED, IMMORTAL, ways_out
from afterglow.plan.later_words import BOOSTED, is_later
from afterglow.plan.model import Plan
from afterglow.study.groups import labelled
from afterglow.study.later_status import known
from afterglow.study.setting import Setting
from afterglow.study.timelines import COURSE_SESSIONS, N_BLOCKS, N_SESSIONS

ALIKE = 0.95
LEAST_SUBJECTS = 20
LEAST_OF_A_KIND = 8
LEAST_SHARE = 0.1
MOST_LEVELS = 6
LEAST_NUMBERS = 3
KNOWN = (
    " Or, where it was known on day 0 all the same, say [baseline] known_at_day_0 = ['{column}']."
)


@dataclass(frozen=True, slots=True, eq=False)
class LaterFact:
    """What day 0 cannot know of the subjects.

    Attributes
    ----------
    told : str
        As it is said to the reader.
    word : str
        The plan's word for a group by it.
    values : float64 array
        One per subject, NaN where it is not known: 1 or 0, or a number.
    number : bool
    """

    told: str
    word: str
    values: np.ndarray
    number: bool = False


def check_known_at_day_0(setting: Setting) -> None:
    """Raise where groups, terms or filters use a column that coincides with a later fact.

    Raises
    ------
    PlanError
        Names every place, its column, what it coincides with, and the ways out.
    """
    plan = setting.plan
    uses = [use for use in _uses(plan) if use[1] not in plan.baseline.known_at_day_0]
    facts = later_facts(setting) if uses else []
    columns = dict.fromkeys(column for _, column, _ in uses)
    found = {column: coincides(setting.subjects[column], facts) for column in columns}
    faults = [
        _words(place, column, fact, filtered)
        for place, column, filtered in uses
        if (fact := found[column]) is not None
    ]
    if faults:
        raise PlanError("\n".join(dict.fromkeys(faults)))


def _uses(plan: Plan) -> Iterator[tuple[str, str, bool]]:
    """Yield (place, column, whether it is a filter) for what selects, groups or explains."""
    for name, population in plan.population.items():
        for rule in population.filters:
            if rule.column is not None:
                yield f"population {name}: the filter's '{rule.column}'", rule.column, True
    for name, analysis in plan.analysis.items():
        named = [(key, getattr(analysis, key)) for key in ("by", "strata")]
        named += [("terms", term.column) for term in getattr(analysis, "terms", ())]
        for key, column in named:
            if column is not None and not is_later(column):
                yield f"analysis {name}: {key} = '{column}'", column, False


def _words(place: str, column: str, fact: LaterFact, filtered: bool) -> str:
    what = f"{place} goes with {fact.told} in nearly every subject, and that"
    way = FILTERED.format(word=fact.word) if filtered else ways_out(fact.word)
    return IMMORTAL.format(what=what) + way + KNOWN.format(column=column)


def later_facts(setting: Setting) -> list[LaterFact]:
    """Return the endpoints, events, boosters, sessions and ends of follow-up of this cohort."""
    events = setting.cohort.events
    names = [] if events is None else sorted(set(events[EVENT_NAME].dropna()))
    words = [] if setting.cohort.sessions is None else [BOOSTED]
    words += [f"endpoint:{name}" for name in setting.plan.endpoint]
    words += [f"event:{name}" for name in names]
    facts = [LaterFact(f"'{word}'", word, _reached(word, setting)) for word in words]
    lost = setting.lost.astype(float)
    return [
        *facts,
        *_on_days(setting),
        LaterFact("loss to follow-up", "event:lost", lost),
        LaterFact("the length of follow-up", "event:lost", setting.end_day, number=True),
        *_counts(setting),
    ]


def _reached(word: str, setting: Setting) -> np.ndarray:
    found = known(word, setting)
    after_day_0 = (found.missing == "") & (found.day >= 0)
    return np.where(after_day_0, np.isfinite(found.day), np.nan)


def _on_days(setting: Setting) -> Iterator[LaterFact]:
    """Yield the conditions that the plan's rates look at, on each of their days."""
    for name, found in setting.timelines.statuses.items():
        endpoint = setting.plan.analysis[name].endpoint
        for place in range(found.observed.shape[1]):
            told = f"'{endpoint}' on a day of analysis {name}"
            yield LaterFact(told, f"endpoint:{endpoint}", found.observed[:, place])


def _counts(setting: Setting) -> Iterator[LaterFact]:
    if setting.cohort.sessions is None:
        return
    told = {
        N_SESSIONS: ("the number of sessions", SESSIONS_SO_FAR),
        COURSE_SESSIONS: ("the number of sessions of the course", SESSIONS_SO_FAR),
        N_BLOCKS: ("the number of booster blocks", BOOSTED),
    }
    for column, (words, word) in told.items():
        values = setting.timelines.subjects[column].to_numpy(dtype=float)
        yield LaterFact(words, word, values, number=True)


def coincides(column: pd.Series, facts: Sequence[LaterFact]) -> LaterFact | None:
    """Return the later fact that a column goes with, or None.

    A value of the column and a fact coincide where at least 95 % of those with either have both
    and at least 95 % of those without either have neither, in 20 subjects or more, eight and
    a tenth of them on each side. A number coincides where 95 % are equal, three values or more
    occur, and none is that of nine tenths.
    """
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    values = column.to_numpy(dtype=float, na_value=np.nan) if numeric else np.empty(0)
    frame = column.to_frame("column").reset_index(drop=True)
    few = frame["column"].nunique() <= MOST_LEVELS
    codes = np.asarray(labelled(frame, "column").codes) if few else np.full(len(frame), -1)
    for fact in facts:
        if fact.number and numeric and _equal(values, fact.values):
            return fact
        both = (codes >= 0) & ~np.isnan(fact.values)
        levels = () if fact.number else range(int(codes.max(initial=-1)) + 1)
        if any(_alike(codes[both] == level, fact.values[both] == 1.0) for level in levels):
            return fact
    return None


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Say whether two true-or-false columns agree, or one agrees with the other's opposite."""
    least = max(LEAST_OF_A_KIND, LEAST_SHARE * len(one))
    frequent = all(least <= part.sum() <= len(part) - least for part in (one, other))
    if len(one) < LEAST_SUBJECTS or not frequent:
        return False
    return any(
        (one & two).sum() >= ALIKE * max(one.sum(), two.sum())
        and (~one & ~two).sum() >= ALIKE * max((~one).sum(), (~two).sum())
        for two in (other, ~other)
    )


def _equal(values: np.ndarray, number: np.ndarray) -> bool:
    in_both = ~np.isnan(values) & ~np.isnan(number)
    mine, its = values[in_both], number[in_both]
    if len(mine) < LEAST_SUBJECTS:
        return False
    _, counts = np.unique(its, return_counts=True)
    varied = len(counts) >= LEAST_NUMBERS and counts.max() <= (1.0 - LEAST_SHARE) * len(its)
    return bool(varied and (mine == its).mean() >= ALIKE)

"""Turn the items of a scale into totals and subscales, and check totals against their scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.errors import DataError, Problem, UsageError
from afterglow.instruments.form import Combine
from afterglow.instruments.instrument import Instrument
from afterglow.names import REASON, SCORE
from afterglow.scores.answers import Answers, Limits, read_answers, to_numbers

Floats = NDArray[np.float64]

COMPLETE = "complete"
PRORATED = "prorated"
NO_ITEM = "no item answered"
TOO_FEW = "too few items answered"
UNUSABLE = "item unusable"
REASONS = (COMPLETE, PRORATED, NO_ITEM, TOO_FEW, UNUSABLE)

MISSING_RULES = ("declared", "complete")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoringResult:
    """Totals and subscales of one instrument.

    Attributes
    ----------
    scores : DataFrame, one row per row of the input, in its order
        `score` (NaN where missing), `reason` (one of `REASONS`) and one column per subscale.
    counts : mapping
        Reason -> number of rows; all reasons are present and their counts add up to the rows.
    both_answered : int
        Rows where both items of an either-or pair are above their minimum; the larger counts.
    problems : tuple of Problem
        Items that no rule can use. Their rows have no score: they are never clipped.
    """

    scores: pd.DataFrame
    counts: Mapping[str, int]
    both_answered: int
    problems: tuple[Problem, ...]

    def checked(self) -> Self:
        """Return the result itself, or raise DataError with every problem."""
        if self.problems:
            raise DataError.from_problems(self.problems)
        return self

    def summary(self) -> str:
        """Return one sentence that accounts for every row."""
        parts = ", ".join(f"{count} {reason}" for reason, count in self.counts.items() if count)
        return f"{len(self.scores)} rows: {parts}." if parts else "0 rows."


def score_items(
    frame: pd.DataFrame,
    instrument: Instrument,
    *,
    items: Sequence[str] | Mapping[str, str] | None = None,
    missing: Literal["declared", "complete"] = "declared",
    table: str = "scores",
) -> ScoringResult:
    """Score the items of one instrument.

    Parameters
    ----------
    frame : DataFrame, one row per assessment
        Item scores as coded on the form (reversal happens here); NaN is a missing answer.
    instrument : Instrument
        In the version that was used: `instrument.version(name)`.
    items : sequence or mapping of str, optional
        Columns in the order of the form, or item id -> column. Default: `item_1`, `item_2`, ….
    missing : {"declared", "complete"}
        The instrument's own missing-item rule, or no total where any item is missing.
    table : str
        What problems call the table.

    Returns
    -------
    ScoringResult
        Its `problems` hold every item that is no number, outside its range, or fractional where
        the form has whole scores; `checked()` raises them.

    Raises
    ------
    UsageError
        Only totals of this version are known, or `items` does not name its items.
    DataError
        A column is not there.
    """
    if missing not in MISSING_RULES:
        raise UsageError.unknown_option("missing", missing, MISSING_RULES)
    answers = read_answers(frame, instrument, items, table)
    form = instrument.form
    allow = form.missing_allowed if missing == "declared" else 0
    parts = _part_scores(answers, form.parts, _partners(form.either_or))
    bad = answers.bad_rows()
    total = np.where(bad, np.nan, _combine(parts, form.combine, allow))
    scores = pd.DataFrame({SCORE: total, REASON: _reasons(parts, bad, total)})
    for subscale in form.subscales:
        own = answers.only(subscale.items)
        spare = subscale.missing_allowed if missing == "declared" else 0
        value = _combine(own.values, subscale.combine, spare)
        scores[subscale.id] = np.where(own.bad_rows(), np.nan, value)
    tally = scores[REASON].value_counts()
    return ScoringResult(
        scores=scores,
        counts={reason: int(tally.get(reason, 0)) for reason in REASONS},
        both_answered=_both_answered(answers, instrument),
        problems=answers.problems,
    )


def _partners(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {one: other for pair in pairs for one, other in (pair, pair[::-1])}


def _part_scores(
    answers: Answers, parts: Sequence[tuple[str, ...]], partners: Mapping[str, str]
) -> Floats:
    column = dict(zip(answers.ids, answers.values.T))
    scored = np.empty((len(answers.values), len(parts)), order="F")
    for i, part in enumerate(parts):
        largest = column[part[0]].copy()
        answered = np.ones(len(largest), dtype=bool)
        for item in part:
            other = column[partners.get(item, item)]
            answered &= ~(np.isnan(column[item]) & np.isnan(other))
            np.fmax(largest, column[item], out=largest)
        scored[:, i] = np.where(answered, largest, np.nan)
    return scored


def _combine(parts: Floats, combine: Combine, allow: int) -> Floats:
    size = parts.shape[1]
    answered = (~np.isnan(parts)).sum(axis=1)
    enough = (answered >= size - allow) & (answered > 0)
    counted = np.where(enough, answered, 1)
    added = np.nansum(parts, axis=1)
    value = added / counted if combine == "mean" else added * size / counted
    return np.where(enough, value, np.nan)


def _reasons(parts: Floats, bad: NDArray[np.bool_], total: Floats) -> NDArray[np.object_]:
    answered = (~np.isnan(parts)).sum(axis=1)
    cases = [
        (bad, UNUSABLE),
        (answered == 0, NO_ITEM),
        (np.isnan(total), TOO_FEW),
        (answered < parts.shape[1], PRORATED),
    ]
    conditions, reasons = zip(*cases)
    return np.select(conditions, reasons, default=COMPLETE).astype(object)


def _both_answered(answers: Answers, instrument: Instrument) -> int:
    floor = {item.id: item.minimum for item in instrument.items}
    both = np.zeros(len(answers.values), dtype=bool)
    for pair in instrument.form.either_or:
        lowest = np.array([floor[item] for item in pair])
        both |= (answers.only(pair).values > lowest).all(axis=1)
    return int(both.sum())


def check_totals(
    values: pd.Series,
    instrument: Instrument,
    *,
    table: str = "scores",
    column: str = SCORE,
) -> list[Problem]:
    """Find totals that the instrument cannot give.

    Parameters
    ----------
    values : Series
        Totals in points; missing ones are passed over.
    instrument : Instrument
        In the version that was used.
    table, column : str
        What problems call the place.

    Returns
    -------
    list of Problem
        Values that are no numbers, outside the range, or fractional where every total is whole
        (not for means, nor where the missing-item rule prorates). Rows count from 1.
    """
    numbers, text = to_numbers(pd.Series(values))
    limits = Limits(
        low=instrument.minimum,
        high=instrument.maximum,
        whole=instrument.form.whole_totals,
        hint=instrument.out_of_range_hint,
    )
    return limits.problems(numbers, text, table=table, column=column)

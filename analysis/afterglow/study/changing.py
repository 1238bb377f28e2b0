"""Covariates that change: the rows of a regression, cut where the path says that they do."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.names import (
    DURATION,
    ENTRY,
    EVENT,
    ORIGIN_DAY,
    START_DAY,
    STOP_DAY,
    SUBJECT,
)
from afterglow.plan.cox_analyses import Changing
from afterglow.plan.later_words import is_status
from afterglow.study.later_status import known
from afterglow.study.path import path_table
from afterglow.study.regressions import Material
from afterglow.study.setting import Setting

FROM = "from_day"
UNTIL = "until_day"
AT_RISK_FROM = "at_risk_from"


def with_changes(given: Material, asked: Sequence[Changing], setting: Setting) -> Material:
    """Return the material with one row per stretch on which nothing changes, and the values.

    The value of a stretch of the path is what was known when it began, and holds until it stops;
    before the first stretch and after the last one theirs hold. Whether an endpoint or event is
    known changes from 0 to 1 on the day it is: what happens on that very day belongs to 0.

    Raises
    ------
    NotEstimable
        Somebody analysed has no path.
    """
    statuses = {one.label: one.column for one in asked if is_status(one.column)}
    given = _on_the_path(given, [one for one in asked if one.label not in statuses], setting)
    rows = given.rows
    for label, word in statuses.items():
        day = pd.Series(known(word, setting).day, index=setting.subjects[SUBJECT].to_numpy())
        rows = switched(
            rows, day.loc[rows[SUBJECT]].to_numpy() - rows[ORIGIN_DAY].to_numpy(), label
        )
    terms = {**given.terms, **statuses}
    return replace(given, rows=rows, columns=tuple(terms), terms=terms, entry=AT_RISK_FROM)


def switched(rows: pd.DataFrame, day: np.ndarray, label: str) -> pd.DataFrame:
    """Return rows cut where a status comes to be known, with it as a column of 0 and 1.

    Parameters
    ----------
    rows : DataFrame
        at_risk_from, duration_days, event, and whatever is carried on.
    day : float64 array
        One per row, on its clock: when it is known; infinite for never.
    """
    begin, end = rows[AT_RISK_FROM].to_numpy(), rows[DURATION].to_numpy()
    before = day > np.maximum(begin, 0.0)
    inside = before & (day < end)
    first = rows.assign(**{
        label: np.where(before, 0.0, 1.0),
        DURATION: np.where(inside, day, end),
        EVENT: rows[EVENT].to_numpy(dtype=bool) & ~inside,
    })  # fmt: skip
    second = rows[inside].assign(**{label: 1.0, AT_RISK_FROM: day[inside]})
    pieces = pd.concat([first, second])
    return pieces.sort_values([SUBJECT, AT_RISK_FROM], kind="stable").reset_index(drop=True)


def _on_the_path(given: Material, asked: Sequence[Changing], setting: Setting) -> Material:
    """Return the material cut along the path, with its columns; from entry to end without any."""
    if not asked:
        late = given.rows[ENTRY] > 0
        entry = np.where(late, given.rows[ENTRY], -np.inf)
        return replace(given, rows=given.rows.assign(**{AT_RISK_FROM: entry}))
    path = path_table(setting.cohort, setting.derived, setting.library)
    lost = int((~given.rows[SUBJECT].isin(path[SUBJECT])).sum())
    if lost:
        raise NotEstimable(
            f"{lost} of those analysed have no path, and so no covariate that changes: it needs a"
            " session, and a baseline of the instrument of its response.\nFilter the population."
        )
    columns = {one.label: one.column for one in asked}
    stretches = path[[SUBJECT, START_DAY, STOP_DAY, *dict.fromkeys(columns.values())]]
    pieces = cut(given.rows, stretches)
    values = {one.label: pieces[one.column] / one.per for one in asked}
    terms = {**given.terms, **columns}
    return replace(given, rows=pieces.assign(**values), terms=terms)


def cut(rows: pd.DataFrame, stretches: pd.DataFrame) -> pd.DataFrame:
    """Return the pieces (at_risk_from, duration] of rows within the subjects' stretches.

    Parameters
    ----------
    rows : DataFrame
        subject_id, origin_day, entry_days, duration_days, event, and whatever is carried on.
    stretches : DataFrame
        subject_id, start_day, stop_day in order, each beginning where the one before it stopped.

    Returns
    -------
    DataFrame
        The columns of both, the event at the end of the last piece only. Who is at risk from the
        start has −inf.
    """
    same = stretches[SUBJECT].to_numpy()[1:] == stretches[SUBJECT].to_numpy()[:-1]
    first, last = np.append(True, ~same), np.append(~same, True)
    own = stretches.drop(columns=[START_DAY, STOP_DAY])
    own[FROM] = np.where(first, -np.inf, stretches[START_DAY])
    own[UNTIL] = np.where(last, np.inf, stretches[STOP_DAY])
    pieces = pd.merge(rows, own, on=SUBJECT, how="left", validate="many_to_many")
    begin, end = pieces[FROM] - pieces[ORIGIN_DAY], pieces[UNTIL] - pieces[ORIGIN_DAY]
    late = pieces[ENTRY] > 0
    entry = np.maximum(begin, np.where(late, pieces[ENTRY], -np.inf))
    over = end < pieces[DURATION]
    pieces[AT_RISK_FROM] = entry
    pieces[DURATION] = np.where(over, end, pieces[DURATION])
    pieces[EVENT] = pieces[EVENT].astype(bool) & ~over
    kept = pieces[AT_RISK_FROM] < pieces[DURATION]
    # At risk from the start, a piece may end before the clock's own start: nobody was at risk yet.
    kept &= pieces[DURATION] >= 0
    return pieces[kept].drop(columns=[FROM, UNTIL]).reset_index(drop=True)

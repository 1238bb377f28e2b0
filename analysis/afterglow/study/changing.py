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
from afterglow.study.path import path_table
from afterglow.study.regressions import Material
from afterglow.study.setting import Setting

FROM = "from_day"
UNTIL = "until_day"
AT_RISK_FROM = "at_risk_from"


def with_changes(given: Material, asked: Sequence[Changing], setting: Setting) -> Material:
    """Return the material with one row per stretch of the path, and its values as covariates.

    The value of a stretch is what was known when it began, and holds until it stops; before the
    first stretch and after the last one theirs hold.

    Raises
    ------
    NotEstimable
        Somebody analysed has no path.
    """
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
    return replace(
        given, rows=pieces.assign(**values), columns=tuple(terms), terms=terms, entry=AT_RISK_FROM
    )


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

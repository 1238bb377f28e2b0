"""Read a cohort into memory: the validated views as sorted frames."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from afterglow import names as n
from afterglow.canonical import EVENTS, FOLLOW_UP, SCORES, SESSIONS, SUBJECTS, TABLES
from afterglow.cohort import sql
from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.cohort.opening import open_cohort
from afterglow.cohort.wording import Instruments
from afterglow.plan.data import DataSource

if TYPE_CHECKING:
    import pyarrow as pa


def read_cohort(
    source: DataSource, base: Path, *, instruments: Instruments | None = None
) -> Cohort:
    """Read and check a cohort.

    Parameters
    ----------
    source : DataSource
        The plan's `[data]`.
    base : Path
        Folder that `source.path` is relative to: the plan's.
    instruments : Instruments, optional
        Library that scores are checked against; default: the instruments shipped.

    Returns
    -------
    Cohort
        The same whatever the order of the rows and the kind of file.

    Raises
    ------
    PlanError
        The plan's path leads nowhere, or it names an instrument that is not known.
    IdentifierError
        A column seems to identify people.
    DataError
        Lists every other problem found, by column and row position.
    """
    with open_cohort(source, base, instruments=instruments) as opened:
        return in_memory(opened)


def in_memory(opened: OpenCohort) -> Cohort:
    """Return an open cohort's tables as frames, sorted by their keys."""
    return Cohort(
        metadata=opened.metadata,
        account=opened.account,
        hashes=opened.hashes,
        follow_up_assumed=opened.follow_up_assumed,
        ignored=opened.ignored,
        item_totals=opened.item_totals,
        subjects=_frame(opened, SUBJECTS),
        scores=_frame(opened, SCORES),
        sessions=_frame(opened, SESSIONS) if SESSIONS in opened.tables else None,
        events=_frame(opened, EVENTS) if EVENTS in opened.tables else None,
        follow_up=_frame(opened, FOLLOW_UP).astype({n.ASSUMED: bool}),
    )


def _frame(opened: OpenCohort, table: str) -> pd.DataFrame:
    order = ", ".join(sql.name(name) for name in TABLES[table].key)
    query = sql.select([f"* EXCLUDE ({sql.name(n.SUBJECT_KEY)})"], table, order=order)
    arrow = opened.connection.sql(query).to_arrow_table()
    frame: pd.DataFrame = arrow.to_pandas(types_mapper=_pandas_type)
    return frame


def _pandas_type(kind: "pa.DataType") -> pd.api.extensions.ExtensionDtype | None:
    """Return pandas' text with NaN for missing, and its nullable boolean; None is numpy's."""
    import pyarrow as pa

    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype(storage="pyarrow", na_value=np.nan)
    return pd.BooleanDtype() if pa.types.is_boolean(kind) else None

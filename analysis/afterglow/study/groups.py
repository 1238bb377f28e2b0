"""The groups, strata and clusters of an analysis, and who has none."""

from typing import Protocol

import numpy as np
import pandas as pd

from afterglow.estimate.checks import factorized, spell
from afterglow.names import GROUP, SUBJECT
from afterglow.plan.later_words import is_later

STRATUM = "stratum"
CLUSTER = "cluster"
WITHOUT = "without"
NO_STATUS = "no_status"


class Grouping(Protocol):
    """What an analysis says of its groups."""

    by: str | None
    reference: str | None
    strata: str | None
    cluster: str | None


def placed(members: pd.DataFrame, analysis: Grouping) -> pd.DataFrame:
    """Return who is in which group.

    Parameters
    ----------
    members : DataFrame
        The subjects of a population; with `no_status`, why one has no group formed after day 0.
    analysis : Grouping

    Returns
    -------
    DataFrame
        subject_id; group (categories in natural order, "" for everybody); stratum and cluster
        where the analysis names them; without, the reason why a subject cannot be placed, or "".
    """
    columns = {SUBJECT: members[SUBJECT].to_numpy(), GROUP: labelled(members, analysis.by)}
    without = np.full(len(members), "", dtype=object)
    for name, role in ((analysis.strata, STRATUM), (analysis.cluster, CLUSTER)):
        if name is not None:
            columns[role] = labelled(members, name)
    for name in (analysis.cluster, analysis.strata, analysis.by):
        if name is not None and not is_later(name):
            without[members[name].isna().to_numpy()] = f"no {name}"
    if NO_STATUS in members:
        without = np.where(without == "", members[NO_STATUS], without)
    return pd.DataFrame({**columns, WITHOUT: without})


def labelled(members: pd.DataFrame, column: str | None) -> pd.Categorical:
    """Return a column as labels in natural order, missing where it is; "" for no column."""
    if column is None:
        return pd.Categorical.from_codes(
            np.zeros(len(members), np.int8), categories=pd.Index([""], dtype=object)
        )
    known = members[column].notna().to_numpy()
    codes = np.full(len(members), -1)
    values: list[object] = []
    if known.any():
        codes[known], values = factorized(members.loc[known, column])
    return pd.Categorical.from_codes(
        codes, categories=pd.Index([spell(value) for value in values], dtype=object)
    )


def group_labels(table: pd.DataFrame) -> list[str]:
    """Return the labels of the groups that occur, in natural order."""
    return [str(label) for label in table[GROUP].cat.remove_unused_categories().cat.categories]


def reference_of(labels: list[str], reference: str | None) -> str | None:
    """Return the group that the others are compared with, None where it is not among them."""
    if reference is not None:
        return reference if reference in labels else None
    return labels[0] if labels else None

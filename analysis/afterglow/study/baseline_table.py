"""The baseline table: who the subjects are, by arm, with what is missing."""

import pandas as pd

from afterglow import names as n
from afterglow.study.groups import labelled
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import statistic
from afterglow.study.setting import Setting
from afterglow.study.spread import MISSING, by_group, number_rows, share_rows, sorted_levels

BASELINE = "baseline"
MOST_LEVELS = 20
TOO_MANY = "more than 20 categories: not tabulated"


def described_groups(setting: Setting, members: pd.DataFrame) -> pd.Categorical | None:
    """Return the arm of each member, None where the subjects have no such column."""
    column = setting.plan.report.arm
    if column is None or column not in members:
        return None
    return labelled(members, column)


def baseline_rows(setting: Setting) -> list[Row]:
    """Return the baseline table of the described population."""
    name = setting.described_population
    members = setting.population(name)
    groups = described_groups(setting, members)
    head = {SECTION: BASELINE, n.POPULATION: name}
    rows = [
        statistic({**head, n.TERM: "", n.GROUP: label}, n.N, float(len(mine)))
        for label, mine in by_group(members, groups)
    ]
    for column in baseline_columns(setting):
        rows += _column_rows(head, members, column, groups)
    scores = setting.timelines.baselines[setting.members[name]]
    for instrument in scores.columns:
        if scores[instrument].notna().any():
            term = f"{instrument} at baseline"
            rows += number_rows(head, term, scores, str(instrument), groups)
    return rows


def baseline_columns(setting: Setting) -> list[str]:
    """Return the columns to tabulate: the plan's, else all but the identifier and the arm."""
    skipped = (n.SUBJECT, setting.plan.report.arm)
    known = [str(column) for column in setting.subjects.columns if column not in skipped]
    return list(setting.plan.report.baseline_columns) or known


def _column_rows(
    head: Row, members: pd.DataFrame, column: str, groups: pd.Categorical | None
) -> list[Row]:
    values = members[column]
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return number_rows(head, column, members, column, groups)
    if len(sorted_levels(values)) <= MOST_LEVELS:
        return share_rows(head, column, members, column, groups)
    rows = []
    for label, mine in by_group(members, groups):
        words = {**head, n.TERM: column, n.GROUP: label, n.WARNING: TOO_MANY}
        rows.append(statistic(words, n.N, float(mine[column].notna().sum())))
        rows.append(statistic(words, MISSING, float(mine[column].isna().sum())))
    return rows

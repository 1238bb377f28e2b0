"""The cohort of eight with the account that reading it from files would have kept."""

from dataclasses import replace
from typing import Any

from support.cohorts import tables_of
from support.studies import tiny_cohort

from afterglow.cohort.account import Account, Step
from afterglow.cohort.model import Cohort
from afterglow.names import SUBJECT

READ = 2


def counted_cohort(**changes: Any) -> Cohort:
    """The cohort of eight; two rows of scores more were read and set aside."""
    cohort = tiny_cohort(**changes)
    steps = []
    for name, table in tables_of(cohort).items():
        if table is None:
            continue
        aside = READ if name == "scores" else 0
        subjects = table[SUBJECT].nunique()
        steps.append(Step(name, "in", "rows read", len(table) + aside, subjects))
        steps += [Step(name, "aside", "score missing", aside, 1)] if aside else []
        steps.append(Step(name, "used", "rows used", len(table), subjects))
    return replace(cohort, account=Account(tuple(steps)))

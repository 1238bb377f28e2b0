"""The flow of subjects: rows read, filters of each population, who each analysis sets aside."""

import pandas as pd

from afterglow.cohort.account import Account
from afterglow.names import ENDPOINT, ESTIMATE, GROUP, POPULATION, REASON, STATISTIC_NAME, TERM, N
from afterglow.plan.analyses import Analysis, ProportionAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.groups import group_labels
from afterglow.study.populations import Membership
from afterglow.study.rates import judged_days
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, statistic
from afterglow.study.setting import Setting

ACCOUNT = "account"
FLOW = "flow"
REMAINING = "n_remaining"
SET_ASIDE = "n_set_aside"
ALL_LABEL = "Subjects"
IN_POPULATION = "population"
ANALYSED = "analysed"


def account_rows(account: Account) -> list[Row]:
    """Return the account of rows that reading kept."""
    return [
        {
            SECTION: ACCOUNT,
            GROUP: step.table,
            TERM: step.step,
            LEVEL: step.reason,
            STATISTIC_NAME: "n_rows",
            ESTIMATE: float(step.n_rows),
            N: float(step.n_subjects),
        }
        for step in account.steps
    ]


def population_rows(name: str, membership: Membership) -> list[Row]:
    """Return the boxes of a population: everybody, then who remains after each filter."""
    head = {SECTION: FLOW, POPULATION: name}
    everybody = float(len(membership.members))
    rows = [statistic(head, REMAINING, everybody, **{TERM: ALL_LABEL})]
    last = len(membership.steps) - 1
    for place, step in enumerate(membership.steps):
        for reason, n in step.set_aside:
            rows.append(statistic(head, SET_ASIDE, float(n), **{LEVEL: reason}))
        label = membership.label if place == last else f"After filter {place + 1}"
        rows.append(statistic(head, REMAINING, float(step.n), **{TERM: label}))
    return rows


def analysis_flow_rows(name: str, analysis: Analysis, setting: Setting) -> list[Row]:
    """Return who of the population is analysed and why the others are not, in all and by group."""
    head = analysis_head(name, analysis, FLOW)
    found = found_by(name, analysis, setting)
    groups = group_labels(found.population)
    rows = _boxes({**head, GROUP: ""}, found.population, found.rows, found.set_aside)
    for label in groups if analysis.by is not None else ():
        parts = (found.population, found.rows, found.set_aside)
        rows += _boxes({**head, GROUP: label}, *(part[part[GROUP] == label] for part in parts))
    return rows


def found_by(name: str, analysis: Analysis, setting: Setting) -> Analysed:
    """Return who an analysis looks at; a rate at several days has the same subjects at each."""
    if isinstance(analysis, ProportionAnalysis) and analysis.at_days:
        return next(judged_days(name, analysis, setting)).found
    return analysed(name, analysis, setting)


def _boxes(
    head: Row, population: pd.DataFrame, rows: pd.DataFrame, set_aside: pd.DataFrame
) -> list[Row]:
    reasons = set_aside[REASON].value_counts()
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], str(item[0])))
    return [
        statistic(head, REMAINING, float(len(population)), **{TERM: IN_POPULATION}),
        *(statistic(head, SET_ASIDE, float(n), **{LEVEL: reason}) for reason, n in ordered),
        statistic(head, REMAINING, float(len(rows)), **{TERM: ANALYSED}),
    ]


def ending_rows(name: str, analysis: Analysis, setting: Setting) -> list[Row]:
    """Return why the rows of an analysis ended, by group; rates at stated days have no rows."""
    if isinstance(analysis, ProportionAnalysis) and analysis.at_days:
        return []
    head = analysis_head(name, analysis, "endings")
    found = analysed(name, analysis, setting)
    rows = []
    for label in group_labels(found.population):
        mine = found.rows[found.rows[GROUP] == label]
        for reason in sorted(set(found.rows[REASON])):
            count = float((mine[REASON] == reason).sum())
            words = {GROUP: label, LEVEL: reason, N: float(len(mine)), ENDPOINT: analysis.endpoint}
            rows.append(statistic(head | words, "n_ended", count))
    return rows

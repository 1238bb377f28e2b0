"""Every warning of a run as a row: what is right but could mislead."""

from collections.abc import Iterator, Sequence

import numpy as np

from afterglow import names as n
from afterglow.figures.steps import FEW_AT_RISK
from afterglow.names import AT_RISK, EVENTS
from afterglow.study.analysed import members_of
from afterglow.study.curves import NAIVE
from afterglow.study.groups import group_labels, placed
from afterglow.study.rates import LOCF, LOCF_WARNING
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.setting import Setting

WARNINGS = "warnings"
OF_AN_ANALYSIS = {NAIVE: "naive", LOCF_WARNING: LOCF}
FEW_EVENTS = 10
HEAD = (n.ANALYSIS, n.ENDPOINT, n.POPULATION, n.CYCLE, "role")


def warning_rows(rows: Sequence[Row], setting: Setting) -> list[Row]:
    """Return the warnings that the rows call for, each once per analysis, and the cohort's own."""
    found = [*_cohort(setting), *_references(setting)]
    for row in rows:
        found += _of_row(row)
    found += _thin_starts(rows)
    unique: dict[tuple, Row] = {}
    for row in found:
        key = tuple(row.get(name, "") for name in (n.ANALYSIS, n.TERM, n.GROUP, n.WARNING))
        unique.setdefault(key, row)
    return list(unique.values())


def caution(kind: str, words: str, *, like: Row | None = None, more: Row | None = None) -> Row:
    """Return one warning, with the head of the row that it speaks of."""
    head = {name: like[name] for name in HEAD if like and name in like}
    return {SECTION: WARNINGS, **head, n.TERM: kind, n.WARNING: words, **(more or {})}


def _of_row(row: Row) -> Iterator[Row]:
    if row[SECTION] != "analysis":
        return
    group = {n.GROUP: row.get(n.GROUP, "")}
    name, estimate = row[n.STATISTIC_NAME], row.get(n.ESTIMATE, np.nan)
    for words in filter(None, str(row.get(n.WARNING, "")).split("; ")):
        whole = words in OF_AN_ANALYSIS
        kind = OF_AN_ANALYSIS.get(words) or str(name)
        yield caution(kind, words, like=row, more={} if whole else group)
    if name == n.N_EVENTS and estimate < FEW_EVENTS:
        yield caution("few events", f"fewer than {FEW_EVENTS} events", like=row, more=group)
    if name == AT_RISK and estimate < FEW_AT_RISK:
        words = f"fewer than {FEW_AT_RISK} at risk on a day for which an estimate is given"
        yield caution("small risk set", words, like=row, more=group)


def _thin_starts(rows: Sequence[Row]) -> Iterator[Row]:
    """Find curves with delayed entry whose first events happen while few have entered."""
    steps: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = {}
    heads: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row[SECTION] == "curve" and row[n.STATISTIC_NAME] in (AT_RISK, EVENTS):
            key = (row[n.ANALYSIS], row[n.GROUP])
            heads.setdefault(key, row)
            step = (row[n.TIME], row[n.ESTIMATE])
            steps.setdefault(key, {AT_RISK: [], EVENTS: []})[row[n.STATISTIC_NAME]].append(step)
    for key, found in steps.items():
        first = min((time for time, count in found[EVENTS] if count > 0), default=np.inf)
        early = [count for time, count in found[AT_RISK] if time == first]
        most = max((count for time, count in found[AT_RISK] if time > first), default=0.0)
        if early and early[0] < min(FEW_AT_RISK, most):
            words = "delayed entry: at the first event few are at risk, which moves the whole curve"
            yield caution("thin start", words, like=heads[key], more={n.GROUP: key[1]})


def _cohort(setting: Setting) -> Iterator[Row]:
    cohort = setting.cohort
    if cohort.follow_up_assumed:
        count = float(cohort.follow_up[n.ASSUMED].sum())
        yield caution(
            "follow-up assumed",
            "follow-up was not stated for some subjects and ends at their last known day: who was "
            "free of the event then counts as censored there, although more may be known",
            more={n.ESTIMATE: count},
        )
    for table in ("scores", "sessions", "events"):
        late = _after_the_end(setting, table)
        if late:
            words = (
                f"rows of {table} lie after the end of their subject's follow-up and are not used"
            )
            yield caution("after the end", words, more={n.ESTIMATE: float(late), LEVEL: table})
    for instrument in setting.plan.report.trajectories:
        if setting.library.get(instrument).id not in setting.timelines.trajectories:
            yield caution("no scores", f"there are no scores of {instrument} to show over time")


def _after_the_end(setting: Setting, name: str) -> int:
    table = getattr(setting.cohort, name)
    if table is None:
        return 0
    ends = setting.follow_up.set_index(n.SUBJECT)[n.END_DAY]
    return int((np.floor(table[n.DAY]) > np.floor(table[n.SUBJECT].map(ends))).sum())


def _references(setting: Setting) -> Iterator[Row]:
    for name, analysis in setting.plan.analysis.items():
        if analysis.by is None:
            continue
        labels = group_labels(placed(members_of(analysis, setting), analysis))
        like = {n.ANALYSIS: name, n.ENDPOINT: analysis.endpoint, n.POPULATION: analysis.population}
        if len(labels) < 2:
            yield caution(
                "one group", "all subjects are in one group: nothing is compared", like=like
            )
        elif analysis.reference is not None and analysis.reference not in labels:
            words = "nobody of the population is in the reference group: nothing is compared"
            yield caution("no reference", words, like=like)

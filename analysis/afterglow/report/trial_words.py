"""A target trial in words: the finding, which strategies are alike, and how far to trust them."""

import math
from typing import Any, Final

from afterglow.names import ESTIMATE, GROUP
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.sentences import free
from afterglow.report.words import counted, listed, upper_first
from afterglow.study.curves import NAIVE
from afterglow.study.trial_rows import RELAPSE_DAYS, RELAPSE_SHARE
from afterglow.tables import format as fmt

SURVIVAL: Final = "survival"
FREE_DAYS: Final = "restricted_mean"
JUDGED: Final = ((SURVIVAL, FREE_DAYS), (RELAPSE_SHARE, RELAPSE_DAYS))
IN_RELAPSE: Final = "for days in relapse"


def strategies(rows: AnalysisRows) -> list[str]:
    """Return the strategies that were estimated, in the plan's order."""
    return rows.rows("n_clones")[GROUP].tolist()


def same_before(rows: AnalysisRows) -> list[list[str]]:
    """Return the strategies in their order, those together that differ after relapse only.

    Until relapse, no booster at all and none before relapse ask for the same. Where the outcome may
    come after the relapse that a booster answers, their curves are not the same.
    """
    names, curve = strategies(rows), rows.rows(SURVIVAL, "curve")
    asked = [one.name for one in rows.analysis.strategies if one.every_days is None]
    shares = {one: curve.loc[curve[GROUP] == one, ESTIMATE].dropna().tolist() for one in asked}
    alike = [name for name in asked if shares[name] == shares[asked[0]]]
    others = [[name] for name in names if name not in alike]
    return sorted([*([alike] if alike else []), *others], key=lambda group: names.index(group[0]))


def together(group: list[str]) -> str:
    """Return strategies that are alike as one: “none” and “on relapse”."""
    return listed(f"“{name}”" for name in group)


def alike_words(rows: AnalysisRows) -> str:
    """Return a sentence on the strategies that differ after relapse only; "" where none do."""
    alike = [together(group) for group in same_before(rows) if len(group) > 1]
    return "".join(f"Until relapse, {words} ask for the same." for words in alike)


def trial_finding(rows: AnalysisRows) -> str:
    """Return the shares on the last day asked for, the mean days, and where little is behind."""
    names = strategies(rows)
    if not names:
        why = rows.one(SURVIVAL)
        return f"The strategies could not be compared: {why.warning if why else 'nobody'}."
    until, apart = same_before(rows), [[name] for name in names]
    horizon = counted(rows.analysis.horizon_days, "day")
    said = [
        _shares(rows, until),
        alike_words(rows),
        _contrast(rows, until, FREE_DAYS, f"Mean days free of the event within {horizon}"),
    ]
    if rows.analysis.relapse_days:
        said.append(_contrast(rows, apart, RELAPSE_DAYS, f"Mean days in relapse within {horizon}"))
    doubts = doubted(rows)
    said += ["Read with care.", *(f"{words}." for words in doubts)] if doubts else []
    return " ".join(part for part in said if part)


def _shares(rows: AnalysisRows, groups: list[list[str]]) -> str:
    days = sorted(set(rows.analysis.at_days))
    if not days:
        return ""
    parts_of = [_share(rows, group, float(days[-1])) for group in groups]
    day = f"day{fmt.NBSP}{fmt.trimmed(days[-1])} after time zero"
    who = f"all {counted(rows.n(''), 'subject')}"
    return f"Had {who} kept to one strategy, {listed(parts_of)} {free(rows)} on {day}."


def _share(rows: AnalysisRows, group: list[str], day: float) -> str:
    row = rows.one(SURVIVAL, group=group[0], day=day)
    if row is None or math.isnan(row.estimate):
        return f"an unknown share under {together(group)} (nobody follows it so long)"
    words = fmt.percent_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    return f"{words} under {together(group)}"


def _contrast(rows: AnalysisRows, groups: list[list[str]], statistic: str, label: str) -> str:
    """Return the mean days of the first strategy, and what the others add to them."""
    base, until = strategies(rows)[0], float(rows.analysis.horizon_days)
    first = rows.one(statistic, group=base, day=until)
    if first is None or math.isnan(first.estimate):
        return ""
    found = [
        (together(group), rows.one(f"{statistic}_difference", group=f"{group[0]} vs {base}",
                                   day=until))
        for group in groups
        if base not in group
    ]  # fmt: skip
    added = [
        f"{_days(row, rows)} {'more' if row.estimate >= 0 else 'fewer'} under {name}"
        for name, row in found
        if row is not None and not math.isnan(row.estimate)
    ]
    rest = f"; {listed(added)}" if added else ""
    own = next(together(group) for group in groups if base in group)
    return f"{label}: {_days(first, rows)} under {own}{rest}."


def _days(row: Any, rows: AnalysisRows) -> str:
    """Return days with their limits; of a difference how much more or fewer."""
    ends = (row.conf_low, row.conf_high)
    low, high = ends if row.estimate >= 0 else (-ends[1], -ends[0])
    return fmt.days_estimate(abs(row.estimate), low, high, level=rows.level)


def doubted(rows: AnalysisRows) -> list[str]:
    """Return what speaks against the estimates, each once with the strategies and days it is of.

    What stands behind the days in relapse is told beside what stands behind survival: of those, it
    is no news.
    """
    first, later = (_objections(rows, judged) for judged in JUDGED)
    found = []
    for words in dict.fromkeys([*first, *later]):
        own = first.get(words, [])
        more = [place for place in later.get(words, []) if place not in own]
        said = [_places(own), *([f"{IN_RELAPSE} {_places(more)}"] if more else [])]
        where = "" if words == NAIVE else f" ({'; '.join(filter(None, said))})"
        found.append(f"{upper_first(words)}{where}")
    return found


def _objections(rows: AnalysisRows, judged: tuple[str, ...]) -> dict[str, list[tuple[str, float]]]:
    """Return by warning the strategies and days of some statistics that have it."""
    found: dict[str, list[tuple[str, float]]] = {}
    for statistic in judged:
        for row in records(rows.rows(statistic)):
            for words in filter(None, row.warning.split("; ")):
                found.setdefault(words, []).append((row.group, row.time_days))
    return found


def _places(places: list[tuple[str, float]]) -> str:
    """Return places, strategies of the same days together: “a” and “b” on day 28 and 56."""
    names: dict[str, set[float]] = {}
    for name, day in places:
        names.setdefault(name, set()).add(day)
    alike: dict[tuple[float, ...], list[str]] = {}
    for name, days in names.items():
        alike.setdefault(tuple(sorted(days)), []).append(name)
    return "; ".join(
        f"{together(group)} on day{fmt.NBSP}{listed(fmt.trimmed(day) for day in days)}"
        for days, group in alike.items()
    )

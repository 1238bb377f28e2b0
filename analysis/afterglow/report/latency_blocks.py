"""The wait for a booster for readers: the finding, and the table of service levels."""

import math
from collections.abc import Iterator
from typing import Any, Final

from afterglow.names import AT_RISK
from afterglow.report.analysis_rows import AnalysisRows, competing_causes, records
from afterglow.report.blocks import TableBlock
from afterglow.report.sentences import clock_words, of_group, share_words
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    group_label,
    listed,
    upper_first,
    variable_label,
)
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

INCIDENCE: Final = "incidence"
EVENT_FREE: Final = "event_free"
HIDDEN: Final = "n_boosted_while_pending"
UNWATCHED: Final = "n_not_watched"
FIRST_CYCLE: Final = "first cycle"
SHARES: Final = {"0.25": "A quarter", "0.5": "Half", "0.75": "Three quarters"}
COUNTS: Final = {
    "n": "Subjects in relapse",
    "n_relapses": "Relapses",
    "n_events": "Followed by a booster",
}
HIDDEN_WORDS: Final = (
    "Over all cycles {count} ({first} in the first cycle) {verb} given while a relapse still waited"
    " for its confirmation{median}: such short waits are in none of these shares."
)
UNWATCHED_WORDS: Final = "After {count} nobody was watched beyond the confirmation."


def kinds_of(rows: AnalysisRows) -> list[str]:
    """Return the boosters by kind of session, as causes."""
    return list(dict.fromkeys(rows.rows("n_boosters")[LEVEL].tolist()))


def service_days(rows: AnalysisRows) -> list[float]:
    """Return the days of the service levels, in rising order."""
    return sorted(set(rows.analysis.within_days))


def finding_day(rows: AnalysisRows) -> float | None:
    """Return the day that the finding is of: the middle one of those asked for, if any is."""
    days = service_days(rows)
    return days[len(days) // 2] if days else None


def latency_finding(rows: AnalysisRows) -> str:
    """Return the share with a booster on the middle day asked for, and what was hidden."""
    return " ".join(part for part in (latency_brief(rows), *_hidden(rows)) if part)


def latency_brief(rows: AnalysisRows) -> str:
    """Return the share with a booster on the middle day asked for, or why there is none."""
    day = finding_day(rows)
    said = "" if day is None else _shares(rows, day)
    return said or _why_not(rows)


def _why_not(rows: AnalysisRows) -> str:
    """Return the counts where nothing was estimated, and why."""
    why = [row.warning for row in records(rows.rows(INCIDENCE)) if row.warning]
    relapses, boosted = _sum(rows, "n_relapses"), _sum(rows, "n_events")
    if not relapses:
        words = "Nobody was seen in relapse."
    else:
        words = (
            f"Of {counted(relapses, 'relapse')} of {counted(_sum(rows, 'n'), 'subject')} "
            f"{fmt.count(boosted)} {'was' if boosted == 1 else 'were'} seen to be followed by a "
            f"{getattr(rows.endpoint, 'until', 'booster')}."
        )
    return f"{words} No share is estimated: {why[0]}." if why and relapses else words


def _shares(rows: AnalysisRows, day: float) -> str:
    first = rows.analysis.relapses == "first"
    found = []
    for group in rows.groups:
        row = rows.one(INCIDENCE, group=group, term=rows.analysis.endpoint, day=day)
        if row is None or math.isnan(row.estimate):
            continue
        whom = of_group(rows, group, rows.n(group)).removeprefix("of ").replace("subjects", "{}")
        relapses = counted(rows.value("n_relapses", group=group), "relapse")
        whom = whom.format("subjects in relapse") if first else f"{relapses} of {whom}"
        found.append((whom.replace("{}", "subjects"), _said_share(row, rows.level)))
    if not found:
        return ""
    where = f"within {fmt.trimmed(day)}{fmt.NBSP}days of {clock_words(rows)}"
    until = getattr(rows.endpoint, "until", "booster")
    verb = f"were given a {until}" if first else f"were followed by a {until}"
    if len(found) == 1:
        whom, share = found[0]
        return f"Of {whom}, an estimated {share} {verb} {where}."
    parts_ = listed([f"{share} of {whom}" for whom, share in found])
    return f"An estimated {parts_} {verb} {where}."


def _said_share(row: Any, level: float) -> str:
    """Return a share with its limits; without them where nobody has had a booster yet."""
    flat = row.conf_low == row.conf_high
    return fmt.percent(row.estimate) if flat else share_words(row, level)


def _after_the_visit(row: Any, hidden: float) -> str:
    """Return how long after the visit that began a run its boosters were given."""
    days = fmt.days(row.estimate)
    few = f", {days} after the visit that began it"
    return few if hidden == 1 else f", half of them within {days} of the visit that began it"


def _hidden(rows: AnalysisRows) -> Iterator[str]:
    hidden, unwatched = _sum(rows, HIDDEN), _sum(rows, UNWATCHED)
    if hidden > 0:
        row = rows.one("wait_while_pending", level="0.5")
        median = "" if row is None else _after_the_visit(row, hidden)
        yield HIDDEN_WORDS.format(
            count=counted(hidden, "booster"), first=fmt.count(_sum(rows, HIDDEN, FIRST_CYCLE)),
            verb="was" if hidden == 1 else "were", median=median,
        )  # fmt: skip
    if unwatched > 0:
        yield UNWATCHED_WORDS.format(count=counted(unwatched, "further relapse"))


def _sum(rows: AnalysisRows, name: str, level: str = "") -> float:
    """Return a count over all groups that have it."""
    found = [rows.value(name, group=group, level=level) for group in rows.groups]
    return sum(n for n in found if n > 0)


def service_table(rows: AnalysisRows) -> TableBlock | None:
    """Return counts, shares with a booster within each number of days, and waits, by group."""
    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return None
    spanner = "" if rows.groups == [""] else variable_label(rows.analysis.by or "")
    columns = (
        Column(header="", align="left"),
        *(
            Column(header=group_label(group), spanner=spanner, show=fmt.count)
            for group in rows.groups
        ),
    )
    groups = [_counts(rows), *(_within(rows, day) for day in service_days(rows)), *_waits(rows)]
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: service levels, counted from {clock_words(rows)}",
            columns=columns,
            groups=tuple(group for group in groups if group.rows),
            footnotes=(*_warned(rows), f"Population: {rows.population_label}."),
        ),
    )


def _line(rows: AnalysisRows, label: str, name: str, **where: Any) -> Row:
    return Row(cells=(label, *(rows.value(name, group=group, **where) for group in rows.groups)))


def _part(rows: AnalysisRows, label: str, name: str, level: str) -> Row:
    """Return a line that is part of the one above."""
    return Row(cells=_line(rows, label, name, level=level).cells, indent=1)


def _counts(rows: AnalysisRows) -> RowGroup:
    lines = [_line(rows, label, name) for name, label in COUNTS.items()]
    for kind in kinds_of(rows):
        lines.append(_part(rows, f"of these, {cause_words(kind)}", "n_boosters", kind))
    for cause in competing_causes(rows):
        words = f"Wait ended by {cause_words(cause)}"
        lines.append(_line(rows, words, "n_competing", level=cause))
    lines.append(_line(rows, "Censored", "n_censored"))
    lines.append(_line(rows, "Not watched after the confirmation (not above)", UNWATCHED))
    lines.append(_line(rows, "Boosted before the confirmation, any cycle (not above)", HIDDEN))
    lines.append(_part(rows, "of these, in the first cycle", HIDDEN, FIRST_CYCLE))
    return RowGroup(label="Counts", rows=tuple(lines))


def _within(rows: AnalysisRows, day: float) -> RowGroup:
    label = f"Within {fmt.trimmed(day)} days, % ({fmt.confidence_level(rows.level)})"
    wanted = {rows.analysis.endpoint: "Any booster"}
    wanted |= {kind: upper_first(cause_words(kind)) for kind in kinds_of(rows)}
    wanted |= {cause: upper_first(cause_words(cause)) for cause in competing_causes(rows)}
    lines = [_line(rows, "At risk", AT_RISK, day=day)]
    for term, words in wanted.items():
        found = [rows.one(INCIDENCE, group=group, term=term, day=day) for group in rows.groups]
        if any(found):
            lines.append(Row(cells=(words, *map(_share, found))))
    free = [rows.one(EVENT_FREE, group=group, day=day) for group in rows.groups]
    lines.append(Row(cells=("Still waiting", *map(_share, free))))
    return RowGroup(label=label, rows=tuple(lines))


def _share(row: Any) -> Any:
    known = row is not None and not math.isnan(row.estimate)
    return parts.share(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING


def _waits(rows: AnalysisRows) -> Iterator[RowGroup]:
    """Yield the quantiles of the wait: among all, and among those seen to be boosted."""
    level = fmt.confidence_level(rows.level)
    heads = {
        "wait_quantile": f"Days until this share of all had a booster ({level})",
        "wait_of_boosted": "Days waited by those seen to be boosted (descriptive: no censoring)",
        "wait_while_pending": "Days from the visit that began a run to a booster before its"
        " confirmation (descriptive)",
    }
    for name, head in heads.items():
        levels = dict.fromkeys(rows.rows(name)[LEVEL].tolist())
        lines = []
        term = rows.analysis.endpoint if name == "wait_quantile" else ""
        for share in levels:
            found = [rows.one(name, group=group, term=term, level=share) for group in rows.groups]
            lines.append(Row(cells=(_share_label(share), *map(_days, found))))
        yield RowGroup(label=head, rows=tuple(lines))


def _share_label(share: str) -> str:
    return SHARES.get(share, fmt.percent(float(share), 0))


def _days(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.time(row.estimate, row.conf_low, row.conf_high)


def _warned(rows: AnalysisRows) -> tuple[str, ...]:
    """Return each warning once, with the groups and days that it is of."""
    found: dict[str, list[str]] = {}
    for row in records(rows.rows(INCIDENCE)):
        day = "" if math.isnan(row.time_days) else f"day{fmt.NBSP}{fmt.trimmed(row.time_days)}"
        where = ", ".join(part for part in (row.group, day) if part)
        for words in filter(None, row.warning.split("; ")):
            found.setdefault(words, []).append(where)
    return tuple(
        f"{upper_first('; '.join(filter(None, dict.fromkeys(places))) or 'All')}: {words}."
        for words, places in found.items()
    )

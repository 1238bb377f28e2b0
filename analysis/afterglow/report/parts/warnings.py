"""Every warning of the run, in full sentences."""

import math
from typing import TYPE_CHECKING, Any

from afterglow.report.analysis_rows import AnalysisRows, all_analyses, records
from afterglow.report.blocks import Ref, Section, Sentence, WarningList
from afterglow.report.words import counted, group_label, listed, upper_first

if TYPE_CHECKING:
    from afterglow.study.run import Study


def section(study: "Study") -> Section:
    """Return the warnings; a report without any says so."""
    known = {rows.name: rows for rows in all_analyses(study)}
    gathered: dict[tuple[str, str], list[Any]] = {}
    for row in records(study.warnings):
        gathered.setdefault((row.analysis, row.warning), []).append(row)
    items = tuple(
        _sentence(known.get(analysis), words, rows) for (analysis, words), rows in gathered.items()
    )
    none = "The run gave no warning."
    return Section(name="warnings", title="Warnings", blocks=(WarningList(items=items, none=none),))


def _sentence(analysis: AnalysisRows | None, words: str, rows: list[Any]) -> Sentence:
    """Return one warning with the analysis, the groups and the count that it speaks of."""
    groups = list(dict.fromkeys(row.group for row in rows if row.group))
    where = f" ({listed([group_label(group) for group in groups])})" if groups else ""
    count = rows[0].estimate
    counts = "" if math.isnan(count) else f" ({counted(count, _noun(rows[0]))})"
    text = f"{upper_first(words)}{counts}{where}."
    if analysis is None:
        return text
    return (f"{analysis.label}: {text} See ", Ref(analysis.anchor), ".")


def _noun(row: Any) -> str:
    return "row" if row.level else "subject"

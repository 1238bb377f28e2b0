"""Every warning of the run, in full sentences: each once, with all that it is about."""

import math
from typing import TYPE_CHECKING, Any

from afterglow.report.analysis_rows import AnalysisRows, all_analyses, records
from afterglow.report.blocks import Code, Ref, Section, Sentence, Strong, WarningList
from afterglow.report.words import counted, group_label, listed, upper_first

if TYPE_CHECKING:
    from afterglow.study.run import Study

Piece = str | Strong | Code | Ref


def section(study: "Study") -> Section:
    """Return the warnings; a report without any says so."""
    known = {rows.name: rows for rows in all_analyses(study)}
    items = tuple(_sentence(words, rows, known) for words, rows in gathered(study).items())
    none = "The run gave no warning."
    return Section(name="warnings", title="Warnings", blocks=(WarningList(items=items, none=none),))


def gathered(study: "Study") -> dict[str, list[Any]]:
    """Return the rows of each warning, by its words."""
    found: dict[str, list[Any]] = {}
    for row in records(study.warnings):
        found.setdefault(row.warning, []).append(row)
    return found


def _sentence(words: str, rows: list[Any], known: dict[str, AnalysisRows]) -> Sentence:
    """Return one warning with its count and the analyses and groups that it speaks of."""
    count = rows[0].estimate
    noun = "row" if rows[0].level else "subject"
    head = upper_first(words) + ("" if math.isnan(count) else f" ({counted(count, noun)})")
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.analysis in known:
            groups.setdefault(row.analysis, []).append(row.group)
    if not groups:
        return f"{head}."
    pieces: list[Piece] = [f"{head}: "]
    for place, (name, of) in enumerate(groups.items()):
        named = [group_label(group) for group in dict.fromkeys(of) if group]
        which = f", {listed(named)}" if named else ""
        pieces += [
            "; " if place else "",
            f"{known[name].label}{which} (",
            Ref(known[name].anchor),
            ")",
        ]
    return (*pieces, ".")

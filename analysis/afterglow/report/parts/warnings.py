"""Every warning of the run: what several analyses share, then what each has of its own."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import Block, Code, Prose, Ref, Section, Sentence, Strong, WarningList
from afterglow.report.presentations import presentation
from afterglow.report.themes import in_reading_order
from afterglow.report.warning_words import meaning
from afterglow.report.words import counted, listed, upper_first

if TYPE_CHECKING:
    from afterglow.study.run import Study

Pieces = tuple[str | Strong | Code | Ref, ...]

TITLE: Final = "Warnings"
INTRO: Final = (
    "What the run found that could mislead, each with what it means and what can be done. Every "
    "warning is also a row of results.csv."
)
COHORT: Final = "The cohort"
SEVERAL: Final = "More than one analysis"
CONCERNS: Final = "Concerns"
NONE: Final = "The run gave no warning."


def section(study: "Study") -> Section:
    """Return the warnings; a report without any says so."""
    of_cohort, of_analyses = gathered(study)
    if not of_cohort and not of_analyses:
        return Section(name="warnings", title=TITLE, blocks=(WarningList(items=(), none=NONE),))
    known = {rows.name: rows for rows in in_reading_order(study)}
    shared = {words: found for words, found in of_analyses.items() if len(found) > 1}
    blocks: list[Block] = [
        Prose(paragraphs=(INTRO,)),
        *_list(COHORT, [_of_cohort(words, row) for words, row in of_cohort.items()]),
        *_list(SEVERAL, [_shared(words, found, known) for words, found in shared.items()]),
    ]
    for name, rows in known.items():
        own = [
            _own(words, found[name], rows)
            for words, found in of_analyses.items()
            if words not in shared and name in found
        ]
        blocks += _list((f"{rows.label} (", Ref(rows.anchor), ")"), own)
    return Section(name="warnings", title=TITLE, blocks=tuple(blocks))


def gathered(study: "Study") -> tuple[dict[str, Any], dict[str, dict[str, list[Any]]]]:
    """Return the cohort's warnings by their words, and the others by words and analysis."""
    of_cohort: dict[str, Any] = {}
    of_analyses: dict[str, dict[str, list[Any]]] = {}
    for row in records(study.warnings):
        if row.analysis:
            of_analyses.setdefault(row.warning, {}).setdefault(row.analysis, []).append(row)
        else:
            of_cohort.setdefault(row.warning, row)
    return of_cohort, of_analyses


def _list(about: Sentence, items: Sequence[Sentence]) -> list[Block]:
    return [WarningList(about=about, items=tuple(items))] if items else []


def _of_cohort(words: str, row: Any) -> Sentence:
    """Return a warning on the cohort, with how many rows or subjects it counts."""
    noun = "row" if row.level else "subject"
    count = "" if math.isnan(row.estimate) else f" ({counted(row.estimate, noun)})"
    return _sentence(f"{upper_first(words)}{count}.", words)


def _own(words: str, found: list[Any], rows: AnalysisRows) -> Sentence:
    """Return a warning of one analysis, with the groups that it speaks of."""
    groups = _groups(found, rows)
    said = _sentence(f"{upper_first(words)}.", words)
    return (*said, f" {CONCERNS}: {groups}.") if groups else said


def _shared(words: str, found: dict[str, list[Any]], known: dict[str, AnalysisRows]) -> Sentence:
    """Return a warning of several analyses, with where each of them is and its groups."""
    where: list[str | Ref] = []
    for name in (name for name in known if name in found):
        groups = _groups(found[name], known[name])
        where += ["; " if where else f" {CONCERNS}: ", Ref(known[name].anchor)]
        where += [f", {groups}"] if groups else []
    return (*_sentence(f"{upper_first(words)}.", words), *where, ".")


def _sentence(said: str, words: str) -> Pieces:
    more = meaning(words)
    return (Strong(said), " ", *more) if more else (Strong(said),)


def _groups(found: list[Any], rows: AnalysisRows) -> str:
    """Return the groups of a warning in words, each once."""
    groups = dict.fromkeys(row.group for row in found if row.group)
    return listed(presentation(rows).group_words(rows, group) for group in groups)

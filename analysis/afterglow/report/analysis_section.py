"""One analysis as a subsection: the finding, its figures and its tables."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block, Prose, Ref, Section, Sentence
from afterglow.report.curve_rows import is_survival
from afterglow.report.later_groups import later_sentences
from afterglow.report.presentations import finding, presentation
from afterglow.report.sentences import median_sentence
from afterglow.report.themes import members

if TYPE_CHECKING:
    from afterglow.study.run import Study

ROLE_NOTES: Final = {
    "primary": "This is a primary analysis of the plan.",
    "secondary": "This is a secondary analysis of the plan.",
    "sensitivity": "This is a sensitivity analysis of the plan.",
    "exploratory": "This analysis is exploratory: it suggests, it does not confirm.",
}
NAIVE_NOTE: Final = (
    "Naive: competing events are counted as censored, as if those subjects could still have the "
    "event under the same risk. The figures overstate the risk and are shown for comparison only."
)


def theme_section(study: "Study", theme: str, title: str, intro: str) -> Section | None:
    """Return a section with one subsection per analysis of a theme; None where there is none."""
    mine = members(study, theme)
    if not mine:
        return None
    return Section(
        name=f"theme-{theme}",
        title=title,
        blocks=(Prose(paragraphs=(intro,)),) if intro else (),
        sections=tuple(analysis_section(rows) for rows in mine),
    )


def analysis_section(rows: AnalysisRows) -> Section:
    """Return one analysis."""
    return Section(
        name=rows.anchor,
        title=titled(rows),
        blocks=(Prose(paragraphs=_words(rows)), *_blocks(rows)),
    )


def titled(rows: AnalysisRows) -> str:
    """Return the label of an analysis, with its role unless that is secondary."""
    role = rows.analysis.role
    return rows.label if role == "secondary" else f"{rows.label} · {role}"


def _words(rows: AnalysisRows) -> tuple[Sentence, ...]:
    result = finding(rows)
    if is_survival(rows):
        median = median_sentence(rows)
        result += f" {median}" if median not in ("", result) else ""
    naive = (NAIVE_NOTE,) if getattr(rows.analysis, "naive", False) else ()
    notes = presentation(rows).notes(rows)
    return (result, *notes, *later_sentences(rows), *naive, _pointers(rows))


def _pointers(rows: AnalysisRows) -> Sentence:
    """Return role, strategies and where definition and method are."""
    handled = presentation(rows).intercurrent(rows)
    words = f"{ROLE_NOTES[rows.analysis.role]} "
    words += f"Intercurrent events: {handled} " if handled else ""
    return (
        f"{words}Definition of “{rows.endpoint_label}”: ",
        Ref("definitions-endpoints"),
        "; method: ",
        Ref("methods"),
        ".",
    )


def _blocks(rows: AnalysisRows) -> tuple[Block, ...]:
    return tuple(block for block in presentation(rows).blocks(rows) if block is not None)

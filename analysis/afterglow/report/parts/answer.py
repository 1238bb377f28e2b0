"""The answer: the primary result in one sentence, before anything else."""

from typing import TYPE_CHECKING

from afterglow.plan.analyses import KaplanMeierAnalysis
from afterglow.report.analysis_rows import AnalysisRows, all_analyses, with_role
from afterglow.report.blocks import Block, KeyFinding, Prose, Ref, Sentence
from afterglow.report.parts.warnings import gathered
from afterglow.report.presentations import finding, presentation
from afterglow.report.sentences import median_sentence
from afterglow.report.words import counted, upper_first
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from afterglow.study.run import Study

NO_ANALYSIS = "The plan lists no analysis: this report describes the cohort only."


def summary(study: "Study") -> tuple[Block, ...]:
    """Return the primary results, and where the warnings are."""
    primary = with_role(study, "primary")
    shown = primary or all_analyses(study)[:1]
    if not shown:
        return (Prose(paragraphs=(NO_ANALYSIS,)),)
    label = "Primary result" if primary else "First result (the plan marks none as primary)"
    findings = tuple(
        KeyFinding(label=label, statement=_statement(rows), detail=_detail(rows)) for rows in shown
    )
    return (*findings, Prose(paragraphs=(_pointer(study),)))


def _statement(rows: AnalysisRows) -> str:
    sentence = finding(rows)
    if isinstance(rows.analysis, KaplanMeierAnalysis):
        median = median_sentence(rows)
        return sentence if median in ("", sentence) else f"{sentence} {median}"
    return sentence


def _detail(rows: AnalysisRows) -> Sentence:
    """Return endpoint, population, denominator, strategy and method below the sentence."""
    known = rows.n_analysed == rows.n_analysed
    who = f" ({fmt.count(rows.n_analysed)} analysed)" if known else ""
    text = f"Endpoint: {rows.endpoint_label}. Population: {rows.population_label}{who}. "
    handled = presentation(rows).intercurrent(rows)
    text += f"{upper_first(handled)} " if handled else ""
    return (text, "Figures, table and method: ", Ref(rows.anchor), ".")


def _pointer(study: "Study") -> Sentence:
    number = len(gathered(study))
    if number == 0:
        return ("The run gave no warning. Every rule that was used is in ", Ref("definitions"), ".")
    return (
        f"The run gave {counted(number, 'warning')}: ",
        Ref("warnings"),
        ". Every rule that was used is in ",
        Ref("definitions"),
        ", every method in ",
        Ref("methods"),
        ".",
    )

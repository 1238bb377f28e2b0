"""Methods in words, and the estimand of every analysis."""

from typing import TYPE_CHECKING, Final

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.blocks import DefinitionList, ItemList, Prose, Section
from afterglow.report.estimator_words import paragraphs
from afterglow.report.presentations import presentation
from afterglow.report.words import listed, lower_first, plain, rule_label, variable_label

if TYPE_CHECKING:
    from afterglow.study.run import Study

SCORE_COUNTS: Final = (
    "whatever happened before, the score that was taken counts (treatment-policy strategy)."
)
ESTIMANDS: Final = (
    "What each analysis estimates, in the words of ICH E9(R1): population, variable, how "
    "intercurrent events are handled, and summary."
)
INTRO: Final = "The methods that were used, and the conventions on which programs differ."


def section(study: "Study") -> Section:
    """Return the methods of what ran."""
    items = ItemList(items=paragraphs(study))
    every = all_analyses(study)
    sections: tuple[Section, ...] = ()
    if every:
        estimands = DefinitionList(items=tuple((_name(rows), _estimand(rows)) for rows in every))
        blocks = (Prose(paragraphs=(ESTIMANDS,)), estimands)
        sections = (Section(name="estimands", title="Estimands", blocks=blocks),)
    return Section(
        name="methods",
        title="Methods",
        blocks=(Prose(paragraphs=(INTRO,)), items),
        sections=sections,
    )


def _name(rows: AnalysisRows) -> str:
    return f"{rows.label} ({rows.analysis.role})"


def _estimand(rows: AnalysisRows) -> str:
    shown = presentation(rows)
    words = [
        f"Population: {lower_first(rows.population_label)}.",
        f"Variable: {shown.variable(rows)}.",
        f"Intercurrent events: {shown.intercurrent(rows) or SCORE_COUNTS}",
        f"Summary: {shown.summary}{_days(rows)}{_groups(rows)}.",
    ]
    used = shown.ran(rows)
    if isinstance(rows.analysis, ProportionAnalysis):
        words.append(f"Missing scores: {_missing(rows)}.")
    return " ".join([*words, f"Method: {used}."] if used else words)


def _missing(rows: AnalysisRows) -> str:
    return listed(lower_first(rule_label(rule)) for rule in rows.terms)


def _days(rows: AnalysisRows) -> str:
    days = getattr(rows.analysis, "at_days", ())
    word = "day" if len(set(days)) == 1 else "days"
    return f", at {word} {listed([plain(day) for day in sorted(set(days))])}" if days else ""


def _groups(rows: AnalysisRows) -> str:
    analysis = rows.analysis
    if analysis.by is None:
        return ""
    against = f", against {analysis.reference}" if analysis.reference and rows.contrasts else ""
    return f", by {lower_first(variable_label(analysis.by))}{against}"

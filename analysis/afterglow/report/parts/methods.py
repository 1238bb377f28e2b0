"""Methods in words, and the estimand of every analysis."""

from typing import TYPE_CHECKING, Final

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.blocks import DefinitionList, ItemList, Prose, Section
from afterglow.report.estimator_words import paragraphs, ran
from afterglow.report.sentences import clock_words
from afterglow.report.strategies import strategy_sentence
from afterglow.report.words import listed, lower_first, plain, variable_label

if TYPE_CHECKING:
    from afterglow.study.run import Study

SUMMARIES: Final = {
    "kaplan_meier": "share without the event over time",
    "aalen_johansen": "cumulative incidence over time",
    "logrank": "equality of hazards",
    "proportion": "share who meet the criterion",
}
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
    words = [
        f"Population: {lower_first(rows.population_label)}.",
        f"Variable: {lower_first(rows.endpoint_label)}{_clock(rows)}.",
        f"Intercurrent events: {strategy_sentence(rows) or 'none; the score on the day counts.'}",
        f"Summary: {SUMMARIES[rows.analysis.estimator]}{_days(rows)}{_groups(rows)}.",
    ]
    used = ran(rows)
    return " ".join([*words, f"Method: {used}."] if used else words)


def _clock(rows: AnalysisRows) -> str:
    if isinstance(rows.analysis, ProportionAnalysis):
        return ""
    return f", in days since {clock_words(rows)}"


def _days(rows: AnalysisRows) -> str:
    days = getattr(rows.analysis, "at_days", ())
    return f", at day {listed([plain(day) for day in sorted(set(days))])}" if days else ""


def _groups(rows: AnalysisRows) -> str:
    analysis = rows.analysis
    if analysis.by is None:
        return ""
    against = f", against {analysis.reference}" if analysis.reference else ""
    return f", by {lower_first(variable_label(analysis.by))}{against}"

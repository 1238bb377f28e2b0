"""Methods in words, and the estimand of every analysis."""

from typing import TYPE_CHECKING, Final

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.blocks import DefinitionList, ItemList, Prose, Section
from afterglow.report.estimator_words import paragraphs
from afterglow.report.presentations import presentation
from afterglow.report.sentences import clock_words, event_label, landmark_words
from afterglow.report.strategies import strategy_sentence
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
    words = [
        f"Population: {lower_first(rows.population_label)}.",
        f"Variable: {lower_first(event_label(rows))}{_clock(rows)}.",
        f"Intercurrent events: {strategy_sentence(rows) or SCORE_COUNTS}",
        f"Summary: {presentation(rows).summary}{_days(rows)}{_groups(rows)}.",
    ]
    used = presentation(rows).ran(rows)
    if isinstance(rows.analysis, ProportionAnalysis):
        words.append(f"Missing scores: {_missing(rows)}.")
    return " ".join([*words, f"Method: {used}."] if used else words)


def _missing(rows: AnalysisRows) -> str:
    return listed(lower_first(rule_label(rule)) for rule in rows.terms)


def _clock(rows: AnalysisRows) -> str:
    if isinstance(rows.analysis, ProportionAnalysis):
        return ""
    landmark = getattr(rows.analysis, "landmark_days", None)
    where = f" ({landmark_words(rows)})" if landmark is not None else ""
    return f", in days since {clock_words(rows)}{where}"


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

"""How the report shows the analyses of one estimator: sentence, figures, tables, method."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from afterglow.names import METHOD, STATISTIC_NAME
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import Block, Sentence
from afterglow.report.method_words import method_words
from afterglow.report.sentences import event_and_clock
from afterglow.report.strategies import strategy_sentence
from afterglow.report.words import group_label, listed
from afterglow.study.results import SECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """What one estimator's analyses look like.

    Attributes
    ----------
    summary : str
        The summary measure of the estimand, such as "share without the event over time".
    finding : callable
        The result in one sentence.
    blocks : callable
        Figures and tables in their order; None for what these data do not give.
    methods : callable
        Paragraphs on the method, from all analyses of this estimator that the plan has.
    headline : tuple of str
        The statistics whose `method` says what ran.
    theme : str
        Section of the report; "" goes by the endpoint's kind.
    notes : callable
        What a reader must know of the numbers, as paragraphs after the finding.
    group_words : callable
        What the `group` of a row is called, where it is no group of subjects.
    variable : callable
        What is observed of a subject, and on which clock.
    brief : callable, optional
        The result alone, for other sections to cite; default the finding.
    intercurrent : callable
        How intercurrent events are handled; "" where the score that was taken is all that counts.
    """

    summary: str
    finding: Callable[[AnalysisRows], str]
    blocks: Callable[[AnalysisRows], Sequence[Block | None]]
    methods: Callable[[Sequence[AnalysisRows]], Iterator[str]]
    headline: tuple[str, ...]
    theme: str = ""
    notes: Callable[[AnalysisRows], tuple[Sentence, ...]] = lambda rows: ()
    group_words: Callable[[AnalysisRows, str], str] = lambda rows, group: group_label(group)

    variable: Callable[[AnalysisRows], str] = event_and_clock
    brief: Callable[[AnalysisRows], str] | None = None
    intercurrent: Callable[[AnalysisRows], str] = strategy_sentence

    def ran(self, rows: AnalysisRows) -> str:
        """Return the method that an analysis reports of itself."""
        mine = rows.table[(rows.table[SECTION] == "analysis") & (rows.table[METHOD] != "")]
        used = mine.loc[mine[STATISTIC_NAME].isin(self.headline), METHOD]
        return listed(dict.fromkeys(method_words(method) for method in used.tolist()))

"""One endpoint under every strategy, side by side."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.presentation import Presentation
from afterglow.report.strategies import said_of_varied
from afterglow.report.strategy_blocks import choices_table, strategies_figure, strategies_table
from afterglow.report.strategy_paragraph import strategies_finding, strategies_paragraph
from afterglow.report.words import cause_words, listed

STRATEGIES: Final = "strategies"
COMPARED: Final = (
    "Strategies side by side (ICH E9(R1)), varied for {kinds}; other events keep the endpoint's "
    "own strategy. Every estimate is the share that has not had the endpoint: one minus its "
    "Aalen–Johansen incidence, which is Kaplan–Meier where nothing competes. Treatment policy "
    "looks through what is varied; competing lets it compete; hypothetical, naive censors it on "
    "its day; composite counts it as the event. The rows are the same but for treatment policy, "
    "which is seen as far as visits go. Worst and best case are Peterson's bounds (1976): had "
    "nobody been given it, the share would have lain between them whatever the reason for giving "
    "it, as the worst case is the composite and the best case the competing estimate. A relapse "
    "whose run waited when it was given would be dated some days before it; the choices for a "
    "session while a run waits show what that does to the worst case. In every data set the naive "
    "estimate lies between them; where a weighted one does not, its weights do not fit."
)


def _methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    kinds = dict.fromkeys(kind for rows in every for kind in rows.analysis.vary)
    yield COMPARED.format(kinds=listed([cause_words(kind) for kind in kinds]))


COMPARISON: Final = Presentation(
    summary="share free of the event, under every strategy",
    finding=strategies_finding,
    blocks=lambda rows: (
        strategies_figure(rows),
        strategies_paragraph(rows),
        strategies_table(rows),
        choices_table(rows),
    ),
    methods=_methods,
    headline=("free_of_event",),
    theme=STRATEGIES,
    intercurrent=said_of_varied,
)

"""What the states of an analysis are, for readers: with or without treatment among them."""

from typing import Final

from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.blocks import Ref, Sentence
from afterglow.tables import format as fmt

TREATED: Final = (
    "Treatment is a state of its own here: the course until its last session, a booster block "
    "until {days} after its last one. A score taken in treatment makes no move; the state that it "
    "shows is entered when treatment ends"
)
LOOKED_THROUGH: Final = (
    "Treatment is no state here: in the course and in booster blocks too, a subject is in the "
    "state that the last score has shown, and every score that shows another one is a move"
)
COUNTED: Final = {
    True: ". A move such as from symptomatic to response is therefore counted less often here "
    "than in ",
    False: ". A move such as from symptomatic to response is therefore counted more often here "
    "than in ",
}
OTHERWISE: Final = {
    True: ", which looks through treatment.",
    False: ", where treatment is a state of its own.",
}


def states_note(rows: AnalysisRows) -> tuple[Sentence, ...]:
    """Return what counts as a state, and which analysis counts moves otherwise, if one does."""
    treated = rows.analysis.treatment_states
    days = fmt.days(rows.analysis.booster_days)
    words = TREATED.format(days=days) if treated else LOOKED_THROUGH
    others = [
        other
        for other in all_analyses(rows.study)
        if getattr(other.analysis, "treatment_states", treated) != treated
    ]
    if not others:
        return (f"{words}.",)
    return ((words, COUNTED[treated], Ref(others[0].anchor), OTHERWISE[treated]),)

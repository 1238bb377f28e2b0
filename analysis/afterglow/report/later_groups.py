"""What a reader must know of groups formed after day 0: landmark and immortal time."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from afterglow.plan.later_groups import changing_statuses
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.sentences import landmark_words
from afterglow.report.words import counted, status_name
from afterglow.tables import format as fmt

IMMORTAL: Final = "immortal_person_days"
BY_THE_LANDMARK: Final = " by the landmark"
GROUPS: Final = (
    "Groups are formed by what was known at the landmark ({day}), and clocks start there; "
    "{gone} whose event, competing event or follow-up had come by then {are} set aside."
)
GRANTED: Final = (
    "{subjects} reached “{status}” while followed; before that they had spent {days} "
    "at risk. In a comparison from {clock} these days would have been immortal time: a share of "
    "their group's follow-up in which, as the group was chosen, nobody could have the event."
)
NEVER_GRANTED: Final = "Nobody reached “{status}” while at risk, so that no time was immortal."
CHANGES: Final = "A subject counts as “{label}” from the day on which this is known, not before."
LANDMARK_METHOD: Final = (
    "Groups formed after day 0 are compared from a landmark: a day stated in the plan, at which "
    "each subject still watched and free of the event is placed by what is known on it (Anderson, "
    "Cain and Gelber 1983). The result holds for those who reach the landmark; what happens to the "
    "groups' makeup afterwards is ignored. An endpoint is known on the visit that confirms it. The "
    "groups were not assigned: a difference between them is no effect of what forms them."
)
STATUS_METHOD: Final = (
    "Where a status changes during follow-up, a subject's time before it is known counts for those "
    "without and its time after for those with it (Mantel and Byar 1974), an event on that very "
    "day for those without."
)


def later_sentences(rows: AnalysisRows) -> tuple[str, ...]:
    """Return what is said of an analysis whose groups day 0 does not know; nothing for others."""
    landmark = getattr(rows.analysis, "landmark_days", None)
    said = []
    if landmark is not None:
        gone = sum(n for reason, n in rows.set_aside() if reason.endswith(BY_THE_LANDMARK))
        who = counted(gone, "subject")
        are = "is" if gone == 1 else "are"
        said.append(GROUPS.format(day=landmark_words(rows), gone=who, are=are))
    said += [CHANGES.format(label=status_name(word)) for word in changing_statuses(rows.analysis)]
    said += [_granted(rows, row) for row in records(rows.rows(IMMORTAL))]
    return (" ".join(said),) if said else ()


def _granted(rows: AnalysisRows, row: Any) -> str:
    status = status_name(row.level)
    if not row.n:
        return NEVER_GRANTED.format(status=status)
    days = f"{fmt.count(row.estimate)}{fmt.NBSP}person-days"
    return GRANTED.format(
        subjects=counted(row.n, "subject"), status=status, days=days,
        clock=landmark_words(rows, origin=True),
    )  # fmt: skip


def later_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    """Yield the method paragraphs of landmarks and of statuses that change, where there are any."""
    if any(getattr(rows.analysis, "landmark_days", None) is not None for rows in every):
        yield LANDMARK_METHOD
    if any(changing_statuses(rows.analysis) for rows in every):
        yield STATUS_METHOD

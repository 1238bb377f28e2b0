"""The words that the codes of facts and rows stand for: causes, reasons, statuses."""

import numpy as np

from afterglow.endpoints.facts import CENSORED, OWN_EVENT
from afterglow.endpoints.rules import REASON_WORDS, STATUS_WORDS, Reason, Status, WalkRules

INCLUDED = "included"


def cause_words(rules: WalkRules) -> tuple[str, ...]:
    """Return what ends a row, by the places that `cause_places` gives: "" where it is censored."""
    return (*rules.kinds, "", *rules.names)


def cause_places(rules: WalkRules, cause: np.ndarray, endpoint: np.ndarray) -> np.ndarray:
    """Return the place of each row's cause among `cause_words`."""
    n_kinds = len(rules.kinds)
    place = np.where(cause == CENSORED, n_kinds, cause)
    return np.where(cause == OWN_EVENT, n_kinds + 1 + endpoint, place)


def reason_words(rules: WalkRules) -> tuple[str, ...]:
    """Return why follow-up ended, by the rows' `reason`."""
    own = [REASON_WORDS[Reason(place)] for place in range(Reason.FIRST_EVENT)]
    return (*own, *rules.kinds)


def status_words(rules: WalkRules) -> tuple[str, ...]:
    """Return whether there is a row, or why not, by the places that `status_places` gives."""
    return tuple(
        _status(rules, status, place) for status in Status for place in range(_details(rules))
    )


def status_places(rules: WalkRules, status: np.ndarray, detail: np.ndarray) -> np.ndarray:
    """Return the place of each status, and of what it speaks of, among `status_words`."""
    return status.astype(np.int64) * _details(rules) + np.maximum(detail, 0)


def _details(rules: WalkRules) -> int:
    return max(len(rules.names), len(rules.kinds), len(rules.columns), 1)


def _status(rules: WalkRules, status: Status, place: int) -> str:
    if status == Status.INCLUDED:
        return INCLUDED
    told = {
        Status.NOT_REACHED: rules.names,
        Status.NO_EVENT: rules.kinds,
        Status.NO_COLUMN: rules.columns,
    }.get(status, ())
    return STATUS_WORDS[status].format(told[place] if place < len(told) else "")

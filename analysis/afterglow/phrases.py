"""What codes of data, plan and results are called within sentences, and how words are listed."""

import re
from collections.abc import Iterable
from typing import Final

ARROW: Final = " → "
"""Between the two states of a move, as results name it."""
CAUSES: Final = {
    "booster": "booster",
    "session": "session",
    "switch": "switch of treatment",
    "ect": "ECT",
    "death": "death",
    "withdrawal": "withdrawal",
    "lost": "loss to follow-up",
    "response_regained": "response regained",
    "suicide_attempt": "suicide attempt",
    "hospitalisation": "hospitalisation",
}
MOVED: Final = {"booster": "booster block"}
"""States that a move names in another way than the event of the same name."""
ACRONYMS: Final = {
    "ect": "ECT",
    "cadss": "CADSS",
    "sbp": "systolic blood pressure",
    "dbp": "diastolic blood pressure",
    "usd": "US dollars",
    "bmi": "BMI",
    "id": "ID",
    "iv": "IV",
    "ssri": "SSRI",
}


def spelled(code: str) -> str:
    """Return a code of data or plan as words: "prior_treatment" is "prior treatment"."""
    words = re.split(r"[_\s]+", code.strip())
    return " ".join(ACRONYMS.get(word.casefold(), word) for word in words if word)


def cause_words(code: str) -> str:
    """Return what an event is called within a sentence."""
    return CAUSES.get(code, spelled(code))


def state_name(state: str) -> str:
    """Return the bare name of a state: "response", "booster block", "ECT"."""
    return MOVED.get(state, cause_words(state))


def move_words(move: str) -> str:
    """Return a move within a sentence: "from response to relapse"."""
    source, _, target = move.partition(ARROW)
    return f"from {state_name(source)} to {state_name(target)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return "a", "a and b", or "a, b and c"."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"

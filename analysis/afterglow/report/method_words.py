"""What a method of the results is called in words."""

from typing import Final

INTERVALS: Final = {
    "wilson": "Wilson's score interval",
    "clopper-pearson": "the exact interval of Clopper and Pearson",
    "jeffreys": "Jeffreys' interval",
    "agresti-coull": "the interval of Agresti and Coull",
    "wald": "the Wald interval",
    "miettinen-nurminen": "the score interval of Miettinen and Nurminen",
    "mee": "Mee's score interval",
    "newcombe": "Newcombe's hybrid score interval",
    "agresti-caffo": "the interval of Agresti and Caffo",
}
SPELLINGS: Final = {
    "kaplan-meier": "Kaplan–Meier",
    "Aalen-Johansen": "Aalen–Johansen",
    "infinitesimal-jackknife": "infinitesimal-jackknife",
    "clopper-pearson": "Clopper–Pearson",
    "miettinen-nurminen": "Miettinen–Nurminen",
    "agresti-coull": "Agresti–Coull",
    "agresti-caffo": "Agresti–Caffo",
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "newcombe": "Newcombe",
    "katz": "Katz",
    "CMH weights": "Cochran–Mantel–Haenszel weights",
}


def method_words(method: str) -> str:
    """Return a method as it stands in the results, with names spelled as names."""
    for code, name in SPELLINGS.items():
        method = method.replace(code, name)
    return method


def interval_words(method: str) -> str:
    """Return an interval's full name within a sentence."""
    known, comma, weights = method.partition(", ")
    if comma and known in INTERVALS:
        return f"{INTERVALS[known]} within strata, with {method_words(weights)}"
    return INTERVALS.get(method, method_words(method))

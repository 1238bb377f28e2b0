"""`of = "other"` in an analysis: it inherits every key of the other."""

from collections.abc import Mapping
from typing import Any

from afterglow.errors import did_you_mean
from afterglow.plan.analyses import Analysis
from afterglow.plan.faults import Fault
from afterglow.plan.known_keys import keys_of, models_by_word

OF = "of"
ROLE = "role"
ESTIMATOR = "estimator"
NOT_INHERITED = (OF, ROLE, "label")
ROLE_OF_VARIANT = "sensitivity"


def inherit(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Complete the analyses that are variants of others.

    Parameters
    ----------
    given : mapping
        The plan's `analysis` table as written: name -> keys.

    Returns
    -------
    (dict, list of Fault)
        The analyses with what they inherit: every key of the other analysis but `role` (a variant
        is a sensitivity analysis unless it says otherwise) and `label`. Keys that the variant's own
        estimator does not have are left out, and so are analyses that lead nowhere. The faults:
        names that are not there, and loops.
    """
    completed: dict[str, Any] = {}
    faults = []
    for name, own in given.items():
        chain, fault = _chain(name, given)
        if fault:
            faults.append(Fault(f"analysis.{name}", fault))
        if chain:
            completed[name] = own if len(chain) == 1 else _merged([given[link] for link in chain])
    return completed, faults


def _chain(name: str, given: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the analysis and those it is a variant of, nearest first, and what is wrong."""
    chain = [name]
    while isinstance(given[chain[-1]], dict) and OF in given[chain[-1]]:
        other = given[chain[-1]][OF]
        if other in chain:
            loop = " → ".join([*chain[chain.index(other) :], other])
            return [], f"of leads back to itself: {loop}."
        if not isinstance(other, str) or other not in given:
            wrong = f"of names no analysis: '{other}'.{did_you_mean(str(other), given)}"
            return [], wrong if len(chain) == 1 else ""
        chain.append(other)
    return chain, ""


def _merged(chain: list[Any]) -> Any:
    own, *others = chain
    merged: dict[str, Any] = {}
    for other in reversed([link for link in others if isinstance(link, dict)]):
        merged |= {key: value for key, value in other.items() if key not in NOT_INHERITED}
    estimator = own.get(ESTIMATOR, merged.get(ESTIMATOR))
    model = models_by_word(Analysis, ESTIMATOR).get(str(estimator))
    known = keys_of(model) if model else list(merged)
    kept = {key: value for key, value in merged.items() if key in known}
    return {ROLE: ROLE_OF_VARIANT, **kept, **own}

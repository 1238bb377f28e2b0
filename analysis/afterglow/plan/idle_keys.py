"""Keys that do nothing where they stand: nobody should rely on them."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.plan.analysis import AnalysisBase
from afterglow.plan.clauses import WHILE_ON_TREATMENT, Confirmation
from afterglow.plan.endpoints import RapidResponse, SustainedResponse
from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan

IDLE_IN_ENDPOINT = {"confirm": Confirmation(), "intercurrent": WHILE_ON_TREATMENT}
IDLE_WITHOUT_DAYS = {"window_days": 3.0, "timing": None}


def idle_keys(section: BaseModel) -> dict[str, Any]:
    """Return the keys of an endpoint or analysis that change nothing in it, with their defaults."""
    if isinstance(section, (RapidResponse, SustainedResponse)):
        return IDLE_IN_ENDPOINT
    if isinstance(section, ProportionAnalysis) and not section.at_days:
        return IDLE_WITHOUT_DAYS
    return dict(section.IDLE) if isinstance(section, AnalysisBase) else {}


def find_idle_keys(plan: Plan) -> list[Fault]:
    """Return the keys that the plan sets although they cannot change anything."""
    faults = []
    for kind, sections in (("endpoint", plan.endpoint), ("analysis", plan.analysis)):
        for name, section in sections.items():
            faults += [Fault(f"{kind}.{name}", words) for words in _set_for_nothing(section)]
    return faults


def _set_for_nothing(section: Any) -> Iterator[str]:
    reason = _why(section)
    for key, default in idle_keys(section).items():
        if getattr(section, key) != default:
            yield f"{key} does nothing {reason}."


def _why(section: Any) -> str:
    if isinstance(section, (RapidResponse, SustainedResponse)):
        return f"for a {section.kind}: its visits are stated by day"
    return getattr(section, "IDLE_WHY", "") or "without at_days"

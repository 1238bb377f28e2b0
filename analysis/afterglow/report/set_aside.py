"""Why subjects are set aside, as a clinician reads it."""

from typing import Final

from afterglow.plan.endpoints import Endpoint
from afterglow.plan.model import Plan
from afterglow.report.words import cause_words, endpoint_label, spelled

REASONS: Final = {
    "no session": "no session",
    "no baseline": "no baseline score",
    "below entry severity": "baseline below the entry severity",
    "baseline at best score": "baseline already at the best score",
    "course unfinished": "follow-up stopped before the course was known to have ended",
    "block unfinished": "follow-up stopped before the booster block was known to have ended",
    "no visit in the qualifying window": "no visit in the window that the endpoint asks for",
    "ended before at risk": "follow-up or a competing event came before the time at risk",
    "no row in this cycle": "no such cycle",
}
NOT_REACHED: Final = " not reached"
BY_THE_LANDMARK: Final = " by the landmark"


def reason_words(reason: str, endpoint: Endpoint, plan: Plan) -> str:
    """Return a reason of the derivation in words."""
    if reason in REASONS:
        return REASONS[reason]
    if reason == "did not qualify":
        return f"{_quoted(_qualifying(endpoint, plan), plan)} not met at the visit in the window"
    if reason.endswith(BY_THE_LANDMARK):
        return _by_the_landmark(reason.removesuffix(BY_THE_LANDMARK), plan)
    if reason.endswith(NOT_REACHED):
        return f"{_quoted(reason.removesuffix(NOT_REACHED), plan)}{NOT_REACHED}"
    if reason.startswith("no ") and reason.endswith(" event"):
        return f"no {cause_words(reason[3:-6])}"
    if reason.startswith("no "):
        return f"{spelled(reason[3:])} not recorded"
    return spelled(reason)


def _by_the_landmark(what: str, plan: Plan) -> str:
    """Return what ended a row by the landmark: the endpoint, a competing event, the follow-up."""
    known = _quoted(what, plan) if what in plan.endpoint else cause_words(what)
    return f"{known}{BY_THE_LANDMARK}"


def _qualifying(endpoint: Endpoint, plan: Plan) -> str:
    """Return the endpoint that qualifies for this one, or for the one its clock starts at."""
    seen: list[Endpoint] = []
    while endpoint not in seen:
        seen.append(endpoint)
        qualify = getattr(endpoint, "qualify", None)
        if qualify is not None:
            return str(qualify.endpoint)
        origin = getattr(endpoint, "origin", "").removeprefix("endpoint:")
        endpoint = plan.endpoint.get(origin, endpoint)
    return ""


def _quoted(name: str, plan: Plan) -> str:
    if name not in plan.endpoint:
        return f"“{spelled(name)}”"
    return f"“{endpoint_label(name, plan.endpoint[name])}”"

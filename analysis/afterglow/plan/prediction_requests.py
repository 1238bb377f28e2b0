"""Whether a prediction says which target it has, and keeps to it."""

from collections.abc import Iterator
from typing import Final

from afterglow.plan.endpoints import Endpoint
from afterglow.plan.prediction_analyses import BEFORE_BOOSTER, LandmarkPredictionAnalysis

BOOSTER: Final = "booster"
COURSE_END: Final = "course_end"
DAY_ITSELF: Final = ("weeks_since_course_end", "days_since_session")
NEEDED: Final = {
    True: (
        "competing",
        "the risk of relapse in care as it is, in which a booster comes first for some",
    ),
    False: ("censor", "relapse as if no booster were given"),
}


def prediction_faults(analysis: LandmarkPredictionAnalysis, endpoint: Endpoint) -> Iterator[str]:
    """Yield what would mix targets, or predict what the endpoint is not."""
    if endpoint.kind != "relapse":
        yield (
            f"target = '{analysis.target}' needs an endpoint of kind relapse; "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
        return
    strategies = {**endpoint.intercurrent, **analysis.strategy}
    needed, meaning = NEEDED[analysis.target == BEFORE_BOOSTER]
    found = strategies.get(BOOSTER, needed)
    if found != needed:
        yield (
            f"target = '{analysis.target}' is {meaning}, but boosters have the strategy "
            f"'{found}' here: write strategy = {{ booster = \"{needed}\" }}, or choose another "
            "target."
        )
    composite = sorted(event for event, word in strategies.items() if word == "event")
    if composite and found == needed:
        yield (
            f"target = '{analysis.target}' is about relapse alone, but {', '.join(composite)} "
            "would count as one: give another strategy."
        )
    for word in analysis.predictors:
        if word in DAY_ITSELF and endpoint.origin == COURSE_END:
            yield (
                f"{word} is the day of prediction itself where the clock starts at course_end and "
                "a booster ends the wait, and the model has that already: leave it out."
            )

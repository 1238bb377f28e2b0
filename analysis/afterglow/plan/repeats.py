"""Lists of a plan whose every entry asks for a result of its own: none may ask twice."""

from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan

ENTRIES = {
    "at_days": "a day",
    "quantiles": "a share",
    "prediction_days": "a day",
    "predictors": "a predictor",
    "thresholds": "a risk",
    "missing": "a rule",
    "other_gaps_days": "a gap",
    "baseline_columns": "a column",
    "known_at_day_0": "a column",
    "trajectories": "an instrument",
    "trajectory_days": "a day",
}


def find_repeats(plan: Plan) -> list[Fault]:
    """Return the lists of the analyses, the course and the report that repeat an entry."""
    analyses = {f"analysis.{name}": analysis for name, analysis in plan.analysis.items()}
    sections = {**analyses, "baseline": plan.baseline, "course": plan.course, "report": plan.report}
    return [
        Fault(section, f"{key} names {entry} twice.")
        for section, model in sections.items()
        for key, entry in ENTRIES.items()
        if len(set(values := getattr(model, key, ()))) < len(values)
    ]

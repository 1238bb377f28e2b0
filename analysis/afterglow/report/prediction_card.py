"""The model card of a prediction, in the order of TRIPOD+AI, from the plan and the results."""

import math
from collections.abc import Iterator
from typing import Final

from afterglow.plan.endpoints import Relapse
from afterglow.report.analysis_rows import AnalysisRows, competing_causes
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import (
    BEFORE_BOOSTER,
    KINDS,
    LEFT_OUT_SITES,
    MODEL,
    NOT_MEANT,
    PREDICTORS,
    best_kind,
    days_words,
    is_days,
    loss_words,
    target_words,
    useless_in,
)
from afterglow.report.strategies import strategy_sentence
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    listed,
    lower_first,
    plain,
    upper_first,
    variable_label,
    variable_words,
)
from afterglow.study.prediction_measures import FEWEST
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

COURSE_END: Final = "course_end"
PER_PREDICTOR: Final = 10.0
FEW: Final = (
    "That is fewer than ten: the model can be no more than a proposal, and shrinkage cannot make "
    "up for it."
)
ENOUGH: Final = "That is ten or more."
NOT_FOR: Final = (
    "Deciding on treatment, boosters or discharge of a person; judging clinics; comparing "
    "treatments: none of its hazard ratios is an effect, and changing a predictor need not change "
    "the risk. Nor for subjects unlike the participants, another horizon, or other days."
)
OUTPUT_RISK: Final = (
    "A risk between 0 and 1, and no class: the thresholds of the decision curve are examples."
)
OUTPUT_DAYS: Final = "A number of days between 0 and the horizon."
UNSTATED: Final = (
    "Funding, registration, ethics approval and the part that patients had in the work are not in "
    "the plan: whoever publishes the model has to state them."
)


def model_card(rows: AnalysisRows) -> TableBlock | None:
    """Return the card; None without a model."""
    if not len(rows.rows("hazard_ratio")):
        return None
    lines = [*_aims(rows), *_methods(rows), *_results(rows), *_discussion(rows)]
    return TableBlock(
        name=anchor(rows.anchor, "card"),
        table=Table.from_rows(
            f"{rows.label}: model card, in the order of TRIPOD+AI",
            (Column(header="Item"), Column(header="Here", align="left")),
            lines,
        ),
    )


def _aims(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    horizon = counted(rows.analysis.horizon_days, "day")
    yield "Target", f"{upper_first(target_words(rows))}. {NOT_MEANT[rows.analysis.target]}"
    yield "Horizon", f"{upper_first(horizon)} from the day of prediction, the same for everybody."
    yield (
        "Intended use",
        "Research: to tell subjects who are likely to relapse soon from others. For a subject of "
        f"this population still at risk {days_words(rows)}, or between these days; not before, "
        "not after, and not once relapse or a booster has come.",
    )
    yield "Not to be used for", NOT_FOR


def _methods(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    metadata = rows.study.cohort.metadata
    kind = "Simulated" if metadata.synthetic else "Recorded in care or in a trial"
    title = metadata.title or "The cohort of this report"
    yield "Data", f"{title}. {kind}; source and hashes under Provenance."
    yield (
        "Participants",
        f"{rows.population_label}: {counted(rows.n_analysed, 'subject')} could have the endpoint, "
        f"{fmt.count(rows.value('n_subjects'))} of them were at risk on some day of prediction, "
        f"and {fmt.count(rows.value('n_with_event'))} of these relapsed within the horizon.",
    )
    yield (
        "Outcome",
        f"{rows.endpoint_label}, as defined under Definitions. Intercurrent events: "
        f"{strategy_sentence(rows)}",
    )
    yield "Predictors", _predictors(rows)
    yield "Sample size", _sample_size(rows)
    yield (
        "Missing data",
        "Nothing is filled in. A subject who lacks a predictor on a day is not predicted for on "
        "that day (counted under the table of who is at risk); one who lacks a baseline predictor "
        "is not predicted for at all (counted where each analysis counts its subjects).",
    )
    yield "Model", _model(rows)
    yield "Output", OUTPUT_DAYS if is_days(rows) else OUTPUT_RISK
    yield "Validation", _validation(rows)
    by = lower_first(variable_label(rows.analysis.leave_out)) if rows.analysis.leave_out else ""
    seen = f"Performance by {by} is in the table above. " if by else "Performance is that of all. "
    yield (
        "Fairness",
        f"{seen}By sex, age or origin it is not examined.",
    )
    yield (
        "Open science",
        "Plan, seed, hashes of plan and data, and versions stand under Provenance; every number "
        f"is a row of results.csv. {UNSTATED}",
    )


def _predictors(rows: AnalysisRows) -> str:
    course = [PREDICTORS[word][1] for word in rows.analysis.predictors]
    known = [lower_first(variable_words(term.name)[0]) for term in rows.analysis.terms]
    words = f"By the day of prediction: {listed(course) or 'none'}."
    return f"{words} At baseline: {listed(known) or 'none'}. None is known only later."


def _sample_size(rows: AnalysisRows) -> str:
    each = rows.value("events_per_predictor")
    needs = [rows.value(f"n_needed_for_{word}") for word in ("shrinkage", "optimism", "risk")]
    events = counted(rows.value("n_with_event"), "subject")
    predictors = counted(rows.value("n_predictors"), "predictor")
    said = f"{events} with a relapse for {predictors}, {fmt.trimmed(each, 1)} each. "
    said += FEW if each < PER_PREDICTOR else ENOUGH
    if any(math.isnan(need) for need in needs):
        return said
    shrinkage, optimism, risk = (fmt.count(need) for need in needs)
    has = fmt.count(rows.value("n_subjects"))
    return (
        f"{said} Riley's criteria, if the model explains 15 % of the variation, ask for "
        f"{shrinkage} subjects (shrinkage at most 10 %), {optimism} (optimism at most 0.05) and "
        f"{risk} (overall risk within 5 points); there are {has}."
    )


def _model(rows: AnalysisRows) -> str:
    competing = listed([cause_words(code) for code in competing_causes(rows)], "or")
    words = (
        "Landmark supermodel: ridge Cox regression on the stacked days of prediction, one baseline "
        "hazard in days since the origin and the day of prediction with its square"
    )
    if competing:
        words += f"; a second one for {competing}, and the incidence that both imply"
    if rows.analysis.penalty == "cross-validated":
        return f"{words}. Penalty by {plain(rows.analysis.folds)}-fold cross-validation by subject."
    return f"{words}. Penalty {plain(rows.analysis.penalty)} per event, set by the plan."


def _validation(rows: AnalysisRows) -> str:
    resamples = rows.value("n_resamples")
    found = []
    if not math.isnan(resamples):
        found.append(
            f"{counted(resamples, 'bootstrap resample')} of subjects, the whole procedure repeated "
            "in each"
        )
    if rows.analysis.leave_out and len(rows.rows("expected_sum")):
        found.append(
            f"each {lower_first(variable_label(rows.analysis.leave_out))} left out in turn"
        )
    if not found:
        return "None: the performance shown is that in the data of the fit, and is optimistic."
    return f"Internal: {'; '.join(found)}. No data from elsewhere."


def _results(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    yield (
        "Specification",
        "Coefficients, means and summed baseline hazards are in the table of the equation above; "
        "every step of the baseline is in results.csv.",
    )
    yield "Performance", _performance(rows)


def _performance(rows: AnalysisRows) -> str:
    order = "concordance" if is_days(rows) else "auc"
    name = "concordance" if is_days(rows) else "AUC"
    found = []
    for kind in dict.fromkeys((best_kind(rows), LEFT_OUT_SITES)):
        scaled = rows.value("scaled_brier", term=MODEL, level=kind)
        if not math.isnan(scaled):
            area = fmt.number(rows.value(order, term=MODEL, level=kind))
            slope = fmt.number(rows.value("calibration_slope", term=MODEL, level=kind))
            found.append(
                f"{lower_first(KINDS[kind])}: {loss_words(rows)} {fmt.percent(abs(scaled))} "
                f"{'below' if scaled > 0 else 'above'} that of the curve without predictors, "
                f"{name} {area}, calibration slope {slope}"
            )
    return f"{upper_first('; '.join(found))}."


def _discussion(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    yield "Limitations", _limitations(rows)
    if rows.value("n_with_event") < FEWEST:
        use = "None: too few relapses to tell how well it predicts."
    elif useless_in(rows):
        use = (
            "None: it predicts no better than the curve without predictors. It should not be used."
        )
    else:
        use = (
            "Research only. Before any use it needs data from elsewhere, and a study of whether "
            "acting on it does good."
        )
    yield "Usability", use


def _known_late(rows: AnalysisRows) -> bool:
    """Say whether one predicts on days on which it does not show yet that the course is over."""
    first = min(rows.analysis.prediction_days)
    from_end = isinstance(rows.endpoint, Relapse) and rows.endpoint.origin == COURSE_END
    return from_end and first < rows.study.plan.course.max_gap_days


def _limitations(rows: AnalysisRows) -> str:
    seen = "Relapse is seen at visits only, and who comes more often is found earlier."
    if _known_late(rows):
        gap = counted(rows.study.plan.course.max_gap_days, "day")
        seen += (
            f" That the course is over shows only once {gap} have passed without a session: "
            "earlier days of prediction know it too soon."
        )
    if rows.analysis.target != BEFORE_BOOSTER:
        seen += (
            " Boosters censor: the predictions hold if, given the predictors, who is boosted would "
            "have relapsed like the others; where a clinic boosts on signs that are not among "
            "them, the risk is too low. Performance is weighted for censoring without predictors."
        )
    else:
        seen += (
            " The risk depends on when boosters are given: a clinic with other habits has other "
            "risks."
        )
    return seen

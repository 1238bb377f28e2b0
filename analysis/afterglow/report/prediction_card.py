"""The model card of a prediction, in the order of TRIPOD+AI, from the plan and the results."""

import math
from collections.abc import Iterator
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows, competing_causes
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import (
    BEFORE_BOOSTER,
    FEWEST_EVENTS,
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
)
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

PER_PREDICTOR: Final = 10.0
FEW: Final = (
    "Fewer than ten events per predictor: the model can be no more than a proposal, and shrinkage "
    "cannot make up for it."
)
ENOUGH: Final = "Ten events per predictor or more."


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
    yield "Target", f"{upper_first(target_words(rows))}. {NOT_MEANT[rows.analysis.target]}"
    yield (
        "Intended use",
        f"A subject still at risk {days_words(rows)}, or between these days; not before, not "
        "after, and not once relapse or a booster has come.",
    )


def _methods(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    metadata = rows.study.cohort.metadata
    kind = "Simulated" if metadata.synthetic else "Recorded in care or in a trial"
    title = metadata.title or "The cohort of this report"
    yield "Data", f"{title}. {kind}; source and hashes under Provenance."
    yield (
        "Participants",
        f"{rows.population_label}: {counted(rows.n_analysed, 'subject')} with the endpoint, "
        f"{fmt.count(rows.value('n_subjects'))} of them at risk on some day of prediction.",
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
        "Who lacks a predictor on a day does not count on it, and is counted under the table of "
        "those at risk; nothing is filled in.",
    )
    yield "Model", _model(rows)
    yield "Validation", _validation(rows)
    yield (
        "Fairness",
        "Performance is given by site where sites are left out; by sex, age or origin it is not "
        "examined, and these data are too few for it."
        if rows.analysis.leave_out
        else "Performance by site, sex, age or origin is not examined.",
    )
    yield (
        "Open science",
        "Plan, seed, hashes of plan and data, and versions stand under Provenance; every number "
        "is a row of results.csv.",
    )


def _predictors(rows: AnalysisRows) -> str:
    course = [PREDICTORS[word][1] for word in rows.analysis.predictors]
    known = [lower_first(variable_label(term.name)) for term in rows.analysis.terms]
    words = f"By the day of prediction: {listed(course) or 'none'}."
    return f"{words} At baseline: {listed(known) or 'none'}. None is known only later."


def _sample_size(rows: AnalysisRows) -> str:
    each = rows.value("events_per_predictor")
    needs = [rows.value(f"n_needed_for_{word}") for word in ("shrinkage", "optimism", "risk")]
    said = f"{fmt.trimmed(each, 1)} subjects with a relapse per predictor. "
    said += FEW if each < PER_PREDICTOR else ENOUGH
    if any(math.isnan(need) for need in needs):
        return said
    shrinkage, optimism, risk = (fmt.count(need) for need in needs)
    has = fmt.count(rows.value("n_subjects"))
    return (
        f"{said} Riley's criteria, were 15 % of the variation explained, ask for {shrinkage} "
        f"subjects (shrinkage at most 10 %), {optimism} (optimism at most 0.05) and {risk} "
        f"(overall risk within 5 points); there are {has}."
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
            f"{counted(resamples, 'bootstrap resample')} of subjects, the whole procedure repeated"
        )
    if rows.analysis.leave_out and len(rows.rows("expected_sum")):
        found.append(
            f"each {lower_first(variable_label(rows.analysis.leave_out))} left out in turn"
        )
    if not found:
        return "None: the performance shown is that in the data of the fit, and is optimistic."
    return f"{upper_first(listed(found))}. No data from elsewhere."


def _results(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    yield "Specification", "The equation below, with every step of the baseline in results.csv."
    yield "Performance", _performance(rows)


def _performance(rows: AnalysisRows) -> str:
    order = "concordance" if is_days(rows) else "auc"
    name = "concordance" if is_days(rows) else "AUC"
    found = []
    for kind in dict.fromkeys((best_kind(rows), LEFT_OUT_SITES)):
        scaled = rows.value("scaled_brier", term=MODEL, level=kind)
        if not math.isnan(scaled):
            area = fmt.number(rows.value(order, term=MODEL, level=kind))
            found.append(
                f"{lower_first(KINDS[kind])}: {loss_words(rows)} {fmt.percent(abs(scaled))} "
                f"{'below' if scaled > 0 else 'above'} that of the curve without predictors, "
                f"{name} {area}"
            )
    return f"{upper_first('; '.join(found))}."


def _discussion(rows: AnalysisRows) -> Iterator[tuple[str, str]]:
    if rows.value("n_with_event") < FEWEST_EVENTS:
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
    seen = "Relapse is seen at visits only, and who comes more often is found earlier."
    if rows.analysis.target != BEFORE_BOOSTER:
        seen += (
            " Boosters censor: the predictions hold if, given the predictors, who is boosted would "
            "have relapsed like the others; where a clinic boosts on signs that are not among "
            "them, the risk is too low. Performance is weighted for censoring without predictors."
        )
    else:
        seen += " A clinic that boosts otherwise has other risks: the model carries its habits."
    yield "Limits", seen

"""What a prediction is about, in words: its target, its models, and whether it is of any use."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.regression_blocks import term_label
from afterglow.report.sentences import clock_words
from afterglow.report.words import (
    counted,
    listed,
    lower_first,
    plain,
    upper_first,
    variable_words,
)
from afterglow.study.prediction_measures import FEWEST
from afterglow.tables import format as fmt

RELAPSE, BEFORE_BOOSTER, DAYS = "relapse", "relapse_before_booster", "days_to_relapse"
MODEL, BASELINE_ONLY, WITHOUT = "model", "baseline only", "without predictors"
APPARENT, CORRECTED = "apparent", "optimism-corrected"
LEFT_OUT_SUBJECTS, LEFT_OUT_SITES = "left-out subjects", "left-out sites"
KINDS: Final = {
    APPARENT: "As fitted (optimistic)",
    CORRECTED: "Corrected for optimism",
    LEFT_OUT_SUBJECTS: "In subjects left out of the fit",
    LEFT_OUT_SITES: "In sites left out of the fit",
}
MODELS: Final = {
    MODEL: "Model",
    BASELINE_ONLY: "Baseline predictors only",
    WITHOUT: "Curve without predictors",
}
PREDICTORS: Final = {
    "last_score": ("Last score, points", "last score"),
    "change_from_baseline": ("Change from baseline, points", "change from baseline"),
    "slope": ("Slope of the last three scores, points a week", "slope of the last three scores"),
    "days_since_score": ("Days since the last score", "days since the last score"),
    "days_since_session": ("Days since the last session", "days since the last session"),
    "sessions_so_far": ("Sessions so far", "sessions so far"),
    "weeks_since_course_end": ("Weeks since the course", "weeks since the course"),
    "landmark week": ("Day of prediction, weeks", "day of prediction"),
    "landmark week²": ("Day of prediction, weeks squared", "day of prediction squared"),
}
TARGETS: Final = {
    RELAPSE: "risk of relapse within {days} (were no booster given)",
    BEFORE_BOOSTER: "risk of relapse before a booster within {days}",
    DAYS: "expected days before relapse within the next {days} (were no booster given)",
}
NOT_MEANT: Final = {
    RELAPSE: "It is not the risk of relapse in care as it is, where boosters come first for some, "
    "and no forecast of the next booster.",
    BEFORE_BOOSTER: "It is lower than the risk of relapse without boosters, because a booster "
    "comes first for some; it says how often relapse is seen in care as it was here, not how "
    "often it would come without boosters.",
    DAYS: "It is not the time to the next booster, and not the time that response lasts in care as "
    "it is.",
}
VALIDATIONS: Final = {
    APPARENT: "As fitted: measured in the data of the fit, and so too good.",
    CORRECTED: "Corrected for optimism: less what a model fitted in a resample of the subjects "
    "gains, on average, in that resample over all the data.",
    LEFT_OUT_SUBJECTS: "In subjects left out: those whom a resample did not draw, predicted by its "
    "model, all resamples together.",
    LEFT_OUT_SITES: "In sites left out: each site predicted by a model of the others, all sites "
    "together.",
}
HEADLINE: Final = {
    APPARENT: "As fitted, which is optimistic",
    CORRECTED: "Corrected for optimism (from being measured in the data of its fit)",
}
TOO_FEW: Final = (
    "How well the {target} is predicted cannot be told from so few relapses: {fewest} subjects "
    "with one are the fewest, and many more are needed."
)
FEWEST_EXPECTED: Final = 5.0
SLOPE_MEANS: Final = "1 is perfect; above 1 predictions are too much alike, below 1 too extreme"
WHERE: Final = {
    APPARENT: "even as fitted",
    CORRECTED: "corrected for optimism",
    LEFT_OUT_SUBJECTS: "in subjects left out of the fit",
}
USELESS: Final = (
    "The model predicts no better than the curve without predictors: {where}, its {loss} is "
    "{above} than that of the curve{area}. It should not be used."
)
UNCLEAR: Final = (
    "{Kind}, the model's {target} has a {loss} {below} below that of the curve without "
    "predictors, but its limits reach no gain ({limits}){area}: whether it predicts better than "
    "that curve cannot be told."
)
USEFUL: Final = (
    "{Kind}, the model's {target} has a {loss} {below} below that of the curve without predictors "
    "({limits}){rival}{area}."
)


def is_days(rows: AnalysisRows) -> bool:
    """Say whether days are predicted, and not a risk."""
    return bool(rows.analysis.target == DAYS)


def target_words(rows: AnalysisRows) -> str:
    """Return what is predicted."""
    days = counted(rows.analysis.horizon_days, "day")
    return TARGETS[rows.analysis.target].format(days=days)


def loss_words(rows: AnalysisRows) -> str:
    """Return what the score of a prediction is called."""
    return "mean squared error" if is_days(rows) else "Brier score"


def days_words(rows: AnalysisRows) -> str:
    """Return on which days one predicts: "on days 14, 28 and 42 since the end of the course"."""
    days = sorted(set(rows.analysis.prediction_days))
    word = "day" if len(days) == 1 else "days"
    return f"on {word} {listed([plain(day) for day in days])} since {clock_words(rows)}"


def predictor_label(rows: AnalysisRows, row: Any) -> str:
    """Return what a predictor is called in a table."""
    if row.term in PREDICTORS:
        return PREDICTORS[row.term][0]
    return upper_first(term_label(rows, row))


def best_kind(rows: AnalysisRows) -> str:
    """Return the most honest validation of all subjects that there is: corrected, or as fitted."""
    corrected = rows.value("scaled_brier", term=MODEL, level=CORRECTED)
    return APPARENT if math.isnan(corrected) else CORRECTED


def unseen_kind(rows: AnalysisRows) -> str:
    """Return the validation on subjects that the model has not seen, or what there is."""
    found = set(rows.rows("ici")["level"])
    return LEFT_OUT_SUBJECTS if LEFT_OUT_SUBJECTS in found else best_kind(rows)


def why_none(rows: AnalysisRows) -> str:
    """Return why there is no model, "" where there is one."""
    if len(rows.rows("hazard_ratio")):
        return ""
    warned = [row.warning for row in records(rows.rows("scaled_brier")) if row.warning]
    return lower_first(warned[0].rstrip(".")) if warned else "nobody to analyse"


def finding(rows: AnalysisRows) -> str:
    """Return in one or two sentences how well the model predicts, a useless one as useless."""
    why = why_none(rows)
    if why:
        return f"There is no model of the {target_words(rows)}: {why}."
    if rows.value("n_with_event") < FEWEST:
        few = TOO_FEW.format(target=target_words(rows), fewest=fmt.count(FEWEST))
        return f"{few} {_basis(rows)}"
    parts = (_verdict(rows), _calibration(rows), _elsewhere(rows), _basis(rows))
    return " ".join(part for part in parts if part)


def useless_in(rows: AnalysisRows) -> str:
    """Return the validation in which the model is no better than the curve, "" where none is.

    Corrected for optimism it is not; or the limits of its gain reach none, and in subjects left
    out of the fit there is none.
    """
    kind = best_kind(rows)
    scaled = rows.one("scaled_brier", term=MODEL, level=kind)
    if not scaled.estimate > 0.0:
        return kind
    left_out = rows.value("scaled_brier", term=MODEL, level=LEFT_OUT_SUBJECTS)
    return LEFT_OUT_SUBJECTS if not scaled.conf_low > 0.0 and left_out <= 0.0 else ""


def _verdict(rows: AnalysisRows) -> str:
    kind = best_kind(rows)
    scaled = rows.one("scaled_brier", term=MODEL, level=kind)
    limits = fmt.percent_limits(scaled.conf_low, scaled.conf_high)
    words = {
        "Kind": HEADLINE[kind],
        "target": target_words(rows),
        "loss": loss_words(rows),
        "below": fmt.percent(scaled.estimate),
        "limits": f"{fmt.confidence_level(rows.level)} {limits}",
        "rival": _rival(rows, kind),
        "area": _area(rows, kind),
    }
    useless = useless_in(rows)
    if useless:
        words["area"] = _area(rows, useless)
        value = rows.value("scaled_brier", term=MODEL, level=useless)
        above = "no lower" if math.isnan(value) else f"{fmt.percent(-value)} higher"
        where = WHERE[useless]
        return USELESS.format(**words, where=where, above=above)
    unclear = not scaled.conf_low > 0.0
    return (UNCLEAR if unclear else USEFUL).format(**words)


def _rival(rows: AnalysisRows, kind: str) -> str:
    """Return what a model of the baseline predictors alone reaches, as a clause."""
    value = rows.value("scaled_brier", term=BASELINE_ONLY, level=kind)
    if math.isnan(value):
        return ""
    side = "below" if value > 0 else "above"
    return f"; that of baseline predictors alone is {fmt.percent(abs(value))} {side} it"


def _area(rows: AnalysisRows, kind: str) -> str:
    """Return the area under the curve, or for days the concordance, as a clause."""
    if is_days(rows):
        value = rows.value("concordance", term=MODEL, level=kind)
        return f"; concordance {fmt.number(value)}"
    area = rows.one("auc", term=MODEL, level=kind)
    words = fmt.estimate(area.estimate, area.conf_low, area.conf_high, level=rows.level)
    return f"; area under the curve {words}"


def _calibration(rows: AnalysisRows) -> str:
    """Return slope and distance in the same validation as the verdict's."""
    kind = useless_in(rows) or best_kind(rows)
    slope = rows.one("calibration_slope", term=MODEL, level=kind)
    off = rows.value("ici", term=MODEL, level=kind)
    if slope is None or math.isnan(slope.estimate):
        return "Its predictions do not vary enough to be compared with what came."
    far = fmt.days(off) if is_days(rows) else f"{fmt.percentage_points(off)} percentage points"
    size = fmt.number(slope.estimate)
    if not math.isnan(slope.conf_low):
        size = fmt.estimate(slope.estimate, slope.conf_low, slope.conf_high, level=rows.level)
    return (
        f"So measured, its calibration slope is {size}: {SLOPE_MEANS}. Its predictions are off by "
        f"{far} on average."
    )


def _elsewhere(rows: AnalysisRows) -> str:
    """Return how the model does in sites that it has not seen, "" where none was left out."""
    order = "concordance" if is_days(rows) else "auc"
    value = rows.value(order, term=MODEL, level=LEFT_OUT_SITES)
    if math.isnan(value):
        return ""
    slope = rows.value("calibration_slope", term=MODEL, level=LEFT_OUT_SITES)
    name = "concordance" if is_days(rows) else "area under the curve"
    more = "" if math.isnan(slope) else f" and the calibration slope {fmt.number(slope)}"
    what = variable_words(rows.analysis.leave_out)[0].lower()
    words = f"With each {what} predicted by a model of the others, the {name} is "
    words += f"{fmt.number(value)}{more}"
    return f"{words}{_levels(rows, what)}."


def _levels(rows: AnalysisRows, what: str) -> str:
    """Return how far sites differ from what was expected of them, where that was not too little."""
    if is_days(rows):
        return ""
    expected = {row.group: row.estimate for row in records(rows.rows("expected_sum"))}
    ratios = [
        row.estimate
        for row in records(rows.rows("observed_over_expected"))
        if row.group and expected[row.group] >= FEWEST_EXPECTED
    ]
    if len(ratios) < 2:
        return ""
    return (
        f", but by {what} relapses came {fmt.number(min(ratios))} to {fmt.number(max(ratios))} "
        "times as often as expected"
    )


def _basis(rows: AnalysisRows) -> str:
    subjects = counted(rows.value("n_subjects"), "subject")
    events = fmt.count(rows.value("n_with_event"))
    return (
        f"From {subjects} at risk {days_words(rows)}, {events} of them with a relapse in a window."
    )

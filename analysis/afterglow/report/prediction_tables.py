"""Tables of a prediction: who is at risk, how well it does, site by site, and its equation."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import (
    APPARENT,
    KINDS,
    MODEL,
    MODELS,
    SLOPE_MEANS,
    VALIDATIONS,
    WITHOUT,
    is_days,
    loss_words,
    target_words,
)
from afterglow.report.set_aside import REASONS
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    listed,
    plain,
    upper_first,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

COMPETING: Final = "competing"
OWN_REASONS: Final = {
    "no longer followed": "no longer followed",
    "not yet at risk": "not yet at risk",
    "last score already meets the rule, not yet confirmed": "the last score already meets the rule "
    "for relapse and waits for confirmation",
    "fewer than two scores": "fewer than two scores",
    "no score": "no score",
}
PROFILES: Final = (
    "Predictions as fitted, for the quartiles of the last scores; all other predictors at their "
    "mean, the change from baseline following the score."
)
BEFORE: Final = " before"


def at_risk_table(rows: AnalysisRows) -> TableBlock | None:
    """Return who is at risk on each day of prediction, and what came within the horizon."""
    days = sorted(set(rows.analysis.prediction_days))
    horizon = counted(rows.analysis.horizon_days, "day")
    competing = any(_at(rows, day, COMPETING) for day in days)
    heads = [("at risk", "At risk"), ("event", "Relapse")]
    heads += [(COMPETING, "Ended otherwise")] if competing else []
    heads += [("censored", "Censored")]
    spanner = f"Within {horizon}"
    columns = (
        Column(header="Day of prediction"),
        Column(header="At risk", show=fmt.count),
        *(Column(header=head, spanner=spanner, show=fmt.count) for _, head in heads[1:]),
        Column(
            header="Predicted", unit="days" if is_days(rows) else "%",
            footnote="Median, 10th and 90th percentile of the predictions as fitted.",
        ),
    )  # fmt: skip
    lines = [
        (plain(day), *(_at(rows, day, word) for word, _ in heads), _predicted(rows, day))
        for day in days
    ]
    return TableBlock(
        name=anchor(rows.anchor, "at-risk"),
        table=Table.from_rows(
            f"{rows.label}: who is at risk, and what comes within {horizon}",
            columns,
            lines,
            footnotes=_aside(rows, days),
        ),
    )


def _at(rows: AnalysisRows, day: float, word: str) -> float:
    return rows.value("n_at_landmark", day=float(day), level=word)


def _predicted(rows: AnalysisRows, day: float) -> Any:
    low, middle, high = (
        rows.value("predicted_quantile", day=float(day), level=share)
        for share in ("0.1", "0.5", "0.9")
    )
    if math.isnan(middle):
        return None
    return (parts.time if is_days(rows) else parts.share)(middle, low, high)


def _aside(rows: AnalysisRows, days: list[float]) -> tuple[str, ...]:
    """Say of each day why subjects with a row of the endpoint do not count."""
    found = []
    for day in days:
        table = rows.rows("n_set_aside_at_landmark")
        mine = list(records(table[table["time_days"] == day]))
        if mine:
            words = listed([f"{_reason(one.level)} {fmt.count(one.estimate)}" for one in mine])
            found.append(f"Not at risk on day {plain(day)}: {words}.")
    return tuple(found)


def _reason(reason: str) -> str:
    if reason.endswith(BEFORE):
        return f"{cause_words(reason.removesuffix(BEFORE))} by then"
    return OWN_REASONS.get(reason, REASONS.get(reason, reason))


def profile_table(rows: AnalysisRows) -> TableBlock | None:
    """Return what is predicted for three last scores on each day; None without that predictor."""
    table = rows.rows("predicted_at_score")
    if not len(table):
        return None
    days = is_days(rows)
    scores = list(dict.fromkeys(table["level"].tolist()))
    columns = (
        Column(header="Day of prediction"),
        *(
            Column(
                header=f"{score} points",
                unit="days" if days else "%",
                spanner="Last score",
                show=fmt.days_number if days else fmt.percentage_points,
            )
            for score in scores
        ),
    )
    lines = [
        (
            plain(day),
            *(
                rows.value("predicted_at_score", term="last_score", level=score, day=float(day))
                for score in scores
            ),
        )
        for day in sorted(set(rows.analysis.prediction_days))
    ]
    return TableBlock(
        name=anchor(rows.anchor, "profiles"),
        table=Table.from_rows(
            f"{rows.label}: {target_words(rows)}, by the last score",
            columns,
            lines,
            footnotes=(PROFILES, f"Population: {rows.population_label}."),
        ),
    )


def performance_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the measures of the model and its rivals, as fitted and beyond."""
    if not len(rows.rows("brier")):
        return None
    days = is_days(rows)
    level = fmt.confidence_level(rows.level)
    columns = (
        Column(header="Model"),
        Column(header=upper_first(loss_words(rows)), unit="days²" if days else "", show=_three),
        Column(header="Explained" if days else "Scaled Brier score", unit=f"%, {level}"),
        *(() if days else (Column(header="AUC", unit=level),)),
        Column(header="Concordance", show=fmt.number),
        Column(header="Calibration slope", unit=level),
        Column(header="ICI", unit="days" if days else "points", show=fmt.days_number if days else
               fmt.percentage_points),
    )  # fmt: skip
    groups = tuple(
        RowGroup(
            label=head,
            rows=tuple(
                Row(cells=_measures(rows, model, kind)) for model in MODELS if _has(rows, model)
            ),
        )
        for kind, head in KINDS.items()
        if _has(rows, MODEL, kind)
    )
    return TableBlock(
        name=anchor(rows.anchor, "performance"),
        table=Table(
            caption=f"{rows.label}: performance against the rivals",
            columns=columns,
            groups=groups,
            footnotes=_performance_notes(rows),
        ),
    )


def _has(rows: AnalysisRows, model: str, kind: str = APPARENT) -> bool:
    return rows.one("brier", term=model, level=kind) is not None


def _measures(rows: AnalysisRows, model: str, kind: str) -> tuple[Any, ...]:
    scaled = rows.one("scaled_brier", term=model, level=kind)
    cells: list[Any] = [MODELS[model], rows.value("brier", term=model, level=kind)]
    cells.append(None if model == WITHOUT else _limited(parts.share, scaled))
    if not is_days(rows):
        cells.append(_limited(parts.ratio, rows.one("auc", term=model, level=kind)))
    cells.append(rows.value("concordance", term=model, level=kind))
    cells.append(_limited(parts.ratio, rows.one("calibration_slope", term=model, level=kind)))
    off = rows.value("ici", term=model, level=kind)
    cells.append(None if math.isnan(off) else off)
    return tuple(cells)


def _limited(write: Any, row: Any) -> Any:
    if row is None or math.isnan(row.estimate):
        return None
    return write(row.estimate, row.conf_low, row.conf_high)


def _performance_notes(rows: AnalysisRows) -> tuple[str, ...]:
    loss = upper_first(loss_words(rows))
    resamples = rows.value("n_resamples")
    notes = [
        f"{loss}: lower is better; scaled: the share by which it is below that of the curve "
        "without predictors, 0 or less being useless. "
        + ("" if is_days(rows) else "AUC: area under the curve at the horizon; ")
        + f"concordance: 0.5 is chance. Calibration slope: {SLOPE_MEANS}. ICI: mean distance "
        "between predicted and observed.",
        " ".join(words for kind, words in VALIDATIONS.items() if _has(rows, MODEL, kind)),
        "Limits are those of the measure as fitted, moved by the optimism. In those left out, "
        "subjects are compared, and slopes taken, within a resample or site.",
    ]
    if not math.isnan(resamples):
        notes.append(
            f"{counted(resamples, 'resample')} of subjects, the model and its penalty anew in each."
        )
    return (*notes, f"Population: {rows.population_label}.")


def _three(value: float) -> str:
    return fmt.number(value, 3)

"""Scores as the clinic records them: which instruments at which visit, with their errors."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import numpy as np

from afterglow.names import DAY, INSTRUMENT, RATER, SCHEDULED, SCORE, TIMING, VISIT
from afterglow.simulate.care import Care
from afterglow.simulate.columns import ITEMS, OFF_DOSE, POST_DOSE, PRE_DOSE
from afterglow.simulate.latent import HIGHEST_POINTS

PHQ9_LOADINGS = (1.1, 1.12, 1.05, 1.15, 0.92, 1.05, 0.95, 0.72, 0.5)
PHQ9_ITEM_MAX = 3
GAD7_MAX = 21
PCL5_MAX = 80
LEAST_ITEM_SHARE, GREATEST_ITEM_SHARE = 0.01, 0.97
RECALL_DAYS = 14
HOURS_AFTER_FIRST_DOSE = (2, 4, 24)
HOURS_AFTER_SESSION = 2
ANXIETY_FLOOR = {"GAD": 0.12, "PTSD": 0.1}
PTSD_GAP_DAYS = 21
SHORT_VISITS = ("session", "unscheduled", "recheck")

Row = dict[str, Any]


def measure(care: Care, rng: np.random.Generator) -> list[Row]:
    """Return the rows of the scores table of one subject, in the order of their days.

    Parameters
    ----------
    care : Care
        The finished record of care.
    rng : numpy Generator
        The subject's stream for measurement.
    """
    offsets = dict(
        zip(
            ("PHQ9", "GAD7", "PCL5"),
            care.config.measurement.person_offset_sd * rng.standard_normal(3),
        )
    )
    rows = _screening(care, rng)
    last_pcl5 = -PTSD_GAP_DAYS
    for day, visit in care.visits.items():
        timing = PRE_DOSE if day in care.sessions else OFF_DOSE
        told: Row = {DAY: float(day), TIMING: timing, SCHEDULED: visit.scheduled}
        told[VISIT] = visit.label
        if visit.label != "session" or rng.random() < care.person.site.session_madrs_share:
            rows.append(_madrs(care, care.madrs(day), told, rng))
        share = _recalled(care, day)
        rows.append(_phq9(care, share, offsets["PHQ9"], told, rng))
        if visit.label not in SHORT_VISITS:
            rows.append(_total(care, "GAD7", share, offsets["GAD7"], told, rng))
        full_visit = visit.label != "session" and day - last_pcl5 >= PTSD_GAP_DAYS
        if care.person.diagnosis == "PTSD" and full_visit:
            rows.append(_total(care, "PCL5", share, offsets["PCL5"], told, rng))
            last_pcl5 = day
    rows.extend(_after_doses(care, rng))
    return sorted(rows, key=itemgetter(DAY))


def _screening(care: Care, rng: np.random.Generator) -> list[Row]:
    day = -int(rng.integers(1, 15))
    if not (care.person.has_screening and care.person.has_baseline):
        return []
    level = care.process.severity(np.array([float(day)]), [])[0]
    told: Row = {DAY: float(day), TIMING: OFF_DOSE, SCHEDULED: True, VISIT: "screening"}
    return [_madrs(care, _with_error(care, level, rng), told, rng)]


def _with_error(care: Care, level: float, rng: np.random.Generator) -> float:
    error = care.config.measurement.madrs_error_sd_points * rng.standard_normal()
    return float(np.clip(np.rint(level + error), 0, HIGHEST_POINTS))


def _madrs(care: Care, score: float, told: Row, rng: np.random.Generator) -> Row:
    missing = rng.random() < care.config.measurement.missing_score_share
    seen = None if missing else int(score)
    return {**told, INSTRUMENT: "MADRS", SCORE: seen, RATER: "clinician"}


def _recalled(care: Care, day: int) -> float:
    """Return the share of the severity range that a self-report of the day speaks of."""
    now = care.severity[day]
    past = care.severity[max(0, day - RECALL_DAYS) : day + 1].mean()
    weight = care.config.measurement.recall_share
    return float((1 - weight) * now + weight * past) / HIGHEST_POINTS


def _phq9(care: Care, share: float, offset: float, told: Row, rng: np.random.Generator) -> Row:
    rules = care.config.measurement
    wanted = (rules.phq9_slope * share + offset) * np.array(PHQ9_LOADINGS)
    chances = np.clip(wanted, LEAST_ITEM_SHARE, GREATEST_ITEM_SHARE)
    items = (rng.random((PHQ9_ITEM_MAX, len(ITEMS))) < chances).sum(axis=0)
    skipped = rng.random(len(ITEMS)) < (
        0.5 if rng.random() < rules.careless_form_share else rules.missing_item_share
    )
    total = None if skipped.any() else int(items.sum())
    row: Row = {**told, INSTRUMENT: "PHQ9", SCORE: total, RATER: "self"}
    if care.person.site.items_recorded:
        answers = zip(ITEMS, items, skipped)
        row |= {item: None if gone else int(value) for item, value, gone in answers}
    return row


def _total(
    care: Care, instrument: str, share: float, offset: float, told: Row, rng: np.random.Generator
) -> Row:
    rules = care.config.measurement
    slope, top = {
        "GAD7": (rules.gad7_slope, GAD7_MAX),
        "PCL5": (rules.pcl5_slope, PCL5_MAX),
    }[instrument]
    floor = ANXIETY_FLOOR.get(care.person.diagnosis, 0.0)
    error = rules.self_report_error_sd * rng.standard_normal()
    score = int(np.clip(np.rint(top * (slope * share + floor + offset + error)), 0, top))
    missing = rng.random() < rules.missing_score_share
    return {**told, INSTRUMENT: instrument, SCORE: None if missing else score, RATER: "self"}


def _after_doses(care: Care, rng: np.random.Generator) -> Iterator[Row]:
    given: list[int] = []
    for day in care.sessions:
        given.append(day)
        repeated = rng.random() < care.person.site.post_dose_share
        hours: tuple[int, ...] = (HOURS_AFTER_SESSION,) if repeated else ()
        if day == 0 and care.person.has_hourly:
            hours = HOURS_AFTER_FIRST_DOSE
        for hour in hours:
            time = round(day + hour / 24, 4)
            whole_day = int(time)
            if whole_day > care.end_day or (whole_day != day and whole_day in care.visits):
                continue
            level = care.process.severity(np.array([time]), given)[0]
            told: Row = {
                DAY: time,
                TIMING: POST_DOSE if whole_day == day else OFF_DOSE,
                SCHEDULED: True,
                VISIT: f"{hour} h after dose",
            }
            yield _madrs(care, _with_error(care, level, rng), told, rng)

"""Interval-censored estimates the slow and plain way, to be compared with the fast ones."""

import math

import numpy as np


def innermost(rows: list[tuple]) -> list[tuple]:
    """Turnbull's intervals (lower, upper] of rows (lower, upper, entry), found by looking at all.

    lower = upper is the single time [t, t].
    """
    lefts = sorted({(lower, 0 if lower == upper else 2) for lower, upper, _ in rows})
    rights = {(upper, 1) for _, upper, _ in rows}
    rights = sorted(rights | {(entry, 1) for *_, entry in rows if entry > -math.inf})
    found = []
    for right in rights:
        before = [left for left in lefts if left < right]
        if before and not any(before[-1] < other < right for other in rights):
            found.append((before[-1][0], right[0]))
    return found


def covers(row: tuple, box: tuple) -> bool:
    lower, upper, _ = row
    exact = box[0] == box[1]
    if lower == upper:
        return exact and box[0] == lower
    begins = box[0] > lower if exact else box[0] >= lower
    return begins and box[1] <= upper


def slow_npmle(rows: list[tuple], weights=None, steps: int = 200_000, tol: float = 1e-13):
    """Masses by the self-consistency algorithm (Turnbull 1976), one loop per row, to convergence."""
    boxes = innermost(rows)
    weights = np.ones(len(rows)) if weights is None else np.asarray(weights, float)
    inside = np.array([[covers(row, box) for box in boxes] for row in rows], float)
    seen = np.array([[box[1] > row[2] for box in boxes] for row in rows], float)
    p = np.full(len(boxes), 1.0 / len(boxes))
    for _ in range(steps):
        expected = (weights / (inside @ p)) @ inside * p
        unseen = (weights / (seen @ p)) @ (1.0 - seen) * p
        new = (expected + unseen) / (expected + unseen).sum()
        if np.abs(new - p).max() < tol:
            break
        p = new
    loglik = float(weights @ (np.log(inside @ p) - np.log(seen @ p)))
    return boxes, p, loglik


def slow_survival(boxes, masses, time: float) -> tuple[float, float]:
    """The lowest and highest value of the curve at `time`, mass by mass."""
    low = sum(m for (lo, up), m in zip(boxes, masses) if lo > time or (lo == time < up))
    if any(lo == up == time for lo, up in boxes):
        low = sum(
            m for (lo, up), m in zip(boxes, masses) if lo >= time and (lo, up) != (time, time)
        )
    high = sum(m for (lo, up), m in zip(boxes, masses) if up > time)
    return low, high

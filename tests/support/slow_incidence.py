"""Competing causes between visits the slow and plain way: every cell of time, self-consistency."""

import math

import numpy as np


def slow_rows(data, entry: str | None = None) -> list[tuple]:
    """Rows (cause or None, lower, upper, entry); lower = upper is an exact day."""
    rows = []
    for row in data.to_dict("records"):
        begin = row[entry] if entry else -math.inf
        if row["cause"] == "":
            rows.append((None, row["lower_days"], math.inf, begin))
        elif math.isfinite(row["upper_days"]):
            rows.append((row["cause"], row["lower_days"], row["upper_days"], begin))
        else:
            rows.append((row["cause"], row["duration_days"], row["duration_days"], begin))
    return rows


def cells_of(rows: list[tuple]) -> list[tuple]:
    """Every (cause, time): the days that rows name, and one time between each two of them."""
    days = sorted({end for row in rows for end in row[1:] if math.isfinite(end)})
    between = [(a + b) / 2 for a, b in zip(days, [*days[1:], days[-1] + 1])]
    causes = sorted({row[0] for row in rows if row[0]})
    return [(cause, time) for cause in causes for time in sorted([*days, *between])]


def covers(row: tuple, cell: tuple) -> bool:
    cause, lower, upper, _ = row
    if cause is None:
        return cell[1] > lower
    if cause != cell[0]:
        return False
    return cell[1] == lower if lower == upper else lower < cell[1] <= upper


def slow_incidence(rows: list[tuple], steps: int = 20_000, tol: float = 1e-12):
    """Masses of all cells by Turnbull's self-consistency with ghosts of those never at risk."""
    cells = cells_of(rows)
    inside = np.array([[covers(row, cell) for cell in cells] for row in rows], float)
    seen = np.array([[cell[1] > row[3] for cell in cells] for row in rows], float)
    p = np.full(len(cells), 1.0 / len(cells))
    for _ in range(steps):
        expected = (1.0 / (inside @ p)) @ inside * p
        unseen = (1.0 / (seen @ p)) @ (1.0 - seen) * p
        new = (expected + unseen) / (expected + unseen).sum()
        if np.abs(new - p).max() < tol:
            break
        p = new
    loglik = float(np.log(inside @ p).sum() - np.log(seen @ p).sum())
    return cells, p, loglik

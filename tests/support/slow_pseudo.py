"""Pseudo-values by leaving one row out at a time, over fractions."""

from fractions import Fraction

from support.slow_estimates import Row, at_risk, happened


def curve_at(rows: list[Row], of: str, time: float, cause: str = "") -> Fraction:
    """Return S(time), the incidence of `cause` by `time`, or the area to `time`."""
    value, incidence, area, before = Fraction(1), Fraction(0), Fraction(0), Fraction(0)
    for moment in sorted({end for _, end, _ in rows if end <= time}):
        area += value * (Fraction(moment) - before)
        before = Fraction(moment)
        n = at_risk(rows, moment)
        incidence += value * Fraction(happened(rows, moment, cause or None), n)
        value *= 1 - Fraction(happened(rows, moment), n)
    area += value * (Fraction(time) - before)
    return {"survival": value, "incidence": incidence, "rmst": area}[of]


def pseudo(rows: list[Row], of: str, time: float, cause: str = "") -> list[Fraction]:
    """Return n θ − (n − 1) θ without each row."""
    n, whole = len(rows), curve_at(rows, of, time, cause)
    without = [
        curve_at(rows[:i] + rows[i + 1 :], of, time, cause) if n > 1 else Fraction(0)
        for i in range(n)
    ]
    return [n * whole - (n - 1) * value for value in without]

"""Conventions and agreement with R, as the package ships them, for the methods that were used."""

import csv
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

CONVENTIONS: Final = "conventions.toml"
CONFORMANCE: Final = "conformance.csv"


@dataclass(frozen=True, slots=True)
class Convention:
    """One rule on which programs differ.

    Attributes
    ----------
    estimators : tuple of str
        Whom it concerns; empty for all.
    equals : str
        The call of R that does the same; "" where there is none.
    """

    topic: str
    rule: str
    equals: str
    estimators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """All comparisons of one estimator with one reference, shown by the pair furthest apart.

    Attributes
    ----------
    quantities, values : int
        How many kinds of numbers, and how many numbers, were compared.
    quantity : str
        What the pair is.
    ours, reference, difference : float
    """

    estimator: str
    case: str
    quantities: int
    values: int
    quantity: str
    ours: float
    reference: float
    difference: float


def conventions(used: Collection[str] | None = None) -> tuple[Convention, ...]:
    """Return the conventions that concern the estimators in `used`; None for all."""
    text = files("afterglow.report").joinpath(CONVENTIONS).read_text(encoding="utf-8")
    found = (
        Convention(one["topic"], one["rule"], one["equals"], tuple(one["estimators"]))
        for one in tomllib.loads(text)["convention"]
    )
    return tuple(
        one
        for one in found
        if used is None or not one.estimators or set(one.estimators) & set(used)
    )


def agreements(used: Collection[str] | None = None) -> tuple[Agreement, ...]:
    """Return the agreement with R of the estimators in `used`, in the order of the table."""
    cases: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows():
        if used is None or row["estimator"] in used:
            cases.setdefault((row["estimator"], row["case"]), []).append(row)
    return tuple(_agreement(rows) for rows in cases.values())


def _rows() -> Iterator[dict[str, str]]:
    text = files("afterglow.report").joinpath(CONFORMANCE).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def _agreement(rows: list[dict[str, str]]) -> Agreement:
    worst = max(rows, key=_apart)
    return Agreement(
        estimator=worst["estimator"],
        case=worst["case"],
        quantities=len(rows),
        values=sum(int(row["values"]) for row in rows),
        quantity=worst["quantity"],
        ours=float(worst["ours"]),
        reference=float(worst["reference"]),
        difference=float(worst["difference"]),
    )


def _apart(row: dict[str, str]) -> float:
    """Return how far apart a pair is, relative to the reference where that is above 1."""
    return abs(float(row["difference"])) / max(1.0, abs(float(row["reference"])))

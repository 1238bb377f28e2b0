"""Columns whose cells already are what reading makes of them: proven on every row, then read bare.

Trimming a cell, comparing it with the marks of missing and matching it to our words costs far more
than reading it. Where a column comes in a type of its own, one look at all its cells shows whether
any of this would change any of them; if not, the cells are read as they are from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from afterglow.canonical import Column, Kind
from afterglow.cohort import sql
from afterglow.cohort.cells import Cell, flag
from afterglow.cohort.raw import Family, RawColumn

if TYPE_CHECKING:
    import duckdb

BARE: Final[dict[tuple[Kind, Family], str]] = {
    ("text", "text"): "CAST({} AS VARCHAR)",
    ("text", "integer"): "CAST({} AS VARCHAR)",
    ("number", "number"): "CAST({} AS DOUBLE)",
    ("number", "integer"): "CAST({} AS DOUBLE)",
    ("integer", "number"): "CAST({} AS DOUBLE)",
    ("integer", "integer"): "CAST({} AS DOUBLE)",
    ("bool", "bool"): "{}",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """That reading leaves every cell of a column as it is.

    Attributes
    ----------
    column : str
        Canonical or kept column.
    raw : RawColumn
    bare : str
        SQL of the cell in our type, blanks filled in; reads the raw table.
    inner : tuple of str
        What `made` reads, as SQL over the raw table.
    made : str
        SQL of what reading makes of the cell.
    """

    column: str
    raw: RawColumn
    bare: str
    inner: tuple[str, ...]
    made: str


def bare(column: Column, cell: Cell) -> str:
    """Return SQL of the raw cell in our type, "" where the file holds it in another."""
    form = BARE.get((column.kind, cell.raw.family)) if cell.raw else None
    if cell.raw is None or form is None:
        return ""
    value = form.format(cell.raw.physical)
    if column.blank is None:
        return value
    blank = sql.literal(column.blank) if isinstance(column.blank, str) else str(column.blank)
    return f"coalesce({value}, {blank})"


def proven(
    connection: "duckdb.DuckDBPyConnection", relation: str, claims: Iterable[Claim]
) -> dict[str, str]:
    """Return column -> bare SQL for the claims that hold on every row; an empty table shows none.

    Numbers are looked at together, in one scan; of a text each different cell is, once.
    """
    held: dict[str, str] = {}
    claims = list(claims)
    texts = [claim for claim in claims if claim.raw.family == "text"]
    held |= _held(connection, relation, [claim for claim in claims if claim not in texts])
    for claim in texts:
        distinct = sql.select([f"DISTINCT {claim.raw.physical}"], relation)
        held |= _held(connection, sql.subquery(distinct), [claim])
    return held


def _held(
    connection: "duckdb.DuckDBPyConnection", source: str, claims: list[Claim]
) -> dict[str, str]:
    if not claims:
        return {}
    inner = [expression for claim in claims for expression in claim.inner]
    inner += [f"{claim.bare} AS {flag(claim.column, 'bare')}" for claim in claims]
    same = [
        f"bool_and(({claim.made}) IS NOT DISTINCT FROM {flag(claim.column, 'bare')})"
        for claim in claims
    ]
    shown = sql.fetch(connection, sql.select(same, sql.subquery(sql.select(inner, source))))[0]
    return {claim.column: claim.bare for claim, holds in zip(claims, shown, strict=True) if holds}


def whole_number(
    connection: "duckdb.DuckDBPyConnection", relation: str, raw: RawColumn | None
) -> str:
    """Return SQL of a raw column as a 64-bit integer, "" where it is none on some row."""
    if raw is None or raw.family != "integer":
        return ""
    test = f"bool_and((TRY_CAST({raw.physical} AS BIGINT) IS NULL) = ({raw.physical} IS NULL))"
    fits = sql.fetch(connection, sql.select([test], relation))[0][0]
    return f"CAST({raw.physical} AS BIGINT)" if fits else ""

"""Run the rules over the staged views, all of them, and word what they find."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from afterglow import names as n
from afterglow.canonical import SUBJECTS
from afterglow.cohort import sql
from afterglow.cohort.layout import BASELINE
from afterglow.cohort.positions import MOST_KEPT, Positions
from afterglow.cohort.raw import ROW
from afterglow.cohort.relations import (
    Relation,
    key_names,
    other_names,
    repeated_keys,
    repeats_view,
    rows_of,
    shared_keys,
    usable,
)
from afterglow.cohort.rules import RowRule
from afterglow.cohort.staging import PART, Staged
from afterglow.errors import Problem

if TYPE_CHECKING:
    import duckdb


def find_rows(connection: "duckdb.DuckDBPyConnection", query: str) -> Positions:
    """Return the distinct row positions that `query` gives, in order."""
    inner = sql.subquery(query)
    counted = sql.select([f"count(DISTINCT {ROW})"], f"{inner} AS found({ROW})")
    count = sql.fetch(connection, counted)[0][0]
    if not count:
        return Positions(())
    listed = sql.select([f"DISTINCT {ROW}"], f"{inner} AS found({ROW})", order=ROW)
    first = [row[0] for row in sql.fetch(connection, f"{listed} LIMIT {MOST_KEPT}")]
    return Positions(first, count)


def check_rows(
    connection: "duckdb.DuckDBPyConnection", staged: Staged, rules: Sequence[RowRule]
) -> list[Problem]:
    """Return the problems of single rows; one scan where there are none."""
    counts = [f"count(*) FILTER (WHERE {rule.test})" for rule in rules]
    query = sql.select([PART, *counts], staged.view, group=PART, order=PART)
    broken: dict[tuple[int, str], list[int]] = {}
    for part, *found in sql.fetch(connection, query):
        for number, count in enumerate(found):
            if count:
                label = staged.layout.parts[part].label(rules[number].column)
                broken.setdefault((number, label), []).append(part)
    return [
        _row_problem(connection, staged, rules[number], label, parts)
        for (number, label), parts in sorted(broken.items())
    ]


def _row_problem(
    connection: "duckdb.DuckDBPyConnection",
    staged: Staged,
    rule: RowRule,
    label: str,
    parts: Iterable[int],
) -> Problem:
    where = f"{rule.test} AND {PART} IN ({', '.join(map(str, parts))})"
    rows = find_rows(connection, sql.select([ROW], staged.view, where=where))
    return Problem(
        table=staged.layout.table.name,
        column=label,
        what=rule.what,
        rows=rows,
        remedy=rule.remedy,
    )


def check_relations(
    connection: "duckdb.DuckDBPyConnection", relations: Iterable[Relation]
) -> list[Problem]:
    """Return the problems between rows."""
    found = []
    for relation in relations:
        rows = find_rows(connection, relation.query)
        if len(rows):
            problem = Problem(
                table=relation.table,
                column=relation.column,
                what=relation.what,
                rows=rows,
                remedy=relation.remedy,
            )
            found.append(problem)
    return found


def check_emptiness(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Problem]:
    """Return the problem of a table without rows, or of scores without any score."""
    table = staged.layout.table
    counted = ["count(*)", f"count(*) FILTER (WHERE {usable(table)})"]
    rows, used = sql.fetch(connection, sql.select(counted, staged.view))[0]
    unread = any(staged.layout.lacks(name) for name in (n.SUBJECT, n.SCORE))
    if used or unread or (table.may_be_empty and not rows):
        return []
    what = "has no row that can be used" if rows else "is empty"
    return [Problem(table=table.name, what=what, remedy=_EMPTY_REMEDY.format(table.name))]


_EMPTY_REMEDY = "Fill {0}, or remove it where it is not required."


def check_keys(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Problem]:
    """Find rows that share a key; return a problem where they differ and the plan says error.

    Leaves the repeated keys in the table `repeats_view(staged)`.
    """
    repeats = repeats_view(staged)
    shared = f"shared_{repeats}"
    connection.execute(f"CREATE TABLE {shared} AS {shared_keys(staged)}").fetchall()
    query = repeated_keys(staged, shared)
    connection.execute(f"CREATE TABLE {repeats} AS {query}").fetchall()
    if staged.layout.source.duplicates != "error":
        return []
    conflicting = sql.select(["*"], repeats, where="different > 1")
    differing = _differing(connection, staged)
    if not differing:
        return []
    rows = find_rows(connection, _conflicts(staged, conflicting))
    if not len(rows):
        return []
    keys = [name for name in staged.layout.table.key if name]
    return [
        Problem(
            table=staged.layout.table.name,
            what=f"has rows that share {', '.join(keys)} and differ in {', '.join(differing)}",
            rows=rows,
            remedy=_conflict_remedy(staged),
        )
    ]


def _conflicts(staged: Staged, conflicting: str) -> str:
    """Return the rows of conflicting keys, but not where only baselines differ."""
    keys = ", ".join(key_names(staged))
    baselines = [k for k, p in enumerate(staged.layout.parts) if p.reason == BASELINE]
    rows = rows_of(staged, f"({conflicting}) AS conflicting", keys)
    if not baselines:
        return rows
    listed = ", ".join(map(str, baselines))
    return f"{rows} QUALIFY max({PART} NOT IN ({listed})) OVER (PARTITION BY {keys})"


def _differing(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[str]:
    others = other_names(staged)
    if not others:
        return []
    tests = [f"bool_or(differs_{k})" for k in range(len(others))]
    shown = sql.fetch(connection, sql.select(tests, repeats_view(staged)))[0]
    names = [column.name for column in staged.columns if f'"{column.name}"' in others]
    label = staged.layout.parts[0].label
    return [label(name) for name, differs in zip(names, shown) if differs]


def _conflict_remedy(staged: Staged) -> str:
    table = staged.layout.table.name
    if table == SUBJECTS:
        return "Give each subject one row, or one value on all its rows."
    words = 'duplicates = "first"' + (' or "mean"' if hasattr(staged.layout.source, "wide") else "")
    return f"Keep one row each, or set {words} under data.{table}."


def check_table(
    connection: "duckdb.DuckDBPyConnection", staged: Staged, rules: Sequence[RowRule]
) -> list[Problem]:
    """Return all problems of one table, rows and keys."""
    return [
        *check_emptiness(connection, staged),
        *check_rows(connection, staged, rules),
        *check_keys(connection, staged),
    ]

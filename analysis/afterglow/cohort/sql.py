"""The few words of SQL that reading needs, with every name and text quoted."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

NULL = "NULL"


def literal(text: str) -> str:
    """Return `text` as an SQL text."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str:
    """Return `value` as an SQL double, to the last bit."""
    return f"CAST('{float(value)!r}' AS DOUBLE)"


def name(identifier: str) -> str:
    """Return `identifier` as an SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def select(
    columns: Iterable[str],
    source: str,
    *,
    where: str = "",
    group: str = "",
    having: str = "",
    qualify: str = "",
    order: str = "",
) -> str:
    """Return a query; `columns` and clauses are SQL, `source` a relation or a subquery."""
    clauses = {
        "WHERE": where,
        "GROUP BY": group,
        "HAVING": having,
        "QUALIFY": qualify,
        "ORDER BY": order,
    }
    given = [f"{word} {clause}" for word, clause in clauses.items() if clause]
    return " ".join(["SELECT", ", ".join(columns), "FROM", source, *given])


def subquery(query: str) -> str:
    """Return `query` as a source of another query."""
    return f"({query})"


def choice(subject: str, cases: Iterable[tuple[str, str]], otherwise: str) -> str:
    """Return the CASE that maps `subject`; every part is SQL."""
    whens = [f"WHEN {key} THEN {value}" for key, value in cases]
    return " ".join(["CASE", subject, *whens, "ELSE", otherwise, "END"]) if whens else otherwise


def one_of(subject: str, words: Iterable[str]) -> str:
    """Return the test that `subject` is one of `words` (plain texts)."""
    listed = ", ".join(literal(word) for word in words)
    return f"({subject} IN ({listed}))" if listed else "FALSE"


def fetch(connection: "duckdb.DuckDBPyConnection", query: str) -> list[tuple[Any, ...]]:
    """Run `query` and return all its rows."""
    return connection.execute(query).fetchall()

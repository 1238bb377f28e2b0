"""The views that hold the rows used, and the account of those that are not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from afterglow import names as n
from afterglow.canonical import EVENTS, FOLLOW_UP, SCORES, SESSIONS, SUBJECTS, TABLES, Column
from afterglow.cohort import sql
from afterglow.cohort.account import Step, StepKind
from afterglow.cohort.raw import ROW
from afterglow.cohort.relations import SUBJECT, key_names, other_names, repeats_view, usable
from afterglow.cohort.staging import KEY, PART, REASON_ASIDE, Staged

if TYPE_CHECKING:
    import duckdb

GIVEN = "follow_up_given"
LAST_DAYS = "last_days"
KNOWN_END = "greatest(coalesce(last_day, 0.0), 0.0)"
USED = "rows used"
EXACT = "exact duplicate"
SAME_SUBJECT = "repeats the subject's row"
CONFLICTS = {
    "first": "shares its key with an earlier row",
    "mean": "averaged into one row with the same key",
}


def _handed_on(column: Column) -> str:
    quoted = sql.name(column.name)
    return f"CAST({quoted} AS BIGINT) AS {quoted}" if column.kind == "integer" else quoted


def make_view(
    connection: "duckdb.DuckDBPyConnection", staged: Staged, *, integer_keys: bool
) -> None:
    """Put a view under the table's canonical name over its rows that are used.

    Behind the columns stands the subject's key: as integers where `integer_keys`, else subject_id.
    """
    columns = [_handed_on(column) for column in staged.columns]
    cast = f"CAST({SUBJECT} AS BIGINT)" if integer_keys else SUBJECT
    repeats, keys = repeats_view(staged), ", ".join(key_names(staged))
    used = usable(staged.layout.table)
    if not sql.fetch(connection, sql.select(["count(*)"], repeats))[0][0]:
        key = KEY if integer_keys else SUBJECT
        query = sql.select([*columns, f"{key} AS {KEY}"], staged.view, where=used)
    else:
        alone = sql.select(
            staged.output(), f"{staged.view} ANTI JOIN {repeats} USING ({keys})", where=used
        )
        both = f"({alone} UNION ALL {_merged(staged, repeats, keys)})"
        query = sql.select([*columns, f"{cast} AS {KEY}"], both)
    connection.execute(f"CREATE VIEW {view_name(staged)} AS {query}").fetchall()


def view_name(staged: Staged) -> str:
    """Return the view of the rows used; that of follow_up awaits the subjects without a row."""
    table = staged.layout.table.name
    return GIVEN if table == FOLLOW_UP else table


def _merged(staged: Staged, repeats: str, keys: str) -> str:
    """Return the query that makes one row of each repeated key."""
    source = f"{staged.view} SEMI JOIN {repeats} USING ({keys})"
    used = usable(staged.layout.table)
    if staged.layout.source.duplicates != "mean":
        first = f"row_number() OVER (PARTITION BY {keys} ORDER BY {ROW}, {PART}) = 1"
        return sql.select(staged.output(), source, where=used, qualify=first)
    distinct = sql.subquery(
        sql.select([f"DISTINCT {', '.join(staged.output())}"], source, where=used)
    )
    score = sql.name(n.SCORE)
    merged = {name: f"min({name}) AS {name}" for name in other_names(staged)}
    merged[score] = f"list_avg(list_sort(list({score}))) AS {score}"
    columns = [merged.get(name, name) for name in staged.output()]
    return sql.select(columns, distinct, group=keys)


def make_follow_up(connection: "duckdb.DuckDBPyConnection", tables: Mapping[str, Staged]) -> bool:
    """Put the view follow_up over all subjects; return whether some end is only assumed.

    A subject without a row is followed up to its last known day in scores, sessions and events,
    and at least to day 0.
    """
    assumed = FOLLOW_UP not in tables or _some_lack_follow_up(connection)
    end, reason = sql.name(n.END_DAY), sql.name(n.REASON)
    if FOLLOW_UP in tables:
        own = tables[FOLLOW_UP].output()[len(TABLES[FOLLOW_UP].columns) :]
        columns = [SUBJECT, end, reason, f"FALSE AS {n.ASSUMED}", *own, KEY]
    else:
        columns = [SUBJECT, f"{KNOWN_END} AS {end}", f"'' AS {reason}", f"TRUE AS {n.ASSUMED}", KEY]
    source = GIVEN
    if assumed:
        _make_last_days(connection, tables)
        source = f"{SUBJECTS} LEFT JOIN {LAST_DAYS} USING ({KEY})"
        columns[0] = f"{SUBJECTS}.{SUBJECT}"
    if assumed and FOLLOW_UP in tables:
        source = f"{source} LEFT JOIN {GIVEN} USING ({KEY})"
        columns[1:4] = [
            f"coalesce({GIVEN}.{end}, {KNOWN_END}) AS {end}",
            f"coalesce({GIVEN}.{reason}, '') AS {reason}",
            f"({GIVEN}.{end} IS NULL) AS {n.ASSUMED}",
        ]
        columns[4:-1] = [f"{GIVEN}.{name}" for name in own]
    query = sql.select(columns, source)
    connection.execute(f"CREATE VIEW {FOLLOW_UP} AS {query}").fetchall()
    return assumed


def _some_lack_follow_up(connection: "duckdb.DuckDBPyConnection") -> bool:
    source = f"{SUBJECTS} ANTI JOIN {GIVEN} USING ({KEY})"
    return bool(sql.fetch(connection, sql.select(["count(*)"], source))[0][0])


def _make_last_days(connection: "duckdb.DuckDBPyConnection", tables: Mapping[str, Staged]) -> None:
    """Work out every subject's last known day, once."""
    days = [
        sql.select([KEY, sql.name(n.DAY)], table)
        for table in (SCORES, SESSIONS, EVENTS)
        if table in tables
    ]
    last_day = f"max({sql.name(n.DAY)}) AS last_day"
    query = sql.select([KEY, last_day], f"({' UNION ALL '.join(days)})", group=KEY)
    connection.execute(f"CREATE TABLE {LAST_DAYS} AS {query}").fetchall()


def account_of(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Step]:
    """Count the rows of one table that came in, were set aside and are used."""
    came = _rows_in(connection, staged)
    aside = [*_without_score(connection, staged), *_repeats(connection, staged)]
    if len(came) == 1 and not aside:
        return [*came, replace(came[0], step="used", reason=USED)]
    return [*came, *aside, *_counted(connection, staged, "used", USED, view_name(staged), "")]


def _counted(
    connection: "duckdb.DuckDBPyConnection",
    staged: Staged,
    step: StepKind,
    reason: str,
    source: str,
    where: str,
) -> list[Step]:
    counts = ["count(*)", f"count(DISTINCT {KEY})"]
    rows, subjects = sql.fetch(connection, sql.select(counts, source, where=where))[0]
    return [Step(staged.layout.table.name, step, reason, rows, subjects)]


def _rows_in(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Step]:
    parts: dict[str, list[int]] = {}
    for number, part in enumerate(staged.layout.parts):
        parts.setdefault(part.reason, []).append(number)
    steps = []
    for reason, numbers in parts.items():
        where = f"{PART} IN ({', '.join(map(str, numbers))})"
        steps += _counted(connection, staged, "in", reason, staged.view, where)
    return steps


def _without_score(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Step]:
    if staged.layout.table.name != SCORES:
        return []
    counts = [REASON_ASIDE, "count(*)", f"count(DISTINCT {SUBJECT})"]
    where = f"{sql.name(n.SCORE)} IS NULL"
    query = sql.select(counts, staged.view, where=where, group=REASON_ASIDE, order=REASON_ASIDE)
    return [Step(SCORES, "aside", *row) for row in sql.fetch(connection, query)]


def _repeats(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> list[Step]:
    layout = staged.layout
    exact = SAME_SUBJECT if layout.table.name == SUBJECTS and layout.shared else EXACT
    conflict = CONFLICTS.get(layout.source.duplicates, "")
    counts = {exact: ("same_key", "different"), conflict: ("different", "1")}
    steps = []
    for reason, (more, less) in counts.items():
        columns = [f"sum({more} - {less})", f"count(DISTINCT {SUBJECT})"]
        query = sql.select(columns, repeats_view(staged), where=f"{more} > {less}")
        rows, subjects = sql.fetch(connection, query)[0]
        if rows:
            steps.append(Step(layout.table.name, "aside", reason, int(rows), subjects))
    return steps

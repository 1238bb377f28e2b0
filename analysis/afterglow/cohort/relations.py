"""What the rows of a cohort must obey together, as data: a query that finds the faulty rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from afterglow import names as n
from afterglow.canonical import EVENTS, FOLLOW_UP, SCORES, SESSIONS, SUBJECTS, Table
from afterglow.cohort import sql
from afterglow.cohort.layout import BASELINE
from afterglow.cohort.raw import ROW
from afterglow.cohort.staging import KEY, PART, Staged

SUBJECT = sql.name(n.SUBJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A fault that shows between rows; `query` returns the positions of the faulty ones."""

    table: str
    query: str
    what: str
    remedy: str
    column: str = ""


Tables = Mapping[str, Staged]
Maker = Callable[[Tables], list[Relation]]


def usable(table: Table) -> str:
    """Return the test that a row is not set aside: it has a subject and, in scores, a score."""
    tests = [f"{KEY} IS NOT NULL"]
    if table.name == SCORES:
        tests.append(f"{sql.name(n.SCORE)} IS NOT NULL")
    return " AND ".join(tests)


def key_names(staged: Staged) -> list[str]:
    """Return the SQL names of the columns that name a row."""
    return [sql.name(name) for name in staged.layout.table.key]


def _quick_names(staged: Staged) -> list[str]:
    """Return `key_names` with the subject as its file has it, which is quicker to compare."""
    return [KEY if name == SUBJECT else name for name in key_names(staged)]


def shared_keys(staged: Staged) -> str:
    """Return the query of keys that several usable rows share, by the subject's own key."""
    keys = _quick_names(staged)
    where = usable(staged.layout.table)
    return sql.select(keys, staged.view, where=where, group=", ".join(keys), having="count(*) > 1")


def repeated_keys(staged: Staged, shared: str) -> str:
    """Return the query of the keys in relation `shared`, and how their rows differ.

    Columns: the key, `same_key` rows, `different` rows among them, `differs_k` for the k-th
    column outside the key.
    """
    keys = ", ".join(key_names(staged))
    row = f"row({', '.join(staged.output())})"
    differs = [
        f"count(DISTINCT row({other})) > 1 AS differs_{k}"
        for k, other in enumerate(other_names(staged))
    ]
    counted = ["count(*) AS same_key", f"count(DISTINCT {row}) AS different", *differs]
    return sql.select(
        [keys, *counted],
        f"{staged.view} SEMI JOIN {shared} USING ({', '.join(_quick_names(staged))})",
        where=usable(staged.layout.table),
        group=keys,
    )


def other_names(staged: Staged) -> list[str]:
    """Return the SQL names of the columns handed on that are not part of the key."""
    keys = key_names(staged)
    return [name for name in staged.output() if name not in keys]


def repeats_view(staged: Staged) -> str:
    """Return the name of the table that holds `repeated_keys`."""
    return f"repeats_{staged.layout.table.name}"


def rows_of(staged: Staged, keys: str, columns: str) -> str:
    """Return the query of positions of the usable rows whose `columns` are in relation `keys`."""
    source = f"{staged.view} SEMI JOIN {keys} USING ({columns})"
    return sql.select([ROW], source, where=usable(staged.layout.table))


def _unknown_subject(tables: Tables) -> list[Relation]:
    """Find rows of subjects that are not there; no subject at all is told once."""
    if SUBJECTS not in tables or tables[SUBJECTS].layout.lacks(n.SUBJECT):
        return []
    return [
        Relation(
            table=name,
            column=staged.layout.parts[0].label(n.SUBJECT),
            query=_without_subject(staged, tables[SUBJECTS]),
            what="names a subject that subjects does not have",
            remedy="Add the subject to subjects, or remove the rows.",
        )
        for name, staged in tables.items()
        if name in (SCORES, SESSIONS, EVENTS, FOLLOW_UP)
        and staged.layout.raw.relation != tables[SUBJECTS].layout.raw.relation
    ]


def _without_subject(staged: Staged, subjects: Staged) -> str:
    key = KEY if staged.integer_key == subjects.integer_key else SUBJECT
    named = sql.select([key], subjects.view, where=f"{key} IS NOT NULL")
    source = f"{staged.view} ANTI JOIN {sql.subquery(named)} AS known USING ({key})"
    return sql.select([ROW], source, where=f"{key} IS NOT NULL AND EXISTS ({named})")


def _two_baselines(tables: Tables) -> list[Relation]:
    """Find subjects whose baseline column holds more than one value."""
    if SCORES not in tables:
        return []
    staged = tables[SCORES]
    found = []
    for number, part in enumerate(staged.layout.parts):
        if part.reason != BASELINE:
            continue
        mine = f"{PART} = {number}"
        several = sql.select(
            [SUBJECT],
            staged.view,
            where=f"{mine} AND {usable(staged.layout.table)}",
            group=SUBJECT,
            having="count(*) > 1",
        )
        rows = sql.select(
            [ROW], f"{staged.view} SEMI JOIN ({several}) AS several USING ({SUBJECT})", where=mine
        )
        found.append(
            Relation(
                table=SCORES,
                column=part.label(n.SCORE),
                query=rows,
                what="holds more than one baseline for the same subject",
                remedy="Give each subject one baseline, on every row or on one.",
            )
        )
    return found


def _first_session_late(tables: Tables) -> list[Relation]:
    if SESSIONS not in tables:
        return []
    staged = tables[SESSIONS]
    day = sql.name(n.DAY)
    query = sql.select(
        [f"arg_min({ROW}, {day})"],
        staged.view,
        where=f"{KEY} IS NOT NULL",
        group=KEY,
        having=f"floor(min({day})) > 0",
    )
    return [
        Relation(
            table=SESSIONS,
            column=staged.layout.parts[0].label(n.DAY),
            query=query,
            what="does not start at 0: a subject's first session must be at day 0",
            remedy="Count all days of a subject, in every table, from its first session.",
        )
    ]


RELATIONS: tuple[Maker, ...] = (_unknown_subject, _two_baselines, _first_session_late)


def relations(tables: Tables) -> list[Relation]:
    """Return the rules between rows that apply to `tables`."""
    return [relation for maker in RELATIONS for relation in maker(tables)]

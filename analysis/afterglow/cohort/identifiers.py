"""The gate that looks for what identifies a person, in column names and in cells."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterglow.canonical import OLDEST_AGE
from afterglow.cohort import sql
from afterglow.cohort.cells import MONTHS, text_of
from afterglow.cohort.raw import RawColumn, RawTable
from afterglow.errors import IdentifierError

if TYPE_CHECKING:
    import duckdb

# HIPAA Safe Harbor, 45 CFR 164.514(b)(2): class -> names that speak of it. A column is named so
# where all words of an entry occur among the words of its name.
NAMED: Mapping[str, tuple[str, ...]] = {
    "a person's name": (
        *("firstname", "lastname", "forename", "surname", "fullname", "nickname", "initials"),
        *("first name", "last name", "full name", "middle name", "given name", "family name"),
        *("maiden name", "patient name", "subject name", "participant name", "patientname"),
        *("next kin", "emergency contact", "username", "user name"),
    ),
    "a place smaller than a state": (
        *("address", "street", "city", "town", "village", "county", "postcode", "postal"),
        *("zip", "zipcode", "post code", "latitude", "longitude"),
    ),
    "a date of birth": ("dob", "birthdate", "birthday", "dateofbirth", "date birth", "birth date"),
    "a telephone or fax number": (
        *("phone", "telephone", "mobile", "cellphone", "phonenumber", "fax"),
    ),
    "an e-mail address": ("email", "mail", "emailaddress"),
    "a social security number": ("ssn", "social security", "national insurance", "national id"),
    "a medical record number": ("mrn", "medical record", "nhs number", "hospital number"),
    "a health plan or account number": (
        *("health plan", "insurance number", "insurance id", "policy number", "medicare"),
        *("medicaid", "account number", "account no", "bank account", "iban"),
    ),
    "a certificate, licence or vehicle number": (
        *("license number", "licence number", "driving licence", "drivers license"),
        *("passport", "license plate", "licence plate", "vin"),
    ),
    "a device number": ("device id", "device serial", "serial number", "imei", "mac address"),
    "a web or network address": ("url", "website", "homepage", "ip address", "ipaddress"),
    "a biometric or photograph": ("fingerprint", "photo", "photograph", "voiceprint"),
    "free text": (
        *("comment", "comments", "note", "notes", "narrative", "freetext", "free text"),
        *("remark", "remarks"),
    ),
}
ALONE = {"name": "a person's name", "names": "a person's name", "ip": "a web or network address"}

OTHER_AGES = {"day", "days", "week", "weeks", "month", "months", "band", "group", "gestational"}

_BOUND = r"(^|[^0-9A-Za-z])"
_END = r"($|[^0-9A-Za-z])"
_BYTE = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_YEAR = r"(19|20)\d{2}"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY = r"(0?[1-9]|[12]\d|3[01])"

# Class -> expression that a cell holding it matches somewhere (RE2).
SHAPES: Mapping[str, str] = {
    "an e-mail address": r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}",
    "a web address": r"(?i)(https?://|www\.)\S+",
    "an IP address": rf"{_BOUND}({_BYTE}\.){{3}}{_BYTE}{_END}",
    "a social security number": rf"{_BOUND}([0-8]\d{{2}}-\d{{2}}-\d{{4}}){_END}",
    "a telephone number": (
        rf"{_BOUND}\(?[2-9]\d{{2}}\)?[-. ]{{1,2}}[2-9]\d{{2}}[-. ]\d{{4}}{_END}"
        r"|\+\d{1,3}[-. (]{1,2}\d{1,4}[-. )]{1,2}\d{2,4}[-. ]?\d{2,}"
    ),
    "a calendar date": (
        rf"{_BOUND}{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}([ T].*)?{_END}"
        rf"|{_BOUND}({_DAY}[-/.]{_MONTH}|{_MONTH}[-/.]{_DAY})[-/.]{_YEAR}{_END}"
        rf"|^({_DAY}/{_MONTH}|{_MONTH}/{_DAY})/\d{{2}}$"
        rf"|(?i){_BOUND}\d{{1,2}}[-/. ]*({MONTHS})[a-z]*[-/., ]*(\d{{2}}|\d{{4}}){_END}"
        rf"|(?i){_BOUND}({MONTHS})[a-z]*[-/. ]+\d{{1,2}},? +\d{{4}}{_END}"
    ),
}
COMPACT_DATE = r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
LONG_TEXT = r"(\S+\s+){14,}\S+"

_RELEASE = (
    "Remove each column from the data, or, where it identifies nobody, name it in "
    "data.allow_columns."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One column that seems to identify people, and the class of identifier."""

    table: str
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}, column '{self.column}': {self.what}"


def words_of(name: str) -> frozenset[str]:
    """Return the words of a column name: parts between marks, digits and changes of case."""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return frozenset(re.findall(r"[a-z]+|\d+", split.lower()))


def named_like(name: str) -> str:
    """Return the class of identifier that a column's name speaks of, or ""."""
    words = words_of(name)
    if len(words) == 1 and (alone := ALONE.get(next(iter(words)))):
        return alone
    for kind, entries in NAMED.items():
        if any(set(entry.split()) <= words for entry in entries):
            return kind
    return ""


def is_age(name: str) -> bool:
    """Say whether a column of this name holds ages in years."""
    words = words_of(name)
    return "age" in words and not words & OTHER_AGES


def check_identifiers(
    connection: "duckdb.DuckDBPyConnection",
    raws: Mapping[str, RawTable],
    numeric: Mapping[str, frozenset[str]],
    allowed: Iterable[str],
) -> None:
    """Refuse raw tables that seem to identify people.

    Parameters
    ----------
    raws : mapping of str to RawTable
        Canonical table -> where it is read from; a raw table is scanned once.
    numeric : mapping of str to frozenset of str
        Relation -> the user's columns that are read as numbers; their cells are checked as
        numbers elsewhere, so that only their names are looked at here.
    allowed : iterable of str
        The user's columns that the plan releases.

    Raises
    ------
    IdentifierError
        Names every table and column, and no cell.
    """
    allowed = set(allowed)
    findings: list[Finding] = []
    seen: set[str] = set()
    for table, raw in raws.items():
        if raw.relation in seen:
            continue
        seen.add(raw.relation)
        columns = [c for c in raw.columns if c.name not in allowed]
        findings += _findings(connection, table, raw, columns, numeric.get(raw.relation))
    if findings:
        listed = "\n".join(f"  - {finding}" for finding in findings)
        raise IdentifierError(f"The data seem to identify people:\n{listed}\n{_RELEASE}")


def _findings(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    raw: RawTable,
    columns: list[RawColumn],
    numeric: frozenset[str] | None,
) -> list[Finding]:
    found = {c.name: f"is named like {kind}" for c in columns if (kind := named_like(c.name))}
    for column in columns:
        if column.name in found or column.name in (numeric or ()):
            continue
        kind = _shaped_like(connection, raw, column)
        if kind:
            found[column.name] = f"holds what looks like {kind}"
    return [
        Finding(table, column.name, found[column.name])
        for column in columns
        if column.name in found
    ]


def _shaped_like(connection: "duckdb.DuckDBPyConnection", raw: RawTable, column: RawColumn) -> str:
    """Return the class of identifier that a cell of `column` looks like, or ""."""
    if column.family == "moment":
        return "a calendar date"
    cells = sql.subquery(sql.select([f"DISTINCT {column.physical}"], raw.relation))
    distinct = sql.select([f"DISTINCT {text_of(column)} AS cell"], cells)
    compact = f"bool_and(regexp_full_match(cell, {sql.literal(COMPACT_DATE)}))"
    tests = {"a calendar date": f"count(*) > 1 AND {compact}"}
    if column.family in ("text", "other"):
        tests = {kind: _any_match(shape) for kind, shape in SHAPES.items()} | {
            "free text": _any_match(LONG_TEXT),
            "calendar dates": tests["a calendar date"],
        }
    if is_age(column.name):
        tests["ages above 90, which identify"] = (
            f"bool_or(TRY_CAST(cell AS DOUBLE) > {sql.number(OLDEST_AGE)})"
        )
    source = sql.subquery(distinct)
    shown = sql.fetch(connection, sql.select(tests.values(), source, where="cell IS NOT NULL"))[0]
    return next((kind for kind, matched in zip(tests, shown) if matched), "")


def _any_match(shape: str) -> str:
    return f"bool_or(regexp_matches(cell, {sql.literal(shape)}))"

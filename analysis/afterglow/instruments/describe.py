"""Tell in rows what an instrument is, with the origin of every number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from afterglow.instruments.facts import Fact, Range
from afterglow.instruments.form import Form, Item
from afterglow.instruments.instrument import Instrument

BETTER = {"worse": "lower is better", "better": "higher is better"}
COMBINED = {"sum": "sum of {parts}", "mean": "mean of {parts}"}


@dataclass(frozen=True, slots=True)
class Row:
    """One statement about an instrument.

    Attributes
    ----------
    what, value : str
        The statement, as "remission" and "≤ 12 (TRANSFORM, SUSTAIN, ASPIRE)".
    source, confidence : str
        Where it is from and how sure it is; "" where the row states no number.
    """

    what: str
    value: str
    source: str = ""
    confidence: str = ""


def describe_library(instruments: Iterable[Instrument]) -> list[Row]:
    """Return one row per instrument: its id, and name, items, range and direction."""
    return [Row(instrument.id, _headline(instrument)) for instrument in instruments]


def _headline(instrument: Instrument) -> str:
    items = "1 item" if instrument.form.count == 1 else f"{instrument.form.count} items"
    total = f"{instrument.form.combine} {_span(instrument.form.range)}"
    return f"{instrument.name}: {items}, {total}, {BETTER[instrument.higher_is]}"


def describe(instrument: Instrument) -> list[Row]:
    """Return everything known about an instrument, one row per statement.

    Parameters
    ----------
    instrument : Instrument

    Returns
    -------
    list of Row
        In reading order. Rows with a number carry its source and confidence; an uncertain number
        says so in words.
    """
    return [
        *_identity(instrument),
        *_form_rows(instrument.form),
        *(_row(f"items of {o.instrument}", ", ".join(o.items), o) for o in instrument.taken_from),
        *_meaning(instrument),
        *(_row("note", note.text, note) for note in instrument.notes),
        *_version_rows(instrument),
        Row("licence", instrument.licence),
        Row("reference", instrument.reference),
    ]


def _identity(instrument: Instrument) -> Iterator[Row]:
    yield Row("name", instrument.name)
    yield Row("measures", instrument.measures)
    yield Row("version", instrument.version_name)
    yield Row("rater", " or ".join(instrument.rater))
    yield _row("recall", instrument.recall.text, instrument.recall)
    yield Row("direction", BETTER[instrument.higher_is])
    yield Row("percent change", _percent_change(instrument))


def _percent_change(instrument: Instrument) -> str:
    reason = instrument.percent_change_reason
    return f"forbidden: {reason}" if reason else "allowed"


def _form_rows(form: Form) -> Iterator[Row]:
    yield _row("items", _items(form), form)
    yield _row("total", f"{_span(form.range)}, {_rule(form)}", form)
    for name, items in form.groups.items():
        yield _row(f"group {name}", f"largest of {', '.join(items)}", form)
    if form.missing:
        yield _row(
            "missing items", f"up to {form.missing.allow}; {form.missing.note}", form.missing
        )
    else:
        yield Row("missing items", "any missing item makes the total missing")
    for subscale in form.subscales:
        value = f"{_span(subscale.range)}, {subscale.combine} of {', '.join(subscale.items)}"
        yield _row(f"subscale {subscale.id}", value, subscale)


def _items(form: Form) -> str:
    if not form.items:
        return f"{form.count}; only totals are known"
    ranges = sorted({(item.minimum, item.maximum) for item in form.items})
    backwards = [item.id for item in form.items if item.reversed]
    counted = [f"{_number_in(form.items, span)} items {_span(span)}" for span in ranges]
    return "; ".join([*counted, *([f"reversed: {', '.join(backwards)}"] if backwards else [])])


def _number_in(items: tuple[Item, ...], span: Range) -> int:
    return sum((item.minimum, item.maximum) == span for item in items)


def _rule(form: Form) -> str:
    parts = f"{len(form.parts)} items and groups" if form.groups else "the items"
    return COMBINED[form.combine].format(parts=parts)


def _meaning(instrument: Instrument) -> Iterator[Row]:
    for bands in instrument.bands:
        ranges = ", ".join(f"{label} {_span(span)}" for label, span in bands.ranges.items())
        yield _row("severity", _with(ranges, bands.used_by), bands)
    for response in instrument.response:
        value = _with(f"improvement ≥ {response}", response.used_by, response.note)
        yield _row("response", value, response)
    for remission in instrument.remission:
        yield _row("remission", _with(str(remission), remission.used_by, remission.note), remission)
    for threshold in instrument.thresholds:
        value = _with(str(threshold), threshold.used_by, threshold.note)
        yield _row(threshold.purpose, value, threshold)
    for change in instrument.meaningful_change:
        value = _with(str(change), change.meaning, change.note)
        yield _row("meaningful change", value, change)


def _version_rows(instrument: Instrument) -> Iterator[Row]:
    for version in instrument.versions:
        other = instrument.version(version.name)
        span = _span(other.form.range)
        value = f"{span}, {' or '.join(other.rater)}, {other.recall.text}"
        fact = version.form or version.recall
        yield _row(f"version {version.name}", _with(value, version.note), fact)


def _row(what: str, value: str, fact: Fact | None) -> Row:
    if fact is None:
        return Row(what, value)
    return Row(what, value, fact.source, fact.caution or fact.confidence)


def _with(value: str, *remarks: str) -> str:
    said = "; ".join(remark for remark in remarks if remark)
    return f"{value} ({said})" if said else value


def _span(ends: Range) -> str:
    return f"{ends[0]:g}–{ends[1]:g}"


LEFT = 'style="text-align: left"'


def describe_html(instrument: Instrument) -> str:
    """Return the rows of `describe` as an HTML table, for notebooks."""
    columns = ("what", "value", "source", "confidence")
    head = "".join(f'<th scope="col" {LEFT}>{column}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td {LEFT}>{escape(getattr(row, c))}</td>" for c in columns) + "</tr>"
        for row in describe(instrument)
    )
    caption = f"<caption>{escape(instrument.id)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

"""The HTML of one table, with every text escaped."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final

import jinja2

if TYPE_CHECKING:
    from afterglow.tables.table import Column, Table

DENSE_FROM: Final = 7
TEMPLATE: Final = """\
<table class="{{ looks }}"{% if name %} id="{{ name }}"{% endif %}>
<caption>{% if number %}<span class="number">{{ number }}</span> {% endif %}{{ caption }}</caption>
<thead>
{% if spanners %}
<tr>{% for spanner in spanners %}
{% if spanner.label %}<th scope="colgroup" colspan="{{ spanner.width }}">{{ spanner.label }}</th>
{%- else %}<td colspan="{{ spanner.width }}"></td>{% endif %}
{% endfor %}</tr>
{% endif %}
<tr>
{% for head in heads %}
<th scope="col" class="{{ head.align }}">{{ head.label }}
{%- if head.unit %} <span class="unit">({{ head.unit }})</span>{% endif %}
{%- if head.mark %}<sup>{{ head.mark }}</sup>{% endif %}</th>
{% endfor %}
</tr>
</thead>
{% for group in groups %}
<tbody>
{% if group.label %}
<tr class="group"><th scope="rowgroup" colspan="{{ heads|length }}">{{ group.label }}</th></tr>
{% endif %}
{% for row in group.rows %}
<tr>
{% for cell in row.cells %}
{% if loop.first %}
<th scope="row"{% if row.indent %} class="indent-{{ row.indent }}"{% endif %}>{{ cell }}
{%- if row.mark %}<sup>{{ row.mark }}</sup>{% endif %}</th>
{% else %}
<td class="{{ heads[loop.index0].align }}">{{ cell }}</td>
{% endif %}
{% endfor %}
</tr>
{% endfor %}
</tbody>
{% endfor %}
{% if marks or footnotes %}
<tfoot>
<tr><td colspan="{{ heads|length }}">
{% for note, mark in marks.items() %}
<p><sup>{{ mark }}</sup> {{ note }}</p>
{% endfor %}
{% for note in footnotes %}
<p>{{ note }}</p>
{% endfor %}
</td></tr>
</tfoot>
{% endif %}
</table>
"""

DEEPEST_INDENT: Final = 3


@dataclass(frozen=True, slots=True)
class _Spanner:
    label: str
    width: int


@dataclass(frozen=True, slots=True)
class _Head:
    label: str
    unit: str
    align: str
    mark: str


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]
    indent: int
    mark: str


@dataclass(frozen=True, slots=True)
class _Group:
    label: str
    rows: tuple[_Row, ...]


def table_html(table: "Table", *, number: str, name: str) -> str:
    """Return `table` as a ``<table>`` element; see ``Table.to_html``."""
    marks = _marks(table)
    return _template().render(
        name=name,
        number=number,
        caption=table.caption,
        looks="table dense" if len(table.columns) >= DENSE_FROM else "table",
        spanners=_spanners(table.columns),
        heads=_heads(table, marks),
        groups=[_Group(group.label, _rows(table, group.rows, marks)) for group in table.groups],
        marks=marks,
        footnotes=table.footnotes,
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.from_string(TEMPLATE)


def _marks(table: "Table") -> dict[str, str]:
    """Give every different remark a letter, in reading order."""
    notes = [column.footnote for column in table.columns]
    notes += [row.footnote for group in table.groups for row in group.rows]
    distinct = dict.fromkeys(note for note in notes if note)
    return {note: _letter(position) for position, note in enumerate(distinct)}


def _letter(position: int) -> str:
    turns, place = divmod(position, len(ascii_lowercase))
    return ascii_lowercase[place] * (turns + 1)


def _spanners(columns: "tuple[Column, ...]") -> list[_Spanner]:
    runs = [_Spanner(label, len(list(run))) for label, run in groupby(columns, _spanner_of)]
    return runs if any(run.label for run in runs) else []


def _spanner_of(column: "Column") -> str:
    return column.spanner


def _heads(table: "Table", marks: dict[str, str]) -> list[_Head]:
    return [
        _Head(
            label=column.header,
            unit=column.unit,
            align=table.alignment(position),
            mark=marks.get(column.footnote, ""),
        )
        for position, column in enumerate(table.columns)
    ]


def _rows(table: "Table", rows: tuple, marks: dict[str, str]) -> tuple[_Row, ...]:
    return tuple(
        _Row(table.shown(row), min(row.indent, DEEPEST_INDENT), marks.get(row.footnote, ""))
        for row in rows
    )

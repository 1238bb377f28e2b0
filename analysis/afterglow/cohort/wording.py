"""The instruments a cohort speaks of, and the user's words for them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from afterglow import names as n
from afterglow.cohort import sql
from afterglow.cohort.layout import Layout
from afterglow.errors import PlanError, UsageError
from afterglow.instruments.instrument import Instrument

if TYPE_CHECKING:
    import duckdb

MOST_WORDS = 1000


class Instruments(Protocol):
    """Where instruments are found by id or alias, in any spelling."""

    def get(self, name: str) -> Instrument:
        """Return the instrument called `name`."""

    def __contains__(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """The user's word -> id, and id -> instrument, for the words that are known."""

    ids: dict[str, str]
    instruments: dict[str, Instrument]


def find_wording(
    connection: "duckdb.DuckDBPyConnection", layout: Layout, library: Instruments
) -> Wording:
    """Find the instruments named in a table of scores.

    Raises
    ------
    PlanError
        The plan itself names an instrument that nobody knows.
    """
    stated = [entry.instrument for entry in getattr(layout.source, "wide", ())]
    stated += [entry.instrument for entry in getattr(layout.source, "baseline", ())]
    constant = layout.source.constants.get(n.INSTRUMENT)
    from_plan = [str(word) for word in (*stated, constant) if word is not None]
    for word in from_plan:
        if word not in library:
            raise _unknown(library, word)
    words = [*from_plan, *_words_of_cells(connection, layout)]
    known = {word: library.get(word) for word in words if word in library}
    return Wording(
        ids={word: instrument.id for word, instrument in known.items()},
        instruments={instrument.id: instrument for instrument in known.values()},
    )


def _unknown(library: Instruments, word: str) -> PlanError:
    try:
        library.get(word)
    except UsageError as error:
        return PlanError(f"data.scores: {error}")
    raise AssertionError("a library gets what it does not contain")


def _words_of_cells(connection: "duckdb.DuckDBPyConnection", layout: Layout) -> list[str]:
    cell = layout.parts[0].cells.get(n.INSTRUMENT)
    if cell is None or n.INSTRUMENT in layout.source.constants:
        return []
    query = sql.select([f"DISTINCT {cell.text}"], layout.raw.relation)
    found = sql.fetch(connection, f"{query} LIMIT {MOST_WORDS}")
    return sorted(row[0] for row in found if row[0] is not None)

"""Totals made from items, in batches, by each instrument's own rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from afterglow import names as n
from afterglow.cohort import sql
from afterglow.cohort.cells import Cell
from afterglow.cohort.layout import Layout
from afterglow.cohort.positions import Positions
from afterglow.cohort.raw import ROW
from afterglow.cohort.staging import MADE, REASON_ASIDE, SCORE_MISSING, SCORED, WHY, Staged
from afterglow.cohort.wording import Wording
from afterglow.errors import DataError, Problem, UsageError
from afterglow.instruments.instrument import Instrument

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

BATCH_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Faults:
    """Problems of the batches, gathered by what is wrong, in rows of the user's table."""

    rows: dict[Problem, list[int]]

    def note(
        self, problems: Iterable[Problem], positions: NDArray[np.int64], layout: Layout
    ) -> None:
        """Add problems whose rows count within a batch of rows at `positions`."""
        for problem in problems:
            label = layout.parts[0].label(problem.column)
            same = replace(problem, column=label, rows=())
            found = [int(positions[row - 1]) for row in problem.rows]
            self.rows.setdefault(same, []).extend(found)

    def problems(self) -> list[Problem]:
        """Return one problem per kind of fault."""
        return [replace(p, rows=Positions(sorted(rows))) for p, rows in self.rows.items()]


def score_item_rows(
    connection: "duckdb.DuckDBPyConnection", layout: Layout, wording: Wording
) -> tuple[Layout, list[Problem]]:
    """Make the totals of a table that holds items, in batches, by each instrument's own rule.

    Returns
    -------
    Layout
        Of a relation that holds the totals beside everything else.
    list of Problem
        Items that no rule can use, by their rows in the user's table.
    """
    import pyarrow as pa

    scores = f"{layout.raw.relation}_{SCORED}"
    columns = f"{ROW} BIGINT, {SCORED} DOUBLE, {WHY} VARCHAR"
    connection.execute(f"CREATE TABLE {scores} ({columns})").fetchall()
    faults = Faults({})
    for instrument, frame in _item_frames(connection, layout, wording):
        totals = _totals(instrument, frame, layout, faults)
        connection.register("item_batch", pa.Table.from_pandas(totals, preserve_index=False))
        insert = f"INSERT INTO {scores} {sql.select(['*'], 'item_batch')}"
        connection.execute(insert).fetchall()
        connection.unregister("item_batch")
    return _joined(connection, layout, scores), faults.problems()


def count_item_totals(connection: "duckdb.DuckDBPyConnection", staged: Staged) -> dict[str, int]:
    """Return how many scores were made from items, by how (complete, prorated)."""
    if not staged.layout.scored:
        return {}
    query = sql.select(
        [REASON_ASIDE, "count(*)"], staged.view, where=MADE, group=REASON_ASIDE, order=REASON_ASIDE
    )
    return dict(sql.fetch(connection, query))


def _joined(connection: "duckdb.DuckDBPyConnection", layout: Layout, scores: str) -> Layout:
    relation = f"{scores}_rows"
    source = f"{layout.raw.relation} LEFT JOIN {scores} USING ({ROW})"
    connection.execute(f"CREATE VIEW {relation} AS {sql.select(['*'], source)}").fetchall()
    return replace(layout, raw=replace(layout.raw, relation=relation), scored=True)


def _item_frames(
    connection: "duckdb.DuckDBPyConnection", layout: Layout, wording: Wording
) -> Iterator[tuple[Instrument, "pd.DataFrame"]]:
    """Yield the items of each instrument, a batch at a time, with their row positions.

    Where the table also has a score, rows without any answered item are passed over.
    """
    cells = layout.parts[0].cells
    last = sql.fetch(connection, sql.select([f"max({ROW})"], layout.raw.relation))[0][0] or 0
    for word, instrument_id in sorted(wording.ids.items()):
        instrument = wording.instruments[instrument_id]
        items = [item.id for item in instrument.items if item.id in cells]
        wanted = [ROW, *(f"{_number(cells[item])} AS {item}" for item in items)]
        mine = f"{cells[n.INSTRUMENT].text} = {sql.literal(word)}"
        if n.SCORE in cells:
            answered = [f"{cells[item].text} IS NOT NULL" for item in items]
            mine = f"{mine} AND ({' OR '.join(answered) or 'FALSE'})"
        for start in range(1, last + 1, BATCH_ROWS):
            batch = f"{mine} AND {ROW} BETWEEN {start} AND {start + BATCH_ROWS - 1}"
            query = sql.select(wanted, layout.raw.relation, where=batch, order=ROW)
            frame = connection.sql(query).to_arrow_table().to_pandas()
            if len(frame):
                yield instrument, frame


def _number(cell: Cell) -> str:
    return cell.native or f"TRY_CAST({cell.text} AS DOUBLE)"


def _totals(
    instrument: Instrument, frame: "pd.DataFrame", layout: Layout, faults: Faults
) -> "pd.DataFrame":
    """Return row position, total and how it came about; note what cannot be scored."""
    from afterglow.scores.scoring import score_items

    positions = frame[ROW].to_numpy()
    try:
        result = score_items(frame.drop(columns=ROW), instrument, table=layout.table.name)
    except DataError as error:
        faults.note(error.problems, positions[:0], layout)
        return _unscored(positions)
    except UsageError as error:
        what = str(error).splitlines()[0].rstrip(".")
        problem = Problem(table=layout.table.name, what=what, remedy="Give totals as score.")
        faults.note([problem], positions[:0], layout)
        return _unscored(positions)
    faults.note(result.problems, positions, layout)
    scored = result.scores[[n.SCORE, n.REASON]].set_axis([SCORED, WHY], axis=1)
    scored.insert(0, ROW, positions)
    return scored


def _unscored(positions: NDArray[np.int64]) -> "pd.DataFrame":
    import pandas as pd

    missing = pd.Series(np.nan, index=range(len(positions)))
    return pd.DataFrame({ROW: positions, SCORED: missing, WHY: SCORE_MISSING})

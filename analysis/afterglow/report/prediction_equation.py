"""The equation of a prediction: coefficients, means and baseline hazard."""

from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import is_days, predictor_label, target_words
from afterglow.report.words import anchor, counted, listed, plain
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

RELAPSE: Final = "relapse"
COMPETING: Final = "competing"


def equation_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the whole equation but for the single steps, which stand in results.csv."""
    table = rows.rows("coefficient")
    if not len(table):
        return None
    both = COMPETING in set(table["group"])
    heads = (RELAPSE, COMPETING) if both else (RELAPSE,)
    names = {RELAPSE: "Relapse", COMPETING: "What competes"}
    columns = (
        Column(header="Predictor"),
        *(
            Column(header=head, spanner=names[cause] if both else "", show=show)
            for cause in heads
            for head, show in (("Mean", _two), ("Log hazard ratio", _four), ("Hazard ratio", _two))
        ),
    )
    lines = [
        (predictor_label(rows, one), *(cell for cause in heads for cell in _line(rows, one, cause)))
        for one in records(table[table["group"] == RELAPSE])
    ]
    steps = [
        (f"Day {plain(day)}", *(cell for cause in heads for cell in (
            None, rows.value("baseline_cumulative_hazard", group=cause, day=float(day)), None)))
        for day in sorted(set(rows.analysis.prediction_days))
    ]  # fmt: skip
    body = (
        RowGroup(rows=tuple(Row(cells=line) for line in lines), label="Coefficients"),
        RowGroup(
            rows=tuple(Row(cells=line) for line in steps),
            label=f"Baseline hazard summed over {counted(rows.analysis.horizon_days, 'day')} from",
        ),
    )
    return TableBlock(
        name=anchor(rows.anchor, "equation"),
        table=Table(
            caption=f"{rows.label}: the equation", columns=columns, groups=body,
            footnotes=_equation_notes(rows, both=both),
        ),
    )  # fmt: skip


def _line(rows: AnalysisRows, one: Any, cause: str) -> tuple[Any, ...]:
    where = {"group": cause, "term": one.term, "level": one.level}
    return tuple(
        rows.value(name, **where) for name in ("predictor_mean", "coefficient", "hazard_ratio")
    )


def _equation_notes(rows: AnalysisRows, *, both: bool) -> tuple[str, ...]:
    index = "Prognostic index: the sum of log hazard ratio × (value − mean) over all predictors. "
    if both:
        use = (
            "With both hazards each step of the baseline (results.csv, baseline_hazard) times "
            "exp(its index) adds to the risk what is still free of any end."
        )
    elif is_days(rows):
        use = "Expected days add up the share still free after each step of the baseline hazard."
    else:
        use = "Risk = 1 − exp(−baseline × exp(index))."
    theta = [
        f"{fmt.trimmed(row.estimate)} per event ({'relapse' if row.group == RELAPSE else 'others'})"
        for row in records(rows.rows("ridge_penalty"))
    ]
    warned = dict.fromkeys(row.warning for row in records(rows.rows("coefficient")) if row.warning)
    return (
        f"{index}{use}",
        f"Coefficients are shrunk and have no limits: they predict the {target_words(rows)} "
        f"together, and none is an effect. Ridge penalty: {listed(theta)}.",
        *warned,
    )


def _two(value: float) -> str:
    return fmt.number(value, 2)


def _four(value: float) -> str:
    return fmt.number(value, 4)

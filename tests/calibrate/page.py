"""The calibration table as a page: what keeps its word, and plainly what does not."""

from collections.abc import Sequence

TOLERANCE = 0.02
ERRORS = 2.6
HEAD = """# Calibration

Does a 95 % interval hold the truth in 95 % of samples, and does a test at 5 % reject a true null hypothesis in 5 %? Simulated with two arms,
exponential times (median 28 days in arm a; hazard ratio 0.6 for intervals, 1 for tests), censoring uniform over days 14 to 112, and n subjects in both
arms together. Seen in two ways: **weekly ties**, where every time is a whole week; **random visits**, where a relapse is only known from the first
visit after it (weekly, with a phase and a jitter of one's own) and dated there.

Under random visits a curve drawn from visit dates is late by up to a week: intervals that take the visit for the event miss the truth for that
reason, and more surely in large samples. That is what the interval-censored estimates are for.

"Misses" are shares further from their aim than {tolerance:g} percentage points or {errors:g} Monte-Carlo errors, whichever is more. "Not estimable" are
samples in which the estimator gave no number and said so; they are left out of the share, and named from 1 % up. Each share is of {most} samples, of
{fewest} or more where an estimator is slow (bootstraps, max-combo, frailty, splines). Written by `make calibrate`; the numbers are in
`calibration.csv`.
"""


def misses(row: dict, aim: float) -> bool:
    """Say whether a share is too far from its aim to be chance or rounding."""
    known = max(row["replicates"] - row["not_estimable"], 1)
    allowed = max(TOLERANCE, ERRORS * (aim * (1 - aim) / known) ** 0.5)
    return not abs(row["share"] - aim) <= allowed


def page(table: Sequence[dict], level: float) -> str:
    """Return the page as Markdown."""
    sizes = [row["replicates"] for row in table]
    head = {"tolerance": 100 * TOLERANCE, "errors": ERRORS}
    parts = [HEAD.format(**head, most=max(sizes), fewest=min(sizes))]
    parts.append(_misses(table, level))
    for kind, title in (
        ("interval", "Coverage of 95 % intervals"),
        ("test", "Type-I error at 5 %"),
    ):
        mine = [row for row in table if row["kind"] == kind]
        parts.append(_table(title, mine, level if kind == "interval" else 1 - level))
    return "\n".join(parts)


def _misses(table: Sequence[dict], level: float) -> str:
    lines = ["## What misses", ""]
    for row in table:
        aim = level if row["kind"] == "interval" else 1 - level
        if misses(row, aim):
            verb = "holds the truth in" if row["kind"] == "interval" else "rejects in"
            lines.append(
                f"- {row['estimator']}, {row['quantity']}, {row['scenario']}, n = {row['n']}: "
                f"{verb} {100 * row['share']:.1f} %"
            )
    return "\n".join([*lines, "" if len(lines) > 2 else "Nothing."]) + "\n"


def _table(title: str, rows: Sequence[dict], aim: float) -> str:
    columns = list(dict.fromkeys((row["scenario"], row["n"]) for row in rows))
    heads = [f"{scenario}, n = {n}" for scenario, n in columns]
    lines = [
        f"## {title}",
        "",
        f"| estimator | quantity | {' | '.join(heads)} |",
        "| --- | --- |" + " --- |" * len(heads),
    ]
    cells = {(r["estimator"], r["quantity"], r["scenario"], r["n"]): r for r in rows}
    for name, label in dict.fromkeys((row["estimator"], row["quantity"]) for row in rows):
        shown = [_cell(cells.get((name, label, *column)), aim) for column in columns]
        lines.append(f"| {name} | {label} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _cell(row: dict | None, aim: float) -> str:
    if row is None:
        return ""
    text = f"{100 * row['share']:.1f}"
    text = f"**{text}**" if misses(row, aim) else text
    lost = row["not_estimable"] / row["replicates"]
    return f"{text} ({100 * lost:.0f} % not estimable)" if lost >= 0.01 else text

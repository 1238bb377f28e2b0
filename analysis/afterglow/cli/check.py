"""`afterglow check`: whether a plan and its data hold, and which rows are used."""

from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from afterglow.cohort.model import CohortFacts
    from afterglow.plan.model import Plan

SUMMARY = "Do plan and data hold? Which rows are used?"
HELP = """Read a plan and its data, and say what is wrong or which rows are used.

Looks for unknown keys and contradictions in the plan, for cells and rows that break the
contract of the tables, and for columns that seem to identify people. All faults are listed
at once, by column and row position; a value of the data is never shown.

Where nothing is wrong, prints the account: rows in = rows used + rows set aside, with reasons.
"""


def check(
    plan: Annotated[
        Path | None, typer.Argument(metavar="PLAN", help="The plan, a TOML file.")
    ] = None,
    schema: Annotated[
        bool,
        typer.Option(
            "--schema", help="Print the JSON Schema of plans instead, for an editor's completion."
        ),
    ] = False,
) -> None:
    """Check a plan and its data; `HELP` is what the user reads."""
    if schema:
        from afterglow.plan.schema import json_schema

        typer.echo(json_schema(), nl=False)
        return
    if plan is None:
        raise typer.BadParameter("give the plan to check.", param_hint="PLAN")
    _check(plan)


def _check(path: Path) -> None:
    from afterglow.cli.progress import doing
    from afterglow.study.load import load_cohort, load_plan
    from afterglow.study.run import prepare

    given = load_plan(path)
    with doing("Reading and checking the data"):
        cohort = load_cohort(given)
    with doing("Checking the analyses"):
        prepare(given.plan, cohort, given.library)
    typer.echo(_account(given.plan, cohort))


def _account(plan: "Plan", cohort: "CohortFacts") -> str:
    from afterglow.cli.text_table import text_table

    steps = cohort.account.steps
    rows = [(s.table, s.step, s.reason, s.n_rows, s.n_subjects) for s in steps]
    parts = [
        plan.title,
        text_table(("table", "rows", "reason", "n", "subjects"), rows),
        *_remarks(cohort),
        f"Plan and data hold: {_count(plan.endpoint, 'endpoint')}, "
        f"{_count(plan.analysis, 'analysis', 'analyses')}.",
    ]
    return "\n\n".join(parts)


def _remarks(cohort: "CohortFacts") -> list[str]:
    remarks = []
    if cohort.follow_up_assumed:
        remarks.append(
            "Some subjects have no end of follow-up: it is taken to be their last known day."
        )
    for source, columns in cohort.ignored.items():
        remarks.append(f"Not read from {source}: {', '.join(columns)}.")
    return remarks


def _count(things: Sized, one: str, many: str = "") -> str:
    number = len(things)
    return f"{number} {one if number == 1 else many or one + 's'}"

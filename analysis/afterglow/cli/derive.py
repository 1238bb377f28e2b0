"""`afterglow derive`: the endpoints as tables, for an analysis elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from afterglow.cli.options import OutputFolder, PlanFile

if TYPE_CHECKING:
    import pandas as pd

    from afterglow.cohort.model import Cohort
    from afterglow.instruments.registry import Library
    from afterglow.study.derive import Derived

DerivedFormat = Literal["csv", "parquet", "adtte"]
SUMMARY = "The endpoints as tables, for an analysis elsewhere."
HELP = """Write every endpoint of the plan, one row per subject, endpoint and cycle.

\b
endpoints     time, event, cause and interval under the plan's strategies (adtte: adtte.csv)
set_aside     who has no row, and why
facts         what was seen, before any strategy
intercurrent  boosters, switches, withdrawals and the like after each origin
path          each subject's states, cut at every visit, session and relapse
account       rows in = rows used + rows set aside

The tables hold subjects' data: they are for analysis, not for release.
"""


def derive(
    plan: PlanFile,
    output: OutputFolder,
    file_format: Annotated[
        DerivedFormat,
        typer.Option(
            "--format",
            help="csv and parquet: our columns. adtte: CSV with ADaM's names, in which CNSR is 0 "
            "for the event; adtte_columns.csv says what each column holds.",
        ),
    ] = "csv",
) -> None:
    """Write every endpoint of the plan; `HELP` is what the user reads."""
    from afterglow.cli.progress import doing
    from afterglow.study.derive import derive as derive_endpoints
    from afterglow.study.load import load_cohort, load_plan
    from afterglow.study.manifest import listed_outputs, make_manifest, write_manifest
    from afterglow.whole_folder import check_target, whole_folder

    check_target(output, listed_outputs)
    given = load_plan(plan)
    with doing("Reading and checking the data"):
        cohort = load_cohort(given)
    with doing("Deriving endpoints"):
        derived = derive_endpoints(cohort, given.plan, given.library)
        tables = _tables(derived, cohort, given.library, file_format)
    with whole_folder(output, listed_outputs) as folder:
        _write(tables, folder, "parquet" if file_format == "parquet" else "csv")
        (folder / "plan.toml").write_text(given.text, encoding="utf-8", newline="")
        manifest = make_manifest(
            folder,
            command="derive",
            plan_text=given.text,
            seed=given.plan.seed,
            data=cohort.hashes,
        )
        write_manifest(folder, manifest)
    typer.echo(f"{len(derived.rows)} endpoint rows in {output}")


def _tables(
    derived: "Derived", cohort: "Cohort", library: "Library", file_format: DerivedFormat
) -> "dict[str, pd.DataFrame]":
    from afterglow.study.adtte import adtte, adtte_columns
    from afterglow.study.facts_table import facts_table, intercurrent_table
    from afterglow.study.path import path_table

    if file_format == "adtte":
        rows = {
            "adtte": adtte(derived.rows, cohort.subjects, derived.plan),
            "adtte_columns": adtte_columns(),
        }
    else:
        rows = {"endpoints": derived.rows}
    return rows | {
        "set_aside": derived.set_aside,
        "facts": facts_table(derived),
        "intercurrent": intercurrent_table(derived),
        "path": path_table(cohort, derived, library),
        "account": cohort.account.frame(),
    }


def _write(
    tables: "Mapping[str, pd.DataFrame]", folder: Path, ending: Literal["csv", "parquet"]
) -> None:
    from afterglow.tables.safe_csv import frame_to_csv

    for name, table in tables.items():
        path = folder / f"{name}.{ending}"
        if ending == "parquet":
            table.to_parquet(path, index=False)
        else:
            path.write_text(frame_to_csv(table), encoding="utf-8", newline="")

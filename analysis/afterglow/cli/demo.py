"""`afterglow demo`: the demo cohort and its plan, out of the installed package."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from afterglow.cli.simulate import DEMO_SEED

PLAN = "demo.toml"
DATA = "data"
SHIPPED_PATH = 'path = "../../data/demo"'
COPIED_PATH = f'path = "{DATA}"'

SUMMARY = "A cohort and a plan to try everything with."
HELP = """Make a folder with the demo cohort and its plan, to try everything with.

The cohort is synthetic: six clinics, 400 subjects, nobody's data. The plan is commented: copy
it and change it for a cohort of your own.
"""


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to make.")] = Path(
        "afterglow-demo"
    ),
) -> None:
    """Make the demo folder; `HELP` is what the user reads."""
    from afterglow.cli.progress import doing
    from afterglow.plan import schema
    from afterglow.simulate.cohort import simulate_cohort
    from afterglow.simulate.config import SimulationConfig
    from afterglow.simulate.write import write_cohort
    from afterglow.whole_folder import check_target, whole_folder, wrote_nothing

    check_target(folder, wrote_nothing)
    with doing("Making the demo cohort"):
        cohort = simulate_cohort(SimulationConfig(), DEMO_SEED)
        with whole_folder(folder, wrote_nothing) as new:
            write_cohort(cohort, new / DATA)
            (new / PLAN).write_text(demo_plan(), encoding="utf-8", newline="\n")
            (new / schema.FILE_NAME).write_text(
                schema.json_schema(), encoding="utf-8", newline="\n"
            )
    typer.echo(
        f"{folder / PLAN}  a plan to read and change\n"
        f"{folder / schema.FILE_NAME}  lets editors complete and check plans\n"
        f"{folder / DATA}  the cohort: CSV tables, and the truth behind them\n\n"
        f"Next: afterglow check {folder / PLAN}"
    )


def demo_plan() -> str:
    """Return the plan that ships, with the path that its data have in the copy."""
    text = files("afterglow.cli").joinpath(PLAN).read_text(encoding="utf-8")
    return text.replace(SHIPPED_PATH, COPIED_PATH)

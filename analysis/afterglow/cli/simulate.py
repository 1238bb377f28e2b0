"""`afterglow simulate`: a synthetic cohort with known truth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from afterglow.cli.options import OutputFolder

if TYPE_CHECKING:
    from afterglow.simulate.config import SimulationConfig

DEMO_SEED = 20260101
TableFormat = Literal["csv", "parquet"]
SUMMARY = "A synthetic cohort, with the truth behind it."
HELP = """Simulate a cohort from a latent symptom process, with the truth beside it.

Every subject draws from random numbers of its own, so --subjects 10 gives the first ten
subjects of a larger cohort. The folder can be analysed as it is: its cohort.toml says that it
is synthetic. What an analysis should find is in truth/.
"""


def simulate(
    output: OutputFolder,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="TOML file with the parameters that are to differ, in the layout of the "
            "truth/parameters.toml that every simulated cohort holds.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed gives the same bytes.")
    ] = DEMO_SEED,
    subjects: Annotated[
        int | None, typer.Option(min=1, help="Number of subjects; default: as configured, 400.")
    ] = None,
    sites: Annotated[
        int | None, typer.Option(min=1, max=26, help="Number of sites; default: as configured, 6.")
    ] = None,
    file_format: Annotated[
        TableFormat, typer.Option("--format", help="Kind of the tables' files.")
    ] = "csv",
) -> None:
    """Simulate a cohort; `HELP` is what the user reads."""
    from afterglow.cli.progress import doing
    from afterglow.simulate.cohort import simulate_cohort
    from afterglow.simulate.write import write_cohort
    from afterglow.whole_folder import check_target, whole_folder

    check_target(output, simulated_files)
    chosen = _configuration(config, subjects, sites)
    with doing(f"Simulating {chosen.subjects} subjects"):
        cohort = simulate_cohort(chosen, seed)
        with whole_folder(output, simulated_files) as folder:
            write_cohort(cohort, folder, file_format=file_format)
    typer.echo(f"{chosen.subjects} subjects in {output}")


def _configuration(
    path: Path | None, subjects: int | None, sites: int | None
) -> "SimulationConfig":
    from afterglow.simulate.config import SimulationConfig
    from afterglow.simulate.read_config import read_simulation_config

    config = read_simulation_config(path) if path else SimulationConfig()
    if subjects is not None:
        config = config.model_copy(update={"subjects": subjects})
    return config if sites is None else config.with_sites(sites)


def simulated_files(folder: Path) -> set[str] | None:
    """Return the files that a simulated cohort consists of, or None where `folder` holds none."""
    from afterglow.cohort.metadata import FILE_NAME, read_metadata
    from afterglow.errors import DataError
    from afterglow.simulate.write import FORMATS, GENERATOR, TABLES

    try:
        metadata = read_metadata(folder / FILE_NAME)
    except (DataError, OSError):
        return None
    if not (metadata.synthetic and metadata.notes.startswith(GENERATOR)):
        return None
    tables = {f"{table}.{ending}" for table in TABLES for ending in FORMATS}
    return tables | {FILE_NAME, "truth/subjects.csv", "truth/parameters.toml"}

"""`afterglow report`: the report of a plan, or one per site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from afterglow.cli.options import PlanFile

if TYPE_CHECKING:
    from afterglow.cohort.model import Cohort

REPORTS = Path("reports")
SUMMARY = "The report of a plan, or one report per site."
HELP = """Run a plan and write its report: one HTML page that needs no network.

Beside index.html the folder holds results.csv (every number, in full precision), the tables
and figures as files, the plan with all defaults, and manifest.json (hashes, versions, seed).
Two runs of the same plan on the same data give the same bytes.

\b
afterglow report study.toml                              reports/study/index.html
afterglow report study.toml --by site_id --jobs 4        one page per site, and a list

Disclosure control is not available yet: data that are neither synthetic nor public
(cohort.toml, or [data.cohort] in the plan, says which) are reported with --internal only.
"""


def report(
    plan: PlanFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder to write; new, empty, or an earlier report, which is replaced. "
            "Default: reports/ and the plan's name.",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="One report per value of a column of the subjects, such as site_id, and a page "
            "that lists them. Small ones are pooled (report.minimum_site_subjects).",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="With --by: work on N reports at a time; default 1."),
    ] = None,
    internal: Annotated[
        bool,
        typer.Option(
            "--internal", help="Exact numbers, every page marked INTERNAL: not for release."
        ),
    ] = False,
) -> None:
    """Run a plan and write its report; `HELP` is what the user reads."""
    from afterglow.cli.progress import doing
    from afterglow.errors import UsageError
    from afterglow.study.load import load_cohort, load_plan
    from afterglow.study.manifest import listed_outputs
    from afterglow.whole_folder import check_target

    if jobs is not None and by is None:
        raise UsageError(
            "--jobs does nothing without --by.\nGive --by COLUMN too, or leave it out."
        )
    folder = output or REPORTS / plan.stem
    check_target(folder, listed_outputs)
    given = load_plan(plan)
    with doing("Reading and checking the data"):
        cohort = load_cohort(given)
    _check_disclosure(cohort, internal=internal)
    if by is not None:
        from afterglow.cli.batch import write_batch

        write_batch(given, cohort, folder, by=by, jobs=jobs or 1, internal=internal)
    else:
        from afterglow.report.folder import write_report
        from afterglow.study.run import run

        with doing("Running the plan") as tell:
            study = run(given.plan, cohort, given.library, progress=tell, subject_level=internal)
        with doing("Writing the report"):
            write_report(study, given.text, folder, internal=internal)
    typer.echo(folder / "index.html")


def _check_disclosure(cohort: "Cohort", *, internal: bool) -> None:
    from afterglow.errors import DisclosureError

    if not internal and not cohort.metadata.exempt:
        raise DisclosureError(
            "These data are neither synthetic nor public, and disclosure control is not available "
            "yet: use --internal for a report with exact numbers that stays inside, or state "
            "'synthetic = true' or 'public = \"citation\"' in cohort.toml, or in the plan's "
            "[data.cohort], where it is so."
        )

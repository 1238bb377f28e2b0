"""`afterglow instruments`: the rating scales that are known, with the source of every number."""

from pathlib import Path
from typing import Annotated

import typer

SUMMARY = "The rating scales that are known, with their sources."
HELP = """List the instruments, or tell everything known about one.

Items, ranges, direction, cut-offs and meaningful changes are shown with where each is from
and how sure it is. None of the cut-offs is applied unless a plan names it.
"""


def instruments(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="One instrument, by id or alias, such as HAM-D17."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with instruments of your own, as TOML files."),
    ] = None,
) -> None:
    """List or tell of instruments; `HELP` is what the user reads."""
    from afterglow.cli.text_table import text_table
    from afterglow.instruments.describe import describe, describe_library
    from afterglow.instruments.registry import load_library

    library = load_library(folder)
    if name is None:
        rows = [(row.what, row.value) for row in describe_library(library)]
        typer.echo(text_table(("id", "instrument"), rows))
        return
    found = library.get(name)
    typer.echo(found.id)
    for row in describe(found):
        typer.echo(f"\n{row.what}: {row.value}")
        if row.source:
            typer.echo(f"    {row.source} ({row.confidence})")

"""A simulated cohort as a folder: tables in CSV or Parquet, cohort.toml and the truth beside."""

from pathlib import Path
from typing import Any, Literal

import pandas as pd
import tomlkit

from afterglow.errors import UsageError
from afterglow.simulate.cohort import SimulatedCohort

FORMATS = ("csv", "parquet")
TABLES = ("subjects", "scores", "sessions", "events", "follow_up")
DECIMAL_PLACES = 4
GENERATOR = "afterglow.simulate, generator version 1"
UNITS = (
    "days since the first session (day 0); age in years, top-coded at 90; scores in points of the "
    "instrument; doses in mg or mg per kg; blood pressure in mmHg; price in US dollars"
)


def write_cohort(
    cohort: SimulatedCohort, folder: Path, *, file_format: Literal["csv", "parquet"] = "csv"
) -> None:
    r"""Write `cohort` to `folder`; the same cohort gives the same bytes.

    Numbers carry at most four decimals without trailing zeros, flags are true/false, missing and
    infinite values are empty, lines end in "\n".

    Parameters
    ----------
    cohort : SimulatedCohort
    folder : Path
        Created where absent; files of the same names are replaced.
    file_format : {"csv", "parquet"}
        For the cohort's tables; the truth is always CSV.

    Raises
    ------
    UsageError
        Where `file_format` is another word.
    """
    if file_format not in FORMATS:
        raise UsageError.unknown_option("file_format", file_format, FORMATS)
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        frame: pd.DataFrame = getattr(cohort, table)
        if file_format == "csv":
            write_table(frame, folder / f"{table}.csv")
        else:
            frame.to_parquet(folder / f"{table}.parquet", index=False)
    write_table(cohort.truth, truth / "subjects.csv")
    _write_text(truth / "parameters.toml", _parameters(cohort))
    _write_text(folder / "cohort.toml", _description(cohort))


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write one table as CSV with fixed formats of numbers, flags and missing values."""
    text = pd.DataFrame({name: frame[name].map(_cell).astype("string") for name in frame.columns})
    with path.open("w", encoding="utf-8", newline="") as stream:
        text.to_csv(stream, index=False, lineterminator="\n")


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    if value == float("inf"):
        return ""
    text = f"{value:.{DECIMAL_PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _description(cohort: SimulatedCohort) -> str:
    document = tomlkit.document()
    document["title"] = "Simulated cohort of ketamine therapy"
    document["source"] = "A latent symptom process with sessions and boosters; no person's data"
    document["units"] = UNITS
    document["synthetic"] = True
    document["notes"] = f"{GENERATOR}, seed {cohort.seed}, {len(cohort.subjects)} subjects"
    return tomlkit.dumps(document)


def _parameters(cohort: SimulatedCohort) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("Parameters of the process that generated the cohort beside."))
    document.add(tomlkit.comment(f"{GENERATOR}, seed {cohort.seed}"))
    document.update(cohort.config.model_dump(mode="json"))
    return tomlkit.dumps(document)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

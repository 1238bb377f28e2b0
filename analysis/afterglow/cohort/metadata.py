"""What `cohort.toml` says about a cohort."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from afterglow.errors import DataError, Problem, did_you_mean
from afterglow.plan.about import CohortMetadata

FILE_NAME = "cohort.toml"


def read_metadata(path: Path) -> CohortMetadata:
    """Read `cohort.toml`; an absent file gives empty metadata.

    Raises
    ------
    DataError
        Where the file is no TOML, has an unknown key or a value of the wrong kind.
    """
    if not path.exists():
        return CohortMetadata()
    try:
        return CohortMetadata.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        problem = Problem(
            table=FILE_NAME, what="is not valid TOML", remedy="Correct the file's syntax."
        )
        raise DataError.from_problems([problem]) from None
    except ValidationError as error:
        problems = [_problem(entry["type"], str(entry["loc"][0])) for entry in error.errors()]
        raise DataError.from_problems(problems) from None


def _problem(kind: str, key: str) -> Problem:
    if kind == "extra_forbidden":
        return Problem(
            table=FILE_NAME,
            column=key,
            what="is an unknown key." + did_you_mean(key, CohortMetadata.model_fields),
            remedy=f"Known keys: {', '.join(CohortMetadata.model_fields)}.",
        )
    wanted = "true or false" if key == "synthetic" else "text in quotes"
    return Problem(
        table=FILE_NAME, column=key, what="has the wrong kind of value", remedy=f"Write {wanted}."
    )

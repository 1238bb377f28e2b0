"""Find an instrument by its name, among those shipped and those in a user's folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from afterglow.errors import PlanError, UsageError, did_you_mean
from afterglow.instruments.instrument import Instrument
from afterglow.instruments.reading import read_instrument

FILE_ENDING = ".toml"


@dataclass(frozen=True, slots=True)
class Library:
    """Instruments by id, and the ids by every spelling of their names.

    Attributes
    ----------
    instruments : mapping
        Id -> instrument, in the order of the ids.
    spellings : mapping
        Id or alias, in lower case without punctuation -> id.
    """

    instruments: Mapping[str, Instrument]
    spellings: Mapping[str, str]

    def get(self, name: str) -> Instrument:
        """Return the instrument called `name`: an id or alias, in any case and punctuation.

        Raises
        ------
        UsageError
            No instrument has that name; the message suggests the nearest.
        """
        found = self.spellings.get(spelling(name))
        if found is None:
            raise UsageError(
                f"No instrument is called '{name}'.{self._suggestion(name)}\n"
                f"Known: {', '.join(self.ids())}. Another one is a TOML file in a folder of "
                "your own, which a plan names as instruments_dir."
            )
        return self.instruments[found]

    def _suggestion(self, name: str) -> str:
        near = did_you_mean(spelling(name), self.spellings)
        word = near.rpartition("'")[0].rpartition("'")[2]
        return f" Did you mean '{self.spellings[word]}'?" if near else ""

    def ids(self) -> tuple[str, ...]:
        """Return the ids in alphabetical order."""
        return tuple(self.instruments)

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.instruments.values())

    def __contains__(self, name: str) -> bool:
        return spelling(name) in self.spellings

    def __len__(self) -> int:
        return len(self.instruments)


def spelling(name: str) -> str:
    """Return `name` in lower case without punctuation, so that "HAM-D17" finds "HAMD17"."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def load_library(folder: Path | None = None) -> Library:
    """Load the instruments shipped, and those of a folder.

    Parameters
    ----------
    folder : path, optional
        Every TOML file in it is an instrument.

    Raises
    ------
    PlanError
        The folder is not there, a file describes no instrument, or two instruments share a name:
        a file in the folder cannot replace one that is shipped.
    """
    if folder is None:
        return _shipped()
    if not folder.is_dir():
        raise PlanError(f"instruments_dir: {folder.name} is not a folder.")
    return _library([*_shipped(), *_read_all(folder)])


def get(name: str) -> Instrument:
    """Return the shipped instrument called `name`; see `Library.get`."""
    return _shipped().get(name)


def ids() -> tuple[str, ...]:
    """Return the ids of the shipped instruments in alphabetical order."""
    return _shipped().ids()


@cache
def _shipped() -> Library:
    return _library(_read_all(files("afterglow.instruments").joinpath("library")))


def _read_all(folder: Path | Traversable) -> list[Instrument]:
    found = (file for file in folder.iterdir() if file.name.endswith(FILE_ENDING))
    return [read_instrument(file) for file in sorted(found, key=lambda file: file.name)]


def _library(instruments: list[Instrument]) -> Library:
    spellings: dict[str, str] = {}
    for position, instrument in enumerate(instruments):
        if instrument.id in (other.id for other in instruments[:position]):
            raise PlanError(f"Two instruments have the id {instrument.id}. Give yours another id.")
        for name in (instrument.id, *instrument.aliases):
            owner = spellings.setdefault(spelling(name), instrument.id)
            if owner != instrument.id:
                raise PlanError(
                    f"'{name}' names both {owner} and {instrument.id}. Give yours another name."
                )
    by_id = sorted(instruments, key=lambda instrument: instrument.id)
    return Library({instrument.id: instrument for instrument in by_id}, spellings)

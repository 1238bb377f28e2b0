"""One fault of a plan, and the error that lists them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from afterglow.errors import PlanError


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place of a plan.

    Attributes
    ----------
    section : str
        The section as its header is written, such as ``endpoint.relapse``; "" for the plan's own
        keys.
    what : str
        What is wrong and the way out, as a sentence.
    """

    section: str
    what: str

    def sentence(self, name: str) -> str:
        """Return the fault as a line that names the file and the section."""
        where = f"{name} [{self.section}]" if self.section else name
        return f"{where}: {self.what}"


def plan_error(name: str, faults: Sequence[Fault]) -> PlanError:
    """Build the one error that lists every fault of the plan file `name`."""
    sentences = list(dict.fromkeys(fault.sentence(name) for fault in faults))
    if len(sentences) == 1:
        return PlanError(sentences[0])
    head = f"{name} has {len(sentences)} problems:"
    return PlanError("\n".join([head, *(f"  - {sentence}" for sentence in sentences)]))

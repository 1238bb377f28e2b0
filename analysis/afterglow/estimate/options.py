"""Words and numbers an estimator is called with, checked before the data are touched."""

from collections.abc import Iterable, Sequence

from afterglow.errors import UsageError


def check_word(name: str, value: object, known: Iterable[str]) -> None:
    """Raise UsageError unless `value` is one of the `known` words."""
    if value not in tuple(known):
        raise UsageError.unknown_option(name, value, known)


def check_level(conf_level: float) -> None:
    """Raise UsageError unless the confidence level lies strictly between 0 and 1."""
    if not 0.0 < conf_level < 1.0:
        raise UsageError(
            f"conf_level = {conf_level!r} is not a level.\nGive it as a fraction, such as 0.95."
        )


def normal_quantile(conf_level: float) -> float:
    """Return the two-sided standard normal quantile of a confidence level (1.96 for 0.95)."""
    from scipy.special import ndtri

    check_level(conf_level)
    return float(-ndtri((1.0 - conf_level) / 2.0))


def chosen_reference(labels: Sequence[str], reference: object | None, spell) -> str:
    """Return the label of the reference group: the one asked for, else the first."""
    if reference is None:
        return labels[0]
    label = spell(reference)
    if label not in labels:
        raise UsageError.unknown_option("reference", reference, labels)
    return label


def contrasts(
    labels: Sequence[str], reference: str, *, pairwise: bool = False
) -> list[tuple[str, str]]:
    """Return (group, compared with) pairs: each with the reference, or every pair once."""
    ordered = [reference, *(label for label in labels if label != reference)]
    if not pairwise:
        return [(label, reference) for label in ordered[1:]]
    return [(b, a) for i, a in enumerate(ordered) for b in ordered[i + 1 :]]

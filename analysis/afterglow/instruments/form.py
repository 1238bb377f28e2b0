"""What a total is made of: items, how they combine, and what a missing item does."""

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from afterglow.errors import did_you_mean
from afterglow.instruments.facts import Fact, Frozen, Range, Text

Combine = Literal["sum", "mean"]


class Item(Frozen):
    """One question: the scores it allows, and whether it counts backwards."""

    id: str
    minimum: float
    maximum: float
    reversed: bool = False

    def reverse(self, score: float) -> float:
        """Return the score counted from the other end of the item's range."""
        return self.minimum + self.maximum - score


class Missing(Fact):
    """How many items (or groups) may be missing before the total is.

    With `allow = 0` any missing item makes the total missing. Otherwise the answered ones stand
    for the missing ones: their mean is the mean, or times the number of items the sum.
    """

    allow: Annotated[int, Field(ge=0)] = 0
    note: str = ""


class Combination(Fact):
    """Items that make one number, and the range of that number.

    Attributes
    ----------
    range : (float, float)
        Smallest and largest possible value.
    combine : str
        `sum` or `mean`, over items; an item group counts once, with its largest item.
    missing : Missing, optional
        Without it any missing item makes the number missing.
    """

    range: Range
    combine: Combine = "sum"
    missing: Missing | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.range[0] >= self.range[1]:
            raise ValueError("range must go from the smallest to the largest total")
        return self

    @property
    def minimum(self) -> float:
        """Return the smallest possible value."""
        return self.range[0]

    @property
    def maximum(self) -> float:
        """Return the largest possible value."""
        return self.range[1]

    @property
    def missing_allowed(self) -> int:
        """Return how many parts may be missing."""
        return self.missing.allow if self.missing else 0


class Subscale(Combination):
    """A number over some of the items."""

    id: Text
    name: str = ""
    items: Annotated[tuple[str, ...], Field(min_length=1)]


class Form(Combination):
    """The items of one version of an instrument, and its total.

    Attributes
    ----------
    count : int
        Number of items printed on the form; they are called `item_1` to `item_<count>`.
    item_range : (float, float), optional
        Range of every item without an entry in `item_ranges`. Without both only totals are known.
    reversed : tuple of str
        Items that count backwards.
    groups : dict
        Domain word -> items of which only the largest counts.
    either_or : tuple of pairs
        Items of which a respondent answers one: a pair is answered where one of it is.
    unscored : tuple of str
        Items that no total uses.
    whole : bool
        Whether items are whole numbers.
    """

    count: Annotated[int, Field(ge=1)]
    item_range: Range | None = None
    item_ranges: dict[str, Range] = Field(default_factory=dict)
    reversed: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    either_or: tuple[tuple[str, str], ...] = ()
    unscored: tuple[str, ...] = ()
    whole: bool = True
    subscales: tuple[Subscale, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Return the items in the order of the form; empty where only totals are known."""
        if self.item_range is None:
            return ()
        return tuple(self._item(f"item_{i}", self.item_range) for i in range(1, self.count + 1))

    def _item(self, item: str, default: Range) -> Item:
        low, high = self.item_ranges.get(item, default)
        return Item(id=item, minimum=low, maximum=high, reversed=item in self.reversed)

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Return what the total adds up: single items, and groups as one part each."""
        grouped = set(chain.from_iterable(self.groups.values()))
        single = (item.id for item in self.items if item.id not in {*grouped, *self.unscored})
        return (*((item,) for item in single), *self.groups.values())

    @property
    def whole_totals(self) -> bool:
        """Say whether every total is a whole number."""
        return self.whole and self.combine == "sum" and self.missing_allowed == 0

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        known = [f"item_{i}" for i in range(1, self.count + 1)]
        named = chain(
            self.item_ranges,
            self.reversed,
            self.unscored,
            chain.from_iterable(self.groups.values()),
            chain.from_iterable(self.either_or),
            chain.from_iterable(subscale.items for subscale in self.subscales),
        )
        for item in named:
            if item not in known:
                near = did_you_mean(item, known)
                raise ValueError(f"'{item}' is not an item of this form.{near}")
        return self

    @model_validator(mode="after")
    def _once(self) -> Self:
        _refuse_repeats("groups", chain(self.unscored, *self.groups.values()))
        _refuse_repeats("either_or", chain.from_iterable(self.either_or))
        _refuse_repeats("subscales", (subscale.id for subscale in self.subscales))
        for subscale in self.subscales:
            _refuse_repeats(f"subscale {subscale.id}", subscale.items)
        return self

    @model_validator(mode="after")
    def _pairs_grouped(self) -> Self:
        for pair in self.either_or:
            if not any({*pair} <= {*group} for group in self.groups.values()):
                raise ValueError(f"either_or {' and '.join(pair)} must be in one group together")
        return self

    @model_validator(mode="after")
    def _range_agrees(self) -> Self:
        for low, high in (self.item_range or (0, 1), *self.item_ranges.values()):
            if low >= high:
                raise ValueError("an item's range must go from its smallest to its largest score")
        if self.items and self.extremes(self.parts, self.combine) != self.range:
            raise ValueError("range is not what the items' smallest and largest scores add up to")
        for subscale in self.subscales:
            parts = tuple((item,) for item in subscale.items)
            if self.items and self.extremes(parts, subscale.combine) != subscale.range:
                raise ValueError(f"range of subscale {subscale.id} is not what its items add up to")
        return self

    def extremes(self, parts: tuple[tuple[str, ...], ...], combine: Combine) -> Range:
        """Return the smallest and largest value that `parts` can combine to."""
        items = {item.id: item for item in self.items}
        low = sum(max(items[name].minimum for name in part) for part in parts)
        high = sum(max(items[name].maximum for name in part) for part in parts)
        over = len(parts) if combine == "mean" else 1
        return low / over, high / over


def _refuse_repeats(where: str, names: Iterable[str]) -> None:
    names = list(names)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{where}: {', '.join(repeated)} named more than once")

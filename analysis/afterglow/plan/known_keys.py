"""Which keys a place of the plan knows, found by following the models' annotations."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Step = int | str


def keys_at(model: type[BaseModel], path: Sequence[Step]) -> list[str]:
    """Return the keys that the table at `path` may hold.

    Parameters
    ----------
    model : type
        Model of the whole document.
    path : sequence of str and int
        Keys, places in lists, and the words that choose among models (a kind, an estimator), as
        pydantic reports them.
    """
    places: list[Any] = [model]
    for step in path:
        places = [inner for place in places for inner in _inside(place, step)]
    models = [member for place in places for member in _members(place) if _is_model(member)]
    return list(dict.fromkeys(key for member in models for key in keys_of(member)))


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys of one model as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def models_by_word(union: Any, key: str) -> dict[str, type[BaseModel]]:
    """Return which model of a union each word under `key` (kind, estimator) chooses."""
    models = [member for member in _members(union) if _is_model(member)]
    return {word: model for model in models for word in _words(model.model_fields[key].annotation)}


def _inside(place: Any, step: Step) -> Iterator[Any]:
    members = list(_members(place))
    chosen = [member for member in members if _is_model(member) and _answers_to(member, step)]
    if len(members) > 1 and chosen:
        yield from chosen
        return
    for member in members:
        if _is_model(member):
            fields = {f.alias or name: f.annotation for name, f in member.model_fields.items()}
            if step in fields:
                yield fields[step]
        elif get_origin(member) in (dict, tuple):
            yield get_args(member)[1 if get_origin(member) is dict else 0]


def _answers_to(model: type[BaseModel], word: Step) -> bool:
    fields = model.model_fields.values()
    return word == model.__name__ or any(word in _words(field.annotation) for field in fields)


def _words(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)

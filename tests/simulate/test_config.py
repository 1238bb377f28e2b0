"""The parameters of a simulation: documented, closed, read from TOML."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from afterglow.errors import UsageError
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.read_config import read_simulation_config
from afterglow.simulate.sites import RouteHabit, SiteHabit


def parameters(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from parameters(field.annotation)
        elif name not in ("routes", "sites"):
            yield name, field.description or ""


@pytest.mark.parametrize("model", [SimulationConfig, RouteHabit, SiteHabit])
def test_every_parameter_says_what_it_is(model):
    told = dict(parameters(model))
    assert told
    assert [name for name, description in told.items() if not description.endswith(".")] == []


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text("subjects = 12\n[symptoms]\nfast_gain = 0.3\n", encoding="utf-8")
    config = read_simulation_config(path)
    assert config.subjects == 12
    assert config.symptoms.fast_gain == 0.3
    assert config.symptoms.slow_gain == SimulationConfig().symptoms.slow_gain
    assert config.sites == SimulationConfig().sites


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[symptoms]\nfast_gian = 0.3\n", "symptoms.fast_gian"),
        ("[people]\nfemale_share = 1.5\n", "people.female_share"),
        ("subjects = 0\n", "subjects"),
        ("subjects = \n", "cannot be read as TOML"),
        ("routes = []\n", "routes"),
    ],
)
def test_faults_of_a_file_are_told_by_their_place(tmp_path, text, told):
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_simulation_config(path)


def test_an_absent_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"absent\.toml"):
        read_simulation_config(tmp_path / "absent.toml")


def test_sites_may_only_use_routes_that_have_a_habit():
    habits = SimulationConfig().model_dump()
    habits["routes"] = [route for route in habits["routes"] if route["route"] != "SL"]
    with pytest.raises(ValidationError, match="site E"):
        SimulationConfig.model_validate(habits)


@pytest.mark.parametrize("count", [1, 6, 9, 26])
def test_sites_repeat_the_habits_under_new_letters(count):
    sites = SimulationConfig().with_sites(count).sites
    assert [site.site_id for site in sites] == list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:count]
    assert sites[-1].size == SimulationConfig().sites[(count - 1) % 6].size


@pytest.mark.parametrize("count", [0, 27])
def test_a_number_of_sites_without_letters_is_refused(count):
    with pytest.raises(UsageError, match="1 to 26"):
        SimulationConfig().with_sites(count)

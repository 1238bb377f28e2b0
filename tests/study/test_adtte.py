"""The parameter codes of ADTTE: short, unique, and the same whenever they are asked for."""

from types import SimpleNamespace

from afterglow.study.adtte import parameter_codes


def codes(*names):
    return parameter_codes(SimpleNamespace(endpoint=dict.fromkeys(names)))


def test_long_names_are_cut_and_stay_apart():
    found = codes("relapse", "relapse_to_booster", "relapse_to_session", "relapseto", "x_y")
    assert found == {
        "relapse": "RELAPSE",
        "relapse_to_booster": "RELAPSET",
        "relapse_to_session": "RELAPSE2",
        "relapseto": "RELAPSE3",
        "x_y": "XY",
    }


def test_codes_are_unique_and_short_for_many_names():
    names = [f"long_endpoint_name_{number}" for number in range(150)]
    found = codes(*names)
    assert len(set(found.values())) == 150
    assert max(map(len, found.values())) == 8

"""Every case of the specification runs through the package and through the slow twin."""

import pytest
from support.cohorts import library
from support.slow_walk import slow_rows


def by_package(cohort, plan):
    from afterglow.study.derive import derive

    derived = derive(cohort, plan)
    return derived.rows, derived.set_aside


def by_twin(cohort, plan):
    return slow_rows(cohort, plan, library().get)


@pytest.fixture(params=[by_package, by_twin], ids=["package", "twin"])
def via(request):
    return request.param

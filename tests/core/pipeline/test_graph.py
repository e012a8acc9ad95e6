"""The graph runs what is stale, once, and nothing else."""

from dataclasses import dataclass

import numpy as np
import pytest

from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.graph import Graph, MissingInput


@dataclass(frozen=True)
class Setting:
    value: int = 1


@dataclass(frozen=True, eq=False)
class Raw:
    value: int = 1


@dataclass(frozen=True, eq=False)
class Middle:
    value: int


@dataclass(frozen=True, eq=False)
class End:
    value: int


@dataclass(frozen=True, eq=False)
class Optional:
    values: np.ndarray | None


class Chain:
    """Three values, two stages, and a count of how often each ran."""

    def __init__(self) -> None:
        self.runs = {"middle": 0, "end": 0}
        runs = self.runs

        def make_middle(raw: Raw) -> Middle:
            runs["middle"] += 1
            if raw.value < 0:
                raise AnalysisError("negative")
            return Middle(raw.value + 1)

        def make_end(middle: Middle, setting: Setting) -> End:
            runs["end"] += 1
            return End(middle.value * setting.value)

        self.graph = Graph((make_end, make_middle))


def test_a_value_is_computed_from_its_inputs_in_any_order_of_the_stages() -> None:
    assert Chain().graph.put(Raw(2), Setting(5)).get(End).value == 15


def test_asking_twice_runs_nothing_twice() -> None:
    chain = Chain()
    chain.graph.put(Raw(2), Setting(5))
    assert chain.graph.get(End) is chain.graph.get(End)
    assert chain.runs == {"middle": 1, "end": 1}


def test_an_equal_setting_put_again_leaves_every_product_in_place() -> None:
    chain = Chain()
    first = chain.graph.put(Raw(2), Setting(5)).get(End)
    assert chain.graph.put(Setting(5)).get(End) is first


def test_a_changed_setting_reruns_only_what_needs_it() -> None:
    chain = Chain()
    chain.graph.put(Raw(2), Setting(5)).get(End)
    middle = chain.graph.get(Middle)
    assert chain.graph.put(Setting(7)).get(End).value == 21
    assert chain.graph.get(Middle) is middle
    assert chain.runs == {"middle": 1, "end": 2}


def test_an_input_that_compares_by_identity_counts_as_new_when_replaced() -> None:
    chain = Chain()
    chain.graph.put(Raw(2), Setting(5)).get(End)
    chain.graph.put(Raw(2)).get(End)
    assert chain.runs == {"middle": 2, "end": 2}


def test_a_failing_stage_raises_its_own_error_each_time_but_runs_once() -> None:
    chain = Chain()
    chain.graph.put(Raw(-1), Setting(1))
    for _ in range(2):
        with pytest.raises(AnalysisError, match="negative"):
            chain.graph.get(End)
    assert chain.runs == {"middle": 1, "end": 0}


def test_a_failed_stage_recovers_with_better_input() -> None:
    chain = Chain()
    chain.graph.put(Raw(-1), Setting(1))
    with pytest.raises(AnalysisError):
        chain.graph.get(End)
    assert chain.graph.put(Raw(3)).get(End).value == 4


def test_going_back_to_an_earlier_setting_gives_the_earlier_value() -> None:
    chain = Chain()
    values = [chain.graph.put(Raw(1), Setting(v)).get(End).value for v in (2, 3, 2)]
    assert values == [4, 6, 4]


def test_a_missing_input_is_named_with_the_path_that_needs_it() -> None:
    chain = Chain()
    chain.graph.put(Setting(1))
    with pytest.raises(MissingInput, match="Raw needed by make_middle needed by make_end"):
        chain.graph.get(End)


def test_provides_tells_products_from_inputs() -> None:
    graph = Chain().graph
    assert graph.provides(End)
    assert not graph.provides(Raw)


def test_a_value_put_in_the_place_of_a_product_is_used_from_then_on() -> None:
    chain = Chain()
    graph = chain.graph.put(Raw(2), Setting(5))
    assert graph.get(End).value == 15
    assert graph.put(Middle(7)).get(End).value == 35
    assert chain.runs == {"middle": 1, "end": 2}


def test_an_input_that_a_product_does_not_follow_from_leaves_it_as_it_is() -> None:
    chain = Chain()
    graph = chain.graph.put(Raw(2), Setting(5))
    first = graph.get(Middle)
    assert graph.put(Setting(6)).get(End).value == 18
    assert graph.get(Middle) is first
    assert chain.runs == {"middle": 1, "end": 1}


def test_a_fork_takes_over_what_was_made_and_goes_its_own_way() -> None:
    chain = Chain()
    assert chain.graph.put(Raw(2), Setting(5)).get(End).value == 15
    fork = chain.graph.fork()
    assert fork.put(Setting(7)).get(End).value == 21
    assert chain.graph.get(End).value == 15
    assert chain.runs == {"middle": 1, "end": 2}


def test_what_a_fork_has_made_need_not_be_made_again() -> None:
    chain = Chain()
    raw = Raw(2)
    chain.graph.put(Raw(1), Setting(5)).get(End)
    made = chain.graph.fork().put(raw).get(End)
    assert chain.graph.put(raw).get(End) is made
    assert chain.runs == {"middle": 2, "end": 2}


def test_work_given_up_between_two_stages_keeps_the_first_and_goes_on_from_there() -> None:
    chain = Chain()
    chain.graph.put(Raw(2), Setting(5))
    started: list[int] = []

    def give_up_at_the_second() -> None:
        started.append(1)
        if len(started) == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        chain.graph.get(End, before=give_up_at_the_second)
    assert chain.runs == {"middle": 1, "end": 0}
    assert chain.graph.get(End).value == 15
    assert chain.runs == {"middle": 1, "end": 1}


def test_stale_products_are_listed_until_they_are_made() -> None:
    chain = Chain()
    chain.graph.put(Raw(2), Setting(5))
    assert set(chain.graph.stale(End)) == {Middle, End}
    chain.graph.get(End)
    assert chain.graph.stale(End) == {}
    chain.graph.put(Setting(6))
    assert set(chain.graph.stale(End)) == {End}


def test_what_lacks_an_input_is_not_counted_as_stale() -> None:
    assert Chain().graph.put(Setting(1)).stale(End) == {}


def test_a_settling_product_whose_array_was_none_before_counts_as_changed() -> None:
    def make_optional(setting: Setting) -> Optional:
        return Optional(None if setting.value == 0 else np.full(2, float(setting.value)))

    graph = Graph((make_optional,), settling=(Optional,))
    assert graph.put(Setting(0)).get(Optional).values is None
    assert graph.put(Setting(3)).get(Optional).values.tolist() == [3.0, 3.0]
    assert graph.put(Setting(0)).get(Optional).values is None

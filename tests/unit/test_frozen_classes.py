"""gitprov.frozen makes what `dataclasses` makes (docs/adr/0010)."""

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from dataclasses import field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.frozen import dataclass, setters_of


@dataclass(frozen=True, slots=True)
class Ours:
    one: int
    two: str = "b"
    seen: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def twice(self) -> int:
        return 2 * self.one


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    extra: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Base):
    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    one: int
    two: str = "b"
    seen: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


VALUES = st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.dictionaries(st.sampled_from("xy"), st.integers(0, 1)))


@given(VALUES, VALUES)
def test_values_compare_hash_and_show_themselves_as_those_of_dataclasses(
    left: tuple[int, str, dict[str, int]], right: tuple[int, str, dict[str, int]]
) -> None:
    assert (Ours(*left) == Ours(*right)) is (Plain(*left) == Plain(*right))
    assert hash(Ours(*left)) == hash(Plain(*left))
    assert repr(Ours(*left)) == repr(Plain(*left)).replace("Plain", "Ours")


def test_a_value_of_another_class_is_another_value() -> None:
    plain: object = Plain(1)
    assert Ours(1) != plain
    assert Derived(name="a") != Base()


def test_fields_defaults_and_replacing_are_those_of_dataclasses() -> None:
    assert [(one.name, one.default) for one in dataclasses.fields(Ours)] == [
        (one.name, one.default) for one in dataclasses.fields(Plain)
    ]
    assert dataclasses.replace(Ours(1), two="c") == Ours(1, "c")
    assert Ours(1).seen is not Ours(1).seen
    assert Ours(2).twice == 4
    match Ours(1, "b"):
        case Ours(one, two):
            assert (one, two) == (1, "b")


def test_a_class_inherits_fields_and_checks_itself() -> None:
    assert Derived(name="a", extra=(1,)).extra == (1,)
    with pytest.raises(ValueError, match="no name"):
        Derived(name="")


@pytest.mark.parametrize("given", [(), ("a",), (1, 2, 3, 4)])
def test_wrong_arguments_are_refused_each_time(given: tuple[object, ...]) -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            Derived(*given)  # type: ignore[call-arg]


def test_nothing_of_a_value_changes() -> None:
    value = Ours(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.one = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.one
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.other = 2  # type: ignore[attr-defined]
    assert not hasattr(value, "__dict__")


def test_a_value_made_field_by_field_is_one_of_the_class() -> None:
    value = Derived.__new__(Derived)
    for (name, set_field), one in zip(setters_of(Derived).items(), [(1,), "a"], strict=True):
        set_field(value, one)
        assert getattr(value, name) == one
    assert value == Derived(extra=(1,), name="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]


def test_values_are_copied_and_pickled() -> None:
    value = Ours(1, "c", {"x": 1})
    for other in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):  # noqa: S301 - our own
        assert (other, other.seen) == (value, value.seen)

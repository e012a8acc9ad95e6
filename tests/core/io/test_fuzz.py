"""The fuzzer itself: its damage is real, repeatable and bounded, and it catches readers that misbehave."""

import hashlib

import pytest
from fuzz import assert_survives_damage, mutations, same_numbers, survives

from asplab.core.experiment import frozen_array
from asplab.core.io import Column, DataFile, FileError, Reader
from asplab.core.io.text import READER as TEXT

TABLE = b"wavelength,counts\n" + b"".join(b"%d,%d\n" % (500 + k, 7 * k) for k in range(60))


def test_the_same_seed_gives_the_same_damage_and_every_kind_of_it():
    first = list(mutations(TABLE, seed=3, count=60))
    assert first == list(mutations(TABLE, seed=3, count=60))
    assert {mutation.kind for mutation in first} == {"cut", "flip", "insert", "number", "field", "remove"}
    assert len(first) == 60


def test_cuts_fall_on_every_64th_byte_where_the_count_allows_it():
    cuts = [mutation.at for mutation in mutations(TABLE, seed=0, count=300) if mutation.kind == "cut"]
    assert cuts == list(range(64, len(TABLE), 64))


def test_the_text_reader_survives_damage():
    assert_survives_damage(TEXT, TABLE, seed=1, count=200, cuts_show=False)


def partial_file(raw: bytes, name: str) -> DataFile:
    if len(raw) < 100:
        raise FileError(name, None, "too short. Copy it again.")
    values = frozen_array(list(raw[:-1]))
    return DataFile(name, "partial", hashlib.sha256(raw).hexdigest(), (Column("", "x", "", values),))


def test_a_reader_that_returns_part_of_a_cut_file_is_caught():
    careless = Reader("careless", lambda raw: True, partial_file)
    with pytest.raises(AssertionError, match="read in part"):
        assert_survives_damage(careless, TABLE, seed=1, count=30)


def test_a_reader_that_raises_something_else_is_caught_with_the_damage_named():
    def fails(raw: bytes, name: str) -> DataFile:
        return partial_file(raw, name) if raw == TABLE else {}[0]

    with pytest.raises(KeyError) as caught:
        assert_survives_damage(Reader("failing", lambda raw: True, fails), TABLE, seed=1, count=30)
    assert caught.value.__notes__ == ["damage: cut at byte 64, seed 1, count 30"]


def test_a_refusal_is_survived_and_the_same_file_has_the_same_numbers():
    assert survives(partial_file, b"x" * 9, "short") is None
    assert same_numbers(partial_file(TABLE, "a"), partial_file(TABLE, "b"))
    assert not same_numbers(partial_file(TABLE, "a"), partial_file(TABLE[:-1], "b"))

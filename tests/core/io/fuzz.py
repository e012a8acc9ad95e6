"""Damaged copies of a file, and what every reader has to make of them."""

import random
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from asplab.core.io import DataFile, FileError, Reader

HANG_S = 60
"""A reader that takes this long over one small file is taken to loop for ever."""

HEAD_BYTES = 4200
CUT_STEP = 64
EXTREMES = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\0\0\0\x80", b"\1\0\0\0", b"\0\0\xc0\x7f")
TEXTS = (b"99999999999", b"-1", b"0", b"nan", b"1e999", b"", b"x", b"\xff", b"\0", b"1,5", b"<a>", b"\r", b"\n\n")
NUMBER = re.compile(rb"\d+")


class Mutation(NamedTuple):
    """A damaged copy: how it was damaged (``cut``, ``flip``, ``insert``, ``number``, ``field``, ``remove``), where."""

    kind: str
    at: int
    raw: bytes


def mutations(raw: bytes, *, seed: int, count: int) -> Iterator[Mutation]:
    """Yield up to ``count`` damaged copies of ``raw``; one third are cut at a multiple of 64 bytes.

    Cuts come first, at every 64th byte where ``count`` allows it, otherwise spread evenly. Flipped bits, overwritten
    fields and numbers stand mostly in the head of the file, where the sizes are.
    """
    draw = random.Random(seed)
    cuts = range(CUT_STEP, len(raw), CUT_STEP)
    share = max(count // 3, 1)
    for k in range(min(share, len(cuts))):
        at = cuts[k * len(cuts) // min(share, len(cuts))]
        yield Mutation("cut", at, raw[:at])
    makers = (flipped, inserted, renumbered, overwritten, removed)
    for k in range(count - min(share, len(cuts))):
        yield makers[k % len(makers)](raw, draw)


def position(raw: bytes, draw: random.Random) -> int:
    """Return a place in ``raw``: in the head with a chance of two in three."""
    size = min(HEAD_BYTES, len(raw)) if draw.random() < 2.0 / 3.0 else len(raw)
    return draw.randrange(max(size, 1))


def flipped(raw: bytes, draw: random.Random) -> Mutation:
    """Flip one to eight bits."""
    damaged = bytearray(raw)
    at = position(raw, draw)
    for _ in range(draw.choice((1, 1, 2, 8))):
        damaged[at] ^= 1 << draw.randrange(8)
        at = position(raw, draw)
    return Mutation("flip", at, bytes(damaged))


def inserted(raw: bytes, draw: random.Random) -> Mutation:
    """Insert random bytes, a text, or a copy of a line of the file at a line end or anywhere."""
    at = position(raw, draw)
    if draw.random() < 0.5:
        at = raw.find(b"\n", at) + 1 or at
    lines = raw.splitlines(keepends=True)
    extra = draw.choice((draw.randbytes(draw.randrange(1, 9)), draw.choice(TEXTS), draw.choice(lines), b"garbage\n"))
    return Mutation("insert", at, raw[:at] + extra + raw[at:])


def renumbered(raw: bytes, draw: random.Random) -> Mutation:
    """Replace a number written in digits by something else."""
    match = NUMBER.search(raw, position(raw, draw))
    if match is None:
        return flipped(raw, draw)
    return Mutation("number", match.start(), raw[: match.start()] + draw.choice(TEXTS) + raw[match.end() :])


def overwritten(raw: bytes, draw: random.Random) -> Mutation:
    """Overwrite four bytes by an extreme value."""
    at = position(raw, draw) & ~1
    extreme = draw.choice(EXTREMES)[: max(len(raw) - at, 0)]
    return Mutation("field", at, raw[:at] + extreme + raw[at + len(extreme) :])


def removed(raw: bytes, draw: random.Random) -> Mutation:
    """Remove a line, or up to 300 bytes."""
    at = position(raw, draw)
    if draw.random() < 0.5:
        start = raw.rfind(b"\n", 0, at) + 1
        return Mutation("remove", start, raw[:start] + raw[(raw.find(b"\n", at) + 1 or len(raw)) :])
    return Mutation("remove", at, raw[:at] + raw[at + draw.randrange(1, 301) :])


def survives(reader: Reader | Callable[[bytes, str], DataFile], raw: bytes, name: str) -> DataFile | None:
    """Return what the reader makes of ``raw``, None where it refuses it by `FileError`.

    Anything else that it raises, a hang, and a `DataFile` that breaks its contract fail the test. A `Reader` is also
    asked whether it recognises the bytes, and reads them in any case.
    """
    read = reader.read if isinstance(reader, Reader) else reader
    with no_longer_than(HANG_S):
        if isinstance(reader, Reader):
            assert reader.recognises(raw) in (True, False)
        try:
            file = read(raw, name)
        except FileError:
            return None
    for part in file.parts:
        assert_keeps_the_contract(part)
    return file


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` when the block takes longer, where the system can."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def interrupt(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def assert_keeps_the_contract(file: DataFile) -> None:
    """Fail unless the columns are equally long, read-only float64, and lines and frame axis match them."""
    assert file.columns
    size = file.columns[0].values.size
    assert size > 0
    for column in file.columns:
        assert column.values.shape == (size,)
        assert column.values.dtype == np.float64
        assert not column.values.flags.writeable
    assert len(file.lines) in (0, size)
    assert not file.others
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in file.metadata)
    assert all(isinstance(text, str) for text in file.warnings)
    if file.frame_axis is not None:
        assert file.frame_axis.values.shape == (len(file.columns) - 1,)


def same_numbers(one: DataFile, other: DataFile) -> bool:
    """Whether two files hold the same numbers in all their data sets."""
    return len(one.parts) == len(other.parts) and all(
        len(mine.columns) == len(yours.columns)
        and all(
            np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(mine.columns, yours.columns, strict=True)
        )
        for mine, yours in zip(one.parts, other.parts, strict=True)
    )


def assert_survives_damage(reader: Reader, raw: bytes, *, seed: int, count: int, cuts_show: bool = True) -> int:
    """Read ``count`` damaged copies of ``raw``; return how many were read without an error.

    With ``cuts_show`` a file that is cut must be refused, or give all the numbers of the whole one.
    """
    whole = reader.read(raw, "whole")
    accepted = 0
    for mutation in mutations(raw, seed=seed, count=count):
        try:
            found = survives(reader, mutation.raw, "damaged")
            if found is not None:
                accepted += 1
                partial = cuts_show and mutation.kind == "cut" and not same_numbers(whole, found)
                assert not partial, "a file that is cut short was read in part"
        except Exception as error:
            error.add_note(f"damage: {mutation.kind} at byte {mutation.at}, seed {seed}, count {count}")
            raise
    return accepted

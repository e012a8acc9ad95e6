"""Every file has one reader: no format claims the files of another."""

import pytest
from samples import SAMPLES

from asplab.core.io import read_bytes, readers

RECOGNISED = {name: build() for name, build in SAMPLES.items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_exactly_the_reader_of_a_format_claims_its_files(name):
    claims = [reader.name for reader in readers() if reader.name != "text" and reader.recognises(RECOGNISED[name])]
    assert claims == ([] if name == "text" else [name])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_reader_that_is_asked_reads_the_sample_of_a_format(name):
    reader = next(reader for reader in readers() if reader.recognises(RECOGNISED[name]))
    assert reader.name == name
    assert reader.read(RECOGNISED[name], "a file").columns


def test_every_reader_has_a_sample():
    assert {reader.name for reader in readers()} == set(SAMPLES)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["Edinburgh Instruments text", "LightField CSV", "Avantes text", "text"])
def test_a_text_that_was_saved_in_another_encoding_keeps_its_reader(name, encoding):
    raw = RECOGNISED[name].decode("latin-1").replace("\0", "").encode(encoding)
    assert read_bytes(raw, "a file").reader == name


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"#",
        b"##",
        b"*BLOCK",
        b">>>>>",
        b"\0" * 100,
        bytes(range(256)) * 50,
        b"\xff\xfe",
        b"Xaxis",
        b"a" * 20000,
    ],
    ids=repr,
)
def test_no_reader_fails_on_odd_bytes(raw):
    assert all(reader.recognises(raw) in (True, False) for reader in readers())

"""Each binary format is recognised by its own reader alone, and text by none of them."""

import re

import pytest
import samples
import table_samples
import test_andor_sif
import test_galactic_spc
import test_hdf5_data
import test_labspec_xml
import test_princeton_spe
import test_renishaw_wdf
import test_workbook

from asplab.core.io.registry import readers
from asplab.core.io.regular import read_plain

SAMPLES = {
    "Andor SIF": test_andor_sif.sif(test_andor_sif.spectrum()),
    "Princeton SPE": test_princeton_spe.SAMPLES[0],
    "Renishaw WDF": test_renishaw_wdf.SAMPLES[0],
    "Galactic SPC": test_galactic_spc.SAMPLES[0],
    "Horiba LabSpec XML": test_labspec_xml.RAW,
    "HDF5": test_hdf5_data.hdf5(test_hdf5_data.nexus),
    "Excel": test_workbook.RAW,
}
KINDS = {"short": samples.SAMPLES, "long": table_samples.TABLES, "further": table_samples.FURTHER}
OTHERS = {
    "text": b"wavelength,counts\n500,1\n501,2\n",
    "UTF-16": "wavelength,counts\n500,1\n501,2\n".encode("utf-16"),
    "web page": b"<html><body>404</body></html>",
    "zeros": bytes(6000),
    "all bytes": bytes(range(256)) * 40,
    "zip archive of zeros": b"PK\x03\x04" + bytes(4) + b"\1" + bytes(15) + b"\1" + bytes(6000),
    "empty": b"",
    "one byte": b"K",
}


def claimants(raw: bytes) -> list[str]:
    return [reader.name for reader in readers() if reader.name in SAMPLES and reader.recognises(raw)]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_claimed_by_its_own_reader_first_and_by_no_other_binary_one(name):
    assert claimants(SAMPLES[name]) == [name]
    assert next(reader.name for reader in readers() if reader.recognises(SAMPLES[name])) == name


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_none_of_these_formats_is_claimed_by_none_of_them(name):
    assert claimants(OTHERS[name]) == []


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("size", [1, 4, 8, 40, 100, 511, 513, 1999, 3001, 4101])
def test_asking_about_the_beginning_of_a_file_never_fails(name, size):
    assert all(reader.recognises(SAMPLES[name][:size]) in (True, False) for reader in readers())


WHOLE = {f"{name} {kind}": build() for kind, table in KINDS.items() for name, build in table.items()}
PLAIN = {name: raw for name, raw in WHOLE.items() if read_plain(raw) is not None}


def test_several_formats_end_with_plain_rows():
    assert len(PLAIN) > 5


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_that_ends_with_plain_rows_is_recognised_by_its_gist(name):
    raw = PLAIN[name]
    gist = read_plain(raw).gist
    assert [reader.name for reader in readers() if reader.recognises(gist)] == [
        reader.name for reader in readers() if reader.recognises(raw)
    ]


@pytest.mark.parametrize("name", WHOLE)
def test_digits_tell_no_text_format(name):
    raw = WHOLE[name]
    alike = re.sub(rb"[0-9]+", b"1", raw)
    for reader in readers():
        if reader.name not in SAMPLES:
            assert reader.recognises(alike) == reader.recognises(raw), reader.name


def test_files_whose_heads_differ_in_digits_have_one_gist():
    rows = b"500.5\t1\n" * 9
    assert read_plain(b"# 17:26\n" + rows).gist == read_plain(b"# 8:05\n" + rows).gist
    assert read_plain(b"# 17:26\n" + rows).gist != read_plain(b"; 17:26\n" + rows).gist

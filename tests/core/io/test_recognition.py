"""Each binary format is recognised by its own reader alone, and text by none of them."""

import pytest
import test_andor_sif
import test_galactic_spc
import test_hdf5_data
import test_labspec_xml
import test_princeton_spe
import test_renishaw_wdf
import test_workbook

from asplab.core.io.registry import readers

SAMPLES = {
    "Andor SIF": test_andor_sif.sif(test_andor_sif.spectrum()),
    "Princeton SPE": test_princeton_spe.SAMPLES[0],
    "Renishaw WDF": test_renishaw_wdf.SAMPLES[0],
    "Galactic SPC": test_galactic_spc.SAMPLES[0],
    "Horiba LabSpec XML": test_labspec_xml.RAW,
    "HDF5": test_hdf5_data.hdf5(test_hdf5_data.nexus),
    "Excel": test_workbook.RAW,
}
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

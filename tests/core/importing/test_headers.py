"""What the headers of instruments say about conditions."""

import pytest

from asplab.core.importing.headers import HeaderKey, read_pairs


@pytest.mark.parametrize(
    ("reader", "pairs", "expected"),
    [
        (
            "Andor SIF",
            [
                ("Temperature (C)", "-50"),
                ("Exposure Time (secs)", "0.1"),
                ("Number of Accumulations", "500"),
                ("Accumulate Cycle Time (secs)", "0.117276"),
                ("EM Gain level", "20"),
                ("Wavelength (nm)", "430"),
                ("Pixel Readout Rate (MHz)", "30"),
            ],
            {"exposure_s": "0.1", "accumulations": "500", "em_gain": "20"},
        ),
        ("Princeton SPE", [("Cameras/Camera/ShutterTiming/ExposureTime", "250")], {"exposure_s": "0.25"}),
        (
            "Princeton SPE",
            [("detector temperature (C)", "-80"), ("laser position", "636.3")],
            {"excitation_nm": "636.3"},
        ),
        (
            "Horiba LabSpec",
            [("Acq. time (s)", "10"), ("Accumulations", "2"), ("Laser", "532nm_Edge"), ("ND Filter", "10%")],
            {"exposure_s": "10", "accumulations": "2", "excitation_nm": "532"},
        ),
        (
            "Ocean Optics",
            [("Integration Time (sec)", "1.0E-1 (USB2+H10303)"), ("Spectra Averaged", "10")],
            {"exposure_s": "0.1", "accumulations": "10"},
        ),
        ("Ocean Optics", [("Integration Time (usec)", "100000 (USB2000)")], {"exposure_s": "0.1"}),
        ("Ocean Optics", [("Tiempo de integración (seg)", "0,5")], {"exposure_s": "0.5"}),
        (
            "Avantes",
            [("Integration time", "100.00 ms"), ("Average", "10 scans")],
            {"exposure_s": "0.1", "accumulations": "10"},
        ),
        (
            "BWTek",
            [("intigration times(ms)", "10000"), ("laser_wavelength", "785")],
            {"exposure_s": "10", "excitation_nm": "785"},
        ),
        ("Edinburgh", [("Type", "Emission Scan"), ("Fixed/Offset", "455.00")], {"excitation_nm": "455"}),
        ("Edinburgh", [("Type", "Excitation Scan"), ("Fixed/Offset", "455.00")], {}),
        (
            "JASCO",
            [("EX WL:", "365.0 nm"), ("Sample Temperature (°C)", "25")],
            {"excitation_nm": "365", "temperature_k": "298.15"},
        ),
        ("text", [("temperature_k", "80.1"), ("power_uw", "160")], {"temperature_k": "80.1", "power_uw": "160"}),
        ("text", [("Temperature", "80 K"), ("Laser power (mW)", "2")], {"temperature_k": "80", "power_uw": "2000"}),
        (
            "text",
            [("Laser power", "50 %"), ("Laser", "on"), ("Excitation energy (eV)", "2.76")],
            {"excitation_nm": "449.21811"},
        ),
        ("Surface Xplorer", [("Pump energy", "200"), ("Pump wavelength (nm)", "700")], {"excitation_nm": "700"}),
        ("NeXus", [("instrument/beam_incident/wavelength", "532.0 nm")], {"excitation_nm": "532"}),
        ("Avantes text", [("Averaging Nr. [scans]", "4")], {"accumulations": "4"}),
        ("JCAMP-DX", [("TITLE", "450 nm film"), ("NPOINTS", "335"), ("FIRSTX", "274.9")], {}),
    ],
)
def test_keys_of_instruments_fill_columns(reader, pairs, expected):
    assert read_pairs(pairs, reader=reader).cells == expected


def test_the_temperature_of_a_camera_is_not_that_of_the_sample():
    camera = [("Temperature (C)", "-50"), ("Pre-Amplifier Gain", "1.0")]
    assert "temperature_k" not in read_pairs(camera, reader="text").cells
    assert read_pairs(camera[:1], reader="text").cells == {"temperature_k": "223.15"}
    assert read_pairs([*camera, ("Sample temperature (K)", "80")], reader="text").cells["temperature_k"] == "80"


@pytest.mark.parametrize(("key", "value"), [("exposure", "30"), ("Power", "2"), ("Temperature", "80")])
def test_a_number_whose_unit_nobody_states_is_a_doubt(key, value):
    reading = read_pairs([(key, value)], reader="Princeton SPE" if key == "exposure" else "text")
    assert reading.findings == ()
    assert f"{key} = {value}" in reading.doubts[0]


def test_the_origin_quotes_the_header():
    finding = read_pairs([("Exposure Time (secs)", "0.1")]).findings[0]
    assert finding.origin == "file header: Exposure Time (secs) = 0.1"


def test_the_name_that_a_file_had_on_the_instrument_counts_as_header():
    reading = read_pairs([("OriginalFilename", r"D:\data\0--301.0306k-0.001mw.sif")], reader="Andor SIF")
    assert reading.cells == {"temperature_k": "301.0306", "power_uw": "1"}
    assert {finding.source for finding in reading.findings} == {"file header"}


def test_what_the_user_says_about_a_key_goes_first():
    pairs = [("Exposure", "30"), ("My T", "-193"), ("Laser", "405")]
    keys = [HeaderKey("exposure", "exposure_s", "ms"), HeaderKey("my t", "temperature_k", "C"), HeaderKey("Laser", "")]
    assert read_pairs(pairs, keys=keys).cells == {"exposure_s": "0.03", "temperature_k": "80.15"}


def test_a_value_that_is_none_is_asked_about_or_left_alone():
    assert read_pairs([("pump power", "1,000 uW")]).doubts
    assert read_pairs([("Laser", "off"), ("Comment", "")]).doubts == ()

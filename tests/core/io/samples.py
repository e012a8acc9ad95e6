"""Bytes of every format, as the instruments write them: one builder each, under the name of its reader.

A reader's own tests vary its sample; `test_recognition` asks all readers about all samples.
"""

from collections.abc import Callable

import numpy as np
from test_andor_sif import sif, spectrum
from test_hdf5_data import hdf5, small
from test_imagej import TABLE as IMAGEJ
from test_jcamp import document, plain, table
from test_labspec_xml import labspec as labspec_xml
from test_princeton_spe import version_2
from test_renishaw_wdf import wdf
from test_surface_xplorer import matrix
from test_uvvis import SHIMADZU_TEXT, cary, jasco
from test_workbook import ROWS as SHEET
from test_workbook import workbook

WAVELENGTHS = np.linspace(600.0, 659.0, 60)
COUNTS = np.round(1000.0 * np.exp(-(((WAVELENGTHS - 620.0) / 9.0) ** 2)) + 200.0)


def rows(delimiter: str = "\t", end: str = "\n", decimal: str = ".") -> str:
    """Return 60 rows of wavelength and counts."""
    lines = (f"{w:.3f}{delimiter}{c:.2f}{end}" for w, c in zip(WAVELENGTHS, COUNTS, strict=True))
    return "".join(lines).replace(".", decimal)


SOLIS = (
    "Date and Time:                Fri Sep  8 15:03:52 2017\r\nSoftware Version:             4.30.30013.0\r\n"
    "Temperature (C):              -50\r\nModel:                        DU888_BV\r\n"
    "Data Type:                    Counts\r\nAcquisition Mode:             Accumulate\r\n"
    "Trigger Mode:                 Internal\r\nExposure Time (secs):         0.1\r\n"
    "Readout Mode:                 Full Vertical Binning\r\nSerial Number:                10386\r\n"
    "SR193i:\r\nSerial Number:                \r\nWavelength (nm):              630\r\n"
)


def andor_ascii() -> bytes:
    """Data first, each row ending with a delimiter, then what describes them."""
    return (rows(end="\t\r\n") + "\r\n\r\n" + SOLIS + "\r\n").encode()


LABSPEC = (
    "#Acq. time (s)=\t10\n#Accumulations=\t3\n#Range (nm)=\t600...659\n#Spike filter=\tOff\n"
    "#Detector temperature (°C)=\t-75.4\n#Instrument=\tLabRAM HR Evol\n#Laser (nm)=\t532\n#Title=\tfilm 2\n"
    "#AxisType[0]=\tIntens\n#AxisType[1]=\tSpectr\n#AxisUnit[0]=\tCnt\n#AxisUnit[1]=\tnm\n"
)


def labspec() -> bytes:
    """One spectrum below its settings, in Latin-1."""
    return (LABSPEC + rows()).encode("latin-1")


OCEAN = (
    "Data from film_AbsoluteIrradiance__1__17-26-26-809.txt Node\r\n\rDate: Tue Mar 05 17:26:26 CET 2019\n"
    "User: lab\nSpectrometer: QEP01234\nTrigger mode: 0\nIntegration Time (sec): 1.000000E-1\nScans to average: 5\n"
    "XAxis mode: Wavelengths\nNumber of Pixels in Spectrum: 60\n>>>>>Begin Spectral Data<<<<<\n"
)


def ocean() -> bytes:
    """Line ends of three kinds."""
    return (OCEAN + rows(end="\r\n")).encode()


AVANTES = (
    "film 2\0\0\0\0\0\0\r\nIntegration time:   2,00 ms\r\nAverage:     10 scans\r\n"
    "Nr of pixels used for smoothing:     0\r\nData measured with spectrometer name: 1107006U1\0\0\0\r\n"
    "Wave   ;Sample   ;Dark     ;Reference;Scope\r\n[nm]   ;[counts] ;[counts] ;[counts] ;[counts]\r\n\r\n"
)


def avantes() -> bytes:
    """NULs in the header, decimal commas."""
    lines = (f"{w:.3f};{c:.2f};12.50;0.00;{c - 12.5:.2f}\r\n" for w, c in zip(WAVELENGTHS, COUNTS, strict=True))
    return (AVANTES + "".join(lines).replace(".", ",")).encode("latin-1")


BWTEK_HEAD = (
    "File Version;BWRam4.11_11\nDate;2022-01-21 11:52:01\nmodel;BTC162E-532S-SYS\noperator;\npixel_start;0\n"
    "pixel_end;79\nstep;1\nintigration times(ms);3000\naverage number;7\nall_data_save;1\npixel_num;80\n"
    "laser_wavelength;532,02\n"
)
BWTEK_NAMES = (
    "Pixel;Wavelength;Wavenumber;Raman Shift;Dark;Reference;Raw data #1;Dark Subtracted #1;%TR #1;Absorbance #1;"
    "Irradiance (W/cm^2/nm) #1;\n"
)


def bwtek_rows() -> list[str]:
    """Return 80 rows of which the first 15 and the last 5 have no wavelength."""
    lines = []
    for pixel in range(80):
        place = f"{600 + pixel - 15:.2f};{1e7 / (600 + pixel - 15):.2f};{pixel * 30 - 100:.2f}"
        axes = place if 15 <= pixel < 75 else "   ;   ;   "
        values = f"1038.2857;65535.0000;{2000 + pixel:.4f};{2000 + pixel - 1038.2857:.4f};0.0000;0.0000;0.0000;"
        lines.append(f"{pixel};{axes};{values}".replace(".", ","))
    return lines


def bwtek() -> bytes:
    """Eleven columns with decimal commas, and pixels without a wavelength."""
    return (BWTEK_HEAD + BWTEK_NAMES + "\n".join(bwtek_rows()) + "\n").encode("latin-1")


EDINBURGH = (
    "Labels,PL 455ex,\nType,Emission Scan,\nComment,,\nStart,600.00,\nStop,659.00,\nStep,1.00,\n"
    "Fixed/Offset,455.00,\nXaxis,Wavelength,\nYaxis,Counts,\nScan Ave,1,\n\n"
)


def edinburgh() -> bytes:
    """One emission scan."""
    lines = (f"{w:.2f},{c:.8E},\n" for w, c in zip(WAVELENGTHS, COUNTS, strict=True))
    return (EDINBURGH + "".join(lines)).encode()


def lightfield() -> bytes:
    """Two frames of one region."""
    lines = [
        f"1,{frame},1,{column},{w:.4f},{c + frame:g}\n"
        for frame in (1, 2)
        for column, (w, c) in enumerate(zip(WAVELENGTHS, COUNTS, strict=True), 1)
    ]
    return ("ROI,Frame,Row,Column,Wavelength,Intensity\n" + "".join(lines)).encode()


def becker_hickl() -> bytes:
    """One decay."""
    lines = "".join(f"{0.1 * k:.6f} {c:g}\n" for k, c in enumerate(COUNTS))
    return f"Title     : film\nVersion   : 4\n\n*BLOCK 1 Decay  ( Time[ns]  No_of_photons )\n{lines}*END\n".encode()


def text() -> bytes:
    """Two columns and nothing else."""
    return rows().encode()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "Andor SIF": lambda: sif(spectrum()),
    "Princeton SPE": lambda: version_2(np.arange(600, dtype="<u2").reshape(2, 1, 300)),
    "Renishaw WDF": lambda: wdf([COUNTS[:40]]),
    "Horiba LabSpec XML": lambda: labspec_xml([[3, 5, 4]]),
    "HDF5": lambda: hdf5(small),
    "Excel": lambda: workbook(SHEET),
    "JCAMP-DX": lambda: document(table(plain)).encode(),
    "Cary": lambda: cary().encode(),
    "Shimadzu UVProbe": SHIMADZU_TEXT.encode,
    "JASCO": lambda: jasco().encode(),
    "Surface Xplorer": lambda: matrix().encode(),
    "ImageJ results": IMAGEJ.encode,
    "Andor Solis text": andor_ascii,
    "Horiba LabSpec text": labspec,
    "Ocean Optics text": ocean,
    "Avantes text": avantes,
    "B&W Tek text": bwtek,
    "Edinburgh Instruments text": edinburgh,
    "LightField CSV": lightfield,
    "Becker & Hickl text": becker_hickl,
    "text": text,
}

"""Bytes of exports that hold tables: JCAMP-DX, UV-vis spectrometers, transient absorption, particles."""

from collections.abc import Callable

import numpy as np

X = 600.0 - 0.5 * np.arange(60)
Y = np.round(900.0 * np.exp(-(((X - 585.0) / 6.0) ** 2)) + 20.0)


def letters(value: int, alphabet: str) -> str:
    """Return ``value`` with its sign and first digit as one letter of ``alphabet``, that of zero in the middle."""
    digits = str(abs(value))
    return alphabet[9 + (-1 if value < 0 else 1) * int(digits[0])] + digits[1:]


def jcamp_rows() -> str:
    """Return difference form: six new values on each line, which first repeats the last one."""
    values = [int(value) for value in Y]
    rows = []
    for start in range(0, 60, 6):
        first = max(start - 1, 0)
        steps = [letters(values[k + 1] - values[k], "rqponmlkj%JKLMNOPQR") for k in range(first, start + 5)]
        rows.append(f"{X[first]:g}{letters(values[first], 'ihgfedcba@ABCDEFGHI')}{''.join(steps)}")
    return "\n".join([*rows, f"{X[-1]:g}{letters(values[-1], 'ihgfedcba@ABCDEFGHI')}"])


def jcamp() -> bytes:
    """One absorption spectrum in difference form."""
    return (
        "##TITLE=perylene\n##JCAMP-DX=4.24\n##DATA TYPE=UV/VIS SPECTRUM\n##ORIGIN=here\n##OWNER=us\n"
        "##XUNITS=NANOMETERS\n##YUNITS=ABSORBANCE\n##XFACTOR=1\n##YFACTOR=0.001\n##FIRSTX=600\n##LASTX=570.5\n"
        f"##NPOINTS=60\n##FIRSTY=0.0217\n##XYDATA=(X++(Y..Y))\n{jcamp_rows()}\n##END=\n"
    ).encode()


def jcamp_pairs() -> bytes:
    """Two blocks of pairs with decimal commas."""
    rows = "".join(f"{x:.1f}, {y:.1f}\n".replace(".", ",") for x, y in zip(X, Y, strict=True))
    block = (
        "##TITLE=film {}\n##JCAMP-DX=4.24\n##DATA TYPE=FLUORESCENCE\n##XUNITS=NANOMETERS\n##YUNITS=COUNTS\n"
        f"##FIRSTX=600,0\n##LASTX=570,5\n##NPOINTS=60\n##YFACTOR=1\n##XYPOINTS=(XY..XY)\n{rows}##END=\n"
    )
    head = "##TITLE=both films\n##JCAMP-DX=4.24\n##DATA TYPE=LINK\n##BLOCKS=2\n"
    return (head + block.format(1) + block.format(2) + "##END=\n").encode()


def cary_log(name: str, stop: float) -> str:
    """Return what the spectrometer writes about one sample."""
    return (
        f"\r\n{name},\r\n{name}\r\nCollection Time: 5/10/2018 5:14:12 PM\r\n"
        "Instrument                        Cary 50\r\n"
        f"Start (nm)                        600.0\r\nStop (nm)                         {stop:.1f}\r\n"
        "NIR SAT Changed: 5/10/2018 5:12:38 PM, Old:0.1000, New:0.0125\r\n<Current Wavelength> , 570.0\r\n"
    )


def cary() -> bytes:
    """Two samples of different lengths."""
    lines = []
    for k, (x, y) in enumerate(zip(X, Y, strict=True)):
        second = f"{x:.7f},{100.0 - 0.05 * y:.6f}" if k < 40 else ","
        lines.append(f"{x:.7f},{0.001 * y:.8f},{second},\r\n")
    header = "film,,filter,,\r\nWavelength (nm),Abs,Wavelength (nm),%T,\r\n"
    return (header + "".join(lines) + cary_log("film", 570.5) + cary_log("filter", 580.5)).encode()


def shimadzu() -> bytes:
    """One absorption spectrum."""
    lines = (f"{x:.2f},{0.001 * y:.4f}\r\n" for x, y in zip(X, Y, strict=True))
    return ('"film - RawData"\r\n"Wavelength nm.","Abs."\r\n' + "".join(lines)).encode()


def jasco() -> bytes:
    """One absorption spectrum with the log behind it."""
    lines = (f"{x:.4f}\t{0.001 * y:.5g}\r\n" for x, y in zip(X, Y, strict=True))
    return (
        "TITLE\tfilm\r\nDATA TYPE\t\r\nORIGIN\tJASCO\r\nSPECTROMETER/DATA SYSTEM\tJASCO Corp., V-570, Rev. 1.00\r\n"
        "DELTAX\t-0.5\r\nXUNITS\tNANOMETERS\r\nYUNITS\tABSORBANCE\r\nFIRSTX\t600.0000\r\nLASTX\t570.5000\r\n"
        f"NPOINTS\t60\r\nFIRSTY\t0.022\r\nXYDATA\r\n{''.join(lines)}\r\n"
        "##### Extended Information\r\n[Measurement Information]\r\nData interval\t0.5 nm\r\n"
    ).encode()


def surface_xplorer() -> bytes:
    """Twelve delays, one cell without a value."""
    lines = ["0.00," + ",".join(f"{0.1 * k - 0.3:.3f}" for k in range(12))]
    for row, x in enumerate(X[::-1]):
        cells = ["NaN" if (row, k) == (3, 4) else f"{1e-5 * Y[row] * (k + 1):.7f}" for k in range(12)]
        lines.append(f"{x:.3f}," + ",".join(cells))
    return (
        "\r\n".join(lines)
        + "\r\nfile info\r\nDate: September 18, 2013\r\nSample: film\r\nPump wavelength (nm): 700\r\n"
        "Number of scans: 3\r\nTime units: ps\r\nZ axis title: dA\r\n"
    ).encode()


def delays_down() -> bytes:
    """The same kind of matrix with delays in the first column."""
    lines = ["Time in ps\t" + "\t".join(f"{x:.1f}" for x in X)]
    lines += [f"{0.1 * k - 0.3:.3f}\t" + "\t".join(f"{1e-5 * y * (k + 1):.7f}" for y in Y) for k in range(12)]
    return ("\n".join(lines) + "\n").encode()


def imagej() -> bytes:
    """Forty particles; one of them was deleted."""
    lines = (f"{k}\t{0.37 * k + 1.2:.3f}\t{7.0 * k:.3f}\t0.9\n" for k in range(1, 42) if k != 7)
    return (" \tArea\tMean\tCirc.\n" + "".join(lines)).encode()


TABLES: dict[str, Callable[[], bytes]] = {
    "JCAMP-DX": jcamp,
    "Cary": cary,
    "Shimadzu UVProbe": shimadzu,
    "JASCO": jasco,
    "Surface Xplorer": surface_xplorer,
    "ImageJ results": imagej,
}
"""One file of each format, by the name of its reader."""

FURTHER = {"JCAMP-DX": jcamp_pairs, "Surface Xplorer": delays_down}
"""Another layout of some of them."""

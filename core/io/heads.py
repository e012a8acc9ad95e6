"""The beginning or end of a file as text, to recognise it by."""

HEAD_BYTES = 8192


def head_text(raw: bytes, size: int = HEAD_BYTES) -> str:
    """Return the first ``size`` bytes as text: a byte order mark and the NULs of UTF-16 removed; never raises."""
    return plain_text(raw[:size])


def head_bytes(raw: bytes, size: int = HEAD_BYTES) -> bytes:
    """Return the first ``size`` bytes without the NULs of UTF-16: what is sought in all files is sought in these."""
    return raw[:size].replace(b"\0", b"")


def first_lines(raw: bytes, count: int, size: int = HEAD_BYTES) -> list[str]:
    """Return the first ``count`` lines of `head_text`, fewer where it has no more."""
    head = head_bytes(raw, size)
    if b"\r" in head:
        head = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [plain_text(line) for line in head.split(b"\n", count)[:count]]


def tail_text(raw: bytes, size: int = HEAD_BYTES) -> str:
    """Return the last ``size`` bytes as text. As `head_text`."""
    return plain_text(raw[-size:])


def plain_text(raw: bytes) -> str:
    """Return ``raw`` as Latin-1 without NULs and byte order marks, lines ending in LF."""
    text = raw.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("latin-1")

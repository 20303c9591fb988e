"""Bytes as text, with a mark where they cannot be decoded."""

import codecs
import io
import re

# Stands where bytes could not be decoded: half of a surrogate pair, which no decoder returns.
UNDECODABLE = "\udfff"
UNREADABLE = re.compile("[\0\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"
_MARKED = "playground.undecodable"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error(_MARKED, _mark)


def opened(data: bytes, encoding: str) -> io.TextIOWrapper:
    """Return ``data`` as text, line ends as they are, without a byte order mark.

    Raises:
        LookupError: Python knows no text encoding of this name.
        UnicodeError: the encoding needs a byte order mark, and there is none.
    """
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, errors=_MARKED, newline="")
    if stream.read(1) != _BYTE_ORDER_MARK:
        stream.seek(0)
    return stream

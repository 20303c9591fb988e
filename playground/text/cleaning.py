"""What is done to every text before a tokenizer sees it."""

import re

MASK = "[MASK]"  # how the app writes a mask, whatever the model
MASK_SPELLINGS = r"[\[<]\s*mask\s*[\]>]"
# Special tokens but the mask, as the supported families write them.
_SPECIAL_TOKENS = re.compile(r"\[(?:CLS|SEP|PAD|UNK)\]|</?s>|<(?:pad|unk)>")
# Unicode's control characters (Cc) but tab and line ends, and surrogates (Cs).
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return ``text`` without control characters and broken surrogates; line ends and tabs stay."""
    return _UNREADABLE.sub("", text)


def blanked(text: str) -> str:
    """Return ``text`` with a space for each character that ``clean`` removes: places stay."""
    return _UNREADABLE.sub(" ", text)


def with_mask(text: str, mask_token: str) -> str:
    """Return ``text`` with every mask, in whatever model's spelling, written as ``mask_token``."""
    pattern = f"{MASK_SPELLINGS}|{re.escape(mask_token)}"
    return re.sub(pattern, lambda _: mask_token, text, flags=re.IGNORECASE)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the white space at its ends.

    Some tokenizers count the space before a word to its first token.
    """
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def spaced(text: str) -> str:
    """Return ``text`` with spaces inside special tokens that were typed, so that they stay text.

    The mask, in whatever model's spelling, stays a mask.
    """
    return _SPECIAL_TOKENS.sub(
        lambda token: f"{token[0][0]} {token[0][1:-1]} {token[0][-1]}", clean(text)
    )

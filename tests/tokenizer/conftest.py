"""What the tests of the tokenizer share: tiny models of every family, loaded to be looked into."""

from tests.attention.conftest import engine, look_into

__all__ = ["engine", "look_into"]

"""Attention: everything its page shows, one module for each view."""

from playground.attention.text import AttentionMap, Token, attend

__all__ = ["AttentionMap", "Token", "attend"]

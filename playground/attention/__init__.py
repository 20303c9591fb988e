"""Attention: everything its page shows, one module for each view."""

from playground.attention.rollout import FLOW_TOKENS, flow, rollout
from playground.attention.steps import Step, step
from playground.attention.text import AttentionMap, Token, attend

__all__ = [
    "FLOW_TOKENS",
    "AttentionMap",
    "Step",
    "Token",
    "attend",
    "flow",
    "rollout",
    "step",
]

"""Ports for the servers that tests start."""

import random
import socket


def free_port() -> int:
    """Return a port that nobody listens on, of those that no client is given by chance."""
    for port in random.sample(range(20_000, 32_000), 1_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("1,000 ports are taken.")

"""A visitor without a browser, who speaks Streamlit's own protocol.

A browser would compute on the processors that serve it, where real visitors bring machines of their
own. To the server a session is the same: it runs the page's script and sends all that is shown.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120.0  # seconds for a whole page


class BrokenPageError(Exception):
    """A page that did not get to its end, or shows an exception."""


@dataclass(frozen=True, slots=True)
class Session:
    """One tab: what it opens runs in the same session, as after a click in the navigation."""

    _connection: ClientConnection

    async def open(self, address: str) -> int:
        """Open a page of the app, ``name?query``, and return how many elements it sent.

        What is in the server's cache of messages counts, too.

        Raises:
            BrokenPageError: the page shows an exception, or its script did not get to its end.
            TimeoutError: nor within ``PATIENCE``.
        """
        async with asyncio.timeout(PATIENCE):
            return await self._open(address)

    async def _open(self, address: str) -> int:
        name, _, query = address.lstrip("/").partition("?")
        wanted = BackMsg()
        wanted.rerun_script.page_name = name
        wanted.rerun_script.query_string = query
        wanted.rerun_script.is_history_navigation = True  # what is in the address is to be shown
        await self._connection.send(wanted.SerializeToString())
        elements = 0
        async for data in self._connection:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            elements += kind in {"delta", "ref_hash"}
            if message.delta.new_element.HasField("exception"):
                raise BrokenPageError(f"{address}: {message.delta.new_element.exception.message}")
            if kind == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    continue  # another run follows
                return elements
        raise BrokenPageError(f"{address}: the server closed the session")


@asynccontextmanager
async def session(url: str) -> AsyncIterator[Session]:
    """Open a session with the app at ``url``, and close it at the end."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(address, max_size=None, open_timeout=PATIENCE) as connection:
        yield Session(connection)

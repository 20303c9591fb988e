"""Cookies that reach an app in a frame of another site, as a Hugging Face Space shows it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_FRAMES = b"; SameSite=None; Secure"
PARTITIONED = b"; Partitioned"


class PartitionedCookies:
    """Middleware that binds cookies meant for frames to the site around the frame.

    Streamlit sends its cookie against forged uploads with "SameSite=None" where it is told to.
    Browsers that protect from tracking keep that back all the same, unless it says that it is not
    for recognizing a visitor across sites: "Partitioned" (CHIPS).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with such cookies marked."""

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                message["headers"] = [(name, _marked(name, value)) for name, value in headers]
            await send(message)

        await self._app(scope, receive, send_marked)


def _marked(name: bytes, value: bytes) -> bytes:
    is_for_frames = name.lower() == b"set-cookie" and value.endswith(FOR_FRAMES)
    return value + PARTITIONED if is_for_frames else value

"""Environment variables of an app that anybody may visit: deploy/public.env, and a Space's own."""

from pathlib import Path

FILE = Path(__file__).with_name("public.env")
# A Space shows the app in a frame of another site. Without this the browser keeps back the cookie
# that uploads are checked by (pages/shared/framed.py does the rest). It needs HTTPS, so it is no
# part of the limits.
_FRAMED = {"STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE": "none"}


def of_public_app() -> dict[str, str]:
    """Return the limits of an app that anybody may visit."""
    lines = FILE.read_text("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def of_space() -> dict[str, str]:
    """Return the variables of a public Space."""
    return of_public_app() | _FRAMED

"""Where a walk through every view of every page leads, read from the navigation and the views."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.served import ROOT
from pages.learn.how_bert_works import inputs as tour
from pages.learn.how_bert_works.tour import STEPS
from tests.layout import NAVIGATION, page_name


def page_files() -> list[str]:
    """Return the pages of the navigation, which runs them as soon as it is imported."""
    for statement in ast.parse((ROOT / NAVIGATION).read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "SECTIONS":
            sections = ast.literal_eval(statement.value)
            return [file for pages in sections.values() for file, _, _ in pages]
    raise AssertionError(f"{NAVIGATION} has no SECTIONS")


def addresses() -> Iterator[tuple[str, str]]:
    """Yield a name and the address of each page, of its views, and of what these are made of."""
    for file in page_files():
        name = page_name(file)
        path = "/" if name == "home" else f"/{name}"
        if not (ROOT / file).with_name("views.py").is_file() or name == "home":
            yield name, path
            continue
        views = import_module(f"{Path(file).parent.as_posix().replace('/', '.')}.views")
        for view in views.VIEWS:
            yield f"{name}-{view}", f"{path}?{urlencode({views.VIEW_FIELD.name: view})}"
    for number in range(2, len(STEPS) + 1):
        yield f"tour-{number}", f"/how_bert_works?{urlencode({tour.STEP.name: number})}"


WALK = dict(addresses())

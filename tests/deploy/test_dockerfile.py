"""A Dockerfile's instructions, and what .dockerignore leaves in: as Docker reads both."""

from pathlib import Path

import pytest

from deploy.dockerfile import Instruction, context, instructions

ROOT = Path(__file__).resolve().parents[2]
TEXT = """# a comment
FROM python:3.11-slim

ENV A=1 \\
    # a comment between two lines
    B=$A/x
RUN one && \\
    two
HEALTHCHECK --interval=30s CMD ["curl", "-f"]
cmd ["a b", "c"]
"""


def test_instructions_are_joined_over_lines_and_comments() -> None:
    found = instructions(TEXT)
    assert [step.name for step in found] == ["FROM", "ENV", "RUN", "HEALTHCHECK", "CMD"]
    assert found[1].text.split() == ["A=1", "B=$A/x"]
    assert found[2].command() == ["/bin/sh", "-c", "one && two"]
    assert found[3].command() == ["curl", "-f"]
    assert found[4].command() == ["a b", "c"]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ("", ["a.py", "b/c.py", "b/d/__pycache__/e.pyc", "x/__pycache__/y"]),
        ("b", ["a.py", "x/__pycache__/y"]),
        ("*\n!b", ["b/c.py", "b/d/__pycache__/e.pyc"]),
        ("*\n!b\n**/__pycache__", ["b/c.py"]),
        ("*\n!b/c.py", ["b/c.py"]),
        ("*.py", ["b/c.py", "b/d/__pycache__/e.pyc", "x/__pycache__/y"]),  # of the root alone
        ("**/*.py", ["b/d/__pycache__/e.pyc", "x/__pycache__/y"]),
        ("b/*\n!b/c.py", ["a.py", "b/c.py", "x/__pycache__/y"]),
    ],
)
def test_the_last_rule_that_fits_decides(tmp_path: Path, rules: str, left: list[str]) -> None:
    (tmp_path / ".dockerignore").write_text(f"# a comment\n{rules}\n")
    files = ["a.py", "b/c.py", "b/d/__pycache__/e.pyc", "x/__pycache__/y"]
    assert list(context(tmp_path, files)) == left


def test_the_image_gets_what_the_app_reads_and_no_secrets() -> None:
    files = [
        "app.py", "README.md", ".streamlit/config.toml", ".streamlit/secrets.toml", ".git/config",
        ".venv/bin/python", "pages/start/home/page.py", "runs/a/settings.json", "tests/conftest.py",
        "assets/logo.svg", "playground/errors.py", "playground/__pycache__/errors.pyc",
    ]  # fmt: skip
    assert list(context(ROOT, files)) == [
        "app.py", ".streamlit/config.toml", "pages/start/home/page.py", "assets/logo.svg",
        "playground/errors.py",
    ]  # fmt: skip


def test_the_app_runs_as_the_user_whom_spaces_take() -> None:
    steps = instructions((ROOT / "Dockerfile").read_text("utf-8"))
    users = [step.text for step in steps if step.name == "USER"]
    created = next(step for step in steps if "useradd" in step.text)
    assert users == ["user"]
    assert "--uid 1000 user" in created.text
    assert steps.index(Instruction("USER", "user")) < min(
        place for place, step in enumerate(steps) if step.name == "COPY"
    )

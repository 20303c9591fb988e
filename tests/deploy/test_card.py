"""The head of the README is what a Space is configured by."""

from pathlib import Path

from huggingface_hub import SpaceCard

from deploy.dockerfile import instructions

ROOT = Path(__file__).resolve().parents[2]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
MOST_OF_A_DESCRIPTION = 60  # characters; the Hub refuses a longer one


def test_the_hub_s_own_reader_finds_a_docker_space_in_the_readme() -> None:
    card = SpaceCard.load(ROOT / "README.md")
    found = card.data
    assert (found.title, found.sdk, found.license) == ("BERT Playground", "docker", "apache-2.0")
    assert found.models == ["sentence-transformers/all-MiniLM-L6-v2"]
    assert {"bert", "fine-tuning", "streamlit"} <= set(found.tags or ())
    assert {found["colorFrom"], found["colorTo"]} <= COLOURS
    assert len(found["emoji"]) == 1
    assert not found["emoji"].isascii()
    assert 0 < len(found["short_description"]) <= MOST_OF_A_DESCRIPTION
    assert card.text.lstrip().startswith("# BERT Playground")


def test_the_port_is_the_container_s() -> None:
    port = SpaceCard.load(ROOT / "README.md").data.app_port
    steps = {step.name: step for step in instructions((ROOT / "Dockerfile").read_text("utf-8"))}
    assert str(port) == steps["EXPOSE"].text == "8501"
    assert f"--server.port={port}" in steps["CMD"].command()
    assert f":{port}/_stcore/health" in steps["HEALTHCHECK"].command()[-1]


def test_the_test_command_is_still_found_below_it() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    found = [line for line in lines if line.startswith("    python3 ") and line.endswith("pytest")]
    assert len(found) == 1  # as .ci/run looks for it

"""Two browsers: neither sees, cancels, renames, deletes or downloads what is the other's."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from playground.errors import OwnerError, UnknownRunError
from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from tests.fine_tuning.conftest import Room

METHODS = [name for name in vars(RunStore) if not name.startswith("_")]
OF_ONE_RUN = [
    name for name in METHODS if "run_id" in inspect.signature(getattr(RunStore, name)).parameters
]


def call(store: RunStore, method: str, owner: Any, run_id: str) -> Any:
    """Call a method of the store as ``owner``, with what else it takes made up."""
    made_up = {
        "owner": owner,
        "run_id": run_id,
        "name": "mine now",
        "settings": RunSettings(task="t", base_model="m"),
        "inputs": {},
    }
    function: Callable[..., Any] = getattr(store, method)
    return function(*(made_up[name] for name in inspect.signature(function).parameters))


def test_the_walk_over_the_methods_sees_them() -> None:
    assert set(METHODS) == {"submit", "runs", "run", "events", "log", "outputs", "inputs"} | {
        "finished",
        "rename",
        "cancel",
        "resume",
        "delete",
    }
    assert set(METHODS) - set(OF_ONE_RUN) == {"submit", "runs", "finished"}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_takes_the_owner_first(method: str) -> None:
    parameters = list(inspect.signature(getattr(RunStore, method)).parameters.values())
    assert parameters[1].name == "owner"
    assert parameters[1].default is inspect.Parameter.empty


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.FINISHED, State.FAILED])
@pytest.mark.parametrize("method", OF_ONE_RUN)
def test_a_run_of_another_is_as_unknown_as_none(pretended: Room, method: str, state: State) -> None:
    first, run = pretended.submit(), pretended.submit("theirs")
    if state is not State.QUEUED:
        pretended.ends(first.id)
    if state in {State.FINISHED, State.FAILED}:
        pretended.ends(run.id, state)
    before = pretended.run(run.id)
    files = {path: path.stat().st_mtime_ns for path in pretended.queue.folder.rglob("*/*")}
    assert before.state is state
    stranger = owners.new_owner()

    with pytest.raises(UnknownRunError) as theirs:
        call(pretended.store, method, stranger, run.id)
    with pytest.raises(UnknownRunError) as none:
        call(pretended.store, method, stranger, owners.new_run())
    assert str(theirs.value) == str(none.value)
    assert pretended.store.runs(stranger) == ()
    assert pretended.run(run.id) == before
    assert {path: path.stat().st_mtime_ns for path in files} == files


@pytest.mark.parametrize(
    "guess",
    ["", ".", "..", "../x", "/etc/passwd", "%", "*", "' OR 1=1 --", "index.sqlite", "\0", "é" * 32],
)
@pytest.mark.parametrize("method", OF_ONE_RUN)
def test_made_up_ids_of_runs_are_unknown(pretended: Room, method: str, guess: str) -> None:
    run = pretended.submit()
    for run_id in (guess, run.id.upper() if run.id.upper() != run.id else guess, run.id[:-1]):
        with pytest.raises(UnknownRunError):
            call(pretended.store, method, pretended.owner, run_id)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_owner_is_refused(pretended: Room, method: str) -> None:
    run = pretended.submit()
    digest = owners.digest(pretended.owner)
    for nobody in (None, "", "%", "*", digest, pretended.owner[:-1], pretended.owner + "\n"):
        with pytest.raises(OwnerError, match="Reload the page"):
            call(pretended.store, method, nobody, run.id)
    assert [found.id for found in pretended.store.runs(pretended.owner)] == [run.id]


def test_an_owner_is_kept_nowhere(pretended: Room) -> None:
    pretended.ends(pretended.submit("a").id)
    pretended.submit("b")
    files = [path for path in pretended.queue.folder.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert not [path for path in files if pretended.owner.encode() in path.read_bytes()]


def test_ids_are_unguessable_and_plain() -> None:
    made = {owners.new_owner() for _ in range(100)}
    runs = {owners.new_run() for _ in range(100)}
    assert len(made) == len(runs) == 100
    assert {len(owner) for owner in made} == {43}  # 256 bits, six a character
    assert all(owners.is_run(run) for run in runs)
    assert not any(map(owners.is_run, ("", "..", "A" * 32, "a" * 31, "a" * 32 + "\n")))


def test_an_account_always_has_the_same_owner_and_only_with_the_secret() -> None:
    # HMAC-SHA256 of "https://a.example\0u1" with the key "k", by OpenSSL.
    expected = "aKiAk98NAf3cLATXu8_cHvx-NPxirJxTSoXjiRdvXt8"
    assert owners.of_account("https://a.example", "u1", "k") == expected
    assert owners.is_owner(expected)
    others = [("https://a.example", "u2"), ("https://a.exampl", "e\0u1")]
    made = {owners.of_account(*account, "k") for account in others}
    made.add(owners.of_account("https://a.example", "u1", "K"))
    assert len(made | {expected}) == 4

"""The job server of a Ray cluster, by the REST API of Ray Jobs.

https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html

Ray's own client speaks the same API. It would bring all of Ray into the server, and it waits for an
answer without any limit, which a page cannot.
"""

import errno
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from playground.fine_tuning.runs import disk

# Seconds. Whoever submits holds the index meanwhile, so nobody else can claim a run.
TIMEOUT = httpx2.Timeout(10.0, connect=3.0)
REST_SECONDS = 5.0  # after a request without an answer, before the next one is tried
ENDED = frozenset({"STOPPED", "SUCCEEDED", "FAILED"})


class RayJobs:
    """Jobs of one cluster; every method raises ``ConnectionError`` if it does not answer."""

    def __init__(self, address: str, environment: Mapping[str, str] = os.environ) -> None:
        self._address = address
        self._environment = environment
        self._client = httpx2.Client(base_url=address, timeout=TIMEOUT)
        self._down_until = 0.0
        self._why = ""

    def submit(self, job: Mapping[str, Any]) -> None:
        """Submit a job, with the fields of the API; it waits there for its resources.

        Raises:
            ConnectionError: the cluster cannot be reached, or takes no jobs now.
            OSError: the cluster refuses this job.
        """
        answer = self._ask("POST", "/api/jobs/", json=job)
        if answer.is_client_error:
            raise OSError(errno.EINVAL, f"The cluster refuses the job: {_last_line(answer)}")

    def is_active(self, submission_id: str) -> bool:
        """Return whether a job waits or runs; one that the cluster does not know does not.

        Raises:
            ConnectionError: the cluster cannot be reached.
        """
        answer = self._ask("GET", f"/api/jobs/{submission_id}")
        return answer.is_success and answer.json()["status"] not in ENDED

    def stop(self, submission_id: str) -> None:
        """Ask a job to end; returns at once, and nothing happens to one that is not there.

        Raises:
            ConnectionError: the cluster cannot be reached.
        """
        self._ask("POST", f"/api/jobs/{submission_id}/stop")

    def _ask(self, method: str, path: str, json: object = None) -> httpx2.Response:
        """Return an answer that is about the request, not about the cluster's own trouble."""
        if time.monotonic() < self._down_until:  # it shall cost a page its timeout only once
            raise ConnectionError(self._why)
        try:
            headers = authorization(self._environment)
            answer = self._client.request(method, path, json=json, headers=headers)
        except httpx2.TransportError as error:
            raise self._down(f"{type(error).__name__}: {error}") from error
        if answer.status_code in {401, 403}:
            raise self._down(
                f"it wants another token ({answer.text}); set RAY_AUTH_TOKEN to the cluster's"
            )
        if answer.is_server_error:  # a head that has just started has no agent yet
            raise self._down(f"status {answer.status_code}: {_last_line(answer)}")
        return answer

    def _down(self, why: str) -> ConnectionError:
        self._down_until = time.monotonic() + REST_SECONDS
        self._why = f"The Ray cluster at {self._address} takes no runs: {why}."
        return ConnectionError(self._why)


def authorization(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the header with the cluster's token, found where Ray itself looks for it.

    https://docs.ray.io/en/latest/ray-security/token-auth.html

    Raises:
        ConnectionError: there is none, and ``RAY_AUTH_MODE`` is not "disabled".
    """
    if environment.get("RAY_AUTH_MODE") == "disabled":
        return {}
    file = Path(environment.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")
    token = environment.get("RAY_AUTH_TOKEN") or disk.read_text(file) or ""
    if not token.strip():
        raise ConnectionError(
            f"There is no token for the Ray cluster: neither RAY_AUTH_TOKEN nor {file} has one. "
            "For a cluster that asks for none set RAY_AUTH_MODE=disabled."
        )
    return {"Authorization": f"Bearer {token.strip()}"}


def _last_line(answer: httpx2.Response) -> str:
    """Return the line of an answer that says what is wrong: the last of a traceback."""
    return (answer.text.strip().splitlines() or ["no reason"])[-1]

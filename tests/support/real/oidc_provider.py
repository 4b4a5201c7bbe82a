"""oidc-provider-mock, an OpenID provider that others wrote, beside the test."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def running_provider() -> Iterator[str]:
    """Its issuer. One person is of the group `duty`, one of none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mock = pytest.importorskip("oidc_provider_mock")
        people = (
            mock.User(sub="u-17", claims={"preferred_username": "Wang.Gong", "groups": ["duty"], "name": "甲工"}),
            mock.User(sub="u-18", claims={"preferred_username": "stranger", "groups": ["others"]}),
        )
        with mock.run_server_in_thread(user_claims=people, require_nonce=True) as server:
            yield f"http://localhost:{server.server_port}"

"""The pytest fixture `feishu_sandbox`: one process for the session, put back to the start for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Sandbox


@pytest.fixture(scope="session")
def feishu_sandbox_process() -> Iterator[Sandbox]:
    """The sandbox of this session, without rate limits."""
    with Sandbox(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def feishu_sandbox(feishu_sandbox_process: Sandbox) -> Sandbox:
    """The sandbox, as if it had just been started."""
    feishu_sandbox_process.reset()
    return feishu_sandbox_process

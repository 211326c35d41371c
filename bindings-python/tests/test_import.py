"""What a program pays for importing the package."""

import subprocess
import sys

import pytest

import feishu_corehr


def test_importing_imports_nothing_heavy() -> None:
    heavy = ["asyncio", "dataclasses", "datetime", "enum", "http", "inspect", "json", "logging", "re", "socket", "ssl"]
    heavy += ["threading", "typing", "urllib", "feishu_corehr.async_client", "feishu_corehr.errors"]
    # -S: what site-packages' own .pth files import is not ours.
    script = f"import sys; sys.path[:0] = {sys.path!r}; before = set(sys.modules); import feishu_corehr; "
    script += f"print([m for m in {heavy!r} if m in sys.modules and m not in before])"
    result = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_what_is_imported_later_is_there_when_it_is_named() -> None:
    for name in feishu_corehr.__all__:
        assert getattr(feishu_corehr, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        feishu_corehr.no_such_name  # noqa: B018


def test_nothing_is_printed_and_no_thread_is_started(sandbox: object) -> None:
    script = (
        "import threading, feishu_corehr as f; f.Client(app_id='a', app_secret='b'); print(threading.active_count())"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("1\n", "")

"""The types hold for mypy, pyright and stubtest, and refuse what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WRONG = [
    "client.withdraw_process(7, actor=System())",
    "client.withdraw_process('7')",
    "client.withdraw_process('7', actor='ou_1')",
    "client.withdraw_process('7', System())",
    "client.withdraw_process('7', actor=System(), timeout=5)",
    "client.get_process('7').no_such_field",
    "client.list_tasks('ou_1', approver_status='started')",
    "client.get_form_variables('7', department_id_type=feishu_corehr.UserIdType.OPEN_ID)",
    "client.review_task('7', '8', actor=System(), decision='approve')",
    "client.review_task('7', '8', actor=System(), decision=feishu_corehr.Reject())",
    "client.transfer_tasks('7', actor=System(), to_user_id='ou_1', approver_ids=['8'])",
    "client.add_approvers('7', actor=System(), target=9, extra_type=feishu_corehr.ExtraType.AFTER, extra_user_ids=[])",
    "feishu_corehr.NewFormVariable(variable_api_name='a', variable_value={'text_value': 'x'})",
    "feishu_corehr.NewFormValue.Date('2026-01-01')",
    "client.call('get', '/open-apis/contact/v3/departments')",
    "client.call('GET', '/open-apis/contact/v3/departments', path_parameters=[('a', 'b')])",
    "client.call('GET', '/open-apis/contact/v3/departments', query={'a': 1})",
    "client.call('GET', '/open-apis/contact/v3/departments').department",
    "client.settle('7')",
    "client.settle('7', 1_766_000_000_000)",
    "client.settle('7', since='2026-01-01')",
    "client.settle('7', since=1_766_000_000_000, goal='withdrawn')",
    "client.settle('7', since=1_766_000_000_000, deadline=5)",
    "client.settle('7', since=1_766_000_000_000).effect",
    "client.list_start_candidates('people_7_7', actor=System())",
    "client.list_start_candidates('people_7_7', since=1_766_000_000_000)",
    "client.list_start_candidates('people_7_7', actor='ou_1', since=1_766_000_000_000)",
    "client.list_start_candidates('people_7_7', actor=System(), since='2026-01-01')",
    "next(client.list_start_candidates('people_7_7', actor=System(), since=1_766_000_000_000)).effect",
    "client.list_start_candidates('people_7_7', actor=System(), since=1_766_000_000_000).pages()",
    "feishu_corehr.NewFormValue.Text('x', boolean=True)",
    "feishu_corehr.no_such_name",
    "Client(transport=5)",
]


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_mypy_is_content_with_the_package_and_with_a_program_that_uses_it() -> None:
    result = run(sys.executable, "-m", "mypy", "--strict", "python/feishu_corehr", "tests/usage.py")
    assert result.returncode == 0, result.stdout


def test_mypy_is_content_with_the_command() -> None:
    result = run(sys.executable, "-m", "mypy", "--strict", "python/feishu_corehr_command", "tools")
    assert result.returncode == 0, result.stdout


def test_pyright_is_content_with_the_package_and_with_a_program_that_uses_it() -> None:
    result = run(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "python", "tests/usage.py")
    assert result.returncode == 0, result.stdout


def test_the_stubs_say_what_the_library_has() -> None:
    result = run(sys.executable, "-m", "mypy.stubtest", "feishu_corehr")
    assert result.returncode == 0, result.stdout


def test_mypy_finds_what_is_wrong(tmp_path: Path) -> None:
    head = "import feishu_corehr\nfrom feishu_corehr import Client, System\nclient = Client()\n"
    (tmp_path / "wrong.py").write_text(head + "\n".join(WRONG) + "\n")
    result = run(sys.executable, "-m", "mypy", "--strict", str(tmp_path / "wrong.py"))
    for line in range(4, 4 + len(WRONG)):
        assert f"wrong.py:{line}: error" in result.stdout, (WRONG[line - 4], result.stdout)


def test_the_package_says_that_it_is_typed() -> None:
    import feishu_corehr

    assert (Path(feishu_corehr.__file__).parent / "py.typed").exists()
    with pytest.raises(TypeError):
        feishu_corehr.Client("cli_a")  # type: ignore[misc]

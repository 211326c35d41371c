"""Where ids come from, and what is said of wrong ones: one message, exit code 2, and nothing sent."""

from pathlib import Path
from typing import Any

import click
import pytest

from feishu_corehr_command.ids import from_arguments, from_input
from feishu_corehr_command.sheet import from_sheet

ONE, TWO, THREE = "7328345170959681068", "7400000000000000002", "7400000000000000013"
NAMED = "流程ID"
WIDE = "".join(chr(0xFF10 + int(digit)) for digit in ONE)
"""As Chinese keyboards can write digits."""


def sheet(tmp_path: Path, content: "str | bytes", column: "str | None" = NAMED, encoding: str = "utf-8") -> Any:
    path = tmp_path / "离职.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return from_sheet(str(path), column)


def refusal(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(click.UsageError) as raised:
        call(*arguments, **options).check()
    return str(raised.value.message)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_sheet_is_read_as_spreadsheets_write_it(encoding: str, separator: str, end: str, tmp_path: Path) -> None:
    rows = [("姓名", NAMED, "备注"), ("甲", ONE, "a"), ("乙", TWO, "“,;”")]
    content = "".join(separator.join(f'"{cell}"' for cell in row) + end for row in rows)
    assert sheet(tmp_path, content, encoding=encoding).check() == [ONE, TWO]


def test_a_sheet_in_gbk_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet(tmp_path, f"{NAMED}\n{ONE}\n", encoding="gbk")
    assert "GBK" in capsys.readouterr().err
    sheet(tmp_path, f"{NAMED}\n{ONE}\n", encoding="utf-8-sig")
    assert capsys.readouterr().err == ""


def test_the_only_column_needs_no_name(tmp_path: Path) -> None:
    assert sheet(tmp_path, f"id\n{ONE}\n", None).check() == [ONE]


def test_empty_rows_and_rows_before_the_names_are_skipped(tmp_path: Path) -> None:
    assert sheet(tmp_path, f",\n{NAMED},b\n\n,\n{ONE},x\n").check() == [ONE]


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        (f"a,b\n{ONE},2\n", NAMED, ["no column", NAMED, "a, b"]),
        (f"a,b\n{ONE},2\n", None, ["--column", "a, b"]),
        (f"{NAMED},{NAMED}\n{ONE},2\n", NAMED, ["several"]),
        ("", NAMED, ["empty"]),
        ("\ufeff \n", NAMED, ["empty"]),
        (f"{NAMED}\n", NAMED, ["no row"]),
        (b"\xff\xff\xff\x00", NAMED, ["neither UTF-8 nor GBK"]),
        (f'{NAMED}\n"{"x" * 200_000}\n', NAMED, ["no CSV"]),
    ],
)
def test_a_sheet_that_cannot_be_used(
    content: "str | bytes", column: "str | None", words: "list[str]", tmp_path: Path
) -> None:
    message = refusal(sheet, tmp_path, content, column)
    for word in words:
        assert word in message


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(from_sheet, str(tmp_path / "no.csv"), NAMED)
    assert "cannot be read" in refusal(from_sheet, str(tmp_path), NAMED)


@pytest.mark.parametrize(
    "number", ["7.32835E+18", "7.32835e18", "7,32835E+18", "7328345170959681068.0", "7328345170959681068,00", "7E+18"]
)
def test_a_number_of_a_spreadsheet_has_lost_its_digits(number: str, tmp_path: Path) -> None:
    for message in (
        refusal(sheet, tmp_path, f'{NAMED};b\n{ONE};1\n"{number}";2\n'),
        refusal(from_arguments, (number,)),
        refusal(from_input, number.encode()),
    ):
        assert "digits are lost" in message
        assert "as text" in message
    assert "line 3" in refusal(sheet, tmp_path, f'{NAMED};b\n{ONE};1\n"{number}";2\n')


def test_ids_that_a_spreadsheet_has_rounded_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rounded = "\n".join(f"73283451709596{number}0000" for number in range(10, 20))
    message = refusal(sheet, tmp_path, f"{NAMED}\n{rounded}\n")
    assert "10 of 10" in message
    assert "digits are lost" in message
    assert sheet(tmp_path, f"{NAMED}\n{ONE}\n{TWO}\n7328345170959680000\n").check()[-1] == "7328345170959680000"
    assert "7328345170959680000" in capsys.readouterr().err


def test_ways_to_keep_a_number_as_text_are_read(tmp_path: Path) -> None:
    content = f'{NAMED},b\n"=""{ONE}""",1\n\'{TWO},2\n\t{THREE} ,3\n'
    assert sheet(tmp_path, content).check() == [ONE, TWO, THREE]


@pytest.mark.parametrize("wrong", ["abc", WIDE, "7,328,345", "../7", "-7", "7" * 33, "x" * 1000])
def test_what_is_no_id_is_told_with_its_place(wrong: str) -> None:
    message = refusal(from_arguments, (ONE, wrong, TWO))
    assert "argument 2" in message
    assert "argument 1" not in message
    assert len(message) < 300


def test_all_wrong_ids_are_told_at_once_and_not_a_thousand_of_them() -> None:
    message = refusal(from_input, "\n".join(["x"] * 1000).encode())
    assert "line 10" in message
    assert "line 11" not in message
    assert "990 more" in message


def test_a_row_without_an_id_is_told(tmp_path: Path) -> None:
    assert "line 3: it is empty" in refusal(sheet, tmp_path, f"{NAMED},b\n{ONE},1\n,2\n")
    assert "line 3: it is empty" in refusal(sheet, tmp_path, f"b,{NAMED}\n1,{ONE}\n2\n")


def test_doubled_ids_are_dropped_and_kept_in_mind() -> None:
    found = from_arguments((ONE, TWO, ONE, ONE))
    assert (found.check(), found.doubled) == ([ONE, TWO], [ONE, ONE])


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_empty_input_is_told(data: bytes) -> None:
    assert "empty" in refusal(from_input, data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_input_is_read_by_line_and_by_word(encoding: str) -> None:
    assert from_input(f"{ONE} {TWO}\r\n{THREE}\n".encode(encoding)).check() == [ONE, TWO, THREE]


def test_nothing_is_sent_for_a_wrong_id(command: Any, sandbox: Any) -> None:
    for subcommand in ("get", "wait"):
        result = command(subcommand, ONE, "x")
        assert (result.exit_code, result.stdout) == (2, "")
    assert sandbox.log() == []

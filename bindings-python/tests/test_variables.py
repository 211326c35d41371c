"""Forms, flows, templates and tasks: what is read, as plain data, and what may be written."""

import json
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import DepartmentIdType, NewFormValue, TaskStatus, UserIdType, ValueKind, plain_values

CITY = {"wk_id": "6800000000000000002", "wk_api_name": "city"}


def test_a_form_is_read_and_becomes_plain_data(client: Any, sandbox: Any) -> None:
    form = client.get_form_variables(sandbox.running())
    kinds = [variable.variable_value.kind for variable in form.field_variable_values]
    assert kinds == [ValueKind.TEXT, ValueKind.DATE, ValueKind.DEPARTMENT, ValueKind.LIST]
    assert form.field_variable_values[0].variable_name.en_us == "Reason"
    plain = {
        "reason": "travel",
        "start_date": 20440,
        "department": "people_corehr_department_id-1",
        "items": [{"city": CITY}],
    }
    assert plain_values(form) == plain == plain_values(form.field_variable_values)
    assert form.log_id
    assert json.loads(form.raw)["process_id"] == form.process_id


def test_the_kinds_of_ids_are_the_callers(client: Any, sandbox: Any) -> None:
    open_id = sandbox.info["users"]["initiator"]["open_id"]
    flow = client.get_flow_variables(
        sandbox.running(),
        user_id_type=UserIdType.OPEN_ID,
        department_id_type=DepartmentIdType.DEPARTMENT_ID,
        variable_keys=["initiator", "department"],
    )
    assert plain_values(flow) == {"initiator": open_id, "department": "department_id-1"}
    people = client.get_flow_variables(sandbox.running(), variable_keys=iter(["initiator"]))
    assert plain_values(people) == {"initiator": sandbox.info["users"]["initiator"]["people_corehr_id"]}


def test_names_are_a_list_and_not_a_text(client: Any, sandbox: Any) -> None:
    with pytest.raises(TypeError, match="variable_keys"):
        client.get_flow_variables(sandbox.running(), variable_keys="initiator")


def test_a_template_has_examples_and_the_servers_words(client: Any, sandbox: Any) -> None:
    flow = "people_7000000000000000000_7100000000000000000"
    template = client.get_template(flow, ["reason", "items.city", "none"])
    assert template.error_info == "unknown variable: none"
    assert plain_values(template) == {"reason": "text", "items": {"city": "text"}}
    assert sandbox.log("get_template")[0]["method"] == "POST"


def test_tasks_come_page_by_page_and_go_on_where_they_were(client: Any, sandbox: Any) -> None:
    manager = sandbox.info["users"]["process_administrator"]["open_id"]
    for _ in range(4):
        sandbox.running()
    everything = list(client.list_tasks(manager, page_size=2))
    assert len(everything) > 4
    assert len(sandbox.log("list_tasks")) > 2
    todo = list(client.list_tasks(manager, approver_status=TaskStatus.IN_PROGRESS))
    assert todo == [task for task in everything if task.approver_status == TaskStatus.IN_PROGRESS]
    walk = client.list_tasks(manager, page_size=2)
    some = [next(walk) for _ in range(3)]
    rest = list(client.list_tasks(manager, page_size=2, page_token=walk.page_token))
    assert some[:2] + rest == everything


def test_a_filter_that_is_retired_says_what_to_do(client: Any) -> None:
    for status, words in [(TaskStatus.SKIPPED, "leave it out"), (TaskStatus.FORM_SUBMITTED, "use `approved`")]:
        with pytest.raises(feishu.InvalidArgumentError, match=words) as raised:
            client.list_tasks("ou_1", approver_status=status)
        assert [problem.field for problem in raised.value.problems] == ["approver_status"]


def read(*variables: "dict[str, Any]") -> Any:
    body = json.dumps({"code": 0, "data": {"field_variable_values": variables}})
    return feishu.decode_reply("get_form_variables", 200, None, body)


def test_a_circle_ends_with_an_error() -> None:
    loop = {"key": "k", "value": {"list_values": ["k", "k"]}}
    form = read({"variable_api_name": "a", "variable_value": {"list_values": ["k"]}, "sub_values": [loop]})
    with pytest.raises(feishu.BadEnvelopeError, match="the values of `a` are nested more than 32 deep"):
        plain_values(form)


def test_a_value_of_an_unknown_kind_is_its_json() -> None:
    form = read({"variable_api_name": "a", "variable_value": {"color_value": ["red", None, 1.5]}})
    assert form.field_variable_values[0].variable_value.unknown == '{"color_value":["red",null,1.5]}'
    assert plain_values(form) == {"a": {"color_value": ["red", None, 1.5]}}
    with pytest.raises(TypeError):
        plain_values("a")  # type: ignore[arg-type]


def test_a_value_to_write_is_of_one_kind_and_refuses_others() -> None:
    assert NewFormValue.Text("x") == NewFormValue.Text("x") != NewFormValue.Enum("x")
    assert repr(NewFormValue.Date(3)) == "NewFormValue.Date(value=3)"
    for make, odd in [
        (NewFormValue.Text, 7),
        (NewFormValue.Number, 7),
        (NewFormValue.Date, True),
        (NewFormValue.Date, "3"),
        (NewFormValue.Boolean, 1),
        (NewFormValue.Items, ["a", 1]),
        (NewFormValue.File, "f"),
    ]:
        with pytest.raises(TypeError):
            make(odd)
    with pytest.raises(feishu.InvalidArgumentError, match="surrogate"):
        NewFormValue.Text("\ud800")
    with pytest.raises(feishu.InvalidArgumentError, match="out of range"):
        NewFormValue.Date(2**64)

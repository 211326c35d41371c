import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.lark.oapi.Client;
import com.lark.oapi.core.response.BaseResponse;
import com.lark.oapi.core.token.AccessTokenType;
import com.lark.oapi.service.corehr.v2.V2;
import com.lark.oapi.service.corehr.v2.model.*;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The official Java SDK as the driver of {@code compare.py}: reads the cases, makes each call, tells how it ended. */
final class Java {
    private static final Gson GSON = new Gson();

    private final Client client;
    private final V2 v2;

    private Java(JsonObject asked) {
        client = Client.newBuilder(text(asked, "app_id"), text(asked, "app_secret")).openBaseUrl(text(asked, "http")).build();
        v2 = client.corehr().v2();
    }

    public static void main(String[] arguments) throws Exception {
        var input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        var asked = JsonParser.parseReader(input).getAsJsonObject();
        var driver = new Java(asked);
        for (JsonElement element : asked.getAsJsonArray("cases")) {
            var one = element.getAsJsonObject();
            var told = driver.call(one);
            told.add("operation", one.get("operation"));
            System.out.println(told);
        }
    }

    private JsonObject call(JsonObject one) throws Exception {
        JsonObject path = one.getAsJsonObject("path");
        JsonObject query = one.getAsJsonObject("query");
        JsonElement body = one.get("body");
        String process = text(path, "process_id");
        String users = text(query, "user_id_type");
        switch (text(one, "operation")) {
            case "add_approvers":
                return told("processExtra.update", v2.processExtra().update(UpdateProcessExtraReq.newBuilder()
                    .processId(process).userIdType(users)
                    .processExtra(GSON.fromJson(body, ProcessExtra.class)).build()));
            case "get_flow_variables":
                return told("process.flowVariableData", v2.process().flowVariableData(FlowVariableDataProcessReq.newBuilder()
                    .processId(process).userIdType(users)
                    .variableKeys(GSON.fromJson(query.get("variable_keys"), String[].class)).build()));
            case "get_form_variables":
                return told("processFormVariableData.get", v2.processFormVariableData().get(
                    GetProcessFormVariableDataReq.newBuilder()
                        .processId(process).userIdType(users)
                        .departmentIdType(text(query, "department_id_type")).build()));
            case "get_process":
                return told("process.get", v2.process().get(GetProcessReq.newBuilder()
                    .processId(process).userIdType(users).build()));
            case "get_template":
                return posted("/open-apis/corehr/v2/query_flow_data_template",
                    GSON.fromJson(body, QueryProcessFlowDataTemplateReq.class));
            case "list_processes":
                return told("process.list", v2.process().list(ListProcessReq.newBuilder()
                    .statuses(GSON.fromJson(query.get("statuses"), Integer[].class))
                    .pageSize(query.get("page_size").getAsInt())
                    .modifyTimeFrom(text(query, "modify_time_from"))
                    .modifyTimeTo(text(query, "modify_time_to"))
                    .flowDefinitionId(text(query, "flow_definition_id")).build()));
            case "list_tasks":
                return told("approver.list", v2.approver().list(ListApproverReq.newBuilder()
                    .userIdType(users).userId(text(query, "user_id"))
                    .pageSize(query.get("page_size").getAsInt()).build()));
            case "review_task":
                return told("processApprover.update", v2.processApprover().update(UpdateProcessApproverReq.newBuilder()
                    .processId(process).approverId(text(path, "approver_id")).userIdType(users)
                    .processApprover(GSON.fromJson(body, ProcessApprover.class)).build()));
            case "revoke_process":
                return told("processRevoke.update", v2.processRevoke().update(UpdateProcessRevokeReq.newBuilder()
                    .processId(process).userIdType(users)
                    .processRevokeAndWithdraw(GSON.fromJson(body, ProcessRevokeAndWithdraw.class)).build()));
            case "start_process":
                return posted("/open-apis/corehr/v2/process_start?user_id_type=" + users,
                    GSON.fromJson(body, StartProcessParam.class));
            case "transfer_tasks":
                return told("processTransfer.update", v2.processTransfer().update(UpdateProcessTransferReq.newBuilder()
                    .processId(process).userIdType(users)
                    .processTransfer(GSON.fromJson(body, ProcessTransfer.class)).build()));
            case "withdraw_process":
                return told("processWithdraw.update", v2.processWithdraw().update(UpdateProcessWithdrawReq.newBuilder()
                    .processId(process).userIdType(users)
                    .processRevokeAndWithdraw(GSON.fromJson(body, ProcessRevokeAndWithdraw.class)).build()));
            default:
                throw new IllegalArgumentException("no call of " + one);
        }
    }

    /** By the call of any path: the SDK has the type of the body, and no method. */
    private JsonObject posted(String path, Object body) throws Exception {
        var raw = new String(client.post(path, body, AccessTokenType.Tenant).getBody(), StandardCharsets.UTF_8);
        var answer = JsonParser.parseString(raw).getAsJsonObject();
        return told("no method, by client.post", answer.get("code").getAsInt(), text(answer, "msg"));
    }

    private static JsonObject told(String by, BaseResponse<?> answer) {
        return told(by, answer.getCode(), answer.getMsg());
    }

    private static JsonObject told(String by, int code, String msg) {
        var told = new JsonObject();
        told.addProperty("by", by);
        told.addProperty("code", code);
        told.addProperty("msg", msg);
        return told;
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : null;
    }
}

package feishu.corehr.tests

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.JsonPrimitive
import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.DecodeReply
import feishu.corehr.FeishuException
import feishu.corehr.HostException
import feishu.corehr.Items
import feishu.corehr.data
import feishu.corehr.model.Accepted
import feishu.corehr.model.Actor
import feishu.corehr.model.Already
import feishu.corehr.model.ApprovalType
import feishu.corehr.model.Credentials
import feishu.corehr.model.Decision
import feishu.corehr.model.DepartmentIdType
import feishu.corehr.model.ExtraType
import feishu.corehr.model.Header
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.ListProcesses
import feishu.corehr.model.ListTasks
import feishu.corehr.model.Method
import feishu.corehr.model.NewFormValue
import feishu.corehr.model.NewFormVariable
import feishu.corehr.model.NewSubValue
import feishu.corehr.model.Quota
import feishu.corehr.model.ReadBack
import feishu.corehr.model.RecordValue
import feishu.corehr.model.Status
import feishu.corehr.model.Target
import feishu.corehr.model.TaskStatus
import feishu.corehr.model.User
import feishu.corehr.model.UserIdType
import java.io.File
import java.util.Base64
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Instant
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.runBlocking

/**
 * Runs the vectors on the packaged jars and writes what came out, one JSON object a line. It judges nothing.
 *
 *     java -cp … feishu.corehr.tests.ShimKt --sandbox BINARY --out FILE [--all]
 */
fun main(arguments: Array<String>) {
    val all = "--all" in arguments
    fun option(name: String) = arguments[arguments.indexOf(name) + 1]
    val wanted = ConcurrentLinkedQueue(vectors(File("tests/vectors")).filter { isWanted(it, all) })
    val lines = ConcurrentLinkedQueue<JsonElement>()
    // Most vectors wait most of the time.
    val players = List(SANDBOXES) {
        thread {
            Sandbox(option("--sandbox")).use { sandbox ->
                generateSequence { wanted.poll() }.forEach { lines.add(runBlocking { played(it, sandbox) }) }
            }
        }
    }
    players.forEach { it.join() }
    val header = json("runtime" to RUNTIME, "set" to if (all) "all" else "crossing")
    File(option("--out")).writeText((listOf(header) + lines).joinToString("") { "$it\n" })
}

private fun isWanted(vector: JsonObject, all: Boolean): Boolean =
    (all || vector["crossing"]?.asBoolean == true) &&
        (vector["runtimes"]?.asJsonArray?.contains(JsonPrimitive(RUNTIME)) ?: true)

/** All vectors, their phrases and expressions written out. */
private fun vectors(folder: File): List<JsonObject> {
    val phrases = JsonParser.parseString(folder.resolve(PHRASES).readText()).asJsonObject
    val files = folder.walk().filter { it.extension == "json" && it.name != PHRASES }.sorted()
    return files.toList().flatMap { JsonParser.parseString(it.readText()).asJsonArray }.map { element ->
        val steps = element.asJsonObject["script"]?.asJsonObject?.get("steps")?.asJsonArray
        steps?.forEachIndexed { index, step ->
            if (step.isJsonPrimitive) {
                steps[index] = phrases[step.asString]
            }
        }
        expanded(element).asJsonObject
    }
}

/** Writes out `{"$repeat": [text, count]}` and `{"$join": [texts]}`. */
private fun expanded(value: JsonElement): JsonElement {
    if (value.isJsonArray) {
        return JsonArray().apply { value.asJsonArray.forEach { add(expanded(it)) } }
    }
    if (!value.isJsonObject) {
        return value
    }
    val fields = value.asJsonObject.entrySet().associate { (name, field) -> name to expanded(field) }
    return when (fields.keys.singleOrNull()) {
        "\$repeat" -> fields.getValue("\$repeat").asJsonArray.let { JsonPrimitive(it[0].asString.repeat(it[1].asInt)) }
        "\$join" -> JsonPrimitive(fields.getValue("\$join").asJsonArray.joinToString("") { it.asString })
        else -> JsonObject().apply { fields.forEach { (name, field) -> add(name, field) } }
    }
}

private suspend fun played(vector: JsonObject, sandbox: Sandbox): JsonElement {
    val name = vector["name"]
    vector["reply"]?.let { reply ->
        return json("name" to name, "outcomes" to listOf(read(reply.asJsonObject)), "log" to emptyList<Any>())
    }
    val script = vector["script"]?.asJsonObject ?: asScript(vector["request"].asJsonObject)
    sandbox.reset()
    val steps = script["steps"].asJsonArray.map { forSandbox(it.asJsonObject) }
    sandbox.post("script", json("ordered" to true, "steps" to steps))
    val calls = script["calls"]?.asJsonArray?.map { it.asJsonObject } ?: listOf(JsonObject())
    val outcomes = performed(script["client"]?.asJsonObject ?: JsonObject(), calls, sandbox.url)
    return json("name" to name, "outcomes" to outcomes, "log" to sandbox.get("log"))
}

/** Makes a request vector a script whose server answers with plain successes. */
private fun asScript(request: JsonObject): JsonObject {
    val call = request["call"].asJsonObject
    val client = request["client"]?.asJsonObject ?: JsonObject()
    val operation = call["operation"]?.asString ?: WITHDRAW
    val success = mapOf("json" to mapOf("code" to 0, "msg" to "success", "data" to emptyMap<String, Any>()))
    val token = mapOf("json" to mapOf("code" to 0, "msg" to "ok", "tenant_access_token" to "t-1", "expire" to 7200))
    // A read has no effect to apply.
    val step = mapOf("on" to operation, "apply" to true, "answer" to success)
    val needsToken = call["token"] == null && client["token_function"] == null
    val steps = listOfNotNull(mapOf("on" to "token", "answer" to token).takeIf { needsToken }, step)
    return json("client" to client, "calls" to listOf(call), "steps" to steps)
}

private fun forSandbox(step: JsonObject): JsonObject {
    val made = JsonObject()
    for (name in listOf("on", "apply", "delay_ms").filter(step::has)) {
        made.add(name, step[name])
    }
    val answer = step["answer"].asJsonObject.deepCopy()
    if (!answer.has("fault") && !answer.has("status")) {
        answer.addProperty("status", 200)
    }
    answer.remove("virtually")
    return made.apply { add("answer", answer) }
}

private suspend fun performed(client: JsonObject, calls: List<JsonObject>, url: String): List<JsonObject> {
    val bare = try {
        client(client, url)
    } catch (error: FeishuException) {
        return listOf(failed(error))
    }
    return bare.use {
        calls.map { call ->
            delay(call["after_ms"]?.asLong ?: 0)
            try {
                val made = bare.withOptions(call["headers"]?.asJsonArray?.associate { pair ->
                    pair.asJsonArray.let { it[0].asString to it[1].asString }
                })
                when (val operation = call["operation"]?.asString ?: WITHDRAW) {
                    "add_approvers" -> json("value" to plain(added(made, call)))
                    "call" -> json("value" to answered(made, call))
                    "get_flow_variables" -> json("value" to plain(flow(made, call)))
                    "get_form_variables" -> json("value" to plain(form(made, call)))
                    "get_process" -> json("value" to plain(got(made, call)))
                    "get_template" -> json("value" to plain(template(made, call)))
                    "list_processes" -> processes(made, call)
                    "list_tasks" -> tasks(made, call)
                    "review_task" -> json("value" to plain(reviewed(made, call)))
                    "revoke_process" -> json("value" to plain(revoked(made, call)))
                    "settle" -> json("value" to plain(settled(made, call)))
                    "start_process" -> json("value" to plain(started(made, call)))
                    "transfer_tasks" -> json("value" to plain(transferred(made, call)))
                    "wait_for" -> json("value" to plain(waited(made, call)))
                    "withdraw_process" -> json("value" to plain(withdrawn(made, call)))
                    else -> error("`$operation` is played nowhere")
                }
            } catch (error: FeishuException) {
                failed(error)
            }
        }
    }
}

private fun client(of: JsonObject, url: String): Client {
    val tokens = of["token_function"]?.asJsonArray?.map { it.asJsonObject }?.iterator()
    val (id, secret) = (of.text("app_id") ?: "cli_vector") to (of.text("app_secret") ?: "secret-of-the-vectors")
    return Client(
        if (tokens == null) Credentials.App(id, secret) else Credentials.Host,
        BaseUrl.Other(of.text("base_url") ?: url),
        allowOtherHosts = of["allow_other_hosts"]?.asBoolean ?: false,
        allowInsecureLoopback = of["allow_insecure_loopback"]?.asBoolean ?: !of.has("base_url"),
        rateShare = of["rate_share"]?.asDouble ?: 1.0,
        quotas = of["quotas"]?.asJsonObject?.entrySet().orEmpty().associate { (name, quota) ->
            val (calls, window) = quota.asJsonObject.let { it["calls"].asLong to it["window_ms"].asLong }
            name to Quota(calls.toUInt(), window.toULong())
        },
        tokenSource = tokens?.let { answers -> { _ -> token(answers.next()) } },
    )
}

private fun token(answer: JsonObject): String =
    answer.text("token") ?: throw HostException.Failed(answer["error"].asString)

private suspend fun withdrawn(client: Client, call: JsonObject) = client.withdrawProcess(
    call.text("process_id") ?: SAMPLE,
    call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
    call.text("reason"),
    call.text("read_back")?.let { ReadBack.valueOf(it.uppercase()) } ?: ReadBack.BEST_EFFORT,
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
    call.text("already_withdrawn")?.let { Already.valueOf(it.uppercase()) } ?: Already.SUCCESS,
    call["check_first"]?.asBoolean ?: false,
)

private suspend fun revoked(client: Client, call: JsonObject) = client.revokeProcess(
    call.text("process_id") ?: SAMPLE,
    call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
    call.text("reason"),
    call.text("read_back")?.let { ReadBack.valueOf(it.uppercase()) } ?: ReadBack.BEST_EFFORT,
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
    call.text("already_revoked")?.let { Already.valueOf(it.uppercase()) } ?: Already.SUCCESS,
    call["check_first"]?.asBoolean ?: false,
)

private suspend fun reviewed(client: Client, call: JsonObject) = client.reviewTask(
    call.text("process_id") ?: SAMPLE,
    call.text("approver_id").orEmpty(),
    call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
    decision(call["decision"].asJsonObject),
    variables(call["field_values_v2"]),
    call.departmentIdType(),
    call.text("read_back")?.let { ReadBack.valueOf(it.uppercase()) } ?: ReadBack.BEST_EFFORT,
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
    call.text("already_reviewed")?.let { Already.valueOf(it.uppercase()) } ?: Already.SUCCESS,
    call["check_first"]?.asBoolean ?: false,
)

private suspend fun transferred(client: Client, call: JsonObject) = client.transferTasks(
    call.text("process_id") ?: SAMPLE,
    call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
    user(call["to_user_id"].asJsonObject),
    call["approver_ids"].asJsonArray.map { it.asString },
    call.text("remark"),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun added(client: Client, call: JsonObject): Accepted {
    val (name, id) = call["target"].asJsonObject.entrySet().first()
    return client.addApprovers(
        call.text("process_id") ?: SAMPLE,
        call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
        if (name == "node_id") Target.NodeId(id.asString) else Target.ApproverId(id.asString),
        ExtraType.valueOf(call["extra_type"].asString.uppercase()),
        call["extra_user_ids"].asJsonArray.map { user(it.asJsonObject) },
        call.text("approval_type")?.let { ApprovalType.valueOf(it.uppercase()) },
        call.text("remark"),
        call.deadline(),
        call.text("token"),
        call.text("request_id"),
    )
}

private suspend fun started(client: Client, call: JsonObject) = client.startProcess(
    call.text("flow_definition_id").orEmpty(),
    call["actor"]?.asJsonObject?.let(::actor) ?: Actor.System(),
    variables(call["flow_data"]),
    call.departmentIdType(),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun answered(client: Client, call: JsonObject): JsonElement {
    fun pairs(name: String) = call[name]?.asJsonArray?.map { it.asJsonArray[0].asString to it.asJsonArray[1].asString }.orEmpty()
    val (calls, window) = call["quota_calls"]?.asLong to call["quota_window_ms"]?.asLong
    val answer = client.call(
        Method.valueOf(call["method"].asString),
        call["path"].asString,
        pairs("path_parameters").toMap(),
        pairs("query"),
        call["body"]?.toString(),
        calls?.let { Quota(it.toUInt(), window!!.toULong()) },
        call.deadline(),
        call.text("token"),
        call.text("request_id"),
    )
    return plain(answer).asJsonObject.apply { add("data", plain(answer.data())) }
}

private fun decision(of: JsonObject): Decision =
    of["reject"]?.let { Decision.Reject(it.asJsonObject.text("reason").orEmpty()) }
        ?: Decision.Approve(of["approve"].asJsonObject.text("reason"))

private fun variables(of: JsonElement?) = of?.asJsonArray?.map { it.asJsonObject }.orEmpty().map { variable ->
    val below = variable["sub_values"]?.asJsonArray?.map { it.asJsonObject }.orEmpty()
    NewFormVariable(
        variable["variable_api_name"].asString,
        variable["variable_value"]?.asJsonObject?.let(::formValue),
        below.map { NewSubValue(it["key"].asString, formValue(it["value"].asJsonObject)) },
    )
}

/** The kinds that vectors write. */
private fun formValue(of: JsonObject): NewFormValue {
    val (kind, value) = of.entrySet().first()
    return when (kind) {
        "department_value" -> NewFormValue.Department(value.asString)
        "list_values" -> NewFormValue.Items(value.asJsonArray.map { it.asString })
        "number_value" -> NewFormValue.Number(value.asString)
        "record_values" -> NewFormValue.Record(
            value.asJsonArray.map { it.asJsonObject }.map { record ->
                RecordValue(record["variable_api_name"].asString, record["sub_value_key"].asString, record["record_id"].asString)
            },
        )
        "text_value" -> NewFormValue.Text(value.asString)
        else -> error("`$kind` is written nowhere")
    }
}

private suspend fun got(client: Client, call: JsonObject) = client.getProcess(
    call.text("process_id") ?: SAMPLE,
    call.userIdType(),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun settled(client: Client, call: JsonObject) = client.settle(
    call.text("process_id") ?: SAMPLE,
    call.moment("since"),
    call.text("goal")?.let { Status.valueOf(it.uppercase()) } ?: Status.WITHDRAWN,
    call.text("token"),
    call.text("request_id"),
)

private suspend fun waited(client: Client, call: JsonObject) = client.waitFor(
    call.text("process_id") ?: SAMPLE,
    call["until"]?.asJsonArray?.map { Status.valueOf(it.asString.uppercase()) },
    call["timeout"]?.asLong?.milliseconds ?: 10.minutes,
    call.text("user_id_type")?.let { UserIdType.valueOf(it.uppercase()) },
    call.text("token"),
    call.text("request_id"),
)

private suspend fun form(client: Client, call: JsonObject) = client.getFormVariables(
    call.text("process_id") ?: SAMPLE,
    call.userIdType(),
    call.departmentIdType(),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun flow(client: Client, call: JsonObject) = client.getFlowVariables(
    call.text("process_id") ?: SAMPLE,
    call.userIdType(),
    call.departmentIdType(),
    call.texts("variable_keys"),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun template(client: Client, call: JsonObject) = client.getTemplate(
    call.text("flow_definition_id").orEmpty(),
    call.texts("variable_api_names"),
    call.userIdType(),
    call.deadline(),
    call.text("token"),
    call.text("request_id"),
)

private suspend fun tasks(client: Client, call: JsonObject): JsonObject {
    val status = call.text("approver_status")?.let { TaskStatus.valueOf(it.uppercase()) }
    val (user, size, token) = Triple(call.text("user_id").orEmpty(), call["page_size"]?.asInt ?: 100, call.text("page_token"))
    if (call["one_page"]?.asBoolean == true) {
        client.request(ListTasks(user, call.userIdType(), status, size.toUInt(), token))
        return json("value" to JsonObject())
    }
    val (deadline, own, id) = Triple(call.deadline(), call.text("token"), call.text("request_id"))
    return walked(client.listTasks(user, call.userIdType(), status, size, token, deadline, own, id), call)
}

private suspend fun processes(client: Client, call: JsonObject): JsonObject {
    val statuses = call["statuses"]?.asJsonArray?.map { Status.valueOf(it.asString.uppercase()) }.orEmpty()
    val (from, to) = call.moment("modify_time_from") to call.moment("modify_time_to")
    val size = call["page_size"]?.asInt ?: 100
    val (token, definition) = call.text("page_token") to call.text("flow_definition_id")
    if (call["one_page"]?.asBoolean == true) {
        val (first, last) = from.toEpochMilliseconds() to to.toEpochMilliseconds()
        client.request(ListProcesses(statuses, size.toUInt(), token, first, last, definition))
        return json("value" to JsonObject())
    }
    val ids = client.listProcesses(
        from, to, statuses, definition, size, token, call.deadline(), call.text("token"), call.text("request_id"),
    )
    return walked(ids, call)
}

private suspend fun walked(items: Items<*>, call: JsonObject): JsonObject {
    val found = mutableListOf<Any?>()
    return try {
        items.take(call["take"]?.asInt ?: Int.MAX_VALUE).collect(found::add)
        json("value" to mapOf("items" to found, "page_token" to items.pageToken))
    } catch (error: FeishuException) {
        failed(error).apply { add("items", plain(found)) }
    }
}

/** Reads an answer by itself, with the content type that the sandbox would give it. */
private fun read(reply: JsonObject): JsonObject {
    val answer = reply["answer"].asJsonObject
    val (body, type) = when {
        answer.has("json") -> answer["json"].toString().toByteArray() to "application/json; charset=utf-8"
        answer.has("text") -> answer["text"].asString.toByteArray() to "text/plain"
        answer.has("base64") -> Base64.getDecoder().decode(answer["base64"].asString) to "application/octet-stream"
        else -> ByteArray(0) to null
    }
    val headers = answer["headers"]?.asJsonObject?.entrySet().orEmpty().associate { it.key to it.value.asString }
    val typed = if (type == null) headers else mapOf("content-type" to type) + headers
    val list = typed.map { (name, value) -> Header(name, value) }
    val response = HttpResponse((answer["status"]?.asInt ?: 200).toUShort(), list, body)
    return try {
        val value = when (val operation = reply["operation"].asString) {
            "add_approvers" -> emptyMap<String, Any>().also { DecodeReply.addApprovers(response) }
            "get_flow_variables" -> DecodeReply.getFlowVariables(response)
            "get_form_variables" -> DecodeReply.getFormVariables(response)
            "get_process" -> DecodeReply.getProcess(response)
            "get_template" -> DecodeReply.getTemplate(response)
            "list_processes" -> DecodeReply.listProcesses(response)
            "list_tasks" -> DecodeReply.listTasks(response)
            "review_task" -> emptyMap<String, Any>().also { DecodeReply.reviewTask(response) }
            "revoke_process" -> emptyMap<String, Any>().also { DecodeReply.revokeProcess(response) }
            "start_process" -> DecodeReply.startProcess(response)
            "transfer_tasks" -> emptyMap<String, Any>().also { DecodeReply.transferTasks(response) }
            "withdraw_process" -> emptyMap<String, Any>().also { DecodeReply.withdrawProcess(response) }
            else -> error("`$operation` is read nowhere")
        }
        json("value" to plain(value))
    } catch (error: FeishuException) {
        failed(error)
    }
}

private fun actor(of: JsonObject): Actor =
    if (of.has("system")) Actor.System(of["user"]?.asJsonObject?.let(::user)) else Actor.User(user(of))

private fun user(of: JsonObject): User {
    val (kind, value) = of.entrySet().first()
    return when (kind) {
        "open_id" -> User.OpenId(value.asString)
        "people_corehr_id" -> User.PeopleCorehrId(value.asString)
        "union_id" -> User.UnionId(value.asString)
        else -> User.UserId(value.asString)
    }
}

private fun failed(error: FeishuException) = json("error" to plain(error.error))

/** Makes JSON of what the library hands out, by what a caller can get. */
private fun plain(value: Any?): JsonElement = when (value) {
    null -> JsonNull.INSTANCE
    is JsonElement -> value
    is Enum<*> -> JsonPrimitive(value.name.lowercase())
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Number -> JsonPrimitive(value)
    is ULong -> JsonPrimitive(value.toLong())
    is UInt -> JsonPrimitive(value.toLong())
    is UShort -> JsonPrimitive(value.toInt())
    is List<*> -> JsonArray().apply { value.forEach { add(plain(it)) } }
    is Map<*, *> -> JsonObject().apply { value.forEach { (name, field) -> add(name as String, plain(field)) } }
    else -> JsonObject().apply { getters(value).forEach { (name, field) -> add(name, plain(field)) } }
}

/** All but the text that says everything a second time. Getters of unsigned types have a suffix after a dash. */
private fun getters(of: Any): Map<String, Any?> {
    val getters = of.javaClass.declaredMethods.filter {
        it.parameterCount == 0 && Regex("(get|is)[A-Z].*").matches(it.name) && it.name != "getRaw"
    }
    check(getters.isNotEmpty()) { "${of.javaClass} has no properties" }
    return getters.associate { getter ->
        val name = getter.name.substringBefore('-').removePrefix("get").replaceFirstChar { it.lowercase() }
        name.replace(Regex("[A-Z]")) { "_" + it.value.lowercase() } to getter.invoke(of)
    }
}

private fun JsonObject.text(name: String): String? = this[name]?.takeIf { !it.isJsonNull }?.asString

private fun JsonObject.texts(name: String): List<String> = this[name]?.asJsonArray?.map { it.asString }.orEmpty()

private fun JsonObject.userIdType() = text("user_id_type")?.let { UserIdType.valueOf(it.uppercase()) }

private fun JsonObject.departmentIdType() =
    text("department_id_type")?.let { DepartmentIdType.valueOf(it.uppercase()) }

private fun JsonObject.deadline() = this["deadline_ms"]?.asLong?.milliseconds

private fun JsonObject.moment(name: String): Instant = this[name].asJsonPrimitive.let {
    if (it.isString) Instant.parse(it.asString) else Instant.fromEpochMilliseconds(it.asLong)
}

private fun json(vararg fields: Pair<String, Any?>): JsonObject = plain(mapOf(*fields)).asJsonObject

private const val RUNTIME = "kotlin"
private const val WITHDRAW = "withdraw_process"
private const val SAMPLE = "7328345170959681068"
private const val PHRASES = "steps.json"
private const val SANDBOXES = 16

package feishu.corehr.examples

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.FeishuException
import feishu.corehr.SqliteJournal
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.Effect
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Method
import feishu.corehr.model.Status
import kotlinx.coroutines.flow.take
import kotlin.time.Clock
import kotlin.time.Instant

// README: clients
fun clients(fetchToken: suspend (refused: Boolean) -> String) = listOf(
    Client(Credentials.Backend, BaseUrl.Other("https://hr.example.com/api"), allowOtherHosts = true),
    Client(Credentials.Host, tokenSource = fetchToken),
    Client(Credentials.App(System.getenv("FEISHU_APP_ID"), System.getenv("FEISHU_APP_SECRET"))),
)
// end

// README: call
suspend fun rename(client: Client, departmentId: String): String? {
    val path = "/open-apis/contact/v3/departments/{department_id}"
    val id = mapOf("department_id" to departmentId)
    val read = client.call(Method.GET, path, id, listOf("department_id_type" to "open_department_id"))
    println(read.raw) // read.data() has it as maps, lists, texts and numbers
    return client.call(Method.PATCH, path, id, body = """{"name": "Sales"}""").logId
}
// end

// README: look
suspend fun look(client: Client, processId: String): HttpResponse? {
    var last: HttpResponse? = null
    val mine = client.withOptions(headers = mapOf("x-request-source" to "payroll"), onAnswer = { last = it })
    mine.getProcess(processId)
    return last // status, headers and body as received
}
// end

// README: lists
suspend fun running(client: Client, from: Instant, to: Instant): String? {
    val ids = client.listProcesses(from, to, listOf(Status.IN_PROGRESS))
    ids.take(10).collect { println(it) }
    return ids.pageToken // where another walk can go on, at any time
}
// end

// README: candidates
suspend fun lookAfterStart(client: Client, flowDefinitionId: String, actor: Actor) {
    val before = Clock.System.now()
    try {
        println(client.startProcess(flowDefinitionId, actor).processId)
    } catch (error: FeishuException) {
        if (error.effect != Effect.UNKNOWN) throw error
        client.listStartCandidates(flowDefinitionId, actor, since = before).collect {
            println("${it.processId} ${it.processName.enUs} ${it.createTime} ${it.status}")
        }
    }
}
// end

// README: many
suspend fun withdrawAll(client: Client, processIds: List<String>, journal: String) {
    val run = client.withdrawProcesses(processIds, Actor.System(), journal = SqliteJournal(journal))
    run.collect { println("${it.processId} ${it.outcome} ${it.effect} ${it.summary}") }
    println(run.report)
}
// end

package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.DecodeReply
import feishu.corehr.FeishuException
import feishu.corehr.FutureClient
import feishu.corehr.explain
import feishu.corehr.model.Actor
import feishu.corehr.model.Already
import feishu.corehr.model.Attribution
import feishu.corehr.model.CallOptions
import feishu.corehr.model.Credentials
import feishu.corehr.model.DepartmentIdType
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.FormValue
import feishu.corehr.model.FormVariable
import feishu.corehr.model.GetProcess
import feishu.corehr.model.Header
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.I18nText
import feishu.corehr.model.ListProcesses
import feishu.corehr.model.Observation
import feishu.corehr.model.Quota
import feishu.corehr.model.ReadBack
import feishu.corehr.model.RequestPhase
import feishu.corehr.model.Status
import feishu.corehr.model.SubValue
import feishu.corehr.model.TaskStatus
import feishu.corehr.model.User
import feishu.corehr.model.UserIdType
import feishu.corehr.model.ValueKind
import feishu.corehr.model.WithdrawProcess
import feishu.corehr.plainValues
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Each fails when its option is ignored. */
class OptionsTest : SandboxTest() {
    @Test
    fun `deadlines of a client and of a call end it`() = test {
        sandbox.fault("get_process", "timeout-not-applied", "times" to 0)
        val id = sandbox.running()
        // The default would be two minutes.
        val ofClient = withTimeout(80.seconds) { failure { sandbox.client(deadline = 1.seconds).use { it.getProcess(id) } } }
        val ofCall = withTimeout(80.seconds) { failure { sandbox.client().use { it.getProcess(id, deadline = 1.seconds) } } }
        for (error in listOf(ofClient, ofCall)) {
            assertTrue(error.kind in listOf(ErrorKind.DEADLINE, ErrorKind.TIMEOUT)) { "$error" }
        }
    }

    @Test
    fun `token and request id of a call are sent`() = test {
        sandbox.client().use { client ->
            failure { client.getProcess(sandbox.running(), token = "t-mine", requestId = "request-1") }
        }
        val headers = sandbox.log("get_process").first()["headers"].toString()
        assertTrue("Bearer t-mine" in headers && "request-1" in headers) { headers }
        assertTrue(sandbox.log("token").isEmpty())
    }

    @Test
    fun `without reading back the effect of a lost answer stays open`() = test {
        for ((readBack, reads) in listOf(ReadBack.NEVER to 0, ReadBack.REQUIRED to 1)) {
            sandbox.reset()
            sandbox.fault("withdraw_process", "rst-after-applied")
            val id = sandbox.running()
            sandbox.client().use { client ->
                if (reads == 0) {
                    val error = failure { client.withdrawProcess(id, Actor.System(), readBack = readBack) }
                    assertEquals(Effect.UNKNOWN, error.effect)
                } else {
                    client.withdrawProcess(id, Actor.System(), readBack = readBack)
                }
            }
            assertEquals(reads, sandbox.log("get_process").size)
        }
    }

    @Test
    fun `a process may be read first and nothing be written`() = test {
        sandbox.client().use { client ->
            val error = failure { client.withdrawProcess(sandbox.process("completed"), Actor.System(), checkFirst = true) }
            assertEquals(ErrorKind.NOT_WITHDRAWABLE to 9L, error.kind to error.status)
            val other = failure { client.revokeProcess(sandbox.running(), Actor.System(), checkFirst = true) }
            assertEquals(ErrorKind.NOT_REVOCABLE, other.kind)
            assertEquals(2, sandbox.log("get_process").size)
            assertTrue(sandbox.log("withdraw_process").isEmpty() && sandbox.log("revoke_process").isEmpty())
            client.withdrawProcess(sandbox.running(), Actor.System(), checkFirst = true)
        }
    }

    @Test
    fun `what is done already is a success or an error`() = test {
        val (running, completed) = sandbox.running() to sandbox.process("completed")
        sandbox.client().use { client ->
            client.withdrawProcess(running, Actor.System())
            client.revokeProcess(completed, Actor.System())
            assertEquals(Attribution.UNATTRIBUTED, client.withdrawProcess(running, Actor.System()).attribution)
            val error = failure { client.withdrawProcess(running, Actor.System(), alreadyWithdrawn = Already.ERROR) }
            assertEquals(ErrorKind.NOT_WITHDRAWABLE to 4L, error.kind to error.status)
            val other = failure { client.revokeProcess(completed, Actor.System(), alreadyRevoked = Already.ERROR) }
            assertEquals(ErrorKind.NOT_REVOCABLE, other.kind)
        }
    }

    @Test
    fun `the kind of user ids is asked for`() = test {
        sandbox.client().use { it.getProcess(sandbox.running(), UserIdType.UNION_ID) }
        assertTrue("union_id" in sandbox.log("get_process").single()["query"].toString())
    }

    @Test
    fun `quotas and the share of them pace a client`() = test {
        // Both leave one call an hour.
        val clients = listOf(
            sandbox.client(quotas = mapOf("get_process" to Quota(1u, 3_600_000u))),
            sandbox.client(quotas = mapOf("get_process" to Quota(100u, 3_600_000u)), rateShare = 0.01),
        )
        for (client in clients) {
            client.use {
                val id = sandbox.running()
                it.getProcess(id)
                val error = failure { it.getProcess(id, deadline = 2.seconds) }
                assertEquals(Effect.NONE, error.effect)
            }
        }
        assertEquals(2, sandbox.log("get_process").size)
    }

    @Test
    fun `other hosts and plain http must be allowed`() = test {
        fun client(url: String, host: Boolean = false, http: Boolean = false) =
            Client(Credentials.Backend, BaseUrl.Other(url), allowOtherHosts = host, allowInsecureLoopback = http)
        assertEquals("base_url", failure { client("https://hr.example.com") }.problems.single().field)
        client("https://hr.example.com", host = true).close()
        assertEquals("base_url", failure { client("http://127.0.0.1:1") }.problems.single().field)
        client("http://127.0.0.1:1", http = true).close()
    }

    @Test
    fun `Feishu and Lark have addresses of their own`() = test {
        fun url(base: BaseUrl) = Client(Credentials.Backend, base).use { it.request(GetProcess("7")).url }
        assertTrue(url(BaseUrl.Feishu).startsWith("https://open.feishu.cn/"))
        assertTrue(url(BaseUrl.Lark).startsWith("https://open.larksuite.com/"))
    }

    @Test
    fun `a list is a flow that can go on where another stopped`() = test {
        val ids = List(5) { sandbox.running() }
        val now = Instant.fromEpochMilliseconds(System.currentTimeMillis())
        sandbox.client().use { client ->
            fun walk(token: String? = null) =
                client.listProcesses(now - 1.days, now + 1.days, listOf(Status.IN_PROGRESS), pageSize = 2, pageToken = token)
            val all = walk().toList()
            assertTrue(all.containsAll(ids))
            assertTrue(sandbox.log("list_processes").size > 2)
            val first = walk()
            assertNull(first.pageToken)
            val some = first.take(3).toList()
            val rest = walk(first.pageToken).toList()
            assertEquals(all, (some + rest).distinct())
            assertTrue(rest.size < all.size)
            assertEquals(all, first.toList()) { "a second collection starts anew" }
            assertNull(first.pageToken)
            assertEquals(emptyList<String>(), client.listProcesses(now - 1.days, now, flowDefinitionId = "none").toList())
        }
        val error = failure {
            sandbox.client().use { it.listProcesses(now, now - 1.days, pageSize = -1).toList() }
        }
        assertTrue(error.problems.size >= 2) { "$error" }
    }

    @Test
    fun `tasks are a flow, too, and retired filters are refused`() = test {
        repeat(3) { sandbox.running() }
        sandbox.client().use { client ->
            val all = client.listTasks(MANAGER, pageSize = 2).toList()
            assertTrue(all.size > 3 && sandbox.log("list_tasks").size > 1)
            val todo = client.listTasks(MANAGER, approverStatus = TaskStatus.IN_PROGRESS).toList()
            assertEquals(all.filter { it.approverStatus == TaskStatus.IN_PROGRESS }, todo)
            val error = failure { client.listTasks(MANAGER, approverStatus = TaskStatus.SKIPPED).toList() }
            assertEquals("approver_status", error.problems.single().field)
        }
    }

    @Test
    fun `variables become plain maps and lists`() = test {
        sandbox.client().use { client ->
            val form = client.getFormVariables(sandbox.running(), departmentIdType = DepartmentIdType.DEPARTMENT_ID)
            val city = mapOf("city" to mapOf("wk_id" to "6800000000000000002", "wk_api_name" to "city"))
            val plain = mapOf(
                "reason" to "travel", "start_date" to 20440L, "department" to "department_id-1", "items" to listOf(city),
            )
            assertEquals(plain, form.plainValues())
            val flow = client.getFlowVariables(sandbox.running(), UserIdType.OPEN_ID, variableKeys = listOf("initiator"))
            assertEquals(setOf("initiator"), flow.plainValues().keys)
            val template = client.getTemplate(FLOW, listOf("items.city", "none"))
            assertEquals(mapOf("items" to mapOf("city" to "text")), template.plainValues())
            assertEquals("unknown variable: none", template.errorInfo)
        }
        val loop = FormValue(ValueKind.LIST, items = listOf("k"))
        val circle = FormVariable("a", I18nText("", ""), loop, listOf(SubValue("k", loop)))
        assertTrue("nested more than 32 deep" in failure { listOf(circle).plainValues() }.summary)
    }

    @Test
    fun `every attempt is told, without secrets`() = test {
        val told = ConcurrentLinkedQueue<Observation>()
        sandbox.fault("get_process", "503-retry-after-1")
        sandbox.client(onAttempt = told::add).use { it.getProcess(sandbox.running()) }
        val (started, ended) = told.filter { it.operation == "get_process" }.partition { it.phase == RequestPhase.STARTED }
        assertEquals(listOf<Int?>(503, 200), ended.map { it.httpStatus?.toInt() })
        assertEquals(listOf<Pair<Int?, ULong?>>(null to null, null to null), started.map { it.httpStatus?.toInt() to it.durationMs })
        assertEquals(ended.map { Triple(it.call, it.attempt, it.startedMs) }, started.map { Triple(it.call, it.attempt, it.startedMs) })
        assertTrue(ended.all { it.durationMs != null && it.baseUrl == sandbox.url })
        assertEquals(setOf(1uL), told.map { it.call }.toSet())
        assertFalse(sandbox.appSecret in told.toString())
    }

    @Test
    fun `a request is data, and its text hides the secret`() = test {
        sandbox.client().use { client ->
            val request = client.request(WithdrawProcess("7", Actor.User(User.OpenId("ou_1"))), token = "t-secret")
            assertTrue(request.headers.any { it.value == "Bearer t-secret" })
            assertTrue("ou_1" in request.body!!.decodeToString())
            assertTrue("$request".startsWith("curl") && "t-secret" !in "$request") { "$request" }
            val list = ListProcesses(modifyTimeFrom = 0, modifyTimeTo = 1_000)
            assertTrue("page_size" in client.request(list).toString())
        }
        assertFalse("t-secret" in CallOptions(token = "t-secret").toString())
        assertFalse("hush" in Credentials.App("cli_1", "hush").toString())
        assertEquals(emptyList<Any>(), sandbox.log())
    }

    @Test
    fun `answers of another stack are read`() = test {
        // README: stack
        val answer = HttpResponse(400u, listOf(Header("x-tt-logid", "LOG")), """{"code": 1161006}""".toByteArray())
        try {
            error("it was withdrawn: ${DecodeReply.withdrawProcess(answer)}")
        } catch (error: FeishuException) {
            check(error.kind == ErrorKind.NOT_WITHDRAWABLE && error.logId == "LOG")
            println(explain("withdraw_process", error.code!!)!!.advice!!.zh)
        }
        // end
    }

    @Test
    fun `the client for Java may read first and takes what is done already for an error`() = test {
        val builder = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
        val (running, completed) = sandbox.running() to sandbox.process("completed")
        builder.build().use { client ->
            val check = FutureClient.Options().checkFirst(true)
            assertEquals(ErrorKind.NOT_REVOCABLE, failed(client.revokeProcess(running, Actor.System(), null, check)).kind)
            assertTrue(sandbox.log("revoke_process").isEmpty())
            client.revokeProcess(completed, Actor.System()).join()
            val strict = FutureClient.Options().already(Already.ERROR)
            assertEquals(ErrorKind.NOT_REVOCABLE, failed(client.revokeProcess(completed, Actor.System(), null, strict)).kind)
            val brief = FutureClient.Options().deadline(java.time.Duration.ofMillis(3_010))
            val error = failed(client.waitFor(running, null, null, brief))
            assertEquals(ErrorKind.DEADLINE to 1L, error.kind to error.status)
            val process = client.waitFor(running, listOf(Status.IN_PROGRESS)).join()
            assertEquals(Status.IN_PROGRESS, process.status)
        }
    }

    @Test
    fun `every option of the client for Java is kept`() = test {
        val told = ConcurrentLinkedQueue<Observation>()
        val builder = FutureClient.Builder(Credentials.Host)
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .tokenSource { CompletableFuture.completedFuture("t-of-java") }
            .onAttempt(told::add)
            .deadline(java.time.Duration.ofSeconds(10))
        val options = FutureClient.Options().requestId("request-2").readBack(ReadBack.NEVER)
        builder.build().use { client ->
            assertEquals(ErrorKind.UNAUTHORIZED, failed(client.withdrawProcess("7", Actor.System(), null, options)).kind)
            sandbox.fault("get_process", "timeout-not-applied", "times" to 0)
            val mine = FutureClient.Options().token("t-mine")
            assertEquals(Effect.NONE, failed(client.getProcess("7", null, mine)).effect)
            val long = FutureClient.Options().deadline(java.time.Duration.ofMillis(3_000))
            failed(client.getProcess("7", null, long))
        }
        assertTrue(told.isNotEmpty())
        assertTrue("t-of-java" in sandbox.log("withdraw_process").first()["headers"].toString())
        assertTrue("request-2" in sandbox.log("withdraw_process").first()["headers"].toString())
        assertTrue("t-mine" in sandbox.log("get_process").first()["headers"].toString())
        val paced = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .quota("withdraw_process", 1, java.time.Duration.ofHours(1))
        paced.build().use { client ->
            client.withdrawProcess(sandbox.running(), Actor.System()).join()
            val late = FutureClient.Options().deadline(java.time.Duration.ofSeconds(2))
            val kind = failed(client.withdrawProcess(sandbox.running(), Actor.System(), null, late)).kind
            assertEquals(ErrorKind.RATE_LIMITED, kind)
        }
        val wrong = failure { builder.rateShare(2.0).build() }
        assertEquals("rate_share", wrong.problems.single().field)
        failure { FutureClient.Builder(Credentials.Backend).baseUrl(BaseUrl.Other("https://hr.example.com")).build() }
        val other = FutureClient.Builder(Credentials.Backend).baseUrl(BaseUrl.Other("https://hr.example.com"))
        other.allowOtherHosts(true).build().close()
    }

    @Test
    fun `cancelling a future closes the connection`() = test {
        sandbox.fault("withdraw_process", "timeout-not-applied")
        val effects = ConcurrentLinkedQueue<Effect>()
        val builder = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .onCancelled { effects.add(it.effect) }
        builder.build().use { client ->
            val future = client.withdrawProcess(sandbox.running(), Actor.System())
            sandbox.until("the request") { log -> log.any { it["operation"].asString == "withdraw_process" } }
            future.cancel(true)
            sandbox.until("the client has gone") { log -> !log.last()["client_closed_at_ms"].isJsonNull }
        }
        eventually("it was told") { effects.isNotEmpty() }
        assertEquals(listOf(Effect.UNKNOWN), effects.toList())
    }

    private suspend fun failed(future: CompletableFuture<*>) = failure {
        try {
            future.join()
        } catch (wrapped: CompletionException) {
            throw wrapped.cause!!
        }
    }
}

private const val MANAGER = "ou_5bcc7b1d1f3b4f6f9d2c0a4e8d7c6b5a"
private const val FLOW = "people_7000000000000000000_7100000000000000000"

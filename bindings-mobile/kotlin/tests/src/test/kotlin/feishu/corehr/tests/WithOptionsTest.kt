package feishu.corehr.tests

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import feishu.corehr.BaseUrl
import feishu.corehr.FeishuException
import feishu.corehr.FutureClient
import feishu.corehr.Page
import feishu.corehr.examples.look
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.GetProcess
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Quota
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration.Companion.days
import kotlin.time.Instant
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Headers of one's own, answers as received, and lists page by page. */
class WithOptionsTest : SandboxTest() {
    private val now = Instant.fromEpochMilliseconds(System.currentTimeMillis())

    private fun headers(operation: String, name: String): List<String> = sandbox.log(operation).flatMap { entry ->
        entry.asJsonObject["headers"].asJsonArray.map { it.asJsonArray }
            .filter { it[0].asString.equals(name, ignoreCase = true) }
            .map { it[1].asString }
    }

    private fun json(answer: HttpResponse): JsonObject = JsonParser.parseString(answer.body.decodeToString()).asJsonObject

    private fun refuseNext(operation: String) {
        val answer = mapOf("status" to 400, "json" to mapOf("code" to 99992402, "msg" to "no"))
        sandbox.post("script", mapOf("steps" to listOf(mapOf("on" to operation, "answer" to answer))))
    }

    @Test
    fun `own headers go with every request but those for a token, and are taken for secrets`() = test {
        sandbox.client().use { client ->
            val mine = client.withOptions(mapOf("X-Trace" to "canary"))
            sandbox.fault("withdraw_process", "rst-after-applied")
            mine.withdrawProcess(sandbox.running(), Actor.System())
            mine.listProcesses(now - 1.days, now).toList()
            for (operation in listOf("withdraw_process", "get_process", "list_processes")) {
                assertEquals(listOf("canary"), headers(operation, "x-trace"))
            }
            assertEquals(emptyList<String>(), headers("token", "x-trace"))
            val shown = mine.request(GetProcess("7"))
            assertEquals("canary", shown.headers.single { it.name == "x-trace" }.value)
            assertTrue("x-trace" in "$shown" && "canary" !in "$shown")
            assertTrue(client.request(GetProcess("7")).headers.none { it.name == "x-trace" })
        }
    }

    @Test
    fun `a header that may not be set is refused at once`() = test {
        sandbox.client().use { client ->
            val wrong = mapOf("Authorization" to "Bearer t", "x a" to "1", "x-b" to "secret\n", "x-c" to "")
            val error = failure { client.withOptions(wrong) }
            assertEquals(wrong.keys.map { "headers.$it" }, error.problems.map { it.field })
            assertTrue("secret" !in "$error")
        }
    }

    @Test
    fun `every answer is heard as received, but those for a token`() = test {
        val heard = ConcurrentLinkedQueue<HttpResponse>()
        sandbox.client().use { client ->
            sandbox.fault("withdraw_process", "429-reset2")
            val mine = client.withOptions(onAnswer = heard::add)
            val done = mine.withdrawProcess(sandbox.running(), Actor.System())
            assertEquals(listOf(99991400, 0), heard.map { json(it)["code"].asInt })
            val logId = heard.last().headers.single { it.name.equals("x-tt-logid", ignoreCase = true) }
            assertEquals(done.logId, logId.value)
            client.getProcess(sandbox.running())
            assertEquals(2, heard.size) { "the client itself is as it was" }
        }
    }

    @Test
    fun `an error comes with its answer, and a listener that fails changes nothing`() = test {
        val statuses = ConcurrentLinkedQueue<Int>()
        sandbox.client().use { client ->
            refuseNext("get_process")
            val mine = client.withOptions(onAnswer = { statuses.add(it.status.toInt()).also { error("mine") } })
            assertEquals(400, failure { mine.getProcess("7") }.httpStatus)
            mine.getProcess(sandbox.running())
            assertEquals(listOf(400, 200), statuses.toList())
        }
    }

    @Test
    fun `it is heard in the context of the call, and what is left out stays`() = test {
        val name = ThreadLocal<String?>()
        val heard = ConcurrentLinkedQueue<String?>()
        sandbox.client().use { client ->
            val mine = client.withOptions(mapOf("x-a" to "1")).withOptions(onAnswer = { heard.add(name.get()) })
            for (caller in listOf("a", "b")) {
                withContext(name.asContextElement(caller)) { mine.getProcess(sandbox.running()) }
            }
            assertEquals(listOf("1", "1"), headers("get_process", "x-a"))
            assertEquals(listOf("a", "b"), heard.toList())
            assertEquals(1, sandbox.log("token").size) { "one token for all" }
        }
    }

    @Test
    fun `a Java program has both, too`() = test {
        val heard = ConcurrentLinkedQueue<HttpResponse>()
        val builder = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
        builder.baseUrl(BaseUrl.Other(sandbox.url)).allowInsecureLoopback(true).build().use { client ->
            client.withOptions(mapOf("x-trace" to "1")) { heard.add(it) }.getProcess(sandbox.running()).get()
            assertEquals(listOf("1"), headers("get_process", "x-trace"))
            assertEquals(200u.toUShort(), heard.single().status)
            val error = runCatching { client.withOptions(mapOf("cookie" to "a=1")) }.exceptionOrNull()
            assertEquals(ErrorKind.INVALID_ARGUMENT, (error as FeishuException).kind)
        }
    }

    @Test
    fun `the example of the README hears its answer`() = test {
        sandbox.client().use { client -> assertEquals(200u.toUShort(), look(client, sandbox.running())?.status) }
        assertEquals(listOf("payroll"), headers("get_process", "x-request-source"))
    }

    @Test
    fun `a list comes page by page, and goes on where one was kept`() = test {
        repeat(5) { sandbox.running() }
        sandbox.client(quotas = mapOf("list_processes" to Quota(1_000u, 1_000u))).use { client ->
            fun list(token: String? = null) = client.listProcesses(now - 40.days, now + 1.days, pageSize = 4, pageToken = token)
            val pages: List<Page<String>> = list().pages.toList()
            assertEquals(sandbox.log("list_processes").size, pages.size)
            assertEquals(list().toList(), pages.flatMap { it.items })
            assertEquals(List(pages.size) { it < pages.size - 1 }, pages.map { it.hasMore })
            assertTrue(pages.all { it.logId != null })
            assertNull(pages.last().pageToken)
            pages.dropLast(1).forEachIndexed { index, page ->
                assertEquals(pages.drop(index + 1).map { it.items }, list(page.pageToken).pages.toList().map { it.items })
            }
        }
    }
}

package feishu.corehr.tests

import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.FeishuException
import feishu.corehr.FutureClient
import feishu.corehr.examples.lookAfterStart
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Status
import feishu.corehr.model.User
import java.time.Duration
import java.util.concurrent.CompletionException
import kotlin.time.Clock
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant
import kotlin.time.toJavaInstant
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** What a start whose answer was lost may have started, for the caller to judge. */
class StartCandidatesTest : SandboxTest() {
    private val system = Actor.System()

    @Test
    fun `the one that was started is listed and no other, in Java, too`() = test {
        for ((actor, initiator) in listOf(Actor.User(User.OpenId(INITIATOR)) to INITIATOR, system to null)) {
            sandbox.reset()
            val unlike = others(initiator)
            val since = Clock.System.now()
            sandbox.client().use { client ->
                lost(client, actor)
                val process = client.listStartCandidates(DEFINITION, actor, since).toList().single()
                assertTrue(process.processId !in unlike)
                assertEquals(
                    Triple(DEFINITION, initiator, Status.IN_PROGRESS),
                    process.run { Triple(flowDefinitionId, initiatorId, status) },
                )
                // One of the others was not even listed, and the one that was started is read, too.
                assertEquals(unlike.size, sandbox.log("get_process").size)
                future().use { java ->
                    val found = java.listStartCandidates(DEFINITION, actor, since.toJavaInstant()).join()
                    assertEquals(listOf(process.processId), found.map { it.processId })
                }
            }
        }
    }

    @Test
    fun `the moment that the advice tells finds it, too`() = test {
        sandbox.client().use { client ->
            val advice = checkNotNull(lost(client, system).advice)
            assertTrue("listStartCandidates" in advice.en && "listStartCandidates" in advice.zh) { "$advice" }
            val moment = checkNotNull(Regex("modified since (\\d+) ").find(advice.en)).groupValues[1].toLong()
            val since = Instant.fromEpochMilliseconds(moment)
            assertEquals(1, client.listStartCandidates(DEFINITION, system, since).toList().size)
        }
    }

    @Test
    fun `what an answer does not have excludes nothing, and each is read as it is asked for`() = test {
        val detail = JsonParser.parseString("""{"flow_definition_id": null, "initiator_id": null, "create_time": null}""")
        val ids = added(JsonObject().apply { add("detail", detail) }, JsonObject())
        sandbox.client().use { client ->
            val actor = Actor.User(User.OpenId(INITIATOR))
            val candidates = client.listStartCandidates(DEFINITION, actor, Clock.System.now() - 1.minutes)
            assertTrue(sandbox.log().isEmpty())
            assertTrue(candidates.first().processId in ids)
            assertEquals(1, sandbox.log("get_process").size)
            assertEquals(ids.sorted(), candidates.toList().map { it.processId }.sorted()) { "a second collection starts anew" }
            assertTrue(sandbox.log("get_process").all { "user_id_type=open_id" in it["query"].asString })
        }
    }

    @Test
    fun `a process that cannot be read is an error`() = test {
        sandbox.running()
        refuse()
        sandbox.client().use { client ->
            val actor = Actor.User(User.OpenId(INITIATOR))
            val error = failure { client.listStartCandidates(DEFINITION, actor, Clock.System.now() - 1.minutes).toList() }
            assertEquals("get_process", error.operation)
        }
    }

    @Test
    fun `its options are those of each request`() = test {
        val since = Clock.System.now()
        for (kind in listOf("kotlin", "java")) {
            sandbox.reset()
            answer()
            if (kind == "java") {
                val options = FutureClient.Options().token("t-mine").requestId("mine-1").deadline(Duration.ofSeconds(60))
                future().use { it.listStartCandidates(DEFINITION, system, since.toJavaInstant(), options).join() }
            } else {
                sandbox.client().use {
                    it.listStartCandidates(DEFINITION, system, since, token = "t-mine", requestId = "mine-1").toList()
                }
            }
            assertEquals(listOf("list_processes", "get_process"), sandbox.log().map { it["operation"].asString })
            for (sent in sandbox.log()) {
                val headers = sent["headers"].toString()
                assertTrue("Bearer t-mine" in headers && "mine-1" in headers) { headers }
            }
        }
    }

    @Test
    fun `its deadline is that of each request`() = test {
        val actor = Actor.User(User.OpenId(INITIATOR))
        for (operation in listOf("list_processes", "get_process")) {
            sandbox.reset()
            sandbox.running()
            sandbox.fault(operation, "timeout-not-applied", "times" to 0)
            sandbox.client().use { client ->
                val since = Clock.System.now() - 1.minutes
                val error = failure { client.listStartCandidates(DEFINITION, actor, since, deadline = 4.seconds).toList() }
                // The default, two minutes, would leave time for several.
                assertEquals(operation to 1, error.operation to error.attempts)
                assertTrue(error.kind in listOf(ErrorKind.DEADLINE, ErrorKind.TIMEOUT)) { "$error" }
            }
        }
    }

    @Test
    fun `what is wrong is refused by name, and nothing is sent`() = test {
        val now = Clock.System.now()
        sandbox.client().use { client ->
            val wrong = Actor.User(User.OpenId("a b"))
            val error = failure { client.listStartCandidates("", wrong, Instant.fromEpochMilliseconds(5)).toList() }
            assertEquals(listOf("flow_definition_id", "initiator_id", "since"), error.problems.map { it.field })
            assertEquals("list_start_candidates", error.operation)
            val ahead = failure { client.listStartCandidates(DEFINITION, system, now + 1.hours).toList() }
            assertEquals("since", ahead.problems.single().field)
            val option = failure { client.listStartCandidates(DEFINITION, system, now, token = "a\nb").toList() }
            assertEquals("token", option.problems.single().field)
        }
        future().use { java ->
            val error = assertThrows<CompletionException> { java.listStartCandidates("", system, now.toJavaInstant()).join() }
            assertTrue(error.cause is FeishuException)
        }
        assertTrue(sandbox.log().isEmpty())
    }

    @Test
    fun `the example of the README starts, and shows what may have come of it`() = test {
        sandbox.client().use { client ->
            lookAfterStart(client, DEFINITION, system)
            sandbox.fault("start_process", "rst-after-applied")
            lookAfterStart(client, DEFINITION, system)
        }
        assertEquals(2, sandbox.log("start_process").size)
        assertTrue(sandbox.log("get_process").isNotEmpty())
    }

    /** Starts a process, and loses the answer. */
    private suspend fun lost(client: Client, actor: Actor): FeishuException {
        sandbox.fault("start_process", "rst-after-applied")
        val error = failure { client.startProcess(DEFINITION, actor) }
        assertEquals(Effect.UNKNOWN, error.effect)
        return error
    }

    /** Adds what it was not, each for one reason; modified now. */
    private fun others(initiator: String?): List<String> {
        fun process(by: String? = initiator, more: JsonObject.() -> Unit = {}) = JsonObject().apply {
            if (by == null) add("initiator", JsonNull.INSTANCE) else addProperty("initiator", by)
            more()
        }
        val detail = JsonObject().apply { addProperty("flow_definition_id", "people_1_2") }
        return added(
            process { add("detail", detail) },
            process { addProperty("flow_definition_id", "people_1_2") },
            process { addProperty("create_time", System.currentTimeMillis() - 3_600_000) },
            process(STRANGER),
            process(if (initiator == null) INITIATOR else null),
        )
    }

    private fun added(vararg processes: JsonObject): List<String> =
        processes.flatMap { one ->
            sandbox.post("processes", one).asJsonObject["process_ids"].asJsonArray.map { it.asString }
        }

    /** Has the next read refused. */
    private fun refuse() {
        val answer = """{"status": 400, "json": {"code": 99992402, "msg": "no"}}"""
        sandbox.post("script", JsonParser.parseString("""{"steps": [{"on": "get_process", "answer": $answer}]}"""))
    }

    /** Has a list and a read answered, whatever the token. */
    private fun answer() {
        val page = """{"status": 200, "json": {"code": 0, "data": {"process_ids": ["7"], "has_more": false}}}"""
        val process = """{"status": 200, "json": {"code": 0, "data": {"process_id": "7", "status": 1}}}"""
        val steps = """[{"on": "list_processes", "answer": $page}, {"on": "get_process", "answer": $process}]"""
        sandbox.post("script", JsonParser.parseString("""{"steps": $steps}"""))
    }

    private fun future() = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
        .baseUrl(BaseUrl.Other(sandbox.url))
        .allowInsecureLoopback(true)
        .build()

    private companion object {
        const val DEFINITION = "people_7000000000000000000_7100000000000000000"
        const val INITIATOR = "ou_91791271921729102012"
        const val STRANGER = "ou_ffeeddccbbaa99887766554433221100"
    }
}

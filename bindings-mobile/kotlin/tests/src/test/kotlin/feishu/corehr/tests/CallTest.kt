package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.FutureClient
import feishu.corehr.data
import feishu.corehr.examples.rename
import feishu.corehr.model.AnyCall
import feishu.corehr.model.Credentials
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Method
import feishu.corehr.model.NameValue
import feishu.corehr.model.Observation
import feishu.corehr.model.Quota
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration.Companion.seconds

class CallTest : SandboxTest() {
    @Test
    fun `what is written is read again, as text and as plain data`() = test {
        val told = ConcurrentLinkedQueue<Observation>()
        sandbox.client(onAttempt = told::add).use { client ->
            assertTrue(rename(client, "od-1") != null)
            val body = """{"order": 1.5, "count": 7, "leaders": [null, true, {}], "big": 18446744073709551616}"""
            client.call(Method.PUT, PATH, ID, body = body)
            val read = client.call(Method.GET, PATH, ID)
            val expected = mapOf(
                "department_id" to "od-1", "name" to "Sales", "order" to 1.5, "count" to 7L,
                "leaders" to listOf(null, true, emptyMap<String, Any?>()), "big" to 1.8446744073709552E19,
            )
            assertEquals(mapOf("department" to expected), read.data())
            assertEquals(200.toUShort() to 1u, read.status to read.attempts)
            assertTrue(read.headers.any { it.name.equals("x-tt-logid", true) && it.value == read.logId })
        }
        assertEquals(listOf("call" to PATH), told.filter { it.operation == "call" }.map { it.operation to it.path }.distinct())
        assertEquals("department_id_type=open_department_id", sandbox.log("call").first()["query"].asString)
    }

    @Test
    fun `a quota paces a call, and a request is shown`() = test {
        sandbox.client().use { client ->
            val quota = Quota(1u, 3_600_000u)
            client.call(Method.GET, PATH, ID, quota = quota)
            val error = failure { client.call(Method.GET, PATH, ID, quota = quota, deadline = 2.seconds) }
            assertEquals(ErrorKind.RATE_LIMITED, error.kind)
            client.call(Method.GET, PATH, ID)
            val call = AnyCall(Method.POST, PATH, listOf(NameValue("department_id", "od/1")), body = "[]")
            assertTrue(client.request(call).url.endsWith("/departments/od%2F1"))
            val wrong = failure { client.call(Method.POST, "/open-apis/auth/v3/x", body = "{") }
            assertEquals(listOf("path", "body"), wrong.problems.map { it.field })
        }
    }

    @Test
    fun `the client for Java calls any path, too`() = test {
        val builder = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
        builder.build().use { client ->
            val options = FutureClient.Options().requestId("request-3").deadline(Duration.ofSeconds(30))
            val query = listOf(NameValue("ids", "a"), NameValue("ids", "b"))
            val answer = client.call(Method.DELETE, PATH, ID, query, null, Quota(1u, 1u), options).join()
            assertEquals(emptyMap<String, Any?>(), answer.data())
        }
        val sent = sandbox.log("call").single()
        assertEquals("DELETE" to "ids=a&ids=b", sent["method"].asString to sent["query"].asString)
        assertTrue("request-3" in sent["headers"].toString())
    }
}

private const val PATH = "/open-apis/contact/v3/departments/{department_id}"
private val ID = mapOf("department_id" to "od-1")

package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.HostException
import feishu.corehr.OkHttpTransport
import feishu.corehr.Transport
import feishu.corehr.TransportException
import feishu.corehr.model.Actor
import feishu.corehr.model.Attribution
import feishu.corehr.model.Credentials
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Header
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.suspendCancellableCoroutine
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.coroutines.resume
import kotlin.time.Duration.Companion.seconds

/** What an app brings may fail in every way. */
class HostTest : SandboxTest() {
    @Test
    fun `a transport of one's own gets the request and gives the answer`() = test {
        // README: transport
        val transport = object : Transport {
            override suspend fun send(request: HttpRequest): HttpResponse {
                check(request.url.endsWith("/process_withdraw/7")) { request }
                val body = """{"code": 0, "data": {}}"""
                return HttpResponse(200u, listOf(Header("x-tt-logid", "LOG")), body.toByteArray())
            }
        }
        Client(Credentials.Host, tokenSource = { "t-test" }, transport = transport).use { client ->
            check(client.withdrawProcess("7", Actor.System()).logId == "LOG")
        }
        // end
    }

    @Test
    fun `a failure that is proved to come before the first byte has no effect`() = test {
        val error = withdrawal { throw TransportException.Failed(TransportErrorKind.CONNECT, false, "no route") }
        assertEquals(ErrorKind.CONNECT to Effect.NONE, error.kind to error.effect)
        assertTrue("no route" in error.toString()) { "$error" }
    }

    @Test
    fun `what a transport throws undeclared leaves the effect open and keeps its text to itself`() = test {
        for (thrown in listOf(IllegalArgumentException("secret"), NotImplementedError("secret"))) {
            val error = withdrawal { throw thrown }
            assertEquals(Effect.UNKNOWN, error.effect)
            val text = error.toString()
            assertTrue(thrown.javaClass.name in text && "secret" !in text) { text }
        }
    }

    @Test
    fun `a transport that never returns ends with the deadline`() = test {
        val error = withdrawal { awaitCancellation() }
        assertTrue(error.kind in listOf(ErrorKind.DEADLINE, ErrorKind.TIMEOUT)) { "$error" }
        assertEquals(Effect.UNKNOWN, error.effect)
    }

    @Test
    fun `a transport that answers twice has answered once`() = test {
        val answer = HttpResponse(200u, emptyList(), """{"code": 0, "data": {}}""".toByteArray())
        val transport = transport {
            suspendCancellableCoroutine { continuation ->
                continuation.resume(answer)
                runCatching { continuation.resume(answer) }
            }
        }
        Client(Credentials.Host, tokenSource = { "t" }, transport = transport).use { client ->
            repeat(3) { assertEquals(Attribution.OURS, client.withdrawProcess("7", Actor.System()).attribution) }
        }
    }

    @Test
    fun `a token function that throws is an error without its text, unless it is meant for callers`() = test {
        val silent = withTokens { throw IllegalStateException("secret") }
        assertTrue("java.lang.IllegalStateException" in "$silent" && "secret" !in "$silent") { "$silent" }
        assertTrue("java.lang.StackOverflowError" in "${withTokens { throw StackOverflowError() }}")
        assertTrue("not signed in" in "${withTokens { throw HostException.Failed("not signed in") }}")
    }

    @Test
    fun `a token function that hangs ends in time`() = test {
        withTokens { awaitCancellation() }
    }

    @Test
    fun `rubbish from a token function is refused before anything is sent`() = test {
        for (rubbish in listOf("", "two words", "line\nbreak", "x".repeat(100_000))) {
            withTokens { rubbish }
        }
    }

    @Test
    fun `a token function is told when its token was refused`() = test {
        val asked = mutableListOf<Boolean>()
        sandbox.clientWithTokens { refused -> "t-unknown".also { asked += refused } }.use { client ->
            assertEquals(ErrorKind.UNAUTHORIZED, failure { client.getProcess(sandbox.running()) }.kind)
        }
        assertEquals(listOf(false, true), asked)
    }

    @Test
    fun `an observer that throws is ignored`() = test {
        sandbox.client(onAttempt = { throw NotImplementedError() }).use { client ->
            assertEquals(Attribution.OURS, client.withdrawProcess(sandbox.running(), Actor.System()).attribution)
        }
    }

    @Test
    fun `wrong options of a client are named in one error`() = test {
        val error = failure {
            Client(Credentials.Host, BaseUrl.Other("ftp://x"), rateShare = 2.0, deadline = 0.seconds, transport = OkHttpTransport())
        }
        val named = error.problems.map { it.field }
        for (field in listOf("base_url", "rate_share", "deadline", "token_source")) {
            assertTrue(field in named) { "$named" }
        }
    }

    private suspend fun withdrawal(send: suspend (HttpRequest) -> HttpResponse) = failure {
        val client = Client(Credentials.Host, tokenSource = { "t" }, deadline = 3.seconds, transport = transport(send))
        client.use { it.withdrawProcess("7", Actor.System()) }
    }

    private fun transport(send: suspend (HttpRequest) -> HttpResponse) = object : Transport {
        override suspend fun send(request: HttpRequest) = send(request)
    }

    /** The error of a withdrawal for which there is no token; nothing is sent. */
    private suspend fun withTokens(source: suspend (Boolean) -> String) = failure {
        sandbox.clientWithTokens(3.seconds, source).use { it.withdrawProcess("7", Actor.System()) }
    }.also {
        assertTrue(it.kind in listOf(ErrorKind.TOKEN_SOURCE, ErrorKind.DEADLINE)) { "${it.kind}: $it" }
        assertEquals(Effect.NONE, it.effect)
        assertEquals(emptyList<Any>(), sandbox.log())
    }
}

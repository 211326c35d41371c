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
import feishu.corehr.model.FeishuError
import feishu.corehr.model.Header
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.ReadBack
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.coroutines.CoroutineContext
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
    fun `transports that block and are deaf to cancellation outlive the deadlines of their calls`() = test {
        val released = CountDownLatch(1)
        try {
            // More than the threads of any dispatcher; the caller's own has one.
            val calls = List(100) {
                async {
                    withdrawal {
                        check(released.await(60, TimeUnit.SECONDS))
                        HttpResponse(200u, emptyList(), """{"code": 0, "data": {}}""".toByteArray())
                    }
                }
            }
            for (error in calls.awaitAll()) {
                assertTrue(error.kind in listOf(ErrorKind.DEADLINE, ErrorKind.TIMEOUT)) { "$error" }
                assertEquals(Effect.UNKNOWN, error.effect)
            }
            assertEquals(1, released.count, "the calls have not waited for the transports")
        } finally {
            released.countDown()
        }
    }

    @Test
    fun `cancelling a call does not wait for a transport that blocks`() = test {
        val (begun, released) = CountDownLatch(1) to CountDownLatch(1)
        val told = ConcurrentLinkedQueue<FeishuError>()
        val transport = transport {
            begun.countDown()
            check(released.await(60, TimeUnit.SECONDS))
            HttpResponse(200u, emptyList(), ByteArray(0))
        }
        val client = Client(Credentials.Host, tokenSource = { "t" }, transport = transport, onCancelled = told::add)
        val call = launch { client.use { it.withdrawProcess("7", Actor.System()) } }
        withContext(Dispatchers.IO) { begun.await() }
        call.cancelAndJoin()
        assertEquals(1, released.count, "the call has not waited for its transport")
        assertEquals(listOf(Effect.UNKNOWN), told.map { it.effect })
        released.countDown()
    }

    @Test
    fun `a token function that blocks ends in time`() = test {
        val released = CountDownLatch(1)
        withTokens { check(released.await(60, TimeUnit.SECONDS)).let { "t" } }
        assertEquals(1, released.count, "the call has not waited for its token function")
        released.countDown()
    }

    @Test
    fun `a transport's own time-out and cancellation are its failures, and not the caller's`() = test {
        val failures = listOf<suspend () -> HttpResponse>(
            { withTimeout(1) { awaitCancellation() } },
            { throw CancellationException("secret") },
            { currentCoroutineContext().cancel().let { awaitCancellation() } },
        )
        for (fail in failures) {
            val error = withdrawal { fail() }
            assertEquals(Effect.UNKNOWN, error.effect)
            assertTrue("CancellationException" in error.toString() && "secret" !in error.toString()) { "$error" }
        }
    }

    @Test
    fun `the head of a lost answer is told`() = test {
        val head = HttpResponse(502u, listOf(Header("x-tt-logid", "LOG")), ByteArray(0))
        val client = Client(
            Credentials.Host,
            tokenSource = { "t" },
            transport = transport { throw TransportException.Failed(TransportErrorKind.BAD_BODY, true, "cut", head) },
        )
        val error = failure { client.use { it.withdrawProcess("7", Actor.System(), readBack = ReadBack.NEVER) } }
        assertEquals(502 to "LOG", error.httpStatus to error.logId)
    }

    @Test
    fun `a call is not hurried by the virtual time of its caller`() = test {
        val id = sandbox.running()
        sandbox.clientWithTokens { delay(200).let { "t-unknown" } }.use { client ->
            val virtual = HurriedDispatcher()
            // The token is waited for as long as it takes, and then it is refused.
            assertEquals(ErrorKind.UNAUTHORIZED, withContext(virtual) { failure { client.getProcess(id) } }.kind)
            assertEquals(0, virtual.delays)
        }
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
            val url = BaseUrl.Other("ftp://x")
            Client(Credentials.Host, url, rateShare = 2.0, deadline = 0.seconds, transport = OkHttpTransport())
        }
        val named = error.problems.map { it.field }
        for (field in listOf("base_url", "rate_share", "deadline", "token_source")) {
            assertTrue(field in named) { "$named" }
        }
    }

    /** For which every time is over at once, as for a test's dispatcher with virtual time. */
    @OptIn(InternalCoroutinesApi::class)
    private class HurriedDispatcher : CoroutineDispatcher(), Delay {
        @Volatile var delays = 0

        override fun dispatch(context: CoroutineContext, block: Runnable) = Dispatchers.Default.dispatch(context, block)

        override fun scheduleResumeAfterDelay(timeMillis: Long, continuation: CancellableContinuation<Unit>) {
            delays += 1
            continuation.resume(Unit)
        }

        override fun invokeOnTimeout(timeMillis: Long, block: Runnable, context: CoroutineContext): DisposableHandle {
            delays += 1
            block.run()
            return DisposableHandle {}
        }
    }

    private suspend fun withdrawal(send: suspend (HttpRequest) -> HttpResponse) = failure {
        val client = Client(Credentials.Host, tokenSource = { "t" }, deadline = 3.seconds, transport = transport(send))
        client.use { it.withdrawProcess("7", Actor.System(), token = "t") }
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

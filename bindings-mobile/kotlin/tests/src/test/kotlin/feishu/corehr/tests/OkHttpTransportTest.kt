package feishu.corehr.tests

import feishu.corehr.OkHttpTransport
import feishu.corehr.model.Actor
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Method
import feishu.corehr.model.ReadBack
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.ServerSocket
import java.net.SocketTimeoutException

/** OkHttp by itself would resend and follow; each of these fails when it is left to. */
class OkHttpTransportTest : SandboxTest() {
    private val transport = OkHttpTransport()

    @Test
    fun `nothing is sent twice`() = test {
        for (answer in listOf("503 X\r\nretry-after: 0", "503 X\r\nretry-after: 99999999999", "408 X", "421 X", "401 X")) {
            for (method in Method.entries) {
                Server("HTTP/1.1 $answer\r\ncontent-length: 0\r\n\r\n").use { server ->
                    val response = transport.send(request(server.url, method))
                    assertEquals(answer.take(3), "${response.status}")
                    assertEquals(1, server.requests.get()) { "$answer, $method" }
                    val pause = response.headers.filter { it.name.equals("retry-after", true) }.map { it.value }
                    assertEquals(listOfNotNull(answer.substringAfter(": ", "").ifEmpty { null }), pause)
                }
            }
        }
    }

    @Test
    fun `a connection that is cut is not tried again`() = test {
        for (method in Method.entries) {
            Server("").use { server ->
                val failed = transportFailure { transport.send(request(server.url, method)) }
                assertTrue(failed.bytesWritten)
                assertEquals(TransportErrorKind.DISCONNECTED, failed.kind)
                assertEquals(1, server.requests.get())
            }
        }
    }

    @Test
    fun `no redirect is followed`() = test {
        for (fault in listOf("307-same-host", "308-other-host", "302-to-http", "loop")) {
            sandbox.reset()
            sandbox.fault("withdraw_process", fault)
            val error = failure { sandbox.client().use { it.withdrawProcess(sandbox.running(), Actor.System()) } }
            assertEquals(ErrorKind.UNEXPECTED_REDIRECT, error.kind)
            val paths = sandbox.log().map { it["operation"].asString }
            assertFalse("unknown" in paths) { "$paths" }
            assertEquals(1, paths.count { it == "withdraw_process" })
        }
    }

    @Test
    fun `an answer is read up to its cap, decompressed or not`() = test {
        for (fault in listOf("endless-body", "gzip-bomb")) {
            sandbox.fault("get_process", fault, "times" to 0)
            val error = failure { sandbox.client().use { it.getProcess(sandbox.running()) } }
            assertEquals(ErrorKind.TOO_LARGE, error.kind) { "$fault: $error" }
            sandbox.reset()
        }
    }

    @Test
    fun `more than a hundred headers are too many, and more than 64 kilobytes of them`() = test {
        for (headers in listOf((1..101).joinToString("") { "x-$it: 1\r\n" }, "x-long: ${"a".repeat(65_536)}\r\n")) {
            Server("HTTP/1.1 200 OK\r\n${headers}content-length: 0\r\n\r\n").use { server ->
                assertEquals(TransportErrorKind.TOO_LARGE, transportFailure { transport.send(request(server.url)) }.kind)
            }
        }
    }

    @Test
    fun `a refused connection proves that nothing was written`() = test {
        val url = Server("").use { it.url }
        val failed = transportFailure { transport.send(request(url, Method.PUT)) }
        assertEquals(TransportErrorKind.CONNECT to false, failed.kind to failed.bytesWritten)
    }

    @Test
    fun `an unknown name and an unknown certificate are told as such`() = test {
        val name = transportFailure { transport.send(request("http://nobody.invalid/")) }
        assertEquals(TransportErrorKind.DNS to false, name.kind to name.bytesWritten)
        val certificate = transportFailure { transport.send(request(sandbox.https)) }
        assertEquals(TransportErrorKind.TLS_UNTRUSTED to false, certificate.kind to certificate.bytesWritten)
    }

    @Test
    fun `the request's budget ends it, in the head and in the body`() = test {
        Server(null).use { server ->
            val failed = transportFailure { transport.send(request(server.url, Method.PUT, budget = 500u)) }
            assertEquals(TransportErrorKind.TIMEOUT to true, failed.kind to failed.bytesWritten)
        }
        Server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx").use { server ->
            val failed = transportFailure { transport.send(request(server.url, budget = 500u)) }
            assertEquals(TransportErrorKind.TIMEOUT, failed.kind)
        }
    }

    @Test
    fun `what is lost after its head keeps it`() = test {
        val answers = mapOf(
            "content-length: 5\r\n\r\nx" to TransportErrorKind.BAD_BODY,
            "transfer-encoding: chunked\r\n\r\n1\r\nx\r\n" to TransportErrorKind.BAD_BODY,
            "transfer-encoding: chunked\r\n\r\nno length" to TransportErrorKind.BAD_BODY,
            "content-encoding: gzip\r\ncontent-length: 5\r\n\r\nwrong" to TransportErrorKind.BAD_BODY,
            "content-length: 2000\r\n\r\n${"x".repeat(2_000)}" to TransportErrorKind.TOO_LARGE,
            "x-long: ${"a".repeat(65_536)}\r\ncontent-length: 0\r\n\r\n" to TransportErrorKind.TOO_LARGE,
        )
        for ((answer, kind) in answers) {
            Server("HTTP/1.1 503 X\r\nretry-after: 7\r\nx-tt-logid: LOG\r\n$answer", closes = true).use { server ->
                val failed = transportFailure { transport.send(request(server.url)) }
                assertEquals(kind, failed.kind) { answer.take(50) }
                val head = checkNotNull(failed.head) { answer.take(50) }
                val headers = head.headers.associate { it.name to it.value }
                assertEquals(503, head.status.toInt())
                assertEquals(listOf("7", "LOG"), listOf("retry-after", "x-tt-logid").map(headers::get))
            }
        }
        Server("").use { assertNull(transportFailure { transport.send(request(it.url)) }.head) }
    }

    @Test
    fun `a request that is cancelled does not wait for its budget`() = test {
        for (answer in listOf(null, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx")) {
            Server(answer).use { server ->
                val sending = launch(Dispatchers.Default) { transport.send(request(server.url, budget = 600_000u)) }
                eventually("the request is there") { server.requests.get() == 1 }
                sending.cancelAndJoin()
                eventually("the client has gone") { server.left.get() == 1 }
            }
        }
    }

    @Test
    fun `cancelling while the body is sent closes the connection`() = test {
        ServerSocket(0).use { listener ->
            val large = request("http://127.0.0.1:${listener.localPort}/", Method.PUT).copy(body = ByteArray(50_000_000))
            val sending = launch(Dispatchers.Default) { transport.send(large) }
            listener.accept().use { socket ->
                socket.soTimeout = 60_000
                socket.getInputStream().read()
                sending.cancelAndJoin()
                // Nothing more comes than what was under way; else this would time out, or read all of it.
                val rest = runCatching { socket.getInputStream().readAllBytes().size }
                assertTrue(rest.getOrDefault(0) < 50_000_000)
                assertFalse(rest.exceptionOrNull() is SocketTimeoutException)
            }
        }
    }

    @Test
    fun `no connection is used again or kept`() = test {
        for (method in Method.entries) {
            Server(PLAIN).use { server ->
                repeat(3) { transport.send(request(server.url, method)) }
                assertEquals(3, server.connections.get())
                eventually("the client has closed them") { server.left.get() == 3 }
                assertTrue("connection: close" in server.last) { server.last }
            }
        }
    }

    @Test
    fun `a base client brings its interceptors, and none of what would resend`() = test {
        val base = OkHttpClient.Builder()
            .addInterceptor { it.proceed(it.request().newBuilder().header("x-app", "1").build()) }
            .authenticator { _, response -> response.request.newBuilder().build() }
            .build()
        Server("HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n").use { server ->
            OkHttpTransport(base).send(request(server.url))
            assertEquals(1, server.requests.get())
            assertTrue("x-app: 1" in server.last) { server.last }
        }
    }

    @Test
    fun `the status of an effect is kept when the answer is lost`() = test {
        sandbox.fault("withdraw_process", "rst-after-applied")
        val id = sandbox.running()
        sandbox.client().use { client -> assertTrue(client.withdrawProcess(id, Actor.System()).attempts >= 1u) }
        assertEquals(1, sandbox.log("withdraw_process").size)
        sandbox.fault("withdraw_process", "rst-after-applied")
        sandbox.fault("get_process", "timeout-not-applied", "times" to 0)
        val other = sandbox.running()
        val error = failure {
            sandbox.client().use {
                it.withdrawProcess(other, Actor.System(), readBack = ReadBack.NEVER)
            }
        }
        assertEquals(Effect.UNKNOWN, error.effect)
    }
}

package feishu.corehr.tests

import feishu.corehr.OkHttpTransport
import feishu.corehr.model.Method
import feishu.corehr.model.TransportErrorKind
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Heads that OkHttp would take although they cannot be read in one way alone. */
class HeadTest : SandboxTest() {
    private val transport = OkHttpTransport()

    @Test
    fun `a head that is malformed is no answer`() = test {
        val lengths = listOf("-1", "+2", "2, 2", "0x2", "", "2 2", "99999999999999999999").map { "content-length: $it" }
        val codings = listOf("gzip, chunked", "identity", "chunked\r\ntransfer-encoding: chunked")
            .map { "transfer-encoding: $it" }
        val several = listOf(
            "content-length: 2\r\ncontent-length: 3",
            "content-length: 2\r\ntransfer-encoding: chunked",
            "transfer-encoding: chunked\r\ncontent-length: 2",
        )
        val values = listOf("x: a\u0000b", "x: a\u0001b", "x: a\r\n b\u0000c", "x: a\r\n b")
        val lines = values + listOf("x y: a", ": a", "x\u0000: a", "no colon")
        for (line in lengths + codings + several + lines.map { "$it\r\ncontent-length: 2" }) {
            refused("HTTP/1.1 200 OK\r\n$line\r\n\r\n{}")
        }
    }

    @Test
    fun `a status line that is malformed is no answer`() = test {
        for (status in listOf("HTTP/1.1 -20 OK", "HTTP/1.1 abc", "HTTP/2.0 200 OK", "SSH-2.0-x", "")) {
            refused("$status\r\ncontent-length: 2\r\n\r\n{}")
        }
    }

    @Test
    fun `a head that is merely unusual is read`() = test {
        val chunked = "transfer-encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\nx-trailer: 1\r\n\r\n"
        val length = "content-length: 2\r\ncontent-length: 2\r\nx: a\tb\u00e9\r\nx-empty:\r\n\r\n{}"
        for (rest in listOf(chunked, length, "connection: close\r\n\r\n{}")) {
            Server("HTTP/1.1 200 OK\r\n$rest", closes = true).use { server ->
                val answer = transport.send(request(server.url))
                assertEquals("{}", answer.body.decodeToString()) { rest }
            }
        }
    }

    private suspend fun refused(answer: String) {
        for (method in listOf(Method.GET, Method.PUT)) {
            Server(answer, closes = true).use { server ->
                val failed = transportFailure { transport.send(request(server.url, method)) }
                assertEquals(TransportErrorKind.DISCONNECTED to true, failed.kind to failed.bytesWritten) { answer }
                assertEquals(1, server.requests.get()) { answer }
            }
        }
    }
}

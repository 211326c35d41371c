package feishu.corehr.tests

import feishu.corehr.OkHttpTransport
import feishu.corehr.model.Actor
import feishu.corehr.model.Attribution
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Method
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.delay
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Bytes that nobody asked for. OkHttp would take them for the answer to what is sent next. */
class SurplusTest : SandboxTest() {
    @Test
    fun `what comes after the token's answer is not the withdrawal's`() = test {
        for (surplus in SURPLUS) {
            sandbox.reset()
            sandbox.fault("token", surplus)
            sandbox.fault("withdraw_process", "1161003")
            val error = failure { sandbox.client().use { it.withdrawProcess(sandbox.running(), Actor.System()) } }
            assertEquals(listOf<Any?>(1161003L, Effect.NONE), listOf(error.code, error.effect)) { surplus }
        }
    }

    @Test
    fun `what comes after a withdrawal's answer, at once or later, is not the next one's`() = test {
        for (surplus in SURPLUS) {
            sandbox.reset()
            sandbox.client().use { client ->
                sandbox.fault("withdraw_process", surplus, "apply" to true, "ms" to 50)
                val first = client.withdrawProcess(sandbox.running(), Actor.System())
                assertEquals(Attribution.OURS, first.attribution) { surplus }
                delay(300)
                sandbox.fault("withdraw_process", "1161003")
                val error = failure { client.withdrawProcess(sandbox.running(), Actor.System()) }
                assertEquals(ErrorKind.REJECTED to Effect.NONE, error.kind to error.effect) { surplus }
            }
        }
    }

    @Test
    fun `what comes after a read's answer is not the next read's`() = test {
        for (surplus in SURPLUS) {
            sandbox.reset()
            sandbox.client().use { client ->
                sandbox.fault("get_process", surplus, "ms" to 50)
                client.getProcess(sandbox.process("completed"))
                delay(300)
                val other = sandbox.process("rejected")
                assertEquals(other, client.getProcess(other).processId) { surplus }
            }
        }
    }

    @Test
    fun `an answer that comes before the request is refused, and nothing is written`() = test {
        for (method in Method.entries) {
            for (greeting in listOf(PLAIN, "x", "")) {
                Server(PLAIN, greeting).use { server ->
                    // Else the request may leave before the greeting has come.
                    val base = OkHttpClient.Builder().addNetworkInterceptor {
                        server.greeted.await()
                        it.proceed(it.request())
                    }
                    val failed = transportFailure { OkHttpTransport(base.build()).send(request(server.url, method)) }
                    assertEquals(TransportErrorKind.CLOSED to false, failed.kind to failed.bytesWritten)
                    assertEquals(0, server.requests.get())
                }
            }
        }
    }

    private companion object {
        val SURPLUS = listOf("surplus-answer", "surplus-answer-late", "surplus-bytes", "surplus-head")
    }
}

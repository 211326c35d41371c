package feishu.corehr.tests

import feishu.corehr.OkHttpTransport
import feishu.corehr.model.Actor
import feishu.corehr.model.Attribution
import feishu.corehr.model.Method
import feishu.corehr.model.Quota
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket

/** Many requests at once: none waits for another one. */
class LoadTest : SandboxTest() {
    @Test
    fun `no request waits for the end of others`() = test {
        val transport = OkHttpTransport()
        Server(null).use { silent ->
            val sending = launch(Dispatchers.Default) {
                repeat(200) { launch { transport.send(request(silent.url, Method.PUT, budget = 120_000u)) } }
            }
            eventually("all of them are at the server") { silent.requests.get() == 200 }
            Server(PLAIN).use { transport.send(request(it.url)) }
            sending.cancelAndJoin()
            eventually("none is left") { silent.left.get() == 200 }
        }
    }

    @Test
    fun `withdrawals at their pace end well when each answer takes long`() = test {
        val ids = List(CALLS) { sandbox.running() }
        val step = mapOf("on" to "withdraw_process", "delay_ms" to LATENCY_MS, "answer" to mapOf("real" to true))
        sandbox.post("script", mapOf("steps" to List(CALLS) { step }))
        val pace = Quota(PACE, 1_000u)
        sandbox.client(quotas = mapOf("withdraw_process" to pace)).use { client ->
            val done = ids.mapIndexed { index, id ->
                async(Dispatchers.Default) {
                    delay(index * 1_000L / PACE.toLong())
                    client.withdrawProcess(id, Actor.System())
                }
            }
            assertEquals(setOf(Attribution.OURS to 1u), done.awaitAll().map { it.attribution to it.attempts }.toSet())
        }
        assertEquals(CALLS, sandbox.log("withdraw_process").size)
        assertEquals(1, sandbox.log("token").size)
    }

    @Test
    fun `a call that was under way when its client was closed goes on`() = test {
        val id = sandbox.running()
        val slow = mapOf("on" to "token", "delay_ms" to 500, "answer" to mapOf("real" to true))
        sandbox.post("script", mapOf("steps" to listOf(slow)))
        val client = sandbox.client()
        val call = async(Dispatchers.Default) { client.withdrawProcess(id, Actor.System()) }
        sandbox.until("the token is asked for") { it.isNotEmpty() }
        client.close()
        assertEquals(Attribution.OURS, call.await().attribution)
    }

    @Test
    fun `a connection that is not made in time proves that nothing was written`() = test {
        ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { full ->
            // A queue that is full lets nobody in, and answers nobody.
            val queue = List(8) { Socket() }
            val address = InetSocketAddress(InetAddress.getLoopbackAddress(), full.localPort)
            queue.forEach { runCatching { it.connect(address, 200) } }
            for ((budget, connectBudget) in listOf(20_000uL to 300uL, 300uL to 20_000uL)) {
                val failed = transportFailure {
                    OkHttpTransport().send(request("http://127.0.0.1:${full.localPort}/", Method.PUT, budget, connectBudget))
                }
                assertEquals(TransportErrorKind.CONNECT to false, failed.kind to failed.bytesWritten)
            }
            queue.forEach { it.close() }
        }
    }

    private companion object {
        const val CALLS = 300
        const val LATENCY_MS = 2_500
        val PACE = 100u
    }
}

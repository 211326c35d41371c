package feishu.corehr.tests

import com.google.gson.JsonObject
import feishu.corehr.Client
import feishu.corehr.FeishuException
import feishu.corehr.OkHttpTransport
import feishu.corehr.model.Actor
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.FeishuError
import feishu.corehr.model.Quota
import feishu.corehr.openHandles
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

class CancellationTest : SandboxTest() {
    private val told = ConcurrentLinkedQueue<FeishuError>()

    @Test
    fun `cancelling while the token is fetched closes that connection and had no effect`() = test {
        sandbox.fault("token", "timeout-not-applied")
        cancelled("token", sandbox.client(onCancelled = told::add))
        assertEquals(Effect.NONE, told.single().effect)
        assertEquals(emptyList<JsonObject>(), sandbox.log("withdraw_process"))
    }

    @Test
    fun `cancelling while the answer is awaited closes the connection and the effect is unknown`() = test {
        sandbox.fault("withdraw_process", "timeout-not-applied")
        cancelled("withdraw_process", sandbox.client(onCancelled = told::add))
        assertEquals(ErrorKind.CANCELLED, told.single().kind)
        assertEquals(Effect.UNKNOWN, told.single().effect)
    }

    @Test
    fun `cancelling while the body is read closes the connection`() = test {
        sandbox.fault("withdraw_process", "drip-1B/s", "ms" to 1000)
        val hasHead = CompletableDeferred<Unit>()
        val base = OkHttpClient.Builder().addNetworkInterceptor { chain ->
            val isWithdrawal = chain.request().method == "PUT"
            chain.proceed(chain.request()).also { if (isWithdrawal) hasHead.complete(Unit) }
        }
        val client = sandbox.client(transport = OkHttpTransport(base.build()), onCancelled = told::add)
        cancelled("withdraw_process", client) { hasHead.await() }
        assertTrue(told.single().effect != Effect.NONE) { "${told.single()}" }
    }

    @Test
    fun `cancelling a call that waits for its turn sends nothing`() = test {
        val quotas = mapOf("withdraw_process" to Quota(1u, 3_600_000u))
        sandbox.client(deadline = 2.hours, quotas = quotas, onCancelled = told::add).use { client ->
            client.withdrawProcess(sandbox.running(), Actor.System())
            val (id, handles) = sandbox.running() to handlesAtRest()
            val waiting = launch(Dispatchers.Default) { client.withdrawProcess(id, Actor.System()) }
            eventually("the call has begun") { openHandles() > handles }
            waiting.cancelAndJoin()
        }
        assertEquals(1, sandbox.log("withdraw_process").size)
        assertEquals(Effect.NONE, told.single().effect)
    }

    @Test
    fun `a coroutine's time-out stops the request`() = test {
        sandbox.fault("withdraw_process", "timeout-applied")
        sandbox.client(onCancelled = told::add).use { client ->
            val id = sandbox.running()
            var limit = 500.milliseconds
            // Long enough for the request to be under way.
            do {
                limit *= 2
                var timedOut = false
                try {
                    withTimeout(limit) { client.withdrawProcess(id, Actor.System()) }
                } catch (_: TimeoutCancellationException) {
                    timedOut = true
                }
                assertTrue(timedOut)
            } while (sandbox.log("withdraw_process").isEmpty())
        }
        sandbox.until("the client has gone") { log -> !log.last()["client_closed_at_ms"].isJsonNull }
        assertEquals(Effect.UNKNOWN, told.last().effect)
    }

    @Test
    fun `a thousand concurrent withdrawals, half of them cancelled, leave nothing behind`() = test {
        val handles = handlesAtRest()
        val quotas = mapOf("withdraw_process" to Quota(1_000_000u, 1_000u), "get_process" to Quota(1_000_000u, 1_000u))
        val (done, failed) = AtomicInteger() to ConcurrentLinkedQueue<FeishuException>()
        val ids = List(1_000) { sandbox.running() }
        sandbox.client(quotas = quotas, onCancelled = told::add).use { client ->
            val calls = ids.map { id ->
                async(Dispatchers.Default) {
                    try {
                        client.withdrawProcess(id, Actor.System())
                        done.incrementAndGet()
                    } catch (error: FeishuException) {
                        failed.add(error)
                    }
                }
            }
            calls.forEachIndexed { index, call -> if (index % 2 == 1) call.cancel() }
            calls.forEach { it.join() }
        }
        assertEquals(emptyList<FeishuException>(), failed.toList())
        assertTrue(done.get() >= 500) { "$done" }
        ids.filterIndexed { index, _ -> index % 2 == 0 }.forEach { assertEquals(4, sandbox.status(it)) }
        eventually("all handles are given back") {
            System.gc()
            openHandles() <= handles
        }
    }

    /** Withdraws, waits until the server has the request of an operation, cancels; the server sees it. */
    private suspend fun CoroutineScope.cancelled(operation: String, client: Client, more: suspend () -> Unit = {}) {
        val id = sandbox.running()
        val call = launch(Dispatchers.Default) { client.withdrawProcess(id, Actor.System()) }
        sandbox.until("a request of $operation") { log -> log.any { it["operation"].asString == operation } }
        more()
        call.cancelAndJoin()
        sandbox.until("the client has gone") { log -> !log.last()["client_closed_at_ms"].isJsonNull }
        client.close()
    }
}

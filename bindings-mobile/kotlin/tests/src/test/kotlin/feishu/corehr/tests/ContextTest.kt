package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.FutureClient
import feishu.corehr.Transport
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Quota
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.minutes

/** What runs for a call sees that call's own context, also where calls share a token, wait, or wake each other. */
class ContextTest : SandboxTest() {
    private val tenant = ThreadLocal<String?>()

    @Test
    fun `a token function, a transport and a listener run for their own call`() = onEveryDispatcher { dispatcher ->
        val (told, wrong) = ConcurrentHashMap<String, AtomicInteger>() to ConcurrentLinkedQueue<String>()
        Client(
            Credentials.Host,
            quotas = mapOf("withdraw_process" to Quota(30u, 100u)),
            deadline = 5.minutes,
            transport = transport { request ->
                pause()
                val (authorization, id) = request.header("authorization") to request.header("oapi-sdk-request-id")
                if (authorization != "Bearer t-${tenant.get()}" || id != tenant.get() || id != name()) {
                    wrong.add("$authorization and $id were sent for ${tenant.get()}, ${name()}")
                }
                SUCCESS
            },
            tokenSource = { pause().let { "t-${tenant.get()}" } },
            onAttempt = { told.computeIfAbsent(tenant.get() ?: NOBODY) { AtomicInteger() }.incrementAndGet() },
        ).use { client -> calls(dispatcher) { client.withdrawProcess("7", Actor.System(), requestId = it) } }
        assertEquals(emptyList<String>(), wrong.toList())
        assertEquals(NAMES.associateWith { 2 }, told.mapValues { it.value.get() })
    }

    @Test
    fun `calls that share a token and are woken by each other keep their own`() = onEveryDispatcher { dispatcher ->
        val (told, wrong) = ConcurrentHashMap<String, AtomicInteger>() to ConcurrentLinkedQueue<String>()
        val fetches = AtomicInteger()
        // The first fetches fail, so that the others wait for a while.
        Client(
            Credentials.App("cli_context", "secret"),
            quotas = mapOf("withdraw_process" to Quota(30u, 100u)),
            deadline = 5.minutes,
            transport = transport { request ->
                pause()
                val id = request.header("oapi-sdk-request-id")
                when {
                    tenant.get() != name() -> wrong.add("the thread is ${tenant.get()}'s and the coroutine ${name()}'s")
                    id != null && id != tenant.get() -> wrong.add("$id was sent for ${tenant.get()}")
                }
                if (request.sensitiveBody) token(fetches.incrementAndGet()) else SUCCESS
            },
            onAttempt = {
                if (it.operation == "withdraw_process") {
                    told.computeIfAbsent(tenant.get() ?: NOBODY) { AtomicInteger() }.incrementAndGet()
                }
            },
        ).use { client -> calls(dispatcher) { client.withdrawProcess("7", Actor.System(), requestId = it) } }
        assertEquals(emptyList<String>(), wrong.toList())
        assertEquals(NAMES.associateWith { 2 }, told.mapValues { it.value.get() })
        assertTrue(fetches.get() in 1..9) { "$fetches" }
    }

    @Test
    fun `a cancelled call tells its own listener, and whoever waits for it goes on as itself`() = test {
        val told = ConcurrentLinkedQueue<String>()
        val fetches = AtomicInteger()
        Client(
            Credentials.App("cli_context", "secret"),
            transport = transport { request ->
                // The first holder of the fetch never gets it.
                if (request.sensitiveBody && fetches.incrementAndGet() == 1) delay(5.minutes)
                if (request.sensitiveBody) token(9) else SUCCESS
            },
            onCancelled = { told.add(tenant.get() ?: NOBODY) },
        ).use { client ->
            val first = launch(Dispatchers.Default + element("first")) { client.withdrawProcess("7", Actor.System()) }
            while (fetches.get() == 0) delay(1)
            val others = NAMES.map {
                async(Dispatchers.Unconfined + element(it)) {
                    client.withdrawProcess("7", Actor.System())
                    tenant.get()
                }
            }
            first.cancel()
            assertEquals(NAMES, others.awaitAll())
        }
        assertEquals(listOf("first"), told.toList())
        assertNull(tenant.get())
    }

    @Test
    fun `Java's functions run on threads of the client, without the caller's own values`() = test {
        val seen = ConcurrentLinkedQueue<Pair<String?, Thread>>()
        tenant.set("caller")
        FutureClient.Builder(Credentials.Host)
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .tokenSource {
                seen.add(tenant.get() to Thread.currentThread())
                CompletableFuture.completedFuture("t-unknown")
            }
            .onAttempt { seen.add(tenant.get() to Thread.currentThread()) }
            .build()
            .use { client -> client.getProcess(sandbox.running()).handle { _, _ -> }.join() }
        tenant.remove()
        assertTrue(seen.size >= 3) { "$seen" }
        assertTrue(seen.all { (value, thread) -> value == null && thread !== Thread.currentThread() }) { "$seen" }
    }

    private fun onEveryDispatcher(body: suspend (CoroutineDispatcher) -> Unit) = test {
        Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { single ->
            for (dispatcher in listOf(Dispatchers.Default, Dispatchers.Unconfined, single)) {
                body(dispatcher)
            }
        }
    }

    /** One call for each name, all at once; each ends with its own context. */
    private suspend fun calls(dispatcher: CoroutineDispatcher, call: suspend (String) -> Unit) {
        coroutineScope {
            val ended = NAMES.map { name ->
                async(dispatcher + element(name)) {
                    call(name)
                    tenant.get()
                }
            }
            assertEquals(NAMES, ended.awaitAll())
        }
        assertNull(tenant.get())
    }

    private fun element(name: String) = CoroutineName(name) + tenant.asContextElement(name)

    private suspend fun name() = currentCoroutineContext()[CoroutineName]?.name

    /** So that calls overtake each other. */
    private suspend fun pause() = delay((0L..9L).random())

    private fun transport(send: suspend (HttpRequest) -> HttpResponse) = object : Transport {
        override suspend fun send(request: HttpRequest) = send(request)
    }

    private fun HttpRequest.header(name: String) = headers.find { it.name == name }?.value

    private fun token(fetch: Int): HttpResponse =
        if (fetch < 3) {
            HttpResponse(500u, emptyList(), ByteArray(0))
        } else {
            val body = """{"code": 0, "tenant_access_token": "t-$fetch", "expire": 7200}"""
            HttpResponse(200u, emptyList(), body.toByteArray())
        }

    private companion object {
        const val NOBODY = "nobody"
        val NAMES = List(200) { "call-$it" }
        val SUCCESS = HttpResponse(200u, emptyList(), """{"code": 0, "data": {}}""".toByteArray())
    }
}

package feishu.corehr.tests

import feishu.corehr.BulkProgress
import feishu.corehr.BulkResult
import feishu.corehr.BulkRun
import feishu.corehr.Client
import feishu.corehr.FutureClient
import feishu.corehr.RunOptions
import feishu.corehr.Transport
import feishu.corehr.model.Actor
import feishu.corehr.model.Already
import feishu.corehr.model.BulkEnd
import feishu.corehr.model.BulkOutcome
import feishu.corehr.model.Credentials
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.FeishuError
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.ReadBack
import feishu.corehr.openHandles
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Duration
import java.util.concurrent.CompletionException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds

/** Runs over many processes, without a journal. */
class BulkTest : SandboxTest() {
    private val system = Actor.System()

    private fun client() = sandbox.client(quotas = FAST)

    private fun writes() = sandbox.log("withdraw_process").map { it["process_id"].asString }

    @Test
    fun `every process is done once and told once`() = test {
        val handles = handlesAtRest()
        val (ids, finished) = sandbox.running(120) to sandbox.running(2, status = 9)
        client().use { client ->
            val run = client.withdrawProcesses(ids + finished + ids[0], system)
            assertEquals(BulkEnd.RUNNING, run.report.ended)
            val results = run.toList()
            assertEquals((0..121).toList(), results.map { it.position }.sorted())
            results.forEach { assertEquals((ids + finished)[it.position], it.processId) }
            val report = run.report
            assertEquals(listOf(122, 1, 120, 122), report.run { listOf(planned, doubled, ours, requests) })
            assertEquals(mapOf<Long?, Int>(9L to 2), report.notWithdrawable)
            assertEquals(Triple(BulkEnd.COMPLETE, null, 0), report.run { Triple(ended, reason, notAttempted) })
            assertEquals(122 to 122, run.progress.run { done to total })
            run.cancel()
            assertEquals(report, run.report, "what has ended is not cancelled")
            assertThrows(IllegalStateException::class.java) { test { run.collect {} } }
        }
        assertEquals((ids + finished).sorted(), writes().sorted())
        eventually("all handles are given back") {
            System.gc()
            openHandles() <= handles
        }
    }

    @Test
    fun `completed processes are revoked`() = test {
        val run = client().revokeProcesses(sandbox.running(5, status = 9), system, alreadyRevoked = Already.ERROR)
        assertEquals(List(5) { BulkOutcome.OURS }, run.toList().map { it.outcome })
        val again = client().revokeProcesses(sandbox.running(1, status = 8), system, alreadyRevoked = Already.ERROR)
        assertEquals(listOf(BulkOutcome.NOT_WITHDRAWABLE), again.toList().map { it.outcome })
    }

    @Test
    fun `partial failure is a report`() = test {
        val (ids, gone) = sandbox.running(6) to "7999999999999999999"
        // One at a time: the answer that is lost is the first one's, never that of the unknown process.
        sandbox.fault("withdraw_process", "rst-after-applied")
        val run = client().withdrawProcesses(ids + gone, system, maxInFlight = 1)
        val results = run.toList()
        val refused = results.single { it.processId == gone }
        assertEquals(Triple(BulkOutcome.REJECTED, Effect.NONE, 1160100L), refused.run { Triple(outcome, effect, code) })
        assertTrue(refused.advice != null && refused.logId != null && refused.summary.isNotEmpty()) { "$refused" }
        assertEquals(Effect.APPLIED, results.single { it.outcome == BulkOutcome.PRESUMED }.effect)
        assertEquals(Triple(5, 1, mapOf<Long?, Int>(1160100L to 1)), run.report.run { Triple(ours, presumed, rejected) })
    }

    @Test
    fun `bad lists and options are refused before anything is sent`() = test {
        val good = sandbox.running(2)
        val wrong = client().run {
            listOf<Pair<() -> BulkRun, List<String>>>(
                { withdrawProcesses(emptyList(), system) } to listOf("process_ids"),
                { withdrawProcesses(good + "7.32835E+18" + "", system) } to
                    listOf("process_ids[2]", "process_ids[3]", "process_ids[3]"),
                { withdrawProcesses(good, system, maxInFlight = 0) } to listOf("max_in_flight"),
                { withdrawProcesses(good, system, maxInFlight = -1) } to listOf("max_in_flight"),
                { withdrawProcesses(good, system, maxInFlight = 257) } to listOf("max_in_flight"),
                { withdrawProcesses(good, system, maxFailures = 0) } to listOf("max_failures"),
                { withdrawProcesses(good, system, expectCount = 3) } to listOf("expect_count"),
                { withdrawProcesses(good, system, deadline = 0.milliseconds) } to listOf("deadline"),
                { withdrawProcesses(good, system, reason = "x".repeat(501)) } to listOf("reason"),
                { withdrawProcesses(good, system, token = "a b") } to listOf("token"),
            )
        }
        for ((call, fields) in wrong) {
            assertEquals(fields, failure { call() }.problems.map { it.field })
        }
        assertEquals(emptyList<String>(), writes())
        val any = client().withdrawProcesses(listOf("x-1"), system, allowAnyId = true, expectCount = 1)
        assertEquals(listOf(BulkOutcome.REJECTED), any.toList().map { it.outcome })
        val closed = client().also { it.close() }
        assertThrows(IllegalStateException::class.java) { closed.withdrawProcesses(good, system) }
    }

    @Test
    fun `each call has the options that are chosen`() = test {
        val client = client()
        val finished = sandbox.running(2, status = 9)
        val first = client.withdrawProcesses(finished, system, checkFirst = true).also { it.collect {} }
        assertEquals(mapOf<Long?, Int>(9L to 2), first.report.notWithdrawable)
        assertEquals(0 to 2, writes().size to sandbox.log("get_process").size)
        val done = sandbox.running(1, status = 4)
        for ((already, outcome) in listOf(
            Already.SUCCESS to BulkOutcome.UNATTRIBUTED,
            Already.ERROR to BulkOutcome.NOT_WITHDRAWABLE,
        )) {
            val run = client.withdrawProcesses(done, system, alreadyWithdrawn = already)
            assertEquals(listOf(outcome), run.toList().map { it.outcome })
        }
        sandbox.reset()
        sandbox.fault("withdraw_process", "rst-after-applied")
        val unread = client.withdrawProcesses(sandbox.running(1), system, readBack = ReadBack.NEVER).toList().single()
        assertEquals(BulkOutcome.UNRESOLVED to Effect.UNKNOWN, unread.run { outcome to effect })
        assertEquals(0, sandbox.log("get_process").size)
        sandbox.fault("withdraw_process", "timeout-applied", "ms" to 60_000)
        val late = client.withdrawProcesses(sandbox.running(1), system, readBack = ReadBack.NEVER, deadline = 3_000.milliseconds)
        assertEquals(BulkOutcome.UNRESOLVED to ErrorKind.DEADLINE, late.toList().single().run { outcome to kind })
        val token = client.withdrawProcesses(sandbox.running(1), system, token = "t-of-its-own").also { it.collect {} }
        assertEquals(BulkEnd.STOPPED to ErrorKind.UNAUTHORIZED, token.report.run { ended to kind })
        assertTrue(sandbox.log("withdraw_process").any { "t-of-its-own" in it["headers"].toString() })
        val own = client.withOptions(headers = mapOf("x-request-source" to "payroll"))
        own.withdrawProcesses(sandbox.running(1), system).collect {}
        assertTrue("payroll" in sandbox.log("withdraw_process").last()["headers"].toString())
    }

    @Test
    fun `a run pauses when too many have failed and when they fail alike`() = test {
        val gone = List(40) { "79999999999999999${it + 10}" }
        val few = client().withdrawProcesses(gone, system, maxFailures = 3, maxInFlight = 1).also { it.collect {} }
        assertEquals(Triple(BulkEnd.PAUSED, "3 items have failed", 37), few.report.run { Triple(ended, reason, notAttempted) })
        val alike = client().withdrawProcesses(gone, system, maxInFlight = 1).also { it.collect {} }
        assertEquals(BulkEnd.PAUSED to 20, alike.report.run { ended to notAttempted })
    }

    @Test
    fun `progress is told in the collector's context`() = test {
        val told = mutableListOf<BulkProgress>()
        val here = ThreadLocal.withInitial { "nowhere" }
        withContext(here.asContextElement("here")) {
            val run = client().withdrawProcesses(
                sandbox.running(9),
                system,
                onProgress = { told.add(it.also { assertEquals("here", here.get()) }) },
            )
            run.collect { assertEquals("here", here.get()) }
        }
        assertEquals(9 to 9, told.last().run { done to total })
        assertEquals(told.map { it.done }.sorted(), told.map { it.done })
    }

    @Test
    fun `no more calls go on at once than are allowed, and a blocking transport blocks nobody else`() = test {
        val (going, most, sent) = Triple(AtomicInteger(), AtomicInteger(), CountDownLatch(1))
        val (tenant, seen) = ThreadLocal<String>() to ConcurrentLinkedQueue<String?>()
        val released = CountDownLatch(1)
        val blocking = object : Transport {
            override suspend fun send(request: HttpRequest): HttpResponse {
                seen.add(tenant.get())
                if ("process_withdraw" in request.url) {
                    most.accumulateAndGet(going.incrementAndGet(), ::maxOf)
                    sent.countDown()
                    released.await()
                    going.decrementAndGet()
                }
                return HttpResponse(200u, emptyList(), TOKEN.toByteArray())
            }
        }
        val ids = sandbox.running(12)
        val client = sandbox.client(quotas = FAST, transport = blocking)
        // Nothing but what this dispatcher runs lets the transport go on.
        Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { alone ->
            withContext(alone + tenant.asContextElement("alice")) {
                launch {
                    withContext(Dispatchers.IO) { sent.await() }
                    released.countDown()
                }
                for (allowed in listOf(3, 1)) {
                    most.set(0)
                    val run = client.withdrawProcesses(ids, system, maxInFlight = allowed)
                    assertEquals(12, run.toList().size)
                    assertTrue(most.get() in 1..allowed) { "$most" }
                }
            }
        }
        assertEquals(setOf<String?>("alice"), seen.toSet())
    }

    @Test
    fun `a run ends after its drain whatever the transport does`() = test {
        val (sent, never) = CountDownLatch(1) to CountDownLatch(1)
        val deaf = object : Transport {
            override suspend fun send(request: HttpRequest): HttpResponse {
                if ("process_withdraw" in request.url) {
                    sent.countDown()
                    never.await()
                }
                return HttpResponse(200u, emptyList(), TOKEN.toByteArray())
            }
        }
        val told = ConcurrentLinkedQueue<FeishuError>()
        val client = sandbox.client(quotas = FAST, transport = deaf, onCancelled = told::add)
        val run = client.withdrawProcesses(sandbox.running(3), system, maxInFlight = 2)
        val collecting = launch(Dispatchers.Default) { run.collect {} }
        withContext(Dispatchers.IO) { sent.await() }
        collecting.cancelAndJoin()
        never.countDown()
        val report = run.report
        assertEquals(BulkEnd.CANCELLED, report.ended)
        assertEquals(3, report.unresolved + report.notAttempted)
        assertTrue(report.unresolved in 1..2 && told.all { it.kind == ErrorKind.CANCELLED }) { "$report $told" }
        assertEquals(report.unresolved, told.count { it.effect == Effect.UNKNOWN }, "it was cancelled, not timed out")
    }

    @Test
    fun `a cancelled run drains and tells all that it knows`() = test {
        val told = mutableListOf<BulkResult>()
        val run = client().withdrawProcesses(sandbox.running(30), system, maxInFlight = 2)
        run.collect {
            told.add(it)
            run.cancel()
        }
        assertEquals(BulkEnd.CANCELLED, run.report.ended)
        assertTrue(run.report.ours == told.size && told.size < 30) { "${run.report}" }
        assertEquals(30 - told.size, run.report.notAttempted)
    }

    @Test
    fun `what the collector or a listener throws ends the run`() = test {
        val run = client().withdrawProcesses(sandbox.running(30), system, maxInFlight = 2)
        assertThrows(ArithmeticException::class.java) { test { run.collect { throw ArithmeticException() } } }
        assertEquals(BulkEnd.CANCELLED, run.report.ended)
        val heard = client().withdrawProcesses(sandbox.running(30), system, onProgress = { throw ArithmeticException() })
        assertThrows(ArithmeticException::class.java) { test { heard.collect {} } }
        assertEquals(BulkEnd.CANCELLED, heard.report.ended)
    }

    @Test
    fun `Java has the same runs and the same options`() = test {
        val client = FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(feishu.corehr.BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .apply { FAST.keys.forEach { quota(it, 100_000, Duration.ofSeconds(1)) } }
            .build()
        val (told, progress) = ConcurrentLinkedQueue<BulkResult>() to ConcurrentLinkedQueue<BulkProgress>()
        val run = client.withdrawProcesses(sandbox.running(9), system, "r", RunOptions().onProgress(progress::add))
        assertEquals(9, run.start(told::add).join().ours)
        assertEquals(Triple(9, 9, 9), Triple(told.size, progress.last().done, run.progress.done))
        val revoked = client.revokeProcesses(sandbox.running(2, status = 9), system)
        assertEquals(2 to 2, revoked.start {}.join().ours to revoked.report.ours)
        val good = sandbox.running(1)
        for ((options, field) in listOf(
            RunOptions().maxInFlight(0) to "max_in_flight",
            RunOptions().maxFailures(0) to "max_failures",
            RunOptions().expectCount(2) to "expect_count",
            RunOptions().deadline(Duration.ZERO) to "deadline",
            RunOptions().token("a b") to "token",
        )) {
            assertEquals(listOf(field), failure { client.withdrawProcesses(good, system, null, options) }.problems.map { it.field })
        }
        fun end(ids: List<String>, options: RunOptions) =
            ConcurrentLinkedQueue<BulkResult>().also { client.withdrawProcesses(ids, system, null, options).start(it::add).join() }
                .single()
        assertEquals(BulkOutcome.REJECTED, end(listOf("x-1"), RunOptions().allowAnyId(true)).outcome)
        val done = sandbox.running(1, status = 4)
        assertEquals(BulkOutcome.NOT_WITHDRAWABLE, end(done, RunOptions().already(Already.ERROR)).outcome)
        sandbox.reset()
        assertEquals(BulkOutcome.NOT_WITHDRAWABLE, end(sandbox.running(1, 9), RunOptions().checkFirst(true)).outcome)
        assertEquals(emptyList<String>(), writes())
        sandbox.fault("withdraw_process", "rst-after-applied")
        assertEquals(BulkOutcome.UNRESOLVED, end(sandbox.running(1), RunOptions().readBack(ReadBack.NEVER)).outcome)
        val drained = client.withdrawProcesses(sandbox.running(30), system, null, RunOptions().maxInFlight(2))
        assertEquals(BulkEnd.CANCELLED, drained.start { drained.cancel() }.join().ended)
        val thrown = client.withdrawProcesses(sandbox.running(3), system).start { throw ArithmeticException() }
        assertTrue(assertThrows(CompletionException::class.java) { thrown.join() }.cause is ArithmeticException)
        val left = client.withdrawProcesses(sandbox.running(300), system, null, RunOptions().maxInFlight(1))
        val begun = CountDownLatch(1)
        val future = left.start { begun.countDown() }
        begun.await()
        future.cancel(true)
        eventually("the run is over") { left.report.ended == BulkEnd.CANCELLED }
        assertNull(left.report.kind)
        assertFalse(left.report.ours == 300)
        client.close()
    }
}

/** An answer to anything: a token, and a success. */
private const val TOKEN = """{"code": 0, "tenant_access_token": "t-1", "expire": 7200, "data": {}}"""

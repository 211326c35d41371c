package feishu.corehr

import feishu.corehr.model.SqlValue
import feishu.corehr.model.Statement
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean

/**
 * A run over many processes: a flow of their results, each of them told once it is durable in the journal. Made by
 * [Client.withdrawProcesses] and [Client.revokeProcesses].
 *
 * The run goes on while it is collected, and it is collected once. Its calls and its journal run on dispatchers of their
 * own, so that neither blocks the collector's; its results come in the collector's context. A cancelled collector, one that
 * leaves early (as by `first()`), and one that throws end the run: nothing more is begun, and what is on its way is waited
 * for, for at most 10 seconds. With the same journal the same call goes on with it.
 */
public class BulkRun internal constructor(
    private val native: NativeBulk,
    private val journal: Journal?,
    private val host: Host,
    private val onProgress: ((BulkProgress) -> Unit)?,
) : Flow<BulkResult> {
    private val isCollected = AtomicBoolean()
    private val news = Channel<Unit>(Channel.CONFLATED)
    private val lock = Any()
    private var last: Pair<BulkReport, BulkProgress>? = null

    /** What the run has come to so far, and at its end for good. */
    public val report: BulkReport get() = synchronized(lock) { last?.first ?: now().first }

    /** How far the run is. */
    public val progress: BulkProgress get() = synchronized(lock) { last?.second ?: now().second }

    /**
     * Begins nothing more; what is on its way is waited for, for at most 10 seconds. The flow goes on to its end, and tells
     * what became of that. It may be called from any thread.
     */
    public fun cancel() {
        synchronized(lock) {
            if (last == null) {
                throwing { native.cancel() }
            }
        }
        news.trySend(Unit)
    }

    /**
     * Runs it.
     *
     * @throws FeishuException for a journal that is in use, damaged or another run's; nothing was sent.
     * @throws IllegalStateException when it was collected before.
     */
    override suspend fun collect(collector: FlowCollector<BulkResult>) {
        check(isCollected.compareAndSet(false, true)) {
            "this run was collected already; make another one, which with the same journal goes on with it"
        }
        flow { emitAll() }.collect(collector)
    }

    private suspend fun FlowCollector<BulkResult>.emitAll() {
        val told = Channel<List<BulkResult>>()
        // Neither the collector's cancellation nor its dispatcher reaches what goes on in here.
        val context = currentCoroutineContext().minusKey(Job) + Dispatchers.Default
        val running = CoroutineScope(context).async { go(CoroutineScope(context + SupervisorJob()), told) }
        try {
            for (results in told) {
                results.forEach { emit(it) }
                onProgress?.invoke(progress)
            }
            running.await()
        } finally {
            told.cancel()
            withContext(NonCancellable) {
                if (running.isActive) {
                    cancel()
                }
                running.join()
            }
        }
    }

    /** Takes the run's steps to the end. What to do is decided in the library. */
    private suspend fun go(calls: CoroutineScope, told: SendChannel<List<BulkResult>>) {
        val going = ConcurrentHashMap<UInt, Job>()
        val keeper = journal?.let(::Keeper)
        try {
            while (true) {
                when (val step = throwing { native.poll() }) {
                    is RunStep.Abandon -> step.numbers.mapNotNull(going::get).onEach { it.cancel() }.joinAll()
                    is RunStep.Begin -> step.numbers.forEach { calls.begin(it, going) }
                    is RunStep.Done -> return
                    is RunStep.Query -> keeper?.query(step.statement)
                    is RunStep.Refused -> throw FeishuException(step.error)
                    is RunStep.Store -> keeper?.store(step.statements)
                    is RunStep.Tell -> told.tell(step.results.map { it.signed() })
                    is RunStep.Wait -> withTimeoutOrNull(step.delay.milliseconds()) { news.receive() }
                }
            }
        } finally {
            // There are some only where the library has broken.
            going.values.onEach { it.cancel() }.joinAll()
            keeper?.close()
            synchronized(lock) {
                last = now()
                native.close()
            }
            told.close()
        }
    }

    /** One more call. The run hears how it ends from the library. */
    private fun CoroutineScope.begin(number: UInt, going: ConcurrentHashMap<UInt, Job>) {
        val begun = try {
            native.begin(number)
        } catch (_: Failure.Failed) {
            return
        }
        val job = launch { runCatching { begun.run(host) } }
        going[number] = job
        job.invokeOnCompletion {
            // A call that is cancelled before its coroutine starts is ended by this.
            begun.call.close()
            // By now another call may have the number: what had no effect is begun again.
            going.remove(number, job)
            news.trySend(Unit)
        }
    }

    private fun now() = throwing { native.report().signed() to native.progress().signed() }

    /** The journal as the run uses it: opened by the first statement, and never left in the midst of one. */
    private inner class Keeper(private val journal: Journal) {
        private var store: JournalStore? = null

        suspend fun query(statement: Statement) = answered {
            val rows = it.query(plain(statement))
            throwing { native.rows(rows.map { row -> row.map(::sqlValue) }) }
        }

        suspend fun store(statements: List<Statement>) = answered {
            it.store(statements.map(::plain))
            throwing { native.stored() }
        }

        suspend fun close() = withContext(Dispatchers.IO) { runCatching { store?.close() } }

        private suspend fun answered(act: (JournalStore) -> Unit) = withContext(Dispatchers.IO) {
            try {
                act(store ?: journal.open().also { store = it })
            } catch (error: Exception) {
                throwing { native.failed(error.message ?: error.javaClass.name) }
            }
        }
    }
}

/** A collector that has left hears nothing more. */
private suspend fun SendChannel<List<BulkResult>>.tell(results: List<BulkResult>) {
    try {
        send(results)
    } catch (_: CancellationException) {
    }
}

private fun plain(statement: Statement) = SqlStatement(
    statement.sql,
    statement.values.map {
        when (it) {
            is SqlValue.Integer -> it.v1
            is SqlValue.Null -> null
            is SqlValue.Text -> it.v1
        }
    },
)

/** What is neither a number nor a text is none of a run's. */
private fun sqlValue(value: Any?): SqlValue = when (value) {
    is Number -> SqlValue.Integer(value.toLong())
    is String -> SqlValue.Text(value)
    else -> SqlValue.Null
}

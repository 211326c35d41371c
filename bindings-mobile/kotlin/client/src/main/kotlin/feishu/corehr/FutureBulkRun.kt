package feishu.corehr

import feishu.corehr.model.Already
import feishu.corehr.model.ReadBack
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.future.future
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.function.Consumer
import kotlin.time.toKotlinDuration

/** A [BulkRun] for Java. */
public class FutureBulkRun internal constructor(private val run: BulkRun, private val scope: CoroutineScope) {
    /** What the run has come to so far, and at its end for good. */
    public val report: BulkReport get() = run.report

    /** How far the run is. */
    public val progress: BulkProgress get() = run.progress

    /**
     * Runs it, once. [onResult] is told of each process, one at a time, on a thread of the client; what it throws ends the
     * run, and the future with it.
     *
     * Cancelling the future ends the run without a report: nothing more is begun, and the journal is let go of when what is
     * on its way has ended, after at most 10 seconds. [cancel] lets the future end with the report of that.
     */
    public fun start(onResult: Consumer<BulkResult>): CompletableFuture<BulkReport> = scope.future {
        run.collect { onResult.accept(it) }
        run.report
    }

    /** [BulkRun.cancel]. */
    public fun cancel(): Unit = run.cancel()
}

/** What a run over many processes may be told; each method returns this. The parameters are those of [Client]. */
public class RunOptions {
    internal var journal: Journal? = null
    internal var onProgress: ((BulkProgress) -> Unit)? = null
    internal var maxInFlight: Int? = null
    internal var maxFailures: Int? = null
    internal var expectCount: Int? = null
    internal var allowAnyId = false
    internal var keepReasons = false
    internal var readBack = ReadBack.BEST_EFFORT
    internal var already = Already.SUCCESS
    internal var checkFirst = false
    internal var deadline: kotlin.time.Duration? = null
    internal var token: String? = null

    /** Where the run keeps what it knows; without one it cannot be gone on with. */
    public fun journal(value: Journal): RunOptions = apply { journal = value }

    /** Is told how far the run is, on the thread that is told the results. */
    public fun onProgress(value: Consumer<BulkProgress>): RunOptions = apply { onProgress = value::accept }

    /** How many calls may go on at once: 1 to 256, by default 256. */
    public fun maxInFlight(value: Int): RunOptions = apply { maxInFlight = value }

    /** The run pauses when so many processes have failed; by default it does not. */
    public fun maxFailures(value: Int): RunOptions = apply { maxFailures = value }

    /** How many processes there must be, each counted once. */
    public fun expectCount(value: Int): RunOptions = apply { expectCount = value }

    /** Whether ids may be other than numbers of at most 32 digits. */
    public fun allowAnyId(value: Boolean): RunOptions = apply { allowAnyId = value }

    /** Whether the journal keeps the reason as text. */
    public fun keepReasons(value: Boolean): RunOptions = apply { keepReasons = value }

    /** How much reading after a lost answer matters. */
    public fun readBack(value: ReadBack): RunOptions = apply { readBack = value }

    /** Whether a process that is where it was meant to go already is an error. */
    public fun already(value: Already): RunOptions = apply { already = value }

    /** Whether to read each process first. */
    public fun checkFirst(value: Boolean): RunOptions = apply { checkFirst = value }

    /** How long the call for one process may take. */
    public fun deadline(value: Duration): RunOptions = apply { deadline = value.toKotlinDuration() }

    /** A tenant access token for this run alone. */
    public fun token(value: String): RunOptions = apply { token = value }
}

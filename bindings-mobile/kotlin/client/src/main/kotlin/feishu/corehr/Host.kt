package feishu.corehr

import feishu.corehr.model.CallOptions
import feishu.corehr.model.FeishuError
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.NameValue
import feishu.corehr.model.Observation
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/**
 * One HTTP stack. It sends each request once, follows no redirect, resends nothing, and drops the connection when its
 * coroutine is cancelled.
 *
 * It may block its thread, and it may ignore that it is cancelled: a call ends at its deadline all the same. It has the
 * coroutine context of the call that it sends for, but for the job and the dispatcher, which is one for blocking work.
 */
public interface Transport {
    /**
     * Sends a request and reads the whole answer, within the request's `budget` (milliseconds) and `maxResponse` (bytes
     * after decompression). To fail, throw [TransportException.Failed]; of other exceptions only the class is told.
     */
    public suspend fun send(request: HttpRequest): HttpResponse
}

/** What a [Transport] throws. */
public sealed class TransportException(message: String) : Exception(message) {
    /**
     * There is no answer.
     *
     * @property kind how it failed.
     * @property bytesWritten whether any byte of the request was written, `true` when the transport cannot know: only a
     *   `false` here proves that the server did not act.
     * @property detail what the HTTP stack says, without URL and without secrets.
     * @property head status and headers, where they were read before it failed; its body is not looked at.
     */
    public class Failed @JvmOverloads constructor(
        public val kind: TransportErrorKind,
        public val bytesWritten: Boolean,
        public val detail: String,
        public val head: HttpResponse? = null,
    ) : TransportException(detail)
}

/** What the app has brought. All of it may fail in every way. */
internal class Host(
    private val transport: Transport,
    private val tokenSource: (suspend (refused: Boolean) -> String)?,
    private val onAttempt: ((Observation) -> Unit)?,
    private val onCancelled: ((FeishuError) -> Unit)?,
    val headers: List<NameValue> = emptyList(),
    private val onAnswer: ((HttpResponse) -> Unit)? = null,
) {
    /** The same with other headers, or with another listener; what is null stays. */
    fun with(headers: List<NameValue>?, onAnswer: ((HttpResponse) -> Unit)?): Host =
        Host(transport, tokenSource, onAttempt, onCancelled, headers ?: this.headers, onAnswer ?: this.onAnswer)

    /** What a call may be told, with the caller's own headers. */
    fun added(options: CallOptions): CallOptions = if (headers.isEmpty()) options else options.copy(headers = headers)

    suspend fun send(step: HostStep.Send): HostAnswer {
        // The package's own can be trusted: it neither blocks nor outlives its request's budget.
        val sent = if (transport is OkHttpTransport) {
            runCatching { transport.send(step.request) }
        } else {
            apart(step.limit) { transport.send(step.request) }
        }
        // What comes for a token is a secret.
        if (onAnswer != null && !step.request.sensitiveBody) {
            sent?.onSuccess { response -> runCatching { onAnswer(response) } }
        }
        return sent.answer(HostAnswer::Answered) { thrown ->
            when (thrown) {
                is TransportException.Failed -> thrown.run { HostAnswer.Failed(kind, bytesWritten, detail, head) }
                else -> {
                    val undeclared = "the transport threw ${thrown.javaClass.name}"
                    HostAnswer.Failed(TransportErrorKind.OTHER, true, undeclared, null)
                }
            }
        }
    }

    suspend fun token(step: HostStep.AskToken): HostAnswer {
        val source = tokenSource ?: return HostAnswer.Late
        return apart(step.limit) { source(step.refused) }.answer(HostAnswer::Token) { thrown ->
            val error = thrown as? HostException
            HostAnswer.TokenFailed(error ?: HostException.Failed("it threw ${thrown.javaClass.name}"))
        }
    }

    /** Asks for what starts only where somebody watches. */
    fun starting(call: Call) {
        if (onAttempt != null) call.started()?.let(::attempted)
    }

    fun attempted(observation: Observation) {
        onAttempt?.let { runCatching { it(observation) } }
    }

    fun cancelled(error: FeishuError) {
        onCancelled?.let { runCatching { it(error) } }
    }
}

/** Null is late. What ends because the call is cancelled is no answer. */
private suspend fun <T> Result<T>?.answer(good: (T) -> HostAnswer, bad: (Throwable) -> HostAnswer): HostAnswer {
    if (this == null) {
        return HostAnswer.Late
    }
    if (isFailure) {
        currentCoroutineContext().ensureActive()
    }
    return fold(good, bad)
}

/**
 * Runs what may block and may be deaf to cancellation in a scope of its own, with the elements of this call's context;
 * null when it has not ended in time. The clock is a real one, also where the caller's dispatcher has virtual time.
 */
private suspend fun <T> apart(limit: ULong, work: suspend () -> T): Result<T>? {
    val context = currentCoroutineContext().minusKey(Job) + Blocking
    val running = CoroutineScope(context).async { work() }
    try {
        withContext(Dispatchers.Default) { withTimeoutOrNull(limit.milliseconds()) { running.join() } } ?: return null
        return runCatching { running.await() }
    } finally {
        running.cancel()
    }
}

/** As many threads as are blocked. */
private val Blocking = Dispatchers.IO.limitedParallelism(Int.MAX_VALUE)

internal fun ULong.milliseconds(): Long = coerceAtMost(Long.MAX_VALUE.toULong()).toLong()

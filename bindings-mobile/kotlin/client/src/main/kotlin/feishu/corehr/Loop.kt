package feishu.corehr

import feishu.corehr.model.ErrorKind
import feishu.corehr.model.FeishuError
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/** Runs a call in the coroutine of its caller. Whatever ends it before its end, it tells what it has done. */
internal suspend fun Begun.run(host: Host): Output = call.use { call ->
    try {
        call.take(step, host)
    } catch (error: FeishuException) {
        throw error
    } catch (thrown: Throwable) {
        val error = call.ended()
        if (thrown is CancellationException) {
            host.cancelled(error)
            throw thrown
        }
        // Of the generated code or of the runtime.
        val summary = "internal error: ${thrown.javaClass.name}"
        throw FeishuException(error.copy(kind = ErrorKind.TRANSPORT, summary = summary), thrown)
    }
}

/** Takes the steps, one after the other. What to do is decided in the library. */
private suspend fun Call.take(first: HostStep, host: Host): Output {
    var step = first
    while (true) {
        val answer = when (val now = step) {
            is HostStep.Done -> return now.output
            is HostStep.Failed -> throw FeishuException(now.error)
            is HostStep.AskToken -> active { host.token(now) }
            is HostStep.Send -> active {
                host.starting(this)
                host.send(now)
            }
            is HostStep.Wait -> active { pause(now) }
        }
        val turn = next(answer)
        turn.observation?.let(host::attempted)
        step = turn.step
    }
}

/** Ends the call before its end; what it has done until then. */
private fun Call.ended(): FeishuError =
    try {
        cancel()
    } catch (failure: Failure.Failed) {
        failure.error
    }

/** Nothing is begun for a caller who is cancelled. */
private suspend inline fun <T> active(act: () -> T): T {
    currentCoroutineContext().ensureActive()
    return act()
}

private suspend fun Call.pause(step: HostStep.Wait): HostAnswer {
    val woken = CompletableDeferred<Unit>()
    if (step.wakes) {
        wake(object : Waker {
            override fun wake() {
                woken.complete(Unit)
            }
        })
    }
    // Away from the caller's dispatcher, which might take this coroutine up in the midst of the call that wakes it, or
    // might have virtual time.
    withContext(Dispatchers.Default) { withTimeoutOrNull(step.delay.milliseconds()) { woken.await() } }
    return HostAnswer.Late
}

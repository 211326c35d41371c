package feishu.corehr

import feishu.corehr.model.FeishuError
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Observation
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.delay

internal object CoroutineAlarm : Alarm {
    override suspend fun sleep(milliseconds: ULong) = delay(milliseconds.toLong())
}

/** The library hears of exceptions only; after an [Error] of Java it would wait for ever. */
internal class ReportingTransport(private val transport: Transport) : Transport {
    override suspend fun send(request: HttpRequest): HttpResponse =
        try {
            transport.send(request)
        } catch (error: Error) {
            val detail = "the transport threw ${error.javaClass.name}"
            throw TransportException.Failed(TransportErrorKind.OTHER, true, detail)
        }
}

/** The same for tokens. */
internal class ReportingTokenSource(private val function: suspend (Boolean) -> String) : TokenSource {
    override suspend fun token(refused: Boolean): String =
        try {
            function(refused)
        } catch (error: Error) {
            throw HostException.Failed("it threw ${error.javaClass.name}")
        }
}

internal class ReportingObserver private constructor(
    private val onAttempt: ((Observation) -> Unit)?,
    private val onCancelled: ((FeishuError) -> Unit)?,
) : Observer {
    override fun attempted(observation: Observation) = told { onAttempt?.invoke(observation) }

    override fun cancelled(error: FeishuError) = told { onCancelled?.invoke(error) }

    private inline fun told(tell: () -> Unit) =
        try {
            tell()
        } catch (error: Error) {
            throw HostException.Failed("it threw ${error.javaClass.name}")
        }

    companion object {
        fun of(onAttempt: ((Observation) -> Unit)?, onCancelled: ((FeishuError) -> Unit)?): Observer? =
            if (onAttempt == null && onCancelled == null) null else ReportingObserver(onAttempt, onCancelled)
    }
}

package feishu.corehr

import feishu.corehr.model.TransportErrorKind
import java.io.IOException
import java.io.InterruptedIOException
import java.net.ConnectException
import java.net.NoRouteToHostException
import java.net.UnknownHostException
import java.security.cert.CertificateException
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import javax.net.ssl.SSLException
import javax.net.ssl.SSLPeerUnverifiedException

/** What OkHttp's and Java's exceptions mean. */
internal fun kindOf(error: IOException, hasHead: Boolean): TransportErrorKind {
    val text = error.message.orEmpty()
    return when {
        error is InterruptedIOException -> TransportErrorKind.TIMEOUT
        hasHead -> TransportErrorKind.BAD_BODY
        error is UnknownHostException -> TransportErrorKind.DNS
        error is ConnectException || error is NoRouteToHostException -> TransportErrorKind.CONNECT
        error is SSLPeerUnverifiedException || causes(error).any { it is CertificateException } ->
            TransportErrorKind.TLS_UNTRUSTED
        error is SSLException -> TransportErrorKind.TLS_IO
        // OkHttp has no classes for these two.
        text.startsWith("Failed to authenticate with proxy") -> TransportErrorKind.PROXY_AUTH
        text.startsWith("Unexpected response code for CONNECT") -> TransportErrorKind.PROXY
        else -> TransportErrorKind.DISCONNECTED
    }
}

/** Threads that do not keep a program alive which has ended. */
internal object Threads {
    fun pool(): ExecutorService =
        Executors.newCachedThreadPool { task -> Thread(task, "feishu-corehr").apply { isDaemon = true } }
}

private fun causes(error: Throwable): Sequence<Throwable> = generateSequence(error) { it.cause }

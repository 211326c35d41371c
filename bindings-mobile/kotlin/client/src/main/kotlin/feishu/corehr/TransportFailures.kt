package feishu.corehr

import feishu.corehr.model.TransportErrorKind
import java.io.IOException
import java.io.InterruptedIOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Proxy
import java.net.Socket
import java.net.SocketException
import java.net.UnknownHostException
import java.security.cert.CertificateException
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import javax.net.SocketFactory
import javax.net.ssl.SSLException
import javax.net.ssl.SSLPeerUnverifiedException

/** What OkHttp's and Java's exceptions mean. */
internal fun kindOf(error: IOException, hasConnection: Boolean, hasHead: Boolean): TransportErrorKind {
    val text = error.message.orEmpty()
    return when {
        error is UnstartedException -> TransportErrorKind.CLOSED
        error is InterruptedIOException -> if (hasConnection) TransportErrorKind.TIMEOUT else TransportErrorKind.CONNECT
        hasHead -> TransportErrorKind.BAD_BODY
        error is UnknownHostException -> TransportErrorKind.DNS
        error is SSLPeerUnverifiedException || causes(error).any { it is CertificateException } ->
            TransportErrorKind.TLS_UNTRUSTED
        error is SSLException -> TransportErrorKind.TLS_IO
        // OkHttp has no classes for these two.
        text.startsWith("Failed to authenticate with proxy") -> TransportErrorKind.PROXY_AUTH
        text.startsWith("Unexpected response code for CONNECT") -> TransportErrorKind.PROXY
        // Refused, unreachable, or no socket left.
        error is SocketException && !hasConnection -> TransportErrorKind.CONNECT
        else -> TransportErrorKind.DISCONNECTED
    }
}

/** The connection cannot be used, and nothing was written on it. */
internal class UnstartedException(text: String) : IOException(text)

/** Sockets that go where they are told, past the proxies that the system names. */
internal object DirectSockets : SocketFactory() {
    override fun createSocket(): Socket = Socket(Proxy.NO_PROXY)

    override fun createSocket(host: String, port: Int): Socket = connected(InetSocketAddress(host, port))

    override fun createSocket(host: InetAddress, port: Int): Socket = connected(InetSocketAddress(host, port))

    override fun createSocket(host: String, port: Int, localHost: InetAddress?, localPort: Int): Socket =
        connected(InetSocketAddress(host, port), InetSocketAddress(localHost, localPort))

    override fun createSocket(host: InetAddress, port: Int, localHost: InetAddress?, localPort: Int): Socket =
        connected(InetSocketAddress(host, port), InetSocketAddress(localHost, localPort))

    private fun connected(to: InetSocketAddress, from: InetSocketAddress? = null): Socket =
        createSocket().apply {
            bind(from)
            connect(to)
        }
}

/** Threads that do not keep a program alive which has ended. */
internal object Threads {
    fun pool(): ExecutorService =
        Executors.newCachedThreadPool { task -> Thread(task, "feishu-corehr").apply { isDaemon = true } }
}

private fun causes(error: Throwable): Sequence<Throwable> = generateSequence(error) { it.cause }

package feishu.corehr

import feishu.corehr.model.Header
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Method
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import okhttp3.Call
import okhttp3.Callback
import okhttp3.Connection
import okhttp3.ConnectionPool
import okhttp3.CookieJar
import okhttp3.Dispatcher
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import okio.Buffer
import okio.BufferedSink
import java.io.IOException
import java.net.Proxy
import java.net.SocketTimeoutException
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.SECONDS
import javax.net.SocketFactory
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * Sends each request once, by OkHttp: no redirect is followed, nothing is sent again, and a cancelled call closes its
 * connection. Time-outs and the largest answer come from each request. No request waits for another one's end.
 *
 * Each request has a connection of its own: OkHttp takes bytes that lie on a kept one for the next request's answer.
 *
 * [base] brings its proxy and that proxy's authenticator, TLS, the certificates that it trusts (all, if its trust manager
 * does), certificate pins, DNS and interceptors; its time-outs, cache, cookies, authenticator, dispatcher and connections
 * are not used. An interceptor that sends again is an error.
 *
 * @param allowProxySelector whether [base]'s proxy selector is asked, which by default is the system's. Else a proxy is
 *   used only where [base] names one by `proxy(…)`.
 */
public class OkHttpTransport @JvmOverloads constructor(
    base: OkHttpClient = OkHttpClient(),
    allowProxySelector: Boolean = false,
) : Transport {
    private val client = onceOnly(base, allowProxySelector)

    override suspend fun send(request: HttpRequest): HttpResponse {
        val progress = Progress(request)
        return suspendCancellableCoroutine { continuation ->
            try {
                val call = client.newCall(okHttpRequest(request, progress))
                call.timeout().timeout(request.budget.toLong(), MILLISECONDS)
                continuation.invokeOnCancellation { call.cancel() }
                call.enqueue(Answered(continuation, progress))
            } catch (error: Throwable) {
                // No thread, for instance.
                continuation.resumeWithException(failure(error, progress))
            }
        }
    }
}

/** A request, and how far it has come. */
private class Progress(val request: HttpRequest) {
    /** Only as long as this is false is it proved that no byte was written: a connection came later, or never. */
    @Volatile var hasConnection = false

    /** Status and headers, once they are read. */
    @Volatile var head: HttpResponse? = null

    fun failed(kind: TransportErrorKind, detail: String, bytesWritten: Boolean = hasConnection) =
        TransportException.Failed(kind, bytesWritten, detail, head)
}

private class Answered(
    private val continuation: CancellableContinuation<HttpResponse>,
    private val progress: Progress,
) : Callback {
    override fun onFailure(call: Call, e: IOException) = continuation.resumeWithException(failure(e, progress))

    override fun onResponse(call: Call, response: Response) {
        val read = runCatching { response.use { read(it, progress) } }
        read.fold(continuation::resume) { continuation.resumeWithException(failure(it, progress)) }
    }
}

private fun onceOnly(base: OkHttpClient, allowProxySelector: Boolean): OkHttpClient {
    val builder = base.newBuilder()
    if (!allowProxySelector) {
        builder.proxy(base.proxy ?: Proxy.NO_PROXY)
        // Java's plain sockets ask the system's selector, too.
        if (base.socketFactory == SocketFactory.getDefault()) {
            builder.socketFactory(DirectSockets)
        }
    }
    return builder
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .protocols(listOf(Protocol.HTTP_1_1))
        .readTimeout(0, MILLISECONDS)
        .writeTimeout(0, MILLISECONDS)
        .cache(null)
        .cookieJar(CookieJar.NO_COOKIES)
        .authenticator { _, _ -> null }
        .connectionPool(ConnectionPool(0, 1, SECONDS))
        // The client paces its requests; a queue here would be waiting time that no time-out sees.
        .dispatcher(unlimited())
        .addInterceptor(ConnectBudget)
        .addNetworkInterceptor(Once)
        .build()
}

private fun unlimited(): Dispatcher =
    Dispatcher(Threads.pool()).apply {
        maxRequests = Int.MAX_VALUE
        maxRequestsPerHost = Int.MAX_VALUE
    }

private object ConnectBudget : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val budget = chain.request().tag(Progress::class.java)?.request?.connectBudget
            ?: return chain.proceed(chain.request())
        return chain.withConnectTimeout(budget.coerceIn(1u, Int.MAX_VALUE.toULong()).toInt(), MILLISECONDS)
            .proceed(chain.request())
    }
}

/** Runs when there is a connection, just before the first byte. */
private object Once : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val progress = chain.request().tag(Progress::class.java)
        if (progress?.hasConnection == true) {
            throw IOException("an interceptor sends the request again")
        }
        chain.connection()?.let(::refuseEarlyBytes)
        progress?.hasConnection = true
        val response = headOf(chain)
        val pause = response.header(RETRY_AFTER)
        // OkHttp sends a read again at once when it is told 0, and trips over large numbers.
        return if (pause == null || response.code != 503) {
            response
        } else {
            response.newBuilder().removeHeader(RETRY_AFTER).header(HIDDEN_RETRY_AFTER, pause).build()
        }
    }

    /** What comes before anything was asked is nobody's answer. */
    private fun refuseEarlyBytes(connection: Connection) {
        val socket = connection.socket()
        val timeout = socket.soTimeout
        socket.soTimeout = 1
        try {
            socket.getInputStream().read()
            throw UnstartedException("the connection was closed, or answered before it was asked")
        } catch (_: SocketTimeoutException) {
            socket.soTimeout = timeout
        }
    }
}

private fun okHttpRequest(request: HttpRequest, progress: Progress): Request {
    val builder = Request.Builder().url(request.url).tag(Progress::class.java, progress)
    for (header in request.headers) {
        builder.addHeader(header.name, header.value)
    }
    builder.header("connection", "close")
    // OkHttp wants a body where there may be one.
    val body = request.body ?: if (request.method in WITH_BODY) ByteArray(0) else null
    return builder.method(request.method.name, body?.let { OneShot(it.toRequestBody()) }).build()
}

/** A body that OkHttp may not send a second time. */
private class OneShot(private val body: RequestBody) : RequestBody() {
    override fun contentType() = null

    override fun contentLength() = body.contentLength()

    override fun writeTo(sink: BufferedSink) = body.writeTo(sink)

    override fun isOneShot() = true
}

private fun read(response: Response, progress: Progress): HttpResponse {
    val cap = progress.request.maxResponse.toLong()
    val headers = response.headers
    val shown = headers.map { (name, value) -> Header(if (name == HIDDEN_RETRY_AFTER) RETRY_AFTER else name, value) }
    val head = HttpResponse(response.code.toUShort(), shown, ByteArray(0)).also { progress.head = it }
    if (headers.size > MOST_HEADERS || headers.byteCount() > MOST_HEADER_BYTES) {
        val detail = "more than $MOST_HEADERS headers or $MOST_HEADER_BYTES bytes of them"
        throw progress.failed(TransportErrorKind.TOO_LARGE, detail, bytesWritten = true)
    }
    val body = Buffer()
    while (response.body.source().read(body, CHUNK) != -1L) {
        if (body.size > cap) {
            throw progress.failed(TransportErrorKind.TOO_LARGE, "more than $cap bytes", bytesWritten = true)
        }
    }
    return head.copy(body = body.readByteArray())
}

private fun failure(error: Throwable, progress: Progress): TransportException.Failed =
    when (error) {
        is TransportException.Failed -> error
        is IOException -> {
            val kind = kindOf(error, progress.hasConnection, progress.head != null)
            progress.failed(kind, error.message ?: "$error")
        }
        // Of others only the class is told: nobody knows what their texts hold.
        else -> progress.failed(TransportErrorKind.OTHER, error.javaClass.name)
    }

private val WITH_BODY = listOf(Method.PATCH, Method.POST, Method.PUT)
private const val MOST_HEADERS = 100
private const val MOST_HEADER_BYTES = 65_536L
private const val CHUNK = 8_192L
private const val RETRY_AFTER = "retry-after"
private const val HIDDEN_RETRY_AFTER = "x-feishu-corehr-retry-after"

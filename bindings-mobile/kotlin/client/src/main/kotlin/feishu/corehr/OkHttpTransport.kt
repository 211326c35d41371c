package feishu.corehr

import feishu.corehr.model.Header
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.TransportErrorKind
import kotlinx.coroutines.suspendCancellableCoroutine
import okhttp3.Call
import okhttp3.Callback
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
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * Sends each request once, by OkHttp: no redirect is followed, nothing is sent again, and a cancelled call closes its
 * connection. Time-outs and the largest answer come from each request.
 *
 * [base] brings its proxy, TLS, certificate pins, DNS and interceptors; its time-outs, cache, cookies, authenticators,
 * dispatcher and connections are not used. An interceptor that sends again makes results uncertain: do not have one.
 */
public class OkHttpTransport(base: OkHttpClient = OkHttpClient()) : Transport, AutoCloseable {
    private val client = onceOnly(base)

    override suspend fun send(request: HttpRequest): HttpResponse {
        val progress = Progress()
        val call = clientFor(request).newCall(okHttpRequest(request, progress))
        return suspendCancellableCoroutine { continuation ->
            continuation.invokeOnCancellation { call.cancel() }
            call.enqueue(
                object : Callback {
                    override fun onFailure(call: Call, e: IOException) =
                        continuation.resumeWithException(failure(e, progress))

                    override fun onResponse(call: Call, response: Response) {
                        val result = runCatching { response.use { read(it, request.maxResponse.toLong(), progress) } }
                        result.fold(continuation::resume) {
                            continuation.resumeWithException(if (it is IOException) failure(it, progress) else it)
                        }
                    }
                },
            )
        }
    }

    /** Closes the connections that nobody uses; requests under way go on. */
    override fun close() {
        client.connectionPool.evictAll()
        client.dispatcher.executorService.shutdown()
    }

    private fun clientFor(request: HttpRequest): OkHttpClient {
        val builder = client.newBuilder()
        if (request.freshConnection) {
            builder.connectionPool(ConnectionPool(0, 1, SECONDS))
        }
        return builder
            .callTimeout(request.budget.toLong(), MILLISECONDS)
            .connectTimeout(request.connectBudget.toLong(), MILLISECONDS)
            .build()
    }
}

/** How far a request has come. */
private class Progress {
    /** Only as long as this is false is it proved that no byte was written: a connection came later, or never. */
    @Volatile var hasConnection = false

    @Volatile var hasHead = false
}

private fun onceOnly(base: OkHttpClient): OkHttpClient =
    base
        .newBuilder()
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .protocols(listOf(Protocol.HTTP_1_1))
        .readTimeout(0, MILLISECONDS)
        .writeTimeout(0, MILLISECONDS)
        .cache(null)
        .cookieJar(CookieJar.NO_COOKIES)
        .authenticator { _, _ -> null }
        .connectionPool(ConnectionPool(IDLE_CONNECTIONS, IDLE_SECONDS, SECONDS))
        // The client paces its requests; a queue here would be waiting time that no time-out sees.
        .dispatcher(Dispatcher(Threads.pool()).apply { maxRequests = Int.MAX_VALUE; maxRequestsPerHost = Int.MAX_VALUE })
        .addNetworkInterceptor(Once)
        .build()

/** Runs when there is a connection, just before the first byte. */
private object Once : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val progress = chain.request().tag(Progress::class.java)
        if (progress?.hasConnection == true) {
            throw IOException("an interceptor sends the request again")
        }
        progress?.hasConnection = true
        val response = chain.proceed(chain.request())
        val pause = response.header(RETRY_AFTER)
        // OkHttp sends a read again at once when it is told 0, and trips over large numbers.
        return if (pause == null || response.code != 503) {
            response
        } else {
            response.newBuilder().removeHeader(RETRY_AFTER).header(HIDDEN_RETRY_AFTER, pause).build()
        }
    }
}

private fun okHttpRequest(request: HttpRequest, progress: Progress): Request {
    val builder = Request.Builder().url(request.url).tag(Progress::class.java, progress)
    for (header in request.headers) {
        builder.addHeader(header.name, header.value)
    }
    return builder.method(request.method.name, request.body?.let { OneShot(it.toRequestBody()) }).build()
}

/** A body that OkHttp may not send a second time. */
private class OneShot(private val body: RequestBody) : RequestBody() {
    override fun contentType() = null

    override fun contentLength() = body.contentLength()

    override fun writeTo(sink: BufferedSink) = body.writeTo(sink)

    override fun isOneShot() = true
}

private fun read(response: Response, cap: Long, progress: Progress): HttpResponse {
    progress.hasHead = true
    if (response.headers.size > MOST_HEADERS) {
        throw TransportException.Failed(TransportErrorKind.TOO_LARGE, true, "more than $MOST_HEADERS headers")
    }
    val body = Buffer()
    while (response.body.source().read(body, CHUNK) != -1L) {
        if (body.size > cap) {
            throw TransportException.Failed(TransportErrorKind.TOO_LARGE, true, "more than $cap bytes")
        }
    }
    val headers = response.headers.map { (name, value) ->
        Header(if (name == HIDDEN_RETRY_AFTER) RETRY_AFTER else name, value)
    }
    return HttpResponse(response.code.toUShort(), headers, body.readByteArray())
}

private fun failure(error: IOException, progress: Progress): TransportException.Failed =
    TransportException.Failed(kindOf(error, progress.hasHead), progress.hasConnection, error.message ?: "$error")

private const val IDLE_CONNECTIONS = 5

/** Below the 20 seconds after which a server may close. */
private const val IDLE_SECONDS = 15L
private const val MOST_HEADERS = 100
private const val CHUNK = 8_192L
private const val RETRY_AFTER = "retry-after"
private const val HIDDEN_RETRY_AFTER = "x-feishu-corehr-retry-after"

package feishu.corehr.tests

import com.sun.jna.Library
import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.Pointer
import feishu.corehr.Client
import feishu.corehr.OkHttpTransport
import feishu.corehr.Transport
import feishu.corehr.model.Actor
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Quota
import kotlinx.coroutines.runBlocking
import okhttp3.ConnectionPool
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import java.io.File
import java.util.Locale
import java.util.concurrent.TimeUnit

/**
 * What a warm call costs beside OkHttp's own, in processor time of this process, in alternating rounds of one run:
 *
 *     java -cp … feishu.corehr.tests.BenchKt SANDBOX FIGURES
 *
 * Each figure is added to the file FIGURES, as a line of JSON.
 */
fun main(arguments: Array<String>) = Sandbox(arguments[0]).use { sandbox ->
    val quota = Quota(UInt.MAX_VALUE, 1_000u)
    val client = sandbox.client(quotas = mapOf("get_process" to quota, "withdraw_process" to quota))
    val id = sandbox.running()
    // Every withdrawal is answered as if it were the first.
    val step = mapOf("on" to "withdraw_process", "answer" to mapOf("status" to 200, "json" to mapOf("code" to 0)))
    val answers = { sandbox.post("script", mapOf("steps" to List(CALLS) { step })) }
    val bare = OkHttpClient()
    val transport = OkHttpTransport()
    compare("getProcess", bare, transport, seen(sandbox) { it.getProcess(id) }, {}) {
        check(client.getProcess(id).processId == id)
    }
    answers()
    compare("withdrawProcess", bare, transport, seen(sandbox) { it.withdrawProcess(id, Actor.System()) }, answers) {
        check(client.withdrawProcess(id, Actor.System()).attempts == 1u)
    }
    client.close()
    File(arguments[1]).appendText(figures.joinToString(""))
}

private val figures = ArrayList<String>()

/** The last request that a call sends. */
private fun seen(sandbox: Sandbox, call: suspend (Client) -> Any): HttpRequest {
    var sent: HttpRequest? = null
    val real = OkHttpTransport()
    val spy = object : Transport {
        override suspend fun send(request: HttpRequest): HttpResponse = real.send(request).also { sent = request }
    }
    sandbox.client(transport = spy).use { runBlocking { call(it) } }
    return checkNotNull(sent)
}

private fun compare(
    name: String,
    bare: OkHttpClient,
    transport: OkHttpTransport,
    request: HttpRequest,
    prepare: () -> Any,
    call: suspend () -> Unit,
) {
    // As safe as the package's own transport: no answer can be that of an earlier request.
    val fresh = bare.newBuilder().connectionPool(ConnectionPool(0, 1, TimeUnit.SECONDS)).build()
    val rounds = List(ROUNDS + WARM_UP) { round ->
        val costs = listOf<suspend () -> Unit>(
            { send(bare, request) },
            { send(fresh, request) },
            { transport.send(request) },
            call,
        ).map { prepare().let { _ -> cost(it) } }
        costs.takeIf { round >= WARM_UP }
    }.filterNotNull()
    println("$name: OkHttp alone ${median(rounds.map { it[0] }).toInt()} µs of processor time a call")
    val peers = listOf("OkHttp", "OkHttp, a connection each", "the package's transport")
    for ((index, peer) in peers.withIndex()) {
        val ratio = String.format(Locale.ROOT, "%.3f", median(rounds.map { it[3] / it[index] }))
        println("  the call / $peer = $ratio")
        figures += """{"runtime":"Kotlin","figure":"$name","against":"$peer",""" +
            """"unit":"processor time of a warm call, ours / theirs","value":$ratio}""" + "\n"
    }
}

private fun send(client: OkHttpClient, request: HttpRequest) {
    val builder = Request.Builder().url(request.url).method(request.method.name, request.body?.toRequestBody())
    request.headers.forEach { builder.addHeader(it.name, it.value) }
    client.newCall(builder.build()).execute().use { check(it.body.bytes().isNotEmpty() && it.code == 200) }
}

/** Microseconds of processor time for one of many calls. */
private fun cost(call: suspend () -> Unit): Double = runBlocking {
    val before = processorTime()
    repeat(CALLS) { call() }
    (processorTime() - before) / 1e3 / CALLS
}

/** Nanoseconds. What Java itself tells moves in steps of 10 ms. */
private fun processorTime(): Long = Memory(16).use { time ->
    check(C.clock_gettime(CLOCK_PROCESS_CPUTIME_ID, time) == 0)
    time.getLong(0) * 1_000_000_000 + time.getLong(8)
}

@Suppress("ktlint:standard:function-naming")
private interface StandardLibrary : Library {
    fun clock_gettime(clock: Int, time: Pointer): Int
}

private fun median(values: List<Double>): Double = values.sorted()[values.size / 2]

private val C = Native.load("c", StandardLibrary::class.java)

/** Linux's number. */
private const val CLOCK_PROCESS_CPUTIME_ID = 2
private const val CALLS = 500
private const val WARM_UP = 12
private const val ROUNDS = 9

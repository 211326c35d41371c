package feishu.corehr.tests

import com.sun.management.OperatingSystemMXBean
import feishu.corehr.Client
import feishu.corehr.OkHttpTransport
import feishu.corehr.Transport
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.Quota
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient
import okhttp3.Request
import java.lang.management.ManagementFactory
import java.util.Locale

/**
 * What a call costs beside OkHttp's own, in processor time of this process, in alternating rounds of one run:
 *
 *     java -cp … feishu.corehr.tests.BenchKt SANDBOX
 */
fun main(arguments: Array<String>) = Sandbox(arguments[0]).use { sandbox ->
    val id = sandbox.running()
    val quotas = mapOf("get_process" to Quota(UInt.MAX_VALUE, 1_000u))
    var sent: HttpRequest? = null
    val real = OkHttpTransport()
    val spy = object : Transport {
        override suspend fun send(request: HttpRequest): HttpResponse = real.send(request).also { sent = request }
    }
    sandbox.client(quotas = quotas, transport = spy).use { runBlocking { it.getProcess(id) } }
    val client = sandbox.client(quotas = quotas)
    val bare = OkHttpClient()
    val rounds = List(ROUNDS + WARM_UP) { round ->
        val ofBare = cost { get(bare, checkNotNull(sent)) }
        val ofTransport = cost { runBlocking { real.send(checkNotNull(sent)) } }
        val ofClient = cost { read(client, id) }
        Triple(ofBare, ofTransport / ofBare, ofClient / ofBare).takeIf { round >= WARM_UP }
    }.filterNotNull()
    val bareTime = median(rounds.map { it.first })
    println(String.format(Locale.ROOT, "OkHttp alone: %.0f µs of processor time a call", bareTime))
    println(String.format(Locale.ROOT, "OkHttpTransport alone: %.2f times that", median(rounds.map { it.second })))
    println(String.format(Locale.ROOT, "getProcess: %.2f times that", median(rounds.map { it.third })))
    client.close()
}

private fun get(client: OkHttpClient, request: HttpRequest) {
    val builder = Request.Builder().url(request.url)
    request.headers.forEach { builder.addHeader(it.name, it.value) }
    client.newCall(builder.build()).execute().use { check(it.body.bytes().isNotEmpty() && it.code == 200) }
}

private fun read(client: Client, id: String) = runBlocking { check(client.getProcess(id).processId == id) }

/** Microseconds of processor time for one of many calls. */
private fun cost(call: () -> Unit): Double {
    val system = ManagementFactory.getOperatingSystemMXBean() as OperatingSystemMXBean
    val before = system.processCpuTime
    repeat(CALLS) { call() }
    return (system.processCpuTime - before) / 1e3 / CALLS
}

private fun median(values: List<Double>): Double = values.sorted()[values.size / 2]

private const val CALLS = 500
private const val WARM_UP = 12
private const val ROUNDS = 9

package feishu.corehr.tests

import com.google.gson.Gson
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.Transport
import feishu.corehr.model.Credentials
import feishu.corehr.model.FeishuError
import feishu.corehr.model.Observation
import feishu.corehr.model.Quota
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration

/** A running sandbox and its control endpoint. */
class Sandbox(program: String) : AutoCloseable {
    private val process = ProcessBuilder(program, "--no-limits", "--exit-with-stdin")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val about = JsonParser.parseString(process.inputReader().readLine()).asJsonObject
    private val http = HttpClient.newHttpClient()
    private val nextId = AtomicLong(7_900_000_000_000_000_000)

    val url: String = about["http"].asString
    val https: String = about["https"].asString
    val certificate: ByteArray get() = File(about["certificate"].asString).readBytes()
    val appId: String = about["app_id"].asString
    val appSecret: String = about["app_secret"].asString

    fun post(path: String, body: Any): JsonElement =
        control(path) { POST(HttpRequest.BodyPublishers.ofString("${body as? JsonElement ?: Gson().toJsonTree(body)}")) }

    fun get(path: String): JsonElement = control(path) { GET() }

    fun reset() {
        post("reset", emptyMap<String, String>())
    }

    /** The id of a new running process. */
    fun running(): String {
        val id = nextId.incrementAndGet().toString()
        post("processes", mapOf("process_id" to id))
        return id
    }

    /** The ids of so many new processes, all of them in one status. */
    fun running(count: Int, status: Int = 1): List<String> {
        val ids = List(count) { nextId.incrementAndGet().toString() }
        post("processes", ids.map { mapOf("process_id" to it, "status" to status) })
        return ids
    }

    /** The id of a process in some situation: `completed`, `rejected`, … */
    fun process(situation: String): String = about["processes"].asJsonObject[situation].asString

    fun status(processId: String): Int = get("processes/$processId").asJsonObject["status"].asInt

    fun fault(on: String, fault: String, vararg more: Pair<String, Any>) {
        post("faults", mapOf("on" to on, "fault" to fault, *more))
    }

    fun log(operation: String? = null): List<JsonObject> =
        get("log").asJsonArray.map { it.asJsonObject }.filter { operation in listOf(null, it["operation"].asString) }

    /** Waits for the log to show something. */
    fun until(what: String, condition: (List<JsonObject>) -> Boolean) {
        val end = System.nanoTime() + 60_000_000_000
        while (!condition(log())) {
            check(System.nanoTime() < end) { "not in the log: $what: ${log()}" }
            Thread.sleep(10)
        }
    }

    fun client(
        deadline: Duration? = null,
        rateShare: Double = 1.0,
        quotas: Map<String, Quota> = emptyMap(),
        transport: Transport? = null,
        onAttempt: ((Observation) -> Unit)? = null,
        onCancelled: ((FeishuError) -> Unit)? = null,
    ) = Client(
        Credentials.App(appId, appSecret),
        BaseUrl.Other(url),
        allowInsecureLoopback = true,
        deadline = deadline,
        rateShare = rateShare,
        quotas = quotas,
        transport = transport,
        onAttempt = onAttempt,
        onCancelled = onCancelled,
    )

    fun clientWithTokens(deadline: Duration? = null, source: suspend (refused: Boolean) -> String) = Client(
        Credentials.Host,
        BaseUrl.Other(url),
        allowInsecureLoopback = true,
        deadline = deadline,
        tokenSource = source,
    )

    override fun close() {
        process.outputStream.close()
        process.waitFor()
    }

    private fun control(path: String, method: HttpRequest.Builder.() -> HttpRequest.Builder): JsonElement {
        val request = HttpRequest.newBuilder(URI("${about["control"].asString}/$path")).method().build()
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() < 400) { "$path: ${answer.body()}" }
        return if (answer.body().isEmpty()) JsonNull.INSTANCE else JsonParser.parseString(answer.body())
    }
}

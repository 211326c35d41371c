package feishu.corehr.examples

import com.google.gson.JsonParser
import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.FeishuException
import feishu.corehr.explain
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Status
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.minutes

/** `Demo --sandbox JSON` shows the main job, and what can go wrong with it; the JSON is what the sandbox says first. */
fun main(arguments: Array<String>) = runBlocking {
    val sandbox = JsonParser.parseString(arguments[1]).asJsonObject
    val refusals = ConcurrentLinkedQueue<Long>()
    val client = Client(
        Credentials.App(sandbox["app_id"].asString, sandbox["app_secret"].asString),
        BaseUrl.Other(sandbox["http"].asString),
        allowInsecureLoopback = true,
        onAttempt = { attempt -> attempt.code?.let(refusals::add) },
    )

    println("1. The running processes of the last day:")
    val now = Clock.System.now() + 1.minutes
    val ids = client.listProcesses(now - 1.days, now, listOf(Status.IN_PROGRESS)).toList()
    println("  ${ids.size} running: ${ids.joinToString()}")

    println("2. Withdraw ${ids[0]}:")
    tell(client, ids[0], "a duplicate")

    println("3. Withdraw it again; it is withdrawn, but not by this call:")
    tell(client, ids[0])
    refusals.forEach(::tellWhy)

    println("4. Withdraw one that is completed already:")
    tell(client, sandbox["processes"].asJsonObject["completed"].asString)

    println("5. Withdraw ${ids[1]}, and lose the connection after the server has done it:")
    orderFault(sandbox["control"].asString, "rst-after-applied")
    tell(client, ids[1])

    println("6. Two mistakes in the arguments, found before anything is sent:")
    tell(client, "../7", "x".repeat(612))

    client.close()
}

private suspend fun tell(client: Client, processId: String, reason: String? = null) {
    try {
        val done = client.withdrawProcess(processId, Actor.System(), reason)
        val whose = done.attribution.name.lowercase()
        println("  withdrawn; by whom: $whose; attempts: ${done.attempts}; log id ${done.logId}")
    } catch (error: FeishuException) {
        if (error.kind == ErrorKind.NOT_WITHDRAWABLE) {
            println("  not withdrawn: its status is ${error.status}; code ${error.code}, effect ${error.effect}")
        }
        println("  $error")
        error.advice?.let { println("  ${it.zh}") }
    }
}

/** Says what the server's refusal means, and what to do. */
private fun tellWhy(code: Long) {
    val explanation = explain("withdraw_process", code) ?: return
    println("  the server had refused by code $code: ${explanation.meaning}")
    explanation.advice?.let { println("  ${it.en}\n  ${it.zh}") }
}

/** Tells the sandbox to break the next withdrawal. */
private fun orderFault(control: String, fault: String) {
    val body = """{"on": "withdraw_process", "fault": "$fault"}"""
    val request = HttpRequest.newBuilder(URI("$control/faults"))
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build()
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding())
}

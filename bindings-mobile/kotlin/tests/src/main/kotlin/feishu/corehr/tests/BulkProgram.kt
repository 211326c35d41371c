package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.SqliteJournal
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.Quota
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.time.Duration.Companion.seconds

/** `BulkProgram BASE_URL APP_ID APP_SECRET IDS JOURNAL` withdraws what stands in the file IDS, for a test that kills it. */
object BulkProgram {
    @JvmStatic
    fun main(arguments: Array<String>): Unit = runBlocking {
        val (url, appId, appSecret, ids, journal) = arguments
        Client(
            Credentials.App(appId, appSecret),
            BaseUrl.Other(url),
            allowInsecureLoopback = true,
            quotas = FAST,
        ).use { client ->
            val run = client.withdrawProcesses(
                File(ids).readLines(),
                Actor.System(),
                journal = SqliteJournal(journal),
                maxInFlight = 8,
                deadline = 20.seconds,
            )
            run.collect { println("${it.processId} ${it.outcome}") }
            println("report ${run.report.ended} ${run.report.ours + run.report.presumed} ${run.report.unattributed}")
        }
    }
}

/** Quotas that do not pace. */
val FAST: Map<String, Quota> =
    listOf("withdraw_process", "revoke_process", "get_process").associateWith { Quota(100_000u, 1_000u) }

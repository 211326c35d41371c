package feishu.corehr.examples

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.FeishuException
import feishu.corehr.model.Actor
import feishu.corehr.model.Credentials
import feishu.corehr.model.ErrorKind
import kotlinx.coroutines.runBlocking

/** `Withdraw BASE_URL TENANT_ACCESS_TOKEN PROCESS_ID REASON` withdraws one process and says what happened. */
fun main(arguments: Array<String>) = runBlocking {
    val (url, token, processId, reason) = arguments
    val isLocal = url.startsWith("http:")
    Client(
        Credentials.Host,
        BaseUrl.Other(url),
        allowInsecureLoopback = isLocal,
        tokenSource = { token },
    ).use { withdraw(it, processId, reason) }
}

// README: first
suspend fun withdraw(client: Client, processId: String, reason: String) {
    try {
        val done = client.withdrawProcess(processId, Actor.System(), reason)
        println("${done.attribution} ${done.logId}")
    } catch (error: FeishuException) {
        if (error.kind == ErrorKind.NOT_WITHDRAWABLE) {
            println("not running any more, status ${error.status}")
        } else {
            println(error) // what happened, whether it took effect, what to do, the log id
            println(error.effect) // NONE: certainly not; UNKNOWN: perhaps, read the process first
        }
    }
}
// end

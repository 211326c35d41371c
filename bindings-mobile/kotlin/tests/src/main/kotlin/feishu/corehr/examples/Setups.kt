package feishu.corehr.examples

import feishu.corehr.BaseUrl
import feishu.corehr.Client
import feishu.corehr.model.Credentials
import feishu.corehr.model.Status
import kotlinx.coroutines.flow.take
import kotlin.time.Instant

// README: clients
fun clients(fetchToken: suspend (refused: Boolean) -> String) = listOf(
    Client(Credentials.Backend, BaseUrl.Other("https://hr.example.com/api"), allowOtherHosts = true),
    Client(Credentials.Host, tokenSource = fetchToken),
    Client(Credentials.App(System.getenv("FEISHU_APP_ID"), System.getenv("FEISHU_APP_SECRET"))),
)
// end

// README: lists
suspend fun running(client: Client, from: Instant, to: Instant): String? {
    val ids = client.listProcesses(from, to, listOf(Status.IN_PROGRESS))
    ids.take(10).collect { println(it) }
    return ids.pageToken // where another walk can go on, at any time
}
// end

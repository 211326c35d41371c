package feishu.corehr.tests

import feishu.corehr.TransportException
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.Method
import feishu.corehr.openHandles
import kotlinx.coroutines.delay

/** A request for a transport alone. */
fun request(url: String, method: Method = Method.GET, budget: ULong = 20_000u, connectBudget: ULong = 5_000u) =
    HttpRequest(
        method, url, emptyList(), if (method == Method.GET) null else "{}".toByteArray(), false, budget, connectBudget,
        1_000u, false,
    )

/** The failure with which a transport ends. */
suspend fun transportFailure(call: suspend () -> Any): TransportException.Failed =
    try {
        throw AssertionError("no failure, but ${call()}")
    } catch (failure: TransportException.Failed) {
        failure
    }

/** Waits until something is so. */
suspend fun eventually(what: String, condition: () -> Boolean) {
    val end = System.nanoTime() + 60_000_000_000
    while (!condition()) {
        check(System.nanoTime() < end) { "it did not become so: $what" }
        delay(10)
    }
}

/** How many handles are open, once what earlier tests have left to the collector is collected. */
suspend fun handlesAtRest(): ULong {
    var (least, looks) = openHandles() to 0
    while (looks < 20) {
        System.gc()
        delay(10)
        val open = openHandles()
        looks = if (open < least) 0 else looks + 1
        least = minOf(least, open)
    }
    return least
}

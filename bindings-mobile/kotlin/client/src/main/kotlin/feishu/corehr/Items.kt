package feishu.corehr

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.flow

/**
 * One page of a list.
 *
 * @property items what it has; there may be none, and more pages.
 * @property pageToken where the next page begins, for a later walk with the same arguments; null after the last one. How
 *   long Feishu keeps it is not documented.
 * @property logId the log id of the answer.
 */
public data class Page<out T>(val items: List<T>, val pageToken: String?, val logId: String?) {
    /** Whether there is another page. */
    val hasMore: Boolean get() = pageToken != null
}

/** The items of a list, page by page as they are collected. Each collection is a walk of its own, and always ends. */
public class Items<out T> internal constructor(
    private val begin: () -> Pages,
    pageToken: String?,
    private val read: suspend (Request) -> Output,
    private val itemsAndLogId: (Output) -> Pair<List<T>, String?>,
) : Flow<T> {
    /**
     * Where another walk with the same arguments goes on, by the latest collection; null before the first step of a new
     * walk, and when all is done. It stands for the page of the item that came last: items of one page may come again,
     * and none is lost.
     */
    @Volatile public var pageToken: String? = pageToken
        private set

    /** The same by pages, for who keeps them: each has its items and where the next one begins. */
    public val pages: Flow<Page<T>> = flow { throwing(begin).use { walk -> emitAll(walk) } }

    override suspend fun collect(collector: FlowCollector<T>): Unit =
        flow { pages.collect { page -> page.items.forEach { emit(it) } } }.collect(collector)

    private suspend fun FlowCollector<Page<T>>.emitAll(walk: Pages) {
        while (true) {
            pageToken = throwing { walk.cursor() }
            val next = throwing { walk.next() } ?: return
            val answer = read(next)
            val isGiven = throwing { walk.take(next, answer) }
            val (items, logId) = itemsAndLogId(answer)
            emit(Page(if (isGiven) items else emptyList(), throwing { walk.cursor() }, logId))
        }
    }
}

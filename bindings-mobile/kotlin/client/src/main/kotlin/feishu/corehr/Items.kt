package feishu.corehr

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.flow

/** The items of a list, page by page as they are collected. Each collection is a walk of its own, and always ends. */
public class Items<out T> internal constructor(
    private val request: Request,
    pageToken: String?,
    private val read: suspend (Request) -> Output,
    private val itemsOf: (Output) -> List<T>,
) : Flow<T> {
    /**
     * Where another walk with the same arguments goes on, by the latest collection; null before the first step of a new
     * walk, and when all is done. It stands for the page of the item that came last: items of one page may come again,
     * and none is lost.
     */
    @Volatile public var pageToken: String? = pageToken
        private set

    override suspend fun collect(collector: FlowCollector<T>): Unit =
        flow { throwing { Pages(request) }.use { pages -> emitAll(pages) } }.collect(collector)

    private suspend fun FlowCollector<T>.emitAll(pages: Pages) {
        while (true) {
            pageToken = throwing { pages.cursor() }
            val next = throwing { pages.next() } ?: return
            val page = read(next)
            throwing { pages.take(next, page) }
            itemsOf(page).forEach { emit(it) }
        }
    }
}

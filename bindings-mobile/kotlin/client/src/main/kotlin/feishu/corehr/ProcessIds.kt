package feishu.corehr

import feishu.corehr.model.ListProcesses
import feishu.corehr.model.ProcessPage
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.flow

/** Process ids, page by page as they are collected. Each collection is a walk of its own, and always ends. */
public class ProcessIds internal constructor(
    private val request: ListProcesses,
    private val read: suspend (ListProcesses) -> ProcessPage,
) : Flow<String> {
    /**
     * Where another walk with the same arguments goes on, by the latest collection; null before the first step of a new
     * walk, and when all is done. It stands for the page of the id that came last: ids of one page may come again, and
     * none is lost.
     */
    @Volatile public var pageToken: String? = request.pageToken
        private set

    override suspend fun collect(collector: FlowCollector<String>): Unit =
        flow { throwing { ProcessPages(request) }.use { pages -> emitAll(pages) } }.collect(collector)

    private suspend fun FlowCollector<String>.emitAll(pages: ProcessPages) {
        while (true) {
            pageToken = throwing { pages.cursor() }
            val next = throwing { pages.next() } ?: return
            val page = read(next)
            throwing { pages.take(next, page) }.forEach { emit(it) }
        }
    }
}

import FeishuCoreHRGenerated
import Foundation

/// Process ids, page by page as they are asked for. Each loop is a walk of its own, and always ends: with `nil` after the
/// last id, and with an error otherwise, also when the task is cancelled.
public final class ProcessIds: AsyncSequence, @unchecked Sendable {
    public typealias Element = String

    typealias Read = @Sendable (ListProcesses) async throws(FeishuError) -> ProcessPage

    private let request: ListProcesses
    private let read: Read
    private let lock = NSLock()
    private var latest: String?

    init(_ request: ListProcesses, read: @escaping Read) {
        (latest, self.request, self.read) = (request.pageToken, request, read)
    }

    /// Where another walk with the same arguments goes on, by the latest loop; `nil` before the first step of a new
    /// walk, and when all is done. It stands for the page of the id that came last: ids of one page may come again, and
    /// none is lost.
    public var pageToken: String? {
        lock.withLock { latest }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let ids: ProcessIds
        private var pages: ProcessPages?
        private var page: ArraySlice<String> = []

        init(_ ids: ProcessIds) {
            self.ids = ids
        }

        public mutating func next() async throws -> String? {
            while true {
                if let id = page.popFirst() {
                    return id
                }
                guard let next = try await nextPage() else { return nil }
                page = next[...]
            }
        }

        private mutating func nextPage() async throws(FeishuError) -> [String]? {
            let request = ids.request
            let pages = if let pages = self.pages { pages } else { try throwing { try ProcessPages(request: request) } }
            self.pages = pages
            let cursor = try throwing { try pages.cursor() }
            ids.lock.withLock { ids.latest = cursor }
            guard let next = try throwing({ try pages.next() }) else { return nil }
            let page = try await ids.read(next)
            return try throwing { try pages.take(request: next, page: page) }
        }
    }
}

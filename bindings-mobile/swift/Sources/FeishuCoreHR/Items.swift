import FeishuCoreHRGenerated
import Foundation

/// The items of a list, page by page as they are asked for. Each loop is a walk of its own, and always ends: with `nil`
/// after the last item, and with an error otherwise, also when the task is cancelled.
public final class Items<Element: Sendable>: AsyncSequence, @unchecked Sendable {
    typealias Read = @Sendable (Request) async throws(FeishuError) -> (page: Output, items: [Element])

    private let request: Request
    private let read: Read
    private let lock = NSLock()
    private var latest: String?

    init(_ request: Request, from pageToken: String?, read: @escaping Read) {
        (latest, self.request, self.read) = (pageToken, request, read)
    }

    /// Where another walk with the same arguments goes on, by the latest loop; `nil` before the first step of a new
    /// walk, and when all is done. It stands for the page of the item that came last: items of one page may come again,
    /// and none is lost.
    public var pageToken: String? {
        lock.withLock { latest }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let list: Items
        private var pages: Pages?
        private var page: ArraySlice<Element> = []

        init(_ list: Items) {
            self.list = list
        }

        public mutating func next() async throws -> Element? {
            while true {
                if let item = page.popFirst() {
                    return item
                }
                guard let next = try await nextPage() else { return nil }
                page = next[...]
            }
        }

        private mutating func nextPage() async throws(FeishuError) -> [Element]? {
            let request = list.request
            let pages = if let pages = self.pages { pages } else { try throwing { try Pages(request: request) } }
            self.pages = pages
            let cursor = try throwing { try pages.cursor() }
            list.lock.withLock { list.latest = cursor }
            guard let next = try throwing({ try pages.next() }) else { return nil }
            let (page, items) = try await list.read(next)
            try throwing { try pages.take(request: next, page: page) }
            return items
        }
    }
}

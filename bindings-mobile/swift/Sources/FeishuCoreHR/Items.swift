import FeishuCoreHRGenerated
import Foundation

/// The items of a list, page by page as they are asked for. Each loop is a walk of its own, and always ends: with `nil`
/// after the last item, and with an error otherwise, also when the task is cancelled.
public final class Items<Element: Sendable>: AsyncSequence, @unchecked Sendable {
    typealias Read = @Sendable (Request) async throws(FeishuError) -> (answer: Output, items: [Element], logId: String?)

    private let begin: @Sendable () throws -> Pages
    private let read: Read
    private let lock = NSLock()
    private var latest: String?

    init(from pageToken: String?, _ begin: @escaping @Sendable () throws -> Pages, read: @escaping Read) {
        (latest, self.begin, self.read) = (pageToken, begin, read)
    }

    /// Where another walk with the same arguments goes on, by the latest loop; `nil` before the first step of a new
    /// walk, and when all is done. It stands for the page of the item that came last: items of one page may come again,
    /// and none is lost.
    public var pageToken: String? {
        lock.withLock { latest }
    }

    /// The same by pages, for who keeps them: each has its items and where the next one begins.
    public var pages: ItemPages<Element> {
        ItemPages(self)
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(pages.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var pages: ItemPages<Element>.Iterator
        private var items: ArraySlice<Element> = []

        init(_ pages: ItemPages<Element>.Iterator) {
            self.pages = pages
        }

        public mutating func next() async throws -> Element? {
            while true {
                if let item = items.popFirst() {
                    return item
                }
                guard let page = try await pages.next() else { return nil }
                items = page.items[...]
            }
        }
    }

    /// The first step begins a walk, which the later ones are given again.
    fileprivate func next(_ begun: inout Pages?) async throws(FeishuError) -> Page<Element>? {
        let begin = self.begin
        let walk = if let begun { begun } else { try throwing { try begin() } }
        begun = walk
        let cursor = try throwing { try walk.cursor() }
        lock.withLock { latest = cursor }
        guard let next = try throwing({ try walk.next() }) else { return nil }
        let (answer, items, logId) = try await read(next)
        let isGiven = try throwing { try walk.take(request: next, page: answer) }
        return Page(items: isGiven ? items : [], pageToken: try throwing { try walk.cursor() }, logId: logId)
    }
}

/// The candidates of a start, one by one as they are asked for. Each loop is a walk of its own, and always ends, as that of
/// ``Items`` does.
public struct Candidates: AsyncSequence, Sendable {
    public typealias Element = FeishuCoreHRGenerated.Process

    let items: Items<Element>

    public func makeAsyncIterator() -> Items<Element>.Iterator {
        items.makeAsyncIterator()
    }
}

/// One page of a list.
public struct Page<Element: Sendable>: Sendable {
    /// What it has; there may be none, and more pages.
    public let items: [Element]
    /// Where the next page begins, for a later walk with the same arguments; `nil` after the last one. How long Feishu keeps
    /// it is not documented.
    public let pageToken: String?
    /// The log id of the answer.
    public let logId: String?
    /// Whether there is another page.
    public var hasMore: Bool { pageToken != nil }
}

/// The pages of a list. Each loop is a walk of its own.
public struct ItemPages<Element: Sendable>: AsyncSequence, Sendable {
    private let list: Items<Element>

    init(_ list: Items<Element>) {
        self.list = list
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(list)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let list: Items<Element>
        private var walk: Pages?

        init(_ list: Items<Element>) {
            self.list = list
        }

        public mutating func next() async throws -> Page<Element>? {
            try await list.next(&walk)
        }
    }
}

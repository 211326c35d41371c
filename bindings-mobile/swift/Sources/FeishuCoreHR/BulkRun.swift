import Dispatch
import FeishuCoreHRGenerated
import Foundation

/// A run over many processes: a sequence of their results, each of them told once it is durable in the journal. Made by
/// ``Client/withdrawProcesses`` and ``Client/revokeProcesses``.
///
/// The run begins with the first step of a loop, and there is one of it: a second loop tells what the first has not. A
/// cancelled task and a loop that is left early end the run: nothing more is begun, and what is on its way is waited for,
/// for at most 10 seconds. With the same journal the same call goes on with it.
public final class BulkRun: AsyncSequence, @unchecked Sendable {
    public typealias Element = BulkResult

    private let native: NativeBulk
    private let journal: (any Journal)?
    private let host: Host
    private let onProgress: (@Sendable (BulkProgress) -> Void)?
    private let lock = NSLock()
    private var running: Task<FeishuError?, Never>?
    /// By the order in which they began: what had no effect is begun again, under the same number.
    private var calls: [Int: (number: UInt32, task: Task<Void, Never>)] = [:]
    private var beginnings = 0
    private var hasNews = false
    private var listening: Ending<Void>?
    private var results: [BulkResult] = []
    private var isOver = false
    private var isLeft = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        _ native: NativeBulk, _ journal: (any Journal)?, _ host: Host,
        _ onProgress: (@Sendable (BulkProgress) -> Void)?
    ) {
        (self.native, self.journal, self.host, self.onProgress) = (native, journal, host, onProgress)
    }

    /// What the run has come to so far, and at its end for good.
    public var report: BulkReport {
        get throws(FeishuError) { try throwing { try native.report() } }
    }

    /// How far the run is.
    public var progress: BulkProgress {
        get throws(FeishuError) { try throwing { try native.progress() } }
    }

    /// Begins nothing more; what is on its way is waited for, for at most 10 seconds. The loop goes on to its end, and
    /// tells what became of that.
    public func cancel() {
        try? native.cancel()
        tellNews()
    }

    /// Returns when the run is over and its journal is let go of: for who has left the loop early. It does not wait for a
    /// run that has not begun.
    public func ended() async {
        _ = await lock.withLock { running }?.value
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }

    /// Throws a ``FeishuError`` for a journal that is in use, damaged or another run's, where nothing was sent; and one of
    /// kind `cancelled` where the task is cancelled, after all that is known was told.
    public struct Iterator: AsyncIteratorProtocol {
        private let leash: Leash
        private var page: ArraySlice<BulkResult> = []

        init(_ run: BulkRun) {
            leash = Leash(run)
        }

        public mutating func next() async throws -> BulkResult? {
            if page.isEmpty {
                page = try await leash.run.more()[...]
            }
            return page.popFirst()
        }
    }

    /// A loop that is left lets go of this.
    private final class Leash: Sendable {
        let run: BulkRun

        init(_ run: BulkRun) {
            self.run = run
        }

        deinit {
            run.leave()
        }
    }
}

extension BulkRun {
    /// The next results; none at the end.
    fileprivate func more() async throws(FeishuError) -> [BulkResult] {
        let running = lock.withLock {
            let running = self.running ?? Task { await go() }
            self.running = running
            return running
        }
        if try progress.done > 0, let onProgress { onProgress(try progress) }
        await withTaskCancellationHandler {
            await changes { !results.isEmpty || isOver }
        } onCancel: {
            cancel()
        }
        let more = lock.withLock {
            defer { results = [] }
            return results
        }
        if more.isEmpty {
            if let error = await running.value { throw error }
            if Task.isCancelled, try report.ended == .cancelled { throw cancelled }
        }
        wake()
        return more
    }

    fileprivate func leave() {
        let isRunning = lock.withLock {
            isLeft = true
            return running != nil && !isOver
        }
        if isRunning { cancel() }
        wake()
    }

    /// Takes the run's steps to the end; what the loop throws then. What to do is decided in the library.
    private func go() async -> FeishuError? {
        let keeper = journal.map { Keeper($0, native) }
        var error: FeishuError?
        do {
            try await take(keeper)
        } catch let thrown {
            error = thrown
        }
        // There are some only where the library has broken.
        await abandon(lock.withLock { calls.values.map(\.number) })
        await keeper?.close()
        lock.withLock { isOver = true }
        wake()
        return error
    }

    private func take(_ keeper: Keeper?) async throws(FeishuError) {
        while true {
            switch try throwing({ try native.poll() }) {
            case .abandon(let numbers): await abandon(numbers)
            case .begin(let numbers): for number in numbers { begin(number) }
            case .done: return
            case .query(let statement): await keeper?.query(statement)
            case .refused(let error): throw error
            case .store(let statements): await keeper?.store(statements)
            case .tell(let results):
                lock.withLock { self.results += results }
                wake()
                // Who has left the loop hears nothing more.
                await changes { self.results.isEmpty || isLeft }
            case .wait(let delay): await news(within: delay)
            }
        }
    }

    /// One more call. The run hears how it ends from the library.
    private func begin(_ number: UInt32) {
        guard let begun = try? native.begin(number: number) else { return }
        lock.withLock {
            beginnings += 1
            let place = beginnings
            let task = Task {
                _ = try? await FeishuCoreHR.take(begun, host)
                lock.withLock { calls[place] = nil }
                tellNews()
            }
            calls[place] = (number, task)
        }
    }

    private func abandon(_ numbers: [UInt32]) async {
        let numbers = Set(numbers)
        let tasks = lock.withLock { calls.values.filter { numbers.contains($0.number) }.map(\.task) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func tellNews() {
        let listening = lock.withLock {
            hasNews = self.listening == nil
            defer { self.listening = nil }
            return self.listening
        }
        listening?.come(())
    }

    /// Returns when a call has ended or the run was cancelled, and after so long.
    private func news(within milliseconds: UInt64) async {
        let ending = Ending<Void>()
        let isEarly = lock.withLock {
            defer { hasNews = false }
            if !hasNews { listening = ending }
            return hasNews
        }
        if !isEarly { _ = await ending.first(within: milliseconds) }
    }

    /// Waits until something is so that is looked at under the lock.
    private func changes(_ condition: @Sendable () -> Bool) async {
        while !lock.withLock(condition) {
            await withCheckedContinuation { continuation in
                let isSo = lock.withLock {
                    let isSo = condition()
                    if !isSo { waiting.append(continuation) }
                    return isSo
                }
                if isSo { continuation.resume() }
            }
        }
    }

    private func wake() {
        let waiting = lock.withLock {
            defer { self.waiting = [] }
            return self.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// The journal as a run uses it: opened by the first statement, on a queue of its own.
private final class Keeper: @unchecked Sendable {
    private let journal: any Journal
    private let native: NativeBulk
    private let queue = DispatchQueue(label: "feishu-corehr-journal")
    private var store: (any JournalStore)?

    init(_ journal: any Journal, _ native: NativeBulk) {
        (self.journal, self.native) = (journal, native)
    }

    func query(_ statement: Statement) async {
        await answered { [native] in try native.rows(rows: $0.query(statement)) }
    }

    func store(_ statements: [Statement]) async {
        await answered { [native] in
            try $0.store(statements)
            try native.stored()
        }
    }

    func close() async {
        await onQueue { [self] in store?.close() }
    }

    private func answered(_ act: @escaping @Sendable (any JournalStore) throws -> Void) async {
        await onQueue { [self] in
            do {
                let store = try store ?? journal.open()
                self.store = store
                try act(store)
            } catch {
                try? native.failed(words: "\(error)")
            }
        }
    }

    private func onQueue(_ act: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async {
                act()
                continuation.resume()
            }
        }
    }
}

private let cancelled = FeishuError(
    kind: .cancelled, effect: .unknown, retryable: false,
    summary: "the run was cancelled: its report says what it has done", sameToken: false, attempts: 0
)

import Dispatch
import FeishuCoreHRGenerated
import Foundation

/// One HTTP stack. It sends each request once, follows no redirect, resends nothing, and drops the connection when its
/// task is cancelled.
///
/// It may ignore that it is cancelled: a call ends at its deadline all the same. It has the task-local values of the
/// call that it sends for.
public protocol Transport: Sendable {
    /// Sends a request and reads the whole answer, within the request's `budget` (milliseconds) and `maxResponse` (bytes
    /// after decompression). To fail, throw `TransportError.Failed`; of other errors only the type is told.
    func send(request: HttpRequest) async throws -> HttpResponse
}

/// What a ``Transport`` throws.
public enum TransportError: Error {
    /// There is no answer.
    ///
    /// - `kind`: how it failed.
    /// - `bytesWritten`: whether any byte of the request was written, `true` when the transport cannot know: only a
    ///   `false` here proves that the server did not act.
    /// - `detail`: what the HTTP stack says, without URL and without secrets.
    /// - `head`: status and headers, where they were read before it failed; its body is not looked at.
    case Failed(kind: TransportErrorKind, bytesWritten: Bool, detail: String, head: HttpResponse? = nil)
}

/// What the app has brought. All of it may fail in every way.
struct Host: Sendable {
    let transport: any Transport
    let tokenSource: (@Sendable (Bool) async throws -> String)?
    let onAttempt: (@Sendable (Observation) -> Void)?
    let onCancelled: (@Sendable (FeishuError) -> Void)?
    /// The caller's own.
    var headers: [NameValue] = []
    var onAnswer: (@Sendable (HttpResponse) -> Void)?

    /// What came of a request; nothing when the call is cancelled.
    func send(_ request: HttpRequest, within limit: UInt64) async -> HostAnswer? {
        let sent: Result<HttpResponse, any Error>?
        if let transport = transport as? URLSessionTransport {
            // The package's own can be trusted: it ends in time, and when it is cancelled.
            do {
                sent = .success(try await transport.send(request: request))
            } catch {
                sent = .failure(error)
            }
        } else {
            sent = await apart(limit) { [transport] in try await transport.send(request: request) }
        }
        switch sent {
        case nil: return Task.isCancelled ? nil : .late
        case .success(let response):
            // What comes for a token is a secret.
            if !request.sensitiveBody { onAnswer?(response) }
            return .answered(response: response)
        case .failure where Task.isCancelled: return nil
        case .failure(TransportError.Failed(let kind, let bytesWritten, let detail, let head)):
            return .failed(kind: kind, bytesWritten: bytesWritten, detail: detail, head: head)
        case .failure(let error):
            let detail = "the transport threw \(type(of: error))"
            return .failed(kind: .other, bytesWritten: true, detail: detail, head: nil)
        }
    }

    /// What came of asking for a token; nothing when the call is cancelled.
    func token(_ refused: Bool, within limit: UInt64) async -> HostAnswer? {
        guard let tokenSource else { return .late }
        switch await apart(limit, { try await tokenSource(refused) }) {
        case nil: return Task.isCancelled ? nil : .late
        case .success(let token): return .token(token: token)
        case .failure where Task.isCancelled: return nil
        case .failure(let error as HostError): return .tokenFailed(error: error)
        case .failure(let error): return .tokenFailed(error: .Failed(detail: "it threw \(type(of: error))"))
        }
    }
}

/// Runs what may be deaf to cancellation in a task of its own, which has the task-local values of this one; nothing when
/// it has not ended in time, or this task is cancelled.
private func apart<T: Sendable>(
    _ limit: UInt64, _ work: @escaping @Sendable () async throws -> T
) async -> Result<T, any Error>? {
    let ending = Ending<Result<T, any Error>>()
    let run: @Sendable () async -> Void = {
        do {
            ending.come(.success(try await work()))
        } catch {
            ending.come(.failure(error))
        }
    }
    let task =
        if #available(macOS 15, iOS 18, tvOS 18, watchOS 11, *) {
            Task(executorPreference: Blocking.threads, operation: run)
        } else {
            Task(operation: run)
        }
    defer { task.cancel() }
    return await ending.first(within: limit)
}

/// What ends a wait: the first thing that comes, or the end of its time, or the end of the task.
final class Ending<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var hasCome = false
    private var value: Value?
    private var waiting: CheckedContinuation<Value?, Never>?

    /// The first one counts.
    func come(_ value: Value?) {
        let waiting: CheckedContinuation<Value?, Never>? = lock.withLock {
            guard !hasCome else { return nil }
            hasCome = true
            self.value = value
            defer { self.waiting = nil }
            return self.waiting
        }
        waiting?.resume(returning: value)
    }

    func first(within milliseconds: UInt64) async -> Value? {
        let alarm = DispatchWorkItem { [weak self] in self?.come(nil) }
        let end = DispatchTime.now() + .milliseconds(Int(clamping: milliseconds))
        DispatchQueue.global().asyncAfter(deadline: end, execute: alarm)
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Value?? = lock.withLock {
                    guard !hasCome else { return .some(value) }
                    waiting = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            come(nil)
        }
    }
}

/// Threads for what may block: Swift's own are as few as the processors.
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, *)
private final class Blocking: TaskExecutor {
    static let threads = Blocking()
    private let queue = DispatchQueue(label: "feishu-corehr", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

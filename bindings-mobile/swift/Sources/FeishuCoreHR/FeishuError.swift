import FeishuCoreHRGenerated
import Foundation

/// The one error of this library: why a call did not end as it should, and whether it took effect all the same.
///
/// `description` is one sentence: what happened, what took effect, what to do, the log id. It holds no secret.
extension FeishuError: LocalizedError, CustomStringConvertible {
    /// The sentence.
    public var description: String {
        (try? describe(error: self)) ?? summary
    }

    /// The sentence again, for alerts.
    public var errorDescription: String? { description }

    /// What happened, in a few words.
    public var failureReason: String? { summary }

    /// What to do, in English; `advice?.zh` is Chinese.
    public var recoverySuggestion: String? { advice?.en }
}

/// Runs a call of the library; whatever it throws becomes the one error that callers know.
func throwing<T>(_ call: () throws -> T) throws(FeishuError) -> T {
    do {
        return try call()
    } catch {
        throw known(error)
    }
}

/// The same for a call that waits.
func throwing<T>(_ call: () async throws -> T) async throws(FeishuError) -> T {
    do {
        return try await call()
    } catch {
        throw known(error)
    }
}

private func known(_ error: any Error) -> FeishuError {
    switch error {
    case Failure.Failed(let error): error
    case let error as FeishuError: error
    // Of the generated code itself: it has told nobody what was sent.
    default: FeishuError(kind: .transport, effect: .unknown, retryable: false, summary: "\(error)", sameToken: false, attempts: 0)
    }
}

import FeishuCoreHRGenerated

/// Wakes calls.
final class TaskAlarm: Alarm {
    func sleep(milliseconds: UInt64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}

/// A token function as the library asks for it.
final class TokenFunction: TokenSource {
    private let function: @Sendable (Bool) async throws -> String

    init(_ function: @escaping @Sendable (Bool) async throws -> String) {
        self.function = function
    }

    func token(refused: Bool) async throws -> String {
        try await function(refused)
    }
}

/// Two functions as the library tells them.
final class Listener: Observer {
    private let onAttempt: (@Sendable (Observation) -> Void)?
    private let onCancelled: (@Sendable (FeishuError) -> Void)?

    private init(_ onAttempt: (@Sendable (Observation) -> Void)?, _ onCancelled: (@Sendable (FeishuError) -> Void)?) {
        (self.onAttempt, self.onCancelled) = (onAttempt, onCancelled)
    }

    /// Nothing when nobody listens.
    static func of(
        _ onAttempt: (@Sendable (Observation) -> Void)?, _ onCancelled: (@Sendable (FeishuError) -> Void)?
    ) -> Listener? {
        onAttempt == nil && onCancelled == nil ? nil : Listener(onAttempt, onCancelled)
    }

    func attempted(observation: Observation) throws {
        onAttempt?(observation)
    }

    func cancelled(error: FeishuError) throws {
        onCancelled?(error)
    }
}

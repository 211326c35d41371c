import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// One after another, since handles are counted.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CancellationTests {
    let sandbox: Sandbox
    let told = Told<FeishuError>()

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func whileTheTokenIsFetchedThatConnectionClosesAndThereIsNoEffect() async throws {
        try await sandbox.fault(on: "token", "timeout-not-applied")
        let error = try await cancelled("token")
        #expect(error.kind == .cancelled && error.effect == .none)
        #expect(try await sandbox.log("withdraw_process").isEmpty)
    }

    @Test func whileTheAnswerIsAwaitedTheConnectionClosesAndTheEffectIsUnknown() async throws {
        try await sandbox.fault(on: "withdraw_process", "timeout-not-applied")
        let error = try await cancelled("withdraw_process")
        #expect(error.kind == .cancelled && error.effect == .unknown)
        #expect(told.all == [error])
    }

    @Test func whileTheBodyIsReadTheConnectionCloses() async throws {
        try await sandbox.fault(on: "withdraw_process", "drip-1B/s", ms: 1_000)
        #expect(try await cancelled("withdraw_process").effect != .none)
    }

    @Test func whileACallWaitsForItsTurnNothingIsSent() async throws {
        let quotas = ["withdraw_process": Quota(calls: 1, window: 3_600_000)]
        let client = try sandbox.client(deadline: .seconds(7_200), quotas: quotas, onCancelled: told.add)
        _ = try await client.withdrawProcess(sandbox.running(), actor: .system())
        let (id, handles) = (try await sandbox.running(), try openHandles())
        let waiting = Task { try await client.withdrawProcess(id, actor: .system()) }
        try await eventually("the call has begun") { try openHandles() > handles }
        waiting.cancel()
        let error = try await failure { try await waiting.value }
        #expect(error.kind == .cancelled && error.effect == .none)
        #expect(try await sandbox.log("withdraw_process").count == 1)
    }

    @Test func beforeItBeginsNothingIsSent() async throws {
        let client = try sandbox.client()
        let id = try await sandbox.running()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.withdrawProcess(id, actor: .system())
        }
        task.cancel()
        #expect(try await failure { try await task.value }.effect == .none)
        #expect(try await sandbox.log().isEmpty)
    }

    @Test func aListThrows() async throws {
        try await sandbox.fault(on: "list_processes", "timeout-not-applied")
        let client = try sandbox.client()
        let walk = Task {
            for try await _ in client.listProcesses(modifiedFrom: .now - 60, to: .now) {}
        }
        try await sandbox.until("the list") { $0.contains { $0["operation"]?.string == "list_processes" } }
        walk.cancel()
        #expect(try await failure { try await walk.value }.kind == .cancelled)
        try await sandbox.until("the client has gone") { $0.last?["client_closed_at_ms"] != nil }
    }

    @Test func aThousandConcurrentWithdrawalsHalfOfThemCancelledLeaveNothingBehind() async throws {
        let handles = try openHandles()
        let quota = Quota(calls: 1_000_000, window: 1_000)
        var ids: [String] = []
        for _ in 0..<1_000 { ids.append(try await sandbox.running()) }
        do {
            let client = try sandbox.client(quotas: ["withdraw_process": quota, "get_process": quota], onCancelled: told.add)
            let calls = ids.map { id in Task { try await client.withdrawProcess(id, actor: .system()) } }
            for (index, call) in calls.enumerated() where !index.isMultiple(of: 2) { call.cancel() }
            for (index, call) in calls.enumerated() {
                switch await call.result {
                case .success: break
                case .failure(let error as FeishuError): #expect(error.kind == .cancelled && !index.isMultiple(of: 2))
                case .failure(let error): throw error
                }
            }
        }
        for (index, id) in ids.enumerated() where index.isMultiple(of: 2) {
            #expect(try await sandbox.status(id) == 4)
        }
        #expect(!told.all.isEmpty)
        try await eventually("all handles are given back") { try openHandles() <= handles }
    }

    /// Withdraws, waits until the server has the request of an operation, cancels; the server sees the connection close.
    private func cancelled(_ operation: String) async throws -> FeishuError {
        let client = try sandbox.client(onCancelled: told.add)
        let id = try await sandbox.running()
        let call = Task { try await client.withdrawProcess(id, actor: .system()) }
        try await sandbox.until("a request of \(operation)") { $0.contains { $0["operation"]?.string == operation } }
        call.cancel()
        let error = try await failure { try await call.value }
        try await sandbox.until("the client has gone") { $0.last?["client_closed_at_ms"] != nil }
        return error
    }
}

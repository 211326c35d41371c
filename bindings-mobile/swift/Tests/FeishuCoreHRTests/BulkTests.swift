import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// Runs over many processes, without a journal.
@Suite(.timeLimit(.minutes(5))) struct BulkTests {
    enum Tenant {
        @TaskLocal static var name: String?
    }

    let sandbox: Sandbox
    let client: Client

    init() throws {
        sandbox = try Sandbox()
        client = try sandbox.client(quotas: fast)
    }

    func writes() async throws -> [String] {
        try await sandbox.log("withdraw_process").compactMap { $0["process_id"]?.string }
    }

    @Test func everyProcessIsDoneOnceAndToldOnce() async throws {
        let (ids, finished) = (try await sandbox.running(120), try await sandbox.running(2, status: 9))
        let run = try client.withdrawProcesses(ids + finished + [ids[0]], actor: .system())
        #expect(try run.report.ended == .running)
        let results = try await all(run)
        #expect(results.map(\.position).sorted() == Array(0...121))
        for result in results { #expect(result.processId == (ids + finished)[Int(result.position)]) }
        let report = try run.report
        #expect([report.planned, report.doubled, report.ours, report.requests] == [122, 1, 120, 122])
        #expect(report.notWithdrawable == [StatusCount(status: 9, count: 2)])
        #expect(report.ended == .complete && report.reason == nil && report.notAttempted == 0)
        #expect(try run.progress.done == 122 && run.progress.total == 122)
        run.cancel()
        #expect(try run.report == report, "what has ended is not cancelled")
        #expect(try await all(run).isEmpty, "a second loop tells nothing again")
        #expect(try await writes().sorted() == (ids + finished).sorted())
    }

    @Test func aRunLeavesNothingBehind() async throws {
        let handles = try openHandles()
        do {
            let run = try client.withdrawProcesses(try await sandbox.running(9), actor: .system())
            #expect(try await all(run).count == 9)
            let left = try client.withdrawProcesses(try await sandbox.running(30), actor: .system(), maxInFlight: 2)
            for try await _ in left { break }
            await left.ended()
        }
        try await eventually("all handles are given back") { try openHandles() <= handles }
    }

    @Test func completedProcessesAreRevoked() async throws {
        let completed = try await sandbox.running(5, status: 9)
        #expect(try await all(client.revokeProcesses(completed, actor: .system())).map(\.outcome) == Array(repeating: .ours, count: 5))
        let revoked = try await sandbox.running(1, status: 8)
        let again = try client.revokeProcesses(revoked, actor: .system(), alreadyRevoked: .error)
        #expect(try await all(again).map(\.outcome) == [.notWithdrawable])
    }

    @Test func partialFailureIsAReport() async throws {
        let (ids, gone) = (try await sandbox.running(6), "7999999999999999999")
        // One at a time: the answer that is lost is the first one's, never that of the unknown process.
        try await sandbox.fault(on: "withdraw_process", "rst-after-applied")
        let run = try client.withdrawProcesses(ids + [gone], actor: .system(), maxInFlight: 1)
        let results = try await all(run)
        let refused = try #require(results.first { $0.processId == gone })
        #expect(refused.outcome == .rejected && refused.effect == .none && refused.code == 1_160_100)
        #expect(refused.advice != nil && refused.logId != nil && !refused.summary.isEmpty)
        #expect(results.first { $0.outcome == .presumed }?.effect == .applied)
        let report = try run.report
        #expect(report.ours == 5 && report.presumed == 1 && report.rejected == [CodeCount(code: 1_160_100, count: 1)])
    }

    @Test func badListsAndOptionsAreRefusedBeforeAnythingIsSent() async throws {
        let good = try await sandbox.running(2)
        let wrong: [([String], () throws -> BulkRun)] = [
            (["process_ids"], { try client.withdrawProcesses([], actor: .system()) }),
            (
                ["process_ids[2]", "process_ids[3]", "process_ids[3]"],
                { try client.withdrawProcesses(good + ["7.32835E+18", ""], actor: .system()) }
            ),
            (["max_in_flight"], { try client.withdrawProcesses(good, actor: .system(), maxInFlight: 0) }),
            (["max_in_flight"], { try client.withdrawProcesses(good, actor: .system(), maxInFlight: -1) }),
            (["max_in_flight"], { try client.withdrawProcesses(good, actor: .system(), maxInFlight: 257) }),
            (["max_failures"], { try client.withdrawProcesses(good, actor: .system(), maxFailures: 0) }),
            (["expect_count"], { try client.withdrawProcesses(good, actor: .system(), expectCount: 3) }),
            (["deadline"], { try client.withdrawProcesses(good, actor: .system(), deadline: .zero) }),
            (["reason"], { try client.withdrawProcesses(good, actor: .system(), reason: String(repeating: "x", count: 501)) }),
            (["token"], { try client.withdrawProcesses(good, actor: .system(), token: "a b") }),
        ]
        for (fields, call) in wrong {
            #expect(try await failure { try call() }.problems.map(\.field) == fields)
        }
        #expect(try await writes().isEmpty)
        let any = try client.withdrawProcesses(["x-1"], actor: .system(), expectCount: 1, allowAnyId: true)
        #expect(try await all(any).map(\.outcome) == [.rejected])
    }

    @Test func eachCallHasTheOptionsThatAreChosen() async throws {
        let finished = try await sandbox.running(2, status: 9)
        let first = try client.withdrawProcesses(finished, actor: .system(), checkFirst: true)
        #expect(try await all(first).map(\.status) == [9, 9])
        #expect(try await writes().isEmpty)
        #expect(try await sandbox.log("get_process").count == 2)
        let done = try await sandbox.running(1, status: 4)
        for (already, outcome) in [(Already.success, BulkOutcome.unattributed), (.error, .notWithdrawable)] {
            let run = try client.withdrawProcesses(done, actor: .system(), alreadyWithdrawn: already)
            #expect(try await all(run).map(\.outcome) == [outcome])
        }
        try await sandbox.post("reset")
        try await sandbox.fault(on: "withdraw_process", "rst-after-applied")
        let unread = try client.withdrawProcesses(try await sandbox.running(1), actor: .system(), readBack: .never)
        let result = try #require(try await all(unread).first)
        #expect(result.outcome == .unresolved && result.effect == .unknown)
        #expect(try await sandbox.log("get_process").isEmpty)
        try await sandbox.fault(on: "withdraw_process", "timeout-applied", ms: 60_000)
        let late = try client.withdrawProcesses(
            try await sandbox.running(1), actor: .system(), readBack: .never, deadline: .seconds(3))
        #expect(try await all(late).map(\.kind) == [.deadline])
        let token = try client.withdrawProcesses(try await sandbox.running(1), actor: .system(), token: "t-of-its-own")
        _ = try await all(token)
        #expect(try token.report.ended == .stopped && token.report.kind == .unauthorized)
        let headers = try await sandbox.log("withdraw_process").map { "\($0["headers"] ?? .null)" }
        #expect(headers.contains { $0.contains("t-of-its-own") })
        let own = try client.withOptions(headers: ["x-request-source": "payroll"])
        _ = try await all(own.withdrawProcesses(try await sandbox.running(1), actor: .system()))
        let last = try await sandbox.log("withdraw_process").last.map { "\($0["headers"] ?? .null)" } ?? ""
        #expect(last.contains("payroll"))
    }

    @Test func aRunPausesWhenTooManyHaveFailedAndWhenTheyFailAlike() async throws {
        let gone = (0..<40).map { "79999999999999999\($0 + 10)" }
        let few = try client.withdrawProcesses(gone, actor: .system(), maxInFlight: 1, maxFailures: 3)
        _ = try await all(few)
        #expect(try few.report.ended == .paused && few.report.reason == "3 items have failed" && few.report.notAttempted == 37)
        let alike = try client.withdrawProcesses(gone, actor: .system(), maxInFlight: 1)
        _ = try await all(alike)
        #expect(try alike.report.ended == .paused && alike.report.notAttempted == 20)
    }

    @Test func progressIsTold() async throws {
        let told = Told<BulkProgress>()
        let run = try client.withdrawProcesses(try await sandbox.running(9), actor: .system(), onProgress: told.add)
        #expect(try await all(run).count == 9)
        #expect(told.all.last.map { [$0.done, $0.total] } == [9, 9])
        #expect(told.all.map(\.done) == told.all.map(\.done).sorted())
    }

    @Test func noMoreCallsGoOnAtOnceThanAreAllowedAndAllOfThemForTheirCaller() async throws {
        let (tenants, going) = (Told<String?>(), Going())
        // It blocks its thread.
        let transport = FunctionTransport { request in
            tenants.add(Tenant.name)
            guard request.url.contains("process_withdraw") else { return anything }
            going.begin()
            going.block()
            going.end()
            return anything
        }
        let client = try sandbox.client(quotas: fast, transport: transport)
        let ids = try await sandbox.running(12)
        for allowed in [3, 1] {
            let run = try client.withdrawProcesses(ids, actor: .system(), maxInFlight: allowed)
            let count = try await Tenant.$name.withValue("alice") { try await all(run).count }
            #expect(count == 12)
            #expect((1...allowed).contains(going.mostSinceLast()))
        }
        #expect(tenants.all.allSatisfy { $0 == "alice" } && tenants.all.count >= 24)
    }

    @Test func aRunEndsAfterItsDrainWhateverTheTransportDoes() async throws {
        let (sent, told) = (Told<Void>(), Told<FeishuError>())
        let transport = FunctionTransport { request in
            guard request.url.contains("process_withdraw") else { return anything }
            sent.add(())
            // Deaf to cancellation, and never ending.
            return await withUnsafeContinuation { (_: UnsafeContinuation<HttpResponse, Never>) in }
        }
        let client = try sandbox.client(quotas: fast, transport: transport, onCancelled: told.add)
        let run = try client.withdrawProcesses(try await sandbox.running(3), actor: .system(), maxInFlight: 2)
        let loop = Task { try await all(run) }
        try await eventually("a request was sent") { !sent.all.isEmpty }
        loop.cancel()
        let error = try await failure { try await loop.value }
        #expect(error.kind == .cancelled)
        let report = try run.report
        #expect(report.ended == .cancelled && report.unresolved + report.notAttempted == 3)
        #expect((1...2).contains(report.unresolved))
        #expect(told.all.filter { $0.effect == .unknown }.count == Int(report.unresolved), "cancelled, not timed out")
    }

    @Test func aCancelledRunDrainsAndTellsAllThatItKnows() async throws {
        let run = try client.withdrawProcesses(try await sandbox.running(30), actor: .system(), maxInFlight: 2)
        var told = 0
        for try await _ in run {
            told += 1
            run.cancel()
        }
        let report = try run.report
        #expect(report.ended == .cancelled && report.ours == told && told < 30)
        #expect(report.notAttempted == 30 - UInt64(told))
    }

    @Test func aLoopThatIsLeftEarlyEndsTheRun() async throws {
        let run = try client.withdrawProcesses(try await sandbox.running(30), actor: .system(), maxInFlight: 2)
        for try await _ in run { break }
        await run.ended()
        #expect(try run.report.ended == .cancelled)
        #expect(try run.report.notAttempted > 0)
        let unbegun = try client.withdrawProcesses(try await sandbox.running(1), actor: .system())
        await unbegun.ended()
        #expect(try unbegun.report.ended == .running)
    }
}

/// All that a run tells.
func all(_ run: BulkRun) async throws -> [BulkResult] {
    var results: [BulkResult] = []
    for try await result in run { results.append(result) }
    return results
}

/// An answer to anything: a token, and a success.
private let anything = HttpResponse(
    status: 200, headers: [], body: Data(#"{"code": 0, "tenant_access_token": "t-1", "expire": 7200, "data": {}}"#.utf8))

/// How many go on at once.
private final class Going: @unchecked Sendable {
    private let lock = NSLock()
    private var (now, most) = (0, 0)

    func begin() {
        lock.withLock {
            now += 1
            most = max(most, now)
        }
    }

    func block() { Thread.sleep(forTimeInterval: 0.01) }

    func end() { lock.withLock { now -= 1 } }

    func mostSinceLast() -> Int {
        lock.withLock {
            defer { most = 0 }
            return most
        }
    }
}

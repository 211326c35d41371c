import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// What an app brings may fail in every way.
@Suite(.timeLimit(.minutes(5))) struct HostTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func aTransportOfOnesOwnGetsTheRequestAndGivesTheAnswer() async throws {
        // README: transport
        final class Canned: Transport {
            func send(request: HttpRequest) async throws -> HttpResponse {
                assert(request.url.hasSuffix("/process_withdraw/7"))
                let body = Data(#"{"code": 0, "data": {}}"#.utf8)
                return HttpResponse(status: 200, headers: [Header(name: "x-tt-logid", value: "LOG")], body: body)
            }
        }
        let client = try Client(.host, transport: Canned(), tokenSource: { _ in "t-test" })
        let done = try await client.withdrawProcess("7", actor: .system())
        assert(done.logId == "LOG")
        // end
        #expect(done.attribution == .ours && done.logId == "LOG")
    }

    @Test func aFailureThatIsProvedToComeBeforeTheFirstByteHasNoEffect() async throws {
        let error = try await withdrawal { _ in
            throw TransportError.Failed(kind: .connect, bytesWritten: false, detail: "no route")
        }
        #expect(error.kind == .connect && error.effect == .none && "\(error)".contains("no route"))
    }

    @Test func whatATransportThrowsUndeclaredLeavesTheEffectOpenAndKeepsItsTextToItself() async throws {
        struct Surprise: Error { let text = "secret" }
        let error = try await withdrawal { _ in throw Surprise() }
        #expect(error.effect == .unknown)
        #expect("\(error)".contains("Surprise") && !"\(error)".contains("secret"))
    }

    @Test func aTransportThatNeverReturnsEndsWithTheDeadline() async throws {
        let error = try await withdrawal { _ in
            // Deaf to cancellation, too.
            await withUnsafeContinuation { (_: UnsafeContinuation<HttpResponse, Never>) in }
        }
        #expect(error.kind == .deadline && error.effect == .unknown)
    }

    @Test func transportsThatBlockAndAreDeafToCancellationOutliveTheDeadlinesOfTheirCalls() async throws {
        let released = Released()
        defer { released.now() }
        // More than there are processors.
        let errors = try await withThrowingTaskGroup(of: FeishuError.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await withdrawal { _ in
                        released.wait()
                        return success
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for error in errors {
            #expect([.deadline, .timeout].contains(error.kind) && error.effect == .unknown, "\(error)")
        }
        #expect(!released.isNow, "the calls have not waited for the transports")
    }

    @Test func cancellingACallDoesNotWaitForATransportThatBlocks() async throws {
        let (begun, told, released) = (Told<Void>(), Told<FeishuError>(), Released())
        defer { released.now() }
        let transport = FunctionTransport { _ in
            begun.add(())
            released.wait()
            return success
        }
        let client = try Client(.host, transport: transport, tokenSource: { _ in "t" }, onCancelled: told.add)
        let call = Task { try await client.withdrawProcess("7", actor: .system()) }
        try await eventually("it is sent") { !begun.all.isEmpty }
        call.cancel()
        let error = try await failure { try await call.value }
        #expect(error.kind == .cancelled && error.effect == .unknown && told.all == [error])
        #expect(!released.isNow, "the call has not waited for its transport")
    }

    @Test func aTokenFunctionThatBlocksEndsInTime() async throws {
        let released = Released()
        defer { released.now() }
        _ = try await withTokens { _ in
            released.wait()
            return "t"
        }
        #expect(!released.isNow, "the call has not waited for its token function")
    }

    @Test func aTransportsOwnCancellationIsItsFailureAndNotTheCallers() async throws {
        let error = try await withdrawal { _ in throw CancellationError() }
        #expect(error.effect == .unknown && "\(error)".contains("CancellationError"))
    }

    @Test func theHeadOfALostAnswerIsTold() async throws {
        let head = HttpResponse(status: 502, headers: [Header(name: "x-tt-logid", value: "LOG")], body: Data())
        let client = try client { _ in
            throw TransportError.Failed(kind: .badBody, bytesWritten: true, detail: "cut", head: head)
        }
        let error = try await failure { try await client.withdrawProcess("7", actor: .system(), readBack: .never) }
        #expect(error.httpStatus == 502 && error.logId == "LOG")
    }

    @Test func aTransportThatAnswersTwiceHasAnsweredOnce() async throws {
        let client = try client { _ in
            var answers = AsyncStream { stream in
                stream.yield(success)
                stream.yield(success)
            }.makeAsyncIterator()
            return await answers.next() ?? success
        }
        for _ in 0..<3 {
            #expect(try await client.withdrawProcess("7", actor: .system()).attribution == .ours)
        }
    }

    @Test func aTokenFunctionThatThrowsIsAnErrorWithoutItsTextUnlessItIsMeantForCallers() async throws {
        struct SignedOut: Error { let text = "secret" }
        let silent = try await withTokens { _ in throw SignedOut() }
        #expect("\(silent)".contains("SignedOut") && !"\(silent)".contains("secret"))
        let said = try await withTokens { _ in throw HostError.Failed(detail: "not signed in") }
        #expect("\(said)".contains("not signed in"))
    }

    @Test func aTokenFunctionThatHangsEndsInTime() async throws {
        _ = try await withTokens { _ in
            await withUnsafeContinuation { (_: UnsafeContinuation<String, Never>) in }
        }
    }

    @Test(arguments: ["", "two words", "line\nbreak", String(repeating: "x", count: 100_000)])
    func rubbishFromATokenFunctionIsRefused(_ rubbish: String) async throws {
        _ = try await withTokens { _ in rubbish }
    }

    @Test func aTokenFunctionIsToldWhenItsTokenWasRefused() async throws {
        let asked = Told<Bool>()
        let client = try sandbox.client { refused in
            asked.add(refused)
            return "t-unknown"
        }
        let id = try await sandbox.running()
        #expect(try await failure { try await client.getProcess(id) }.kind == .unauthorized)
        #expect(asked.all == [false, true])
    }

    @Test func wrongOptionsOfAClientAreNamedInOneError() throws {
        do throws(FeishuError) {
            _ = try Client(.host, baseURL: .other(url: "ftp://x"), deadline: .zero, rateShare: 2)
            Issue.record("the client was made")
        } catch {
            #expect(Set(error.problems.map(\.field)) == ["base_url", "deadline", "rate_share", "token_source"])
        }
    }

    private func withdrawal(
        _ send: @escaping @Sendable (HttpRequest) async throws -> HttpResponse
    ) async throws -> FeishuError {
        let client = try client(send)
        return try await failure {
            try await client.withdrawProcess("7", actor: .system(), deadline: .seconds(3), token: "t")
        }
    }

    private func client(_ send: @escaping @Sendable (HttpRequest) async throws -> HttpResponse) throws -> Client {
        try Client(.host, transport: FunctionTransport(send), tokenSource: { _ in "t" })
    }

    /// The error of a withdrawal for which there is no token; nothing is sent.
    private func withTokens(_ tokens: @escaping @Sendable (Bool) async throws -> String) async throws -> FeishuError {
        let client = try sandbox.client(deadline: .seconds(3), tokens: tokens)
        let error = try await failure { try await client.withdrawProcess("7", actor: .system()) }
        #expect([.tokenSource, .deadline].contains(error.kind) && error.effect == .none)
        #expect(try await sandbox.log().isEmpty)
        return error
    }
}

/// A latch for threads; nobody waits for it longer than a minute.
private final class Released: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOver = false

    var isNow: Bool { condition.withLock { isOver } }

    func now() {
        condition.withLock {
            isOver = true
            condition.broadcast()
        }
    }

    func wait() {
        let end = Date.now + 50
        condition.withLock {
            while !isOver && condition.wait(until: end) {}
            isOver = true
        }
    }
}

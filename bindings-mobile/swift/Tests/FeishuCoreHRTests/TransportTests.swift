import FeishuCoreHR
import Foundation
import Sandbox
import Testing

private typealias Failure = (kind: TransportErrorKind, bytesWritten: Bool, head: HttpResponse?)

/// URLSession by itself would follow, keep and answer; each of these fails when it is left to.
@Suite(.timeLimit(.minutes(5))) struct TransportTests {
    let sandbox: Sandbox
    let transport = URLSessionTransport()

    init() throws {
        sandbox = try Sandbox()
    }

    @Test(arguments: ["307-same-host", "308-other-host", "302-to-http", "loop"])
    func noRedirectIsFollowed(_ fault: String) async throws {
        try await sandbox.fault(on: "withdraw_process", fault)
        let (client, id) = (try sandbox.client(), try await sandbox.running())
        let error = try await failure { try await client.withdrawProcess(id, actor: .system()) }
        #expect(error.kind == .unexpectedRedirect)
        let paths = try await sandbox.log().compactMap { $0["operation"]?.string }
        #expect(!paths.contains("unknown") && paths.filter { $0 == "withdraw_process" }.count == 1)
    }

    @Test func noCookieIsKept() async throws {
        try await script([["status": 200, "headers": ["set-cookie": "a=b"]], ["status": 200]])
        for _ in 0..<2 { _ = try await transport.send(request: request()) }
        let headers = try await sandbox.log("get_process").map { "\($0["headers"] ?? .null)".lowercased() }
        #expect(headers.count == 2 && !headers[1].contains("a=b"))
    }

    @Test func noAnswerIsKept() async throws {
        let kept: JSON = ["status": 200, "headers": ["cache-control": "max-age=600", "etag": "\"1\""], "text": "first"]
        try await script([kept, ["status": 200, "text": "second"]])
        _ = try await transport.send(request: request())
        let second = try await transport.send(request: request())
        #expect(String(decoding: second.body, as: UTF8.self) == "second")
    }

    @Test(arguments: [401, 407, 408, 421, 503])
    func noStatusMakesItSendAgain(_ status: Int64) async throws {
        let answer: JSON = ["status": .integer(status), "headers": ["retry-after": "0", "www-authenticate": "Basic realm=\"x\""]]
        try await script([answer, ["status": 200]])
        #expect(try await transport.send(request: request()).status == UInt16(status))
        #expect(try await sandbox.log("get_process").count == 1)
    }

    @Test func anAnswerIsReadUpToItsCapAndNotDecompressed() async throws {
        try await sandbox.fault(on: "get_process", "gzip-bomb")
        #expect(try await kind { try await transport.send(request: request()) }?.kind == .badBody)
        #expect("\(try await sandbox.log("get_process")[0]["headers"] ?? .null)".lowercased().contains("identity"))
        try await script([["status": 200, "text": .string(String(repeating: "x", count: 1_001))], ["status": 200, "text": "x"]])
        #expect(try await kind { try await transport.send(request: request(cap: 1_000)) }?.kind == .tooLarge)
        #expect(try await transport.send(request: request(cap: 1_000)).body.count == 1)
    }

    @Test func whatIsLostAfterItsHeadKeepsIt() async throws {
        let long = JSON.string(String(repeating: "x", count: 1_001))
        let lost: [(answer: [String: JSON], headers: [String: JSON], kind: TransportErrorKind)] = [
            (["cut": "body", "json": ["code": 0]], [:], .badBody),
            (["text": long], [:], .tooLarge),
            (["text": "x"], ["content-encoding": "gzip"], .badBody),
        ]
        try await script(
            lost.map { lost in
                let headers = lost.headers.merging(["x-tt-logid": "LOG"]) { $1 }
                return .object(lost.answer.merging(["status": 503, "headers": .object(headers)]) { $1 })
            })
        for (_, _, kind) in lost {
            let failure = try await self.kind { try await transport.send(request: request(cap: 1_000)) }
            #expect(failure?.kind == kind && failure?.head?.status == 503)
            #expect(failure?.head?.headers.first { $0.name == "x-tt-logid" }?.value == "LOG")
            #expect(failure?.head?.body.isEmpty == true)
        }
    }

    @Test func aRefusedConnectionAndAnUnknownNameProveThatNothingWasWritten() async throws {
        let refused = try await kind { try await transport.send(request: request("http://127.0.0.1:1/")) }
        #expect(refused?.kind == .connect && refused?.bytesWritten == false)
        let unknown = try await kind { try await transport.send(request: request("http://nobody.invalid/")) }
        #expect(unknown?.kind == .dns && unknown?.bytesWritten == false)
    }

    @Test func anUnknownCertificateIsRefused() async throws {
        for url in [sandbox.https, sandbox.https.replacingOccurrences(of: "127.0.0.1", with: "localhost")] {
            let failure = try await kind { try await transport.send(request: request(url + "/")) }
            #expect(failure?.kind == .tlsUntrusted && failure?.bytesWritten == false)
        }
    }

    @Test func aCutConnectionMayHaveCarriedTheRequest() async throws {
        try await sandbox.fault(on: "get_process", "rst-after-request-not-applied")
        let failure = try await kind { try await transport.send(request: request()) }
        #expect(failure?.kind == .disconnected && failure?.bytesWritten == true && failure?.head == nil)
    }

    @Test func noConnectionIsUsedAgain() async throws {
        try await script(Array(repeating: ["status": 200, "text": "{}"], count: 3))
        for _ in 0..<3 { _ = try await transport.send(request: request()) }
        let connections = try await sandbox.log("get_process").compactMap { $0["connection"]?.integer }
        #expect(connections.count == 3 && Set(connections).count == 3)
    }

    @Test(arguments: ["surplus-answer", "surplus-answer-late", "surplus-bytes", "surplus-head"])
    func bytesThatNobodyAskedForAreNoAnswer(_ surplus: String) async throws {
        let client = try sandbox.client()
        try await sandbox.fault(on: "token", surplus, ms: 50)
        try await sandbox.fault(on: "withdraw_process", "1161003")
        let first = try await failure { try await client.withdrawProcess(sandbox.running(), actor: .system()) }
        #expect(first.code == 1_161_003 && first.effect == .none)
        try await sandbox.fault(on: "withdraw_process", "\(surplus)-applied", ms: 50)
        #expect(try await client.withdrawProcess(sandbox.running(), actor: .system()).attribution == .ours)
        try await Task.sleep(for: .milliseconds(300))
        try await sandbox.fault(on: "withdraw_process", "1161003")
        let last = try await failure { try await client.withdrawProcess(sandbox.running(), actor: .system()) }
        #expect(last.code == 1_161_003 && last.effect == .none)
    }

    @Test(arguments: ["cl-negative", "cl-conflict", "cl+te"])
    func aHeadThatCanBeReadInTwoWaysIsNoAnswer(_ fault: String) async throws {
        try await sandbox.fault(on: "get_process", fault)
        let failure = try await kind { try await transport.send(request: request()) }
        #expect(failure?.kind == .disconnected && failure?.bytesWritten == true)
    }

    @Test func noRequestWaitsForTheEndOfOthers() async throws {
        try await sandbox.post("faults", ["on": "get_process", "fault": "timeout-not-applied", "times": 0])
        let (sender, silent) = (transport, request(budget: 50_000))
        let sending = (0..<100).map { _ in Task { try await sender.send(request: silent) } }
        try await sandbox.until("all of them are at the server") { $0.count == 100 }
        let client = try sandbox.client()
        #expect(try await client.withdrawProcess(sandbox.running(), actor: .system()).attribution == .ours)
        sending.forEach { $0.cancel() }
        for task in sending { _ = await task.result }
    }

    #if os(Linux)
    @Test func noDescriptorIsLeftBehind() async throws {
        let get = { try await transport.send(request: request()) }
        try await script(Array(repeating: ["status": 200, "text": "{}"], count: 60))
        for _ in 0..<10 { _ = try await get() }
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for _ in 0..<50 { _ = try await get() }
        try await eventually("the connections are closed") {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count <= before + 10
        }
    }
    #endif

    @Test func aBodyIsSentAsItIs() async throws {
        let client = try sandbox.client()
        _ = try await client.withdrawProcess(sandbox.running(), actor: .system(), reason: "一")
        let sent = try #require(try await sandbox.log("withdraw_process").first)
        #expect(sent["method"]?.string == "PUT" && sent["body"]?.string?.contains("一") == true)
    }

    @Test func theBudgetEndsARequestInItsHeadAndInItsBody() async throws {
        for fault in ["timeout-not-applied", "drip-1B/s"] {
            try await sandbox.fault(on: "get_process", fault, ms: fault == "drip-1B/s" ? 1_000 : nil)
            let failure = try await kind { try await transport.send(request: request(budget: 500)) }
            #expect(failure?.kind == .timeout && failure?.bytesWritten == true, "\(fault)")
            try await sandbox.until("the client has gone") { $0.last?["client_closed_at_ms"] != nil }
        }
    }

    private func script(_ answers: [JSON]) async throws {
        let steps = answers.map { JSON.object(["on": "get_process", "answer": $0]) }
        try await sandbox.post("script", ["ordered": true, "steps": .array(steps)])
    }

    private func request(_ url: String? = nil, cap: UInt64 = 1 << 20, budget: UInt64 = 20_000) -> HttpRequest {
        let url = url ?? "\(sandbox.url)/open-apis/corehr/v2/processes/7400000000000000001"
        return HttpRequest(
            method: .get, url: url, headers: [], body: nil, sensitiveBody: false, budget: budget, connectBudget: 5_000,
            maxResponse: cap, freshConnection: false)
    }

    private func kind(_ call: () async throws -> HttpResponse) async throws -> Failure? {
        do {
            _ = try await call()
            return nil
        } catch let TransportError.Failed(kind, bytesWritten, _, head) {
            return (kind, bytesWritten, head)
        }
    }
}

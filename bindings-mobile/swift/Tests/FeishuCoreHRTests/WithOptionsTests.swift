import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// Headers of one's own, answers as received, and lists page by page.
@Suite(.timeLimit(.minutes(5))) struct WithOptionsTests {
    enum Caller {
        @TaskLocal static var name: String?
    }

    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private func headers(_ operation: String, _ name: String) async throws -> [String] {
        try await sandbox.log(operation).flatMap { entry in
            (entry["headers"]?.array ?? []).compactMap { $0.array }
                .filter { $0.first?.string?.lowercased() == name }
                .compactMap { $0.last?.string }
        }
    }

    private func refuseNext(_ operation: String) async throws {
        let answer: JSON = ["status": 400, "json": ["code": 99_992_402, "msg": "no"]]
        try await sandbox.post("script", ["steps": [["on": .string(operation), "answer": answer]]])
    }

    @Test func ownHeadersGoWithEveryRequestButThoseForATokenAndAreTakenForSecrets() async throws {
        let client = try sandbox.client()
        let mine = try client.withOptions(headers: ["X-Trace": "canary"])
        try await sandbox.post("faults", ["on": "withdraw_process", "fault": "rst-after-applied"])
        _ = try await mine.withdrawProcess(try await sandbox.running(), actor: .system())
        for try await _ in mine.listProcesses(modifiedFrom: .now - 60, to: .now) {}
        for operation in ["withdraw_process", "get_process", "list_processes"] {
            #expect(try await headers(operation, "x-trace") == ["canary"])
        }
        #expect(try await headers("token", "x-trace").isEmpty)
        let shown = try mine.request(GetProcess(processId: "7"))
        #expect(shown.headers.first { $0.name == "x-trace" }?.value == "canary")
        #expect(shown.debugDescription.contains("x-trace") && !shown.debugDescription.contains("canary"))
        #expect(!(try client.request(GetProcess(processId: "7")).headers.contains { $0.name == "x-trace" }))
    }

    @Test func aHeaderThatMayNotBeSetIsRefusedAtOnce() async throws {
        let client = try sandbox.client()
        let wrong = ["Authorization": "Bearer t", "x a": "1", "x-b": "secret\n", "x-c": ""]
        let error = try await failure { try client.withOptions(headers: wrong) }
        #expect(Set(error.problems.map(\.field)) == Set(wrong.keys.map { "headers.\($0)" }))
        #expect(!"\(error)".contains("secret"))
    }

    @Test func everyAnswerIsHeardAsReceivedButThoseForAToken() async throws {
        let heard = Told<HttpResponse>()
        let client = try sandbox.client()
        try await sandbox.post("faults", ["on": "withdraw_process", "fault": "429-reset2"])
        let mine = try client.withOptions(onAnswer: { heard.add($0) })
        let done = try await mine.withdrawProcess(try await sandbox.running(), actor: .system())
        #expect(try heard.all.map { try JSON(parsing: $0.body)["code"]?.integer } == [99_991_400, 0])
        #expect(heard.all.last?.headers.first { $0.name.lowercased() == "x-tt-logid" }?.value == done.logId)
        _ = try await client.getProcess(try await sandbox.running())
        #expect(heard.all.count == 2, "the client itself is as it was")
    }

    @Test func anErrorComesWithItsAnswerInTheContextOfItsCall() async throws {
        let heard = Told<String>()
        let client = try sandbox.client().withOptions(headers: ["x-a": "1"])
        let mine = try client.withOptions(onAnswer: { heard.add("\(Caller.name ?? "nobody") \($0.status)") })
        try await refuseNext("get_process")
        let error = try await Caller.$name.withValue("a") { try await failure { try await mine.getProcess("7") } }
        #expect(error.httpStatus == 400)
        let id = try await sandbox.running()
        _ = try await Caller.$name.withValue("b") { try await mine.getProcess(id) }
        #expect(heard.all == ["a 400", "b 200"])
        #expect(try await headers("get_process", "x-a") == ["1", "1"], "what is left out stays as it is")
        #expect(try await sandbox.log("token").count == 1, "one token for all")
    }

    @Test func aListComesPageByPageAndGoesOnWhereOneWasKept() async throws {
        for _ in 0..<5 { _ = try await sandbox.running() }
        let client = try sandbox.client(quotas: ["list_processes": Quota(calls: 1_000, window: 1_000)])
        func list(_ token: String? = nil) -> Items<String> {
            client.listProcesses(modifiedFrom: .now - 40 * 86_400, to: .now + 86_400, pageSize: 4, pageToken: token)
        }
        func collect<S: AsyncSequence>(_ sequence: S) async throws -> [S.Element] {
            try await sequence.reduce(into: []) { $0.append($1) }
        }
        let all = list()
        let pages = try await collect(all.pages)
        #expect(try await sandbox.log("list_processes").count == pages.count)
        #expect(try await collect(all) == pages.flatMap(\.items))
        #expect(pages.map(\.hasMore) == pages.indices.map { $0 < pages.count - 1 })
        #expect(pages.allSatisfy { $0.logId != nil } && pages.last?.pageToken == nil)
    }

    @Test func aPageTokenThatWasKeptLeadsToTheNextPage() async throws {
        for _ in 0..<5 { _ = try await sandbox.running() }
        let client = try sandbox.client(quotas: ["list_processes": Quota(calls: 1_000, window: 1_000)])
        let (from, to) = (Date.now - 86_400, Date.now + 86_400)
        var pages: [Page<String>] = []
        for try await page in client.listProcesses(modifiedFrom: from, to: to, pageSize: 4).pages { pages.append(page) }
        var later: [Page<String>] = []
        let kept = pages[0].pageToken
        for try await page in client.listProcesses(modifiedFrom: from, to: to, pageSize: 4, pageToken: kept).pages {
            later.append(page)
        }
        #expect(later.map(\.items) == pages.dropFirst().map(\.items))
    }
}

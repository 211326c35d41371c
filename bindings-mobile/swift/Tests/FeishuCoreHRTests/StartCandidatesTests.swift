import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// What a start whose answer was lost may have started, for the caller to judge.
@Suite(.timeLimit(.minutes(5))) struct StartCandidatesTests {
    let sandbox: Sandbox
    let definition = "people_7000000000000000000_7100000000000000000"
    let initiator = "ou_91791271921729102012"
    let stranger = "ou_ffeeddccbbaa99887766554433221100"

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func theOneThatWasStartedIsListedAndNoOther() async throws {
        for (actor, by) in [(FeishuCoreHR.Actor.user(.openId(initiator)), initiator), (.system(), nil)] {
            try await sandbox.post("reset")
            let client = try sandbox.client()
            let unlike = try await others(by)
            let since = Date.now
            _ = try await lost(client, actor)
            let found = try await all(client.listStartCandidates(definition, actor: actor, since: since))
            let process = try #require(found.first)
            #expect(found.count == 1 && !unlike.contains(process.processId))
            #expect(process.flowDefinitionId == definition && process.initiatorId == by && process.status == .inProgress)
            // One of the others was not even listed, and the one that was started is read, too.
            #expect(try await sandbox.log("get_process").count == unlike.count)
        }
    }

    @Test func theMomentThatTheAdviceTellsFindsItToo() async throws {
        let client = try sandbox.client()
        let advice = try #require(try await lost(client, .system()).advice)
        #expect(advice.en.contains("listStartCandidates") && advice.zh.contains("listStartCandidates"))
        let rest = try #require(advice.en.components(separatedBy: "modified since ").last)
        let milliseconds = try #require(Double(rest.prefix { $0.isNumber }))
        let since = Date(timeIntervalSince1970: milliseconds / 1_000)
        #expect(try await all(client.listStartCandidates(definition, actor: .system(), since: since)).count == 1)
    }

    @Test func whatAnAnswerDoesNotHaveExcludesNothingAndEachIsReadAsItIsAskedFor() async throws {
        let detail: JSON = ["flow_definition_id": .null, "initiator_id": .null, "create_time": .null]
        let ids = try await add([["detail": detail], [:]])
        let client = try sandbox.client()
        let candidates = client.listStartCandidates(definition, actor: .user(.openId(initiator)), since: .now - 60)
        #expect(try await sandbox.log().isEmpty)
        var iterator = candidates.makeAsyncIterator()
        let first = try #require(try await iterator.next())
        #expect(ids.contains(first.processId))
        #expect(try await sandbox.log("get_process").count == 1)
        let second = try #require(try await iterator.next())
        #expect(Set([first.processId, second.processId]) == Set(ids))
        #expect(try await iterator.next() == nil)
        #expect(try await all(candidates).count == 2, "a second loop starts anew")
        for sent in try await sandbox.log("get_process") {
            #expect(sent["query"]?.string?.contains("user_id_type=open_id") == true)
        }
    }

    @Test func aProcessThatCannotBeReadIsAnErrorAndIsReadAgain() async throws {
        let id = try await sandbox.running()
        let answer: JSON = ["status": 400, "json": ["code": 99_992_402, "msg": "no"]]
        try await sandbox.post("script", ["steps": [["on": "get_process", "answer": answer]]])
        let client = try sandbox.client()
        let candidates = client.listStartCandidates(definition, actor: .user(.openId(initiator)), since: .now - 60)
        var iterator = candidates.makeAsyncIterator()
        do {
            _ = try await iterator.next()
            Issue.record("no error")
        } catch let error as FeishuError {
            #expect(error.operation == "get_process")
        }
        #expect(try await iterator.next()?.processId == id)
        #expect(try await sandbox.log("list_processes").count == 1)
    }

    @Test func itsOptionsAreThoseOfEachRequest() async throws {
        let page: JSON = ["status": 200, "json": ["code": 0, "data": ["process_ids": ["7"], "has_more": .bool(false)]]]
        let process: JSON = ["status": 200, "json": ["code": 0, "data": ["process_id": "7", "status": 1]]]
        let steps: JSON = [["on": "list_processes", "answer": page], ["on": "get_process", "answer": process]]
        try await sandbox.post("script", ["steps": steps])
        let candidates = try sandbox.client().listStartCandidates(
            definition, actor: .system(), since: .now, token: "t-mine", requestId: "mine-1")
        #expect(try await all(candidates).map(\.processId) == ["7"])
        let log = try await sandbox.log()
        #expect(log.map { $0["operation"]?.string } == ["list_processes", "get_process"])
        for sent in log {
            let headers = "\(sent["headers"] ?? .null)"
            #expect(headers.contains("Bearer t-mine") && headers.contains("mine-1"))
        }
    }

    @Test(arguments: ["list_processes", "get_process"]) func itsDeadlineIsThatOfEachRequest(_ operation: String) async throws {
        _ = try await sandbox.running()
        try await sandbox.post("faults", ["on": .string(operation), "fault": "timeout-not-applied", "times": 0])
        let candidates = try sandbox.client().listStartCandidates(
            definition, actor: .user(.openId(initiator)), since: .now - 60, deadline: .seconds(4))
        let error = try await failure { try await all(candidates) }
        // The default, two minutes, would leave time for several.
        #expect(error.operation == operation && error.attempts == 1)
    }

    @Test func cancellingEndsIt() async throws {
        _ = try await sandbox.running()
        try await sandbox.fault(on: "get_process", "timeout-not-applied")
        let client = try sandbox.client()
        let (definition, actor) = (definition, FeishuCoreHR.Actor.user(.openId(initiator)))
        let walk = Task {
            for try await _ in client.listStartCandidates(definition, actor: actor, since: .now - 60) {}
        }
        try await sandbox.until("the read") { $0.contains { $0["operation"]?.string == "get_process" } }
        walk.cancel()
        #expect(try await failure { try await walk.value }.kind == .cancelled)
    }

    @Test func whatIsWrongIsRefusedByNameAndNothingIsSent() async throws {
        let client = try sandbox.client()
        let wrong = client.listStartCandidates("", actor: .user(.openId("a b")), since: Date(timeIntervalSince1970: 5))
        let error = try await failure { try await all(wrong) }
        #expect(error.problems.map(\.field) == ["flow_definition_id", "initiator_id", "since"])
        #expect(error.operation == "list_start_candidates")
        let ahead = client.listStartCandidates(definition, actor: .system(), since: .now + 3_600)
        #expect(try await failure { try await all(ahead) }.problems.map(\.field) == ["since"])
        let option = client.listStartCandidates(definition, actor: .system(), since: .now, token: "a\nb")
        #expect(try await failure { try await all(option) }.problems.map(\.field) == ["token"])
        #expect(try await sandbox.log().isEmpty)
    }

    private func all(_ candidates: Candidates) async throws -> [FeishuCoreHR.Process] {
        var found: [FeishuCoreHR.Process] = []
        for try await process in candidates { found.append(process) }
        return found
    }

    /// Starts a process, and loses the answer.
    private func lost(_ client: Client, _ actor: FeishuCoreHR.Actor) async throws -> FeishuError {
        try await sandbox.fault(on: "start_process", "rst-after-applied")
        let error = try await failure { try await client.startProcess(definition, actor: actor) }
        #expect(error.effect == .unknown)
        return error
    }

    /// Adds what it was not, each for one reason; modified now.
    private func others(_ initiator: String?) async throws -> [String] {
        let by = initiator.map(JSON.string) ?? .null
        let hourAgo = Int64(Date.now.timeIntervalSince1970 * 1_000) - 3_600_000
        return try await add([
            ["initiator": by, "detail": ["flow_definition_id": "people_1_2"]],
            ["initiator": by, "flow_definition_id": "people_1_2"],
            ["initiator": by, "create_time": .integer(hourAgo)],
            ["initiator": .string(stranger)],
            ["initiator": initiator == nil ? .string(self.initiator) : .null],
        ])
    }

    private func add(_ processes: [JSON]) async throws -> [String] {
        try await sandbox.post("processes", .array(processes))["process_ids"]?.array?.compactMap(\.string) ?? []
    }
}

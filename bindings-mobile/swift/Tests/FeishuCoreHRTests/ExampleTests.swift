import FeishuCoreHR
import FeishuCoreHRSQLite
import Foundation
import Sandbox
import Testing

// README: clients
func clients(fetchToken: @escaping @Sendable (_ refused: Bool) async throws -> String) throws -> [Client] {
    let environment = ProcessInfo.processInfo.environment
    let (id, secret) = (environment["FEISHU_APP_ID"] ?? "", environment["FEISHU_APP_SECRET"] ?? "")
    return [
        try Client(.backend, baseURL: .other(url: "https://hr.example.com/api"), allowOtherHosts: true),
        try Client(.host, tokenSource: fetchToken),
        try Client(.app(appId: id, appSecret: secret)),
    ]
}
// end

// README: call
func rename(_ client: Client, _ department: String) async throws -> String? {
    let path = "/open-apis/contact/v3/departments/{department_id}"
    let id = ["department_id": department]
    let read = try await client.call(
        .get, path, pathParameters: id, query: [("department_id_type", "open_department_id")])
    print(read.raw)  // read.data() has it as dictionaries, arrays, strings and numbers
    return try await client.call(.patch, path, pathParameters: id, body: #"{"name": "Sales"}"#).logId
}
// end

// README: look
func look(_ client: Client, _ processId: String) async throws {
    let mine = try client.withOptions(
        headers: ["x-request-source": "payroll"],
        onAnswer: { answer in print(answer.status, String(decoding: answer.body, as: UTF8.self)) })
    _ = try await mine.getProcess(processId)
}
// end

// README: many
func withdrawAll(_ client: Client, _ processIds: [String], journal: String) async throws {
    let run = try client.withdrawProcesses(processIds, actor: .system(), journal: SQLiteJournal(journal))
    for try await result in run {
        print(result.processId, result.outcome, result.effect, result.summary)
    }
    print(try run.report)
}
// end

// README: lists
func running(_ client: Client, from: Date, to: Date) async throws -> String? {
    let ids = client.listProcesses(modifiedFrom: from, to: to, statuses: [.inProgress])
    for try await id in ids.prefix(10) { print(id) }
    return ids.pageToken  // where another walk can go on, at any time
}
// end

// README: candidates
func lookAfterStart(_ client: Client, _ definition: String, by actor: FeishuCoreHR.Actor) async throws {
    let before = Date.now
    do {
        print(try await client.startProcess(definition, actor: actor).processId)
    } catch {
        guard error.effect == .unknown else { throw error }
        for try await process in client.listStartCandidates(definition, actor: actor, since: before) {
            print(process.processId, process.processName.enUs, process.createTime ?? 0, process.status)
        }
    }
}
// end

@Suite(.timeLimit(.minutes(5))) struct ExampleTests {
    /// The package's folder.
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func theProgramWithdrawsOnceAndThenSaysWhyNot() async throws {
        let sandbox = try Sandbox()
        let id = try await sandbox.running()
        let token = Told<String>()
        _ = try await sandbox.client().getProcess(id)
        for header in try await sandbox.log("get_process").first?["headers"]?.array ?? [] {
            if let pair = header.array, pair[0].string?.lowercased() == "authorization", let value = pair[1].string {
                token.add(String(value.dropFirst("Bearer ".count)))
            }
        }
        for (process, said) in [(id, "ours"), (sandbox.process("completed"), "not running any more, status 9")] {
            let printed = try run("withdraw", [sandbox.url, try #require(token.all.first), process, "duplicate"])
            #expect(printed.contains(said), "\(printed)")
        }
        #expect(try await sandbox.status(id) == 4)
    }

    @Test func theFunctionsOfTheReadmeDoWhatItSays() async throws {
        let sandbox = try Sandbox()
        #expect(try await rename(sandbox.client(), "od-1") != nil)
        try await look(sandbox.client(), try await sandbox.running())
        let (ids, folder) = (try await sandbox.running(3), try Folder())
        try await withdrawAll(sandbox.client(), ids, journal: folder.file("run.sqlite"))
        for id in ids { #expect(try await sandbox.status(id) == 4) }
        #expect(try await running(sandbox.client(), from: .now - 86_400, to: .now + 60) != "")
        #expect(throws: FeishuError.self) { try clients(fetchToken: { _ in "t" }) }
    }

    @Test func aStartWhoseAnswerIsLostIsLookedFor() async throws {
        let sandbox = try Sandbox()
        let definition = "people_7000000000000000000_7100000000000000000"
        try await sandbox.fault(on: "start_process", "rst-after-applied")
        try await lookAfterStart(sandbox.client(), definition, by: .system())
        #expect(try await sandbox.log("get_process").count == 1)
        try await lookAfterStart(sandbox.client(), definition, by: .system())
        #expect(try await sandbox.log("start_process").count == 2)
    }

    @Test func theCodeOfTheReadmeIsCodeThatIsTested() throws {
        let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        let shown = readme.components(separatedBy: "```swift\n").dropFirst().map { block in
            trimmed(block.components(separatedBy: "```")[0])
        }
        let files = ["Examples/withdraw/main.swift"] + ["ExampleTests", "HostTests", "OptionTests"].map {
            "Tests/FeishuCoreHRTests/\($0).swift"
        }
        let tested = try files.flatMap { file in
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            // In two parts, so that this line is none of them.
            return text.components(separatedBy: "// README" + ": ").dropFirst().map { block in
                trimmed(block.components(separatedBy: "// end")[0].drop { $0 != "\n" }.description)
            }
        }
        #expect(shown.sorted() == tested.sorted() && shown.count >= 5)
    }

    /// Without what all lines are indented by.
    private func trimmed(_ text: String) -> String {
        let lines = text.components(separatedBy: "\n").filter { $0.contains { $0 != " " } }
        let indent = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(indent)) }.joined(separator: "\n")
    }

    private func run(_ name: String, _ arguments: [String]) throws -> String {
        let (process, output) = (Foundation.Process(), Pipe())
        // Programs stand beside the one that runs the tests.
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent(name)
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return printed
    }
}

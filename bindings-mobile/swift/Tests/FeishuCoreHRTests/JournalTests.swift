import FeishuCoreHR
import FeishuCoreHRSQLite
import Foundation
import Sandbox
import Testing

/// Runs over many processes with a journal, a real SQLite file.
@Suite(.timeLimit(.minutes(5))) struct JournalTests {
    let sandbox: Sandbox
    let client: Client
    let folder: Folder

    init() throws {
        sandbox = try Sandbox()
        client = try sandbox.client(quotas: fast)
        folder = try Folder()
    }

    var file: String { folder.file("run of 100%25 ? # é.sqlite") }
    var journal: SQLiteJournal { SQLiteJournal(file) }

    func writes() async throws -> [String] {
        try await sandbox.log("withdraw_process").compactMap { $0["process_id"]?.string }
    }

    func rows(_ sql: String, of path: String? = nil) throws -> [[SqlValue]] {
        let store = try SQLiteJournal(path ?? file).open()
        defer { store.close() }
        return try store.query(Statement(sql: sql, values: []))
    }

    @Test func aRunThatIsLeftEarlyIsGoneOnWith() async throws {
        let ids = try await sandbox.running(40)
        func made() throws -> BulkRun {
            try client.withdrawProcesses(ids, actor: .system(), reason: "重复", journal: journal, maxInFlight: 4)
        }
        let left = try made()
        var first: String?
        for try await result in left {
            first = result.processId
            break
        }
        await left.ended()
        #expect(try rows("SELECT ended FROM run") == [[.text("cancelled")]])
        #expect(try left.report.ended == .cancelled)
        let cancelled = try made()
        let loop = Task {
            for try await result in cancelled where !result.isEarlier { withUnsafeCurrentTask { $0?.cancel() } }
        }
        #expect(try await failure { try await loop.value }.kind == .cancelled)
        let ended = try rows("SELECT process_id FROM item WHERE state = 'ended' AND outcome = 'ours'").map { $0[0] }
        #expect(try ended.contains(.text(#require(first))))
        #expect(try await Set(ended) == Set(writes().map(SqlValue.text)), "what was sent has ended")
        let last = try made()
        let results = try await all(last)
        #expect(results.map(\.position).sorted() == Array(0...39))
        #expect(Set(results.filter(\.isEarlier).map { SqlValue.text($0.processId) }) == Set(ended))
        #expect(try last.report.ours == 40)
        #expect(try await writes().count == 40, "none of them was sent twice")
        let kept = try "\(rows("SELECT * FROM run"))"
        #expect(kept.contains(sandbox.appId) && !kept.contains("重复") && !kept.contains(sandbox.appSecret))
        #expect(try await all(made()).allSatisfy(\.isEarlier))
        #expect(try await writes().count == 40, "nothing is sent by a run that is over")
        #expect(try rows("PRAGMA journal_mode") == [[.text("wal")]])
    }

    @Test func aJournalThatAnotherLanguageHasBegunIsGoneOnWith() async throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<5 { root.deleteLastPathComponent() }
        let begun = try String(contentsOf: root.appendingPathComponent("tests/journal.sql"), encoding: .utf8)
        let store = try journal.open()
        let origin = "UPDATE run SET base_url = '\(sandbox.url)', app_id = '\(sandbox.appId)'"
        for sql in begun.components(separatedBy: ";\n").filter({ !$0.isEmpty }) + [origin] {
            _ = try store.query(Statement(sql: sql, values: []))
        }
        store.close()
        let ids = (1...4).map { "790000000000000000\($0)" }
        for id in ids { try await sandbox.post("processes", ["process_id": .string(id), "status": id == ids[2] ? 4 : 1]) }
        let run = try client.withdrawProcesses(ids, actor: .system(), reason: "重复", journal: journal)
        let told = try await all(run).sorted { $0.position < $1.position }
        #expect(told.map(\.outcome) == [.ours, .rejected, .presumed, .ours])
        #expect(told.map(\.isEarlier) == [true, true, false, false])
        #expect(try await writes() == [ids[3]], "what is in doubt is read first")
        #expect(try run.report.isResumable)
        let unkept = try client.withdrawProcesses(try await sandbox.running(1), actor: .system())
        _ = try await all(unkept)
        #expect(try !unkept.report.isResumable)
    }

    @Test func reasonsAreKeptWhenAskedFor() async throws {
        let run = try client.withdrawProcesses(
            try await sandbox.running(1), actor: .system(), reason: "重复", journal: journal, keepReasons: true)
        _ = try await all(run)
        #expect(try "\(rows("SELECT options FROM run"))".contains("重复"))
    }

    @Test func aJournalOfSomethingElseIsRefusedAndNothingIsSent() async throws {
        let ids = try await sandbox.running(3)
        _ = try await all(client.withdrawProcesses(ids, actor: .system(), journal: journal))
        try await sandbox.post("reset")
        let (newer, foreign, torn, busy) =
            (folder.file("newer"), folder.file("foreign"), folder.file("torn"), folder.file("busy"))
        try FileManager.default.copyItem(atPath: file, toPath: newer)
        _ = try rows("UPDATE run SET version = 2", of: newer)
        _ = try rows("CREATE TABLE item (x)", of: foreign)
        try String(repeating: "not a database at all", count: 100).write(toFile: torn, atomically: true, encoding: .utf8)
        let holder = try SQLiteJournal(busy).open()
        try holder.store([Statement(sql: "CREATE TABLE x (y)", values: [])])
        defer { holder.close() }
        let other = try Client(
            .app(appId: "cli_other", appSecret: "secret"), baseURL: .other(url: sandbox.url), allowInsecureLoopback: true)
        func run(_ path: String) throws -> BulkRun {
            try client.withdrawProcesses(ids, actor: .system(), journal: SQLiteJournal(path))
        }
        for (message, run) in [
            ("another list of processes", try client.withdrawProcesses(ids.prefix(2), actor: .system(), journal: journal)),
            ("another list of processes", try client.withdrawProcesses(ids.reversed(), actor: .system(), journal: journal)),
            (
                "another actor or another reason",
                try client.withdrawProcesses(ids, actor: .system(), reason: "x", journal: journal)
            ),
            ("another operation", try client.revokeProcesses(ids, actor: .system(), journal: journal)),
            ("another app", try other.withdrawProcesses(ids, actor: .system(), journal: journal)),
            ("version 2", try run(newer)),
            ("a database of something else", try run(foreign)),
            ("not a database", try run(torn)),
            ("is in use", try run(busy)),
            ("unable to open", try run(folder.file("no/run"))),
            ("unable to open", try run(folder.path)),
        ] {
            let error = try await failure { try await all(run) }
            #expect("\(error)".contains(message), "\(error)")
            #expect(error.problems.map(\.field) == ["journal"])
        }
        #expect(try await writes().isEmpty)
    }

    @Test func aSecondRunOnTheSameJournalIsRefusedWhileTheFirstGoesOn() async throws {
        let (ids, shared) = (try await sandbox.running(30), journal)
        let first = try client.withdrawProcesses(ids, actor: .system(), journal: shared, maxInFlight: 2)
        var refused = 0
        for try await _ in first where refused == 0 {
            let error = try await failure { try await all(client.withdrawProcesses(ids, actor: .system(), journal: shared)) }
            #expect("\(error)".contains("is in use"), "\(error)")
            refused += 1
        }
        #expect(try first.report.ours == 30 && refused == 1)
        let second = try client.withdrawProcesses(ids, actor: .system(), journal: shared)
        #expect(try await all(second).count == 30, "and it was let go of")
    }

    @Test func aRunThatStopsForAllIsGoneOnWith() async throws {
        let ids = try await sandbox.running(30)
        let wrong = try Client(
            .app(appId: sandbox.appId, appSecret: "wrong"), baseURL: .other(url: sandbox.url), allowInsecureLoopback: true,
            quotas: fast)
        let stopped = try wrong.withdrawProcesses(ids, actor: .system(), journal: journal)
        #expect(try await all(stopped).isEmpty)
        let report = try stopped.report
        #expect(report.ended == .stopped && report.kind == .badCredentials && report.notAttempted == 30)
        #expect(report.advice != nil)
        let run = try client.withdrawProcesses(ids, actor: .system(), journal: journal)
        #expect(try await all(run).count == 30)
        #expect(try run.report.ours == 30 && run.report.ended == .complete)
    }

    @Test func aStoreThatFailsStopsTheRunAndOneThatCannotBeWrittenSendsNothing() async throws {
        let ids = try await sandbox.running(3)
        for (works, message) in [(0, "attempt to write a readonly database"), (1, "database or disk is full")] {
            try await sandbox.post("reset")
            try await sandbox.post("processes", .array(ids.map { ["process_id": .string($0)] }))
            let closed = Told<Void>()
            let failing = Failing(
                journal: SQLiteJournal(folder.file("failing-\(works)")), works: works, message: message, closed: closed)
            let run = try client.withdrawProcesses(ids, actor: .system(), journal: failing)
            if works == 0 {
                let error = try await failure { try await all(run) }
                #expect("\(error)".contains("`journal` cannot be written: \(message)"), "\(error)")
            } else {
                #expect(try await all(run).isEmpty)
                let report = try run.report
                #expect(report.ended == .stopped && report.reason?.contains(message) == true)
            }
            #expect(closed.all.count == 1)
            #expect(try await writes().isEmpty)
        }
    }

    /// A few are answered, one of them badly, and then all that may be on their way at once are not, of which every other
    /// one is withdrawn: so the program is killed in the midst of it, however late.
    private func life(_ fault: String) -> [JSON] {
        let bad: JSON = ["on": "withdraw_process", "answer": ["fault": .string(fault), "ms": 200]]
        let good: JSON = ["on": "withdraw_process", "answer": ["real": true]]
        let stalls: [JSON] = (0..<8).map {
            ["on": "withdraw_process", "apply": .bool($0.isMultiple(of: 2)), "answer": ["stall": "head"]]
        }
        return [bad] + Array(repeating: good, count: 5) + stalls
    }

    @Test func killedAgainAndAgainNothingIsLostAndNothingIsSentAfterItsResult() async throws {
        let ids = try await sandbox.running(60)
        let faults = ["timeout-applied", "500-after", "rst-after-request-not-applied", "500-before"]
        var (kills, last, final) = (0, "", Set<SqlValue>())
        while true {
            let before = try await writes().count
            try await sandbox.post("script", ["steps": .array(kills < faults.count ? life(faults[kills]) : [])])
            let (program, output) = (Foundation.Process(), Pipe())
            program.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appendingPathComponent("bulk")
            program.arguments = [sandbox.url, sandbox.appId, sandbox.appSecret, file] + ids
            program.standardOutput = output
            try program.run()
            // Each life of the program tells a few more results than the one before.
            var (text, told): (String, [Substring]) = ("", [])
            while !told.contains(where: { $0.hasPrefix("report") }), kills >= faults.count || told.count < final.count + 5 {
                let more = output.fileHandleForReading.availableData
                if more.isEmpty { break }
                text += String(decoding: more, as: UTF8.self)
                told = text.split(separator: "\n")
            }
            last = told.last.map(String.init) ?? ""
            if last.hasPrefix("report") {
                program.waitUntilExit()
                #expect(program.terminationStatus == 0)
                break
            }
            try #require(!told.isEmpty, "the program has said nothing")
            kill(program.processIdentifier, SIGKILL)
            program.waitUntilExit()
            #expect(program.terminationReason == .uncaughtSignal, "the program has ended by itself")
            kills += 1
            let now = Set(
                try rows("SELECT process_id FROM item WHERE state = 'ended' AND outcome <> 'unresolved'").map { $0[0] })
            let sent = Set(try await writes().dropFirst(before).map(SqlValue.text))
            #expect(final.isDisjoint(with: sent), "life \(kills): sent after a durable result")
            #expect(now.isSuperset(of: final))
            final = now
        }
        #expect(kills == faults.count && last == "report complete 60 0", "\(kills) \(last)")
        #expect(try rows("SELECT count(*) FROM item WHERE state = 'ended'") == [[.integer(60)]])
        let applied = try await sandbox.log("withdraw_process").filter { $0["applied"] == .bool(true) }
        #expect(applied.compactMap { $0["process_id"]?.string }.sorted() == ids, "each of them once")
    }
}

/// A journal whose store fails after so many transactions.
private struct Failing: Journal {
    let journal: SQLiteJournal
    let works: Int
    let message: String
    let closed: Told<Void>

    func open() throws -> any JournalStore {
        Store(store: try journal.open(), works: works, message: message, closed: closed)
    }

    private final class Store: JournalStore {
        let store: any JournalStore
        let message: String
        let closed: Told<Void>
        var works: Int

        init(store: any JournalStore, works: Int, message: String, closed: Told<Void>) {
            (self.store, self.works, self.message, self.closed) = (store, works, message, closed)
        }

        func query(_ statement: Statement) throws -> [[SqlValue]] { try store.query(statement) }

        func store(_ statements: [Statement]) throws {
            works -= 1
            if works < 0 { throw Full(description: message) }
            try store.store(statements)
        }

        func close() {
            closed.add(())
            store.close()
        }
    }

    private struct Full: Error, CustomStringConvertible {
        let description: String
    }
}

import FeishuCoreHR
import FeishuCoreHRSQLite
import Foundation
import Sandbox

// `bulk BASE_URL APP_ID APP_SECRET JOURNAL PROCESS_ID…` withdraws them all, for a test that kills it.
let words = CommandLine.arguments
let client = try Client(
    .app(appId: words[2], appSecret: words[3]), baseURL: .other(url: words[1]), allowInsecureLoopback: true, quotas: fast)
let run = try client.withdrawProcesses(
    words.dropFirst(5), actor: .system(), journal: SQLiteJournal(words[4]), maxInFlight: 8, deadline: .seconds(20))
for try await result in run {
    tell("\(result.processId) \(result.outcome)")
}
let report = try run.report
tell("report \(report.ended) \(report.ours + report.presumed) \(report.unattributed)")

/// One line, at once.
func tell(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

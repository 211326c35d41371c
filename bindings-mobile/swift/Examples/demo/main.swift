import FeishuCoreHR
import Foundation
import Sandbox

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

// `demo --sandbox JSON` shows the main job, and what can go wrong with it; the JSON is what the sandbox says first.
let sandbox = try JSON(parsing: Data(CommandLine.arguments[2].utf8))
let refusals = Refusals()
let client = try Client(
    .app(appId: sandbox["app_id"]?.string ?? "", appSecret: sandbox["app_secret"]?.string ?? ""),
    baseURL: .other(url: sandbox["http"]?.string ?? ""),
    allowInsecureLoopback: true,
    onAttempt: { attempt in if let code = attempt.code { refusals.add(code) } }
)

print("1. The running processes of the last day:")
let now = Date(timeIntervalSinceNow: 60)
var ids: [String] = []
for try await id in client.listProcesses(modifiedFrom: now - 86_400, to: now, statuses: [.inProgress]) {
    ids.append(id)
}
print("  \(ids.count) running: \(ids.joined(separator: ", "))")

print("2. Withdraw \(ids[0]):")
await tell(client, ids[0], "a duplicate")

print("3. Withdraw it again; it is withdrawn, but not by this call:")
await tell(client, ids[0])
try refusals.all.forEach(tellWhy)

print("4. Withdraw one that is completed already:")
await tell(client, sandbox["processes"]?["completed"]?.string ?? "")

print("5. Withdraw \(ids[1]), and lose the connection after the server has done it:")
try await orderFault(sandbox["control"]?.string ?? "", "rst-after-applied")
await tell(client, ids[1])

print("6. Two mistakes in the arguments, found before anything is sent:")
await tell(client, "../7", String(repeating: "x", count: 612))

func tell(_ client: Client, _ processId: String, _ reason: String? = nil) async {
    do throws(FeishuError) {
        let done = try await client.withdrawProcess(processId, actor: .system(), reason: reason)
        print("  withdrawn; by whom: \(done.attribution); attempts: \(done.attempts); log id \(done.logId ?? "none")")
    } catch {
        if error.kind == .notWithdrawable {
            print("  not withdrawn: its status is \(error.status ?? 0); code \(error.code ?? 0), effect \(error.effect)")
        }
        print("  \(error)")
        if let advice = error.advice { print("  \(advice.zh)") }
    }
}

/// Says what the server's refusal means, and what to do.
func tellWhy(_ code: Int64) throws {
    guard let explanation = try explain(operation: "withdraw_process", code: code) else { return }
    print("  the server had refused by code \(code): \(explanation.meaning)")
    if let advice = explanation.advice { print("  \(advice.en)\n  \(advice.zh)") }
}

/// Tells the sandbox to break the next withdrawal.
func orderFault(_ control: String, _ fault: String) async throws {
    guard let url = URL(string: "\(control)/faults") else { return }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = Data(#"{"on": "withdraw_process", "fault": "\#(fault)"}"#.utf8)
    _ = try await URLSession.shared.data(for: request)
}

final class Refusals: @unchecked Sendable {
    private let lock = NSLock()
    private var codes: [Int64] = []

    func add(_ code: Int64) { lock.withLock { codes.append(code) } }

    var all: [Int64] { lock.withLock { codes } }
}

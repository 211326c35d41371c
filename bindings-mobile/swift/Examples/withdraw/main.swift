import FeishuCoreHR

// `withdraw BASE_URL TENANT_ACCESS_TOKEN PROCESS_ID REASON` withdraws one process and says what happened.
let arguments = CommandLine.arguments
let (url, token, processId, reason) = (arguments[1], arguments[2], arguments[3], arguments[4])
let client = try Client(
    .host,
    baseURL: .other(url: url),
    allowInsecureLoopback: url.hasPrefix("http:"),
    tokenSource: { _ in token }
)
await withdraw(client, processId, reason)

// README: first
func withdraw(_ client: Client, _ processId: String, _ reason: String) async {
    do throws(FeishuError) {
        let done = try await client.withdrawProcess(processId, actor: .system(), reason: reason)
        print(done.attribution, done.logId ?? "")
    } catch {
        if error.kind == .notWithdrawable {
            print("not running any more, status", error.status ?? 0)
        } else {
            print(error)  // what happened, whether it took effect, what to do, the log id
            print(error.effect)  // none: certainly not; unknown: perhaps, read the process first
        }
    }
}
// end

import FeishuCoreHR
import Foundation
import Sandbox

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

// What a warm call costs beside URLSession's own, in processor time of this process, in alternating rounds of one run:
//
//     bench SANDBOX FIGURES
//
// Each figure is added to the file FIGURES, as a line of JSON.
let calls = 300
let rounds = 9
let warmUp = 2
let sandbox = try Sandbox(CommandLine.arguments[1])
let id = try await sandbox.running()
let quota = Quota(calls: .max, window: 1_000)
let client = try sandbox.client(quotas: ["get_process": quota, "withdraw_process": quota])
let transport = URLSessionTransport()
let session = URLSession(configuration: .ephemeral)

let get = try await seen { _ = try await $0.getProcess(id) }
try await compare("getProcess", get, prepare: {}) { _ = try await client.getProcess(id) }
try await answers()
let put = try await seen { _ = try await $0.withdrawProcess(id, actor: .system()) }
try await compare("withdrawProcess", put, prepare: answers) {
    let done = try await client.withdrawProcess(id, actor: .system())
    precondition(done.attempts == 1)
}

/// Every withdrawal is answered as if it were the first.
func answers() async throws {
    let step: JSON = ["on": "withdraw_process", "answer": ["status": 200, "json": ["code": 0]]]
    try await sandbox.post("script", ["steps": .array(Array(repeating: step, count: calls))])
}

/// The last request that a call sends.
func seen(_ call: (Client) async throws -> Void) async throws -> HttpRequest {
    let spy = Spy()
    try await call(sandbox.client(transport: spy))
    guard let last = spy.last else { fatalError("no request was seen") }
    return last
}

func compare(
    _ name: String, _ request: HttpRequest, prepare: () async throws -> Void, _ call: () async throws -> Void
) async throws {
    guard let url = URL(string: request.url) else { fatalError("no URL: \(request.url)") }
    var plain = URLRequest(url: url)
    plain.httpMethod = "\(request.method)".uppercased()
    plain.httpBody = request.body
    for header in request.headers { plain.addValue(header.value, forHTTPHeaderField: header.name) }
    var (bare, ofTransport, ofClient): ([Double], [Double], [Double]) = ([], [], [])
    for round in 0..<(rounds + warmUp) {
        try await prepare()
        let one = try await cost { _ = try await session.data(for: plain) }
        try await prepare()
        let two = try await cost { _ = try await transport.send(request: request) }
        try await prepare()
        let three = try await cost(call)
        if round >= warmUp {
            bare.append(one)
            ofTransport.append(two / one)
            ofClient.append(three / one)
        }
    }
    let (time, second, third) = (Int(median(bare)), times(ofTransport), times(ofClient))
    try note(name, median(ofClient))
    print("\(name): URLSession alone \(time) µs of processor time a call; URLSessionTransport alone \(second); the call \(third)")
}

/// Adds a figure to the file of all of them.
func note(_ name: String, _ ratio: Double) throws {
    let value = String(format: "%.3f", ratio)
    let line = """
        {"runtime":"Swift","figure":"\(name)","against":"URLSession",\
        "unit":"processor time of a warm call, ours / theirs","value":\(value)}\n
        """
    guard let file = FileHandle(forWritingAtPath: CommandLine.arguments[2]) else { fatalError("no file of figures") }
    try file.seekToEnd()
    try file.write(contentsOf: Data(line.utf8))
    try file.close()
}

/// Microseconds of processor time for one of many calls.
func cost(_ call: () async throws -> Void) async throws -> Double {
    let before = processorTime()
    for _ in 0..<calls { try await call() }
    return (processorTime() - before) / Double(calls)
}

func processorTime() -> Double {
    var time = timespec()
    precondition(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}

func times(_ values: [Double]) -> String {
    "\(String(format: "%.2f", median(values))) times that"
}

/// Sends like the package's own, and remembers the last request.
final class Spy: Transport, @unchecked Sendable {
    private let real = URLSessionTransport()
    private(set) var last: HttpRequest?

    func send(request: HttpRequest) async throws -> HttpResponse {
        last = request
        return try await real.send(request: request)
    }
}

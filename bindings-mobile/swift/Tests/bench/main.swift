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
    _ name: String, _ request: HttpRequest, prepare: () async throws -> Void, _ call: @escaping () async throws -> Void
) async throws {
    guard let url = URL(string: request.url) else { fatalError("no URL: \(request.url)") }
    var plain = URLRequest(url: url)
    plain.httpMethod = "\(request.method)".uppercased()
    plain.httpBody = request.body
    for header in request.headers { plain.addValue(header.value, forHTTPHeaderField: header.name) }
    let ways: [() async throws -> Void] = [
        { _ = try await session.data(for: plain) },
        // As safe as the package's own transport: no answer can be that of an earlier request.
        {
            let own = URLSession(configuration: .ephemeral)
            defer { own.invalidateAndCancel() }
            _ = try await own.data(for: plain)
        },
        { _ = try await transport.send(request: request) },
        call,
    ]
    var costs = ways.map { _ in [Double]() }
    for round in 0..<(rounds + warmUp) {
        for (index, way) in ways.enumerated() {
            try await prepare()
            let cost = try await cost(way)
            if round >= warmUp { costs[index].append(cost) }
        }
    }
    print("\(name): URLSession alone \(Int(median(costs[0]))) µs of processor time a call")
    let peers = ["URLSession", "URLSession, a connection each", "the package's transport"]
    for (peer, theirs) in zip(peers, costs) {
        let ratio = String(format: "%.3f", median(zip(costs[3], theirs).map { $0 / $1 }))
        print("  the call / \(peer) = \(ratio)")
        try note(name, peer, ratio)
    }
}

/// Adds a figure to the file of all of them.
func note(_ name: String, _ peer: String, _ ratio: String) throws {
    let line = """
        {"runtime":"Swift","figure":"\(name)","against":"\(peer)",\
        "unit":"processor time of a warm call, ours / theirs","value":\(ratio)}\n
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

/// Sends like the package's own, and remembers the last request.
final class Spy: Transport, @unchecked Sendable {
    private let real = URLSessionTransport()
    private(set) var last: HttpRequest?

    func send(request: HttpRequest) async throws -> HttpResponse {
        last = request
        return try await real.send(request: request)
    }
}

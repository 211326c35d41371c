import FeishuCoreHR
import Foundation
import Sandbox

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

// What a call costs beside URLSession's own, in processor time of this process, in alternating rounds of one run:
//
//     bench SANDBOX
let calls = 300
let rounds = 9
let sandbox = try Sandbox(CommandLine.arguments[1])
let id = try await sandbox.running()
let client = try sandbox.client(quotas: ["get_process": Quota(calls: .max, window: 1_000)])
let transport = URLSessionTransport()
let session = URLSession(configuration: .ephemeral)
let tokens = Tokens()
let spy = try sandbox.client(transport: tokens)
_ = try await spy.getProcess(id)
guard let request = tokens.last, let url = URL(string: request.url) else { fatalError("no request was seen") }
var plain = URLRequest(url: url)
for header in request.headers { plain.addValue(header.value, forHTTPHeaderField: header.name) }

var bare: [Double] = []
var ofTransport: [Double] = []
var ofClient: [Double] = []
for round in 0..<(rounds + 2) {
    let one = try await cost { _ = try await session.data(for: plain) }
    let two = try await cost { _ = try await transport.send(request: request) }
    let three = try await cost { _ = try await client.getProcess(id) }
    // The first two warm up.
    if round >= 2 {
        bare.append(one)
        ofTransport.append(two / one)
        ofClient.append(three / one)
    }
}
print("URLSession alone: \(Int(median(bare))) µs of processor time a call")
print("URLSessionTransport alone: \(String(format: "%.2f", median(ofTransport))) times that")
print("getProcess: \(String(format: "%.2f", median(ofClient))) times that")

func cost(_ call: () async throws -> Void) async throws -> Double {
    let before = clock()
    for _ in 0..<calls { try await call() }
    return Double(clock() - before) / Double(CLOCKS_PER_SEC) * 1e6 / Double(calls)
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}

/// Sends like the package's own, and remembers the last request.
final class Tokens: Transport, @unchecked Sendable {
    private let real = URLSessionTransport()
    private(set) var last: HttpRequest?

    func send(request: HttpRequest) async throws -> HttpResponse {
        last = request
        return try await real.send(request: request)
    }
}

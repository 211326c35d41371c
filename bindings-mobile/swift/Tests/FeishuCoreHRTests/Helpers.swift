import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// The error that a call throws; a test fails without one.
func failure<T>(_ call: () async throws -> T) async throws -> FeishuError {
    do {
        let value = try await call()
        throw Unexpected(text: "no error, but \(value)")
    } catch let error as FeishuError {
        return error
    }
}

struct Unexpected: Error {
    let text: String
}

/// A place for what is told from elsewhere.
final class Told<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Value] = []

    func add(_ value: Value) { lock.withLock { values.append(value) } }

    var all: [Value] { lock.withLock { values } }
}

/// A folder that is removed again.
final class Folder: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.path }

    func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// A transport that is one function.
final class FunctionTransport: Transport {
    private let function: @Sendable (HttpRequest) async throws -> HttpResponse

    init(_ function: @escaping @Sendable (HttpRequest) async throws -> HttpResponse) {
        self.function = function
    }

    func send(request: HttpRequest) async throws -> HttpResponse {
        try await function(request)
    }
}

let success = HttpResponse(status: 200, headers: [], body: Data(#"{"code": 0, "data": {}}"#.utf8))

/// Waits for something to become true.
func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
    for _ in 0..<6_000 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Unexpected(text: "it did not become true: \(what)")
}

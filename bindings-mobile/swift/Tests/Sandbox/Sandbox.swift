import FeishuCoreHR
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A running sandbox and its control endpoint.
public final class Sandbox: @unchecked Sendable {
    private let process = Foundation.Process()
    private let input = Pipe()
    private let about: JSON
    private let lock = NSLock()
    private var lastId: Int64 = 7_900_000_000_000_000_000

    /// - Parameter program: by default the one that `FEISHU_COREHR_SANDBOX` names.
    public init(_ program: String? = nil) throws {
        guard let program = program ?? ProcessInfo.processInfo.environment["FEISHU_COREHR_SANDBOX"] else {
            throw SandboxError(text: "FEISHU_COREHR_SANDBOX does not name the sandbox's program")
        }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--no-limits", "--exit-with-stdin"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw SandboxError(text: "the sandbox ended") }
            line += more
        }
        about = try JSON(parsing: line)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    public var url: String { text("http") }
    public var https: String { text("https") }
    public var appId: String { text("app_id") }
    public var appSecret: String { text("app_secret") }

    /// The id of a process in some situation: `completed`, `rejected`, …
    public func process(_ situation: String) -> String {
        about["processes"]?[situation]?.string ?? ""
    }

    /// The id of a new running process.
    public func running() async throws -> String {
        let id = lock.withLock {
            lastId += 1
            return "\(lastId)"
        }
        try await post("processes", ["process_id": .string(id)])
        return id
    }

    /// The ids of so many new processes, all of them in one status.
    public func running(_ count: Int, status: Int64 = 1) async throws -> [String] {
        let ids = lock.withLock {
            defer { lastId += Int64(count) }
            return (1...Int64(count)).map { "\(lastId + $0)" }
        }
        try await post("processes", .array(ids.map { ["process_id": .string($0), "status": .integer(status)] }))
        return ids
    }

    public func status(_ processId: String) async throws -> Int64? {
        try await get("processes/\(processId)")["status"]?.integer
    }

    public func fault(on operation: String, _ fault: String, ms: Int64? = nil) async throws {
        var order: [String: JSON] = ["on": .string(operation), "fault": .string(fault)]
        order["ms"] = ms.map(JSON.integer)
        try await post("faults", .object(order))
    }

    public func log(_ operation: String? = nil) async throws -> [JSON] {
        let log = try await get("log").array ?? []
        return log.filter { operation == nil || $0["operation"]?.string == operation }
    }

    /// Waits for the log to show something.
    public func until(_ what: String, _ condition: ([JSON]) -> Bool) async throws {
        for _ in 0..<6_000 {
            if condition(try await log()) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw SandboxError(text: "not in the log: \(what)")
    }

    @discardableResult
    public func post(_ path: String, _ body: JSON = [:]) async throws -> JSON {
        try await control(path, body)
    }

    public func get(_ path: String) async throws -> JSON {
        try await control(path, nil)
    }

    public func client(
        deadline: Duration? = nil,
        rateShare: Double = 1.0,
        quotas: [String: Quota] = [:],
        transport: (any Transport)? = nil,
        onAttempt: (@Sendable (Observation) -> Void)? = nil,
        onCancelled: (@Sendable (FeishuError) -> Void)? = nil
    ) throws -> Client {
        try Client(
            .app(appId: appId, appSecret: appSecret), baseURL: .other(url: url), allowInsecureLoopback: true,
            deadline: deadline, rateShare: rateShare, quotas: quotas, transport: transport, onAttempt: onAttempt,
            onCancelled: onCancelled
        )
    }

    public func client(
        deadline: Duration? = nil, tokens: @escaping @Sendable (Bool) async throws -> String
    ) throws -> Client {
        try Client(
            .host, baseURL: .other(url: url), allowInsecureLoopback: true, deadline: deadline, tokenSource: tokens)
    }

    private func text(_ name: String) -> String {
        about[name]?.string ?? ""
    }

    private func control(_ path: String, _ body: JSON?) async throws -> JSON {
        guard let url = URL(string: "\(text("control"))/\(path)") else { throw SandboxError(text: "no URL: \(path)") }
        var request = URLRequest(url: url)
        request.httpMethod = body == nil ? "GET" : "POST"
        request.httpBody = body?.data
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, status < 400 else {
            throw SandboxError(text: "\(path): \(String(decoding: data, as: UTF8.self))")
        }
        return data.isEmpty ? .null : try JSON(parsing: data)
    }
}

/// Quotas that do not pace.
public let fast = Dictionary(
    uniqueKeysWithValues: ["withdraw_process", "revoke_process", "get_process"].map { ($0, Quota(calls: 100_000, window: 1_000)) })

public struct SandboxError: Error, CustomStringConvertible {
    let text: String

    public var description: String { text }
}

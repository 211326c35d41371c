import FeishuCoreHR
import Foundation
import Testing

/// What runs for a call sees that call's own task-local values, also where calls share a token, wait, or wake each other.
@Suite(.timeLimit(.minutes(5))) struct ContextTests {
    enum Tenant {
        @TaskLocal static var name: String?
    }

    let told = Told<String?>()
    let wrong = Told<String>()
    let names = (0..<200).map { "call-\($0)" }
    let quotas = ["withdraw_process": Quota(calls: 30, window: 100)]

    @Test func aTokenFunctionATransportAndAListenerRunForTheirOwnCall() async throws {
        let transport = FunctionTransport { [wrong] request in
            await pause()
            let (authorization, id) = (request.header("authorization"), request.header("oapi-sdk-request-id"))
            if authorization != "Bearer t-\(Tenant.name ?? "")" || id != Tenant.name {
                wrong.add("\(authorization ?? "") and \(id ?? "") were sent for \(Tenant.name ?? "nobody")")
            }
            return success
        }
        let client = try Client(
            .host, deadline: .seconds(240), quotas: quotas, transport: transport,
            tokenSource: { _ in
                await pause()
                return "t-\(Tenant.name ?? "")"
            },
            onAttempt: { [told] _ in told.add(Tenant.name) }
        )
        try await withdrawals(client)
        #expect(wrong.all.isEmpty)
        #expect(told.all.compactMap { $0 }.sorted() == (names + names).sorted())
    }

    @Test func callsThatShareATokenAndAreWokenByEachOtherKeepTheirOwn() async throws {
        let fetches = Told<Void>()
        let transport = FunctionTransport { [wrong] request in
            await pause()
            if let id = request.header("oapi-sdk-request-id"), id != Tenant.name {
                wrong.add("\(id) was sent for \(Tenant.name ?? "nobody")")
            }
            if Tenant.name == nil { wrong.add("sent for nobody") }
            guard request.sensitiveBody else { return success }
            fetches.add(())
            // The first fetches fail, so that the others wait for a while.
            return fetches.all.count < 3 ? HttpResponse(status: 500, headers: [], body: Data()) : token
        }
        let client = try Client(
            .app(appId: "cli_context", appSecret: "secret"), deadline: .seconds(240), quotas: quotas,
            transport: transport,
            onAttempt: { [told] in if $0.operation == "withdraw_process" { told.add(Tenant.name) } }
        )
        try await withdrawals(client)
        #expect(wrong.all.isEmpty)
        #expect(told.all.compactMap { $0 }.sorted() == (names + names).sorted())
        #expect((1...9).contains(fetches.all.count))
    }

    @Test func aCancelledCallTellsItsOwnListenerAndWhoeverWaitsForItGoesOnAsItself() async throws {
        let fetches = Told<Void>()
        let transport = FunctionTransport { request in
            guard request.sensitiveBody else { return success }
            fetches.add(())
            // The first holder of the fetch never gets it.
            if fetches.all.count == 1 { try await Task.sleep(for: .seconds(200)) }
            return token
        }
        let client = try Client(
            .app(appId: "cli_context", appSecret: "secret"), deadline: .seconds(240), transport: transport,
            onCancelled: { [told] _ in told.add(Tenant.name) }
        )
        let first = Tenant.$name.withValue("first") { Task { try await client.withdrawProcess("7", actor: .system()) } }
        while fetches.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        let others = Task { try await withdrawals(client) }
        first.cancel()
        try await others.value
        _ = try await failure { try await first.value }
        #expect(told.all == ["first"])
    }

    /// One call for each name, all at once; each ends with its own values.
    private func withdrawals(_ client: Client) async throws {
        let ended = try await withThrowingTaskGroup(of: String?.self) { group in
            for name in names {
                group.addTask {
                    try await Tenant.$name.withValue(name) {
                        _ = try await client.withdrawProcess("7", actor: .system(), requestId: name)
                        return Tenant.name
                    }
                }
            }
            return try await group.reduce(into: []) { ended, name in ended.append(name ?? "nobody") }
        }
        #expect(ended.sorted() == names.sorted())
    }
}

private let token = HttpResponse(
    status: 200, headers: [], body: Data(#"{"code": 0, "tenant_access_token": "t-1", "expire": 7200}"#.utf8))

/// So that calls overtake each other.
private func pause() async {
    try? await Task.sleep(for: .milliseconds(Int.random(in: 0..<10)))
}

extension HttpRequest {
    fileprivate func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

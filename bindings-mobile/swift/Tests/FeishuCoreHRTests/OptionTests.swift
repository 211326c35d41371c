import FeishuCoreHR
import Foundation
import Sandbox
import Testing

/// Each fails when its option is ignored.
@Suite(.timeLimit(.minutes(5))) struct OptionTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    @Test func deadlinesOfAClientAndOfACallEndIt() async throws {
        try await sandbox.post("faults", ["on": "get_process", "fault": "timeout-not-applied", "times": 0])
        let id = try await sandbox.running()
        let ofClient = try await failure { try await sandbox.client(deadline: .seconds(1)).getProcess(id) }
        let ofCall = try await failure { try await sandbox.client().getProcess(id, deadline: .seconds(1)) }
        for error in [ofClient, ofCall] {
            // The default, two minutes, would leave time for several.
            #expect(error.kind == .deadline && error.attempts <= 1)
        }
    }

    @Test func tokenAndRequestIdOfACallAreSent() async throws {
        let client = try sandbox.client()
        let id = try await sandbox.running()
        _ = try await failure { try await client.getProcess(id, token: "t-mine", requestId: "request-1") }
        _ = try await failure { try await client.withdrawProcess(id, actor: .system(), token: "t-mine", requestId: "request-2") }
        let list = client.listProcesses(modifiedFrom: .now - 60, to: .now, token: "t-mine", requestId: "request-3")
        _ = try await failure { for try await _ in list {} }
        for (operation, requestId) in [("get_process", "request-1"), ("withdraw_process", "request-2"), ("list_processes", "request-3")] {
            let headers = try await sandbox.log(operation).first.map { "\($0["headers"] ?? .null)" } ?? ""
            #expect(headers.contains("Bearer t-mine") && headers.contains(requestId))
        }
        #expect(try await sandbox.log("token").isEmpty)
    }

    @Test func readBackDecidesWhetherTheProcessIsRead() async throws {
        for (readBack, reads) in [(ReadBack.never, 0), (.required, 1)] {
            try await sandbox.post("reset")
            try await sandbox.fault(on: "withdraw_process", "rst-after-applied")
            let id = try await sandbox.running()
            let client = try sandbox.client()
            if reads == 0 {
                let error = try await failure { try await client.withdrawProcess(id, actor: .system(), readBack: readBack) }
                #expect(error.effect == .unknown)
            } else {
                _ = try await client.withdrawProcess(id, actor: .system(), readBack: readBack)
            }
            #expect(try await sandbox.log("get_process").count == reads)
        }
    }

    @Test func aProcessMayBeReadFirstAndNothingBeWritten() async throws {
        let client = try sandbox.client()
        let (running, completed) = (try await sandbox.running(), sandbox.process("completed"))
        let error = try await failure { try await client.withdrawProcess(completed, actor: .system(), checkFirst: true) }
        #expect(error.kind == .notWithdrawable && error.status == 9 && error.effect == .none)
        let other = try await failure { try await client.revokeProcess(running, actor: .system(), checkFirst: true) }
        #expect(other.kind == .notRevocable)
        #expect(try await sandbox.log("get_process").count == 2)
        #expect(try await sandbox.log("withdraw_process").isEmpty)
        #expect(try await sandbox.log("revoke_process").isEmpty)
        _ = try await client.withdrawProcess(running, actor: .system(), checkFirst: true)
    }

    @Test func whatIsDoneAlreadyIsASuccessOrAnError() async throws {
        let client = try sandbox.client()
        let (running, completed) = (try await sandbox.running(), sandbox.process("completed"))
        _ = try await client.withdrawProcess(running, actor: .system())
        _ = try await client.revokeProcess(completed, actor: .system())
        #expect(try await client.withdrawProcess(running, actor: .system()).attribution == .unattributed)
        let error = try await failure {
            try await client.withdrawProcess(running, actor: .system(), alreadyWithdrawn: .error)
        }
        #expect(error.kind == .notWithdrawable && error.status == 4)
        let other = try await failure { try await client.revokeProcess(completed, actor: .system(), alreadyRevoked: .error) }
        #expect(other.kind == .notRevocable)
    }

    @Test func theKindOfUserIdsIsAskedFor() async throws {
        _ = try await sandbox.client().getProcess(sandbox.running(), userIdType: .unionId)
        let query = try await sandbox.log("get_process").first.map { "\($0["query"] ?? .null)" } ?? ""
        #expect(query.contains("union_id"))
    }

    @Test func quotasAndTheShareOfThemPaceAClient() async throws {
        // Both leave one call an hour.
        let clients = [
            try sandbox.client(quotas: ["get_process": Quota(calls: 1, window: 3_600_000)]),
            try sandbox.client(rateShare: 0.01, quotas: ["get_process": Quota(calls: 100, window: 3_600_000)]),
        ]
        for client in clients {
            let id = try await sandbox.running()
            _ = try await client.getProcess(id)
            let error = try await failure { try await client.getProcess(id, deadline: .seconds(2)) }
            #expect(error.effect == .none && error.kind == .rateLimited)
        }
        #expect(try await sandbox.log("get_process").count == 2)
    }

    @Test func otherHostsAndPlainHTTPMustBeAllowed() throws {
        func fields(_ url: String, host: Bool = false, http: Bool = false) -> [String] {
            do throws(FeishuError) {
                _ = try Client(.backend, baseURL: .other(url: url), allowOtherHosts: host, allowInsecureLoopback: http)
                return []
            } catch {
                return error.problems.map(\.field)
            }
        }
        #expect(fields("https://hr.example.com") == ["base_url"])
        #expect(fields("https://hr.example.com", host: true) == [])
        #expect(fields("http://127.0.0.1:1") == ["base_url"])
        #expect(fields("http://127.0.0.1:1", http: true) == [])
    }

    @Test func feishuAndLarkHaveAddressesOfTheirOwn() throws {
        let request = GetProcess(processId: "7")
        #expect(try Client(.backend).request(request).url.hasPrefix("https://open.feishu.cn/"))
        #expect(try Client(.backend, baseURL: .lark).request(request).url.hasPrefix("https://open.larksuite.com/"))
    }

    @Test func aListGoesOnWhereAnotherStopped() async throws {
        var added: [String] = []
        for _ in 0..<5 { added.append(try await sandbox.running()) }
        let client = try sandbox.client()
        let (from, to) = (Date.now - 86_400, Date.now + 86_400)
        func walk(_ pageToken: String? = nil) -> Items<String> {
            client.listProcesses(modifiedFrom: from, to: to, statuses: [.inProgress], pageSize: 2, pageToken: pageToken)
        }
        let all = try await collect(walk())
        #expect(Set(all).isSuperset(of: added))
        #expect(try await sandbox.log("list_processes").count > 2)
        let first = walk()
        #expect(first.pageToken == nil)
        let some = try await collect(first, 3)
        let rest = try await collect(walk(first.pageToken))
        #expect(Set(some + rest) == Set(all) && rest.count < all.count)
        #expect(try await collect(first) == all, "a second loop starts anew")
        #expect(first.pageToken == nil)
        #expect(try await collect(client.listProcesses(modifiedFrom: from, to: to, flowDefinitionId: "none")).isEmpty)
        let error = try await failure { try await collect(client.listProcesses(modifiedFrom: to, to: from, pageSize: -1)) }
        #expect(error.problems.count >= 2)
    }

    @Test func tasksAreAListToo() async throws {
        for _ in 0..<3 { _ = try await sandbox.running() }
        let client = try sandbox.client()
        let manager = "ou_5bcc7b1d1f3b4f6f9d2c0a4e8d7c6b5a"
        var all: [ListedTask] = []
        for try await task in client.listTasks(of: manager, pageSize: 2) { all.append(task) }
        let sent = try await sandbox.log("list_tasks").count
        #expect(all.count > 3 && sent > 1)
        let error = try await failure {
            for try await _ in client.listTasks(of: manager, approverStatus: .skipped) {}
        }
        #expect(error.problems.map(\.field) == ["approver_status"])
    }

    @Test func variablesBecomePlainDictionaries() async throws {
        let client = try sandbox.client()
        let form = try await client.getFormVariables(sandbox.running(), departmentIdType: .departmentId)
        let plain = try form.plainValues()
        #expect(plain["reason"] as? String == "travel" && plain["start_date"] as? Int64 == 20440)
        #expect(plain["department"] as? String == "department_id-1")
        let items = try #require(plain["items"] as? [Any?])
        let city = try #require((items.first as? [String: Any?])?["city"] as? [String: Any?])
        #expect(city["wk_id"] as? String == "6800000000000000002")
        let flow = try await client.getFlowVariables(sandbox.running(), variableKeys: ["initiator"])
        #expect(try Array(flow.plainValues().keys) == ["initiator"])
        let template = try await client.getTemplate(
            "people_7000000000000000000_7100000000000000000", variableApiNames: ["reason", "none"]
        )
        #expect(try template.plainValues()["reason"] as? String == "text" && template.errorInfo == "unknown variable: none")
        let loop = FormValue(kind: .list, items: ["k"])
        let circle = FormVariable(
            variableApiName: "a", variableName: I18nText(zhCn: "", enUs: ""), variableValue: loop,
            subValues: [SubValue(key: "k", value: loop)]
        )
        let error = try await failure { try [circle].plainValues() }
        #expect(error.summary.contains("nested more than 32 deep"))
    }

    @Test func aListRaises() async throws {
        try await sandbox.post("faults", ["on": "list_processes", "fault": "timeout-not-applied", "times": 0])
        let list = try sandbox.client().listProcesses(modifiedFrom: .now - 60, to: .now, deadline: .seconds(1))
        #expect(try await failure { try await collect(list) }.kind == .deadline)
    }

    @Test func everyAttemptIsToldWithoutSecrets() async throws {
        let told = Told<Observation>()
        try await sandbox.fault(on: "get_process", "503-retry-after-1")
        _ = try await sandbox.client(onAttempt: told.add).getProcess(sandbox.running())
        let reads = told.all.filter { $0.operation == "get_process" }
        let (started, ended) = (reads.filter { $0.phase == .started }, reads.filter { $0.phase == .ended })
        #expect(ended.map(\.httpStatus) == [503, 200] && started.map(\.httpStatus) == [nil, nil])
        #expect(started.map(\.startedMs) == ended.map(\.startedMs) && started.map(\.attempt) == ended.map(\.attempt))
        #expect(started.allSatisfy { $0.durationMs == nil } && ended.allSatisfy { $0.durationMs != nil })
        #expect(told.all.allSatisfy { $0.call == 1 })
        #expect(!"\(told.all)".contains(sandbox.appSecret))
    }

    @Test func aRequestIsDataAndItsTextHidesTheSecret() async throws {
        let client = try sandbox.client()
        let withdrawal = WithdrawProcess(processId: "7", actor: .user(.openId("ou_1")))
        let request = try client.request(withdrawal, token: "t-secret", requestId: "request-4")
        #expect(request.headers.contains { $0.value == "Bearer t-secret" } && request.headers.contains { $0.value == "request-4" })
        #expect(String(decoding: request.body ?? Data(), as: UTF8.self).contains("ou_1"))
        for text in ["\(request)", String(reflecting: request)] {
            #expect(text.hasPrefix("curl") && !text.contains("t-secret"))
        }
        let list = ListProcesses(modifyTimeFrom: 0, modifyTimeTo: 1_000)
        #expect(try client.request(list).url.contains("page_size"))
        #expect(!"\(CallOptions(token: "t-secret"))".contains("t-secret"))
        #expect(!"\(Credentials.app(appId: "cli_1", appSecret: "hush"))".contains("hush"))
        #expect(try await sandbox.log().isEmpty)
    }

    @Test func anyPathIsCalledWithItsQuotaAndItsAnswerIsPlainData() async throws {
        let sandbox = try Sandbox()
        let told = Told<String>()
        let client = try sandbox.client(onAttempt: { told.add("\($0.operation) \($0.path)") })
        let path = "/open-apis/contact/v3/departments/{department_id}"
        let id = ["department_id": "od-1"]
        let body = #"{"order": 1.5, "count": 7, "leaders": [null, true, {}], "big": 18446744073709551616}"#
        _ = try await client.call(.put, path, pathParameters: id, body: body)
        let quota = Quota(calls: 1, window: 3_600_000)
        let read = try await client.call(.get, path, pathParameters: id, query: [("a", "1"), ("a", "2")], quota: quota)
        let department = (try read.data() as? [String: Any?])?["department"] as? [String: Any?]
        #expect(department?["order"] as? Double == 1.5 && department?["count"] as? Int64 == 7)
        #expect(department?["big"] as? Double == 18_446_744_073_709_551_616)
        #expect((department?["leaders"] as? [Any?])?.count == 3)
        #expect(read.status == 200 && read.attempts == 1)
        #expect(read.headers.contains { $0.name.lowercased() == "x-tt-logid" && $0.value == read.logId })
        #expect(told.all.last == "call \(path)")
        #expect(try await sandbox.log("call").last?["query"]?.string == "a=1&a=2")
        let paced = try await failure {
            try await client.call(.get, path, pathParameters: id, quota: quota, deadline: .seconds(2))
        }
        #expect(paced.kind == .rateLimited)
        let call = AnyCall(method: .post, path: path, pathParameters: [NameValue(name: "department_id", value: "od/1")])
        #expect(try client.request(call).url.hasSuffix("/departments/od%2F1"))
        let wrong = try await failure { try await client.call(.post, "/open-apis/auth/v3/x", body: "{") }
        #expect(wrong.problems.map(\.field) == ["path", "body"])
    }

    @Test func answersOfAnotherStackAreRead() throws {
        // README: stack
        let answer = HttpResponse(
            status: 400, headers: [Header(name: "x-tt-logid", value: "LOG")], body: Data(#"{"code": 1161006}"#.utf8))
        do throws(FeishuError) {
            try DecodeReply.withdrawProcess(answer)
        } catch {
            assert(error.kind == .notWithdrawable && error.logId == "LOG")
            print(error.advice?.zh ?? "")
        }
        // end
        #expect(throws: FeishuError.self) { try DecodeReply.withdrawProcess(answer) }
        #expect(throws: FeishuError.self) { try DecodeReply.getProcess(answer) }
        #expect(throws: FeishuError.self) { try DecodeReply.listProcesses(answer) }
    }

    private func collect(_ ids: Items<String>, _ most: Int = .max) async throws -> [String] {
        var found: [String] = []
        for try await id in ids {
            found.append(id)
            if found.count == most { break }
        }
        return found
    }
}

import FeishuCoreHR
import Foundation
import Sandbox

private let withdraw = "withdraw_process"
private let sample = "7328345170959681068"
private let sandboxes = 16

/// Plays all of them, many at a time, since most wait most of the time. Those with an endless answer come last and one
/// by one: outside Apple's systems URLSession may read on, keep every thread of the process's pool busy with it, and let
/// other requests run out of time.
func played(_ vectors: [JSON], by program: String) async throws -> [JSON] {
    let (endless, others) = (vectors.filter(isEndless), vectors.filter { !isEndless($0) })
    return try await played(others, by: program, atOnce: sandboxes) + played(endless, by: program, atOnce: 1)
}

private func isEndless(_ vector: JSON) -> Bool {
    (vector["script"]?["steps"]?.array ?? []).contains { $0["answer"]?["fault"]?.string == "endless-body" }
}

private func played(_ vectors: [JSON], by program: String, atOnce: Int) async throws -> [JSON] {
    let queue = Queue(vectors)
    return try await withThrowingTaskGroup(of: [JSON].self) { players in
        for _ in 0..<atOnce {
            players.addTask {
                let sandbox = try Sandbox(program)
                var lines: [JSON] = []
                while let vector = queue.next() {
                    lines.append(try await played(vector, sandbox))
                }
                return lines
            }
        }
        var lines: [JSON] = []
        for try await more in players {
            lines += more
        }
        return lines
    }
}

private func played(_ vector: JSON, _ sandbox: Sandbox) async throws -> JSON {
    let name = vector["name"] ?? .null
    if let reply = vector["reply"] {
        return ["name": name, "outcomes": [try read(reply)], "log": []]
    }
    guard let script = vector["script"] ?? vector["request"].map(asScript) else {
        throw VectorError(text: "nothing to play in \(name)")
    }
    try await sandbox.post("reset")
    let steps = (script["steps"]?.array ?? []).map(forSandbox)
    try await sandbox.post("script", ["ordered": true, "steps": .array(steps)])
    let outcomes = try await performed(script["client"] ?? [:], script["calls"]?.array ?? [[:]], sandbox.url)
    return ["name": name, "outcomes": .array(outcomes), "log": try await sandbox.get("log")]
}

/// Makes a request vector a script whose server answers with plain successes.
private func asScript(_ request: JSON) -> JSON {
    let call = request["call"] ?? [:]
    let client = request["client"] ?? [:]
    let operation = call["operation"]?.string ?? withdraw
    let success: JSON = ["json": ["code": 0, "msg": "success", "data": [:]]]
    let token: JSON = [
        "on": "token",
        "answer": ["json": ["code": 0, "msg": "ok", "tenant_access_token": "t-1", "expire": 7200]],
    ]
    // A read has no effect to apply.
    let step: JSON = ["on": .string(operation), "apply": true, "answer": success]
    let needsToken = call["token"] == nil && client["token_function"] == nil
    return ["client": client, "calls": [call], "steps": .array(needsToken ? [token, step] : [step])]
}

private func forSandbox(_ step: JSON) -> JSON {
    guard case .object(let step) = step, case .object(var answer)? = step["answer"] else { return step }
    answer["virtually"] = nil
    if answer["fault"] == nil && answer["status"] == nil {
        answer["status"] = 200
    }
    var made = step.filter { ["on", "apply", "delay_ms"].contains($0.key) }
    made["answer"] = .object(answer)
    return .object(made)
}

private func performed(_ options: JSON, _ calls: [JSON], _ url: String) async throws -> [JSON] {
    let client: Client
    do throws(FeishuError) {
        client = try made(options, url)
    } catch {
        return [failed(error)]
    }
    var outcomes: [JSON] = []
    for call in calls {
        try await Task.sleep(for: .milliseconds(call["after_ms"]?.integer ?? 0))
        outcomes.append(try await performed(client, call))
    }
    return outcomes
}

private func performed(_ bare: Client, _ call: JSON) async throws -> JSON {
    do {
        let headers = call["headers"]?.array?.map { ($0.array?.first?.string ?? "", $0.array?.last?.string ?? "") }
        let client = try bare.withOptions(headers: headers.map { Dictionary($0) { _, last in last } })
        switch call["operation"]?.string ?? withdraw {
        case "add_approvers": return ["value": plain(try await added(client, call))]
        case "call": return ["value": try await answered(client, call)]
        case "get_flow_variables": return ["value": plain(try await flow(client, call))]
        case "get_form_variables": return ["value": plain(try await form(client, call))]
        case "get_process": return ["value": plain(try await got(client, call))]
        case "get_template": return ["value": plain(try await template(client, call))]
        case "list_processes": return try await processes(client, call)
        case "list_tasks": return try await tasks(client, call)
        case "review_task": return ["value": plain(try await reviewed(client, call))]
        case "revoke_process": return ["value": plain(try await revoked(client, call))]
        case "settle": return ["value": plain(try await settled(client, call))]
        case "start_process": return ["value": plain(try await started(client, call))]
        case "transfer_tasks": return ["value": plain(try await transferred(client, call))]
        case "wait_for": return ["value": plain(try await waited(client, call))]
        case "withdraw_process": return ["value": plain(try await withdrawn(client, call))]
        case let unknown: throw VectorError(text: "`\(unknown)` is played nowhere")
        }
    } catch let error as FeishuError {
        return failed(error)
    }
}

private func made(_ options: JSON, _ url: String) throws(FeishuError) -> Client {
    let tokens = options["token_function"]?.array.map(Queue.init)
    let (id, secret) = (options["app_id"]?.string ?? "cli_vector", options["app_secret"]?.string ?? "secret-of-the-vectors")
    let quotas = (options["quotas"]?.object ?? [:]).mapValues { quota in
        Quota(calls: UInt32(quota["calls"]?.integer ?? 0), window: UInt64(quota["window_ms"]?.integer ?? 0))
    }
    return try Client(
        tokens == nil ? .app(appId: id, appSecret: secret) : .host,
        baseURL: .other(url: options["base_url"]?.string ?? url),
        allowOtherHosts: options["allow_other_hosts"]?.bool ?? false,
        allowInsecureLoopback: options["allow_insecure_loopback"]?.bool ?? (options["base_url"] == nil),
        rateShare: options["rate_share"]?.double ?? 1,
        quotas: quotas,
        tokenSource: tokens.map { answers in { @Sendable _ in try token(answers.next()) } }
    )
}

private func token(_ answer: JSON?) throws -> String {
    guard let token = answer?["token"]?.string else {
        throw HostError.Failed(detail: answer?["error"]?.string ?? "")
    }
    return token
}

private func withdrawn(_ client: Client, _ call: JSON) async throws -> Withdrawn {
    try await client.withdrawProcess(
        call["process_id"]?.string ?? sample,
        actor: try actor(call["actor"]),
        reason: call["reason"]?.string,
        readBack: try call["read_back"]?.string.map(readBack) ?? .bestEffort,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string,
        alreadyWithdrawn: try already(call["already_withdrawn"]),
        checkFirst: call["check_first"]?.bool ?? false
    )
}

private func revoked(_ client: Client, _ call: JSON) async throws -> Revoked {
    try await client.revokeProcess(
        call["process_id"]?.string ?? sample,
        actor: try actor(call["actor"]),
        reason: call["reason"]?.string,
        readBack: try call["read_back"]?.string.map(readBack) ?? .bestEffort,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string,
        alreadyRevoked: try already(call["already_revoked"]),
        checkFirst: call["check_first"]?.bool ?? false
    )
}

private func reviewed(_ client: Client, _ call: JSON) async throws -> Reviewed {
    let decision: Decision =
        if let reject = call["decision"]?["reject"] {
            .reject(reason: reject["reason"]?.string ?? "")
        } else {
            .approve(reason: call["decision"]?["approve"]?["reason"]?.string)
        }
    return try await client.reviewTask(
        call["process_id"]?.string ?? sample,
        approverId: call["approver_id"]?.string ?? "",
        actor: try actor(call["actor"]),
        decision: decision,
        fieldValuesV2: try variables(call["field_values_v2"]),
        departmentIdType: try call["department_id_type"]?.string.map(departmentIdType),
        readBack: try call["read_back"]?.string.map(readBack) ?? .bestEffort,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string,
        alreadyReviewed: try already(call["already_reviewed"]),
        checkFirst: call["check_first"]?.bool ?? false
    )
}

private func transferred(_ client: Client, _ call: JSON) async throws -> Accepted {
    try await client.transferTasks(
        call["process_id"]?.string ?? sample,
        actor: try actor(call["actor"]),
        to: try user(call["to_user_id"] ?? [:]),
        approverIds: (call["approver_ids"]?.array ?? []).compactMap(\.string),
        remark: call["remark"]?.string,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func added(_ client: Client, _ call: JSON) async throws -> Accepted {
    let target: Target =
        if let node = call["target"]?["node_id"]?.string {
            .nodeId(node)
        } else {
            .approverId(call["target"]?["approver_id"]?.string ?? "")
        }
    let extraTypes: [String: ExtraType] = ["after": .after, "before": .before, "parallel": .parallel]
    let approvalTypes: [String: ApprovalType] = ["all_of": .allOf, "any_of": .anyOf]
    guard let extraType = extraTypes[call["extra_type"]?.string ?? ""] else { throw VectorError(text: "no extra type") }
    return try await client.addApprovers(
        call["process_id"]?.string ?? sample,
        actor: try actor(call["actor"]),
        target: target,
        extraType: extraType,
        extraUserIds: try (call["extra_user_ids"]?.array ?? []).map(user),
        approvalType: call["approval_type"]?.string.flatMap { approvalTypes[$0] },
        remark: call["remark"]?.string,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func started(_ client: Client, _ call: JSON) async throws -> Started {
    try await client.startProcess(
        call["flow_definition_id"]?.string ?? "",
        actor: try actor(call["actor"]),
        flowData: try variables(call["flow_data"]),
        departmentIdType: try call["department_id_type"]?.string.map(departmentIdType),
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func answered(_ client: Client, _ call: JSON) async throws -> JSON {
    let pairs = { (name: String) in
        (call[name]?.array ?? []).compactMap(\.array).map { (name: $0[0].string ?? "", value: $0[1].string ?? "") }
    }
    let methods: [String: FeishuCoreHR.Method] = ["DELETE": .delete, "GET": .get, "PATCH": .patch, "POST": .post, "PUT": .put]
    let quota = call["quota_calls"]?.integer.map { calls in
        Quota(calls: UInt32(calls), window: UInt64(call["quota_window_ms"]?.integer ?? 0))
    }
    let answer = try await client.call(
        methods[call["method"]?.string ?? ""] ?? .get,
        call["path"]?.string ?? "",
        pathParameters: Dictionary(pairs("path_parameters").map { ($0.name, $0.value) }) { first, _ in first },
        query: pairs("query"),
        body: call["body"].map { String(decoding: $0.data, as: UTF8.self) },
        quota: quota,
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
    guard case .object(var told) = plain(answer) else { throw VectorError(text: "an answer of no fields") }
    told["data"] = json(try answer.data())
    return .object(told)
}

private func json(_ value: Any?) -> JSON {
    switch value {
    case let bool as Bool: .bool(bool)
    case let integer as Int64: .integer(integer)
    case let number as Double: .number(number)
    case let text as String: .string(text)
    case let items as [Any?]: .array(items.map(json))
    case let fields as [String: Any?]: .object(fields.mapValues(json))
    default: .null
    }
}

private func variables(_ of: JSON?) throws -> [NewFormVariable] {
    try (of?.array ?? []).map { variable in
        NewFormVariable(
            variableApiName: variable["variable_api_name"]?.string ?? "",
            variableValue: try variable["variable_value"].map(formValue),
            subValues: try (variable["sub_values"]?.array ?? []).map { sub in
                NewSubValue(key: sub["key"]?.string ?? "", value: try formValue(sub["value"] ?? [:]))
            }
        )
    }
}

/// The kinds that vectors write.
private func formValue(_ of: JSON) throws -> NewFormValue {
    guard let (kind, value) = of.object?.first else { throw VectorError(text: "no value: \(of)") }
    switch kind {
    case "department_value": return .department(value.string ?? "")
    case "list_values": return .items((value.array ?? []).compactMap(\.string))
    case "number_value": return .number(value.string ?? "")
    case "record_values":
        return .record(
            (value.array ?? []).map { record in
                RecordValue(
                    variableApiName: record["variable_api_name"]?.string ?? "",
                    subValueKey: record["sub_value_key"]?.string ?? "",
                    recordId: record["record_id"]?.string ?? ""
                )
            })
    case "text_value": return .text(value.string ?? "")
    default: throw VectorError(text: "`\(kind)` is written nowhere")
    }
}

private func got(_ client: Client, _ call: JSON) async throws -> FeishuCoreHR.Process {
    try await client.getProcess(
        call["process_id"]?.string ?? sample,
        userIdType: try call["user_id_type"]?.string.map(userIdType),
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func settled(_ client: Client, _ call: JSON) async throws -> Settled {
    try await client.settle(
        call["process_id"]?.string ?? sample,
        since: moment(call["since"]),
        goal: try call["goal"]?.string.map(status) ?? .withdrawn,
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func waited(_ client: Client, _ call: JSON) async throws -> FeishuCoreHR.Process {
    try await client.waitFor(
        call["process_id"]?.string ?? sample,
        until: try call["until"]?.array?.compactMap(\.string).map(status),
        timeout: call["timeout"]?.integer.map { .milliseconds($0) } ?? .seconds(600),
        userIdType: try call["user_id_type"]?.string.map(userIdType),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func form(_ client: Client, _ call: JSON) async throws -> FormVariables {
    try await client.getFormVariables(
        call["process_id"]?.string ?? sample,
        userIdType: try call["user_id_type"]?.string.map(userIdType),
        departmentIdType: try call["department_id_type"]?.string.map(departmentIdType),
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func flow(_ client: Client, _ call: JSON) async throws -> FormVariables {
    try await client.getFlowVariables(
        call["process_id"]?.string ?? sample,
        userIdType: try call["user_id_type"]?.string.map(userIdType),
        departmentIdType: try call["department_id_type"]?.string.map(departmentIdType),
        variableKeys: texts(call["variable_keys"]),
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func template(_ client: Client, _ call: JSON) async throws -> FlowTemplate {
    try await client.getTemplate(
        call["flow_definition_id"]?.string ?? "",
        variableApiNames: texts(call["variable_api_names"]),
        userIdType: try call["user_id_type"]?.string.map(userIdType),
        deadline: deadline(call),
        token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
}

private func tasks(_ client: Client, _ call: JSON) async throws -> JSON {
    let user = call["user_id"]?.string ?? ""
    let kind = try call["user_id_type"]?.string.map(userIdType)
    let status = try call["approver_status"]?.string.map(taskStatus)
    let size = Int(call["page_size"]?.integer ?? 100)
    let pageToken = call["page_token"]?.string
    if call["one_page"]?.bool == true {
        let list = ListTasks(
            userId: user, userIdType: kind, approverStatus: status, pageSize: UInt32(clamping: size), pageToken: pageToken
        )
        _ = try client.request(list)
        return ["value": [:]]
    }
    let items = client.listTasks(
        of: user, userIdType: kind, approverStatus: status, pageSize: size, pageToken: pageToken,
        deadline: deadline(call), token: call["token"]?.string, requestId: call["request_id"]?.string
    )
    return try await walked(items, call)
}

private func processes(_ client: Client, _ call: JSON) async throws -> JSON {
    let statuses = try (call["statuses"]?.array ?? []).compactMap(\.string).map(status)
    let (from, to) = (moment(call["modify_time_from"]), moment(call["modify_time_to"]))
    let size = Int(call["page_size"]?.integer ?? 100)
    let (pageToken, definition) = (call["page_token"]?.string, call["flow_definition_id"]?.string)
    if call["one_page"]?.bool == true {
        let list = ListProcesses(
            statuses: statuses, pageSize: UInt32(clamping: size), pageToken: pageToken,
            modifyTimeFrom: Int64((from.timeIntervalSince1970 * 1_000).rounded()),
            modifyTimeTo: Int64((to.timeIntervalSince1970 * 1_000).rounded()), flowDefinitionId: definition
        )
        _ = try client.request(list)
        return ["value": [:]]
    }
    let ids = client.listProcesses(
        modifiedFrom: from, to: to, statuses: statuses, flowDefinitionId: definition, pageSize: size,
        pageToken: pageToken, deadline: deadline(call), token: call["token"]?.string,
        requestId: call["request_id"]?.string
    )
    return try await walked(ids, call)
}

private func walked<Item>(_ items: Items<Item>, _ call: JSON) async throws -> JSON {
    var found: [JSON] = []
    do {
        let most = call["take"]?.integer.map(Int.init) ?? .max
        for try await item in items {
            found.append(plain(item))
            if found.count == most { break }
        }
    } catch let error as FeishuError {
        guard case .object(var outcome) = failed(error) else { return .null }
        outcome["items"] = .array(found)
        return .object(outcome)
    }
    return ["value": ["items": .array(found), "page_token": items.pageToken.map(JSON.string) ?? .null]]
}

private func texts(_ list: JSON?) -> [String] {
    (list?.array ?? []).compactMap(\.string)
}

/// Reads an answer by itself, with the content type that the sandbox would give it.
private func read(_ reply: JSON) throws -> JSON {
    let answer = reply["answer"] ?? [:]
    let (body, type): (Data, String?) =
        if let json = answer.object?["json"] {
            (json.data, "application/json; charset=utf-8")
        } else if let text = answer["text"]?.string {
            (Data(text.utf8), "text/plain")
        } else if let base64 = answer["base64"]?.string {
            (Data(base64Encoded: base64) ?? Data(), "application/octet-stream")
        } else {
            (Data(), nil)
        }
    var headers = (answer["headers"]?.object ?? [:]).mapValues { $0.string ?? "" }
    if let type, headers["content-type"] == nil {
        headers["content-type"] = type
    }
    let response = HttpResponse(
        status: UInt16(answer["status"]?.integer ?? 200),
        headers: headers.map { Header(name: $0.key, value: $0.value) },
        body: body
    )
    do {
        switch reply["operation"]?.string {
        case "get_flow_variables": return ["value": plain(try DecodeReply.getFlowVariables(response))]
        case "get_form_variables": return ["value": plain(try DecodeReply.getFormVariables(response))]
        case "get_process": return ["value": plain(try DecodeReply.getProcess(response))]
        case "get_template": return ["value": plain(try DecodeReply.getTemplate(response))]
        case "list_processes": return ["value": plain(try DecodeReply.listProcesses(response))]
        case "list_tasks": return ["value": plain(try DecodeReply.listTasks(response))]
        case "add_approvers":
            try DecodeReply.addApprovers(response)
            return ["value": [:]]
        case "review_task":
            try DecodeReply.reviewTask(response)
            return ["value": [:]]
        case "start_process": return ["value": plain(try DecodeReply.startProcess(response))]
        case "transfer_tasks":
            try DecodeReply.transferTasks(response)
            return ["value": [:]]
        case "revoke_process":
            try DecodeReply.revokeProcess(response)
            return ["value": [:]]
        case "withdraw_process":
            try DecodeReply.withdrawProcess(response)
            return ["value": [:]]
        case let unknown: throw VectorError(text: "`\(unknown ?? "")` is read nowhere")
        }
    } catch let error as FeishuError {
        return failed(error)
    }
}

private func actor(_ of: JSON?) throws -> FeishuCoreHR.Actor {
    guard let of else { return .system() }
    if of["system"] != nil {
        return .system(user: try of["user"].map(user))
    }
    return .user(try user(of))
}

private func user(_ of: JSON) throws -> User {
    guard let (kind, value) = of.object?.first, let id = value.string else { throw VectorError(text: "no user: \(of)") }
    switch kind {
    case "open_id": return .openId(id)
    case "people_corehr_id": return .peopleCorehrId(id)
    case "union_id": return .unionId(id)
    case "user_id": return .userId(id)
    default: throw VectorError(text: "no kind of user: \(kind)")
    }
}

private func readBack(_ word: String) throws -> ReadBack {
    switch word {
    case "best_effort": .bestEffort
    case "never": .never
    case "required": .required
    default: throw VectorError(text: "no way to read back: \(word)")
    }
}

private func already(_ of: JSON?) throws -> Already {
    switch of?.string {
    case nil, "success": .success
    case "error": .error
    case let word: throw VectorError(text: "no end of what is done already: \(word ?? "")")
    }
}

private func userIdType(_ word: String) throws -> UserIdType {
    let all: [UserIdType] = [.openId, .peopleCorehrId, .unionId, .userId]
    guard let found = all.first(where: { snake("\($0)") == word }) else { throw VectorError(text: "no id type: \(word)") }
    return found
}

private func departmentIdType(_ word: String) throws -> DepartmentIdType {
    let all: [DepartmentIdType] = [.departmentId, .openDepartmentId, .peopleCorehrDepartmentId]
    guard let found = all.first(where: { snake("\($0)") == word }) else { throw VectorError(text: "no id type: \(word)") }
    return found
}

private func taskStatus(_ word: String) throws -> TaskStatus {
    let all: [TaskStatus] = [
        .approved, .copied, .failed, .formSubmitted, .inProgress, .intervened, .notStarted, .rejected,
        .revocationStarted, .rolledBack, .skipped, .started, .unknown, .withdrawn,
    ]
    guard let found = all.first(where: { snake("\($0)") == word }) else { throw VectorError(text: "no status: \(word)") }
    return found
}

private func status(_ word: String) throws -> Status {
    let all: [Status] = [
        .inProgress, .rejected, .withdrawn, .revoked, .revoking, .completed, .unknown,
    ]
    guard let found = all.first(where: { snake("\($0)") == word }) else { throw VectorError(text: "no status: \(word)") }
    return found
}

private func deadline(_ call: JSON) -> Duration? {
    call["deadline_ms"]?.integer.map { .milliseconds($0) }
}

private func moment(_ of: JSON?) -> Date {
    if let text = of?.string {
        return (try? Date(text, strategy: .iso8601)) ?? .distantPast
    }
    return Date(timeIntervalSince1970: Double(of?.integer ?? 0) / 1_000)
}

private func failed(_ error: FeishuError) -> JSON {
    ["error": plain(error)]
}

/// Makes JSON of what the library hands out, by what a caller can read.
private func plain(_ value: Any) -> JSON {
    switch value {
    case let value as String: return .string(value)
    case let value as Bool: return .bool(value)
    case let value as Int64: return .integer(value)
    case let value as any BinaryInteger: return .integer(Int64(value))
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { plain($0.value) } ?? .null
    case .collection: return .array(mirror.children.map { plain($0.value) })
    case .enum: return .string(snake("\(value)"))
    default:
        let fields = mirror.children.compactMap { field in field.label.map { (snake($0), plain(field.value)) } }
        // The text that says everything a second time is left out.
        return .object(Dictionary(uniqueKeysWithValues: fields.filter { $0.0 != "raw" }))
    }
}

private func snake(_ name: String) -> String {
    name.reduce(into: "") { text, letter in text += letter.isUppercase ? "_\(letter.lowercased())" : "\(letter)" }
}

private struct VectorError: Error {
    let text: String
}

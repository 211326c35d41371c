@_exported import FeishuCoreHRGenerated
import Foundation

/// A client of Feishu CoreHR's processes. Any number of tasks may share one; so they share its token and its pace.
///
/// Everything that goes wrong is a ``FeishuError``. When a task is cancelled, its call closes the connection at once and
/// throws an error of kind `cancelled`, whose `effect` tells what it had done until then.
public final class Client: Sendable {
    private let native: NativeClient
    private let host: Host

    /// Checks every option and sends nothing; the error names every wrong one.
    ///
    /// - Parameters:
    ///   - credentials: who asks: `.backend` (a backend of your own puts the token in), `.host` (with `tokenSource`), or
    ///     `.app`, which does not belong into an app that others install.
    ///   - baseURL: where requests go, by default `https://open.feishu.cn`.
    ///   - allowOtherHosts: whether `baseURL` may be another host than Feishu's and Lark's; off by default.
    ///   - allowInsecureLoopback: whether `http` may be spoken with this machine; off by default.
    ///   - deadline: how long a whole call may take that says nothing itself; by default 60 s, and 120 s for reads.
    ///   - rateShare: the part of Feishu's quotas that this client may use, above 0 and at most 1.
    ///   - quotas: quotas that differ from the documented ones, by operation; `window` in milliseconds.
    ///   - transport: the HTTP stack; by default ``URLSessionTransport``.
    ///   - tokenSource: returns a tenant access token within 10 seconds. `refused` says that the server did not accept
    ///     the last one. To fail with a text of your own, throw `HostError.Failed`; of others only the type is told.
    ///   - onAttempt: is told of every request, when it starts and when it has ended. It must return soon.
    ///   - onCancelled: is told of every cancelled call, with the effect that it had.
    public init(
        _ credentials: Credentials,
        baseURL: BaseUrl = .feishu,
        allowOtherHosts: Bool = false,
        allowInsecureLoopback: Bool = false,
        deadline: Duration? = nil,
        rateShare: Double = 1.0,
        quotas: [String: Quota] = [:],
        transport: (any Transport)? = nil,
        tokenSource: (@Sendable (_ refused: Bool) async throws -> String)? = nil,
        onAttempt: (@Sendable (Observation) -> Void)? = nil,
        onCancelled: (@Sendable (FeishuError) -> Void)? = nil
    ) throws(FeishuError) {
        let options = ClientOptions(
            baseUrl: baseURL,
            allowOtherHosts: allowOtherHosts,
            allowInsecureLoopback: allowInsecureLoopback,
            deadline: deadline?.milliseconds,
            rateShare: rateShare,
            quotas: quotas
        )
        native = try throwing {
            try NativeClient(credentials: credentials, options: options, hasTokenSource: tokenSource != nil)
        }
        host = Host(
            transport: transport ?? URLSessionTransport(),
            tokenSource: tokenSource,
            onAttempt: onAttempt,
            onCancelled: onCancelled
        )
    }

    private init(_ native: NativeClient, _ host: Host) {
        (self.native, self.host) = (native, host)
    }

    /// This client once more, with headers of your own or with a look at each answer as received, for one call or for many. It
    /// shares everything with this one: tokens, pace and connections. What is `nil` stays as it is here.
    ///
    /// - Parameters:
    ///   - headers: go with every request but those for a token: at most 32, each once, of visible ASCII. Those that say what
    ///     a request is and whose are refused: `authorization`, `content-…`, `cookie`, `host`, `user-agent` and the like. They
    ///     replace those that this client adds.
    ///   - onAnswer: is called with the answer to every request but those for a token, as received (its body decompressed),
    ///     before the call goes on. The last one of a call is that which its result or error was made of.
    /// - Throws: an error that names every header that may not be set.
    public func withOptions(
        headers: [String: String]? = nil,
        onAnswer: (@Sendable (HttpResponse) -> Void)? = nil
    ) throws(FeishuError) -> Client {
        var other = host
        if let headers {
            other.headers = headers.sorted { $0.key < $1.key }.map { NameValue(name: $0.key, value: $0.value) }
        }
        other.onAnswer = onAnswer ?? host.onAnswer
        let options = CallOptions(headers: other.headers)
        try throwing { try native.check(options: options) }
        return Client(native, other)
    }

    /// Ends a process that is still running. Where the answer is lost, it reads the process before it sends anything
    /// again; `readBack` says how much that matters.
    ///
    /// - Parameters:
    ///   - processId: the process, a number as text.
    ///   - actor: who withdraws: `.system()` or `.user(…)`.
    ///   - reason: at most 500 characters.
    ///   - deadline: how long the whole call may take.
    ///   - token: a tenant access token for this call alone.
    ///   - requestId: an id of your own for Feishu's logs.
    ///   - alreadyWithdrawn: whether a process that is withdrawn already, and not by an answer to this call, is a success or an
    ///     error.
    ///   - checkFirst: whether to read the process first, within the same deadline and quota, and to write nothing unless
    ///     it is running; where reading is forbidden, the call fails with that.
    /// - Returns: how sure it is that this call did it.
    public func withdrawProcess(
        _ processId: String,
        actor: FeishuCoreHRGenerated.Actor,
        reason: String? = nil,
        readBack: ReadBack = .bestEffort,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil,
        alreadyWithdrawn: Already = .success,
        checkFirst: Bool = false
    ) async throws(FeishuError) -> Withdrawn {
        let request = WithdrawProcess(processId: processId, actor: actor, reason: reason)
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(
            request: .withdrawProcess(request: request), options: options, readBack: readBack, already: alreadyWithdrawn,
            checkFirst: checkFirst
        )
        guard case .withdrawProcess(let done) = try await run(native, new, host) else { throw foreign }
        return done
    }

    /// Withdraws many running processes, and tells what happened to each.
    ///
    /// The list is looked through before anything is sent: every bad entry is named, and a process that stands twice is
    /// done once. Calls go at the pace of the quota, at most `maxInFlight` at once; what is in doubt at the end is read.
    /// Partial failure is no error: each result has its outcome, and ``BulkRun/report`` the totals.
    ///
    /// With a `journal` nothing is lost when the program or the machine stops: the same call with the same journal goes on
    /// with the run, tells the earlier results again (`isEarlier`), sends nothing that has ended, and reads what is in doubt
    /// before it sends it.
    ///
    /// - Parameters:
    ///   - processIds: numbers of 19 digits, as text; at most 1,000,000.
    ///   - actor: as for one process; the same for all.
    ///   - reason: at most 500 characters; the same for all.
    ///   - journal: where the run keeps what it knows, such as a `SQLiteJournal`; without one it works in memory, and cannot
    ///     be gone on with.
    ///   - onProgress: is called in the loop's task after results were told.
    ///   - maxInFlight: how many calls may go on at once: 1 to 256, by default 256.
    ///   - maxFailures: the run pauses when so many processes have failed; by default it does not.
    ///   - expectCount: how many processes there must be, each counted once; another number is an error.
    ///   - allowAnyId: whether ids may be other than numbers of at most 32 digits.
    ///   - keepReasons: whether the journal keeps the reason as text; by default it keeps its SHA-256.
    ///   - readBack: as for one process.
    ///   - deadline: how long the call for one process may take; by default the client's.
    ///   - token: a tenant access token for this run alone.
    ///   - alreadyWithdrawn: as for one process.
    ///   - checkFirst: as for one process; a read for each, so at most 100 a minute.
    /// - Returns: the run, which begins with the first step of a loop.
    /// - Throws: an error that names everything that is wrong; nothing was sent.
    public func withdrawProcesses(
        _ processIds: some Sequence<String>,
        actor: FeishuCoreHRGenerated.Actor,
        reason: String? = nil,
        journal: (any Journal)? = nil,
        onProgress: (@Sendable (BulkProgress) -> Void)? = nil,
        maxInFlight: Int? = nil,
        maxFailures: Int? = nil,
        expectCount: Int? = nil,
        allowAnyId: Bool = false,
        keepReasons: Bool = false,
        readBack: ReadBack = .bestEffort,
        deadline: Duration? = nil,
        token: String? = nil,
        alreadyWithdrawn: Already = .success,
        checkFirst: Bool = false
    ) throws(FeishuError) -> BulkRun {
        let request = Request.withdrawProcess(request: WithdrawProcess(processId: "", actor: actor, reason: reason))
        let options = BulkOptions(
            deadline: deadline?.milliseconds,
            token: token,
            headers: host.headers,
            act: ActOptions(readBack: readBack, already: alreadyWithdrawn, checkFirst: checkFirst),
            maxInFlight: maxInFlight.map(UInt32.init(clamping:)),
            maxFailures: maxFailures.map(UInt64.init(clamping:)),
            expectCount: expectCount.map(UInt64.init(clamping:)),
            allowAnyId: allowAnyId,
            keepReasons: keepReasons,
            hasJournal: journal != nil
        )
        let run = try throwing { try native.run(request: request, processIds: Array(processIds), options: options) }
        return BulkRun(run, journal, host, onProgress)
    }

    /// Undoes a completed process. Where the answer is lost, it reads the process as ``withdrawProcess`` does.
    ///
    /// - Parameters:
    ///   - actor: who revokes: a process administrator, a document administrator, or `.system()`.
    ///   - reason: at most 500 characters.
    ///   - alreadyRevoked: whether a process that is revoked already, and not by an answer to this call, is a success or an
    ///     error.
    ///   - checkFirst: whether to read the process first, within the same deadline and quota, and to write nothing unless
    ///     it is completed; where reading is forbidden, the call fails with that.
    /// - Returns: how sure it is that this call did it; `status` says whether it may still be going on.
    public func revokeProcess(
        _ processId: String,
        actor: FeishuCoreHRGenerated.Actor,
        reason: String? = nil,
        readBack: ReadBack = .bestEffort,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil,
        alreadyRevoked: Already = .success,
        checkFirst: Bool = false
    ) async throws(FeishuError) -> Revoked {
        let request = RevokeProcess(processId: processId, actor: actor, reason: reason)
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(
            request: .revokeProcess(request: request), options: options, readBack: readBack, already: alreadyRevoked,
            checkFirst: checkFirst
        )
        guard case .revokeProcess(let done) = try await run(native, new, host) else { throw foreign }
        return done
    }

    /// Revokes many completed processes, as ``withdrawProcesses`` withdraws running ones.
    public func revokeProcesses(
        _ processIds: some Sequence<String>,
        actor: FeishuCoreHRGenerated.Actor,
        reason: String? = nil,
        journal: (any Journal)? = nil,
        onProgress: (@Sendable (BulkProgress) -> Void)? = nil,
        maxInFlight: Int? = nil,
        maxFailures: Int? = nil,
        expectCount: Int? = nil,
        allowAnyId: Bool = false,
        keepReasons: Bool = false,
        readBack: ReadBack = .bestEffort,
        deadline: Duration? = nil,
        token: String? = nil,
        alreadyRevoked: Already = .success,
        checkFirst: Bool = false
    ) throws(FeishuError) -> BulkRun {
        let request = Request.revokeProcess(request: RevokeProcess(processId: "", actor: actor, reason: reason))
        let options = BulkOptions(
            deadline: deadline?.milliseconds,
            token: token,
            headers: host.headers,
            act: ActOptions(readBack: readBack, already: alreadyRevoked, checkFirst: checkFirst),
            maxInFlight: maxInFlight.map(UInt32.init(clamping:)),
            maxFailures: maxFailures.map(UInt64.init(clamping:)),
            expectCount: expectCount.map(UInt64.init(clamping:)),
            allowAnyId: allowAnyId,
            keepReasons: keepReasons,
            hasJournal: journal != nil
        )
        let run = try throwing { try native.run(request: request, processIds: Array(processIds), options: options) }
        return BulkRun(run, journal, host, onProgress)
    }

    /// Approves or rejects one task. Where the answer is lost, it reads the process as ``withdrawProcess`` does, and looks
    /// for the task there.
    ///
    /// - Parameters:
    ///   - approverId: the task, of the process's `todos`.
    ///   - actor: who decides: the task's own approver, or `.system()` in its place.
    ///   - decision: `.approve()`, or `.reject(reason: …)`; a reason has at most 1,000 characters.
    ///   - fieldValuesV2: values to write into the task's form along with the decision.
    ///   - departmentIdType: the kind of the departments' ids in these; by default `open_department_id`.
    ///   - alreadyReviewed: whether a task that has ended so already, and not by an answer to this call, is a success or an
    ///     error.
    ///   - checkFirst: whether to read the process first, within the same deadline and quota, and to write nothing unless
    ///     the task is still to do; where reading is forbidden, the call fails with that.
    /// - Returns: how sure it is that this call did it.
    public func reviewTask(
        _ processId: String,
        approverId: String,
        actor: FeishuCoreHRGenerated.Actor,
        decision: Decision,
        fieldValuesV2: [NewFormVariable] = [],
        departmentIdType: DepartmentIdType? = nil,
        readBack: ReadBack = .bestEffort,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil,
        alreadyReviewed: Already = .success,
        checkFirst: Bool = false
    ) async throws(FeishuError) -> Reviewed {
        let request = ReviewTask(
            processId: processId, approverId: approverId, actor: actor, decision: decision, fieldValuesV2: fieldValuesV2,
            departmentIdType: departmentIdType
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(
            request: .reviewTask(request: request), options: options, readBack: readBack, already: alreadyReviewed,
            checkFirst: checkFirst
        )
        guard case .reviewTask(let done) = try await run(native, new, host) else { throw foreign }
        return done
    }

    /// Hands tasks of a running process over to somebody else. It is never sent again once it may have arrived.
    ///
    /// - Parameters:
    ///   - actor: who hands them over.
    ///   - to: who gets them, by the same kind of id as the actor, if that is a user.
    ///   - approverIds: the tasks: 1 to 20, each once, of the process's `todos`.
    ///   - remark: for people.
    public func transferTasks(
        _ processId: String,
        actor: FeishuCoreHRGenerated.Actor,
        to: User,
        approverIds: [String],
        remark: String? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> Accepted {
        let request = TransferTasks(
            processId: processId, actor: actor, toUserId: to, approverIds: approverIds, remark: remark
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .transferTasks(request: request), options: options)
        guard case .transferTasks(let done) = try await run(native, new, host) else { throw foreign }
        return done
    }

    /// Adds people who must approve, too. It is never sent again once it may have arrived.
    ///
    /// - Parameters:
    ///   - actor: who adds them.
    ///   - target: what they are added to: a task or a node.
    ///   - extraType: before it, beside it (`.parallel`) or after it.
    ///   - extraUserIds: the people: 1 to 20, each once, by one kind of id, also that of the actor.
    ///   - approvalType: whether all or one of them must approve; beside a target only `.allOf` is possible.
    ///   - remark: for people.
    public func addApprovers(
        _ processId: String,
        actor: FeishuCoreHRGenerated.Actor,
        target: Target,
        extraType: ExtraType,
        extraUserIds: [User],
        approvalType: ApprovalType? = nil,
        remark: String? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> Accepted {
        let request = AddApprovers(
            processId: processId, actor: actor, target: target, extraType: extraType, extraUserIds: extraUserIds,
            approvalType: approvalType, remark: remark
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .addApprovers(request: request), options: options)
        guard case .addApprovers(let done) = try await run(native, new, host) else { throw foreign }
        return done
    }

    /// Starts a process, if its flow's business type is custom. It is never sent again once it may have arrived, and nothing
    /// tells afterwards which request has started a process.
    ///
    /// - Parameters:
    ///   - flowDefinitionId: `people_<digits>_<digits>`.
    ///   - actor: who starts it.
    ///   - flowData: the values that the process starts with.
    ///   - departmentIdType: the kind of the departments' ids in these; by default `open_department_id`.
    public func startProcess(
        _ flowDefinitionId: String,
        actor: FeishuCoreHRGenerated.Actor,
        flowData: [NewFormVariable] = [],
        departmentIdType: DepartmentIdType? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> Started {
        let request = StartProcess(
            flowDefinitionId: flowDefinitionId, actor: actor, flowData: flowData, departmentIdType: departmentIdType
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .startProcess(request: request), options: options)
        guard case .startProcess(let started) = try await run(native, new, host) else { throw foreign }
        return started
    }

    /// Reads one process.
    ///
    /// - Parameter userIdType: the kind of the user ids in the answer; by default `open_id`.
    public func getProcess(
        _ processId: String,
        userIdType: UserIdType? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> FeishuCoreHRGenerated.Process {
        let request = GetProcess(processId: processId, userIdType: userIdType)
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .getProcess(request: request), options: options)
        guard case .getProcess(let process) = try await run(native, new, host) else { throw foreign }
        return process
    }

    /// Reads one process until it has ended, or has come to one of some statuses: at once, then after 2 s, and after pauses
    /// that double up to 30 s, within the quota of all reads of a process. What fails and may succeed later is waited out.
    ///
    /// - Parameters:
    ///   - until: the statuses to wait for; by default those in which a process has ended.
    ///   - timeout: how long to wait in all, without an upper limit; the client's `deadline` does not count. When it is
    ///     over, the error is of kind `deadline`, and its `status` the last one that was read.
    ///   - userIdType: the kind of the user ids in the answer; by default `open_id`.
    public func waitFor(
        _ processId: String,
        until: [Status]? = nil,
        timeout: Duration = .seconds(600),
        userIdType: UserIdType? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> FeishuCoreHRGenerated.Process {
        let request = WaitFor(
            processId: processId, until: until, timeout: timeout.milliseconds, userIdType: userIdType
        )
        let options = CallOptions(token: token, requestId: requestId)
        let new = NewCall(request: .waitFor(request: request), options: options)
        guard case .waitFor(let process) = try await run(native, new, host) else { throw foreign }
        return process
    }

    /// Calls any method and path of Feishu's API that there is no method for here, with the same care. A `GET` is a read and
    /// is repeated like any. Every other method is a write that nothing proves: it is never sent again once it may have
    /// arrived, and fails then with effect unknown. Nothing is known of its own codes, its scope and its quota.
    ///
    /// - Parameters:
    ///   - path: from `/open-apis/` on, with its parameters in braces: `/open-apis/contact/v3/departments/{id}`. Not below
    ///     `/open-apis/auth/` and `/open-apis/authen/`.
    ///   - pathParameters: the parameters by name; each becomes one segment, encoded, of at most 512 bytes.
    ///   - query: names and values, in order; a name may stand repeatedly.
    ///   - body: JSON, sent as it stands; a `GET` has none.
    ///   - quota: the quota of this method and path, as Feishu's page says; without it nothing paces the call.
    /// - Returns: the answer's `data` as JSON text (``CallAnswer/data()`` reads it), and the answer's head.
    public func call(
        _ method: FeishuCoreHRGenerated.Method,
        _ path: String,
        pathParameters: [String: String] = [:],
        query: [(name: String, value: String)] = [],
        body: String? = nil,
        quota: Quota? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> CallAnswer {
        let parameters = pathParameters.sorted { $0.key < $1.key }.map { NameValue(name: $0.key, value: $0.value) }
        let request = AnyCall(
            method: method, path: path, pathParameters: parameters,
            query: query.map { NameValue(name: $0.name, value: $0.value) }, body: body, quotaCalls: quota?.calls,
            quotaWindowMs: quota?.window
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .anyCall(request: request), options: options)
        guard case .anyCall(let answer) = try await run(native, new, host) else { throw foreign }
        return answer
    }

    /// Finds out how a withdrawal or a revocation has ended that ended with effect `unknown`. The process is read, and again
    /// until 120 s have passed since `since`, the longest that a request is taken to live (an assumption); where reads
    /// fail, for two minutes more. The client's `deadline` does not count.
    ///
    /// - Parameters:
    ///   - since: when that call sent its last request, or later: when its error came.
    ///   - goal: where it was to lead: `.withdrawn` or `.revoked`.
    /// - Returns: how it has ended: done (`attribution` says how sure it is that it was that call), not done (it is safe to
    ///   send it again), elsewhere (it is not possible any more), unclear.
    public func settle(
        _ processId: String,
        since: Date,
        goal: Status = .withdrawn,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> Settled {
        let request = Settle(processId: processId, since: since.milliseconds, goal: goal)
        let options = CallOptions(token: token, requestId: requestId)
        let new = NewCall(request: .settle(request: request), options: options)
        guard case .settle(let settled) = try await run(native, new, host) else { throw foreign }
        return settled
    }

    /// Reads what the form of one process holds; `plainValues()` makes plain data of it. For processes of CoreHR and of
    /// attendance only.
    ///
    /// - Parameters:
    ///   - userIdType: the kind of the user ids in the answer; here by default `people_corehr_id`.
    ///   - departmentIdType: the kind of the department ids in the answer; here by default
    ///     `people_corehr_department_id`.
    public func getFormVariables(
        _ processId: String,
        userIdType: UserIdType? = nil,
        departmentIdType: DepartmentIdType? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> FormVariables {
        let request = GetFormVariables(
            processId: processId, userIdType: userIdType, departmentIdType: departmentIdType
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .getFormVariables(request: request), options: options)
        guard case .getFormVariables(let variables) = try await run(native, new, host) else { throw foreign }
        return variables
    }

    /// Reads the data of one process's flow, who started it and when included; `plainValues()` makes plain data of it.
    /// For processes of CoreHR and of attendance only.
    ///
    /// - Parameters:
    ///   - userIdType: the kind of the user ids in the answer; here by default `people_corehr_id`.
    ///   - departmentIdType: the kind of the department ids in the answer; here by default
    ///     `people_corehr_department_id`.
    ///   - variableKeys: only these variables, by their names in the API; all if empty.
    public func getFlowVariables(
        _ processId: String,
        userIdType: UserIdType? = nil,
        departmentIdType: DepartmentIdType? = nil,
        variableKeys: [String] = [],
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> FormVariables {
        let request = GetFlowVariables(
            processId: processId, userIdType: userIdType, departmentIdType: departmentIdType, variableKeys: variableKeys
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .getFlowVariables(request: request), options: options)
        guard case .getFlowVariables(let variables) = try await run(native, new, host) else { throw foreign }
        return variables
    }

    /// Reads of which form the values of a flow's variables are; for development, not for production.
    ///
    /// - Parameters:
    ///   - variableApiNames: the variables, 1 to 1,000; a drill-down is written with dots.
    ///   - userIdType: the kind of the user ids in the answer; by default `open_id`.
    /// - Returns: examples; `errorInfo` has what is wrong with the names, in Feishu's words.
    public func getTemplate(
        _ flowDefinitionId: String,
        variableApiNames: [String],
        userIdType: UserIdType? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) async throws(FeishuError) -> FlowTemplate {
        let request = GetTemplate(
            flowDefinitionId: flowDefinitionId, variableApiNames: variableApiNames, userIdType: userIdType
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let new = NewCall(request: .getTemplate(request: request), options: options)
        guard case .getTemplate(let template) = try await run(native, new, host) else { throw foreign }
        return template
    }

    /// The ids of all processes that were modified in a span of time of any length. Nothing is sent until they are
    /// asked for, and then page by page.
    ///
    /// - Parameters:
    ///   - statuses: only processes with these; all if empty.
    ///   - flowDefinitionId: only processes of this definition.
    ///   - pageSize: ids a request, 1 to 100.
    ///   - pageToken: where an earlier walk with the same arguments was: ``Items/pageToken``.
    ///   - deadline: how long each page may take.
    public func listProcesses(
        modifiedFrom: Date,
        to: Date,
        statuses: [Status] = [],
        flowDefinitionId: String? = nil,
        pageSize: Int = 100,
        pageToken: String? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) -> Items<String> {
        let request = ListProcesses(
            statuses: statuses,
            pageSize: UInt32(clamping: pageSize),
            pageToken: pageToken,
            modifyTimeFrom: modifiedFrom.milliseconds,
            modifyTimeTo: to.milliseconds,
            flowDefinitionId: flowDefinitionId
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        return Items(from: pageToken, { try Pages(request: .listProcesses(request: request)) }) {
            [native, host] request async throws(FeishuError) in
            let page = try await run(native, NewCall(request: request, options: options), host)
            guard case .listProcesses(let value) = page else { throw foreign }
            return (page, value.processIds, value.logId)
        }
    }

    /// The tasks of one person. Nothing is sent until they are asked for, and then page by page.
    ///
    /// - Parameters:
    ///   - userId: the person, by an id of the kind that `userIdType` names; by default `open_id`.
    ///   - approverStatus: only tasks with this status: `started`, `inProgress`, `rejected`, `approved`, `copied`,
    ///     `failed` or `rolledBack`; all if `nil`.
    ///   - pageSize: tasks a request, 1 to 100.
    ///   - pageToken: where an earlier walk with the same arguments was: ``Items/pageToken``.
    ///   - deadline: how long each page may take.
    public func listTasks(
        of userId: String,
        userIdType: UserIdType? = nil,
        approverStatus: TaskStatus? = nil,
        pageSize: Int = 100,
        pageToken: String? = nil,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) -> Items<ListedTask> {
        let request = ListTasks(
            userId: userId,
            userIdType: userIdType,
            approverStatus: approverStatus,
            pageSize: UInt32(clamping: pageSize),
            pageToken: pageToken
        )
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        return Items(from: pageToken, { try Pages(request: .listTasks(request: request)) }) {
            [native, host] request async throws(FeishuError) in
            let page = try await run(native, NewCall(request: request, options: options), host)
            guard case .listTasks(let value) = page else { throw foreign }
            return (page, value.approverList, value.logId)
        }
    }

    /// The processes that a ``startProcess(_:actor:flowData:departmentIdType:deadline:token:requestId:)`` may have started which
    /// ended with effect `unknown`, for you to judge: no read proves that one of them is this one, and the request may still
    /// take effect. They are of that definition, were created 5 s before `since` or later, and have `actor` as their
    /// initiator, or none where the system started them; what an answer does not have excludes nothing.
    ///
    /// Nothing is sent until they are asked for. The ids are listed, which takes its turn among 20 calls a minute, and each
    /// process is read, among 100 a minute. After an error, the next step asks for the same again.
    ///
    /// - Parameters:
    ///   - actor: who was to start it, as in the start.
    ///   - since: when that call sent its first request, which its error's `advice` tells, or a moment before the call by
    ///     your own clock.
    ///   - deadline: how long each request may take.
    public func listStartCandidates(
        _ flowDefinitionId: String,
        actor: FeishuCoreHRGenerated.Actor,
        since: Date,
        deadline: Duration? = nil,
        token: String? = nil,
        requestId: String? = nil
    ) -> Candidates {
        let start = StartCandidates(flowDefinitionId: flowDefinitionId, actor: actor, since: since.milliseconds)
        let options = CallOptions(deadline: deadline?.milliseconds, token: token, requestId: requestId)
        let items = Items<Candidates.Element>(from: nil, { try Pages.candidates(start: start) }) {
            [native, host] request async throws(FeishuError) in
            let answer = try await run(native, NewCall(request: request, options: options), host)
            guard case .getProcess(let process) = answer else { return (answer, [], nil) }
            return (answer, [process], process.logId)
        }
        return Candidates(items: items)
    }

    /// The request as data, for an HTTP stack of your own; its `debugDescription` is a `curl` line without secrets.
    public func request(
        _ request: WithdrawProcess, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.withdrawProcess(request: request), token, requestId)
    }

    /// The same for the request that revokes a process.
    public func request(
        _ request: RevokeProcess, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.revokeProcess(request: request), token, requestId)
    }

    /// The same for the request that approves or rejects a task.
    public func request(
        _ request: ReviewTask, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.reviewTask(request: request), token, requestId)
    }

    /// The same for the request that hands tasks over.
    public func request(
        _ request: TransferTasks, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.transferTasks(request: request), token, requestId)
    }

    /// The same for the request that adds approvers.
    public func request(
        _ request: AddApprovers, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.addApprovers(request: request), token, requestId)
    }

    /// The same for the request that starts a process.
    public func request(
        _ request: StartProcess, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.startProcess(request: request), token, requestId)
    }

    /// The same for the request that reads a process.
    public func request(
        _ request: GetProcess, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.getProcess(request: request), token, requestId)
    }

    /// The same for the request for one page of ids.
    public func request(
        _ request: ListProcesses, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.listProcesses(request: request), token, requestId)
    }

    /// The same for the request that reads a form.
    public func request(
        _ request: GetFormVariables, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.getFormVariables(request: request), token, requestId)
    }

    /// The same for the request that reads the data of a flow.
    public func request(
        _ request: GetFlowVariables, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.getFlowVariables(request: request), token, requestId)
    }

    /// The same for the request that reads a template.
    public func request(
        _ request: GetTemplate, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.getTemplate(request: request), token, requestId)
    }

    /// The same for the request for one page of tasks.
    public func request(
        _ request: ListTasks, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.listTasks(request: request), token, requestId)
    }

    /// The same for the request of any call.
    public func request(
        _ request: AnyCall, token: String? = nil, requestId: String? = nil
    ) throws(FeishuError) -> HttpRequest {
        try shown(.anyCall(request: request), token, requestId)
    }

    private func shown(_ request: Request, _ token: String?, _ requestId: String?) throws(FeishuError) -> HttpRequest {
        let options = CallOptions(token: token, requestId: requestId, headers: host.headers)
        return try throwing { try native.request(request: request, options: options) }
    }
}

/// What the library would never do: give another operation's value.
let foreign = FeishuError(
    kind: .transport, effect: .unknown, retryable: false, summary: "internal error: the value of another operation",
    sameToken: false, attempts: 0
)

extension Duration {
    /// What is no time at all stays so, and is refused with everything else.
    var milliseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds.multipliedReportingOverflow(by: 1_000).partialValue + attoseconds / 1_000_000_000_000_000)
    }
}

extension Date {
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }
}

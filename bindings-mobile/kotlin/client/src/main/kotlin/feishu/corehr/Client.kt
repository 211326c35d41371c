package feishu.corehr

import feishu.corehr.model.Accepted
import feishu.corehr.model.ActOptions
import feishu.corehr.model.Actor
import feishu.corehr.model.AddApprovers
import feishu.corehr.model.Already
import feishu.corehr.model.AnyCall
import feishu.corehr.model.ApprovalType
import feishu.corehr.model.BulkOptions
import feishu.corehr.model.CallAnswer
import feishu.corehr.model.CallOptions
import feishu.corehr.model.Credentials
import feishu.corehr.model.Decision
import feishu.corehr.model.DepartmentIdType
import feishu.corehr.model.ExtraType
import feishu.corehr.model.FeishuError
import feishu.corehr.model.FlowTemplate
import feishu.corehr.model.FormVariables
import feishu.corehr.model.GetFlowVariables
import feishu.corehr.model.GetFormVariables
import feishu.corehr.model.GetProcess
import feishu.corehr.model.GetTemplate
import feishu.corehr.model.HttpRequest
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.ListProcesses
import feishu.corehr.model.ListTasks
import feishu.corehr.model.ListedTask
import feishu.corehr.model.Method
import feishu.corehr.model.NameValue
import feishu.corehr.model.NewFormVariable
import feishu.corehr.model.Observation
import feishu.corehr.model.Process
import feishu.corehr.model.Quota
import feishu.corehr.model.ReadBack
import feishu.corehr.model.ReviewTask
import feishu.corehr.model.Reviewed
import feishu.corehr.model.RevokeProcess
import feishu.corehr.model.Revoked
import feishu.corehr.model.Settle
import feishu.corehr.model.Settled
import feishu.corehr.model.StartCandidates
import feishu.corehr.model.StartProcess
import feishu.corehr.model.Started
import feishu.corehr.model.Status
import feishu.corehr.model.Target
import feishu.corehr.model.TaskStatus
import feishu.corehr.model.TransferTasks
import feishu.corehr.model.User
import feishu.corehr.model.UserIdType
import feishu.corehr.model.WaitFor
import feishu.corehr.model.WithdrawProcess
import feishu.corehr.model.Withdrawn
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Instant
import kotlinx.coroutines.flow.Flow

/**
 * A client of Feishu CoreHR's processes. Any number of coroutines may share one; so they share its token and its pace.
 *
 * Everything that goes wrong is a [FeishuException]; only a closed client throws [IllegalStateException]. A cancelled
 * coroutine closes its connection at once and throws Kotlin's own exception; what the call had done until then is told to
 * `onCancelled`.
 */
public class Client private constructor(private val native: NativeClient, private val host: Host) : AutoCloseable {
    /**
     * Checks every option and sends nothing.
     *
     * @param credentials who asks: [Credentials.Backend] (a backend of your own puts the token in), [Credentials.Host]
     *   (with [tokenSource]), or [Credentials.App], which does not belong into an app that others install.
     * @param baseUrl where requests go, by default `https://open.feishu.cn`.
     * @param allowOtherHosts whether [baseUrl] may be another host than Feishu's and Lark's; off by default.
     * @param allowInsecureLoopback whether `http` may be spoken with this machine; off by default.
     * @param deadline how long a whole call may take that says nothing itself; by default 60 s, and 120 s for reads.
     * @param rateShare the part of Feishu's quotas that this client may use, above 0 and at most 1.
     * @param quotas quotas that differ from the documented ones, by operation; `window` in milliseconds.
     * @param transport the HTTP stack; by default OkHttp.
     * @param tokenSource returns a tenant access token within 10 seconds. `refused` says that the server did not accept the
     *   last one. To fail with a text of your own, throw [HostException.Failed]; of others only the class is told.
     * @param onAttempt is told of every request, when it starts and when it has ended. It must return soon; what it throws is
     *   ignored.
     * @param onCancelled is told of every cancelled call, with the effect that it had.
     * @throws FeishuException that names every wrong option.
     */
    public constructor(
        credentials: Credentials,
        baseUrl: BaseUrl = BaseUrl.Feishu,
        allowOtherHosts: Boolean = false,
        allowInsecureLoopback: Boolean = false,
        deadline: Duration? = null,
        rateShare: Double = 1.0,
        quotas: Map<String, Quota> = emptyMap(),
        transport: Transport? = null,
        tokenSource: (suspend (refused: Boolean) -> String)? = null,
        onAttempt: ((Observation) -> Unit)? = null,
        onCancelled: ((FeishuError) -> Unit)? = null,
    ) : this(
        throwing {
            NativeClient(
                credentials,
                ClientOptions(
                    baseUrl = baseUrl,
                    allowOtherHosts = allowOtherHosts,
                    allowInsecureLoopback = allowInsecureLoopback,
                    deadline = deadline?.milliseconds(),
                    rateShare = rateShare,
                    quotas = quotas,
                ),
                tokenSource != null,
            )
        },
        Host(transport ?: OkHttpTransport(), tokenSource, onAttempt, onCancelled),
    )

    /**
     * This client once more, with headers of your own or with a look at each answer as received, for one call or for many. It
     * shares everything with this one: tokens, pace, connections, and being closed. What is null stays as it is here.
     *
     * @param headers go with every request but those for a token: at most 32, each once, of visible ASCII. Those that say
     *   what a request is and whose are refused: `authorization`, `content-…`, `cookie`, `host`, `user-agent` and the like.
     *   They replace those that this client adds.
     * @param onAnswer is called with the answer to every request but those for a token, as received (its body decompressed),
     *   before the call goes on. The last one of a call is that which its result or error was made of. What it throws is
     *   ignored.
     * @throws FeishuException that names every header that may not be set.
     */
    public fun withOptions(headers: Map<String, String>? = null, onAnswer: ((HttpResponse) -> Unit)? = null): Client {
        val other = host.with(headers?.map(::nameValue), onAnswer)
        throwing { opened().check(other.added(callOptions(null, null, null))) }
        return Client(native, other)
    }

    /**
     * Ends a process that is still running. Where the answer is lost, it reads the process before it sends anything
     * again; [readBack] says how much that matters.
     *
     * @param processId the process, a number as text.
     * @param actor who withdraws: [Actor.System] or [Actor.User].
     * @param reason at most 500 characters.
     * @param deadline how long the whole call may take.
     * @param token a tenant access token for this call alone.
     * @param requestId an id of your own for Feishu's logs, sent as `Oapi-Sdk-Request-Id`.
     * @param alreadyWithdrawn whether a process that is withdrawn already, and not by an answer to this call, is a success or
     *   an error.
     * @param checkFirst whether to read the process first, within the same deadline and quota, and to write nothing unless
     *   it is running; where reading is forbidden, the call fails with that.
     * @return how sure it is that this call did it.
     */
    public suspend fun withdrawProcess(
        processId: String,
        actor: Actor,
        reason: String? = null,
        readBack: ReadBack = ReadBack.BEST_EFFORT,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
        alreadyWithdrawn: Already = Already.SUCCESS,
        checkFirst: Boolean = false,
    ): Withdrawn {
        val request = Request.WithdrawProcess(WithdrawProcess(processId, actor, reason))
        val options = callOptions(deadline, token, requestId)
        val output = run(NewCall(request, options, readBack, alreadyWithdrawn, checkFirst))
        return (output as Output.WithdrawProcess).value
    }

    /**
     * Withdraws many running processes, and tells what happened to each.
     *
     * The list is looked through before anything is sent: every bad entry is named, and a process that stands twice is done
     * once. Calls go at the pace of the quota, at most [maxInFlight] at once; what is in doubt at the end is read. Partial
     * failure is no exception: each result has its outcome, and [BulkRun.report] the totals.
     *
     * With a [journal] nothing is lost when the program or the machine stops: the same call with the same journal goes on
     * with the run, tells the earlier results again ([BulkResult.isEarlier]), sends nothing that has ended, and reads what is
     * in doubt before it sends it.
     *
     * @param processIds numbers of 19 digits, as text; at most 1,000,000.
     * @param actor as for one process; the same for all.
     * @param reason at most 500 characters; the same for all.
     * @param journal where the run keeps what it knows, such as a [SqliteJournal]; without one it works in memory, and cannot
     *   be gone on with.
     * @param onProgress is called in the collector's context after results were told; what it throws ends the run.
     * @param maxInFlight how many calls may go on at once: 1 to 256, by default 256.
     * @param maxFailures the run pauses when so many processes have failed; by default it does not.
     * @param expectCount how many processes there must be, each counted once; another number is an error.
     * @param allowAnyId whether ids may be other than numbers of at most 32 digits.
     * @param keepReasons whether the journal keeps the reason as text; by default it keeps its SHA-256.
     * @param readBack as for one process.
     * @param deadline how long the call for one process may take; by default the client's.
     * @param token a tenant access token for this run alone.
     * @param alreadyWithdrawn as for one process.
     * @param checkFirst as for one process; a read for each, so at most 100 a minute.
     * @return the run, which begins when it is collected.
     * @throws FeishuException that names everything that is wrong; nothing was sent.
     */
    public fun withdrawProcesses(
        processIds: Iterable<String>,
        actor: Actor,
        reason: String? = null,
        journal: Journal? = null,
        onProgress: ((BulkProgress) -> Unit)? = null,
        maxInFlight: Int? = null,
        maxFailures: Int? = null,
        expectCount: Int? = null,
        allowAnyId: Boolean = false,
        keepReasons: Boolean = false,
        readBack: ReadBack = ReadBack.BEST_EFFORT,
        deadline: Duration? = null,
        token: String? = null,
        alreadyWithdrawn: Already = Already.SUCCESS,
        checkFirst: Boolean = false,
    ): BulkRun {
        val request = Request.WithdrawProcess(WithdrawProcess("", actor, reason))
        val act = ActOptions(readBack, alreadyWithdrawn, checkFirst)
        val options = bulkOptions(
            deadline, token, act, maxInFlight, maxFailures, expectCount, allowAnyId, keepReasons, journal != null,
        )
        return bulkRun(request, processIds, options, journal, onProgress)
    }

    /**
     * Undoes a completed process. Where the answer is lost, it reads the process as [withdrawProcess] does.
     *
     * @param actor who revokes: a process administrator, a document administrator, or [Actor.System].
     * @param reason at most 500 characters.
     * @param alreadyRevoked whether a process that is revoked already, and not by an answer to this call, is a success or
     *   an error.
     * @param checkFirst whether to read the process first, within the same deadline and quota, and to write nothing unless
     *   it is completed; where reading is forbidden, the call fails with that.
     * @return how sure it is that this call did it; [Revoked.status] says whether it may still be going on.
     */
    public suspend fun revokeProcess(
        processId: String,
        actor: Actor,
        reason: String? = null,
        readBack: ReadBack = ReadBack.BEST_EFFORT,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
        alreadyRevoked: Already = Already.SUCCESS,
        checkFirst: Boolean = false,
    ): Revoked {
        val request = Request.RevokeProcess(RevokeProcess(processId, actor, reason))
        val options = callOptions(deadline, token, requestId)
        val output = run(NewCall(request, options, readBack, alreadyRevoked, checkFirst))
        return (output as Output.RevokeProcess).value
    }

    /** Revokes many completed processes, as [withdrawProcesses] withdraws running ones. */
    public fun revokeProcesses(
        processIds: Iterable<String>,
        actor: Actor,
        reason: String? = null,
        journal: Journal? = null,
        onProgress: ((BulkProgress) -> Unit)? = null,
        maxInFlight: Int? = null,
        maxFailures: Int? = null,
        expectCount: Int? = null,
        allowAnyId: Boolean = false,
        keepReasons: Boolean = false,
        readBack: ReadBack = ReadBack.BEST_EFFORT,
        deadline: Duration? = null,
        token: String? = null,
        alreadyRevoked: Already = Already.SUCCESS,
        checkFirst: Boolean = false,
    ): BulkRun {
        val request = Request.RevokeProcess(RevokeProcess("", actor, reason))
        val act = ActOptions(readBack, alreadyRevoked, checkFirst)
        val options = bulkOptions(
            deadline, token, act, maxInFlight, maxFailures, expectCount, allowAnyId, keepReasons, journal != null,
        )
        return bulkRun(request, processIds, options, journal, onProgress)
    }

    /**
     * Approves or rejects one task. Where the answer is lost, it reads the process as [withdrawProcess] does, and looks for
     * the task there.
     *
     * @param approverId the task, of the process's `todos`.
     * @param actor who decides: the task's own approver, or [Actor.System] in its place.
     * @param decision [Decision.Approve], or [Decision.Reject] with a reason; a reason has at most 1,000 characters.
     * @param fieldValuesV2 values to write into the task's form along with the decision.
     * @param departmentIdType the kind of the departments' ids in these; by default `open_department_id`.
     * @param alreadyReviewed whether a task that has ended so already, and not by an answer to this call, is a success or an
     *   error.
     * @param checkFirst whether to read the process first, within the same deadline and quota, and to write nothing unless
     *   the task is still to do; where reading is forbidden, the call fails with that.
     * @return how sure it is that this call did it.
     */
    public suspend fun reviewTask(
        processId: String,
        approverId: String,
        actor: Actor,
        decision: Decision,
        fieldValuesV2: List<NewFormVariable> = emptyList(),
        departmentIdType: DepartmentIdType? = null,
        readBack: ReadBack = ReadBack.BEST_EFFORT,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
        alreadyReviewed: Already = Already.SUCCESS,
        checkFirst: Boolean = false,
    ): Reviewed {
        val review = ReviewTask(processId, approverId, actor, decision, fieldValuesV2, departmentIdType)
        val options = callOptions(deadline, token, requestId)
        val output = run(NewCall(Request.ReviewTask(review), options, readBack, alreadyReviewed, checkFirst))
        return (output as Output.ReviewTask).value
    }

    /**
     * Hands tasks of a running process over to somebody else. It is never sent again once it may have arrived.
     *
     * @param actor who hands them over.
     * @param toUserId who gets them, by the same kind of id as the actor, if that is a user.
     * @param approverIds the tasks: 1 to 20, each once, of the process's `todos`.
     * @param remark for people.
     */
    public suspend fun transferTasks(
        processId: String,
        actor: Actor,
        toUserId: User,
        approverIds: List<String>,
        remark: String? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Accepted {
        val request = Request.TransferTasks(TransferTasks(processId, actor, toUserId, approverIds, remark))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.TransferTasks).value
    }

    /**
     * Adds people who must approve, too. It is never sent again once it may have arrived.
     *
     * @param actor who adds them.
     * @param target what they are added to: a task or a node.
     * @param extraType before it, beside it ([ExtraType.PARALLEL]) or after it.
     * @param extraUserIds the people: 1 to 20, each once, by one kind of id, also that of the actor.
     * @param approvalType whether all or one of them must approve; beside a target only [ApprovalType.ALL_OF] is possible.
     * @param remark for people.
     */
    public suspend fun addApprovers(
        processId: String,
        actor: Actor,
        target: Target,
        extraType: ExtraType,
        extraUserIds: List<User>,
        approvalType: ApprovalType? = null,
        remark: String? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Accepted {
        val adding = AddApprovers(processId, actor, target, extraType, extraUserIds, approvalType, remark)
        val output = run(NewCall(Request.AddApprovers(adding), callOptions(deadline, token, requestId)))
        return (output as Output.AddApprovers).value
    }

    /**
     * Starts a process, if its flow's business type is custom. It is never sent again once it may have arrived, and nothing
     * tells afterwards which request has started a process.
     *
     * @param flowDefinitionId `people_<digits>_<digits>`.
     * @param actor who starts it.
     * @param flowData the values that the process starts with.
     * @param departmentIdType the kind of the departments' ids in these; by default `open_department_id`.
     */
    public suspend fun startProcess(
        flowDefinitionId: String,
        actor: Actor,
        flowData: List<NewFormVariable> = emptyList(),
        departmentIdType: DepartmentIdType? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Started {
        val request = Request.StartProcess(StartProcess(flowDefinitionId, actor, flowData, departmentIdType))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.StartProcess).value
    }

    /**
     * Reads one process.
     *
     * @param userIdType the kind of the user ids in the answer; by default `open_id`.
     */
    public suspend fun getProcess(
        processId: String,
        userIdType: UserIdType? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Process {
        val request = Request.GetProcess(GetProcess(processId, userIdType))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.GetProcess).value
    }

    /**
     * Reads one process until it has ended, or has come to one of some statuses: at once, then after 2 s, and after pauses
     * that double up to 30 s, within the quota of all reads of a process. What fails and may succeed later is waited out.
     *
     * @param until the statuses to wait for; by default those in which a process has ended.
     * @param timeout how long to wait in all, without an upper limit; the client's `deadline` does not count. When it is
     *   over, the error is of kind `deadline`, and its `status` the last one that was read.
     * @param userIdType the kind of the user ids in the answer; by default `open_id`.
     */
    public suspend fun waitFor(
        processId: String,
        until: List<Status>? = null,
        timeout: Duration = 10.minutes,
        userIdType: UserIdType? = null,
        token: String? = null,
        requestId: String? = null,
    ): Process {
        val request = Request.WaitFor(WaitFor(processId, until, timeout.milliseconds(), userIdType))
        return (run(NewCall(request, callOptions(null, token, requestId))) as Output.WaitFor).value
    }

    /**
     * Calls any method and path of Feishu's API that there is no method for here, with the same care. A `GET` is a read and
     * is repeated like any. Every other method is a write that nothing proves: it is never sent again once it may have
     * arrived, and fails then with effect unknown. Nothing is known of its own codes, its scope and its quota.
     *
     * @param path from `/open-apis/` on, with its parameters in braces: `/open-apis/contact/v3/departments/{id}`. Not below
     *   `/open-apis/auth/` and `/open-apis/authen/`.
     * @param pathParameters the parameters by name; each becomes one segment, encoded, of at most 512 bytes.
     * @param query names and values, in order; a name may stand repeatedly.
     * @param body JSON, sent as it stands; a `GET` has none.
     * @param quota the quota of this method and path, as Feishu's page says; without it nothing paces the call.
     * @return the answer's `data` as JSON text ([data] reads it), and the answer's head.
     */
    public suspend fun call(
        method: Method,
        path: String,
        pathParameters: Map<String, String> = emptyMap(),
        query: List<Pair<String, String>> = emptyList(),
        body: String? = null,
        quota: Quota? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): CallAnswer {
        val (parameters, pairs) = pathParameters.toList().map(::nameValue) to query.map(::nameValue)
        val any = AnyCall(method, path, parameters, pairs, body, quota?.calls, quota?.window)
        val output = run(NewCall(Request.AnyCall(any), callOptions(deadline, token, requestId)))
        return (output as Output.AnyCall).value
    }

    /**
     * Finds out how a withdrawal or a revocation has ended that ended with effect `UNKNOWN`. The process is read, and again
     * until 120 s have passed since [since], the longest that a request is taken to live (an assumption); where reads
     * fail, for two minutes more. The client's `deadline` does not count.
     *
     * @param since when that call sent its last request, or later: when its error came.
     * @param goal where it was to lead: [Status.WITHDRAWN] or [Status.REVOKED].
     * @return how it has ended: done (`attribution` says how sure it is that it was that call), not done (it is safe to
     *   send it again), elsewhere (it is not possible any more), unclear.
     */
    public suspend fun settle(
        processId: String,
        since: Instant,
        goal: Status = Status.WITHDRAWN,
        token: String? = null,
        requestId: String? = null,
    ): Settled {
        val request = Request.Settle(Settle(processId, since.toEpochMilliseconds(), goal))
        return (run(NewCall(request, callOptions(null, token, requestId))) as Output.Settle).value
    }

    /**
     * Reads what the form of one process holds; [plainValues] makes plain data of it. For processes of CoreHR and of
     * attendance only.
     *
     * @param userIdType the kind of the user ids in the answer; here by default `people_corehr_id`.
     * @param departmentIdType the kind of the department ids in the answer; here by default
     *   `people_corehr_department_id`.
     */
    public suspend fun getFormVariables(
        processId: String,
        userIdType: UserIdType? = null,
        departmentIdType: DepartmentIdType? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): FormVariables {
        val request = Request.GetFormVariables(GetFormVariables(processId, userIdType, departmentIdType))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.GetFormVariables).value
    }

    /**
     * Reads the data of one process's flow, who started it and when included; [plainValues] makes plain data of it. For
     * processes of CoreHR and of attendance only.
     *
     * @param userIdType the kind of the user ids in the answer; here by default `people_corehr_id`.
     * @param departmentIdType the kind of the department ids in the answer; here by default
     *   `people_corehr_department_id`.
     * @param variableKeys only these variables, by their names in the API; all if empty.
     */
    public suspend fun getFlowVariables(
        processId: String,
        userIdType: UserIdType? = null,
        departmentIdType: DepartmentIdType? = null,
        variableKeys: List<String> = emptyList(),
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): FormVariables {
        val request = Request.GetFlowVariables(GetFlowVariables(processId, userIdType, departmentIdType, variableKeys))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.GetFlowVariables).value
    }

    /**
     * Reads of which form the values of a flow's variables are; for development, not for production.
     *
     * @param variableApiNames the variables, 1 to 1,000; a drill-down is written with dots.
     * @param userIdType the kind of the user ids in the answer; by default `open_id`.
     * @return examples; [FlowTemplate.errorInfo] has what is wrong with the names, in Feishu's words.
     */
    public suspend fun getTemplate(
        flowDefinitionId: String,
        variableApiNames: List<String>,
        userIdType: UserIdType? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): FlowTemplate {
        val request = Request.GetTemplate(GetTemplate(flowDefinitionId, variableApiNames, userIdType))
        return (run(NewCall(request, callOptions(deadline, token, requestId))) as Output.GetTemplate).value
    }

    /**
     * The ids of all processes that were modified in a span of time of any length. Nothing is sent until the flow is
     * collected, and then page by page.
     *
     * @param statuses only processes with these; all if empty.
     * @param flowDefinitionId only processes of this definition.
     * @param pageSize ids a request, 1 to 100.
     * @param pageToken where an earlier walk with the same arguments was: [Items.pageToken].
     * @param deadline how long each page may take.
     */
    public fun listProcesses(
        modifyTimeFrom: Instant,
        modifyTimeTo: Instant,
        statuses: List<Status> = emptyList(),
        flowDefinitionId: String? = null,
        pageSize: Int = 100,
        pageToken: String? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Items<String> {
        val request = ListProcesses(
            statuses,
            pageSize.coerceAtLeast(0).toUInt(),
            pageToken,
            modifyTimeFrom.toEpochMilliseconds(),
            modifyTimeTo.toEpochMilliseconds(),
            flowDefinitionId,
        )
        val options = callOptions(deadline, token, requestId)
        return items({ Pages(Request.ListProcesses(request)) }, pageToken, options) {
            (it as Output.ListProcesses).value.run { processIds to logId }
        }
    }

    /**
     * The tasks of one person. Nothing is sent until the flow is collected, and then page by page.
     *
     * @param userId the person, by an id of the kind that [userIdType] names; by default `open_id`.
     * @param approverStatus only tasks with this status: `STARTED`, `IN_PROGRESS`, `REJECTED`, `APPROVED`, `COPIED`,
     *   `FAILED` or `ROLLED_BACK`; all if null.
     * @param pageSize tasks a request, 1 to 100.
     * @param pageToken where an earlier walk with the same arguments was: [Items.pageToken].
     * @param deadline how long each page may take.
     */
    public fun listTasks(
        userId: String,
        userIdType: UserIdType? = null,
        approverStatus: TaskStatus? = null,
        pageSize: Int = 100,
        pageToken: String? = null,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Items<ListedTask> {
        val size = pageSize.coerceAtLeast(0).toUInt()
        val request = ListTasks(userId, userIdType, approverStatus, size, pageToken)
        return items({ Pages(Request.ListTasks(request)) }, pageToken, callOptions(deadline, token, requestId)) {
            (it as Output.ListTasks).value.run { approverList to logId }
        }
    }

    /**
     * The processes that a [startProcess] may have started which ended with effect `UNKNOWN`, for you to judge: no read
     * proves that one of them is this one, and the request may still take effect. They are of that definition, were created
     * 5 s before [since] or later, and have [actor] as their initiator, or none where the system started them; what an
     * answer does not have excludes nothing.
     *
     * Nothing is sent until the flow is collected. The ids are listed, which takes its turn among 20 calls a minute, and each
     * process is read, among 100 a minute.
     *
     * @param actor who was to start it, as in the start.
     * @param since when that call sent its first request, which its error's `advice` tells, or a moment before the call by
     *   your own clock.
     * @param deadline how long each request may take.
     */
    public fun listStartCandidates(
        flowDefinitionId: String,
        actor: Actor,
        since: Instant,
        deadline: Duration? = null,
        token: String? = null,
        requestId: String? = null,
    ): Flow<Process> {
        val start = StartCandidates(flowDefinitionId, actor, since.toEpochMilliseconds())
        return items({ Pages.candidates(start) }, null, callOptions(deadline, token, requestId)) {
            val process = (it as? Output.GetProcess)?.value
            listOfNotNull(process) to process?.logId
        }
    }

    /** The request as data, for an HTTP stack of your own; its `toString()` is a `curl` line without secrets. */
    public fun request(request: WithdrawProcess, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.WithdrawProcess(request), token, requestId)

    /** The same for the request that revokes a process. */
    public fun request(request: RevokeProcess, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.RevokeProcess(request), token, requestId)

    /** The same for the request that approves or rejects a task. */
    public fun request(request: ReviewTask, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.ReviewTask(request), token, requestId)

    /** The same for the request that hands tasks over. */
    public fun request(request: TransferTasks, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.TransferTasks(request), token, requestId)

    /** The same for the request that adds approvers. */
    public fun request(request: AddApprovers, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.AddApprovers(request), token, requestId)

    /** The same for the request that starts a process. */
    public fun request(request: StartProcess, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.StartProcess(request), token, requestId)

    /** The same for the request that reads a process. */
    public fun request(request: GetProcess, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.GetProcess(request), token, requestId)

    /** The same for the request for one page of ids. */
    public fun request(request: ListProcesses, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.ListProcesses(request), token, requestId)

    /** The same for the request that reads a form. */
    public fun request(request: GetFormVariables, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.GetFormVariables(request), token, requestId)

    /** The same for the request that reads the data of a flow. */
    public fun request(request: GetFlowVariables, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.GetFlowVariables(request), token, requestId)

    /** The same for the request that reads a template. */
    public fun request(request: GetTemplate, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.GetTemplate(request), token, requestId)

    /** The same for the request for one page of tasks. */
    public fun request(request: ListTasks, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.ListTasks(request), token, requestId)

    /** The same for the request of any call. */
    public fun request(request: AnyCall, token: String? = null, requestId: String? = null): HttpRequest =
        shown(Request.AnyCall(request), token, requestId)

    /** Takes no new calls; those under way go on. */
    override fun close() {
        native.close()
    }

    private fun <T> items(
        begin: () -> Pages,
        pageToken: String?,
        options: CallOptions,
        of: (Output) -> Pair<List<T>, String?>,
    ) = Items(begin, pageToken, { page -> run(NewCall(page, options)) }, of)

    private fun bulkRun(
        request: Request,
        processIds: Iterable<String>,
        options: BulkOptions,
        journal: Journal?,
        onProgress: ((BulkProgress) -> Unit)?,
    ): BulkRun {
        val native = throwing { opened().run(request, processIds.toList(), options.copy(headers = host.headers)) }
        return BulkRun(native, journal, host, onProgress)
    }

    private suspend fun run(new: NewCall): Output =
        throwing { opened().begin(new.copy(options = host.added(new.options))) }.run(host)

    private fun shown(request: Request, token: String?, requestId: String?): HttpRequest =
        throwing { opened().request(request, host.added(callOptions(null, token, requestId))) }

    private fun opened(): NativeClient = native.also { check(!it.uniffiIsDestroyed) { "this client is closed" } }
}

private fun nameValue(pair: Pair<String, String>) = NameValue(pair.first, pair.second)

private fun nameValue(entry: Map.Entry<String, String>) = NameValue(entry.key, entry.value)

private fun callOptions(deadline: Duration?, token: String?, requestId: String?) =
    CallOptions(deadline?.milliseconds(), token, requestId)

private fun bulkOptions(
    deadline: Duration?,
    token: String?,
    act: ActOptions,
    maxInFlight: Int?,
    maxFailures: Int?,
    expectCount: Int?,
    allowAnyId: Boolean,
    keepReasons: Boolean,
    hasJournal: Boolean,
) = BulkOptions(
    deadline?.milliseconds(), token, emptyList(), act, maxInFlight?.count()?.toUInt(), maxFailures?.count(), expectCount?.count(),
    allowAnyId, keepReasons, hasJournal,
)

/** What is less than nothing is refused as nothing is. */
private fun Int.count(): ULong = coerceAtLeast(0).toULong()

/** What is no time at all stays so, and is refused with everything else. */
private fun Duration.milliseconds(): ULong = inWholeMilliseconds.coerceAtLeast(0).toULong()

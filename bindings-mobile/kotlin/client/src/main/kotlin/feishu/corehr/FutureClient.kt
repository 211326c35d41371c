package feishu.corehr

import feishu.corehr.model.Accepted
import feishu.corehr.model.Actor
import feishu.corehr.model.Already
import feishu.corehr.model.ApprovalType
import feishu.corehr.model.CallAnswer
import feishu.corehr.model.Credentials
import feishu.corehr.model.Decision
import feishu.corehr.model.DepartmentIdType
import feishu.corehr.model.ExtraType
import feishu.corehr.model.FeishuError
import feishu.corehr.model.FlowTemplate
import feishu.corehr.model.FormVariables
import feishu.corehr.model.HttpResponse
import feishu.corehr.model.ListedTask
import feishu.corehr.model.Method
import feishu.corehr.model.NameValue
import feishu.corehr.model.NewFormVariable
import feishu.corehr.model.Observation
import feishu.corehr.model.Process
import feishu.corehr.model.Quota
import feishu.corehr.model.ReadBack
import feishu.corehr.model.Reviewed
import feishu.corehr.model.Revoked
import feishu.corehr.model.Settled
import feishu.corehr.model.Started
import feishu.corehr.model.Status
import feishu.corehr.model.Target
import feishu.corehr.model.TaskStatus
import feishu.corehr.model.User
import feishu.corehr.model.UserIdType
import feishu.corehr.model.Withdrawn
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import java.util.function.Consumer
import java.util.function.Function
import kotlin.time.Duration.Companion.minutes
import kotlin.time.toKotlinDuration
import kotlin.time.toKotlinInstant
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.future.await
import kotlinx.coroutines.future.future

/**
 * The client for Java. A future ends with what [Client]'s method of the same name returns, or with its
 * [FeishuException]; cancelling a future closes the connection.
 *
 * Token function, transport and listeners run on threads of the client, never on the caller's, and without the
 * thread-locals of whoever called: where they need some, make a client for each.
 */
public class FutureClient private constructor(
    private val client: Client,
    private val scope: CoroutineScope = CoroutineScope(SupervisorJob() + Dispatchers.Default),
) : AutoCloseable {
    /** [Client.withOptions]; an empty map and no listener leave all as it is. */
    @JvmOverloads
    public fun withOptions(headers: Map<String, String>, onAnswer: Consumer<HttpResponse>? = null): FutureClient =
        FutureClient(client.withOptions(headers.ifEmpty { null }, onAnswer?.let { it::accept }), scope)

    /** [Client.withdrawProcess]. */
    @JvmOverloads
    public fun withdrawProcess(
        processId: String,
        actor: Actor,
        reason: String? = null,
        options: Options = Options(),
    ): CompletableFuture<Withdrawn> = scope.future {
        options.run {
            client.withdrawProcess(processId, actor, reason, readBack, deadline, token, requestId, already, checkFirst)
        }
    }

    /** [Client.revokeProcess]. */
    @JvmOverloads
    public fun revokeProcess(
        processId: String,
        actor: Actor,
        reason: String? = null,
        options: Options = Options(),
    ): CompletableFuture<Revoked> = scope.future {
        options.run {
            client.revokeProcess(processId, actor, reason, readBack, deadline, token, requestId, already, checkFirst)
        }
    }

    /** [Client.withdrawProcesses]. */
    @JvmOverloads
    public fun withdrawProcesses(
        processIds: Iterable<String>,
        actor: Actor,
        reason: String? = null,
        options: RunOptions = RunOptions(),
    ): FutureBulkRun = options.run {
        val run = client.withdrawProcesses(
            processIds, actor, reason, journal, onProgress, maxInFlight, maxFailures, expectCount, allowAnyId, keepReasons,
            readBack, deadline, token, already, checkFirst,
        )
        FutureBulkRun(run, scope)
    }

    /** [Client.revokeProcesses]. */
    @JvmOverloads
    public fun revokeProcesses(
        processIds: Iterable<String>,
        actor: Actor,
        reason: String? = null,
        options: RunOptions = RunOptions(),
    ): FutureBulkRun = options.run {
        val run = client.revokeProcesses(
            processIds, actor, reason, journal, onProgress, maxInFlight, maxFailures, expectCount, allowAnyId, keepReasons,
            readBack, deadline, token, already, checkFirst,
        )
        FutureBulkRun(run, scope)
    }

    /** [Client.reviewTask]. */
    @JvmOverloads
    public fun reviewTask(
        processId: String,
        approverId: String,
        actor: Actor,
        decision: Decision,
        fieldValuesV2: List<NewFormVariable> = emptyList(),
        departmentIdType: DepartmentIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<Reviewed> = scope.future {
        options.run {
            client.reviewTask(
                processId, approverId, actor, decision, fieldValuesV2, departmentIdType, readBack, deadline, token, requestId,
                already, checkFirst,
            )
        }
    }

    /** [Client.transferTasks]. */
    @JvmOverloads
    public fun transferTasks(
        processId: String,
        actor: Actor,
        toUserId: User,
        approverIds: List<String>,
        remark: String? = null,
        options: Options = Options(),
    ): CompletableFuture<Accepted> = scope.future {
        options.run { client.transferTasks(processId, actor, toUserId, approverIds, remark, deadline, token, requestId) }
    }

    /** [Client.addApprovers]. */
    @JvmOverloads
    public fun addApprovers(
        processId: String,
        actor: Actor,
        target: Target,
        extraType: ExtraType,
        extraUserIds: List<User>,
        approvalType: ApprovalType? = null,
        remark: String? = null,
        options: Options = Options(),
    ): CompletableFuture<Accepted> = scope.future {
        options.run {
            client.addApprovers(
                processId, actor, target, extraType, extraUserIds, approvalType, remark, deadline, token, requestId,
            )
        }
    }

    /** [Client.startProcess]. */
    @JvmOverloads
    public fun startProcess(
        flowDefinitionId: String,
        actor: Actor,
        flowData: List<NewFormVariable> = emptyList(),
        departmentIdType: DepartmentIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<Started> = scope.future {
        options.run {
            client.startProcess(flowDefinitionId, actor, flowData, departmentIdType, deadline, token, requestId)
        }
    }

    /** [Client.getProcess]. */
    @JvmOverloads
    public fun getProcess(
        processId: String,
        userIdType: UserIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<Process> = scope.future {
        options.run { client.getProcess(processId, userIdType, deadline, token, requestId) }
    }

    /** [Client.call]. */
    @JvmOverloads
    public fun call(
        method: Method,
        path: String,
        pathParameters: Map<String, String> = emptyMap(),
        query: List<NameValue> = emptyList(),
        body: String? = null,
        quota: Quota? = null,
        options: Options = Options(),
    ): CompletableFuture<CallAnswer> = scope.future {
        val pairs = query.map { it.name to it.value }
        options.run { client.call(method, path, pathParameters, pairs, body, quota, deadline, token, requestId) }
    }

    /** [Client.waitFor]; the deadline in [options] is how long to wait in all, by default ten minutes. */
    @JvmOverloads
    public fun waitFor(
        processId: String,
        until: List<Status>? = null,
        userIdType: UserIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<Process> = scope.future {
        options.run { client.waitFor(processId, until, deadline ?: 10.minutes, userIdType, token, requestId) }
    }

    /** [Client.settle]; its time is its own, whatever deadline [options] name. */
    @JvmOverloads
    public fun settle(
        processId: String,
        since: Instant,
        goal: Status = Status.WITHDRAWN,
        options: Options = Options(),
    ): CompletableFuture<Settled> = scope.future {
        options.run { client.settle(processId, since.toKotlinInstant(), goal, token, requestId) }
    }

    /** [Client.listProcesses], all pages. */
    @JvmOverloads
    public fun listProcesses(
        modifyTimeFrom: Instant,
        modifyTimeTo: Instant,
        statuses: List<Status> = emptyList(),
        options: Options = Options(),
    ): CompletableFuture<List<String>> = scope.future {
        val (from, to) = modifyTimeFrom.toKotlinInstant() to modifyTimeTo.toKotlinInstant()
        options
            .run { client.listProcesses(from, to, statuses, null, 100, null, deadline, token, requestId) }
            .toList()
    }

    /** [Client.getFormVariables]. */
    @JvmOverloads
    public fun getFormVariables(
        processId: String,
        userIdType: UserIdType? = null,
        departmentIdType: DepartmentIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<FormVariables> = scope.future {
        options.run { client.getFormVariables(processId, userIdType, departmentIdType, deadline, token, requestId) }
    }

    /** [Client.getFlowVariables]. */
    @JvmOverloads
    public fun getFlowVariables(
        processId: String,
        userIdType: UserIdType? = null,
        departmentIdType: DepartmentIdType? = null,
        variableKeys: List<String> = emptyList(),
        options: Options = Options(),
    ): CompletableFuture<FormVariables> = scope.future {
        options.run {
            client.getFlowVariables(
                processId, userIdType, departmentIdType, variableKeys, deadline, token, requestId,
            )
        }
    }

    /** [Client.getTemplate]. */
    @JvmOverloads
    public fun getTemplate(
        flowDefinitionId: String,
        variableApiNames: List<String>,
        userIdType: UserIdType? = null,
        options: Options = Options(),
    ): CompletableFuture<FlowTemplate> = scope.future {
        options.run {
            client.getTemplate(flowDefinitionId, variableApiNames, userIdType, deadline, token, requestId)
        }
    }

    /** [Client.listTasks], all pages. */
    @JvmOverloads
    public fun listTasks(
        userId: String,
        userIdType: UserIdType? = null,
        approverStatus: TaskStatus? = null,
        options: Options = Options(),
    ): CompletableFuture<List<ListedTask>> = scope.future {
        options
            .run { client.listTasks(userId, userIdType, approverStatus, 100, null, deadline, token, requestId) }
            .toList()
    }

    /** [Client.listStartCandidates], all of them. */
    @JvmOverloads
    public fun listStartCandidates(
        flowDefinitionId: String,
        actor: Actor,
        since: Instant,
        options: Options = Options(),
    ): CompletableFuture<List<Process>> = scope.future {
        options
            .run {
                client.listStartCandidates(
                    flowDefinitionId, actor, since.toKotlinInstant(), deadline, token, requestId,
                )
            }
            .toList()
    }

    /** [Client.close]. */
    override fun close(): Unit = client.close()

    /** What a call may be told; each method returns this. */
    public class Options {
        internal var deadline: kotlin.time.Duration? = null
        internal var token: String? = null
        internal var requestId: String? = null
        internal var readBack = ReadBack.BEST_EFFORT
        internal var already = Already.SUCCESS
        internal var checkFirst = false

        /** How long the whole call may take. */
        public fun deadline(value: Duration): Options = apply { deadline = value.toKotlinDuration() }

        /** A tenant access token for this call alone. */
        public fun token(value: String): Options = apply { token = value }

        /** An id of your own for Feishu's logs, sent as `Oapi-Sdk-Request-Id`. */
        public fun requestId(value: String): Options = apply { requestId = value }

        /** Of a withdrawal, a revocation or a decision: how much reading after a lost answer matters. */
        public fun readBack(value: ReadBack): Options = apply { readBack = value }

        /** Of a withdrawal or a revocation: whether a process that is where it was meant to go already is an error. */
        public fun already(value: Already): Options = apply { already = value }

        /** Of a withdrawal or a revocation: whether to read the process first. */
        public fun checkFirst(value: Boolean): Options = apply { checkFirst = value }
    }

    /** Sets a client up; the options are those of [Client]. */
    public class Builder(private val credentials: Credentials) {
        private var baseUrl: BaseUrl = BaseUrl.Feishu
        private var allowOtherHosts = false
        private var allowInsecureLoopback = false
        private var deadline: kotlin.time.Duration? = null
        private var rateShare = 1.0
        private val quotas = mutableMapOf<String, Quota>()
        private var transport: Transport? = null
        private var tokenSource: (suspend (Boolean) -> String)? = null
        private var onAttempt: ((Observation) -> Unit)? = null
        private var onCancelled: ((FeishuError) -> Unit)? = null

        /** Where requests go. */
        public fun baseUrl(value: BaseUrl): Builder = apply { baseUrl = value }

        /** Whether another host may be named. */
        public fun allowOtherHosts(value: Boolean): Builder = apply { allowOtherHosts = value }

        /** Whether `http` may be spoken with this machine. */
        public fun allowInsecureLoopback(value: Boolean): Builder = apply { allowInsecureLoopback = value }

        /** How long a call may take that says nothing itself. */
        public fun deadline(value: Duration): Builder = apply { deadline = value.toKotlinDuration() }

        /** The part of Feishu's quotas that this client may use. */
        public fun rateShare(value: Double): Builder = apply { rateShare = value }

        /** A quota that differs from the documented one: so many calls of an operation in so much time. */
        public fun quota(operation: String, calls: Int, window: Duration): Builder = apply {
            quotas[operation] = Quota(calls.coerceAtLeast(0).toUInt(), window.toMillis().coerceAtLeast(0).toULong())
        }

        /** The HTTP stack. */
        public fun transport(value: Transport): Builder = apply { transport = value }

        /** Returns a tenant access token; it is told whether the last one was refused. */
        public fun tokenSource(value: Function<Boolean, CompletionStage<String>>): Builder =
            apply { tokenSource = { refused -> value.apply(refused).await() } }

        /** Is told of every request, when it starts and when it has ended. */
        public fun onAttempt(value: Consumer<Observation>): Builder = apply { onAttempt = value::accept }

        /** Is told of every cancelled call. */
        public fun onCancelled(value: Consumer<FeishuError>): Builder = apply { onCancelled = value::accept }

        /** The client; throws a [FeishuException] that names every wrong option. */
        public fun build(): FutureClient = FutureClient(
            Client(
                credentials, baseUrl, allowOtherHosts, allowInsecureLoopback, deadline, rateShare, quotas,
                transport, tokenSource, onAttempt, onCancelled,
            ),
        )
    }
}

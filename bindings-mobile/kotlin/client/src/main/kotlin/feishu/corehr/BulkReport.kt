package feishu.corehr

import feishu.corehr.model.Advice
import feishu.corehr.model.BulkEnd
import feishu.corehr.model.BulkOutcome
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.NativeBulkProgress
import feishu.corehr.model.NativeBulkReport
import feishu.corehr.model.NativeBulkResult

/**
 * How one process of a run has ended.
 *
 * @property position its place in the list that the caller gave, counted from 0.
 * @property outcome `OURS`, `PRESUMED` or `UNATTRIBUTED`, as for a single call; `NOT_WITHDRAWABLE` (see [status]),
 *   `REJECTED` (see [code]) or `UNRESOLVED` (see [effect]).
 * @property effect what the run did to the process, as far as it can be proved.
 * @property kind what kind of failure it was; null for a success.
 * @property code Feishu's code, where it refused.
 * @property status the process's status, by number, where a read told it.
 * @property attempts how many times it was sent.
 * @property logId the log id of the answer that decided.
 * @property summary what happened, in words; empty for a success.
 * @property advice what to do; null for a success, and for codes that no page explains.
 * @property isEarlier whether an earlier run with the same journal has ended it.
 */
public data class BulkResult(
    public val position: Int,
    public val processId: String,
    public val outcome: BulkOutcome,
    public val effect: Effect,
    public val kind: ErrorKind?,
    public val code: Long?,
    public val status: Long?,
    public val attempts: Int,
    public val logId: String?,
    public val summary: String,
    public val advice: Advice?,
    public val isEarlier: Boolean,
)

/**
 * What a run came to. [planned] is the sum of all the others but [doubled] and [requests].
 *
 * @property planned how many processes there were, each counted once.
 * @property doubled how many entries were left out because the same process stood in the list before.
 * @property ours done, the server said so.
 * @property presumed done, and an answer was lost.
 * @property unattributed done already, not by an answer to this run.
 * @property notWithdrawable how many were not in the status that the run starts from, by the status that they were in;
 *   null where it is not known.
 * @property rejected how many were refused, by Feishu's code; null where the refusal had none.
 * @property unresolved of so many no answer told how they ended.
 * @property notAttempted so many were not sent, or without any effect; a later run with the same journal sends them.
 * @property requests how many requests of the operation were sent.
 * @property ended how the run has ended: `RUNNING` before its end.
 * @property reason why it did not come to its end; null where it did.
 * @property kind the kind of failure that stopped it, where one did.
 * @property advice what to do about that.
 * @property isResumable whether there is a journal, with which a later run goes on with it.
 */
public data class BulkReport(
    public val planned: Int,
    public val doubled: Int,
    public val ours: Int,
    public val presumed: Int,
    public val unattributed: Int,
    public val notWithdrawable: Map<Long?, Int>,
    public val rejected: Map<Long?, Int>,
    public val unresolved: Int,
    public val notAttempted: Int,
    public val requests: Int,
    public val ended: BulkEnd,
    public val reason: String?,
    public val kind: ErrorKind?,
    public val advice: Advice?,
    public val isResumable: Boolean,
)

/**
 * How far a run has come.
 *
 * @property done how many processes have ended.
 * @property total how many there are.
 * @property rate how many ended in each of the last seconds.
 * @property leftMs how long the rest takes at that rate, in milliseconds; null while none ended.
 */
public data class BulkProgress(
    public val done: Int,
    public val total: Int,
    public val rate: Double,
    public val leftMs: Long?,
)

// Java knows no unsigned numbers. A run has at most 1,000,000 processes.

internal fun NativeBulkResult.signed() = BulkResult(
    position.toInt(), processId, outcome, effect, kind, code, status, attempts.toInt(), logId, summary, advice, isEarlier,
)

internal fun NativeBulkReport.signed() = BulkReport(
    planned.toInt(), doubled.toInt(), ours.toInt(), presumed.toInt(), unattributed.toInt(),
    notWithdrawable.associate { it.status to it.count.toInt() }, rejected.associate { it.code to it.count.toInt() },
    unresolved.toInt(), notAttempted.toInt(), requests.toInt(), ended, reason, kind, advice,
    isResumable,
)

internal fun NativeBulkProgress.signed() = BulkProgress(done.toInt(), total.toInt(), rate, leftMs?.toLong())

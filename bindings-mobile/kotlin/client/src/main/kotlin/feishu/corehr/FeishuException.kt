package feishu.corehr

import feishu.corehr.model.Advice
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.FeishuError
import feishu.corehr.model.FieldViolation
import feishu.corehr.model.Help
import feishu.corehr.model.Problem

/**
 * The one exception of this library: why a call did not end as it should, and whether it took effect all the same.
 *
 * Its message is one sentence: what happened, what took effect, what to do, the log id. It holds no secret.
 */
public class FeishuException internal constructor(
    /** All fields as one value. */
    public val error: FeishuError,
    cause: Throwable? = null,
) : Exception(describe(error), cause) {
    /** What kind of failure it is. */
    public val kind: ErrorKind get() = error.kind

    /** Whether the server did it: `NONE` only where that is proved; after `UNKNOWN`, read the process first. */
    public val effect: Effect get() = error.effect

    /** The operation; null where none was called. */
    public val operation: String? get() = error.operation

    /** Whether the same call may succeed later. */
    public val isRetryable: Boolean get() = error.retryable

    /** How long to wait before that, in milliseconds, where the server said so. */
    public val retryAfterMs: Long? get() = error.retryAfterMs?.toLong()

    /** The HTTP status; null without an answer. */
    public val httpStatus: Int? get() = error.httpStatus?.toInt()

    /** Feishu's code. */
    public val code: Long? get() = error.code

    /** Feishu's text for it. */
    public val msg: String? get() = error.msg

    /** What happened, in a few words. */
    public val summary: String get() = error.summary

    /** What to do, in English and Chinese. */
    public val advice: Advice? get() = error.advice

    /** What Feishu's support asks for. */
    public val logId: String? get() = error.logId

    /** The permissions of which the app lacks one. */
    public val scopes: List<String> get() = error.scopes

    /** A page of Feishu about this very failure. */
    public val troubleshooter: String? get() = error.troubleshooter

    /** What Feishu says about single fields. */
    public val fieldViolations: List<FieldViolation> get() = error.fieldViolations

    /** Pages that Feishu recommends. */
    public val helps: List<Help> get() = error.helps

    /** Every wrong argument with the rule that it breaks; nothing was sent then. */
    public val problems: List<Problem> get() = error.problems

    /** The process's status, by number, where the failure is about it. */
    public val status: Long? get() = error.status

    /** The host that a refused redirect pointed to. */
    public val locationHost: String? get() = error.locationHost

    /** Whether a renewed token was the refused one again. */
    public val isSameToken: Boolean get() = error.sameToken

    /** How many requests of the operation were sent. */
    public val attempts: Int get() = error.attempts.toInt()

    /** The message. */
    override fun toString(): String = message.orEmpty()
}

/** Runs a call of the library, and throws its failure as the one exception that callers know. */
internal inline fun <T> throwing(call: () -> T): T =
    try {
        call()
    } catch (failure: Failure.Failed) {
        throw FeishuException(failure.error)
    }

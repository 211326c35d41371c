package feishu.corehr.tests

import feishu.corehr.FeishuException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.BeforeEach

/** A test with a sandbox as if just started; one process serves all. */
abstract class SandboxTest {
    protected val sandbox = SHARED

    @BeforeEach
    fun reset() = sandbox.reset()

    /** A body that suspends, with the return type that JUnit wants. */
    protected fun test(body: suspend CoroutineScope.() -> Unit): Unit = runBlocking { body() }

    /** The error with which a call ends. */
    protected suspend fun failure(call: suspend () -> Any?): FeishuException =
        try {
            throw AssertionError("no error, but ${call()}")
        } catch (error: FeishuException) {
            error
        }

    private companion object {
        val SHARED by lazy {
            val program = System.getenv("FEISHU_COREHR_SANDBOX")
            Sandbox(checkNotNull(program) { "FEISHU_COREHR_SANDBOX must name the sandbox's program" })
        }
    }
}

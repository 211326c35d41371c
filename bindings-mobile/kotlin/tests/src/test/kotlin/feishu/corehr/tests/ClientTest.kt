package feishu.corehr.tests

import feishu.corehr.Client
import feishu.corehr.DecodeReply
import feishu.corehr.FeishuException
import feishu.corehr.FutureClient
import feishu.corehr.explain
import feishu.corehr.model.Actor
import feishu.corehr.model.Attribution
import feishu.corehr.model.Effect
import feishu.corehr.model.ErrorKind
import feishu.corehr.model.Status
import feishu.corehr.model.User
import feishu.corehr.operations
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class ClientTest : SandboxTest() {
    @Test
    fun `a running process is withdrawn and read`() = test {
        val id = sandbox.running()
        sandbox.client().use { client ->
            assertEquals(Status.IN_PROGRESS, client.getProcess(id).status)
            val done = client.withdrawProcess(id, Actor.System(User.OpenId("ou_1")), "duplicate")
            assertEquals(Attribution.OURS, done.attribution)
            assertEquals(Status.WITHDRAWN, client.getProcess(id).status)
        }
        val body = sandbox.log("withdraw_process").single()["body"].toString()
        assertTrue("duplicate" in body && "ou_1" in body) { body }
    }

    @Test
    fun `an error has all fields and our sentence`() = test {
        val id = sandbox.process("completed")
        sandbox.client().use { client ->
            val error = failure { client.withdrawProcess(id, Actor.System()) }
            assertEquals(ErrorKind.NOT_WITHDRAWABLE, error.kind)
            assertEquals(Effect.NONE, error.effect)
            assertEquals(1161006L, error.code)
            assertEquals("withdraw_process", error.operation)
            assertEquals(9L, error.status)
            assertEquals(error.message, error.toString())
            for (part in listOf("withdraw_process", "1161006", error.logId!!)) {
                assertTrue(part in error.toString()) { error.toString() }
            }
        }
    }

    @Test
    fun `every wrong argument is named in one error and nothing is sent`() = test {
        sandbox.client().use { client ->
            val error = assertThrows<FeishuException> {
                runBlocking {
                    client.withdrawProcess("7 or 8", Actor.User(User.OpenId("")), "x".repeat(501), requestId = "a\nb")
                }
            }
            assertEquals(ErrorKind.INVALID_ARGUMENT, error.kind)
            val named = error.problems.joinToString { it.field }
            for (field in listOf("process_id", "user_id", "reason", "request_id")) {
                assertTrue(field in named) { named }
                assertTrue(field in error.toString()) { error.toString() }
            }
        }
        assertEquals(emptyList<Any>(), sandbox.log())
    }

    @Test
    fun `operations and codes are explained without a client`() {
        assertEquals(ErrorKind.NOT_WITHDRAWABLE, explain("withdraw_process", 1161006)?.kind)
        assertEquals(null, explain("withdraw_process", 1))
    }

    @Test
    fun `every operation has a method of each client and a reader of its answers`() {
        for (operation in operations()) {
            val name = operation.replace(Regex("_(.)")) { it.groupValues[1].uppercase() }
            for (type in listOf(Client::class.java, FutureClient::class.java, DecodeReply::class.java)) {
                // A parameter of an inline class puts a hash behind the name.
                assertTrue(type.methods.any { it.name.substringBefore('-') == name }, "$name of ${type.simpleName}")
            }
        }
    }

    @Test
    fun `a closed client says so`() = test {
        val client = sandbox.client()
        client.close()
        val error = assertThrows<IllegalStateException> { runBlocking { client.getProcess("7") } }
        assertEquals("this client is closed", error.message)
    }
}

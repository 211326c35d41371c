package feishu.corehr.tests

import com.google.gson.JsonParser
import feishu.corehr.examples.WithdrawProcess
import feishu.corehr.examples.WithdrawProcesses
import feishu.corehr.examples.withdraw
import feishu.corehr.examples.withdrawAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse

class ExamplesTest : SandboxTest() {
    @Test
    fun `the example withdraws once, and then says why not`() = test {
        val (id, token) = sandbox.running() to token()
        for ((process, said) in listOf(id to "OURS", sandbox.process("completed") to "not running any more, status 9")) {
            val printed = run("feishu.corehr.examples.WithdrawKt", sandbox.url, token, process, "duplicate")
            assertTrue(said in printed) { printed }
        }
        assertEquals(4, sandbox.status(id))
        sandbox.client().use { withdraw(it, sandbox.running(), "in this process") }
    }

    @Test
    fun `the example in Java withdraws once, and then says why not`() = test {
        val id = sandbox.running()
        for ((process, said) in listOf(id to "OURS", sandbox.process("completed") to "1161006")) {
            val name = WithdrawProcess::class.java.name
            val printed = run(name, sandbox.url, sandbox.appId, sandbox.appSecret, process)
            assertTrue(said in printed) { printed }
        }
        assertEquals(4, sandbox.status(id))
    }

    @Test
    fun `the examples of many withdraw them all, in Java too`(@TempDir folder: File) = test {
        val ids = sandbox.running(3)
        val journal = File(folder, "java.sqlite").path
        val arguments = arrayOf(sandbox.url, sandbox.appId, sandbox.appSecret, journal, *ids.toTypedArray())
        val printed = run(WithdrawProcesses::class.java.name, *arguments)
        assertTrue("3 of 3, COMPLETE" in printed) { printed }
        val others = sandbox.running(2)
        sandbox.client().use { withdrawAll(it, others, File(folder, "kotlin.sqlite").path) }
        (ids + others).forEach { assertEquals(4, sandbox.status(it)) }
    }

    @Test
    fun `the code of the README is code that is tested`() {
        val readme = File("../README.md").readText()
        val sources = File("src").walk().filter { it.extension in listOf("kt", "java") }.map { it.readText() }
        val marked = Regex("""// README: \w+\n(.*?)\n *// end\n""", RegexOption.DOT_MATCHES_ALL)
        val tested = sources.flatMap { marked.findAll(it) }.map { it.groupValues[1].trimIndent().trim() }.toList()
        val shown = Regex("""```(?:kotlin|java)\n(.*?)```""", RegexOption.DOT_MATCHES_ALL).findAll(readme)
        val blocks = shown.map { it.groupValues[1].trim() }.toList()
        assertEquals(tested.sorted(), blocks.sorted())
        assertTrue(blocks.size >= 4)
    }

    /** What a program prints that has nothing but the class path: no flag helps to find the library. */
    private fun run(name: String, vararg arguments: String): String {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val process = ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), name, *arguments)
            .redirectErrorStream(true)
            .start()
        val printed = process.inputReader(Charsets.UTF_8).readText()
        assertEquals(0, process.waitFor()) { printed }
        return printed
    }

    private fun token(): String {
        val body = """{"app_id": "${sandbox.appId}", "app_secret": "${sandbox.appSecret}"}"""
        val request = HttpRequest
            .newBuilder(URI("${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal"))
            .header("content-type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build()
        val answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString())
        return JsonParser.parseString(answer.body()).asJsonObject["tenant_access_token"].asString
    }
}

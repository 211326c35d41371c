package feishu.corehr.tests

import feishu.corehr.BaseUrl
import feishu.corehr.BulkResult
import feishu.corehr.Client
import feishu.corehr.FutureClient
import feishu.corehr.Journal
import feishu.corehr.JournalStore
import feishu.corehr.RunOptions
import feishu.corehr.SqlStatement
import feishu.corehr.SqliteJournal
import feishu.corehr.model.Actor
import feishu.corehr.model.BulkEnd
import feishu.corehr.model.BulkOutcome
import feishu.corehr.model.Credentials
import feishu.corehr.model.ErrorKind
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.io.IOException
import java.sql.DriverManager
import java.util.concurrent.TimeUnit

/** Runs over many processes with a journal, a real SQLite file. */
class JournalTest : SandboxTest() {
    private val system = Actor.System()

    // A name that the driver must not take for settings.
    @TempDir lateinit var folder: File
    private val file: File get() = File(folder, "run of 100%25 ? # é.sqlite")
    private val journal get() = SqliteJournal(file.path)

    private fun client() = sandbox.client(quotas = FAST)

    private fun writes() = sandbox.log("withdraw_process").map { it["process_id"].asString }

    private fun rows(sql: String, database: File = file): List<List<String?>> = connected(database) { connection ->
        connection.createStatement().executeQuery(sql).use { rows ->
            val columns = 1..rows.metaData.columnCount
            buildList { while (rows.next()) add(columns.map(rows::getString)) }
        }
    }

    private fun change(sql: String, database: File) = connected(database) { it.createStatement().execute(sql) }

    private inline fun <T> connected(database: File, act: (java.sql.Connection) -> T): T =
        DriverManager.getConnection("jdbc:sqlite:${database.toURI()}").use(act)

    @Test
    fun `a run that is left early is gone on with`() = test {
        val ids = sandbox.running(40)
        val runs = client().let { client ->
            { client.withdrawProcesses(ids, system, reason = "重复", journal = journal, maxInFlight = 4) }
        }
        val left = runs()
        val first = left.first()
        assertEquals(listOf(listOf("cancelled")), rows("SELECT ended FROM run"))
        assertEquals(BulkEnd.CANCELLED, left.report.ended)
        val cancelled = runs()
        val before = writes().size
        val collecting = launch(Dispatchers.Default) { cancelled.collect {} }
        sandbox.until("it goes on") { log -> log.count { it["operation"].asString == "withdraw_process" } > before }
        collecting.cancelAndJoin()
        val ended = rows("SELECT process_id, outcome FROM item WHERE state = 'ended'").associate { it[0] to it[1] }
        assertEquals("ours", ended[first.processId])
        assertEquals(writes().toSet(), ended.keys, "what was sent has ended")
        val last = runs()
        val results = last.toList()
        assertEquals((0..39).toList(), results.map { it.position }.sorted())
        assertEquals(ended.keys, results.filter { it.isEarlier }.map { it.processId }.toSet())
        assertEquals(40, last.report.ours)
        assertEquals(40, writes().size, "none of them was sent twice")
        val kept = rows("SELECT * FROM run").toString()
        assertTrue(sandbox.appId in kept)
        assertFalse("重复" in kept || sandbox.appSecret in kept) { kept }
        assertTrue(runs().toList().all(BulkResult::isEarlier))
        assertEquals(40, writes().size, "nothing is sent by a run that is over")
        assertEquals(listOf(listOf("wal")), rows("PRAGMA journal_mode"))
    }

    @Test
    fun `a journal that another language has begun is gone on with`() = test {
        val begun = File("../../../tests/journal.sql").readText()
        connected(file) { it.createStatement().executeUpdate(begun) }
        change("UPDATE run SET base_url = '${sandbox.url}', app_id = '${sandbox.appId}'", file)
        val ids = (1..4).map { "790000000000000000$it" }
        sandbox.post("processes", ids.map { mapOf("process_id" to it, "status" to if (it == ids[2]) 4 else 1) })
        val run = client().withdrawProcesses(ids, system, reason = "重复", journal = journal)
        val told = run.toList().sortedBy { it.position }.map { Triple(it.position, it.outcome, it.isEarlier) }
        val expected = listOf(BulkOutcome.OURS, BulkOutcome.REJECTED, BulkOutcome.PRESUMED, BulkOutcome.OURS)
        assertEquals(expected.mapIndexed { place, outcome -> Triple(place, outcome, place < 2) }, told)
        assertEquals(listOf(ids[3]), writes(), "what is in doubt is read first")
        assertTrue(run.report.isResumable)
        val unkept = client().withdrawProcesses(sandbox.running(1), system)
        assertFalse(unkept.also { it.toList() }.report.isResumable)
    }

    @Test
    fun `reasons are kept when asked for, from Java too`() = test {
        client().withdrawProcesses(sandbox.running(1), system, "重复", journal, keepReasons = true).collect {}
        assertTrue("重复" in rows("SELECT options FROM run").toString())
        val other = File(folder, "java.sqlite")
        FutureClient.Builder(Credentials.App(sandbox.appId, sandbox.appSecret))
            .baseUrl(BaseUrl.Other(sandbox.url))
            .allowInsecureLoopback(true)
            .build()
            .use { client ->
                val options = RunOptions().journal(SqliteJournal(other.path)).keepReasons(true)
                client.withdrawProcesses(sandbox.running(1), system, "重复", options).start {}.join()
            }
        assertTrue("重复" in rows("SELECT options FROM run", other).toString())
    }

    @Test
    fun `a journal of something else is refused and nothing is sent`() = test {
        val ids = sandbox.running(3)
        client().withdrawProcesses(ids, system, journal = journal).collect {}
        sandbox.reset()
        val (newer, foreign, torn) = listOf("newer", "foreign", "torn").map { File(folder, "$it.sqlite") }
        file.copyTo(newer)
        change("UPDATE run SET version = 2", newer)
        change("CREATE TABLE item (x)", foreign)
        torn.writeText("not a database at all".repeat(100))
        val other = Client(
            Credentials.App("cli_other", "secret"),
            BaseUrl.Other(sandbox.url),
            allowInsecureLoopback = true,
        )
        val busy = File(folder, "busy.sqlite")
        connected(busy) { holder ->
            holder.createStatement().execute("CREATE TABLE x (y)")
            holder.createStatement().execute("BEGIN EXCLUSIVE")
            val wrong = client().run {
                listOf(
                    withdrawProcesses(ids.take(2), system, journal = journal) to "another list of processes",
                    withdrawProcesses(ids.reversed(), system, journal = journal) to "another list of processes",
                    withdrawProcesses(ids, system, "x", journal) to "another actor or another reason",
                    revokeProcesses(ids, system, journal = journal) to "another operation",
                    other.withdrawProcesses(ids, system, journal = journal) to "another app",
                    withdrawProcesses(ids, system, journal = SqliteJournal(newer.path)) to "version 2",
                    withdrawProcesses(ids, system, journal = SqliteJournal(foreign.path)) to "a database of something else",
                    withdrawProcesses(ids, system, journal = SqliteJournal(torn.path)) to "not a database",
                    withdrawProcesses(ids, system, journal = SqliteJournal(busy.path)) to "is in use",
                    withdrawProcesses(ids, system, journal = SqliteJournal(File(folder, "no/run").path)) to "unable to open",
                    withdrawProcesses(ids, system, journal = SqliteJournal(folder.path)) to "unable to open",
                )
            }
            for ((run, message) in wrong) {
                val error = failure { run.collect {} }
                assertTrue(message in error.message.orEmpty()) { "$error" }
                assertEquals(listOf("journal"), error.problems.map { it.field })
            }
        }
        assertEquals(emptyList<String>(), writes())
    }

    @Test
    fun `a second run on the same journal is refused while the first goes on`() = test {
        val ids = sandbox.running(30)
        val (client, shared) = client() to journal
        val first = client.withdrawProcesses(ids, system, journal = shared, maxInFlight = 2)
        var refused = 0
        first.collect {
            if (refused == 0) {
                val error = failure { client.withdrawProcesses(ids, system, journal = shared).collect {} }
                assertTrue("is in use" in error.message.orEmpty()) { "$error" }
                refused += 1
            }
        }
        assertEquals(30 to 1, first.report.ours to refused)
        assertEquals(30, client.withdrawProcesses(ids, system, journal = shared).toList().size, "and it was let go of")
    }

    @Test
    fun `a run that stops for all is gone on with`() = test {
        val ids = sandbox.running(30)
        val wrong = Client(
            Credentials.App(sandbox.appId, "wrong"),
            BaseUrl.Other(sandbox.url),
            allowInsecureLoopback = true,
            quotas = FAST,
        )
        val stopped = wrong.withdrawProcesses(ids, system, journal = journal)
        assertEquals(emptyList<BulkResult>(), stopped.toList())
        assertEquals(Triple(BulkEnd.STOPPED, ErrorKind.BAD_CREDENTIALS, 30), stopped.report.run { Triple(ended, kind, notAttempted) })
        assertTrue(stopped.report.advice != null)
        val run = client().withdrawProcesses(ids, system, journal = journal).also { it.collect {} }
        assertEquals(30 to BulkEnd.COMPLETE, run.report.run { ours to ended })
    }

    @Test
    fun `a store that fails stops the run, and one that cannot be written sends nothing`() = test {
        val ids = sandbox.running(3)
        for ((works, message) in listOf(0 to "attempt to write a readonly database", 1 to "database or disk is full")) {
            sandbox.reset()
            sandbox.post("processes", ids.map { mapOf("process_id" to it) })
            var isClosed = false
            val failing = Journal {
                val store = SqliteJournal(File(folder, "failing$works.sqlite").path).open()
                var stores = 0
                object : JournalStore by store {
                    override fun store(statements: List<SqlStatement>) =
                        if (stores++ < works) store.store(statements) else throw IOException(message)

                    override fun close() {
                        isClosed = true
                        store.close()
                    }
                }
            }
            val run = client().withdrawProcesses(ids, system, journal = failing)
            if (works == 0) {
                val error = failure { run.collect {} }
                assertTrue("`journal` cannot be written: $message" in error.message.orEmpty()) { "$error" }
            } else {
                assertEquals(emptyList<BulkResult>(), run.toList())
                assertEquals(BulkEnd.STOPPED, run.report.ended)
                assertTrue(message in run.report.reason.orEmpty()) { "${run.report}" }
            }
            assertTrue(isClosed)
            assertEquals(emptyList<String>(), writes())
        }
    }

    // Each life of the program begins with a JVM.
    @Timeout(5, unit = TimeUnit.MINUTES)
    @Test
    fun `killed again and again nothing is lost and nothing is sent after its result`() = test {
        val ids = sandbox.running(80)
        val listed = File(folder, "ids").apply { writeText(ids.joinToString("\n")) }
        var (kills, last) = 0 to ""
        var final = emptySet<String?>()
        while (true) {
            val before = writes().size
            sandbox.post("script", mapOf("steps" to if (kills < KILLS) life(FAULTS[kills]) else emptyList()))
            val program = program(listed)
            var told = 0
            // Each life of the program tells a few more results than the one before.
            for (line in program.inputReader(Charsets.UTF_8).lineSequence()) {
                last = line
                told += 1
                if (line.startsWith("report") || kills < KILLS && told >= final.size + 5) {
                    break
                }
            }
            if (last.startsWith("report")) {
                assertTrue(program.waitFor(60, TimeUnit.SECONDS) && program.exitValue() == 0)
                break
            }
            assertEquals(SIGKILL, program.destroyForcibly().waitFor()) { "after $told results the program has ended by itself" }
            kills += 1
            val now = rows("SELECT process_id FROM item WHERE state = 'ended' AND outcome <> 'unresolved'").map { it[0] }.toSet()
            val again = final intersect writes().drop(before).toSet()
            assertTrue(again.isEmpty()) { "life $kills: sent after a durable result: $again" }
            assertTrue(now.containsAll(final))
            final = now
        }
        assertEquals(KILLS, kills)
        assertEquals("report COMPLETE 80 0", last)
        assertEquals(listOf(listOf("80")), rows("SELECT count(*) FROM item WHERE state = 'ended'"))
        val applied = sandbox.log("withdraw_process").filter { it["applied"].asBoolean }.map { it["process_id"].asString }
        assertEquals(ids, applied.sorted(), "each of them once")
    }

    /**
     * A few are answered, one of them badly, and then all that may be on their way at once are not, of which every other
     * one is withdrawn: so the program is killed in the midst of it, however late.
     */
    private fun life(fault: String): List<Map<String, Any>> {
        val answers = listOf(mapOf("fault" to fault, "ms" to 200)) + List(5) { mapOf("real" to true) }
        val stalls = List(8) { mapOf("on" to "withdraw_process", "apply" to (it % 2 == 0), "answer" to mapOf("stall" to "head")) }
        return answers.map { mapOf("on" to "withdraw_process", "answer" to it) } + stalls
    }

    private fun program(ids: File): Process {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val words = listOf(java, "-cp", System.getProperty("java.class.path"), "feishu.corehr.tests.BulkProgram")
        return ProcessBuilder(words + listOf(sandbox.url, sandbox.appId, sandbox.appSecret, ids.path, file.path))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    }
}

private val FAULTS = listOf("timeout-applied", "500-after", "rst-after-request-not-applied", "500-before")
private val KILLS = FAULTS.size

/** How a process ends that was killed. */
private const val SIGKILL = 128 + 9

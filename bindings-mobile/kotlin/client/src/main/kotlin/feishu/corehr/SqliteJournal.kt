package feishu.corehr

import org.sqlite.JDBC
import org.sqlite.SQLiteConfig
import java.nio.file.Path
import java.sql.Connection
import java.sql.PreparedStatement

/**
 * A journal in a SQLite file, which any SQLite tool reads once the run is over: the tables `run` and `item`. It is the same
 * for every language of this library, so that a run that was begun elsewhere can be gone on with.
 *
 * It needs `org.xerial:sqlite-jdbc`, which this package does not bring along. On Android, write a [Journal] on the
 * system's own SQLite.
 *
 * @param path the file, which is made if it is missing; its folder must be there.
 * @throws IllegalStateException where `sqlite-jdbc` is not on the class path.
 */
public class SqliteJournal(path: Path) : Journal {
    // As a URI, since the driver takes what follows a question mark for settings.
    private val url = JDBC_PREFIX + path.toAbsolutePath().toUri()

    init {
        try {
            JDBC.isValidURL(url)
        } catch (error: NoClassDefFoundError) {
            throw IllegalStateException("a SqliteJournal needs org.xerial:sqlite-jdbc on the class path", error)
        }
    }

    /** @param path the file. */
    public constructor(path: String) : this(Path.of(path))

    override fun open(): JournalStore {
        val settings = SQLiteConfig().apply { setBusyTimeout(0) }.toProperties()
        val connection = JDBC.createConnection(url, settings)
        try {
            connection.createStatement().use { statement ->
                throwing { journalPragmas() }.forEach { statement.execute(it) }
            }
        } catch (error: Exception) {
            connection.close()
            throw error
        }
        return SqliteStore(connection)
    }
}

private class SqliteStore(private val connection: Connection) : JournalStore {
    override fun query(statement: SqlStatement): List<List<Any?>> = connection.prepared(statement) {
        it.executeQuery().use { rows ->
            val columns = 1..rows.metaData.columnCount
            buildList { while (rows.next()) add(columns.map { column -> plain(rows.getObject(column)) }) }
        }
    }

    override fun store(statements: List<SqlStatement>) {
        connection.execute("BEGIN IMMEDIATE")
        try {
            statements.forEach { statement -> connection.prepared(statement) { it.executeUpdate() } }
            connection.execute("COMMIT")
        } catch (error: Exception) {
            runCatching { connection.execute("ROLLBACK") }
            throw error
        }
    }

    override fun close() = connection.close()
}

private fun Connection.execute(sql: String) {
    createStatement().use { it.execute(sql) }
}

private inline fun <T> Connection.prepared(statement: SqlStatement, run: (PreparedStatement) -> T): T =
    prepareStatement(statement.sql).use { prepared ->
        statement.values.forEachIndexed { index, value -> prepared.setObject(index + 1, value) }
        run(prepared)
    }

/** The driver gives small numbers as `Integer`. */
private fun plain(value: Any?): Any? = if (value is Number) value.toLong() else value

private const val JDBC_PREFIX = "jdbc:sqlite:"

package feishu.corehr

/** Where runs over many processes keep what they know. [SqliteJournal] is one. */
public fun interface Journal {
    /**
     * Opens it for one run, until [JournalStore.close], so that nobody else can open it meanwhile. It may block.
     *
     * What it throws ends the run before anything is sent, and its message is told: it must hold no secret. A text with
     * the word `locked` says that the journal is in use.
     */
    public fun open(): JournalStore
}

/**
 * The open journal of one run: a SQL database with nothing else in it. The run has all the statements; they are SQLite's.
 *
 * Its methods are called one at a time, on threads that may block. What one throws stops the run, and nothing more is sent.
 */
public interface JournalStore {
    /** The rows that a query has, each with its columns in order: a [Long], a [String] or null. */
    public fun query(statement: SqlStatement): List<List<Any?>>

    /** Runs all statements in one transaction. When it returns they are durable, also after a power cut. */
    public fun store(statements: List<SqlStatement>)

    /** Lets others open the journal. */
    public fun close()
}

/**
 * A SQL statement.
 *
 * @property sql its text; `?` stands for each value.
 * @property values the values in order, each a [Long], a [String] or null.
 */
public data class SqlStatement(public val sql: String, public val values: List<Any?>)

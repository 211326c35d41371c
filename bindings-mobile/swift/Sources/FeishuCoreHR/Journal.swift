import FeishuCoreHRGenerated

/// Where runs over many processes keep what they know. `SQLiteJournal`, of the module `FeishuCoreHRSQLite`, is one.
public protocol Journal: Sendable {
    /// Opens it for one run, until ``JournalStore/close()``, so that nobody else can open it meanwhile. It may block.
    ///
    /// What it throws ends the run before anything is sent, and its description is told: it must hold no secret. A text
    /// with the word `locked` says that the journal is in use.
    func open() throws -> any JournalStore
}

/// The open journal of one run: a SQL database with nothing else in it. The run has all the statements; they are SQLite's.
///
/// Its methods are called one at a time, on a thread that may block. What one throws stops the run, and nothing more is
/// sent.
public protocol JournalStore {
    /// The rows that a query has, each with its columns in order.
    func query(_ statement: Statement) throws -> [[SqlValue]]

    /// Runs all statements in one transaction. When it returns they are durable, also after a power cut.
    func store(_ statements: [Statement]) throws

    /// Lets others open the journal.
    func close()
}

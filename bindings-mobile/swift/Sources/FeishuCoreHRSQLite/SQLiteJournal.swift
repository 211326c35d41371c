import FeishuCoreHR

#if canImport(SQLite3)
import SQLite3
#else
import CSQLite
#endif

/// A journal in a SQLite file, which any SQLite tool reads once the run is over: the tables `run` and `item`. It is the
/// same for every language of this library, so that a run that was begun elsewhere can be gone on with.
public struct SQLiteJournal: Journal {
    private let path: String

    /// - Parameter path: the file, which is made if it is missing; its folder must be there.
    public init(_ path: String) {
        self.path = path
    }

    public func open() throws -> any JournalStore {
        let database = try Database(path)
        for pragma in try journalPragmas() { _ = try database.run(pragma, []) }
        return database
    }
}

/// One open file; closed when it is let go of.
private final class Database: JournalStore {
    private var handle: OpaquePointer?

    init(_ path: String) throws {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else { throw failure() }
    }

    deinit {
        close()
    }

    func close() {
        // Whatever was left unfinished goes with it.
        sqlite3_close_v2(handle)
        handle = nil
    }

    func query(_ statement: Statement) throws -> [[SqlValue]] {
        try run(statement.sql, statement.values)
    }

    func store(_ statements: [Statement]) throws {
        _ = try run("BEGIN IMMEDIATE", [])
        do {
            for statement in statements { _ = try run(statement.sql, statement.values) }
            _ = try run("COMMIT", [])
        } catch {
            _ = try? run("ROLLBACK", [])
            throw error
        }
    }

    func run(_ sql: String, _ values: [SqlValue]) throws -> [[SqlValue]] {
        var prepared: OpaquePointer?
        defer { sqlite3_finalize(prepared) }
        guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK else { throw failure() }
        for (value, place) in zip(values, Int32(1)...) {
            let outcome =
                switch value {
                case .null: sqlite3_bind_null(prepared, place)
                case .integer(let number): sqlite3_bind_int64(prepared, place, number)
                case .text(let text): sqlite3_bind_text(prepared, place, text, -1, transient)
                }
            guard outcome == SQLITE_OK else { throw failure() }
        }
        var rows: [[SqlValue]] = []
        while true {
            switch sqlite3_step(prepared) {
            case SQLITE_DONE: return rows
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(prepared)).map { column(prepared, $0) })
            default: throw failure()
            }
        }
    }

    private func column(_ prepared: OpaquePointer?, _ place: Int32) -> SqlValue {
        switch sqlite3_column_type(prepared, place) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(prepared, place))
        case SQLITE_TEXT:
            guard let bytes = sqlite3_column_text(prepared, place) else { return .null }
            let count = Int(sqlite3_column_bytes(prepared, place))
            return .text(String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
        // Neither a number nor a text is any of a run's.
        default: return .null
        }
    }

    private func failure() -> SQLiteError {
        SQLiteError(description: String(cString: sqlite3_errmsg(handle)))
    }
}

/// What SQLite says.
private struct SQLiteError: Error, CustomStringConvertible {
    let description: String
}

/// SQLite copies the text: Swift's own lives only as long as the call.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

import CSQLite
import Storage

/// One connection to the file, used by one thread only.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]
    // SQLite's marker for "copy the bytes before the call returns".
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(path: String, isReader: Bool) throws(StorageError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_NOMUTEX | (isReader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw StorageError(.unavailable, "cannot open \(path): \(reason)")
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5000)
    }

    func close() {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// The error of the last call.
    private func failure(_ code: Int32) -> StorageError {
        let reason = String(cString: sqlite3_errmsg(handle))
        switch code & 0xff {
        case SQLITE_FULL: return StorageError(.diskFull, reason)
        case SQLITE_CORRUPT, SQLITE_NOTADB: return StorageError(.corrupt, reason)
        case SQLITE_TOOBIG: return StorageError(.tooLarge, reason)
        case SQLITE_IOERR where sqlite3_system_errno(handle) == 28: return StorageError(.diskFull, reason)
        default: return StorageError(.unavailable, reason)
        }
    }

    func execute(_ sql: String) throws(StorageError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code) }
    }

    enum Parameter {
        case int(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// Runs a statement, prepared once and kept; `row` sees each row.
    func run(_ sql: String, _ parameters: [Parameter] = [], row: (borrowing Row) -> Void = { _ in }) throws(StorageError) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, parameter) in parameters.enumerated() {
            let position = Int32(index + 1)
            let code: Int32
            switch parameter {
            case .int(let number): code = sqlite3_bind_int64(statement, position, number)
            case .text(let text): code = sqlite3_bind_text(statement, position, text, Int32(text.utf8.count), Self.transient)
            case .blob(let bytes):
                code = bytes.withUnsafeBytes { sqlite3_bind_blob64(statement, position, $0.baseAddress, UInt64($0.count), Self.transient) }
            }
            if code != SQLITE_OK { throw failure(code) }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: row(Row(statement: statement))
            case SQLITE_DONE: return
            case let code: throw failure(code)
            }
        }
    }

    private func prepared(_ sql: String) throws(StorageError) -> OpaquePointer {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        statements[sql] = statement
        return statement
    }

    struct Row: ~Copyable {
        fileprivate let statement: OpaquePointer

        func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

        func text(_ column: Int32) -> String {
            sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
        }

        func blob(_ column: Int32) -> [UInt8] {
            guard let start = sqlite3_column_blob(statement, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
        }
    }
}

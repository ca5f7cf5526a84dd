import Storage

/// The tables, and every statement that the engine runs.
///
/// `log` has a row a revision and is only appended to; `objects` says which row is the newest of each key.
/// A write so touches one append-only tree and one small one, and the value is stored once.
enum SQLiteSchema {
    private static let version: Int64 = 1

    static func prepare(_ connection: SQLiteConnection) throws(StorageError) {
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA cache_size = -4096")
        try connection.execute("PRAGMA journal_size_limit = 16777216")
        try connection.execute("PRAGMA wal_autocheckpoint = 2000")
        var found: Int64 = 0
        try connection.run("PRAGMA user_version") { found = $0.int(0) }
        if found > version {
            throw StorageError(.unavailable, "the file has schema version \(found), this program knows \(version)")
        }
        if found == version { return }
        try connection.execute(
            """
            BEGIN IMMEDIATE;
            CREATE TABLE log (
              revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, created INTEGER NOT NULL,
              version INTEGER NOT NULL, lease INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0);
            CREATE TABLE objects (key TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
            CREATE INDEX log_lease ON log (lease) WHERE lease > 0;
            CREATE TABLE leases (id INTEGER PRIMARY KEY AUTOINCREMENT, expires INTEGER NOT NULL);
            CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO meta VALUES ('compacted', 0), ('revision', 1);
            PRAGMA user_version = 1;
            COMMIT;
            """)
    }

    /// The newest revision and the oldest kept one.
    static func revisions(_ connection: SQLiteConnection) throws(StorageError) -> (Revision, Revision) {
        var newest: Int64 = 0
        var compacted: Int64 = 0
        try connection.run("SELECT max((SELECT coalesce(max(revision), 0) FROM log), (SELECT value FROM meta WHERE name = 'revision'))") {
            newest = $0.int(0)
        }
        try connection.run("SELECT value FROM meta WHERE name = 'compacted'") { compacted = $0.int(0) }
        return (newest, compacted)
    }

    private static func record(_ row: borrowing SQLiteConnection.Row) -> StoredRecord {
        StoredRecord(
            key: row.text(0), value: row.blob(1), createRevision: row.int(2), modRevision: row.int(3), version: row.int(4),
            lease: row.int(5))
    }

    static func record(_ connection: SQLiteConnection, key: String) throws(StorageError) -> StoredRecord? {
        var found: StoredRecord?
        try connection.run(
            """
            SELECT log.key, value, created, log.revision, version, lease FROM objects JOIN log ON log.revision = objects.revision
            WHERE objects.key = ?
            """, [.text(key)]
        ) { found = record($0) }
        return found
    }

    static func put(_ connection: SQLiteConnection, _ record: StoredRecord) throws(StorageError) {
        try connection.run(
            "INSERT INTO log (revision, key, value, created, version, lease) VALUES (?, ?, ?, ?, ?, ?)",
            [.int(record.modRevision), .text(record.key), .blob(record.value), .int(record.createRevision), .int(record.version), .int(record.lease)])
        try connection.run(
            "INSERT INTO objects (key, revision) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET revision = excluded.revision",
            [.text(record.key), .int(record.modRevision)])
    }

    static func delete(_ connection: SQLiteConnection, key: String, revision: Revision) throws(StorageError) {
        try connection.run(
            "INSERT INTO log (revision, key, created, version, deleted) VALUES (?, ?, 0, 0, 1)", [.int(revision), .text(key)])
        try connection.run("DELETE FROM objects WHERE key = ?", [.text(key)])
    }

    static func events(_ connection: SQLiteConnection, after: Revision) throws(StorageError) -> [StorageEvent] {
        var events: [StorageEvent] = []
        try connection.run(
            "SELECT key, value, created, revision, version, lease, deleted FROM log WHERE revision > ? ORDER BY revision", [.int(after)]
        ) { row in
            events.append(StorageEvent(kind: row.int(6) == 1 ? .delete : .put, record: record(row)))
        }
        return events
    }

    /// The oldest lease that has ended.
    static func lease(_ connection: SQLiteConnection, expiredBy now: Int64) throws(StorageError) -> Int64? {
        var found: Int64?
        try connection.run("SELECT id FROM leases WHERE expires <= ? ORDER BY id LIMIT 1", [.int(now)]) { found = $0.int(0) }
        return found
    }

    /// Some of the keys that were last written under a lease, by revision from `after` on.
    static func keys(
        _ connection: SQLiteConnection, lease: Int64, after: Revision, limit: Int64
    ) throws(StorageError) -> [(key: String, revision: Revision)] {
        var found: [(key: String, revision: Revision)] = []
        try connection.run(
            """
            SELECT log.key, log.revision FROM log JOIN objects ON objects.key = log.key AND objects.revision = log.revision
            WHERE log.lease = ? AND log.lease > 0 AND log.revision > ? ORDER BY log.revision LIMIT ?
            """, [.int(lease), .int(after), .int(limit)]
        ) { found.append(($0.text(0), $0.int(1))) }
        return found
    }

    static func grant(_ connection: SQLiteConnection, expires: Int64) throws(StorageError) -> Int64 {
        var id: Int64 = 0
        try connection.run("INSERT INTO leases (expires) VALUES (?) RETURNING id", [.int(expires)]) { id = $0.int(0) }
        return id
    }

    /// Forgets what is superseded among the revisions after `from` up to `to`.
    static func compact(_ connection: SQLiteConnection, from: Revision, to: Revision) throws(StorageError) {
        try connection.execute("BEGIN IMMEDIATE")
        do {
            try connection.run(
                """
                DELETE FROM log WHERE revision > ? AND revision <= ?
                AND NOT EXISTS (SELECT 1 FROM objects WHERE objects.key = log.key AND objects.revision = log.revision)
                """, [.int(from), .int(to)])
            try connection.run("UPDATE meta SET value = ? WHERE name = 'compacted'", [.int(to)])
            try connection.run("UPDATE meta SET value = max(value, ?) WHERE name = 'revision'", [.int(to)])
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    // MARK: reads

    /// The first key after all that begin with `prefix`.
    static func end(ofPrefix prefix: String) -> String { prefix + "\u{10ffff}" }

    static func list(
        _ connection: SQLiteConnection, prefix: String, from start: String, limit: Int, at revision: Revision?
    ) throws(StorageError) -> [StoredRecord] {
        var records: [StoredRecord] = []
        let bound = limit > 0 ? Int64(limit) + 1 : -1
        if let revision {
            // History has no index by key: only pages of lists older than the cache's snapshots come here.
            try connection.run(
                """
                SELECT key, value, created, max(revision), version, lease, deleted FROM log
                WHERE revision <= ? AND key >= ? AND key < ? GROUP BY key HAVING deleted = 0 ORDER BY key LIMIT ?
                """, [.int(revision), .text(start), .text(end(ofPrefix: prefix)), .int(bound)]
            ) { records.append(record($0)) }
        } else {
            try connection.run(
                """
                SELECT log.key, value, created, log.revision, version, lease FROM objects JOIN log ON log.revision = objects.revision
                WHERE objects.key >= ? AND objects.key < ? ORDER BY objects.key LIMIT ?
                """, [.text(start), .text(end(ofPrefix: prefix)), .int(bound)]
            ) { records.append(record($0)) }
        }
        return records
    }

    static func count(_ connection: SQLiteConnection, prefix: String) throws(StorageError) -> Int {
        var count = 0
        try connection.run(
            "SELECT count(*) FROM objects WHERE key >= ? AND key < ?", [.text(prefix), .text(end(ofPrefix: prefix))]
        ) { count = Int($0.int(0)) }
        return count
    }
}

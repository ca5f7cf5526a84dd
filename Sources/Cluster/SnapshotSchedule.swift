#if canImport(Glibc)
import Glibc
#endif
import Credentials
import Logging
import Objects
package import SQLiteStorage
package import Storage

/// When copies of the embedded store are made, and how many stay.
package struct SnapshotSettings: Sendable {
    /// Nil when none are made by themselves.
    package var interval: Duration?
    package var retention = 5

    package init() {}
}

/// Makes copies of the store from time to time, and removes the oldest.
struct SnapshotSchedule: Sendable {
    let settings: SnapshotSettings
    let store: String
    let folder: String
    let logger: Logger

    /// Goes on until cancelled. The first copy is due when the last one is old enough, not with each start.
    func run() async {
        guard let interval = settings.interval else { return }
        while !Task.isCancelled {
            let age = Timestamp.now().seconds - (newest() ?? 0)
            let wait = interval - .seconds(age)
            do {
                if wait > .zero { try await Task.sleep(for: wait) }
            } catch {
                return
            }
            await save()
            // A copy that failed is tried again after a while, not at once.
            if newest().map({ .seconds(Timestamp.now().seconds - $0) >= interval }) ?? true {
                try? await Task.sleep(for: min(interval, .seconds(60)))
            }
        }
    }

    private func names() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasPrefix(SnapshotFolder.scheduledPrefix), name.hasSuffix(".db") { names.append(name) }
        }
        return names.sorted()
    }

    /// When the newest copy was made.
    private func newest() -> Int64? {
        guard let name = names().last else { return nil }
        var status = stat()
        return stat(folder + "/" + name, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    private func save() async {
        do {
            try PrivateFile.makeFolder(folder)
            let target = folder + "/" + SnapshotFolder.scheduledPrefix + SnapshotFolder.stamp() + ".db"
            let snapshot = try await SnapshotFolder.save(store, to: target)
            logger.info("the store was saved", metadata: ["path": "\(target)", "revision": "\(snapshot.revision)", "bytes": "\(snapshot.bytes)"])
            for name in names().dropLast(max(settings.retention, 1)) {
                for end in ["", ".sha256"] { unlink(folder + "/" + name + end) }
            }
        } catch {
            logger.error("the store cannot be saved", metadata: ["folder": "\(folder)", "reason": "\(error)"])
        }
    }
}

/// Where snapshots lie, and how they are named.
package enum SnapshotFolder {
    static let scheduledPrefix = "scheduled-"

    /// A moment as a part of a file's name.
    package static func stamp() -> String { String(Timestamp.now().text.filter { $0 != "-" && $0 != ":" }) }

    /// Saves on a thread of its own: SQLite blocks.
    package static func save(_ store: String, to target: String) async throws(StorageError) -> StoreSnapshot {
        let result: Result<StoreSnapshot, StorageError> = await withCheckedContinuation { continuation in
            SQLiteThread.run {
                do throws(StorageError) {
                    continuation.resume(returning: .success(try StoreSnapshot.save(store, to: target)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

#if canImport(Glibc)
import Glibc
#endif
import SQLiteStorage
import Storage
import Testing

@Suite struct SnapshotTests {
    private static func folder() throws -> String {
        var template = Array("/tmp/martlet-snapshot-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.flatMap { mkdtemp($0) } }
        return try #require(made.map { String(cString: $0) })
    }

    private static func write(_ store: SQLiteStorage, _ keys: Range<Int>) async throws {
        for key in keys {
            _ = try await store.commit(.create(key: "/registry/a/\(key)", value: [UInt8](repeating: 7, count: 1000), lease: 0))
        }
    }

    @Test func aCopyIsMadeWhileTheStoreIsUsedAndTakenBack() async throws {
        let folder = try Self.folder()
        let store = try await SQLiteStorage(path: folder + "/state.db")
        try await Self.write(store, 0..<50)
        let snapshot = try StoreSnapshot.save(folder + "/state.db", to: folder + "/copy.db")
        try await Self.write(store, 50..<100)
        #expect(snapshot.objects == 50)
        #expect(throws: StorageError.self) { try StoreSnapshot.save(folder + "/state.db", to: folder + "/copy.db") }
        let last = try await store.currentRevision()
        await store.close()
        #expect(try StoreSnapshot.restore(folder + "/copy.db", to: folder + "/state.db").revision == snapshot.revision)

        let restored = try await SQLiteStorage(path: folder + "/state.db")
        #expect(try await restored.count(prefix: "/registry/") == 50)
        // No revision is seen a second time, and nobody goes on where the restored store knows nothing.
        #expect(try await restored.currentRevision() > last)
        await #expect(throws: StorageError.self) { _ = try await restored.watch(prefix: "/", after: last) }
        try await Self.write(restored, 200..<201)
        #expect(try await restored.list(prefix: "/registry/", startingAt: nil, limit: 0, at: nil).records.count == 51)
        await restored.close()
    }

    @Test func damageIsFound() async throws {
        let folder = try Self.folder()
        let store = try await SQLiteStorage(path: folder + "/state.db")
        try await Self.write(store, 0..<50)
        _ = try StoreSnapshot.save(folder + "/state.db", to: folder + "/copy.db")
        await store.close()
        let file = try #require(fopen(folder + "/copy.db", "r+"))
        fseek(file, 6000, SEEK_SET)
        fputs("damage", file)
        fclose(file)
        #expect(throws: StorageError.self) { try StoreSnapshot.verify(folder + "/copy.db") }
        #expect(throws: StorageError.self) { try StoreSnapshot.restore(folder + "/copy.db", to: folder + "/state.db") }
        let found = StoreSnapshot.list(folder).first { $0.path.hasSuffix("copy.db") }
        if case .success? = found?.snapshot { Issue.record("a damaged copy counts as good") }
        #expect(throws: StorageError.self) { try StoreSnapshot.save(folder + "/none.db", to: folder + "/other.db") }
    }

    @Test func theFileShrinksAfterWhatWasDeletedIsForgotten() async throws {
        let folder = try Self.folder()
        let path = folder + "/state.db"
        let store = try await SQLiteStorage(path: path)
        for key in 0..<400 {
            _ = try await store.commit(.create(key: "/registry/a/\(key)", value: [UInt8](repeating: 7, count: 20_000), lease: 0))
        }
        for record in try await store.list(prefix: "/registry/a/", startingAt: nil, limit: 0, at: nil).records {
            _ = try await store.commit(.delete(key: record.key, expecting: record.modRevision))
        }
        try await store.compact(to: try await store.currentRevision())
        var size = Int64.max
        for _ in 0..<250 {
            try await Task.sleep(for: .milliseconds(20))
            // The file itself is cut when the log is folded into it; a copy shows what is left.
            let copy = try StoreSnapshot.save(path, to: "\(folder)/copy-\(UInt64.random(in: 0...UInt64.max)).db")
            size = copy.bytes
            if size < 1_000_000 { break }
        }
        #expect(size < 1_000_000)
        await store.close()
    }
}

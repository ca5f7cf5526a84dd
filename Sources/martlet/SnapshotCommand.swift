import ArgumentParser
import Cluster
import Credentials
import Objects
import SQLiteStorage
import Storage

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Copy the embedded store, and take a copy back.",
        discussion: "A copy is made while the cluster runs. Keep the folder pki with it: without pki/encryption.yaml Secrets cannot be read. The state of an etcd cluster is saved with etcdctl snapshot save.",
        subcommands: [Save.self, Restore.self, List.self])

    /// Throws when there is no embedded store.
    private static func store(_ settings: ClusterSettings) throws -> String {
        guard try PrivateFile.exists(settings.storePath) else {
            throw ClusterSettings.Problem(
                "there is no embedded store in \(settings.dataDirectory); the state of an etcd cluster is saved with etcdctl snapshot save")
        }
        return settings.storePath
    }

    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Copy the store, also while it is in use.")

        @OptionGroup var data: DataOptions

        @Argument(help: "The file to write; by default one in the folder snapshots of the data directory.")
        var file: String?

        func run() async throws {
            let settings = data.settings
            let store = try SnapshotCommand.store(settings)
            if file == nil { try PrivateFile.makeFolder(settings.snapshotFolder) }
            let target = file ?? "\(settings.snapshotFolder)/\(SnapshotFolder.stamp()).db"
            let snapshot = try await SnapshotFolder.save(store, to: target)
            print("Saved \(snapshot.objects) objects at revision \(snapshot.revision) in \(target) (\(snapshot.bytes) bytes).")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a copy in the place of the store.", discussion: "The cluster must not run. What was there is kept as state.db.before-restore.")

        @OptionGroup var data: DataOptions

        @Argument(help: "The file that `snapshot save` wrote.")
        var file: String

        func run() async throws {
            let settings = data.settings
            try PrivateFile.makeFolder(settings.dataDirectory)
            if let holder = ProcessLock.holder(settings) {
                throw ClusterSettings.Problem("the cluster runs (process \(holder)); stop it first with `martlet down`")
            }
            let lock = try ProcessLock(settings)
            defer { lock.release() }
            let snapshot = try StoreSnapshot.restore(file, to: settings.storePath)
            print("Restored \(snapshot.objects) objects of revision \(snapshot.revision). `martlet up` goes on from there.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the copies in the data directory.")

        @OptionGroup var data: DataOptions

        @Option(help: "Another folder.")
        var folder: String?

        @Option(name: .shortAndLong, help: "json for programs.")
        var output: String?

        func run() async throws {
            let found = StoreSnapshot.list(folder ?? data.settings.snapshotFolder)
            if output == "json" {
                let items = found.map { path, snapshot -> Value in
                    switch snapshot {
                    case .success(let good):
                        return [
                            "path": .string(path), "bytes": .int(good.bytes), "revision": .int(good.revision), "objects": .int(Int64(good.objects)),
                            "made": .string(Timestamp(seconds: good.made).text),
                        ]
                    case .failure(let error): return ["path": .string(path), "error": .string(error.reason)]
                    }
                }
                return print(Value.array(items).jsonString)
            }
            if found.isEmpty { print("There are no snapshots.") }
            for (path, snapshot) in found {
                switch snapshot {
                case .success(let good):
                    print("\(path)  \(Timestamp(seconds: good.made).text)  \(good.objects) objects  revision \(good.revision)  \(good.bytes) bytes")
                case .failure(let error): print("\(path)  DAMAGED: \(error.reason)")
                }
            }
        }
    }
}

import APIClient
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// The pods that manifests in a folder of the node ask for. They run also while the API is away.
///
/// For each the API gets a mirror, which shows it and its status; deleting the mirror does not end the pod.
final class StaticPods: Sendable {
    static let mirrorAnnotation = "kubernetes.io/config.mirror"
    private static let sourceAnnotation = "kubernetes.io/config.source"
    private static let hashAnnotation = "kubernetes.io/config.hash"

    private let folder: String
    private let nodeName: String
    private let client: APIClient
    private let logger: Logger
    private let onChange: @Sendable (String) -> Void
    private let pods = Mutex<[String: Pod]>([:])

    init(folder: String, nodeName: String, client: APIClient, logger: Logger, onChange: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.nodeName = nodeName
        self.client = client
        self.logger = logger
        self.onChange = onChange
    }

    func pod(_ uid: String) -> Pod? { pods.withLock { $0[uid] } }

    func find(_ namespace: String, _ name: String) -> Pod? {
        pods.withLock { pods in pods.values.first { $0.namespace == namespace && $0.name == name } }
    }

    var uids: [String] { pods.withLock { Array($0.keys) } }

    static func isMirror(_ pod: Pod) -> Bool { pod.annotations[mirrorAnnotation] != nil }

    /// Looks into the folder until cancelled.
    func run() async {
        var read: [String: Int64] = [:]
        while !Task.isCancelled {
            let present = fingerprint()
            if present != read {
                read = present
                replace(load())
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func fingerprint() -> [String: Int64] {
        guard !folder.isEmpty else { return [:] }
        var result: [String: Int64] = [:]
        for name in HostFile.names(in: folder) where Self.isManifest(name) { result[name] = HostFile.changedAt(folder + "/" + name) }
        return result
    }

    private static func isManifest(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }

    func load() -> [Pod] {
        HostFile.names(in: folder).filter(Self.isManifest).sorted().compactMap { name in
            guard let bytes = HostFile.read(folder + "/" + name) else { return nil }
            do {
                return try Self.read(bytes, nodeName: nodeName)
            } catch {
                logger.warning("a static pod's manifest cannot be read", metadata: ["file": "\(name)", "reason": "\(error)"])
                return nil
            }
        }
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// A pod out of a manifest: its name carries the node's, its uid follows from its content. Throws `Unreadable`.
    static func read(_ bytes: [UInt8], nodeName: String) throws -> Pod {
        let manifest = try YAML.parse(bytes)
        guard manifest["kind"].string == "Pod", let name = manifest["metadata"]["name"].string, !name.isEmpty else {
            throw Unreadable(description: "it is no Pod with a name")
        }
        guard !manifest["spec"]["containers"].array.isEmpty else { throw Unreadable(description: "it has no containers") }
        var pod = manifest
        let hash = contentHash(manifest.json)
        pod["metadata"]["name"] = .string("\(name)-\(nodeName)")
        if (pod["metadata"]["namespace"].string ?? "").isEmpty { pod["metadata"]["namespace"] = "default" }
        pod["metadata"]["uid"] = .string(hash)
        pod["metadata"]["annotations"][hashAnnotation] = .string(hash)
        pod["metadata"]["annotations"][sourceAnnotation] = "file"
        pod["spec"]["nodeName"] = .string(nodeName)
        return Pod(pod)
    }

    private static func contentHash(_ bytes: [UInt8]) -> String {
        var parts: [String] = []
        for seed in [0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15] as [UInt64] {
            var sum = seed
            for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
            let text = String(sum, radix: 16)
            parts.append(String(repeating: "0", count: 16 - text.count) + text)
        }
        return parts.joined()
    }

    private func replace(_ loaded: [Pod]) {
        let new = Dictionary(loaded.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
        let old = pods.withLock { pods in
            defer { pods = new }
            return pods
        }
        for uid in Set(old.keys).symmetricDifference(new.keys) { onChange(uid) }
    }

    // MARK: mirrors

    /// Makes sure that the API shows the pod. Returns the mirror; nil when it is not there yet.
    func mirror(_ pod: Pod, present: Pod?) async -> Pod? {
        let hash = pod.annotations[Self.hashAnnotation] ?? ""
        if let present {
            if present.annotations[Self.mirrorAnnotation] == hash, !present.isBeingDeleted { return present }
            await removeMirror(present)
            return nil
        }
        var mirror = pod
        mirror.value["metadata"].remove("uid")
        mirror.value["metadata"]["annotations"][Self.mirrorAnnotation] = .string(hash)
        do throws(StatusError) {
            // A node may only create pods that are its own.
            let node = try await client.get(Node.self, "", nodeName)
            mirror.value["metadata"]["ownerReferences"] = [
                [
                    "apiVersion": "v1", "kind": "Node", "name": .string(nodeName), "uid": node.value["metadata"]["uid"],
                    "controller": true,
                ]
            ]
            return try await client.create(mirror)
        } catch {
            logger.debug("a static pod has no mirror", metadata: ["pod": "\(pod.namespace)/\(pod.name)", "reason": "\(error)"])
            return nil
        }
    }

    func removeMirror(_ mirror: Pod) async {
        try? await client.delete(
            Pod.self, mirror.namespace, mirror.name, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(mirror.uid)]])
    }
}

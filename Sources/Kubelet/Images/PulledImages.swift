import Objects
import Synchronization

/// Remembers with which credentials images were pulled, so that a private image which lies on the node runs for those
/// pods only that could have pulled it (KEP-2535, `KubeletEnsureSecretPulledImages`). Images that were loaded by other
/// ways are everybody's. What is remembered outlives the process; passwords are not written, only their hashes.
final class PulledImages: Sendable {
    /// A login that pulled an image.
    struct Access: Sendable, Equatable {
        let secret: PullSecretReference
        let hash: String

        init(secret: PullSecretReference, hash: String) {
            self.secret = secret
            self.hash = hash
        }

        init?(_ login: RegistryLogin) {
            guard let secret = login.secret else { return nil }
            self.init(secret: secret, hash: login.hash)
        }
    }

    private let pulling: String
    private let pulled: String
    /// Guards the files; and how many pulls of a name run.
    private let running = Mutex<[String: Int]>([:])
    /// What differs only in its secret is remembered for so many secrets.
    private static let accessLimit = 100

    /// `folder` is made when something is to be remembered.
    init(folder: String) {
        pulling = folder + "/pulling"
        pulled = folder + "/pulled"
    }

    private static func file(_ folder: String, _ name: String) -> String { folder + "/sha256-" + Digest.sha256(name) }

    /// The image without its tag and digest.
    static func repository(_ image: String) -> String {
        let name = image.prefix { $0 != "@" }
        let last = name.split(separator: "/").last ?? name
        guard let colon = last.lastIndex(of: ":") else { return String(name) }
        return String(name[..<colon])
    }

    /// A pull begins. From now on the image counts as pulled, whatever becomes of this process.
    func begin(_ image: String) throws(HostFile.Failure) {
        try running.withLock { running throws(HostFile.Failure) in
            try HostFile.makeFolder(pulling, mode: 0o700)
            let intent: Value = ["kind": "ImagePullIntent", "apiVersion": "kubelet.config.k8s.io/v1beta1", "image": .string(image)]
            try HostFile.write(intent.json, to: Self.file(pulling, image), mode: 0o600)
            running[image, default: 0] += 1
        }
    }

    /// A pull has ended; `id` is the image's, nil when it failed. `login` is nil when nobody had to say who they are.
    func end(_ image: String, id: String?, login: RegistryLogin?) {
        running.withLock { running in
            let left = (running[image] ?? 1) - 1
            running[image] = left > 0 ? left : nil
            if let id {
                var record = self.record(id) ?? Self.record(of: id)
                Self.note(login.flatMap(Access.init), isOpen: login?.secret == nil, Self.repository(image), in: &record)
                // Where it cannot be written the beginning stays, and the image must be asked for again.
                guard write(record, id) else { return }
            }
            if left <= 0 { HostFile.remove(Self.file(pulling, image)) }
        }
    }

    /// Whether a pod with these logins has to pull an image that lies here.
    func mustPull(_ image: String, id: String, logins: [RegistryLogin]) -> Bool {
        running.withLock { running in
            guard var record = record(id) else {
                return running[image] != nil || HostFile.exists(Self.file(pulling, image))
            }
            let known = record["credentialMapping"][Self.repository(image)]
            if known["nodePodsAccessible"].bool == true { return false }
            let accesses = known["kubernetesSecrets"].array.compactMap(Self.access)
            for access in logins.compactMap(Access.init) {
                guard let match = accesses.first(where: { $0.hash == access.hash || $0.secret == access.secret }) else { continue }
                if match != access, accesses.count < Self.accessLimit {
                    Self.note(access, isOpen: false, Self.repository(image), in: &record)
                    _ = write(record, id)
                }
                return false
            }
            return true
        }
    }

    /// Forgets images that are not on the node any more. `ids` were listed after `since`; records that changed later are left.
    func prune(keeping ids: Set<String>, since: Timestamp) {
        running.withLock { _ in
            for name in HostFile.names(in: pulled) {
                let path = pulled + "/" + name
                guard let bytes = HostFile.read(path), let record = try? Value(json: bytes), let id = record["imageRef"].string else { continue }
                if !ids.contains(id), HostFile.changedAt(path) < since.seconds * 1_000_000_000 { HostFile.remove(path) }
            }
        }
    }

    private func record(_ id: String) -> Value? {
        guard let bytes = HostFile.read(Self.file(pulled, id)) else { return nil }
        // A torn record is one without credentials: the image must be asked for.
        return (try? Value(json: bytes)) ?? Self.record(of: id)
    }

    private func write(_ record: Value, _ id: String) -> Bool {
        var record = record
        record["lastUpdatedTime"] = .string(Timestamp.now().text)
        do throws(HostFile.Failure) {
            try HostFile.makeFolder(pulled, mode: 0o700)
            let path = Self.file(pulled, id)
            try HostFile.write(record.json, to: path + ".new", mode: 0o600)
            try HostFile.rename(path + ".new", to: path)
            return true
        } catch {
            return false
        }
    }

    private static func record(of id: String) -> Value {
        ["kind": "ImagePulledRecord", "apiVersion": "kubelet.config.k8s.io/v1beta1", "imageRef": .string(id), "credentialMapping": .emptyObject]
    }

    private static func note(_ access: Access?, isOpen: Bool, _ repository: String, in record: inout Value) {
        if isOpen {
            record["credentialMapping"][repository] = ["nodePodsAccessible": true]
            return
        }
        guard let access, record["credentialMapping"][repository]["nodePodsAccessible"].bool != true else { return }
        var list = record["credentialMapping"][repository]["kubernetesSecrets"].array.filter { self.access($0)?.secret != access.secret }
        list.append([
            "namespace": .string(access.secret.namespace), "name": .string(access.secret.name), "uid": .string(access.secret.uid),
            "credentialHash": .string(access.hash),
        ])
        record["credentialMapping"][repository] = ["kubernetesSecrets": .array(list)]
    }

    private static func access(_ value: Value) -> Access? {
        guard let namespace = value["namespace"].string, let name = value["name"].string, let uid = value["uid"].string else { return nil }
        let hash = value["credentialHash"].string ?? ""
        return Access(secret: PullSecretReference(namespace: namespace, name: name, uid: uid), hash: hash)
    }
}

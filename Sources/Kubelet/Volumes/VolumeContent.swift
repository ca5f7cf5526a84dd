import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Gets the files of volumes whose content comes from the API.
final class VolumeContent: Sendable {
    private struct Token {
        let text: String
        let expires: String
        let refreshAt: Timestamp
    }

    private let settings: KubeletSettings
    private let client: APIClient
    /// By pod, volume and path: a token is asked for again when four fifths of its life are over.
    private let tokens = Mutex<[String: Token]>([:])

    init(settings: KubeletSettings, client: APIClient) {
        self.settings = settings
        self.client = client
    }

    /// The kinds of volumes that `files` knows.
    static let kinds = ["configMap", "secret", "downwardAPI", "projected"]

    /// All files of a volume. Throws what an event is to say.
    func files(_ volume: Value, _ pod: Pod) async throws -> [VolumeFile] {
        var files: [VolumeFile] = []
        for (source, mode) in try sources(volume) { files += try await content(source, UInt32(truncatingIfNeeded: mode), pod, volume) }
        return files
    }

    func forget(_ uid: String) { tokens.withLock { tokens in tokens = tokens.filter { !$0.key.hasPrefix(uid + "/") } } }

    private func sources(_ volume: Value) throws -> [(source: Value, mode: Int64)] {
        if volume["projected"].isObject {
            let mode = volume["projected"]["defaultMode"].int ?? 0o644
            return volume["projected"]["sources"].array.map { ($0, mode) }
        }
        for kind in ["configMap", "secret", "downwardAPI"] where volume[kind].isObject {
            var source = volume[kind]
            if kind == "secret" { source.set("name", source["secretName"]) }
            return [([kind: source], source["defaultMode"].int ?? 0o644)]
        }
        return []
    }

    private func content(_ source: Value, _ mode: UInt32, _ pod: Pod, _ volume: Value) async throws -> [VolumeFile] {
        if source["configMap"].isObject {
            guard let map = try await object(ConfigMap.self, source["configMap"], pod) else { return [] }
            var data: [String: [UInt8]] = [:]
            for (key, text) in map["data"].stringMap { data[key] = Array(text.utf8) }
            for (key, text) in map["binaryData"].stringMap { data[key] = Base64.decode(text) ?? [] }
            return try select(data, source["configMap"], mode, "configmap")
        }
        if source["secret"].isObject {
            guard let secret = try await object(Secret.self, source["secret"], pod) else { return [] }
            return try select(secret["data"].stringMap.mapValues { Base64.decode($0) ?? [] }, source["secret"], mode, "secret")
        }
        if source["downwardAPI"].isObject {
            return try source["downwardAPI"]["items"].array.map { item in
                let text = item["fieldRef"].isObject
                    ? try DownwardAPI.field(item["fieldRef"]["fieldPath"].string ?? "", pod, settings)
                    : DownwardAPI.resource(item["resourceFieldRef"], pod, nil)
                return VolumeFile(path: item["path"].string ?? "", content: Array(text.utf8), mode: Self.mode(item, mode))
            }
        }
        if source["serviceAccountToken"].isObject { return [try await tokenFile(source["serviceAccountToken"], mode, pod, volume)] }
        throw HostFile.Failure(description: "projected volume \(volume["name"].string ?? "") has a source that is not supported on this node")
    }

    private static func mode(_ item: Value, _ standard: UInt32) -> UInt32 { item["mode"].int.map { UInt32(truncatingIfNeeded: $0) } ?? standard }

    private func object<T: ObjectView>(_ type: T.Type, _ source: Value, _ pod: Pod) async throws -> Value? {
        do throws(StatusError) {
            return try await client.get(type, pod.namespace, source["name"].string ?? "").value
        } catch {
            if error.isNotFound, source["optional"].bool == true { return nil }
            if error.isNotFound { throw HostFile.Failure(description: "\(T.self == Secret.self ? "secret" : "configmap") \"\(source["name"].string ?? "")\" not found") }
            throw error
        }
    }

    private func select(_ data: [String: [UInt8]], _ source: Value, _ mode: UInt32, _ kind: String) throws -> [VolumeFile] {
        if source["items"].array.isEmpty { return data.map { VolumeFile(path: $0.key, content: $0.value, mode: mode) } }
        return try source["items"].array.compactMap { item in
            let key = item["key"].string ?? ""
            guard let content = data[key] else {
                if source["optional"].bool == true { return nil }
                throw HostFile.Failure(description: "\(kind) references non-existent config key: \(key)")
            }
            return VolumeFile(path: item["path"].string ?? key, content: content, mode: Self.mode(item, mode))
        }
    }

    // MARK: tokens

    private func tokenFile(_ source: Value, _ mode: UInt32, _ pod: Pod, _ volume: Value) async throws -> VolumeFile {
        let path = source["path"].string ?? "token"
        let text = try await token(source, pod, key: "\(pod.uid)/\(volume["name"].string ?? "")/\(path)")
        // A token is for the one who runs the pod, if that is one user; else everybody in the pod needs it.
        let owner = Self.commonUser(pod)
        let isPrivate = owner != nil || pod.value["spec"]["securityContext"]["fsGroup"].int != nil
        return VolumeFile(path: path, content: Array(text.utf8), mode: isPrivate ? 0o600 : mode, owner: owner)
    }

    /// The user that all containers run as, if the pod says so.
    private static func commonUser(_ pod: Pod) -> Int64? {
        let spec = pod.value["spec"]
        let users = PodContainers(spec).all.map { $0["securityContext"]["runAsUser"].int ?? spec["securityContext"]["runAsUser"].int }
        guard let first = users.first ?? nil, users.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// The tokens that a CSI driver asks for, by audience.
    func tokens(for requests: [Value], _ pod: Pod, volume: String) async throws -> Value {
        var answer = Value.emptyObject
        for request in requests {
            let audience = request["audience"].string ?? ""
            let token = try await issue(request, pod, key: "\(pod.uid)/\(volume)/csi/\(audience)")
            answer[audience] = ["token": .string(token.text), "expirationTimestamp": .string(token.expires)]
        }
        return answer
    }

    private func token(_ source: Value, _ pod: Pod, key: String) async throws -> String { try await issue(source, pod, key: key).text }

    private func issue(_ source: Value, _ pod: Pod, key: String) async throws -> Token {
        let now = Timestamp.now()
        if let known = tokens.withLock({ $0[key] }), known.refreshAt > now { return known }
        let lifetime = source["expirationSeconds"].int ?? 3600
        var spec: Value = [
            "expirationSeconds": .int(lifetime),
            "boundObjectRef": ["kind": "Pod", "apiVersion": "v1", "name": .string(pod.name), "uid": .string(pod.uid)],
        ]
        if let audience = source["audience"].string, !audience.isEmpty { spec["audiences"] = [.string(audience)] }
        let account = pod.value["spec"]["serviceAccountName"].string ?? "default"
        let answer = try await client.post(
            ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec],
            to: "/api/v1/namespaces/\(pod.namespace)/serviceaccounts/\(account)/token")
        guard let text = answer["status"]["token"].string else { throw HostFile.Failure(description: "the API gave no token") }
        let token = Token(text: text, expires: answer["status"]["expirationTimestamp"].string ?? "", refreshAt: now + .seconds(min(lifetime * 4 / 5, 86_400)))
        tokens.withLock { $0[key] = token }
        return token
    }
}

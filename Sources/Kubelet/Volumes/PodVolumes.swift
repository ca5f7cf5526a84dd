import APIClient
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// Why a pod's volumes or environment cannot be made; the text goes into an event.
struct PodSetupError: Error, CustomStringConvertible {
    let reason: String
    let description: String
}

/// Makes the volumes of a pod on the node.
///
/// Volumes with content from the API are written into a new folder, to which a symbolic link is then moved, so
/// that containers see the old files or the new ones, never a mixture.
struct PodVolumes: Sendable {
    let settings: KubeletSettings
    let client: APIClient

    /// The folder of a volume on the node.
    func path(_ volume: Value, _ pod: Pod) -> String {
        let name = volume["name"].string ?? ""
        if let path = volume["hostPath"]["path"].string { return path }
        let kind = volume["emptyDir"].isObject ? "empty-dir" : volume["configMap"].isObject ? "configmap"
            : volume["secret"].isObject ? "secret" : volume["downwardAPI"].isObject ? "downward-api" : "projected"
        return "\(settings.podFolder(pod.uid))/volumes/kubernetes.io~\(kind)/\(name)"
    }

    /// Makes or refreshes every volume. Throws `PodSetupError` for the first that cannot be made.
    func prepare(_ pod: Pod) async throws(PodSetupError) {
        for volume in pod.value["spec"]["volumes"].array {
            do {
                try await prepare(volume, pod)
            } catch let error as PodSetupError {
                throw error
            } catch {
                throw PodSetupError(
                    reason: "FailedMount", description: "MountVolume.SetUp failed for volume \"\(volume["name"].string ?? "")\" : \(error)")
            }
        }
    }

    private func prepare(_ volume: Value, _ pod: Pod) async throws {
        let folder = path(volume, pod)
        let group = pod.value["spec"]["securityContext"]["fsGroup"].int
        if volume["hostPath"].isObject { return try hostPath(volume["hostPath"]) }
        if volume["emptyDir"].isObject {
            if HostFile.exists(folder) { return }
            try HostFile.makeFolder(folder)
            if volume["emptyDir"]["medium"].string == "Memory" {
                let limit = Quantity(volume["emptyDir"]["sizeLimit"]).map { ",size=\($0.rounded)" } ?? ""
                guard mount("tmpfs", folder, "tmpfs", 0, "mode=0777\(limit)") == 0 else {
                    throw HostFile.Failure(description: "cannot mount tmpfs: \(String(cString: strerror(errno)))")
                }
            }
            chmod(folder, 0o777)
            if let group {
                HostFile.changeGroup(folder, group)
                chmod(folder, 0o2777)
            }
            return
        }
        let sources = try sources(volume)
        var files: [VolumeFile] = []
        for source in sources { files += try await content(source.source, defaultMode: source.mode, pod, volume) }
        try publish(files, in: folder, group: group)
    }

    private func sources(_ volume: Value) throws -> [(source: Value, mode: Int64)] {
        if volume["projected"].isObject {
            let mode = volume["projected"]["defaultMode"].int ?? 0o644
            return volume["projected"]["sources"].array.map { ($0, mode) }
        }
        if volume["configMap"].isObject {
            return [(["configMap": volume["configMap"]], volume["configMap"]["defaultMode"].int ?? 0o644)]
        }
        if volume["secret"].isObject {
            var source = volume["secret"]
            source.set("name", source["secretName"])
            return [(["secret": source], volume["secret"]["defaultMode"].int ?? 0o644)]
        }
        if volume["downwardAPI"].isObject {
            return [(["downwardAPI": volume["downwardAPI"]], volume["downwardAPI"]["defaultMode"].int ?? 0o644)]
        }
        let kind = volume.members.first { $0.key != "name" }?.key ?? "unknown"
        throw HostFile.Failure(description: "volumes of type \(kind) are not supported on this node")
    }

    private func hostPath(_ source: Value) throws {
        let path = source["path"].string ?? ""
        switch source["type"].string ?? "" {
        case "DirectoryOrCreate": try HostFile.makeFolder(path)
        case "FileOrCreate":
            if !HostFile.exists(path) { try HostFile.write([], to: path) }
        case "Directory":
            if !HostFile.isFolder(path) { throw HostFile.Failure(description: "hostPath type check failed: \(path) is not a directory") }
        case "File":
            if !HostFile.exists(path) || HostFile.isFolder(path) {
                throw HostFile.Failure(description: "hostPath type check failed: \(path) is not a file")
            }
        default: return
        }
    }

    struct VolumeFile {
        let path: String
        let content: [UInt8]
        let mode: Int64
    }

    private func content(_ source: Value, defaultMode: Int64, _ pod: Pod, _ volume: Value) async throws -> [VolumeFile] {
        if source["configMap"].isObject {
            let map = try await object(ConfigMap.self, source["configMap"], pod)
            guard let map else { return [] }
            var data: [String: [UInt8]] = [:]
            for (key, text) in map["data"].stringMap { data[key] = Array(text.utf8) }
            for (key, text) in map["binaryData"].stringMap { data[key] = Base64.decode(text) ?? [] }
            return try select(data, source["configMap"], defaultMode, "configmap")
        }
        if source["secret"].isObject {
            let secret = try await object(Secret.self, source["secret"], pod)
            guard let secret else { return [] }
            var data: [String: [UInt8]] = [:]
            for (key, text) in secret["data"].stringMap { data[key] = Base64.decode(text) ?? [] }
            return try select(data, source["secret"], defaultMode, "secret")
        }
        if source["downwardAPI"].isObject {
            return try source["downwardAPI"]["items"].array.map { item in
                let text = item["fieldRef"].isObject
                    ? try DownwardAPI.field(item["fieldRef"]["fieldPath"].string ?? "", pod, settings)
                    : DownwardAPI.resource(item["resourceFieldRef"], pod, nil)
                return VolumeFile(path: item["path"].string ?? "", content: Array(text.utf8), mode: item["mode"].int ?? defaultMode)
            }
        }
        if source["serviceAccountToken"].isObject {
            let token = try await token(source["serviceAccountToken"], pod)
            let path = source["serviceAccountToken"]["path"].string ?? "token"
            let isPrivate = pod.value["spec"]["securityContext"]["fsGroup"].isNull && pod.value["spec"]["securityContext"]["runAsUser"].isNull
            return [VolumeFile(path: path, content: Array(token.utf8), mode: isPrivate ? defaultMode : 0o640)]
        }
        throw HostFile.Failure(description: "unknown source in projected volume \(volume["name"].string ?? "")")
    }

    private func object<T: ObjectView>(_ type: T.Type, _ source: Value, _ pod: Pod) async throws -> Value? {
        let name = source["name"].string ?? ""
        do throws(StatusError) {
            return try await client.get(type, pod.namespace, name).value
        } catch {
            if error.isNotFound, source["optional"].bool == true { return nil }
            throw error
        }
    }

    private func select(_ data: [String: [UInt8]], _ source: Value, _ mode: Int64, _ kind: String) throws -> [VolumeFile] {
        if source["items"].array.isEmpty {
            return data.map { VolumeFile(path: $0.key, content: $0.value, mode: mode) }
        }
        return try source["items"].array.compactMap { item in
            let key = item["key"].string ?? ""
            guard let content = data[key] else {
                if source["optional"].bool == true { return nil }
                throw HostFile.Failure(description: "\(kind) references non-existent key: \(key)")
            }
            return VolumeFile(path: item["path"].string ?? key, content: content, mode: item["mode"].int ?? mode)
        }
    }

    private func token(_ source: Value, _ pod: Pod) async throws -> String {
        var spec: Value = [
            "expirationSeconds": .int(source["expirationSeconds"].int ?? 3600),
            "boundObjectRef": ["kind": "Pod", "apiVersion": "v1", "name": .string(pod.name), "uid": .string(pod.uid)],
        ]
        if let audience = source["audience"].string, !audience.isEmpty { spec["audiences"] = [.string(audience)] }
        let account = pod.value["spec"]["serviceAccountName"].string ?? "default"
        let answer = try await client.post(
            ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec],
            to: "/api/v1/namespaces/\(pod.namespace)/serviceaccounts/\(account)/token")
        return answer["status"]["token"].string ?? ""
    }

    private func publish(_ files: [VolumeFile], in folder: String, group: Int64?) throws {
        try HostFile.makeFolder(folder)
        let generation = "..\(Timestamp.now().seconds)_\(UInt32.random(in: .min ... .max))"
        let target = folder + "/" + generation
        try HostFile.makeFolder(target)
        var top: Set<String> = []
        for file in files {
            let parts = file.path.split(separator: "/").map(String.init)
            guard let first = parts.first, !parts.contains("..") else {
                throw HostFile.Failure(description: "invalid path in volume: \(file.path)")
            }
            top.insert(first)
            if parts.count > 1 { try HostFile.makeFolder(target + "/" + parts.dropLast().joined(separator: "/")) }
            let path = target + "/" + parts.joined(separator: "/")
            try HostFile.write(file.content, to: path, mode: UInt32(truncatingIfNeeded: file.mode))
            if let group { HostFile.changeGroup(path, group) }
        }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(folder + "/..data", $0, bytes.count) } ?? 0
        }
        let previous = count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
        symlink(generation, folder + "/..data_tmp")
        guard rename(folder + "/..data_tmp", folder + "/..data") == 0 else {
            throw HostFile.Failure(description: "cannot publish the volume: \(String(cString: strerror(errno)))")
        }
        for name in top where !HostFile.exists(folder + "/" + name) { symlink("..data/" + name, folder + "/" + name) }
        for name in HostFile.names(in: folder) where !name.hasPrefix("..") && !top.contains(name) { unlink(folder + "/" + name) }
        if !previous.isEmpty { HostFile.remove(folder + "/" + previous) }
    }

    /// Removes all that a pod had on the node.
    func tearDown(_ uid: String) {
        let folder = settings.podFolder(uid)
        let empty = folder + "/volumes/kubernetes.io~empty-dir"
        for name in HostFile.names(in: empty) { umount2(empty + "/" + name, Int32(MNT_DETACH)) }
        HostFile.remove(folder)
    }
}

/// What pods may learn of themselves.
enum DownwardAPI {
    static func field(_ path: String, _ pod: Pod, _ settings: KubeletSettings) throws(PodSetupError) -> String {
        switch path {
        case "metadata.name": return pod.name
        case "metadata.namespace": return pod.namespace
        case "metadata.uid": return pod.uid
        case "spec.nodeName": return settings.nodeName
        case "spec.serviceAccountName": return pod.value["spec"]["serviceAccountName"].string ?? ""
        case "status.hostIP": return settings.address
        case "status.hostIPs": return settings.address
        case "status.podIP": return pod.value["status"]["podIP"].string ?? ""
        case "status.podIPs": return pod.value["status"]["podIPs"].array.compactMap { $0["ip"].string }.joined(separator: ",")
        case "metadata.labels": return list(pod.value["metadata"]["labels"])
        case "metadata.annotations": return list(pod.value["metadata"]["annotations"])
        default:
            for kind in ["labels", "annotations"] where path.hasPrefix("metadata.\(kind)['") && path.hasSuffix("']") {
                let key = String(path.dropFirst("metadata.\(kind)['".count).dropLast(2))
                return pod.value["metadata"][kind][key].string ?? ""
            }
            throw PodSetupError(reason: "CreateContainerConfigError", description: "unsupported fieldPath: \(path)")
        }
    }

    private static func list(_ map: Value) -> String {
        map.stringMap.sorted { $0.key < $1.key }.map { "\($0.key)=\(Value.string($0.value).jsonString)" }.joined(separator: "\n")
    }

    static func resource(_ reference: Value, _ pod: Pod, _ own: Value?) -> String {
        let name = reference["containerName"].string
        let all = pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array
        let container = (name == nil ? own : nil) ?? all.first { $0["name"].string == name } ?? .null
        let parts = (reference["resource"].string ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return "" }
        let resources = container["resources"]
        let machine = MachineFacts.read()
        var amount = Quantity(resources[parts[0]][parts[1]])
        if amount == nil, parts[0] == "limits" {
            amount = parts[1] == "cpu" ? Quantity(Int64(machine.processors)) : parts[1] == "memory" ? Quantity(machine.memoryKiB * 1024) : nil
        }
        let divisor: Quantity = Quantity(reference["divisor"]).flatMap { $0.isZero ? nil : $0 } ?? Quantity(nanos: 1_000_000_000)
        let value = (amount ?? .zero).nanos
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor.nanos)
        return String(rest > 0 ? quotient + 1 : quotient)
    }
}

import ContainerRuntime
import Objects

/// The devices that files of the Container Device Interface describe (`VENDOR/CLASS=NAME`), for runtimes that do not read them.
struct CDIRegistry {
    private static let folders = ["/etc/cdi", "/var/run/cdi"]

    /// By kind and name: what the device and its file want of a container.
    private var edits: [String: [Value]] = [:]

    static func read() -> CDIRegistry {
        var registry = CDIRegistry()
        // A file of a later folder stands over one of an earlier.
        for folder in folders {
            for name in HostFile.names(in: folder).sorted() where [".json", ".yaml"].contains(where: name.hasSuffix) {
                if let bytes = HostFile.read("\(folder)/\(name)"), let file = try? YAML.parse(bytes) { registry.add(file) }
            }
        }
        return registry
    }

    mutating func add(_ file: Value) {
        guard let kind = file["kind"].string else { return }
        for device in file["devices"].array {
            guard let name = device["name"].string else { continue }
            edits["\(kind)=\(name)"] = [file["containerEdits"], device["containerEdits"]]
        }
    }

    /// Gives a container what its devices want.
    func apply(_ ids: [String], to config: inout ContainerSettings) throws(HostFile.Failure) {
        for id in ids {
            guard let parts = edits[id] else { throw HostFile.Failure(description: "unresolvable CDI devices \(id)") }
            for part in parts { try Self.apply(part, id, to: &config) }
        }
    }

    private static func apply(_ edit: Value, _ id: String, to config: inout ContainerSettings) throws(HostFile.Failure) {
        guard edit["hooks"].array.isEmpty else { throw HostFile.Failure(description: "device \(id) has hooks, which need a runtime with CDI") }
        for variable in edit["env"].strings {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, !name.isEmpty else { continue }
            config.environment.removeAll { $0.name == name }
            config.environment.append((name, parts.count > 1 ? parts[1] : ""))
        }
        for node in edit["deviceNodes"].array {
            guard let path = node["path"].string else { continue }
            config.devices.append(
                ContainerSettings.Device(containerPath: path, hostPath: node["hostPath"].string ?? path, permissions: node["permissions"].string ?? "rwm"))
        }
        for mount in edit["mounts"].array {
            guard let source = mount["hostPath"].string, let target = mount["containerPath"].string else { continue }
            let options = mount["options"].strings
            let propagation: Int64 = options.contains { $0.hasSuffix("shared") } ? 2 : options.contains { $0.hasSuffix("slave") } ? 1 : 0
            config.mounts.append(
                ContainerSettings.Mount(containerPath: target, hostPath: source, isReadOnly: options.contains("ro"), propagation: propagation))
        }
    }
}

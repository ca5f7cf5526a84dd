import APIClient
import KubernetesTypes
import Objects

/// The environment of a container: services, sources, values, with `$(NAME)` filled in.
struct ContainerEnvironment: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let services: Informer<KubernetesTypes.Service>
    let volumes: PodVolumes

    func make(_ container: Value, _ pod: Pod) async throws(PodSetupError) -> [(name: String, value: String)] {
        var values: [String: String] = [:]
        var order: [String] = []
        func set(_ name: String, _ value: String) {
            if values.updateValue(value, forKey: name) == nil { order.append(name) }
        }
        for (name, value) in serviceVariables(pod) { set(name, value) }
        for source in container["envFrom"].array {
            let prefix = source["prefix"].string ?? ""
            let isSecret = source["secretRef"].isObject
            let reference = isSecret ? source["secretRef"] : source["configMapRef"]
            for (key, value) in try await data(reference, isSecret, pod).sorted(by: { $0.key < $1.key }) { set(prefix + key, value) }
        }
        for variable in container["env"].array {
            let name = variable["name"].string ?? ""
            if variable["valueFrom"].isObject {
                if let value = try await value(variable["valueFrom"], container, pod) { set(name, value) }
            } else {
                set(name, Self.expand(variable["value"].string ?? "", values))
            }
        }
        return order.map { ($0, values[$0] ?? "") }
    }

    /// `$(NAME)` becomes the value, `$$` a dollar sign; unknown names stay as they are.
    static func expand(_ text: String, _ values: [String: String], missing: (String) -> Void = { _ in }) -> String {
        guard text.contains("$") else { return text }
        var output = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            output += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            if after.first == "$" {
                output += "$"
                rest = after.dropFirst()
            } else if after.first == "(", let end = after.firstIndex(of: ")") {
                let name = String(after[after.index(after: after.startIndex)..<end])
                if values[name] == nil { missing(name) }
                output += values[name] ?? "$(\(name))"
                rest = after[after.index(after: end)...]
            } else {
                output += "$"
                rest = after
            }
        }
        return output + rest
    }

    private func data(_ reference: Value, _ isSecret: Bool, _ pod: Pod) async throws(PodSetupError) -> [String: String] {
        let name = reference["name"].string ?? ""
        do throws(StatusError) {
            if isSecret {
                return try await client.get(Secret.self, pod.namespace, name).value["data"].stringMap
                    .mapValues { String(decoding: Base64.decode($0) ?? [], as: UTF8.self) }
            }
            return try await client.get(ConfigMap.self, pod.namespace, name).value["data"].stringMap
        } catch {
            if error.isNotFound, reference["optional"].bool == true { return [:] }
            let text = error.isNotFound ? "\(isSecret ? "secret" : "configmap") \"\(name)\" not found" : error.message
            throw PodSetupError(reason: "CreateContainerConfigError", description: text)
        }
    }

    private func value(_ source: Value, _ container: Value, _ pod: Pod) async throws(PodSetupError) -> String? {
        if source["fieldRef"].isObject { return try DownwardAPI.field(source["fieldRef"]["fieldPath"].string ?? "", pod, settings) }
        if source["resourceFieldRef"].isObject { return DownwardAPI.resource(source["resourceFieldRef"], pod, container) }
        if source["fileKeyRef"].isObject { return try fileValue(source["fileKeyRef"], pod) }
        let isSecret = source["secretKeyRef"].isObject
        let reference = isSecret ? source["secretKeyRef"] : source["configMapKeyRef"]
        let key = reference["key"].string ?? ""
        if let value = try await data(reference, isSecret, pod)[key] { return value }
        if reference["optional"].bool == true { return nil }
        throw PodSetupError(
            reason: "CreateContainerConfigError",
            description: "couldn't find key \(key) in \(isSecret ? "Secret" : "ConfigMap") \(pod.namespace)/\(reference["name"].string ?? "")")
    }

    /// A variable of a file that a container before this one wrote.
    private func fileValue(_ reference: Value, _ pod: Pod) throws(PodSetupError) -> String? {
        let name = reference["volumeName"].string ?? "", key = reference["key"].string ?? "", path = reference["path"].string ?? ""
        let isOptional = reference["optional"].bool == true
        func refusal(_ text: String) -> PodSetupError { PodSetupError(reason: "CreateContainerConfigError", description: text) }
        guard let volume = pod.value["spec"]["volumes"].array.first(where: { $0["name"].string == name }) else {
            throw refusal("cannot find the volume \"\(name)\" referenced by FileKeyRef")
        }
        let folder = volumes.path(volume, pod)
        // Where nothing was written there is nothing to read; what was written badly is a mistake also where it is optional.
        if isOptional, !HostFile.exists(folder + "/" + path) { return nil }
        do throws(EnvironmentFile.Failure) {
            if let value = try EnvironmentFile.read(path, in: folder).values[key] { return value }
        } catch {
            throw refusal("couldn't parse env file: \(error)")
        }
        if isOptional { return nil }
        throw refusal("environment variable key \"\(key)\" not found in file \"\(path)\"")
    }

    /// The variables by which pods of old find services; always those of the API itself.
    private func serviceVariables(_ pod: Pod) -> [(String, String)] {
        let links = pod.value["spec"]["enableServiceLinks"].bool ?? true
        var variables: [(String, String)] = []
        let relevant = services.list("default").filter { $0.name == "kubernetes" } + (links ? services.list(pod.namespace).filter { !($0.namespace == "default" && $0.name == "kubernetes") } : [])
        for service in relevant {
            guard let address = service.value["spec"]["clusterIP"].string, !address.isEmpty, address != "None" else { continue }
            let name = service.name.uppercased().replacing("-", with: "_")
            let ports = service.value["spec"]["ports"].array
            guard let first = ports.first, let number = first["port"].int else { continue }
            variables += [("\(name)_SERVICE_HOST", address), ("\(name)_SERVICE_PORT", String(number))]
            for port in ports {
                if let portName = port["name"].string, !portName.isEmpty {
                    variables.append(("\(name)_SERVICE_PORT_\(portName.uppercased().replacing("-", with: "_"))", String(port["port"].int ?? 0)))
                }
            }
            variables.append(("\(name)_PORT", "tcp://\(address):\(number)"))
            for port in ports {
                let transport = (port["protocol"].string ?? "TCP").lowercased()
                let prefix = "\(name)_PORT_\(port["port"].int ?? 0)_\(transport.uppercased())"
                variables += [
                    (prefix, "\(transport)://\(address):\(port["port"].int ?? 0)"), ("\(prefix)_PROTO", transport),
                    ("\(prefix)_PORT", String(port["port"].int ?? 0)), ("\(prefix)_ADDR", address),
                ]
            }
        }
        return variables
    }
}

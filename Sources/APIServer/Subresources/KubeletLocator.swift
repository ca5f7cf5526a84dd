import HTTPServing
import KubernetesTypes
import Objects
import Schema

/// Finds the server behind a streaming subresource: the kubelet of a pod, a pod, a service's backend.
package struct KubeletLocator: Sendable {
    let nodes: ResourceStore
    let pods: ResourceStore
    let services: ResourceStore
    let slices: ResourceStore

    package init(nodes: ResourceStore, pods: ResourceStore, services: ResourceStore, slices: ResourceStore) {
        self.nodes = nodes
        self.pods = pods
        self.services = services
        self.slices = slices
    }

    /// The kubelet's address as the node tells it.
    private func kubelet(_ node: String) throws(StatusError) -> String {
        let value = try nodes.get("", node).value
        let addresses = value["status"]["addresses"].array
        let port = value["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].int ?? 10250
        for wanted in ["InternalIP", "Hostname", "InternalDNS", "ExternalIP"] {
            if let address = addresses.first(where: { $0["type"].string == wanted })?["address"].string {
                return "https://\(Self.bracketed(address)):\(port)"
            }
        }
        throw .internalError("no preferred addresses found; known addresses: []")
    }

    func kubeletAddress(_ node: String) throws(StatusError) -> String { try kubelet(node) }

    private static func bracketed(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }

    /// `log`, `exec`, `attach` and `portforward` of a pod.
    func pod(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> ProxyPlan {
        let info = request.info
        let pod = try pods.get(info.namespace, info.name).value
        let node = pod["spec"]["nodeName"].string ?? ""
        if node.isEmpty {
            throw .badRequest("pod \(info.name) does not have a host assigned")
        }
        let base = try kubelet(node)
        if info.subresource == "portforward" {
            return ProxyPlan(url: "\(base)/portForward/\(info.namespace)/\(info.name)" + query(request), isKubelet: true)
        }
        let container = try container(request, pod)
        switch info.subresource {
        case "log":
            return ProxyPlan(url: "\(base)/containerLogs/\(info.namespace)/\(info.name)/\(container)" + query(request), isKubelet: true)
        default:
            return ProxyPlan(url: "\(base)/\(info.subresource)/\(info.namespace)/\(info.name)/\(container)" + query(request), isKubelet: true)
        }
    }

    /// The logs of a pod's container; nil while the pod has no node that could have some.
    func log(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> ProxyPlan? {
        let pod = try pods.get(request.info.namespace, request.info.name).value
        _ = try container(request, pod)
        if (pod["spec"]["nodeName"].string ?? "").isEmpty { return nil }
        return try self.pod(request, kind)
    }

    private func query(_ request: ServerRequest) -> String { request.rawQuery.map { "?" + $0 } ?? "" }

    /// The container that the request names, or the only one.
    private func container(_ request: ServerRequest, _ pod: Value) throws(StatusError) -> String {
        func names(_ key: String) -> [String] { pod["spec"][key].array.compactMap { $0["name"].string } }
        let main = names("containers")
        let all = main + names("initContainers") + names("ephemeralContainers")
        let podName = pod["metadata"]["name"].string ?? ""
        if let wanted = request.query["container"], !wanted.isEmpty {
            guard all.contains(wanted) else { throw .badRequest("container \(wanted) is not valid for pod \(podName)") }
            return wanted
        }
        if let only = main.first, main.count == 1 { return only }
        if let annotated = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"].string, all.contains(annotated) {
            return annotated
        }
        throw .badRequest("a container name must be specified for pod \(podName), choose one of: [\(main.joined(separator: " "))]")
    }

    /// `proxy` of nodes, pods and services: `[scheme:]name[:port]/path`.
    func proxy(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> ProxyPlan {
        let info = request.info
        let parts = info.name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let (scheme, name, port): (String, String, String)
        switch parts.count {
        case 1: (scheme, name, port) = ("http", parts[0], "")
        case 2: (scheme, name, port) = ("http", parts[0], parts[1])
        case 3: (scheme, name, port) = (parts[0].isEmpty ? "http" : parts[0], parts[1], parts[2])
        default: throw .badRequest("invalid proxy target \(info.name)")
        }
        guard scheme == "http" || scheme == "https" else { throw .badRequest("invalid scheme \(scheme)") }
        let (prefix, path) = Self.split(request.path, isNamespaced: kind.description.resource != "nodes")
        let suffix = (path.isEmpty ? "/" : path) + query(request)
        var plan: ProxyPlan
        func direct(_ address: String, _ port: String) -> ProxyPlan {
            ProxyPlan(url: "\(scheme)://\(Self.bracketed(address)):\(port)\(suffix)", isKubelet: false, isTransparent: true, prefix: prefix)
        }
        switch kind.description.resource {
        case "nodes":
            let kubelet = try kubelet(name)
            if port.isEmpty || kubelet.hasSuffix(":" + port) {
                plan = ProxyPlan(url: kubelet + suffix, isKubelet: true, isTransparent: true, prefix: prefix)
            } else {
                let host = kubelet.dropFirst("https://".count)
                plan = ProxyPlan(
                    url: "\(scheme)://\(host[..<(host.lastIndex(of: ":") ?? host.endIndex)]):\(port)\(suffix)", isKubelet: false, isTransparent: true, prefix: prefix)
            }
        case "pods":
            let pod = try pods.get(info.namespace, name).value
            let address = pod["status"]["podIP"].string ?? ""
            if address.isEmpty { throw .unavailable("no address for pod \(name)") }
            let firstPort = pod["spec"]["containers"].array.lazy.flatMap { $0["ports"].array }.compactMap { $0["containerPort"].int }.first
            plan = direct(address, port.isEmpty ? firstPort.map(String.init) ?? (scheme == "https" ? "443" : "80") : port)
        default:
            let (address, number) = try backend(of: try services.get(info.namespace, name).value, port: port)
            plan = direct(address, String(number))
        }
        // Relative links of a page are right only when its path ends with a slash.
        if path.isEmpty, request.method == "GET" || request.method == "HEAD" { plan.redirect = prefix + "/" + query(request) }
        return plan
    }

    /// The path up to and with `proxy`, and what follows. Namespaces and services may have `proxy` in their names.
    private static func split(_ path: String, isNamespaced: Bool) -> (prefix: String, rest: String) {
        var slashes = 0
        for position in path.indices where path[position] == "/" {
            slashes += 1
            if slashes == (isNamespaced ? 8 : 6) { return (String(path[..<position]), String(path[position...])) }
        }
        return (path, "")
    }

    /// A ready endpoint of a service's port.
    private func backend(of service: Value, port: String) throws(StatusError) -> (String, Int64) {
        let name = service["metadata"]["name"].string ?? ""
        let ports = service["spec"]["ports"].array
        let wanted = port.isEmpty ? ports.first : ports.first { $0["name"].string == port || $0["port"].int == Int64(port) }
        guard let wanted else {
            let isNumber = Int64(port) != nil
            throw .unavailable(isNumber ? "no service port \(port) found for service \"\(name)\"" : "no endpoints available for service \"\(name)\"")
        }
        let candidates = slices.all(in: service["metadata"]["namespace"].string ?? "").filter { $0.label("kubernetes.io/service-name") == name }
        for slice in candidates.shuffled() {
            guard let number = slice.value["ports"].array.first(where: { ($0["name"].string ?? "") == (wanted["name"].string ?? "") })?["port"].int
            else { continue }
            let ready = slice.value["endpoints"].array.filter { $0["conditions"]["ready"].bool != false }
            if let address = ready.shuffled().first?["addresses"].array.first?.string { return (address, number) }
        }
        throw .unavailable("no endpoints available for service \"\(name)\"")
    }
}

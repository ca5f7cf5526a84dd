package import APIServer
import Authorization
import Credentials
package import EtcdStorage
package import Objects
package import PodRoutes
import Schema

/// Everything that `martlet up` can be told. The names in a configuration file are those of the flags.
package struct ClusterSettings: Sendable {
    package enum Component: String, Sendable, CaseIterable {
        case apiserver
        case controllerManager = "controller-manager"
        case scheduler
        case kubelet
        case proxy
        /// The enforcement of NetworkPolicies on the node.
        case networkPolicies = "network-policies"
        case dns
        /// `metrics.k8s.io` in the server's own process.
        case metrics
    }

    package var dataDirectory = "/var/lib/martlet"
    package var listenAddress = "0.0.0.0"
    package var listenPort = 6443
    package var components: [Component] = Component.allCases
    package var nodeName = ""
    /// The networks of this machine's pods.
    package var podCIDR = "10.244.0.0/24"
    /// The networks of all nodes' pods; empty for the ones around `podCIDR`.
    package var clusterCIDR = ""
    /// How the pods of other nodes are reached.
    package var routeMode = RouteMode.automatic
    /// The address of this node; empty for the first of the machine.
    package var nodeAddress = ""
    /// What the cluster says that a node has joined.
    var joinedOverlayID: Int?
    /// Further names and addresses by which clients know the API server.
    package var alternativeNames: [String] = []
    /// How many nodes the cluster has on this machine: further ones have networks of their own.
    package var nodeCount = 1
    /// The network of the nodes of this machine, where there are several.
    package var machineNetwork = "192.168.94.0/24"
    package var serviceCIDR = "10.96.0.0/16"
    package var clusterDomain = "cluster.local"
    package var logLevel = "info"
    /// Below which amounts pods are evicted, as `memory.available<100Mi,nodefs.available<10%`; empty for the usual ones.
    package var evictionHard = ""
    /// The members of an etcd cluster that holds the state; empty for the embedded store.
    package var etcdServers: [EtcdEndpoint] = []
    package var etcdAuthorityFile = ""
    package var etcdCertificateFile = ""
    package var etcdKeyFile = ""
    package var audit = AuditSettings()
    package var serving = ServingOptions()
    package var snapshots = SnapshotSettings()
    package var access = AccessSettings()
    /// How long the certificates hold that the cluster makes for itself; they are made anew when a third of it is left.
    package var certificateLifetime = CertificateRequest.usualLifetime
    /// How long the authorities hold that sign them.
    package var authorityLifetime = CertificateAuthority.usualLifetime
    /// After what time without use tokens of service accounts end that were made by themselves; nil for a year.
    package var legacyTokenPeriod: Duration?
    /// What is encrypted in the store (an EncryptionConfiguration). When empty: Secrets, on the embedded store.
    package var encryptionFile = ""
    /// A KubeSchedulerConfiguration; empty for the usual one.
    package var schedulerConfigFile = ""

    package struct Problem: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    package init() {}

    package mutating func setListen(_ text: String) throws(Problem) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            throw Problem("--listen takes ADDRESS:PORT, not \(text)")
        }
        let address = text[..<colon].filter { $0 != "[" && $0 != "]" }
        listenAddress = address.isEmpty ? "0.0.0.0" : String(address)
        listenPort = port
    }

    package mutating func setCertificateLifetime(_ text: String) throws(Problem) {
        guard let lifetime = GoDuration.parse(text), lifetime >= .seconds(10) else {
            throw Problem("--certificate-lifetime takes a time such as 8760h, of 10s at least, not \(text)")
        }
        certificateLifetime = lifetime
    }

    package mutating func setAuthorityLifetime(_ text: String) throws(Problem) {
        guard let lifetime = GoDuration.parse(text), lifetime >= .seconds(10) else {
            throw Problem("--authority-lifetime takes a time such as 87600h, of 10s at least, not \(text)")
        }
        authorityLifetime = lifetime
    }

    package mutating func setLegacyTokenPeriod(_ text: String) throws(Problem) { legacyTokenPeriod = try Self.legacyTokenPeriod(text) }

    package static func legacyTokenPeriod(_ text: String) throws(Problem) -> Duration {
        guard let period = GoDuration.parse(text), period >= .seconds(1) else {
            throw Problem("--legacy-service-account-token-clean-up-period takes a time such as 8760h, of 1s at least, not \(text)")
        }
        return period
    }

    package mutating func setComponents(_ text: String) throws(Problem) {
        var chosen: [Component] = []
        for name in text.split(separator: ",") {
            guard let component = Component(rawValue: String(name)) else {
                throw Problem("unknown component \(name); known are \(Component.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            chosen.append(component)
        }
        components = chosen
    }

    package mutating func setRouteMode(_ text: String) throws(Problem) {
        guard let mode = RouteMode(rawValue: text) else {
            throw Problem("--pod-routes is one of \(RouteMode.allCases.map(\.rawValue).joined(separator: ", ")), not \(text)")
        }
        routeMode = mode
    }

    package mutating func setAlternativeNames(_ text: String) throws(Problem) {
        var names: [String] = []
        for name in text.split(separator: ",") {
            let isName = name.utf8.count <= 253 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "*") }
            guard NetworkAddress(name) != nil || isName else { throw Problem("--tls-san takes names and addresses, separated by commas, not \(name)") }
            names.append(String(name))
        }
        alternativeNames = names
    }

    package mutating func setNodeCount(_ text: String) throws(Problem) {
        guard let count = Int(text), (1...50).contains(count) else { throw Problem("--nodes takes a number from 1 to 50, not \(text)") }
        nodeCount = count
    }

    package mutating func setEtcdServers(_ text: String) throws(Problem) {
        var endpoints: [EtcdEndpoint] = []
        for address in text.split(separator: ",") {
            guard let endpoint = EtcdEndpoint(String(address)) else {
                throw Problem("--etcd-servers takes addresses such as https://10.0.0.1:2379, separated by commas, not \(address)")
            }
            endpoints.append(endpoint)
        }
        etcdServers = endpoints
    }

    package mutating func setSnapshot(_ name: String, _ text: String) throws(Problem) {
        if name == "snapshot-interval" {
            guard let interval = GoDurationText.parse(text), interval >= .zero else {
                throw Problem("--snapshot-interval takes a duration such as 6h, not \(text)")
            }
            if interval > .zero, interval < .seconds(10) { throw Problem("--snapshot-interval is 10s at least") }
            snapshots.interval = interval == .zero ? nil : interval
        } else {
            guard let count = Int(text), count > 0 else { throw Problem("--snapshot-retention takes a number greater than 0, not \(text)") }
            snapshots.retention = count
        }
    }

    /// Numbers and truths as flags have them.
    private static func scalar(_ value: Value) -> String? {
        switch value {
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: return nil
        }
    }

    /// Takes a flag of kube-apiserver.
    package mutating func setServing(_ name: String, _ text: String) throws(Problem) {
        do throws(ServingOptions.Problem) {
            try serving.set(name, text)
        } catch {
            throw Problem(error.description)
        }
    }

    /// How the etcd cluster is reached; nil for the embedded store.
    var etcd: EtcdSettings? {
        if etcdServers.isEmpty { return nil }
        var etcd = EtcdSettings(endpoints: etcdServers)
        etcd.authorityFile = etcdAuthorityFile
        etcd.certificateFile = etcdCertificateFile
        etcd.keyFile = etcdKeyFile
        return etcd
    }

    /// Takes the members of a configuration file. Throws for names and values that it does not know.
    package mutating func apply(_ file: Value) throws(Problem) {
        for entry in file.members {
            let text = entry.value.string ?? entry.value.strings.joined(separator: ",")
            switch entry.key {
            case "data-dir": dataDirectory = text
            case "listen": try setListen(text)
            case "components": try setComponents(text)
            case "node-name": nodeName = text
            case "pod-cidr": podCIDR = text
            case "cluster-cidr": clusterCIDR = text
            case "pod-routes": try setRouteMode(text)
            case "node-ip": nodeAddress = text
            case "tls-san": try setAlternativeNames(text)
            case "nodes": try setNodeCount(Self.scalar(entry.value) ?? text)
            case "machine-cidr": machineNetwork = text
            case "service-cidr": serviceCIDR = text
            case "cluster-domain": clusterDomain = text
            case "log-level": logLevel = text
            case "eviction-hard": evictionHard = text
            case "etcd-servers": try setEtcdServers(text)
            case "etcd-cafile": etcdAuthorityFile = text
            case "etcd-certfile": etcdCertificateFile = text
            case "etcd-keyfile": etcdKeyFile = text
            case "certificate-lifetime": try setCertificateLifetime(text)
            case "authority-lifetime": try setAuthorityLifetime(text)
            case "legacy-service-account-token-clean-up-period": try setLegacyTokenPeriod(text)
            case "encryption-provider-config": encryptionFile = text
            case "scheduler-config": schedulerConfigFile = text
            case let name where name.hasPrefix("audit-"): try audit.set(name, text)
            case "snapshot-interval", "snapshot-retention": try setSnapshot(entry.key, Self.scalar(entry.value) ?? text)
            case let name where ServingOptions.names.contains(name): try setServing(name, Self.scalar(entry.value) ?? text)
            case let name where AccessSettings.knows(name): access.set(name, entry.value.bool.map { String($0) } ?? text)
            default: throw Problem("unknown setting \(entry.key) in the configuration file")
            }
        }
    }

    /// A short name of this cluster on this machine, made of its data directory: devices, tables and sockets carry it.
    package var instance: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in dataDirectory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let text = String(hash, radix: 36)
        return String(text.prefix(8))
    }

    /// Whether pods run on this machine.
    package var hasNode: Bool { has(.kubelet) || has(.proxy) || has(.dns) }

    package var listensOnLoopbackOnly: Bool { listenAddress.hasPrefix("127.") || listenAddress == "localhost" || listenAddress == "::1" }

    package func has(_ component: Component) -> Bool { components.contains(component) }

    package var kubeconfigPath: String { dataDirectory + "/admin.kubeconfig" }
    /// How a node that has joined reaches its cluster.
    package var nodeKubeconfigPath: String { dataDirectory + "/kubelet.kubeconfig" }
    /// What the node knows of its cluster.
    var factsPath: String { dataDirectory + "/cluster.json" }
    package var processFile: String { dataDirectory + "/martlet.pid" }
    package var snapshotFolder: String { dataDirectory + "/snapshots" }
    /// Where folders that are volumes lie.
    var volumesFolder: String { dataDirectory + "/volumes" }
    package var storePath: String { dataDirectory + "/state.db" }
}

package import HTTPServing
import Objects

/// What a kubelet needs to be told.
package struct KubeletSettings: Sendable {
    package var nodeName: String
    package var address: String
    /// The node's address of IPv6, where pods have two.
    package var secondAddress: String?
    /// Where the kubelet's server listens.
    package var listenAddress = "0.0.0.0"
    /// Pods' volumes and logs lie below it.
    package var root: String
    /// The networks of the node's pods, separated by commas; empty where the cluster gives them.
    package var podCIDR: String
    package var clusterDomain = "cluster.local"
    /// The address of the cluster's DNS; empty when there is none.
    package var clusterDNS = ""
    /// The file with the name servers of pods that do not ask the cluster's.
    package var resolverFile = "/etc/resolv.conf"
    package var port = 10250
    /// What the kubelet's server shows, and whose clients may use it.
    package var identity: ListenerIdentity
    package var staticPodFolder = ""
    /// Where the folders of `local-path` volumes lie; empty where the node offers none.
    package var localPathRoot = ""
    /// Labels of the node beside those that every node has.
    package var nodeLabels: [String: String] = [:]
    package var maximumPods = 110
    package var evictionThresholds = EvictionThreshold.standard
    package var imageGarbage = ImageGarbagePolicy()

    var addresses: [String] { [address] + (secondAddress.map { [$0] } ?? []) }

    package init(nodeName: String, address: String, root: String, podCIDR: String, identity: ListenerIdentity) {
        self.nodeName = nodeName
        self.address = address
        self.root = root
        self.podCIDR = podCIDR
        self.identity = identity
    }

    /// Labels by which sandboxes and containers of the runtime name their pod.
    enum Label {
        static let uid = "io.kubernetes.pod.uid"
        static let name = "io.kubernetes.pod.name"
        static let namespace = "io.kubernetes.pod.namespace"
        static let container = "io.kubernetes.container.name"
        static let specHash = "io.kubernetes.container.hash"
        static let resources = "io.martlet.container.resources"
    }

    func podFolder(_ uid: String) -> String { "\(root)/pods/\(uid)" }
    func logFolder(_ namespace: String, _ name: String, _ uid: String) -> String { "\(root)/logs/\(namespace)_\(name)_\(uid)" }
}

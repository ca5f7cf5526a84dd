import KubernetesTypes
import Objects

/// The `/etc/hosts` of a pod.
struct HostsFile {
    /// Lines of a pod with a network of its own begin with this one; a pod on the host's network has the host's lines.
    private static let header = "# Kubernetes-managed hosts file.\n"
    private static let hostHeader = "# Kubernetes-managed hosts file (host network).\n"
    private static let standard = """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::0\tip6-localnet
        fe00::0\tip6-mcastprefix
        fe00::1\tip6-allnodes
        fe00::2\tip6-allrouters

        """

    /// `hostLines` is the host's own file.
    static func text(_ pod: Pod, addresses: [String], hostLines: [UInt8]?, clusterDomain: String) -> String {
        let spec = pod.value["spec"]
        var text = ""
        if spec["hostNetwork"].bool == true {
            text = hostHeader + String(decoding: hostLines ?? [], as: UTF8.self)
        } else {
            text = header + standard
            let name = PodHostname(pod, clusterDomain: clusterDomain)
            for address in addresses { text += [address, name.full, name.short].compactMap { $0 }.joined(separator: "\t") + "\n" }
        }
        let aliases = spec["hostAliases"].array
        if !aliases.isEmpty { text += "\n# Entries added by HostAliases.\n" }
        for alias in aliases { text += "\(alias["ip"].string ?? "")\t\(alias["hostnames"].strings.joined(separator: "\t"))\n" }
        return text
    }
}

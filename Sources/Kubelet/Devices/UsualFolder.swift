import Logging

/// Where programs on a node look for a kubelet's sockets: their manifests rarely have a value for it, so links lead from there.
package enum UsualFolder: String, Sendable, CaseIterable {
    case devicePlugins = "device-plugins"
    case podResources = "pod-resources"

    private static let parent = "/var/lib/kubelet"
    private var usual: String { Self.parent + "/" + rawValue }

    /// The same below a kubelet's root.
    func own(_ root: String) -> String { root + "/" + rawValue }

    /// Leads from the usual place to this kubelet's, unless another kubelet has it.
    func offer(_ root: String, _ logger: Logger) {
        if HostFile.exists(usual) { return }
        do throws(HostFile.Failure) {
            // A link that leads nowhere is one of a cluster that is gone.
            if HostFile.linkTarget(usual) != nil { HostFile.remove(usual) }
            try HostFile.makeFolder(Self.parent)
            try HostFile.link(own(root), at: usual)
        } catch {
            logger.info("programs on this node have to be told where the kubelet's sockets are", metadata: ["folder": "\(own(root))", "reason": "\(error)"])
        }
    }

    /// Removes the links that lead to a kubelet that is taken off this machine.
    package static func takeBack(root: String) {
        for folder in allCases where HostFile.linkTarget(folder.usual) == folder.own(root) { HostFile.remove(folder.usual) }
    }
}

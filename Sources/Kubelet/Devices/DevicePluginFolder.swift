/// Where device plug-ins look for a kubelet: their manifests rarely have a value for it, so a link leads from there.
package enum DevicePluginFolder {
    private static let parent = "/var/lib/kubelet"
    private static let usual = parent + "/device-plugins"

    /// Below a kubelet's root.
    static func own(_ root: String) -> String { root + "/device-plugins" }

    /// Leads from the usual place to this kubelet's, unless another kubelet has it.
    static func offer(_ root: String) throws(HostFile.Failure) {
        if HostFile.exists(usual) { return }
        // A link that leads nowhere is one of a cluster that is gone.
        if HostFile.linkTarget(usual) != nil { HostFile.remove(usual) }
        try HostFile.makeFolder(parent)
        try HostFile.link(own(root), at: usual)
    }

    /// Removes the link where it leads to a kubelet that is taken off this machine.
    package static func takeBack(root: String) {
        if HostFile.linkTarget(usual) == own(root) { HostFile.remove(usual) }
    }
}

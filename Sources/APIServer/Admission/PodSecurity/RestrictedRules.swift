import Objects

/// What the level `restricted` asks for beyond `baseline`: the hardening that is good for any program.
extension PodSecurityEvaluation {
    private static let allowedVolumes: Set<String> = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "image",
    ]

    mutating func restricted() {
        if isSince(8), !(isSince(25) && isWindows) { privilegeEscalation() }
        if isSince(22), !(isSince(25) && isWindows) { droppedCapabilities() }
        volumes()
        runAsNonRoot()
        if isSince(23) { runAsUser() }
        if isSince(19), !(isSince(25) && isWindows) { neededSeccomp() }
    }

    private mutating func privilegeEscalation() {
        let bad = names { $0["securityContext"]["allowPrivilegeEscalation"].bool != false }
        guard !bad.isEmpty else { return }
        report("allowPrivilegeEscalation != false", "\(Self.list(bad)) must set securityContext.allowPrivilegeEscalation=false")
    }

    private mutating func droppedCapabilities() {
        var added: [String] = []
        let keeping = names { !$0["securityContext"]["capabilities"]["drop"].strings.contains("ALL") }
        let adding = names { container in
            let forbidden = container["securityContext"]["capabilities"]["add"].strings.filter { $0 != "NET_BIND_SERVICE" }
            added += forbidden
            return !forbidden.isEmpty
        }
        var details: [String] = []
        if !keeping.isEmpty { details.append("\(Self.list(keeping)) must set securityContext.capabilities.drop=[\"ALL\"]") }
        if !adding.isEmpty {
            details.append("\(Self.list(adding)) must not include \(Self.quoted(Self.sorted(added))) in securityContext.capabilities.add")
        }
        if !details.isEmpty { report("unrestricted capabilities", details.joined(separator: "; ")) }
    }

    private mutating func volumes() {
        var types: [String] = []
        let bad = spec["volumes"].array.filter { volume in
            guard let source = volume.members.first(where: { $0.key != "name" })?.key, !Self.allowedVolumes.contains(source)
            else { return false }
            types.append(source)
            return true
        }.map { $0["name"].string ?? "" }
        guard !bad.isEmpty else { return }
        let all = Self.sorted(types)
        report(
            "restricted volume types",
            "\(Self.list(bad, "volume")) \(bad.count == 1 ? "uses" : "use") restricted volume type\(all.count == 1 ? "" : "s") \(Self.quoted(all))")
    }

    private mutating func runAsNonRoot() {
        // A pod with users of its own may run as root: it is a root of its own.
        if isSince(35), spec["hostUsers"].bool == false { return }
        let own = spec["securityContext"]["runAsNonRoot"].bool
        var setters: [String] = []
        if own == false { setters.append("pod") }
        let refusing = names { $0["securityContext"]["runAsNonRoot"].bool == false }
        if !refusing.isEmpty { setters.append(Self.list(refusing)) }
        if !setters.isEmpty {
            return report("runAsNonRoot != true", "\(setters.joined(separator: " and ")) must not set securityContext.runAsNonRoot=false")
        }
        guard own != true else { return }
        let silent = names { $0["securityContext"]["runAsNonRoot"].bool == nil }
        if !silent.isEmpty {
            report("runAsNonRoot != true", "pod or \(Self.list(silent)) must set securityContext.runAsNonRoot=true")
        }
    }

    private mutating func runAsUser() {
        if isSince(35), spec["hostUsers"].bool == false { return }
        var setters: [String] = []
        if spec["securityContext"]["runAsUser"].int == 0 { setters.append("pod") }
        let bad = names { $0["securityContext"]["runAsUser"].int == 0 }
        if !bad.isEmpty { setters.append(Self.list(bad)) }
        if !setters.isEmpty { report("runAsUser=0", "\(setters.joined(separator: " and ")) must not set runAsUser=0") }
    }

    private mutating func neededSeccomp() {
        let allowed = ["RuntimeDefault", "Localhost"]
        let own = spec["securityContext"]["seccompProfile"]["type"].string
        var setters: [String] = []
        var values: [String] = []
        if let own, !allowed.contains(own) {
            setters.append("pod")
            values.append(own)
        }
        let bad = names { container in
            guard let type = container["securityContext"]["seccompProfile"]["type"].string, !allowed.contains(type) else { return false }
            values.append(type)
            return true
        }
        if !bad.isEmpty { setters.append(Self.list(bad)) }
        if !setters.isEmpty {
            return report(
                "seccompProfile",
                "\(setters.joined(separator: " and ")) must not set securityContext.seccompProfile.type to \(Self.quoted(Self.sorted(values)))")
        }
        guard own == nil else { return }
        let silent = names { $0["securityContext"]["seccompProfile"]["type"].string == nil }
        if !silent.isEmpty {
            report(
                "seccompProfile",
                "pod or \(Self.list(silent)) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
        }
    }
}

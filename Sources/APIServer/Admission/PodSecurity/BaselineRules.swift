import Objects

/// What the level `baseline` forbids: known ways out of a container.
extension PodSecurityEvaluation {
    private static let allowedCapabilities: Set<String> = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
        "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
    private static let allowedSysctls: [(since: Int, names: Set<String>)] = [
        (
            0,
            [
                "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
                "net.ipv4.ip_unprivileged_port_start",
            ]
        ),
        (27, ["net.ipv4.ip_local_reserved_ports"]),
        (
            29,
            ["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"]
        ),
        (32, ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    ]

    mutating func baseline() {
        appArmor()
        if !isRestricted || !isSince(22) { capabilities() }
        hostNamespaces()
        if !isRestricted { hostPaths() }
        hostPorts()
        if isSince(34) { probeHosts() }
        privileged()
        procMount()
        seLinux()
        if !isRestricted || !isSince(19) { seccomp() }
        sysctls()
        hostProcess()
    }

    private mutating func appArmor() {
        var setters: [String] = []
        var values: [String] = []
        func isBad(_ profile: Value) -> Bool {
            let type = profile["type"].string ?? ""
            return !["", "RuntimeDefault", "Localhost"].contains(type)
        }
        let own = spec["securityContext"]["appArmorProfile"]
        if isBad(own) {
            setters.append("pod")
            values.append(own["type"].string ?? "")
        }
        let bad = containers.filter { isBad($0["securityContext"]["appArmorProfile"]) }
        if !bad.isEmpty {
            setters.append(Self.list(bad.map { $0["name"].string ?? "" }))
            values += bad.map { $0["securityContext"]["appArmorProfile"]["type"].string ?? "" }
        }
        let prefix = "container.apparmor.security.beta.kubernetes.io/"
        let annotations = metadata["annotations"].members.filter { entry in
            guard entry.key.hasPrefix(prefix), let text = entry.value.string else { return false }
            return !text.isEmpty && text != "runtime/default" && !text.hasPrefix("localhost/")
        }
        var texts = Self.sorted(values).map { "\"\($0)\"" }
        if !annotations.isEmpty {
            setters.append("annotation\(annotations.count == 1 ? "" : "s")")
            texts += annotations.map { "\"\($0.key)=\"\($0.value.string ?? "")\"\"" }.sorted()
        }
        guard !texts.isEmpty else { return }
        report(
            "forbidden AppArmor profile\(texts.count == 1 ? "" : "s")",
            "\(setters.joined(separator: " and ")) must not set AppArmor profile type to \(texts.joined(separator: ", "))")
    }

    private mutating func capabilities() {
        var added: [String] = []
        let bad = names { container in
            let forbidden = container["securityContext"]["capabilities"]["add"].strings.filter { !Self.allowedCapabilities.contains($0) }
            added += forbidden
            return !forbidden.isEmpty
        }
        guard !bad.isEmpty else { return }
        report(
            "non-default capabilities",
            "\(Self.list(bad)) must not include \(Self.quoted(Self.sorted(added))) in securityContext.capabilities.add")
    }

    private mutating func hostNamespaces() {
        let used = ["hostNetwork", "hostPID", "hostIPC"].filter { spec[$0].bool == true }
        if !used.isEmpty { report("host namespaces", used.map { "\($0)=true" }.joined(separator: ", ")) }
    }

    private mutating func hostPaths() {
        let bad = spec["volumes"].array.filter { $0["hostPath"].isObject }.map { $0["name"].string ?? "" }
        if !bad.isEmpty { report("hostPath volumes", Self.list(bad, "volume")) }
    }

    private mutating func hostPorts() {
        var ports: Set<Int64> = []
        let bad = names { container in
            let used = container["ports"].array.compactMap { $0["hostPort"].int }.filter { $0 != 0 }
            ports.formUnion(used)
            return !used.isEmpty
        }
        guard !bad.isEmpty else { return }
        let numbers = ports.map(String.init).sorted().joined(separator: ", ")
        report(
            "hostPort", "\(Self.list(bad)) \(bad.count == 1 ? "uses" : "use") hostPort\(ports.count == 1 ? "" : "s") \(numbers)")
    }

    private mutating func probeHosts() {
        var hosts: [String] = []
        let bad = names { container in
            var handlers = ["livenessProbe", "readinessProbe", "startupProbe"].map { container[$0] }
            handlers += ["postStart", "preStop"].map { container["lifecycle"][$0] }
            let used = handlers.flatMap { [$0["httpGet"]["host"], $0["tcpSocket"]["host"]] }.compactMap(\.string)
                .filter { !["", "127.0.0.1", "::1"].contains($0) }
            hosts += used
            return !used.isEmpty
        }
        guard !bad.isEmpty else { return }
        let all = Self.sorted(hosts)
        report(
            "probe or lifecycle host",
            "\(Self.list(bad)) \(bad.count == 1 ? "uses" : "use") probe or lifecycle host\(all.count == 1 ? "" : "s") \(Self.quoted(all))")
    }

    private mutating func privileged() {
        let bad = names { $0["securityContext"]["privileged"].bool == true }
        if !bad.isEmpty { report("privileged", "\(Self.list(bad)) must not set securityContext.privileged=true") }
    }

    private mutating func procMount() {
        // A pod with users of its own may see all of /proc.
        if isSince(35), spec["hostUsers"].bool == false, !isRestricted { return }
        var mounts: [String] = []
        let bad = names { container in
            guard let mount = container["securityContext"]["procMount"].string, mount != "Default" else { return false }
            mounts.append(mount)
            return true
        }
        guard !bad.isEmpty else { return }
        report("procMount", "\(Self.list(bad)) must not set securityContext.procMount to \(Self.quoted(Self.sorted(mounts)))")
    }

    private mutating func seLinux() {
        var allowed: Set<String> = ["", "container_t", "container_init_t", "container_kvm_t"]
        if isSince(31) { allowed.insert("container_engine_t") }
        var types: [String] = []
        var hasUser = false
        var hasRole = false
        func isBad(_ options: Value) -> Bool {
            var isBad = false
            if let type = options["type"].string, !allowed.contains(type) {
                types.append(type)
                isBad = true
            }
            if !(options["user"].string ?? "").isEmpty {
                hasUser = true
                isBad = true
            }
            if !(options["role"].string ?? "").isEmpty {
                hasRole = true
                isBad = true
            }
            return isBad
        }
        var setters: [String] = []
        if isBad(spec["securityContext"]["seLinuxOptions"]) { setters.append("pod") }
        let bad = names { isBad($0["securityContext"]["seLinuxOptions"]) }
        if !bad.isEmpty { setters.append(Self.list(bad)) }
        guard !setters.isEmpty else { return }
        var details: [String] = []
        if !types.isEmpty { details.append("type\(Set(types).count == 1 ? "" : "s") \(Self.quoted(Self.sorted(types)))") }
        if hasUser { details.append("user may not be set") }
        if hasRole { details.append("role may not be set") }
        report(
            "seLinuxOptions",
            "\(setters.joined(separator: " and ")) set forbidden securityContext.seLinuxOptions: \(details.joined(separator: "; "))")
    }

    private mutating func seccomp() {
        guard isSince(19) else { return seccompAnnotations() }
        var values: [String] = []
        func isBad(_ profile: Value) -> Bool {
            guard let type = profile["type"].string, type != "RuntimeDefault", type != "Localhost" else { return false }
            values.append(type)
            return true
        }
        var setters: [String] = []
        if isBad(spec["securityContext"]["seccompProfile"]) { setters.append("pod") }
        let bad = names { isBad($0["securityContext"]["seccompProfile"]) }
        if !bad.isEmpty { setters.append(Self.list(bad)) }
        guard !setters.isEmpty else { return }
        report(
            "seccompProfile",
            "\(setters.joined(separator: " and ")) must not set securityContext.seccompProfile.type to \(Self.quoted(Self.sorted(values)))")
    }

    /// Before there was a field.
    private mutating func seccompAnnotations() {
        let bad = metadata["annotations"].members.filter { entry in
            let isOne = entry.key == "seccomp.security.alpha.kubernetes.io/pod"
                || entry.key.hasPrefix("container.seccomp.security.alpha.kubernetes.io/")
            let text = entry.value.string ?? ""
            return isOne && text != "runtime/default" && text != "docker/default" && !text.hasPrefix("localhost/")
        }
        guard !bad.isEmpty else { return }
        let texts = bad.map { "\($0.key)=\"\($0.value.string ?? "")\"" }.sorted()
        report("seccompProfile", "forbidden annotation\(texts.count == 1 ? "" : "s") \(texts.joined(separator: ", "))")
    }

    private mutating func sysctls() {
        var allowed: Set<String> = []
        for group in Self.allowedSysctls where isSince(group.since) { allowed.formUnion(group.names) }
        let bad = spec["securityContext"]["sysctls"].array.compactMap { $0["name"].string }.filter { !allowed.contains($0) }
        if !bad.isEmpty { report("forbidden sysctls", Self.sorted(bad).joined(separator: ", ")) }
    }

    private mutating func hostProcess() {
        var setters: [String] = []
        if spec["securityContext"]["windowsOptions"]["hostProcess"].bool == true { setters.append("pod") }
        let bad = names { $0["securityContext"]["windowsOptions"]["hostProcess"].bool == true }
        if !bad.isEmpty { setters.append(Self.list(bad)) }
        guard !setters.isEmpty else { return }
        report("hostProcess", "\(setters.joined(separator: " and ")) must not set securityContext.windowsOptions.hostProcess=true")
    }
}

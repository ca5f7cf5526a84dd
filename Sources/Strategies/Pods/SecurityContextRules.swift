import Objects

/// Security contexts of pods and containers, and the profiles in them.
extension FieldErrors {
    private static let profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"]

    mutating func seccompProfile(_ profile: FieldValue) {
        guard profile.isPresent else { return }
        needOneOf(profile["type"], Self.profileTypes, "type is required when seccompProfile is set")
        let local = profile["localhostProfile"]
        if profile["type"].text == "Localhost" {
            if local.isAbsent {
                required(local, "must be set when seccomp type is Localhost")
            } else {
                text(local, TextRules.localDescendingPath)
            }
        } else if local.isPresent {
            invalid(local, "can only be set when seccomp type is Localhost", showing: profile.value)
        }
    }

    mutating func appArmorProfile(_ profile: FieldValue) {
        guard profile.isPresent else { return }
        needOneOf(profile["type"], Self.profileTypes, "type is required when appArmorProfile is set")
        let local = profile["localhostProfile"]
        guard profile["type"].text == "Localhost" else {
            if local.isPresent { invalid(local, "can only be set when AppArmor type is Localhost") }
            return
        }
        let trimmed = TextRules.trimmed(local.text)
        if trimmed.isEmpty {
            required(local, "must be set when AppArmor type is Localhost")
        } else if trimmed != local.text[...] {
            invalid(local, "must not be padded with whitespace")
        }
        noLonger(than: 4095, local)
    }

    mutating func userID(_ field: FieldValue) { inRangeIfPresent(field, 0...2_147_483_647) }

    private mutating func windowsOptions(_ options: FieldValue) {
        textIfPresent(options["gmsaCredentialSpecName"], NameRules.dns1123Subdomain)
        let spec = options["gmsaCredentialSpec"]
        if spec.isPresent {
            if spec.isEmpty { invalid(spec, "gmsaCredentialSpec cannot be an empty string") }
            if spec.text.utf8.count > 64 * 1024 { invalid(spec, "gmsaCredentialSpec size must be under 64 KiB", showing: "") }
        }
        let user = options["runAsUserName"]
        guard user.isPresent else { return }
        if user.isEmpty { return invalid(user, "runAsUserName cannot be an empty string") }
        if user.text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            return invalid(user, "runAsUserName cannot contain control characters")
        }
        let parts = user.text.split(separator: "\\", omittingEmptySubsequences: false)
        if parts.count > 2 { return invalid(user, "runAsUserName cannot contain more than one backslash") }
        let name = parts.last ?? ""
        if parts.count == 2, !Self.isWindowsDomain(parts[0]) {
            invalid(user, "runAsUserName's Domain doesn't match the NetBios nor the DNS format")
        }
        if name.isEmpty {
            invalid(user, "runAsUserName's User cannot be empty")
        } else if name.count > 104 {
            invalid(user, "runAsUserName's User length must not be longer than 104 characters")
        } else if name.allSatisfy({ $0 == "." || $0 == " " }) {
            invalid(user, "runAsUserName's User cannot contain only periods or spaces")
        } else if name.contains(where: { "\"/\\:;|=,+*?<>@[]".contains($0) }) {
            invalid(user, "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")
        }
    }

    /// A domain as NetBIOS or DNS names it.
    private static func isWindowsDomain(_ text: Substring) -> Bool {
        if text.count <= 15, !text.isEmpty, !text.hasPrefix("."), !text.contains(where: { "\\/:*?\"<>|".contains($0) }) { return true }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count < 256 && labels.allSatisfy { label in
            let isFine = label.utf8.allSatisfy { TextRules.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            return isFine && (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        }
    }

    /// Processes of a Windows host: all containers of a pod are such, or none, and the network is the host's.
    mutating func hostProcesses(_ spec: FieldValue) {
        let pod = spec["securityContext"]["windowsOptions"]["hostProcess"].value.bool
        var (count, hostCount) = (0, 0)
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in spec[list].items {
                let field = container["securityContext"]["windowsOptions"]["hostProcess"]
                let own = field.value.bool
                if let pod, let own, pod != own {
                    invalid(field, "pod hostProcess value must be identical if both are specified, was \(pod)")
                }
                count += 1
                if own ?? pod ?? false { hostCount += 1 }
            }
        }
        guard hostCount > 0 else { return }
        if hostCount != count {
            invalid(spec, "If pod contains any hostProcess containers then all containers must be HostProcess containers", showing: "")
        }
        if !spec["hostNetwork"].flag {
            invalid(spec["hostNetwork"], "hostNetwork must be true if pod contains any hostProcess containers", showing: false)
        }
    }

    /// The context of one container.
    mutating func containerSecurityContext(_ context: FieldValue, hostUsers: Value) {
        guard context.isPresent else { return }
        userID(context["runAsUser"])
        userID(context["runAsGroup"])
        let mount = context["procMount"]
        if mount.isPresent {
            oneOf(mount, ["Default", "Unmasked"])
            if mount.text == "Unmasked", hostUsers.bool ?? true {
                invalid(mount, "`hostUsers` must be false to use `Unmasked`")
            }
        }
        seccompProfile(context["seccompProfile"])
        if context["allowPrivilegeEscalation"].value.bool == false {
            if context["privileged"].flag {
                invalid(context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
            }
            if context["capabilities"]["add"].strings.contains("CAP_SYS_ADMIN") {
                invalid(context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")
            }
        }
        if context["windowsOptions"].isPresent { windowsOptions(context["windowsOptions"]) }
        appArmorProfile(context["appArmorProfile"])
    }

    /// The context of a whole pod.
    mutating func podSecurityContext(_ spec: FieldValue) {
        let context = spec["securityContext"]
        guard context.isPresent else { return }
        for name in ["fsGroup", "runAsUser", "runAsGroup"] { userID(context[name]) }
        for group in context["supplementalGroups"].items { userID(group) }
        if spec["shareProcessNamespace"].flag, spec["hostPID"].flag {
            invalid(
                context.showing(true, as: "shareProcessNamespace"), "ShareProcessNamespace and HostPID cannot both be enabled")
        }
        sysctls(spec)
        oneOfIfPresent(context["fsGroupChangePolicy"], ["Always", "OnRootMismatch"])
        oneOfIfPresent(context["supplementalGroupsPolicy"], ["Merge", "Strict"])
        // Mounting with the SELinux option is off by default in v1.36.
        oneOfIfPresent(context["seLinuxChangePolicy"], ["Recursive"])
        seccompProfile(context["seccompProfile"])
        if context["windowsOptions"].isPresent { windowsOptions(context["windowsOptions"]) }
        appArmorProfile(context["appArmorProfile"])
    }

    private mutating func sysctls(_ spec: FieldValue) {
        var names: Set<String> = []
        for sysctl in spec["securityContext"]["sysctls"].items {
            let name = sysctl["name"]
            guard need(name) else { continue }
            if !TextRules.isSysctlName(name.text) {
                invalid(
                    name,
                    "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$")
            } else if !names.insert(name.text).inserted {
                duplicate(name)
            }
            let dotted = name.text.split(separator: "/").joined(separator: ".")
            let isIPC = ["kernel.shm", "kernel.msg", "fs.mqueue."].contains(where: dotted.hasPrefix) || dotted == "kernel.sem"
            if spec["hostNetwork"].flag, dotted.hasPrefix("net.") { invalid(name, "may not be specified when 'hostNetwork' is true") }
            if spec["hostIPC"].flag, isIPC { invalid(name, "may not be specified when 'hostIPC' is true") }
        }
    }
}

import Objects

/// Everything that holds for the spec of a pod, in a pod or in a template.
struct PodSpecRules {
    /// The metadata of the pod; nil for a template.
    var podMetadata: Value?

    func check(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let volumes = VolumeRules(podMetadata: podMetadata).check(spec["volumes"], &errors)
        let claims = resourceClaims(spec["resourceClaims"], &errors)
        errors.podResources(spec, claims: claims)
        ContainerRules(spec: spec, volumes: volumes, claims: claims, isPod: podMetadata != nil).check(&errors)
        errors.needOneOf(spec["restartPolicy"], ["Always", "OnFailure", "Never"])
        dns(spec, &errors)
        errors.labels(spec["nodeSelector"])
        errors.podSecurityContext(spec)
        errors.hostProcesses(spec)
        errors.affinity(spec["affinity"])
        for gate in spec["readinessGates"].items { errors.text(gate["conditionType"], NameRules.qualifiedName) }
        errors.schedulingGates(spec["schedulingGates"])
        errors.topologySpread(spec["topologySpreadConstraints"])
        hostUsers(spec, &errors)
        names(spec, &errors)
        let deadline = spec["activeDeadlineSeconds"]
        if deadline.isPresent { errors.inRange(deadline, 1...2_147_483_647) }
        errors.tolerations(spec["tolerations"])
        hostAliases(spec["hostAliases"], &errors)
        errors.oneOfIfPresent(spec["preemptionPolicy"], ["PreemptLowerPriority", "Never"])
        for (name, amount) in spec["overhead"].entries {
            let field = spec["overhead"].showing(.emptyObject, as: "limits").entry(name).replaced(by: amount.value)
            for problem in ResourceNames.containerProblems(name) { errors.invalid(field, problem, showing: .string(name)) }
            errors.resourceQuantity(field, of: name)
        }
        operatingSystem(spec, &errors)
    }

    private func names(_ spec: FieldValue, _ errors: inout FieldErrors) {
        for name in ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] where !spec[name].isEmpty {
            errors.text(spec[name], NameRules.dns1123Subdomain)
        }
        errors.textIfPresent(spec["hostname"], NameRules.dns1123Label)
        errors.textIfPresent(spec["subdomain"], NameRules.dns1123Label)
        let override = spec["hostnameOverride"]
        guard override.isPresent else { return }
        errors.noLonger(than: 64, override)
        errors.text(override, NameRules.dns1123Subdomain)
        if spec["setHostnameAsFQDN"].flag { errors.forbidden(override, "may not be specified when setHostnameAsFQDN is true") }
        if spec["hostNetwork"].flag { errors.forbidden(override, "may not be specified when hostNetwork is true") }
    }

    // MARK: names and addresses

    private func dns(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let policy = spec["dnsPolicy"], config = spec["dnsConfig"]
        errors.needOneOf(policy, ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"])
        let servers = config["nameservers"], searches = config["searches"]
        if policy.text == "None" {
            if config.isAbsent {
                return errors.required(config, "must provide `dnsConfig` when `dnsPolicy` is None")
            }
            if servers.count == 0 {
                errors.required(servers, "must provide at least one DNS nameserver when `dnsPolicy` is None")
            }
        }
        if servers.count > 3 { errors.invalid(servers, "must not have more than 3 nameservers") }
        for server in servers.items { errors.address(server) }
        if searches.count > 32 { errors.invalid(searches, "must not have more than 32 search paths") }
        if searches.strings.joined(separator: " ").utf8.count > 2048 {
            errors.invalid(searches, "must not have more than 2048 characters (including spaces) in the search list")
        }
        for search in searches.items where search.text != "." {
            let name = search.text.hasSuffix(".") ? String(search.text.dropLast()) : search.text
            for problem in TextRules.subdomainWithUnderscores(name) { errors.invalid(search, problem) }
        }
        for option in config["options"].items where option["name"].isEmpty { errors.required(option, "must not be empty") }
    }

    private func hostAliases(_ aliases: FieldValue, _ errors: inout FieldErrors) {
        for alias in aliases.items {
            errors.address(alias["ip"])
            for name in alias["hostnames"].items { errors.text(name, NameRules.dns1123Subdomain) }
        }
    }

    private func hostUsers(_ spec: FieldValue, _ errors: inout FieldErrors) {
        guard spec["hostUsers"].value.bool == false else { return }
        let detail = "when `hostUsers` is false"
        if spec["hostNetwork"].flag { errors.forbidden(spec["hostNetwork"], detail) }
        if spec["hostPID"].flag { errors.forbidden(spec["HostPID"], detail) }
        if spec["hostIPC"].flag { errors.forbidden(spec["HostIPC"], detail) }
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for container in spec[list].items where container["volumeDevices"].count > 0 {
                errors.forbidden(container["volumeDevices"], detail)
            }
        }
    }

    // MARK: resource claims

    private func resourceClaims(_ claims: FieldValue, _ errors: inout FieldErrors) -> Set<String> {
        var names: Set<String> = []
        for claim in claims.items {
            let name = claim["name"]
            if errors.need(name) {
                if names.contains(name.text) {
                    errors.duplicate(name)
                } else {
                    errors.text(name, NameRules.dns1123Label)
                    names.insert(name.text)
                }
            }
            let own = claim["resourceClaimName"], template = claim["resourceClaimTemplateName"]
            if own.isPresent, template.isPresent {
                errors.invalid(claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified")
            }
            if own.isAbsent, template.isAbsent {
                errors.invalid(claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`")
            }
            if own.isPresent { errors.text(own, NameRules.dns1123Subdomain) }
            if template.isPresent { errors.text(template, NameRules.dns1123Subdomain) }
        }
        return names
    }

    // MARK: operating systems

    private static let forWindowsPods = [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser",
        "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy",
    ]
    private static let forWindowsContainers = [
        "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
        "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
    ]

    private func operatingSystem(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let system = spec["os"]
        guard system.isPresent else { return }
        let name = system["name"].text
        if name.isEmpty { return errors.required(system["name"]) }
        guard name == "linux" || name == "windows" else {
            return errors.notSupported(system, ["linux", "windows"], showing: .string(name))
        }
        let contexts = ["initContainers", "containers", "ephemeralContainers"].flatMap { spec[$0].items.map { $0["securityContext"] } }
        if name == "linux" {
            for context in [spec["securityContext"]] + contexts {
                errors.forbid(context["windowsOptions"], "windows options cannot be set for a linux pod")
            }
            return
        }
        let detail = "cannot be set for a windows pod"
        for field in Self.forWindowsPods { errors.forbid(spec["securityContext"][field], detail) }
        for field in ["hostPID", "hostIPC"] where spec[field].flag { errors.forbidden(spec[field], detail) }
        errors.forbid(spec["shareProcessNamespace"], detail)
        errors.forbid(spec["hostUsers"], detail)
        errors.forbid(spec["resources"], "may not be set for a windows pod")
        for context in contexts {
            for field in Self.forWindowsContainers { errors.forbid(context[field], detail) }
        }
    }
}

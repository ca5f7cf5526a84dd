import Objects

/// What holds for a service.
enum ServiceRules {
    /// `cluster` are the families that the cluster has addresses of.
    static func check(_ service: FieldValue, _ cluster: [String], _ errors: inout FieldErrors) {
        let spec = service["spec"], type = spec["type"].text
        let isHeadless = spec["clusterIP"].text == "None"
        if spec["ports"].count == 0, !isHeadless, type != "ExternalName" { errors.required(spec["ports"]) }
        if isHeadless, type == "LoadBalancer" || type == "NodePort" {
            errors.invalid(spec["clusterIPs"].showing("None", at: 0), "may not be set to 'None' for \(type) services")
        }
        ports(spec, &errors)
        errors.labels(spec["selector"])
        affinity(spec, &errors)
        addresses(spec, cluster, &errors)
        if type == "ExternalName" { externalName(spec, &errors) }
        for address in spec["externalIPs"].items {
            errors.address(address)
            for problem in AddressRules.routable(address.text) { errors.invalid(address, problem) }
        }
        errors.needOneOf(spec["type"], ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])
        loadBalancer(service, &errors)
        traffic(spec, &errors)
        topology(service["metadata"]["annotations"], &errors)
        if errors.isEmpty { families(spec, cluster, &errors) }
    }

    private static func externalName(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let name = spec["externalName"]
        let text = name.text.hasSuffix(".") ? String(name.text.dropLast()) : name.text
        if text.isEmpty { return errors.required(name) }
        for problem in NameRules.dns1123Subdomain(text) { errors.invalid(name, problem) }
    }

    // MARK: ports

    private static func ports(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let list = spec["ports"], type = spec["type"].text
        var names: Set<String> = []
        var pairs: Set<[String]> = []
        for port in list.items {
            let name = port["name"]
            if name.isEmpty {
                if list.count > 1 { errors.required(name) }
            } else {
                errors.text(name, NameRules.dns1123Label)
                if !names.insert(name.text).inserted { errors.duplicate(name) }
            }
            errors.portNumber(port["port"])
            errors.needOneOf(port["protocol"], ["SCTP", "TCP", "UDP"])
            errors.portNumberOrName(port["targetPort"])
            if port["appProtocol"].isPresent { errors.text(port["appProtocol"], NameRules.qualifiedName) }
            if type == "LoadBalancer", port["port"].number == 10250 {
                errors.invalid(port, "may not expose port 10250 externally since it is used by kubelet", showing: 10250)
            }
            if type == "ClusterIP", port["nodePort"].number != 0 {
                errors.forbidden(port["nodePort"], "may not be used when `type` is 'ClusterIP'")
            }
            let transport = port["protocol"].text
            if !pairs.insert([transport, "\(port["port"].number)"]).inserted {
                errors.duplicate(port, showing: ["port": port["port"].value, "protocol": .string(transport)])
            }
        }
    }

    private static func affinity(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let affinity = spec["sessionAffinity"], config = spec["sessionAffinityConfig"]
        errors.needOneOf(affinity, ["ClientIP", "None"])
        if affinity.text == "None" {
            errors.forbid(config, "must not be set when session affinity is None")
        } else if affinity.text == "ClientIP" {
            let seconds = config["clientIP"]["timeoutSeconds"]
            if seconds.isAbsent {
                errors.required(seconds, "when session affinity type is ClientIP")
            } else if seconds.number <= 0 || seconds.number > 86400 {
                errors.invalid(seconds, "must be greater than 0 and less than 86400")
            }
        }
    }

    // MARK: addresses

    private static func addresses(_ spec: FieldValue, _ cluster: [String], _ errors: inout FieldErrors) {
        let families = spec["ipFamilies"], policy = spec["ipFamilyPolicy"], list = spec["clusterIPs"]
        if spec["type"].text == "ExternalName" {
            let detail = "may not be set for ExternalName services"
            if list.count > 0 || !spec["clusterIP"].isEmpty { errors.forbidden(list, detail) }
            if families.count > 0 { errors.forbidden(families, detail) }
            errors.forbid(policy, detail)
            return
        }
        var seen: Set<String> = []
        for family in families.items {
            errors.oneOf(family, ["IPv4", "IPv6"])
            if !seen.insert(family.text).inserted { errors.duplicate(family) }
        }
        errors.oneOfIfPresent(policy, ["SingleStack", "PreferDualStack", "RequireDualStack"])
        clusterAddresses(spec, cluster, &errors)
    }

    /// What the cluster can give. Looked at when there is nothing else wrong.
    private static func families(_ spec: FieldValue, _ cluster: [String], _ errors: inout FieldErrors) {
        let families = spec["ipFamilies"], policy = spec["ipFamilyPolicy"], list = spec["clusterIPs"]
        if spec["type"].text == "ExternalName" || spec["clusterIP"].text == "None" && spec["selector"].count == 0 { return }
        for family in families.items where !cluster.contains(family.text) && (list.count == 0 || families.count > 1) {
            errors.invalid(family, "not configured on this cluster")
        }
        if policy.text == "RequireDualStack", cluster.count < 2 {
            errors.invalid(policy, "this cluster is not configured for dual-stack services")
        } else if policy.text == "SingleStack", families.count > 1 || list.count > 1 {
            errors.invalid(policy, "must be RequireDualStack or PreferDualStack when multiple `ipFamilies` are specified")
        }
    }

    private static func clusterAddresses(_ spec: FieldValue, _ cluster: [String], _ errors: inout FieldErrors) {
        let first = spec["clusterIP"], list = spec["clusterIPs"], families = spec["ipFamilies"].strings
        if list.count > 0, first.isEmpty {
            return errors.invalid(list, "must be empty when `clusterIP` is not specified")
        }
        if list.count > 0, list.strings.first != first.text { errors.invalid(list, "first value must match `clusterIP`") }
        if list.count > 1, list.strings.contains("None") {
            return errors.invalid(list, "'None' must be the first and only value")
        }
        if list.count > 2 { errors.invalid(list, "may only hold up to 2 values") }
        var parsed: [NetworkAddress] = []
        for (index, item) in list.items.enumerated() where item.text != "None" {
            let problems = AddressRules.address(item.text)
            for problem in problems { errors.invalid(item, problem) }
            guard problems.isEmpty, let address = NetworkAddress(item.text) else { continue }
            parsed.append(address)
            guard index < families.count else { continue }
            let family = families[index]
            if family == "IPv6", !address.isIPv6 {
                errors.invalid(item, "expected an IPv6 value as indicated by `ipFamilies[\(index)]`")
            } else if family == "IPv4", address.isIPv6 {
                errors.invalid(item, "expected an IPv4 value as indicated by `ipFamilies[\(index)]`")
            } else if address.isIPv6, !cluster.contains("IPv6") {
                errors.invalid(item, "IPv6 is not configured on this cluster", showing: list.value)
            }
        }
        if parsed.count == 2, parsed[0].isIPv6 == parsed[1].isIPv6 {
            errors.invalid(list, "may specify no more than one IP for each IP family")
        }
    }

    // MARK: load balancers and traffic

    private static func loadBalancer(_ service: FieldValue, _ errors: inout FieldErrors) {
        let spec = service["spec"], isLoadBalancer = spec["type"].text == "LoadBalancer"
        let detail = "may only be used when `type` is 'LoadBalancer'"
        let ranges = spec.showing(spec["loadBalancerSourceRanges"].value, as: "LoadBalancerSourceRanges")
        let key = "service.beta.kubernetes.io/load-balancer-source-ranges"
        let annotation = service["metadata"]["annotations"].entry(key)
        if ranges.count > 0 {
            if !isLoadBalancer { errors.forbidden(ranges, detail) }
            for range in ranges.items {
                let text = String(TextRules.trimmed(range.text))
                for problem in AddressRules.prefix(text) { errors.invalid(range, problem) }
            }
        } else if annotation.isPresent {
            if !isLoadBalancer { errors.forbidden(annotation, detail) }
            for part in TextRules.trimmed(annotation.text).split(separator: ",") {
                let text = String(TextRules.trimmed(String(part)))
                if let problem = AddressRules.prefix(text).first { errors.invalid(annotation, problem, showing: .string(text)) }
            }
        }
        if isLoadBalancer {
            errors.need(spec["allocateLoadBalancerNodePorts"].replaced(by: spec["allocateLoadBalancerNodePorts"].isPresent ? true : .null))
        } else {
            errors.forbid(spec["allocateLoadBalancerNodePorts"], detail)
        }
        let className = spec["loadBalancerClass"]
        guard className.isPresent else { return }
        if !isLoadBalancer { errors.forbidden(className, detail) }
        errors.text(className, NameRules.qualifiedName)
    }

    private static func traffic(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let type = spec["type"].text, external = spec["externalTrafficPolicy"], health = spec["healthCheckNodePort"]
        let isExternal = type == "NodePort" || type == "LoadBalancer" || spec["externalIPs"].count > 0
        if isExternal, type != "ExternalName" {
            errors.needOneOf(external, ["Cluster", "Local"])
        } else if !external.isEmpty {
            errors.invalid(external, "may only be set for externally-accessible services")
        }
        if health.number < 0 {
            errors.invalid(health, "must be greater than or equal to 0")
        } else if health.number > 0, type != "LoadBalancer" || external.text != "Local" {
            errors.invalid(health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
        }
        let internalPolicy = spec["internalTrafficPolicy"]
        if internalPolicy.isPresent {
            errors.oneOf(internalPolicy, ["Cluster", "Local"])
        } else if ["ClusterIP", "NodePort", "LoadBalancer"].contains(type) {
            errors.required(internalPolicy)
        }
        errors.oneOfIfPresent(spec["trafficDistribution"], ["PreferClose", "PreferSameNode", "PreferSameZone"])
    }

    private static func topology(_ annotations: FieldValue, _ errors: inout FieldErrors) {
        let mode = annotations.entry("service.kubernetes.io/topology-mode")
        let hints = "service.kubernetes.io/topology-aware-hints"
        if mode.isPresent, annotations[hints].isPresent, mode.value != annotations[hints].value {
            errors.invalid(mode, "must match annotations[\(hints)] when both are specified")
        }
    }

    // MARK: updates

    static func checkUpdate(_ spec: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        guard spec["type"].text != "ExternalName", old["type"].text != "ExternalName" else { return }
        let list = spec["clusterIPs"], before = old["clusterIPs"].strings
        if let first = before.first, let now = list.strings.first, now != first {
            errors.invalid(list[0], "may not change once set", showing: list.value)
        }
        if before.count > 1, list.count > 1, list.strings[1] != before[1] {
            errors.invalid(list[1], "may not change once set", showing: list.value)
        }
        let families = old["ipFamilies"].strings
        if let first = families.first, let now = spec["ipFamilies"].strings.first, now != first, list.strings.first == "None" || list.count == 0 {
            errors.invalid(spec["ipFamilies"][0], "may not change once set", showing: spec["ipFamilies"].value)
        }
        if old["type"].text == "LoadBalancer", spec["type"].text == "LoadBalancer" {
            if old["loadBalancerClass"].value != spec["loadBalancerClass"].value {
                errors.invalid(spec["loadBalancerClass"], "may not change once set")
            }
            let health = spec["healthCheckNodePort"], port = old["healthCheckNodePort"].number
            if port != 0, health.number != port, spec["externalTrafficPolicy"].text == "Local", old["externalTrafficPolicy"].text == "Local" {
                errors.forbidden(health, "field is immutable")
            }
        }
    }
}

extension FieldErrors {
    /// Where a load balancer is reached.
    mutating func loadBalancerIngress(_ ingress: FieldValue, hasMode: Bool) {
        let address = ingress["ip"], name = ingress["hostname"], mode = ingress["ipMode"]
        textIfPresent(address, AddressRules.address)
        if hasMode, mode.isPresent {
            if address.isEmpty {
                forbidden(mode, "may not be specified when `ip` is not set")
            } else {
                oneOf(mode, ["Proxy", "VIP"])
            }
        }
        guard !name.isEmpty else { return }
        text(name, NameRules.dns1123Subdomain)
        if NetworkAddress(name.text) != nil { invalid(name, "must be a DNS name, not an IP address") }
    }
}

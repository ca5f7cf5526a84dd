package import Objects

package struct ServiceStrategy: Strategy {
    /// The families that the cluster has addresses of, the usual one first.
    private let families: [String]

    package init(families: [String] = ["IPv4"]) { self.families = families }

    package func applyDefaults(_ object: inout Value) {
        ServiceDefaults.apply(&object["spec"])
        guard object["spec"]["type"].string == "LoadBalancer" else { return }
        for index in object["status"]["loadBalancer"]["ingress"].array.indices {
            let ingress = object["status"]["loadBalancer"]["ingress"][index]
            if !(ingress["ip"].string ?? "").isEmpty, ingress["ipMode"].isNull {
                object["status"]["loadBalancer"]["ingress"][index]["ipMode"] = "VIP"
            }
        }
    }

    package func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        ServiceAllocations.completeFamilies(&object["spec"], families)
    }

    package func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        if object["spec"]["type"].string != "LoadBalancer" { object["status"]["loadBalancer"] = .emptyObject }
        ServiceAllocations.carryOver(&object["spec"], old: old["spec"])
        ServiceAllocations.completeFamilies(&object["spec"], families)
    }

    package func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        var result = old
        result["status"] = object["status"].isObject ? object["status"] : .emptyObject
        result["metadata"] = object["metadata"]
        object = result
    }

    package func check(_ object: FieldValue, _ errors: inout FieldErrors) { ServiceRules.check(object, families, &errors) }

    package func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        ServiceRules.checkUpdate(new["spec"], old: old["spec"], &errors)
    }

    package func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let ingresses = new["status"]["loadBalancer"]["ingress"]
        if new["spec"]["type"].text != "LoadBalancer", ingresses.count > 0 {
            return errors.forbidden(ingresses, "may only be used when `spec.type` is 'LoadBalancer'")
        }
        for ingress in ingresses.items { errors.loadBalancerIngress(ingress, hasMode: true) }
    }

    package func warnings(_ object: Value, old: Value?) -> [String] {
        let spec = FieldValue(object)["spec"]
        var found: [String] = []
        if spec["externalIPs"].count > 0 {
            found.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
        }
        if spec["trafficDistribution"].text == "PreferClose" {
            found.append("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")
        }
        if !spec["externalName"].isEmpty, spec["type"].text != "ExternalName" {
            found.append("spec.externalName is ignored when spec.type is not \"ExternalName\"")
        }
        if spec["sessionAffinity"].text == "ClientIP", spec["clusterIP"].text == "None" {
            found.append("spec.SessionAffinity is ignored for headless services")
        }
        let key = "service.kubernetes.io/topology-aware-hints"
        if object["metadata"]["annotations"][key].string != nil {
            found.append("annotation \(key) is deprecated, please use service.kubernetes.io/topology-mode instead")
        }
        return found
    }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dns1123Label(isPrefix ? NameRules.completed(name) : name)
    }

    package var returnsDeletedObject: Bool { true }
    package var allowsCreateOnUpdate: Bool { true }
    package var selectableFields: [String] { ["spec.clusterIP", "spec.type"] }
}

enum ServiceDefaults {
    static func apply(_ spec: inout Value) {
        let type = spec["type"].string ?? "ClusterIP"
        if spec["sessionAffinity"].string == "None" {
            spec.remove("sessionAffinityConfig")
        } else if spec["sessionAffinity"].string == "ClientIP", spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].isNull {
            spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"] = 10800
        }
        for index in spec["ports"].array.indices {
            let target = spec["ports"][index]["targetPort"]
            if target.isEmptyForJSON { spec["ports"][index]["targetPort"] = spec["ports"][index]["port"] }
        }
        let isExternal = type == "NodePort" || type == "LoadBalancer" || !spec["externalIPs"].array.isEmpty
        if isExternal, type != "ExternalName", (spec["externalTrafficPolicy"].string ?? "").isEmpty {
            spec["externalTrafficPolicy"] = "Cluster"
        }
        if spec["internalTrafficPolicy"].isNull, type != "ExternalName" { spec["internalTrafficPolicy"] = "Cluster" }
        if type == "LoadBalancer", spec["allocateLoadBalancerNodePorts"].isNull { spec["allocateLoadBalancerNodePorts"] = true }
    }
}

/// What a service has been given, and keeps through updates that do not mention it.
enum ServiceAllocations {
    /// Fills in what the client left open of families and their policy, and what a change of the policy means.
    static func completeFamilies(_ spec: inout Value, _ cluster: [String]) {
        let type = spec["type"].string ?? "ClusterIP"
        guard type != "ExternalName" else { return }
        if let address = spec["clusterIP"].string, !address.isEmpty, spec["clusterIPs"].array.isEmpty {
            spec["clusterIPs"] = [.string(address)]
        }
        let isHeadless = spec["clusterIP"].string == "None"
        let isFree = isHeadless && spec["selector"].members.isEmpty
        if spec["ipFamilyPolicy"].isNull {
            // Who writes the endpoints of such a service may use what he likes.
            let isDual = spec["ipFamilies"].array.count > 1 || spec["clusterIPs"].array.count > 1
            spec["ipFamilyPolicy"] = isDual || isFree && spec["ipFamilies"].array.isEmpty ? "RequireDualStack" : "SingleStack"
        }
        let isSingle = spec["ipFamilyPolicy"].string == "SingleStack"
        var families = spec["ipFamilies"].strings
        if families.isEmpty {
            for address in spec["clusterIPs"].strings.compactMap({ NetworkAddress($0) }) {
                let family = address.isIPv6 ? "IPv6" : "IPv4"
                if !families.contains(family) { families.append(family) }
            }
            if families.isEmpty { families = Array(cluster.prefix(1)) }
        }
        // A second family comes by itself where there is one, and where nobody gives addresses.
        if !isSingle, families.count == 1, cluster.count > 1 || isFree { families.append(families[0] == "IPv4" ? "IPv6" : "IPv4") }
        spec["ipFamilies"] = Value(families)
    }

    static func carryOver(_ spec: inout Value, old: Value) {
        normaliseAddresses(&spec, old: old)
        patchAllocated(&spec, old: old)
        dropDependent(&spec, old: old)
    }

    /// `clusterIP` and the first of `clusterIPs` are one thing; who changes one of them means both.
    private static func normaliseAddresses(_ spec: inout Value, old: Value) {
        let now = spec["clusterIP"].string ?? "", before = old["clusterIP"].string ?? ""
        let list = spec["clusterIPs"].strings, oldList = old["clusterIPs"].strings
        if now != before {
            if now.isEmpty, list == oldList {
                spec.remove("clusterIPs")
            } else if list == oldList || list.isEmpty {
                spec["clusterIPs"] = now.isEmpty ? .null : [.string(now)]
                if now.isEmpty { spec.remove("clusterIPs") }
            }
        }
    }

    private static func needsAddress(_ spec: Value) -> Bool { spec["type"].string != "ExternalName" }

    private static func needsNodePort(_ spec: Value) -> Bool {
        spec["type"].string == "NodePort"
            || spec["type"].string == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"].bool != false
    }

    private static func needsHealthCheck(_ spec: Value) -> Bool {
        spec["type"].string == "LoadBalancer" && spec["externalTrafficPolicy"].string == "Local"
    }

    private static func patchAllocated(_ spec: inout Value, old: Value) {
        if needsAddress(spec), needsAddress(old) {
            if (spec["clusterIP"].string ?? "").isEmpty, !(old["clusterIP"].string ?? "").isEmpty {
                spec["clusterIP"] = old["clusterIP"]
            }
            if spec["clusterIPs"].array.isEmpty, spec["clusterIP"] == old["clusterIP"], old.contains("clusterIPs") {
                spec["clusterIPs"] = old["clusterIPs"]
            }
            if spec["ipFamilies"].array.isEmpty, old.contains("ipFamilies") { spec["ipFamilies"] = old["ipFamilies"] }
            if spec["ipFamilyPolicy"].isNull, old.contains("ipFamilyPolicy") { spec["ipFamilyPolicy"] = old["ipFamilyPolicy"] }
            // Back to one family: the second goes, unless the client itself says what stays.
            if spec["ipFamilyPolicy"].string == "SingleStack", old["ipFamilyPolicy"].string != "SingleStack" {
                for name in ["clusterIPs", "ipFamilies"] where spec[name].array.count == 2 && spec[name] == old[name] {
                    spec[name] = [spec[name][0]]
                }
            }
        }
        if needsNodePort(spec), needsNodePort(old) {
            var given: [[String]: Value] = [:]
            for port in old["ports"].array { given[key(port)] = port["nodePort"] }
            var taken = Set(spec["ports"].array.compactMap { $0["nodePort"].int })
            for index in spec["ports"].array.indices where (spec["ports"][index]["nodePort"].int ?? 0) == 0 {
                guard let port = given[key(spec["ports"][index])], let number = port.int, number > 0, taken.insert(number).inserted
                else { continue }
                spec["ports"][index]["nodePort"] = port
            }
        }
        if needsHealthCheck(spec), needsHealthCheck(old), (spec["healthCheckNodePort"].int ?? 0) == 0 {
            spec["healthCheckNodePort"] = old["healthCheckNodePort"]
        }
    }

    private static func key(_ port: Value) -> [String] { [port["protocol"].string ?? "", String(port["port"].int ?? 0)] }

    /// Clears what the type no longer has, where the client left it as it was.
    private static func dropDependent(_ spec: inout Value, old: Value) {
        if needsAddress(old), !needsAddress(spec) {
            for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] where spec[name] == old[name] {
                spec.remove(name)
            }
        }
        if needsNodePort(old), !needsNodePort(spec), spec["ports"].array.map({ $0["nodePort"] }) == old["ports"].array.map({ $0["nodePort"] }) {
            for index in spec["ports"].array.indices { spec["ports"][index].remove("nodePort") }
        }
        if needsHealthCheck(old), !needsHealthCheck(spec), spec["healthCheckNodePort"] == old["healthCheckNodePort"] {
            spec.remove("healthCheckNodePort")
        }
        let isLoadBalancer = spec["type"].string == "LoadBalancer"
        if old["type"].string == "LoadBalancer", !isLoadBalancer {
            for name in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] where spec[name] == old[name] { spec.remove(name) }
        }
        func isExternal(_ spec: Value) -> Bool {
            ["NodePort", "LoadBalancer"].contains(spec["type"].string ?? "") || !spec["externalIPs"].array.isEmpty
        }
        if isExternal(old), !isExternal(spec), spec["externalTrafficPolicy"] == old["externalTrafficPolicy"] {
            spec.remove("externalTrafficPolicy")
        }
    }
}

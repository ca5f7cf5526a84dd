import Objects

/// Updates of a pod's status.
enum PodStatusRules {
    static func prepare(_ object: inout Value, old: Value) {
        var result = old
        result["status"] = object["status"].isObject ? object["status"] : .emptyObject
        for (single, list) in [("podIP", "podIPs"), ("hostIP", "hostIPs")] { agree(&result["status"], single, list) }
        var metadata = object["metadata"]
        for key in ["deletionTimestamp", "ownerReferences"] {
            metadata.set(key, old["metadata"].contains(key) ? old["metadata"][key] : nil)
        }
        result["metadata"] = metadata
        if old["status"]["qosClass"].string != nil, (result["status"]["qosClass"].string ?? "").isEmpty {
            result["status"]["qosClass"] = old["status"]["qosClass"]
        }
        object = result
    }

    /// The single address counts when it and the first of the list differ, for the sake of older kubelets.
    private static func agree(_ status: inout Value, _ single: String, _ list: String) {
        let address = status[single].string ?? ""
        let first = status[list][0]["ip"].string ?? ""
        if !address.isEmpty, address != first { status[list] = [["ip": .string(address)]] }
        if address.isEmpty, !first.isEmpty { status[single] = .string(first) }
    }

    static func check(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], spec = new["spec"]
        errors.textIfPresent(status["nominatedNodeName"], NameRules.dns1123Subdomain)
        if let generation = status["observedGeneration"].int, generation < 0 {
            errors.invalid(status["observedGeneration"], "must be a non-negative integer")
        }
        if old["status"]["qosClass"].isPresent, status["qosClass"].value != old["status"]["qosClass"].value {
            errors.invalid(status["qosClass"], "field is immutable")
        }
        PodUpdateRules.annotations(new, old, &errors)
        conditions(new["metadata"].showing(status["conditions"].value, as: "conditions"), &errors)
        addresses(status["podIPs"], old: old["status"]["podIPs"], &errors)
        addresses(status["hostIPs"], old: old["status"]["hostIPs"], &errors)
        resourceClaims(status["resourceClaimStatuses"], spec, &errors)
        restarts(new, old, &errors)
        for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
            let containers = spec[String(list.dropLast("Statuses".count)) + "s"].value.array
            for container in status[list].items {
                let own = containers.first { $0["name"] == container["name"].value }
                self.container(container, own ?? .null, isEphemeral: list.hasPrefix("eph"), &errors)
            }
        }
    }

    /// Kubernetes says of the metadata what it finds in conditions.
    private static func conditions(_ conditions: FieldValue, _ errors: inout FieldErrors) {
        for condition in conditions.items {
            if condition["observedGeneration"].number < 0 { errors.invalid(condition["observedGeneration"], "must be a non-negative integer") }
            if ["PodScheduled", "Ready", "Initialized"].contains(condition["type"].text) { continue }
            errors.text(condition.showing(.string(condition["type"].text), as: "Type"), NameRules.qualifiedName)
        }
    }

    /// One address of each family at most. What was there before stays as it is.
    private static func addresses(_ list: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let known = Set(old.value.array.compactMap { $0["ip"].string })
        for (index, entry) in list.items.enumerated() where !known.contains(entry["ip"].text) {
            errors.text(list.showing(.string(entry["ip"].text), at: index), AddressRules.address)
        }
        guard list.count > 1 else { return }
        let texts = list.value.array.map { $0["ip"].string ?? "" }
        let families = Set(texts.compactMap { NetworkAddress($0)?.isIPv6 })
        if texts.count > 2 || families.count < 2 { errors.invalid(list, "may specify no more than one IP for each IP family") }
        var seen: Set<String> = []
        for (index, text) in texts.enumerated() where !seen.insert(text).inserted { errors.duplicate(list[index]) }
    }

    private static func resourceClaims(_ statuses: FieldValue, _ spec: FieldValue, _ errors: inout FieldErrors) {
        let known = Set(spec["resourceClaims"].value.array.compactMap { $0["name"].string })
        var seen: Set<String> = []
        for status in statuses.items {
            let name = status["name"]
            if !known.contains(name.text) {
                errors.invalid(name, "must match the name of an entry in `spec.resourceClaims`", showing: .string(name.text))
            }
            if !seen.insert(name.text).inserted { errors.duplicate(name) }
            if status["resourceClaimName"].isPresent { errors.text(status["resourceClaimName"], NameRules.dns1123Subdomain) }
        }
    }

    private static func container(
        _ status: FieldValue, _ container: Value, isEphemeral: Bool, _ errors: inout FieldErrors
    ) {
        let user = status["user"]["linux"]
        if user.isPresent {
            errors.inRange(user["uid"], 0...2_147_483_647)
            errors.inRange(user["gid"], 0...2_147_483_647)
            for group in user["supplementalGroups"].items { errors.inRange(group, 0...2_147_483_647) }
        }
        let allocated = status["allocatedResourcesStatus"]
        guard allocated.count > 0 else { return }
        if isEphemeral { return errors.forbidden(allocated, "must not be specified in container status") }
        for resource in allocated.items {
            let name = resource["name"]
            let known = container["resources"]["requests"].members.keys + container["resources"]["claims"].array.map {
                let request = $0["request"].string ?? ""
                return "claim:" + ($0["name"].string ?? "") + (request.isEmpty ? "" : "/" + request)
            }
            if !known.contains(name.text) {
                errors.invalid(name, "must match one of the container's resource requests", showing: .string(name.text))
            }
        }
    }

    // MARK: containers that have ended

    /// A container that ended for good does not come back.
    private static func restarts(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        let spec = old["spec"], policy = spec["restartPolicy"].text
        for (list, containers) in [
            ("containerStatuses", "containers"), ("initContainerStatuses", "initContainers"), ("ephemeralContainerStatuses", ""),
        ] {
            let isInit = containers == "initContainers", isEphemeral = containers.isEmpty
            for before in old["status"][list].value.array {
                let ended = before["state"]["terminated"]
                guard ended.isObject, let now = new["status"][list].items.first(where: { $0["name"].value == before["name"] }),
                    now["state"]["terminated"].isAbsent
                else { continue }
                let container = spec[containers].value.array.first { $0["name"] == before["name"] } ?? .null
                if isInit, container["restartPolicy"].string == "Always" { continue }
                if !container["restartPolicyRules"].array.isEmpty { continue }
                let own = isEphemeral ? "Never" : container["restartPolicy"].string ?? policy
                if own == "Always" { continue }
                if own == "OnFailure", (ended["exitCode"].int ?? 0) != 0 { continue }
                errors.forbidden(now["state"], "may not be transitioned to non-terminated state")
            }
        }
    }
}

import Objects

/// The defaults of a pod's spec that depend on other fields.
enum PodDefaults {
    private static let lists = ["initContainers", "containers", "ephemeralContainers"]

    /// Of pods and templates alike.
    static func applyToSpec(_ spec: inout Value) {
        guard spec.isObject else { return }
        for list in lists {
            for index in spec[list].array.indices { apply(to: &spec[list][index]) }
        }
        for index in spec["volumes"].array.indices {
            let volume = spec["volumes"][index]
            if !VolumeRules.sourceNames.contains(where: { volume.contains($0) }) {
                spec["volumes"][index]["emptyDir"] = .emptyObject
            }
            if volume["hostPath"].isObject, !volume["hostPath"].contains("type") { spec["volumes"][index]["hostPath"]["type"] = "" }
            if volume["ephemeral"]["volumeClaimTemplate"].isObject {
                ClaimDefaults.applyDataSource(&spec["volumes"][index]["ephemeral"]["volumeClaimTemplate"]["spec"])
            }
            if volume["image"].isObject, (volume["image"]["pullPolicy"].string ?? "").isEmpty {
                spec["volumes"][index]["image"]["pullPolicy"] = .string(pullPolicy(volume["image"]["reference"].string ?? ""))
            }
        }
        // Two names of one field: the newer one wins.
        let account = spec["serviceAccountName"].string ?? spec["serviceAccount"].string
        if let account, !account.isEmpty {
            spec["serviceAccountName"] = .string(account)
            spec["serviceAccount"] = .string(account)
        } else {
            spec.remove("serviceAccount")
        }
    }

    private static func apply(to container: inout Value) {
        if (container["imagePullPolicy"].string ?? "").isEmpty {
            container["imagePullPolicy"] = .string(pullPolicy(container["image"].string ?? ""))
        }
        roundToMilli(&container["resources"])
    }

    /// Amounts below a thousandth round up to one.
    private static func roundToMilli(_ resources: inout Value) {
        for kind in ["limits", "requests"] {
            for entry in resources[kind].members {
                guard let text = entry.value.string, text.hasSuffix("u") || text.hasSuffix("n"), let amount = Quantity(text) else { continue }
                let milli: Int128 = 1_000_000
                let rounded = (amount.nanos + milli - 1) / milli * milli
                resources[kind][entry.key] = .string(Quantity(nanos: rounded, format: amount.format).text)
            }
        }
    }

    /// On the network of the host a port is the host's.
    private static func hostPorts(_ container: inout Value) {
        for index in container["ports"].array.indices where (container["ports"][index]["hostPort"].int ?? 0) == 0 {
            container["ports"][index]["hostPort"] = container["ports"][index]["containerPort"]
        }
    }

    /// `Always` for an image that may change under its name.
    static func pullPolicy(_ image: String) -> String {
        if image.isEmpty || TextRules.isPadded(image) { return "IfNotPresent" }
        let parts = image.split(separator: "@", maxSplits: 1)
        let last = (parts.first ?? "").split(separator: "/").last ?? ""
        let tag = last.split(separator: ":").dropFirst().last
        if let tag { return tag == "latest" ? "Always" : "IfNotPresent" }
        return parts.count > 1 ? "IfNotPresent" : "Always"
    }

    /// Of pods only: requests follow limits, environment variables of services are on.
    static func applyToPod(_ pod: inout Value) {
        applyToSpec(&pod["spec"])
        for list in ["initContainers", "containers"] {
            for index in pod["spec"][list].array.indices {
                requestsFromLimits(&pod["spec"][list][index]["resources"])
                if pod["spec"]["hostNetwork"].bool == true { hostPorts(&pod["spec"][list][index]) }
            }
        }
        podLevelRequests(&pod["spec"])
        if pod["spec"]["enableServiceLinks"].isNull { pod["spec"]["enableServiceLinks"] = true }
    }

    private static func requestsFromLimits(_ resources: inout Value) {
        guard case .object(let limits) = resources["limits"] else { return }
        for entry in limits where resources["requests"][entry.key].isNull { resources["requests"][entry.key] = entry.value }
        sortKeys(&resources["requests"])
    }

    private static func sortKeys(_ map: inout Value) {
        guard case .object(var members) = map else { return }
        members.sortByKey()
        map = .object(members)
    }

    /// The pod asks for what its containers ask for together, else for its limit.
    private static func podLevelRequests(_ spec: inout Value) {
        guard spec["resources"].isObject, case .object(let limits) = spec["resources"]["limits"] else { return }
        var changed = false
        let names = Set(["containers", "initContainers"].flatMap { spec[$0].array }.flatMap { $0["resources"]["requests"].members.keys })
        for name in names where FieldErrors.isPodLevel(name) && spec["resources"]["requests"][name].isNull {
            if ResourceNames.isHugePages(name) { continue }
            let total = PodRequests.total(of: spec, name)
            if !total.isZero {
                spec["resources"]["requests"][name] = .string(total.text)
                changed = true
            }
        }
        for entry in limits where FieldErrors.isPodLevel(entry.key) && spec["resources"]["requests"][entry.key].isNull {
            spec["resources"]["requests"][entry.key] = entry.value
            changed = true
        }
        if changed { sortKeys(&spec["resources"]["requests"]) }
    }

    // MARK: features that are off

    /// Drops fields of features that v1.36 has off by default.
    static func dropDisabled(_ spec: inout Value) {
        guard spec.isObject else { return }
        spec.remove("schedulingGroup")
        for list in lists {
            for index in spec[list].array.indices where spec[list][index]["lifecycle"].contains("stopSignal") {
                spec[list][index]["lifecycle"].remove("stopSignal")
                if spec[list][index]["lifecycle"].members.isEmpty { spec[list][index].remove("lifecycle") }
            }
        }
        for index in spec["volumes"].array.indices {
            for source in spec["volumes"][index]["projected"]["sources"].array.indices {
                for name in ["clusterTrustBundle", "podCertificate"]
                where spec["volumes"][index]["projected"]["sources"][source].contains(name) {
                    spec["volumes"][index]["projected"]["sources"][source].remove(name)
                }
            }
        }
    }
}

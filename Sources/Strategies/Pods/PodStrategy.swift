import Objects

struct PodStrategy: Strategy {
    func applyDefaults(_ object: inout Value) {
        PodDefaults.applyToPod(&object)
        // Of a single address and a list that begins with another, the single one counts.
        for (single, list) in [("podIP", "podIPs"), ("hostIP", "hostIPs")] {
            guard let address = object["status"][single].string, let first = object["status"][list].array.first,
                first["ip"].string != address
            else { continue }
            object["status"][list] = [["ip": .string(address)]]
        }
    }

    func prepareForCreate(_ object: inout Value) {
        PodDefaults.dropDisabled(&object["spec"])
        mergeLabelKeys(&object)
        takeAppArmorAnnotations(&object)
        if let grace = object["spec"]["terminationGracePeriodSeconds"].int, grace < 0 {
            object["spec"]["terminationGracePeriodSeconds"] = 1
        }
        var status: Value = ["phase": "Pending", "qosClass": .string(QualityOfService.of(object["spec"]))]
        if !object["spec"]["schedulingGates"].array.isEmpty {
            status["conditions"] = [
                [
                    "type": "PodScheduled", "status": "False", "lastProbeTime": .null,
                    "lastTransitionTime": object["metadata"]["creationTimestamp"],
                    "reason": "SchedulingGated", "message": "Scheduling is blocked due to non-empty scheduling gates",
                ]
            ]
        }
        object["status"] = status
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        PodDefaults.dropDisabled(&object["spec"])
        object["status"] = old["status"]
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        switch subresource {
        case "status": PodStatusRules.prepare(&object, old: old)
        case "ephemeralcontainers": PodSubresources.keepOnlyEphemeralContainers(&object, old: old)
        case "resize": PodSubresources.keepOnlyResources(&object, old: old)
        default: break
        }
    }

    // MARK: validation

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let annotations = object["metadata"]["annotations"]
        errors.podAnnotations(annotations, spec: object["spec"])
        PodSpecRules(podMetadata: object["metadata"].value).check(object["spec"], &errors)
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if spec["ephemeralContainers"].count > 0 { errors.forbidden(spec["ephemeralContainers"], "cannot be set on create") }
        if spec["schedulingGates"].count > 0, !spec["nodeName"].isEmpty {
            errors.forbidden(spec["nodeName"], "cannot be set until all schedulingGates have been cleared")
        }
        errors.podAnnotationsAgree(object["metadata"]["annotations"].value, spec: spec)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        PodUpdateRules.check(new, old: old, &errors)
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        switch subresource {
        case "status": PodStatusRules.check(new, old: old, &errors)
        case "ephemeralcontainers":
            check(new, &errors)
            PodSubresources.checkEphemeralContainers(new, old: old, &errors)
        case "resize":
            check(new, &errors)
            PodSubresources.checkResize(new, old: old, &errors)
        default: break
        }
    }

    func preparationWarnings(_ object: Value) -> [String] { PodWarnings.appArmor(object) }

    func warnings(_ object: Value, old: Value?) -> [String] { PodWarnings.ofPod(object, old: old) }

    // MARK: the rest

    func gracePeriod(_ object: Value, requested: Int64?) -> Int64? {
        let phase = object["status"]["phase"].string
        if (object["spec"]["nodeName"].string ?? "").isEmpty || phase == "Succeeded" || phase == "Failed" { return 0 }
        let wanted = requested ?? object["spec"]["terminationGracePeriodSeconds"].int ?? 30
        return wanted < 0 ? 1 : wanted
    }

    var countsGeneration: Bool { true }
    var returnsDeletedObject: Bool { true }
    var selectableFields: [String] {
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName", "spec.host",
        ]
    }

    func selectableValues(_ object: Value) -> [String] {
        let spec = object["spec"], status = object["status"]
        return [
            spec["nodeName"].scalarText, spec["restartPolicy"].scalarText, spec["schedulerName"].scalarText,
            spec["serviceAccountName"].scalarText, spec["hostNetwork"].bool == true ? "true" : "false",
            status["phase"].scalarText, status["podIP"].scalarText,
            // A known label that no pod has a value of.
            "",
            status["nominatedNodeName"].scalarText, spec["nodeName"].scalarText,
        ]
    }

    // MARK: what a new pod gets

    /// Writes `matchLabelKeys` into the selectors beside them, with the values that the pod has.
    private func mergeLabelKeys(_ pod: inout Value) {
        let labels = pod["metadata"]["labels"].stringMap
        for name in ["podAffinity", "podAntiAffinity"] where pod["spec"]["affinity"][name].isObject {
            var terms = pod["spec"]["affinity"][name]
            for index in terms["requiredDuringSchedulingIgnoredDuringExecution"].array.indices {
                mergeLabelKeys(&terms["requiredDuringSchedulingIgnoredDuringExecution"][index], labels)
            }
            for index in terms["preferredDuringSchedulingIgnoredDuringExecution"].array.indices {
                mergeLabelKeys(&terms["preferredDuringSchedulingIgnoredDuringExecution"][index]["podAffinityTerm"], labels)
            }
            pod["spec"]["affinity"][name] = terms
        }
        for index in pod["spec"]["topologySpreadConstraints"].array.indices {
            mergeLabelKeys(&pod["spec"]["topologySpreadConstraints"][index], labels)
        }
    }

    private func mergeLabelKeys(_ term: inout Value, _ labels: [String: String]) {
        guard term["labelSelector"].isObject else { return }
        for (list, `operator`) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
            for key in term[list].strings {
                guard let value = labels[key] else { continue }
                term["labelSelector"]["matchExpressions"].append(
                    ["key": .string(key), "operator": .string(`operator`), "values": [.string(value)]])
            }
        }
    }

    /// The annotation of AppArmor makes the field that came after it.
    private func takeAppArmorAnnotations(_ pod: inout Value) {
        guard pod["metadata"]["annotations"].isObject, pod["spec"]["os"]["name"].string != "windows" else { return }
        let podProfile = pod["spec"]["securityContext"]["appArmorProfile"]
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for index in pod["spec"][list].array.indices {
                let container = pod["spec"][list][index]
                let key = PodAnnotations.appArmor + (container["name"].string ?? "")
                guard container["securityContext"]["appArmorProfile"].isNull,
                    let profile = pod["metadata"]["annotations"][key].string.flatMap(PodAnnotations.appArmorProfile),
                    profile != podProfile
                else { continue }
                pod["spec"][list][index]["securityContext"]["appArmorProfile"] = profile
            }
        }
    }
}

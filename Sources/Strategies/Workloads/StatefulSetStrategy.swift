import Objects

struct StatefulSetStrategy: WorkloadStrategy {
    static let kind = "StatefulSet"
    private static let mutableFields = [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ]

    func applyDefaults(_ object: inout Value) {
        PodTemplateRules.applyDefaults(&object["spec"]["template"])
        let update = object["spec"]["updateStrategy"]
        if update["type"].string == "RollingUpdate" {
            if update["rollingUpdate"].isNull { object["spec"]["updateStrategy"]["rollingUpdate"] = ["partition": 0] }
        }
        for index in object["spec"]["volumeClaimTemplates"].array.indices {
            object["spec"]["volumeClaimTemplates"][index]["apiVersion"] = "v1"
            object["spec"]["volumeClaimTemplates"][index]["kind"] = "PersistentVolumeClaim"
            ClaimDefaults.applyDataSource(&object["spec"]["volumeClaimTemplates"][index]["spec"])
        }
    }

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        dropDisabled(&object)
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        dropDisabled(&object)
    }

    /// More than one unavailable pod at once is a feature that v1.36 has off by default.
    private func dropDisabled(_ object: inout Value) {
        PodTemplateRules.dropDisabled(&object["spec"]["template"])
        if object["spec"]["updateStrategy"]["rollingUpdate"].isObject {
            object["spec"]["updateStrategy"]["rollingUpdate"].remove("maxUnavailable")
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if !["OrderedReady", "Parallel"].contains(spec["podManagementPolicy"].text) {
            errors.invalid(spec["podManagementPolicy"], "must be 'OrderedReady' or 'Parallel'")
        }
        update(spec["updateStrategy"], &errors)
        let retention = spec["persistentVolumeClaimRetentionPolicy"]
        errors.oneOf(retention["whenDeleted"], ["Retain", "Delete"])
        errors.oneOf(retention["whenScaled"], ["Retain", "Delete"])
        errors.nonNegative(spec, "replicas", "minReadySeconds", "revisionHistoryLimit")
        errors.nonNegative(spec["ordinals"]["start"])
        _ = errors.workloadSelector(spec["selector"], kind: "statefulset", unreadable: "")
        PodTemplateRules.checkLabels(spec["template"], selector: spec["selector"], &errors)
        for template in spec["volumeClaimTemplates"].items { errors.claimSpec(template["spec"]) }
        PodTemplateRules.checkRunning(withClaims(spec), kind: Self.kind, &errors)
    }

    /// The template with the volumes that the claims will make, so that containers may mount them.
    private func withClaims(_ spec: FieldValue) -> FieldValue {
        let claims = spec["volumeClaimTemplates"].value.array
        let names = Set(claims.compactMap { $0["metadata"]["name"].string })
        let made: [Value] = claims.map { claim in
            let name: Value = .string(claim["metadata"]["name"].string ?? "")
            return ["name": name, "persistentVolumeClaim": ["claimName": name, "readOnly": false]]
        }
        let others = spec["template"]["spec"]["volumes"].value.array.filter { !names.contains($0["name"].string ?? "") }
        var template = spec["template"].value
        if !made.isEmpty { template["spec"]["volumes"] = .array(made + others) }
        // Each pod is named by its set.
        template["spec"].remove("hostname")
        return spec["template"].replaced(by: template)
    }

    private func update(_ strategy: FieldValue, _ errors: inout FieldErrors) {
        let rolling = strategy["rollingUpdate"]
        switch strategy["type"].text {
        case "": errors.required(strategy)
        case "OnDelete":
            if rolling.isPresent { errors.invalid(rolling, "only allowed for updateStrategy 'RollingUpdate'") }
        case "RollingUpdate":
            guard rolling.isPresent else { return }
            errors.nonNegative(rolling["partition"])
            let unavailable = rolling["maxUnavailable"]
            guard unavailable.isPresent else { return }
            errors.intOrPercent(unavailable)
            if FieldErrors.amount(unavailable) == 0 { errors.invalid(unavailable, "cannot be 0") }
            errors.notMoreThan100Percent(unavailable)
        default: errors.invalid(strategy, "must be 'RollingUpdate' or 'OnDelete'")
        }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.textIfPresent(object["spec"]["serviceName"], NameRules.dns1123Label)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        func fixed(_ spec: Value) -> Members {
            var members = spec.members
            members.removeAll { Self.mutableFields.contains($0.key) }
            return members
        }
        if fixed(new["spec"].value) != fixed(old["spec"].value) {
            errors.forbidden(
                new["spec"],
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let status = new["status"], detail = "cannot be greater than status.replicas"
        errors.statusCounts(
            status,
            ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount"],
            atMost: [
                ("readyReplicas", "replicas", detail), ("currentReplicas", "replicas", detail),
                ("updatedReplicas", "replicas", detail), ("availableReplicas", "replicas", detail),
                ("availableReplicas", "readyReplicas", "cannot be greater than status.readyReplicas"),
            ])
        errors.collisionCount(status["collisionCount"], old["status"]["collisionCount"])
    }

    /// Its pods take their host names from it.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dns1123Label(isPrefix ? NameRules.completed(name) : name)
    }
}

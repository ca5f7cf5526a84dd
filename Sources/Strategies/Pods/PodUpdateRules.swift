import Objects

/// What may change in the spec of a pod that exists: little.
enum PodUpdateRules {
    private static let mayNotChange =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

    static func check(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        annotations(new, old, &errors)
        let spec = new["spec"], before = old["spec"]
        for list in ["containers", "initContainers"] where spec[list].count != before[list].count {
            return errors.forbidden(spec[list], "pod updates may not add or remove containers")
        }
        deadline(spec["activeDeadlineSeconds"], before["activeDeadlineSeconds"], &errors)
        tolerations(spec["tolerations"], before["tolerations"], &errors)
        let isGated = before["schedulingGates"].count > 0
        let oldGates = Set(before["schedulingGates"].value.array.compactMap { $0["name"].string })
        for gate in spec["schedulingGates"].items where !oldGates.contains(gate["name"].text) {
            errors.forbidden(gate["name"], "only deletion is allowed, but found new scheduling gate '\(gate["name"].text)'")
        }
        if isGated {
            nodeSelector(spec["nodeSelector"], before["nodeSelector"], &errors)
            nodeAffinity(spec, before, &errors)
        }
        let compared = mutable(spec.value, like: before.value, isGated: isGated)
        if compared != before.value {
            errors.forbidden(spec, mayNotChange + "\n" + InternalForm.difference(before.value, compared, "k8s.io.api.core.v1.PodSpec"))
        } else if old["status"]["qosClass"].isPresent, QualityOfService.of(spec.value) != QualityOfService.of(before.value) {
            errors.forbidden(spec, "Pod QoS is immutable")
        }
    }

    /// `spec` with everything that may change set back to what `old` has.
    private static func mutable(_ spec: Value, like old: Value, isGated: Bool) -> Value {
        var spec = spec
        func restore(_ name: String) { spec.set(name, old.contains(name) ? old[name] : nil) }
        for list in ["containers", "initContainers"] where spec[list].array.count == old[list].array.count {
            for index in spec[list].array.indices { spec[list][index].set("image", old[list][index].contains("image") ? old[list][index]["image"] : nil) }
        }
        for name in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] { restore(name) }
        if let grace = old["terminationGracePeriodSeconds"].int, grace < 0, spec["terminationGracePeriodSeconds"].int == 1 {
            restore("terminationGracePeriodSeconds")
        }
        guard isGated else { return spec }
        restore("nodeSelector")
        if old["affinity"]["nodeAffinity"].isObject {
            spec["affinity"]["nodeAffinity"] = old["affinity"]["nodeAffinity"]
        } else if spec["affinity"].contains("nodeAffinity") {
            spec["affinity"].remove("nodeAffinity")
            if spec["affinity"].members.isEmpty { restore("affinity") }
        }
        return spec
    }

    static func annotations(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        let after = new["metadata"]["annotations"], before = old["metadata"]["annotations"]
        let mirror = PodAnnotations.mirror
        if before[mirror].isPresent, before[mirror].value != after[mirror].value {
            errors.forbidden(after.entry(mirror), "may not remove or update mirror pod annotation")
        } else if before[mirror].isAbsent, after[mirror].isPresent {
            errors.forbidden(after.entry(mirror), "may not add mirror pod annotation")
        }
        let keys = Set(after.value.members.keys + before.value.members.keys)
        for key in keys.sorted() where key.hasPrefix(PodAnnotations.appArmor) && after[key].value != before[key].value {
            errors.forbidden(after.entry(key), after[key].isAbsent ? "may not remove AppArmor annotations" : "may not update AppArmor annotations")
        }
    }

    private static func deadline(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        guard let seconds = new.int else {
            if old.isPresent { errors.invalid(new, "must not update from a positive integer to nil value") }
            return
        }
        if !(0...2_147_483_647).contains(seconds) { return errors.inRange(new, 0...2_147_483_647) }
        if let before = old.int, before < seconds { errors.invalid(new, "must be less than or equal to previous value") }
    }

    private static func tolerations(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        func withoutSeconds(_ toleration: Value) -> Value {
            var toleration = toleration
            toleration.remove("tolerationSeconds")
            return toleration
        }
        let after = Set(new.value.array.map(withoutSeconds))
        if !old.value.array.allSatisfy({ after.contains(withoutSeconds($0)) }) {
            errors.forbidden(new, "existing toleration can not be modified except its tolerationSeconds")
        }
    }

    private static func nodeSelector(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        for entry in old.value.members where new[entry.key].value != entry.value {
            return errors.invalid(new, "only additions to spec.nodeSelector are allowed (no mutations or deletions)")
        }
    }

    private static func nodeAffinity(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        let before = old["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].value.array
        let terms = new["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        guard !before.isEmpty else { return }
        if terms.count != before.count {
            return errors.invalid(terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")
        }
        for (term, oldTerm) in zip(terms.items, before) {
            let isOnlyAddition = ["matchExpressions", "matchFields"].allSatisfy { name in
                term[name].value.array.starts(with: oldTerm[name].array)
            }
            let wasEmpty = oldTerm["matchExpressions"].array.isEmpty && oldTerm["matchFields"].array.isEmpty
            if !isOnlyAddition || wasEmpty && term.value != oldTerm { errors.invalid(term, "only additions are allowed (no mutations or deletions)") }
        }
    }
}

import Objects

/// Updates of a pod's `ephemeralcontainers` and `resize`.
enum PodSubresources {
    private static func withMetadata(of new: Value, _ old: Value) -> Value {
        var result = old
        for key in ["managedFields", "resourceVersion"] where new["metadata"].contains(key) {
            result["metadata"][key] = new["metadata"][key]
        }
        return result
    }

    // MARK: ephemeral containers

    static func keepOnlyEphemeralContainers(_ object: inout Value, old: Value) {
        var result = withMetadata(of: object, old)
        let list = object["spec"]["ephemeralContainers"]
        result["spec"].set("ephemeralContainers", list.array.isEmpty ? nil : list)
        object = result
        PodDefaults.dropDisabled(&object["spec"])
    }

    static func checkEphemeralContainers(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        if new["metadata"]["annotations"][PodAnnotations.mirror].isPresent {
            return errors.forbidden(FieldValue(.null, at: "[]"), "static pods do not support ephemeral containers")
        }
        let list = new["spec"]["ephemeralContainers"]
        for container in old["spec"]["ephemeralContainers"].value.array {
            let name = container["name"].string ?? ""
            guard let now = list.items.first(where: { $0["name"].text == name }) else {
                errors.forbidden(list, "existing ephemeral containers \"\(name)\" may not be removed\n")
                continue
            }
            if now.value != container {
                let change = InternalForm.difference(container, now.value, "k8s.io.api.core.v1.EphemeralContainer")
                errors.forbidden(list, "existing ephemeral containers \"\(name)\" may not be changed\n\(change)")
            }
        }
    }

    // MARK: resizing

    static func keepOnlyResources(_ object: inout Value, old: Value) {
        var result = withMetadata(of: object, old)
        for list in ["containers", "initContainers"] {
            var containers: [Value] = []
            for container in object["spec"][list].array {
                var kept = old["spec"][list].array.first { $0["name"] == container["name"] } ?? container
                for name in ["resources", "resizePolicy"] { kept.set(name, container.contains(name) ? container[name] : nil) }
                containers.append(kept)
            }
            if !containers.isEmpty { result["spec"][list] = .array(containers) }
        }
        let podLevel = object["spec"]["resources"]
        result["spec"].set("resources", podLevel.isNull ? nil : podLevel)
        object = result
    }

    static func checkResize(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        if new["metadata"]["annotations"][PodAnnotations.mirror].isPresent {
            return errors.forbidden(FieldValue(.null, at: "[]"), "static pods cannot be resized")
        }
        if spec["os"]["name"].text == "windows" {
            return errors.forbidden(FieldValue(.null, at: "[]"), "windows pods cannot be resized")
        }
        for list in ["containers", "initContainers"] where spec[list].count != before[list].count {
            errors.forbidden(spec[list], "\(list) may not be added or removed on resize")
            return
        }
        var isRenamed = false
        for list in ["containers", "initContainers"] {
            for (container, oldContainer) in zip(spec[list].items, before[list].items)
            where container["name"].text != oldContainer["name"].text {
                errors.forbidden(container["name"], "containers may not be renamed or reordered on resize")
                isRenamed = true
            }
        }
        if isRenamed { return }
        let quality = QualityOfService.of(before.value)
        if quality != QualityOfService.of(spec.value) {
            errors.invalid(spec, "Pod QOS Class may not change as a result of resizing", showing: .string(quality))
        }
        removals(spec, before, &errors)
        var compared = spec.value
        for list in ["containers", "initContainers"] {
            for index in compared[list].array.indices { restore(&compared[list][index], before[list][index].value) }
        }
        if compared["resources"].isObject, before["resources"].isPresent { restoreComputing(&compared["resources"], before["resources"].value) }
        if spec["resources"].isAbsent { compared.set("resources", before["resources"].isPresent ? before["resources"].value : nil) }
        if compared != before.value { errors.forbidden(spec, "only cpu and memory resources are mutable") }
    }

    private static func removals(_ spec: FieldValue, _ before: FieldValue, _ errors: inout FieldErrors) {
        if before["resources"].isPresent, spec["resources"].isAbsent {
            errors.forbidden(spec["resources"], "pod-level resources cannot be removed")
        }
        for list in ["containers", "initContainers"] {
            for (container, old) in zip(spec[list].items, before[list].items) {
                for kind in ["requests", "limits"] {
                    let now = container["resources"][kind]
                    let isRemoved = old["resources"][kind].value.members.contains { now[$0.key].isAbsent }
                    if isRemoved { errors.forbidden(now, "resource \(kind) cannot be removed") }
                }
            }
        }
    }

    /// Sets back what a resize may change in a container.
    private static func restore(_ container: inout Value, _ old: Value) {
        container.set("resizePolicy", old.contains("resizePolicy") ? old["resizePolicy"] : nil)
        restoreComputing(&container["resources"], old["resources"])
    }

    private static func restoreComputing(_ resources: inout Value, _ old: Value) {
        for kind in ["requests", "limits"] {
            for name in ["cpu", "memory"] {
                if old[kind].contains(name) { resources[kind][name] = old[kind][name] } else { resources[kind].remove(name) }
            }
            if resources[kind].members.isEmpty { resources.remove(kind) }
        }
    }
}

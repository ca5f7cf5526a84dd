import Objects

struct VolumeStrategy: Strategy {
    private static let sources = [
        "gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "iscsi", "cinder", "cephfs", "fc",
        "flocker", "flexVolume", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk",
        "portworxVolume", "scaleIO", "local", "storageos", "csi",
    ]
    private static let mountOptions = "volume.beta.kubernetes.io/mount-options"
    private static let sourcesWithMountOptions: Set<String> = [
        "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder", "cephfs",
        "azureFile", "vsphereVolume", "azureDisk", "csi", "storageos",
    ]

    func applyDefaults(_ object: inout Value) {
        if object["spec"]["hostPath"].isObject, !object["spec"]["hostPath"].contains("type") { object["spec"]["hostPath"]["type"] = "" }
    }

    func prepareForCreate(_ object: inout Value) {
        object["status"] = ["phase": "Pending", "lastPhaseTransitionTime": object["metadata"]["creationTimestamp"]]
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], capacity = spec["capacity"], modes = spec["accessModes"]
        errors.need(modes)
        errors.accessModes(modes)
        errors.need(capacity)
        if capacity["storage"].isAbsent || capacity.count > 1 {
            errors.notSupported(capacity, ["storage"], showing: capacity.value)
        }
        for entry in capacity.entries {
            if let amount = entry.field.quantity, amount.nanos < 0 { errors.invalid(entry.field, "must be a valid resource quantity", showing: .int(amount.rounded)) }
            errors.positiveQuantity(entry.field)
        }
        let policy = spec["persistentVolumeReclaimPolicy"]
        errors.oneOfIfPresent(policy, ["Delete", "Recycle", "Retain"])
        if policy.text == "Recycle", spec["hostPath"].isPresent,
            spec["hostPath"]["path"].text.split(separator: "/").allSatisfy({ $0 == "." })
        {
            errors.forbidden(policy, "may not be 'recycle' for a hostPath mount of '/'")
        }
        let source = source(spec, &errors)
        nodeAffinity(spec, &errors)
        errors.textIfPresent(spec["storageClassName"], NameRules.dns1123Subdomain)
        errors.oneOfIfPresent(spec["volumeMode"], ["Block", "Filesystem"])
        let attributes = spec["volumeAttributesClassName"]
        if attributes.isPresent {
            if attributes.isEmpty {
                errors.required(attributes, "an empty string is disallowed")
            } else {
                errors.text(attributes, NameRules.dns1123Subdomain)
            }
            if spec["csi"].isAbsent { errors.required(spec["csi"], "has to be specified when using volumeAttributesClassName") }
        }
        let annotations = object["metadata"]["annotations"]
        if annotations[Self.mountOptions].isPresent, let source, !Self.sourcesWithMountOptions.contains(source) {
            errors.forbidden(annotations[Self.mountOptions], "may not specify mount options for this volume type")
        }
    }

    private func source(_ spec: FieldValue, _ errors: inout FieldErrors) -> String? {
        var chosen: String?
        for name in Self.sources where spec[name].isPresent {
            if chosen != nil {
                errors.forbidden(spec[name], "may not specify more than 1 volume type")
                continue
            }
            chosen = name
            switch name {
            case "csi": csi(spec["csi"], &errors)
            case "local": errors.needText(spec["local"]["path"], TextRules.withoutBackSteps)
            case "gcePersistentDisk": errors.legacyVolumeSource(name, spec.showing(spec[name].value, as: "persistentDisk"))
            default: errors.legacyVolumeSource(name, spec[name])
            }
        }
        if chosen == nil { errors.required(spec, "must specify a volume type") }
        return chosen
    }

    private func csi(_ source: FieldValue, _ errors: inout FieldErrors) {
        errors.csiDriverName(source["driver"])
        errors.need(source["volumeHandle"])
        for name in [
            "controllerPublishSecretRef", "nodePublishSecretRef", "controllerExpandSecretRef", "nodeExpandSecretRef",
        ] where source[name].isPresent {
            errors.needText(source[name]["name"], NameRules.dns1123Subdomain)
            errors.needText(source[name]["namespace"], NameRules.dns1123Label)
        }
    }

    private func nodeAffinity(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let affinity = spec["nodeAffinity"]
        if affinity.isPresent {
            if affinity["required"].isAbsent {
                errors.required(affinity["required"], "must specify required node constraints")
            } else {
                errors.nodeSelector(affinity["required"])
            }
        } else if spec["local"].isPresent {
            errors.required(affinity, "Local volume requires node affinity")
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        func fixed(_ source: Value) -> Value {
            var source = source
            for name in ["controllerExpandSecretRef", "nodeExpandSecretRef"] { source.remove(name) }
            return source
        }
        let isChanged = Self.sources.contains { fixed(spec[$0].value) != fixed(before[$0].value) }
        if isChanged {
            errors.forbidden(
                spec.showing(.null, as: "persistentvolumesource"), "spec.persistentvolumesource is immutable after creation")
        }
        errors.immutable(new.showing(spec["volumeMode"].value, as: "volumeMode"), before["volumeMode"])
        if before["nodeAffinity"].isPresent, spec["nodeAffinity"].value != before["nodeAffinity"].value {
            errors.invalid(
                new.showing(spec["nodeAffinity"].value, as: "nodeAffinity"),
                "field is immutable, except for updating from beta label to GA")
        }
        if before["volumeAttributesClassName"].isPresent, spec["volumeAttributesClassName"].isAbsent {
            errors.forbidden(spec["volumeAttributesClassName"], "update from non-nil value to nil is forbidden")
        }
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        keepOnlyStatus(&object, old: old)
        let isSame = object["status"]["phase"] == old["status"]["phase"]
        if isSame, object["status"]["lastPhaseTransitionTime"].isNull, old["status"].contains("lastPhaseTransitionTime") {
            object["status"]["lastPhaseTransitionTime"] = old["status"]["lastPhaseTransitionTime"]
        } else if !isSame, object["status"]["lastPhaseTransitionTime"] == old["status"]["lastPhaseTransitionTime"] {
            object["status"]["lastPhaseTransitionTime"] = .string(Timestamp.now().text)
        }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        let spec = FieldValue(object)["spec"]
        var found: [String] = []
        if spec["persistentVolumeReclaimPolicy"].text == "Recycle" {
            found.append("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.")
        }
        for entry in spec.value.members {
            if let text = VolumeWarnings.deprecatedSources[entry.key] { found.append("\(spec[entry.key].path): \(text)") }
        }
        let key = "volume.beta.kubernetes.io/storage-class"
        if object["metadata"]["annotations"][key].string != nil {
            found.append("metadata.annotations[\(key)]: deprecated since v1.8; use \"storageClassName\" attribute instead")
        }
        return found
    }

    var returnsDeletedObject: Bool { true }
}

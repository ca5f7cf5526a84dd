import Objects

/// The spec of a persistent volume: of an object of its own, or inside an attachment.
extension FieldErrors {
    /// Gives the source that the volume has. `owner` is the volume's name.
    @discardableResult
    mutating func volumeSpec(_ spec: FieldValue, owner: String) -> String? {
        need(spec["accessModes"])
        accessModes(spec["accessModes"])
        capacity(spec["capacity"])
        let policy = spec["persistentVolumeReclaimPolicy"]
        if !policy.isEmpty { oneOf(policy, ["Delete", "Recycle", "Retain"]) }
        recycling(spec)
        nodeAffinity(spec["nodeAffinity"])
        let source = volumeSource(spec, owner: owner)
        if source == "local", spec["nodeAffinity"].isAbsent { required(spec["nodeAffinity"], "Local volume requires node affinity") }
        textIfPresent(spec["storageClassName"], NameRules.dns1123Subdomain)
        oneOfIfPresent(spec["volumeMode"], ["Block", "Filesystem"])
        attributesClass(spec)
        return source
    }

    /// A volume that stands in an attachment: a driver's, with nothing that only an object of its own has.
    mutating func inlineVolumeSpec(_ spec: FieldValue) {
        let detail = "may not be specified in the context of inline volumes"
        for name in ["claimRef", "capacity", "storageClassName"] where !spec[name].isEmpty { forbidden(spec[name], detail) }
        forbid(spec["nodeAffinity"], detail)
        if spec["csi"].isAbsent { required(spec["csi"], "has to be specified in the context of inline volumes") }
        need(spec["accessModes"])
        accessModes(spec["accessModes"])
        let policy = spec["persistentVolumeReclaimPolicy"], mode = spec["volumeMode"]
        if !policy.isEmpty, policy.text != "Retain" { forbidden(policy, "may only be Retain in the context of inline volumes") }
        recycling(spec)
        volumeSource(spec, owner: "")
        if mode.isPresent, mode.text != "Filesystem" {
            forbidden(mode, "may not specify volumeMode other than Filesystem in the context of inline volumes")
        }
        attributesClass(spec)
    }

    private mutating func capacity(_ capacity: FieldValue) {
        need(capacity)
        if capacity["storage"].isAbsent || capacity.count > 1 { notSupported(capacity, ["storage"], showing: capacity.value) }
        for entry in capacity.entries {
            if let amount = entry.field.quantity, amount.nanos < 0 {
                invalid(entry.field, "must be a valid resource quantity", showing: .int(amount.rounded))
            }
            positiveQuantity(entry.field)
        }
    }

    private mutating func recycling(_ spec: FieldValue) {
        let policy = spec["persistentVolumeReclaimPolicy"], path = spec["hostPath"]["path"].text
        guard policy.text == "Recycle", path.hasPrefix("/"), path.split(separator: "/").allSatisfy({ $0 == "." }) else { return }
        forbidden(policy, "may not be 'recycle' for a hostPath mount of '/'")
    }

    private mutating func nodeAffinity(_ affinity: FieldValue) {
        guard affinity.isPresent else { return }
        if affinity["required"].isAbsent {
            required(affinity["required"], "must specify required node constraints")
        } else {
            nodeSelector(affinity["required"])
        }
    }

    private mutating func attributesClass(_ spec: FieldValue) {
        let name = spec["volumeAttributesClassName"]
        guard name.isPresent else { return }
        if name.isEmpty { required(name, "an empty string is disallowed") } else { text(name, NameRules.dns1123Subdomain) }
        if spec["csi"].isAbsent { required(spec["csi"], "has to be specified when using volumeAttributesClassName") }
    }

    // MARK: sources

    @discardableResult
    private mutating func volumeSource(_ spec: FieldValue, owner: String) -> String? {
        var chosen: String?
        for name in VolumeStrategy.sources where spec[name].isPresent {
            // A flexible volume is looked at in any case.
            if chosen != nil, name != "flexVolume" {
                forbidden(spec.showing(spec[name].value, as: name == "cephfs" ? "cephFS" : name), "may not specify more than 1 volume type")
                continue
            }
            if chosen == nil { chosen = name }
            persistentSource(name, spec, owner: owner)
        }
        if chosen == nil { required(spec, "must specify a volume type") }
        return chosen
    }

    private mutating func persistentSource(_ name: String, _ spec: FieldValue, owner: String) {
        let source = spec[name]
        switch name {
        case "csi": return csi(source)
        case "local": return needText(source["path"], TextRules.withoutBackSteps)
        case "gcePersistentDisk": return legacyVolumeSource(name, spec.showing(source.value, as: "persistentDisk"))
        default: legacyVolumeSource(name, source)
        }
        switch name {
        case "azureFile": if source["secretNamespace"].isPresent { need(source["secretNamespace"]) }
        case "cinder", "storageos": if source["secretRef"].isPresent { need(source["secretRef"]["namespace"]) }
        case "iscsi":
            if source["secretRef"].isPresent { need(source["secretRef"]["name"]) }
            if source["initiatorName"].isPresent, (owner + ":" + source["targetPortal"].text).utf8.count > 64 {
                invalid(
                    source.showing(source["targetPortal"].value, as: "targetportal"),
                    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.")
            }
        case "glusterfs":
            let namespace = source["endpointsNamespace"]
            guard namespace.isPresent else { return }
            if namespace.isEmpty {
                invalid(namespace, "if the endpointnamespace is set, it must be a valid namespace name")
            } else {
                text(namespace, NameRules.dns1123Label)
            }
        default: break
        }
    }

    private mutating func csi(_ source: FieldValue) {
        csiDriverName(source["driver"])
        need(source["volumeHandle"])
        for name in ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"]
        where source[name].isPresent {
            needText(source[name]["name"], NameRules.dns1123Subdomain)
            needText(source[name]["namespace"], NameRules.dns1123Label)
        }
    }
}

import Objects

/// The spec of a claim for a volume, in a claim or in a template.
extension FieldErrors {
    static let accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    mutating func claimSpec(_ spec: FieldValue) {
        let modes = spec["accessModes"]
        if modes.count == 0 { required(modes, "at least 1 access mode is required") }
        accessModes(modes)
        labelSelector(spec["selector"])
        storageRequest(spec["resources"])
        if spec["storageClassName"].isPresent { textIfPresent(spec["storageClassName"], NameRules.dns1123Subdomain) }
        oneOfIfPresent(spec["volumeMode"], ["Block", "Filesystem"])
        if spec["volumeAttributesClassName"].isPresent {
            textIfPresent(spec["volumeAttributesClassName"], NameRules.dns1123Subdomain)
        }
        dataSource(spec["dataSource"])
        dataSourceReference(spec)
    }

    /// Each mode is known; the mode of one pod does not go with others.
    mutating func accessModes(_ modes: FieldValue) {
        for mode in modes.strings where !Self.accessModes.contains(mode) {
            notSupported(modes, Self.accessModes, showing: .string(mode))
        }
        let known = Set(modes.strings).intersection(Self.accessModes)
        if known.contains("ReadWriteOncePod"), known.count > 1 {
            forbidden(modes, "may not use ReadWriteOncePod with other access modes")
        }
    }

    private mutating func storageRequest(_ resources: FieldValue) {
        let storage = resources["requests"]["storage"]
        let place = resources.entry("storage").replaced(by: storage.value)
        if storage.isAbsent { required(place) } else { positiveQuantity(place) }
    }

    private mutating func dataSource(_ source: FieldValue) {
        guard source.isPresent else { return }
        need(source["name"])
        need(source["kind"])
        if source["apiGroup"].isEmpty, source["kind"].text != "PersistentVolumeClaim" {
            invalid(source, "must be 'PersistentVolumeClaim' when referencing the default apiGroup", showing: .string(source["kind"].text))
        }
        textIfPresent(source["apiGroup"], NameRules.dns1123Subdomain)
    }

    private mutating func dataSourceReference(_ spec: FieldValue) {
        let source = spec["dataSourceRef"]
        guard source.isPresent else { return }
        need(source["name"])
        need(source["kind"])
        if source["apiGroup"].isEmpty, source["kind"].text != "PersistentVolumeClaim" {
            invalid(source, "must be 'PersistentVolumeClaim' when referencing the default apiGroup", showing: .string(source["kind"].text))
        }
        textIfPresent(source["apiGroup"], NameRules.dns1123Subdomain)
        let namespace = source["namespace"]
        textIfPresent(namespace, NameRules.dns1123Label)
        if namespace.isPresent, !namespace.isEmpty {
            if spec["dataSource"].isPresent {
                invalid(spec, withoutValue: "{}: may not be specified when dataSourceRef.namespace is specified")
            }
        } else if spec["dataSource"].isPresent {
            let same = ["apiGroup", "kind", "name"].allSatisfy { spec["dataSource"][$0].text == source[$0].text }
            // What Kubernetes shows here is no value but a path, which prints as nothing.
            if !same { invalid(spec, withoutValue: "{}: must match dataSourceRef") }
        }
    }
}

enum ClaimDefaults {
    /// Two names of one thing: whichever is there makes the other.
    static func applyDataSource(_ spec: inout Value) {
        guard spec.isObject else { return }
        let source = spec["dataSource"], reference = spec["dataSourceRef"]
        if source.isObject, reference.isNull {
            spec["dataSourceRef"] = source
        } else if source.isNull, reference.isObject, (reference["namespace"].string ?? "").isEmpty {
            var copy = reference
            copy.remove("namespace")
            spec["dataSource"] = copy
        }
    }
}

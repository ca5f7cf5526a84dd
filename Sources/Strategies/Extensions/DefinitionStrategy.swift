import KubernetesTypes
import Objects
import Schema

/// Definitions of custom kinds.
struct DefinitionStrategy: Strategy {
    var statusMetadata: StatusMetadata { .stays }

    func applyDefaults(_ object: inout Value) {
        guard object["spec"].isObject else { return }
        let kind = object["spec"]["names"]["kind"].string ?? ""
        if !kind.isEmpty {
            if (object["spec"]["names"]["singular"].string ?? "").isEmpty {
                object["spec"]["names"]["singular"] = .string(kind.lowercased())
            }
            if (object["spec"]["names"]["listKind"].string ?? "").isEmpty { object["spec"]["names"]["listKind"] = .string(kind + "List") }
        }
        if object["spec"]["conversion"].isNull { object["spec"]["conversion"] = ["strategy": "None"] }
    }

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        let storage = object["spec"]["versions"].array.first { $0["storage"].bool == true }
        if let name = storage?["name"].string { object["status"]["storedVersions"] = [.string(name)] }
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object.set("status", old.contains("status") ? old["status"] : nil)
        rememberStorage(&object)
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        keepOnlyStatus(&object, old: old)
        rememberStorage(&object)
    }

    /// Objects may be stored in the storage version from now on.
    private func rememberStorage(_ object: inout Value) {
        let storage = object["spec"]["versions"].array.first { $0["storage"].bool == true }
        guard let name = storage?["name"].string, !object["status"]["storedVersions"].strings.contains(name) else { return }
        object["status"]["storedVersions"] = Value(object["status"]["storedVersions"].strings + [name])
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let isEstablished = old.value["status"]["conditions"].array.contains {
            $0["type"].string == "Established" && $0["status"].string == "True"
        }
        let (spec, before) = (new["spec"], old["spec"])
        if isEstablished { errors.keepsAuthority(spec["conversion"], before["conversion"].value) }
        errors.immutable(spec["group"], before["group"])
        errors.immutable(spec["names"]["plural"], before["names"]["plural"])
        if isEstablished {
            errors.immutable(spec["scope"], before["scope"])
            errors.immutable(spec["names"]["kind"], before["names"]["kind"])
        }
        let names = Set(spec["versions"].items.compactMap { $0["name"].value.string })
        for (index, stored) in old.value["status"]["storedVersions"].strings.enumerated() where !names.contains(stored) {
            errors.append(
                .invalid(
                    "status.storedVersions[\(index)]", .string(stored),
                    "missing from spec.versions; \(stored) was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in \(stored) and removes \(stored) from status.storedVersions"))
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let group = spec["group"].value.string ?? ""
        let plural = spec["names"]["plural"].value.string ?? ""
        let wanted = "\(plural).\(group)"
        if object.value["metadata"]["name"].string != wanted {
            errors.append(
                .invalid("metadata.name", object.value["metadata"]["name"], "must be spec.names.plural+\".\"+spec.group"))
        }
        if group.isEmpty {
            errors.required(spec["group"])
        } else if !group.contains(".") {
            errors.invalid(spec["group"], "should be a domain with at least one dot")
        } else {
            errors.text(spec["group"], NameRules.dns1123Subdomain)
        }
        if spec["preserveUnknownFields"].value.bool == true {
            errors.invalid(
                spec["preserveUnknownFields"],
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")
        }
        checkApproval(object, group, &errors)
        errors.needOneOf(spec["scope"], ["Cluster", "Namespaced"])
        checkNames(spec["names"], &errors)
        checkVersions(spec, &errors)
        errors.definitionConversion(spec)
        let stored = object.value["status"]["storedVersions"]
        let storage = spec["versions"].value.array.last { $0["storage"].bool == true }?["name"].string
        if stored.array.isEmpty {
            errors.append(.invalid("status.storedVersions", .null, "must have at least one stored version"))
        } else if let storage, !stored.strings.contains(storage) {
            errors.append(.invalid("status.storedVersions", stored, "must have the storage version \(storage)"))
        }
        if let first = spec["versions"].items.first, !first["name"].text.isEmpty {
            errors.text(FieldValue(first["name"].value, at: "spec.version"), NameRules.dns1035Label)
        }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        object["spec"]["versions"].array.flatMap { SchemaFormats.unknown(in: $0["schema"]["openAPIV3Schema"]) }
            .map { "unrecognized format \"\($0)\"" }
    }

    /// Groups of the Kubernetes project need somebody's word for it.
    private func checkApproval(_ object: FieldValue, _ group: String, _ errors: inout FieldErrors) {
        guard group.hasSuffix(".k8s.io") || group.hasSuffix(".kubernetes.io") else { return }
        let key = "api-approved.kubernetes.io"
        let path = "metadata.annotations[\(key)]"
        let see = "see https://github.com/kubernetes/enhancements/pull/1111"
        let detail = "protected groups must have approval annotation \"\(key)\", \(see)"
        guard let text = object.value["metadata"]["annotations"][key].string else {
            errors.append(.required(path, detail))
            return
        }
        if !text.hasPrefix("unapproved"), !text.hasPrefix("https://"), !text.hasPrefix("http://") {
            let form = "protected groups must have approval annotation \"\(key)\" with either a URL or a reason starting with \"unapproved\""
            errors.append(.invalid(path, .string(text), "\(form), \(see)"))
        }
    }

    private func checkNames(_ names: FieldValue, _ errors: inout FieldErrors) {
        for key in ["plural", "singular", "kind", "listKind"] {
            guard errors.need(names[key]) else { continue }
            if key == "kind" || key == "listKind" {
                let text = names[key].value.string ?? ""
                for problem in NameRules.dns1035Label(text.lowercased()) {
                    errors.invalid(names[key], "may have mixed case, but should otherwise match: \(problem)")
                }
            } else {
                errors.text(names[key], NameRules.dns1035Label)
            }
        }
        if names["kind"].value == names["listKind"].value, names["kind"].isPresent {
            errors.invalid(names["listKind"], "kind and listKind may not be the same")
        }
        for key in ["shortNames", "categories"] {
            for item in names[key].items { errors.text(item, NameRules.dns1035Label) }
        }
    }

    private func checkVersions(_ spec: FieldValue, _ errors: inout FieldErrors) {
        let versions = spec["versions"]
        var seen: Set<String> = []
        var storages = 0
        for version in versions.items {
            let name = version["name"].value.string ?? ""
            if errors.need(version["name"]) {
                errors.text(version["name"], NameRules.dns1035Label)
                if !seen.insert(name).inserted { errors.append(.invalid(versions.path, versions.value, "must contain unique version names")) }
            }
            if version["storage"].value.bool == true { storages += 1 }
            if version["schema"]["openAPIV3Schema"].isAbsent { errors.required(version["schema"]["openAPIV3Schema"]) }
            checkDeprecation(version, &errors)
        }
        if storages != 1 {
            errors.append(.invalid(versions.path, versions.value, "must have exactly one version marked as storage version"))
        }
    }

    func check(_ object: FieldValue, old: FieldValue?, as version: GroupVersion, _ errors: inout FieldErrors) {
        let versions = object["spec"]["versions"]
        let common = CommonFields(versions.value)
        let before = old?["spec"]["versions"].value.array ?? []
        /// What was accepted once stays so, even if more is asked of schemas since then.
        func isKept(_ key: String, _ version: FieldValue) -> Bool {
            guard let old = before.first(where: { $0["name"] == version["name"].value }) else { return false }
            return key == "schema" && old[key] == version[key].value && old["subresources"] == version["subresources"].value
        }
        for version in versions.items {
            for (key, _) in CommonFields.places where !common.names.contains(key) && !isKept(key, version) {
                checkField(key, version[key], of: version, &errors)
            }
        }
        guard let first = versions.items.first else { return }
        for (key, place) in CommonFields.places where common.names.contains(key) && !isKept(key, first) {
            checkField(key, FieldValue(first[key].value, at: "spec." + place), of: first, &errors)
        }
    }

    /// What all versions have in common is reported as one thing of the whole definition.
    private struct CommonFields {
        static let places = [
            ("schema", "validation"), ("subresources", "subresources"), ("additionalPrinterColumns", "additionalPrinterColumns"),
            ("selectableFields", "selectableFields"),
        ]
        let names: Set<String>

        init(_ versions: Value) {
            guard let first = versions.array.first else {
                names = []
                return
            }
            names = Set(Self.places.map(\.0).filter { name in versions.array.allSatisfy { $0[name] == first[name] } })
        }
    }

    private func checkField(_ key: String, _ field: FieldValue, of version: FieldValue, _ errors: inout FieldErrors) {
        guard field.isPresent else { return }
        switch key {
        case "schema": errors.definitionSchema(field["openAPIV3Schema"], hasStatus: version["subresources"]["status"].isPresent)
        case "subresources": errors.definitionScale(field["scale"])
        case "additionalPrinterColumns": errors.definitionColumns(field)
        default: errors.selectableFields(field, version.value["schema"]["openAPIV3Schema"])
        }
    }

    private func checkDeprecation(_ version: FieldValue, _ errors: inout FieldErrors) {
        let warning = version["deprecationWarning"]
        guard let text = warning.value.string else { return }
        if version["deprecated"].value.bool != true { errors.invalid(warning, "can only be set for deprecated versions") }
        if text.isEmpty {
            errors.invalid(warning, "must not be an empty string")
        } else if text.utf8.count > 256 {
            errors.invalid(warning, "must be <= 256 characters long")
        } else if let index = text.unicodeScalars.firstIndex(where: { $0.properties.generalCategory == .control }) {
            let position = text.unicodeScalars.distance(from: text.unicodeScalars.startIndex, to: index)
            errors.invalid(warning, "must only contain printable UTF-8 characters; non-printable character found at index \(position)")
        }
    }
}

import CEL
import KubernetesTypes
import Objects
import Policies
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
        checkVersions(spec["versions"], &errors)
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

    private func checkVersions(_ versions: FieldValue, _ errors: inout FieldErrors) {
        var seen: Set<String> = []
        var storages = 0
        for version in versions.items {
            let name = version["name"].value.string ?? ""
            if errors.need(version["name"]) {
                errors.text(version["name"], NameRules.dns1035Label)
                if !seen.insert(name).inserted { errors.append(.invalid(versions.path, versions.value, "must contain unique version names")) }
            }
            if version["storage"].value.bool == true { storages += 1 }
            // A schema that all versions share is one of the whole definition.
            let isShared = versions.items.count == 1
            let stated = version["schema"]["openAPIV3Schema"]
            let schema = isShared ? FieldValue(stated.value, at: "spec.validation.openAPIV3Schema") : stated
            if !schema.isPresent {
                errors.required(version["schema"]["openAPIV3Schema"])
            } else {
                checkSchema(schema, isRoot: true, &errors)
                checkRoot(schema, &errors)
                errors.append(RuleProblems.found(in: schema.value, at: schema.path))
            }
            checkDeprecation(version, &errors)
            let columns = isShared
                ? FieldValue(version["additionalPrinterColumns"].value, at: "spec.additionalPrinterColumns") : version["additionalPrinterColumns"]
            errors.definitionColumns(columns)
            let scale = version["subresources"]["scale"]
            errors.definitionScale(isShared ? FieldValue(scale.value, at: "spec.subresources.scale") : scale)
        }
        if storages != 1 {
            errors.append(.invalid(versions.path, versions.value, "must have exactly one version marked as storage version"))
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

    /// What holds for the root of a schema only.
    private func checkRoot(_ schema: FieldValue, _ errors: inout FieldErrors) {
        if schema.value["nullable"].bool == true { errors.forbidden(schema["nullable"], "nullable cannot be true at the root") }
        if schema.value.contains("additionalProperties") {
            errors.forbidden(schema["additionalProperties"], "must not be used at the root")
        }
        let properties = schema.value["properties"]
        for (key, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
            if let type = properties[key]["type"].string, type != wanted {
                errors.append(.invalid("\(schema.path).properties[\(key)].type", .string(type), "must be \(wanted)"))
            }
        }
        let metadata = properties["metadata"]
        if metadata.contains("default") {
            errors.append(.forbidden("\(schema.path).properties[metadata].default", "must not be set in top-level metadata"))
        }
        let allowed: Set<String> = ["name", "generateName"]
        let plain: Set<String> = ["type", "properties", "description", "title", "default"]
        if metadata["properties"].members.contains(where: { !allowed.contains($0.key) })
            || metadata.members.contains(where: { !plain.contains($0.key) })
        {
            errors.append(
                .forbidden(
                    "\(schema.path).properties[metadata]",
                    "must not specify anything other than name and generateName, but metadata is implicitly specified"))
        }
    }

    /// The shape of a structural schema: each place has a type, and what is known is named.
    private func checkSchema(_ schema: FieldValue, isRoot: Bool, _ errors: inout FieldErrors) {
        let value = schema.value
        if value.contains("$ref") { return errors.forbidden(schema["$ref"], "$ref is not supported") }
        let type = value["type"].string ?? ""
        let isAny = value["x-kubernetes-int-or-string"].bool == true || value["x-kubernetes-preserve-unknown-fields"].bool == true
        if isRoot, type != "object" {
            if type.isEmpty {
                errors.required(schema["type"], "must not be empty at the root")
            } else {
                errors.invalid(schema["type"], "must be object at the root")
            }
        } else if type.isEmpty, !isAny {
            errors.required(schema["type"], "must not be empty for specified object fields")
        }
        if !type.isEmpty, !isRoot { errors.oneOf(schema["type"], ["array", "boolean", "integer", "number", "object", "string"]) }
        if value["uniqueItems"].bool == true {
            errors.forbidden(schema["uniqueItems"], "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")
        }
        if let pattern = value["pattern"].string {
            do {
                _ = try RegularExpression(pattern)
            } catch {
                errors.invalid(schema["pattern"], "must be a valid regular expression, but isn't: \(error.message)")
            }
        }
        if value.contains("properties"), value.contains("additionalProperties"), value["additionalProperties"].bool != false {
            errors.forbidden(schema["additionalProperties"], "additionalProperties and properties are mutual exclusive")
        }
        if value["x-kubernetes-preserve-unknown-fields"].bool == false {
            errors.invalid(schema["x-kubernetes-preserve-unknown-fields"], "must be true or undefined")
        }
        let mayHaveTypes = value["x-kubernetes-int-or-string"].bool == true
        for junctor in ["allOf", "anyOf", "oneOf"] {
            for part in schema[junctor].items { errors.nestedSchema(part, mayHaveType: mayHaveTypes) }
        }
        if value["not"].isObject { errors.nestedSchema(schema["not"], mayHaveType: mayHaveTypes) }
        if type == "array", !value["items"].isObject { errors.required(schema["items"], "must be specified") }
        for (key, property) in schema["properties"].entries {
            _ = key
            if property.value.isObject { checkSchema(property, isRoot: false, &errors) }
        }
        if value["additionalProperties"].isObject { checkSchema(schema["additionalProperties"], isRoot: false, &errors) }
        if value["items"].isObject { checkSchema(schema["items"], isRoot: false, &errors) }
    }
}

import Objects

/// Rules of definitions beyond their schemas: conversion, the paths of scales, columns.
extension FieldErrors {
    mutating func definitionConversion(_ spec: FieldValue) {
        let conversion = spec["conversion"]
        guard conversion.isPresent else { return }
        let webhook = conversion["webhook"]
        let versions = webhook["conversionReviewVersions"].value
        let client = webhook["clientConfig"]
        // Reported where the fields stand in the form without a version.
        func place(_ name: String, _ value: Value) -> FieldValue { conversion.showing(value, as: name) }
        let shownVersions = place("conversionReviewVersions", versions)
        let shownClient = place("webhookClientConfig", client.value)
        let strategy = conversion["strategy"]
        guard strategy.text == "Webhook" else {
            oneOf(strategy, ["None", "Webhook"])
            if client.isPresent { forbidden(shownClient, "should not be set when strategy is not set to Webhook") }
            if !versions.array.isEmpty { forbidden(shownVersions, "should not be set when strategy is not set to Webhook") }
            return
        }
        if !client.isPresent {
            required(shownClient, "required when strategy is set to Webhook")
        } else {
            let hasURL = client["url"].isPresent, hasService = client["service"].isPresent
            if hasURL == hasService {
                required(shownClient, "exactly one of url or service is required")
            } else if hasURL {
                webhookURL(shownClient["url"])
            } else {
                serviceReference(shownClient["service"])
            }
        }
        if versions.array.isEmpty {
            required(shownVersions)
        } else {
            var seen: Set<String> = []
            for (index, name) in versions.strings.enumerated() {
                let item = shownVersions[index]
                if !seen.insert(name).inserted { invalid(item, "duplicate version") }
                text(item, NameRules.dns1035Label)
            }
            if seen.isDisjoint(with: ["v1", "v1beta1"]) {
                invalid(shownVersions, "must include at least one of v1, v1beta1")
            }
        }
    }

    mutating func definitionScale(_ scale: FieldValue) {
        guard scale.isPresent else { return }
        for (name, roots) in [("specReplicasPath", [".spec."]), ("statusReplicasPath", [".status."])] {
            if need(scale[name]) { definitionPath(scale[name], roots) }
        }
        let selector = scale["labelSelectorPath"]
        if selector.isPresent, !selector.text.isEmpty { definitionPath(selector, [".spec.", ".status."]) }
    }

    private mutating func definitionPath(_ path: FieldValue, _ roots: [String]) {
        guard simplePath(path) else { return }
        if roots.contains(where: { path.text.hasPrefix($0) }) { return }
        let names = roots.map { String($0.dropLast()) }
        invalid(path, "should be a json path under " + (names.count > 1 ? "either \(names.joined(separator: " or "))" : names[0]))
    }

    @discardableResult
    private mutating func simplePath(_ path: FieldValue) -> Bool {
        if path.text.hasPrefix(".") { return true }
        invalid(path, "must be a simple json path starting with .")
        return false
    }

    /// What alternatives and conditions within a schema may say: what values have to be like, not what there is.
    mutating func nestedSchema(_ schema: FieldValue, mayHaveType: Bool) {
        let value = schema.value
        let reason = "must be empty to be structural"
        for key in ["description", "title", "default"] where value.contains(key) && !value[key].isNull { forbidden(schema[key], reason) }
        if value.contains("type"), !mayHaveType { forbidden(schema["type"], reason) }
        if value.contains("additionalProperties") { forbidden(schema["additionalProperties"], "must be undefined to be structural") }
        if value["nullable"].bool == true { forbidden(schema["nullable"], "must be false to be structural") }
        for key in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"]
        where value[key].bool == true {
            forbidden(schema[key], "must be false to be structural")
        }
        for property in schema["properties"].entries { nestedSchema(property.field, mayHaveType: false) }
        if value["items"].isObject { nestedSchema(schema["items"], mayHaveType: false) }
        for junctor in ["allOf", "anyOf", "oneOf"] {
            for part in schema[junctor].items { nestedSchema(part, mayHaveType: mayHaveType) }
        }
        if value["not"].isObject { nestedSchema(schema["not"], mayHaveType: mayHaveType) }
    }

    mutating func definitionColumns(_ columns: FieldValue) {
        let types = ["boolean", "date", "integer", "number", "string"]
        let formats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"]
        for column in columns.items {
            need(column["name"])
            let type = column["type"], format = column["format"]
            if type.text.isEmpty {
                required(type, "must be one of \(types.joined(separator: ","))")
            } else if !types.contains(type.text) {
                invalid(type, "must be one of \(types.joined(separator: ","))")
            }
            if format.isPresent, !format.text.isEmpty, !formats.contains(format.text) {
                invalid(format, "must be one of \(formats.joined(separator: ","))")
            }
            let path = column.showing(column["jsonPath"].value, as: "JSONPath")
            if need(path) { simplePath(path) }
        }
    }
}

/// The formats of strings and numbers that validation of custom objects knows; others are let pass, with a warning.
enum SchemaFormats {
    static let known: Set<String> = [
        "bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn",
        "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration", "datetime",
        "date-time", "int32", "int64", "float", "double", "k8s-short-name", "k8s-long-name",
    ]

    /// The names of formats in a schema that nobody knows, in the order in which they stand.
    static func unknown(in schema: Value) -> [String] {
        var found: [String] = []
        collect(schema, &found)
        return found
    }

    private static func collect(_ schema: Value, _ found: inout [String]) {
        guard schema.isObject else { return }
        if let format = schema["format"].string, !format.isEmpty, !known.contains(format), !found.contains(format) { found.append(format) }
        for property in schema["properties"].members { collect(property.value, &found) }
        for key in ["items", "additionalProperties", "not"] { collect(schema[key], &found) }
        for key in ["allOf", "anyOf", "oneOf"] { for part in schema[key].array { collect(part, &found) } }
    }
}

import KubernetesTypes
import Objects
import Policies

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
            needOneOf(strategy, ["None", "Webhook"])
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

    /// What is served already must not lose sight of its webhook.
    mutating func keepsAuthority(_ conversion: FieldValue, _ old: Value) {
        let client = conversion["webhook"]["clientConfig"]
        guard conversion["strategy"].text == "Webhook", AuthorityBundle.problem(old["webhook"]["clientConfig"]["caBundle"]) == nil,
            let problem = AuthorityBundle.problem(client["caBundle"].value)
        else { return }
        invalid(conversion.showing(client.value, as: "webhookClientConfig")["caBundle"], problem)
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

    /// A schema, its rules and its defaults' places.
    mutating func definitionSchema(_ schema: FieldValue, hasStatus: Bool) {
        guard schema.value.isObject else { return }
        var found: [FieldError] = []
        if hasStatus, schema.value.members.contains(where: { !Self.rootKeywords.contains($0.key) && !$0.value.isEmptyForJSON }) {
            let names = Self.rootKeywordNames.joined(separator: " ")
            found.append(
                .invalid(
                    schema.path, schema.value, "only [\(names)] fields are allowed at the root of the schema if the status subresource is enabled"))
        }
        if schema.value["nullable"].bool == true { found.append(.forbidden(schema.path + ".nullable", "nullable cannot be true at the root")) }
        let unsupported = SchemaKeywords.unsupported(schema.value)
        var isSound = unsupported == nil
        if isSound {
            let problems = SchemaStructure.problems(schema)
            isSound = problems.isEmpty
            found += problems
        }
        let keywords = SchemaKeywords.problems(schema)
        found += keywords
        // Expressions say nothing that helps as long as the types are not clear.
        found += RuleProblems.found(in: schema.value, at: schema.path, compiles: isSound && keywords.isEmpty)
        if found.isEmpty, let unsupported { found.append(.invalid(schema.path, "", unsupported)) }
        append(found)
    }

    /// What may stand at the root where status is written by itself, so that none of it is lost then.
    private static let rootKeywords: Set<String> = [
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
        "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    ]
    private static let rootKeywordNames = [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength", "MinLength",
        "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties", "ExternalDocs", "Example",
        "XPreserveUnknownFields", "XValidations",
    ]

    /// Fields by which lists may be narrowed: plain values that the schema tells of.
    mutating func selectableFields(_ fields: FieldValue, _ schema: Value) {
        let most = 8
        var seen: Set<String> = []
        for field in fields.items {
            let path = field["jsonPath"]
            guard need(path) else { continue }
            let place: (names: [String], schema: Value)
            do throws(SimpleSchemaPath.Problem) {
                place = try SimpleSchemaPath.find(path.text, in: schema)
            } catch {
                invalid(path, "is an invalid path: \(error.description)")
                continue
            }
            if place.names.first == "metadata" { invalid(path, "must not point to fields in metadata") }
            if !["string", "boolean", "integer"].contains(place.schema["type"].string ?? "") {
                invalid(
                    path,
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")
            }
            if !seen.insert(place.names.joined(separator: ".")).inserted { duplicate(path) }
        }
        if seen.count > most { append(.tooMany(fields.path, seen.count, most)) }
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

/// The way to a place in a schema, written as `.spec.color`.
enum SimpleSchemaPath {
    struct Problem: Error {
        let description: String
    }

    /// The names on the way, and the schema at its end.
    static func find(_ path: String, in schema: Value) throws(Problem) -> (names: [String], schema: Value) {
        var place = schema
        var names: [String] = []
        var tokens = tokens(path)[...]
        while let token = tokens.popFirst() {
            if token == "[" { throw Problem(description: "array notation is not allowed") }
            guard token == "." else { throw Problem(description: "expected [ or . but got: \(token)") }
            guard let name = tokens.popFirst() else { throw Problem(description: "unexpected end of JSON path") }
            if place["properties"].isObject, place["properties"].contains(String(name)) {
                place = place["properties"][String(name)]
            } else if !place["properties"].isObject, place["additionalProperties"].isObject {
                place = place["additionalProperties"]
            } else {
                throw Problem(description: "does not refer to a valid field")
            }
            names.append(String(name))
        }
        return (names, place)
    }

    /// Dots and brackets by themselves, what stands between them as one; quotes hide them.
    private static func tokens(_ path: String) -> [Substring] {
        var tokens: [Substring] = []
        var rest = path[...]
        while let first = rest.first {
            let end: Substring.Index
            if ".[]".contains(first) {
                end = rest.index(after: rest.startIndex)
            } else if first == "'", let close = rest.dropFirst().firstIndex(of: "'") {
                end = rest.index(after: close)
            } else {
                end = rest.firstIndex { ".[]".contains($0) } ?? rest.endIndex
            }
            tokens.append(rest[..<end])
            rest = rest[end...]
        }
        return tokens
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

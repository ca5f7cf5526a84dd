import KubernetesTypes
import Objects

/// Which keywords a schema may use, and with which others, place by place.
struct SchemaKeywords {
    /// What is passed down from place to place.
    private struct Place {
        var isRoot = false
        /// Within the metadata or the type of a whole object.
        var isInsideMetadata = false
        /// Why no default may stand here; nil where one may.
        var noDefaults: String?
    }

    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    private var errors = FieldErrors()

    static func problems(_ schema: FieldValue) -> [FieldError] {
        var keywords = SchemaKeywords()
        keywords.check(schema, Place(isRoot: true))
        return keywords.errors.list
    }

    /// Why the schema cannot be taken for a structural one at all; nil when it can. Its structure is not looked at then.
    static func unsupported(_ schema: Value) -> String? {
        guard schema.isObject else { return nil }
        for (key, name) in [
            ("id", "id"), ("$schema", "schema"), ("$ref", "$ref"), ("additionalItems", "additionalItems"),
            ("patternProperties", "patternProperties"), ("definitions", "definitions"), ("dependencies", "dependencies"),
        ] where !schema[key].isEmptyForJSON || key == "additionalItems" && schema.contains(key) {
            return "OpenAPIV3Schema '\(name)' is not supported"
        }
        if !schema["items"].array.isEmpty { return "OpenAPIV3Schema 'items' must be a schema, but is an array" }
        if schema["type"].string == "null" { return "OpenAPIV3Schema 'type' must not be null" }
        for part in below(schema) { if let found = unsupported(part) { return found } }
        return nil
    }

    private static func below(_ schema: Value) -> [Value] {
        schema["properties"].members.map(\.value) + ["items", "additionalProperties", "not"].map { schema[$0] }
            + ["allOf", "anyOf", "oneOf"].flatMap { schema[$0].array }
    }

    private mutating func check(_ schema: FieldValue, _ place: Place) {
        guard schema.value.isObject else { return }
        checkKeywords(schema, place)
        checkNested(schema, place)
        if schema.value["x-kubernetes-preserve-unknown-fields"].bool == false {
            errors.invalid(schema["x-kubernetes-preserve-unknown-fields"], "must be true or undefined")
        }
        checkMapType(schema)
        checkListType(schema)
        checkListMap(schema)
        checkListItems(schema)
    }

    private mutating func checkKeywords(_ schema: FieldValue, _ place: Place) {
        let value = schema.value
        let type = value["type"].string ?? ""
        if !type.isEmpty, !Self.types.contains(type) { errors.notSupported(schema["type"], Self.types) }
        if let reason = place.noDefaults, !value["default"].isNull { errors.forbidden(schema["default"], "must not be set " + reason) }
        for key in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] where value.contains(key) {
            if key == "id" || key == "patternProperties" || key == "definitions", value[key].isEmptyForJSON { continue }
            errors.forbidden(schema[key], "\(key) is not supported")
        }
        if type == "null" { errors.forbidden(schema["type"], "type cannot be set to null, use nullable as an alternative") }
        if !value["items"].array.isEmpty { errors.forbidden(schema["items"], "items must be a schema object and not an array") }
        if place.isInsideMetadata, value["x-kubernetes-embedded-resource"].bool == true {
            errors.forbidden(schema["x-kubernetes-embedded-resource"], "must not be used inside of resource meta")
        }
        if value["uniqueItems"].bool == true {
            errors.forbidden(schema["uniqueItems"], "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")
        }
    }

    private mutating func checkNested(_ schema: FieldValue, _ place: Place) {
        let value = schema.value
        var below = place
        below.isRoot = false
        let additional = schema["additionalProperties"]
        if additional.isPresent {
            if !value["properties"].members.isEmpty, additional.value.bool != true {
                errors.forbidden(additional, "additionalProperties and properties are mutual exclusive")
            }
            var values = below
            if place.isInsideMetadata { values.noDefaults = "inside additionalProperties applying to object metadata" }
            check(additional, values)
        }
        let isResource = place.isRoot || value["x-kubernetes-embedded-resource"].bool == true
        for (name, property) in schema["properties"].entries {
            var inner = below
            if isResource, ["metadata", "kind", "apiVersion"].contains(name) {
                inner.isInsideMetadata = true
                if place.isRoot { inner.noDefaults = "in top-level " + name }
            }
            check(property, inner)
        }
        check(schema["not"], below)
        for junctor in ["allOf", "oneOf", "anyOf"] { for part in schema[junctor].items { check(part, below) } }
        for definition in schema["definitions"].entries { check(definition.field, below) }
        check(schema["items"], below)
        for item in schema["items"].items { check(item, below) }
        for dependency in schema["dependencies"].entries { check(dependency.field, below) }
    }

    // MARK: lists and maps

    private mutating func wrongType(_ schema: FieldValue, _ reason: String) {
        if schema["type"].text.isEmpty { errors.required(schema["type"], reason) } else { errors.invalid(schema["type"], reason) }
    }

    private mutating func checkMapType(_ schema: FieldValue) {
        let mapType = schema["x-kubernetes-map-type"]
        guard mapType.isPresent else { return }
        if schema["type"].text != "object" { wrongType(schema, "must be object if x-kubernetes-map-type is specified") }
        errors.oneOf(mapType, ["atomic", "granular"])
    }

    private mutating func checkListType(_ schema: FieldValue) {
        let listType = schema["x-kubernetes-list-type"], items = schema["items"]
        guard listType.isPresent else { return }
        if schema["type"].text != "array" {
            wrongType(schema, "must be array if x-kubernetes-list-type is specified")
        } else if listType.text == "set", items.value.isObject {
            let reason = "must be atomic as item of a list with x-kubernetes-list-type=set"
            let inner = items["x-kubernetes-list-type"]
            if items["type"].text == "array", inner.isPresent, inner.text != "atomic" {
                errors.invalid(inner, reason)
            } else if items["type"].text == "object", items["x-kubernetes-map-type"].text != "atomic" {
                errors.invalid(items["x-kubernetes-map-type"], reason, showing: inner.value)
            }
        }
        errors.oneOf(listType, ["atomic", "set", "map"])
    }

    private mutating func checkListMap(_ schema: FieldValue) {
        let keys = schema["x-kubernetes-list-map-keys"], listType = schema["x-kubernetes-list-type"], items = schema["items"]
        let names = keys.value.strings
        if !names.isEmpty, listType.text != "map" {
            let reason = "must be map if x-kubernetes-list-map-keys is non-empty"
            if listType.isAbsent { errors.required(listType, reason) } else { errors.invalid(listType, reason) }
        }
        guard listType.text == "map" else { return }
        if names.isEmpty { errors.required(keys, "must not be empty if x-kubernetes-list-type is map") }
        if items.isAbsent { return errors.required(items, "must have a schema if x-kubernetes-list-type is map") }
        guard items.value.isObject else { return errors.invalid(items, "must only have a single schema if x-kubernetes-list-type is map") }
        guard items["type"].text == "object" else {
            return errors.invalid(
                items["type"], "must be object if parent array's x-kubernetes-list-type is map", showing: .string(items["type"].text))
        }
        var seen: Set<String> = []
        for name in names {
            let property = items["properties"].entry(name)
            if property.isAbsent {
                errors.invalid(keys, "entries must all be names of item properties")
            } else if ["array", "object"].contains(property["type"].text) {
                errors.invalid(
                    property["type"], "must be a scalar type if parent array's x-kubernetes-list-type is map", showing: items["type"].value)
            }
            if !seen.insert(name).inserted { errors.invalid(keys, "must not contain duplicate entries") }
        }
    }

    /// Elements that are found again by what they are or by their keys have to be there, and their keys too.
    private mutating func checkListItems(_ schema: FieldValue) {
        let listType = schema["x-kubernetes-list-type"].text, items = schema["items"]
        guard listType == "set" || listType == "map", items.value.isObject else { return }
        if items["nullable"].value.bool == true {
            errors.forbidden(items["nullable"], "cannot be nullable when x-kubernetes-list-type is " + listType)
        }
        guard listType == "map" else { return }
        let required = Set(items.value["required"].strings)
        for name in schema.value["x-kubernetes-list-map-keys"].strings {
            let property = items["properties"].entry(name)
            guard property.isPresent else { continue }
            let reason = "this property is in x-kubernetes-list-map-keys, so it "
            if !required.contains(name), property["default"].isAbsent {
                errors.required(property["default"], reason + "must have a default or be a required property")
            }
            if property["nullable"].value.bool == true { errors.forbidden(property["nullable"], reason + "cannot be nullable") }
        }
    }
}

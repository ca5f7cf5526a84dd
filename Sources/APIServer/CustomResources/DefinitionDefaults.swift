import KubernetesTypes
import Objects
import Policies
import Schema

/// Defaults in a definition's schemas have to fit these schemas themselves.
struct DefinitionDefaults: ValidatingAdmission {
    let name = "CustomResourceDefinitionDefaults"

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "customresourcedefinitions.apiextensions.k8s.io", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update
        else { return }
        let errors = Self.errors(attributes.object)
        if errors.isEmpty { return }
        // What was accepted once stays so.
        if attributes.operation == .update, Set(errors) == Set(Self.errors(attributes.oldObject)) { return }
        throw .invalid(attributes.kind, attributes.name, errors)
    }

    static func errors(_ definition: Value) -> [FieldError] {
        let versions = definition["spec"]["versions"].array
        var found: [FieldError] = []
        for (index, version) in versions.enumerated() {
            let place = versions.count == 1
                ? "spec.validation.openAPIV3Schema" : "spec.versions[\(index)].schema.openAPIV3Schema"
            collect(version["schema"]["openAPIV3Schema"], place, isRoot: true, &found)
        }
        return found
    }

    private static func collect(_ schema: Value, _ path: String, isRoot: Bool, _ found: inout [FieldError]) {
        guard schema.isObject else { return }
        if !schema["default"].isNull { check(schema, path + ".default", isRoot: isRoot, &found) }
        for property in schema["properties"].members where !isRoot || property.key != "metadata" {
            collect(property.value, "\(path).properties[\(property.key)]", isRoot: false, &found)
        }
        for key in ["items", "additionalProperties"] { collect(schema[key], "\(path).\(key)", isRoot: false, &found) }
    }

    private static func check(_ schema: Value, _ path: String, isRoot: Bool, _ found: inout [FieldError]) {
        let structural = StructuralSchema(schema)
        let standing = schema["default"]
        var unknown: [String] = []
        _ = CustomSchema.pruned(standing, structural, isResource: isRoot, &unknown)
        if !unknown.isEmpty {
            found.append(.invalid(path, standing, "must not have unknown fields"))
            return
        }
        let problems = CustomValidation.errors(ofDefault: standing, structural, isResource: isRoot)
        // Rules are asked only about what has the right form.
        let broken = problems.isEmpty ? SchemaRules.compile(schema, isResource: isRoot)?.errors(standing, old: nil) ?? [] : []
        for error in problems + broken { found.append(error.below(path)) }
    }
}

extension FieldError {
    /// The same problem of a value that stands at `path`.
    func below(_ path: String) -> FieldError {
        FieldError(kind: kind, field: field.isEmpty ? path : path + (field.hasPrefix("[") ? "" : ".") + field, message: message)
    }
}

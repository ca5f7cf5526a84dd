import Authentication
import KubernetesTypes
import Objects
import Schema
import Strategies

/// What pods of a namespace tolerate by default, and what they may tolerate at most.
struct PodTolerationRestriction: MutatingAdmission, ValidatingAdmission {
    let name = "PodTolerationRestriction"
    let callsOthers = false
    let namespaces: ResourceStore
    /// For namespaces that say nothing by annotations.
    private let usual: [Value]
    private let allowed: [Value]

    private static let usualAnnotation = "scheduler.alpha.kubernetes.io/defaultTolerations"
    private static let allowedAnnotation = "scheduler.alpha.kubernetes.io/tolerationsWhitelist"
    private static let conflict =
        "pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist"

    /// Throws when the configuration is none of this plug-in.
    init(namespaces: ResourceStore, configuration: Value) throws(ConfigurationProblem) {
        if !configuration.isNull {
            let version = "podtolerationrestriction.admission.k8s.io/v1alpha1"
            guard configuration["kind"].string == "Configuration", configuration["apiVersion"].string == version else {
                throw ConfigurationProblem("expected a Configuration of \(version)")
            }
        }
        self.namespaces = namespaces
        usual = configuration["default"].array
        allowed = configuration["whitelist"].array
    }

    private static func concerns(_ attributes: AdmissionAttributes) -> Bool {
        attributes.resource.description == "pods" && attributes.subresource.isEmpty
            && (attributes.operation == .create || attributes.operation == .update)
    }

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes) else { return }
        var tolerations = attributes.object["spec"]["tolerations"].array
        if attributes.operation == .create {
            tolerations = TolerationSets.merge(try stated(attributes, Self.usualAnnotation) ?? usual, tolerations)
        }
        if QualityOfService.of(attributes.object["spec"]) != "BestEffort" {
            let pressure: Value = ["key": "node.kubernetes.io/memory-pressure", "operator": "Exists", "effect": "NoSchedule"]
            tolerations = TolerationSets.merge(tolerations, [pressure])
        }
        if !tolerations.isEmpty { attributes.object["spec"]["tolerations"] = .array(tolerations) }
        try await validate(attributes, warnings: warnings)
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes) else { return }
        let tolerations = attributes.object["spec"]["tolerations"].array
        guard !tolerations.isEmpty else { return }
        let allowed = try stated(attributes, Self.allowedAnnotation) ?? allowed
        guard !allowed.isEmpty else { return }
        let areAllowed = tolerations.allSatisfy { toleration in allowed.contains { TolerationSets.covers($0, toleration) } }
        if !areAllowed { throw .unexpected(Self.conflict) }
    }

    /// What the namespace says; nil for nothing.
    private func stated(_ attributes: AdmissionAttributes, _ annotation: String) throws(StatusError) -> [Value]? {
        guard let namespace = namespaces.cache.object(attributes.namespace) else {
            throw .notFound(namespaces.resource, attributes.namespace)
        }
        guard let text = namespace.value["metadata"]["annotations"][annotation].string else { return nil }
        if text.isEmpty { return [] }
        guard let value = try? Value(json: Array(text.utf8)), case .array = value else {
            throw .internalError("the annotation \(annotation) of namespace \(attributes.namespace) is no list of tolerations")
        }
        return value.array
    }
}

/// Tolerations as sets of taints.
enum TolerationSets {
    /// Whether whatever `other` tolerates is tolerated by `wide` as well.
    static func covers(_ wide: Value, _ other: Value) -> Bool {
        if wide == other { return true }
        func text(_ value: Value, _ name: String) -> String { value[name].string ?? "" }
        let takesAll = text(wide, "key").isEmpty && text(wide, "operator") == "Exists"
        if text(wide, "key") != text(other, "key"), !takesAll { return false }
        if text(wide, "effect") != text(other, "effect"), !text(wide, "effect").isEmpty { return false }
        if text(wide, "effect") == "NoExecute", let bound = wide["tolerationSeconds"].int {
            guard let seconds = other["tolerationSeconds"].int, seconds <= bound else { return false }
        }
        switch text(wide, "operator") {
        case "", "Equal": return ["", "Equal"].contains(text(other, "operator")) && text(wide, "value") == text(other, "value")
        case "Exists": return true
        default: return false
        }
    }

    /// Both, without those that others cover. Of equal ones the first stays.
    static func merge(_ first: [Value], _ second: [Value]) -> [Value] {
        let all = first + second
        var merged: [Value] = []
        for (index, toleration) in all.enumerated() {
            if merged.contains(where: { covers($0, toleration) }) { continue }
            if all.dropFirst(index + 1).contains(where: { $0 != toleration && covers($0, toleration) }) { continue }
            merged.append(toleration)
        }
        return merged
    }
}

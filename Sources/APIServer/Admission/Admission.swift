package import KubernetesTypes
package import Objects
package import Schema

/// What admission decides upon.
package struct AdmissionAttributes: Sendable {
    package enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    package let operation: Operation
    package let kind: GroupVersionKind
    package let resource: GroupResource
    package let version: String
    package let subresource: String
    package let namespace: String
    package let name: String
    /// The object as it will be stored; null for deletions.
    package var object: Value
    /// The stored object; null for creations.
    package let oldObject: Value
    package let user: UserInfo
    package let isDryRun: Bool
    /// The options of the request (`CreateOptions`, …).
    package let options: Value
    /// The group and version that the client speaks.
    package let requestVersion: GroupVersion
    /// Which webhooks have seen the object, and whether the mutating steps have to run once more.
    var reinvocation = Reinvocation()
}

/// A step that may change the object, or refuse it. Throws `StatusError`.
package protocol MutatingAdmission: Sendable {
    var name: String { get }
    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError)
}

/// A step that may refuse the object. Throws `StatusError`.
package protocol ValidatingAdmission: Sendable {
    var name: String { get }
    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError)
}

/// All steps, in the order in which they run.
package struct AdmissionChain: Sendable {
    package var mutating: [any MutatingAdmission]
    package var validating: [any ValidatingAdmission]

    package init(mutating: [any MutatingAdmission] = [], validating: [any ValidatingAdmission] = []) {
        self.mutating = mutating
        self.validating = validating
    }

    package func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        for step in mutating { try await step.admit(&attributes, warnings: warnings) }
        guard attributes.reinvocation.isNeeded else { return }
        attributes.reinvocation.isSecondRound = true
        for step in mutating { try await step.admit(&attributes, warnings: warnings) }
    }

    package func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        for step in validating { try await step.validate(attributes, warnings: warnings) }
    }
}

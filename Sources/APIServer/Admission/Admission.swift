import Authentication
package import Authorization
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
    /// The verb of the request; empty for what the server does by itself.
    var verb = ""
    /// Which webhooks have seen the object, and whether the mutating steps have to run once more.
    var reinvocation = Reinvocation()
}

/// A step that may change the object, or refuse it. Throws `StatusError`.
package protocol MutatingAdmission: Sendable {
    var name: String { get }
    /// Whether the step does what cannot be done twice; it then waits for the authorizer itself.
    var callsOthers: Bool { get }
    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError)
}

/// A step that may refuse the object. Throws `StatusError`.
package protocol ValidatingAdmission: Sendable {
    var name: String { get }
    /// Whether the step does what cannot be done twice; it then waits for the authorizer itself.
    var callsOthers: Bool { get }
    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError)
}

extension MutatingAdmission {
    package var callsOthers: Bool { false }
}

extension ValidatingAdmission {
    package var callsOthers: Bool { false }
}

/// All steps, in the order in which they run.
package struct AdmissionChain: Sendable {
    package var mutating: [any MutatingAdmission]
    package var validating: [any ValidatingAdmission]
    /// Whom the steps ask who may do what.
    private let authorizer: AuthorizerChain

    package init(
        mutating: [any MutatingAdmission] = [], validating: [any ValidatingAdmission] = [],
        authorizer: AuthorizerChain = AuthorizerChain([MastersAuthorizer()])
    ) {
        self.mutating = mutating
        self.validating = validating
        self.authorizer = authorizer
    }

    package func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        try await runMutating(&attributes, warnings)
        guard attributes.reinvocation.isNeeded else { return }
        attributes.reinvocation.isSecondRound = true
        try await runMutating(&attributes, warnings)
    }

    private func runMutating(_ attributes: inout AdmissionAttributes, _ warnings: RequestNotes) async throws(StatusError) {
        for step in mutating {
            guard authorizer.asksOthers, !step.callsOthers else {
                try await step.admit(&attributes, warnings: warnings)
                continue
            }
            let before = attributes
            attributes = try await authorizer.settled { () async throws(StatusError) in
                var copy = before
                try await step.admit(&copy, warnings: warnings)
                return copy
            }
        }
    }

    package func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        for step in validating {
            guard authorizer.asksOthers, !step.callsOthers else {
                try await step.validate(attributes, warnings: warnings)
                continue
            }
            try await authorizer.settled { () async throws(StatusError) in try await step.validate(attributes, warnings: warnings) }
        }
    }
}

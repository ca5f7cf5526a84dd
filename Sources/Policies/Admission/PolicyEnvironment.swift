import CEL
import Objects

/// What expressions of admission may name.
enum PolicyEnvironment {
    /// The types of `request`.
    private static let groupVersionKind = DeclaredType(
        object: "kubernetes.GroupVersionKind", fields: ["group": .string, "version": .string, "kind": .string])
    private static let groupVersionResource = DeclaredType(
        object: "kubernetes.GroupVersionResource", fields: ["group": .string, "version": .string, "resource": .string])
    private static let strings = DeclaredType(.list(.string, .atomic))
    private static let userInfo = DeclaredType(
        object: "kubernetes.UserInfo", fields: ["username": .string, "uid": .string, "groups": strings, "extra": DeclaredType(.map(strings))])
    static let request = DeclaredType(
        object: "kubernetes.AdmissionRequest",
        fields: [
            "kind": groupVersionKind, "resource": groupVersionResource, "subResource": .string, "requestKind": groupVersionKind,
            "requestResource": groupVersionResource, "requestSubResource": .string, "name": .string, "namespace": .string,
            "operation": .string, "userInfo": userInfo, "dryRun": .bool, "options": .dyn,
        ])

    /// The types of `namespaceObject`.
    private static let timestamp = DeclaredType(.scalar(.timestamp))
    private static let metadata = DeclaredType(
        object: "kubernetes.NamespaceMetadata",
        fields: [
            "name": .string, "generateName": .string, "namespace": .string, "labels": DeclaredType(.map(.string)),
            "annotations": DeclaredType(.map(.string)), "UID": .string, "uid": .string, "creationTimestamp": timestamp,
            "deletionGracePeriodSeconds": .int, "deletionTimestamp": timestamp, "generation": .int, "resourceVersion": .string,
            "finalizers": strings,
        ])
    static let namespace = DeclaredType(
        object: "kubernetes.Namespace",
        fields: [
            "metadata": metadata, "spec": DeclaredType(object: "kubernetes.NamespaceSpec", fields: ["finalizers": strings]),
            "status": DeclaredType(object: "kubernetes.NamespaceStatus", fields: ["phase": .string]),
        ])

    /// In this order a program takes the values of the variables: see `PolicyInput`.
    static func environment(
        object: CELType = .dyn, params: CELType? = nil, isMutation: Bool = false, hasNamespace: Bool = true, variables: DeclaredType? = nil
    ) -> Environment {
        var declared: [(String, CELType)] = [
            ("object", object), ("oldObject", object), ("request", .object(request)), ("authorizer", .authorizer),
            ("authorizer.requestResource", .resourceCheck),
        ]
        if hasNamespace { declared.append(("namespaceObject", .object(namespace))) }
        if let params { declared.append(("params", params)) }
        if let variables { declared.append(("variables", .object(variables))) }
        return (isMutation ? Environment.kubernetesMutation : .kubernetes).extended(variables: declared)
    }
}

/// The values of the variables of one request.
struct PolicyInput: Sendable {
    private var named: [String: CELValue]

    init(_ request: PolicyRequest, params: Value = .null) {
        self.init(
            request: request.value, object: request.object, oldObject: request.oldObject, namespaceObject: request.namespaceObject,
            params: params, decide: request.decide)
    }

    /// `request` is an `AdmissionRequest`.
    init(request: Value, object: Value, oldObject: Value, namespaceObject: Value, params: Value, decide: @escaping AuthorizerValue.Decide) {
        var question = AuthorizationQuestion()
        question.group = request["requestResource"]["group"].string ?? ""
        question.resource = request["requestResource"]["resource"].string ?? ""
        question.subresource = request["requestSubResource"].string ?? ""
        question.namespace = request["namespace"].string ?? ""
        question.name = request["name"].string ?? ""
        named = [
            "object": CELValue(adapting: object), "oldObject": CELValue(adapting: oldObject),
            "request": CELValue(adapting: request, as: PolicyEnvironment.request),
            "authorizer": .opaque(AuthorizerValue(decide: decide)),
            "authorizer.requestResource": .opaque(AuthorizerValue(requestResource: question, decide: decide)),
            "namespaceObject": CELValue(adapting: namespaceObject, as: PolicyEnvironment.namespace),
            "params": CELValue(adapting: params),
        ]
    }

    /// The values in the order of a program's variables.
    func values(for program: Program, variables: PolicyVariables.Values?) -> [CELValue] {
        program.checked.environment.variables.map { variable in
            if variable.name == "variables" { return variables.map { .object($0) } ?? .null }
            return named[variable.name] ?? .null
        }
    }

    /// With an object that a mutation changed.
    func replacing(object: Value) -> PolicyInput {
        var copy = self
        copy.named["object"] = CELValue(adapting: object)
        return copy
    }
}

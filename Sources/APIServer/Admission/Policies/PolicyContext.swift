import Authentication
import Authorization
import CEL
import KubernetesTypes
import Objects
import Policies
import Schema
import Webhooks

/// What policies of both kinds need of the server: the object in its forms, namespaces, parameters, the authorizer.
struct PolicyContext: Sendable {
    let kinds: ServedKinds
    let forms: AdmissionForms
    let namespaces: ResourceStore
    let authorizer: AuthorizerChain

    /// A request, and the forms in which its object can be shown.
    struct Subject: Sendable {
        let match: MatchSubject
        let forms: [AdmissionForms.Form]
        let namespace: Value
    }

    private static let exempt: Set<String> = [
        "validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
    ]

    /// Policies do not decide about policies: nobody could undo a wrong one.
    static func isExempt(_ resource: GroupResource) -> Bool {
        resource.group == "admissionregistration.k8s.io" && exempt.contains(resource.resource)
    }

    func subject(_ attributes: AdmissionAttributes) -> Subject {
        let requested = forms.requested(attributes)
        let all = [requested] + forms.equivalents(attributes, of: requested)
        let isNamespace = attributes.resource.description == "namespaces"
        let namespace = isNamespace || attributes.namespace.isEmpty ? .null : namespaces.cache.object(attributes.namespace)?.value ?? .null
        var around: [String: String]?
        if isNamespace {
            // A namespace is judged by its own labels.
            let own = attributes.object.isObject && attributes.subresource.isEmpty
                ? attributes.object : namespaces.cache.object(attributes.name)?.value ?? attributes.oldObject
            around = own["metadata"]["labels"].stringMap
        } else if !attributes.namespace.isEmpty {
            around = namespace["metadata"]["labels"].stringMap
        }
        let objects = [attributes.object, attributes.oldObject].filter(\.isObject)
        let match = MatchSubject(
            operation: attributes.operation.rawValue,
            resources: all.map { GroupVersionResource(group: $0.resource.group, version: $0.resource.version, resource: $0.resource.resource) },
            subresource: attributes.subresource, name: attributes.name, isNamespaced: !attributes.namespace.isEmpty && !isNamespace,
            labels: objects.map { $0["metadata"]["labels"].stringMap }, namespaceLabels: around)
        return Subject(match: match, forms: all, namespace: namespace)
    }

    /// The request as a policy sees it whose rules name the form at `position`.
    func request(_ attributes: AdmissionAttributes, _ subject: Subject, _ position: Int) async throws(StatusError) -> PolicyRequest {
        let form = subject.forms[position], requested = subject.forms[0]
        return PolicyRequest(
            operation: attributes.operation.rawValue, kind: form.kind, resource: subject.match.resources[position],
            subresource: attributes.subresource, requestKind: requested.kind, requestResource: subject.match.resources[0],
            namespace: attributes.resource.description == "namespaces" ? attributes.name : attributes.namespace, name: attributes.name,
            object: try await forms.object(attributes.object, as: form), oldObject: try await forms.object(attributes.oldObject, as: form),
            user: attributes.user.value, isDryRun: attributes.isDryRun, options: attributes.options, namespaceObject: subject.namespace,
            decide: decide(for: attributes.user))
    }

    /// Asks the authorizer for the user of the request, or for the service account that an expression names.
    func decide(for user: UserInfo) -> AuthorizerValue.Decide {
        { [authorizer] question in
            var asking = user
            if let account = question.serviceAccount {
                asking = UserInfo(
                    name: "system:serviceaccount:\(account.namespace):\(account.name)",
                    groups: ["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)", UserInfo.authenticatedGroup])
            }
            var request = AccessRequest(user: asking, verb: question.verb, isResourceRequest: question.path == nil)
            request.group = question.group
            request.version = "*"
            request.resource = question.resource
            request.subresource = question.subresource
            request.namespace = question.namespace
            request.name = question.name
            request.path = question.path ?? ""
            if let fields = try? FieldSelector(parsing: question.fieldSelector) { request.fields = fields }
            switch authorizer.decide(request) {
            case .allow(let reason): return AuthorizationAnswer(isAllowed: true, reason: reason)
            case .noOpinion(let reason), .deny(let reason): return AuthorizationAnswer(isAllowed: false, reason: reason)
            }
        }
    }

    // MARK: parameters

    /// The kind of a policy's parameters. Throws when the server has none of that name.
    func parameterKind(_ stated: Value) throws(PolicyFailure) -> ServedKind? {
        guard stated.isObject else { return nil }
        let parts = (stated["apiVersion"].string ?? "").split(separator: "/")
        let id = GroupVersionKind(
            group: parts.count > 1 ? String(parts[0]) : "", version: String(parts.last ?? ""), kind: stated["kind"].string ?? "")
        guard let kind = kinds.kind(id) else {
            throw PolicyFailure(
                "failed to configure policy: failed to find resource referenced by paramKind: '\(id.group)/\(id.version), Kind=\(id.kind)'")
        }
        return kind
    }

    /// The parameters of a binding, each for one evaluation; one null when the policy takes none.
    func parameters(_ kind: ServedKind?, _ binding: Value, namespace: String) throws(PolicyFailure) -> [Value] {
        let reference = binding["paramRef"]
        guard let kind, reference.isObject else { return [.null] }
        var place = ""
        if kind.description.isNamespaced {
            place = reference["namespace"].string ?? namespace
            if place.isEmpty { throw PolicyFailure("failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources") }
        } else if !(reference["namespace"].string ?? "").isEmpty {
            throw PolicyFailure("failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        var found: [EncodedObject] = []
        if let name = reference["name"].string, !name.isEmpty {
            if let object = kind.store.cache.object(ResourceStore.key(place, name)) { found = [object] }
        } else {
            let selector = Objects.LabelSelector(reference["selector"])
            found = kind.store.all(in: place).filter { object in selector.matches { object.label($0) } }
        }
        if found.isEmpty, reference["parameterNotFoundAction"].string == "Deny" {
            throw PolicyFailure("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")
        }
        return found.map { kind.served($0).value }
    }
}

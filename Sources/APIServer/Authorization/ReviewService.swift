import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema
import Strategies

/// Kinds that are questions: posted, answered, never stored.
struct ReviewService: Sendable {
    let authenticator: Authenticator
    let authorizer: AuthorizerChain
    let roles: RoleAuthorizer

    static let resources: Set<GroupResource> = [
        GroupResource(group: "authentication.k8s.io", resource: "tokenreviews"),
        GroupResource(group: "authentication.k8s.io", resource: "selfsubjectreviews"),
        GroupResource(group: "authorization.k8s.io", resource: "subjectaccessreviews"),
        GroupResource(group: "authorization.k8s.io", resource: "localsubjectaccessreviews"),
        GroupResource(group: "authorization.k8s.io", resource: "selfsubjectaccessreviews"),
        GroupResource(group: "authorization.k8s.io", resource: "selfsubjectrulesreviews"),
    ]

    func answer(_ review: Value, _ request: ServerRequest) async throws(StatusError) -> Value {
        var review = review
        let spec = review["spec"]
        switch request.info.resource {
        case "selfsubjectreviews":
            review["metadata"]["creationTimestamp"] = .string(Timestamp.now().text)
            review["status"] = ["userInfo": request.user.value]
        case "tokenreviews":
            let token = spec["token"].string ?? ""
            if token.isEmpty { throw .badRequest("token is required for TokenReview in authentication") }
            switch await authenticator.review(token, audiences: spec["audiences"].strings) {
            case .user(let user, let matching):
                review["status"] = ["authenticated": true, "user": user.value]
                if !matching.isEmpty { review["status"]["audiences"] = Value(matching) }
            case .unknown: review["status"] = ["user": .emptyObject, "error": "invalid bearer token"]
            case .refused(let reason): review["status"] = ["user": .emptyObject, "error": .string("[invalid bearer token, \(reason)]")]
            }
        case "selfsubjectrulesreviews":
            let namespace = spec["namespace"].string ?? ""
            if namespace.isEmpty { throw .badRequest("no namespace on request") }
            review["status"] = rules(for: request.user, namespace)
            // The answer is an object of its own: nothing of what was sent comes back.
            review["metadata"] = .emptyObject
            review["spec"] = .emptyObject
        case "selfsubjectaccessreviews":
            try check(spec, needsSubject: false, Self.metadataProblems(review["metadata"], but: []))
            review["status"] = await decide(spec, request.user)
        default:
            let isLocal = request.info.resource == "localsubjectaccessreviews"
            if isLocal { review["metadata"]["namespace"] = .string(request.info.namespace) }
            // What belongs to no namespace loses the one that it names.
            if !isLocal { review["metadata"].remove("namespace") }
            let metadata = Self.metadataProblems(review["metadata"], but: isLocal ? ["namespace"] : [])
            try check(spec, needsSubject: true, metadata + (isLocal ? Self.localProblems(spec, request.info.namespace) : []))
            let extra = spec["extra"].members.map { ($0.key.lowercased(), $0.value.strings) }
            let user = UserInfo(
                name: spec["user"].string ?? "", uid: spec["uid"].string ?? "", groups: spec["groups"].strings,
                extra: Dictionary(extra, uniquingKeysWith: { $0 + $1 }))
            review["status"] = await decide(spec, user)
            let failures = Self.selectorFailures(spec["resourceAttributes"])
            if !failures.isEmpty { review["status"]["evaluationError"] = .string(failures.joined(separator: ", ")) }
        }
        return review
    }

    /// A question has no name and nothing else that objects have.
    private static func metadataProblems(_ metadata: Value, but allowed: [String]) -> [FieldError] {
        if metadata.members.allSatisfy({ $0.key == "managedFields" || allowed.contains($0.key) || $0.value.isEmptyForJSON }) { return [] }
        return [.invalid("metadata", metadata, allowed.isEmpty ? "must be empty" : "must be empty except for namespace")]
    }

    private static func pathError(_ spec: Value, _ problem: String) -> FieldError {
        let error = FieldError.invalid("spec.nonResourceAttributes", spec["nonResourceAttributes"], problem)
        return KindCatalogue.builtIn.message(named: "k8s.io.api.authorization.v1.SubjectAccessReview").map(error.inInternalForm) ?? error
    }

    /// A local review asks about its own namespace only.
    private static func localProblems(_ spec: Value, _ namespace: String) -> [FieldError] {
        if spec["nonResourceAttributes"].isObject {
            return [pathError(spec, "disallowed on this kind of request")]
        }
        let stated = spec["resourceAttributes"]["namespace"].string ?? ""
        if !spec["resourceAttributes"].isObject || stated == namespace { return [] }
        return [.invalid("spec.resourceAttributes.namespace", .string(stated), "must match metadata.namespace")]
    }

    /// A selector is text or a list of requirements.
    private static func selectorProblems(_ attributes: Value) -> [FieldError] {
        ["fieldSelector", "labelSelector"].flatMap { name -> [FieldError] in
            let selector = attributes[name], path = "spec.resourceAttributes.\(name)"
            guard selector.isObject else { return [] }
            let text = selector["rawSelector"].string ?? ""
            if !text.isEmpty, !selector["requirements"].array.isEmpty {
                return [.invalid(path + ".rawSelector", .string(text), "may not specified at the same time as requirements")]
            }
            if text.isEmpty, selector["requirements"].array.isEmpty {
                return [.required(path + ".requirements", "when \(path) is specified, requirements or rawSelector is required")]
            }
            return requirementProblems(selector["requirements"], path + ".requirements", isLabels: name == "labelSelector")
        }
    }

    /// Operators that are not known are let pass: newer clients may have them.
    private static func requirementProblems(_ requirements: Value, _ path: String, isLabels: Bool) -> [FieldError] {
        let known = ["In", "NotIn", "Exists", "DoesNotExist"]
        var errors = FieldErrors()
        for requirement in FieldValue(requirements, at: path).items {
            if known.contains(requirement["operator"].text) {
                errors.selectorRequirement(requirement, operators: known, hasLabelKey: isLabels)
            } else if isLabels {
                errors.labelKey(requirement["key"])
            }
            if !isLabels { errors.need(requirement["key"], "must be specified") }
            if isLabels { for value in requirement["values"].items { errors.text(value, NameRules.labelValue) } }
        }
        return errors.list
    }

    /// Selectors that nobody can read narrow nothing, and the answer says so.
    private static func selectorFailures(_ attributes: Value) -> [String] {
        ["fieldSelector", "labelSelector"].compactMap { name in
            let selector = attributes[name]
            let known = name == "fieldSelector" ? ["In", "NotIn"] : ["In", "NotIn", "Exists", "DoesNotExist"]
            let isFine: Bool
            if let raw = selector["rawSelector"].string, !raw.isEmpty {
                isFine = name == "fieldSelector" ? (try? FieldSelector(parsing: raw)) != nil : (try? LabelSelector(parsing: raw)) != nil
            } else {
                isFine = selector["requirements"].array.allSatisfy { known.contains($0["operator"].string ?? "") }
            }
            return isFine ? nil : "spec.resourceAttributes.\(name) ignored due to parse error"
        }
    }

    private func check(_ spec: Value, needsSubject: Bool, _ more: [FieldError]) throws(StatusError) {
        let resource = spec["resourceAttributes"].isObject
        let path = spec["nonResourceAttributes"].isObject
        var errors: [FieldError] = []
        if resource && path {
            errors.append(Self.pathError(spec, "cannot be specified in combination with resourceAttributes"))
        }
        if !resource && !path {
            errors.append(.invalid("spec.resourceAttributes", .null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        }
        if needsSubject, (spec["user"].string ?? "").isEmpty, spec["groups"].array.isEmpty {
            errors.append(.invalid("spec.user", .string(""), "at least one of user or group must be specified"))
        }
        errors += Self.selectorProblems(spec["resourceAttributes"]) + more
        if !errors.isEmpty {
            throw .invalid(GroupVersionKind(group: "authorization.k8s.io", version: "v1", kind: ""), "", errors)
        }
    }

    /// The terms of a review's field selector; those that it cannot express narrow nothing.
    private static func selector(_ value: Value) -> FieldSelector {
        if let raw = value["rawSelector"].string, let parsed = try? FieldSelector(parsing: raw) { return parsed }
        return FieldSelector(
            value["requirements"].array.compactMap { requirement in
                guard let key = requirement["key"].string, requirement["operator"].string == "In",
                    requirement["values"].array.count == 1, let value = requirement["values"][0].string
                else { return nil }
                return FieldSelector.Term(field: key, value: value, isEqual: true)
            })
    }

    private static func labelSelector(_ value: Value) -> Objects.LabelSelector {
        if let raw = value["rawSelector"].string, let parsed = try? Objects.LabelSelector(parsing: raw) { return parsed }
        let requirements = value["requirements"].array
        if requirements.isEmpty { return .everything }
        return Objects.LabelSelector(
            requirements.compactMap { requirement in
                guard let key = requirement["key"].string, let known = requirement["operator"].string.flatMap(Objects.LabelSelector.Operator.init(rawValue:))
                else { return nil }
                return Objects.LabelSelector.Requirement(key: key, operator: known, values: Set(requirement["values"].strings))
            })
    }

    private func decide(_ spec: Value, _ user: UserInfo) async -> Value {
        let isResource = spec["resourceAttributes"].isObject
        let wanted = isResource ? spec["resourceAttributes"] : spec["nonResourceAttributes"]
        var access = AccessRequest(user: user, verb: wanted["verb"].string ?? "", isResourceRequest: isResource)
        access.group = wanted["group"].string ?? ""
        access.version = wanted["version"].string ?? ""
        access.resource = wanted["resource"].string ?? ""
        access.subresource = wanted["subresource"].string ?? ""
        access.namespace = wanted["namespace"].string ?? ""
        access.name = wanted["name"].string ?? ""
        access.path = wanted["path"].string ?? ""
        access.fields = Self.selector(wanted["fieldSelector"])
        access.labels = Self.labelSelector(wanted["labelSelector"])
        if access.name.isEmpty { access.name = access.fields.required("metadata.name") ?? "" }
        switch await authorizer.settled({ authorizer.decide(access) }) {
        case .allow(let reason): return reason.isEmpty ? ["allowed": true] : ["allowed": true, "reason": .string(reason)]
        case .deny(let reason): return ["allowed": false, "denied": true, "reason": .string(reason)]
        case .noOpinion(let reason): return reason.isEmpty ? ["allowed": false] : ["allowed": false, "reason": .string(reason)]
        }
    }

    private func rules(for user: UserInfo, _ namespace: String) -> Value {
        var all = roles.rules(for: user, namespace: namespace)
        if user.groups.contains(UserInfo.mastersGroup) {
            all.insert(PolicyRule(verbs: ["*"], groups: ["*"], resources: ["*"]), at: 0)
            all.insert(PolicyRule(verbs: ["*"], paths: ["*"]), at: 1)
        }
        var status: Value = [
            "resourceRules": .array(all.filter { $0.paths.isEmpty }.map(\.value)),
            "nonResourceRules": .array(all.filter { !$0.paths.isEmpty }.map(\.value)), "incomplete": .bool(authorizer.asksOthers),
        ]
        // What a webhook would allow is known only when it is asked.
        if authorizer.asksOthers { status["evaluationError"] = "webhook authorizer does not support user rule resolution" }
        return status
    }
}

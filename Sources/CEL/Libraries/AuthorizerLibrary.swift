/// What an expression asks of the authorizer.
public struct AuthorizationQuestion: Sendable, Hashable {
    /// Nil asks for the user of the request.
    public var serviceAccount: ServiceAccount?
    /// Set for questions of paths that are no resources.
    public var path: String?
    public var group = ""
    public var resource = ""
    public var subresource = ""
    public var namespace = ""
    public var name = ""
    public var fieldSelector = ""
    public var labelSelector = ""
    public var verb = ""

    public struct ServiceAccount: Sendable, Hashable {
        public let namespace: String
        public let name: String
    }

    public init() {}
}

/// What the authorizer says.
public struct AuthorizationAnswer: Sendable, Hashable {
    public let isAllowed: Bool
    public let reason: String
    /// Empty when nothing went wrong.
    public let error: String

    public init(isAllowed: Bool, reason: String = "", error: String = "") {
        self.isAllowed = isAllowed
        self.reason = reason
        self.error = error
    }
}

/// The authorizer as a value of expressions.
public struct AuthorizerValue: CELOpaque {
    public typealias Decide = @Sendable (AuthorizationQuestion) -> AuthorizationAnswer

    enum Stage: String { case authorizer = "Authorizer", path = "PathCheck", group = "GroupCheck", resource = "ResourceCheck" }

    let stage: Stage
    let question: AuthorizationQuestion
    let decide: Decide

    /// For the user of the request.
    public init(decide: @escaping Decide) { self.init(.authorizer, AuthorizationQuestion(), decide) }

    /// With the resource of the request filled in: `authorizer.requestResource`.
    public init(requestResource question: AuthorizationQuestion, decide: @escaping Decide) { self.init(.resource, question, decide) }

    init(_ stage: Stage, _ question: AuthorizationQuestion, _ decide: @escaping Decide) {
        self.stage = stage
        self.question = question
        self.decide = decide
    }

    public var typeName: String { "kubernetes.authorization.\(stage.rawValue)" }

    public func isEqual(to other: any CELOpaque) -> Bool {
        guard let other = other as? AuthorizerValue else { return false }
        return stage == other.stage && question == other.question
    }
}

/// The answer as a value of expressions.
struct DecisionValue: CELOpaque {
    let answer: AuthorizationAnswer
    var typeName: String { "kubernetes.authorization.Decision" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? DecisionValue)?.answer == answer }
}

extension CELType {
    public static let authorizer = CELType.opaque("kubernetes.authorization.Authorizer")
    public static let resourceCheck = CELType.opaque("kubernetes.authorization.ResourceCheck")
    static let pathCheck = CELType.opaque("kubernetes.authorization.PathCheck")
    static let groupCheck = CELType.opaque("kubernetes.authorization.GroupCheck")
    static let decision = CELType.opaque("kubernetes.authorization.Decision")
}

extension Library {
    /// What the authorizer is asked with: `authorizer.group('apps').resource('deployments').check('create').allowed()`.
    public static let authorizer = Library(
        [
            builder("path", "authorizer_path", .authorizer, .pathCheck, .path) { $0.path = $1 },
            builder("group", "authorizer_group", .authorizer, .groupCheck, .group) { $0.group = $1 },
            builder("resource", "groupcheck_resource", .groupCheck, .resourceCheck, .resource) { $0.resource = $1 },
            builder("subresource", "resourcecheck_subresource", .resourceCheck, .resourceCheck, .resource) { $0.subresource = $1 },
            builder("namespace", "resourcecheck_namespace", .resourceCheck, .resourceCheck, .resource) { $0.namespace = $1 },
            builder("name", "resourcecheck_name", .resourceCheck, .resourceCheck, .resource) { $0.name = $1 },
            builder("fieldSelector", "authorizer_fieldselector", .resourceCheck, .resourceCheck, .resource) { $0.fieldSelector = $1 },
            builder("labelSelector", "authorizer_labelselector", .resourceCheck, .resourceCheck, .resource) { $0.labelSelector = $1 },
            Function("serviceAccount", [Overload("authorizer_serviceaccount", isMember: true, [.authorizer, .string, .string], .authorizer)]) {
                arguments throws(CELError) in
                guard let value = value(arguments[0]), case .string(let namespace) = arguments[1], case .string(let name) = arguments[2]
                else { throw .noSuchOverload }
                var question = value.question
                question.serviceAccount = AuthorizationQuestion.ServiceAccount(namespace: namespace, name: name)
                return .opaque(AuthorizerValue(.authorizer, question, value.decide))
            },
            Function(
                "check",
                [
                    Overload("pathcheck_check_string", isMember: true, [.pathCheck, .string], .decision),
                    Overload("resourcecheck_check_string", isMember: true, [.resourceCheck, .string], .decision),
                ]
            ) { arguments throws(CELError) in
                guard let value = value(arguments[0]), case .string(let verb) = arguments[1] else { throw .noSuchOverload }
                var question = value.question
                question.verb = verb
                return .opaque(DecisionValue(answer: value.decide(question)))
            },
            answer("allowed", .bool) { .bool($0.isAllowed) },
            answer("reason", .string) { .string($0.reason) },
            answer("errored", .bool) { .bool(!$0.error.isEmpty) },
            answer("error", .string) { .string($0.error) },
        ], types: [.authorizer, .pathCheck, .groupCheck, .resourceCheck, .decision])

    private static func value(_ value: CELValue) -> AuthorizerValue? {
        guard case .opaque(let opaque) = value else { return nil }
        return opaque as? AuthorizerValue
    }

    private static func builder(
        _ name: String, _ id: String, _ receiver: CELType, _ result: CELType, _ stage: AuthorizerValue.Stage,
        _ set: @escaping @Sendable (inout AuthorizationQuestion, String) -> Void
    ) -> Function {
        Function(name, [Overload(id, isMember: true, [receiver, .string], result)]) { arguments throws(CELError) in
            guard let value = value(arguments[0]), case .string(let text) = arguments[1] else { throw .noSuchOverload }
            var question = value.question
            set(&question, text)
            return .opaque(AuthorizerValue(stage, question, value.decide))
        }
    }

    private static func answer(_ name: String, _ result: CELType, _ read: @escaping @Sendable (AuthorizationAnswer) -> CELValue) -> Function {
        Function(name, [Overload("decision_\(name)", isMember: true, [.decision], result)]) { arguments throws(CELError) in
            guard case .opaque(let opaque) = arguments[0], let decision = opaque as? DecisionValue else { throw .noSuchOverload }
            return read(decision.answer)
        }
    }
}

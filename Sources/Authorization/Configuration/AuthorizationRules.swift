import Authentication
import KubernetesTypes
import Objects

/// What an AuthorizationConfiguration may say.
enum AuthorizationRules {
    private static let longest = Duration.seconds(30)
    private static let conditionLimit = 64

    static func checkNames(_ document: Value) throws(ConfigurationProblem) {
        var fields = StrictFields()
        fields.check(document, "", ["apiVersion", "kind", "authorizers"])
        for (index, entry) in document["authorizers"].array.enumerated() {
            let path = "authorizers[\(index)]", webhook = entry["webhook"]
            fields.check(entry, path, ["type", "name", "webhook"])
            fields.check(
                webhook, path + ".webhook",
                [
                    "authorizedTTL", "cacheAuthorizedRequests", "unauthorizedTTL", "cacheUnauthorizedRequests", "timeout",
                    "subjectAccessReviewVersion", "matchConditionSubjectAccessReviewVersion", "failurePolicy", "connectionInfo",
                    "matchConditions",
                ])
            fields.check(webhook["connectionInfo"], path + ".webhook.connectionInfo", ["type", "kubeConfigFile"])
            for (position, condition) in webhook["matchConditions"].array.enumerated() {
                fields.check(condition, "\(path).webhook.matchConditions[\(position)]", ["expression"])
            }
        }
        try fields.finish()
    }

    static func problems(_ document: Value) -> [FieldError] {
        let entries = document["authorizers"].array
        if entries.isEmpty { return [.required("authorizers", "at least one authorization mode must be defined")] }
        var errors: [FieldError] = []
        var kinds: Set<String> = [], names: Set<String> = []
        for (index, entry) in entries.enumerated() {
            let path = "authorizers[\(index)]", kind = entry["type"].string ?? "", name = entry["name"].string ?? ""
            let known = AuthorizationConfiguration.Kind(rawValue: kind)
            if kind.isEmpty {
                errors.append(.required(path + ".type", ""))
            } else if known == nil {
                errors.append(.notSupported(path + ".type", .string(kind), AuthorizationConfiguration.Kind.allCases.map(\.rawValue).sorted()))
            } else if !kinds.insert(kind).inserted, known != .webhook {
                errors.append(.duplicate(path + ".type", .string(kind)))
            }
            if name.isEmpty {
                errors.append(.required(path + ".name", ""))
            } else {
                if !names.insert(name).inserted { errors.append(.duplicate(path + ".name", .string(name))) }
                errors += NameRules.dns1123Subdomain(name).map { .invalid(path + ".name", .string(name), "authorizer name is invalid: " + $0) }
            }
            errors += configuration(entry, known, path)
        }
        return errors
    }

    private static func configuration(_ entry: Value, _ kind: AuthorizationConfiguration.Kind?, _ path: String) -> [FieldError] {
        let webhook = entry["webhook"]
        if kind == .webhook {
            if !webhook.isObject { return [.required(path + ".webhook", "required when type=Webhook")] }
            return self.webhook(webhook, path + ".webhook")
        }
        return webhook.isObject ? [.invalid(path + ".webhook", "non-null", "may only be specified when type=Webhook")] : []
    }

    private static func webhook(_ value: Value, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let timeout = GoDuration.parse(value["timeout"])
        if timeout == nil {
            errors.append(.required(path + ".timeout", ""))
        } else if let timeout, timeout <= .zero || timeout > longest {
            errors.append(.invalid(path + ".timeout", value["timeout"], timeout > longest ? "must be <= 30s" : "must be > 0s"))
        }
        for key in ["authorizedTTL", "unauthorizedTTL"] where !value[key].isNull {
            guard let lifetime = GoDuration.parse(value[key]), lifetime > .zero else {
                errors.append(.invalid("\(path).\(key)", value[key], "must be > 0s"))
                continue
            }
        }
        errors += choice(value["subjectAccessReviewVersion"], path + ".subjectAccessReviewVersion", ["v1", "v1beta1"])
        let conditions = value["matchConditions"].array
        if !conditions.isEmpty || !value["matchConditionSubjectAccessReviewVersion"].isNull {
            errors += choice(value["matchConditionSubjectAccessReviewVersion"], path + ".matchConditionSubjectAccessReviewVersion", ["v1"])
        }
        errors += choice(value["failurePolicy"], path + ".failurePolicy", ["NoOpinion", "Deny"])
        errors += connection(value["connectionInfo"], path + ".connectionInfo")
        if conditions.count > conditionLimit { errors.append(.tooMany(path + ".matchConditions", conditions.count, conditionLimit)) }
        var seen: Set<String> = []
        for (index, condition) in conditions.enumerated() {
            let place = "\(path).matchConditions[\(index)].expression", text = condition["expression"].string ?? ""
            if text.isEmpty { errors.append(.required(place, "")) }
            if !text.isEmpty, !seen.insert(text).inserted { errors.append(.duplicate(place, .string(text))) }
        }
        return errors
    }

    private static func choice(_ value: Value, _ path: String, _ known: [String]) -> [FieldError] {
        let text = value.string ?? ""
        if text.isEmpty { return [.required(path, "")] }
        return known.contains(text) ? [] : [.notSupported(path, .string(text), known)]
    }

    private static func connection(_ value: Value, _ path: String) -> [FieldError] {
        let file = value["kubeConfigFile"].string ?? ""
        switch value["type"].string ?? "" {
        case "": return [.required(path + ".type", "")]
        case "InClusterConfig":
            return file.isEmpty ? [] : [.invalid(path + ".kubeConfigFile", .string(file), "can only be set when type=KubeConfigFile")]
        case "KubeConfigFile":
            if file.isEmpty { return [.required(path + ".kubeConfigFile", "")] }
            return file.hasPrefix("/") ? [] : [.invalid(path + ".kubeConfigFile", .string(file), "must be an absolute path")]
        case let other: return [.notSupported(path + ".type", .string(other), ["InClusterConfig", "KubeConfigFile"])]
        }
    }
}

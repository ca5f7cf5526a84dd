package import Objects

/// What an admission webhook is asked.
package struct AdmissionQuestion: Sendable {
    package let uid: String
    /// In what form the webhook gets the object; the form of its rule.
    package var kind: Value
    package var resource: WebhookResource
    /// In what form the client sent it.
    package var requestKind: Value
    package var requestResource: WebhookResource
    package var name: String
    package var namespace: String
    package var operation: String
    package var user: Value
    package var object: Value
    package var oldObject: Value
    package var isDryRun: Bool
    package var options: Value

    package init(
        uid: String, kind: Value, resource: WebhookResource, requestKind: Value, requestResource: WebhookResource, name: String,
        namespace: String, operation: String, user: Value, object: Value, oldObject: Value, isDryRun: Bool, options: Value
    ) {
        self.uid = uid
        self.kind = kind
        self.resource = resource
        self.requestKind = requestKind
        self.requestResource = requestResource
        self.name = name
        self.namespace = namespace
        self.operation = operation
        self.user = user
        self.object = object
        self.oldObject = oldObject
        self.isDryRun = isDryRun
        self.options = options
    }

    /// The `request` of a review; also what CEL expressions call `request`.
    package var value: Value {
        var value: Value = ["uid": .string(uid), "kind": kind, "resource": resource.value]
        if !resource.subresource.isEmpty { value["subResource"] = .string(resource.subresource) }
        value["requestKind"] = requestKind
        value["requestResource"] = requestResource.value
        if !requestResource.subresource.isEmpty { value["requestSubResource"] = .string(requestResource.subresource) }
        if !name.isEmpty { value["name"] = .string(name) }
        if !namespace.isEmpty { value["namespace"] = .string(namespace) }
        value["operation"] = .string(operation)
        value["userInfo"] = user
        value["object"] = object
        value["oldObject"] = oldObject
        value["dryRun"] = .bool(isDryRun)
        value["options"] = options
        return value
    }
}

/// What an admission webhook answered.
package struct AdmissionAnswer: Sendable {
    package let isAllowed: Bool
    /// `status` of a refusal; null when the webhook said nothing.
    package let status: Value
    /// A JSON patch; null for none.
    package let patch: Value
    package let warnings: [String]
    package let auditAnnotations: [String: String]
}

/// The review that is sent to admission webhooks and comes back.
package enum AdmissionReviewForm {
    package enum Version: String, Sendable {
        case v1
        case v1beta1

        var apiVersion: String { "admission.k8s.io/\(rawValue)" }
    }

    package static func encode(_ question: AdmissionQuestion, _ version: Version) -> [UInt8] {
        let review: Value = [
            "kind": "AdmissionReview", "apiVersion": .string(version.apiVersion), "request": question.value,
        ]
        return review.json
    }

    /// Checks an answer against the protocol. Throws what is wrong with it.
    package static func answer(
        _ review: Value, uid: String, _ version: Version, mayPatch: Bool
    ) throws(WebhookFailure) -> AdmissionAnswer {
        let response = review["response"]
        guard response.isObject else { throw WebhookFailure("webhook response was absent") }
        let patch = response["patch"].string ?? ""
        let patchType = response["patchType"].string
        if version == .v1 {
            let answered = response["uid"].string ?? ""
            guard answered == uid else { throw WebhookFailure("expected response.uid=\"\(uid)\", got \"\(answered)\"") }
            let kind = review["kind"].string ?? ""
            let apiVersion = review["apiVersion"].string ?? ""
            guard kind == "AdmissionReview", apiVersion == version.apiVersion else {
                throw WebhookFailure(
                    "expected webhook response of \(version.apiVersion), Kind=AdmissionReview, got \(groupVersion(apiVersion)), Kind=\(kind)")
            }
            try check(patch, patchType, mayPatch: mayPatch)
        }
        return AdmissionAnswer(
            isAllowed: response["allowed"].bool ?? false, status: response["status"],
            patch: mayPatch ? try operations(patch, patchType ?? (version == .v1beta1 ? "JSONPatch" : "")) : .null,
            warnings: response["warnings"].strings, auditAnnotations: response["auditAnnotations"].stringMap)
    }

    private static func groupVersion(_ apiVersion: String) -> String { apiVersion.contains("/") ? apiVersion : "/" + apiVersion }

    private static func check(_ patch: String, _ type: String?, mayPatch: Bool) throws(WebhookFailure) {
        guard mayPatch else {
            if !patch.isEmpty { throw WebhookFailure("validating webhook may not return response.patch") }
            if type != nil { throw WebhookFailure("validating webhook may not return response.patchType") }
            return
        }
        switch (patch.isEmpty, type) {
        case (false, nil): throw WebhookFailure("webhook returned response.patch but not response.patchType")
        case (true, .some): throw WebhookFailure("webhook returned response.patchType but not response.patch")
        case (_, ""): throw WebhookFailure("webhook returned invalid response.patchType of \"\"")
        default: return
        }
    }

    private static func operations(_ patch: String, _ type: String) throws(WebhookFailure) -> Value {
        if patch.isEmpty { return .null }
        guard type == "JSONPatch" else { throw WebhookFailure("unsupported patch type \"\(type)\"") }
        guard let bytes = Base64.decode(patch), let text = String(validating: bytes, as: UTF8.self), let value = try? Value(json: text) else {
            throw WebhookFailure("the patch is no JSON")
        }
        return value.array.isEmpty ? .null : value
    }

    /// The `Status` of a refusal, as the client is to see it.
    package static func refusal(by webhook: String, _ stated: Value) -> Value {
        let denied = "admission webhook \"\(webhook)\" denied the request"
        var status: Value = ["kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Failure"]
        let message = stated["message"].string ?? ""
        let reason = stated["reason"].string ?? ""
        if !message.isEmpty {
            status["message"] = .string("\(denied): \(message)")
        } else if !reason.isEmpty {
            status["message"] = .string("\(denied): \(reason)")
        } else {
            status["message"] = .string("\(denied) without explanation")
        }
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if stated["details"].isObject { status["details"] = stated["details"] }
        status["code"] = .int(max(stated["code"].int ?? 400, 400))
        return status
    }
}

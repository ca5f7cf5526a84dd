package import Objects

/// The review that is sent to conversion webhooks and comes back.
package struct ConversionQuestion: Sendable {
    package enum Version: String, Sendable {
        case v1
        case v1beta1

        var apiVersion: String { "apiextensions.k8s.io/\(rawValue)" }
    }

    package let uid: String
    package let version: Version
    /// The apiVersion that is wanted.
    package let desired: String
    package let objects: [Value]

    package init(uid: String, version: Version, desired: String, objects: [Value]) {
        self.uid = uid
        self.version = version
        self.desired = desired
        self.objects = objects
    }

    package var encoded: [UInt8] {
        let review: Value = [
            "kind": "ConversionReview", "apiVersion": .string(version.apiVersion),
            "request": ["uid": .string(uid), "desiredAPIVersion": .string(desired), "objects": .array(objects)],
        ]
        return review.json
    }

    /// The converted objects of an answer, in the order of the question. Throws what is wrong with it.
    package func converted(_ review: Value) throws(WebhookFailure) -> [Value] {
        let response = review["response"]
        guard response.isObject else { throw WebhookFailure("no response provided") }
        if version == .v1 {
            let kind = review["kind"].string ?? ""
            let apiVersion = review["apiVersion"].string ?? ""
            guard kind == "ConversionReview", apiVersion == version.apiVersion else {
                throw WebhookFailure(
                    "invalid response: expected webhook response of \(version.apiVersion), Kind=ConversionReview, got \(apiVersion), Kind=\(kind)")
            }
            let answered = response["uid"].string ?? ""
            guard answered == uid else { throw WebhookFailure("expected response.uid=\"\(uid)\", got \"\(answered)\"") }
        }
        let result = response["result"]
        if result["status"].string != "Success" {
            let message = result["message"].string ?? ""
            throw WebhookFailure(message.isEmpty ? "response.result.status was '\(result["status"].string ?? "")', not 'Success'" : message)
        }
        let converted = response["convertedObjects"].array
        guard converted.count == objects.count else {
            throw WebhookFailure("returned \(converted.count) objects, expected \(objects.count)")
        }
        var checked: [Value] = []
        for (index, object) in converted.enumerated() { checked.append(try check(object, against: objects[index], index)) }
        return checked
    }

    /// A webhook converts: it may change labels and annotations, and of metadata nothing else.
    private func check(_ object: Value, against original: Value, _ index: Int) throws(WebhookFailure) -> Value {
        let apiVersion = object["apiVersion"].string ?? ""
        guard apiVersion == desired else {
            throw WebhookFailure("returned object at index \(index) has invalid apiVersion: expected \(desired), got \(apiVersion)")
        }
        guard object["kind"] == original["kind"] else {
            throw WebhookFailure("returned object at index \(index) has invalid kind")
        }
        var result = object
        let before = original["metadata"]
        var metadata = before.isObject ? before : .emptyObject
        let stated = object["metadata"]
        guard stated.isObject else { throw WebhookFailure("invalid metadata of type \(stated.isNull ? "<nil>" : "unknown") in converted object") }
        for key in ["name", "namespace", "uid"] where (stated[key].string ?? "") != (before[key].string ?? "") {
            throw WebhookFailure("must have the same \(key): \(stated[key].string ?? "") != \(before[key].string ?? "")")
        }
        for key in ["labels", "annotations"] { metadata.set(key, stated.contains(key) ? stated[key] : nil) }
        result["metadata"] = metadata
        return result
    }
}

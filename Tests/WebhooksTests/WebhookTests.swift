import Objects
import Testing

@testable import Webhooks

@Suite struct WebhookRuleTests {
    private let pods = WebhookResource(group: "", version: "v1", resource: "pods")

    private func rule(_ resources: [String], scope: String = "*", operations: [String] = ["CREATE"], groups: [String] = [""]) -> WebhookRule {
        WebhookRule([
            "apiGroups": Value(groups), "apiVersions": ["v1"], "operations": Value(operations), "resources": Value(resources),
            "scope": .string(scope),
        ])
    }

    @Test func wildcardsStandForWhatTheySay() {
        var log = pods
        log.subresource = "log"
        #expect(rule(["pods"]).matches(operation: "CREATE", pods, namespace: "a"))
        #expect(!rule(["pods"]).matches(operation: "CREATE", log, namespace: "a"))
        #expect(!rule(["*"]).matches(operation: "CREATE", log, namespace: "a"))
        #expect(rule(["pods/*"]).matches(operation: "CREATE", log, namespace: "a"))
        #expect(rule(["pods/*"]).matches(operation: "CREATE", pods, namespace: "a"))
        #expect(rule(["*/log"]).matches(operation: "CREATE", log, namespace: "a"))
        #expect(rule(["*/*"]).matches(operation: "CREATE", log, namespace: "a"))
        #expect(!rule(["*/*"]).matches(operation: "UPDATE", log, namespace: "a"))
        #expect(rule(["pods"], operations: ["*"], groups: ["*"]).matches(operation: "DELETE", pods, namespace: "a"))
        #expect(!rule(["pods"], groups: ["apps"]).matches(operation: "CREATE", pods, namespace: "a"))
    }

    @Test func namespacesBelongToTheCluster() {
        let namespaces = WebhookResource(group: "", version: "v1", resource: "namespaces")
        #expect(rule(["*"], scope: "Cluster").matches(operation: "CREATE", namespaces, namespace: "a"))
        #expect(!rule(["*"], scope: "Namespaced").matches(operation: "CREATE", namespaces, namespace: "a"))
        #expect(rule(["*"], scope: "Namespaced").matches(operation: "CREATE", pods, namespace: "a"))
    }
}

@Suite struct WebhookTargetTests {
    @Test func urlsShowTheTimeAllowed() {
        #expect(WebhookTarget(place: .url("https://a.b"), authority: []).url(timeoutSeconds: 3) == "https://a.b/?timeout=3s")
        #expect(WebhookTarget(place: .url("https://a.b:1/x"), authority: []).url(timeoutSeconds: 3) == "https://a.b:1/x?timeout=3s")
        let service = WebhookTarget(["service": ["name": "s", "namespace": "n", "path": "/p"]])
        #expect(service?.url(timeoutSeconds: 10) == "https://s.n.svc:443/p?timeout=10s")
        #expect(WebhookTarget(.emptyObject) == nil)
    }
}

@Suite struct AdmissionAnswerTests {
    private func review(_ response: Value, version: String = "v1") -> Value {
        ["kind": "AdmissionReview", "apiVersion": .string("admission.k8s.io/\(version)"), "response": response]
    }

    private func failure(_ response: Value, mayPatch: Bool = true) -> String {
        do throws(WebhookFailure) {
            _ = try AdmissionReviewForm.answer(review(response), uid: "u", .v1, mayPatch: mayPatch)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func answersAreHeldToTheProtocol() {
        #expect(failure(.null) == "webhook response was absent")
        #expect(failure(["uid": "x"]) == "expected response.uid=\"u\", got \"x\"")
        #expect(failure(["uid": "u", "patch": "W10="]) == "webhook returned response.patch but not response.patchType")
        #expect(failure(["uid": "u", "patchType": "JSONPatch"]) == "webhook returned response.patchType but not response.patch")
        #expect(failure(["uid": "u", "patch": "W10=", "patchType": "JSONPatch"], mayPatch: false) == "validating webhook may not return response.patch")
        #expect(failure(["uid": "u", "patch": "W10=", "patchType": "XML"]) == "unsupported patch type \"XML\"")
        #expect(failure(["uid": "u", "allowed": true]) == "")
    }

    @Test func olderReviewsNeedNoUID() throws {
        let answer = try AdmissionReviewForm.answer(review(["allowed": true], version: "v1beta1"), uid: "u", .v1beta1, mayPatch: true)
        #expect(answer.isAllowed)
    }

    @Test func refusalsAreFailures() {
        let bare = AdmissionReviewForm.refusal(by: "w.example.com", .null)
        #expect(bare["message"] == "admission webhook \"w.example.com\" denied the request without explanation")
        #expect(bare["code"] == 400)
        let stated = AdmissionReviewForm.refusal(by: "w", ["code": 403, "reason": "Forbidden", "message": "no", "status": "Success"])
        #expect(stated["message"] == "admission webhook \"w\" denied the request: no")
        #expect(stated["code"] == 403 && stated["status"] == "Failure" && stated["reason"] == "Forbidden")
    }
}

@Suite struct ConversionAnswerTests {
    private let question = ConversionQuestion(
        uid: "u", version: .v1, desired: "g/v2",
        objects: [["apiVersion": "g/v1", "kind": "K", "metadata": ["name": "a", "uid": "1", "labels": ["x": "y"]]]])

    private func answer(_ objects: Value, result: Value = ["status": "Success"]) -> Value {
        [
            "kind": "ConversionReview", "apiVersion": "apiextensions.k8s.io/v1",
            "response": ["uid": "u", "result": result, "convertedObjects": objects],
        ]
    }

    @Test func metadataStaysButForLabelsAndAnnotations() throws {
        let converted = try question.converted(
            answer([["apiVersion": "g/v2", "kind": "K", "metadata": ["name": "a", "uid": "1", "generation": 7, "annotations": ["n": "1"]]]]))
        #expect(converted[0]["metadata"] == ["name": "a", "uid": "1", "annotations": ["n": "1"]])
    }

    @Test func wrongAnswersFail() {
        func failure(_ review: Value) -> String {
            do throws(WebhookFailure) {
                _ = try question.converted(review)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(failure(answer([])) == "returned 0 objects, expected 1")
        #expect(failure(answer([], result: ["status": "Failure", "message": "cannot"])) == "cannot")
        #expect(failure(answer([["apiVersion": "g/v1", "kind": "K", "metadata": ["name": "a", "uid": "1"]]])).contains("invalid apiVersion"))
        #expect(failure(answer([["apiVersion": "g/v2", "kind": "K", "metadata": ["name": "b", "uid": "1"]]])).contains("same name"))
    }
}

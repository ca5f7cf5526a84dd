package import Authentication
import KubernetesTypes
package import Objects
import Schema
import Synchronization

/// How the server is asked that decides about images.
package struct ImagePolicySettings: Sendable {
    /// The kubeconfig that says where it is.
    package let kubeconfig: String
    let allowLifetime: Duration
    let denyLifetime: Duration
    /// Whether pods come in when it does not answer.
    let allowsOnFailure: Bool

    /// Of the `imagePolicy` in the plug-in's configuration; nil for none. Throws what is wrong with it.
    package init?(_ document: Value) throws(ConfigurationProblem) {
        if document.isNull { return nil }
        let value = document["imagePolicy"]
        guard value.isObject else { throw ConfigurationProblem("expected imagePolicy in the configuration of ImagePolicyWebhook") }
        kubeconfig = value["kubeConfigFile"].string ?? ""
        if kubeconfig.isEmpty { throw ConfigurationProblem([.required("imagePolicy.kubeConfigFile")]) }
        allowsOnFailure = value["defaultAllow"].bool == true
        allowLifetime = try Self.lifetime(value["allowTTL"], "allowTTL", otherwise: 300)
        denyLifetime = try Self.lifetime(value["denyTTL"], "denyTTL", otherwise: 30)
    }

    /// Seconds within bounds; what is absent or zero is the usual time, a negative one none.
    private static func lifetime(_ value: Value, _ name: String, otherwise usual: Int64) throws(ConfigurationProblem) -> Duration {
        let seconds = value.int ?? 0
        if seconds < 0 { return .zero }
        if seconds == 0 { return .seconds(usual) }
        guard (1...1800).contains(seconds) else {
            throw ConfigurationProblem([.invalid("imagePolicy." + name, value, "valid value is between 1s and 30m0s")])
        }
        return .seconds(seconds)
    }
}

/// Asks a server of the cluster's owner whether the images of a pod may be used (ImageReview).
final class ImagePolicyWebhook: ValidatingAdmission {
    private struct Verdict: Sendable {
        let isAllowed: Bool
        let reason: String
        let annotations: [(key: String, value: String)]
        let end: ContinuousClock.Instant
    }

    let name = "ImagePolicyWebhook"
    let callsOthers = true
    private static let memoryLimit = 1024
    private static let timeout = Duration.seconds(30)
    private static let annotationPrefix = "imagepolicywebhook.image-policy.k8s.io/"

    private let settings: ImagePolicySettings
    private let server: any ReviewServer
    private let known = Mutex<[[UInt8]: Verdict]>([:])

    init(_ settings: ImagePolicySettings, server: any ReviewServer) {
        self.settings = settings
        self.server = server
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let isPod = attributes.resource.resource == "pods" && attributes.resource.group.isEmpty
        guard isPod, ["", "ephemeralcontainers"].contains(attributes.subresource), [.create, .update].contains(attributes.operation) else { return }
        let isEphemeral = attributes.subresource == "ephemeralcontainers"
        let spec = Self.question(attributes.object, attributes.namespace, isEphemeral: isEphemeral)
        let resource = attributes.resource
        let verdict: Verdict
        do throws(ReviewFailure) {
            verdict = try await self.verdict(spec)
        } catch {
            if settings.allowsOnFailure {
                // Only the audit learns of it: what is validated is a copy of the pod that will be stored.
                warnings.annotate(Self.annotationPrefix + "failed-open", "true")
                return
            }
            throw .forbidden(resource, attributes.name, error.description)
        }
        for (key, value) in verdict.annotations { warnings.annotate(Self.annotationPrefix + key, value) }
        if verdict.isAllowed { return }
        throw .forbidden(
            resource, attributes.name,
            verdict.reason.isEmpty
                ? "one or more images rejected by webhook backend" : "image policy webhook backend denied one or more images: \(verdict.reason)")
    }

    private static func images(_ pod: Value, _ isEphemeral: Bool) -> [Value] {
        let spec = pod["spec"]
        if isEphemeral { return spec["ephemeralContainers"].array.map { $0["image"] } }
        return (spec["containers"].array + spec["initContainers"].array).map { $0["image"] }
    }

    private static func question(_ pod: Value, _ namespace: String, isEphemeral: Bool) -> Value {
        var spec: Value = ["containers": .array(images(pod, isEphemeral).map { ["image": $0] }), "namespace": .string(namespace)]
        let told = pod["metadata"]["annotations"].members.filter { $0.key.contains(".image-policy.k8s.io/") }
        if !told.isEmpty { spec["annotations"] = .object(Members(told.map { ($0.key, $0.value) })) }
        return spec
    }

    private func verdict(_ spec: Value) async throws(ReviewFailure) -> Verdict {
        let key = spec.json
        if let known = known.withLock({ $0[key] }), known.end > .now { return known }
        let review: Value = ["apiVersion": "imagepolicy.k8s.io/v1alpha1", "kind": "ImageReview", "spec": spec]
        let status = try await server.post(review, timeout: Self.timeout)["status"]
        let isAllowed = status["allowed"].bool == true
        let lifetime = isAllowed ? settings.allowLifetime : settings.denyLifetime
        let verdict = Verdict(
            isAllowed: isAllowed, reason: status["reason"].string ?? "",
            annotations: status["auditAnnotations"].members.map { ($0.key, $0.value.string ?? "") }, end: .now + lifetime)
        if lifetime > .zero {
            known.withLock { known in
                if known.count >= Self.memoryLimit { known = [:] }
                known[key] = verdict
            }
        }
        return verdict
    }
}

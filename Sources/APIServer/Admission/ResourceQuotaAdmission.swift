import KubernetesTypes
import Objects
import Schema
import Strategies

/// Quotas: what would go beyond one is refused, and what fits is taken from it before the object is stored.
///
/// The amount is taken by a compare-and-swap of the quota's status, so that writers that race never get the same.
/// When the object is not stored after all, the quota's controller gives the amount back.
struct ResourceQuotaAdmission: ValidatingAdmission {
    let name = "ResourceQuota"
    let callsOthers = true
    let quotas: ResourceStore

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create || attributes.operation == .update, !attributes.namespace.isEmpty else { return }
        let resource = attributes.resource
        let isResize = resource.description == "pods" && attributes.subresource == "resize"
        guard attributes.subresource.isEmpty || isResize else { return }
        let applying = quotas.all(in: attributes.namespace)
        guard !applying.isEmpty else { return }
        let usage = QuotaUsage.of(attributes.object, resource)
        let before = attributes.operation == .update ? QuotaUsage.of(attributes.oldObject, resource) : [:]
        for quota in applying where QuotaUsage.matches(quota.value, attributes.object, resource) {
            let hard = quota.value["status"]["hard"].isObject ? quota.value["status"]["hard"] : quota.value["spec"]["hard"]
            let bounded = Set(hard.members.keys)
            if attributes.operation == .create { try checkStated(attributes, quota.name, bounded) }
            var wasIn = attributes.operation == .update
            if wasIn { wasIn = QuotaUsage.matches(quota.value, attributes.oldObject, resource) }
            var delta: [String: Quantity] = [:]
            for (name, amount) in usage where bounded.contains(name) {
                let more = amount - (wasIn ? before[name] ?? .zero : .zero)
                if more.nanos > 0 { delta[name] = more }
            }
            if !delta.isEmpty { try await take(delta, quota, attributes) }
        }
    }

    private func checkStated(_ attributes: AdmissionAttributes, _ quota: String, _ bounded: Set<String>) throws(StatusError) {
        guard attributes.resource.description == "pods" else { return }
        let unstated = QuotaUsage.unstated(attributes.object, bounded: bounded)
        guard !unstated.isEmpty else { return }
        let text = unstated.map { "\($0.resource) for: \($0.containers.joined(separator: ","))" }.joined(separator: "; ")
        throw .forbidden(attributes.resource, attributes.name, "failed quota: \(quota): must specify \(text)")
    }

    private func take(_ delta: [String: Quantity], _ quota: EncodedObject, _ attributes: AdmissionAttributes) async throws(StatusError) {
        let resource = attributes.resource, name = attributes.name, quotaName = quota.name
        if attributes.isDryRun {
            _ = try Self.take(delta, quota.value, quota.name, resource, name)
            return
        }
        var context = WriteContext(
            user: attributes.user, fieldManager: "kube-apiserver", version: quotas.description.id.groupVersion)
        context.subresource = "status"
        var request = UpdateRequest(namespace: quota.namespace, name: quota.name)
        request.comparesVersion = false
        do throws(StatusError) {
            _ = try await quotas.update(request, context) { stored throws(StatusError) in
                try Self.take(delta, stored, quotaName, resource, name)
            }
        } catch where error.isNotFound {
            // The quota went meanwhile, and bounds nothing any more.
            return
        }
    }

    /// The quota with `delta` taken from it. Throws when it does not hold that much.
    private static func take(
        _ delta: [String: Quantity], _ stored: Value, _ quota: String, _ resource: GroupResource, _ name: String
    ) throws(StatusError) -> Value {
        let hard = stored["status"]["hard"]
        if !hard.isObject {
            let names = delta.keys.sorted().joined(separator: ",")
            throw .forbidden(resource, name, "status unknown for quota: \(quota), resources: \(names)")
        }
        var new = stored
        var exceeded: [String] = []
        for (key, more) in delta {
            guard let bound = Quantity(hard[key]) else { continue }
            let used = Quantity(stored["status"]["used"][key]) ?? .zero
            if used + more > bound { exceeded.append(key) }
            new["status"]["used"][key] = .string((used + more).text)
        }
        if !exceeded.isEmpty {
            func list(_ amount: (String) -> String) -> String {
                exceeded.sorted().map { "\($0)=\(amount($0))" }.joined(separator: ",")
            }
            let requested = list { delta[$0]?.text ?? "0" }
            let used = list { (Quantity(stored["status"]["used"][$0]) ?? .zero).text }
            let limited = list { Quantity(hard[$0])?.text ?? "0" }
            throw .forbidden(
                resource, name, "exceeded quota: \(quota), requested: \(requested), used: \(used), limited: \(limited)")
        }
        return new
    }
}

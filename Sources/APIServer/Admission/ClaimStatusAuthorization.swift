import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema
import Strategies

/// Who writes the status of a ResourceClaim needs more than that right: `resourceclaims/binding` for the allocation and its
/// users, and for each driver whose devices change `resourceclaims/driver`, on the node of the claim or on any.
struct ClaimStatusAuthorization: ValidatingAdmission {
    let name = "DRAResourceClaimGranularStatusAuthorization"
    let authorizer: AuthorizerChain

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.subresource == "status", attributes.operation == .update,
            attributes.resource.description == "resourceclaims.resource.k8s.io"
        else { return }
        let new = attributes.object["status"], old = attributes.oldObject["status"]
        var problems: [FieldError] = []
        if !Self.isSame(new["allocation"], old["allocation"]) || !Self.isSame(new["reservedFor"], old["reservedFor"]) {
            var access = request(attributes, subresource: "binding", verb: attributes.verb)
            access.namespace = ""
            if let refusal = refusal(access) {
                problems.append(
                    .forbidden(
                        "status",
                        "changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"\(attributes.verb)\" permission: \(refusal)"))
            }
        }
        let verbs = verbs(attributes)
        for driver in Self.changedDrivers(new, old).sorted() {
            guard let refusal = firstRefusal(attributes, driver: driver, verbs) else { continue }
            problems.append(
                .forbidden(
                    "status.devices",
                    "changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[\(verbs.joined(separator: " "))]\" permission: \(refusal)"))
        }
        if !problems.isEmpty { throw .invalid(attributes.kind, attributes.name, problems) }
    }

    /// Any of these will do.
    private func verbs(_ attributes: AdmissionAttributes) -> [String] {
        let anywhere = "arbitrary-node:" + attributes.verb
        guard let node = Self.node(ofAllocation: attributes.object["status"]["allocation"]),
            attributes.user.name.hasPrefix("system:serviceaccount:"),
            attributes.user.extra["authentication.kubernetes.io/node-name"] == [node],
            NameRules.dns1123Subdomain(node).isEmpty
        else { return [anywhere] }
        return ["associated-node:" + attributes.verb, anywhere]
    }

    private func firstRefusal(_ attributes: AdmissionAttributes, driver: String, _ verbs: [String]) -> String? {
        var first: String?
        for verb in verbs {
            var access = request(attributes, subresource: "driver", verb: verb)
            access.name = driver
            guard let refusal = refusal(access) else { return nil }
            first = first ?? refusal
        }
        return first
    }

    private func request(_ attributes: AdmissionAttributes, subresource: String, verb: String) -> AccessRequest {
        var access = AccessRequest(user: attributes.user, verb: verb, isResourceRequest: true)
        access.group = attributes.resource.group
        access.version = attributes.requestVersion.version
        access.resource = attributes.resource.resource
        access.subresource = subresource
        access.namespace = attributes.namespace
        return access
    }

    private func refusal(_ access: AccessRequest) -> String? {
        switch authorizer.decide(access) {
        case .allow: return nil
        case .deny(let reason), .noOpinion(let reason): return RequestChain.forbidden(access, reason).message
        }
    }

    /// Absent and empty are the same.
    private static func isSame(_ one: Value, _ other: Value) -> Bool {
        one == other || one.isEmptyForJSON && other.isEmptyForJSON
    }

    private struct DeviceKey: Hashable {
        let parts: [String?]

        init(_ device: Value) {
            parts = [device["driver"].string, device["pool"].string, device["device"].string, device["shareID"].string]
        }
    }

    /// The drivers with devices that came, went or changed. What goes together with its allocation is dropped by whoever lets
    /// the devices go.
    static func changedDrivers(_ new: Value, _ old: Value) -> Set<String> {
        var known: [DeviceKey: Value] = [:]
        for device in old["devices"].array { known[DeviceKey(device)] = device }
        var drivers: Set<String> = []
        for device in new["devices"].array {
            let before = known.removeValue(forKey: DeviceKey(device))
            if before != device { drivers.insert(device["driver"].string ?? "") }
        }
        let allocated = Set(new["allocation"]["devices"]["results"].array.map(DeviceKey.init))
        for (key, device) in known where allocated.contains(key) { drivers.insert(device["driver"].string ?? "") }
        return drivers
    }

    /// The node that an allocation is for, when it is for one alone.
    static func node(ofAllocation allocation: Value) -> String? {
        let terms = allocation["nodeSelector"]["nodeSelectorTerms"].array
        guard terms.count == 1, let term = terms.first, term["matchExpressions"].array.isEmpty,
            term["matchFields"].array.count == 1, let field = term["matchFields"].array.first,
            field["key"] == "metadata.name", field["operator"] == "In", field["values"].array.count == 1
        else { return nil }
        return field["values"].array.first?.string
    }
}

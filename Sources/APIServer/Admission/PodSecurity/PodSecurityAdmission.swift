import Authentication
import KubernetesTypes
import Objects
import Schema

/// The pod security standards: a namespace says by its labels what its pods may do, and of what to warn.
struct PodSecurityAdmission: ValidatingAdmission {
    let name = "PodSecurity"
    let namespaces: ResourceStore
    let pods: ResourceStore
    let configuration: PodSecurityConfiguration

    private static let prefix = "pod-security.kubernetes.io/"

    /// Where each kind keeps its template.
    private static let templates: [String: [String]] = [
        "replicationcontrollers": ["spec", "template"], "podtemplates": ["template"],
        "replicasets.apps": ["spec", "template"], "deployments.apps": ["spec", "template"],
        "statefulsets.apps": ["spec", "template"], "daemonsets.apps": ["spec", "template"],
        "jobs.batch": ["spec", "template"], "cronjobs.batch": ["spec", "jobTemplate", "spec", "template"],
    ]

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation == .create || attributes.operation == .update else { return }
        let resource = attributes.resource.description
        if resource == "namespaces" {
            if attributes.subresource.isEmpty { try namespace(attributes, warnings) }
            return
        }
        guard resource == "pods" || Self.templates[resource] != nil else { return }
        let own = namespaces.cache.object(attributes.namespace)?.value["metadata"]["labels"].stringMap ?? [:]
        let labels = configuration.labels(own)
        if let exemption = exemption(attributes) {
            warnings.annotate(Self.prefix + "exempt", exemption)
            return
        }
        if resource == "pods" {
            guard attributes.subresource.isEmpty || attributes.subresource == "ephemeralcontainers" else { return }
            if attributes.operation == .update, !isSignificant(attributes) { return }
            try pod(attributes, labels, warnings)
        } else if attributes.subresource.isEmpty, let path = Self.templates[resource] {
            let template = attributes.object.at(path)
            if configuration.exempts(runtimeClass: template["spec"]["runtimeClassName"].string) {
                warnings.annotate(Self.prefix + "exempt", "runtimeClass")
                return
            }
            audit(metadata: template["metadata"], spec: template["spec"], labels, warnings)
            warn(metadata: template["metadata"], spec: template["spec"], labels, warnings)
        }
    }

    /// By what a request is exempt; nil when it is not.
    private func exemption(_ attributes: AdmissionAttributes) -> String? {
        if configuration.exempts(namespace: attributes.namespace) { return "namespace" }
        if configuration.exempts(user: attributes.user.name) { return "user" }
        guard attributes.resource.description == "pods" else { return nil }
        return configuration.exempts(runtimeClass: attributes.object["spec"]["runtimeClassName"].string) ? "runtimeClass" : nil
    }

    /// What the audit is to know of a pod that the namespace's level for the audit forbids.
    private func audit(metadata: Value, spec: Value, _ labels: [String: String], _ warnings: RequestNotes) {
        guard warnings.audit != nil else { return }
        let level = PodSecurityLevel(labels, mode: "audit")
        let found = PodSecurityEvaluation.violations(metadata: metadata, spec: spec, level: level)
        if !found.isEmpty {
            warnings.annotate(
                Self.prefix + "audit-violations", "would violate PodSecurity \"\(level.text)\": \(found.map(\.text).joined(separator: ", "))")
        }
    }

    /// Metadata and what the scheduler decides make no pod more dangerous.
    private func isSignificant(_ attributes: AdmissionAttributes) -> Bool {
        func relevant(_ pod: Value) -> Value {
            var spec = pod["spec"]
            for name in ["activeDeadlineSeconds", "tolerations", "schedulingGates", "nodeName", "priority"] { spec.remove(name) }
            let annotations = pod["metadata"]["annotations"].members.filter {
                $0.key.hasPrefix("container.apparmor.security.beta.kubernetes.io/") || $0.key.contains("seccomp.security.alpha")
            }
            spec["annotations"] = .object(Members(annotations.map { ($0.key, $0.value) }))
            return spec
        }
        return relevant(attributes.object) != relevant(attributes.oldObject)
    }

    private func pod(_ attributes: AdmissionAttributes, _ labels: [String: String], _ warnings: RequestNotes) throws(StatusError) {
        let metadata = attributes.object["metadata"], spec = attributes.object["spec"]
        let level = PodSecurityLevel(labels, mode: "enforce")
        warnings.annotate(Self.prefix + "enforce-policy", level.text)
        audit(metadata: metadata, spec: spec, labels, warnings)
        let found = PodSecurityEvaluation.violations(metadata: metadata, spec: spec, level: level)
        if !found.isEmpty {
            throw .forbidden(
                attributes.resource, attributes.name,
                "violates PodSecurity \"\(level.text)\": \(found.map(\.text).joined(separator: ", "))")
        }
        warn(metadata: metadata, spec: spec, labels, warnings)
    }

    private func warn(metadata: Value, spec: Value, _ labels: [String: String], _ warnings: RequestNotes) {
        let level = PodSecurityLevel(labels, mode: "warn")
        let found = PodSecurityEvaluation.violations(metadata: metadata, spec: spec, level: level)
        if !found.isEmpty {
            warnings.add("would violate PodSecurity \"\(level.text)\": \(found.map(\.text).joined(separator: ", "))")
        }
    }

    // MARK: namespaces

    private func namespace(_ attributes: AdmissionAttributes, _ warnings: RequestNotes) throws(StatusError) {
        let labels = attributes.object["metadata"]["labels"].stringMap
        let before = attributes.oldObject["metadata"]["labels"].stringMap
        let errors = PodSecurityLevel.labelErrors(labels).filter { before[$0.key] != $0.value }
        if !errors.isEmpty {
            throw .invalid(
                attributes.kind, attributes.name,
                errors.map { error in
                    error.key.hasSuffix("-version")
                        ? FieldError.invalid("metadata.labels[\(error.key)]", .string(error.value), "must be \"latest\" or \"v1.x\"")
                        : .notSupported("metadata.labels[\(error.key)]", .string(error.value), error.supported)
                })
        }
        guard attributes.operation == .update else { return }
        if configuration.exempts(namespace: attributes.name) || configuration.exempts(user: attributes.user.name) { return }
        let level = PodSecurityLevel(configuration.labels(labels), mode: "enforce")
        let old = PodSecurityLevel(configuration.labels(before), mode: "enforce")
        guard level != old, level.level != .privileged else { return }
        warnOfExisting(attributes.name, level, warnings)
    }

    /// Pods that are there stay; their owner learns that they would not come back.
    private func warnOfExisting(_ namespace: String, _ level: PodSecurityLevel, _ warnings: RequestNotes) {
        var groups: [(reasons: String, pods: [String])] = []
        for pod in pods.all(in: namespace) {
            let found = PodSecurityEvaluation.violations(metadata: pod.value["metadata"], spec: pod.value["spec"], level: level)
            guard !found.isEmpty else { continue }
            let reasons = found.map(\.reason).joined(separator: ", ")
            if let index = groups.firstIndex(where: { $0.reasons == reasons }) {
                groups[index].pods.append(pod.name)
            } else {
                groups.append((reasons, [pod.name]))
            }
        }
        guard !groups.isEmpty else { return }
        warnings.add("existing pods in namespace \"\(namespace)\" violate the new PodSecurity enforce level \"\(level.text)\"")
        for group in groups.sorted(by: { ($0.pods.first ?? "") < ($1.pods.first ?? "") }) {
            let others = group.pods.count - 1
            let more = others == 0 ? "" : " (and \(others) other pod\(others == 1 ? "" : "s"))"
            warnings.add("\(group.pods.first ?? "")\(more): \(group.reasons)")
        }
    }
}

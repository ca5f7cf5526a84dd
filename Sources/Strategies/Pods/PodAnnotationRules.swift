import Objects

/// Annotations of pods that mean something, and have to agree with the fields that replaced them.
enum PodAnnotations {
    static let mirror = "kubernetes.io/config.mirror"
    static let seccompPod = "seccomp.security.alpha.kubernetes.io/pod"
    static let seccompContainer = "container.seccomp.security.alpha.kubernetes.io/"
    static let appArmor = "container.apparmor.security.beta.kubernetes.io/"
    static let deletionCost = "controller.kubernetes.io/pod-deletion-cost"
    static let tolerations = "scheduler.alpha.kubernetes.io/tolerations"

    /// The annotation of a profile as a field; nil when it is none.
    static func seccompProfile(_ text: String) -> Value? {
        switch text {
        case "unconfined": return ["type": "Unconfined"]
        case "runtime/default", "docker/default": return ["type": "RuntimeDefault"]
        default:
            guard text.hasPrefix("localhost/") else { return nil }
            return ["type": "Localhost", "localhostProfile": .string(String(text.dropFirst(10)))]
        }
    }

    static func appArmorProfile(_ text: String) -> Value? {
        text == "docker/default" || text == "localhost/" ? nil : seccompProfile(text)
    }
}

extension FieldErrors {
    mutating func podAnnotations(_ annotations: FieldValue, spec: FieldValue) {
        guard case .object(let members) = annotations.value else { return }
        for entry in members {
            let key = entry.key, text = entry.value.string ?? ""
            let field = annotations.entry(key)
            if key == PodAnnotations.mirror {
                if spec["nodeName"].isEmpty { invalid(field, "must set spec.nodeName if mirror pod annotation is set") }
            } else if key == PodAnnotations.deletionCost {
                if !TextRules.isStrictInt32(text) { invalid(field, "must be a 32bit integer") }
            } else if key == PodAnnotations.tolerations {
                guard !text.isEmpty else { continue }
                if let list = Self.tolerations(text) {
                    tolerations(annotations.showing(list, as: key))
                } else {
                    invalid(annotations, "not a list of tolerations", showing: .string(key))
                }
            } else if key == PodAnnotations.seccompPod || key.hasPrefix(PodAnnotations.seccompContainer) {
                seccompAnnotation(annotations.showing(entry.value, as: key))
            } else if key.hasPrefix(PodAnnotations.appArmor) {
                let name = String(key.dropFirst(PodAnnotations.appArmor.utf8.count))
                let lists = ["initContainers", "containers", "ephemeralContainers"]
                let isKnown = lists.contains { spec[$0].value.array.contains { $0["name"].string == name } }
                if !isKnown { invalid(field, "container not found", showing: .string(name)) }
                if !text.isEmpty, PodAnnotations.appArmorProfile(text) == nil {
                    invalid(field, "invalid AppArmor profile name: \"\(text)\"")
                }
            }
        }
    }

    /// Nil for what is no list of objects.
    private static func tolerations(_ text: String) -> Value? {
        guard let list = try? Value(json: Array(text.utf8)), list.isNull || list.array.allSatisfy(\.isObject) else { return nil }
        if case .array = list { return list }
        return list.isNull ? list : nil
    }

    private mutating func seccompAnnotation(_ field: FieldValue) {
        guard let profile = PodAnnotations.seccompProfile(field.text) else {
            return invalid(field, "must be a valid seccomp profile")
        }
        if let path = profile["localhostProfile"].string {
            for problem in TextRules.localDescendingPath(path) { invalid(field, problem, showing: .string(path)) }
        }
    }

    /// Where an annotation and the field that replaced it are both there, they have to say the same.
    mutating func podAnnotationsAgree(_ annotations: Value, spec: FieldValue) {
        guard annotations.isObject else { return }
        agree(annotations[PodAnnotations.seccompPod].string.flatMap(PodAnnotations.seccompProfile),
            spec["securityContext"]["seccompProfile"], "seccomp")
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in spec[list].items {
                let context = container["securityContext"], name = container["name"].text
                agree(
                    annotations[PodAnnotations.seccompContainer + name].string.flatMap(PodAnnotations.seccompProfile),
                    context["seccompProfile"], "seccomp")
                agree(
                    annotations[PodAnnotations.appArmor + name].string.flatMap(PodAnnotations.appArmorProfile),
                    context["appArmorProfile"], "apparmor")
            }
        }
    }

    private mutating func agree(_ annotated: Value?, _ field: FieldValue, _ what: String) {
        guard let annotated, field.isPresent else { return }
        if annotated["type"] != field["type"].value {
            forbidden(field["type"], "\(what) type in annotation and field must match")
        } else if annotated["localhostProfile"] != field["localhostProfile"].value {
            forbidden(field["localhostProfile"], "\(what) profile in annotation and field must match")
        }
    }
}

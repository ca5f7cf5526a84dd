import KubernetesTypes
import Objects
import Schema

/// Who controls an object.
enum Ownership {
    /// The reference of the controller, if there is one.
    static func controller<T: ObjectView>(of object: T) -> OwnerReference? {
        object.metadata.ownerReferences.first { $0.controller == true }
    }

    static func isControlled<T: ObjectView>(_ object: T, by uid: String) -> Bool { controller(of: object)?.uid == uid }

    /// A reference that makes `owner` the controller.
    static func reference<T: ObjectView>(to owner: T) -> Value {
        [
            "apiVersion": .string(T.groupVersionKind.groupVersion.description), "kind": .string(T.groupVersionKind.kind),
            "name": .string(owner.name), "uid": .string(owner.uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }
}

/// What controllers read off a pod.
enum PodState {
    static func isReady(_ pod: Pod) -> Bool { condition(pod, "Ready") == "True" }

    static func condition(_ pod: Pod, _ type: String) -> String? {
        pod.value["status"]["conditions"].array.first { $0["type"].string == type }?["status"].string
    }

    static func phase(_ pod: Pod) -> String { pod.value["status"]["phase"].string ?? "" }

    static func isFinished(_ pod: Pod) -> Bool { phase(pod) == "Succeeded" || phase(pod) == "Failed" }

    static func isActive(_ pod: Pod) -> Bool { !isFinished(pod) && !pod.isBeingDeleted }

    /// Ready for at least `seconds`.
    static func isAvailable(_ pod: Pod, _ seconds: Int64, now: Timestamp) -> Bool {
        guard isReady(pod) else { return false }
        if seconds == 0 { return true }
        let since = pod.value["status"]["conditions"].array.first { $0["type"].string == "Ready" }?["lastTransitionTime"].string
        guard let since = since.flatMap({ Timestamp($0) }) else { return false }
        return now.seconds - since.seconds >= seconds
    }

    static func readySince(_ pod: Pod) -> String? {
        pod.value["status"]["conditions"].array.first { $0["type"].string == "Ready" }?["lastTransitionTime"].string
    }

    /// How often its containers were started anew.
    static func restarts(_ pod: Pod) -> Int64 {
        pod.value["status"]["containerStatuses"].array.reduce(0) { max($0, $1["restartCount"].int ?? 0) }
    }
}

/// A pod out of a template, owned by its controller.
enum PodFactory {
    static func make<T: ObjectView>(_ template: Value, owner: T, prefix: String? = nil) -> Pod {
        var pod = Value.emptyObject
        pod["metadata"] = .emptyObject
        // A template may have a name and more, which are none of its pods' business.
        for member in ["labels", "annotations", "finalizers"] where !template["metadata"][member].isNull {
            pod["metadata"][member] = template["metadata"][member]
        }
        pod["metadata"]["generateName"] = .string(prefix ?? owner.name + "-")
        pod["metadata"]["namespace"] = .string(owner.namespace)
        pod["metadata"]["ownerReferences"] = [Ownership.reference(to: owner)]
        pod["spec"] = template["spec"]
        return Pod(pod)
    }
}

/// A short text that changes with a template: the pod-template-hash.
enum TemplateHash {
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    static func of(_ template: Value, collisions: Int64 = 0) -> String {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325 &+ UInt64(bitPattern: collisions)
        for byte in template.json { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var text = ""
        for _ in 0..<10 {
            text.append(alphabet[Int(sum % UInt64(alphabet.count))])
            sum /= UInt64(alphabet.count)
        }
        return text
    }
}

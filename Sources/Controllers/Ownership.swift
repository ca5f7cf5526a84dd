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

    /// Which pods go first when some have to: unassigned, then pending, then not ready, then the youngest.
    static func deletionRank(_ pod: Pod) -> (Int, Int, Int, String) {
        let assigned = (pod.spec.nodeName ?? "").isEmpty ? 0 : 1
        let phase = ["Pending": 0, "Unknown": 1, "Running": 2][phase(pod)] ?? 0
        return (assigned, phase, isReady(pod) ? 1 : 0, pod.value["metadata"]["creationTimestamp"].string ?? "")
    }
}

/// A pod out of a template, owned by its controller.
enum PodFactory {
    static func make<T: ObjectView>(_ template: Value, owner: T, prefix: String? = nil) -> Pod {
        var pod = Value.emptyObject
        pod["metadata"] = template["metadata"].isObject ? template["metadata"] : .emptyObject
        pod["metadata"].remove("creationTimestamp")
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

/// Creations and deletions that were asked for but that the informer has not shown yet, so that a sync in
/// between does not repeat them.
import Synchronization

final class Expectations: Sendable {
    private struct Entry {
        var creations = 0
        var deletions: Set<String> = []
        var since = ContinuousClock.now
    }

    private let entries = Mutex<[String: Entry]>([:])

    func isSatisfied(_ key: String) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[key] else { return true }
            return (entry.creations <= 0 && entry.deletions.isEmpty) || ContinuousClock.now - entry.since > .seconds(300)
        }
    }

    func expectCreations(_ key: String, _ count: Int) {
        entries.withLock { entries in
            var entry = isDone(entries[key]) ? Entry() : entries[key] ?? Entry()
            entry.creations += count
            entries[key] = entry
        }
    }

    private func isDone(_ entry: Entry?) -> Bool { entry.map { $0.creations <= 0 && $0.deletions.isEmpty } ?? true }

    func expectDeletion(_ key: String, _ uid: String) {
        entries.withLock { _ = $0[key, default: Entry()].deletions.insert(uid) }
    }

    func sawCreation(_ key: String) { entries.withLock { $0[key]?.creations -= 1 } }
    func sawDeletion(_ key: String, _ uid: String) { entries.withLock { _ = $0[key]?.deletions.remove(uid) } }
    func forget(_ key: String) { entries.withLock { $0[key] = nil } }
}

package import KubernetesTypes
package import Objects
package import Schema
import Synchronization

/// Writes Events about objects: what `kubectl describe` shows. Repetitions are counted on one Event.
package final class EventRecorder: Sendable {
    private struct Known {
        let name: String
        var count: Int64
    }

    private let client: APIClient
    private let component: String
    private let host: String
    private let known = Mutex<[String: Known]>([:])
    private let writes = Turnstile(places: 32)
    /// So many Events may wait to be written; more are dropped.
    private static let longestQueue = 20_000

    package init(client: APIClient, component: String, host: String = "") {
        self.client = client
        self.component = component
        self.host = host
    }

    /// Records in the background; an Event that cannot be written is dropped. `field` is the part of the object that
    /// it is about, as `spec.containers{web}`.
    package func record<T: ObjectView>(_ object: T, type: String = "Normal", reason: String, message: String, field: String = "") {
        record(T.groupVersionKind, object.value, type: type, reason: reason, message: message, field: field)
    }

    /// The same about an object of any kind.
    package func record(_ kind: GroupVersionKind, _ object: Value, type: String = "Normal", reason: String, message: String, field: String = "") {
        let metadata = object["metadata"]
        let (uid, name) = (metadata["uid"].string ?? "", metadata["name"].string ?? "")
        let reference: [(String, Value)] = [
            ("kind", .string(kind.kind)), ("namespace", metadata["namespace"]), ("name", .string(name)), ("uid", .string(uid)),
            ("apiVersion", .string(kind.groupVersion.description)), ("resourceVersion", metadata["resourceVersion"]), ("fieldPath", .string(field)),
        ]
        var event = Value.emptyObject
        event["involvedObject"] = Value.object(Members(reference.filter { !($0.1.string ?? "").isEmpty }))
        event["reason"] = .string(reason)
        event["message"] = .string(String(message.prefix(1024)))
        event["type"] = .string(type)
        let space = metadata["namespace"].string ?? ""
        let key = "\(uid)/\(field)/\(type)/\(reason)/\(message)", namespace = space.isEmpty ? "default" : space
        if writes.waiting >= Self.longestQueue { return }
        let now = Timestamp.now().text, made = event
        Task { await writes.pass { await write(made, key: key, namespace, name, now) } }
    }

    private func write(_ made: Value, key: String, _ namespace: String, _ name: String, _ now: String) async {
        let repeated = known.withLock { known -> Known? in
            guard var entry = known[key] else { return nil }
            entry.count += 1
            known[key] = entry
            return entry
        }
        if let repeated {
            let change: Value = ["count": .int(repeated.count), "lastTimestamp": .string(now)]
            if (try? await client.patch(Event.self, namespace, repeated.name, change)) != nil { return }
        }
        let eventName = "\(name).\(String(UInt64.random(in: .min ... .max), radix: 16))"
        var event: Value = ["metadata": ["name": .string(eventName), "namespace": .string(namespace)]]
        for entry in made.members { event[entry.key] = entry.value }
        event["count"] = 1
        event["firstTimestamp"] = .string(now)
        event["lastTimestamp"] = .string(now)
        event["source"] = host.isEmpty ? ["component": .string(component)] : ["component": .string(component), "host": .string(host)]
        event["reportingComponent"] = .string(component)
        event["reportingInstance"] = .string(host)
        guard (try? await client.add(Event(event))) != nil else { return }
        known.withLock { known in
            if known.count > 4096 { known = [:] }
            known[key] = Known(name: eventName, count: 1)
        }
    }
}

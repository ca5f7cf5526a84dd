import Authentication
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// How many events are taken, in all or of one source.
struct EventLimits: Sendable {
    enum Kind: String, Sendable { case server = "Server", namespace = "Namespace", user = "User", sourceAndObject = "SourceAndObject" }

    struct Limit: Sendable {
        let kind: Kind
        let perSecond: Double
        let burst: Double
        let cacheSize: Int
    }

    let limits: [Limit]

    /// Of a Configuration of eventratelimit.admission.k8s.io; null for none. Throws what is wrong with it.
    init(_ value: Value) throws(ConfigurationProblem) {
        guard !value.isNull else {
            limits = []
            return
        }
        guard value["kind"].string == "Configuration", value["apiVersion"].string == "eventratelimit.admission.k8s.io/v1alpha1" else {
            throw ConfigurationProblem("expected a Configuration of eventratelimit.admission.k8s.io/v1alpha1")
        }
        var read: [Limit] = []
        for (index, limit) in value["limits"].array.enumerated() {
            guard let kind = limit["type"].string.flatMap(Kind.init(rawValue:)) else {
                throw ConfigurationProblem([.notSupported("limits[\(index)].type", limit["type"], ["Namespace", "Server", "SourceAndObject", "User"])])
            }
            let perSecond = limit["qps"].int ?? 0, burst = limit["burst"].int ?? 0
            if perSecond <= 0 { throw ConfigurationProblem([.invalid("limits[\(index)].qps", limit["qps"], "must be positive")]) }
            if burst <= 0 { throw ConfigurationProblem([.invalid("limits[\(index)].burst", limit["burst"], "must be positive")]) }
            let size = limit["cacheSize"].int ?? 0
            if size < 0 { throw ConfigurationProblem([.invalid("limits[\(index)].cacheSize", limit["cacheSize"], "must not be negative")]) }
            read.append(Limit(kind: kind, perSecond: Double(perSecond), burst: Double(burst), cacheSize: size == 0 ? 4096 : Int(size)))
        }
        limits = read
    }
}

/// Refuses events that come faster than they may.
final class EventRateLimit: ValidatingAdmission {
    private struct Bucket {
        var tokens: Double
        var filled: ContinuousClock.Instant
    }

    let name = "EventRateLimit"
    private let limits: [EventLimits.Limit]
    private let buckets: Mutex<[[String: Bucket]]>
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ limits: EventLimits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limits = limits.limits
        self.now = now
        buckets = Mutex(limits.limits.map { _ in [:] })
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.resource == "events", ["", "events.k8s.io"].contains(attributes.resource.group), attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update, !attributes.isDryRun
        else { return }
        for (index, limit) in limits.enumerated() {
            let key = Self.key(limit.kind, attributes)
            if take(index, limit, key) { continue }
            throw StatusError(
                code: 429, reason: "TooManyRequests", message: "limit reached on type \(limit.kind.rawValue) for key \(key)",
                details: .emptyObject)
        }
    }

    private static func key(_ kind: EventLimits.Kind, _ attributes: AdmissionAttributes) -> String {
        switch kind {
        case .server: return ""
        case .namespace: return attributes.namespace
        case .user: return attributes.user.name
        case .sourceAndObject:
            let source = attributes.object["source"], about = attributes.object["involvedObject"]
            let parts = [source["component"], source["host"], about["kind"], about["namespace"], about["name"], about["uid"], about["apiVersion"]]
            return parts.map { $0.string ?? "" }.joined()
        }
    }

    private func take(_ index: Int, _ limit: EventLimits.Limit, _ key: String) -> Bool {
        let time = now()
        return buckets.withLock { buckets in
            // What is forgotten begins anew: a source that matters is not the oldest one.
            if buckets[index].count >= limit.cacheSize, buckets[index][key] == nil,
                let oldest = buckets[index].min(by: { $0.value.filled < $1.value.filled })?.key
            {
                buckets[index][oldest] = nil
            }
            var bucket = buckets[index][key] ?? Bucket(tokens: limit.burst, filled: time)
            let (seconds, attoseconds) = (time - bucket.filled).components
            bucket.tokens = min(limit.burst, bucket.tokens + (Double(seconds) + Double(attoseconds) * 1e-18) * limit.perSecond)
            bucket.filled = time
            let isGiven = bucket.tokens >= 1
            if isGiven { bucket.tokens -= 1 }
            buckets[index][key] = bucket
            return isGiven
        }
    }
}

import Objects
import Webhooks

/// Asks one extender. Names of members are those of Go's encoding: capital, and read in any case.
final class Extender: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What is left of nodes, and what was said of the others.
    struct Answer: Sendable {
        let fitting: Set<String>
        let refusals: [String: Refusal]
    }

    let settings: ExtenderSettings
    private let client: JSONClient
    private static let answerLimit = 64 << 20

    /// Throws when its certificates cannot be read.
    init(_ settings: ExtenderSettings) throws {
        self.settings = settings
        let trust = JSONClient.Trust(
            authority: settings.authority, certificate: settings.certificate, key: settings.key, isInsecure: settings.isInsecure)
        client = try JSONClient(trust, answerLimit: Self.answerLimit)
    }

    func close() async { await client.close() }

    private func ask(_ verb: String, _ body: Value) async throws(Failure) -> Value {
        let base = settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url
        do {
            let answer = try await client.post(body, to: base + "/" + verb, timeout: settings.timeout)
            guard answer.status == 200 else { throw Failure(description: "failed \(verb) with extender at URL \(base), code \(answer.status)") }
            return try Value(json: answer.bytes)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "Post \"\(base)/\(verb)\": \(error)")
        }
    }

    private static func member(_ value: Value, _ name: String) -> Value {
        let exact = value[name]
        if !exact.isNull { return exact }
        return value.members.first { $0.key.lowercased() == name.lowercased() }?.value ?? .null
    }

    private func arguments(_ pod: Value, _ names: [String], _ node: (String) -> Value?) -> Value {
        var body: Value = ["Pod": pod]
        if settings.knowsNodes {
            body["Nodes"] = .null
            body["NodeNames"] = Value(names)
        } else {
            body["Nodes"] = ["metadata": [:], "items": .array(names.compactMap(node))]
            body["NodeNames"] = .null
        }
        return body
    }

    func filter(_ pod: Value, _ names: [String], _ node: (String) -> Value?) async throws(Failure) -> Answer {
        let answer = try await ask(settings.filterVerb, arguments(pod, names, node))
        let error = Self.member(answer, "Error").string ?? ""
        if !error.isEmpty { throw Failure(description: error) }
        var fitting: Set<String>
        let list = Self.member(answer, "NodeNames")
        if settings.knowsNodes, list.isArray {
            fitting = Set(list.strings)
        } else {
            fitting = Set(Self.member(Self.member(answer, "Nodes"), "items").array.compactMap { $0["metadata"]["name"].string })
        }
        fitting.formIntersection(names)
        var refusals: [String: Refusal] = [:]
        for (name, text) in Self.member(answer, "FailedNodes").stringMap { refusals[name] = .movable(text) }
        for (name, text) in Self.member(answer, "FailedAndUnresolvableNodes").stringMap { refusals[name] = .fixed(text) }
        fitting.subtract(refusals.keys)
        return Answer(fitting: fitting, refusals: refusals)
    }

    /// What it adds to the scores of nodes, on the scale of the scheduler's own.
    func priorities(_ pod: Value, _ names: [String], _ node: (String) -> Value?) async throws(Failure) -> [String: Int64] {
        let answer = try await ask(settings.prioritizeVerb, arguments(pod, names, node))
        var scores: [String: Int64] = [:]
        for entry in answer.array {
            guard let host = Self.member(entry, "Host").string, let score = Self.member(entry, "Score").int else { continue }
            // Extenders count to ten.
            scores[host, default: 0] += score * settings.weight * 10
        }
        return scores
    }

    func bind(_ pod: Value, _ node: String) async throws(Failure) {
        let metadata = pod["metadata"]
        let answer = try await ask(
            settings.bindVerb, ["PodName": metadata["name"], "PodNamespace": metadata["namespace"], "PodUID": metadata["uid"], "Node": .string(node)])
        let error = Self.member(answer, "Error").string ?? ""
        if !error.isEmpty { throw Failure(description: error) }
    }

    /// The victims that it leaves of a choice; nil when it wants none of it.
    func preempt(_ pod: Value, _ node: String, _ victims: [Value]) async throws(Failure) -> Set<String>? {
        let uids: [Value] = victims.map { ["UID": $0["metadata"]["uid"]] }
        func map(_ pods: [Value]) -> Value {
            let entry: Value = ["Pods": .array(pods), "NumPDBViolations": 0]
            return .object(Members([(node, entry)]))
        }
        let (named, whole) = (map(uids), map(victims))
        let answer = try await ask(
            settings.preemptVerb,
            settings.knowsNodes ? ["Pod": pod, "NodeNameToMetaVictims": named] : ["Pod": pod, "NodeNameToVictims": whole])
        let left = Self.member(Self.member(answer, "NodeNameToMetaVictims"), node)
        guard left.isObject else { return nil }
        return Set(Self.member(left, "Pods").array.compactMap { Self.member($0, "UID").string })
    }
}

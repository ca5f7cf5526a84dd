import KubernetesTypes
import Objects
import Schema
import TestSupport
import Testing

/// Every object in an answer of the reference server is normal already: it says which fields are printed.
@Suite(.enabled(if: ReferenceData.root != nil))
struct GoldenBodiesTests {
    @Test func answersAreNormal() throws {
        var checked = 0
        var differences: [String: Int] = [:]
        for file in ReferenceData.names("golden") {
            let document = try Value(json: #require(ReferenceData.bytes("golden/\(file)")))
            for scenario in document["scenarios"].array {
                for step in scenario["steps"].array {
                    let body = step["response"]["body"]
                    guard (200..<300).contains(step["response"]["status"].int ?? 0) else { continue }
                    for object in [body] + body["items"].array {
                        checked += check(object, &differences) ? 1 : 0
                    }
                }
            }
        }
        #expect(checked > 1000)
        for (difference, count) in differences.sorted(by: { $0.key < $1.key }) {
            Issue.record("\(count) × \(difference)")
        }
    }

    private func check(_ object: Value, _ differences: inout [String: Int]) -> Bool {
        guard let version = GroupVersion(apiVersion: object["apiVersion"].string ?? ""), let name = object["kind"].string,
            !name.hasSuffix("List"), name != "Table",
            let kind = KindCatalogue.builtIn.kind(GroupVersionKind(groupVersion: version, kind: name))
        else { return false }
        var value = Self.withTimes(object)
        let original = value
        do {
            for path in try ObjectDecoder.normalise(&value, as: kind.type) {
                differences["\(name) unknown \(path)", default: 0] += 1
            }
        } catch {
            differences["\(name) \(error)", default: 0] += 1
        }
        Self.compare(original, value, name, &differences)
        return true
    }

    /// The recording writes `<time>` for times; gives them back a time.
    private static func withTimes(_ value: Value) -> Value {
        switch value {
        case .string("<time>"): return "2020-01-01T00:00:00Z"
        case .array(let elements): return .array(elements.map(withTimes))
        case .object(var members):
            members.mapValues { key, inner in
                if key.lowercased().hasSuffix("nodeport"), inner.string != nil { inner = 30000 }
                let isMicro = ["eventTime", "acquireTime", "renewTime", "lastObservedTime"].contains(key)
                inner = isMicro && inner == "<time>" ? "2020-01-01T00:00:00.000000Z" : withTimes(inner)
            }
            return .object(members)
        default: return value
        }
    }

    private static func compare(_ left: Value, _ right: Value, _ path: String, _ differences: inout [String: Int]) {
        switch (left, right) {
        case (.object(let old), .object(let new)):
            if old.keys.filter(new.contains) != new.keys.filter(old.contains) {
                differences["\(path) order \(old.keys) \(new.keys)", default: 0] += 1
            }
            for key in Set(old.keys + new.keys) {
                switch (old[key], new[key]) {
                case (let before?, let after?): compare(before, after, path + "." + key, &differences)
                case (let before?, nil): differences["\(path).\(key) lost \(before.jsonString.prefix(60))", default: 0] += 1
                case (nil, let after?): differences["\(path).\(key) gained \(after.jsonString.prefix(60))", default: 0] += 1
                case (nil, nil): break
                }
            }
        case (.array(let old), .array(let new)) where old.count == new.count:
            for (before, after) in zip(old, new) { compare(before, after, path + "[]", &differences) }
        default:
            if left != right { differences["\(path) \(left.jsonString.prefix(60)) became \(right.jsonString.prefix(60))", default: 0] += 1 }
        }
    }
}

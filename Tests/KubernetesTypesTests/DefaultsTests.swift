import KubernetesTypes
import Objects
import Schema
import TestSupport
import Testing

/// What the schema defaults, a reference server has stored as well.
@Suite(.enabled(if: ReferenceData.root != nil))
struct DefaultsTests {
    @Test func defaultsAreTheServers() throws {
        var checked = 0
        var differences: [String: Int] = [:]
        for file in ReferenceData.names("golden") where file.hasPrefix("crud-") || file.hasPrefix("validation-") {
            let document = try Value(json: #require(ReferenceData.bytes("golden/\(file)")))
            for scenario in document["scenarios"].array {
                for step in scenario["steps"].array where step["response"]["status"] == 201 {
                    let (body, answer) = (step["body"], step["response"]["body"])
                    guard body["kind"] == answer["kind"], let name = body["kind"].string,
                        let version = GroupVersion(apiVersion: answer["apiVersion"].string ?? ""),
                        let kind = KindCatalogue.builtIn.kind(GroupVersionKind(groupVersion: version, kind: name))
                    else { continue }
                    var value = body
                    guard (try? ObjectDecoder.normalise(&value, as: kind.type)) != nil else { continue }
                    let before = value
                    ObjectDecoder.applyDefaults(&value, as: kind.type)
                    checked += 1
                    Self.compare(before, value, answer, name, &differences)
                }
            }
        }
        #expect(checked > 300)
        for (difference, count) in differences.sorted(by: { $0.key < $1.key }) { Issue.record("\(count) × \(difference)") }
    }

    /// Records what defaulting added and the answer does not have.
    private static func compare(
        _ before: Value, _ after: Value, _ answer: Value, _ path: String, _ differences: inout [String: Int]
    ) {
        switch after {
        case .object(let members):
            for entry in members {
                let place = path + "." + entry.key
                if before[entry.key].isNull, !entry.value.isNull, !entry.value.isObject, answer[entry.key] != entry.value {
                    differences["\(place) \(entry.value.jsonString), server \(answer[entry.key].jsonString)", default: 0] += 1
                } else {
                    compare(before[entry.key], entry.value, answer[entry.key], place, &differences)
                }
            }
        case .array(let elements) where elements.count == answer.array.count:
            for index in elements.indices {
                compare(before[index], elements[index], answer[index], path + "[]", &differences)
            }
        default: break
        }
    }

    @Test func templatesGetDefaults() throws {
        let deployment = try #require(KindCatalogue.builtIn.kind(group: "apps", version: "v1", kind: "Deployment"))
        var value = try Value(json: #"{"spec":{"template":{"spec":{"containers":[{"name":"a","livenessProbe":{}}]}}}}"#)
        try ObjectDecoder.normalise(&value, as: deployment.type)
        ObjectDecoder.applyDefaults(&value, as: deployment.type)
        let view = Deployment(value)
        #expect(view.spec.replicas == 1)
        #expect(view.spec.strategy.type == "RollingUpdate")
        #expect(view.spec.template.spec.terminationGracePeriodSeconds == 30)
        #expect(view.spec.template.spec.securityContext.exists)
        #expect(view.spec.template.spec.containers.first?.livenessProbe.periodSeconds == 10)
    }
}

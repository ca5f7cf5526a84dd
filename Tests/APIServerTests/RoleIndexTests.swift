import Authentication
import Authorization
import Objects
import Testing

@testable import APIServer

@Suite struct RoleIndexTests {
    private func role(_ name: String, namespace: String = "", verbs: [String]) -> EncodedObject {
        var metadata: Value = ["name": .string(name)]
        if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
        return EncodedObject(value: ["metadata": metadata, "rules": [["verbs": Value(verbs), "apiGroups": [""], "resources": ["pods"]]]])
    }

    private func binding(_ name: String, namespace: String = "", role: String, kind: String = "ClusterRole", subjects: [Value]) -> EncodedObject {
        var metadata: Value = ["name": .string(name)]
        if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
        return EncodedObject(value: [
            "metadata": metadata, "roleRef": ["kind": .string(kind), "name": .string(role)], "subjects": .array(subjects),
        ])
    }

    private func request(_ user: String, _ verb: String, _ namespace: String, groups: [String] = []) -> AccessRequest {
        var request = AccessRequest(user: UserInfo(name: user, groups: groups), verb: verb, isResourceRequest: true)
        request.resource = "pods"
        request.namespace = namespace
        return request
    }

    @Test func bindingsHoldInTheirPlace() {
        var index = RoleIndex()
        index.put(role("view", verbs: ["get"]), in: .clusterRoles)
        index.put(role("edit", namespace: "a", verbs: ["create"]), in: .roles)
        index.put(binding("all", role: "view", subjects: [["kind": "Group", "name": "devs"]]), in: .clusterBindings)
        index.put(binding("own", namespace: "a", role: "edit", kind: "Role", subjects: [["kind": "User", "name": "ann"]]), in: .bindings)
        index.put(binding("sa", namespace: "a", role: "view", subjects: [["kind": "ServiceAccount", "name": "x"]]), in: .bindings)
        #expect(index.reason(for: request("bob", "get", "b", groups: ["devs"])) == "RBAC: allowed by ClusterRoleBinding \"all\" of ClusterRole \"view\" to Group \"devs\"")
        #expect(index.reason(for: request("ann", "create", "a")) == "RBAC: allowed by RoleBinding \"own/a\" of Role \"edit\" to User \"ann\"")
        #expect(index.reason(for: request("ann", "create", "b")) == nil)
        #expect(index.reason(for: request("ann", "get", "a")) == nil)
        #expect(index.reason(for: request("system:serviceaccount:a:x", "get", "a")) != nil)
        // A role that comes later counts, one that goes counts no more.
        index.put(role("view", verbs: ["list"]), in: .clusterRoles)
        #expect(index.reason(for: request("bob", "get", "b", groups: ["devs"])) == nil)
        #expect(index.reason(for: request("bob", "list", "b", groups: ["devs"])) != nil)
        index.remove(role("view", verbs: []), in: .clusterRoles)
        #expect(index.reason(for: request("bob", "list", "b", groups: ["devs"])) == nil)
    }

    /// Whatever comes in whatever order, the index says what one made anew says.
    @Test func changesGiveWhatAFreshIndexGives() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Seeded(state: seed)
        var index = RoleIndex()
        var objects: [String: (EncodedObject, RoleIndex.Source)] = [:]
        func name() -> String { ["a", "b", "c"][Int(random.next() % 3)] }
        for step in 0..<400 {
            let source = RoleIndex.Source.allCases[Int(random.next() % 4)]
            let isNamespaced = source == .roles || source == .bindings
            let namespace = isNamespaced ? name() : ""
            let object: EncodedObject
            if source == .roles || source == .clusterRoles {
                object = role(name(), namespace: namespace, verbs: [["get", "list", "create"][Int(random.next() % 3)]])
            } else {
                let kind = isNamespaced && random.next() % 2 == 0 ? "Role" : "ClusterRole"
                let subjects: [Value] = (0..<Int(random.next() % 3)).map { _ in ["kind": .string(random.next() % 2 == 0 ? "User" : "Group"), "name": .string(name())] }
                object = binding(name(), namespace: namespace, role: name(), kind: kind, subjects: subjects)
            }
            let key = "\(source)/\(object.namespace)/\(object.name)"
            if random.next() % 4 == 0, let known = objects.removeValue(forKey: key) {
                index.remove(known.0, in: source)
            } else {
                objects[key] = (object, source)
                index.put(object, in: source)
            }
            guard step % 10 == 0 else { continue }
            var fresh = RoleIndex()
            for (object, source) in objects.values { fresh.put(object, in: source) }
            for user in ["a", "b"] {
                for verb in ["get", "list", "create"] {
                    for place in ["a", "b", "c", ""] {
                        let asked = request(user, verb, place, groups: ["c", "a"])
                        #expect(index.reason(for: asked) == fresh.reason(for: asked), "seed \(seed), step \(step)")
                    }
                }
            }
        }
    }

    private struct Seeded {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}

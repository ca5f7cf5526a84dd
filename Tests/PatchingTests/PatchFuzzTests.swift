import Objects
import TestSupport
import Testing

@testable import Patching

/// Patches that nobody would send in good faith: an answer or an error, never more.
@Suite struct PatchFuzzTests {
    private static let paths = ["", "/", "/a", "/a/b/0", "/a/b/-", "/a/b/-1", "/a/b/99999999999999999999", "/c", "/e~0f/g~1h", "/~", "a", "/a/b/01", "/x/y"]
    private static let leaves: [Value] = [.null, true, 1, -1, 2.5, "", "a", "/a", "$patch", "delete", .emptyObject, .array([])]
    private static let keys = [
        "a", "b", "c", "name", "image", "ports", "port", "protocol", "containers", "args", "replicas", "selector", "matchLabels", "data", "spec", "metadata", "labels", "finalizers",
        "$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "op", "path", "value", "managedFields", "f:spec", ".", "k:{\"name\":\"a\"}",
    ]

    private static func value(_ depth: Int, _ random: inout SeededGenerator) -> Value {
        switch random.number(0...(depth == 0 ? 0 : 3)) {
        case 1: return .array((0..<random.number(0...3)).map { _ in value(depth - 1, &random) })
        case 2, 3:
            var object = Value.emptyObject
            for _ in 0..<random.number(0...4) { object[random.pick(keys)] = value(depth - 1, &random) }
            return object
        default: return random.pick(leaves)
        }
    }

    @Test func jsonPatches() {
        FuzzRun.rounds(5_000) { random in
            let document = Self.value(4, &random)
            let operations = (0..<random.number(0...4)).map { _ -> Value in
                var operation: Value = ["op": .string(random.pick(["add", "remove", "replace", "move", "copy", "test", "?"]))]
                operation["path"] = .string(random.pick(Self.paths))
                if Bool.random(using: &random) { operation["from"] = .string(random.pick(Self.paths)) }
                if Bool.random(using: &random) { operation["value"] = Self.value(2, &random) }
                return random.number(0...20) == 0 ? Self.value(2, &random) : operation
            }
            _ = try? JSONPatch.apply(.array(operations), to: document)
        }
    }

    @Test func mergePatchesAreIdempotent() {
        FuzzRun.rounds(5_000) { random in
            let (document, patch) = (Self.value(4, &random), Self.value(4, &random))
            let once = MergePatch.apply(patch, to: document)
            #expect(MergePatch.apply(patch, to: once) == once)
        }
    }

    @Test func strategicPatches() {
        FuzzRun.rounds(5_000) { random in
            _ = try? StrategicMergePatch.apply(Self.value(5, &random), to: Self.value(5, &random), type: PatchSchema.type)
        }
    }

    /// Whatever is applied, applying it again changes nothing.
    @Test func appliesAreIdempotent() throws {
        var applied = 0
        try FuzzRun.rounds(3_000) { random in
            var configuration = try PatchSchema.thing("{}")
            configuration["spec"] = Self.spec(&random)
            let live = try PatchSchema.thing(#"{"replicas":1,"containers":[{"name":"a","image":"x"},{"name":"b"}]}"#, data: #"{"k":"v"}"#)
            let versions = KindVersions.single("example.com/v1", PatchSchema.type)
            let manager = FieldManager(name: "m", apiVersion: "example.com/v1", time: "2020-01-01T00:00:00Z")
            guard let once = try? ServerSideApply.apply(live: live, configuration: configuration, manager: manager, force: true, versions: versions, ignored: FieldSet())
            else { return }
            applied += 1
            let again = try ServerSideApply.apply(live: once, configuration: configuration, manager: manager, force: false, versions: versions, ignored: FieldSet())
            #expect(again == once, "\(configuration.jsonString)")
        }
        #expect(applied > 1_000)
    }

    private static func spec(_ random: inout SeededGenerator) -> Value {
        var spec = Value.emptyObject
        if Bool.random(using: &random) { spec["replicas"] = .int(Int64(random.number(0...3))) }
        var names = ["a", "b", "c"].shuffled(using: &random)
        let containers = (0..<random.number(0...3)).map { _ -> Value in
            var container: Value = ["name": .string(names.removeLast())]
            if Bool.random(using: &random) { container["image"] = .string(random.pick(["x", "y"])) }
            if Bool.random(using: &random) { container["ports"] = [["port": .int(Int64(random.number(1...2))), "protocol": .string("TCP")]] }
            return container
        }
        if !containers.isEmpty { spec["containers"] = .array(containers) }
        if Bool.random(using: &random) { spec["args"] = .array(["x", "y"].shuffled(using: &random)) }
        if random.number(0...9) == 0 { spec = value(4, &random) }
        return spec
    }

    @Test func fieldSets() {
        FuzzRun.rounds(5_000) { random in
            guard let set = FieldSet(fieldsV1: Self.value(5, &random)) else { return }
            #expect(FieldSet(fieldsV1: set.fieldsV1) == set)
        }
    }
}

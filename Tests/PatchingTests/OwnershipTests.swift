import Objects
import Schema
import Testing

@testable import Patching

@Suite struct OwnershipTests {
    private let versions = KindVersions.single("example.com/v1", PatchSchema.type)

    private func manager(_ name: String, _ subresource: String = "", time: String = "2026-01-01T00:00:00Z") -> FieldManager {
        FieldManager(name: name, apiVersion: "example.com/v1", subresource: subresource, time: time)
    }

    private func update(_ live: Value?, _ new: Value, _ name: String, time: String = "2026-01-01T00:00:00Z") -> Value {
        var new = new
        FieldManagement.recordUpdate(live: live, new: &new, manager: manager(name, time: time), versions: versions, ignored: FieldSet())
        return new
    }

    private func apply(_ live: Value?, _ configuration: Value, _ name: String, force: Bool = false) throws -> Value {
        try ServerSideApply.apply(
            live: live, configuration: configuration, manager: manager(name), force: force, versions: versions, ignored: FieldSet())
    }

    private func owned(_ object: Value, by name: String) -> String? {
        object["metadata"]["managedFields"].array.first { $0["manager"].string == name }?["fieldsV1"].jsonString
    }

    @Test func creationOwnsWhatIsSet() throws {
        let created = update(nil, try PatchSchema.thing(#"{"replicas":1,"containers":[{"name":"c","image":"i"}]}"#, data: #"{"k":"v"}"#), "one")
        #expect(
            owned(created, by: "one")
                == #"{"f:data":{".":{},"f:k":{}},"f:spec":{"f:containers":{".":{},"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}},"f:replicas":{}}}"#)
    }

    @Test func changesMoveAndRemovalsEnd() throws {
        let created = update(nil, try PatchSchema.thing("{}", data: #"{"k":"v","l":"v"}"#), "one")
        let changed = update(created, try PatchSchema.thing("{}", data: #"{"k":"w"}"#), "two")
        #expect(owned(changed, by: "one") == #"{"f:data":{}}"#)
        #expect(owned(changed, by: "two") == #"{"f:data":{"f:k":{}}}"#)
    }

    @Test func anAtomicFieldIsOwnedWhole() throws {
        let created = update(nil, try PatchSchema.thing(#"{"selector":{"matchLabels":{"a":"b"}},"args":["x"]}"#), "one")
        #expect(owned(created, by: "one")?.contains(#""f:selector":{}"#) == true)
        #expect(owned(created, by: "one")?.contains(#""f:args":{}"#) == true)
    }

    @Test(arguments: ["[]", "[{}]"])
    func resetForgetsOwners(_ stated: String) throws {
        let created = update(nil, try PatchSchema.thing("{}", data: #"{"k":"v"}"#), "one")
        var new = created
        new["metadata"]["managedFields"] = try Value(json: stated)
        #expect(owned(update(created, new, "two"), by: "one") == nil)
    }

    @Test func nonsenseInManagedFieldsIsPassedOver() throws {
        let created = update(nil, try PatchSchema.thing("{}", data: #"{"k":"v"}"#), "one")
        var new = created
        new["metadata"]["managedFields"] = [["manager": "x", "operation": "Bogus"]]
        #expect(update(created, new, "two")["metadata"]["managedFields"] == created["metadata"]["managedFields"])
    }

    @Test func manyUpdatersAreFolded() throws {
        var live = update(nil, try PatchSchema.thing("{}", data: #"{"k0":"v"}"#), "m0")
        for index in 1...14 {
            var new = live
            new["data"]["k\(index)"] = "v"
            live = update(live, new, "m\(index)", time: "2026-01-01T00:00:\(10 + index)Z")
        }
        let managers = live["metadata"]["managedFields"].array.compactMap { $0["manager"].string }
        #expect(managers.count == ManagedFields.updateLimit)
        #expect(managers.contains(ManagedFields.foldedManager))
        #expect(managers.contains("m14"))
    }

    // MARK: apply

    @Test func applyRemovesWhatItNoLongerNames() throws {
        let first = try apply(nil, try PatchSchema.value(#"{"kind":"Thing","apiVersion":"example.com/v1","metadata":{"name":"a"},"data":{"k":"v","l":"v"}}"#), "one")
        var live = first
        live["metadata"]["uid"] = "u"
        let second = try apply(live, try PatchSchema.value(#"{"kind":"Thing","apiVersion":"example.com/v1","metadata":{"name":"a"},"data":{"k":"v"}}"#), "one")
        #expect(second["data"] == ["k": "v"])
        #expect(second["metadata"]["uid"] == "u")
        #expect(owned(second, by: "one") == #"{"f:data":{"f:k":{}}}"#)
    }

    @Test func sharedFieldsStayWhenOneLetsGo() throws {
        let configuration = try PatchSchema.value(#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#)
        var live = try apply(nil, configuration, "one")
        live["metadata"]["uid"] = "u"
        live = try apply(live, configuration, "two")
        let after = try apply(live, try PatchSchema.value(#"{"metadata":{"name":"a"}}"#), "one")
        #expect(after["data"] == ["k": "v"])
        #expect(owned(after, by: "one") == nil)
        #expect(owned(after, by: "two") == #"{"f:data":{"f:k":{}}}"#)
    }

    @Test func conflictsNameOwnerAndField() throws {
        var live = try apply(nil, try PatchSchema.value(#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#), "one")
        live["metadata"]["uid"] = "u"
        let wanted = try PatchSchema.value(#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"j"}]}}"#)
        do {
            _ = try apply(live, wanted, "two")
            Issue.record("the conflict was not noticed")
        } catch ApplyError.conflict(let conflict) {
            #expect(conflict.description == #"Apply failed with 1 conflict: conflict with "one": .spec.containers[name="c"].image"#)
            #expect(conflict.causes.first?["field"] == #".spec.containers[name="c"].image"#)
        }
        let forced = try apply(live, wanted, "two", force: true)
        #expect(forced["spec"]["containers"][0]["image"] == "j")
        #expect(owned(forced, by: "one") == #"{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}}}}}"#)
    }

    @Test func keysWithDefaultsMatch() throws {
        var live = try apply(nil, try PatchSchema.value(#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[{"port":80,"protocol":"TCP","name":"x"}]}]}}"#), "one")
        live["metadata"]["uid"] = "u"
        let after = try apply(live, try PatchSchema.value(#"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[{"port":80}]}]}}"#), "two")
        #expect(after["spec"]["containers"][0]["ports"].array.count == 1)
    }

    @Test(arguments: [
        (#"{"dota":1}"#, ".dota: field not declared in schema"),
        (#"{"data":{"k":1}}"#, ".data.k: expected string"),
        (#"{"spec":{"containers":[{"name":"c"},{"name":"c"}]}}"#, #".spec.containers: duplicate entries for key [name="c"]"#),
        (#"{"spec":{"containers":[null]}}"#, "may not have a null element"),
        (#"{"metadata":{"finalizers":["a","a"]}}"#, #"duplicate entries for key [="a"]"#),
    ])
    func badConfigurationsAreRefused(_ json: String, _ reason: String) throws {
        do {
            _ = try apply(nil, try PatchSchema.value(json), "one")
            Issue.record("\(json) was taken")
        } catch ApplyError.invalidConfiguration(let message) {
            #expect(message.contains(reason), "\(message)")
        }
    }

    @Test func applyingTheSameChangesNothing() throws {
        let configuration = try PatchSchema.value(#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#)
        var live = try apply(nil, configuration, "one")
        live["metadata"]["uid"] = "u"
        #expect(try apply(live, configuration, "one") == live)
    }
}

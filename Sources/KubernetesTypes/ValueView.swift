package import Objects
package import Schema

/// A typed look at a `Value`: properties for the fields of the schema, everything else stays as it is.
///
/// Reading never fails: what is absent or of another type is nil, an empty list or a view that does not exist.
/// Setting nil, an empty list, an empty map or a null view removes the member.
package protocol ValueView: Sendable, Hashable {
    var value: Value { get set }
    init(_ value: Value)
}

extension ValueView {
    /// A view of nothing: null, which becomes an object when a property is set.
    package init() { self.init(.null) }

    /// Whether there is something: an optional structure that is set, be it to `{}`.
    package var exists: Bool { !value.isNull }
}

/// A view of a whole object of the API.
package protocol ObjectView: ValueView {
    static var groupVersionKind: GroupVersionKind { get }
    /// The plural name in paths; empty for kinds that are only bodies.
    static var resource: String { get }
    var metadata: ObjectMeta { get set }
}

extension ObjectView {
    /// A new object that says what it is and how it is called.
    package init(name: String, namespace: String? = nil) {
        self.init(.emptyObject)
        value["kind"] = .string(Self.groupVersionKind.kind)
        value["apiVersion"] = .string(Self.groupVersionKind.groupVersion.description)
        value["metadata"]["name"] = .string(name)
        if let namespace { value["metadata"]["namespace"] = .string(namespace) }
    }

    package static var groupResource: GroupResource {
        GroupResource(group: groupVersionKind.group, resource: resource)
    }

    /// The name; empty when there is none.
    package var name: String { value["metadata"]["name"].string ?? "" }
    /// The namespace; empty for objects of the cluster.
    package var namespace: String { value["metadata"]["namespace"].string ?? "" }
    package var uid: String { value["metadata"]["uid"].string ?? "" }
    package var resourceVersion: String { value["metadata"]["resourceVersion"].string ?? "" }
    package var generation: Int64 { value["metadata"]["generation"].int ?? 0 }
    /// Whether deletion has begun and finalizers or a grace period hold it up.
    package var isBeingDeleted: Bool { !value["metadata"]["deletionTimestamp"].isNull }

    package var labels: [String: String] {
        get { value["metadata"]["labels"].stringMap }
        set { value["metadata"].putStringMap("labels", newValue) }
    }

    package var annotations: [String: String] {
        get { value["metadata"]["annotations"].stringMap }
        set { value["metadata"].putStringMap("annotations", newValue) }
    }
}

/// What the generated accessors call. Each stays one short expression there, which keeps compiling fast.
extension Value {
    package func int32(_ key: String) -> Int32? { self[key].int.flatMap(Int32.init(exactly:)) }
    package func ints(_ key: String) -> [Int64] { self[key].array.compactMap(\.int) }
    package func views<View: ValueView>(_ key: String) -> [View] { self[key].array.map { View($0) } }

    package func viewMap<View: ValueView>(_ key: String) -> [String: View] {
        var map: [String: View] = [:]
        for entry in self[key].members { map[entry.key] = View(entry.value) }
        return map
    }

    package func valueMap(_ key: String) -> [String: Value] {
        var map: [String: Value] = [:]
        for entry in self[key].members { map[entry.key] = entry.value }
        return map
    }

    package mutating func putValue(_ key: String, _ new: Value) {
        if new.isNull { remove(key) } else { self[key] = new }
    }

    package mutating func putString(_ key: String, _ new: String?) { set(key, new.map(Value.string)) }
    package mutating func putBool(_ key: String, _ new: Bool?) { set(key, new.map(Value.bool)) }
    package mutating func putInt32(_ key: String, _ new: Int32?) { set(key, new.map { Value.int(Int64($0)) }) }
    package mutating func putInt64(_ key: String, _ new: Int64?) { set(key, new.map(Value.int)) }
    package mutating func putDouble(_ key: String, _ new: Double?) { set(key, new.map(Value.double)) }

    package mutating func putValues(_ key: String, _ new: [Value]) {
        if new.isEmpty { remove(key) } else { self[key] = .array(new) }
    }

    package mutating func putStrings(_ key: String, _ new: [String]) { putValues(key, new.map(Value.string)) }
    package mutating func putInts(_ key: String, _ new: [Int64]) { putValues(key, new.map(Value.int)) }

    package mutating func putViews<View: ValueView>(_ key: String, _ new: [View]) {
        putValues(key, new.map(\.value))
    }

    package mutating func putValueMap(_ key: String, _ new: [String: Value]) {
        if new.isEmpty { return _ = remove(key) }
        self[key] = .object(Members(new.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    package mutating func putStringMap(_ key: String, _ new: [String: String]) {
        putValueMap(key, new.mapValues(Value.string))
    }

    package mutating func putViewMap<View: ValueView>(_ key: String, _ new: [String: View]) {
        putValueMap(key, new.mapValues(\.value))
    }
}

package import Objects

/// Objects by key, each in a slot whose number indexes use in place of the key: a few bytes for each object and index.
package struct ObjectSlots: Sendable {
    private var objects: [EncodedObject?] = []
    private var free: [UInt32] = []
    private var slots: [String: UInt32] = [:]
    private var byNamespace: [String: Set<UInt32>] = [:]

    package init() {}

    package var count: Int { slots.count }

    package subscript(key: String) -> EncodedObject? { slots[key].flatMap { self[slot: $0] } }

    package subscript(slot slot: UInt32) -> EncodedObject? {
        let index = Int(slot)
        return objects.indices.contains(index) ? objects[index] : nil
    }

    package func slot(of key: String) -> UInt32? { slots[key] }

    /// All of a namespace; of all namespaces when it is empty.
    package func all(in namespace: String = "") -> [EncodedObject] {
        if namespace.isEmpty { return objects.compactMap { $0 } }
        return (byNamespace[namespace] ?? []).compactMap { self[slot: $0] }
    }

    /// Puts an object in; returns its slot, and the object that it replaces.
    package mutating func upsert(_ object: EncodedObject) -> (slot: UInt32, old: EncodedObject?) {
        if let slot = slots[object.key] {
            let old = objects[Int(slot)]
            objects[Int(slot)] = object
            return (slot, old)
        }
        let slot: UInt32
        if let unused = free.popLast() {
            slot = unused
            objects[Int(slot)] = object
        } else {
            slot = UInt32(objects.count)
            objects.append(object)
        }
        slots[object.key] = slot
        // Objects of the cluster are found by a walk over all.
        if !object.namespace.isEmpty { byNamespace[object.namespace, default: []].insert(slot) }
        return (slot, nil)
    }

    package mutating func remove(_ key: String) {
        guard let slot = slots.removeValue(forKey: key), let object = objects[Int(slot)] else { return }
        objects[Int(slot)] = nil
        free.append(slot)
        byNamespace[object.namespace]?.remove(slot)
        if byNamespace[object.namespace]?.isEmpty == true { byNamespace[object.namespace] = nil }
    }
}

/// What all claims of a cluster have of devices, kept up to date as claims change: a pod that waits for devices looks at the sum only.
struct DeviceLedger: Sendable {
    private struct Entry {
        /// What the claim has as it was seen last, and in which version.
        var seen = DeviceUsage()
        var revision: Int64 = 0
        /// What was decided but is not seen yet, and from which version on it is; nil while it is being written.
        var pending: DeviceUsage?
        var pendingUntil: Int64?

        /// What counts: of a claim that has devices, these.
        var usage: DeviceUsage { seen.isEmpty ? pending ?? seen : seen }
    }

    private var entries: [String: Entry] = [:]
    /// How many claims have each device for themselves, and how many share it: mistakes of others must not make a device free.
    private var owners: [DeviceID: Int] = [:]
    private var sharers: [DeviceID: Int] = [:]
    /// What all claims have.
    private(set) var usage = DeviceUsage()

    /// Whether devices of the claim (`namespace/name`) were decided on and are not seen in it yet.
    func isPending(_ key: String) -> Bool { entries[key]?.pending != nil }

    private mutating func change(_ key: String, _ body: (inout Entry) -> Void) {
        var entry = entries[key] ?? Entry()
        let before = entry.usage
        body(&entry)
        let after = entry.usage
        if before != after {
            count(before, -1)
            count(after, 1)
        }
        entries[key] = entry.revision == 0 && entry.pending == nil ? nil : entry
    }

    private mutating func count(_ one: DeviceUsage, _ step: Int) {
        for device in one.taken {
            let left = (owners[device] ?? 0) + step
            owners[device] = left == 0 ? nil : left
            if left == 0 { usage.taken.remove(device) } else { usage.taken.insert(device) }
        }
        for (device, amounts) in one.shares {
            let left = (sharers[device] ?? 0) + step
            sharers[device] = left == 0 ? nil : left
            if left == 0 { usage.shares[device] = nil } else { usage.share(device, amounts, times: step) }
        }
    }

    /// The claim as it is now.
    mutating func see(_ key: String, _ usage: DeviceUsage, revision: Int64) {
        change(key) { entry in
            entry.seen = usage
            entry.revision = revision
            if let until = entry.pendingUntil, revision >= until { (entry.pending, entry.pendingUntil) = (nil, nil) }
        }
    }

    /// The claim is gone.
    mutating func forget(_ key: String) { change(key) { $0 = Entry() } }

    /// Keeps what was decided from others until it is seen, or given up.
    mutating func assume(_ key: String, _ usage: DeviceUsage) { change(key) { ($0.pending, $0.pendingUntil) = (usage, nil) } }

    /// It was written in this version.
    mutating func settle(_ key: String, _ usage: DeviceUsage, revision: Int64) {
        change(key) { entry in (entry.pending, entry.pendingUntil) = entry.revision >= revision ? (nil, nil) : (usage, revision) }
    }

    /// It was not written.
    mutating func giveUp(_ key: String) { change(key) { ($0.pending, $0.pendingUntil) = (nil, nil) } }
}

import Objects

/// The devices of plug-ins on this node, and which containers have which: a value without I/O.
///
/// What a container got is remembered with the plug-in's answer, so that the container can start anew while the plug-in is
/// away. Devices of an init container that has to end go on to the containers after it.
struct DeviceInventory: Sendable {
    /// What a plug-in offers under one resource name.
    struct Offer: Sendable {
        /// By id, whether the device works.
        var devices: [String: Bool] = [:]
        var isConnected = false
        /// When the plug-in was lost.
        var lostAt: Timestamp?
    }

    /// What a container has of one resource.
    struct Grant: Sendable, Equatable {
        var ids: Set<String>
        /// The plug-in's `ContainerAllocateResponse`; nil while it is asked.
        var answer: [UInt8]?
    }

    struct Shortage: Error, Equatable, CustomStringConvertible { let description: String }

    /// What a choice is made of.
    struct Choice: Equatable {
        /// Devices that this pod has already and that are free again; these have to be among the chosen.
        var reusable: Set<String>
        var free: Set<String>
        var count: Int

        /// Without anything better: by id.
        var simple: Set<String> { Set((reusable.sorted() + free.sorted()).prefix(count)) }

        /// What a plug-in would rather have, if it keeps to what may be chosen.
        func accepts(_ preferred: Set<String>) -> Bool {
            preferred.count == count && preferred.isSubset(of: reusable.union(free)) && (reusable.count >= count || reusable.isSubset(of: preferred))
        }
    }

    private(set) var offers: [String: Offer] = [:]
    /// By pod, container and resource.
    private(set) var grants: [String: [String: [String: Grant]]] = [:]
    /// How long a node says that it has devices whose plug-in is away; that none of them can be had it says at once.
    static let grace: Int64 = 300

    init() {}

    // MARK: plug-ins

    mutating func setDevices(_ resource: String, _ devices: [String: Bool]) {
        offers[resource] = Offer(devices: devices, isConnected: true)
    }

    mutating func lose(_ resource: String, at now: Timestamp) {
        offers[resource]?.isConnected = false
        offers[resource]?.lostAt = now
    }

    /// Names that plug-ins may offer: of a domain that is not Kubernetes' own.
    static func isExtended(_ resource: String) -> Bool {
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[1].utf8.count <= 63 else { return false }
        return !resource.contains("kubernetes.io/") && !resource.hasPrefix("requests.")
    }

    func isManaged(_ resource: String) -> Bool { offers[resource] != nil }

    /// What the node has, and what of it can be had.
    func figures(at now: Timestamp) -> [(resource: String, capacity: Int, allocatable: Int)] {
        offers.sorted { $0.key < $1.key }.map { resource, offer in
            let isOver = !offer.isConnected && offer.lostAt.map { now.seconds - $0.seconds >= Self.grace } ?? true
            return (resource, isOver ? 0 : offer.devices.count, offer.isConnected ? offer.devices.values.filter { $0 }.count : 0)
        }
    }

    // MARK: containers

    /// What of `spec` plug-ins of this node give, by container in the order of their start.
    func wanted(_ spec: Value) -> [(container: String, resource: String, count: Int, isTemporary: Bool)] {
        var all: [(container: String, resource: String, count: Int, isTemporary: Bool)] = []
        for (kind, containers) in [("init", spec["initContainers"].array), ("main", spec["containers"].array)] {
            for container in containers {
                let isTemporary = kind == "init" && !PodContainers.isSidecar(container)
                for entry in container["resources"]["limits"].members where isManaged(entry.key) {
                    guard let count = Quantity(entry.value)?.rounded, count > 0 else { continue }
                    all.append((container["name"].string ?? "", entry.key, Int(clamping: count), isTemporary))
                }
            }
        }
        return all
    }

    /// What a container may get. Throws when there is not enough.
    func choice(_ resource: String, _ count: Int, pod: String, reusable: Set<String>) throws(Shortage) -> Choice {
        let taken = Set(grants.values.flatMap { $0.values }.flatMap { $0[resource]?.ids ?? [] })
        let offer = offers[resource] ?? Offer()
        let healthy = offer.isConnected ? Set(offer.devices.filter(\.value).keys) : []
        let choice = Choice(reusable: reusable, free: healthy.subtracting(taken), count: count)
        guard reusable.count + choice.free.count >= count else {
            throw Shortage(
                description: "requested number of devices unavailable for \(resource). Requested: \(count), Available: \(choice.free.count)")
        }
        return choice
    }

    mutating func grant(_ grant: Grant, _ resource: String, pod: String, container: String) {
        grants[pod, default: [:]][container, default: [:]][resource] = grant
    }

    func grant(_ resource: String, pod: String, container: String) -> Grant? { grants[pod]?[container]?[resource] }

    /// How the devices of a pod's containers are, as the pod's status shows it, by container.
    func health(_ pod: String) -> [String: Value] {
        (grants[pod] ?? [:]).mapValues { resources in
            .array(resources.sorted { $0.key < $1.key }.map { resource, grant in
                let offer = offers[resource] ?? Offer()
                let devices: [Value] = grant.ids.sorted().map { id in
                    // Of a plug-in that is lost nothing works; of one that has not come yet nothing is known.
                    let works = offer.devices[id].map { $0 && offer.isConnected }
                    return ["resourceID": .string(id), "health": .string(works.map { $0 ? "Healthy" : "Unhealthy" } ?? "Unknown")]
                }
                return ["name": .string(resource), "resources": .array(devices)]
            })
        }
    }

    mutating func revoke(_ resource: String, pod: String, container: String) { grants[pod]?[container]?[resource] = nil }

    mutating func release(_ pod: String) -> Bool { grants.removeValue(forKey: pod) != nil }

    // MARK: the record

    var record: Value {
        var pods = Value.emptyObject
        for (pod, containers) in grants {
            for (container, resources) in containers {
                for (resource, grant) in resources {
                    guard let answer = grant.answer else { continue }
                    pods[pod][container][resource] = ["ids": Value(grant.ids.sorted()), "answer": .string(Base64.encode(answer))]
                }
            }
        }
        return ["resources": Value(offers.keys.sorted()), "pods": pods]
    }

    /// What a former run knew: which resources had plug-ins, and who got what.
    init(record: Value) {
        for resource in record["resources"].strings { offers[resource] = Offer() }
        for pod in record["pods"].members {
            for container in pod.value.members {
                for resource in container.value.members {
                    guard let answer = Base64.decode(resource.value["answer"].string ?? "") else { continue }
                    grants[pod.key, default: [:]][container.key, default: [:]][resource.key] = Grant(ids: Set(resource.value["ids"].strings), answer: answer)
                }
            }
        }
    }
}

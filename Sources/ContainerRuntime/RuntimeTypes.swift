import Objects

/// What a pod's sandbox is to be (CRI v1 `PodSandboxConfig`).
package struct SandboxConfig: Sendable {
    package var name = ""
    package var uid = ""
    package var namespace = ""
    package var attempt = 0
    package var hostname = ""
    package var logDirectory = ""
    package var dnsServers: [String] = []
    package var dnsSearches: [String] = []
    package var dnsOptions: [String] = []
    package var portMappings: [PortMapping] = []
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    package var cgroupParent = ""
    package var sysctls: [String: String] = [:]
    package var usesHostNetwork = false
    package var usesHostPID = false
    package var usesHostIPC = false
    package var sharesPID = false
    package var isPrivileged = false
    package var runAsUser: Int64?
    package var runAsGroup: Int64?
    package var supplementalGroups: [Int64] = []

    package init() {}

    package struct PortMapping: Sendable {
        /// TCP 0, UDP 1, SCTP 2.
        package let transport: Int64
        package let containerPort: Int64
        package let hostPort: Int64
        package let hostAddress: String

        package init(transport: Int64, containerPort: Int64, hostPort: Int64, hostAddress: String) {
            self.transport = transport
            self.containerPort = containerPort
            self.hostPort = hostPort
            self.hostAddress = hostAddress
        }
    }

    /// POD 0, CONTAINER 1, NODE 2, TARGET 3. `target` is the container whose processes are to be seen.
    fileprivate func namespaceOptions(target: String? = nil) -> WireMessage {
        .build {
            $0.set(1, usesHostNetwork ? 2 : 0)
            $0.set(2, target != nil ? 3 : usesHostPID ? 2 : sharesPID ? 0 : 1)
            $0.set(3, usesHostIPC ? 2 : 0)
            if let target { $0.set(4, target) }
        }
    }

    var wire: WireMessage {
        .build { message in
            message.set(1, .build {
                $0.set(1, name)
                $0.set(2, uid)
                $0.set(3, namespace)
                $0.set(4, Int64(attempt))
            })
            message.set(2, hostname)
            message.set(3, logDirectory)
            message.set(4, .build {
                $0.set(1, dnsServers)
                $0.set(2, dnsSearches)
                $0.set(3, dnsOptions)
            })
            for port in portMappings {
                message.set(5, .build {
                    $0.set(1, port.transport)
                    $0.set(2, port.containerPort)
                    $0.set(3, port.hostPort)
                    $0.set(4, port.hostAddress)
                })
            }
            message.set(6, labels)
            message.set(7, annotations)
            message.set(8, .build { linux in
                linux.set(1, cgroupParent)
                linux.set(2, .build { security in
                    security.set(1, namespaceOptions())
                    if let runAsUser { security.set(3, .build { $0.set(1, runAsUser) }) }
                    if let runAsGroup { security.set(8, .build { $0.set(1, runAsGroup) }) }
                    for group in supplementalGroups { security.set(5, group) }
                    security.set(6, isPrivileged)
                })
                linux.set(3, sysctls)
            })
        }
    }
}

/// What a container may use (CRI v1 `LinuxContainerResources`).
package struct ContainerResources: Sendable, Equatable {
    package var cpuShares: Int64 = 0
    /// Microseconds in each period; 0 for no limit.
    package var cpuQuota: Int64 = 0
    package var cpuPeriod: Int64 = 0
    /// Bytes; 0 for no limit.
    package var memoryLimit: Int64 = 0
    package var oomScoreAdjustment: Int64 = 0
    /// Bytes of huge pages by their size as cgroups call it (`2MB`).
    package var hugePageLimits: [String: Int64] = [:]
    /// Files of cgroup v2 with what they are to hold.
    package var unified: [String: String] = [:]

    package init() {}

    var wire: WireMessage {
        .build {
            $0.set(1, cpuPeriod)
            $0.set(2, cpuQuota)
            $0.set(3, cpuShares)
            $0.set(4, memoryLimit)
            $0.set(5, oomScoreAdjustment)
            for (size, limit) in hugePageLimits.sorted(by: { $0.key < $1.key }) {
                $0.set(8, .build {
                    $0.set(1, size)
                    $0.set(2, limit)
                })
            }
            $0.set(9, unified)
        }
    }
}

/// What a container is to be (CRI v1 `ContainerConfig`).
package struct ContainerSettings: Sendable {
    package struct Mount: Sendable {
        package let containerPath: String
        package let hostPath: String
        package let isReadOnly: Bool
        /// Private 0, host to container 1, both ways 2.
        package let propagation: Int64

        package init(containerPath: String, hostPath: String, isReadOnly: Bool, propagation: Int64 = 0) {
            self.containerPath = containerPath
            self.hostPath = hostPath
            self.isReadOnly = isReadOnly
            self.propagation = propagation
        }
    }

    /// A device of the node.
    package struct Device: Sendable, Equatable {
        package let containerPath: String
        package let hostPath: String
        /// Of `r`, `w` and `m` (making the node).
        package let permissions: String

        package init(containerPath: String, hostPath: String, permissions: String) {
            self.containerPath = containerPath
            self.hostPath = hostPath
            self.permissions = permissions
        }
    }

    package var name = ""
    package var attempt = 0
    package var image = ""
    package var command: [String] = []
    package var arguments: [String] = []
    package var workingDirectory = ""
    package var environment: [(name: String, value: String)] = []
    package var mounts: [Mount] = []
    package var devices: [Device] = []
    /// Devices by their names in the Container Device Interface.
    package var deviceIDs: [String] = []
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    /// Relative to the sandbox's log directory.
    package var logPath = ""
    package var hasStdin = false
    package var isStdinOnce = false
    package var hasTTY = false
    package var resources = ContainerResources()
    package var addedCapabilities: [String] = []
    package var droppedCapabilities: [String] = []
    package var isPrivileged = false
    package var runAsUser: Int64?
    /// Where the image names a user whose number only the runtime can find.
    package var runAsUsername = ""
    package var runAsGroup: Int64?
    package var supplementalGroups: [Int64] = []
    package var hasReadOnlyRoot = false
    package var forbidsPrivilegeEscalation = false
    /// RuntimeDefault 0, Unconfined 1, Localhost 2.
    package var seccomp: Int64 = 1
    package var seccompProfile = ""
    /// RuntimeDefault 0, Unconfined 1, Localhost 2; nil for what the runtime does by itself.
    package var appArmor: Int64?
    package var appArmorProfile = ""
    /// User, role, type and level; empty where the runtime decides.
    package var selinux: [String] = []
    /// Whether groups of the image's own files are left out.
    package var hasStrictGroups = false
    /// The container whose processes this one sees; nil for those of its own or its pod's.
    package var processesOf: String?

    package init() {}

    private static let maskedPaths = [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ]
    private static let readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    func wire(in sandbox: SandboxConfig) -> WireMessage {
        .build { message in
            message.set(1, .build {
                $0.set(1, name)
                $0.set(2, Int64(attempt))
            })
            message.set(2, .build { $0.set(1, image) })
            message.set(3, command)
            message.set(4, arguments)
            message.set(5, workingDirectory)
            for (name, value) in environment {
                message.set(6, .build {
                    $0.set(1, name)
                    $0.set(2, value)
                })
            }
            for mount in mounts {
                message.set(7, .build {
                    $0.set(1, mount.containerPath)
                    $0.set(2, mount.hostPath)
                    $0.set(3, mount.isReadOnly)
                    $0.set(5, mount.propagation)
                })
            }
            for device in devices {
                message.set(8, .build {
                    $0.set(1, device.containerPath)
                    $0.set(2, device.hostPath)
                    $0.set(3, device.permissions)
                })
            }
            message.set(9, labels)
            message.set(10, annotations)
            message.set(11, logPath)
            message.set(12, hasStdin)
            message.set(13, isStdinOnce)
            message.set(14, hasTTY)
            message.set(15, .build { linux in
                linux.set(1, resources.wire)
                linux.set(2, security(sandbox))
            })
            for id in deviceIDs { message.set(17, .build { $0.set(1, id) }) }
        }
    }

    private func security(_ sandbox: SandboxConfig) -> WireMessage {
        .build { security in
            security.set(1, .build {
                $0.set(1, addedCapabilities)
                $0.set(2, droppedCapabilities)
            })
            security.set(2, isPrivileged)
            security.set(3, sandbox.namespaceOptions(target: processesOf))
            if let runAsUser { security.set(5, .build { $0.set(1, runAsUser) }) }
            if selinux.contains(where: { !$0.isEmpty }) {
                security.set(4, .build { options in
                    for (index, part) in selinux.enumerated() { options.set(index + 1, part) }
                })
            }
            security.set(6, runAsUsername)
            security.set(7, hasReadOnlyRoot)
            for group in supplementalGroups { security.set(8, group) }
            security.set(11, forbidsPrivilegeEscalation)
            if let runAsGroup { security.set(12, .build { $0.set(1, runAsGroup) }) }
            if !isPrivileged {
                security.set(13, Self.maskedPaths)
                security.set(14, Self.readOnlyPaths)
            }
            security.set(15, .build {
                $0.set(1, seccomp)
                $0.set(2, seccompProfile)
            })
            if let appArmor {
                security.set(16, .build {
                    $0.set(1, appArmor)
                    $0.set(2, appArmorProfile)
                })
            }
            if hasStrictGroups { security.set(17, Int64(1)) }
        }
    }
}

package struct SandboxSummary: Sendable, Equatable {
    package let id: String
    package let attempt: Int
    package let isReady: Bool
    /// Nanoseconds since 1970.
    package let createdAt: Int64
    package let labels: [String: String]
    package let annotations: [String: String]

    package init(id: String, attempt: Int, isReady: Bool, createdAt: Int64, labels: [String: String], annotations: [String: String]) {
        self.id = id
        self.attempt = attempt
        self.isReady = isReady
        self.createdAt = createdAt
        self.labels = labels
        self.annotations = annotations
    }
}

package enum ContainerState: Int64, Sendable {
    case created, running, exited, unknown
}

package struct ContainerSummary: Sendable, Equatable {
    package let id: String
    package let sandbox: String
    package let name: String
    package let attempt: Int
    package let state: ContainerState
    package let createdAt: Int64
    package let labels: [String: String]
}

package struct ContainerDetails: Sendable, Equatable {
    package let id: String
    package let name: String
    package let attempt: Int
    package let state: ContainerState
    /// Nanoseconds since 1970; 0 when not yet.
    package let createdAt: Int64
    package let startedAt: Int64
    package let finishedAt: Int64
    package let exitCode: Int64
    package let image: String
    package let imageReference: String
    package let reason: String
    package private(set) var message: String
    package let labels: [String: String]
    package let annotations: [String: String]
    package let logPath: String

    package init(
        id: String, name: String, attempt: Int, state: ContainerState, createdAt: Int64, startedAt: Int64, finishedAt: Int64, exitCode: Int64
    ) {
        self.id = id
        self.name = name
        self.attempt = attempt
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.exitCode = exitCode
        image = ""
        imageReference = ""
        reason = ""
        message = ""
        labels = [:]
        annotations = [:]
        logPath = ""
    }

    /// The same with another message.
    package func with(message: String) -> ContainerDetails {
        var copy = self
        copy.message = message
        return copy
    }

    init(_ fields: WireFields) {
        id = fields.text(1)
        name = fields.message(2).text(1)
        attempt = Int(fields.message(2).int(2))
        state = ContainerState(rawValue: fields.int(3)) ?? .unknown
        createdAt = fields.int(4)
        startedAt = fields.int(5)
        finishedAt = fields.int(6)
        exitCode = Int64(Int32(truncatingIfNeeded: fields.int(7)))
        image = fields.message(8).text(1)
        imageReference = fields.text(9)
        reason = fields.text(10)
        message = fields.text(11)
        labels = fields.map(12)
        annotations = fields.map(13)
        logPath = fields.text(15)
    }
}

/// What a container wrote into its own layer.
package struct ContainerDiskUsage: Sendable, Equatable {
    package let bytes: Int64
    package let inodes: Int64
}

package struct ImageSummary: Sendable, Equatable {
    package let id: String
    package let tags: [String]
    package let digests: [String]
    package let size: Int64
    /// The user that the image asks for, when it is a number.
    package let uid: Int64?
    package let username: String
    /// It must not be removed.
    package let isPinned: Bool

    init(_ fields: WireFields) {
        id = fields.text(1)
        tags = fields.texts(2)
        digests = fields.texts(3)
        size = fields.int(4)
        uid = fields.has(5) ? fields.message(5).int(1) : nil
        username = fields.text(6)
        isPinned = fields.bool(8)
    }
}

/// Why the runtime could not do what it was asked.
package struct RuntimeError: Error, Sendable, CustomStringConvertible {
    /// The code of gRPC: 5 is not found, 14 unavailable.
    package let code: Int
    package let description: String

    package init(code: Int, _ description: String) {
        self.code = code
        self.description = description
    }

    package var isNotFound: Bool { code == 5 }
}

/// What a runtime says that it can do (CRI v1, since v1.30).
package struct RuntimeOffer: Sendable, Equatable {
    /// A way to run sandboxes, as a RuntimeClass names it.
    package struct Handler: Sendable, Equatable {
        package let name: String
        package let mountsReadOnlyRecursively: Bool
        package let hasUserNamespaces: Bool
    }

    package let hasGroupsPolicy: Bool
    package let handlers: [Handler]
}

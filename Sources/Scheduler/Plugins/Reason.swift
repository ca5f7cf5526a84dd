/// Why a node cannot take a pod: what one filter said.
enum Reason: UInt8, Sendable, CaseIterable {
    case fits
    /// There is no node at this position any more.
    case absent
    case unschedulable
    case name
    case taints
    case nodeAffinity
    case enforcedAffinity
    case ports
    case resources
    /// The empty node would not be large enough either.
    case size
    case spreadLabel
    case spread
    case affinity
    case antiAffinity
    case existingAntiAffinity
    case own
    case features

    /// In the words of upstream's events. Resources say more, see `SchedulerState.insufficient`.
    var text: String {
        switch self {
        case .fits, .absent, .own: ""
        case .features: "node declared features check failed - unsatisfied requirements: \(DeclaredFeatures.restartAllContainers)"
        case .unschedulable: "node(s) were unschedulable"
        case .name: "node(s) didn't match the requested node name"
        case .taints: "node(s) had untolerated taint(s)"
        case .nodeAffinity: "node(s) didn't match Pod's node affinity/selector"
        case .enforcedAffinity: "node(s) didn't match scheduler-enforced node affinity"
        case .ports: "node(s) didn't have free ports for the requested pod ports"
        case .resources, .size: "Insufficient resources"
        case .spreadLabel: "node(s) didn't match pod topology spread constraints (missing required label)"
        case .spread: "node(s) didn't match pod topology spread constraints"
        case .affinity: "node(s) didn't match pod affinity rules"
        case .antiAffinity: "node(s) didn't match pod anti-affinity rules"
        case .existingAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules"
        }
    }

    /// Whether the node could take the pod if others went away.
    var mayHelpToPreempt: Bool {
        switch self {
        case .ports, .resources, .spread, .antiAffinity, .existingAntiAffinity: true
        default: false
        }
    }

    /// What may make an end to it.
    var cures: ClusterEvents {
        switch self {
        case .fits: []
        case .absent, .unschedulable, .name, .taints, .nodeAffinity, .enforcedAffinity, .size, .spreadLabel, .features: .nodeChanged
        case .ports, .resources, .antiAffinity, .existingAntiAffinity: [.nodeChanged, .podGone]
        case .spread: [.nodeChanged, .podGone, .podPlaced]
        case .affinity: [.nodeChanged, .podPlaced]
        case .own: [.nodeChanged, .podGone, .storageChanged, .devicesChanged]
        }
    }
}

/// What happens in a cluster that may let pods go which found no node.
struct ClusterEvents: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let nodeChanged = ClusterEvents(rawValue: 1)
    static let podPlaced = ClusterEvents(rawValue: 2)
    static let podGone = ClusterEvents(rawValue: 4)
    static let storageChanged = ClusterEvents(rawValue: 8)
    static let devicesChanged = ClusterEvents(rawValue: 16)
    /// Namespaces' labels or services, by which terms and defaults are found.
    static let otherChanged = ClusterEvents(rawValue: 32)

    /// Each on its own.
    static let each: [ClusterEvents] = [.nodeChanged, .podPlaced, .podGone, .storageChanged, .devicesChanged, .otherChanged]
}

/// Why a node cannot take a pod, as events tell it.
struct Refusal: Sendable, Equatable {
    let reasons: [String]
    /// Whether the node could take it if other pods went away.
    let mayHelpToPreempt: Bool

    static func fixed(_ reason: String) -> Refusal { Refusal(reasons: [reason], mayHelpToPreempt: false) }
    static func movable(_ reason: String) -> Refusal { Refusal(reasons: [reason], mayHelpToPreempt: true) }
}

import Objects
import Synchronization

/// How fast nodes that are lost may lose their pods: one node in ten seconds in each zone, slower or not at all where most of a zone is
/// lost. So many at once are more likely cut off than broken.
struct EvictionRates: Sendable {
    struct Sighting: Sendable {
        let zone: String
        let isReady: Bool
    }

    enum ZoneState: Equatable { case normal, partlyLost, lost }

    private struct Zone {
        var state = ZoneState.normal
        var size = 0
        var next: ContinuousClock.Instant?
    }

    private static let largeZone = 50
    private var zones: [String: Zone] = [:]
    /// Whether nothing is left by which to tell broken nodes from broken connections.
    private(set) var isAllLost = false

    static func state(ready: Int, lost: Int) -> ZoneState {
        if ready == 0, lost > 0 { return .lost }
        return lost > 2 && Double(lost) / Double(ready + lost) >= 0.55 ? .partlyLost : .normal
    }

    mutating func note(_ nodes: [Sighting]) {
        var counts: [String: (ready: Int, lost: Int)] = [:]
        for node in nodes { if node.isReady { counts[node.zone, default: (0, 0)].ready += 1 } else { counts[node.zone, default: (0, 0)].lost += 1 } }
        zones = zones.filter { counts[$0.key] != nil }
        for (name, count) in counts {
            var zone = zones[name] ?? Zone()
            zone.state = Self.state(ready: count.ready, lost: count.lost)
            zone.size = count.ready + count.lost
            zones[name] = zone
        }
        isAllLost = !zones.isEmpty && zones.values.allSatisfy { $0.state == .lost }
    }

    /// Seconds between two nodes of a zone; nil when none may go.
    private func pause(_ zone: Zone) -> Duration? {
        if isAllLost { return nil }
        guard zone.state == .partlyLost else { return .seconds(10) }
        return zone.size > Self.largeZone ? .seconds(100) : nil
    }

    /// Whether another node of a zone may lose its pods now; if so it counts.
    mutating func take(_ name: String, now: ContinuousClock.Instant) -> Bool {
        var zone = zones[name] ?? Zone()
        guard let pause = pause(zone), zone.next.map({ $0 <= now }) ?? true else { return false }
        zone.next = now + pause
        zones[name] = zone
        return true
    }
}

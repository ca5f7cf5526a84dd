import Objects

/// For which zone each endpoint is when a service asks for it (`service.kubernetes.io/topology-mode: Auto`): zones get endpoints by
/// the processors of their nodes, their own ones where that goes.
struct ZoneShares {
    struct Endpoint: Equatable {
        let name: String
        let zone: String
        /// For which it was until now.
        let hinted: String?
    }

    enum Outcome: Equatable {
        /// The zone of each endpoint, by its name.
        case zones([String: String])
        case impossible(String)
    }

    private struct Share {
        let least: Int
        let wish: Double
        var most = 0
    }

    /// How much more than its part an endpoint may have to bear.
    private static let overload = 0.2

    static let isOff = "Topology Aware Hints has been disabled"
    static let isOn = "Topology Aware Hints has been enabled"

    /// Thousandths of processors by zone; nil when a node does not say what it has or where it is.
    let processors: [String: Int64]?

    func hints(_ endpoints: [Endpoint]) -> Outcome {
        guard let processors, processors.count > 1 else {
            return .impossible("Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")
        }
        let counts = "(\(endpoints.count) endpoints, \(processors.count) zones)"
        if processors.count > endpoints.count { return .impossible("Insufficient number of endpoints " + counts) }
        guard let shares = shares(processors, endpoints.count) else {
            return .impossible("Unable to allocate minimum required endpoints to each zone without exceeding overload threshold " + counts)
        }
        if endpoints.contains(where: \.zone.isEmpty) { return .impossible("One or more endpoints do not have a zone specified") }
        return .zones(kept(endpoints, shares) ?? anew(endpoints, shares))
    }

    private func shares(_ processors: [String: Int64], _ count: Int) -> [String: Share]? {
        let all = Double(processors.values.reduce(0, +))
        var shares: [String: Share] = [:]
        var left = count
        for (zone, amount) in processors {
            let wish = Double(amount) / all * Double(count)
            let least = Int((wish / (1 + Self.overload)).rounded(.up))
            shares[zone] = Share(least: least, wish: max(wish, Double(least)))
            left -= least
        }
        if left < 0 { return nil }
        return shares.mapValues { Share(least: $0.least, wish: $0.wish, most: $0.least + left) }
    }

    /// As it was, with new endpoints where there is too little; nil when that gives a zone too little or too much.
    private func kept(_ endpoints: [Endpoint], _ shares: [String: Share]) -> [String: String]? {
        var zones: [String: String] = [:], counts: [String: Int] = [:]
        var rest: [Endpoint] = []
        for endpoint in endpoints {
            if let hinted = endpoint.hinted, shares[hinted] != nil {
                zones[endpoint.name] = hinted
                counts[hinted, default: 0] += 1
            } else {
                rest.append(endpoint)
            }
        }
        if zones.isEmpty { return nil }
        func lacks(_ zone: String) -> Bool { shares[zone].map { counts[zone, default: 0] < $0.least } ?? false }
        for endpoint in rest.sorted(by: { $0.name < $1.name }) {
            let zone = lacks(endpoint.zone) ? endpoint.zone : shares.keys.filter(lacks).min() ?? endpoint.zone
            zones[endpoint.name] = zone
            counts[zone, default: 0] += 1
        }
        return shares.allSatisfy { ($0.value.least...$0.value.most).contains(counts[$0.key, default: 0]) } ? zones : nil
    }

    private func anew(_ endpoints: [Endpoint], _ shares: [String: Share]) -> [String: String] {
        var zones: [String: String] = [:], counts: [String: Int] = [:]
        for endpoint in endpoints {
            zones[endpoint.name] = endpoint.zone
            counts[endpoint.zone, default: 0] += 1
        }
        var over: [String: Double] = [:], under: [String: Double] = [:]
        for (zone, share) in shares {
            let difference = Double(counts[zone, default: 0]) - share.wish
            if difference > 0 { over[zone] = difference } else if difference < 0 { under[zone] = -difference }
        }
        let own = counts
        var gifts: [String: [String]] = [:]
        func give(_ giver: String, _ taker: String) {
            gifts[giver, default: []].append(taker)
            counts[giver, default: 0] -= 1
            counts[taker, default: 0] += 1
        }
        while let giver = Self.largest(over), let taker = Self.largest(under), max(giver.amount, taker.amount) >= 1, min(giver.amount, taker.amount) >= 0.5 {
            give(giver.zone, taker.zone)
            over[giver.zone] = giver.amount - 1
            under[taker.zone] = taker.amount - 1
        }
        // Where several have a little too much each, a zone may still lack what it needs at least.
        func spare(_ zone: String) -> Int { counts[zone, default: 0] - (shares[zone]?.least ?? 0) }
        for zone in shares.keys.sorted() {
            let givers = Set(endpoints.map(\.zone)).sorted()
            while spare(zone) < 0, let giver = givers.filter({ own[$0, default: 0] > gifts[$0, default: []].count }).max(by: { spare($0) < spare($1) }),
                spare(giver) > 0
            {
                give(giver, zone)
            }
        }
        for endpoint in endpoints.sorted(by: { $0.name < $1.name }) {
            if let taker = gifts[endpoint.zone]?.popLast() { zones[endpoint.name] = taker }
        }
        return zones
    }

    private static func largest(_ amounts: [String: Double]) -> (zone: String, amount: Double)? {
        amounts.filter { $0.value > 0 }.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
    }
}

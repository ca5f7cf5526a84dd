package import Objects
import Synchronization

/// API Priority and Fairness: finds the flow of each request and lets it start, wait or go away.
package final class FlowController: Sendable {
    private struct Configuration: Sendable {
        var schemas: [FlowSchema] = []
        var counts: [FlowSchemaCount] = []
        var levels: [String: PriorityLevel] = [:]
    }

    /// Where a request belongs.
    package struct Place: Sendable {
        package let schemaUID: String
        package let levelUID: String
        package let level: PriorityLevel
        let count: FlowSchemaCount
        let flow: UInt64
    }

    /// How long a request waits at most.
    package let waitLimit: Duration
    private let total: Int
    private let configuration = Mutex(Configuration())
    private let fraction = Mutex(0.0)

    /// `total` is the number of requests of one seat that are worked on at once.
    package init(total: Int, waitLimit: Duration) {
        self.total = max(total, 1)
        self.waitLimit = waitLimit
        configure(schemas: [], levels: [])
    }

    /// Takes FlowSchemas and PriorityLevelConfigurations as they are stored. Levels that are still there keep their requests.
    ///
    /// The two of each that must never miss stand in for those that do.
    package func configure(schemas: [Value], levels: [Value]) {
        var settings = levels.map { PriorityLevelSettings($0) }
        for name in ["exempt", "catch-all"] where !settings.contains(where: { $0.name == name }) {
            settings.append(PriorityLevelSettings(Self.standIn(level: name)))
        }
        let known = Set(settings.map(\.name))
        var ready = schemas.map { FlowSchema($0) }.filter { known.contains($0.levelName) }
        for name in ["exempt", "catch-all"] where !ready.contains(where: { $0.name == name }) {
            ready.append(FlowSchema(Self.standIn(schema: name)))
        }
        ready.sort(by: FlowSchema.precedes)
        let bounds = SeatShares.bounds(settings, total: total)
        configuration.withLock { configuration in
            var objects: [String: PriorityLevel] = [:]
            for (setting, bound) in zip(settings, bounds) {
                if let level = configuration.levels[setting.name] {
                    level.configure(setting, bound)
                    objects[setting.name] = level
                } else {
                    objects[setting.name] = PriorityLevel(setting, bound)
                }
            }
            let before = configuration.counts
            configuration.counts = ready.map { schema in
                before.first { $0.schema == schema.name && $0.level == schema.levelName }
                    ?? FlowSchemaCount(schema: schema.name, level: schema.levelName)
            }
            configuration.schemas = ready
            configuration.levels = objects
        }
    }

    private static func standIn(level name: String) -> Value {
        name == "exempt"
            ? ["metadata": ["name": "exempt"], "spec": ["type": "Exempt"]]
            : [
                "metadata": ["name": "catch-all"],
                "spec": ["type": "Limited", "limited": ["nominalConcurrencyShares": 5, "limitResponse": ["type": "Reject"]]],
            ]
    }

    private static func standIn(schema name: String) -> Value {
        let isExempt = name == "exempt"
        let groups = isExempt ? ["system:masters"] : ["system:unauthenticated", "system:authenticated"]
        let subjects = groups.map { group -> Value in ["kind": "Group", "group": ["name": .string(group)]] }
        var spec: Value = ["priorityLevelConfiguration": ["name": .string(name)], "matchingPrecedence": .int(isExempt ? 1 : 10_000)]
        spec["rules"] = [
            [
                "subjects": .array(subjects),
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": true, "namespaces": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]],
            ]
        ]
        return ["metadata": ["name": .string(name)], "spec": spec]
    }

    /// Where a request belongs; nil when no schema takes it, which no request of an authenticated or anonymous user is.
    package func place(_ request: FlowRequest) -> Place? {
        let (schemas, counts, levels) = configuration.withLock { ($0.schemas, $0.counts, $0.levels) }
        // By index: a schema that does not match is not copied.
        for index in schemas.indices where schemas[index].matches(request) {
            let schema = schemas[index]
            guard let level = levels[schema.levelName] else { continue }
            let flow = schema.distinguisher == .none
                ? ShuffleDealer.hash(schema.name) : ShuffleDealer.hash(schema.name, schema.flow(request))
            return Place(
                schemaUID: schema.uid, levelUID: level.settings.uid, level: level, count: counts[index], flow: flow)
        }
        return nil
    }

    package func begin(_ place: Place, _ width: RequestWidth) -> PriorityLevel.Decision {
        place.level.begin(place.count, flow: place.flow, width: width)
    }

    // MARK: lending and borrowing

    /// Shares the seats anew by what the levels wanted lately. To be called every ten seconds.
    package func adjust() {
        let levels = configuration.withLock { Array($0.levels.values) }
        let limited = levels.filter { !$0.settings.isExempt }
        var remaining = Double(total)
        for level in levels where level.settings.isExempt { remaining -= level.measure().lowest }
        let wants = limited.map { $0.measure() }
        let nominal = limited.reduce(0) { $0 + Double($1.figures.bounds.nominal) }
        let (seats, fraction) = SeatShares.divide(max(remaining, 1), wants)
        self.fraction.withLock { $0 = fraction }
        if wants.reduce(0, { $0 + $1.lowest }) > max(remaining, nominal) {
            for level in limited { level.setLimit(level.figures.bounds.nominal) }
        } else {
            for (level, count) in zip(limited, seats) { level.setLimit(Int(count.rounded())) }
        }
    }

    // MARK: what can be seen

    var seen: (levels: [PriorityLevel], counts: [FlowSchemaCount], schemas: [FlowSchema], fraction: Double) {
        let (levels, counts, schemas) = configuration.withLock { ($0.levels, $0.counts, $0.schemas) }
        return (levels.values.sorted { $0.name < $1.name }, counts, schemas, fraction.withLock { $0 })
    }
}

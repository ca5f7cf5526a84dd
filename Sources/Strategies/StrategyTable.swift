package import Schema

/// Which strategy each built-in resource has.
package enum StrategyTable {
    /// The strategy of a resource; kinds that nobody listed are plain.
    package static func strategy(for resource: GroupResource) -> any Strategy {
        strategies[resource] ?? PlainStrategy()
    }

    private static let strategies: [GroupResource: any Strategy] = [:]
}

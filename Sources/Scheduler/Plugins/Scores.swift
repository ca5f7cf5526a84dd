import Objects

/// How well the fitting nodes suit a pod: the parts from 0 to 100, weighted. Those that depend on the node alone are kept in the
/// class's cache; the others are measured against each other here.
extension SchedulerState {
    /// The best of `scratch.fitting`; of equals one by chance.
    mutating func best(_ cache: ClassCache, _ gains: [String: Int64] = [:]) -> Int {
        let count = scratch.fitting.count
        let weights = profiles[cache.profile].weights
        let fit = cache.fit
        let hasPenalties = fits[fit].hasPenalties && weights.taints != 0
        let hasLikings = weights.nodeAffinity != 0 && (!fits[fit].podClass.preferredNodeTerms.isEmpty || !profiles[cache.profile].preferredTerms.isEmpty)
        let bindings = cache.bindings
        let scored = weights.podAffinity == 0 ? [] : bindings?.scored ?? []
        let spread = weights.spread == 0 ? [] : (bindings?.spread ?? []).filter { !$0.constraint.isHard }
        if !hasPenalties, !hasLikings, scored.isEmpty, spread.isEmpty, gains.isEmpty { return bestLocal(cache.scores) }
        scratch.totals.removeAll(keepingCapacity: true)
        for index in 0..<count { scratch.totals.append(Int64(cache.scores[Int(scratch.fitting[index])])) }
        if hasPenalties {
            add(weights.taints, Self.reversed(scratch.fitting.map { Int64(fits[fit].penalties[Int($0)]) }))
        }
        if hasLikings { add(weights.nodeAffinity, Self.normalized(scratch.fitting.map { Int64(fits[fit].likings[Int($0)]) })) }
        if !scored.isEmpty { addAffinity(scored, weights.podAffinity) }
        if !spread.isEmpty { addSpread(spread, weights.spread) }
        if !gains.isEmpty { add(1, scratch.fitting.map { nodes[Int($0)].flatMap { gains[$0.name] } ?? 0 }) }
        return bestTotal()
    }

    private mutating func bestTotal() -> Int {
        var highest = Int64.min
        var (chosen, equals) = (0, UInt64(0))
        for index in scratch.fitting.indices {
            let total = scratch.totals[index]
            if total < highest { continue }
            if total > highest {
                (highest, chosen, equals) = (total, index, 1)
            } else {
                equals += 1
                if random.below(equals) == 0 { chosen = index }
            }
        }
        return Int(scratch.fitting[chosen])
    }

    private mutating func bestLocal(_ scores: [Int32]) -> Int {
        var highest = Int32.min
        var (chosen, equals) = (Int32(0), UInt64(0))
        var numbers = random
        scores.withUnsafeBufferPointer { scores in
            scratch.fitting.withUnsafeBufferPointer { fitting in
                for index in 0..<fitting.count {
                    let score = scores[Int(fitting[index])]
                    if score < highest { continue }
                    if score > highest {
                        (highest, chosen, equals) = (score, fitting[index], 1)
                    } else {
                        equals += 1
                        if numbers.below(equals) == 0 { chosen = fitting[index] }
                    }
                }
            }
        }
        random = numbers
        return Int(chosen)
    }

    private mutating func add(_ weight: Int64, _ parts: [Int64]) {
        for index in 0..<min(parts.count, scratch.totals.count) { scratch.totals[index] += weight * parts[index] }
    }

    private mutating func addAffinity(_ scored: [Bindings.Counts], _ weight: Int64) {
        var sums = Array(repeating: Int64(0), count: scratch.fitting.count)
        var isUsed = false
        for part in scored {
            guard let places = places(part), places.total != 0 || !places.counts.allSatisfy({ $0 == 0 }) else { continue }
            isUsed = true
            let ofNode = topology.axes[part.scope.axis].ofNode
            for index in sums.indices {
                let place = ofNode[Int(scratch.fitting[index])]
                if place >= 0 { sums[index] += part.weight * Int64(places.counts[Int(place)]) }
            }
        }
        if isUsed { add(weight, Self.stretched(sums)) }
    }

    private mutating func addSpread(_ parts: [Bindings.Spread], _ weight: Int64) {
        let count = scratch.fitting.count
        var sums = Array(repeating: 0.0, count: count)
        var isIgnored = Array(repeating: false, count: count)
        for part in parts where part.needsLabel {
            let ofNode = topology.axes[part.counts.scope.axis].ofNode
            for index in 0..<count where ofNode[Int(scratch.fitting[index])] < 0 { isIgnored[index] = true }
        }
        for part in parts {
            guard let places = places(part.counts) else { continue }
            let ofNode = topology.axes[part.counts.scope.axis].ofNode
            var seen = Array(repeating: false, count: places.counts.count)
            var distinct = 0
            for index in 0..<count where !isIgnored[index] {
                let place = Int(ofNode[Int(scratch.fitting[index])])
                if place >= 0, !seen[place] {
                    seen[place] = true
                    distinct += 1
                }
            }
            // Constraints with many places weigh more, as each place has fewer pods.
            let factor = Double(distinct + 2).logarithm
            let extra = Double(part.constraint.maxSkew - 1)
            for index in 0..<count where !isIgnored[index] {
                let place = Int(ofNode[Int(scratch.fitting[index])])
                if place >= 0 { sums[index] += Double(places.counts[place]) * factor + extra }
            }
        }
        add(weight, Self.roomy(sums, isIgnored))
    }

    // MARK: normalizing

    /// The greatest becomes 100.
    static func normalized(_ values: [Int64]) -> [Int64] {
        let greatest = values.max() ?? 0
        return greatest <= 0 ? values.map { _ in 0 } : values.map { $0 * 100 / greatest }
    }

    /// None becomes 100, the greatest 0.
    static func reversed(_ values: [Int64]) -> [Int64] {
        let greatest = values.max() ?? 0
        return greatest <= 0 ? values.map { _ in 100 } : values.map { 100 - $0 * 100 / greatest }
    }

    /// The least becomes 0, the greatest 100.
    static func stretched(_ values: [Int64]) -> [Int64] {
        guard let least = values.min(), let greatest = values.max(), greatest > least else { return values.map { _ in 0 } }
        let width = Double(greatest - least)
        return values.map { Int64(100 * (Double($0 - least) / width)) }
    }

    /// The emptier, the better; a node that is left out gets nothing.
    static func roomy(_ values: [Double], _ isIgnored: [Bool]) -> [Int64] {
        let rounded = values.map { Int64($0.rounded()) }
        var (least, greatest) = (Int64.max, Int64.min)
        for index in rounded.indices where !isIgnored[index] {
            least = min(least, rounded[index])
            greatest = max(greatest, rounded[index])
        }
        return rounded.indices.map { index in
            if isIgnored[index] { return 0 }
            return greatest == 0 ? 100 : 100 * (greatest + least - rounded[index]) / greatest
        }
    }
}

extension Double {
    /// The natural logarithm of a number of at least one, close enough for weights.
    var logarithm: Double {
        var (value, powers) = (Swift.max(self, 1), 0.0)
        while value > 1.5 {
            value /= 2
            powers += 1
        }
        let ratio = (value - 1) / (value + 1)
        let square = ratio * ratio
        return powers * 0.693_147_180_559_945 + 2 * ratio * (1 + square / 3 + square * square / 5 + square * square * square / 7)
    }
}

/// The filters that look at the pods of other nodes: spread and affinity. Each is one run over the nodes.
extension SchedulerState {
    /// Fills `scratch.codes`; returns whether there is anything to say.
    mutating func filterByPlaces(_ cache: ClassCache) -> Bool {
        guard let bindings = cache.bindings, bindings.hasFilters else { return false }
        let count = nodes.count
        if scratch.codes.count == count {
            scratch.codes.withUnsafeMutableBufferPointer { codes in
                for position in 0..<count { codes[position] = 0 }
            }
        } else {
            scratch.codes = Array(repeating: 0, count: count)
        }
        for part in bindings.spread where part.constraint.isHard { filter(part) }
        filterAffinity(bindings)
        for part in bindings.antiAffinity { refuse(part, .antiAffinity) }
        for part in bindings.unwelcome { refuse(part, .existingAntiAffinity) }
        return true
    }

    private mutating func filter(_ part: Bindings.Spread) {
        guard let places = places(part.counts) else { return }
        var least = Int32.max
        if places.placeCount < part.constraint.minDomains {
            least = 0
        } else {
            for place in places.counts.indices where places.nodes[place] > 0 { least = min(least, places.counts[place]) }
            if least == .max { least = 0 }
        }
        let most = Int64(least) + Int64(part.constraint.maxSkew) - (part.countsItself ? 1 : 0)
        let (missing, full) = (Reason.spreadLabel.rawValue, Reason.spread.rawValue)
        topology.axes[part.counts.scope.axis].ofNode.withUnsafeBufferPointer { ofNode in
            places.counts.withUnsafeBufferPointer { counts in
                scratch.codes.withUnsafeMutableBufferPointer { codes in
                    for position in 0..<min(codes.count, ofNode.count) where codes[position] == 0 {
                        let place = Int(ofNode[position])
                        if place < 0 { codes[position] = missing } else if Int64(counts[place]) > most { codes[position] = full }
                    }
                }
            }
        }
    }

    private mutating func filterAffinity(_ bindings: Bindings) {
        if bindings.affinity.isEmpty { return }
        let all = bindings.affinity.map { places($0) }
        // The first pod of a group that wants to be together may go anywhere where there are such places.
        let isFirst = bindings.matchesItself && all.allSatisfy { ($0?.total ?? 0) == 0 }
        let code = Reason.affinity.rawValue
        for places in all {
            guard let places else { continue }
            topology.axes[places.scope.axis].ofNode.withUnsafeBufferPointer { ofNode in
                places.counts.withUnsafeBufferPointer { counts in
                    scratch.codes.withUnsafeMutableBufferPointer { codes in
                        for position in 0..<min(codes.count, ofNode.count) where codes[position] == 0 {
                            let place = Int(ofNode[position])
                            if place < 0 || (!isFirst && counts[place] <= 0) { codes[position] = code }
                        }
                    }
                }
            }
        }
    }

    /// Refuses nodes in places that have any of the pods.
    private mutating func refuse(_ part: Bindings.Counts, _ reason: Reason) {
        guard let places = places(part), places.total != 0 else { return }
        let code = reason.rawValue
        topology.axes[part.scope.axis].ofNode.withUnsafeBufferPointer { ofNode in
            places.counts.withUnsafeBufferPointer { counts in
                scratch.codes.withUnsafeMutableBufferPointer { codes in
                    for position in 0..<min(codes.count, ofNode.count) where codes[position] == 0 {
                        let place = Int(ofNode[position])
                        if place >= 0, counts[place] > 0 { codes[position] = code }
                    }
                }
            }
        }
    }

    /// What these filters say of one node, as things are counted now.
    mutating func placesReason(_ bindings: Bindings, _ position: Int) -> Reason {
        for part in bindings.spread where part.constraint.isHard {
            guard let places = places(part.counts) else { continue }
            let place = Int(topology.axes[part.counts.scope.axis].ofNode[position])
            if place < 0 { return .spreadLabel }
            var least = Int32.max
            if places.placeCount < part.constraint.minDomains { least = 0 } else {
                for other in places.counts.indices where places.nodes[other] > 0 { least = min(least, places.counts[other]) }
            }
            if least == .max { least = 0 }
            if Int(places.counts[place]) + (part.countsItself ? 1 : 0) - Int(least) > part.constraint.maxSkew { return .spread }
        }
        let isFirst = bindings.matchesItself && bindings.affinity.allSatisfy { (places($0)?.total ?? 0) == 0 }
        for part in bindings.affinity {
            let place = Int(topology.axes[part.scope.axis].ofNode[position])
            if place < 0 { return .affinity }
            if !isFirst, let places = places(part), places.counts[place] <= 0 { return .affinity }
        }
        for (parts, reason) in [(bindings.antiAffinity, Reason.antiAffinity), (bindings.unwelcome, .existingAntiAffinity)] {
            for part in parts {
                let place = Int(topology.axes[part.scope.axis].ofNode[position])
                if place >= 0, let places = places(part), places.counts[place] > 0 { return reason }
            }
        }
        return .fits
    }
}

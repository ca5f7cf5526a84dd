/// Keeps tallies and class records up with the pods that come and go.
extension SchedulerState {
    // MARK: classes

    /// The record of a class, made when there is none. It stays at least until the next `sweep`.
    mutating func record(of podClass: PodClass) -> Int {
        if let known = recordOf[podClass.signature] { return known }
        let position = freeRecords.popLast() ?? records.count
        if position == records.count { records.append(nil) }
        records[position] = PodClassRecord(podClass: podClass)
        recordOf[podClass.signature] = position
        idleRecords += 1
        var contributions: [PodClassRecord.Contribution] = []
        for (subject, index) in tallyOf {
            guard case .matching(let queries, let countsEnding) = subject, queries.allSatisfy({ $0.matches(podClass, namespaces) }) else { continue }
            contributions.append(.init(tally: index, amount: 1, countsEnding: countsEnding))
        }
        if podClass.hasAffinityTerms {
            for term in podClass.antiAffinity { contributions.append(.init(tally: held(.refusing(term)), amount: 1, countsEnding: true)) }
            for term in podClass.affinity { contributions.append(.init(tally: held(.requiring(term)), amount: 1, countsEnding: true)) }
            for wish in podClass.preferredAffinity {
                contributions.append(.init(tally: held(.preferring(wish.term)), amount: Int32(truncatingIfNeeded: wish.weight), countsEnding: true))
            }
        }
        records[position]?.contributions = contributions
        return position
    }

    mutating func retain(_ podClass: PodClass) -> Int {
        let position = record(of: podClass)
        if records[position]?.placed == 0 { idleRecords -= 1 }
        records[position]?.placed += 1
        return position
    }

    mutating func release(_ position: Int) {
        records[position]?.placed -= 1
        if records[position]?.placed == 0 { idleRecords += 1 }
    }

    // MARK: tallies

    mutating func tally(_ entry: PlacedPod, on node: Int, _ sign: Int32) {
        let key = Int32(truncatingIfNeeded: node)
        let isEnding = entry.info.isTerminating
        guard let contributions = records[entry.record]?.contributions else { return }
        var presence = records[entry.record]?.onNode[key] ?? .init()
        presence.all += sign
        if isEnding { presence.ending += sign }
        records[entry.record]?.onNode[key] = presence.all == 0 ? nil : presence
        for part in contributions where part.countsEnding || !isEnding {
            tallies[part.tally]?.add(sign * part.amount, on: node, topology, nodesVersion, eligible)
        }
    }

    private mutating func insert(_ tally: Tally) -> Int {
        let position = freeTallies.popLast() ?? tallies.count
        if position == tallies.count { tallies.append(nil) }
        tallies[position] = tally
        tallyOf[tally.subject] = position
        return position
    }

    /// The tally of a term that pods hold. It is there as long as a class has the term.
    private mutating func held(_ subject: Tally.Subject) -> Int {
        if let known = tallyOf[subject] { return known }
        let position = insert(Tally(subject))
        heldOrder.append(position)
        return position
    }

    /// The tally of pods that all of `queries` match, counted anew when nobody asked for it lately.
    mutating func matching(_ queries: [PodQuery], countsEnding: Bool) -> Int {
        let subject = Tally.Subject.matching(queries, countsEnding: countsEnding)
        if let known = tallyOf[subject] { return known }
        let position = insert(Tally(subject))
        matchingCount += 1
        for index in records.indices {
            guard let record = records[index], queries.allSatisfy({ $0.matches(record.podClass, namespaces) }) else { continue }
            records[index]?.contributions.append(.init(tally: position, amount: 1, countsEnding: countsEnding))
            for (node, presence) in record.onNode {
                let amount = countsEnding ? presence.all : presence.all - presence.ending
                if amount != 0 { tallies[position]?.add(amount, on: Int(node), topology, nodesVersion, eligible) }
            }
        }
        return position
    }

    /// Held terms that mean a class, as far as they are known now.
    mutating func heldMatches(_ position: Int) -> [Int] {
        guard var record = records[position] else { return [] }
        if record.heldEpoch == heldEpoch, record.heldSeen == heldOrder.count { return record.heldMatches }
        if record.heldEpoch != heldEpoch {
            record.heldMatches = []
            record.heldSeen = 0
            record.heldEpoch = heldEpoch
        }
        for index in heldOrder[record.heldSeen...] {
            if let term = tallies[index]?.heldTerm, term.query.matches(record.podClass, namespaces) { record.heldMatches.append(index) }
        }
        record.heldSeen = heldOrder.count
        records[position]?.heldMatches = record.heldMatches
        records[position]?.heldSeen = record.heldSeen
        records[position]?.heldEpoch = record.heldEpoch
        return record.heldMatches
    }

    // MARK: renewal

    /// Labels of namespaces changed, by which terms find pods: what matches is found out anew.
    mutating func namespacesChanged() {
        changes += 1
        let usesLabels = tallyOf.keys.contains { subject in
            switch subject {
            case .matching(let queries, _): queries.contains { $0.namespaceSelector != nil }
            case .refusing(let term), .requiring(let term), .preferring(let term): term.query.namespaceSelector != nil
            }
        }
        if usesLabels { forgetMatching { _ in true } }
    }

    /// Lets go of what nobody used for long, so that what is kept follows what is there.
    mutating func sweep() {
        let horizon: UInt64 = 4096
        let oldest = clock > horizon ? clock - horizon : 0
        if matchingCount > 1024 { forgetMatching { $0.lastUse < oldest } }
        if idleRecords > 1024 { forgetIdleRecords(oldest) }
        if cacheCount > 128 {
            for position in records.indices where records[position]?.cache != nil && (records[position]?.lastUse ?? 0) < oldest {
                records[position]?.cache = nil
                cacheCount -= 1
            }
        }
        if fits.count > 256 || eligible.count > 256 { forgetFits() }
        for position in tallies.indices where tallies[position]?.places.isEmpty == false && (tallies[position]?.lastUse ?? 0) < oldest {
            tallies[position]?.places = []
        }
    }

    private mutating func forgetMatching(_ isForgotten: (Tally) -> Bool) {
        var gone: Set<Int> = []
        for (subject, position) in tallyOf {
            guard case .matching = subject, let tally = tallies[position], isForgotten(tally) else { continue }
            gone.insert(position)
        }
        for position in gone {
            if let subject = tallies[position]?.subject { tallyOf[subject] = nil }
            tallies[position] = nil
            freeTallies.append(position)
        }
        matchingCount -= gone.count
        for index in records.indices where records[index] != nil { records[index]?.contributions.removeAll { gone.contains($0.tally) } }
        bindingsEpoch += 1
        heldEpoch += 1
    }

    private mutating func forgetIdleRecords(_ oldest: UInt64) {
        var held: Set<Int> = []
        for position in records.indices {
            guard let record = records[position] else { continue }
            if record.placed > 0 || record.lastUse >= oldest {
                for part in record.contributions where tallies[part.tally]?.isHeld == true { held.insert(part.tally) }
                continue
            }
            if record.cache != nil { cacheCount -= 1 }
            recordOf[record.podClass.signature] = nil
            records[position] = nil
            freeRecords.append(position)
            idleRecords -= 1
        }
        for position in heldOrder where !held.contains(position) {
            if let subject = tallies[position]?.subject { tallyOf[subject] = nil }
            tallies[position] = nil
            freeTallies.append(position)
        }
        heldOrder.removeAll { !held.contains($0) }
        heldEpoch += 1
        bindingsEpoch += 1
    }

    private mutating func forgetFits() {
        fits = []
        fitOf = [:]
        eligible = []
        for position in records.indices where records[position]?.cache != nil { records[position]?.cache = nil }
        cacheCount = 0
        for position in tallies.indices { tallies[position]?.places = [] }
        bindingsEpoch += 1
    }
}

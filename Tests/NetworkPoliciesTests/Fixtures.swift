import KubernetesTypes
import Objects

@testable import NetworkPolicies

/// Objects as short as a test wants them.
enum Sample {
    static func pod(
        _ name: String, _ address: String, _ labels: Value, namespace: String = "default", node: String = "here", spec: Value = .emptyObject,
        phase: String = "Running", second: String? = nil
    ) -> Pod {
        var spec = spec
        spec["nodeName"] = .string(node)
        return Pod([
            "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": labels], "spec": spec,
            "status": ["phase": .string(phase), "podIP": .string(address), "podIPs": .array(([address] + (second.map { [$0] } ?? [])).map { ["ip": .string($0)] })],
        ])
    }

    static func namespace(_ name: String, _ labels: Value = .emptyObject) -> Namespace {
        Namespace(["metadata": ["name": .string(name), "labels": labels]])
    }

    static func policy(_ name: String, namespace: String = "default", _ spec: Value) -> NetworkPolicy {
        NetworkPolicy(["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
    }
}

/// What the commands for `nft` come to: a small table that they are carried out on.
struct PlayedTable {
    var chains: [String: [String]] = [:]
    var sets: [String: Set<String>] = [:]
    /// What would have been refused.
    var problems: [String] = []

    mutating func apply(_ commands: String) {
        for line in commands.split(separator: "\n") { apply(line: line.split(separator: " ").map(String.init), String(line)) }
        for (chain, rules) in chains {
            for rule in rules {
                for word in rule.split(separator: " ") where word.hasPrefix("@") {
                    if sets[String(word.dropFirst())] == nil { problems.append("\(chain) looks into \(word)") }
                }
            }
        }
        for map in ["ingress", "egress"] {
            for element in sets[map] ?? [] {
                if let chain = element.split(separator: " ").last.map(String.init), chains[chain] == nil { problems.append("\(map) leads to \(chain)") }
            }
        }
    }

    private mutating func apply(line words: [String], _ line: String) {
        if words.count < 4 || words[1] == "table" {
            if words.first == "delete" { (chains, sets) = ([:], [:]) }
            return
        }
        let name = words.count > 4 ? words[4] : ""
        switch (words[0], words[1]) {
        case ("add", "set"), ("add", "map"): sets[name] = []
        case ("delete", "set"): if sets.removeValue(forKey: name) == nil { problems.append(line) }
        case ("add", "chain"): chains[name] = chains[name] ?? []
        case ("flush", "chain"): if chains[name] == nil { problems.append(line) } else { chains[name] = [] }
        case ("delete", "chain"): if chains.removeValue(forKey: name) != [] { problems.append(line) }
        case ("add", "rule"): if chains[name] == nil { problems.append(line) } else { chains[name]?.append(words[5...].joined(separator: " ")) }
        default: applyElements(words, line, name)
        }
    }

    private mutating func applyElements(_ words: [String], _ line: String, _ name: String) {
        let body = line.split(separator: "{", maxSplits: 1).last.map { $0.dropLast() } ?? ""
        for part in body.split(separator: ",") {
            let element = part.split(separator: " ").joined(separator: " ")
            if words[0] == "add" {
                if sets[name] == nil || sets[name]?.insert(element).inserted != true { problems.append(line) }
            } else if let known = sets[name]?.first(where: { $0 == element || $0.hasPrefix(element + " :") }) {
                sets[name]?.remove(known)
            } else {
                problems.append(line)
            }
        }
    }

    /// Whether the filter lets the beginning of a connection pass.
    func passes(_ source: String, _ destination: String, _ transport: String = "tcp", _ port: UInt16 = 80) -> Bool {
        if sets["selves"]?.contains("\(source) . \(destination)") == true { return true }
        for (map, address) in [("egress", source), ("ingress", destination)] {
            guard let chain = sets[map]?.first(where: { $0.hasPrefix(address + " :") })?.split(separator: " ").last else { continue }
            let rules = chains[String(chain)] ?? []
            let first = rules.first { holds($0, source, destination, transport, port) }
            if first?.hasSuffix("return") != true { return false }
        }
        return true
    }

    private func holds(_ rule: String, _ source: String, _ destination: String, _ transport: String, _ port: UInt16) -> Bool {
        var words = rule.split(separator: " ").map { String($0).filter { $0 != "," } }[...]
        func network(_ text: String, _ address: String) -> Bool {
            guard let network = IPNetwork(text), let address = NetworkAddress(address) else { return false }
            return network.contains(address)
        }
        func braces() -> [String] {
            let inside = words.prefix { $0 != "}" }
            words = words.dropFirst(inside.count + 1)
            return Array(inside)
        }
        while let word = words.popFirst() {
            if word == "drop" || word == "return" { return true }
            if word == "meta" {
                words = words.dropFirst()
                if words.popFirst() != transport { return false }
            } else if word == "th" {
                words = words.dropFirst(2)
                let isIn = braces().contains { range in
                    let ends = range.split(separator: "-").compactMap { UInt16($0) }
                    return (ends.first ?? 0)...(ends.last ?? 0) ~= port
                }
                if !isIn { return false }
            } else if words.dropFirst().first == "." {
                words = words.dropFirst(7)
                let set = words.popFirst()?.dropFirst() ?? ""
                if sets[String(set)]?.contains("\(destination) . \(transport) . \(port)") != true { return false }
            } else {
                let address = words.popFirst() == "saddr" ? source : destination
                let match = words.popFirst() ?? ""
                if match == "!=" {
                    words = words.dropFirst()
                    if braces().contains(where: { network($0, address) }) { return false }
                } else if match.hasPrefix("@") {
                    if sets[String(match.dropFirst())]?.contains(address) != true { return false }
                } else if !network(match, address) {
                    return false
                }
            }
        }
        return false
    }
}

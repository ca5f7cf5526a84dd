import Objects

struct NetworkPolicyStrategy: Strategy {
    func applyDefaults(_ object: inout Value) {
        for direction in ["ingress", "egress"] {
            for rule in object["spec"][direction].array.indices {
                for port in object["spec"][direction][rule]["ports"].array.indices
                where object["spec"][direction][rule]["ports"][port]["protocol"].isNull {
                    object["spec"][direction][rule]["ports"][port]["protocol"] = "TCP"
                }
            }
        }
        if object["spec"]["policyTypes"].array.isEmpty {
            object["spec"]["policyTypes"] = object["spec"]["egress"].array.isEmpty ? ["Ingress"] : ["Ingress", "Egress"]
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.labelSelector(spec["podSelector"])
        for rule in spec["ingress"].items { self.rule(rule, peers: "from", &errors) }
        for rule in spec["egress"].items { self.rule(rule, peers: "to", &errors) }
        let types = spec["policyTypes"]
        if types.count > 2 { return errors.invalid(types, "may not specify more than two policyTypes") }
        for type in types.items { errors.oneOf(type, ["Ingress", "Egress"]) }
    }

    private func rule(_ rule: FieldValue, peers: String, _ errors: inout FieldErrors) {
        for port in rule["ports"].items { self.port(port, &errors) }
        for peer in rule[peers].items { self.peer(peer, &errors) }
    }

    private func port(_ port: FieldValue, _ errors: inout FieldErrors) {
        errors.oneOfIfPresent(port["protocol"], ["TCP", "UDP", "SCTP"])
        let number = port["port"], end = port["endPort"]
        let isNamed = number.value.string != nil
        if isNamed, end.isPresent { errors.invalid(end, "may not be specified when `port` is non-numeric") }
        if number.isPresent { errors.portNumberOrName(number) }
        guard end.isPresent else { return }
        if number.isAbsent {
            errors.invalid(end, "may not be specified when `port` is not specified")
        } else if !isNamed {
            if end.number < number.number { errors.invalid(end, "must be greater than or equal to `port`", showing: number.value) }
            errors.portNumber(end)
        }
    }

    private func peer(_ peer: FieldValue, _ errors: inout FieldErrors) {
        let pods = peer["podSelector"], namespaces = peer["namespaceSelector"], block = peer["ipBlock"]
        errors.labelSelector(pods)
        errors.labelSelector(namespaces)
        if block.isPresent { self.block(block, &errors) }
        if pods.isAbsent, namespaces.isAbsent, block.isAbsent {
            errors.required(peer, "must specify a peer")
        } else if block.isPresent, pods.isPresent || namespaces.isPresent {
            errors.forbidden(peer, "may not specify both ipBlock and another peer")
        }
    }

    private func block(_ block: FieldValue, _ errors: inout FieldErrors) {
        let range = block["cidr"]
        guard errors.need(range) else { return }
        errors.prefix(range)
        guard let whole = NetworkPrefix(range.text) else { return }
        for except in block["except"].items {
            let problems = AddressRules.prefix(except.text)
            for problem in problems { errors.invalid(except, problem) }
            guard let part = NetworkPrefix(except.text) else { continue }
            if !whole.contains(part.address) || part.length <= whole.length {
                errors.invalid(except, "must be a strict subset of `cidr`")
            }
        }
    }

    var countsGeneration: Bool { true }
}

struct ServiceCIDRStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let ranges = object["spec"]["cidrs"]
        if ranges.count > 2 {
            return errors.invalid(ranges, "may only hold up to 2 values", showing: object["spec"].value)
        }
        for range in ranges.items {
            let problems = AddressRules.prefix(range.text)
            for problem in problems { errors.invalid(range, problem) }
            guard problems.isEmpty, let parsed = NetworkPrefix(range.text) else { continue }
            if parsed.text != range.text { errors.invalid(range, "must be in canonical form (\"\(parsed.text)\")") }
        }
        let families = ranges.strings.map { $0.contains(":") }
        if families.count == 2, families[0] == families[1] {
            errors.invalid(ranges, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")
        }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.need(object["spec"]["cidrs"], "at least one CIDR required")
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let ranges = new["spec"]["cidrs"], before = old["spec"]["cidrs"].strings
        if ranges.count < before.count {
            return errors.invalid(ranges, "field is immutable", showing: ranges.isAbsent ? [] : ranges.value)
        }
        for (range, oldRange) in zip(ranges.items, before) where range.text != oldRange { errors.invalid(range, "field is immutable") }
    }
}

struct IPAddressStrategy: Strategy {
    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { isPrefix ? [] : AddressRules.canonicalAddress(name) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let parent = object["spec"]["parentRef"]
        if parent.isAbsent { return errors.required(parent) }
        errors.textIfPresent(parent["group"], NameRules.dns1123Subdomain)
        errors.needText(parent["resource"], NameRules.pathSegment)
        errors.needText(parent["name"], NameRules.pathSegment)
        errors.textIfPresent(parent["namespace"], NameRules.pathSegment)
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["parentRef"], old["spec"]["parentRef"])
    }

}

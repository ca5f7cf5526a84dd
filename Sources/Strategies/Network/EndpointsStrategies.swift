import Objects

/// Where the server itself is reached: on loopback when it listens there only, as no other endpoint may be.
private func isServer(_ object: FieldValue) -> Bool {
    object["metadata"]["name"].text == "kubernetes" && object["metadata"]["namespace"].text == "default"
}

struct EndpointsStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let mayBeLoopback = isServer(object)
        for subset in object["subsets"].items {
            if subset["addresses"].count == 0, subset["notReadyAddresses"].count == 0 {
                errors.required(subset, "must specify `addresses` or `notReadyAddresses`")
            }
            for list in ["addresses", "notReadyAddresses"] {
                for address in subset[list].items { self.address(address, mayBeLoopback, &errors) }
            }
            let ports = subset["ports"]
            for port in ports.items {
                if port["name"].isEmpty {
                    if ports.count > 1 { errors.required(port["name"]) }
                } else {
                    errors.text(port["name"], NameRules.dns1123Label)
                }
                errors.portNumber(port["port"])
                errors.needOneOf(port["protocol"], ["SCTP", "TCP", "UDP"])
                if port["appProtocol"].isPresent { errors.text(port["appProtocol"], NameRules.qualifiedName) }
            }
        }
    }

    private func address(_ address: FieldValue, _ mayBeLoopback: Bool, _ errors: inout FieldErrors) {
        let ip = address["ip"]
        errors.text(ip, AddressRules.address)
        errors.textIfPresent(address["hostname"], NameRules.dns1123Label)
        if address["nodeName"].isPresent { errors.text(address["nodeName"], NameRules.dns1123Subdomain) }
        if NetworkAddress(ip.text) == nil {
            errors.invalid(ip, "must be a valid IP address", showing: .string(ip.text))
        } else if !mayBeLoopback {
            for problem in AddressRules.routable(ip.text) { errors.invalid(ip, problem) }
        }
    }
    var allowsCreateOnUpdate: Bool { true }
}

struct EndpointSliceStrategy: Strategy {
    private func dropTopology(_ object: inout Value) {
        for index in object["endpoints"].array.indices where object["endpoints"][index].contains("deprecatedTopology") {
            object["endpoints"][index].remove("deprecatedTopology")
        }
    }

    func prepareForCreate(_ object: inout Value) { dropTopology(&object) }
    func prepareForUpdate(_ object: inout Value, old: Value) { dropTopology(&object) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        errors.needOneOf(object["addressType"], ["FQDN", "IPv4", "IPv6"])
        let endpoints = object["endpoints"], type = object["addressType"].text
        errors.atMost(1000, endpoints)
        ports(object["ports"], &errors)
        for endpoint in endpoints.items { self.endpoint(endpoint, type, isServer(object), &errors) }
    }

    private func endpoint(_ endpoint: FieldValue, _ type: String, _ mayBeLoopback: Bool, _ errors: inout FieldErrors) {
        let addresses = endpoint["addresses"]
        if addresses.count == 0 { errors.required(addresses, "must contain at least 1 address") }
        errors.atMost(100, addresses)
        for address in addresses.items {
            switch type {
            case "IPv4", "IPv6":
                let problems = AddressRules.address(address.text)
                for problem in problems { errors.invalid(address, problem) }
                guard problems.isEmpty, let parsed = NetworkAddress(address.text) else { continue }
                if parsed.isIPv6 != (type == "IPv6") { errors.invalid(address, "must be an \(type) address") }
                if mayBeLoopback { continue }
                for problem in AddressRules.routable(address.text) { errors.invalid(address, problem) }
            case "FQDN": errors.text(address, TextRules.fullyQualifiedName)
            default: break
            }
        }
        if endpoint["hostname"].isPresent { errors.text(endpoint["hostname"], NameRules.dns1123Label) }
        if endpoint["nodeName"].isPresent { errors.text(endpoint["nodeName"], NameRules.dns1123Subdomain) }
        for (list, limit) in [("forZones", 8), ("forNodes", 8)] {
            let hints = endpoint["hints"][list]
            errors.atMost(limit, hints)
            for hint in hints.items { errors.need(hint["name"]) }
            errors.unique(hints) { $0["name"] }
        }
    }

    private func ports(_ ports: FieldValue, _ errors: inout FieldErrors) {
        errors.atMost(20000, ports)
        var names: Set<String> = []
        for port in ports.items {
            let name = port["name"]
            if !name.isEmpty { errors.text(name, NameRules.dns1123Label) }
            if !names.insert(name.text).inserted { errors.duplicate(name, showing: .string(name.text)) }
            if port["protocol"].isAbsent {
                errors.required(port["protocol"])
            } else {
                errors.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"])
            }
            if port["appProtocol"].isPresent { errors.text(port["appProtocol"], NameRules.qualifiedName) }
            errors.inRangeIfPresent(port["port"], 1...65535)
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new.showing(.string(new["addressType"].text), as: "addressType"), old["addressType"])
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        object["addressType"].string == "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : []
    }

    var countsGeneration: Bool { true }
}

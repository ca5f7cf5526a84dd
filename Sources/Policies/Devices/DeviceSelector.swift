import CEL
package import Objects

/// An expression that picks devices (`selectors[].cel` of claims and device classes), compiled.
package struct DeviceSelector: Sendable {
    /// Why an expression selects nothing.
    package struct Problem: Error, Sendable, Hashable {
        package let message: String
    }

    private let program: Program

    private static let device = DeclaredType(
        object: "kubernetes.DRADevice",
        fields: [
            "driver": .string, "allowMultipleAllocations": .bool, "attributes": DeclaredType(.map(DeclaredType(.map(.dyn)))),
            "capacity": DeclaredType(.map(DeclaredType(.map(DeclaredType(.scalar(.opaque("kubernetes.Quantity"))))))),
        ])
    private static let environment = Environment.kubernetes.extended(variables: [("device", .object(device))])

    package init(_ expression: String) throws(Problem) {
        let checked: CheckedExpression
        do {
            checked = try Self.environment.compile(expression)
        } catch {
            throw Problem(message: "compilation failed: \(error.text)")
        }
        guard checked.type == .bool || checked.type == .dyn else {
            throw Problem(message: "must evaluate to bool or the unknown type, not \(checked.type.text)")
        }
        program = Program(checked)
    }

    /// Whether a device of a driver's pool is one that the claim wants. Names without a domain are the driver's own.
    package func selects(_ device: Value, driver: String) throws(Problem) -> Bool {
        do {
            let outcome = try program.run([.object(DeviceValue(device, driver: driver))], costLimit: CostLimits.call)
            guard case .bool(let flag) = outcome.value else { throw Problem(message: "the expression gave no bool") }
            return flag
        } catch let problem as Problem {
            throw problem
        } catch let error as CELError {
            throw Problem(message: error.message)
        } catch {
            throw Problem(message: "\(error)")
        }
    }
}

/// A device as expressions see it: attributes and capacities by their domains.
private struct DeviceValue: CELObject {
    let fields: [(name: String, value: CELValue)]
    var typeName: String { "kubernetes.DRADevice" }

    init(_ device: Value, driver: String) {
        var attributes: [String: [(String, CELValue)]] = [:], capacities: [String: [(String, CELValue)]] = [:]
        for entry in device["attributes"].members {
            let (domain, name) = Self.split(entry.key, driver)
            attributes[domain, default: []].append((name, Self.attribute(entry.value)))
        }
        for entry in device["capacity"].members {
            let (domain, name) = Self.split(entry.key, driver)
            if let amount = Quantity(entry.value["value"]) { capacities[domain, default: []].append((name, CELValue(quantity: amount))) }
        }
        fields = [
            ("driver", .string(driver)), ("allowMultipleAllocations", .bool(device["allowMultipleAllocations"].bool == true)),
            ("attributes", .map(CELMap(domains: attributes))), ("capacity", .map(CELMap(domains: capacities))),
        ]
    }

    private static func split(_ name: String, _ driver: String) -> (domain: String, name: String) {
        guard let slash = name.firstIndex(of: "/") else { return (driver, name) }
        return (String(name[..<slash]), String(name[name.index(after: slash)...]))
    }

    private static func attribute(_ value: Value) -> CELValue {
        if let text = value["version"].string { return CELValue(semver: text) ?? .string(text) }
        for key in ["int", "bool", "string"] where value.contains(key) { return CELValue(adapting: value[key]) }
        return .null
    }

    func field(_ name: String) throws(CELError) -> CELValue? { fields.first { $0.name == name }?.value }
}

extension CELMap {
    /// The domains with what each has, by name.
    fileprivate init(domains: [String: [(String, CELValue)]]) {
        self.init()
        for (domain, entries) in domains.sorted(by: { $0.key < $1.key }) {
            var inner = CELMap()
            for (name, value) in entries { _ = inner.insert(.string(name), value) }
            _ = insert(.string(domain), .map(inner))
        }
    }
}

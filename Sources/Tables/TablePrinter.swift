package import Objects
package import Schema

/// A column of a `Table` answer, as `kubectl get` shows it.
package struct TableColumn: Sendable, Hashable {
    package let name: String
    /// `string`, `integer`, `boolean`, `number` or `date`.
    package let type: String
    /// `name` for the first column, else empty.
    package let format: String
    package let description: String
    /// 0 is shown always, 1 with `-o wide`.
    package let priority: Int

    package init(_ name: String, type: String = "string", format: String = "", description: String = "", priority: Int = 0) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
    }

    package var value: Value {
        [
            "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(description),
            "priority": Value(priority),
        ]
    }
}

/// How objects of one kind become rows.
package struct TablePrinter: Sendable {
    package let columns: [TableColumn]
    /// The cells of one object, one a column. The second argument is the present, for ages.
    package let cells: @Sendable (Value, Timestamp) -> [Value]
    /// What a row says of itself beyond its cells (`Completed`).
    package let conditions: @Sendable (Value) -> [Value]

    package init(
        columns: [TableColumn], conditions: @escaping @Sendable (Value) -> [Value] = { _ in [] },
        cells: @escaping @Sendable (Value, Timestamp) -> [Value]
    ) {
        self.columns = columns
        self.conditions = conditions
        self.cells = cells
    }

    /// A printer whose columns are written as names: `#` makes an integer, `?` a boolean, `+` one for `-o wide`.
    /// The name of the object comes first by itself.
    init(
        _ names: [String], conditions: @escaping @Sendable (Value) -> [Value] = { _ in [] },
        _ cells: @escaping @Sendable (Row) -> [Value]
    ) {
        let name = TableColumn("Name", format: "name", description: nameDescription)
        self.init(columns: [name] + names.map(Self.column), conditions: conditions) { object, now in
            [object["metadata"]["name"]] + cells(Row(object: object, now: now))
        }
    }

    static func column(_ text: String) -> TableColumn {
        var name = text[...]
        var type = "string"
        var priority = 0
        while let mark = name.last, "#?+".contains(mark) {
            switch mark {
            case "#": type = "integer"
            case "?": type = "boolean"
            default: priority = 1
            }
            name = name.dropLast()
        }
        return TableColumn(String(name), type: type, description: "", priority: priority)
    }

    /// What kinds without columns of their own show.
    package static let plain = TablePrinter(
        columns: [
            TableColumn("Name", format: "name", description: nameDescription),
            TableColumn("Created At", type: "date", description: "When the server created the object."),
        ],
        cells: { object, _ in [object["metadata"]["name"], object["metadata"]["creationTimestamp"]] })
}

let nameDescription = "The object's name, unique within its namespace."

/// The printers of the built-in kinds.
package enum TablePrinters {
    package static func printer(for resource: GroupResource) -> TablePrinter { builtIn[resource] ?? .plain }

    private static let builtIn: [GroupResource: TablePrinter] = {
        var all: [GroupResource: TablePrinter] = [:]
        let groups: [(String, [String: TablePrinter])] = [
            ("", CorePrinters.all), ("", StoragePrinters.core), ("apps", WorkloadPrinters.apps), ("batch", WorkloadPrinters.batch),
            ("autoscaling", WorkloadPrinters.autoscaling), ("policy", WorkloadPrinters.policy),
            ("networking.k8s.io", NetworkPrinters.networking), ("discovery.k8s.io", NetworkPrinters.discovery),
            ("storage.k8s.io", StoragePrinters.storage), ("events.k8s.io", EventPrinter.events),
            ("rbac.authorization.k8s.io", PolicyPrinters.roles), ("admissionregistration.k8s.io", PolicyPrinters.admission),
            ("scheduling.k8s.io", PolicyPrinters.scheduling), ("node.k8s.io", PolicyPrinters.node),
            ("coordination.k8s.io", PolicyPrinters.coordination), ("certificates.k8s.io", PolicyPrinters.certificates),
            ("flowcontrol.apiserver.k8s.io", PolicyPrinters.flowControl), ("apiregistration.k8s.io", PolicyPrinters.registration),
            ("resource.k8s.io", PolicyPrinters.devices),
        ]
        for (group, printers) in groups {
            for (resource, printer) in printers { all[GroupResource(group: group, resource: resource)] = printer }
        }
        return all
    }()
}

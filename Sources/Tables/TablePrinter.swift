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

    package init(columns: [TableColumn], cells: @escaping @Sendable (Value, Timestamp) -> [Value]) {
        self.columns = columns
        self.cells = cells
    }

    /// What kinds without columns of their own show.
    package static let plain = TablePrinter(
        columns: [
            TableColumn("Name", format: "name", description: "The object's name, unique within its namespace."),
            TableColumn("Created At", type: "date", description: "When the server created the object."),
        ],
        cells: { object, _ in [object["metadata"]["name"], object["metadata"]["creationTimestamp"]] })
}

/// The printers of the built-in kinds.
package enum TablePrinters {
    package static func printer(for resource: GroupResource) -> TablePrinter { builtIn[resource] ?? .plain }

    private static let builtIn: [GroupResource: TablePrinter] = [:]
}

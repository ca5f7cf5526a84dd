/// Where in an object a decoder is, so that errors and warnings can name the place.
struct FieldTrail {
    enum Step {
        case field(MessageType, Int)
        case index(Int)
        case key(String)
    }

    private(set) var steps: [Step] = []

    mutating func push(_ step: Step) { steps.append(step) }
    mutating func pop() { steps.removeLast() }

    /// The path in Kubernetes' form, with `name` at its end: `spec.containers[0].foo`.
    func path(to name: String?) -> String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let type, let position): append(type.fields[position].name, to: &text)
            case .key(let key): append(key, to: &text)
            case .index(let index): text += "[\(index)]"
            }
        }
        if let name { append(name, to: &text) }
        return text
    }

    private func append(_ name: String, to text: inout String) {
        if !text.isEmpty { text += "." }
        text += name
    }

    /// `field Container.spec.containers.image`, or `value` at the root: how Go names the place. Elements and
    /// keys have no part in it, embedded structures have.
    var goPlace: String {
        var path = ""
        var structure = ""
        for case .field(let type, let position) in steps {
            let origin = type.origin(at: position)
            structure = origin.structure
            for embedded in origin.path { append(embedded, to: &path) }
            append(type.fields[position].name, to: &path)
        }
        return path.isEmpty ? "value" : "struct field \(structure).\(path)"
    }
}

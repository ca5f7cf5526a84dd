import CYAML

/// Why text is not the YAML that it should be.
package struct YAMLError: Error, Hashable, CustomStringConvertible {
    package let description: String
    /// From 1; 0 when unknown.
    package let line: Int
}

/// YAML by libyaml, read as Kubernetes reads it: YAML 1.1's plain scalars become JSON's types.
package enum YAML {
    /// Nodes that aliases may make of a document, so that a few lines cannot become gigabytes.
    static let nodeLimit = 1_000_000
    static let depthLimit = 256

    /// The first document; `.null` when there is none. Throws `YAMLError`.
    package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> Value {
        try documents(bytes, limit: 1).first ?? .null
    }

    package static func parse(_ text: String) throws(YAMLError) -> Value { try parse(Array(text.utf8)) }

    /// A document, and where its mappings name a key again; as in JSON the last one counts.
    package struct Document {
        package let value: Value
        /// `line 7: key "k" already set in map`.
        package let repetitions: [String]
    }

    /// The first document with what is wrong with its mappings. Throws `YAMLError`.
    package static func document(_ bytes: [UInt8]) throws(YAMLError) -> Document {
        let result: Result<Document, YAMLError> = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(YAMLError) in
                var composer = YAMLComposer()
                let value = try composer.run(buffer, limit: 1).first ?? .null
                return Document(value: value, repetitions: composer.repetitions)
            }
        }
        return try result.get()
    }

    /// All documents of a stream. Throws `YAMLError`.
    package static func documents(_ bytes: [UInt8], limit: Int = .max) throws(YAMLError) -> [Value] {
        let result: Result<[Value], YAMLError> = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(YAMLError) in
                var composer = YAMLComposer()
                return try composer.run(buffer, limit: limit)
            }
        }
        return try result.get()
    }
}

/// Builds values from libyaml's events.
private struct YAMLComposer {
    private struct Frame {
        var elements: [Value] = []
        var members = Members()
        var key: String?
        var keyLine = 0
        let isMapping: Bool
        let anchor: String?
        var merges: [Value] = []
    }

    private(set) var repetitions: [String] = []
    private var anchors: [String: (value: Value, size: Int)] = [:]
    private var frames: [Frame] = []
    private var nodes = 0
    private var finished: [Value] = []
    private var root: Value?

    mutating func run(_ buffer: UnsafeBufferPointer<UInt8>, limit: Int) throws(YAMLError) -> [Value] {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw YAMLError(description: "out of memory", line: 0) }
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else {
                let problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
                let line = Int(parser.problem_mark.line) + 1
                throw YAMLError(description: "yaml: line \(line): \(problem)", line: line)
            }
            defer { yaml_event_delete(&event) }
            let line = Int(event.start_mark.line) + 1
            switch event.type {
            case YAML_STREAM_END_EVENT: return finished
            case YAML_DOCUMENT_START_EVENT:
                anchors = [:]
                root = nil
            case YAML_DOCUMENT_END_EVENT:
                finished.append(root ?? .null)
                if finished.count >= limit { return finished }
            case YAML_SCALAR_EVENT:
                let scalar = event.data.scalar
                let text = String(
                    decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
                let tag = scalar.tag.map { String(cString: $0) }
                let value = YAMLScalar.resolve(text, isPlain: isPlain, tag: tag)
                try count(1, line)
                if let anchor = scalar.anchor { anchors[String(cString: anchor)] = (value, 1) }
                try add(value, keyText: text, isPlain: isPlain, line)
            case YAML_SEQUENCE_START_EVENT:
                try push(isMapping: false, anchor: event.data.sequence_start.anchor, line)
            case YAML_MAPPING_START_EVENT:
                try push(isMapping: true, anchor: event.data.mapping_start.anchor, line)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try pop(line)
            case YAML_ALIAS_EVENT:
                let name = event.data.alias.anchor.map { String(cString: $0) } ?? ""
                guard let (value, size) = anchors[name] else {
                    throw YAMLError(description: "yaml: unknown anchor '\(name)' referenced", line: line)
                }
                try count(size, line)
                try add(value, keyText: value.string ?? "", isPlain: false, line)
            default: break
            }
        }
    }

    private mutating func count(_ more: Int, _ line: Int) throws(YAMLError) {
        nodes += more
        if nodes > YAML.nodeLimit { throw YAMLError(description: "yaml: document contains excessive aliasing", line: line) }
    }

    private mutating func push(isMapping: Bool, anchor: UnsafeMutablePointer<yaml_char_t>?, _ line: Int) throws(YAMLError) {
        try count(1, line)
        if frames.count >= YAML.depthLimit { throw YAMLError(description: "yaml: exceeded max depth", line: line) }
        frames.append(Frame(isMapping: isMapping, anchor: anchor.map { String(cString: $0) }))
    }

    private mutating func pop(_ line: Int) throws(YAMLError) {
        guard var frame = frames.popLast() else { return }
        for merged in frame.merges {
            for entry in merged.members where !frame.members.contains(entry.key) { frame.members[entry.key] = entry.value }
        }
        let value: Value = frame.isMapping ? .object(frame.members) : .array(frame.elements)
        if let anchor = frame.anchor { anchors[anchor] = (value, Self.size(value)) }
        try add(value, keyText: nil, isPlain: false, line)
    }

    private static func size(_ value: Value) -> Int {
        switch value {
        case .array(let elements): return elements.reduce(1) { $0 + size($1) }
        case .object(let members): return members.reduce(1) { $0 + size($1.value) }
        default: return 1
        }
    }

    private mutating func add(_ value: Value, keyText: String?, isPlain: Bool, _ line: Int) throws(YAMLError) {
        guard var frame = frames.popLast() else {
            root = value
            return
        }
        defer { frames.append(frame) }
        guard frame.isMapping else {
            frame.elements.append(value)
            return
        }
        guard let key = frame.key else {
            guard let keyText else { throw YAMLError(description: "yaml: line \(line): invalid map key", line: line) }
            frame.keyLine = line
            frame.key = isPlain && keyText == "<<" ? "<<" : Self.keyText(value, keyText)
            return
        }
        frame.key = nil
        if key == "<<", value.isObject {
            frame.merges.append(value)
        } else if key == "<<", value.isArray {
            frame.merges += value.array
        } else {
            if frame.members.contains(key) { repetitions.append("line \(frame.keyLine): key \"\(key)\" already set in map") }
            frame.members[key] = value
        }
    }

    /// Keys are strings in JSON: booleans and numbers become their text.
    private static func keyText(_ value: Value, _ text: String) -> String {
        switch value {
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .null: return "null"
        default: return text
        }
    }
}

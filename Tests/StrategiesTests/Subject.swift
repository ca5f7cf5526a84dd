import KubernetesTypes
import Objects
import Schema
import Strategies
import Testing

/// A valid object of one kind, to be bent in single places.
struct Subject {
    let kind: GroupVersionKind
    let resource: String
    let text: String

    init(_ group: String, _ version: String, _ kind: String, _ resource: String, _ text: String) {
        self.kind = GroupVersionKind(group: group, version: version, kind: kind)
        self.resource = resource
        self.text = text
    }

    var strategy: any Strategy { StrategyTable.strategy(for: GroupResource(group: kind.group, resource: resource)) }

    private var version: GroupVersion { GroupVersion(group: kind.group, version: kind.version) }

    /// The object as the server would hold it, with some places changed. `null` takes a member away.
    func object(_ changes: [(path: String, json: String)] = []) throws -> Value {
        var value = try Value(json: Array(text.utf8))
        for change in changes {
            let new = try Value(json: Array(change.json.utf8))
            Self.set(&value, change.path.split(separator: ".")[...], new)
        }
        let type = try #require(KindCatalogue.builtIn.kind(kind)).type
        try ObjectDecoder.normalise(&value, as: type)
        ObjectDecoder.applyDefaults(&value, as: type)
        strategy.applyDefaults(&value)
        return value
    }

    private static func set(_ value: inout Value, _ path: ArraySlice<Substring>, _ new: Value) {
        guard let first = path.first else {
            value = new
            return
        }
        if let index = Int(first), case .array = value {
            var elements = value.array
            if index == elements.count { elements.append(.null) }
            set(&elements[index], path.dropFirst(), new)
            value = .array(elements)
        } else if path.count == 1, new.isNull {
            value.remove(String(first))
        } else {
            set(&value[String(first)], path.dropFirst(), new)
        }
    }

    /// `field reason` of all that is wrong with a new object.
    func createProblems(_ changes: [(path: String, json: String)] = []) throws -> [String] {
        var object = try object(changes)
        strategy.prepareForCreate(&object)
        return strategy.validateCreate(object, as: version).map(Self.describe)
    }

    /// `field reason` of all that is wrong with a change, `subresource` being empty for the whole object.
    func updateProblems(
        of subresource: String = "", from old: [(path: String, json: String)] = [], _ changes: [(path: String, json: String)]
    ) throws -> [String] {
        let before = try object(old)
        var after = try object(old + changes)
        if subresource.isEmpty {
            strategy.prepareForUpdate(&after, old: before)
        } else {
            strategy.prepareForUpdate(of: subresource, &after, old: before)
        }
        return strategy.validateUpdate(of: subresource, after, old: before, as: version).map(Self.describe)
    }

    private static func describe(_ error: FieldError) -> String {
        "\(error.field) \(error.kind.rawValue.replacing("FieldValue", with: ""))"
    }
}

/// One change of a valid object and what it makes wrong.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let path: String
    let json: String
    let problems: [String]

    init(_ path: String, _ json: String, _ problems: String...) {
        self.path = path
        self.json = json
        self.problems = problems
    }

    var testDescription: String { "\(path) = \(json)" }
}

extension Subject {
    func expectCreate(_ rule: RuleCase) throws {
        let found = try createProblems([(rule.path, rule.json)])
        #expect(Set(found) == Set(rule.problems))
    }

    func expectUpdate(_ rule: RuleCase, of subresource: String = "") throws {
        let found = try updateProblems(of: subresource, [(rule.path, rule.json)])
        #expect(Set(found) == Set(rule.problems))
    }
}

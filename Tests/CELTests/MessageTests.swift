@testable import CEL
import Testing

/// What a person is shown who wrote an expression that does not compile.
@Suite struct MessageTests {
    private static let primaries =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    private static let declared = DeclaredType(object: "Self", fields: ["a": .int, "b": .string])
    private static let environment = Environment.kubernetes.extended(variables: [("self", .object(declared))])

    private static func message(_ text: String) -> String {
        do {
            _ = try environment.compile(text)
            return ""
        } catch {
            return error.text
        }
    }

    @Test func placesAreShown() {
        #expect(Self.message("nope.x") == "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope.x\n | ^")
        #expect(Self.message("self.nope") == "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^")
        #expect(
            Self.message("self.a > 'three'")
                == "ERROR: <input>:1:8: found no matching overload for '_>_' applied to '(int, string)'\n | self.a > 'three'\n | .......^")
        #expect(
            Self.message("1 +")
                == "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting \(Self.primaries)\n | 1 +\n | ...^")
        #expect(Self.message("") == "ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting \(Self.primaries)")
        #expect(
            Self.message("true\n&& nope")
                == "ERROR: <input>:2:4: undeclared reference to 'nope' (in container '')\n | && nope\n | ...^")
        #expect(
            Self.message("nope == other")
                == "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope == other\n | ^\nERROR: <input>:1:9: undeclared reference to 'other' (in container '')\n | nope == other\n | ........^")
    }

    @Test(arguments: [
        "(", ")", "[", "]", "{", "}", "[1, 2", "{'a': }", "a.", "a..b", "1 2", "'abc", "\"", "'''a", "a ? b", "a ? b :", "in", "1 = 1", "a && ", "||", "!", "f(", "f(1,", "#", "@",
        "0x", "1e", "b'", "has()", "[1].map()", "x.map(1, 2)", "for", "a.for.b(", "'\\q'", "'\\u12'", "{1}", "Object{", "Object{a}", "a[", "a[1", "`a", "1u1", "--", "a.?", "[?]", "{?}", "self.true", "self.in",
    ])
    func brokenTextIsRefused(_ text: String) { #expect(!Self.message(text).isEmpty, "\(text)") }

    @Test func depthAndSizeAreBounded() {
        for unit in ["(", "[", "!", "-", "{1:", "a.b(", "[1].all(x, ", "true ? true : ", "1 + (", "f("] {
            #expect(!Self.message(String(repeating: unit, count: 5_000)).isEmpty)
        }
        #expect(!Self.message(String(repeating: "self.a + ", count: 2_000) + "1").isEmpty)
        #expect(!Self.message(String(repeating: "self.", count: 2_000) + "a").isEmpty)
        #expect(!Self.message("'" + String(repeating: "a", count: 200_000) + "'").isEmpty)
        // Long chains of logic are balanced, so they are not deep.
        #expect(Self.message(String(repeating: "self.a > 1 && ", count: 2_000) + "true").isEmpty)
    }
}

@Suite struct CostTests {
    private static let declared = DeclaredType(
        object: "Self",
        fields: [
            "name": DeclaredType(.scalar(.string), maximumSize: 40), "list": DeclaredType(.list(.int, .atomic), maximumSize: 100),
            "names": DeclaredType(.list(DeclaredType(.scalar(.string), maximumSize: 40), .atomic), maximumSize: 1_000_000), "n": .int,
        ])
    private static let environment = Environment.kubernetes.extended(variables: [("self", .object(declared))])

    private static func estimate(_ text: String) throws -> UInt64 {
        CostEstimator.cost(of: try environment.compile(text), declared: ["self": declared]).most
    }

    @Test func estimatesFollowDeclaredSizes() throws {
        #expect(try Self.estimate("self.n > 1") == 3)
        #expect(try Self.estimate("has(self.n)") == 1)
        #expect(try Self.estimate("self.name == 'abc'") == 3)
        #expect(try Self.estimate("self.list.all(x, x > 0)") == 2 + 1 + 100 * 5)
        #expect(try Self.estimate("self.names.all(x, self.names.all(y, x == y))") > CostLimits.estimatedRule)
        #expect(try Self.estimate("self.n > 1 || self.n > 2") == 6)
        #expect(try Self.estimate("true ? self.n : 1") == 2)
    }

    @Test func runsStopAtTheirLimit() throws {
        let program = Program(try Subject.environment.compile("lists.range(1000).all(i, lists.range(1000).all(j, i + j >= 0))"))
        let error = #expect(throws: CELError.self) { try program.run(named: Subject.values, costLimit: 10_000) }
        #expect(error?.code == .costLimitExceeded)
        // What one side of `||` makes up for, the end of the limit is not.
        let absorbing = Program(try Subject.environment.compile("lists.range(1000).all(i, i >= 0) || true"))
        #expect(throws: CELError.self) { try absorbing.run(named: Subject.values, costLimit: 100) }
    }

    @Test func runsCountWhatTheyDo() throws {
        func cost(_ text: String) throws -> UInt64 { try Program(try Subject.environment.compile(text)).run(named: Subject.values).cost }
        #expect(try cost("1") == 0)
        #expect(try cost("n") == 1)
        #expect(try cost("object.metadata.name") == 3)
        #expect(try cost("has(object.metadata.name)") == 2)
        #expect(try cost("[1, 2, 3]") == 0)
        #expect(try cost("[n]") == 11)
        #expect(try cost("{'a': n}") == 31)
        #expect(try cost("double(5) < 10.0") == 1)
        #expect(try cost("n in [1, 2]") == 1)
        #expect(try cost("table.all(k, table[k] > 0)") == 1 + 2 * 6 + 1)
        #expect(try cost("size(object.spec.ports.filter(p, p > 100)) == 1") == 3 + 2 + 15 + 1 + 2)
        #expect(try cost("'hello'.startsWith('h')") == 1)
        #expect(try cost("'a' + 'b'") == 1)
    }
}

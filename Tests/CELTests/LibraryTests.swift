@testable import CEL
import Testing

@Suite struct LibraryTests {
    @Test(arguments: [
        ("size('h\u{e9}llo')", "5"), ("size('\u{1F600}')", "1"), ("'hello'.contains('ell')", "true"), ("''.contains('')", "true"), ("'a'.contains('ab')", "false"), ("'hello'.startsWith('he')", "true"),
        ("'hello'.endsWith('lo')", "true"), ("'hello'.endsWith('hello!')", "false"), ("'hello'.charAt(1)", "\"e\""), ("'hello'.charAt(5)", "\"\""), ("'hello'.charAt(6)", "error: index out of range: 6"),
        ("'hello'.indexOf('l')", "2"), ("'hello'.indexOf('l', 3)", "3"), ("'hello'.indexOf('z')", "-1"), ("'hello'.indexOf('')", "0"), ("'hello'.lastIndexOf('l')", "3"), ("'hello'.lastIndexOf('l', 2)", "2"), ("'hello'.lastIndexOf('')", "5"),
        ("'HeLLo \u{c9}'.lowerAscii()", "\"hello \u{c9}\""), ("'hello \u{e9}'.upperAscii()", "\"HELLO \u{e9}\""), (#"'  a b\t\n'.trim()"#, "\"a b\""), ("'a-b-c'.replace('-', '+')", "\"a+b+c\""), ("'a-b-c'.replace('-', '+', 1)", "\"a+b-c\""),
        ("'abc'.replace('', '_')", "\"_a_b_c_\""), ("'abc'.replace('x', 'y', 0)", "\"abc\""), ("'a,b,c'.split(',')", "[\"a\", \"b\", \"c\"]"), ("'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]"), ("'abc'.split('')", "[\"a\", \"b\", \"c\"]"),
        ("'a'.split(',', 0)", "[]"), ("''.split(',')", "[\"\"]"), ("'hello'.substring(1)", "\"ello\""), ("'hello'.substring(1, 3)", "\"el\""), ("'hello'.substring(5)", "\"\""), ("'h\u{e9}llo'.substring(2)", "\"llo\""), ("'abc'.substring(5)", "error: index out of range: 5"),
        ("'abc'.substring(2, 1)", "error: invalid substring range. start: 2, end: 1"), ("words.join('-')", "\"b-a-b\""), ("words.join()", "\"bab\""), ("[].join(',')", "\"\""), ("'abc'.reverse()", "\"cba\""), (#"strings.quote('a\nb"c')"#, #""\"a\\nb\\\"c\"""#),
    ])
    func texts(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("'%s is %d'.format(['x', 5])", "\"x is 5\""), ("'%.1f'.format([2.75])", "\"2.8\""), ("'%.3f'.format([1.0])", "\"1.000\""), ("'%x %X %o %b'.format([255, 255, 8, 5])", "\"ff FF 10 101\""), ("'%e'.format([1234.5])", "\"1.234500\u{202f}\u{d7}\u{202f}10\u{2070}\u{b3}\""), ("'%.2f'.format([1234567.891])", "\"1,234,567.89\""),
        ("'%%'.format([])", "\"%\""), ("'%s'.format([[1, 2]])", "\"[1, 2]\""), ("'%s'.format([true])", "\"true\""), ("'%s'.format([1.0])", "\"1\""), ("'%s'.format([{'k': 'v'}])", #""{\"k\":\"v\"}""#), ("'%s'.format([['a', 1.5]])", #""[\"a\", 1.500000]""#), ("'%x'.format(['hi'])", "\"6869\""), ("'%s'.format([null])", "\"null\""),
        ("'%d'.format([dyn('a')])", "error: error during formatting: decimal clause can only be used on integers, was given string"), ("'%d'.format(['a'])", "compile: error during formatting: decimal clause can only be used on integers, was given string"), ("'%s'.format([])", "compile: index 0 out of range"), ("'%s'.format([duration('1m')])", "\"60s\""), ("'%s'.format([int])", "\"int\""),
    ])
    func formats(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("[1, 2, 3].isSorted()", "true"), ("words.isSorted()", "false"), ("[duration('1s'), duration('2s')].isSorted()", "true"), ("[1, 2, 3].sum()", "6"), ("[1.5, 2.5].sum()", "4.0"), ("[1u, 2u].sum()", "3u"), ("[duration('1m'), duration('30s')].sum()", "90s"),
        ("[3, 1, 2].min()", "1"), ("[3, 1, 2].max()", "3"), ("words.min()", "\"a\""), ("dyn([]).min()", "error: min called on empty list"), ("words.indexOf('b')", "0"), ("words.lastIndexOf('b')", "2"), ("words.indexOf('z')", "-1"), ("[1, 2, 3, 4].slice(1, 3)", "[2, 3]"),
        ("[1, 2].slice(0, 0)", "[]"), ("[1].slice(0, 2)", "error: cannot slice(0, 2), list is length 1"), ("[[1], [2, 3], []].flatten()", "[1, 2, 3]"), ("[[[1]], [[2]]].flatten(2)", "[1, 2]"), ("lists.range(3)", "[0, 1, 2]"), ("lists.range(0)", "[]"), ("[3, 1, 2].sort()", "[1, 2, 3]"),
        ("['b', 'a'].sort()", "[\"a\", \"b\"]"), ("[1, 2, 3].sortBy(i, -i)", "[3, 2, 1]"), ("[1, 2, 1, 3, 2].distinct()", "[1, 2, 3]"), ("[1, 2, 3].reverse()", "[3, 2, 1]"), ("[1, 2, 3].first().value()", "1"), ("[1, 2].last()", "optional(2)"), ("lists.range(0).first()", "none"),
        ("sets.contains([1, 2, 3], [2])", "true"), ("sets.contains([1], [])", "true"), ("sets.contains([1], [2])", "false"), ("sets.equivalent([1, 2], [2, 1, 1])", "true"), ("sets.intersects([1, 2], [2, 3])", "true"), ("sets.intersects([1], [2])", "false"), ("[1].sum() + 1", "2"), ("dyn([]).sum()", "0"), ("dyn([1.0, 2.0]).sum()", "3.0"), ("['a'].sum()", "compile: found no matching overload for 'sum' applied to 'list(string).()'"), ("[[1]].min()", "compile: found no matching overload for 'min' applied to 'list(list(int)).()'"), ("[[1], [2]].indexOf([1])", "0"), ("'a'.find(')')", "compile: error parsing regexp: unexpected ): `)`"),
    ])
    func lists(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("optional.of(1)", "optional(1)"), ("optional.none()", "none"), ("optional.of(1).value()", "1"), ("optional.none().value()", "error: optional.none() dereference"), ("optional.none().orValue(2)", "2"), ("optional.ofNonZeroValue(0)", "none"), ("optional.ofNonZeroValue('x')", "optional(\"x\")"),
        ("{'a': 1}[?'a']", "optional(1)"), ("{'a': 1}[?'b'].orValue(9)", "9"), ("[1][?3].hasValue()", "false"), ("[1][?0].value()", "1"), ("{'a': {'b': 1}}.?a.?b", "optional(1)"), ("{'a': {'b': 1}}.?x.?b.orValue(7)", "7"), ("{'a': {'b': 1}}.?a.b", "optional(1)"),
        ("[?optional.of(0), 1, ?optional.none()]", "[0, 1]"), ("{?'k': optional.of(1)}", "{\"k\": 1}"), ("{?'k': optional.none()}", "{}"), ("[?{'a': 1}[?'z'], 5]", "[5]"), ("optional.of(1).or(optional.of(2))", "optional(1)"), ("optional.none().or(optional.of(2))", "optional(2)"),
        ("optional.of(2).optMap(i, i * 2)", "optional(4)"), ("{'a': 1}[?'b'].optMap(i, i * 2).orValue(0)", "0"), ("optional.of({'a': 1}).optFlatMap(m, m[?'a'])", "optional(1)"), ("object.?nope.hasValue()", "false"), ("object.?spec.replicas.orValue(1)", "3"), ("has(object.?spec.replicas)", "true"),
        ("optional.of(1) == optional.of(1)", "true"), ("optional.of(1) != optional.none()", "true"), ("[?1]", "compile: expected type 'optional_type(int)' but found 'int'"), ("optional.of([1, 2])[0]", "optional(1)"), ("optional.of([1, 2])[?5]", "none"), ("type(optional.of(1)) == optional_type", "true"),
    ])
    func optionals(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("isQuantity('1Gi') && isQuantity('-100m') && !isQuantity('1GB')", "true"), ("quantity('1Gi') == quantity('1024Mi')", "true"), ("quantity('50k').asInteger()", "50000"), ("quantity('1500m').asInteger()", "error: cannot convert value to integer"), ("quantity('1500m').asApproximateFloat()", "1.5"),
        ("quantity('50k').add(20) == quantity('50020')", "true"), ("quantity('5').sub(10).sign()", "-1"), ("quantity('1').compareTo(quantity('2'))", "-1"), ("quantity('x')", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("ip('192.0.2.1').family()", "4"), ("string(ip('2001:DB8:0::1'))", "\"2001:db8::1\""), ("isIP('192.0.02.1')", "false"), ("isIP('::ffff:1.2.3.4')", "false"), ("ip.isCanonical('2001:DB8::ABCD')", "false"), ("ip('169.254.1.1').isLinkLocalUnicast()", "true"), ("ip('8.8.8.8').isGlobalUnicast()", "true"),
        ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"), ("cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "true"), ("cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8')", "false"), ("string(cidr('10.1.2.3/8').masked())", "\"10.0.0.0/8\""), ("cidr('10.1.2.3/8').prefixLength()", "8"), ("string(cidr('10.1.2.3/8').ip())", "\"10.1.2.3\""),
        ("isCIDR('10.0.0.0/33')", "false"), ("isURL('https://example.com:80/')", "true"), ("isURL('::nope')", "false"), ("isURL('relative')", "false"), ("isURL('mailto:a@b')", "true"), ("url('https://u:p@example.com:8080/p').getHost()", "\"example.com:8080\""), ("url('https://example.com:8080/').getPort()", "\"8080\""),
        ("url('https://[::1]:80/').getHostname()", "\"::1\""), ("url('https://example.com/p%20a/th').getEscapedPath()", "\"/p%20a/th\""), ("url('https://e.com/?k=v&k=w&e=').getQuery()", "{\"k\": [\"v\", \"w\"], \"e\": [\"\"]}"), ("url('/x').getHost()", "\"\""),
        ("semver('1.2.3').isLessThan(semver('1.10.0'))", "true"), ("semver('1.2.3-alpha').isLessThan(semver('1.2.3'))", "true"), ("isSemver('v1.2.3')", "false"), ("isSemver('1.2', true)", "true"), ("semver('1.2.3').compareTo(semver('1.2.3+b'))", "0"), ("semver('v1.2', true).patch()", "0"), ("semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta'))", "-1"),
        ("format.dns1123Label().validate('good-name').hasValue()", "false"), ("format.dns1123Label().validate('Bad_Name').hasValue()", "true"), ("format.named('nope').hasValue()", "false"), ("format.date().validate('2024-02-30').hasValue()", "true"), ("format.uuid().validate('11111111-2222-3333-4444-555555555555').hasValue()", "false"),
        ("math.greatest(1, 2.5, 2)", "compile: expected type 'int' but found 'double'"), ("math.greatest([3, 1])", "3"), ("math.least(1, 2)", "1"), ("math.ceil(1.2)", "2.0"), ("math.abs(-3)", "3"), ("math.sign(-2.0)", "-1.0"),
    ])
    func kubernetes(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("^h.*o$", "hello", true), ("ell", "hello", true), ("^ell", "hello", false), ("[a-z][0-9]", "a1", true), ("(?i)aB", "Ab", true), ("a{2,3}", "aa", true), ("^a{2,3}$", "aaaa", false), ("^(a|b)*c$", "ababc", true), (#"^\d+\.\d+$"#, "12.5", true), (#"\bfoo\b"#, "a foo b", true),
        ("^[^a-z]+$", "ABC1", true), ("[[:alpha:]]+", "123", false), (#"^\p{Lu}\p{Ll}+$"#, "\u{c9}a", true), ("^$", "", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true), ("(?m)^b$", "a\nb", true), ("^(?:a|ab)(?:c|bcd)$", "abcd", true), (#"^\x41\x{42}$"#, "AB", true), ("a{,2}", "a{,2}", true),
        ("^([a-z0-9]([-a-z0-9]*[a-z0-9])?)$", "a-b", true), ("x*", "", true), ("[]a]", "]", true), (#"^[\w-]+$"#, "a-b_c", true), ("^\\Qa.b\\E$", "a.b", true), ("(?P<year>[0-9]{4})", "2024", true),
    ])
    func patterns(_ pattern: String, _ text: String, _ matches: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == matches, "\(pattern)")
    }

    @Test(arguments: ["(", "a)", "[a", "*a", "a**", "a{1001}", "\\", "(?!a)", "(?<a", "[b-a]", "\\p{Nope}", "a{2,1}", "(a{100}){100}"])
    func badPatterns(_ pattern: String) { #expect(throws: RegularExpression.SyntaxError.self) { try RegularExpression(pattern) } }

    @Test func findsWhatThePatternPrefers() throws {
        #expect(try RegularExpression("[0-9]+").firstMatch("abc123def456") == "123")
        #expect(try RegularExpression("[0-9]+").allMatches("abc123def456") == ["123", "456"])
        #expect(try RegularExpression("a|ab").firstMatch("xab") == "a")
        #expect(try RegularExpression("a*?b").firstMatch("aab") == "aab")
        #expect(try RegularExpression("a+?").firstMatch("aa") == "a")
        #expect(try RegularExpression("").allMatches("ab") == ["", "", ""])
        #expect(try RegularExpression("a*").allMatches("baac") == ["", "aa", ""])
    }

    /// Where a backtracking engine would need ages.
    @Test func timeIsLinear() throws {
        let text = String(repeating: "a", count: 2_000)
        #expect(try !RegularExpression("^(a+)+$").matches(text + "b"))
        #expect(try !RegularExpression("(a|a)*b").matches(text))
    }
}

/// What cel-go has beyond Kubernetes' environment is none of it.
@Suite struct KubernetesEnvironmentTests {
    @Test(arguments: [
        ("math.greatest(1, 2)", "undeclared reference to 'math'"), ("cel.bind(x, 1, x)", "undeclared reference to 'cel'"),
        ("'abc'.reverse()", "found no matching overload for 'reverse' applied to 'string.()'"), ("base64.encode(b'a')", "undeclared reference to 'base64'"),
    ])
    func hasNoMoreThanUpstream(_ expression: String, _ problem: String) {
        do {
            _ = try Environment.kubernetes.compile(expression)
            Issue.record("\(expression) compiles")
        } catch {
            #expect(error.text.contains(problem), "\(error.text)")
        }
    }
}

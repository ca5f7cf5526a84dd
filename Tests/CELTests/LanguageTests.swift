@testable import CEL
import Testing

/// The topics of the language's own conformance suite, in cases of our own.
@Suite struct LanguageTests {
    @Test(arguments: [
        ("0", "0"), ("42", "42"), ("-42", "-42"), ("0x1F", "31"), ("-0x10", "-16"), ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"), ("9223372036854775808", "compile: invalid int literal"), ("123u", "123u"),
        ("0xAu", "10u"), ("18446744073709551615u", "18446744073709551615u"), ("1.5", "1.5"), (".5", "0.5"), ("1e3", "1000.0"),
        ("-2.3e+1", "-23.0"), ("1.0E-2", "0.01"), ("true", "true"), ("false", "false"), ("null", "null"), ("'a'", "\"a\""), ("\"a\"", "\"a\""),
        ("''", "\"\""), ("'''a'b'''", "\"a'b\""), ("\"\"\"a\"b\"\"\"", "\"a\\\"b\""), (#"r'\d'"#, #""\\d""#), (#"'\n'"#, #""\n""#),
        (#"'\u00e9'"#, "\"\u{e9}\""), (#"'\x41'"#, "\"A\""), (#"'\101'"#, "\"A\""), (#"'\U0001F600'"#, "\"\u{1F600}\""),
        (#"b'\xff\x00'"#, "bff 0"), (#"b'\377'"#, "bff"), ("b'é'", "bc3 a9"), ("rb'a'", "b61"), ("b\"\"", "b"), ("[]", "[]"), ("[1, 2,]", "[1, 2]"),
        ("{}", "{}"), ("{'a': 1,}", "{\"a\": 1}"), ("{1: 'x', true: 2}", "compile: expected type 'int' but found 'bool'"),
        ("1 // comment", "1"), ("// all\n2", "2"), ("(((3)))", "3"), ("n", "3"), (".n", "3"), ("x", "7"),
    ])
    func literals(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3"), ("-7 / 2", "-3"), ("7 % 4", "3"), ("-7 % 3", "-1"), ("7 % -3", "1"),
        ("1 - 2 - 3", "-4"), ("2u * 3u", "6u"), ("7u / 2u", "3u"), ("7u % 4u", "3u"), ("1u - 2u", "error: unsigned integer overflow"),
        ("9223372036854775807 + 1", "error: integer overflow"), ("-9223372036854775808 - 1", "error: integer overflow"),
        ("9223372036854775807 * 2", "error: integer overflow"), ("-9223372036854775808 / -1", "error: integer overflow"),
        ("-(-9223372036854775808)", "error: integer overflow"), ("18446744073709551615u + 1u", "error: unsigned integer overflow"),
        ("18446744073709551615u * 2u", "error: unsigned integer overflow"), ("1 / 0", "error: division by zero"), ("1 % 0", "error: modulus by zero"),
        ("1u / 0u", "error: division by zero"), ("1.0 / 0.0", "+Inf"), ("-1.0 / 0.0", "-Inf"), ("0.0 / 0.0", "NaN"),
        ("1.5 + 2.5", "4.0"), ("5.0 / 2.0", "2.5"), ("0.1 + 0.2 == 0.3", "false"), ("-(1.5)", "-1.5"), ("- -5", "5"), ("!true", "false"), ("!!true", "true"),
        ("1 + 1u", "compile: found no matching overload for '_+_' applied to '(int, uint)'"),
        ("1 + 1.0", "compile: found no matching overload for '_+_' applied to '(int, double)'"),
        ("'a' + 1", "compile: found no matching overload for '_+_' applied to '(string, int)'"),
        ("dyn(1) + 1u", "error: no such overload"), ("x + 1", "8"), ("'a' + 'b'", "\"ab\""), ("b'a' + b'b'", "b61 62"), ("[1] + [2]", "[1, 2]"),
        ("1.0 % 2.0", "compile: found no matching overload for '_%_' applied to '(double, double)'"),
        ("-'a'", "compile: found no matching overload for '-_' applied to '(string)'"),
    ])
    func arithmetic(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("1 == 1", "true"), ("1 != 2", "true"), ("1.0 == 1.0", "true"), ("dyn(1) == 1.0", "true"), ("dyn(1u) == 1", "true"), ("dyn(1) == '1'", "false"),
        ("1 == 1.0", "compile: found no matching overload for '_==_' applied to '(int, double)'"),
        ("1 == '1'", "compile: found no matching overload for '_==_' applied to '(int, string)'"),
        ("'a' == 'a'", "true"), (#"'\u00e9' == 'e\u0301'"#, "false"), ("b'a' == b'a'", "true"), ("null == null", "true"), ("x == null", "false"),
        ("[1, 2] == [1, 2]", "true"), ("[1, 2] == [2, 1]", "false"), ("[1] == [1, 1]", "false"), ("{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"),
        ("{'a': 1} == {'a': 2}", "false"), ("{1: 'a'} == {1: 'a'}", "true"), ("dyn([1, 2.0]) == [1.0, 2.0]", "compile: expected type 'int' but found 'double'"),
        ("0.0 / 0.0 == 0.0 / 0.0", "false"), ("0.0 / 0.0 != 0.0 / 0.0", "true"), ("0.0 == -0.0", "true"),
        ("1 < 2", "true"), ("1 < 1.5", "true"), ("2u > 1", "true"), ("1.0 <= 1u", "true"), ("-1 < 0u", "true"), ("9223372036854775807 < 9223372036854775808.0", "true"),
        ("18446744073709551615u > 9223372036854775807", "true"), ("'a' < 'b'", "true"), ("'Z' < 'a'", "true"), ("'a' < 'aa'", "true"), ("b'a' < b'b'", "true"),
        ("false < true", "true"), ("true <= true", "true"), ("0.0 / 0.0 < 1.0", "false"), ("0.0 / 0.0 >= 1.0", "false"), ("1 < 'a'", "compile: found no matching overload for '_<_' applied to '(int, string)'"),
        ("dyn(1) < 'a'", "error: no such overload"), ("[1] < [2]", "compile: found no matching overload for '_<_' applied to '(list(int), list(int))'"),
        ("1 in [1, 2]", "true"), ("3 in [1, 2]", "false"), ("'a' in {'a': 1}", "true"), ("'b' in {'a': 1}", "false"), ("dyn(1.0) in [1, 2]", "true"), ("1 in []", "false"),
        ("'one' in table", "true"), ("'a' in words", "true"), ("timestamp('2024-01-01T00:00:00Z') < timestamp('2024-01-01T00:00:01Z')", "true"),
        ("duration('1s') > duration('999ms')", "true"), ("type(1) == int", "true"), ("type(1) == uint", "false"), ("type(int) == type", "true"),
    ])
    func comparisons(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("true && true", "true"), ("true && false", "false"), ("false || true", "true"), ("false || false", "false"), ("true || false && false", "true"),
        ("true ? 1 : 2", "1"), ("false ? 1 : 2", "2"), ("true ? (false ? 1 : 2) : 3", "2"), ("false ? 1 : false ? 2 : 3", "3"), ("1 / 0 > 0 || true", "true"), ("true || 1 / 0 > 0", "true"),
        ("1 / 0 > 0 && false", "false"), ("false && 1 / 0 > 0", "false"), ("1 / 0 > 0 || false", "error: division by zero"),
        ("1 / 0 > 0 && true", "error: division by zero"), ("true && 1 / 0 > 0", "error: division by zero"), ("true ? 1 : 1 / 0", "1"),
        ("1 && true", "compile: found no matching overload for '_&&_' applied to '(int, bool)'"), ("x && true", "error: no such overload"),
        ("x || true", "true"), ("1 ? 2 : 3", "compile: found no matching overload for '_?_:_' applied to '(int, int, int)'"),
        ("true ? 1 : 'a'", "compile: found no matching overload for '_?_:_' applied to '(bool, int, string)'"), ("true ? dyn(1) : dyn('a')", "1"),
        ("!x", "error: no such overload"), ("true && true && true && false && true", "false"), ("false || false || false || true", "true"),
    ])
    func logic(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("[1, 2, 3][1]", "2"), ("[1][1]", "error: index out of bounds: 1"), ("[1][-1]", "error: index out of bounds: -1"), ("{'k': 5}['k']", "5"),
        ("{'k': 5}['z']", "error: no such key: z"), ("{'k': {'l': 6}}.k.l", "6"), ("{1: 'one'}[1]", "\"one\""), ("{dyn(1): 'one'}[1.0]", "\"one\""),
        ("{true: 1}[true]", "1"), ("{1: 2}[1u]", "compile: found no matching overload for '_[_]' applied to '(map(int, int), uint)'"), ("table.one", "1"), ("table.three", "error: no such key: three"),
        ("object.metadata.name", "\"a\""), ("object.metadata.labels['app']", "\"web\""), ("object.spec.ports[1]", "443"), ("object.nope", "error: no such key: nope"),
        ("has(object.spec)", "true"), ("has(object.nope)", "false"), ("has(object.nope.deeper)", "error: no such key: nope"), ("has(object.spec.empty)", "true"),
        ("object.spec.empty == null", "true"), ("has(table.one)", "true"), ("has({'a': 1}.a)", "true"), ("has(1)", "compile: invalid argument to has() macro"),
        ("n.a", "compile: type 'int' does not support field selection"), ("x.a", "error: no such key: a"), ("x[0]", "error: no such overload"),
        ("[1, 2].size()", "2"), ("size({'a': 1})", "1"), ("size('')", "0"), ("{'a': 1, 'a': 2}", "error: Failed with repeated key"), ("{1.5: 1}", "error: unsupported key type: double"),
        ("[[1], [2]][1][0]", "2"), ("size([[], []])", "2"), ("dyn([1, 2])[0]", "1"), ("nope", "compile: undeclared reference to 'nope' (in container '')"),
        ("nope()", "compile: undeclared reference to 'nope' (in container '')"), ("n.nope()", "compile: undeclared reference to 'nope' (in container '')"),
        ("int", "int"), ("string.size()", "compile: found no matching overload for 'size' applied to 'type(string).()'"), ("object.spec['replicas']", "3"),
    ])
    func containers(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("[1, 2, 3].all(i, i > 0)", "true"), ("[1, 2, 3].all(i, i > 1)", "false"), ("[].all(i, false)", "true"), ("[1, 2].exists(i, i == 2)", "true"),
        ("[].exists(i, true)", "false"), ("[1, 0].exists(i, 1 / i == 1)", "true"), ("[0, 1].exists(i, 1 / i == 1)", "true"), ("[0, 2].exists(i, 1 / i == 1)", "error: division by zero"),
        ("[1, 2].exists_one(i, i == 2)", "true"), ("[2, 2].exists_one(i, i == 2)", "false"), ("[1, 2].existsOne(i, i > 5)", "false"), ("[1, 2].map(i, i * 2)", "[2, 4]"),
        ("[1, 2, 3].map(i, i > 1, i * 2)", "[4, 6]"), ("[1, 2, 3].filter(i, i > 1)", "[2, 3]"), ("{'a': 1, 'b': 2}.map(k, k)", "[\"a\", \"b\"]"),
        ("{'a': 1, 'b': 2}.all(k, k < 'c')", "true"), ("{'a': 1}.exists(k, k == 'a')", "true"), ("{'a': 1, 'b': 2}.filter(k, k == 'b')", "[\"b\"]"),
        ("[[1, 2], [3]].map(l, l.map(i, i + 1))", "[[2, 3], [4]]"), ("[1, 2].map(n, n + 1)", "[2, 3]"), ("[1].all(1, true)", "compile: argument must be a simple name"),
        ("n.all(i, true)", "compile: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)"), ("[1].all(i, i)", "compile: found no matching overload for '_&&_' applied to '(bool, int)'"),
        ("x.all(i, true)", "error: no such overload"), ("words.map(w, w + '!')", "[\"b!\", \"a!\", \"b!\"]"), ("[1, 2].all(i, v, v > i)", "true"), ("[5].exists(i, v, i == 0 && v == 5)", "true"),
        ("{'a': 1}.all(k, v, k == 'a' && v == 1)", "true"), ("[1, 1].existsOne(i, v, v == 1)", "false"), ("[1, 2].transformList(i, v, i + v)", "[1, 3]"), ("[1, 2].transformList(i, v, i > 0, v)", "[2]"),
        ("{'a': 1}.transformList(k, v, k)", "[\"a\"]"), ("{'a': 1, 'b': 2}.transformMap(k, v, v * 10)", "{\"a\": 10, \"b\": 20}"), ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v)", "{\"b\": 2}"),
        ("['x', 'y'].transformMap(i, v, v)", "{0: \"x\", 1: \"y\"}"), ("{'a': 'b'}.transformMapEntry(k, v, {v: k})", "{\"b\": \"a\"}"), ("[1, 1].transformMapEntry(i, v, {v: i})", "error: insert failed: key 1 already exists"),
        ("cel.bind(a, 5, a + a)", "10"), ("[optional.of(1), optional.none()].unwrapOpt()", "[1]"), ("optional.unwrap([optional.of(2)])", "[2]"), ("cel.bind(a, [1, 2], a + a)", "[1, 2, 1, 2]"), ("[1, 2].all(i, i, true)", "compile: duplicate variable name: i"),
        ("object.spec.ports.all(p, p > 0)", "true"), ("object.metadata.labels.exists(k, k.startsWith('a'))", "true"), ("[3, 1].map(i, [i]).map(l, l[0])", "[3, 1]"),
    ])
    func macros(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("int('42')", "42"), ("int('-7')", "-7"), ("int('4.5')", "error: type conversion error from 'string' to 'int'"), ("int(3.9)", "3"), ("int(-3.9)", "-3"), ("int(5u)", "5"),
        ("int(1e30)", "error: integer overflow"), ("int(18446744073709551615u)", "error: integer overflow"), ("uint(5)", "5u"), ("uint(-1)", "error: unsigned integer overflow"), ("uint('5')", "5u"), ("uint(5.5)", "5u"),
        ("double('1.5')", "1.5"), ("double(2)", "2.0"), ("double('x')", "error: type conversion error from 'string' to 'double'"), ("string(5)", "\"5\""), ("string(1.5)", "\"1.5\""), ("string(1e21)", "\"1e+21\""),
        ("string(true)", "\"true\""), ("string(b'abc')", "\"abc\""), (#"string(b'\xff')"#, "error: invalid UTF-8 in bytes, cannot convert to string"), ("string(7u)", "\"7\""), ("bytes('abc')", "b61 62 63"),
        ("bool('true')", "true"), ("bool('t')", "true"), ("bool('0')", "false"), ("bool('yes')", "error: type conversion error from 'string' to 'bool'"), ("type(1.0) == double", "true"), ("type([]) == list", "true"),
        ("type({}) == map", "true"), ("type(null) == null_type", "true"), ("type(type(1)) == type", "true"), ("int(timestamp('1970-01-01T00:00:10Z'))", "10"), ("timestamp(10) == timestamp('1970-01-01T00:00:10Z')", "true"),
        ("string(timestamp('2024-01-02T03:04:05.060Z'))", "\"2024-01-02T03:04:05.06Z\""), ("string(duration('1h30m'))", "\"5400s\""), ("string(duration('-10ms'))", "\"-0.01s\""), ("duration('1x')", "compile: invalid duration argument"),
        ("timestamp('yesterday')", "compile: invalid timestamp argument"), ("dyn(1)", "1"), ("string([1])", "compile: found no matching overload for 'string' applied to '(list(int))'"), ("string(0.0001)", "\"0.0001\""), ("string(0.00001)", "\"1e-05\""),
        ("string(100000.0)", "\"100000\""), ("string(-0.5)", "\"-0.5\""),
    ])
    func conversions(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }

    @Test(arguments: [
        ("timestamp('2024-02-29T12:30:45.5Z').getFullYear()", "2024"), ("timestamp('2024-02-29T12:30:45.5Z').getMonth()", "1"), ("timestamp('2024-02-29T00:00:00Z').getDate()", "29"),
        ("timestamp('2024-02-29T00:00:00Z').getDayOfMonth()", "28"), ("timestamp('2024-12-31T23:59:58Z').getDayOfYear()", "365"), ("timestamp('2024-12-31T23:59:58Z').getDayOfWeek()", "2"),
        ("timestamp('2024-12-31T23:59:58Z').getHours('America/New_York')", "18"), ("timestamp('2024-12-31T23:59:58Z').getDate('Asia/Tokyo')", "1"), ("timestamp('2024-07-01T12:00:00Z').getHours('-03:30')", "8"),
        ("timestamp('2024-07-01T12:00:00Z').getHours('+02:00')", "14"), ("timestamp('2024-07-01T12:00:00Z').getHours('Nowhere')", "error: unknown time zone Nowhere"),
        ("timestamp('2024-01-01T00:00:00.123456789Z').getMilliseconds()", "123"), ("timestamp('2024-01-01T00:00:00+02:00') == timestamp('2023-12-31T22:00:00Z')", "true"),
        ("timestamp('2024-02-29T00:00:00Z') + duration('24h') == timestamp('2024-03-01T00:00:00Z')", "true"), ("timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z')", "86400s"),
        ("timestamp('2024-03-01T00:00:00Z') - duration('1s')", "2024-02-29T23:59:59Z"), ("duration('1h') + duration('30m')", "5400s"), ("duration('1h') - duration('30m')", "1800s"),
        ("duration('3661.5s').getHours()", "1"), ("duration('3661.5s').getMinutes()", "61"), ("duration('3661.5s').getSeconds()", "3661"), ("duration('3661.5s').getMilliseconds()", "3661500"),
        ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: timestamp overflow"), ("timestamp('0001-01-01T00:00:00Z') - duration('1s')", "error: timestamp overflow"),
        ("duration('2562047h') + duration('2562047h')", "error: duration overflow"), ("duration('1h').getFullYear()", "compile: found no matching overload for 'getFullYear' applied to 'duration.()'"),
        ("timestamp(253402300800)", "error: timestamp overflow"), ("duration('1.5h')", "5400s"), ("duration('1us')", "0.000001s"), ("duration('-0')", "0s"),
    ])
    func times(_ expression: String, _ expected: String) { #expect(Subject.result(expression) == expected, "\(expression)") }
}

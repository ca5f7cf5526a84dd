@testable import Kubelet
import Testing

/// Files of variables in volumes.
@Suite struct EnvironmentFileTests {
    @Test func valuesStandInSingleQuotes() throws {
        let file = try EnvironmentFile("""
               A='1'
            # a comment
            \t
              # another
            B='foo#no comment' # a comment
            C='a=b "c" $D \\n'
            D=''
            E='first
              second

            last '
            A='2'
            """)
        #expect(file.values == ["A": "2", "B": "foo#no comment", "C": "a=b \"c\" $D \\n", "D": "", "E": "first\n  second\n\nlast "])
        #expect(try EnvironmentFile("").values == [:])
        #expect(try EnvironmentFile("A='1'\r\nB='2'\r\n").values == ["A": "1", "B": "2"])
    }

    @Test(arguments: [
        ("A='1'\nB", "invalid environment variable format at line 2"), ("='x'", "invalid environment variable format at line 1"),
        ("A ='x'", "invalid environment variable format at line 1: whitespace before '=' is not allowed"),
        ("A= 'x'", "invalid environment variable format at line 1: value must be enclosed in single quotes"),
        ("A=x", "invalid environment variable format at line 1: value must be enclosed in single quotes"),
        ("A=\"x\"", "invalid environment variable format at line 1: value must be enclosed in single quotes"),
        ("A='x''y'", "invalid environment variable format at line 1: unexpected content after closing quote"),
        ("A='x\nB='y'", "invalid environment variable format at line 2: unexpected content after closing quote"),
        ("A='x\n\n", "invalid environment variable format at line 3: unclosed single quote"),
    ]) func whatIsNotSoIsSaid(_ text: String, _ problem: String) {
        #expect(throws: EnvironmentFile.Failure(description: problem)) { try EnvironmentFile(text) }
    }

    @Test func aFileLiesBeneathItsFolder() throws {
        let folder = "/tmp/martlet-env-\(UInt64.random(in: .min ... .max))"
        defer { HostFile.remove(folder) }
        try HostFile.makeFolder(folder + "/volume/sub")
        try HostFile.write(Array("A='1'".utf8), to: folder + "/volume/sub/env")
        try HostFile.write(Array("A='2'".utf8), to: folder + "/secret")
        try HostFile.link("../secret", at: folder + "/volume/out")
        try HostFile.link("/etc/hostname", at: folder + "/volume/absolute")
        #expect(try EnvironmentFile.read("sub/env", in: folder + "/volume").values == ["A": "1"])
        for path in ["out", "absolute", "../secret", "none", "sub"] {
            #expect(throws: EnvironmentFile.Failure.self, "\(path)") { try EnvironmentFile.read(path, in: folder + "/volume") }
        }
    }
}

import HostPrograms
import Logging
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// With a program in place of `nft` that does what files beside it say.
struct KernelTableTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A folder with a `fail` file fails writes; with a `lost` one it fails to list.
    private func withTable(_ body: (inout KernelTable, String) async throws -> Void) async throws {
        var template = Array("/tmp/martlet-kernel-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        let folder = try String(cString: #require(made))
        let script = "case $2 in -f) cat >> \(folder)/written; test ! -e \(folder)/fail;; list) test ! -e \(folder)/lost;; *) echo $* > \(folder)/asked;; esac"
        var table = KernelTable(family: "ip", name: "t", chain: "c", commandPrefix: ["sh", "-c", script, "sh"], logger: Self.logger)
        try await body(&table, folder)
        try await HostProgram("rm", "-r", folder).run()
    }

    @Test func aTableIsWholeFromItsFirstWriteToItsFirstFailure() async throws {
        try await withTable { table, folder in
            #expect(await table.isIntact() == false)
            #expect(await table.write("all\n"))
            #expect(await table.isIntact())
            #expect(await table.write(""))
            try await HostProgram("touch", folder + "/fail").run()
            #expect(await !table.write("difference\n"))
            #expect(await table.isIntact() == false)
            try await HostProgram("rm", folder + "/fail").run()
            #expect(await table.write("all\n"))
            #expect(await table.isIntact())
            let written = try await HostProgram("cat", folder + "/written").run()
            #expect(written == "all\ndifference\nall\n")
        }
    }

    @Test func itIsTakenAwayByName() async throws {
        try await withTable { table, folder in
            await table.remove()
            let asked = try await HostProgram("cat", folder + "/asked").run()
            #expect(asked == "nft delete table ip t\n")
        }
    }
}

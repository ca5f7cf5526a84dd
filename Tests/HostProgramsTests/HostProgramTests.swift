import HostPrograms
import Testing

struct HostProgramTests {
    @Test func inputGoesThroughWhateverItsSize() async throws {
        let input = String(repeating: "0123456789", count: 100_000)
        #expect(try await HostProgram("cat").run(input: input) == input)
    }

    @Test func argumentsGoAsTheyAre() async throws {
        #expect(try await HostProgram("printf", "%s", "$HOME; *").run() == "$HOME; *")
    }

    @Test(arguments: [
        ("echo wrong >&2; exit 3", "sh ended with status 3: wrong\n"), ("echo said; exit 1", "sh ended with status 1: said\n"),
        ("kill -SEGV $$", "sh was ended by signal 11: "),
    ])
    func theErrorSaysHowItEnded(_ script: String, _ wanted: String) async {
        await #expect { try await HostProgram("sh", "-c", script).run() } throws: { "\($0)" == wanted }
    }

    @Test func whoTakesTooLongIsKilled() async {
        await #expect { try await HostProgram("sleep", "60").run(limit: .milliseconds(50)) } throws: { "\($0)".contains("did not end within") }
    }

    @Test func whatIsNotThereCannotStart() async {
        await #expect { try await HostProgram("martlet-no-such-program").run() } throws: { "\($0)".hasPrefix("cannot start martlet-no-such-program") }
    }
}

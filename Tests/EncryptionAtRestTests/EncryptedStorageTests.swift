import Foundation
import Logging
import NIOPosix
import Objects
import SQLiteStorage
import Storage
import Testing

@testable import EncryptionAtRest

@Suite struct EncryptedStorageTests {
    private let path = NSTemporaryDirectory() + "martlet-encrypted-\(UInt64.random(in: .min ... .max)).db"

    private func configuration(_ providers: String) throws -> EncryptionConfiguration {
        let text = """
            kind: EncryptionConfiguration
            apiVersion: apiserver.config.k8s.io/v1
            resources: [{resources: [secrets], providers: [\(providers)]}]
            """
        return try EncryptionConfiguration(try YAML.parse(text), group: MultiThreadedEventLoopGroup.singleton) { name in
            name == "secrets" ? ["/registry/secrets/"] : []
        }
    }

    private func key(_ name: String, _ byte: UInt8) -> String {
        "{name: \(name), secret: \(Base64.encode([UInt8](repeating: byte, count: 32)))}"
    }

    private var quiet: Logger {
        var logger = Logger(label: "encryption")
        logger.logLevel = .critical
        return logger
    }

    private func remove() { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

    /// `secretbox` is there where libsodium is.
    private static let kinds = ["aesgcm", "aescbc"] + (SodiumLibrary.shared == nil ? [] : ["secretbox"])

    /// The vector of the NaCl library's own tests: what kube-apiserver wrote can be read here.
    @Test(.enabled(if: SodiumLibrary.shared != nil)) func secretBoxesAreThoseOfNaCl() async throws {
        func bytes(_ text: String) -> [UInt8] {
            var found: [UInt8] = []
            var rest = text[...]
            while rest.count >= 2 {
                if let byte = UInt8(rest.prefix(2), radix: 16) { found.append(byte) }
                rest = rest.dropFirst(2)
            }
            return found
        }
        let key = bytes("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
        let nonce = bytes("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37")
        let plain = bytes(
            "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705")
        let box = bytes(
            "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5")
        let transformer = try SecretBoxTransformer(name: "a", key: key)
        #expect(try await transformer.decrypt((nonce + box)[...], key: "") == plain)
        var changed = nonce + box
        changed[30] ^= 1
        let broken = changed
        await #expect(throws: EncryptionProblem.self) { try await transformer.decrypt(broken[...], key: "") }
    }

    @Test(arguments: kinds)
    func onlyTheChosenKeysAreSealed(kind: String) async throws {
        defer { remove() }
        let base = try await SQLiteStorage(path: path)
        let store = EncryptedStorage(base, try configuration("{\(kind): {keys: [\(key("a", 1))]}}"), logger: quiet)
        let watch = try await store.watch(prefix: "/registry/", after: try await store.currentRevision())
        let secret = Array("hunter2 and more than one block of bytes".utf8)
        _ = try await store.commit(.create(key: "/registry/secrets/default/s", value: secret))
        _ = try await store.commit(.create(key: "/registry/configmaps/default/c", value: secret))
        let raw = try #require(try await base.get("/registry/secrets/default/s").record)
        #expect(raw.value.starts(with: "k8s:enc:\(kind):v1:a:".utf8))
        #expect(!String(decoding: raw.value, as: UTF8.self).contains("hunter2"))
        #expect(try await base.get("/registry/configmaps/default/c").record?.value == secret)
        #expect(try await store.get("/registry/secrets/default/s").record?.value == secret)
        #expect(try await store.list(prefix: "/registry/secrets/", startingAt: nil, limit: 0, at: nil).records.map(\.value) == [secret])
        var seen: [StorageEvent] = []
        while seen.count < 2, let events = try await watch.next() { seen += events }
        #expect(seen.allSatisfy { $0.record.value == secret })
        watch.cancel()
        // Moved to another key it cannot be read, where the cipher authenticates.
        if kind == "aesgcm" {
            _ = try await base.commit(.create(key: "/registry/secrets/default/stolen", value: raw.value))
            await #expect(throws: StorageError(.corrupt, "")) { try await store.get("/registry/secrets/default/stolen") }
        }
        await store.close()
    }

    @Test func keysAreRotated() async throws {
        defer { remove() }
        let base = try await SQLiteStorage(path: path)
        _ = try await base.commit(.create(key: "/registry/secrets/x/plain", value: [1, 2, 3]))
        let store = EncryptedStorage(base, try configuration("{aesgcm: {keys: [\(key("old", 1))]}}, {identity: {}}"), logger: quiet)
        #expect(try await store.get("/registry/secrets/x/plain").record?.value == [1, 2, 3])
        #expect(try await store.renew() == 1)
        store.reload(try configuration("{aescbc: {keys: [\(key("new", 2))]}}, {aesgcm: {keys: [\(key("old", 1))]}}"))
        #expect(try await store.get("/registry/secrets/x/plain").record?.value == [1, 2, 3])
        #expect(try await store.renew() == 1)
        #expect(try await store.renew() == 0)
        store.reload(try configuration("{aescbc: {keys: [\(key("new", 2))]}}"))
        #expect(try await store.get("/registry/secrets/x/plain").record?.value == [1, 2, 3])
        store.reload(try configuration("{aescbc: {keys: [\(key("other", 3))]}}"))
        await #expect(throws: StorageError(.corrupt, "")) { try await store.get("/registry/secrets/x/plain") }
        store.reload(try configuration("{identity: {}}"))
        await #expect(throws: StorageError(.corrupt, "")) { try await store.get("/registry/secrets/x/plain") }
        await store.close()
    }

    /// What kube-apiserver wrote with this key can be read: IV, then AES-256-CBC with PKCS #7.
    @Test func readsWhatAnotherServerWrote() async throws {
        defer { remove() }
        let base = try await SQLiteStorage(path: path)
        // openssl enc -aes-256-cbc -K 01…01 -iv 00…0f of "value"
        let vector = (0..<16).map { UInt8($0) }
        let sealed: [UInt8] = try OpenSSL.encrypt(Array("value".utf8), key: [UInt8](repeating: 1, count: 32), vector: vector)
        let value = Array("k8s:enc:aescbc:v1:a:".utf8) + vector + sealed
        _ = try await base.commit(.create(key: "/registry/secrets/x/y", value: value))
        let store = EncryptedStorage(base, try configuration("{aescbc: {keys: [\(key("a", 1))]}}"), logger: quiet)
        #expect(try await store.get("/registry/secrets/x/y").record?.value == Array("value".utf8))
        await store.close()
    }

    @Test(arguments: [
        "{aesgcm: {keys: []}}", "{aesgcm: {keys: [{name: a, secret: short}]}}", "{secretbox: {keys: []}}", "{rot13: {}}",
        "{kms: {apiVersion: v1, name: a, endpoint: 'unix:///x'}}", "{kms: {apiVersion: v2, name: a, endpoint: 'tcp://x'}}", "{}",
    ])
    func refusesWhatItDoesNotUnderstand(_ provider: String) {
        #expect(throws: EncryptionProblem.self) { try configuration(provider) }
    }

    @Test func makesAConfigurationOfItsOwn() async throws {
        let first = EncryptionConfiguration.generated()
        #expect(first != EncryptionConfiguration.generated())
        _ = try EncryptionConfiguration(try YAML.parse(first), group: MultiThreadedEventLoopGroup.singleton) { ["/registry/\($0)/"] }
    }
}

/// The other side, by another implementation.
enum OpenSSL {
    static func encrypt(_ plain: [UInt8], key: [UInt8], vector: [UInt8]) throws -> [UInt8] {
        func hex(_ bytes: [UInt8]) -> String { bytes.map { String($0 + 0, radix: 16).count == 1 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = ["enc", "-aes-256-cbc", "-K", hex(key), "-iv", hex(vector)]
        let input = Pipe(), output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(plain))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return Array(output.fileHandleForReading.readDataToEndOfFile())
    }
}

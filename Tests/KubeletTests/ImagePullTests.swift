import Objects
import Testing
@testable import Kubelet

@Suite struct RegistryLoginTests {
    private func secret(_ config: String, key: String = ".dockerconfigjson") -> Value {
        ["metadata": ["namespace": "a", "name": "pull", "uid": "u1"], "data": [key: .string(Base64.encode(Array(config.utf8)))]]
    }

    private func users(_ config: String, _ image: String, key: String = ".dockerconfigjson") -> [String] {
        RegistryLogin.read(secret(config, key: key), image: image).map(\.username)
    }

    @Test func passwordsMayHoldColons() {
        let config = "{\"auths\":{\"https://reg.io/v1/\":{\"auth\":\"" + Base64.encode(Array("u:p:q".utf8)) + "\"},\"other\":{\"username\":\"x\",\"password\":\"y\"}}}"
        let found = RegistryLogin.read(secret(config), image: "reg.io/a:1")
        #expect(found.map(\.username) == ["u"] && found.map(\.password) == ["p:q"])
        #expect(found.first?.secret == PullSecretReference(namespace: "a", name: "pull", uid: "u1"))
        #expect(RegistryLogin.read(secret(config), image: "docker.io/a:1").isEmpty)
    }

    @Test(arguments: [
        ("reg.io", "reg.io/a:1", true), ("reg.io", "reg.io:5000/a:1", false), ("reg.io:5000", "reg.io:5000/a:1", true),
        ("reg.io/team", "reg.io/team/a:1", true), ("reg.io/team", "reg.io/other/a:1", false), ("http://reg.io/v2/", "reg.io/a:1", true),
        ("*.reg.io", "eu.reg.io/a:1", true), ("*.reg.io", "reg.io/a:1", false), ("*.reg.io", "a.b.reg.io/a:1", false),
        ("e*.reg.io", "eu.reg.io/a:1", true), ("e*x.reg.io", "eu.reg.io/a:1", false), ("*u*.reg.io", "eu.reg.io/a:1", true),
        ("https://index.docker.io/v1/", "docker.io/library/busybox:1", true), ("docker.io", "docker.io/library/busybox:1", true),
        ("", "reg.io/a:1", false), (":", "reg.io/a:1", false), ("*", "localhost/a:1", true),
    ])
    func keysMatchImages(key: String, image: String, matches: Bool) {
        #expect(RegistryPattern(key).matches(image) == matches)
    }

    @Test func theMostSpecificComesFirst() {
        let config = "{\"auths\":{\"reg.io\":{\"username\":\"all\",\"password\":\"p\"},\"reg.io/team\":{\"username\":\"team\",\"password\":\"p\"}}}"
        #expect(users(config, "reg.io/team/a:1") == ["team", "all"])
        #expect(users(config, "reg.io/a:1") == ["all"])
        #expect(users("{\"reg.io\":{\"username\":\"old\",\"password\":\"p\"}}", "reg.io/a:1", key: ".dockercfg") == ["old"])
        #expect(users("{\"auths\":[1,{}]}", "reg.io/a:1").isEmpty)
        #expect(users("{\"auths\":{\"reg.io\":{\"auth\":\"%%\"}}}", "reg.io/a:1").isEmpty)
    }

    @Test func manyStarsEnd() {
        let stars = String(repeating: "*a", count: 2000)
        #expect(!RegistryPattern(stars + "b.io").matches(String(repeating: "a", count: 4000) + ".io/x:1"))
    }
}

@Suite struct PulledImagesTests {
    private func login(_ password: String, uid: String) -> RegistryLogin {
        RegistryLogin(username: "u", password: password, secret: PullSecretReference(namespace: "a", name: "pull", uid: uid))
    }

    private func inFolder(_ body: (PulledImages, String) throws -> Void) throws {
        let folder = "/tmp/martlet-pulled-\(UInt64.random(in: 0 ... .max))"
        defer { HostFile.remove(folder) }
        try body(PulledImages(folder: folder), folder)
    }

    @Test func whatWasLoadedByHandIsEverybodys() throws {
        try inFolder { images, _ in
            #expect(!images.mustPull("reg.io/a:1", id: "sha256:1", logins: []))
        }
    }

    @Test func aPrivateImageIsForThoseWhoCouldPullIt() throws {
        try inFolder { images, folder in
            try images.begin("reg.io/a:1")
            images.end("reg.io/a:1", id: "sha256:1", login: login("p", uid: "1"))
            for images in [images, PulledImages(folder: folder)] {
                #expect(images.mustPull("reg.io/a:1", id: "sha256:1", logins: []))
                #expect(images.mustPull("reg.io/a:1", id: "sha256:1", logins: [login("other", uid: "2")]))
                #expect(!images.mustPull("reg.io/a:1", id: "sha256:1", logins: [login("p", uid: "1")]))
                // Another tag of the repository is the same place; another repository is not.
                #expect(!images.mustPull("reg.io/a:2", id: "sha256:1", logins: [login("p", uid: "1")]))
                #expect(images.mustPull("reg.io/b:1", id: "sha256:1", logins: [login("p", uid: "1")]))
            }
            // The same secret with a new password, and the same password in another secret.
            #expect(!images.mustPull("reg.io/a:1", id: "sha256:1", logins: [login("new", uid: "1")]))
            #expect(!images.mustPull("reg.io/a:1", id: "sha256:1", logins: [login("new", uid: "3")]))
            let files = HostFile.names(in: folder + "/pulled")
            #expect(files.count == 1 && HostFile.names(in: folder + "/pulling").isEmpty)
            let text = String(decoding: HostFile.read(folder + "/pulled/" + (files.first ?? "")) ?? [], as: UTF8.self)
            #expect(text.contains("credentialHash") && !text.contains("\"new\""))
            #expect((HostFile.mode(folder + "/pulled/" + (files.first ?? "")) ?? 0) & 0o777 == 0o600)
        }
    }

    @Test func anOpenPullMakesItEverybodys() throws {
        try inFolder { images, _ in
            for login in [login("p", uid: "1"), nil] {
                try images.begin("reg.io/a:1")
                images.end("reg.io/a:1", id: "sha256:1", login: login)
            }
            #expect(!images.mustPull("reg.io/a:1", id: "sha256:1", logins: []))
        }
    }

    @Test func aProcessThatDiedInThePullLeavesNothingOpen() throws {
        try inFolder { images, folder in
            try images.begin("reg.io/a:1")
            #expect(PulledImages(folder: folder).mustPull("reg.io/a:1", id: "sha256:1", logins: []))
            images.end("reg.io/a:1", id: nil, login: nil)
            #expect(!PulledImages(folder: folder).mustPull("reg.io/a:1", id: "sha256:1", logins: []))
        }
    }

    @Test func tornRecordsAskAgain() throws {
        try inFolder { images, folder in
            try images.begin("reg.io/a:1")
            images.end("reg.io/a:1", id: "sha256:1", login: nil)
            let name = HostFile.names(in: folder + "/pulled").first ?? ""
            try HostFile.write(Array("{\"kind".utf8), to: folder + "/pulled/" + name)
            #expect(images.mustPull("reg.io/a:1", id: "sha256:1", logins: []))
        }
    }

    @Test func recordsOfImagesThatAreGoneGo() throws {
        try inFolder { images, folder in
            for id in ["sha256:1", "sha256:2"] {
                try images.begin("reg.io/a:1")
                images.end("reg.io/a:1", id: id, login: nil)
            }
            images.prune(keeping: ["sha256:2"], since: Timestamp(seconds: 0))
            #expect(HostFile.names(in: folder + "/pulled").count == 2)
            images.prune(keeping: ["sha256:2"], since: Timestamp(seconds: Timestamp.now().seconds + 10))
            #expect(HostFile.names(in: folder + "/pulled").count == 1)
            #expect(!images.mustPull("reg.io/a:1", id: "sha256:2", logins: []))
        }
    }

    @Test(arguments: [
        ("reg.io/a:1", "reg.io/a"), ("reg.io:5000/a", "reg.io:5000/a"), ("reg.io:5000/a/b:t@sha256:00", "reg.io:5000/a/b"), ("a", "a"),
    ])
    func repositories(image: String, repository: String) {
        #expect(PulledImages.repository(image) == repository)
    }
}

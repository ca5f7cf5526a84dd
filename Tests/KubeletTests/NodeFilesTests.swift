import ContainerRuntime
import Glibc
import HTTPServing
@testable import Kubelet
import KubernetesTypes
import Objects
import Testing

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
    let path = "/tmp/martlet-kubelet-\(UInt64.random(in: .min ... .max))"

    init() { mkdir(path, 0o755) }

    deinit { HostFile.remove(path) }
}

@Suite struct AtomicWriterTests {
    private func text(_ path: String) -> String? { HostFile.read(path).map { String(decoding: $0, as: UTF8.self) } }

    private func file(_ path: String, _ text: String, mode: UInt32 = 0o644) -> VolumeFile {
        VolumeFile(path: path, content: Array(text.utf8), mode: mode)
    }

    @Test func replacesAllAtOnce() throws {
        let folder = TemporaryFolder()
        let writer = AtomicWriter(folder: folder.path, group: nil)
        try writer.publish([file("a", "1"), file("deep/b", "2", mode: 0o400)])
        #expect(text(folder.path + "/a") == "1")
        #expect(text(folder.path + "/deep/b") == "2")
        #expect(HostFile.mode(folder.path + "/deep/b") == 0o400)
        let first = HostFile.linkTarget(folder.path + "/..data")
        try writer.publish([file("deep/b", "2", mode: 0o400), file("a", "1")])
        #expect(HostFile.linkTarget(folder.path + "/..data") == first)
        try writer.publish([file("c", "3")])
        #expect(text(folder.path + "/c") == "3")
        #expect(text(folder.path + "/a") == nil)
        #expect(HostFile.names(in: folder.path).filter { $0.hasPrefix("..") }.count == 2)
    }

    @Test(arguments: ["../out", "a/../../out", "/etc/out"])
    func refusesPathsThatLeadOut(path: String) {
        let folder = TemporaryFolder()
        #expect(throws: HostFile.Failure.self) { try AtomicWriter(folder: folder.path, group: nil).publish([file(path, "x")]) }
    }
}

@Suite struct LogTests {
    private let lines = """
        2026-01-01T00:00:00.000000001Z stdout F one
        2026-01-01T00:00:01.000000001Z stderr F two
        2026-01-01T00:00:02.000000001Z stdout P three
        2026-01-01T00:00:02.500000001Z stdout F -more

        """

    private func filtered(_ query: String, now: Timestamp = Timestamp(seconds: 1_767_225_603)) throws -> String {
        var filter = LogFilter(try LogOptions(QueryParameters(parsing: query), now: now))
        var output: [UInt8] = []
        // In small pieces, as a file grows.
        let bytes = Array(lines.utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) { output += filter.feed(bytes[start..<min(start + 7, bytes.count)]) }
        return String(decoding: output, as: UTF8.self)
    }

    @Test func joinsPartialLines() throws {
        #expect(try filtered("") == "one\ntwo\nthree-more\n")
    }

    @Test func selects() throws {
        #expect(try filtered("stream=Stderr") == "two\n")
        #expect(try filtered("limitBytes=5") == "one\nt")
        #expect(try filtered("sinceTime=2026-01-01T00:00:01Z") == "two\nthree-more\n")
        #expect(try filtered("timestamps=true").hasPrefix("2026-01-01T00:00:00.000000001Z one\n"))
    }

    @Test(arguments: ["tailLines=x", "tailLines=-1", "sinceTime=yesterday", "limitBytes=1.5"])
    func refusesBadOptions(query: String) {
        #expect(throws: LogOptions.Invalid.self) { try filtered(query) }
    }

    @Test func beginsSoManyLinesBeforeTheEnd() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/log"
        try HostFile.write(Array((0..<20_000).map { "line \($0)\n" }.joined().utf8), to: path)
        func tail(_ count: Int) throws -> String {
            guard var file = LogFile(path, tail: count) else { return "" }
            var text: [UInt8] = []
            while true {
                let bytes = file.read()
                if bytes.isEmpty { return String(decoding: text, as: UTF8.self) }
                text += bytes
            }
        }
        #expect(try tail(2) == "line 19998\nline 19999\n")
        #expect(try tail(0) == "")
        #expect(try tail(10_000).hasPrefix("line 10000\n"))
        #expect(try tail(50_000).hasPrefix("line 0\n"))
    }
}

@Suite struct PodFactsTests {
    private func pod(_ resources: Value...) -> Pod {
        Pod(["metadata": ["uid": "u"], "spec": ["containers": .array(resources.map { ["name": "c", "resources": $0] })]])
    }

    @Test func classesFollowRequestsAndLimits() {
        #expect(QualityOfService.class(of: pod([:])) == "BestEffort")
        #expect(QualityOfService.class(of: pod(["requests": ["cpu": "1"]])) == "Burstable")
        let whole: Value = ["limits": ["cpu": "1", "memory": "1Gi"]]
        #expect(QualityOfService.class(of: pod(whole)) == "Guaranteed")
        #expect(QualityOfService.class(of: pod(whole, [:])) == "Burstable")
    }

    @Test func aPodIsLimitedOnlyWhenAllContainersAre() {
        let limited: Value = ["limits": ["cpu": "500m", "memory": "64Mi"]]
        let both = PodResources(pod(limited, limited).value["spec"]).limits
        #expect(both.cpuQuota == 100_000)
        #expect(both.memoryLimit == 128 << 20)
        #expect(PodResources(pod(limited, [:]).value["spec"]).limits.memoryLimit == 0)
    }

    @Test func sharesBecomeWeights() {
        #expect(PodCgroup.weight(shares: 2) == 1)
        #expect(PodCgroup.weight(shares: 1024) == 39)
        #expect(PodCgroup.weight(shares: 262_144) == 10_000)
    }

    @Test(arguments: [
        ("$(A)", "1"), ("x$(A)y$(B)", "x1y$(B)"), ("$$(A)", "$(A)"), ("$A", "$A"), ("$(A", "$(A"), ("", ""), ("$", "$"),
    ])
    func variablesAreFilledIn(text: String, expected: String) {
        #expect(ContainerEnvironment.expand(text, ["A": "1"]) == expected)
    }

    @Test(arguments: [
        ("busybox", true), ("busybox:1", true), ("localhost:5000/a/b:tag", true), ("registry.io/a@sha256:" + String(repeating: "a", count: 64), true),
        ("UPPER", false), ("a//b", false), ("", false), ("a:", false), ("a b", false),
    ])
    func imageNames(name: String, isValid: Bool) {
        #expect(ImagePuller.isValid(name) == isValid)
    }

    @Test func staticPodsCarryTheNodesName() throws {
        let pod = try StaticPods.read(Array("kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: b}]}\n".utf8), nodeName: "n1")
        #expect(pod.name == "web-n1")
        #expect(pod.namespace == "default")
        #expect(pod.uid.count == 32)
        #expect(throws: StaticPods.Unreadable.self) { try StaticPods.read(Array("kind: Service\nmetadata: {name: a}\n".utf8), nodeName: "n1") }
        #expect(throws: (any Error).self) { try StaticPods.read(Array("{".utf8), nodeName: "n1") }
    }
}

import AsyncHTTPClient
import ContainerRuntime
import KubernetesTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Objects

/// Lifecycle hooks of containers.
struct LifecycleHook: Sendable {
    let runtime: CRIClient

    func run(_ hook: Value, container: String, address: String, _ pod: Pod, limit: Int64 = 30) async {
        if hook["exec"].isObject {
            _ = try? await runtime.execSync(container, hook["exec"]["command"].strings, timeoutSeconds: limit)
        } else if hook["httpGet"].isObject {
            _ = await ProbeAction.http(hook["httpGet"], address: address, container: .null, timeout: limit)
        } else if let seconds = hook["sleep"]["seconds"].int {
            try? await Task.sleep(for: .seconds(min(seconds, limit)))
        }
    }
}

/// One look at a container.
enum ProbeAction {
    static func run(_ probe: Value, _ container: Value, id: String, address: String, runtime: CRIClient) async -> Bool {
        let timeout = probe["timeoutSeconds"].int ?? 1
        if probe["exec"].isObject {
            let result = try? await runtime.execSync(id, probe["exec"]["command"].strings, timeoutSeconds: timeout)
            return result?.exitCode == 0
        }
        if probe["httpGet"].isObject { return await http(probe["httpGet"], address: address, container: container, timeout: timeout) }
        if probe["tcpSocket"].isObject {
            return await tcp(probe["tcpSocket"]["host"].string ?? address, port(probe["tcpSocket"]["port"], container), timeout: timeout)
        }
        if probe["grpc"].isObject {
            return await tcp(address, Int(probe["grpc"]["port"].int ?? 0), timeout: timeout)
        }
        return true
    }

    private static func port(_ value: Value, _ container: Value) -> Int {
        if let number = value.int { return Int(number) }
        let name = value.string ?? ""
        return Int(container["ports"].array.first { $0["name"].string == name }?["containerPort"].int ?? Int64(name) ?? 0)
    }

    private static let client: HTTPClient = {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Probes ask whether a server answers, not who it is.
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    static func http(_ action: Value, address: String, container: Value, timeout: Int64) async -> Bool {
        let scheme = (action["scheme"].string ?? "HTTP").lowercased()
        let host = action["host"].string ?? address
        let bracketed = host.contains(":") ? "[\(host)]" : host
        var path = action["path"].string ?? "/"
        if !path.hasPrefix("/") { path = "/" + path }
        var request = HTTPClientRequest(url: "\(scheme)://\(bracketed):\(port(action["port"], container))\(path)")
        request.headers.add(name: "User-Agent", value: "kube-probe/1.36")
        for header in action["httpHeaders"].array { request.headers.replaceOrAdd(name: header["name"].string ?? "", value: header["value"].string ?? "") }
        guard let answer = try? await client.execute(request, timeout: .seconds(timeout)) else { return false }
        return (200..<400).contains(answer.status.code)
    }

    private static func tcp(_ host: String, _ port: Int, timeout: Int64) async -> Bool {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(timeout))
        guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return false }
        try? await channel.close()
        return true
    }
}

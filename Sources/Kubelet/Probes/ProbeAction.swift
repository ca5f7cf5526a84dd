import ContainerRuntime
import NIOCore
import NIOPosix
import Objects

/// One look at a container.
struct ProbeAction: Sendable {
    enum Outcome: Sendable, Equatable {
        case good
        case bad(String)
        /// The look itself was impossible; it counts for nothing.
        case unknown(String)
    }

    let runtime: CRIClient
    /// The container's id.
    let id: String
    /// The pod's address.
    let address: String
    /// The container as the pod specifies it, for its named ports.
    let specification: Value

    func run(_ probe: Value) async -> Outcome {
        let timeout = probe["timeoutSeconds"].int ?? 1
        if probe["exec"].isObject { return await exec(probe["exec"]["command"].strings, timeout) }
        if probe["httpGet"].isObject { return await http(probe["httpGet"], timeout: timeout) }
        if probe["tcpSocket"].isObject {
            return await tcp(probe["tcpSocket"]["host"].string ?? address, port(probe["tcpSocket"]["port"]), timeout: timeout)
        }
        if probe["grpc"].isObject {
            let service = probe["grpc"]["service"].string ?? ""
            switch await GRPCHealth.check(host: address, port: Int(probe["grpc"]["port"].int ?? 0), service: service, timeout: .seconds(timeout)) {
            case nil: return .good
            case let problem?: return .bad(problem)
            }
        }
        return .unknown("missing probe handler")
    }

    private func exec(_ command: [String], _ timeout: Int64) async -> Outcome {
        do throws(RuntimeError) {
            let result = try await runtime.execSync(id, command, timeoutSeconds: timeout)
            if result.exitCode == 0 { return .good }
            let output = String(decoding: (result.stdout + result.stderr).prefix(10_240), as: UTF8.self)
            return .bad(output)
        } catch {
            // 4: the command took longer than it may.
            return error.code == 4 ? .bad("command timed out: \"\(command.joined(separator: " "))\" timed out after \(timeout)s") : .unknown(error.description)
        }
    }

    func port(_ value: Value) -> Int {
        if let number = value.int { return Int(clamping: number) }
        let name = value.string ?? ""
        let named = specification["ports"].array.first { $0["name"].string == name }?["containerPort"].int
        return Int(clamping: named ?? Int64(name) ?? 0)
    }

    private func request(_ action: Value, agent: String) -> ProbeRequest {
        let path = action["path"].string ?? "/"
        return ProbeRequest(
            isSecure: (action["scheme"].string ?? "HTTP").lowercased() == "https", host: action["host"].string ?? address, port: port(action["port"]),
            path: path.hasPrefix("/") ? path : "/" + path, agent: agent,
            headers: action["httpHeaders"].array.map { (name: $0["name"].string ?? "", value: $0["value"].string ?? "") })
    }

    /// Asks without looking at the answer. Returns why there was none.
    func call(_ action: Value, timeout: Int64) async -> String? {
        let request = request(action, agent: "kube-lifecycle/1.36")
        do throws(ProbeRequest.Failure) {
            _ = try await request.send(timeout: timeout)
            return nil
        } catch {
            return "Get \"\(request.origin + request.path)\": \(error)"
        }
    }

    func http(_ action: Value, timeout: Int64) async -> Outcome {
        var request = request(action, agent: "kube-probe/1.36")
        // A redirect within the server is followed; one that leads elsewhere says that the server answers.
        for _ in 0..<10 {
            do throws(ProbeRequest.Failure) {
                let answer = try await request.send(timeout: timeout)
                guard (200..<400).contains(answer.status) else { return .bad("HTTP probe failed with statuscode: \(answer.status)") }
                guard answer.status >= 300, let target = answer.location else { return .good }
                if target.hasPrefix("/"), !target.hasPrefix("//") {
                    request.path = target
                } else if target.hasPrefix(request.origin + "/") {
                    request.path = String(target.dropFirst(request.origin.count))
                } else {
                    return .good
                }
            } catch {
                return .bad("Get \"\(request.origin + request.path)\": \(error)")
            }
        }
        return .bad("Get \"\(request.origin + request.path)\": stopped after 10 redirects")
    }

    private func tcp(_ host: String, _ port: Int, timeout: Int64) async -> Outcome {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(timeout))
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            try? await channel.close()
            return .good
        } catch {
            return .bad(ProbeRequest.dialProblem(error, host, port))
        }
    }
}

/// Lifecycle hooks of containers.
struct LifecycleHook: Sendable {
    let runtime: CRIClient

    /// Longer than any hook is waited for that has no limit.
    private static let unlimited: Int64 = 7 * 86_400

    /// Runs a hook to its end, at most `limit` seconds. Returns why it failed; nil when it did not.
    func run(_ hook: Value, container: String, specification: Value, address: String, limit: Int64? = nil) async -> String? {
        let limit = limit ?? Self.unlimited
        let action = ProbeAction(runtime: runtime, id: container, address: address, specification: specification)
        if hook["exec"].isObject {
            do throws(RuntimeError) {
                let result = try await runtime.execSync(container, hook["exec"]["command"].strings, timeoutSeconds: limit)
                return result.exitCode == 0 ? nil : "the command ended with status \(result.exitCode)"
            } catch {
                return error.description
            }
        }
        if hook["httpGet"].isObject {
            // That somebody answers is enough, whatever the answer says.
            return await action.call(hook["httpGet"], timeout: limit)
        }
        if let seconds = hook["sleep"]["seconds"].int { try? await Task.sleep(for: .seconds(min(seconds, limit))) }
        return nil
    }
}

import APIClient
import KubernetesTypes
import Objects
import Schema

/// What metrics say of pods, and how many pods that asks for: arithmetic, and one question to the metrics API.
struct ResourceUsage: Sendable {
    struct Wish: Sendable, Equatable {
        let replicas: Int64
        /// The metric as the status shows it.
        let current: Value
    }

    private static let startSeconds: Int64 = 300
    private static let readySeconds: Int64 = 30

    let resource: String
    /// Nil: the whole pod.
    let container: String?
    let target: Value
    /// How far from its target the usage may be without anything being done, upwards and downwards.
    var tolerance = (up: 0.1, down: 0.1)

    /// The usage of each pod of which all is known, by its name.
    func read(_ client: APIClient, _ namespace: String, _ selector: String) async throws(Problem) -> [String: Quantity] {
        func failed(_ why: String) -> Problem { Problem(message: "unable to get metrics for resource \(resource): \(why)") }
        var request = APIRequest(.get, APIRequest.path(GroupVersion(group: "metrics.k8s.io", version: "v1beta1"), "pods", namespace: namespace))
        request.query = [("labelSelector", selector)]
        let items: [Value]
        do throws(StatusError) {
            items = try await client.transport.send(request)["items"].array
        } catch {
            let why = error.isNotFound ? "the server could not find the requested resource (get pods.metrics.k8s.io)" : error.message
            throw failed("unable to fetch metrics from resource metrics API: \(why)")
        }
        if items.isEmpty { throw failed("no metrics returned from resource metrics API") }
        var usage: [String: Quantity] = [:]
        for item in items {
            let name = item["metadata"]["name"].string ?? ""
            let containers = item["containers"].array.filter { container == nil || $0["name"].string == container }
            if let container, containers.isEmpty {
                throw failed("failed to get container metrics: container \(container) not present in metrics for pod \(namespace)/\(name)")
            }
            let amounts = containers.compactMap { Quantity($0["usage"][resource]) }
            if !amounts.isEmpty, amounts.count == containers.count { usage[name] = amounts.reduce(.zero, +) }
        }
        return usage
    }

    /// How many pods the usage asks for. Throws why that cannot be said.
    func wish(_ usage: [String: Quantity], _ pods: [KnownPod], current: Int64, now: Timestamp) throws(Problem) -> Wish {
        if pods.isEmpty { throw Problem(message: Problem.noPods) }
        let alive = pods.filter { $0.facts.isActive }
        let unready = Set(alive.filter { isUnready($0, now: now) }.map(\.name))
        let missing = Set(alive.map(\.name).filter { usage[$0] == nil && !unready.contains($0) })
        let known = alive.filter { usage[$0.name] != nil && !unready.contains($0.name) }
        if known.isEmpty { throw Problem(message: "did not receive metrics for targeted pods (pods might be unready)") }
        let used = known.reduce(Quantity.zero) { $0 + (usage[$1.name] ?? .zero) }
        let isUtilization = target["type"].string == "Utilization"
        let goal: Double
        var requests: [String: Quantity] = [:]
        if isUtilization {
            for pod in alive { requests[pod.name] = try request(pod) }
            let asked = known.reduce(Quantity.zero) { $0 + (requests[$1.name] ?? .zero) }
            if asked.isZero { throw Problem(message: "no metrics returned matched known pods") }
            goal = Double(asked.nanos) * Double(target["averageUtilization"].int ?? 0) / 100
        } else {
            let each = Double((Quantity(target["averageValue"]) ?? .zero).nanos)
            goal = each * Double(known.count)
        }
        guard goal > 0 else { throw Problem(message: "the target of the metric is zero") }
        let ratio = Double(used.nanos) / goal
        let status = status(used, requests: known.reduce(Quantity.zero) { $0 + (requests[$1.name] ?? .zero) }, count: Int64(known.count), isUtilization)
        return Wish(replicas: replicas(ratio, known.count, missing.count, unready.count, current), current: status)
    }

    struct Problem: Error, Equatable {
        static let noPods = "no pods returned by selector while calculating replica count"
        let message: String
    }

    private func isNear(_ ratio: Double) -> Bool { ratio <= 1 + tolerance.up && ratio >= 1 - tolerance.down }

    /// Pods of which nothing is known count as if they changed nothing: idle when more are wanted, busy when fewer are.
    private func replicas(_ ratio: Double, _ known: Int, _ missing: Int, _ unready: Int, _ current: Int64) -> Int64 {
        if isNear(ratio) { return current }
        if missing == 0, unready == 0 || ratio < 1 { return Int64((ratio * Double(known)).rounded(.up)) }
        let idle = ratio > 1 ? missing + unready : 0
        let busy = ratio < 1 ? missing : 0
        let total = Double(known + idle + busy)
        let adjusted = (ratio * Double(known) + Double(busy)) / total
        if isNear(adjusted) || (ratio < 1) != (adjusted < 1) { return current }
        let wanted = Int64((adjusted * total).rounded(.up))
        return (adjusted < 1 && wanted > current) || (adjusted > 1 && wanted < current) ? current : wanted
    }

    /// A pod that just started says nothing of what it will need, of its CPU above all.
    private func isUnready(_ pod: KnownPod, now: Timestamp) -> Bool {
        if pod.facts.phase == .pending { return true }
        guard resource == "cpu", let started = pod.facts.started else { return false }
        if now.seconds - started < Self.startSeconds { return !pod.facts.isReady }
        return !pod.facts.isReady && (pod.facts.readyChanged ?? started) - started < Self.readySeconds
    }

    private func request(_ pod: KnownPod) throws(Problem) -> Quantity {
        let spec = pod.facts.shape.spec
        if container == nil, let whole = Quantity(spec["resources"]["requests"][resource]) { return whole }
        let containers = (spec["containers"].array + spec["initContainers"].array.filter { $0["restartPolicy"].string == "Always" })
            .filter { container == nil || $0["name"].string == container }
        var total = Quantity.zero
        for container in containers {
            guard let amount = Quantity(container["resources"]["requests"][resource]) else {
                throw Problem(message: "missing request for \(resource) in container \(container["name"].string ?? "") of Pod \(pod.name)")
            }
            total = total + amount
        }
        return total
    }

    private func status(_ used: Quantity, requests: Quantity, count: Int64, _ isUtilization: Bool) -> Value {
        let mean = Quantity(nanos: used.nanos / Int128(max(count, 1)), format: used.format)
        var current: Value = ["averageValue": .string(mean.text)]
        if isUtilization, !requests.isZero { current["averageUtilization"] = .int(Int64(used.nanos * 100 / requests.nanos)) }
        if let container {
            return ["type": "ContainerResource", "containerResource": ["name": .string(resource), "container": .string(container), "current": current]]
        }
        return ["type": "Resource", "resource": ["name": .string(resource), "current": current]]
    }
}

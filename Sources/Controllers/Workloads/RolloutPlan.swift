import KubernetesTypes
import Objects

/// How large the ReplicaSets of a Deployment should be: a pure decision.
struct RolloutPlan {
    /// What counts of a ReplicaSet.
    struct SetState {
        let name: String
        let created: String
        let size: Int64
        let available: Int64
        /// The most pods that the Deployment had when the set was sized last.
        let maximum: Int64?
    }

    let replicas: Int64
    /// How many pods there may be beyond the wanted number, and how many of it may be missing.
    let surge: Int64
    let unavailable: Int64

    init(replicas: Int64, surge: Int64, unavailable: Int64) {
        self.replicas = replicas
        self.surge = surge
        self.unavailable = unavailable
    }

    init(_ deployment: Deployment) {
        let replicas = deployment.value["spec"]["replicas"].int ?? 1
        let strategy = deployment.value["spec"]["strategy"]
        if strategy["type"].string == "Recreate" {
            self.init(replicas: replicas, surge: 0, unavailable: 0)
            return
        }
        let surge = IntOrPercent.value(strategy["rollingUpdate"]["maxSurge"], of: replicas, roundingUp: true)
        let unavailable = IntOrPercent.value(strategy["rollingUpdate"]["maxUnavailable"], of: replicas, roundingUp: false)
        // Both nothing would never move.
        self.init(replicas: replicas, surge: surge, unavailable: surge == 0 && unavailable == 0 ? 1 : min(unavailable, replicas))
    }

    /// The next sizes of a rolling update, by name; sets that keep theirs may be left out.
    func roll(_ old: [SetState], _ current: SetState) -> [String: Int64] {
        let total = old.reduce(current.size) { $0 + $1.size }
        if current.size < replicas {
            let room = replicas + surge - total
            if room > 0 { return [current.name: min(replicas, current.size + room)] }
        } else if current.size > replicas {
            return [current.name: replicas]
        }
        var sizes = current.size == replicas ? [current.name: replicas] : [:]
        // What may go from the old sets without fewer than the minimum being available.
        let minimum = replicas - unavailable
        var removable = total - minimum - (current.size - current.available)
        guard removable > 0 else { return sizes }
        let ordered = old.filter { $0.size > 0 }.sorted { ($0.created, $0.name) < ($1.created, $1.name) }
        for set in ordered {
            // Pods that serve nobody go first.
            let unhealthy = min(max(set.size - set.available, 0), removable)
            sizes[set.name] = set.size - unhealthy
            removable -= unhealthy
        }
        var spare = old.reduce(current.available) { $0 + $1.available } - minimum
        for set in ordered where spare > 0 {
            let healthy = min(sizes[set.name] ?? set.size, spare)
            sizes[set.name] = (sizes[set.name] ?? set.size) - healthy
            spare -= healthy
        }
        return sizes
    }

    /// Spreads a change of the Deployment's size over several sets in proportion to theirs.
    func spread(_ sets: [SetState]) -> [String: Int64] {
        let total = sets.reduce(0) { $0 + $1.size }
        let allowed = replicas > 0 ? replicas + surge : 0
        var left = allowed - total
        let isGrowing = left > 0
        let ordered = sets.sorted { $0.size != $1.size ? $0.size > $1.size : $0.name < $1.name }
        var sizes: [String: Int64] = [:]
        for set in ordered {
            let ideal = (Double(set.size) * Double(allowed) / Double(max(set.maximum ?? total, 1))).rounded()
            var change = Int64(ideal) - set.size
            change = isGrowing ? min(max(change, 0), left) : max(min(change, 0), left)
            left -= change
            sizes[set.name] = set.size + change
        }
        if left != 0, let first = ordered.first { sizes[first.name] = max((sizes[first.name] ?? first.size) + left, 0) }
        return sizes
    }
}

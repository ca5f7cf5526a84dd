import Objects

/// The containers of a pod, of each of the three lists.
struct ContainerRules {
    let spec: FieldValue
    let volumes: [String: Value]
    let claims: Set<String>
    /// Whether this is a pod and not a template.
    let isPod: Bool

    private var gracePeriod: Int64 { spec["terminationGracePeriodSeconds"].int ?? 30 }

    func check(_ errors: inout FieldErrors) {
        regular(&errors)
        initial(&errors)
        ephemeral(&errors)
    }

    // MARK: the lists

    private func regular(_ errors: inout FieldErrors) {
        let containers = spec["containers"]
        if containers.count == 0 { return errors.required(containers) }
        var names: Set<String> = []
        var ports: Set<String> = []
        for container in containers.items {
            common(container, &errors)
            if !container["name"].isEmpty, !names.insert(container["name"].text).inserted { errors.duplicate(container["name"]) }
            errors.lifecycle(container["lifecycle"], gracePeriod: gracePeriod)
            errors.probes(container, gracePeriod: gracePeriod)
            hostPorts(container, &ports, &errors)
            restartPolicy(container, &errors)
        }
        guard spec["hostNetwork"].flag else { return }
        for container in containers.items {
            for port in container["ports"].items
            where port["hostPort"].number != 0 && port["hostPort"].number != port["containerPort"].number {
                errors.invalid(port["hostPort"], "must match `containerPort` when `hostNetwork` is true", showing: .int(port["hostPort"].number))
            }
        }
    }

    private func initial(_ errors: inout FieldErrors) {
        var names = Set(spec["containers"].value.array.compactMap { $0["name"].string })
        let list = spec["initContainers"]
        for container in list.items {
            common(container, &errors)
            if !container["name"].isEmpty, !names.insert(container["name"].text).inserted { errors.duplicate(container["name"]) }
            // They run one by one, so that each has the host's ports for itself. Kubernetes reports all at the first.
            var ports: Set<String> = []
            hostPorts(list.showing(container.value, at: 0), &ports, &errors)
            restartPolicy(container, &errors)
            if container["restartPolicy"].text == "Always" {
                errors.lifecycle(container["lifecycle"], gracePeriod: gracePeriod)
                errors.probes(container, gracePeriod: gracePeriod)
                continue
            }
            for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                errors.forbid(container[name], "may not be set for init containers without restartPolicy=Always")
            }
            for policy in container["resizePolicy"].items where policy["restartPolicy"].text == "RestartContainer" {
                errors.invalid(policy["restartPolicy"], "must not be set to 'RestartContainer' for non-sidecar initContainers")
            }
        }
    }

    private func ephemeral(_ errors: inout FieldErrors) {
        let list = spec["ephemeralContainers"]
        guard list.count > 0 else { return }
        let others = spec["containers"].value.array + spec["initContainers"].value.array
        let known = Set(others.compactMap { $0["name"].string })
        var names = known
        for container in list.items {
            common(container, &errors)
            if !container["name"].isEmpty, !names.insert(container["name"].text).inserted { errors.duplicate(container["name"]) }
            for name in [
                "ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe", "readinessProbe",
                "startupProbe", "lifecycle",
            ] where !container[name].isEmpty {
                errors.forbidden(container[name], "cannot be set for an Ephemeral Container")
            }
            let target = container["targetContainerName"]
            if !target.isEmpty, !known.contains(target.text) { errors.notFound(target) }
            for mount in container["volumeMounts"].items {
                for name in ["subPath", "subPathExpr"] where !mount[name].isEmpty {
                    errors.forbidden(mount[name], "cannot be set for an Ephemeral Container")
                }
            }
        }
    }

    // MARK: what all have

    private func common(_ container: FieldValue, _ errors: inout FieldErrors) {
        errors.needText(container["name"], NameRules.dns1123Label)
        let image = container["image"]
        if errors.need(image), isPod, TextRules.isPadded(image.text) {
            errors.invalid(image, "must not have leading or trailing whitespace")
        }
        errors.oneOf(container["terminationMessagePolicy"], ["File", "FallbackToLogsOnError"])
        ports(container["ports"], &errors)
        errors.environment(container, volumes: volumes)
        errors.volumeMounts(container, volumes: volumes)
        errors.needOneOf(container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"])
        errors.containerResources(container["resources"], claims: claims)
        resizePolicy(container["resizePolicy"], &errors)
        errors.containerSecurityContext(container["securityContext"], hostUsers: spec["hostUsers"].value)
    }

    private func ports(_ ports: FieldValue, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for port in ports.items {
            let name = port["name"]
            if !name.isEmpty {
                let problems = TextRules.portName(name.text)
                if problems.isEmpty {
                    if !names.insert(name.text).inserted { errors.duplicate(name) }
                } else {
                    for problem in problems { errors.invalid(name, problem) }
                }
            }
            if errors.need(port["containerPort"]) { errors.portNumber(port["containerPort"]) }
            if !port["hostPort"].isEmpty { errors.portNumber(port["hostPort"]) }
            errors.textIfPresent(port["hostIP"], AddressRules.address)
            errors.needOneOf(port["protocol"], ["SCTP", "TCP", "UDP"])
        }
    }

    private func hostPorts(_ container: FieldValue, _ taken: inout Set<String>, _ errors: inout FieldErrors) {
        for port in container["ports"].items where port["hostPort"].number != 0 {
            let text = "\(port["protocol"].text)/\(port["hostIP"].text)/\(port["hostPort"].number)"
            if !taken.insert(text).inserted { errors.duplicate(port["hostPort"], showing: .string(text)) }
        }
    }

    private func restartPolicy(_ container: FieldValue, _ errors: inout FieldErrors) {
        let policy = container["restartPolicy"], rules = container["restartPolicyRules"]
        errors.oneOfIfPresent(policy, ["Always", "Never", "OnFailure"])
        if policy.isAbsent, rules.count > 0 {
            errors.required(policy, "must specify restartPolicy when restart rules are used")
        }
        errors.atMost(20, rules)
        for rule in rules.items {
            errors.oneOf(rule["action"], ["Restart", "RestartAllContainers"])
            let codes = rule["exitCodes"]
            if codes.isAbsent {
                errors.required(codes, "must be specified")
            } else {
                errors.oneOf(codes["operator"], ["In", "NotIn"])
                errors.atMost(255, codes["values"])
            }
        }
    }

    private func resizePolicy(_ policies: FieldValue, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for policy in policies.items {
            let name = policy["resourceName"].text, restart = policy["restartPolicy"].text
            if !names.insert(name).inserted { errors.duplicate(policy, showing: .string(name)) }
            if name.isEmpty {
                errors.required(policies)
            } else if name != "cpu", name != "memory" {
                errors.notSupported(policies, ["cpu", "memory"], showing: .string(name))
            }
            if restart.isEmpty {
                errors.required(policies)
            } else if restart != "NotRequired", restart != "RestartContainer" {
                errors.notSupported(policies, ["NotRequired", "RestartContainer"], showing: .string(restart))
            }
            if spec["restartPolicy"].text == "Never", restart == "RestartContainer" {
                errors.invalid(policies, "must be 'NotRequired' when pod `restartPolicy` is 'Never'", showing: .string(restart))
            }
        }
    }
}

import Objects

struct AutoscalerStrategy: Strategy {
    func applyDefaults(_ object: inout Value) {
        if object["spec"]["minReplicas"].isNull { object["spec"]["minReplicas"] = 1 }
        if object["spec"]["metrics"].array.isEmpty {
            object["spec"]["metrics"] = [
                ["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]]]
            ]
        }
        guard object["spec"]["behavior"].isObject else { return }
        behave(&object["spec"]["behavior"], "scaleUp", [
            ["type": "Pods", "value": 4, "periodSeconds": 15], ["type": "Percent", "value": 100, "periodSeconds": 15],
        ], window: 0)
        behave(&object["spec"]["behavior"], "scaleDown", [["type": "Percent", "value": 100, "periodSeconds": 15]], window: nil)
    }

    private func behave(_ behavior: inout Value, _ name: String, _ policies: Value, window: Int64?) {
        if let window, behavior[name]["stabilizationWindowSeconds"].isNull {
            behavior[name]["stabilizationWindowSeconds"] = .int(window)
        }
        if behavior[name]["selectPolicy"].isNull { behavior[name]["selectPolicy"] = "Max" }
        if behavior[name]["policies"].array.isEmpty { behavior[name]["policies"] = policies }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], low = spec["minReplicas"], high = spec["maxReplicas"]
        if high.number == 0 {
            errors.required(high, "must be set and greater than 0")
        } else if high.number < 1 {
            errors.invalid(high, "must be greater than or equal to 1")
        }
        if let number = low.int, high.number < number {
            errors.invalid(high, "must be greater than or equal to `minReplicas`", showing: .int(high.number))
        }
        target(spec["scaleTargetRef"], &errors)
        let metrics = spec["metrics"]
        for metric in metrics.items { self.metric(metric, &errors) }
        if low.int == 0, !metrics.value.array.contains(where: { ["Object", "External"].contains($0["type"].string ?? "") }) {
            errors.forbidden(metrics, "must specify at least one Object or External metric to support scaling to zero replicas")
        }
        for name in ["scaleUp", "scaleDown"] where spec["behavior"][name].isPresent {
            rules(spec["behavior"][name], &errors)
        }
    }

    /// Scaling to zero is off by default in v1.36; who has it from a time when it was on may keep it.
    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) { lowerBound(1, object, &errors) }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        lowerBound(old["spec"]["minReplicas"].int == 0 ? 0 : 1, new, &errors)
    }

    private func lowerBound(_ bound: Int64, _ object: FieldValue, _ errors: inout FieldErrors) {
        let low = object["spec"]["minReplicas"]
        if let number = low.int, number < bound { errors.invalid(low, "must be greater than or equal to \(bound)") }
    }

    private func target(_ reference: FieldValue, _ errors: inout FieldErrors) {
        errors.needText(reference["kind"], NameRules.pathSegment)
        errors.needText(reference["name"], NameRules.pathSegment)
        let version = reference["apiVersion"], text = version.text
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 2 {
            errors.invalid(version, "unexpected GroupVersion string: \(text)")
        } else if parts.count < 2 || parts[0].isEmpty, reference["kind"].text != "ReplicationController" || text.isEmpty {
            errors.invalid(version, "apiVersion must specify API group", showing: .string(text))
        }
    }

    // MARK: metrics

    private static let types = ["ContainerResource", "External", "Object", "Pods", "Resource"]

    private func metric(_ metric: FieldValue, _ errors: inout FieldErrors) {
        let type = metric["type"]
        guard errors.need(type, "must specify a metric source type") else { return }
        errors.oneOf(type, Self.types)
        let names = ["Object": "object", "Pods": "pods", "Resource": "resource", "ContainerResource": "containerResource", "External": "external"]
        var isFound = false
        for name in ["object", "external", "pods", "resource", "containerResource"] where metric[name].isPresent {
            if name == names[type.text] {
                isFound = true
                source(name, metric[name], &errors)
            } else {
                errors.forbidden(metric[name], "must populate the given metric source only")
            }
        }
        if let wanted = names[type.text], !isFound {
            errors.required(metric[wanted], "must populate information for the given metric source")
        }
    }

    private func source(_ name: String, _ source: FieldValue, _ errors: inout FieldErrors) {
        let target = source["target"]
        let value = target["value"], average = target["averageValue"], utilization = target["averageUtilization"]
        switch name {
        case "object":
            crossReference(source["describedObject"], &errors)
            identifier(source["metric"], &errors)
            targetValues(target, &errors)
            if value.isAbsent, average.isAbsent {
                errors.required(average, "must set either a target value for metric or a per-pod target")
            }
        case "external":
            identifier(source["metric"], &errors)
            targetValues(target, &errors)
            if value.isAbsent, average.isAbsent {
                errors.required(average, "must set either a target value for metric or a per-pod target")
            }
            if value.isPresent, average.isPresent {
                errors.forbidden(value, "may not set both a target value for metric and a per-pod target")
            }
        case "pods":
            identifier(source["metric"], &errors)
            targetValues(target, &errors)
            if average.isAbsent { errors.required(average, "must specify a positive target averageValue") }
        default:
            if errors.need(source["name"], "must specify a resource name"), name == "containerResource" {
                errors.text(source["name"], ResourceNames.containerProblems)
            }
            if name == "containerResource", errors.need(source["container"], "must specify a container") {
                errors.text(source["container"], NameRules.dns1123Label)
            }
            targetValues(target, &errors)
            if utilization.isAbsent, average.isAbsent {
                errors.required(utilization, "must set either a target raw value or a target utilization")
            }
            if utilization.isPresent, average.isPresent {
                errors.forbidden(average, "may not set both a target raw value and a target utilization")
            }
        }
    }

    private func targetValues(_ target: FieldValue, _ errors: inout FieldErrors) {
        let type = target["type"]
        errors.need(type, "must specify a metric target type")
        if !["AverageValue", "Utilization", "Value"].contains(type.text) {
            errors.invalid(type, "must be either Utilization, Value, or AverageValue", showing: .string(type.text))
        }
        for name in ["value", "averageValue"] {
            if let amount = target[name].quantity, amount.nanos <= 0 { errors.invalid(target[name], "must be positive") }
        }
        let utilization = target["averageUtilization"]
        if utilization.isPresent { errors.positive(utilization) }
    }

    private func crossReference(_ reference: FieldValue, _ errors: inout FieldErrors) {
        errors.needText(reference["kind"], NameRules.pathSegment)
        errors.needText(reference["name"], NameRules.pathSegment)
        let text = reference["apiVersion"].text
        if text.split(separator: "/", omittingEmptySubsequences: false).count > 2 {
            errors.invalid(reference["apiVersion"], "unexpected GroupVersion string: \(text)")
        }
    }

    private func identifier(_ metric: FieldValue, _ errors: inout FieldErrors) {
        if errors.need(metric["name"], "must specify a metric name") { errors.text(metric["name"], NameRules.pathSegment) }
        errors.labelSelector(metric["selector"])
    }

    // MARK: behaviour

    private func rules(_ rules: FieldValue, _ errors: inout FieldErrors) {
        let window = rules["stabilizationWindowSeconds"]
        if window.number < 0 { errors.invalid(window, "must be greater than or equal to zero") }
        if window.number > 3600 { errors.invalid(window, "must be less than or equal to 3600") }
        errors.oneOfIfPresent(rules["selectPolicy"], ["Disabled", "Max", "Min"])
        let policies = rules["policies"]
        if policies.count == 0 { errors.required(policies, "must specify at least one Policy") }
        for policy in policies.items {
            errors.oneOf(policy["type"], ["Percent", "Pods"])
            let period = policy["periodSeconds"]
            for field in [policy["value"], period] where field.number <= 0 {
                errors.invalid(field, "must be greater than zero", showing: .int(field.number))
            }
            if period.number > 1800 { errors.invalid(period, "must be less than or equal to 1800") }
        }
        if let amount = rules["tolerance"].quantity, amount.nanos < 0 {
            errors.invalid(rules["tolerance"], "must be greater than or equal to 0")
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.nonNegative(new["status"], "currentReplicas", "desiredReplicas")
    }
}

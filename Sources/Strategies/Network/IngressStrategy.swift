import Objects

struct IngressStrategy: Strategy {
    private static let classAnnotation = "kubernetes.io/ingress.class"

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], backend = spec["defaultBackend"], rules = spec["rules"]
        if rules.count == 0, backend.isAbsent {
            errors.invalid(spec, "either `defaultBackend` or `rules` must be specified", showing: rules.value)
        }
        if backend.isPresent { self.backend(backend, &errors) }
        for rule in rules.items { self.rule(rule, &errors) }
        for entry in spec["tls"].items {
            for host in entry["hosts"].items { self.host(host, &errors) }
            errors.textIfPresent(entry["secretName"], NameRules.dns1123Subdomain)
        }
        if spec["ingressClassName"].isPresent { errors.text(spec["ingressClassName"], NameRules.dns1123Subdomain) }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        let name = object["spec"]["ingressClassName"]
        let annotation = object["metadata"]["annotations"][Self.classAnnotation]
        if name.isPresent, annotation.isPresent, name.value != annotation.value {
            let place = FieldValue(.emptyObject, at: "annotations").showing(annotation.value, as: Self.classAnnotation)
            errors.invalid(place, "must match `ingressClassName` when both are specified")
        }
    }

    private func host(_ host: FieldValue, _ errors: inout FieldErrors) {
        errors.text(host, host.text.contains("*") ? TextRules.wildcardSubdomain : NameRules.dns1123Subdomain)
    }

    private func rule(_ rule: FieldValue, _ errors: inout FieldErrors) {
        let host = rule["host"]
        if !host.isEmpty {
            if NetworkAddress(host.text) != nil { errors.invalid(host, "must be a DNS name, not an IP address") }
            self.host(host, &errors)
        }
        guard rule["http"].isPresent else { return }
        let paths = rule["http"]["paths"]
        errors.need(paths)
        for path in paths.items {
            self.path(path, &errors)
            if path["pathType"].isPresent { backend(path["backend"], &errors) }
        }
    }

    private func path(_ rule: FieldValue, _ errors: inout FieldErrors) {
        let type = rule["pathType"], path = rule["path"]
        guard type.isPresent else { return errors.required(type, "pathType must be specified") }
        let isAbsolute = path.text.hasPrefix("/")
        switch type.text {
        case "Exact", "Prefix":
            if !isAbsolute { errors.invalid(path, "must be an absolute path", showing: .string(path.text)) }
            for part in ["//", "/./", "/../", "%2f", "%2F"] where path.text.contains(part) {
                errors.invalid(path, "must not contain '\(part)'")
            }
            for end in ["/..", "/."] where path.text.hasSuffix(end) { errors.invalid(path, "cannot end with '\(end)'") }
        case "ImplementationSpecific":
            if !path.isEmpty, !isAbsolute { errors.invalid(path, "must be an absolute path") }
        default: errors.notSupported(type, ["Exact", "ImplementationSpecific", "Prefix"])
        }
    }

    private func backend(_ backend: FieldValue, _ errors: inout FieldErrors) {
        let service = backend["service"], resource = backend["resource"]
        if service.isPresent, resource.isPresent {
            return errors.invalid(backend, "cannot set both resource and service backends", showing: "")
        }
        if resource.isPresent {
            errors.textIfPresent(resource["apiGroup"], NameRules.dns1123Subdomain)
            errors.needText(resource["kind"], NameRules.pathSegment)
            errors.needText(resource["name"], NameRules.pathSegment)
            return
        }
        guard service.isPresent else {
            return errors.invalid(backend, "resource or service backend is required", showing: "")
        }
        errors.needText(service["name"], NameRules.dns1123Label)
        let name = service["port"]["name"], number = service["port"]["number"]
        if !name.isEmpty, number.number != 0 {
            errors.invalid(backend, "cannot set both port name & port number", showing: "")
        } else if !name.isEmpty {
            errors.text(name, TextRules.portName)
        } else if number.number != 0 {
            errors.portNumber(number)
        } else {
            errors.required(backend, "port name or number is required")
        }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        for ingress in new["status"]["loadBalancer"]["ingress"].items { errors.loadBalancerIngress(ingress, hasMode: false) }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        guard old == nil, object["spec"]["ingressClassName"].isNull,
            object["metadata"]["annotations"][Self.classAnnotation].string != nil
        else { return [] }
        return ["annotation \"\(Self.classAnnotation)\" is deprecated, please use 'spec.ingressClassName' instead"]
    }

    var countsGeneration: Bool { true }
}

struct IngressClassStrategy: Strategy {
    func applyDefaults(_ object: inout Value) {
        if object["spec"]["parameters"].isObject, object["spec"]["parameters"]["scope"].isNull {
            object["spec"]["parameters"]["scope"] = "Cluster"
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let controller = object["spec"]["controller"], parameters = object["spec"]["parameters"]
        errors.noLonger(than: 250, controller)
        errors.domainPrefixedPath(controller)
        guard parameters.isPresent else { return }
        errors.textIfPresent(parameters["apiGroup"], NameRules.dns1123Subdomain)
        errors.needText(parameters["kind"], NameRules.pathSegment)
        errors.needText(parameters["name"], NameRules.pathSegment)
        let scope = parameters["scope"], namespace = parameters["namespace"]
        if scope.isAbsent { return errors.required(scope) }
        errors.oneOf(scope, ["Cluster", "Namespace"])
        if scope.text == "Namespace" {
            if namespace.isAbsent {
                errors.required(namespace, "`parameters.scope` is set to 'Namespace'")
            } else {
                errors.text(namespace, NameRules.dns1123Label)
            }
        } else if scope.text == "Cluster" {
            errors.forbid(namespace, "`parameters.scope` is set to 'Cluster'")
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["controller"], old["spec"]["controller"])
    }

    var countsGeneration: Bool { true }
}

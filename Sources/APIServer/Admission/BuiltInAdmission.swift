import Authorization
import KubernetesTypes
import Logging
import Policies
import Webhooks

/// The steps of admission that the server has, in the order in which Kubernetes runs them.
struct BuiltInAdmission {
    let stores: BuiltInStores
    let authorizer: AuthorizerChain
    let webhooks: WebhookClient
    let kinds: ServedKinds
    let forms: AdmissionForms
    let logger: Logger

    func chain() throws(StatusError) -> AdmissionChain {
        let policies = PolicyContext(kinds: kinds, forms: forms, namespaces: try stores.store("", "namespaces"), authorizer: authorizer)
        let invoker = WebhookInvoker(
            client: webhooks, namespaces: try stores.store("", "namespaces"), forms: forms, conditions: ExpressionConditions(policies),
            logger: logger)
        return AdmissionChain(
            mutating: try mutating(invoker, policies), validating: try validating(invoker, policies), authorizer: authorizer)
    }

    private static let registration = "admissionregistration.k8s.io"

    private func mutating(_ invoker: WebhookInvoker, _ policies: PolicyContext) throws(StatusError) -> [any MutatingAdmission] {
        [
            NamespaceLifecycle(namespaces: try stores.store("", "namespaces")),
            LimitRanger(ranges: try stores.store("", "limitranges")),
            ServiceAccountAdmission(accounts: try stores.store("", "serviceaccounts")),
            NodeRestriction(
                nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"),
                audiences: NodeTokenAudiences(
                    authorizer: authorizer, claims: try stores.store("", "persistentvolumeclaims"),
                    volumes: try stores.store("", "persistentvolumes"),
                    drivers: try stores.store("storage.k8s.io", "csidrivers"))),
            TaintNodesByCondition(),
            PriorityAdmission(classes: try stores.store("scheduling.k8s.io", "priorityclasses")),
            DefaultTolerationSeconds(),
            DefaultClassAdmission(
                storageClasses: try stores.store("storage.k8s.io", "storageclasses"),
                ingressClasses: try stores.store("networking.k8s.io", "ingressclasses")),
            StorageObjectInUseProtection(),
            PersistentVolumeClaimResize(classes: try stores.store("storage.k8s.io", "storageclasses")),
            RuntimeClassAdmission(classes: try stores.store("node.k8s.io", "runtimeclasses")),
            CertificateAdmission(authorizer: authorizer),
            PodTopologyLabels(nodes: try stores.store("", "nodes")),
            MutatingPolicyAdmission(
                source: PolicySource(
                    policies: try stores.store(Self.registration, "mutatingadmissionpolicies"),
                    bindings: try stores.store(Self.registration, "mutatingadmissionpolicybindings"), compile: { MutatingPolicy($0) }),
                context: policies),
            MutatingWebhookAdmission(
                source: WebhookSource(try stores.store("admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
                invoker: invoker),
        ]
    }

    private func validating(_ invoker: WebhookInvoker, _ policies: PolicyContext) throws(StatusError) -> [any ValidatingAdmission] {
        [
            DeviceAdminAdmission(namespaces: try stores.store("", "namespaces")),
            RuntimeClassAdmission(classes: try stores.store("node.k8s.io", "runtimeclasses")),
            PodSecurityAdmission(
                namespaces: try stores.store("", "namespaces"), pods: try stores.store("", "pods")),
            DefinitionDefaults(),
            PolicyParameterAccess(
                authorizer: authorizer, kinds: kinds,
                policies: [
                    "validatingadmissionpolicies": try stores.store(Self.registration, "validatingadmissionpolicies"),
                    "mutatingadmissionpolicies": try stores.store(Self.registration, "mutatingadmissionpolicies"),
                ]),
            ValidatingPolicyAdmission(
                source: PolicySource(
                    policies: try stores.store(Self.registration, "validatingadmissionpolicies"),
                    bindings: try stores.store(Self.registration, "validatingadmissionpolicybindings"), compile: { ValidatingPolicy($0) }),
                context: policies),
            ValidatingWebhookAdmission(
                source: WebhookSource(try stores.store("admissionregistration.k8s.io", "validatingwebhookconfigurations")),
                invoker: invoker),
            ResourceQuotaAdmission(quotas: try stores.store("", "resourcequotas")),
        ]
    }
}

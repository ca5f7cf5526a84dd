import Authentication
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
    let settings: AdmissionSettings
    let logger: Logger
    let features: FeatureGates

    func chain() throws(StatusError) -> AdmissionChain {
        let policies = PolicyContext(kinds: kinds, forms: forms, namespaces: try stores.store("", "namespaces"), authorizer: authorizer)
        let invoker = WebhookInvoker(
            client: webhooks, namespaces: try stores.store("", "namespaces"), forms: forms, conditions: ExpressionConditions(policies),
            logger: logger)
        return AdmissionChain(
            mutating: try mutating(invoker, policies).filter { settings.isOn($0.name) },
            validating: try validating(invoker, policies).filter { settings.isOn($0.name) }, authorizer: authorizer)
    }

    private static let registration = "admissionregistration.k8s.io"

    private func mutating(_ invoker: WebhookInvoker, _ policies: PolicyContext) throws(StatusError) -> [any MutatingAdmission] {
        let namespaces = try stores.store("", "namespaces")
        return [
            AlwaysAdmit(),
            NamespaceAutoProvision(namespaces: namespaces),
            NamespaceLifecycle(namespaces: namespaces),
            LimitRanger(ranges: try stores.store("", "limitranges")),
            ServiceAccountAdmission(accounts: try stores.store("", "serviceaccounts")),
            NodeRestriction(
                nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"),
                audiences: NodeTokenAudiences(
                    authorizer: authorizer, claims: try stores.store("", "persistentvolumeclaims"),
                    volumes: try stores.store("", "persistentvolumes"),
                    drivers: try stores.store("storage.k8s.io", "csidrivers"))),
            TaintNodesByCondition(),
            AlwaysPullImages(),
            PodNodeSelector(namespaces: namespaces, configuration: settings["PodNodeSelector"]),
            PriorityAdmission(classes: try stores.store("scheduling.k8s.io", "priorityclasses")),
            DefaultTolerationSeconds(),
            try tolerations(),
            ExtendedResourceToleration(),
            DefaultStorageClass(classes: try stores.store("storage.k8s.io", "storageclasses")),
            StorageObjectInUseProtection(),
            RuntimeClassAdmission(classes: try stores.store("node.k8s.io", "runtimeclasses")),
            CertificateAdmission(settings: settings, authorizer: authorizer),
            DefaultIngressClass(classes: try stores.store("networking.k8s.io", "ingressclasses")),
            PodTopologyLabels(nodes: try stores.store("", "nodes")),
            MutatingPolicyAdmission(
                source: PolicySource(
                    policies: try stores.store(Self.registration, "mutatingadmissionpolicies"),
                    bindings: try stores.store(Self.registration, "mutatingadmissionpolicybindings"), compile: { MutatingPolicy($0) }),
                context: policies),
            MutatingWebhookAdmission(
                source: WebhookSource(try stores.store("admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
                invoker: invoker),
            AlwaysDeny(),
        ]
    }

    private func tolerations() throws(StatusError) -> PodTolerationRestriction {
        let namespaces = try stores.store("", "namespaces")
        do throws(ConfigurationProblem) {
            return try PodTolerationRestriction(namespaces: namespaces, configuration: settings["PodTolerationRestriction"])
        } catch {
            throw .internalError(error.description)
        }
    }

    private func imagePolicy(_ images: ImagePolicySettings?) -> [any ValidatingAdmission] {
        guard let images, let server = settings.imageReviewer else { return [] }
        return [ImagePolicyWebhook(images, server: server)]
    }

    private var claimStatus: [any ValidatingAdmission] {
        let step = ClaimStatusAuthorization(authorizer: authorizer)
        return features[step.name] ? [step] : []
    }

    private func validating(_ invoker: WebhookInvoker, _ policies: PolicyContext) throws(StatusError) -> [any ValidatingAdmission] {
        let podSecurity: PodSecurityConfiguration
        let eventLimits: EventLimits
        let images: ImagePolicySettings?
        do throws(ConfigurationProblem) {
            podSecurity = try PodSecurityConfiguration(settings["PodSecurity"])
            eventLimits = try EventLimits(settings["EventRateLimit"])
            images = try settings.imagePolicy()
        } catch {
            throw .internalError(error.description)
        }
        let namespaces = try stores.store("", "namespaces")
        let early: [any ValidatingAdmission] = claimStatus + [
            NamespaceExists(namespaces: namespaces),
            LimitPodHardAntiAffinityTopology(),
            LimitRanger(ranges: try stores.store("", "limitranges")),
            ServiceAccountAdmission(accounts: try stores.store("", "serviceaccounts")),
            AlwaysPullImages(),
        ] + imagePolicy(images) + [
            PodSecurityAdmission(namespaces: namespaces, pods: try stores.store("", "pods"), configuration: podSecurity),
            PodNodeSelector(namespaces: namespaces, configuration: settings["PodNodeSelector"]),
            PriorityAdmission(classes: try stores.store("scheduling.k8s.io", "priorityclasses")),
            try tolerations(),
            EventRateLimit(eventLimits),
            OwnerReferenceEnforcement(authorizer: authorizer, kinds: kinds),
            PersistentVolumeClaimResize(classes: try stores.store("storage.k8s.io", "storageclasses")),
            RuntimeClassAdmission(classes: try stores.store("node.k8s.io", "runtimeclasses")),
            CertificateAdmission(settings: settings, authorizer: authorizer),
            TrustBundleAttestation(authorizer: authorizer),
            DenyServiceExternalIPs(),
        ]
        return early + [
            DeviceAdminAdmission(namespaces: namespaces),
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
            AlwaysDeny(),
        ]
    }
}

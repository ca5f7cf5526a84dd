import Objects
package import Schema

/// Which strategy each built-in resource has.
package enum StrategyTable {
    /// The strategy of a resource; kinds that nobody listed are plain.
    package static func strategy(for resource: GroupResource) -> any Strategy {
        table[resource.group]?[resource.resource] ?? PlainStrategy()
    }

    private static let table: [String: [String: any Strategy]] = [
        "": core,
        "admissionregistration.k8s.io": admission,
        "apiextensions.k8s.io": ["customresourcedefinitions": DefinitionStrategy()],
        "apiregistration.k8s.io": ["apiservices": APIServiceStrategy()],
        "apps": apps,
        "autoscaling": ["horizontalpodautoscalers": AutoscalerStrategy()],
        "batch": ["cronjobs": CronJobStrategy(), "jobs": JobStrategy()],
        "certificates.k8s.io": ["certificatesigningrequests": CertificateRequestStrategy()],
        "coordination.k8s.io": ["leases": LeaseStrategy()],
        "discovery.k8s.io": ["endpointslices": EndpointSliceStrategy()],
        "flowcontrol.apiserver.k8s.io": [
            "flowschemas": FlowSchemaStrategy(), "prioritylevelconfigurations": PriorityLevelStrategy(),
        ],
        "networking.k8s.io": networking,
        "node.k8s.io": ["runtimeclasses": RuntimeClassStrategy()],
        "policy": ["poddisruptionbudgets": DisruptionBudgetStrategy()],
        "rbac.authorization.k8s.io": access,
        "resource.k8s.io": devices,
        "scheduling.k8s.io": ["priorityclasses": PriorityClassStrategy()],
        "storage.k8s.io": storage,
    ]

    private static let core: [String: any Strategy] = [
        "configmaps": ConfigMapStrategy(),
        "endpoints": EndpointsStrategy(),
        "events": EventStrategy(),
        "limitranges": LimitRangeStrategy(),
        "namespaces": NamespaceStrategy(),
        "nodes": NodeStrategy(),
        "persistentvolumeclaims": ClaimStrategy(),
        "persistentvolumes": VolumeStrategy(),
        "pods": PodStrategy(),
        "podtemplates": PodTemplateStrategy(),
        "replicationcontrollers": ReplicationControllerStrategy(),
        "resourcequotas": ResourceQuotaStrategy(),
        "secrets": SecretStrategy(),
        "serviceaccounts": ServiceAccountStrategy(),
        "services": ServiceStrategy(),
    ]

    private static let admission: [String: any Strategy] = [
        "mutatingadmissionpolicies": MutatingPolicyStrategy(),
        "mutatingadmissionpolicybindings": MutatingPolicyBindingStrategy(),
        "mutatingwebhookconfigurations": WebhookConfigurationStrategy(isMutating: true),
        "validatingadmissionpolicies": ValidatingPolicyStrategy(),
        "validatingadmissionpolicybindings": ValidatingPolicyBindingStrategy(),
        "validatingwebhookconfigurations": WebhookConfigurationStrategy(isMutating: false),
    ]

    private static let devices: [String: any Strategy] = [
        "deviceclasses": DeviceClassStrategy(),
        "resourceclaims": ResourceClaimStrategy(),
        "resourceclaimtemplates": ResourceClaimTemplateStrategy(),
        "resourceslices": ResourceSliceStrategy(),
    ]

    private static let apps: [String: any Strategy] = [
        "controllerrevisions": ControllerRevisionStrategy(),
        "daemonsets": DaemonSetStrategy(),
        "deployments": DeploymentStrategy(),
        "replicasets": ReplicaSetStrategy(),
        "statefulsets": StatefulSetStrategy(),
    ]

    private static let networking: [String: any Strategy] = [
        "ingressclasses": IngressClassStrategy(),
        "ingresses": IngressStrategy(),
        "ipaddresses": IPAddressStrategy(),
        "networkpolicies": NetworkPolicyStrategy(),
        "servicecidrs": ServiceCIDRStrategy(),
    ]

    private static let storage: [String: any Strategy] = [
        "csidrivers": CSIDriverStrategy(),
        "csinodes": CSINodeStrategy(),
        "csistoragecapacities": CSIStorageCapacityStrategy(),
        "storageclasses": StorageClassStrategy(),
        "volumeattachments": VolumeAttachmentStrategy(),
        "volumeattributesclasses": VolumeAttributesClassStrategy(),
    ]

    private static let access: [String: any Strategy] = [
        "clusterrolebindings": RoleBindingStrategy(isNamespaced: false),
        "clusterroles": RoleStrategy(isNamespaced: false),
        "rolebindings": RoleBindingStrategy(isNamespaced: true),
        "roles": RoleStrategy(isNamespaced: true),
    ]
}

/// The gates of v1.36 with their stage and default.
enum FeatureGateTable {
    static let groups: [String: FeatureGates.Gate] = [
        "AllAlpha": FeatureGates.Gate(stage: .alpha, isOnByDefault: false, isLocked: false),
        "AllBeta": FeatureGates.Gate(stage: .beta, isOnByDefault: false, isLocked: false),
    ]

    static let gates: [String: FeatureGates.Gate] = {
        var gates: [String: FeatureGates.Gate] = [:]
        func add(_ names: String, _ stage: FeatureGates.Stage, isOn: Bool, isLocked: Bool = false) {
            for name in names.split(whereSeparator: \.isWhitespace) {
                gates[String(name)] = FeatureGates.Gate(stage: stage, isOnByDefault: isOn, isLocked: isLocked)
            }
        }
        add(alpha, .alpha, isOn: false)
        add(betaOff, .beta, isOn: false)
        add(betaOn, .beta, isOn: true)
        add(stable, .stable, isOn: true, isLocked: true)
        add(stableChangeable, .stable, isOn: true)
        add(deprecatedOff, .deprecated, isOn: false)
        add(deprecatedOn, .deprecated, isOn: true)
        add(deprecatedLocked, .deprecated, isOn: false, isLocked: true)
        return gates
    }()

    private static let alpha = """
        APIServingWithRoutine AllowUnsafeMalformedObjectDeletion CBORServingAndStorage CPUManagerPolicyAlphaOptions
        CRIListStreaming CSIVolumeHealth ClientsAllowCBOR ClientsPreferCBOR CloudControllerManagerWatchBasedRoutesReconciliation
        CloudControllerManagerWebhook ContainerStopSignals CrossNamespaceVolumeDataSource CustomCPUCFSQuotaPeriod
        DRAListTypeAttributes DRANodeAllocatableResources DRAResourcePoolStatus DRAWorkloadResourceClaims EventedPLEG
        GangScheduling GenericWorkload HPAExternalMetricFallback HPAScaleToZero InPlacePodVerticalScalingExclusiveCPUs
        InPlacePodVerticalScalingExclusiveMemory InTreePluginPortworxUnregister KubeletInUserNamespace LoggingAlphaOptions
        ManifestBasedAdmissionControlConfig MemoryQoS MutablePVNodeAffinity NativeHistograms PodAndContainerStatsFromCRI
        PodLogsQuerySplitStreams QOSReserved ReduceDefaultCrashLoopBackOffDecay RuntimeClassInImageCriApi StorageCapacityScoring
        StorageVersionAPI TaintTolerationComparisonOperators TopologyAwareWorkloadScheduling TopologyManagerPolicyAlphaOptions
        UserNamespacesHostNetworkSupport VolumeLimitScaling WindowsCPUAndMemoryAffinity WorkloadAwarePreemption WorkloadWithJob
        """

    private static let betaOff = """
        CRDObservedGenerationTracking ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode
        CoordinatedLeaderElection DRADeviceTaintRules LocalStorageCapacityIsolationFSQuotaMonitoring MaxUnavailableStatefulSet
        PodCertificateRequest SELinuxMount StorageVersionMigrator
        """

    private static let betaOn = """
        APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth AtomicFIFO
        AuthorizePodWebsocketUpgradeCreatePermission CPUManagerPolicyBetaOptions ClearingNominatedNodeNameAfterBinding
        ComponentFlagz ComponentStatusz ConstrainedImpersonation ContainerCheckpoint ContainerRestartRules ContextualLogging
        DRAConsumableCapacity DRADeviceBindingConditions DRADeviceTaints DRAExtendedResource DRAPartitionableDevices
        DRAResourceClaimDeviceStatus DRAResourceClaimGranularStatusAuthorization DRASchedulerFilterTimeout
        DeclarativeValidationBeta DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency
        DisableCPUQuotaWithExclusiveCPUs EnvFiles GracefulNodeShutdown GracefulNodeShutdownBasedOnPodPriority
        HPAConfigurableTolerance HostnameOverride InOrderInformers InOrderInformersBatchProcess
        InPlacePodLevelResourcesVerticalScaling KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages KubeletSeparateDiskGC
        KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot LoggingBetaOptions
        MatchLabelKeysInPodTopologySpread MatchLabelKeysInPodTopologySpreadSelectorMerge MutablePodResourcesForSuspendedJobs
        MutableSchedulingDirectivesForSuspendedJobs NodeDeclaredFeatures NominatedNodeNameForExpectation OpenAPIEnums
        OpportunisticBatching PodDeletionCost PodLevelResources PodReadyToStartContainersCondition PodTopologyLabelsAdmission
        PreventStaticPodAPIReferences ProcMountType RelaxedServiceNameValidation ReloadKubeletServerCertificateFile
        RemoteRequestHeaderUID ResourceHealthStatus RestartAllContainersOnContainerExits RotateKubeletServerCertificate
        SchedulerAsyncAPICalls SchedulerAsyncPreemption SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction
        SizeBasedListCostEstimate StatefulSetSemanticRevisionComparison StorageVersionHash StrictIPCIDRValidation
        StructuredAuthenticationConfigurationEgressSelector StructuredAuthenticationConfigurationJWKSMetrics
        TokenRequestServiceAccountUIDValidation TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests
        UnauthenticatedHTTP2DOSMitigation UnknownVersionInteroperabilityProxy WatchCacheInitializationPostStartHook WatchList
        WatchListClient WindowsGracefulNodeShutdown
        """

    private static let stable = """
        APIServerTracing AnonymousAuthConfigurableEndpoints AnyVolumeDataSource AuthorizeNodeWithSelectors
        AuthorizeWithSelectors BtreeWatchCache CPUManagerPolicyOptions CRDValidationRatcheting CSIMigrationPortworx
        CSIServiceAccountTokenSecrets ConsistentListFromCache DRAAdminAccess DeclarativeValidation DynamicResourceAllocation
        ExternalServiceAccountTokenSigner HonorPVReclaimPolicy ImageMaximumGCAge ImageVolume InPlacePodVerticalScaling
        JobBackoffLimitPerIndex JobManagedBy JobPodReplacementPolicy JobSuccessPolicy KubeletCgroupDriverFromCRI
        KubeletFineGrainedAuthz KubeletPSI KubeletPodResourcesDynamicResources KubeletPodResourcesGet KubeletTracing
        MatchLabelKeysInPodAffinity MultiCIDRServiceAllocator MutableCSINodeAllocatableCount MutatingAdmissionPolicy
        NFTablesProxyMode NodeInclusionPolicyInPodTopologySpread NodeLogQuery NodeSwap OrderedNamespaceDeletion
        PodLifecycleSleepAction PodLifecycleSleepActionAllowZero PodObservedGenerationTracking PortForwardWebsockets
        PreferSameTrafficDistribution RecoverVolumeExpansionFailure RecursiveReadOnlyMounts RelaxedDNSSearchValidation
        RelaxedEnvironmentVariableValidation ResilientWatchCacheInitialization SELinuxChangePolicy SELinuxMountReadWriteOncePod
        SchedulerQueueingHints SeparateTaintEvictionController ServiceAccountTokenNodeBinding ServiceTrafficDistribution
        SidecarContainers StreamingCollectionEncodingToJSON StreamingCollectionEncodingToProtobuf
        StructuredAuthenticationConfiguration SupplementalGroupsPolicy SystemdWatchdog TopologyAwareHints UserNamespacesSupport
        VolumeAttributesClass WinDSR WinOverlay
        """

    private static let stableChangeable = """
        DRAPrioritizedList DisableAllocatorDualWrite ExecProbeTimeout TopologyManagerPolicyOptions
        """

    private static let deprecatedOff = """
        AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests ChangeContainerStatusOnKubeletRestart
        DeclarativeValidationTakeover GitRepoVolumeDriver InPlacePodVerticalScalingAllocatedStatus KMSv1
        KubeletRegistrationGetOnExistsOnly LegacySidecarContainers WindowsHostNetwork
        """

    private static let deprecatedOn = """
        AllowServiceExternalIPs DisableNodeKubeProxyVersion KubeletPodResourcesListUseActivePods StorageNamespaceIndex
        """

    private static let deprecatedLocked = """
        AllowOverwriteTerminationGracePeriodSeconds AllowServiceLBStatusOnNonLB SeparateCacheWatchRPC
        WatchFromStorageWithoutResourceVersion
        """
}

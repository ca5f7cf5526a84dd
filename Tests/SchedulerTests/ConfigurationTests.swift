import Objects
@testable import Scheduler
import Testing

/// What a KubeSchedulerConfiguration may say, and what becomes of it.
@Suite struct ConfigurationTests {
    private static func file(_ rest: String) throws -> Value {
        try YAML.parse("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n" + rest)
    }

    private static func read(_ rest: String) throws -> SchedulerConfiguration { try SchedulerConfiguration(try file(rest)) }

    private static func arguments(_ plugin: String, _ text: String) -> String {
        "profiles: [{schedulerName: s, pluginConfig: [{name: \(plugin), args: \(text)}]}]"
    }

    typealias Wrong = (text: String, problem: String)

    static let wrong: [Wrong] = [
        ("podInitialBackoffSeconds: 0", "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0"),
        ("podMaxBackoffSeconds: 0", "podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds"),
        ("percentageOfNodesToScore: 101", "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]"),
        ("percentageOfNodesToScore: -1", "percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]"),
        ("profiles: [{schedulerName: ''}]", "profiles[0].schedulerName: Required value"),
        ("profiles: [{schedulerName: a}, {schedulerName: a}]", "profiles[1].schedulerName: Duplicate value: \"a\""),
        ("profiles: [{percentageOfNodesToScore: 200}]", "profiles[0].percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]"),
        ("profiles: [{plugins: {filter: {enabled: [{name: Nope}]}}}]", "profiles[0].plugins.filter.enabled[0]: plugin \"Nope\" does not exist in this scheduler"),
        ("profiles: [{plugins: {filters: {}}}]", "profiles[0].plugins: unknown field \"filters\""),
        ("profiles: [{pluginConfig: [{name: NodeAffinity}, {name: NodeAffinity}]}]", "profiles[0].pluginConfig[1]: Duplicate value: \"NodeAffinity\""),
        (arguments("Nope", "{}"), "profiles[0].pluginConfig[0].args: plugin \"Nope\" takes no arguments"),
        (arguments("InterPodAffinity", "{hardPodAffinityWeight: 101}"), "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0-100]"),
        (arguments("NodeResourcesFit", "{ignoredResourceGroups: [a/b]}"), "profiles[0].pluginConfig[0].args.ignoredResourceGroups: Invalid value: \"a/b\": resource group name can't contain '/'"),
        (arguments("NodeResourcesFit", "{scoringStrategy: {type: Best}}"), "profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: \"Best\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\""),
        (arguments("NodeResourcesFit", "{scoringStrategy: {resources: [{name: cpu, weight: 0}]}}"), "profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: Invalid value: 0: resource weight of cpu not in valid range [1, 100]"),
        (arguments("NodeResourcesFit", "{scoringStrategy: {type: RequestedToCapacityRatio}}"), "profiles[0].pluginConfig[0].args.scoringStrategy.shape: Required value: at least one point must be specified"),
        (
            arguments("NodeResourcesFit", "{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 5, score: 11}]}}}"),
            "profiles[0].pluginConfig[0].args.scoringStrategy.shape[0].score: Invalid value: 11: not in valid range [0-10]"
        ),
        (
            arguments("NodeResourcesFit", "{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 5, score: 1}, {utilization: 5, score: 2}]}}}"),
            "profiles[0].pluginConfig[0].args.scoringStrategy.shape[1].utilization: Invalid value: 5: utilization values must be sorted in increasing order"
        ),
        (arguments("NodeResourcesBalancedAllocation", "{resources: [{name: cpu, weight: 2}]}"), "profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: resource weight of cpu not in valid range [1, 1]"),
        (arguments("PodTopologySpread", "{defaultingType: Other}"), "profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: \"Other\": supported values: \"List\", \"System\""),
        (arguments("PodTopologySpread", "{defaultConstraints: [{maxSkew: 1}]}"), "profiles[0].pluginConfig[0].args.defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty"),
        (arguments("PodTopologySpread", "{defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]}"), "profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)"),
        (arguments("NodeAffinity", "{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}"), "profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term"),
        (arguments("DefaultPreemption", "{minCandidateNodesPercentage: 101}"), "profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]"),
        (arguments("DefaultPreemption", "{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}"), "profiles[0].pluginConfig[0].args: minCandidateNodesPercentage and minCandidateNodesAbsolute cannot both be zero"),
        (arguments("VolumeBinding", "{bindTimeoutSeconds: -1}"), "profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value"),
        ("extenders: [{}]", "extenders[0].urlPrefix: Required value"),
        ("extenders: [{urlPrefix: 'http://x', prioritizeVerb: p}]", "extenders[0].weight: Invalid value: 0: must have a positive weight applied to it"),
        ("extenders: [{urlPrefix: 'http://x', bindVerb: b}, {urlPrefix: 'http://y', bindVerb: b}]", "extenders: Invalid value: only one extender can implement bind"),
        ("extenders: [{urlPrefix: 'http://x', managedResources: [{name: cpu}]}]", "extenders[0].managedResources[0].name: Invalid value: \"cpu\": must be an extended resource name"),
    ]

    @Test(arguments: wrong.indices) func isRefused(_ index: Int) throws {
        let row = Self.wrong[index]
        let value = try Self.file(row.text)
        let error = #expect(throws: SchedulerConfiguration.Problem.self) { try SchedulerConfiguration(value) }
        #expect(error?.description == row.problem)
    }

    @Test func theUsualOne() throws {
        let made = try Self.read("")
        #expect(made.profiles.count == 1 && made.profiles[0].name == "default-scheduler")
        #expect(made.profiles[0].weights == SchedulingProfile.Weights() && made.profiles[0].filters == .all)
        #expect(made.firstBackOff == .seconds(1) && made.longestBackOff == .seconds(10))
    }

    typealias Plugins = (text: String, check: @Sendable (SchedulingProfile) -> Bool)

    static let plugins: [Plugins] = [
        ("{score: {disabled: [{name: ImageLocality}]}}", { $0.weights.images == 0 && $0.weights.balance == 1 }),
        ("{score: {enabled: [{name: ImageLocality, weight: 7}]}}", { $0.weights.images == 7 }),
        ("{score: {disabled: [{name: '*'}]}}", { $0.weights == .init(taints: 0, nodeAffinity: 0, spread: 0, podAffinity: 0, resources: 0, balance: 0, images: 0) && $0.filters == .all }),
        ("{score: {disabled: [{name: '*'}], enabled: [{name: TaintToleration}]}}", { $0.weights.taints == 1 && $0.weights.resources == 0 }),
        ("{filter: {disabled: [{name: NodePorts}]}}", { $0.filters == SchedulingProfile.Filters.all.subtracting(.ports) }),
        ("{filter: {disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit}]}}", { $0.filters == .resources }),
        ("{multiPoint: {disabled: [{name: PodTopologySpread}]}}", { !$0.filters.contains(.spread) && $0.weights.spread == 0 }),
        ("{multiPoint: {disabled: [{name: '*'}]}}", { $0.filters.isEmpty && !$0.hasPreemption && !$0.hasGates }),
        ("{multiPoint: {disabled: [{name: '*'}], enabled: [{name: NodeAffinity}]}}", { $0.filters == .nodeAffinity && $0.weights.nodeAffinity == 2 }),
        ("{multiPoint: {enabled: [{name: InterPodAffinity, weight: 9}]}}", { $0.weights.podAffinity == 9 }),
        ("{multiPoint: {disabled: [{name: TaintToleration}]}, filter: {enabled: [{name: TaintToleration}]}}", { $0.filters.contains(.taints) && $0.weights.taints == 0 }),
        ("{postFilter: {disabled: [{name: DefaultPreemption}]}}", { !$0.hasPreemption }),
        ("{preEnqueue: {disabled: [{name: '*'}]}}", { !$0.hasGates && $0.hasPreemption }),
        ("{queueSort: {enabled: [{name: PrioritySort}], disabled: [{name: '*'}]}}", { $0.filters == .all }),
    ]

    @Test(arguments: plugins.indices) func pluginsAreSwitched(_ index: Int) throws {
        let row = Self.plugins[index]
        let made = try Self.read("profiles: [{schedulerName: s, plugins: \(row.text)}]")
        #expect(made.profiles.count == 1 && row.check(made.profiles[0]), "\(row.text): \(made.profiles[0].weights)")
    }

    static let told: [Plugins] = [
        ("{name: NodeResourcesFit, args: {ignoredResources: [example.org/a], ignoredResourceGroups: [example.com]}}", {
            $0.ignores("example.org/a") && $0.ignores("example.com/b") && !$0.ignores("example.org/b")
        }),
        ("{name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 5}]}}}", {
            $0.fit.strategy == .mostAllocated && $0.fit.resources == [.init(name: "cpu", weight: 5)]
        }),
        ("{name: NodeResourcesBalancedAllocation, args: {resources: [{name: cpu, weight: 1}, {name: example.org/a, weight: 1}]}}", { $0.balancedResources == ["cpu", "example.org/a"] }),
        ("{name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 2, topologyKey: z, whenUnsatisfiable: DoNotSchedule}]}}", {
            $0.defaultSpread.count == 1 && $0.defaultSpread[0].isHard && !$0.isSystemSpread
        }),
        ("{name: PodTopologySpread, args: {defaultingType: List}}", { $0.defaultSpread.isEmpty }),
        ("{name: InterPodAffinity, args: {hardPodAffinityWeight: 5, ignorePreferredTermsOfExistingPods: true}}", { $0.hardAffinityWeight == 5 && $0.ignoresPreferencesOfOthers }),
        ("{name: DefaultPreemption, args: {minCandidateNodesPercentage: 50, minCandidateNodesAbsolute: 7}}", { $0.minCandidatePercentage == 50 && $0.minCandidates == 7 }),
    ]

    @Test(arguments: told.indices) func argumentsAreTaken(_ index: Int) throws {
        let row = Self.told[index]
        #expect(row.check(try Self.read("profiles: [{schedulerName: s, pluginConfig: [\(row.text)]}]").profiles[0]), "\(row.text)")
    }

    @Test func enforcedAffinityIsNamed() throws {
        let added = "{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: Exists}]}]}}}"
        let profile = try Self.read("profiles: [{schedulerName: default-scheduler, pluginConfig: [{name: NodeAffinity, args: \(added)}]}]").profiles[0]
        var state = SchedulerState(profiles: [profile])
        state.upsert(Sample.node("a"))
        #expect(state.refusals(of: Sample.pod("p"))["a"]?.reasons == ["node(s) didn't match scheduler-enforced node affinity"])
        state.upsert(Sample.node("b", labels: ["pool": "x"]))
        #expect(state.decide(Sample.pod("p")).node == "b")
    }

    @Test func eachProfileDecidesForItsPods() throws {
        let made = try Self.read(
            "profiles: [{schedulerName: default-scheduler}, {schedulerName: packed, pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated}}}], plugins: {score: {disabled: [{name: NodeResourcesBalancedAllocation}]}}}]"
        )
        var state = SchedulerState(profiles: made.profiles)
        for name in ["a", "b"] { state.upsert(Sample.node(name)) }
        state.place(Sample.pod("x", cpu: "1"), on: "a")
        for _ in 0..<5 {
            #expect(state.decide(Sample.pod("p", cpu: "1")).node == "b")
            #expect(state.decide(Sample.pod("q", cpu: "1") { $0["schedulerName"] = "packed" }).node == "a")
        }
    }

    @Test func onlyAPartIsLookedAtWhenWished() {
        var profile = SchedulingProfile()
        profile.percentageOfNodesToScore = 10
        var state = SchedulerState(profiles: [profile])
        for index in 0..<2000 { state.upsert(Sample.node("n\(index)")) }
        #expect(state.fitting(Sample.pod("p"), nil).count == 200)
        profile.percentageOfNodesToScore = 1
        state.profiles = [profile]
        #expect(state.fitting(Sample.pod("p"), nil).count == 100)
    }

    @Test func extendersAreRead() throws {
        let text = "{urlPrefix: 'http://x/', filterVerb: f, weight: 3, httpTimeout: 1m30s, nodeCacheCapable: true, ignorable: true, managedResources: [{name: example.org/a, ignoredByScheduler: true}]}"
        let made = try Self.read("extenders: [\(text)]")
        #expect(made.extenders[0].timeout == .seconds(90) && made.extenders[0].knowsNodes && made.extenders[0].isIgnorable)
        #expect(made.profiles[0].ignores("example.org/a"))
        let asking = Sample.pod("p") { $0["containers"] = [["name": "c", "resources": ["requests": ["example.org/a": "1"]]]] }
        #expect(made.extenders[0].isInterested(in: asking.podClass) && !made.extenders[0].isInterested(in: Sample.pod("q").podClass))
    }
}

import Objects
import Strategies
import Testing

struct WorkloadTests {
    private static let template =
        #"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
    private static func workload(_ kind: String, _ resource: String, more: String = "") -> Subject {
        Subject(
            "apps", "v1", kind, resource,
            #"{"apiVersion":"apps/v1","kind":"\#(kind)","metadata":{"name":"w","namespace":"n"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":\#(template)\#(more)}}"#)
    }
    private static let deployment = workload("Deployment", "deployments")
    private static let daemonSet = workload("DaemonSet", "daemonsets")
    private static let statefulSet = workload("StatefulSet", "statefulsets", more: #","serviceName":"s""#)
    private static let job = Subject(
        "batch", "v1", "Job", "jobs",
        #"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j","namespace":"n"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}"#)
    private static let cronJob = Subject(
        "batch", "v1", "CronJob", "cronjobs",
        #"{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"j","namespace":"n"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}"#)

    @Test func plainOnesPass() throws {
        for subject in [Self.deployment, Self.daemonSet, Self.statefulSet, Self.cronJob] {
            #expect(try subject.createProblems() == [], "\(subject.kind)")
        }
    }

    @Test(arguments: [
        RuleCase("spec.replicas", "-1", "spec.replicas Invalid"),
        RuleCase("spec.selector", "null", "spec.selector Required", "spec.template.metadata.labels Invalid"),
        RuleCase("spec.selector", #"{"matchLabels":{"a":"c"}}"#, "spec.template.metadata.labels Invalid"),
        RuleCase("spec.template.spec.restartPolicy", #""Never""#, "spec.template.spec.restartPolicy NotSupported"),
        RuleCase("spec.template.spec.activeDeadlineSeconds", "5", "spec.template.spec.activeDeadlineSeconds Forbidden"),
        RuleCase("spec.strategy", #"{"type":"Now"}"#, "spec.strategy NotSupported"),
        RuleCase(
            "spec.strategy", #"{"rollingUpdate":{"maxUnavailable":0,"maxSurge":0}}"#,
            "spec.strategy.rollingUpdate.maxUnavailable Invalid"),
        RuleCase("spec.minReadySeconds", "-1", "spec.minReadySeconds Invalid"),
        RuleCase(
            "spec.template",
            #"{"metadata":{"labels":{"a":"b"},"annotations":{"seccomp.security.alpha.kubernetes.io/pod":"unconfined"}},"spec":{"containers":[{"name":"c","image":"i"}],"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}}"#,
            "spec.template.spec.securityContext.seccompProfile.type Forbidden"),
    ])
    func deployments(_ rule: RuleCase) throws { try Self.deployment.expectCreate(rule) }

    @Test func selectorsStay() throws {
        let change = [(path: "spec.selector", json: #"{"matchLabels":{"c":"d"}}"#), ("spec.template.metadata.labels", #"{"c":"d"}"#)]
        #expect(try Self.deployment.updateProblems(change).contains("spec.selector Invalid"))
        #expect(try Self.daemonSet.updateProblems(change).contains("spec.selector Invalid"))
        #expect(try Self.statefulSet.updateProblems(change).contains("spec Forbidden"))
    }

    @Test(arguments: [
        RuleCase("spec.schedule", #""""#, "spec.schedule Required"),
        RuleCase("spec.schedule", #""61 * * * *""#, "spec.schedule Invalid"),
        RuleCase("spec.timeZone", #""Nowhere/Land""#, "spec.timeZone Invalid"),
        RuleCase("spec.concurrencyPolicy", #""Perhaps""#, "spec.concurrencyPolicy NotSupported"),
        RuleCase("spec.successfulJobsHistoryLimit", "-1", "spec.successfulJobsHistoryLimit Invalid"),
        RuleCase("spec.jobTemplate.spec.template.spec.restartPolicy", #""Always""#, "spec.jobTemplate.spec.template.spec.restartPolicy Required"),
    ])
    func cronJobs(_ rule: RuleCase) throws { try Self.cronJob.expectCreate(rule) }

    @Test func jobsGetTheirSelector() throws {
        var object = try Self.job.object([("metadata.uid", #""u""#)])
        Self.job.strategy.prepareForCreate(&object)
        #expect(object["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] == "u")
        #expect(object["spec"]["template"]["metadata"]["labels"]["job-name"] == "j")
        #expect(object["spec"]["parallelism"] == 1)
        #expect(object["spec"]["completions"] == 1)
    }

    @Test(arguments: [
        ("* * * * *", true), ("*/5 1-3,7 * jan mon", true), ("@daily", true), ("@every 1h30m", true), ("60 * * * *", false),
        ("* * * *", false), ("* * * * * *", false), ("5-1 * * * *", false), ("@sometimes", false),
    ])
    func schedules(_ text: String, _ isFine: Bool) { #expect((CronSchedule.problem(text) == nil) == isFine) }

    @Test func aStatefulSetIsNamedLikeItsHosts() {
        #expect(Self.statefulSet.strategy.nameProblems("a.b", isPrefix: false).count == 1)
        #expect(Self.statefulSet.strategy.nameProblems("a-", isPrefix: true) == [])
        #expect(Self.deployment.strategy.nameProblems("a.b", isPrefix: false) == [])
    }

    @Test func aSelectorThatCannotBeReadIsRefusedAsAWhole() throws {
        let change = [(path: "spec.selector", json: #"{"matchLabels":{"a b":"c"}}"#)]
        #expect(try Self.deployment.createProblems(change) == ["spec.selector.matchLabels Invalid", "spec.selector Invalid"])
    }

    @Test(arguments: [deployment, daemonSet, statefulSet])
    func collisionsAreNotForgotten(_ subject: Subject) throws {
        let before = [(path: "status.collisionCount", json: "2")]
        #expect(try subject.updateProblems(of: "status", from: before, [("status.collisionCount", "1")]) == ["status.collisionCount Invalid"])
        #expect(try subject.updateProblems(of: "status", from: before, [("status.collisionCount", "null")]) == ["status.collisionCount Invalid"])
        #expect(try subject.updateProblems(of: "status", from: before, [("status.collisionCount", "3")]) == [])
    }

    @Test(arguments: [
        ([("maxUnavailable", "0"), ("maxSurge", "0")], ["spec.updateStrategy.rollingUpdate.maxUnavailable Required"]),
        ([("maxUnavailable", "1"), ("maxSurge", #""101%""#)], [
            "spec.updateStrategy.rollingUpdate.maxSurge Invalid", "spec.updateStrategy.rollingUpdate.maxSurge Invalid",
        ]),
    ])
    func daemonSetUpdates(_ changes: [(String, String)], _ problems: [String]) throws {
        #expect(try Self.daemonSet.createProblems(changes.map { ("spec.updateStrategy.rollingUpdate.\($0.0)", $0.1) }) == problems)
    }

    private static let runningJob: [(path: String, json: String)] = [
        ("metadata.uid", #""u""#), ("spec.selector", #"{"matchLabels":{"batch.kubernetes.io/controller-uid":"u"}}"#),
        ("spec.template.metadata", #"{"labels":{"batch.kubernetes.io/controller-uid":"u","controller-uid":"u","job-name":"j","batch.kubernetes.io/job-name":"j"}}"#),
    ]

    @Test(arguments: [
        ("spec.completionMode", #""Indexed""#, "spec.completions", "3", "spec.maxFailedIndexes", "1", ["spec.backoffLimitPerIndex Required"]),
        ("spec.completions", "3", "spec.maxFailedIndexes", "1", "spec.backoffLimitPerIndex", "1",
            ["spec.backoffLimitPerIndex Invalid", "spec.maxFailedIndexes Invalid"]),
    ])
    func indexLimits(
        _ a: String, _ aValue: String, _ b: String, _ bValue: String, _ c: String, _ cValue: String, _ problems: [String]
    ) throws {
        #expect(try Self.job.createProblems(Self.runningJob + [(a, aValue), (b, bValue), (c, cValue)]) == problems)
    }

    /// What the spec has made wrong is the controller's to mend, so that an update of something else passes.
    @Test func onlyWhatChangesInAStatusIsLookedAt() throws {
        let indexed = Self.runningJob + [
            ("spec.completionMode", #""Indexed""#), ("spec.completions", "2"), ("status", #"{"completedIndexes":"0-3","active":1}"#),
        ]
        #expect(try Self.job.updateProblems(of: "status", from: indexed, [("status.active", "2")]) == [])
        #expect(try Self.job.updateProblems(of: "status", from: indexed, [("status.completedIndexes", #""0-4""#)]) == ["status.completedIndexes Invalid"])
        let limited = indexed + [("spec.backoffLimitPerIndex", "1"), ("status", #"{"completedIndexes":"0"}"#)]
        #expect(try Self.job.updateProblems(of: "status", from: limited, [("status.failedIndexes", #""0-1""#)]) == ["status.failedIndexes Invalid"])
        #expect(try Self.job.updateProblems(of: "status", from: limited, [("status.failedIndexes", #""1""#)]) == [])
    }

    @Test func schedulesWithZonesMayStay() throws {
        let zoned = [(path: "spec.schedule", json: #""TZ=UTC 0 0 * * *""#)]
        #expect(try Self.cronJob.createProblems(zoned) == ["spec.schedule Invalid"])
        #expect(try Self.cronJob.updateProblems(zoned) == ["spec.schedule Invalid"])
        #expect(try Self.cronJob.updateProblems(from: zoned, [("spec.suspend", "true")]) == [])
        #expect(try Self.cronJob.updateProblems(from: zoned, [("spec.timeZone", #""UTC""#)]) == ["spec.schedule Invalid"])
    }
}

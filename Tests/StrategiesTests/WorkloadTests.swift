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

    @Test func schedulesKeepTheirZoneButGetNone() throws {
        let zoned = [(path: "spec.schedule", json: #""CRON_TZ=UTC 0 * * * *""#)]
        #expect(try Self.cronJob.createProblems(zoned) == ["spec.schedule Invalid"])
        #expect(try Self.cronJob.updateProblems(zoned) == ["spec.schedule Invalid"])
        #expect(try Self.cronJob.updateProblems(from: zoned, [("spec.suspend", "true")]) == [])
        #expect(try Self.cronJob.updateProblems(from: zoned, [("spec.timeZone", #""UTC""#)]) == ["spec.schedule Invalid"])
        // A zone that the database has lost may stay, too.
        let lost = [(path: "spec.timeZone", json: #""Old/Zone""#)]
        #expect(try Self.cronJob.updateProblems(from: lost, [("spec.suspend", "true")]) == [])
        for zone in ["../etc", "a//b", "-x/y", "America/ThisIsFarTooLongForAZone", ""] {
            #expect(try Self.cronJob.createProblems([("spec.timeZone", "\"\(zone)\"")]) == ["spec.timeZone Invalid"], "\(zone)")
        }
    }

    private static let indexed = [
        (path: "spec.completionMode", json: #""Indexed""#), ("spec.completions", "10"), ("spec.parallelism", "10"), ("spec.backoffLimitPerIndex", "1"),
    ]
    private static let running = indexed + [
        ("status", #"{"startTime":"2026-01-02T03:04:05Z","active":2,"ready":1,"succeeded":3,"failed":1,"completedIndexes":"0-2"}"#)
    ]
    private static let complete =
        #"[{"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]"#

    @Test(arguments: [
        RuleCase("status.ready", "3", "status.ready Invalid"),
        RuleCase("status.failed", "0", "status.failed Invalid"),
        // The completions of this job may shrink, and with them what succeeded.
        RuleCase("status.succeeded", "1"),
        RuleCase("status.completedIndexes", #""0-20""#, "status.completedIndexes Invalid"),
        RuleCase("status.failedIndexes", #""4,2-3""#, "status.failedIndexes Invalid"),
        RuleCase("status.failedIndexes", #""2-3,5""#, "status.failedIndexes Invalid"),
        RuleCase("status.failedIndexes", #""3,5-6""#),
        RuleCase("status.startTime", #""2026-01-02T03:04:06Z""#, "status.startTime Invalid"),
        RuleCase("status.completionTime", #""2026-01-02T03:04:06Z""#, "status.completionTime Invalid"),
        RuleCase("status.conditions", complete, "status.active Invalid", "status.completionTime Required"),
        RuleCase("status.conditions", #"[{"type":"Failed","status":"True"}]"#, "status.active Invalid", "status.conditions Invalid"),
        RuleCase("status.uncountedTerminatedPods", #"{"succeeded":["a"],"failed":["a",""]}"#, "status.uncountedTerminatedPods.failed[0] Duplicate", "status.uncountedTerminatedPods.failed[1] Invalid"),
    ])
    func statusesOfJobs(_ rule: RuleCase) throws {
        let found = try Self.job.updateProblems(of: "status", from: Self.running, [(rule.path, rule.json)])
        #expect(Set(found) == Set(rule.problems))
    }

    @Test func whatWasWrongBeforeMayStay() throws {
        let odd = Self.running + [(path: "status.ready", json: "7"), ("status.completedIndexes", #""0-99""#)]
        #expect(try Self.job.updateProblems(of: "status", from: odd, [("status.terminating", "1")]) == [])
        let done = Self.running + [(path: "status.conditions", json: Self.complete), ("status.active", "0"), ("status.ready", "0")]
        #expect(try Self.job.updateProblems(of: "status", from: done, [("status.terminating", "1")]) == ["status.terminating Invalid"])
        #expect(
            Set(try Self.job.updateProblems(of: "status", from: done, [("status.conditions", "[]")])) == ["status.conditions Invalid"])
    }

    @Test func affinityToOtherPodsStaysInATemplate() throws {
        let suspended = [(path: "spec.suspend", json: "true"), ("spec.selector", #"{"matchLabels":{"a":"b"}}"#), ("spec.manualSelector", "true"), ("spec.template.metadata", #"{"labels":{"a":"b"}}"#)]
        let nodes = #"{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}}}"#
        let pods = #"{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"a"}]}}"#
        #expect(try Self.job.updateProblems(from: suspended, [("spec.template.spec.affinity", nodes)]) == [])
        #expect(try Self.job.updateProblems(from: suspended + [("spec.template.spec.affinity", nodes)], [("spec.template.spec.affinity", "null")]) == [])
        #expect(try Self.job.updateProblems(from: suspended, [("spec.template.spec.affinity", pods)]).contains("spec.template.spec Invalid"))
    }

    @Test func collisionsAreNotForgotten() throws {
        let before = [(path: "status", json: #"{"collisionCount":2}"#)]
        for subject in [Self.deployment, Self.daemonSet, Self.statefulSet] {
            #expect(try subject.updateProblems(of: "status", from: before, [("status.collisionCount", "1")]) == ["status.collisionCount Invalid"])
            #expect(try subject.updateProblems(of: "status", from: before, [("status.collisionCount", "3")]) == [])
        }
    }
}

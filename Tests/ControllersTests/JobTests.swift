@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct JobTests {
    private func job(_ spec: Value, _ status: Value = .emptyObject) -> Job {
        var job = Job(name: "j", namespace: "default")
        job.value["spec"] = spec
        job.value["status"] = status
        return job
    }

    private func pod(_ name: String, _ phase: String, index: Int? = nil, code: Int64 = 1, isBeingDeleted: Bool = false, isTracked: Bool = true) -> Pod {
        Sample.pod(name, phase: phase, isBeingDeleted: isBeingDeleted) { value in
            if isTracked { value["metadata"]["finalizers"] = [.string(JobSpec.finalizer)] }
            if let index { value["metadata"]["annotations"][JobSpec.indexKey] = .string(String(index)) }
            if phase == "Failed" { value["status"]["containerStatuses"] = [["name": "c", "state": ["terminated": ["exitCode": .int(code)]]]] }
        }
    }

    private func plan(_ job: Job, _ pods: [Pod], delay: Int64 = 0) -> (JobPlan, JobCensus) {
        let census = JobCensus(job, pods)
        return (JobPlan(job, census, now: Sample.now, delay: delay), census)
    }

    @Test(arguments: [
        // parallelism, completions, succeeded, active → to create, to delete
        (2, 5, 0, 0, 2, 0), (2, 5, 4, 0, 1, 0), (2, 5, 4, 2, 0, 1), (3, 5, 0, 1, 2, 0), (0, 5, 1, 2, 0, 2), (2, 2, 2, 0, 0, 0),
    ]) func sizes(_ parallelism: Int, _ completions: Int, _ succeeded: Int, _ active: Int, _ creations: Int, _ deletions: Int) {
        let job = job(["parallelism": Value(parallelism), "completions": Value(completions)], ["succeeded": Value(succeeded)])
        let (plan, _) = plan(job, (0..<active).map { pod("p\($0)", "Running") })
        #expect(plan.creations == creations && plan.deletions.count == deletions)
        #expect((plan.end?.reason == "CompletionsReached") == (succeeded >= completions))
    }

    @Test func anIndexRemembersItsFailuresAfterTheyWereCounted() {
        let job = job(["completionMode": "Indexed", "completions": 1, "parallelism": 1, "backoffLimitPerIndex": 2], ["failed": 1])
        var failed = pod("a", "Failed", index: 0, isTracked: false)
        failed.value["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"] = "1"
        func finish(_ seconds: Int64) { failed.value["status"]["containerStatuses"][0]["state"]["terminated"]["finishedAt"] = .string(Timestamp(seconds: Sample.now.seconds - seconds).text) }
        finish(100)
        let (plan, census) = plan(job, [failed], delay: 500)
        #expect(census.failuresByIndex == [0: 2])
        // Such indexes wait by themselves, not for the whole job's pause.
        #expect(plan.indexes == [0])
        finish(5)
        let (early, _) = self.plan(job, [failed])
        #expect(early.indexes.isEmpty && early.dueIn == 15)
    }

    @Test func withoutCompletionsOneSuccessEndsIt() {
        let job = job(["parallelism": 2])
        #expect(plan(job, [pod("a", "Succeeded"), pod("b", "Running")]).0.end == nil)
        #expect(plan(job, [pod("a", "Succeeded"), pod("b", "Running")]).0.creations == 0)
        #expect(plan(job, [pod("a", "Succeeded")]).0.end?.reason == "CompletionsReached")
    }

    @Test func failuresEndItBeyondTheLimit() {
        let job = job(["completions": 1, "backoffLimit": 1], ["failed": 1])
        #expect(plan(job, []).0.creations == 1)
        let (over, _) = plan(job, [pod("a", "Failed")])
        #expect(over.end == JobPlan.End(isSuccess: false, reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit"))
    }

    @Test func aPodIsCountedOnce() {
        let named = job(["completions": 5], ["succeeded": 1, "uncountedTerminatedPods": ["succeeded": ["uid-a"]]])
        let (_, census) = plan(named, [pod("a", "Succeeded"), pod("b", "Succeeded"), pod("c", "Succeeded", isTracked: false)])
        #expect(census.succeeded == 3 && census.newlySucceeded.map(\.name) == ["b"])
    }

    @Test func aPodThatWasJustCountedIsNotCountedAgain() {
        // The status is newer than what the informer shows of the pod.
        let counted = job(["completions": 5], ["succeeded": 1])
        let pods = [KnownPod(pod("a", "Succeeded"))]
        let released = ReleasedPods()
        released.note("default/j", "uid-a")
        let census = JobCensus(counted, pods, released: released.settle("default/j", pods))
        #expect(census.succeeded == 1 && census.newlySucceeded.isEmpty)
        let shown = [KnownPod(pod("a", "Succeeded", isTracked: false))]
        #expect(released.settle("default/j", shown).isEmpty && released.settle("default/j", pods).isEmpty)
    }

    @Test func indexesAreFilledFromTheLowest() {
        let job = job(["completionMode": "Indexed", "completions": 5, "parallelism": 3], ["completedIndexes": "0,2"])
        let (plan, census) = plan(job, [pod("a", "Running", index: 1), pod("b", "Succeeded", index: 4)])
        #expect(plan.indexes == [3] && "\(census.completedIndexes)" == "0,2,4")
        let (doubled, _) = self.plan(job, [pod("a", "Running", index: 1), pod("b", "Running", index: 1), pod("c", "Running", index: 2)])
        #expect(doubled.deletions.count == 2)
    }

    @Test func failuresPerIndex() {
        let job = job(["completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 0])
        let (plan, census) = plan(job, [pod("a", "Failed", index: 0), pod("b", "Running", index: 1)])
        #expect(plan.end == nil && plan.creations == 0 && census.failedIndexes.indexes == [0])
        #expect(self.plan(job, [pod("a", "Failed", index: 0), pod("b", "Succeeded", index: 1)]).0.end?.reason == "FailedIndexes")
        let limited = self.job(["completionMode": "Indexed", "completions": 3, "parallelism": 3, "backoffLimitPerIndex": 0, "maxFailedIndexes": 0])
        #expect(self.plan(limited, [pod("a", "Failed", index: 0)]).0.end?.reason == "MaxFailedIndexesExceeded")
    }

    @Test(arguments: [("FailJob", 42, "PodFailurePolicy"), ("Ignore", 42, nil), ("Count", 42, "BackoffLimitExceeded"), ("FailJob", 7, "BackoffLimitExceeded")])
    func policy(_ action: String, _ code: Int64, _ reason: String?) {
        let rule: Value = ["action": .string(action), "onExitCodes": ["operator": "In", "values": [42]]]
        let job = job(["completions": 1, "backoffLimit": 0, "podFailurePolicy": ["rules": [rule]]])
        let (plan, _) = plan(job, [pod("a", "Failed", code: code)])
        #expect(plan.end?.reason == reason)
        if reason == "PodFailurePolicy" {
            #expect(plan.end?.message == "Container c for pod default/a failed with exit code 42 matching FailJob rule at index 0")
        }
    }

    @Test func terminatingPodsAreReplacedAsThePolicySays() {
        let pods = [pod("a", "Running", isBeingDeleted: true)]
        #expect(plan(job(["completions": 1, "parallelism": 1]), pods).0.creations == 1)
        #expect(plan(job(["completions": 1, "parallelism": 1, "podReplacementPolicy": "Failed"]), pods).0.creations == 0)
    }

    @Test func deadlineSuspensionAndDelay() {
        let start = Timestamp(seconds: Sample.now.seconds - 100).text
        let spec: Value = ["completions": 1, "activeDeadlineSeconds": 50]
        #expect(plan(job(spec, ["startTime": .string(start)]), [pod("a", "Running")]).0.end?.reason == "DeadlineExceeded")
        let (suspended, _) = plan(job(["completions": 1, "suspend": true]), [pod("a", "Running")])
        #expect(suspended.end == nil && suspended.deletions.count == 1 && suspended.creations == 0)
        let (held, _) = plan(job(["completions": 1]), [], delay: 7)
        #expect(held.creations == 0 && held.dueIn == 7)
    }

    @Test func theSuccessPolicyEndsItEarly() {
        let rule: Value = ["succeededIndexes": "0-1", "succeededCount": 1]
        let job = job(["completionMode": "Indexed", "completions": 5, "parallelism": 5, "successPolicy": ["rules": [rule]]])
        let (plan, _) = plan(job, [pod("a", "Succeeded", index: 1), pod("b", "Running", index: 0)])
        #expect(plan.end?.reason == "SuccessPolicy" && plan.deletions.map(\.name) == ["b"])
    }

    @Test func restartsCountWhenThePodRestartsItself() {
        let job = job(["completions": 1, "backoffLimit": 2, "template": ["spec": ["restartPolicy": "OnFailure"]]])
        let restarted = Sample.pod("a") { $0["status"]["containerStatuses"] = [["name": "c", "restartCount": 2]] }
        #expect(plan(job, [restarted]).0.end?.reason == "BackoffLimitExceeded")
    }

    @Test(arguments: [("", []), ("0", [0]), ("1,3-5,7", [1, 3, 4, 5, 7]), ("0-99", Array(0..<10)), ("x,-1,2", [2]), ("5-3", [])] as [(String, [Int])])
    func indexRanges(_ text: String, _ expected: [Int]) { #expect(IndexRanges(text, limit: 10).indexes.sorted() == expected) }

    @Test(arguments: [([], ""), ([1], "1"), ([1, 2], "1,2"), ([1, 2, 3, 5], "1-3,5")] as [([Int], String)])
    func indexTexts(_ indexes: [Int], _ expected: String) { #expect("\(IndexRanges(Set(indexes)))" == expected) }
}

"""Conformance of Jobs and CronJobs."""
import time
from run import Failure, contains, equal, until
from played import case, condition, job, owner
from scripted import Play
from conformance_sets import is_ready, stays


def made_job(name, parallelism=2, completions=4, restart="Never", **spec):
    made = job(name, parallelism=parallelism, completions=completions, **{"backoffLimit": 6, **spec})
    made["spec"]["template"]["spec"]["restartPolicy"] = restart
    made["spec"]["template"]["metadata"] = {"labels": {"job": name}}
    return made


def indexed(name, parallelism=2, completions=4, **spec):
    made = made_job(name, parallelism, completions, completionMode="Indexed", **spec)
    if "backoffLimitPerIndex" in spec and "backoffLimit" not in spec:
        del made["spec"]["backoffLimit"]
    return made


def pods_of(c, ns, name):
    return c.rest.items("pods", ns, f"job={name}")


def index_of(found):
    return int(found["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"])


def pods_run(c, ns, name, count):
    def check():
        found = [p for p in pods_of(c, ns, name) if is_ready(p)]
        return len(found) == count and found
    return until(check, 30, f"{count} pods of {name}")


def ends(c, ns, name, kind, reason, seconds=60):
    """Waits for the condition in between and for the last one, with their reason."""
    between = {"Complete": "SuccessCriteriaMet", "Failed": "FailureTarget"}[kind]
    for wanted in (between, kind):
        def check():
            found = condition(c.rest.get("jobs", ns, name), wanted)
            return found.get("status") == "True" and found
        equal(until(check, seconds, f"{wanted} of {name}").get("reason"), reason, f"reason of {wanted}")
    return c.rest.get("jobs", ns, name)["status"]


@case
def case_job_indexes_and_host_names(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[0])
    c.rest.create("jobs", ns, indexed("indexed-job"))
    ends(c, ns, "indexed-job", "Complete", "CompletionsReached")
    found = [p for p in pods_of(c, ns, "indexed-job") if p["status"]["phase"] == "Succeeded"]
    equal(sorted((index_of(p), p["spec"]["hostname"]) for p in found), [(n, f"indexed-job-{n}") for n in range(4)], "indexes and host names")
    for p in found:
        variable = {e["name"]: e for e in p["spec"]["containers"][0]["env"]}["JOB_COMPLETION_INDEX"]
        contains(variable["valueFrom"]["fieldRef"]["fieldPath"], "batch.kubernetes.io/job-completion-index")
        equal(p["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"], str(index_of(p)), "label")


@case
def case_job_fails_on_an_exit_code(c, ns):
    # One pod fails with the code of the rule, when all run.
    have_run = []
    c.ordinary.scripts[ns] = lambda p: Play(exits=[42] if index_of(p) == 0 and have_run else None)
    rules = [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}]
    c.rest.create("jobs", ns, indexed("pod-failure-failjob", 2, 2, podFailurePolicy={"rules": rules}))
    pods_run(c, ns, "pod-failure-failjob", 2)
    have_run.append(True)
    c.ordinary.look(ns)
    status = ends(c, ns, "pod-failure-failjob", "Failed", "PodFailurePolicy")
    contains(condition({"status": status}, "Failed")["message"], f"for pod {ns}/pod-failure-failjob-0-")
    contains(condition({"status": status}, "Failed")["message"], "failed with exit code 42 matching FailJob rule at index 0")


def check_ignored_disruption(c, ns, name, restart, rules):
    # Every pod is evicted once; the one in its place succeeds.
    evicted = set()
    c.ordinary.scripts[ns] = lambda p: Play(exits=[0] if index_of(p) in evicted else None)
    made = indexed(name, 2, 4, podFailurePolicy={"rules": rules})
    made["spec"].update(backoffLimit=0)
    c.rest.create("jobs", ns, made)

    def evict_one():
        for found in pods_of(c, ns, name):
            if is_ready(found) and index_of(found) not in evicted:
                evicted.add(index_of(found))
                meta = found["metadata"]
                c.rest.create("pods", ns, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": meta["name"], "namespace": ns}}, meta["name"], "eviction")
                until(lambda: c.rest.is_gone("pods", ns, meta["name"]), 20, "the evicted pod to be gone")
                return True

    for number in range(4):
        until(evict_one, 30, f"pod {number} to evict")
    status = ends(c, ns, name, "Complete", "CompletionsReached")
    equal((status["succeeded"], status.get("failed", 0), status["completedIndexes"]), (4, 0, "0-3"), "counts")


@case
def case_job_ignores_disruption(c, ns):
    check_ignored_disruption(c, ns, "pod-failure-ignore", "Never", [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [0]}}])


@case
def case_job_status(c, ns):
    made = c.rest.create("jobs", ns, made_job("status"))
    pods_run(c, ns, "status", 2)
    first = {"type": "CustomConditionType", "status": "True", "lastTransitionTime": "2026-01-02T03:04:05Z"}
    patched = c.rest.patch("jobs", ns, "status", {"metadata": {"annotations": {"patchedstatus": "true"}}, "status": {"conditions": [{**first, "lastProbeTime": None}]}}, "merge", "status")
    equal(condition(patched, "CustomConditionType").get("lastTransitionTime"), first["lastTransitionTime"], "the patched condition")
    equal(patched["metadata"]["annotations"].get("patchedstatus"), "true", "the patched annotation")

    def later(thing):
        condition(thing, "CustomConditionType")["lastTransitionTime"] = "2026-01-02T03:04:06Z"

    updated = c.rest.change("jobs", ns, "status", later, "status")
    equal(condition(updated, "CustomConditionType")["lastTransitionTime"], "2026-01-02T03:04:06Z", "the updated condition")
    equal(c.rest.get("jobs", ns, "status", "status")["metadata"]["uid"], made["metadata"]["uid"], "uid in /status")
    time.sleep(1)
    equal(condition(c.rest.get("jobs", ns, "status"), "CustomConditionType").get("status"), "True", "a condition of another's after a while")


@case
def case_job_is_deleted(c, ns):
    c.rest.create("jobs", ns, made_job("foo"))
    pods_run(c, ns, "foo", 2)
    c.rest.delete("jobs", ns, "foo", propagationPolicy="Background")
    until(lambda: c.rest.is_gone("jobs", ns, "foo") and not pods_of(c, ns, "foo"), 30, "the job and its pods to be gone")


@case
def case_job_indexes_fail_by_themselves(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[index_of(p) % 2])
    c.rest.create("jobs", ns, indexed("with-backoff-limit-per-index", backoffLimitPerIndex=1))
    status = ends(c, ns, "with-backoff-limit-per-index", "Failed", "FailedIndexes", 90)
    equal((status["failedIndexes"], status["completedIndexes"], status["failed"], status["succeeded"]), ("1,3", "0,2", 4, 2), "status")


@case
def case_job_life(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[0])
    rest, name = c.rest, "e2e-life"
    made = made_job(name, suspend=True)
    made["metadata"]["labels"] = {"e2e-job-label": ns}
    with rest.watch("jobs", ns, f"e2e-job-label={ns}") as watch:
        rest.create("jobs", ns, made)
        equal(rest.patch("jobs", ns, name, {"metadata": {"labels": {name: "patched"}}})["metadata"]["labels"][name], "patched", "label")
        watch.until(lambda t, o: t == "MODIFIED" and o["metadata"]["labels"].get(name) == "patched", 20, "the patch to be seen")

        def resume(thing):
            thing["spec"]["suspend"] = False
            thing["metadata"].setdefault("annotations", {})["updated"] = "true"

        equal(rest.change("jobs", ns, name, resume)["metadata"]["annotations"]["updated"], "true", "annotation")
        watch.until(lambda t, o: o["metadata"].get("annotations", {}).get("updated") == "true", 20, "the update to be seen")
        equal(len(rest.items("jobs", None, f"e2e-job-label={ns}")), 1, "jobs of all namespaces")
        ends(c, ns, name, "Complete", "CompletionsReached")
        rest.delete_all("jobs", ns, f"e2e-job-label={ns}", propagationPolicy="Background")
        watch.until(lambda t, o: t == "DELETED", 20, "the end to be seen")
    equal(rest.items("jobs", None, f"e2e-job-label={ns}"), [], "jobs that are left")


@case
def case_job_fail_index_action(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[index_of(p) % 2])
    rules = [{"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [1]}}]
    c.rest.create("jobs", ns, indexed("matching-fail-index-action", 2, 2, backoffLimitPerIndex=1, podFailurePolicy={"rules": rules}))
    status = ends(c, ns, "matching-fail-index-action", "Failed", "FailedIndexes")
    equal((status["failedIndexes"], status["completedIndexes"], status["failed"], status["succeeded"]), ("1", "0", 1, 1), "status")


@case
def case_job_is_restarted_on_its_node(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[1, 0])
    c.rest.create("jobs", ns, made_job("fail-once-local", restart="OnFailure"))
    equal(ends(c, ns, "fail-once-local", "Complete", "CompletionsReached")["succeeded"], 4, "succeeded")


@case
def case_job_has_too_many_failed_indexes(c, ns):
    c.ordinary.scripts[ns] = lambda p: Play(exits=[1])
    c.rest.create("jobs", ns, indexed("with-max-failed-indexes", 1, 4, backoffLimitPerIndex=0, maxFailedIndexes=0))
    status = ends(c, ns, "with-max-failed-indexes", "Failed", "MaxFailedIndexesExceeded")
    equal((status["failedIndexes"], status["failed"]), ("0", 1), "status")


def check_success_policy(c, ns, name, play, completed, **spec):
    c.ordinary.scripts[ns] = play
    c.rest.create("jobs", ns, indexed(name, **spec))
    status = ends(c, ns, name, "Complete", "SuccessPolicy")
    equal(status["completedIndexes"], completed, "indexes")
    until(lambda: c.rest.get("jobs", ns, name)["status"].get("terminating", 0) == 0, 20, "no pod that ends")
    equal([p["metadata"]["name"] for p in pods_of(c, ns, name) if p["status"]["phase"] == "Running"], [], "pods that go on")
    equal(c.rest.get("jobs", ns, name)["status"].get("active", 0), 0, "active")
    return status


@case
def case_job_success_policy_all_indexes(c, ns):
    status = check_success_policy(c, ns, "with-success-policy", lambda p: Play(exits=[0]), "0,1", parallelism=2, completions=2,
                                  successPolicy={"rules": [{"succeededIndexes": "0-1"}]}, backoffLimit=2)
    equal(status["succeeded"], 2, "succeeded")


@case
def case_job_success_policy_some_indexes(c, ns):
    play = lambda p: Play(exits=[0] if index_of(p) == 0 else None)
    check_success_policy(c, ns, "with-succeeded-indexes", play, "0", parallelism=2, completions=5, successPolicy={"rules": [{"succeededIndexes": "0"}]})


@case
def case_job_success_policy_count(c, ns):
    play = lambda p: Play(exits=[0] if index_of(p) == 0 else None)
    check_success_policy(c, ns, "with-succeeded-count", play, "0", parallelism=2, completions=5, successPolicy={"rules": [{"succeededCount": 1}]})


@case
def case_job_adopts_and_releases(c, ns):
    made = c.rest.create("jobs", ns, made_job("adopt-release"))
    name = pods_run(c, ns, "adopt-release", 2)[0]["metadata"]["name"]
    c.rest.change("pods", ns, name, lambda p: p["metadata"].pop("ownerReferences"))
    adopted = until(lambda: owner(c.rest.get("pods", ns, name)), 20, "the pod to be adopted")
    equal((adopted["kind"], adopted["name"], adopted["uid"]), ("Job", "adopt-release", made["metadata"]["uid"]), "owner")
    c.rest.change("pods", ns, name, lambda p: p["metadata"].pop("labels"))
    until(lambda: not owner(c.rest.get("pods", ns, name)), 20, "the pod to be released")
    until(lambda: not c.rest.get("pods", ns, name)["metadata"].get("finalizers"), 20, "a pod without the job's finalizer")


# cron jobs: whole minutes have to pass


def cron(name, policy, **spec):
    made = job("x", parallelism=1, completions=1)
    made["spec"]["template"]["metadata"] = {"labels": {"cron": name}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
            "spec": {"schedule": "*/1 * * * ?", "concurrencyPolicy": policy, "jobTemplate": {"spec": made["spec"]}, **spec}}


def active(c, ns, name):
    return c.rest.get("cronjobs", ns, name)["status"].get("active", [])


@case
def case_cron_job_allows_several(c, ns):
    c.rest.create("cronjobs", ns, cron("concurrent", "Allow"))
    until(lambda: len(active(c, ns, "concurrent")) >= 2, 140, "two jobs at a time")
    until(lambda: len([j for j in c.rest.items("jobs", ns) if j["status"].get("active")]) >= 2, 20, "two running jobs")


@case
def case_cron_job_forbids_several(c, ns):
    c.rest.create("cronjobs", ns, cron("forbid", "Forbid"))
    until(lambda: len(active(c, ns, "forbid")) == 1, 75, "a job")
    first = c.rest.items("jobs", ns)[0]["metadata"]["uid"]
    stays(lambda: len(active(c, ns, "forbid")) == 1, 65 - time.time() % 60, "one job at a time")
    equal([j["metadata"]["uid"] for j in c.rest.items("jobs", ns)], [first], "jobs")


@case
def case_cron_job_replaces(c, ns):
    c.rest.create("cronjobs", ns, cron("replace", "Replace"))
    first = until(lambda: active(c, ns, "replace"), 75, "a job")[0]["name"]
    until(lambda: (a := active(c, ns, "replace")) and len(a) == 1 and a[0]["name"] != first, 80, "another job")
    until(lambda: c.rest.is_gone("jobs", ns, first) and len(c.rest.items("jobs", ns)) == 1, 20, "the first job to be gone")


@case
def case_cron_job_suspended(c, ns):
    c.rest.create("cronjobs", ns, cron("suspended", "Allow", suspend=True))
    stays(lambda: not c.rest.items("jobs", ns), 66 - time.time() % 60, "no jobs")
    equal(active(c, ns, "suspended"), [], "active")


@case
def case_cron_job_by_the_api(c, ns):
    rest = c.rest
    equal([v["version"] for g in rest.ask("GET", "/apis")["groups"] if g["name"] == "batch" for v in g["versions"]], ["v1"], "versions of batch")
    equal(rest.ask("GET", "/apis/batch")["preferredVersion"]["version"], "v1", "preferred version")
    equal({"cronjobs", "cronjobs/status"} - {r["name"] for r in rest.ask("GET", "/apis/batch/v1")["resources"]}, set(), "resources that are missing")
    made = cron("mycronjob", "Forbid", successfulJobsHistoryLimit=1, failedJobsHistoryLimit=1)
    made["spec"]["schedule"] = "0 0 1 2 *"
    made["metadata"].update(labels={"special-label": ns})
    made["metadata"].pop("name")
    name = None
    for _ in range(3):
        made["metadata"]["generateName"] = "mycronjob-"
        name = rest.create("cronjobs", ns, made)["metadata"]["name"]
    selector = f"special-label={ns}"
    equal(rest.get("cronjobs", ns, name)["spec"]["schedule"], "0 0 1 2 *", "schedule")
    found = rest.get("cronjobs", ns, labelSelector=selector)
    equal((len(found["items"]), len(rest.items("cronjobs", None, selector))), (3, 3), "lists")
    with rest.watch("cronjobs", ns, selector, found["metadata"]["resourceVersion"]) as watch:
        patched = rest.patch("cronjobs", ns, name, {"metadata": {"annotations": {"patched": "true"}}}, "merge")
        equal(patched["metadata"]["annotations"]["patched"], "true", "annotation")
        updated = rest.change("cronjobs", ns, name, lambda j: j["metadata"]["annotations"].update(updated="true"))
        equal(updated["metadata"]["annotations"]["updated"], "true", "annotation")
        watch.until(lambda t, o: t == "MODIFIED" and o["metadata"].get("annotations", {}).get("patched") == "true", 20, "the patch")
        watch.until(lambda t, o: t == "MODIFIED" and o["metadata"].get("annotations", {}).get("updated") == "true", 20, "the update")
        if any(t == "ADDED" for t, _ in watch.events):
            raise Failure("what was there before is no event")
        status = rest.patch("cronjobs", ns, name, {"metadata": {"annotations": {"patchedstatus": "true"}}, "status": {"lastScheduleTime": "2026-01-02T03:04:05Z"}}, "merge", "status")
        equal((status["status"]["lastScheduleTime"], status["metadata"]["annotations"].get("patchedstatus")), ("2026-01-02T03:04:05Z", "true"), "what was patched")
        updated = rest.change("cronjobs", ns, name, lambda j: j["status"].update(lastScheduleTime="2026-01-02T04:04:05Z"), "status")
        equal(updated["status"]["lastScheduleTime"], "2026-01-02T04:04:05Z", "what was updated")
        equal(rest.get("cronjobs", ns, name, "status")["metadata"]["uid"], patched["metadata"]["uid"], "uid in /status")
        rest.delete("cronjobs", ns, name)
        equal(rest.is_gone("cronjobs", ns, name), True, "the deleted one to be gone")
        equal(len(rest.items("cronjobs", ns, selector)), 2, "cron jobs that are left")
        rest.delete_all("cronjobs", ns, selector)
        equal(rest.items("cronjobs", ns, selector), [], "cron jobs that are left")
        until(lambda: sum(t == "DELETED" for t, _ in watch.events) == 3, 20, "three ends to be seen")

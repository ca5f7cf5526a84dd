import Objects
import Schema
import Testing

@testable import Tables

@Suite struct TablesTests {
    private func cells(_ group: String, _ resource: String, _ json: String) throws -> Value {
        let now = try #require(Timestamp("2026-01-01T01:00:00Z"))
        let printer = TablePrinters.printer(for: GroupResource(group: group, resource: resource))
        let cells = printer.cells(try Value(json: json), now)
        return .array(cells)
    }

    private static let metadata = #""metadata":{"name":"a","namespace":"n","creationTimestamp":"2026-01-01T00:00:00Z"}"#

    @Test(arguments: [
        ("", "configmaps", #"{META,"data":{"a":"b"},"binaryData":{"c":"ZA=="}}"#, #"["a",2,"60m"]"#),
        ("", "namespaces", #"{META,"status":{"phase":"Active"}}"#, #"["a","Active","60m"]"#),
        ("", "services", #"{META,"spec":{"type":"NodePort","clusterIP":"10.0.0.1","ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}],"selector":{"b":"c","a":"b"}}}"#,
         #"["a","NodePort","10.0.0.1","<none>","80:30080/TCP","60m","a=b,b=c"]"#),
        ("", "services", #"{META,"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"}}"#, #"["a","LoadBalancer","10.0.0.1","<pending>","<none>","60m","<none>"]"#),
        ("", "nodes", #"{META,"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"False"}]}}"#,
         #"["a","NotReady,SchedulingDisabled","<none>","60m","","<none>","<none>","<unknown>","<unknown>","<unknown>"]"#),
        ("", "persistentvolumeclaims", #"{META,"spec":{"volumeName":"v","accessModes":["ReadWriteOnce"]},"status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"]}}"#,
         #"["a","Bound","v","1Gi","RWO,RWX","","<unset>","60m","<unset>"]"#),
        ("", "events", #"{META,"involvedObject":{"kind":"Pod","name":"p"},"type":"Normal","reason":"R","message":" m ","lastTimestamp":"2026-01-01T00:59:00Z","count":2,"source":{"component":"k"}}"#,
         #"["60s","Normal","R","pod/p","","k","m","<unknown>",2,"a"]"#),
        ("events.k8s.io", "events", #"{META,"regarding":{"kind":"Pod","name":"p"},"note":"m","eventTime":"2026-01-01T00:59:00Z","reportingController":"c","reportingInstance":"i"}"#,
         #"["60s","","","pod/p","","c, i","m","60s",1,"a"]"#),
        ("apps", "deployments", #"{META,"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":1,"updatedReplicas":2}}"#,
         #"["a","1/3",2,0,"60m","c","i","a=b"]"#),
        ("batch", "jobs", #"{META,"spec":{"parallelism":2},"status":{"succeeded":1,"startTime":"2026-01-01T00:50:00Z","completionTime":"2026-01-01T00:52:05Z","conditions":[{"type":"Complete","status":"True"}]}}"#,
         #"["a","Complete","1/1 of 2","2m5s","60m","","","<none>"]"#),
        ("batch", "cronjobs", #"{META,"spec":{"schedule":"@daily","suspend":false}}"#, #"["a","@daily","<none>","False",0,"<none>","60m","","","<none>"]"#),
        ("autoscaling", "horizontalpodautoscalers", #"{META,"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"D","name":"d"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":70}}}]},"status":{"currentMetrics":[{"type":"Resource","resource":{"current":{"averageUtilization":10}}}]}}"#,
         #"["a","D/d","cpu: 10%/70%","<unset>",3,0,"60m"]"#),
        ("networking.k8s.io", "ingresses", #"{META,"spec":{"rules":[{"host":"1"},{"host":"2"},{"host":"3"},{"host":"4"}],"tls":[{}]}}"#,
         #"["a","<none>","1,2,3 + 1 more...","","80, 443","60m"]"#),
        ("storage.k8s.io", "storageclasses", #"{"metadata":{"name":"s","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"p"}"#,
         #"["s (default)","p","Delete","Immediate",false,"<unknown>"]"#),
        ("rbac.authorization.k8s.io", "roles", "{META}", #"["a","2026-01-01T00:00:00Z"]"#),
    ])
    func rows(_ group: String, _ resource: String, _ json: String, _ expected: String) throws {
        let full = json.replacing("META", with: Self.metadata)
        #expect(try cells(group, resource, full) == (try Value(json: expected)))
        let printer = TablePrinters.printer(for: GroupResource(group: group, resource: resource))
        #expect(try cells(group, resource, full).array.count == printer.columns.count)
    }

    @Test(arguments: [
        (#"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}]}"#, "0/1", "Init:0/1", "0"),
        (#"{"phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}"#, "0/1", "Init:CrashLoopBackOff", "2"),
        (#"{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":3}}}]}"#, "0/1", "Init:ExitCode:3", "0"),
        (#"{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":4,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:30:00Z"}}}]}"#, "1/1", "Running", "4 (30m ago)"),
        (#"{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":1,"signal":9}}}]}"#, "0/1", "Signal:9", "0"),
        (#"{"phase":"Running","reason":"Evicted"}"#, "0/1", "Evicted", "0"),
        (#"{"phase":"Pending","conditions":[{"type":"PodScheduled","reason":"SchedulingGated","status":"False"}]}"#, "0/1", "SchedulingGated", "0"),
    ])
    func pods(_ status: String, _ ready: String, _ reason: String, _ restarts: String) throws {
        let row = try cells("", "pods", #"{\#(Self.metadata),"spec":{"containers":[{"name":"c"}],"initContainers":[{"name":"i"}]},"status":\#(status)}"#)
        #expect([row[1], row[2], row[3]] == [.string(ready), .string(reason), .string(restarts)])
    }

    @Test func deletedPodsTerminate() throws {
        let row = try cells("", "pods", #"{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}"#)
        #expect(row[2] == "Terminating")
    }

    @Test(arguments: [
        (-5, "<invalid>"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (10799, "179m"), (10800, "3h"), (11100, "3h5m"),
        (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"), (691_200, "8d"), (63_072_000, "2y"), (63_158_400, "2y1d"),
    ])
    func durations(_ seconds: Int64, _ text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }
}

import KubernetesTypes
import Testing

@Suite struct FeatureGatesTests {
    @Test func defaultsAndChanges() throws {
        var gates = FeatureGates()
        #expect(gates["WatchList"] && !gates["CBORServingAndStorage"] && !gates["NoSuchThing"])
        try gates.set("CBORServingAndStorage=true, kube:WatchList=false")
        #expect(gates["CBORServingAndStorage"] && !gates["WatchList"])
        #expect(gates.text == "CBORServingAndStorage=true,WatchList=false")
        try gates.set("SidecarContainers=true")
        try gates.set("AllAlpha=true,HPAScaleToZero=false")
        #expect(gates["GangScheduling"] && !gates["HPAScaleToZero"])
        try gates.set("AllBeta=false,APIResponseCompression=true")
        #expect(!gates["OpenAPIEnums"] && gates["APIResponseCompression"] && gates["SidecarContainers"])
    }

    /// What v1.36 moved, or moved back.
    @Test func stagesOfTheRelease() throws {
        let gates = FeatureGates()
        for name in ["UnknownVersionInteroperabilityProxy", "DRAPartitionableDevices", "DeclarativeValidationBeta", "AtomicFIFO"] { #expect(gates[name], "\(name)") }
        for name in ["MaxUnavailableStatefulSet", "SELinuxMount", "DRADeviceTaintRules", "PodCertificateRequest", "MemoryQoS"] { #expect(!gates[name], "\(name)") }
        var changed = gates
        try changed.set("DRAPrioritizedList=false,DeclarativeValidationTakeover=true")
        #expect(throws: FeatureGates.Problem.self) { try changed.set("SeparateCacheWatchRPC=true") }
        #expect(throws: FeatureGates.Problem.self) { try changed.set("DeclarativeValidation=false") }
    }

    @Test func saysWhatIsWrongAndChangesNothing() {
        let cases = [
            "NoSuchThing=true": "unrecognized feature gate: NoSuchThing",
            "WatchList=false,SidecarContainers=false": "cannot set feature gate SidecarContainers to false, feature is locked to true",
            "WatchList": "missing bool value for WatchList",
            "WatchList=maybe": "invalid value of WatchList=maybe, err: strconv.ParseBool: parsing \"maybe\": invalid syntax",
        ]
        for (text, problem) in cases {
            var gates = FeatureGates()
            #expect(throws: FeatureGates.Problem(description: problem)) { try gates.set(text) }
            #expect(gates == FeatureGates())
        }
    }
}

import Objects
import Testing

@Suite struct ObjectLabelsTests {
    @Test func theFirstOfAKeyCounts() {
        let labels = ObjectLabels.of(["metadata": ["labels": ["app": "web", "odd": 7]]])
        #expect(labels["app"] == "web" && labels["odd"] == nil && labels["none"] == nil)
        #expect(labels.pairs.map(\.key) == ["app"])
        #expect(ObjectLabels.of(["metadata": [:]]) == [])
    }

    @Test func aMatcherTellsOnesOfOtherLabelsApart() {
        let selector = LabelSelector([LabelSelector.Requirement(key: "app", operator: .in, values: ["web"])])
        func object(_ app: String) -> EncodedObject { EncodedObject(value: ["metadata": ["name": "o", "labels": ["app": .string(app)]]]) }
        var matcher = LabelMatcher(selector)
        #expect(["web", "web", "db", "web", "db"].map { matcher.matches(object($0)) } == [true, true, false, true, false])
        let bare = EncodedObject(value: ["metadata": ["name": "o"]])
        #expect(!matcher.matches(bare) && !matcher.matches(bare) && matcher.matches(object("web")))
    }
}

@testable import Controllers
import Objects
import Testing

@Suite struct CronScheduleTests {
    @Test(arguments: [
        ("* * * * *", "2026-03-01T10:15:30Z", "2026-03-01T10:16:00Z"),
        ("*/15 * * * *", "2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z"),
        ("30 9 * * 1-5", "2026-02-27T09:30:00Z", "2026-03-02T09:30:00Z"),
        ("0 0 1 jan *", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("0 12 13 * fri", "2026-03-01T00:00:00Z", "2026-03-06T12:00:00Z"),
        ("0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"),
        ("5/20 3 * * *", "2026-03-01T03:05:00Z", "2026-03-01T03:25:00Z"),
        ("@hourly", "2026-03-01T10:15:30Z", "2026-03-01T11:00:00Z"),
        ("@weekly", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z"),
        ("@every 1h30m", "2026-03-01T10:00:00Z", "2026-03-01T11:30:00Z"),
    ]) func nextTimes(_ text: String, _ after: String, _ expected: String) throws {
        let schedule = try #require(CronSchedule(text))
        #expect(schedule.next(after: try #require(Timestamp(after)))?.text == expected)
    }

    @Test(arguments: ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *", "a * * * *", "1-70 * * * *", "@sometimes", "@every x", "5-1 * * * *"])
    func whatIsNoSchedule(_ text: String) { #expect(CronSchedule(text) == nil) }

    @Test func neverIsNil() throws { #expect(try #require(CronSchedule("0 0 31 2 *")).next(after: Sample.now) == nil) }

    @Test(arguments: [
        // In winter and in summer; and over the change of the clocks.
        ("2026-01-10T00:00:00Z", "2026-01-10T08:00:00Z"), ("2026-07-10T00:00:00Z", "2026-07-10T07:00:00Z"),
        ("2060-07-10T00:00:00Z", "2060-07-10T07:00:00Z"),
    ]) func zones(_ after: String, _ expected: String) throws {
        let zone = try #require(TimeZoneRules(name: "Europe/Berlin"))
        let schedule = try #require(CronSchedule("0 9 * * *", zone: zone))
        #expect(schedule.next(after: try #require(Timestamp(after)))?.text == expected)
    }

    @Test func zonesThatAreNone() {
        for name in ["", "Nowhere/City", "../../../etc/passwd", "/etc/passwd"] { #expect(TimeZoneRules(name: name) == nil) }
    }

    @Test func missedTimesAreFoundFromFarAway() throws {
        let schedule = try #require(CronSchedule("0 * * * *"))
        let now = try #require(Timestamp("2026-03-01T10:30:00Z"))
        let near = schedule.mostRecent(after: try #require(Timestamp("2026-03-01T08:30:00Z")), notAfter: now)
        #expect(near.time?.text == "2026-03-01T10:00:00Z" && near.missed == 2)
        let far = schedule.mostRecent(after: try #require(Timestamp("2016-03-01T08:30:00Z")), notAfter: now)
        #expect(far.time?.text == "2026-03-01T10:00:00Z" && far.missed > 100)
        let monthly = try #require(CronSchedule("0 0 1 * *"))
        let old = monthly.mostRecent(after: try #require(Timestamp("1990-03-01T08:30:00Z")), notAfter: now)
        #expect(old.time?.text == "2026-03-01T00:00:00Z")
        #expect(schedule.mostRecent(after: now, notAfter: now).time == nil)
    }

    @Test func calendarDaysAgreeWithTimestamps() {
        for day in stride(from: Int64(-800), to: 60_000, by: 37) {
            let text = Timestamp(seconds: day * 86_400).text
            let calendar = CalendarDay(daysSinceEpoch: day)
            let parts = text.prefix(10).split(separator: "-")
            #expect(parts.suffix(2).map { Int($0) } == [calendar.month, calendar.day], "\(text)")
        }
    }
}

import Glibc
import Objects

struct CronJobStrategy: Strategy {
    func applyDefaults(_ object: inout Value) { PodTemplateRules.applyDefaults(&object["spec"]["jobTemplate"]["spec"]["template"]) }

    func prepareForCreate(_ object: inout Value) {
        resetStatus(&object)
        PodTemplateRules.dropDisabled(&object["spec"]["jobTemplate"]["spec"]["template"])
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["status"] = old["status"]
        PodTemplateRules.dropDisabled(&object["spec"]["jobTemplate"]["spec"]["template"])
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"], schedule = spec["schedule"]
        if errors.need(schedule), let problem = CronSchedule.problem(schedule.text) { errors.invalid(schedule, problem) }
        errors.nonNegative(spec["startingDeadlineSeconds"])
        errors.needOneOf(spec["concurrencyPolicy"], ["Allow", "Forbid", "Replace"])
        let job = spec["jobTemplate"]["spec"]
        JobRules.checkSpec(job, &errors)
        if job["selector"].isPresent { errors.invalid(job["selector"], "`selector` will be auto-generated") }
        if job["manualSelector"].flag { errors.notSupported(job["manualSelector"], ["nil", "false"]) }
        errors.nonNegative(spec, "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    }

    private func timeZone(_ zone: FieldValue, _ errors: inout FieldErrors) {
        if zone.isAbsent { return }
        if zone.isEmpty { return errors.invalid(zone, "timeZone must be nil or non-empty string") }
        if !TimeZones.isName(zone.text) { return errors.invalid(zone, "unknown time zone \(zone.text)") }
        if zone.text.lowercased() == "local" {
            errors.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
        } else if !TimeZones.isKnown(zone.text) {
            errors.invalid(zone, "unknown time zone \(zone.text)")
        }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if spec["schedule"].text.contains("TZ") {
            errors.invalid(spec["schedule"], "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
        }
        timeZone(spec["timeZone"], &errors)
        // The jobs get the name and eleven characters more.
        let name = object["metadata"]["name"]
        if name.text.utf8.count > 52 { errors.invalid(name, "must be no more than 52 characters") }
    }

    /// Schedules with a time zone in them, of a time when that was allowed, may stay.
    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"], schedule = spec["schedule"]
        if schedule.text.contains("TZ") {
            if !before["schedule"].text.contains("TZ") {
                errors.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
            } else if spec["timeZone"].isPresent {
                errors.invalid(schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")
            }
        }
        if spec["timeZone"].value != before["timeZone"].value { timeZone(spec["timeZone"], &errors) }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        if let old, old["spec"] == object["spec"] { return [] }
        var found = old == nil ? PodWarnings.podNames(of: object) : []
        found += JobStrategy.warnings(ofSpec: FieldValue(object)["spec"]["jobTemplate"]["spec"], at: "spec.jobTemplate.spec")
        return found
    }

    var countsGeneration: Bool { true }
}

/// The time zones of the machine's database.
enum TimeZones {
    /// Whether the parts of a name are such as the database has them.
    static func isName(_ name: String) -> Bool {
        name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            (1...14).contains(part.utf8.count) && part != "." && part != ".." && !part.hasPrefix("-")
                && part.utf8.allSatisfy { isNameCharacter($0) }
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return true
        default: return [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+")].contains(byte)
        }
    }

    /// Whether the machine's database has the zone; `name` is one of `isName`.
    static func isKnown(_ name: String) -> Bool {
        if name == "UTC" { return true }
        let directory = "/usr/share/zoneinfo/"
        // Without a database the name is taken as it is: refusing every zone would be worse.
        guard access(directory, F_OK) == 0 else { return true }
        var status = stat()
        return stat(directory + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

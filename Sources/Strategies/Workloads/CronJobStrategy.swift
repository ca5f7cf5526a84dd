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
        let spec = object["spec"]
        errors.nonNegative(spec, "startingDeadlineSeconds")
        errors.needOneOf(spec["concurrencyPolicy"], ["Allow", "Forbid", "Replace"])
        let job = spec["jobTemplate"]["spec"]
        JobRules.checkSpec(job, &errors)
        if job["selector"].isPresent { errors.invalid(job["selector"], "`selector` will be auto-generated") }
        if job["manualSelector"].flag { errors.notSupported(job["manualSelector"], ["nil", "false"]) }
        errors.nonNegative(spec, "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    }

    /// A schedule that has a zone may keep it when it had one before.
    private func schedule(_ spec: FieldValue, mayHaveZone: Bool, _ errors: inout FieldErrors) {
        let schedule = spec["schedule"]
        guard errors.need(schedule) else { return }
        let hasZone = schedule.text.contains("TZ")
        if let problem = CronSchedule.problem(schedule.text) { errors.invalid(schedule, problem) }
        if hasZone, !mayHaveZone {
            errors.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
        } else if hasZone, spec["timeZone"].isPresent {
            errors.invalid(schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")
        }
    }

    private func timeZone(_ zone: FieldValue, _ errors: inout FieldErrors) {
        if zone.isAbsent { return }
        if zone.isEmpty { return errors.invalid(zone, "timeZone must be nil or non-empty string") }
        if zone.text.lowercased() == "local" {
            errors.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
            if zone.text == "Local" { return }
        }
        if !TimeZones.isKnown(zone.text) { errors.invalid(zone, "unknown time zone \(zone.text)") }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        schedule(object["spec"], mayHaveZone: false, &errors)
        timeZone(object["spec"]["timeZone"], &errors)
        // The jobs get the name and eleven characters more.
        let name = object["metadata"]["name"]
        if name.text.utf8.count > 52 { errors.invalid(name, "must be no more than 52 characters") }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        schedule(spec, mayHaveZone: before["schedule"].text.contains("TZ"), &errors)
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
    static func isKnown(_ name: String) -> Bool {
        if name == "UTC" { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            part != "." && part != ".." && !part.hasPrefix("-") && (1...14).contains(part.utf8.count)
                && part.utf8.allSatisfy { byte in
                    byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 <= 25 || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+")].contains(byte)
                }
        }
        guard isName else { return false }
        let directory = "/usr/share/zoneinfo/"
        // Without a database the name is taken as it is: refusing every zone would be worse.
        guard access(directory, F_OK) == 0 else { return true }
        var status = stat()
        return stat(directory + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

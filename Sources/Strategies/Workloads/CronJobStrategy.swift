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
        let spec = object["spec"], schedule = spec["schedule"], zone = spec["timeZone"]
        if errors.need(schedule) {
            if schedule.text.contains("TZ") {
                errors.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
            } else if let problem = CronSchedule.problem(schedule.text) {
                errors.invalid(schedule, problem)
            }
        }
        if zone.isPresent { timeZone(zone, &errors) }
        errors.needOneOf(spec["concurrencyPolicy"], ["Allow", "Forbid", "Replace"])
        errors.nonNegative(spec, "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
        let job = spec["jobTemplate"]["spec"]
        JobRules.checkSpec(job, &errors)
        if job["selector"].isPresent { errors.invalid(job["selector"], "`selector` will be auto-generated") }
        if job["manualSelector"].flag { errors.notSupported(job["manualSelector"], ["nil", "false"]) }
    }

    private func timeZone(_ zone: FieldValue, _ errors: inout FieldErrors) {
        if zone.isEmpty { return errors.invalid(zone, "must be nil or non-empty string") }
        if zone.text.lowercased() == "local" {
            return errors.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
        }
        if !TimeZones.isKnown(zone.text) { errors.invalid(zone, "unknown time zone \(zone.text)") }
    }

    func checkCreate(_ object: FieldValue, _ errors: inout FieldErrors) {
        // The jobs get the name and eleven characters more.
        let name = object["metadata"]["name"]
        if name.text.utf8.count > 52 { errors.invalid(name, "must be no more than 52 characters") }
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
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
        }
        guard isName else { return false }
        let directory = "/usr/share/zoneinfo/"
        // Without a database the name is taken as it is: refusing every zone would be worse.
        guard access(directory, F_OK) == 0 else { return true }
        var status = stat()
        return stat(directory + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

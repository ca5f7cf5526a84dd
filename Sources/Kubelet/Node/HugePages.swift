import Objects

/// Huge pages of the machine: how many of which size, and what they are called.
struct HugePages: Sendable, Equatable {
    /// Bytes of a page.
    let size: Int64
    let count: Int64

    private static let folder = "/sys/kernel/mm/hugepages"

    /// All sizes that the kernel has, also those without pages.
    static func all() -> [HugePages] {
        HostFile.names(in: folder).sorted().compactMap { name in
            guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"), let size = Int64(name.dropFirst("hugepages-".count).dropLast(2)) else { return nil }
            let count = HostFile.lines("\(folder)/\(name)/nr_hugepages").first.flatMap { Int64($0) } ?? 0
            return HugePages(size: size * 1024, count: count)
        }
    }

    /// `hugepages-2Mi`.
    var resource: String { "hugepages-" + Quantity(size, format: .binarySI).description }

    /// How cgroups call the size: `2MB`.
    var cgroupName: String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var rest = size, unit = 0
        while rest >= 1024, rest % 1024 == 0, unit < units.count - 1 { (rest, unit) = (rest / 1024, unit + 1) }
        return "\(rest)\(units[unit])"
    }

    var bytes: Int64 { size * count }

    /// The bytes of a page of a volume's medium: `HugePages-2Mi`, or `HugePages` where the pod asks for one size.
    static func size(medium: String, _ pod: Value) -> Int64? {
        if medium.hasPrefix("HugePages-") { return Quantity(String(medium.dropFirst("HugePages-".count)))?.rounded }
        var names: Set<String> = []
        for container in pod["containers"].array + pod["initContainers"].array {
            for kind in ["requests", "limits"] {
                for entry in container["resources"][kind].members where entry.key.hasPrefix("hugepages-") { names.insert(entry.key) }
            }
        }
        guard names.count == 1, let name = names.first else { return nil }
        return Quantity(String(name.dropFirst("hugepages-".count)))?.rounded
    }
}

#if canImport(Glibc)
import Glibc
#endif

/// The host's log files, at `/logs/`.
enum HostLogs {
    private static let root = "/var/log"
    private static let limit = 32 << 20

    enum Answer {
        case page(String)
        case file([UInt8])
        case absent
    }

    /// What lies at a path below `/var/log`. Links that lead elsewhere are not followed.
    static func read(_ parts: [String]) -> Answer {
        if parts.contains("..") || parts.contains(where: { $0.contains("/") || $0.contains("\0") }) { return .absent }
        let path = ([root] + parts).joined(separator: "/")
        guard let real = realpath(path, nil) else { return .absent }
        defer { free(real) }
        let resolved = String(cString: real)
        guard resolved == root || resolved.hasPrefix(root + "/") else { return .absent }
        if HostFile.isFolder(resolved) {
            let lines = HostFile.names(in: resolved).sorted().map { name in
                let shown = name + (HostFile.isFolder(resolved + "/" + name) ? "/" : "")
                return "<a href=\"\(escape(shown))\">\(escape(shown))</a>"
            }
            return .page("<pre>\n" + lines.joined(separator: "\n") + "\n</pre>\n")
        }
        guard HostFile.kind(resolved) == S_IFREG, HostFile.size(resolved) <= limit, let bytes = HostFile.read(resolved) else { return .absent }
        return .file(bytes)
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}

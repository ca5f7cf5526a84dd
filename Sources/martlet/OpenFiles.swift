import Glibc

/// How many files and connections this process may have open.
enum OpenFiles {
    /// Takes all that the system lets it have: a server's connections are files too, and the usual 1,024 are few.
    static func raiseLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}

/// One condition on a thread and its process. The conditions of one clause must all hold.
package enum MatchRule: Hashable, Sendable {
    /// Path of the process's cgroup, in any hierarchy it is in.
    case cgroup(Pattern)
    /// Name of the systemd unit (service, scope or slice) that the cgroup path names.
    case unit(Pattern)
    /// Path of the executable.
    case executable(Pattern)
    /// Name of the process (the comm of its main thread).
    case comm(Pattern)
    /// The command line, its arguments joined by single spaces.
    case commandLine(Pattern)
    /// Owner: effective user id; names are resolved when the policy is loaded.
    case user(UInt32)
    /// Some ancestor process has this comm (or, for a path, this executable).
    case parent(Pattern)
    /// Container id, by the prefix that the cgroup path shows.
    case container(Pattern)
    /// Name of the thread, so that threads of one process can be two components.
    case thread(Pattern)
}

/// Conditions that must all hold for a thread to belong to a component.
package struct MatchClause: Hashable, Sendable {
    package var rules: [MatchRule]

    package init(rules: [MatchRule]) {
        self.rules = rules
    }
}

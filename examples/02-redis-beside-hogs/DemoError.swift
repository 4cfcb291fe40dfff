import Glibc

/// What stops the demo: everything that it started has ended by the time it is printed.
enum DemoError: Error, CustomStringConvertible {
    case interrupted(signal: Int32)
    case notRoot
    case tookTooLong(what: String, seconds: Double)
    case ended(program: String, how: String, output: String)
    case unreadable(what: String, reason: String)

    var description: String {
        switch self {
        case .interrupted(let signal):
            "interrupted by \(String(cString: strsignal(signal))); everything was stopped and put back"
        case .notRoot:
            "cgroups and SCHED_DEADLINE need root: run it with sudo, or leave out what needs it: --only alone --only unmanaged"
        case .tookTooLong(let what, let seconds):
            "\(what) did not happen within \(seconds) s"
        case .ended(let program, let how, let output):
            "\(program) ended too early (\(how))" + (output.isEmpty ? "" : "; it said:\n\(output)")
        case .unreadable(let what, let reason):
            "cannot make sense of \(what): \(reason)"
        }
    }

    /// As a shell reports a process that a signal ended.
    var exitCode: Int32 {
        if case .interrupted(let signal) = self { 128 + signal } else { EXIT_FAILURE }
    }
}

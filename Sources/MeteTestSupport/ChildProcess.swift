package import Glibc

/// A process that this one started, which ends no later than this object.
///
/// It leads a process group of its own, so that what it starts in turn ends with it. Should this process be killed, the kernel
/// sends the child `deathSignal` (PR_SET_PDEATHSIG). The kernel watches the thread that started it, so start children from a thread
/// that lives as long as they: the main thread.
///
/// Swift imports no `prctl` and no `pidfd_open`; `setpriv` (util-linux) stands in for the first, and `Polling` for the second.
package final class ChildProcess {
    package enum Output {
        case inherited
        case discarded
        /// Created or emptied.
        case file(String)
    }

    package struct Exit: Equatable {
        /// What it returned, or nil when a signal ended it.
        package var code: Int32?
        package var signal: Int32?
        // Of the process and those of its children that it waited for (getrusage(2)):
        /// User and system time.
        package var cpuNanoseconds: Int64
        package var voluntarySwitches: UInt64
        package var involuntarySwitches: UInt64
        package var minorFaults: UInt64
        package var majorFaults: UInt64
    }

    package let identifier: pid_t
    package let name: String
    package private(set) var exit: Exit?

    /// - Parameters:
    ///   - group: It joins this cgroup before the program starts, so that all its threads are in it.
    ///   - deathSignal: Name, as in `KILL`.
    package init(
        _ executable: Executable, _ arguments: [String], output: Output = .discarded, errors: Output = .inherited,
        group: ScratchGroup? = nil, deathSignal: String = "KILL"
    ) throws(ProcessError) {
        name = executable.path
        var command = ["/usr/bin/setpriv", "--pdeathsig", deathSignal, "--", executable.path] + arguments
        if let group {
            command = ["/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", group.membersFile] + command
        }
        identifier = try Self.spawn(command, output: output, errors: errors)
    }

    deinit {
        kill()
    }

    /// Looks whether it has ended, and keeps how.
    package func hasEnded() -> Bool {
        if exit != nil { return true }
        guard isOver else { return false }
        endGroup()
        return true
    }

    /// Whether it has ended. Unlike `hasEnded` this leaves what the kernel keeps of it, so that its files in /proc can still be read.
    package var isOver: Bool {
        if exit != nil { return true }
        var information = siginfo_t()
        // WNOWAIT leaves the zombie, which keeps the group's number from being given to somebody else while it is signalled.
        let status = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT)
        return status == 0 && information.si_signo == SIGCHLD
    }

    /// A signal to the process alone. Nothing happens when it has ended.
    package func send(_ signal: Int32) {
        if exit == nil { Glibc.kill(identifier, signal) }
    }

    /// Asks it to end by `signal`; kills it, and all of its group, when it has not after `grace` seconds.
    ///
    /// - Returns: Whether it ended by itself.
    @discardableResult
    package func stop(_ signal: Int32 = SIGTERM, grace: Double = 5) -> Bool {
        send(signal)
        if Polling.wait(seconds: grace, until: hasEnded) { return true }
        kill()
        return false
    }

    /// Waits as long as it takes.
    @discardableResult
    package func waitForEnd() -> Exit? {
        var information = siginfo_t()
        while exit == nil && waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        return hasEnded() ? exit : nil
    }

    /// Ends it, and all of its group, at once.
    package func kill() {
        guard exit == nil else { return }
        // It may not have come so far as to lead a group.
        Glibc.kill(identifier, SIGKILL)
        endGroup()
    }

    /// Returns when no process of the group is left, which takes a moment where they get little CPU to end on.
    private func endGroup() {
        Glibc.kill(-identifier, SIGKILL)
        reap()
        // Where /proc cannot be listed there is nothing to look at, and no reason to wait.
        Polling.wait(seconds: 5) { (try? ProcessTree.running(inGroup: identifier).isEmpty) ?? true }
    }

    private func reap() {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(identifier, &status, 0, &usage) == -1 && errno == EINTR {}
        let signal = status & 0x7F
        let time = [usage.ru_utime, usage.ru_stime].map { Int64($0.tv_sec) * 1_000_000_000 + Int64($0.tv_usec) * 1000 }
        exit = Exit(
            code: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
            cpuNanoseconds: time.reduce(0, +), voluntarySwitches: UInt64(usage.ru_nvcsw),
            involuntarySwitches: UInt64(usage.ru_nivcsw), minorFaults: UInt64(usage.ru_minflt),
            majorFaults: UInt64(usage.ru_majflt))
    }
}

// MARK: - posix_spawn

extension ChildProcess {
    private static func spawn(_ command: [String], output: Output, errors: Output) throws(ProcessError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        redirect(STDOUT_FILENO, to: output, &actions)
        redirect(STDERR_FILENO, to: errors, &actions)

        // The child has no part in the signals that its parent blocks or handles.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, command[0], &actions, &attributes, words, environ)
        guard code == 0 else { throw ProcessError("start", command.joined(separator: " "), errno: code) }
        return identifier
    }

    private static func redirect(_ descriptor: Int32, to output: Output, _ actions: inout posix_spawn_file_actions_t) {
        switch output {
        case .inherited: break
        case .discarded: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        case .file(let path):
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
    }
}

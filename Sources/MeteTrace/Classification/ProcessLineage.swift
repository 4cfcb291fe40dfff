/// Which processes belong together where no cgroup says so: a program that was started, and all that it started.
enum ProcessLineage {
    /// The root of the tree that a process is in: the process itself or its topmost ancestor below process 1, below the
    /// nearest launcher, or below a parent that is not known.
    static func root(of process: ProcessFacts, lookup: ProcessLookup) -> ProcessFacts {
        var root = process
        _ = process.firstAncestor(lookup: lookup) { ancestor in
            if ancestor.pid == 1 || isLauncher(ancestor) { return true }
            root = ancestor
            return false
        }
        return root
    }

    /// Whether a process starts others on behalf of somebody else: a service manager, a session, an interactive shell.
    static func isLauncher(_ process: ProcessFacts) -> Bool {
        launchers.contains(process.comm) || isInteractiveShell(process)
    }

    private static let launchers: Set<String> = [
        // service managers and supervisors
        "systemd", "init", "runit", "runsv", "runsvdir", "s6-svscan", "s6-supervise", "supervisord", "openrc-run",
        "monit",
        // sessions
        "login", "sshd", "sshd-session", "su", "sudo", "doas", "screen", "tmux: server", "agetty", "gdm-session-wor",
        // schedulers
        "cron", "crond", "atd", "anacron",
        // container shims and their init
        "containerd-shim", "conmon", "tini", "dumb-init", "catatonit", "docker-init", "lxc-start",
    ]

    private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "fish", "ksh", "mksh", "tcsh", "csh"]

    /// A shell that runs neither a script nor a command given on its command line.
    private static func isInteractiveShell(_ process: ProcessFacts) -> Bool {
        guard shells.contains(process.comm) else { return false }
        let arguments = process.commandLine.utf8.split(separator: UInt8(ascii: " "))
        guard let program = arguments.first else { return false }
        // login(1) and sshd put `-` before the name of a login shell.
        if program.first == UInt8(ascii: "-") { return true }
        return arguments.dropFirst().allSatisfy { argument in
            argument.first == UInt8(ascii: "-")
                && (argument.starts(with: "--".utf8) || !argument.contains(UInt8(ascii: "c")))
        }
    }
}

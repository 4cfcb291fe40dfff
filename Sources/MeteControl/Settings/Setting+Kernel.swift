internal import Glibc

/// Reading, writing and comparing: the one place that knows how each kind of setting is done in the kernel.
///
/// Errors are the kernel's. Those with `meansGone` say that the thread, process or group ended: expected, since
/// components come and go while we write. A file that is missing from a folder that is there is not gone but was
/// never there (its controller is not handed down), and is thrown as EOPNOTSUPP.
extension Setting {
    package func read() throws(Errno) -> SettingValue {
        switch self {
        case .file(let path):
            return .text(try missingNotGone(path) { () throws(Errno) in try KernelFile.read(path) })
        case .controller(let path, let name):
            let words = try missingNotGone(path) { () throws(Errno) in try KernelFile.read(path) }
            return words.split(separator: " ").contains { $0 == name } ? .present : .absent
        case .group(let path):
            return KernelFile.isFolder(path) ? .present : .absent
        case .processGroup(let key, let hierarchy), .threadGroup(let key, let hierarchy):
            try key.requireAlive()
            return .cgroup(try hierarchy.cgroup(of: key.id))
        case .scheduling(let thread):
            try thread.requireAlive()
            return .scheduling(try SchedulingAttributes.read(thread.id))
        }
    }

    /// Writes a value. `midway` is called where that takes two steps and the first is done: a thread that leaves SCHED_DEADLINE.
    package func write(_ value: SettingValue, midway: () -> Void = {}) throws(Errno) {
        switch (self, value) {
        case (.file(let path), .text(let text)):
            try missingNotGone(path) { () throws(Errno) in try KernelFile.write(text, to: path) }
        case (.controller(let path, let name), .present):
            try missingNotGone(path) { () throws(Errno) in try KernelFile.write("+\(name)", to: path) }
        case (.controller(let path, let name), .absent):
            try missingNotGone(path) { () throws(Errno) in try KernelFile.write("-\(name)", to: path) }
        case (.group(let path), .present):
            do {
                try KernelFile.makeFolder(path)
            } catch .exists {
            }
        case (.group(let path), .absent):
            do {
                try KernelFile.removeFolder(path)
            } catch .noSuchFile {
            }
        case (.processGroup(let process, let hierarchy), .cgroup(let group)):
            try process.requireAlive()
            try KernelFile.write("\(process.id)", to: hierarchy.folder(of: group) + "/cgroup.procs")
        case (.threadGroup(let thread, let hierarchy), .cgroup(let group)):
            try thread.requireAlive()
            let file = hierarchy.version == .v1 ? "tasks" : "cgroup.threads"
            try KernelFile.write("\(thread.id)", to: "\(hierarchy.folder(of: group))/\(file)")
        case (.scheduling(let thread), .scheduling(let attributes)):
            try thread.requireAlive()
            try attributes.writeWithoutLeak(thread.id, midway: midway)
        default:
            throw .invalid
        }
    }

    /// Whether what was read is what was written. Texts are compared word by word: the kernel changes white space.
    package func isSame(_ left: SettingValue, _ right: SettingValue) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)):
            left == right
                || left.split(whereSeparator: \.isWhitespace) == right.split(whereSeparator: \.isWhitespace)
        case (.scheduling(let left), .scheduling(let right)): left.isEquivalent(to: right)
        default: left == right
        }
    }

    /// Whether a value may be mete's own although it was never meant to stay: the half-way house of leaving
    /// SCHED_DEADLINE, in which a crash can leave a thread.
    package func isTransient(_ value: SettingValue) -> Bool {
        guard case .scheduling(let attributes) = value else { return false }
        return attributes.isEquivalent(to: .leaving)
    }

    private func missingNotGone<Value>(
        _ path: String, _ body: () throws(Errno) -> Value
    ) throws(Errno) -> Value {
        do {
            return try body()
        } catch .noSuchFile {
            throw KernelFile.isFolder(FolderPath.parent(of: path)) ? Errno.notSupported : .noSuchFile
        }
    }
}

extension Setting {
    /// What the user can do when the kernel refuses to write this setting.
    package func remedy(for cause: Errno) -> String {
        switch (self, cause) {
        case (_, .readOnly):
            return "The file system is mounted read-only here; run mete outside the container or mount it writable."
        case (.scheduling, .notPermitted):
            return
                "Run as root (CAP_SYS_NICE). As root: the thread is bound to fewer CPUs than its root domain has, "
                + "which SCHED_DEADLINE does not allow; widen its affinity, or leave it shared."
        case (.scheduling, .busy):
            return "Not enough deadline bandwidth is free; `mete doctor` lists what takes it, leaks included."
        case (.scheduling, .invalid):
            return "Choose a period between kernel.sched_deadline_period_min_us and _max_us."
        case (_, .notPermitted), (_, .accessDenied):
            return "Run as root, or have the cgroup delegated to mete's user."
        case (.controller, .busy):
            return "A group holds both processes and child groups; only its owner can put that in order."
        case (.group, .busy), (.group, .notEmpty):
            return "Processes or groups are still in it; run `mete restore` again when they have ended."
        case (.processGroup, .invalid), (.threadGroup, .invalid):
            return "Real-time threads cannot enter a group without real-time budget, nor kernel threads any group."
        case (.processGroup, .notSupported), (.threadGroup, .notSupported):
            return "The target group is threaded; move the process into a domain group."
        case (.file, .notSupported):
            return "The controller is not handed down to this group; look at cgroup.subtree_control of its parent."
        case (.file, .invalid):
            return "The kernel does not take this value here; a parent's limit may be narrower, or cpu.idle is set."
        default:
            return "`mete doctor` says what this machine permits."
        }
    }
}

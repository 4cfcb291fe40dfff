/// Something in the kernel that mete can write, and can therefore have to put back.
package enum Setting: Hashable, Sendable {
    /// A file that holds one value: a cgroup's attribute, a sysctl.
    case file(String)
    /// Whether a v2 controller is handed down to the child groups: one word of a cgroup.subtree_control file.
    case controller(file: String, name: String)
    /// A cgroup: there or not.
    case group(String)
    /// The cgroup that a whole process is in.
    case processGroup(ThreadKey, in: CgroupHierarchy)
    /// The cgroup that one thread is in (v1 only).
    case threadGroup(ThreadKey, in: CgroupHierarchy)
    /// The scheduling policy of one thread.
    case scheduling(ThreadKey)

    /// The file or folder that is written, where it is one that lies inside a cgroup or is one.
    package var path: String? {
        switch self {
        case .file(let path), .group(let path), .controller(let path, _): path
        case .processGroup, .threadGroup, .scheduling: nil
        }
    }

    /// The hierarchy of a membership.
    package var hierarchy: CgroupHierarchy? {
        switch self {
        case .processGroup(_, let hierarchy), .threadGroup(_, let hierarchy): hierarchy
        case .file, .controller, .group, .scheduling: nil
        }
    }

    /// The thread or process whose end makes the setting meaningless.
    package var thread: ThreadKey? {
        switch self {
        case .processGroup(let key, _), .threadGroup(let key, _), .scheduling(let key): key
        case .file, .controller, .group: nil
        }
    }

    /// The thread whose scheduling policy it is.
    package var schedulingThread: ThreadKey? {
        if case .scheduling(let key) = self { key } else { nil }
    }
}

/// What a setting is or is to be.
package enum SettingValue: Hashable, Sendable {
    case text(String)
    /// Of a group: it exists. Of a controller: it is handed down.
    case present
    case absent
    /// Path of a cgroup, from the root of its hierarchy.
    case cgroup(String)
    case scheduling(SchedulingAttributes)

    /// Whether it puts a thread under SCHED_DEADLINE.
    var isReservation: Bool {
        if case .scheduling(let attributes) = self { attributes.isDeadline } else { false }
    }
}

extension Setting: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path), .group(let path): path
        case .controller(let file, let name): "\(name) in \(file)"
        case .processGroup(let process, let hierarchy): "cgroup of process \(process.id) under \(hierarchy.mountPoint)"
        case .threadGroup(let thread, let hierarchy): "cgroup of thread \(thread.id) under \(hierarchy.mountPoint)"
        case .scheduling(let thread): "scheduling of thread \(thread.id)"
        }
    }
}

extension SettingValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .text(let text): text
        case .present: "present"
        case .absent: "absent"
        case .cgroup(let path): path
        case .scheduling(let attributes):
            attributes.isDeadline
                ? "SCHED_DEADLINE \(attributes.runtime)/\(attributes.deadline)/\(attributes.period) ns"
                : attributes.isRealTime
                    ? "\(attributes.policyName), priority \(attributes.priority)"
                    : "\(attributes.policyName), nice \(attributes.nice)"
                        + (attributes.isFair && attributes.runtime > 0 ? ", slice \(attributes.runtime) ns" : "")
        }
    }
}

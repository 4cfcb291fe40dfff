/// Settings and values as the journal's fields.
extension Setting {
    package var fields: [String] {
        switch self {
        case .file(let path): ["file", path]
        case .controller(let file, let name): ["controller", file, name]
        case .group(let path): ["group", path]
        case .processGroup(let key, let hierarchy): ["process", "\(key.id)", "\(key.startTicks)"] + hierarchy.fields
        case .threadGroup(let key, let hierarchy): ["thread", "\(key.id)", "\(key.startTicks)"] + hierarchy.fields
        case .scheduling(let key): ["scheduling", "\(key.id)", "\(key.startTicks)"]
        }
    }

    package init?(fields: [String]) {
        switch (fields.first, fields.count) {
        case ("file", 2): self = .file(fields[1])
        case ("controller", 3): self = .controller(file: fields[1], name: fields[2])
        case ("group", 2): self = .group(fields[1])
        case ("process", 6), ("thread", 6):
            guard let key = ThreadKey(fields: fields[1...2]), let hierarchy = CgroupHierarchy(fields: fields[3...])
            else { return nil }
            self = fields[0] == "process" ? .processGroup(key, in: hierarchy) : .threadGroup(key, in: hierarchy)
        case ("scheduling", 3):
            guard let key = ThreadKey(fields: fields[1...2]) else { return nil }
            self = .scheduling(key)
        default: return nil
        }
    }
}

extension SettingValue {
    package var fields: [String] {
        switch self {
        case .text(let text): ["text", text]
        case .present: ["present"]
        case .absent: ["absent"]
        case .cgroup(let path): ["cgroup", path]
        case .scheduling(let value):
            [
                "attributes", "\(value.policy)", "\(value.flags)", "\(value.nice)", "\(value.priority)",
                "\(value.runtime)", "\(value.deadline)", "\(value.period)",
            ]
        }
    }

    package init?(fields: [String]) {
        switch (fields.first, fields.count) {
        case ("text", 2): self = .text(fields[1])
        case ("present", 1): self = .present
        case ("absent", 1): self = .absent
        case ("cgroup", 2): self = .cgroup(fields[1])
        case ("attributes", 8):
            guard let policy = UInt32(fields[1]), let flags = UInt64(fields[2]), let nice = Int32(fields[3]),
                let priority = UInt32(fields[4]), let runtime = UInt64(fields[5]), let deadline = UInt64(fields[6]),
                let period = UInt64(fields[7])
            else { return nil }
            self = .scheduling(
                SchedulingAttributes(
                    policy: policy, flags: flags, nice: nice, priority: priority, runtime: runtime,
                    deadline: deadline, period: period))
        default: return nil
        }
    }
}

extension ThreadKey {
    fileprivate init?(fields: ArraySlice<String>) {
        guard let id = fields.first.flatMap({ Int32($0) }), let start = fields.last.flatMap({ UInt64($0) }) else {
            return nil
        }
        self.init(id: id, startTicks: start)
    }
}

extension CgroupHierarchy {
    fileprivate var fields: [String] { [version.rawValue, mountPoint, root] }

    fileprivate init?(fields: ArraySlice<String>) {
        let fields = Array(fields)
        guard fields.count == 3, let version = Version(rawValue: fields[0]) else { return nil }
        self.init(version: version, mountPoint: fields[1], root: fields[2])
    }
}

/// The kernel's settings with writes that are only remembered: the same plan as in earnest goes through the same executor, and the
/// kernel is not touched.
///
/// What has been written is read back; all else is read from the kernel. A group that would have been made has the values that the
/// kernel gives a new group. What the kernel would refuse on writing (a full root domain, a real-time thread) is not known here.
package final class RehearsedSettings: SettingStore {
    private var written: [Setting: SettingValue] = [:]

    package init() {}

    package func read(_ setting: Setting) throws(Errno) -> SettingValue {
        if let value = written[setting] { return value }
        return try standing(setting)
    }

    package func write(_ setting: Setting, _ value: SettingValue, midway: () -> Void) throws(Errno) {
        written[setting] = value
    }

    /// What stands in the kernel, or would stand in a group that is yet to be made.
    package func standing(_ setting: Setting) throws(Errno) -> SettingValue {
        do {
            return try setting.read()
        } catch {
            guard error == .noSuchFile || error == .notSupported, let value = initial(setting) else { throw error }
            return value
        }
    }

    /// What a new group has; nil where none would be made.
    private func initial(_ setting: Setting) -> SettingValue? {
        guard let path = setting.path else { return nil }
        let group = FolderPath.parent(of: path)
        let above = FolderPath.parent(of: group)
        let isMade = written[.group(group)] == .present
        switch setting {
        case .controller: return isMade ? .absent : nil
        case .file:
            let isHandedDown = written[.controller(file: above + "/cgroup.subtree_control", name: "cpu")] == .present
            guard isMade || isHandedDown else { return nil }
            return CPUAttributes.initial(of: String(path.dropFirst(group.count + 1))).map(SettingValue.text)
        case .group, .processGroup, .threadGroup, .scheduling: return nil
        }
    }
}

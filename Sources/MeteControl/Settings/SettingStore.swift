/// Where an executor reads and writes settings.
package protocol SettingStore {
    func read(_ setting: Setting) throws(Errno) -> SettingValue
    /// - Parameter midway: called between the steps of a write that takes two.
    func write(_ setting: Setting, _ value: SettingValue, midway: () -> Void) throws(Errno)
}

/// The kernel itself.
package struct KernelSettings: SettingStore {
    package init() {}

    package func read(_ setting: Setting) throws(Errno) -> SettingValue { try setting.read() }

    package func write(_ setting: Setting, _ value: SettingValue, midway: () -> Void) throws(Errno) {
        try setting.write(value, midway: midway)
    }
}

/// What a restoration did, setting by setting.
package struct RestoreReport: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// Put back to this value.
        case restored(SettingValue)
        /// It was already as before mete.
        case unchanged
        /// Its thread, process or group has ended.
        case gone
        /// Another writer changed it after mete did; what stands there is theirs and stays.
        case foreign(stands: SettingValue)
        /// A controller that others have begun to use stays handed down.
        case inUse
        case failed(ControlError)
    }

    package struct Step: Equatable, Sendable {
        package var setting: Setting
        package var action: Action
    }

    package var steps: [Step] = []
    /// Processes and threads that were not moved by mete but born in its groups, and where they went.
    package var evacuated: [String: Int] = [:]
    /// Lines of the journal that could not be read; what they named was not restored.
    package var damage: [JournalContents.Damage] = []
    /// The boot whose journal was found; its settings ended with it.
    package var voidBootID: String?

    package init() {}

    /// Whether it is known that nothing of mete is left behind. A damaged journal is kept aside as `journal.damaged`; one with steps that
    /// failed stays, and another restoration may finish.
    package var isComplete: Bool {
        damage.isEmpty && !steps.contains { if case .failed = $0.action { true } else { false } }
    }
}

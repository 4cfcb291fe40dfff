package import MeteModel

extension CPUController {
    /// Gives one setting outside any component a value, by way of the journal, until `release`.
    package func hold(
        _ setting: Setting, at value: SettingValue, reason: Write.Reason, now: Instant
    ) -> Outcome {
        execute([Write(setting, value, scope: .alone, reason: reason)], at: now)
    }
}

package import MeteModel

extension CPUController {
    /// Gives one setting outside any component a value, by way of the journal, until `release`.
    package func hold(_ setting: Setting, at value: SettingValue, now: Instant) -> Outcome {
        executor.execute([Write(setting, value, scope: .alone)], at: now, holdOff: foreignHoldOff)
    }
}

package import MeteModel

/// One setting and what it is to be.
package struct Write: Equatable, Sendable {
    /// What is taken back together with this write when it, or one like it, fails.
    package enum Scope: Hashable, Sendable {
        /// Everything in this plan.
        case plan
        /// What this plan wrote for one component; other components keep what they got.
        case component(ComponentID)
        /// Nothing else: one thread's reservation, one process's move.
        case alone
    }

    package var setting: Setting
    package var value: SettingValue
    package var scope: Scope
    /// Whom it serves, for reports; nil for what several share.
    package var component: ComponentID?
    package var reason: Reason

    package init(
        _ setting: Setting, _ value: SettingValue, scope: Scope, component: ComponentID? = nil,
        reason: Reason = .requested
    ) {
        self.setting = setting
        self.value = value
        self.scope = scope
        self.component = component
        self.reason = reason
    }
}

/// A write that a rehearsed plan would make, beside what stands in the kernel.
package struct PlannedWrite: Equatable, Sendable {
    package var write: Write
    package var standing: SettingValue
}

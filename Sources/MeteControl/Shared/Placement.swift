package import MeteModel

/// Through which cgroups a component can be given its share, and what has to move for that.
package struct Placement: Equatable, Sendable {
    /// Groups all of whose processes are the component's, its group under `mete` included once there is one.
    package var groups: [String] = []
    /// The component's group under `mete`, if it needs one.
    package var ownGroup: String?
    package var processes: [ProcessRef] = []
    package var threads: [ThreadRef] = []
    /// Why some of it competes as it stands, in words.
    package var unmanaged: [String] = []
    /// Whether any of it competes as it stands.
    package var hasUnmanaged: Bool { !unmanaged.isEmpty }

    package init() {}
}

package import MeteModel

/// How the share of a component that has several groups is divided among them: by what their threads used.
///
/// A part is divided evenly whatever they use, so that a group that wakes up has something to begin with. It also leads out of what a
/// cap makes of itself: where all groups use everything they are given, use follows the division, and the even part makes it even in
/// the end. Changes within a dead band are not followed, for each would be a write; what was used is an average over about a second.
package struct GroupPortions: Equatable, Sendable {
    /// Part of a share that is divided evenly.
    static let evenPart = 0.2
    /// A division is made anew when some group's portion is this much too small, or this much too large.
    private static let raiseBand = 1.1
    private static let cutBand = 0.75

    private var portions: [String: Double] = [:]

    package init() {}

    /// Share of its component's allotment that is set in the group at this path.
    package subscript(group: String) -> Double { portions[group] ?? 1 }

    /// Takes in the cores that a component's groups used lately; those that are not named used none.
    package mutating func divide(_ groups: [String], used: [String: Double]) {
        let total = groups.reduce(0) { $0 + (used[$1] ?? 0) }
        let even = 1 / Double(groups.count)
        var next: [String: Double] = [:]
        for group in groups {
            let byUse = total > 0 ? (used[group] ?? 0) / total : even
            next[group] = Self.evenPart * even + (1 - Self.evenPart) * byUse
        }
        let isClose = next.allSatisfy { group, portion in
            guard let current = portions[group] else { return false }
            return portion <= current * Self.raiseBand && portion >= current * Self.cutBand
        }
        if !isClose { portions.merge(next) { _, new in new } }
    }

    /// Starts again, evenly, where a component's groups have changed; forgets groups that are no component's.
    package mutating func keep(_ placements: [ComponentID: Placement]) {
        var kept: [String: Double] = [:]
        for placement in placements.values where placement.groups.count > 1 {
            let known = placement.groups.compactMap { portions[$0] }
            let isWhole = known.count == placement.groups.count && abs(known.reduce(0, +) - 1) < 1e-9
            for group in placement.groups {
                kept[group] = isWhole ? portions[group] : 1 / Double(placement.groups.count)
            }
        }
        portions = kept
    }
}

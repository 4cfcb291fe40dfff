/// Writes sorted into an order that is valid at each step.
///
/// Groups are made and controllers handed down from the top; what is raised or widened is raised from the top
/// before anybody moves in; reservations shrink before others grow, so that each is admitted; then what is cut is
/// cut, from the bottom; at last empty groups go.
struct ControlPlan {
    /// Made top down.
    var structure: [Write] = []
    var raises: [(depth: Int, write: Write)] = []
    var moves: [Write] = []
    var shrinks: [Write] = []
    var grows: [Write] = []
    var cuts: [(depth: Int, write: Write)] = []
    var removals: [Write] = []
    /// Settings with nothing of mete in them that no component needs: another writer's value stands, or a write never succeeded.
    var leftToOthers: Set<Setting> = []

    var ordered: [Write] {
        // Stable within a depth: a cap's period stays before its quota.
        let up = raises.enumerated().sorted { ($0.element.depth, $0.offset) < ($1.element.depth, $1.offset) }
        let down = cuts.enumerated().sorted { (-$0.element.depth, $0.offset) < (-$1.element.depth, $1.offset) }
        return structure + up.map(\.element.write) + moves + shrinks + grows + down.map(\.element.write) + removals
    }
}

import MeteModel
import MetePolicy

/// A machine with two cores and one user beside root.
let twoCores = PolicyContext(capacity: 2) { ["root": 0, "shop": 1_001][$0] }

/// The errors that a policy is refused with; empty when it is not.
func errors(in text: String, context: PolicyContext = twoCores) -> [PolicyError] {
    do throws(PolicyErrors) {
        _ = try PolicyLoader.load(text, file: "mete.yaml", context: context)
        return []
    } catch {
        return error.errors
    }
}

import Glibc
import MeteTestSupport

/// The cgroups of the arrangement with static weights: own ones, below the root, which go with this object.
final class WeightedGroups {
    let redis: ScratchGroup
    let client: ScratchGroup
    let hogs: ScratchGroup

    init() throws(ProcessError) {
        let hierarchy = try CPUHierarchy.find()
        func group(_ name: String, _ weight: ScratchGroup.Weight) throws(ProcessError) -> ScratchGroup {
            let group = try ScratchGroup(named: "\(Leftovers.prefix(of: getpid())).\(name)", in: hierarchy)
            try group.setWeight(weight)
            return group
        }
        redis = try group("redis", .largest)
        client = try group("client", .largest)
        hogs = try group("hogs", .smallest)
    }
}

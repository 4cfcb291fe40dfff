import Glibc
import MeteTestSupport

/// The cgroups of the arrangement with static weights: own ones, below the root, which go with this object.
final class WeightedGroups {
    let redis: ScratchGroup
    let client: ScratchGroup
    let hogs: ScratchGroup

    init(_ ratio: WeightRatio) throws(ProcessError) {
        let hierarchy = try CPUHierarchy.find()
        func group(_ name: String, _ weight: Int) throws(ProcessError) -> ScratchGroup {
            let group = try ScratchGroup(named: "\(Leftovers.prefix(of: getpid())).\(name)", in: hierarchy)
            try group.setWeight(weight)
            return group
        }
        redis = try group("redis", ratio.served)
        client = try group("client", ratio.served)
        hogs = try group("hogs", ratio.hogs)
    }
}

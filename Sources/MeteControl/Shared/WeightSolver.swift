/// Weights under which, when everybody wants everything, each managed group gets its allotment: pure arithmetic.
///
/// At a level, an entity's share is its weight over the sum of weights. Let the fixed competitors of the level weigh F
/// together and be meant to keep R cores. With K = F / R and a weight of K times the cores it needs for each managed
/// group, everybody's share is in proportion to their cores. Groups that hold others need the sum of what is in
/// them, so it holds from the top down. R is divided among the fixed competitors of all levels by weight. Threads
/// directly in a group compete one by one with the groups below it: a fixed competitor that is meant to keep that
/// group's own allotment.
///
/// Few threads on many CPUs: the fair scheduler spreads a group's weight over the CPUs on which its threads run, so t
/// threads on n CPUs concentrate weight w on t of them against others who are spread over n. To get a of n cores,
/// they need a share of a/t on t CPUs, which takes t(n - a) / (n(t - a)) times the plain weight.
///
/// What range or rounding makes impossible is in `reach`. Costs one pass up and one down.
package struct WeightSolver: Sendable {
    /// The range of weights that the kernel takes, in the tree's unit, and the step between them.
    package struct Scale: Equatable, Sendable {
        package var minimum: Double
        package var maximum: Double
        package var step: Double

        /// cpu.shares: 2 to 262,144, where 1,024 is the default.
        package static let shares = Scale(minimum: 2, maximum: 262_144, step: 1)
        /// cpu.weight: 1 to 10,000, where the default of 100 weighs 1,024.
        package static let weight = Scale(minimum: 10.24, maximum: 102_400, step: 10.24)
    }

    package struct Solution: Equatable, Sendable {
        /// By index of the node, in the tree's unit.
        package var weights: [Double]
        /// Share of its allotment that each node's weight can hold against its level: 1 unless the range was too small.
        package var reach: [Double]
    }

    /// Weight of one core where nobody else competes and any number would do.
    private static let nominalPerCore = 8_192.0
    /// What others keep at least, as a share of the capacity: guarantees must not starve what the plan gave nothing.
    private static let floorOfFixed = 0.001
    /// Nearest to all of its CPUs that a group of few threads is brought; beyond it, weights grow without effect.
    private static let highestOccupancy = 0.95

    private let scale: Scale

    package init(scale: Scale) {
        self.scale = scale
    }

    package func solve(_ tree: WeightTree) -> Solution {
        let count = tree.nodes.count
        let kept = max(tree.fixedAllotment, Self.floorOfFixed * tree.capacity)
        let totalFixed = tree.fixed.reduce(0) { $0 + $1.weight }

        // Per level (a group's, or the top at `count`): what mete does not set, and the cores meant for it.
        var fixed = [(weight: Double, cores: Double)](repeating: (0, 0), count: count + 1)
        for competitor in tree.fixed {
            fixed[competitor.parent ?? count].weight += competitor.weight
            if totalFixed > 0 { fixed[competitor.parent ?? count].cores += kept * competitor.weight / totalFixed }
        }
        var isParent = [Bool](repeating: false, count: count)
        for node in tree.nodes { if let parent = node.parent { isParent[parent] = true } }

        // Cores needed in and below each group, from the leaves up.
        var needs = tree.nodes.map(\.allotment)
        for index in tree.nodes.indices.reversed() {
            needs[index] += fixed[index].cores
            if let parent = tree.nodes[index].parent { needs[parent] += needs[index] }
            if isParent[index], tree.nodes[index].allotment > 0 {
                fixed[index].weight += tree.nodes[index].threadWeight
                fixed[index].cores += tree.nodes[index].allotment
            }
        }

        // The heaviest group of a level bounds how much a core may weigh there.
        var factors = [Double](repeating: 1, count: count)
        var level = [(cores: Double, heaviest: Double)](repeating: (0, 0), count: count + 1)
        for (index, node) in tree.nodes.enumerated() {
            factors[index] =
                max(1, node.correction) * widthFactor(needs[index], isParent[index] ? nil : node.width, tree.capacity)
            let place = node.parent ?? count
            level[place].cores += needs[index]
            level[place].heaviest = max(level[place].heaviest, needs[index] * factors[index])
        }

        var solution = Solution(weights: [], reach: [])
        for (index, node) in tree.nodes.enumerated() {
            let place = node.parent ?? count
            let wanted = fixed[place].weight > 0 ? fixed[place].weight / fixed[place].cores : Self.nominalPerCore
            let possible = level[place].heaviest > 0 ? scale.maximum / level[place].heaviest : wanted
            let perCore = min(wanted, possible)
            let stepped = (perCore * needs[index] * factors[index] / scale.step).rounded(.up) * scale.step
            solution.weights.append(min(max(stepped, scale.minimum), scale.maximum))
            let meant = share(level[place].cores * wanted, fixed[place].weight)
            let held = meant > 0 ? share(level[place].cores * perCore, fixed[place].weight) / meant : 1
            solution.reach.append(held * (node.parent.map { solution.reach[$0] } ?? 1))
        }
        return solution
    }

    private func share(_ own: Double, _ others: Double) -> Double { own + others > 0 ? own / (own + others) : 0 }

    /// How much heavier a group of `width` threads must be than one that is spread over all CPUs.
    func widthFactor(_ cores: Double, _ width: Int?, _ cpus: Double) -> Double {
        guard let width, width > 0, Double(width) < cpus, cores > 0 else { return 1 }
        let threads = Double(width)
        let reachable = min(cores, Self.highestOccupancy * threads)
        return max(1, threads * (cpus - reachable) / (cpus * (threads - reachable)))
    }
}

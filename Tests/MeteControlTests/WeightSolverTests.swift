import MeteControl
import SeededRandom
import Testing

struct WeightSolverTests {
    /// Cores of each node when every entity wants everything, by the rule of the fair scheduler.
    private func cores(_ tree: WeightTree, _ weights: [Double]) -> [Double] {
        var cores = [Double](repeating: 0, count: tree.nodes.count)
        for (index, node) in tree.nodes.enumerated() {
            var sum = tree.fixed.filter { $0.parent == node.parent }.reduce(0) { $0 + $1.weight }
            for (other, sibling) in tree.nodes.enumerated() where sibling.parent == node.parent {
                sum += weights[other]
            }
            if let parent = node.parent, tree.nodes[parent].allotment > 0 { sum += tree.nodes[parent].threadWeight }
            cores[index] = (node.parent.map { cores[$0] } ?? tree.capacity) * weights[index] / sum
        }
        return cores
    }

    @Test func givesHalfACoreOfTwoBesideOneSession() {
        let tree = WeightTree(
            nodes: [.init(parent: nil, allotment: 0.5)], fixed: [.init(parent: nil, weight: 1024)],
            fixedAllotment: 1.5, capacity: 2)
        // 1,024 for 1.5 cores is 682.67 a core.
        #expect(WeightSolver(scale: .shares).solve(tree).weights == [342])
    }

    /// A group with cpu.idle, which some kernels show with a weight of 0, may be all that competes.
    @Test func givesAFiniteWeightBesideAnIdleGroup() throws {
        #expect(CPUAttributes(version: .v2).weight(text: "0") == 3)
        for weight in [0, 3.0] {
            let tree = WeightTree(
                nodes: [.init(parent: nil, allotment: 0), .init(parent: 0, allotment: 0.5)],
                fixed: [.init(parent: 0, weight: weight)], fixedAllotment: 1.5, capacity: 2)
            let solution = WeightSolver(scale: .weight).solve(tree)
            #expect((solution.weights + solution.reach).allSatisfy { $0.isFinite && $0 >= 0 }, "\(solution)")
        }
    }

    @Test func weighsOneThreadOnTwoCPUsHeavier() {
        // Half a core of two by one thread: 1 * (2 - 0.5) / (2 * (1 - 0.5)) = 1.5 times.
        let wide = WeightTree(
            nodes: [.init(parent: nil, allotment: 0.5)], fixed: [.init(parent: nil, weight: 1024)],
            fixedAllotment: 1.5, capacity: 2)
        var narrow = wide
        narrow.nodes[0].width = 1
        let solver = WeightSolver(scale: .shares)
        #expect(solver.solve(wide).weights == [342])
        #expect(solver.solve(narrow).weights == [512])
    }

    @Test func raisesByTheCorrection() {
        var tree = WeightTree(
            nodes: [.init(parent: nil, allotment: 1)], fixed: [.init(parent: nil, weight: 1024)], fixedAllotment: 1,
            capacity: 2)
        let solver = WeightSolver(scale: .shares)
        #expect(solver.solve(tree).weights == [1024])
        tree.nodes[0].correction = 2
        #expect(solver.solve(tree).weights == [2048])
    }

    @Test func saysWhatTheRangeCannotHold() {
        let tree = WeightTree(
            nodes: [.init(parent: nil, allotment: 4)], fixed: [.init(parent: nil, weight: 1024 * 1024)],
            fixedAllotment: 0.1, capacity: 4)
        let solution = WeightSolver(scale: .weight).solve(tree)
        #expect(solution.weights == [102_400])
        #expect(solution.reach[0] < 0.2)
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func holdsEveryAllotmentUnderFullContention(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = Double(Int.random(in: 1...32, using: &random))
        var nodes: [WeightTree.Node] = []
        for index in 0..<Int.random(in: 1...12, using: &random) {
            let parent = index > 0 && Bool.random(using: &random) ? Int.random(in: 0..<index, using: &random) : nil
            nodes.append(.init(parent: parent, allotment: Double(Int.random(in: 1...40, using: &random)) / 8))
        }
        // Parents are mere parents, as on v2.
        for index in nodes.indices where nodes.contains(where: { $0.parent == index }) { nodes[index].allotment = 0 }
        let rest = Double.random(in: 0.1...1, using: &random)
        let sum = nodes.reduce(rest) { $0 + $1.allotment }
        for index in nodes.indices { nodes[index].allotment *= capacity / sum }
        var fixed: [WeightTree.Fixed] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let parents = nodes.indices.filter { nodes[$0].allotment == 0 }
            let parent = Bool.random(using: &random) ? parents.randomElement(using: &random) : nil
            fixed.append(.init(parent: parent, weight: Double(Int.random(in: 100...4096, using: &random))))
        }
        let tree = WeightTree(nodes: nodes, fixed: fixed, fixedAllotment: rest * capacity / sum, capacity: capacity)
        for scale in [WeightSolver.Scale.shares, .weight] {
            let solution = WeightSolver(scale: scale).solve(tree)
            let got = cores(tree, solution.weights)
            // Rounding up of the others costs at most one step each.
            let smallest = solution.weights.min() ?? 1
            let rounding = 1 - min(0.5, Double(nodes.count) * scale.step / smallest / 2)
            for index in nodes.indices {
                #expect(got[index] >= nodes[index].allotment * solution.reach[index] * rounding * 0.999)
                #expect(solution.weights[index] >= scale.minimum && solution.weights[index] <= scale.maximum)
            }
        }
    }
}

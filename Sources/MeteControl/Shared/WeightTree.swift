/// Who competes for the CPUs with whom, as the fair scheduler sees it: a tree of groups.
///
/// Weights are in the kernel's unit, in which a thread of nice 0 and a group of 1,024 shares (or cpu.weight 100)
/// weigh 1,024. At each level the entities share the time of their parent by weight.
package struct WeightTree: Equatable, Sendable {
    /// A cgroup whose weight mete sets.
    package struct Node: Equatable, Sendable {
        /// Index of the group above it, or nil at the top. Parents stand before their children.
        package var parent: Int?
        /// Cores that the threads directly in this group are to get; zero for a mere parent.
        package var allotment: Double
        /// Number of threads that use them, or nil if as many as there are CPUs.
        package var width: Int?
        /// Factor by which the caller raises the weight, since less was measured than allotted; 1 for none.
        package var correction: Double

        /// Weight of the threads directly in this group; they compete with the groups below it, if there are any.
        package var threadWeight: Double

        package init(
            parent: Int?, allotment: Double, width: Int? = nil, correction: Double = 1, threadWeight: Double = 1024
        ) {
            self.parent = parent
            self.allotment = allotment
            self.width = width
            self.correction = correction
            self.threadWeight = threadWeight
        }
    }

    /// A competitor whose weight mete does not set: a sibling group of others, or a session of root-level threads
    /// (SCHED_AUTOGROUP).
    package struct Fixed: Equatable, Sendable {
        package var parent: Int?
        package var weight: Double

        package init(parent: Int?, weight: Double) {
            self.parent = parent
            self.weight = weight
        }
    }

    package var nodes: [Node]
    package var fixed: [Fixed]
    /// Cores that all fixed competitors together are to keep: the allotment of `rest` and of what cannot be moved.
    package var fixedAllotment: Double
    /// CPUs that the tree is spread over.
    package var capacity: Double

    package init(nodes: [Node], fixed: [Fixed], fixedAllotment: Double, capacity: Double) {
        self.nodes = nodes
        self.fixed = fixed
        self.fixedAllotment = fixedAllotment
        self.capacity = capacity
    }
}

internal import CMeteNetwork
package import MeteModel

/// Networks of one shape that are stepped together, one per slot.
///
/// Each tick every slot is given what is known of it, then one call steps them all: each learns from the demands that its
/// earlier forecasts were made for, takes the tick in, and forecasts 1, 10 and 100 ticks ahead. A slot that was given
/// nothing has had a tick without a demand. What a slot does depends on its own demands and seed only.
///
/// The networks stand side by side in one allocation and share one working memory; a step allocates nothing. The kernels are those
/// of the widest vector instructions that the machine has. Between kernels results differ by rounding; with
/// one kernel, the same demands give the same forecasts to the bit.
///
/// Unique ownership makes it `Sendable`: nobody else holds its memory.
package struct NetworkPool: ~Copyable, @unchecked Sendable {
    package let settings: NetworkSettings
    private let kernels: OpaquePointer
    private let scratch: UnsafeMutableRawPointer
    private var blocks: UnsafeMutableRawPointer
    private let stride: Int
    /// Per slot: the demand of the tick that is being gathered; NaN when there is none.
    private var demands: [Double]
    /// Per slot, `settings.features` each.
    private var announced: [Float]
    private var free: [Int]

    private static let alignment = 64

    /// - Parameter settings: valid ones.
    /// - Parameter capacity: slots to begin with; more are made when they are taken.
    package init(_ settings: NetworkSettings, capacity: Int = 1) {
        self.init(settings, capacity: capacity, kernels: Self.availableKernels[0])
    }

    init(_ settings: NetworkSettings, capacity: Int, kernels: Kernels) {
        precondition(settings.isValid, "no network has the sizes \(settings)")
        precondition(capacity > 0, "a pool of \(capacity) slots")
        self.settings = settings
        self.kernels = kernels.pointer
        stride = settings.size
        scratch = .allocate(byteCount: settings.scratchSize, alignment: Self.alignment)
        blocks = .allocate(byteCount: stride * capacity, alignment: Self.alignment)
        demands = Array(repeating: .nan, count: capacity)
        announced = Array(repeating: 0, count: capacity * settings.features)
        free = Array((0..<capacity).reversed())
        for slot in 0..<capacity { initialize(slot, seed: 0) }
    }

    deinit {
        scratch.deallocate()
        blocks.deallocate()
    }

    package var capacity: Int { demands.count }

    /// Takes a slot for a new, untrained network: the same seed makes the same one.
    package mutating func add(seed: UInt64) -> Int {
        if free.isEmpty { grow() }
        let slot = free.removeLast()
        initialize(slot, seed: seed)
        return slot
    }

    /// Gives a slot back. Until it is taken again it costs nothing but its memory.
    package mutating func remove(_ slot: Int) {
        precondition(!free.contains(slot), "slot \(slot) is not taken")
        initialize(slot, seed: 0)
        demands[slot] = .nan
        free.append(slot)
    }

    /// What is known of a slot at the end of the tick that `step` will take in.
    ///
    /// - Parameter demand: nil when nothing was measured; so counts what is negative or not finite.
    /// - Parameter features: as many as the settings say, or none.
    package mutating func gather(_ slot: Int, demand: Double?, announced features: [Float] = []) {
        precondition(
            features.isEmpty || features.count == settings.features,
            "\(features.count) announced features for networks with \(settings.features)")
        demands[slot] = demand ?? .nan
        for (index, feature) in features.enumerated() { announced[slot * settings.features + index] = feature }
    }

    /// Ends the tick for all slots.
    package mutating func step() {
        mete_network_step_all(block(0), stride, capacity, kernels, demands, announced, scratch)
        for slot in demands.indices { demands[slot] = .nan }
        for index in announced.indices { announced[index] = 0 }
    }

    /// The demand `horizon` ticks after the last step; nil while a slot has not yet seen how a forecast for that horizon did.
    package func forecast(_ slot: Int, _ horizon: NetworkHorizon) -> Quantiles? {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Int(METE_LEVELS)) { values in
            guard let values = values.baseAddress, mete_network_forecast(block(slot), horizon.head, values) != 0
            else { return nil }
            return Quantiles(median: values[0], p90: values[1], p95: values[2], p99: values[3])
        }
    }

    /// Ticks that a slot has taken in since its first demand.
    package func ticks(_ slot: Int) -> Int { Int(mete_network_ticks(block(slot))) }

    /// The memory of a slot's network.
    func bytes(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: blocks + slot * stride, count: stride)
    }

    func block(_ slot: Int) -> OpaquePointer {
        precondition(demands.indices.contains(slot), "slot \(slot) of \(demands.count)")
        return OpaquePointer(blocks + slot * stride)
    }

    private func initialize(_ slot: Int, seed: UInt64) {
        guard var shape = settings.shape else { return }
        var training = settings.training
        mete_network_init(block(slot), &shape, &training, seed)
    }

    private mutating func grow() {
        let old = capacity
        let grown = UnsafeMutableRawPointer.allocate(byteCount: 2 * old * stride, alignment: Self.alignment)
        grown.copyMemory(from: blocks, byteCount: old * stride)
        blocks.deallocate()
        blocks = grown
        demands += Array(repeating: .nan, count: old)
        announced += Array(repeating: 0, count: old * settings.features)
        free = Array((old..<2 * old).reversed())
        for slot in free { initialize(slot, seed: 0) }
    }
}

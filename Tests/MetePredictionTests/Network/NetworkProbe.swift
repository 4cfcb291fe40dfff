import CMeteNetwork

@testable import MetePrediction

/// One network with given kernels, and a look at the parts of its step.
struct NetworkProbe: ~Copyable {
    var pool: NetworkPool
    let slot: Int
    private let kernels: NetworkPool.Kernels
    private let scratch: UnsafeMutableRawPointer

    init(_ settings: NetworkSettings, kernels: NetworkPool.Kernels, seed: UInt64 = 1) {
        pool = NetworkPool(settings, capacity: 1, kernels: kernels)
        slot = pool.add(seed: seed)
        self.kernels = kernels
        scratch = .allocate(byteCount: settings.scratchSize, alignment: 64)
    }

    deinit { scratch.deallocate() }

    var widths: mete_network_widths { mete_network_widths(pool.block(slot)) }

    var parameters: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: mete_network_parameters(pool.block(slot)), count: Int(widths.parameters))
    }

    /// The body's output for the last tick: its token is in the ring behind the parameters and their two moments.
    var output: [Float] {
        guard let start = parameters.baseAddress else { return [] }
        let widths = widths
        let token = Int(widths.inputs + widths.hidden)
        var ring = 16
        while ring < pool.settings.window + (pool.settings.architecture == .lstm ? 1 : 10) { ring *= 2 }
        let last = (pool.ticks(slot) - 1) % ring
        let first = 3 * parameters.count + last * token + Int(widths.inputs)
        return Array(UnsafeBufferPointer(start: start + first, count: Int(widths.hidden)))
    }

    func takeIn(_ inputs: [Float]) {
        mete_network_take_in(pool.block(slot), kernels.pointer, inputs, scratch)
    }

    /// Computes the outputs of the last ticks anew, as after a change of the parameters.
    func replay() {
        mete_network_replay(pool.block(slot), kernels.pointer, UInt32(pool.settings.window), scratch)
    }

    /// Loss of the forecasts for the next tick, and its gradient by the parameters; nil: the demand is not known.
    func gradient(_ targets: [Float?]) -> (loss: Float, gradient: [Float]) {
        var loss: Float = 0
        let gradient = [Float](unsafeUninitializedCapacity: Int(widths.parameters) + 16) { buffer, count in
            // Whole vectors are written: to where a vector may lie.
            guard let raw = UnsafeMutableRawPointer(buffer.baseAddress)?.alignedUp(toMultipleOf: 64) else { return }
            let aligned = raw.assumingMemoryBound(to: Float.self)
            loss = mete_network_gradient(
                pool.block(slot), kernels.pointer, targets.map { $0 == nil ? 0 : 1 }, targets.map { $0 ?? 0 }, aligned,
                scratch)
            count = Int(widths.parameters)
            if let start = buffer.baseAddress { start.update(from: aligned, count: count) }
        }
        return (loss, gradient)
    }

    /// In the units of the heads: three horizons of four levels.
    func predict() -> [Float] {
        [Float](unsafeUninitializedCapacity: 12) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            start.withMemoryRebound(to: (Float, Float, Float, Float).self, capacity: 3) {
                mete_network_predict(pool.block(slot), kernels.pointer, $0)
            }
            count = 12
        }
    }
}

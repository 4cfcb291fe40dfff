internal import CMeteNetwork

extension NetworkPool {
    /// The arithmetic compiled for one instruction set.
    struct Kernels: @unchecked Sendable {
        /// To a constant of the C module.
        let pointer: OpaquePointer

        /// "avx512", "avx2" or "baseline".
        var name: String { String(cString: mete_kernels_name(pointer)) }
    }

    /// Those that this machine can run, the widest first; there is always the baseline.
    static let availableKernels: [Kernels] = {
        var all: [Kernels] = []
        while let pointer = mete_kernels_at(Int32(all.count)) { all.append(Kernels(pointer: pointer)) }
        return all
    }()

    /// The instruction set that pools use unless told otherwise.
    package static var instructionSet: String { availableKernels[0].name }
}

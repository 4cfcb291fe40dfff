internal import CMeteNetwork

extension NetworkPool {
    /// A slot's network as bytes that `restore` takes back on this or a later run.
    package func state(_ slot: Int) -> [UInt8] {
        NetworkState.encode(settings, block: UnsafeRawBufferPointer(bytes(slot)))
    }

    /// Puts a network that was saved into a slot; the slot is as it was when that fails.
    ///
    /// It goes on as it was: with the learning rate that it had, to the same forecasts, on a machine with the same kernels to
    /// the bit.
    package mutating func restore(_ slot: Int, from state: [UInt8]) throws(NetworkStateError) {
        let block = try NetworkState.decode(state, for: settings)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: block.count, alignment: 64)
        defer { copy.deallocate() }
        copy.copyBytes(from: block)
        guard var shape = settings.shape, mete_network_valid(OpaquePointer(copy.baseAddress), &shape) != 0 else {
            throw NetworkStateError(.impossible, cause: "its numbers are not those of a network of \(settings)")
        }
        bytes(slot).copyMemory(from: UnsafeRawBufferPointer(copy))
    }
}

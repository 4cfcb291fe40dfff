import CMeteWire
import Glibc

/// How many slots the kernel side has for components: for each a place in arrays that are there for every CPU, and so no more than the
/// machine has memory for.
package struct SlotCount: Equatable, Sendable {
    /// A power of two.
    package let count: Int

    /// Of a slot on each CPU: histograms, and counters of the network.
    private static let bytesPerCPU = MemoryLayout<mete_slot_histograms>.size + MemoryLayout<mete_network_use>.size
    /// Of the machine's memory, at the most, however many are wanted.
    private static let memoryShare = 256

    /// - Parameters:
    ///   - wanted: components that may come.
    ///   - memory: of the machine, in bytes.
    package init(
        wanted: Int = 0, memory: Int = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)),
        cpus: Int = sysconf(Int32(_SC_NPROCESSORS_CONF))
    ) {
        let affordable = memory / Self.memoryShare / (Self.bytesPerCPU * max(1, cpus))
        let most = min(Int(METE_MOST_SLOTS), affordable)
        var count = Int(METE_LEAST_SLOTS)
        while count <= wanted, 2 * count <= most { count *= 2 }
        self.count = count
    }

    /// How many components can have one; slot 0 is nobody's.
    package var components: Int { count - 1 }
}

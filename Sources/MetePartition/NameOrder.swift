import MeteModel

/// The ascending order of components by id, which is the order of every plan.
///
/// Comparing strings is the dearest part of making a plan, so they are compared once each where they come sorted, and
/// otherwise mostly by a number: the eight bytes that follow what all names begin with (`system.slice/`, say). That is
/// the order of ids as long as all names are ASCII; else, and among equal numbers, the ids themselves decide.
struct NameOrder {
    /// Indices of the claimants.
    let indices: [Int]

    init(of claimants: [Claimant]) throws(PartitionError) {
        if claimants.indices.dropFirst().allSatisfy({ claimants[$0 - 1].id < claimants[$0].id }) {
            indices = Array(claimants.indices)
            return
        }
        let keys = Self.keys(of: claimants)
        var entries = claimants.indices.map { (key: keys[$0], index: $0) }
        entries.sort { left, right in
            left.key != right.key ? left.key < right.key : claimants[left.index].id < claimants[right.index].id
        }
        for (one, next) in zip(entries, entries.dropFirst()) where one.key == next.key {
            let id = claimants[one.index].id
            if id == claimants[next.index].id { throw .duplicate(id) }
        }
        indices = entries.map(\.index)
    }

    /// Numbers in the order of the ids, as far as they differ; all 0 where bytes do not tell the order.
    private static func keys(of claimants: [Claimant]) -> [UInt64] {
        guard let first = claimants.first else { return [] }
        var keys: [UInt64] = []
        keys.reserveCapacity(claimants.count)
        let told: Void? = first.id.name.utf8.withContiguousStorageIfAvailable { model in
            var shared = model.count
            var isASCII = true
            for claimant in claimants {
                let seen: Void? = claimant.id.name.utf8.withContiguousStorageIfAvailable { name in
                    shared = sharedPrefix(of: name, model, atMost: shared)
                    isASCII = isASCII && name.allSatisfy { $0 < 0x80 }
                }
                isASCII = isASCII && seen != nil
            }
            guard isASCII else { return }
            for claimant in claimants {
                keys.append(claimant.id.name.utf8.withContiguousStorageIfAvailable { key(of: $0, from: shared) } ?? 0)
            }
        }
        return told != nil && keys.count == claimants.count ? keys : Array(repeating: 0, count: claimants.count)
    }

    private static func sharedPrefix(
        of name: UnsafeBufferPointer<UInt8>, _ model: UnsafeBufferPointer<UInt8>, atMost limit: Int
    ) -> Int {
        let limit = min(limit, name.count)
        var length = 0
        while length < limit, name[length] == model[length] { length += 1 }
        return length
    }

    /// Eight bytes from `start`, the first the most significant; 0 where the name has ended.
    private static func key(of name: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt64 {
        var key: UInt64 = 0
        for offset in start..<start + 8 { key = key << 8 | (offset < name.count ? UInt64(name[offset]) : 0) }
        return key
    }
}

/// The live threads, in slots that stay where they are while a thread lives.
struct ThreadTable {
    /// Free slots are marked as not live.
    private(set) var slots: ContiguousArray<ThreadEntry> = []
    private var free: [Int] = []
    private var slotOfKey: [ThreadKey: Int] = [:]

    var count: Int { slotOfKey.count }

    func slot(of key: ThreadKey) -> Int? { slotOfKey[key] }

    subscript(slot: Int) -> ThreadEntry {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    /// - Returns: the slot it was put in.
    mutating func insert(_ entry: ThreadEntry) -> Int {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = entry
        } else {
            slot = slots.count
            slots.append(entry)
        }
        slotOfKey[entry.key] = slot
        return slot
    }

    mutating func remove(slot: Int) {
        slotOfKey[slots[slot].key] = nil
        slots[slot].isLive = false
        free.append(slot)
    }

    /// Gives a thread another name for ever, as execve does when a thread takes over the id of its process's first.
    mutating func rekey(slot: Int, to key: ThreadKey) {
        slotOfKey[slots[slot].key] = nil
        slots[slot].key = key
        slotOfKey[key] = slot
    }

    /// Slots of all threads of a process. Looks at all slots.
    func slots(ofProcess pid: UInt32) -> [Int] {
        slots.indices.filter { slots[$0].isLive && slots[$0].pid == pid }
    }
}

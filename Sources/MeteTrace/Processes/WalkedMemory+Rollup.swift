extension WalkedMemory {
    /// From what /proc/PID/smaps_rollup holds: below a line for all mappings, lines of the form `Pss:                 271 kB`
    /// (proc_pid_smaps(5)). Nil unless all three are there.
    init?(rollup text: ArraySlice<UInt8>) {
        var proportional: UInt64?
        var referenced: UInt64?
        var swap: UInt64?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let words = line[(colon + 1)...].split(separator: UInt8(ascii: " "))
            guard words.count == 2, let kibibytes = UInt64(String(decoding: words[0], as: UTF8.self)) else { continue }
            switch String(decoding: line[..<colon], as: UTF8.self) {
            case "Pss": proportional = kibibytes << 10
            case "Referenced": referenced = kibibytes << 10
            case "Swap": swap = kibibytes << 10
            default: continue
            }
        }
        guard let proportional, let referenced, let swap else { return nil }
        self.init(proportional: proportional, referenced: referenced, swap: swap)
    }
}

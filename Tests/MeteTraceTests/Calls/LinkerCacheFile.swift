/// A cache of the dynamic linker as ldconfig(8) writes it, of entries with their flags.
enum LinkerCacheFile {
    static func bytes(_ entries: [(flags: UInt32, name: String, path: String)]) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        var strings: [UInt8] = []
        var table: [UInt8] = []
        let start = UInt32(48 + 24 * entries.count)
        func place(_ text: String) -> UInt32 {
            defer { strings += Array(text.utf8) + [0] }
            return start + UInt32(strings.count)
        }
        for entry in entries {
            table += number(entry.flags) + number(place(entry.name)) + number(place(entry.path)) + number(0)
            table += number(0) + number(0)
        }
        var bytes = Array("glibc-ld.so.cache1.1".utf8) + number(UInt32(entries.count))
        bytes += number(UInt32(strings.count)) + [UInt8](repeating: 0, count: 20)
        return bytes + table + strings
    }
}

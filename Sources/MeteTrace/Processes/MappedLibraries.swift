/// The shared libraries among the mappings of a process.
///
/// What counts is the name of the file, `NAME.so` or `NAME.so.VERSION`: nothing in /proc/PID/maps tells a library that was linked from a
/// file of the same name that was mapped to be looked at. Mappings of no file ([vdso], anonymous ones) and of memfd_create(2) have no
/// path that leads anywhere, so they are none.
enum MappedLibraries {
    /// - Parameters:
    ///   - maps: what /proc/PID/maps holds; lines of another form are passed over.
    ///   - executable: left out.
    /// - Returns: each path once, sorted; of a file that was deleted or replaced, the path it had.
    static func paths(inMaps maps: Span<UInt8>, executable: String?) -> [String] {
        var found: Set<String> = []
        var last: Range<Int> = 0..<0
        var start = 0
        while start < maps.count {
            var end = start
            while end < maps.count, maps[end] != UInt8(ascii: "\n") { end += 1 }
            // The segments of a library stand one after the other.
            if let path = path(inLine: start..<end, of: maps), !maps.holdsTheSame(path, last), isLibrary(path, in: maps)
            {
                last = path
                found.insert(text(maps, path))
            }
            start = end + 1
        }
        if let executable { found.remove(executable) }
        return found.sorted()
    }

    /// Where the path stands in `start-end permissions offset device inode      path`, without the mark of deleted files; nil for mappings
    /// of no file.
    private static func path(inLine line: Range<Int>, of maps: Span<UInt8>) -> Range<Int>? {
        var position = line.lowerBound
        for _ in 0..<5 {
            while position < line.upperBound, maps[position] != UInt8(ascii: " ") { position += 1 }
            while position < line.upperBound, maps[position] == UInt8(ascii: " ") { position += 1 }
        }
        let path = position..<line.upperBound
        guard maps.holds("/", at: path), !maps.holds("/memfd:", at: path) else { return nil }
        let deleted: StaticString = " (deleted)"
        let mark = line.upperBound - deleted.utf8CodeUnitCount
        guard mark > position, maps.holds(deleted, at: mark..<line.upperBound) else { return path }
        return position..<mark
    }

    /// Whether the path ends in `.so`, or in that and numbers with dots between them, which may have letters behind them.
    private static func isLibrary(_ path: Range<Int>, in maps: Span<UInt8>) -> Bool {
        let suffix: StaticString = ".so"
        var end = path.upperBound
        while true {
            let start = end - suffix.utf8CodeUnitCount
            if start > path.lowerBound, maps.holds(suffix, at: start..<end) {
                return maps[start - 1] != UInt8(ascii: "/")
            }
            var part = end
            while part > path.lowerBound, maps[part - 1].isPartOfVersion { part -= 1 }
            guard part < end, maps[part].isDigit, part > path.lowerBound, maps[part - 1] == UInt8(ascii: ".") else {
                return false
            }
            end = part - 1
        }
    }

    /// The kernel writes a newline in a name as `\012`, and all else as it is (show_map_vma() in fs/proc/task_mmu.c).
    private static func text(_ maps: Span<UInt8>, _ path: Range<Int>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.count)
        var position = path.lowerBound
        let newline: StaticString = "\\012"
        while position < path.upperBound {
            if maps.holds(newline, at: position..<path.upperBound) {
                bytes.append(UInt8(ascii: "\n"))
                position += newline.utf8CodeUnitCount
            } else {
                bytes.append(maps[position])
                position += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Span<UInt8> {
    /// Whether the range begins with the text.
    fileprivate func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            text.indices.allSatisfy { self[range.lowerBound + $0] == text[$0] }
        }
    }

    fileprivate func holdsTheSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        one.count == other.count
            && zip(one, other).allSatisfy { self[$0] == self[$1] }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isPartOfVersion: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "_")
    }
}

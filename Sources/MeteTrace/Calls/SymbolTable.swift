/// The symbols of an ELF file of this machine, of both its tables: what other files may link to (.dynsym), and where it was not stripped
/// all of them (.symtab).
///
/// See elf(5). Versions of symbols are not told apart. Nothing in a file is trusted: what points outside of it is an error.
package struct SymbolTable {
    package struct Symbol: Equatable, Sendable {
        package enum Kind: Sendable {
            case function
            /// STT_GNU_IFUNC: at this address is what chooses the function when the file is loaded.
            case indirect
            /// No code.
            case data
            /// Used here and defined elsewhere.
            case imported
        }

        package var kind: Kind
        /// Known outside of its source file.
        package var isGlobal: Bool
        /// Bytes from the file's beginning to the first instruction; 0 for what is no function.
        package var offset: UInt64
    }

    private struct Table {
        var symbols: Range<Int>
        var names: Range<Int>
    }

    private struct Segment {
        var address: Range<UInt64>
        var offset: UInt64
        var isExecutable: Bool
    }

    private let bytes: UnsafeRawBufferPointer
    /// Keeps the bytes in memory.
    private let owner: AnyObject?
    private var tables: [Table] = []
    private var segments: [Segment] = []

    #if arch(x86_64)
        private static let machine: UInt16 = 62
        private static let machineName = "x86-64"
    #elseif arch(arm64)
        private static let machine: UInt16 = 183
        private static let machineName = "arm64"
    #endif

    private static let symbolBytes = 24
    private static let sectionBytes = 64
    private static let segmentBytes = 56

    /// What is wrong with a file, in words that follow its name.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    init(_ file: MappedFile) throws(Malformed) {
        try self.init(file.bytes, owner: file)
    }

    /// - Parameter owner: what the bytes belong to.
    package init(_ bytes: UnsafeRawBufferPointer, owner: AnyObject?) throws(Malformed) {
        self.bytes = bytes
        self.owner = owner
        guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            throw Malformed(description: "is not an ELF file")
        }
        // 64 bits, least byte first.
        guard bytes[4] == 2, bytes[5] == 1, try read(18) as UInt16 == Self.machine else {
            throw Malformed(description: "is for another kind of machine than this one, \(Self.machineName)")
        }
        try readSegments()
        try readSections()
    }

    /// Every symbol of this name, each place once.
    package func symbols(named name: String) throws(Malformed) -> [Symbol] {
        let wanted = Array(name.utf8)
        var found: [Symbol] = []
        for table in tables {
            for place in stride(from: table.symbols.lowerBound, to: table.symbols.upperBound, by: Self.symbolBytes) {
                let start = table.names.lowerBound + Int(try read(place) as UInt32)
                guard start + wanted.count < table.names.upperBound, bytes[start + wanted.count] == 0,
                    bytes[start..<start + wanted.count].elementsEqual(wanted)
                else { continue }
                let symbol = try symbol(at: place)
                if !found.contains(symbol) { found.append(symbol) }
            }
        }
        return found
    }

    /// Where a function that begins here is best probed.
    ///
    /// Behind the mark of where indirect calls may land (endbr64 of x86-64), which does nothing: the kernel carries out what stands under
    /// a probe by a single step, and by itself only a few instructions, of which the one that functions mostly begin with (push) is one.
    package func probePlace(_ offset: UInt64) -> UInt64 {
        #if arch(x86_64)
            let mark: [UInt8] = [0xf3, 0x0f, 0x1e, 0xfa]
            guard offset < UInt64(bytes.count), bytes[Int(offset)...].starts(with: mark) else { return offset }
            return offset + UInt64(mark.count)
        #else
            return offset
        #endif
    }

    /// The names of all functions that are defined here; with duplicates.
    package func functionNames() throws(Malformed) -> [String] {
        var names: [String] = []
        for table in tables {
            for place in stride(from: table.symbols.lowerBound, to: table.symbols.upperBound, by: Self.symbolBytes) {
                guard try symbol(at: place).kind == .function else { continue }
                let start = table.names.lowerBound + Int(try read(place) as UInt32)
                guard start < table.names.upperBound, let name = bytes.text(at: start), !name.isEmpty else { continue }
                names.append(name)
            }
        }
        return names
    }

    /// Whether only what others link to is named in it.
    package var isStripped: Bool { tables.count < 2 }

    // MARK: Reading

    private func read<Number: FixedWidthInteger>(_ offset: Int) throws(Malformed) -> Number {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else { throw Self.cutOff }
        return bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
    }

    private static let cutOff = Malformed(description: "is damaged or cut off: it points to what is not in it")

    /// A part of the file of which the file itself says where it is.
    private func range(_ offset: UInt64, _ length: UInt64) throws(Malformed) -> Range<Int> {
        let (end, overflows) = offset.addingReportingOverflow(length)
        guard !overflows, end <= UInt64(bytes.count) else { throw Self.cutOff }
        return Int(offset)..<Int(end)
    }

    private mutating func readSegments() throws(Malformed) {
        let size = Int(try read(54) as UInt16)
        let count = Int(try read(56) as UInt16)
        guard count > 0 else { return }
        guard size >= Self.segmentBytes else { throw Self.cutOff }
        let headers = try range(read(32), UInt64(size * count))
        for place in stride(from: headers.lowerBound, to: headers.upperBound, by: size) {
            // PT_LOAD
            guard try read(place) as UInt32 == 1 else { continue }
            let flags: UInt32 = try read(place + 4)
            let address: UInt64 = try read(place + 16)
            let (end, overflows) = address.addingReportingOverflow(try read(place + 32))
            guard !overflows else { throw Self.cutOff }
            segments.append(
                Segment(address: address..<end, offset: try read(place + 8), isExecutable: flags & 1 != 0))
        }
    }

    private mutating func readSections() throws(Malformed) {
        let start: UInt64 = try read(40)
        let size = Int(try read(58) as UInt16)
        var count = UInt64(try read(60) as UInt16)
        guard start > 0 else { return }
        guard size >= Self.sectionBytes else { throw Self.cutOff }
        // Where there are too many for the field, the first section's size says how many.
        if count == 0 { count = try read(range(start, UInt64(size)).lowerBound + 32) }
        let (length, overflows) = count.multipliedReportingOverflow(by: UInt64(size))
        guard !overflows else { throw Self.cutOff }
        let headers = try range(start, length)
        for place in stride(from: headers.lowerBound, to: headers.upperBound, by: size) {
            let kind: UInt32 = try read(place + 4)
            // SHT_SYMTAB, SHT_DYNSYM
            guard kind == 2 || kind == 11 else { continue }
            let names = Int(try read(place + 40) as UInt32)
            guard names < Int(count) else { throw Self.cutOff }
            let symbols = try part(describedAt: place)
            tables.append(
                Table(
                    symbols: symbols.lowerBound..<symbols.upperBound - symbols.count % Self.symbolBytes,
                    names: try part(describedAt: headers.lowerBound + names * size)))
        }
    }

    private func part(describedAt section: Int) throws(Malformed) -> Range<Int> {
        try range(read(section + 24), read(section + 32))
    }

    private func symbol(at place: Int) throws(Malformed) -> Symbol {
        let info: UInt8 = try read(place + 4)
        let section: UInt16 = try read(place + 6)
        let value: UInt64 = try read(place + 8)
        let isGlobal = info >> 4 != 0
        guard section != 0 else { return Symbol(kind: .imported, isGlobal: isGlobal, offset: 0) }
        guard let segment = segments.first(where: { $0.address.contains(value) }), segment.isExecutable else {
            return Symbol(kind: .data, isGlobal: isGlobal, offset: 0)
        }
        let kind: Symbol.Kind
        switch info & 15 {
        // STT_NOTYPE: functions written in assembly, perhaps. STT_FUNC.
        case 0, 2: kind = .function
        case 10: kind = .indirect
        default: return Symbol(kind: .data, isGlobal: isGlobal, offset: 0)
        }
        return Symbol(kind: kind, isGlobal: isGlobal, offset: value - segment.address.lowerBound &+ segment.offset)
    }
}

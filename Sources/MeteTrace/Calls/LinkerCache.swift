import Glibc

/// The libraries that the dynamic linker knows: /etc/ld.so.cache, as glibc's dl-cache.h describes it.
///
/// The file holds a head, entries of 24 bytes, and the strings that they point to, counted from the head's beginning. A cache of the
/// older format may stand before it.
package struct LinkerCache: Sendable {
    package struct Library: Equatable, Sendable {
        /// `libz.so.1`.
        package var name: String
        package var path: String

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Of this machine's ABI, in the linker's order.
    package let libraries: [Library]

    package static let defaultPath = "/etc/ld.so.cache"

    private static let magic = Array("glibc-ld.so.cache1.1".utf8)
    private static let oldMagic = Array("ld.so-1.7.0".utf8)
    private static let headBytes = 48
    private static let entryBytes = 24
    /// The older format: its head, up to the count of its entries, and each of these.
    private static let oldHeadBytes = 16
    private static let oldEntryBytes = 12

    #if arch(x86_64)
        /// FLAG_ELF_LIBC6 with FLAG_X8664_LIB64.
        package static let nativeFlags: UInt32 = 0x0303
    #elseif arch(arm64)
        /// FLAG_ELF_LIBC6 with FLAG_AARCH64_LIB64.
        package static let nativeFlags: UInt32 = 0x0a03
    #endif

    package init(libraries: [Library]) { self.libraries = libraries }

    /// The cache of this machine; nil where it has none, or none that can be understood.
    package init?(path: String = defaultPath) {
        guard let file = try? MappedFile(path) else { return nil }
        self.init(file.bytes)
    }

    /// - Parameter bytes: of the whole file. Nil when they are no cache, or are cut off.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let start = Self.start(of: bytes) else { return nil }
        let cache = UnsafeRawBufferPointer(rebasing: bytes[start...])
        guard cache.count >= Self.headBytes else { return nil }
        let count = Int(cache.loadUnaligned(fromByteOffset: Self.magic.count, as: UInt32.self))
        guard count <= (cache.count - Self.headBytes) / Self.entryBytes else { return nil }
        var libraries: [Library] = []
        libraries.reserveCapacity(count)
        for index in 0..<count {
            let entry = Self.headBytes + index * Self.entryBytes
            guard cache.loadUnaligned(fromByteOffset: entry, as: UInt32.self) == Self.nativeFlags else { continue }
            let key = Int(cache.loadUnaligned(fromByteOffset: entry + 4, as: UInt32.self))
            let value = Int(cache.loadUnaligned(fromByteOffset: entry + 8, as: UInt32.self))
            guard let name = cache.text(at: key), let path = cache.text(at: value) else { return nil }
            libraries.append(Library(name: name, path: path))
        }
        self.libraries = libraries
    }

    private static func start(of bytes: UnsafeRawBufferPointer) -> Int? {
        if bytes.starts(with: magic) { return 0 }
        guard bytes.starts(with: oldMagic), bytes.count >= oldHeadBytes else { return nil }
        let count = Int(bytes.loadUnaligned(fromByteOffset: oldHeadBytes - 4, as: UInt32.self))
        // Aligned as the head of what follows has to be.
        let end = (oldHeadBytes + count * oldEntryBytes + 7) / 8 * 8
        guard end <= bytes.count, bytes[end...].starts(with: magic) else { return nil }
        return end
    }

    /// Where a library lies: every file that has this name, or this name and a version.
    package func paths(of name: String) -> [String] {
        let unversioned = name.contains(".so") ? name + "." : name + ".so"
        var found: [String] = []
        for library in libraries where library.name == name || library.name.hasPrefix(unversioned) {
            if !found.contains(library.path) { found.append(library.path) }
        }
        return found
    }

    /// Names without versions, each once.
    package var stems: Set<String> { Set(libraries.map { Self.stem($0.name) }) }

    package static func stem(_ name: String) -> String {
        name.ranges(of: ".so").first.map { String(name[..<$0.lowerBound]) } ?? name
    }
}

extension LinkerCache {
    /// What lies in the folders that every linker looks through, for machines without a cache.
    package static func ofUsualFolders() -> LinkerCache {
        #if arch(x86_64)
            let multiarch = "x86_64-linux-gnu"
        #elseif arch(arm64)
            let multiarch = "aarch64-linux-gnu"
        #endif
        let folders = ["/lib", "/usr/lib"].flatMap { ["\($0)/\(multiarch)", "\($0)64", $0] }
        return LinkerCache(libraries: folders.flatMap { libraries(in: $0) })
    }

    private static func libraries(in folder: String) -> [Library] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [Library] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.contains(".so") { found.append(Library(name: name, path: "\(folder)/\(name)")) }
        }
        return found.sorted { $0.name < $1.name }
    }
}

extension UnsafeRawBufferPointer {
    /// The text from here to the next zero; nil when there is none, or it is outside.
    func text(at offset: Int) -> String? {
        guard offset >= 0, offset < count else { return nil }
        let rest = self[offset...]
        guard let end = rest.firstIndex(of: 0) else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}

import Glibc

/// Files that are mapped into this process.
enum LoadedFile {
    /// The C library, wherever the loader took it from.
    static func libc() throws -> String { try path(ofSymbol: "getpid") }

    /// The one with the mathematical functions: the same, where the C library has them.
    static func libm() throws -> String { try path(ofSymbol: "cbrt") }

    private static func path(ofSymbol name: String) throws -> String {
        let address = UInt(bitPattern: dlsym(nil, name))
        guard let file = fopen("/proc/self/maps", "re") else { throw Unreadable() }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let fields = text.split(whereSeparator: \.isWhitespace)
            let bounds = (fields.first ?? "").split(separator: "-").compactMap { UInt($0, radix: 16) }
            if fields.count > 5, bounds.count == 2, bounds[0] <= address, address < bounds[1] {
                return String(fields[5])
            }
        }
        throw Unreadable()
    }

    static func contents(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "re") else { throw Unreadable() }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        guard fread(&bytes, 1, bytes.count, file) == bytes.count else { throw Unreadable() }
        return bytes
    }

    private struct Unreadable: Error {}
}

import Glibc
import MeteTrace
import SeededRandom
import Testing

struct LinkerCacheTests {
    private static func read(_ bytes: [UInt8]) -> LinkerCache? { bytes.withUnsafeBytes { LinkerCache($0) } }

    private static let native = LinkerCache.nativeFlags
    private static let sample = LinkerCacheFile.bytes([
        (native, "libz.so.1", "/lib/libz.so.1"), (0x0003, "libz.so.1", "/lib32/libz.so.1"),
        (native, "libz3.so", "/lib/libz3.so"), (native, "libssl.so.3", "/lib/libssl.so.3"),
        (native, "libssl.so.1.1", "/opt/libssl.so.1.1"),
    ])

    @Test func libraryIsFoundWithAndWithoutItsVersion() throws {
        let cache = try #require(Self.read(Self.sample))
        #expect(cache.paths(of: "libz") == ["/lib/libz.so.1"], "neither libz3 nor that of another ABI")
        #expect(cache.paths(of: "libz.so") == ["/lib/libz.so.1"])
        #expect(cache.paths(of: "libz.so.1") == ["/lib/libz.so.1"])
        #expect(cache.paths(of: "libssl") == ["/lib/libssl.so.3", "/opt/libssl.so.1.1"], "each version")
        #expect(cache.paths(of: "libssl.so.3") == ["/lib/libssl.so.3"])
        #expect(cache.paths(of: "libs").isEmpty && cache.paths(of: "z").isEmpty)
        #expect(cache.stems == ["libz", "libz3", "libssl"])
    }

    /// ldconfig before glibc 2.32 put the older format before it, for still older programs.
    @Test func cacheBehindOneOfTheOlderFormatIsRead() throws {
        let count: UInt32 = 3
        var old = Array("ld.so-1.7.0".utf8) + [0] + withUnsafeBytes(of: count.littleEndian) { Array($0) }
        old += [UInt8](repeating: 7, count: 12 * Int(count))
        old += [UInt8](repeating: 0, count: (8 - old.count % 8) % 8)
        #expect(Self.read(old + Self.sample)?.libraries == Self.read(Self.sample)?.libraries)
        #expect(Self.read(old) == nil)
    }

    @Test func whatIsNoCacheIsNone() {
        #expect(Self.read([]) == nil)
        #expect(Self.read(Array("something else, and long enough to be one".utf8)) == nil)
        for length in 0..<Self.sample.count {
            #expect(Self.read(Array(Self.sample[..<length])) == nil, "cut off at \(length)")
        }
    }

    @Test func damageIsNeverReadBeyondTheEnd() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            var bytes = Self.sample
            for _ in 0..<3 {
                bytes[Int.random(in: 20..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = Self.read(bytes)
        }
    }

    /// Against ldconfig's own reading of it.
    @Test(.enabled(if: access("/etc/ld.so.cache", R_OK) == 0 && access("/sbin/ldconfig", X_OK) == 0))
    func cacheOfThisMachineIsWhatLdconfigPrints() throws {
        let stream = try #require(popen("/sbin/ldconfig -p", "r"))
        defer { pclose(stream) }
        var printed: [LinkerCache.Library] = []
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), stream) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // libz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1
            guard let match = text.wholeMatch(of: /\s+(\S+) \(libc6,(?:x86-64|AArch64)[^)]*\) => (\S+)\n/) else {
                continue
            }
            printed.append(LinkerCache.Library(name: String(match.1), path: String(match.2)))
        }
        try #require(printed.count > 10, "there are always some")
        #expect(try #require(LinkerCache()).libraries == printed)
    }

    @Test func usualFoldersHaveTheCLibrary() {
        #expect(!LinkerCache.ofUsualFolders().paths(of: "libc").isEmpty)
    }
}

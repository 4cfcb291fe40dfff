import Glibc
import MeteTrace
import SeededRandom
import Testing

struct SymbolTableTests {
    /// Bytes that lie nowhere else, so that reading past them is found.
    private final class Copy {
        let bytes: UnsafeMutableRawBufferPointer

        init(_ bytes: [UInt8]) {
            self.bytes = .allocate(byteCount: bytes.count, alignment: 16)
            self.bytes.copyBytes(from: bytes)
        }

        deinit { bytes.deallocate() }
    }

    private static func table(_ bytes: [UInt8]) throws -> SymbolTable {
        let copy = Copy(bytes)
        return try SymbolTable(UnsafeRawBufferPointer(copy.bytes), owner: copy)
    }

    /// What the loader has at a function's address is what the file has at the offset that was found.
    @Test(arguments: ["getpid", "qsort", "fopen", "pthread_create"])
    func functionIsWhereTheLoaderHasIt(name: String) throws {
        let bytes = try LoadedFile.contents(LoadedFile.libc())
        let symbol = try #require(dlsym(nil, name))
        let code = Array(UnsafeRawBufferPointer(start: symbol, count: 16))
        let found = try Self.table(bytes).symbols(named: name).filter { $0.kind == .function }
        #expect(found.contains { Array(bytes[Int($0.offset)..<Int($0.offset) + 16]) == code })
        #expect(!found.contains { !$0.isGlobal })
    }

    #if arch(x86_64)
        @Test func probeIsBehindTheMarkForIndirectCalls() throws {
            var bytes = try LoadedFile.contents(LoadedFile.libc())
            let start = try #require(Self.table(bytes).symbols(named: "getpid").first).offset
            bytes.replaceSubrange(Int(start)..<Int(start) + 5, with: [0xf3, 0x0f, 0x1e, 0xfa, 0x55])
            #expect(try Self.table(bytes).probePlace(start) == start + 4)
            #expect(try Self.table(bytes).probePlace(start + 4) == start + 4)
            #expect(try Self.table(bytes).probePlace(UInt64(bytes.count)) == UInt64(bytes.count))
        }
    #endif

    @Test func kindsAreToldApart() throws {
        let table = try Self.table(LoadedFile.contents(LoadedFile.libc()))
        #expect(try table.symbols(named: "environ").map(\.kind) == [.data])
        #expect(try table.symbols(named: "strlen").map(\.kind) == [.indirect], "the fastest for the machine")
        #expect(try table.symbols(named: "getpi").isEmpty)
        #expect(try !table.symbols(named: "").contains { $0.kind == .function })
        let names = try table.functionNames()
        #expect(names.contains("getpid") && !names.contains("environ"))
    }

    @Test func whatIsNoFileOfTheKindIsSaidSo() throws {
        let bytes = try LoadedFile.contents(LoadedFile.libc())
        func cause(_ bytes: [UInt8]) -> String? {
            do {
                _ = try Self.table(bytes)
                return nil
            } catch {
                return (error as? SymbolTable.Malformed)?.description
            }
        }
        #expect(cause([]) == "is not an ELF file")
        #expect(cause(Array("#!/bin/sh\n".utf8) + [UInt8](repeating: 10, count: 100)) == "is not an ELF file")
        var foreign = bytes
        foreign[18] = 8  // EM_MIPS
        #expect(try #require(cause(foreign)).hasPrefix("is for another kind of machine"))
        foreign = bytes
        foreign[4] = 1  // ELFCLASS32
        #expect(try #require(cause(foreign)).hasPrefix("is for another kind of machine"))
        #expect(try #require(cause(Array(bytes.prefix(bytes.count / 2)))).contains("cut off"))
        #expect(cause(bytes) == nil)
    }

    @Test func damageIsNeverReadBeyondTheEnd() throws {
        let whole = try LoadedFile.contents(LoadedFile.libc())
        // The head, the headers of segments and those of sections: everything that points to somewhere.
        let sections = whole.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 40, as: UInt64.self)) }
        var random = SplitMix64(seed: 2)
        var refused = 0
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<4 {
                let place =
                    Bool.random(using: &random)
                    ? Int.random(in: 18..<1000, using: &random) : .random(in: sections..<bytes.count, using: &random)
                bytes[place] = .random(in: 0...255, using: &random)
            }
            do {
                _ = try Self.table(bytes).symbols(named: "getpid")
            } catch { refused += 1 }
        }
        #expect(refused > 0, "damage was done")
    }
}

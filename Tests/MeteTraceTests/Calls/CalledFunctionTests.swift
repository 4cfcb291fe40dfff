import Glibc
import MeteTestSupport
import Testing

@testable import MeteTrace

struct CalledFunctionTests {
    /// What the C library of this process is called, as a cache would have it.
    private static func cache() throws -> LinkerCache {
        let libc = try LoadedFile.libc()
        return LinkerCache(libraries: [
            .init(name: "libc.so.6", path: libc), .init(name: "libcrypt.so.1", path: "/nowhere/libcrypt.so.1"),
            .init(name: "libnone.so", path: "/etc/passwd"),
        ])
    }

    private static func error(_ list: String) throws -> CallError {
        try #require(throws: CallError.self) { try CalledFunction.resolve(list, cache: try cache()) }
    }

    @Test func functionsAreNamedAsTheyWereAskedFor() throws {
        let path = try #require(try Self.cache().paths(of: "libc").first)
        let found = try CalledFunction.resolve("libc:getpid,\(path):fopen,libc.so.6:qsort", cache: try Self.cache())
        let file = try #require(path.split(separator: "/").last)
        #expect(found.map(\.name) == ["libc:getpid", "\(file):fopen", "libc.so.6:qsort"])
        #expect(found.allSatisfy { !$0.places.isEmpty })
        #expect(Set(found.flatMap(\.places).map(\.offset)).count == found.flatMap(\.places).count)
    }

    @Test func aWordThatIsNotOneIsRefused() throws {
        for word in ["", "libc", "libc:", ":getpid", "libc:getpid,", "libc:getpid,,libc:fopen"] {
            let error = try Self.error(word)
            #expect(error.code == .malformed, "\(word)")
            #expect(error.remedy.contains("libz:deflate"))
        }
    }

    @Test func theSameFunctionTwiceIsRefused() throws {
        #expect(try Self.error("libc:getpid,libc:getpid").code == .malformed)
        #expect(try Self.error("libc:getpid,libc.so.6:getpid").cause == "it is the same as libc:getpid")
    }

    @Test func anUnknownLibraryIsToldWithThoseNearIt() throws {
        let error = try Self.error("libcrpt:crypt")
        #expect(error.code == .noLibrary)
        #expect(error.remedy.contains("libcrypt"), "\(error)")
        #expect(try Self.error("crypt:crypt").remedy.contains("libcrypt"), "what contains it")
        #expect(try Self.error("zzzzzzzz:f").remedy.contains("ldconfig"))
    }

    /// Names near it are many there, and one of them has the function.
    @Test(.enabled(if: access(LinkerCache.defaultPath, R_OK) == 0, "the linker of this machine has no cache"))
    func theLibraryThatHasTheFunctionComesFirstOfThisMachinesOwn() throws {
        let cache = try #require(LinkerCache())
        let error = try #require(throws: CallError.self) { try CalledFunction.resolve("libcc:getpid", cache: cache) }
        #expect(error.code == .noLibrary)
        #expect(error.remedy.hasPrefix("`getpid` is in libc"), "\(error)")
        let versioned = try #require(throws: CallError.self) {
            try CalledFunction.resolve("libc.so.99:f", cache: cache)
        }
        #expect(versioned.remedy.contains("libc"), "the version is no part of the name: \(versioned)")
    }

    @Test func nearLibrariesOfACacheFileAreTold() throws {
        let folder = try TemporaryFolder(prefix: "mete-near")
        let libc = try LoadedFile.libc()
        let native = LinkerCache.nativeFlags
        let bytes = LinkerCacheFile.bytes([
            (native, "libsAl.so.1", "/nowhere/libsAl.so.1"), (native, "libisl.so.23", "/etc/passwd"),
            (native, "libssl.so.3", libc), (native, "libz.so.1", libc),
        ])
        let cache = try #require(LinkerCache(path: try folder.write(bytes, to: "ld.so.cache")))
        func words(_ library: String, _ function: String) -> String? {
            NearLibraries(library, function: function, cache: cache, mapped: []).words
        }
        // Neither a library that is gone nor one that is none stands in the way of the third.
        #expect(words("libsl", "qsort") == "`qsort` is in libssl; near it are also libsAl, libisl")
        #expect(words("libsl.so.1", "zzzz") == "near it are libsAl, libssl, libisl")
        #expect(words("somethingelse", "qsort") == nil)
    }

    /// One that the linker does not know, since it lies where a program looks by itself.
    @Test func aNearLibraryThatOnlyARunningProcessHasIsToldWithItsPath() throws {
        let folder = try TemporaryFolder(prefix: "mete-near")
        let path = try folder.write(try LoadedFile.contents(try LoadedFile.libm()), to: "libquaintmath.so.6")
        func remedy() throws -> String {
            try #require(throws: CallError.self) {
                try CalledFunction.resolve("libquaintmaht:cbrt", cache: LinkerCache(libraries: []))
            }.remedy
        }
        #expect(!(try remedy()).contains(path), "the detector: nobody has it")
        let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        defer { dlclose(handle) }
        #expect(try remedy().hasPrefix("`cbrt` is in \(path)"))
    }

    @Test func anUnknownFunctionIsToldWithThoseNearIt() throws {
        let error = try Self.error("libc:pthread_creat")
        #expect(error.code == .noFunction)
        #expect(error.remedy.contains("pthread_create"), "\(error)")
        #expect(try Self.error("libc:getaddrinf").remedy.contains("getaddrinfo"))
        #expect(try Self.error("libc:strtok_").description.contains("strtok_r"))
        #expect(try Self.error("libc:zzzzzzzzzzzz").remedy.contains("nm -D"))
    }

    @Test func whatAProbeWouldNotSeeIsRefused() throws {
        let chosen = try Self.error("libc:strlen")
        #expect(chosen.code == .unfit && chosen.cause.contains("IFUNC"))
        let data = try Self.error("libc:environ")
        #expect(data.code == .unfit && data.cause.contains("data"))
        let imported = try Self.error("/proc/self/exe:getpid")
        #expect(imported.code == .unfit && imported.cause.contains("another library"))
    }

    @Test func aFileThatCannotBeReadIsSaidSo() throws {
        #expect(try Self.error("libcrypt:crypt").description.contains("/nowhere/libcrypt.so.1: No such file"))
        #expect(try Self.error("libnone:f").cause.contains("is not an ELF file"))
        #expect(try Self.error("/etc:f").cause.contains("not a regular file"))
    }

    @Test func moreFunctionsThanThereIsRoomForAreRefused() throws {
        // Whatever fits: the functions of the C library that have a place of their own.
        let cache = try Self.cache()
        var found: [String] = []
        var places: Set<CalledFunction.Place> = []
        for name in Self.names {
            guard let function = try? CalledFunction.resolve("libc:\(name)", cache: cache).first,
                places.isDisjoint(with: function.places)
            else { continue }
            places.formUnion(function.places)
            found.append("libc:\(name)")
        }
        try #require(found.count > KernelProbes.mostFunctions)
        let most = found.prefix(KernelProbes.mostFunctions).joined(separator: ",")
        #expect(try CalledFunction.resolve(most, cache: cache).count == KernelProbes.mostFunctions)
        let more = found.prefix(KernelProbes.mostFunctions + 1).joined(separator: ",")
        #expect(try Self.error(more).cause == "it names \(KernelProbes.mostFunctions + 1) functions")
    }

    private static let names = """
        abort accept access alarm atoi atol bind bsearch calloc chdir chmod chown clearenv clock close closedir connect creat dup dup2 \
        execv execve exit fchdir fchmod fclose feof fflush fgets fileno fopen fork fprintf fputs fread free fseek fstat fsync ftell \
        fwrite getcwd getegid getenv geteuid getgid getpid getppid getuid kill link listen lseek malloc mkdir mmap munmap nice open \
        opendir pause perror pipe poll printf putenv puts qsort raise rand read readdir readlink realloc recv rename rewind rmdir send \
        setenv setuid sleep socket srand symlink sync system time umask uname unlink usleep wait write
        """.split(separator: " ").map(String.init)
}

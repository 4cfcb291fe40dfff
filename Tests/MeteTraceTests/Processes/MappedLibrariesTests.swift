import Testing

@testable import MeteTrace

struct MappedLibrariesTests {
    private func paths(_ maps: String, executable: String? = nil) -> [String] {
        MappedLibraries.paths(inMaps: Array(maps.utf8).span, executable: executable)
    }

    /// A line as the kernel writes it, with the path at its column.
    private func line(_ path: String, inode: Int = 333_151) -> String {
        let head = "7f36c3f5f000-7f36c40b5000 r-xp 00026000 fe:00 \(inode)"
        return head + String(repeating: " ", count: max(1, 73 - head.count)) + path + "\n"
    }

    @Test func readsWhatAKernelWrote() {
        let maps = """
            55fb664cd000-55fb664ce000 r--p 00000000 fe:00 16220218                   /usr/bin/app
            55fb664ce000-55fb664cf000 r-xp 00001000 fe:00 16220218                   /usr/bin/app
            55fb66500000-55fb66600000 rw-p 00000000 00:00 0                          [heap]
            7f36c3f36000-7f36c3f39000 rw-p 00000000 00:00 0 
            7f36c3f39000-7f36c3f5f000 r--p 00000000 fe:00 333151                     /usr/lib/x86_64-linux-gnu/libc.so.6
            7f36c3f5f000-7f36c40b5000 r-xp 00026000 fe:00 333151                     /usr/lib/x86_64-linux-gnu/libc.so.6
            7f36c4108000-7f36c410c000 r--p 001cf000 fe:00 333151                     /usr/lib/x86_64-linux-gnu/libc.so.6
            7f36c4124000-7f36c4125000 r--p 00000000 00:01 24                         /memfd:lib.so (deleted)
            7f36c4125000-7f36c4126000 r--p 00000000 fe:00 16220212                   /tmp/del.so (deleted)
            7f36c4129000-7f36c412d000 r--p 00000000 00:00 0                          [vvar]
            7f36c412f000-7f36c4131000 r-xp 00000000 00:00 0                          [vdso]
            7f36c4131000-7f36c4132000 r--p 00000000 fe:00 332717                     /usr/lib/ld-linux-x86-64.so.2
            7ffd02b72000-7ffd02b93000 rw-p 00000000 00:00 0                          [stack]
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            """
        #expect(
            paths(maps) == ["/tmp/del.so", "/usr/lib/ld-linux-x86-64.so.2", "/usr/lib/x86_64-linux-gnu/libc.so.6"])
    }

    @Test(arguments: [
        "/lib/libc.so.6", "/lib/plugin.so", "/usr/lib/libstdc++.so.6.0.30", "/usr/lib/libcrypto.so.1.0.2k",
        "/lib/lib-2.31.so", "/a b/c d.so.1", "/x", "/lib/a.so.1 (copy).so",
    ])
    func namesOfLibrariesAreKnown(_ path: String) {
        let isOne = path != "/x"
        #expect(paths(line(path)) == (isOne ? [path] : []))
    }

    @Test(arguments: [
        "/etc/ld.so.cache", "/lib/.so", "/lib/libc.so.6.gz", "/lib/libc.so.", "/lib/libc.so..1", "/lib/lib.so.d/file",
        "/lib/notso", "/dev/zero (deleted)", "/SYSV00000000 (deleted)", "/memfd:a.so.1 (deleted)", "[vdso]",
        "[anon:x.so]",
        "anon_inode:[perf_event].so", "(unreachable)/lib/libc.so.6", "", "/dev/shm/x.1", "/1.2.3",
    ])
    func othersAreNoLibraries(_ path: String) {
        #expect(paths(line(path)).isEmpty)
    }

    @Test func anEscapedNewlineIsOneAndABackslashIsABackslash() {
        #expect(paths(line(#"/tmp/a b\012\040c.so.1 (deleted)"#)) == ["/tmp/a b\n\\040c.so.1"])
    }

    @Test func theExecutableIsNoLibrary() {
        let maps = line("/opt/app.so") + line("/lib/libm.so.6")
        #expect(paths(maps, executable: "/opt/app.so") == ["/lib/libm.so.6"])
        #expect(paths(maps) == ["/lib/libm.so.6", "/opt/app.so"])
    }

    @Test func eachIsNamedOnceWhateverLiesBetweenItsSegments() {
        let maps = line("/lib/b.so") + line("") + line("/lib/b.so") + line("/lib/a.so") + line("/lib/b.so")
        #expect(paths(maps) == ["/lib/a.so", "/lib/b.so"])
    }

    /// Cut off anywhere, or not of the kernel's form at all: nothing is invented, and nothing crashes.
    @Test func brokenLinesAreNoLibraries() {
        let whole = line("/lib/libc.so.6")
        for length in 0..<(whole.utf8.count - 1) {
            let found = paths(String(whole.prefix(length)))
            #expect(found.isEmpty || found == ["/lib/libc.so"], "\(length)")
        }
        #expect(paths("\n\n\n").isEmpty)
        #expect(paths("      ").isEmpty)
        #expect(paths("/lib/libc.so.6\n").isEmpty)
    }
}

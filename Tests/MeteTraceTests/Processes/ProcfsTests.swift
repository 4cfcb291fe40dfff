import Glibc
import MeteTrace
import Testing

struct ProcfsTests {
    @Test func readsThisProcess() {
        var procfs = Procfs()
        let program = procfs.program(of: getpid())
        #expect(program?.executable?.isEmpty == false)
        #expect(program?.commandLine.isEmpty == false)
        #expect(procfs.cgroups(of: getpid()).isEmpty == false)
    }

    /// Its command line reads as empty, which is no command line of any component.
    @Test func aProcessThatHasEndedIsNoProgram() throws {
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
        defer { free(arguments[0]) }
        try #require(posix_spawn(&pid, "/bin/true", nil, nil, &arguments, environ) == 0)
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        var procfs = Procfs()
        #expect(access("/proc/\(pid)/cmdline", F_OK) == 0, "the detector needs one that nobody has waited for")
        #expect(procfs.program(of: pid) == nil)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        #expect(procfs.program(of: pid) == nil)
        #expect(procfs.cgroups(of: pid).isEmpty)
    }
}

import Glibc
import MeteAgent
import MeteClient
import MeteProtocol
import MeteTestSupport
import Testing

/// What a starting agent does with what it finds at its path.
struct ListeningSocketTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func folderAndSocketAreClosedToOthers() throws {
        let server = try start(folder.socket)
        defer { server.stop() }
        #expect(try mode(folder.file("run")) == 0o750)
        #expect(try mode(folder.socket) == 0o660)
    }

    @Test func existingFolderKeepsItsMode() throws {
        try #require(mkdir(folder.file("run"), 0o700) == 0)
        let server = try start(folder.socket)
        defer { server.stop() }
        #expect(try mode(folder.file("run")) == 0o700)
    }

    /// Whoever may write the folder could answer in the agent's place.
    @Test(arguments: [(0o777, false), (0o775, false), (0o1777, true), (0o755, true)] as [(mode_t, Bool)])
    func folderThatOthersMayWriteIsRefusedUnlessItKeepsFilesToTheirOwners(mode: mode_t, isTaken: Bool) throws {
        try #require(mkdir(folder.file("run"), 0o750) == 0)
        try #require(chmod(folder.file("run"), mode) == 0)
        if isTaken {
            try start(folder.socket).stop()
        } else {
            let error = #expect(throws: APIServerError.self) { try start(folder.socket) }
            #expect(error?.code == .untrusted)
            #expect(error?.description.contains("0\(String(mode, radix: 8)) lets others write it") == true)
        }
    }

    @Test func staleSocketIsReplaced() async throws {
        let path = folder.file("agent.sock")
        _ = try RawListener(path)
        try #require(access(path, F_OK) == 0)
        let server = try start(path)
        defer { server.stop() }
        #expect(try await AgentClient(socket: path).health().healthy)
    }

    @Test func liveAgentIsNamedAndLeftAlone() async throws {
        let first = try start(folder.socket)
        defer { first.stop() }
        let error = #expect(throws: APIServerError.self) { try start(folder.socket) }
        #expect(error?.code == .alreadyRunning(pid: getpid()))
        #expect(error?.description.contains("pid \(getpid())") == true)
        #expect(try await AgentClient(socket: folder.socket).health().healthy)
    }

    @Test func ofAgentsThatStartAtOnceOneServes() async throws {
        let socket = folder.socket
        try #require(mkdir(folder.file("run"), 0o750) == 0)
        let results = await withTaskGroup(of: Result<APIServer, any Error>.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    Result { try APIServer.start(socket: socket, state: FixedState()) { Issue.record("\($0)") } }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var servers: [APIServer] = []
        for result in results {
            do {
                servers.append(try result.get())
            } catch {
                let code = (error as? APIServerError)?.code
                #expect(code == .contended || code == .alreadyRunning(pid: getpid()), "\(error)")
            }
        }
        #expect(servers.count == 1)
        #expect(try await AgentClient(socket: socket).health().healthy)
        for server in servers { server.stop() }
        #expect(access(socket, F_OK) != 0)
    }

    @Test func folderThatIsBeingClaimedIsContended() throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX) == 0)
        let error = #expect(throws: APIServerError.self) { try start(folder.file("agent.sock")) }
        #expect(error?.code == .contended)
    }

    @Test func fileThatIsNoSocketIsLeft() throws {
        let path = folder.file("agent.sock")
        close(creat(path, 0o600))
        let error = #expect(throws: APIServerError.self) { try start(path) }
        #expect(error?.code == .occupied)
        #expect(access(path, F_OK) == 0)
    }

    @Test func socketOfAnotherKindIsLeft() throws {
        let path = folder.file("agent.sock")
        let other = try RawListener(path, type: SOCK_DGRAM)
        let error = #expect(throws: APIServerError.self) { try start(path) }
        #expect(error?.code == .occupied)
        #expect(access(path, F_OK) == 0)
        withExtendedLifetime(other) {}
    }

    @Test func socketThatTookThePlaceIsNotRemoved() throws {
        let server = try start(folder.socket)
        try #require(unlink(folder.socket) == 0)
        let other = try RawListener(folder.socket)
        server.stop()
        #expect(access(folder.socket, F_OK) == 0)
        withExtendedLifetime(other) {}
    }

    @Test func failedStartLeavesNothing() throws {
        #expect(throws: APIServerError.self) { try start(folder.file("missing/run/agent.sock")) }
        #expect(access(folder.file("missing"), F_OK) != 0)
    }

    @Test(arguments: [
        ("agent.sock", APIServerError.Code.invalidPath),
        ("/tmp/" + String(repeating: "x", count: SocketPath.maximumLength), .invalidPath),
        ("", .invalidPath), ("/nowhere/run/agent.sock", .system(errno: ENOENT)),
        ("/etc/hostname/agent.sock", .system(errno: ENOTDIR)),
    ])
    func impossiblePathIsExplained(path: String, code: APIServerError.Code) throws {
        let error = #expect(throws: APIServerError.self) { try start(path) }
        #expect(error?.code == code)
        #expect(error?.remedy.isEmpty == false)
    }

    @discardableResult
    private func start(_ path: String) throws -> APIServer {
        try APIServer.start(socket: path, state: FixedState()) { Issue.record("the server reports: \($0)") }
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode & 0o7777
    }
}

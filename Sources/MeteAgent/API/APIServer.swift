import HTTPTypes
import HummingbirdCore
import Logging
import MeteProtocol
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The agent's API: HTTP/1.1 and JSON on a Unix socket, served by one thread of its own.
///
/// While nobody asks, the thread sleeps in epoll_wait(2) without a timer; an answer is made when it is asked for, on
/// that thread. Connection handling is Hummingbird's `HTTP1Channel`; its `Application` is not used, as that refreshes a
/// date every second and binds by path, which would remove the socket of a live agent. Who may connect is decided by the
/// modes of folder and socket; there is no other authentication.
///
/// `start` and `stop` block and may be called from any thread but the server's own.
package final class APIServer: Sendable {
    private let socket: ListeningSocket
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let connections: ConnectionRegistry
    private let grace: TimeAmount
    private let report: @Sendable (String) -> Void
    private let isStopped = Mutex(false)

    /// Listens at `path`, and answers from `state`, until `stop`.
    ///
    /// - Parameter report: Takes, in words, what goes wrong later on and has no peer that it could be told to.
    package static func start(
        socket path: String = SocketPath.standard, state: any AgentState, limits: APILimits = APILimits(),
        report: @escaping @Sendable (String) -> Void
    ) throws(APIServerError) -> APIServer {
        let socket = try ListeningSocket.claim(path, backlog: limits.backlog)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = ConnectionRegistry()
        do {
            let listener = try listen(
                on: socket, group: group, connections: connections, routes: APIRoutes(state: state), limits: limits,
                report: report)
            return APIServer(
                socket: socket, group: group, listener: listener, connections: connections, grace: limits.grace,
                report: report)
        } catch {
            let cause = APIServerError(
                .eventLoop, socket: path, message: "cannot serve \(path): \(error)",
                remedy: "raise the limits of open files and threads")
            do { try socket.removeFile() } catch { report("the API's socket remains: \(error)") }
            do { try group.syncShutdownGracefully() } catch { report("the API's event loop did not stop: \(error)") }
            throw cause
        }
    }

    private init(
        socket: ListeningSocket, group: MultiThreadedEventLoopGroup, listener: any Channel,
        connections: ConnectionRegistry, grace: TimeAmount, report: @escaping @Sendable (String) -> Void
    ) {
        self.socket = socket
        self.group = group
        self.listener = listener
        self.connections = connections
        self.grace = grace
        self.report = report
    }

    /// Removes the socket, lets answers under way finish for the grace period, closes every connection, and returns when
    /// the server's thread has ended. Does nothing the second time.
    package func stop() {
        let wasStopped = isStopped.withLock { stopped in
            defer { stopped = true }
            return stopped
        }
        guard !wasStopped else { return }
        do { try socket.removeFile() } catch { report("the API's socket remains: \(error)") }
        do { try listener.close().wait() } catch { report("the API's listening socket did not close: \(error)") }
        connections.quiesce()
        if !connections.waitUntilEmpty(within: grace) {
            connections.closeAll()
            guard connections.waitUntilEmpty(within: grace) else {
                return report("the API stops while an answer is still being made; its thread remains")
            }
        }
        do { try group.syncShutdownGracefully() } catch { report("the API's event loop did not stop: \(error)") }
    }

    // MARK: The listening channel

    private static func listen(
        on socket: ListeningSocket, group: MultiThreadedEventLoopGroup, connections: ConnectionRegistry,
        routes: APIRoutes, limits: APILimits, report: @escaping @Sendable (String) -> Void
    ) throws -> any Channel {
        // Hummingbird logs single requests, at trace and debug level only.
        let logger = Logger(label: "mete.api") { _ in SwiftLogNoOpLogHandler() }
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                try await respond(to: request, routes: routes, bodyLimit: limits.bodyBytes, writer: writer)
            }, configuration: limits.http)
        let executor = EventLoopExecutor(group.next())
        return try ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    try sync.addHandler(
                        AvailableConnectionsChannelHandler(
                            delegate: MaximumAvailableConnections(limits.connections, logger: logger)))
                    try sync.addHandler(AcceptFailureReporter(report: report))
                }
            }
            // One at a time, so that the limit of connections is exact.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                http.setup(channel: channel, logger: logger).map { connection in
                    connections.add(channel)
                    Task(executorPreference: executor) {
                        await http.handle(value: connection, logger: logger)
                        connections.remove(channel)
                    }
                }
            }
            .withBoundSocket(socket.descriptor)
            .wait()
    }

    /// Reads the request to its end, answers it, and leaves the connection ready for the next one.
    private static func respond(
        to request: Request, routes: APIRoutes, bodyLimit: Int, writer: consuming ResponseWriter
    ) async throws {
        let answer: JSONAnswer
        do {
            // No request of version 1 carries a body; one that does is read, so that the next request can follow it.
            _ = try await request.body.collect(upTo: bodyLimit)
            answer = await routes.answer(method: request.method.rawValue, target: request.head.path ?? "/")
        } catch is NIOTooManyBytesError {
            answer = JSONAnswer(
                ErrorReport(
                    .tooLarge, message: "the request's body exceeds \(bodyLimit) bytes", remedy: "send a smaller body"))
        } catch {
            guard let report = MalformedRequestResponder.report(of: error) else { throw error }
            answer = JSONAnswer(report)
        }
        let response = answer.response
        try await writer.write(response: response.head, body: response.body)
    }
}

extension APILimits {
    fileprivate var http: HTTP1Channel.Configuration {
        let bodyLimit = body
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [MalformedRequestResponder(), BodyDeadline(bodyLimit)], idleTimeout: idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: headerCount))
    }
}

import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP/1.1 request and its answer over a connection of its own to a Unix socket.
struct HTTPExchange {
    let socket: String
    let group: any EventLoopGroup
    /// From the first step to the last byte of the answer.
    let limit: TimeAmount

    /// The largest answer accepted, in bytes: a status of 10,000 components is about 10 MB.
    private static let maximumAnswer = 64 << 20

    func run(method: HTTPMethod, path: String) async throws -> NIOHTTPClientResponseFull {
        let socket = socket
        let loop = group.next()
        let connected = ClientBootstrap(group: loop).connectTimeout(limit).connect(unixDomainSocketPath: socket)
        let deadline = NIODeadline.now() + limit
        return try await connected.flatMap { channel in
            let answer = loop.makePromise(of: NIOHTTPClientResponseFull.self)
            let expiry = loop.scheduleTask(deadline: deadline) { answer.fail(ClientError.timeout(socket)) }
            answer.futureResult.whenComplete { _ in
                expiry.cancel()
                channel.close(promise: nil)
            }
            do {
                let sync = channel.pipeline.syncOperations
                try sync.addHTTPClientHandlers()
                try sync.addHandler(NIOHTTPClientResponseAggregator(maxContentLength: Self.maximumAnswer))
                try sync.addHandler(AnswerReceiver(answer))
                let headers: HTTPHeaders = ["host": "localhost", "accept": "application/json", "connection": "close"]
                let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
                channel.write(HTTPClientRequestPart.head(head)).cascadeFailure(to: answer)
                channel.writeAndFlush(HTTPClientRequestPart.end(nil)).cascadeFailure(to: answer)
            } catch {
                answer.fail(error)
            }
            return answer.futureResult
        }.get()
    }
}

/// Fulfils a promise with the answer, or with the reason why none will come.
private final class AnswerReceiver: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private struct ClosedEarly: Error, CustomStringConvertible {
        var description: String { "the connection was closed before the answer was complete" }
    }

    private let answer: EventLoopPromise<NIOHTTPClientResponseFull>

    init(_ answer: EventLoopPromise<NIOHTTPClientResponseFull>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.succeed(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ClosedEarly())
        context.fireChannelInactive()
    }
}

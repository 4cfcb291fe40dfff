import NIOCore

/// Says when the server cannot accept connections, once until it can again.
///
/// The server channel itself backs off and goes on; out of file descriptors is the usual cause.
final class AcceptFailureReporter: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let report: @Sendable (String) -> Void
    private var failing = false

    init(report: @escaping @Sendable (String) -> Void) {
        self.report = report
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        failing = false
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !failing { report("the API cannot accept a connection: \(error); those that wait are served later") }
        failing = true
        context.fireErrorCaught(error)
    }
}

@available(*, unavailable)
extension AcceptFailureReporter: Sendable {}

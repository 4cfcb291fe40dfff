import HTTPTypes
import MeteProtocol
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Answers bytes that are not an HTTP request with the API's error, and closes the connection.
///
/// It answers only while no request is open, as an answer in between would be taken for that request's; bytes that go
/// wrong inside a request's body are answered where the body is read.
final class MalformedRequestResponder: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var requestsOpen = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { requestsOpen += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { requestsOpen -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard requestsOpen == 0, let report = Self.report(of: error) else {
            return context.fireErrorCaught(error)
        }
        var answer = JSONAnswer(report)
        answer.headers[.connection] = "close"
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    /// What to answer to an error of the decoder; nil for errors of the connection.
    static func report(of error: any Error) -> ErrorReport? {
        switch error {
        case HTTPParserError.headerOverflow:
            ErrorReport(
                .headersTooLarge, message: "the request's line and headers are too large",
                remedy: "send fewer or shorter headers")
        case is HTTPParserError, is HTTP1TypeConversionError:
            ErrorReport(
                .malformed, message: "this is not an HTTP/1.1 request: \(error)",
                remedy:
                    "ask with an HTTP client, e.g. `curl --unix-socket PATH http://localhost\(Endpoint.status.path)`")
        default: nil
        }
    }
}

@available(*, unavailable)
extension MalformedRequestResponder: Sendable {}

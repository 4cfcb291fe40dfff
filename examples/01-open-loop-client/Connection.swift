import Glibc

/// One pipelined connection to redis: requests go out in order, and replies come back in that order.
///
/// No call blocks except `preload`. What the socket does not take at once stays here until it is writable again.
final class Connection {
    /// A request that has not been answered.
    struct Outstanding {
        /// Intended send time, on the monotonic clock.
        var due: Int64
        var phase: Int
    }

    let descriptor: Int32
    private let endpoint: Endpoint
    private var output: [UInt8] = []
    private var written = 0
    private var outstanding: [Outstanding] = []
    private var answered = 0
    private var parser = ReplyParser()
    private var input = [UInt8](repeating: 0, count: 64 * 1024)

    init(to endpoint: Endpoint) throws(OpenLoopError) {
        self.endpoint = endpoint
        descriptor = try endpoint.connect()
    }

    deinit {
        close(descriptor)
    }

    var hasOutput: Bool { written < output.count }
    var unanswered: ArraySlice<Outstanding> { outstanding[answered...] }

    /// Takes a request to be sent by the next `flush`.
    func enqueue(_ request: [UInt8], _ mark: Outstanding) {
        output += request
        if answered == outstanding.count {
            outstanding.removeAll(keepingCapacity: true)
            answered = 0
        }
        outstanding.append(mark)
    }

    /// Writes as much as the socket takes now.
    func flush() throws(OpenLoopError) {
        while hasOutput {
            let count = output.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return send(descriptor, rest.baseAddress, rest.count, nonBlocking)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                throw dropped(errno)
            }
        }
        output.removeAll(keepingCapacity: true)
        written = 0
    }

    /// Reads once and hands each complete reply to `body`, with the request that it answers.
    func receive(_ body: (ReplyParser.Reply, Outstanding) -> Void) throws(OpenLoopError) {
        if try fill(flags: nonBlocking) { try match(body) }
    }

    /// Sends the requests one by one and waits for each reply. Proves at once that a willing redis is there.
    func preload(_ requests: [[UInt8]]) throws(OpenLoopError) {
        for request in requests {
            enqueue(request, Outstanding(due: 0, phase: 0))
            try flush()
            while !unanswered.isEmpty {
                guard try fill(flags: 0) else { continue }
                var refusal: String?
                try match { reply, _ in
                    if case .refused(let text) = reply { refusal = text }
                }
                if let refusal { throw .preloadRefused(endpoint, reply: refusal) }
            }
        }
    }

    private func match(_ body: (ReplyParser.Reply, Outstanding) -> Void) throws(OpenLoopError) {
        while let reply = try parser.next() {
            guard let request = unanswered.first else { throw .unasked(endpoint) }
            answered += 1
            body(reply, request)
        }
    }

    /// Hands what the socket has to the parser; false when there was nothing.
    private func fill(flags: Int32) throws(OpenLoopError) -> Bool {
        let count = recv(descriptor, &input, input.count, flags)
        switch count {
        case 1...:
            input.withUnsafeBytes { parser.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            return true
        case 0: throw dropped(nil)
        default:
            guard errno == EAGAIN || errno == EINTR else { throw dropped(errno) }
            return false
        }
    }

    private func dropped(_ code: Int32?) -> OpenLoopError {
        .dropped(endpoint, errno: code, unanswered: unanswered.count)
    }

    private let nonBlocking = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
}

import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import MeteProtocol
import NIOCore

/// An answer of the API: a status and a JSON value.
struct JSONAnswer: Equatable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ByteBuffer

    /// `value` as JSON; keys are sorted, so that equal values are equal bytes.
    init(_ value: some Encodable, status: HTTPResponse.Status = .ok) {
        do {
            self.init(json: try Self.encode(value), status: status)
        } catch {
            self.init(
                ErrorReport(
                    .internalError, message: "the answer cannot be written as JSON: \(error)",
                    remedy: "report this as a defect of mete"))
        }
    }

    init(_ report: ErrorReport, allow method: String? = nil) {
        let status = ErrorCode(rawValue: report.error.code)?.status ?? ErrorCode.internalError.status
        do {
            self.init(json: try Self.encode(report), status: .init(code: status))
        } catch {
            // An error report is texts and integers; without them the status still tells.
            self.init(json: ByteBuffer(), status: .init(code: status))
        }
        if let method { headers[.allow] = method }
    }

    private init(json: ByteBuffer, status: HTTPResponse.Status) {
        self.status = status
        body = json
        headers = [
            .contentType: "application/json", .contentLength: "\(json.readableBytes)", .cacheControl: "no-store",
        ]
    }

    var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try encoder.encode(value))
    }
}

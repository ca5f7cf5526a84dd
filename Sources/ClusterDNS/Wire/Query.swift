/// A question from a client, with what its answer must keep to.
struct Query: Sendable {
    /// The size of a datagram that passes everywhere.
    static let safeSize: UInt16 = 1232

    let id: UInt16
    let question: Question
    let wantsRecursion: Bool
    let isCheckingDisabled: Bool
    let hasOptions: Bool
    let wantsSignatures: Bool
    /// The longest answer in bytes that the client takes.
    let sizeLimit: Int

    /// What a received message comes to.
    enum Reading: Sendable {
        case query(Query)
        /// Answered at once with an error.
        case reject([UInt8])
        /// Not worth an answer.
        case ignore
    }

    static func read(_ bytes: [UInt8], isDatagram: Bool) -> Reading {
        let message: ParsedMessage
        do throws(MessageError) {
            message = try ParsedMessage(bytes)
        } catch {
            guard let id = ParsedMessage.id(of: bytes), bytes[2] & 0x80 == 0 else { return .ignore }
            return .reject(header(id: id, flags: 0x8000 | UInt16(bytes[2] & 0x79) << 8 | UInt16(ResponseCode.formatError)))
        }
        if message.isResponse { return .ignore }
        let echoed = 0x8000 | message.flags & 0x7900
        guard message.operation == 0 else { return .reject(header(id: message.id, flags: echoed | UInt16(ResponseCode.notImplemented))) }
        guard let question = message.question, message.answers.isEmpty, message.authorities.isEmpty else {
            return .reject(header(id: message.id, flags: echoed | UInt16(ResponseCode.formatError)))
        }
        var limit = isDatagram ? 512 : 65_535
        if let options = message.options, isDatagram { limit = max(512, min(Int(options.recordClass), Int(safeSize))) }
        let query = Query(
            id: message.id, question: question, wantsRecursion: message.wantsRecursion,
            isCheckingDisabled: message.flags & 0x10 != 0, hasOptions: message.options != nil,
            wantsSignatures: message.options.map { $0.ttl & 0x8000 != 0 } ?? false, sizeLimit: limit)
        if let options = message.options, options.ttl >> 16 & 0xff != 0 { return .reject(query.badVersion) }
        let isUnserved = [RecordType.axfr, RecordType.ixfr].contains(question.type) || ![1, 255].contains(question.recordClass)
        return isUnserved ? .reject(query.failure(ResponseCode.refused)) : .query(query)
    }

    private static func header(id: UInt16, flags: UInt16) -> [UInt8] {
        var writer = MessageWriter()
        for value in [id, flags, 0, 0, 0, 0] { writer.number(value) }
        return writer.bytes
    }

    // MARK: answers

    /// `isAuthoritative` for names of the cluster's zone.
    func answer(
        _ answers: [ResourceRecord], code: UInt8 = ResponseCode.noError, authorities: [ResourceRecord] = [],
        additionals: [ResourceRecord] = [], isAuthoritative: Bool = true
    ) -> [UInt8] {
        let whole = write(answers, code, authorities, additionals, isAuthoritative, isTruncated: false)
        if whole.count <= sizeLimit { return whole }
        let bare = write(answers, code, authorities, [], isAuthoritative, isTruncated: false)
        if bare.count <= sizeLimit { return bare }
        // As many as fit; the client comes back over TCP for the rest.
        var fitting = write([], code, [], [], isAuthoritative, isTruncated: true)
        var (low, high) = (0, answers.count)
        while low < high {
            let middle = (low + high + 1) / 2
            let part = write(Array(answers[..<middle]), code, [], [], isAuthoritative, isTruncated: true)
            if part.count <= sizeLimit {
                fitting = part
                low = middle
            } else {
                high = middle - 1
            }
        }
        return fitting
    }

    func failure(_ code: UInt8) -> [UInt8] { answer([], code: code, isAuthoritative: false) }

    private var badVersion: [UInt8] { write([], 0, [], [], false, isTruncated: false, extendedCode: 1) }

    private func write(
        _ answers: [ResourceRecord], _ code: UInt8, _ authorities: [ResourceRecord], _ additionals: [ResourceRecord],
        _ isAuthoritative: Bool, isTruncated: Bool, extendedCode: UInt8 = 0
    ) -> [UInt8] {
        var flags: UInt16 = 0x8080 | UInt16(code)
        if isAuthoritative { flags |= 0x0400 }
        if isTruncated { flags |= 0x0200 }
        if wantsRecursion { flags |= 0x0100 }
        if isCheckingDisabled { flags |= 0x10 }
        var writer = MessageWriter()
        let counts = [1, answers.count, authorities.count, additionals.count + (hasOptions ? 1 : 0)]
        for value in [id, flags] + counts.map({ UInt16(clamping: $0) }) { writer.number(value) }
        writer.question(question)
        for record in answers + authorities + additionals { writer.record(record) }
        if hasOptions { writer.options(size: Self.safeSize, extendedCode: extendedCode, wantsSignatures: wantsSignatures) }
        return writer.bytes
    }

    /// The same client's other question.
    func asking(_ question: Question) -> Query {
        Query(
            id: id, question: question, wantsRecursion: true, isCheckingDisabled: isCheckingDisabled, hasOptions: hasOptions,
            wantsSignatures: false, sizeLimit: sizeLimit)
    }

    /// The question as it goes to an upstream server.
    func forwarded(id: UInt16) -> [UInt8] {
        var writer = MessageWriter()
        let flags: UInt16 = isCheckingDisabled ? 0x0110 : 0x0100
        for value in [id, flags, 1, 0, 0, 1] { writer.number(value) }
        writer.question(question)
        writer.options(size: Self.safeSize, wantsSignatures: wantsSignatures)
        return writer.bytes
    }
}

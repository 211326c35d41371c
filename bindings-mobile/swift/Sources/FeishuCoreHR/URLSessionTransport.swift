import FeishuCoreHRGenerated
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends requests by URLSession: without cookies, cache, stored credentials or redirects, and a cancelled call closes its
/// connection. No request waits for another one's end.
///
/// Each request has a session, and with it a connection, of its own: on a kept one URLSession may send a request again by
/// itself, and what lies there may be taken for the next request's answer. Answers are not compressed.
///
/// How long connecting takes cannot be limited, nor is it told: a request that was given up may have been sent.
///
/// Outside Apple's systems, at the speed of a machine's own network, URLSession may read an answer without end on and on,
/// whatever it is told; and an answer that is compressed though that was not asked for may be unpacked in memory before it is
/// refused (more than 100 MiB of 256 were seen).
public final class URLSessionTransport: Transport {
    /// Has no connections: what a request's own session is made like.
    private let model: URLSession

    /// - Parameters:
    ///   - base: brings proxy, TLS settings and protocol classes; its cache, cookies and credentials are not used.
    ///   - allowSystemProxy: whether the system's proxies are used where `base` names none. Outside Apple's systems
    ///     URLSession reads the environment's (`https_proxy`) whatever is said here.
    public init(configuration base: URLSessionConfiguration = .ephemeral, allowSystemProxy: Bool = false) {
        model = URLSession(configuration: plain(base, allowSystemProxy))
    }

    deinit {
        model.finishTasksAndInvalidate()
    }

    public func send(request: HttpRequest) async throws -> HttpResponse {
        let exchange = Exchange(of: request)
        let session = URLSession(configuration: model.configuration, delegate: exchange, delegateQueue: nil)
        // Else the session would keep its delegate for ever.
        defer { session.invalidateAndCancel() }
        let task = session.dataTask(with: try urlRequest(request))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { exchange.begin(task, $0) }
        } onCancel: {
            exchange.cancel()
        }
    }
}

/// One request under way. The first thing that ends it counts.
private final class Exchange: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let budget: UInt64
    private let mostBytes: UInt64
    private let lock = NSLock()
    private var continuation: CheckedContinuation<HttpResponse, any Error>?
    private var task: URLSessionTask?
    private var alarm: DispatchWorkItem?
    private var head: HTTPURLResponse?
    private var body = Data()

    init(of request: HttpRequest) {
        (budget, mostBytes) = (request.budget, request.maxResponse)
    }

    func begin(_ task: URLSessionTask, _ continuation: CheckedContinuation<HttpResponse, any Error>) {
        let alarm = DispatchWorkItem { [weak self] in self?.timeOut() }
        lock.withLock { (self.task, self.continuation, self.alarm) = (task, continuation, alarm) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(clamping: budget)), execute: alarm)
        // Whoever cancelled before has found nothing to end.
        if Task.isCancelled {
            cancel()
        } else {
            task.resume()
        }
    }

    func cancel() {
        end(.failure(CancellationError()))
    }

    private func timeOut() {
        fail(.timeout, "no whole answer within \(budget) ms")
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        // Nobody's password is sent, and no second request: the answer itself is what the call wants.
        let asksForPassword = passwordMethods.contains(challenge.protectionSpace.authenticationMethod)
        completionHandler(asksForPassword ? .rejectProtectionSpace : .performDefaultHandling, nil)
    }

    func urlSession(
        _: URLSession, dataTask _: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let head = response as? HTTPURLResponse
        if let malformed = head.flatMap(malformation(of:)) {
            completionHandler(.cancel)
            fail(.disconnected, malformed)
            return
        }
        lock.withLock { self.head = head }
        if head.map(isCompressed) == true {
            completionHandler(.cancel)
            fail(.badBody, "compressed, which was not asked for")
        } else {
            completionHandler(.allow)
        }
    }

    func urlSession(_: URLSession, dataTask _: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = lock.withLock {
            // After the end nothing is kept.
            guard continuation != nil else { return false }
            body.append(data)
            return UInt64(body.count) > mostBytes
        }
        if isTooLarge {
            fail(.tooLarge, "more than \(mostBytes) bytes")
        }
    }

    func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let (head, body) = lock.withLock {
            self.head = self.head ?? task.response as? HTTPURLResponse
            return (self.head, self.body)
        }
        // Outside Apple's systems a refused challenge ends the task, though there is an answer.
        let isRefused = (error as? URLError)?.code == .cancelled && head != nil
        if let error, !isRefused {
            let (kind, bytesWritten, detail) = meaning(of: error, hasHead: head != nil)
            fail(kind, detail, bytesWritten: bytesWritten)
        } else if let head {
            end(.success(answer(head, body)))
        } else {
            fail(.other, "no HTTP answer")
        }
    }

    private func fail(_ kind: TransportErrorKind, _ detail: String, bytesWritten: Bool = true) {
        let head = lock.withLock { self.head }.map { answer($0, Data()) }
        end(.failure(TransportError.Failed(kind: kind, bytesWritten: bytesWritten, detail: detail, head: head)))
    }

    private func end(_ result: Result<HttpResponse, any Error>) {
        let (continuation, task, alarm) = lock.withLock {
            defer { (self.continuation, self.task, self.alarm, body) = (nil, nil, nil, Data()) }
            return (self.continuation, self.task, self.alarm)
        }
        alarm?.cancel()
        if case .failure = result {
            task?.cancel()
        }
        continuation?.resume(with: result)
    }
}

private func plain(_ base: URLSessionConfiguration, _ allowSystemProxy: Bool) -> URLSessionConfiguration {
    let configuration = base.copy() as? URLSessionConfiguration ?? .ephemeral
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    configuration.urlCache = nil
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    configuration.urlCredentialStorage = nil
    if !allowSystemProxy && configuration.connectionProxyDictionary == nil {
        configuration.connectionProxyDictionary = [:]
    }
    #if canImport(Darwin)
    configuration.waitsForConnectivity = false
    if configuration.tlsMinimumSupportedProtocolVersion.rawValue < tls_protocol_version_t.TLSv12.rawValue {
        configuration.tlsMinimumSupportedProtocolVersion = .TLSv12
    }
    #endif
    return configuration
}

private func urlRequest(_ request: HttpRequest) throws -> URLRequest {
    guard let url = URL(string: request.url) else {
        throw TransportError.Failed(kind: .other, bytesWritten: false, detail: "URLSession cannot read the URL")
    }
    var made = URLRequest(url: url)
    made.httpMethod = "\(request.method)".uppercased()
    // Of silence alone, and not exact: the budget is kept by an alarm of our own, and this must not be earlier.
    made.timeoutInterval = Double(request.budget) / 1_000 + grace
    for header in request.headers {
        made.addValue(header.value, forHTTPHeaderField: header.name)
    }
    // What is decompressed before it can be counted has no limit.
    made.setValue("identity", forHTTPHeaderField: "accept-encoding")
    made.httpBody = request.body
    return made
}

/// What is wrong with a head that URLSession takes all the same; nothing if it is fine.
private func malformation(of head: HTTPURLResponse) -> String? {
    let length = head.value(forHTTPHeaderField: "content-length")
    if let length, length.isEmpty || !length.allSatisfy({ ("0"..."9").contains($0) }) {
        return "the length is malformed"
    }
    if length != nil && head.value(forHTTPHeaderField: "transfer-encoding") != nil {
        return "two kinds of length at once"
    }
    return nil
}

private func isCompressed(_ head: HTTPURLResponse) -> Bool {
    let coding = head.value(forHTTPHeaderField: "content-encoding")
    return coding.map { $0.lowercased() != "identity" } ?? false
}

private func answer(_ head: HTTPURLResponse, _ body: Data) -> HttpResponse {
    let headers: [Header] = head.allHeaderFields.compactMap { name, value in
        guard let name = name as? String, let value = value as? String else { return nil }
        return Header(name: name.lowercased(), value: value)
    }
    return HttpResponse(status: UInt16(clamping: head.statusCode), headers: headers, body: body)
}

/// What URLSession's errors mean. `bytesWritten` is false only where there was no connection yet.
private func meaning(of error: any Error, hasHead: Bool) -> (TransportErrorKind, bytesWritten: Bool, detail: String) {
    guard let error = error as? URLError else { return (.other, true, "\(type(of: error))") }
    let (kind, bytesWritten): (TransportErrorKind, Bool) =
        switch error.code {
        case .timedOut: (.timeout, true)
        case _ where hasHead: (.badBody, true)
        // Outside Apple's systems only the text tells these two from others.
        case _ where error.localizedDescription.contains("certificate"): (.tlsUntrusted, false)
        case _ where error.localizedDescription.hasPrefix("TLS connect error"): (.tlsIo, false)
        case .cannotFindHost, .dnsLookupFailed: (.dns, false)
        case .callIsActive, .cannotConnectToHost, .dataNotAllowed, .internationalRoamingOff, .notConnectedToInternet:
            (.connect, false)
        case .clientCertificateRejected, .clientCertificateRequired, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .serverCertificateUntrusted:
            (.tlsUntrusted, false)
        case .secureConnectionFailed: (.tlsIo, false)
        case .badServerResponse, .networkConnectionLost, .unknown: (.disconnected, true)
        default: (.other, true)
        }
    return (kind, bytesWritten, "URLError \(error.code.rawValue)")
}

private let passwordMethods = [
    NSURLAuthenticationMethodDefault, NSURLAuthenticationMethodHTTPBasic, NSURLAuthenticationMethodHTTPDigest,
    NSURLAuthenticationMethodNTLM, NSURLAuthenticationMethodNegotiate,
]
private let grace = 5.0
